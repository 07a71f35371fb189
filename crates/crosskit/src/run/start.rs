//! How an executable is started: as `cargo test` or `cargo run` would, with the same directory and environment.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_core::emulation;
use crosskit_core::plan::Cell;
use crosskit_core::program::Program;

use super::Context;
use super::built::{Artefact, Built, starts_binaries};

/// An executable with all that it is started with but its arguments.
#[derive(Debug)]
pub struct Prepared {
    /// The name of its package.
    pub package: String,
    /// The runner, and the executable.
    words: Vec<OsString>,
    directory: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

/// Puts together how a test executable is started.
///
/// # Errors
/// cargo named a package that is none.
pub fn prepare(context: &Context, cell: &Cell, built: &Built, test: &Artefact) -> Result<Prepared, String> {
    let info = context.metadata.packages.get(&test.package).ok_or_else(|| format!("no package {}", test.package))?;
    let runner = if test.host { &cell.host_runner } else { &cell.runner };
    let executable = test.executable.as_os_str().to_owned();
    Ok(Prepared {
        package: info.name.clone(),
        words: runner.iter().map(OsString::from).chain([executable]).collect(),
        directory: info.directory.clone(),
        variables: environment(context, cell, built, test),
    })
}

/// Puts together how the program of a cell is started. Cargo starts it where the user stands, and not in the directory of
/// its package as it does a test, and names it by its path from there.
/// Source: Cargo reference, "cargo run"; cargo 1.95, `ops/cargo_run.rs`.
///
/// # Errors
/// cargo did not make it, or named a package that is none.
pub fn program(context: &Context, cell: &Cell, built: &Built, program: &Program) -> Result<Prepared, String> {
    let made = built.program(program).ok_or_else(|| format!("cargo told of no executable for `{}`", program.name))?;
    let mut prepared = prepare(context, cell, built, made)?;
    prepared.directory = context.started_in.to_path_buf();
    if let (Ok(path), Some(word)) = (made.executable.strip_prefix(context.started_in), prepared.words.last_mut()) {
        // A name alone would be looked for in `PATH`.
        let is_name = path.components().count() == 1;
        *word = if is_name { Path::new(".").join(path) } else { path.to_path_buf() }.into_os_string();
    }
    Ok(prepared)
}

impl Prepared {
    /// The command with these arguments for the executable.
    pub fn command(&self, context: &Context, arguments: &[OsString]) -> Command {
        let words = self.words.iter().chain(arguments);
        let program = words.clone().next().cloned().unwrap_or_default();
        let mut command = context.sh.command(PathBuf::from(program), words.skip(1));
        command.current_dir(&self.directory).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The same as it is told. Neither the whole environment nor its secrets belong into a log.
    pub fn line(&self, arguments: &[OsString]) -> String {
        let words = self.words.iter().chain(arguments).map(|word| word.to_string_lossy().into_owned());
        let words: Vec<String> = words.collect();
        format!("{} (in {})", crosskit_core::explain::command(&words), self.directory.display())
    }
}

/// What cargo sets for a test: `[env]`, the package's variables, what its build script set, where its binaries are,
/// and where shared libraries are looked for.
///
/// Source: Cargo reference, "Environment variables" and "`[env]`"; the order of the library path was read off cargo.
fn environment(context: &Context, cell: &Cell, built: &Built, test: &Artefact) -> Vec<(OsString, OsString)> {
    let mut variables = Vec::new();
    let mut set = |name: &str, value: &OsStr| variables.push((OsString::from(name), value.to_os_string()));
    for (name, entry) in &context.plan.env_table {
        if entry.applies(context.sh.variables.contains_key(OsStr::new(name))) {
            set(name, OsStr::new(&entry.value));
        }
    }
    if let Some(way) = &context.plan.emulation {
        set(emulation::VARIABLE, OsStr::new(way));
    }
    set("CARGO", context.cargo.as_os_str());
    if let Some(info) = context.metadata.packages.get(&test.package) {
        info.variables.iter().for_each(|(name, value)| set(name, OsStr::new(value)));
    }
    if let Some(script) = built.script(&test.package, test.host) {
        set("OUT_DIR", script.out_dir.as_os_str());
        script.variables.iter().for_each(|(name, value)| set(name, OsStr::new(value)));
    }
    if starts_binaries(&test.kinds) {
        for binary in built.binaries(&test.package) {
            set(&format!("CARGO_BIN_EXE_{}", binary.name), binary.executable.as_os_str());
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
    let scripts = built.library_paths(context, test.host).into_iter().map(Path::to_path_buf);
    let before = context.sh.variables.get(OsStr::new(name));
    let before = before.map(|value| std::env::split_paths(value).collect::<Vec<_>>()).unwrap_or_default();
    let all = scripts.chain(own).chain([standard]).chain(before);
    if let Ok(value) = std::env::join_paths(all) {
        set(name, &value);
    }
    variables
}
