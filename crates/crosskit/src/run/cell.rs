//! What is known of a cell while it is built and tested, and what came of it in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use crosskit_core::emulation::Way;
use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::libtest::{Outcome, Test};
use crosskit_core::plan::{Cell, Rung};
use crosskit_core::record::Verdict;
use crosskit_core::settings::FILE;
use crosskit_core::verdict::SuiteVerdict;

use super::built::{Artefact, Built, starts_binaries};
use super::start::Prepared;
use super::{Context, Stop};
use crate::results::{CellResult, Suite, SuiteKind};

/// How far a cell has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// cargo has not built all of it.
    Building,
    /// Everything is built, and tests run or wait.
    Testing,
    /// Nothing is left to do.
    Done,
}

/// A cell on its way.
#[derive(Debug)]
pub struct Progress<'a> {
    /// The plan of it.
    pub cell: &'a Cell,
    /// What cargo made for it so far.
    pub built: Built,
    /// How far it has come.
    pub stage: Stage,
    /// What came of it so far.
    pub result: CellResult,
    /// Why it does not go on.
    pub stop: Option<Stop>,
    /// How its program is started, if it has one and that was built.
    pub program: Option<Prepared>,
    /// Tests and documentation tests that were begun or wait, and have not ended.
    pub open: usize,
    /// Test executables that were begun or wait.
    taken: BTreeSet<PathBuf>,
    /// When its first process was started.
    began: Option<Instant>,
}

impl<'a> Progress<'a> {
    /// A cell of which nothing was done yet.
    pub fn new(cell: &'a Cell) -> Progress<'a> {
        let result = CellResult {
            triple: cell.triple.clone(),
            name: cell.name.clone(),
            stopped_by: cell.stopped_by.clone(),
            rung: None,
            verdict: Verdict::Skipped,
            suites: Vec::new(),
            seconds: 0.0,
            stand_in: cell.stand_in.as_ref().map(|it| it.words.clone()),
            runner: cell.runner_name.clone(),
            emulation: cell.emulation,
            verified: 0,
            findings: Vec::new(),
        };
        let (built, taken) = (Built::default(), BTreeSet::new());
        let (stop, program, began) = (None, None, None);
        Progress { cell, built, stage: Stage::Building, result, stop, program, open: 0, taken, began }
    }

    /// Something is started for it.
    pub fn begin(&mut self) {
        self.began.get_or_insert_with(Instant::now);
    }

    /// Whether its tests are to be run, as far as is known.
    pub fn tests(&self) -> bool {
        self.stop.is_none() && self.cell.reach == Some(Rung::Run)
    }

    /// The test executables that may be started and were not taken yet. Before all is built, those that start no other
    /// programs of their package may, once nothing of their environment is open; they must be for the target, which is
    /// found out of all in the end.
    pub fn startable(&mut self, context: &Context) -> Vec<Artefact> {
        if !self.tests() {
            return Vec::new();
        }
        let complete = self.stage != Stage::Building;
        if !complete && !self.built.has_scripts(&self.cell.linking_scripts) {
            return Vec::new();
        }
        let is_startable = |test: &&Artefact| {
            let early =
                || !test.host && !starts_binaries(&test.kinds) && self.built.check(test, context, self.cell).is_empty();
            !self.taken.contains(&test.executable) && (complete || early())
        };
        let tests: Vec<Artefact> = self.built.tests(context).into_iter().filter(is_startable).cloned().collect();
        self.taken.extend(tests.iter().map(|test| test.executable.clone()));
        self.open += tests.len();
        tests
    }

    /// What cargo built is complete: holds it against the target, and says what is wrong.
    pub fn verify(&mut self, context: &Context) -> Vec<Finding> {
        self.stage = Stage::Testing;
        if self.cell.reach <= Some(Rung::Check) {
            self.result.rung = Some(Rung::Check);
            if self.cell.asked > Rung::Check {
                self.stop(Stop::ToolMissing);
            }
            return Vec::new();
        }
        let (verified, findings) = self.built.verify(context, self.cell);
        let wrong = findings.iter().any(Finding::is_error);
        self.result.verified = verified;
        self.result.rung = Some(if wrong { Rung::Build } else { Rung::Verify });
        if wrong {
            self.stop(Stop::WrongArtefact);
        } else if self.cell.reach < Some(self.cell.asked) && self.cell.asked == Rung::Run {
            self.stop(Stop::ToolMissing);
        }
        self.result.findings.extend(findings.iter().cloned());
        findings
    }

    /// Whether documentation tests are to be run, once and after everything was built.
    pub fn has_doctests(&self) -> bool {
        self.tests() && self.stage == Stage::Testing && self.cell.doc.is_some()
    }

    /// Ends the cell's way, unless something worse has done so.
    pub fn stop(&mut self, stop: Stop) {
        // Of two with one exit code, a failure of its own says more than that of another cell.
        let rank = |it: &Stop| (*it == Stop::OthersFailed, Exit::from(*it));
        self.stop = self.stop.into_iter().chain([stop]).min_by_key(rank);
    }

    /// A suite ended: what there is to say of it.
    pub fn add(&mut self, suite: Suite) -> Vec<Finding> {
        let findings: Vec<Finding> =
            finding(self.cell, &suite).into_iter().chain(forgiven(self.cell, &suite)).collect();
        self.result.findings.extend(findings.iter().cloned());
        self.result.suites.push(suite);
        findings
    }

    /// A finding that ends it.
    pub fn fail(&mut self, stop: Stop, finding: Finding) {
        self.stop(stop);
        self.result.findings.push(finding);
    }

    /// Sums up, when nothing is left to do.
    pub fn finish(&mut self, context: &Context) {
        self.stage = Stage::Done;
        self.result.seconds = self.began.map_or(0.0, |began| began.elapsed().as_secs_f64());
        self.sort_suites(context);
        for stop in self.result.suites.iter().filter_map(|suite| stop_of(&suite.verdict)).collect::<Vec<_>>() {
            self.stop(stop);
        }
        // How a program ends that takes our place is told by nobody.
        let ran =
            self.cell.reach == Some(Rung::Run) && self.result.rung == Some(Rung::Verify) && self.cell.program.is_none();
        if ran && matches!(self.stop, None | Some(Stop::TestsFailed)) {
            self.result.rung = Some(Rung::Run);
        }
        let failed = self.result.suites.iter().any(|suite| stop_of(&suite.verdict).is_some());
        self.result.verdict = match self.stop {
            None => Verdict::Passed,
            // What is known stays so, whatever ended the rest.
            Some(_) if failed => Verdict::Failed,
            Some(Stop::ToolMissing) => Verdict::Missing,
            Some(Stop::Interrupted | Stop::OthersFailed) => Verdict::Skipped,
            Some(_) => Verdict::Failed,
        };
        let why = match self.stop {
            Some(Stop::Interrupted) => Some("interrupted"),
            Some(Stop::OthersFailed) => Some("something else failed, and `--fail-fast` was given"),
            _ => None,
        };
        self.result.stopped_by.extend(why.map(str::to_owned));
    }

    /// Suites end in any order, and are reported in cargo's.
    fn sort_suites(&mut self, context: &Context) {
        let tests = self.built.tests(context);
        let place: BTreeMap<(&str, &str, SuiteKind), usize> = tests
            .iter()
            .enumerate()
            .filter_map(|(at, test)| {
                let package = context.metadata.packages.get(&test.package)?;
                Some(((package.name.as_str(), test.name.as_str(), test.suite_kind()), at))
            })
            .collect();
        // Documentation tests have no executable and keep their order after all others.
        self.result.suites.sort_by_key(|suite| {
            place.get(&(suite.package.as_str(), suite.name.as_str(), suite.kind)).copied().unwrap_or(usize::MAX)
        });
    }
}

/// What a suite that did not pass means for its cell.
pub fn stop_of(verdict: &SuiteVerdict) -> Option<Stop> {
    match verdict {
        SuiteVerdict::Passed => None,
        SuiteVerdict::Failed | SuiteVerdict::TimedOut | SuiteVerdict::Crashed => Some(Stop::TestsFailed),
        SuiteVerdict::NotRun | SuiteVerdict::EmulatorFault(_) => Some(Stop::RunnerFault),
        SuiteVerdict::Refused(_) => Some(Stop::TestArguments),
    }
}

/// What there is to say of tests that do not count against a suite.
fn forgiven(cell: &Cell, suite: &Suite) -> Vec<Finding> {
    let name = format!("{} {} ({})", suite.package, suite.name, suite.kind.as_str());
    let flaky: Vec<&Test> = suite.tests.iter().filter(|test| test.outcome == Outcome::Flaky).collect();
    let message = format!("tests of `{name}` failed and then passed on {}", cell.name);
    let of_flaky = Finding::warning(Code::TestFlaky, message);
    let of_flaky = flaky.iter().fold(of_flaky, |finding, test| finding.note(format!("`{}`", test.name)));
    let passed = suite.passed_in_quarantine.iter().map(|entry| {
        let what = format!("`{}` of {} passed on {}, and is in quarantine", entry.test, suite.package, cell.name);
        Finding::warning(Code::QuarantinePassed, what)
            .note(format!("the reason was: {}", entry.reason))
            .hint(format!("take it out of `[[quarantine]]` in {FILE}"))
    });
    let failed = suite.tests.iter().filter(|test| test.outcome == Outcome::Quarantined).filter_map(|test| {
        let entry = cell.quarantine.iter().find(|entry| entry.names(&suite.package, &test.name))?;
        let what = format!("`{}` of {} failed on {}, and is in quarantine", test.name, suite.package, cell.name);
        Some(Finding::note_only(Code::QuarantineFailed, what).note(format!("the reason is: {}", entry.reason)))
    });
    (!flaky.is_empty()).then_some(of_flaky).into_iter().chain(passed).chain(failed).collect()
}

/// The tests that count against a suite, and how each ended where that is not by failing.
fn failures(suite: &Suite) -> impl Iterator<Item = String> {
    let failed = suite.tests.iter().filter(|test| test.outcome.is_failure());
    failed.map(|test| match test.outcome {
        Outcome::Failed => format!("`{}`", test.name),
        outcome => format!("`{}` {}", test.name, outcome.as_str()),
    })
}

fn finding(cell: &Cell, suite: &Suite) -> Option<Finding> {
    let name = format!("{} {} ({})", suite.package, suite.name, suite.kind.as_str());
    match &suite.verdict {
        SuiteVerdict::Passed => None,
        SuiteVerdict::Failed => {
            let finding = Finding::error(Code::TestFailed, format!("tests of `{name}` failed on {}", cell.name));
            let finding = failures(suite).fold(finding, Finding::note);
            Some(if suite.kind == SuiteKind::Integration && cell.emulation == Some(Way::Runner) {
                finding.hint(format!(
                    "if a test starts the package's own binary: only what goes through CARGO_TARGET_{}_RUNNER is emulated, as assert_cmd's `Command::cargo_bin` does",
                    crosskit_core::triple::env_upper(&cell.triple)
                ))
            } else {
                finding
            })
        }
        SuiteVerdict::TimedOut => Some(
            failures(suite)
                .fold(
                    Finding::error(
                        Code::TestTimedOut,
                        format!("`{name}` ran longer than {} s on {} and was ended", cell.timeout, cell.name),
                    ),
                    Finding::note,
                )
                .hint("give it more with `--timeout SECONDS`, or `timeout` for the target in crosskit.toml"),
        ),
        SuiteVerdict::Crashed => Some(
            failures(suite).fold(
                Finding::error(Code::TestCrashed, format!("`{name}` ended without a result on {}", cell.name))
                    .note(format!("the process {}", suite.status)),
                Finding::note,
            ),
        ),
        SuiteVerdict::EmulatorFault(words) => Some(
            failures(suite).fold(
                Finding::error(Code::EmulatorFault, format!("the emulator of {} failed in `{name}`", cell.name))
                    .note(format!("`{}` {}", cell.runner_name, suite.status))
                    .note(words.clone()),
                Finding::note,
            ),
        ),
        SuiteVerdict::NotRun => Some(
            Finding::error(Code::RunnerFault, format!("`{name}` could not be run on {}", cell.name))
                .note(format!("`{}` {}, and no test is said to have failed", cell.runner_name, suite.status)),
        ),
        SuiteVerdict::Refused(why) => Some(
            Finding::error(Code::TestArguments, format!("`{name}` does not take the arguments that follow `--`"))
                .at(Origin::CommandLine)
                .note(format!("libtest says: {why}"))
                .note("nothing was tested")
                .hint("`cargo test -- --help` lists what it takes; options of this command stand before `--`"),
        ),
    }
}
