//! What the C compiler and the archiver make: asks the cc crate which they are, and tries them on one line.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::object_file::{self, HEADER_LEN};
use crate::rules::{self, ArchiveProbe, Probe};

use super::command::{output, LIMIT};
use super::{rerun, variable, Inputs};

/// The symbol that the file for the trial defines.
const SYMBOL: &str = "crosskit_build_probe";

/// What came of a trial, in a form that can be kept.
#[derive(Debug)]
pub(super) struct Trial {
    /// The compiler as it was picked.
    pub(super) compiler: String,
    /// The beginning of the object, or why there is none.
    pub(super) made: Result<Vec<u8>, Failure>,
    /// Whether it takes its target as an argument.
    pub(super) any_target: bool,
    /// The archiver and what it made, where it was tried.
    pub(super) archiver: Option<(String, ArchiveProbe)>,
}

/// Why a compiler made nothing.
#[derive(Debug)]
pub(super) enum Failure {
    NotFound,
    Said(String),
    NotTried,
}

impl Trial {
    pub(super) fn failed(compiler: &str, failure: Failure) -> Trial {
        Trial { compiler: compiler.to_string(), made: Err(failure), any_target: false, archiver: None }
    }

    /// As the rules take it.
    pub(super) fn probe(&self) -> Probe {
        match &self.made {
            Ok(header) => object_file::machine(header).map_or(Probe::Unknown, Probe::Object),
            Err(Failure::NotFound) => Probe::NotFound,
            Err(Failure::NotTried) => Probe::NotTried,
            Err(Failure::Said(said)) => Probe::Failed(said.clone()),
        }
    }
}

/// Tries the compiler that the cc crate picks, and the archiver that goes with it.
///
/// `ruled` is the compiler by the rules of this crate, and serves as a name where there is nothing better.
pub(super) fn compiler(inputs: &Inputs, cpp: bool, ruled: Option<&str>) -> Trial {
    let ruled = ruled.unwrap_or(super::UNKNOWN);
    let Some(directory) = &inputs.out_dir else { return Trial::failed(ruled, Failure::NotTried) };
    // The cc crate starts the compiler as well, without a limit: what hangs or floods must not get so far. That it cannot be
    // started is of no account, as it may be a name that only the cc crate can find.
    if let Err(error) = output(Command::new(ruled).arg("--version"), directory, LIMIT) {
        if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Other) {
            return Trial::failed(ruled, Failure::Said(format!("`{ruled}`: {error}")));
        }
    }
    let build = build(inputs, cpp, directory);
    let tool = match build.try_get_compiler() {
        Ok(tool) => tool,
        Err(error) => return Trial::failed(ruled, Failure::Said(super::first_line(&error.to_string()))),
    };
    let files = Files::new(directory, cpp);
    let mut made = files.compile(tool.to_command(), tool.is_like_msvc());
    // A GCC for another machine may refuse the arguments for this one (`-m64`). What it makes without them says why.
    // Clang gets its target by argument, so without any it says nothing.
    if tool.is_like_gnu() && matches!(made, Err(Failure::Said(_))) {
        if let Ok(header) = files.compile(Command::new(tool.path()), false) {
            let object = object_file::machine(&header);
            if object.is_some_and(|object| object_file::matches(&inputs.target, &object) == Some(false)) {
                made = Ok(header);
            }
        }
    }
    let fits = made.as_ref().is_ok_and(|header| {
        object_file::machine(header).is_some_and(|object| object_file::matches(&inputs.target, &object) == Some(true))
    });
    let tries_archiver = fits && !cpp && is_asked_for(inputs) && !tool.is_like_msvc();
    let archiver = if tries_archiver { build.try_get_archiver().ok().map(|it| files.archive(it)) } else { None };
    files.remove();
    Trial { compiler: tool.path().display().to_string(), made, any_target: tool.is_like_clang(), archiver }
}

fn build(inputs: &Inputs, cpp: bool, directory: &Path) -> cc::Build {
    let mut build = cc::Build::new();
    build
        .target(&inputs.target)
        .host(&inputs.host)
        .out_dir(directory)
        .opt_level_str(&opt_level())
        .cpp(cpp)
        // Debug information does not change the machine, nor do the flags of rustc that the crate passes on; for
        // each of the latter it would run the compiler once to see whether it knows the flag.
        .debug(false)
        .inherit_rustflags(false)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .cargo_output(false);
    build
}

fn opt_level() -> String {
    variable("OPT_LEVEL").unwrap_or_else(|| "0".to_string())
}

/// Whether the archiver is worth a trial: the host's own fits the host.
fn is_asked_for(inputs: &Inputs) -> bool {
    let Inputs { host, target, .. } = inputs;
    host != target || rules::compiler_variable("AR", target, host, &variable).is_some()
}

/// All that the trials depend on and that is no file, in lines.
pub(super) fn circumstances(inputs: &Inputs, count: usize) -> String {
    let mut text = format!("{count} {:?}", opt_level());
    let names = rerun::variables(&inputs.target, &inputs.host);
    for name in names.iter().map(String::as_str).chain(["PATH", "RUSTC_WRAPPER", "TARGET", "HOST"]) {
        if let Some(value) = variable(name) {
            text.push_str(&format!("\n{name}={value:?}"));
        }
    }
    text
}

/// The files of a trial.
struct Files {
    directory: PathBuf,
    source: PathBuf,
    object: PathBuf,
    archive: PathBuf,
}

impl Files {
    fn new(directory: &Path, cpp: bool) -> Files {
        let file = |name: &str| directory.join(name);
        Files {
            directory: directory.to_path_buf(),
            source: file(if cpp { "crosskit-build.cpp" } else { "crosskit-build.c" }),
            object: file(if cpp { "crosskit-build-cpp.o" } else { "crosskit-build.o" }),
            archive: file("crosskit-build.a"),
        }
    }

    /// The beginning of the object that a compiler makes.
    fn compile(&self, mut command: Command, msvc: bool) -> Result<Vec<u8>, Failure> {
        let said = |words: String| Err(Failure::Said(words));
        if let Err(error) = fs::write(&self.source, format!("int {SYMBOL} = 1;\n")) {
            return said(format!("there is no file to try it on: {error}"));
        }
        command.arg(if msvc { "/c" } else { "-c" }).arg(&self.source);
        if msvc {
            command.arg(format!("/Fo{}", self.object.display()));
        } else {
            command.arg("-o").arg(&self.object);
        }
        match output(&mut command, &self.directory, LIMIT) {
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::NotFound),
            Err(error) => said(error.to_string()),
            Ok(ended) if !ended.status.success() => said(ended.said()),
            Ok(_) => match fs::read(&self.object) {
                Ok(mut bytes) => {
                    bytes.truncate(HEADER_LEN);
                    Ok(bytes)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => said("it ends well and makes nothing".to_string()),
                Err(error) => said(format!("what it makes cannot be read: {error}")),
            },
        }
    }

    /// The archiver's name, and what it makes of the object.
    fn archive(&self, mut archiver: Command) -> (String, ArchiveProbe) {
        let program = archiver.get_program().to_string_lossy().into_owned();
        // One left from a trial that was cut off would be added to.
        let _ = fs::remove_file(&self.archive);
        let probe = match output(archiver.arg("cqs").arg(&self.archive).arg(&self.object), &self.directory, LIMIT) {
            Err(error) if error.kind() == ErrorKind::NotFound => ArchiveProbe::NotFound,
            Err(error) => ArchiveProbe::Failed(error.to_string()),
            Ok(ended) if !ended.status.success() => ArchiveProbe::Failed(ended.said()),
            Ok(_) => match super::archive::has_index(&self.archive, SYMBOL) {
                Some(true) => ArchiveProbe::Index,
                Some(false) => ArchiveProbe::NoIndex,
                None => ArchiveProbe::Failed("what it wrote is no archive".to_string()),
            },
        };
        (program, probe)
    }

    /// Leftovers would do no harm.
    fn remove(&self) {
        for file in [&self.source, &self.object, &self.archive] {
            let _ = fs::remove_file(file);
        }
    }
}
