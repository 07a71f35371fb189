//! What came of a run, as `target/crosskit/report.json` holds it: every view is made from it, and parts of it that ran on
//! several computers are put together.
//!
//! The file is described by `docs/report.schema.json`. Fields are added, never renamed; `schema` counts the breaking changes.

pub mod contrast;
mod load;
mod merge;
mod moment;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exit;
use crate::finding::{self, Severity};
use crate::libtest::{Counts, Test};

pub use load::Meter;
pub use merge::{Named, merge};
pub use moment::utc;

/// No cell takes longer, whatever a file says: milliseconds.
const YEAR: u64 = 365 * 24 * 60 * 60 * 1000;

/// The only schema so far.
pub const SCHEMA: u32 = 1;

/// Everything that is known of a run, or of several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`]
    pub schema: u32,
    /// The version of crosskit that wrote it.
    pub crosskit: String,
    /// The commit that was built, where git knows one.
    pub commit: Option<String>,
    /// The runs: one, or what was put together.
    pub parts: Vec<Part>,
    /// What came of each cell.
    pub cells: Vec<Cell>,
    /// The sums.
    pub summary: Summary,
}

/// A run on one computer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which shard of how many it was, if it was one.
    pub shard: Option<Shard>,
    /// The host triple.
    pub host: String,
    /// What was asked for: what follows `cargo xtask cross`.
    pub arguments: Vec<String>,
    /// When it began: UTC, as RFC 3339 writes it.
    pub started: String,
    /// How long it took.
    #[serde(serialize_with = "milliseconds")]
    pub seconds: f64,
    /// How many compilers and tests might run at once.
    pub slots: usize,
    /// The exit code.
    pub exit_code: u8,
    /// The tools that the targets need, and are there.
    pub tools: Vec<Tool>,
    /// Every process that was started to build or to test.
    pub commands: Vec<Command>,
    /// What the slots were used for.
    pub load: Load,
    /// What there is to say of no cell.
    pub findings: Vec<Finding>,
    /// The names of the cells of all shards, if it was one.
    pub cells_of_all_shards: Vec<String>,
}

/// No clock of a shared computer tells more.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn milliseconds<S: serde::Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let rounded = (seconds * 1000.0).round() / 1000.0;
    // What is as large is a number by accident, and JSON has no word for infinity.
    serializer.serialize_f64(if rounded.is_finite() { rounded } else { *seconds })
}

/// Which part of a matrix a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Its number, from 1.
    pub index: usize,
    /// How many there are.
    pub of: usize,
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// A tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// The target that it is for; `None` for what all of them share.
    pub target: Option<String>,
    /// What it is for: `linker`, `emulator` and so on.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its version, where it tells one.
    pub version: Option<String>,
}

/// A process that was started to build or to test.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// `build`, `test` or `doc`.
    pub kind: String,
    /// The names of the cells that it worked for.
    pub cells: Vec<String>,
    /// What of them: packages that are built or documented, or the suite.
    pub what: String,
    /// The command line.
    pub line: String,
    /// Seconds after the begin of the run.
    #[serde(serialize_with = "milliseconds")]
    pub started: f64,
    /// How long it took.
    #[serde(serialize_with = "milliseconds")]
    pub seconds: f64,
}

/// What the slots were used for, in steps of equal length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Seconds of a step.
    #[serde(serialize_with = "milliseconds")]
    pub step: f64,
    /// How many slots cargo and its compilers held in each step, as a mean.
    pub cargo: Vec<f64>,
    /// How many slots tests held.
    pub tests: Vec<f64>,
    /// How many of cargo's slots a linker used, where this could be seen: on Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Vec<f64>>,
}

/// A finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// Where it came from.
    pub origin: Option<String>,
    /// Why it matters.
    pub notes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Finding {
    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error.as_str()
    }
}

impl From<&finding::Finding> for Finding {
    fn from(finding: &finding::Finding) -> Finding {
        Finding {
            code: finding.code.to_string(),
            severity: finding.severity.as_str().to_owned(),
            message: finding.message.clone(),
            origin: finding.origin.as_ref().map(ToString::to_string),
            notes: finding.notes.clone(),
            hints: finding.hints.clone(),
        }
    }
}

/// What came of one cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The triple.
    pub target: String,
    /// The triple, and what tells the cell from others of it.
    pub name: String,
    /// The place of its run in [`Record::parts`].
    pub part: usize,
    /// The last rung that was reached: `check`, `build`, `verify` or `run`.
    pub rung: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// What kept it from the next rung on that computer, in words.
    pub stopped_by: Vec<String>,
    /// The figures of all suites.
    pub tests: Counts,
    /// How long it took from its first process to its last.
    #[serde(serialize_with = "milliseconds")]
    pub seconds: f64,
    /// What links in the place of the policy's linker, in words; `None` where that links itself.
    pub stand_in: Option<String>,
    /// The runner in words.
    pub runner: String,
    /// In which way executables were started; `None` where none was run.
    pub emulation: Option<String>,
    /// Executables whose headers were checked.
    pub verified: usize,
    /// What there is to say.
    pub findings: Vec<Finding>,
    /// Test binaries and documentation tests.
    pub suites: Vec<Suite>,
}

/// The verdict over a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The rung that was asked for was reached, and everything on it passed.
    Passed,
    /// Something failed.
    Failed,
    /// A tool is missing, so the rung asked for was not reached.
    Missing,
    /// Nothing was tried.
    #[default]
    Skipped,
}

impl Verdict {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Missing => "missing",
            Verdict::Skipped => "skipped",
        }
    }
}

/// One test binary, or the documentation tests of one package.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suite {
    /// The package.
    pub package: String,
    /// The library's, binary's or test's name.
    pub name: String,
    /// `unit`, `integration`, `bench`, `example` or `doc`.
    pub kind: String,
    /// Whether it is a host program: the tests of a proc-macro.
    pub host: bool,
    /// What the executable's header says; empty for documentation tests.
    pub machine: String,
    /// `passed`, `failed`, or how else it ended.
    pub verdict: String,
    /// How the process ended, in words.
    pub status: String,
    /// Its figures, which may be more than the tests that told their names.
    pub counts: Counts,
    /// Seconds.
    #[serde(serialize_with = "milliseconds")]
    pub seconds: f64,
    /// Every test that told how it ended.
    pub tests: Vec<Test>,
    /// What it printed, where it did not pass, or is run for what it prints; the middle may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

impl Suite {
    /// Whether it did what it was to do.
    pub fn passed(&self) -> bool {
        self.verdict == "passed"
    }

    /// Its package, name and kind in one line.
    pub fn words(&self) -> String {
        format!("{} {} ({})", self.package, self.name, self.kind)
    }
}

/// The sums over all cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many cells there are.
    pub cells: usize,
    /// Cells by their verdict.
    pub passed: usize,
    /// Cells by their verdict.
    pub failed: usize,
    /// Cells by their verdict.
    pub missing: usize,
    /// Cells by their verdict.
    pub skipped: usize,
    /// The figures of all suites.
    pub tests: Counts,
    /// The exit code.
    pub exit_code: u8,
}

impl Record {
    /// How long each cell that was run took, in milliseconds: a process that worked for several counts in equal parts.
    pub fn durations(&self) -> BTreeMap<String, u64> {
        let mut durations: BTreeMap<String, f64> = BTreeMap::new();
        for command in self.parts.iter().flat_map(|part| &part.commands) {
            for cell in &command.cells {
                let share =
                    command.seconds * 1000.0 / f64::from(u32::try_from(command.cells.len()).unwrap_or(u32::MAX));
                *durations.entry(cell.clone()).or_default() += share;
            }
        }
        // As a cast, it is 0 where it is less, and the most that there is where it is more.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
        let whole = |milliseconds: f64| milliseconds.round() as u64;
        durations.into_iter().map(|(name, milliseconds)| (name, whole(milliseconds).min(YEAR))).collect()
    }

    /// A record of these cells, with the sums over them.
    pub fn new(commit: Option<String>, parts: Vec<Part>, cells: Vec<Cell>) -> Record {
        let count = |verdict| cells.iter().filter(|cell| cell.verdict == verdict).count();
        let mut tests = Counts::default();
        cells.iter().for_each(|cell| tests.add(cell.tests));
        let exits = parts.iter().map(|part| part.exit_code);
        let summary = Summary {
            cells: cells.len(),
            passed: count(Verdict::Passed),
            failed: count(Verdict::Failed),
            missing: count(Verdict::Missing),
            skipped: count(Verdict::Skipped),
            tests,
            exit_code: exit::first_code(exits),
        };
        let crosskit = env!("CARGO_PKG_VERSION").to_owned();
        Record { schema: SCHEMA, crosskit, commit, parts, cells, summary }
    }
}
