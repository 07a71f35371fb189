//! `target/crosskit/report.json` as others read it, and what plain cargo says that it should hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use crosskit_tests::scratch::Scratch;
use crosskit_tests::{expect, repository, schema};

use crate::kit;

/// The contract: every field here is always there.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    pub schema: u32,
    pub parts: Vec<Part>,
    pub cells: Vec<Cell>,
    pub summary: serde_json::Map<String, serde_json::Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    pub host: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Cell {
    pub target: String,
    pub rung: Option<String>,
    pub verdict: String,
    pub tests: Counts,
    pub seconds: f64,
    pub stand_in: Option<String>,
    pub runner: String,
    pub emulation: Option<String>,
    pub findings: Vec<Finding>,
    pub suites: Vec<Suite>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub ignored: usize,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    pub code: String,
    pub severity: String,
    pub message: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Suite {
    pub package: String,
    pub name: String,
    pub kind: String,
    pub host: bool,
    pub machine: String,
    pub verdict: String,
    pub tests: Vec<Test>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Test {
    pub name: String,
    pub outcome: String,
}

/// The names of tests by the kind of their suite, each as often as it occurs.
pub type Names = BTreeMap<String, Vec<String>>;

/// The report of a scratch.
#[track_caller]
pub fn read(scratch: &Scratch) -> Report {
    read_at(scratch, "target/crosskit/report.json")
}

/// A report that lies elsewhere in a scratch.
#[track_caller]
pub fn read_at(scratch: &Scratch, path: &str) -> Report {
    let text = scratch.read(path);
    let schema = std::fs::read_to_string(repository::root().join("docs/report.schema.json")).expect("it is there");
    let [value, schema] = [&text, &schema].map(|text| serde_json::from_str(text).expect("it is JSON"));
    expect::nothing_wrong(&schema::complaints(&value, &schema));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("the report breaks its contract: {error}\n{text}"))
}

impl Report {
    /// The only cell.
    #[track_caller]
    pub fn only(&self) -> &Cell {
        assert_eq!(self.cells.len(), 1, "{self:#?}");
        &self.cells[0]
    }
}

impl Cell {
    /// The suite of a package with this name.
    #[track_caller]
    pub fn suite(&self, package: &str, name: &str, kind: &str) -> &Suite {
        let found = self
            .suites
            .iter()
            .find(|suite| (suite.package.as_str(), suite.name.as_str()) == (package, name) && suite.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind} suite `{name}` of `{package}` in {:#?}", self.suites))
    }

    /// What ran.
    pub fn names(&self) -> Names {
        let mut names = Names::new();
        for suite in &self.suites {
            let tests = suite.tests.iter().map(|test| test.name.clone());
            names.entry(suite.kind.clone()).or_default().extend(tests);
        }
        names.values_mut().for_each(|names| names.sort());
        names
    }

    /// The names of the tests that failed.
    pub fn failed(&self) -> Vec<&str> {
        let tests = self.suites.iter().flat_map(|suite| &suite.tests);
        tests
            .filter(|test| ["failed", "crashed", "timed out"].contains(&test.outcome.as_str()))
            .map(|test| test.name.as_str())
            .collect()
    }
}

/// The tests that plain cargo lists on this machine, for the given `-p` options.
#[track_caller]
pub fn plain_names(scratch: &Scratch, packages: &str) -> Names {
    let kinds = [("unit", "--lib --bins"), ("integration", "--test *"), ("doc", "--doc")];
    let list = |(kind, targets): (&str, &str)| {
        let line = format!("test {packages} {targets} -- --list --format terse");
        let listed = kit::run_cargo(&scratch.root, &line).exits(0);
        let mut names: Vec<String> =
            listed.stdout.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
        names.sort();
        assert!(!names.is_empty(), "plain cargo lists no {kind} test\n{listed}");
        (kind.to_owned(), names)
    };
    kinds.map(list).into_iter().collect()
}
