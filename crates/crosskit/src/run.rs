//! Executes the plan: cargo, then every test executable under its runner, side by side.

mod archives;
mod build;
mod built;
mod cell;
mod doc;
mod engine;
mod left_over;
mod linkers;
mod slots;
mod start;
mod suite;
mod task;
mod timeline;
mod told;
mod worker;

use std::collections::BTreeMap;
use std::time::Instant;

use crosskit_core::emulation;
use crosskit_core::exit::Exit;
use crosskit_core::plan::{Cell, Plan};

use crate::event::Progress;
use crate::metadata::Metadata;
use crate::results::CellResult;
use crate::sh::Sh;

use build::Call;
use slots::Slots;

pub use start::Prepared;
pub use timeline::Timeline;

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
    /// Where the user stands.
    pub started_in: &'a std::path::Path,
    /// The plan.
    pub plan: &'a Plan,
    /// Whether cargo is to be quiet.
    pub quiet: bool,
    /// How cargo and the terminal use colour: `always` or `never`.
    pub colour: &'a str,
    /// Where files go that are this run's alone.
    pub directory: &'a std::path::Path,
    /// Whether nothing new is begun once a test has failed.
    pub fail_fast: bool,
    /// When the command began.
    pub began: Instant,
}

impl Context<'_> {
    /// A cargo call with the environment of the plan.
    fn cargo_command(&self, environment: &BTreeMap<String, String>, arguments: &[String]) -> std::process::Command {
        let mut command = self.sh.command(self.cargo, arguments);
        command.envs(environment);
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
    /// Something failed for another cell, and with `--fail-fast` no more is begun.
    OthersFailed,
}

impl From<Stop> for Exit {
    fn from(stop: Stop) -> Exit {
        match stop {
            Stop::Interrupted => Exit::Interrupted,
            Stop::Internal => Exit::Internal,
            Stop::BuildFailed => Exit::BuildFailed,
            Stop::WrongArtefact => Exit::WrongArtefact,
            Stop::TestsFailed | Stop::OthersFailed => Exit::TestsFailed,
            Stop::RunnerFault => Exit::RunnerFault,
            Stop::TestArguments => Exit::Usage,
            Stop::ToolMissing => Exit::ToolMissing,
        }
    }
}

/// What came of a cell.
#[derive(Debug)]
pub struct Ran {
    /// What is reported.
    pub result: CellResult,
    /// Why it ended before its last rung.
    pub stop: Option<Stop>,
    /// How its program is started, where one is to be run and all went well.
    pub program: Option<Prepared>,
}

impl Call {
    /// The call that builds one cell alone.
    fn alone(at: usize, cell: &Cell) -> Call {
        Call { cells: vec![at], arguments: cell.build.clone(), environment: cell.environment.clone() }
    }
}

/// Runs the plan with so many slots for compilers and tests.
pub fn run(context: &Context, slots: usize, progress: Progress) -> (Vec<Ran>, Timeline) {
    let groups = context.plan.groups.iter().map(|group| Call {
        cells: group.cells.clone(),
        arguments: group.build.clone(),
        environment: group.environment.clone(),
    });
    // What reaches no rung here is built by nobody.
    let is_built = |at: &usize| context.plan.cells.get(*at).is_some_and(|cell| cell.reach.is_some());
    // The pipe of slots and libtest's logs are made there.
    let _ = std::fs::create_dir_all(context.directory);
    let calls = groups.filter(|call| call.cells.iter().all(is_built)).collect();
    engine::run(context, calls, Slots::new(slots, context.directory), progress)
}
