//! The trial of `doctor --probe`: compiles, links and runs the little program with what the plan says.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crosskit_core::plan::{Cell, FileEdit, Plan};
use crosskit_core::policy::linker_variable;
use crosskit_core::trial::{self, Ending, Trial};

use crate::apply;
use crate::event::{Event, Progress};
use crate::sh::{Ended, OnInterrupt, Restart, Sh};

/// How many lines of a tool are kept.
const LINES: usize = 2000;

/// What every trial needs.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Starts processes, in the workspace's root: what the config says holds there.
    pub sh: &'a Sh,
    /// The cargo to call.
    pub cargo: &'a Path,
    /// Where the scratch packages go.
    pub directory: &'a Path,
    /// The plan.
    pub plan: &'a Plan,
    /// Where events go.
    pub progress: Progress<'a>,
}

/// Of cargo's messages the one that names what was built.
/// Source: Cargo reference, "External tools", "JSON messages".
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}

/// Tries a target; `None` means Ctrl-C. `has_std` is whether there is a program to run at all.
///
/// # Errors
/// A scratch file cannot be written, or cargo cannot be started.
pub fn run(ground: &Ground, cell: &Cell, has_std: bool) -> Result<Option<Trial>, String> {
    (ground.progress)(Event::Status("Trying", &cell.triple));
    let package = ground.directory.join(if has_std { "trial" } else { "trial-no-std" });
    let (source, text) = if has_std { ("src/main.rs", trial::PROGRAM) } else { ("src/lib.rs", trial::LIBRARY) };
    for (path, text) in [("Cargo.toml", trial::MANIFEST), (source, text)] {
        // It is written each time, so that each time something is compiled.
        write(&package, path, text, false)?;
    }
    for edit in ground.plan.edits.iter().filter(|edit| edit.executable) {
        write(&package, &edit.path, &edit.text, true)?;
    }
    let began = Instant::now();
    let Some((ending, output, executable)) = build(ground, cell, &package)? else { return Ok(None) };
    let mut trial = Trial::built(&cell.triple, &cell.runner_name, began.elapsed().as_secs_f64(), &ending, &output);
    if trial.broke.is_some() {
        return Ok(Some(trial));
    }
    let why = match &executable {
        _ if !has_std => Some("compiled; without a standard library there is nothing to run"),
        None => Some("compiled; cargo named nothing to run"),
        _ if cell.runner.is_empty() && cell.runner_name != "native" => {
            Some("compiled and linked; nothing is known that runs it here")
        }
        _ => None,
    };
    let Some(executable) = executable.filter(|_| why.is_none()) else {
        trial.not_run = why.map(str::to_owned);
        return Ok(Some(trial));
    };
    let began = Instant::now();
    let Some((ending, output)) = start(ground, cell, &package, &executable)? else { return Ok(None) };
    trial.ran(began.elapsed().as_secs_f64(), &ending, &output);
    Ok(Some(trial))
}

fn write(package: &Path, path: &str, text: &str, executable: bool) -> Result<(), String> {
    let edit = FileEdit { executable, ..FileEdit::own(path, text.to_owned()) };
    apply::write(None, package, &edit).map_err(|finding| finding.message)
}

/// A program of the plan. One that the plan would write, and that is not written yet, lies in the scratch package.
fn placed(ground: &Ground, package: &Path, program: &str) -> String {
    let root = ground.sh.directory();
    let planned = ground.plan.edits.iter().filter(|edit| edit.executable);
    let found = planned.into_iter().find(|edit| Path::new(program) == root.join(&edit.path));
    found.map_or(program.to_owned(), |edit| package.join(&edit.path).to_string_lossy().into_owned())
}

type Built = (Ending, Vec<String>, Option<PathBuf>);

/// Builds at the root of the workspace, so that cargo reads the config that it always reads there.
fn build(ground: &Ground, cell: &Cell, package: &Path) -> Result<Option<Built>, String> {
    let mut arguments = vec!["build".to_owned(), "--offline".to_owned()];
    arguments.extend(["--target".to_owned(), cell.triple.clone()]);
    let text = |path: &Path| path.to_string_lossy().into_owned();
    arguments.extend(["--manifest-path".to_owned(), text(&package.join("Cargo.toml"))]);
    arguments.extend(["--target-dir".to_owned(), text(&ground.directory.join("trial-target"))]);
    let given = cell.build.windows(2).filter(|words| words[0] == "--config").flatten().cloned();
    let unstable = cell.build.iter().filter(|word| word.starts_with("-Zbuild-std")).cloned();
    arguments.extend(given.chain(unstable));
    arguments.push("--message-format=json-render-diagnostics".to_owned());
    (ground.progress)(Event::Detail("Running", &format!("cargo {}", crosskit_core::explain::command(&arguments))));
    let mut command = ground.sh.command(ground.cargo, &arguments);
    command.envs(&cell.environment).env("CARGO_TERM_COLOR", "never");
    if let Some(linker) = cell.linker.as_ref().filter(|_| !ground.plan.edits.is_empty()) {
        // The policy is not written yet, and a trial is about what it says.
        command.env(linker_variable(&cell.triple), placed(ground, package, linker));
    }
    for (name, value) in &ground.plan.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut output = Vec::new();
    let mut executable = None;
    let limit = Duration::from_secs(trial::BUILD_LIMIT);
    let ended = ground.sh.supervise(command, OnInterrupt::Ask, Some(limit), |line| {
        match serde_json::from_str::<Message>(line) {
            Ok(message) => executable = message.executable.or(executable.take()),
            Err(_) if line.starts_with('{') => {}
            Err(_) if output.len() < LINES => output.push(line.to_owned()),
            Err(_) => {}
        }
        Restart::Nothing
    })?;
    Ok(ending(ended, trial::BUILD_LIMIT).map(|ending| (ending, output, executable)))
}

/// Starts the program as cargo would start it.
fn start(
    ground: &Ground,
    cell: &Cell,
    package: &Path,
    executable: &Path,
) -> Result<Option<(Ending, Vec<String>)>, String> {
    let mut runner = cell.runner.clone();
    if let Some(first) = runner.first_mut() {
        *first = placed(ground, package, first);
    }
    runner.push(executable.to_string_lossy().into_owned());
    let Some((program, words)) = runner.split_first() else { return Err("nothing to run".to_owned()) };
    (ground.progress)(Event::Detail("Running", &crosskit_core::explain::command(&runner)));
    let mut command = ground.sh.command(program, words);
    command.current_dir(package);
    for (name, entry) in &ground.plan.env_table {
        if entry.applies(ground.sh.variables.contains_key(OsStr::new(name))) {
            command.env(name, &entry.value);
        }
    }
    let limit = cell.timeout.min(trial::RUN_LIMIT);
    let mut output = Vec::new();
    let ended = ground.sh.supervise(command, OnInterrupt::Force, Some(Duration::from_secs(limit)), |line| {
        if output.len() < LINES {
            output.push(line.to_owned());
        }
        Restart::Nothing
    });
    match ended {
        Ok(ended) => Ok(ending(ended, limit).map(|ending| (ending, output))),
        // A runner that is not there is what a trial is to find.
        Err(error) => Ok(Some((Ending::Bad(error), output))),
    }
}

fn ending(ended: Ended, limit: u64) -> Option<Ending> {
    match ended {
        Ended::Interrupted => None,
        Ended::TimedOut => Some(Ending::TimedOut(limit)),
        Ended::Exited(status) if status.success() => Some(Ending::Good),
        Ended::Exited(status) => Some(Ending::Bad(status.to_string())),
    }
}
