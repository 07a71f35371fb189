//! Executes a cell of the plan: cargo, then every test executable under its runner.

mod build;
mod doc;
mod suite;

use std::time::Instant;

use crosskit_core::emulation::{self, Way};
use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::plan::{Cell, Plan, Rung};

use crate::event::{Event, Progress};
use crate::metadata::Metadata;
use crate::results::{CellResult, Suite, SuiteKind, SuiteVerdict, Verdict};
use crate::sh::Sh;

/// What every step of a run needs.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Starts processes.
    pub sh: &'a Sh,
    /// The cargo to call.
    pub cargo: &'a std::path::Path,
    /// The workspace.
    pub metadata: &'a Metadata,
    /// The host triple.
    pub host: &'a str,
    /// rustc's sysroot, where the standard libraries lie.
    pub sysroot: &'a std::path::Path,
    /// The plan.
    pub plan: &'a Plan,
    /// Where events go.
    pub progress: Progress<'a>,
    /// Whether cargo is to be quiet.
    pub quiet: bool,
    /// How cargo and the terminal use colour: `always` or `never`.
    pub colour: &'a str,
}

impl Context<'_> {
    /// A cargo call with the environment of the plan.
    fn cargo_command(&self, cell: &Cell, arguments: &[String]) -> std::process::Command {
        let mut command = self.sh.command(self.cargo, arguments);
        command.envs(&cell.environment);
        for (name, value) in &self.plan.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.demand_emulation(&mut command);
        command
    }

    /// Tells the launcher, which the command or one of its children may start, what the command line demands.
    fn demand_emulation(&self, command: &mut std::process::Command) {
        command.envs(self.plan.emulation.iter().map(|way| (emulation::VARIABLE, way)));
    }
}

/// Why a cell ended before its last rung; the exit code says it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// A process could not be started, or said what was not understood.
    Internal,
    /// cargo could not build.
    BuildFailed,
    /// An artefact is for another machine.
    WrongArtefact,
    /// A test failed, hung or crashed.
    TestsFailed,
    /// What starts tests failed, and not they.
    RunnerFault,
    /// The test binaries do not take the arguments that they were given.
    TestArguments,
    /// The rung asked for cannot be reached on this machine.
    ToolMissing,
}

impl From<Stop> for Exit {
    fn from(stop: Stop) -> Exit {
        match stop {
            Stop::Interrupted => Exit::Interrupted,
            Stop::Internal => Exit::Internal,
            Stop::BuildFailed => Exit::BuildFailed,
            Stop::WrongArtefact => Exit::WrongArtefact,
            Stop::TestsFailed => Exit::TestsFailed,
            Stop::RunnerFault => Exit::RunnerFault,
            Stop::TestArguments => Exit::Usage,
            Stop::ToolMissing => Exit::ToolMissing,
        }
    }
}

/// Runs a cell to the rung that it can reach.
pub fn cell(context: &Context, cell: &Cell) -> (CellResult, Option<Stop>) {
    let began = Instant::now();
    let mut result = CellResult {
        triple: cell.triple.clone(),
        rung: None,
        verdict: Verdict::Passed,
        suites: Vec::new(),
        seconds: 0.0,
        stand_in: cell.stand_in.as_ref().map(|it| it.words.clone()),
        runner: cell.runner_name.clone(),
        emulation: cell.emulation,
        verified: 0,
        findings: Vec::new(),
    };
    let stop = climb(context, cell, &mut result);
    result.seconds = began.elapsed().as_secs_f64();
    result.verdict = match stop {
        None => Verdict::Passed,
        Some(Stop::ToolMissing) => Verdict::Missing,
        Some(Stop::Interrupted) => Verdict::Skipped,
        Some(_) => Verdict::Failed,
    };
    (result, stop)
}

fn climb(context: &Context, cell: &Cell, result: &mut CellResult) -> Option<Stop> {
    let built = match build::build(context, cell) {
        Ok(built) => built,
        Err((stop, finding)) => {
            tell(context, result, finding.map(|it| *it));
            return Some(stop);
        }
    };
    if cell.asked == Rung::Check {
        result.rung = Some(Rung::Check);
        return None;
    }
    result.rung = Some(Rung::Build);
    let (verified, wrong) = built.verify(context, &cell.triple);
    result.verified = verified;
    if !wrong.is_empty() {
        for finding in wrong {
            tell(context, result, Some(finding));
        }
        return Some(Stop::WrongArtefact);
    }
    result.rung = Some(Rung::Verify);
    let plural = if verified == 1 { "" } else { "s" };
    (context.progress)(Event::Status("Verified", &format!("{verified} executable{plural} for {}", cell.triple)));
    if cell.reach < Rung::Run {
        return (cell.asked == Rung::Run).then_some(Stop::ToolMissing);
    }
    for test in built.tests(context) {
        match suite::run(context, cell, &built, test) {
            Ok(Some(suite)) => {
                let refused = matches!(suite.verdict, SuiteVerdict::Refused(_));
                add_suite(context, cell, result, suite);
                if refused {
                    // The others would say the same.
                    return Some(Stop::TestArguments);
                }
            }
            Ok(None) => return Some(Stop::Interrupted),
            Err(error) => return Some(internal(context, result, &error)),
        }
    }
    match doc::run(context, cell) {
        Ok(Some(suites)) => suites.into_iter().for_each(|suite| add_suite(context, cell, result, suite)),
        Ok(None) => return Some(Stop::Interrupted),
        Err(error) => return Some(internal(context, result, &error)),
    }
    let stop = result.suites.iter().filter_map(|suite| stop_of(&suite.verdict)).min_by_key(|stop| Exit::from(*stop));
    if !matches!(stop, Some(Stop::RunnerFault | Stop::TestArguments)) {
        result.rung = Some(Rung::Run);
    }
    stop
}

/// What a suite that did not pass means for its cell.
fn stop_of(verdict: &SuiteVerdict) -> Option<Stop> {
    match verdict {
        SuiteVerdict::Passed => None,
        SuiteVerdict::Failed | SuiteVerdict::TimedOut | SuiteVerdict::Crashed => Some(Stop::TestsFailed),
        SuiteVerdict::NotRun => Some(Stop::RunnerFault),
        SuiteVerdict::Refused(_) => Some(Stop::TestArguments),
    }
}

fn tell(context: &Context, result: &mut CellResult, finding: Option<Finding>) {
    if let Some(finding) = finding {
        (context.progress)(Event::Finding(&finding));
        result.findings.push(finding);
    }
}

fn internal(context: &Context, result: &mut CellResult, error: &str) -> Stop {
    let finding = Finding::error(Code::Toolchain, format!("a process could not be started: {error}"));
    tell(context, result, Some(finding));
    Stop::Internal
}

fn add_suite(context: &Context, cell: &Cell, result: &mut CellResult, suite: Suite) {
    (context.progress)(Event::Suite(&suite));
    let name = format!("{} {} ({})", suite.package, suite.name, suite.kind.as_str());
    let finding = match &suite.verdict {
        SuiteVerdict::Passed => None,
        SuiteVerdict::Failed => {
            let failed = suite.tests.iter().filter(|test| test.outcome == crosskit_core::libtest::Outcome::Failed);
            let finding = Finding::error(Code::TestFailed, format!("tests of `{name}` failed on {}", cell.triple));
            let finding = failed.fold(finding, |finding, test| finding.note(format!("`{}`", test.name)));
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
            Finding::error(
                Code::TestTimedOut,
                format!("`{name}` ran longer than {} s on {} and was ended", cell.timeout, cell.triple),
            )
            .hint("give it more with `--timeout SECONDS`, or `timeout` for the target in crosskit.toml"),
        ),
        SuiteVerdict::Crashed => Some(
            Finding::error(Code::TestCrashed, format!("`{name}` ended without a result on {}", cell.triple))
                .note(format!("the process {}", suite.status)),
        ),
        SuiteVerdict::NotRun => Some(
            Finding::error(Code::RunnerFault, format!("`{name}` could not be run on {}", cell.triple))
                .note(format!("`{}` {}, and no test is said to have failed", cell.runner_name, suite.status)),
        ),
        SuiteVerdict::Refused(why) => Some(
            Finding::error(Code::TestArguments, format!("`{name}` does not take the arguments that follow `--`"))
                .at(Origin::CommandLine)
                .note(format!("libtest says: {why}"))
                .note("nothing was tested")
                .hint("`cargo test -- --help` lists what it takes; options of this command stand before `--`"),
        ),
    };
    tell(context, result, finding);
    result.suites.push(suite);
}
