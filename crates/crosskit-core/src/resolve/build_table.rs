//! What Cargo refuses under `[build]`, and in the overrides of build scripts.
//!
//! Source: Cargo reference, "Configuration", `[build]` and `target.<triple>.<links>`; which key takes which types was
//! tried with Cargo 1.95.

use std::collections::BTreeMap;

use super::config::{Config, STRING, TABLE, value_of_variable, variable_of, wrong_type};
use super::problem::Problem;
use super::value::{Class, Value};

const TEXTS: &[&str] = &[
    "artifact-dir",
    "build-dir",
    "dep-info-basedir",
    "rustc",
    "rustc-workspace-wrapper",
    "rustc-wrapper",
    "rustdoc",
    "target-dir",
    "warnings",
];
const SWITCHES: &[&str] = &["incremental", "pipelining", "sbom"];
const FLAGS: &[&str] = &["rustdocflags", "rustflags"];

/// Instructions of build scripts that Cargo takes from a build script alone.
const NEVER: &[&str] = &["rerun-if-changed", "rerun-if-env-changed", "warning"];

const LIBRARIES: &str = "`-l NAME` and `-L PATH` alone";
const DIRECTORY: &str = "a directory";
const BOOLEAN: &str = "`true` or `false`";
const JOBS: &str = "a number of 32 bits other than 0, or \"default\"";
const ARRAY: &str = "an array of strings";

impl Config<'_> {
    /// Everything that Cargo refuses under `[build]`, and in the variables of its keys: it reads them all before any
    /// command, also where it needs only one.
    pub fn build_table_problems(&self) -> Vec<Problem> {
        let nothing = BTreeMap::new();
        let table = match self.layers.merged.get("build") {
            None => &nothing,
            Some(Value::Table(table, _)) => table,
            Some(other) => return vec![wrong_type(&["build"], other, TABLE)],
        };
        let mut problems = Vec::new();
        for key in TEXTS {
            let other = table.get(*key).filter(|value| value.as_str().is_none());
            problems.extend(other.map(|value| wrong_type(&["build", key], value, STRING)));
        }
        for key in ["build-dir", "target-dir"] {
            let empty = table.get(key).filter(|value| value.as_str().is_some_and(str::is_empty));
            problems.extend(empty.map(|found| wrong_value(key, DIRECTORY, found.clone())));
        }
        for key in SWITCHES {
            let other = table.get(*key).filter(|value| !matches!(value, Value::Boolean(..)));
            problems.extend(other.map(|value| wrong_type(&["build", key], value, BOOLEAN)));
            // Cargo reads these variables also where a key on the command line is stronger.
            let variable = self.variable(key).filter(|it| !matches!(it, Value::Boolean(..)));
            problems.extend(variable.map(|found| wrong_value(key, BOOLEAN, found)));
        }
        problems.extend(FLAGS.iter().filter_map(|key| self.words(&["build", key]).err()).map(|it| *it));
        problems.extend(self.build_targets().err().map(|it| *it));
        problems.extend(self.jobs_value().and_then(|found| match &found {
            Value::Integer(number, _) if *number != 0 && i32::try_from(*number).is_ok() => None,
            Value::String(text, _) if text == "default" => None,
            Value::Integer(..) | Value::String(..) => Some(wrong_value("jobs", JOBS, found)),
            _ => Some(wrong_type(&["build", "jobs"], &found, JOBS)),
        }));
        problems
    }

    /// How many compilers Cargo runs at once: so many, or so many fewer than there are processors if it is negative; none
    /// is as many as there are. Source: Cargo reference, "Configuration", `build.jobs`.
    pub fn jobs(&self) -> Option<i64> {
        match self.jobs_value()? {
            Value::Integer(number, _) => Some(number),
            _ => None,
        }
    }

    fn jobs_value(&self) -> Option<Value> {
        let stronger = |value: &&Value| value.definition().class() > Class::Environment;
        let in_files = self.layers.merged.get("build").and_then(Value::as_table).and_then(|table| table.get("jobs"));
        in_files.filter(stronger).cloned().or_else(|| self.variable("jobs")).or_else(|| in_files.cloned())
    }

    fn variable(&self, key: &str) -> Option<Value> {
        let name = variable_of(&["build", key]);
        let text = self.environment.get(&name)?;
        Some(value_of_variable(name, text))
    }
}

fn wrong_value(key: &str, expected: &'static str, found: Value) -> Problem {
    Problem::WrongValue { path: ["build", key].map(str::to_owned).to_vec(), expected, found }
}

/// Whether these are flags that Cargo takes for a library: each letter with its value, together or apart.
fn is_for_libraries(flags: &str) -> bool {
    let mut words = flags.split_whitespace();
    while let Some(word) = words.next() {
        match word.strip_prefix("-l").or_else(|| word.strip_prefix("-L")) {
            Some("") if words.next().is_none() => return false,
            Some(_) => {}
            None => return false,
        }
    }
    true
}

/// What Cargo refuses in the override of a library's build script, which is the table at this path.
pub(super) fn override_problems(path: &[String], table: &BTreeMap<String, Value>) -> Vec<Problem> {
    const LISTS: &[&str] = &[
        "rustc-cdylib-link-arg",
        "rustc-cfg",
        "rustc-check-cfg",
        "rustc-link-arg",
        "rustc-link-arg-benches",
        "rustc-link-arg-bins",
        "rustc-link-arg-cdylib",
        "rustc-link-arg-examples",
        "rustc-link-arg-tests",
        "rustc-link-lib",
        "rustc-link-search",
    ];
    let mut problems = Vec::new();
    for (key, value) in table {
        let path: Vec<String> = path.iter().chain([key]).cloned().collect();
        let wrong = match (key.as_str(), value) {
            (key, Value::List(items, _)) if LISTS.contains(&key) => {
                let other = items.iter().find(|item| item.as_str().is_none());
                problems.extend(other.map(|item| wrong_type(&path, item, ARRAY)));
                None
            }
            (key, _) if LISTS.contains(&key) => Some(ARRAY),
            ("rustc-env", Value::Table(names, _)) => {
                let others = names.iter().filter(|(_, value)| value.as_str().is_none());
                problems.extend(others.map(|(name, value)| {
                    let path: Vec<String> = path.iter().chain([name]).cloned().collect();
                    wrong_type(&path, value, STRING)
                }));
                None
            }
            ("rustc-env", _) => Some(TABLE),
            ("rustc-flags", Value::String(text, _)) => {
                let wrong = (!is_for_libraries(text)).then(|| value.clone());
                problems.extend(wrong.map(|found| Problem::WrongValue { path, expected: LIBRARIES, found }));
                continue;
            }
            (key, _) if NEVER.contains(&key) => {
                problems.push(Problem::NoOverride { path, found: value.clone() });
                continue;
            }
            (_, value) => value.as_str().is_none().then_some(STRING),
        };
        problems.extend(wrong.map(|expected| wrong_type(&path, value, expected)));
    }
    problems
}
