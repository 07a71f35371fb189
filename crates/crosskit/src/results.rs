//! What came of a run while it goes on; [`crate::record`] makes of it what is kept.

use crosskit_core::emulation::Way;
use crosskit_core::finding::Finding;
use crosskit_core::libtest::{Counts, Test};
use crosskit_core::plan::Rung;
use crosskit_core::record::Verdict;
use crosskit_core::settings::Quarantine;
use crosskit_core::verdict::SuiteVerdict;

/// What a suite is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuiteKind {
    /// Tests inside a library or a binary.
    Unit,
    /// An integration test of its own.
    Integration,
    /// A bench.
    Bench,
    /// An example with `test = true`.
    Example,
    /// The documentation tests of a package.
    Doc,
}

impl SuiteKind {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            SuiteKind::Unit => "unit",
            SuiteKind::Integration => "integration",
            SuiteKind::Bench => "bench",
            SuiteKind::Example => "example",
            SuiteKind::Doc => "doc",
        }
    }
}

/// One test binary, or the documentation tests of one package.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The package.
    pub package: String,
    /// The target of the package: the library's, binary's or test's name.
    pub name: String,
    /// What it is.
    pub kind: SuiteKind,
    /// Whether it is a host program: the tests of a proc-macro.
    pub host: bool,
    /// What the executable's header says; empty for documentation tests.
    pub machine: String,
    /// How it ended.
    pub verdict: SuiteVerdict,
    /// How the process ended, in words.
    pub status: String,
    /// Its figures.
    pub counts: Counts,
    /// Every test that told how it ended.
    pub tests: Vec<Test>,
    /// Seconds.
    pub seconds: f64,
    /// Everything it printed.
    pub output: String,
    /// Whether it is run for what it prints: how long something took.
    pub bench: bool,
    /// The tests that are known to fail and passed.
    pub passed_in_quarantine: Vec<Quarantine>,
}

/// What came of one cell.
#[derive(Clone, Debug)]
pub struct CellResult {
    /// The triple.
    pub triple: String,
    /// What the cell is called: the triple, and what tells it from the other cells of the target.
    pub name: String,
    /// What kept it from the next rung on this computer, in words.
    pub stopped_by: Vec<String>,
    /// The last rung that was reached; `None` if not even the lowest was.
    pub rung: Option<Rung>,
    /// The verdict.
    pub verdict: Verdict,
    /// Test binaries and documentation tests.
    pub suites: Vec<Suite>,
    /// Seconds.
    pub seconds: f64,
    /// What links in the place of the policy's linker, in words; `None` where that links itself.
    pub stand_in: Option<String>,
    /// The runner in words.
    pub runner: String,
    /// In which way executables were started; `None` where none was run.
    pub emulation: Option<Way>,
    /// Executables whose headers were checked.
    pub verified: usize,
    /// What there is to say.
    pub findings: Vec<Finding>,
}

impl CellResult {
    /// The figures of all suites.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for suite in &self.suites {
            counts.add(suite.counts);
        }
        counts
    }
}
