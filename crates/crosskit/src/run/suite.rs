//! Runs one test executable as `cargo test` would: same arguments, directory and environment.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use crosskit_core::libtest::{Outcome, Test, Told};
use crosskit_core::plan::Cell;

use super::Context;
use super::build::{Artefact, Built};
use crate::artefact;
use crate::event::Event;
use crate::results::{Suite, SuiteKind, SuiteVerdict};
use crate::sh::{Ended, OnInterrupt, Restart};

/// Bytes of output that are kept: a test that prints without end would otherwise fill the memory.
const OUTPUT_LIMIT: usize = 16 << 20;

/// The exit code of a shell, of `env` and of the launcher where they cannot start what they were told to.
///
/// Source: POSIX, "Exit Status for Commands".
const NOT_STARTED: i32 = 127;

/// Runs a test executable; `None` means Ctrl-C.
///
/// # Errors
/// Its runner, or itself where there is no runner, cannot be started.
pub fn run(context: &Context, cell: &Cell, built: &Built, test: &Artefact) -> Result<Option<Suite>, String> {
    let began = Instant::now();
    let info = context.metadata.packages.get(&test.package).ok_or_else(|| format!("no package {}", test.package))?;
    let runner = if test.host { &cell.host_runner } else { &cell.runner };
    let executable = test.executable.as_os_str().to_owned();
    let mut words =
        runner.iter().map(OsString::from).chain([executable]).chain(cell.test_arguments.iter().map(OsString::from));
    let Some(program) = words.next() else { return Err("nothing to run".to_owned()) };
    let mut command = context.sh.command(PathBuf::from(program), words);
    command.current_dir(&info.directory);
    environment(context, cell, built, test, &mut command);
    // Neither the whole environment nor its secrets belong into a log.
    let words: Vec<String> = runner.iter().cloned().chain([test.executable.display().to_string()]).collect();
    let words: Vec<String> = words.into_iter().chain(cell.test_arguments.iter().cloned()).collect();
    let line = format!("{} (in {})", crosskit_core::explain::command(&words), info.directory.display());
    (context.progress)(Event::Detail("Running", &line));

    let mut output = String::new();
    let mut more = 0;
    let mut told = Told::default();
    let limit = Some(Duration::from_secs(cell.timeout));
    let ended = context.sh.supervise(command, true, OnInterrupt::Force, limit, |line| {
        told.line(line);
        if output.len() < OUTPUT_LIMIT {
            output.push_str(line);
            output.push('\n');
        } else {
            more += 1;
        }
        Restart::Nothing
    })?;
    if more > 0 {
        output.push_str(&format!("... and {more} more lines\n"));
    }
    let has_libtest = || artefact::has_libtest(&test.executable);
    let refusal = |told: &Told| told.refusal().filter(|_| !cell.test_arguments.is_empty()).map(str::to_owned);
    let (verdict, status) = match ended {
        Ended::Interrupted => return Ok(None),
        Ended::TimedOut => (SuiteVerdict::TimedOut, "was ended at its time limit".to_owned()),
        // Some emulators start nothing, say nothing, and end as if all were well.
        Ended::Exited(status) if status.success() && output.is_empty() && has_libtest() => {
            (SuiteVerdict::Crashed, format!("ended with {status} and without a word"))
        }
        Ended::Exited(status) if status.code() == Some(NOT_STARTED) && told.lost_all_that_failed() => {
            (SuiteVerdict::NotRun, in_words(status, &told))
        }
        Ended::Exited(status) if status.code() == Some(NOT_STARTED) && told.unfinished.is_none() && has_libtest() => (
            SuiteVerdict::NotRun,
            format!("ended with {status} before its first test, as a runner does that cannot start it"),
        ),
        Ended::Exited(status) => match refusal(&told).filter(|_| !status.success() && has_libtest()) {
            Some(why) => (SuiteVerdict::Refused(why), in_words(status, &told)),
            None => (verdict(status, &told), in_words(status, &told)),
        },
    };
    told.close();
    let name = test.name.clone();
    let ran = !matches!(verdict, SuiteVerdict::NotRun | SuiteVerdict::Refused(_));
    if !ran || cell.test_arguments.iter().any(|argument| argument == "--list") {
        told = Told::default();
    } else if told.unfinished.is_none() {
        // Without libtest the executable is one test of its own name.
        let outcome = if verdict == SuiteVerdict::Passed { Outcome::Passed } else { Outcome::Failed };
        told.tests = vec![Test { name: name.clone(), outcome }];
        told.counts = None;
    }
    let mut counts = told.figures();
    if matches!(verdict, SuiteVerdict::Crashed | SuiteVerdict::TimedOut) {
        // The test that hung or crashed could not say so.
        counts.failed = counts.failed.max(1);
    }
    let machine = artefact::read(&test.executable).ok().flatten().map(|file| file.name()).unwrap_or_default();
    let kind = match test.kinds.iter().map(String::as_str).next() {
        Some("test") => SuiteKind::Integration,
        Some("bench" | "example") => SuiteKind::Other,
        _ => SuiteKind::Unit,
    };
    Ok(Some(Suite {
        package: info.name.clone(),
        name,
        kind,
        host: test.host,
        machine,
        verdict,
        status,
        counts,
        tests: told.tests,
        seconds: began.elapsed().as_secs_f64(),
        output,
    }))
}

/// libtest says how it went; an executable without libtest says so by its exit code. A process that a signal ended, or
/// that ended before libtest had come to its summary, says nothing, whatever its exit code.
fn verdict(status: ExitStatus, told: &Told) -> SuiteVerdict {
    match status.code() {
        _ if told.ended_early() => SuiteVerdict::Crashed,
        Some(0) => SuiteVerdict::Passed,
        Some(_) if told.unfinished.is_none() || told.figures().failed > 0 => SuiteVerdict::Failed,
        _ => SuiteVerdict::Crashed,
    }
}

fn in_words(status: ExitStatus, told: &Told) -> String {
    if told.ended_early() {
        let (told, all) = (told.tests.len(), told.unfinished.unwrap_or_default());
        format!("ended with {status} after {told} of {all} tests")
    } else {
        format!("ended with {status}")
    }
}

/// What cargo sets for a test: `[env]`, the package's variables, what its build script set, where its binaries are,
/// and where shared libraries are looked for.
///
/// Source: Cargo reference, "Environment variables" and "`[env]`"; the order of the library path was read off cargo.
fn environment(context: &Context, cell: &Cell, built: &Built, test: &Artefact, command: &mut std::process::Command) {
    for (name, entry) in &context.plan.env_table {
        if entry.applies(context.sh.variables.contains_key(OsStr::new(name))) {
            command.env(name, &entry.value);
        }
    }
    context.demand_emulation(command);
    command.env("CARGO", context.cargo);
    if let Some(info) = context.metadata.packages.get(&test.package) {
        command.envs(info.variables.iter().map(|(name, value)| (name, value)));
    }
    if let Some(script) = built.script(&test.package, test.host) {
        command.env("OUT_DIR", &script.out_dir);
        command.envs(script.variables.iter().map(|(name, value)| (name, value)));
    }
    if test.kinds.iter().any(|kind| kind == "test" || kind == "bench") {
        for binary in built.binaries(&test.package) {
            command.env(format!("CARGO_BIN_EXE_{}", binary.name), &binary.executable);
        }
    }
    let triple = if test.host { context.host } else { &cell.triple };
    let name = if cfg!(target_os = "macos") { "DYLD_FALLBACK_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let metadata = context.metadata;
    let below = |directory: &Path| {
        let directory = if test.host { directory.to_path_buf() } else { directory.join(triple) };
        directory.join(&cell.profile_directory)
    };
    let own = [below(&metadata.target_directory), below(&metadata.build_directory).join("deps")];
    let standard = context.sysroot.join("lib/rustlib").join(triple).join("lib");
    let scripts = built.library_paths(context, test.host).cloned();
    let before = context.sh.variables.get(OsStr::new(name));
    let before = before.map(|value| std::env::split_paths(value).collect::<Vec<_>>()).unwrap_or_default();
    let all = scripts.chain(own).chain([standard]).chain(before);
    if let Ok(value) = std::env::join_paths(all) {
        command.env(name, value);
    }
}
