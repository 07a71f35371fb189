//! Runs one test executable as `cargo test` would: same arguments, directory and environment.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crosskit_core::libtest::{self, Counts, Line, Outcome, Test};
use crosskit_core::plan::Cell;

use super::Context;
use super::build::{Artefact, Built};
use crate::artefact;
use crate::event::Event;
use crate::results::{Suite, SuiteKind, SuiteVerdict};
use crate::sh::{Ended, OnInterrupt, Restart};

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
    (context.progress)(Event::Detail("Running", &format!("{command:?}")));

    let mut output = String::new();
    let mut tests = Vec::new();
    let mut summary = None;
    let limit = Some(Duration::from_secs(cell.timeout));
    let ended = context.sh.supervise(command, true, OnInterrupt::Force, limit, |line| {
        match libtest::read_line(line) {
            Line::Test(test) => tests.push(test),
            Line::Summary(counts) => summary = Some(counts),
            Line::Other => {}
        }
        output.push_str(line);
        output.push('\n');
        Restart::Nothing
    })?;
    let (verdict, status) = match ended {
        Ended::Interrupted => return Ok(None),
        Ended::TimedOut => (SuiteVerdict::TimedOut, "was ended at its time limit".to_owned()),
        Ended::Exited(status) => (verdict(status.success(), summary), format!("ended with {status}")),
    };
    let name = test.name.clone();
    let counts = counts(summary, &mut tests, verdict, &name);
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
        tests,
        seconds: began.elapsed().as_secs_f64(),
        output,
    }))
}

/// A binary whose summary counts no failure and that still fails was ended from outside, or has no harness and says by
/// its exit code alone how it went.
fn verdict(success: bool, summary: Option<Counts>) -> SuiteVerdict {
    match (success, summary) {
        (true, _) => SuiteVerdict::Passed,
        (false, Some(counts)) if counts.failed > 0 => SuiteVerdict::Failed,
        (false, _) => SuiteVerdict::Crashed,
    }
}

/// The figures: libtest's own, or those of the tests that had told how they ended. An executable without libtest
/// counts as one test of its own name.
fn counts(summary: Option<Counts>, tests: &mut Vec<Test>, verdict: SuiteVerdict, name: &str) -> Counts {
    if let Some(counts) = summary {
        return counts;
    }
    if tests.is_empty() {
        let outcome = if verdict == SuiteVerdict::Passed { Outcome::Passed } else { Outcome::Failed };
        tests.push(Test { name: name.to_owned(), outcome });
    }
    let count = |outcome| tests.iter().filter(|test| test.outcome == outcome).count();
    let mut counts =
        Counts { passed: count(Outcome::Passed), failed: count(Outcome::Failed), ignored: count(Outcome::Ignored) };
    if verdict != SuiteVerdict::Passed {
        // The test that hung or crashed could not say so.
        counts.failed = counts.failed.max(1);
    }
    counts
}

/// What cargo sets for a test: `[env]`, the package's variables, what its build script set, where its binaries are,
/// and where shared libraries are looked for.
///
/// Source: Cargo reference, "Environment variables" and "`[env]`"; the order of the library path was read off cargo.
fn environment(context: &Context, cell: &Cell, built: &Built, test: &Artefact, command: &mut std::process::Command) {
    for (name, entry) in &context.plan.env_table {
        if entry.force || !context.sh.variables.contains_key(OsStr::new(name)) {
            command.env(name, &entry.value);
        }
    }
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
