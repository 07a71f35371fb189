//! A project as the reader of the guide has it: what `cargo new` makes, outside of every other workspace.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_tests::installed;
use crosskit_tests::process::{self, Finished};
use crosskit_tests::repository;
use crosskit_tests::scratch::{CONFIG, Scratch};

use super::artefact::{self, Artefact};
use super::blocks;
use crate::kit;

/// The host that the guide supposes.
pub const HOST: &str = "x86_64-unknown-linux-gnu";

/// Where stand-ins for programs lie, below the root. It comes first in `PATH`.
const FAKES: &str = "target/fakes";

/// Writes down how it was called, each call on a line of its own, and does nothing.
const FAKE: &str = "#!/bin/sh\nfor word; do printf '%s\\t' \"$word\"; done >>\"$0.calls\"\necho >>\"$0.calls\"\n";

/// A project of a test's own.
pub struct Project {
    /// The root and what is in it.
    pub scratch: Scratch,
}

/// Outside of this repository: `cargo new` adds a package to the workspace that it finds above it, whose config would
/// reach the package as well.
fn directory() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    repository::root().hash(&mut hasher);
    std::env::temp_dir().join(format!("crosskit-guide-{:016x}", hasher.finish()))
}

impl Project {
    /// What the guide's first commands make, with another name.
    pub fn new(name: &str) -> Project {
        Project::start(&blocks::NEW_DEMO.replace("runner_demo", name))
    }

    /// What these commands of a shell make, of which the first is `cargo new NAME`.
    #[track_caller]
    pub fn start(commands: &str) -> Project {
        assert_eq!(installed::host(), HOST, "the guide supposes this host");
        let name = commands.split_whitespace().nth(2).expect("the first command is `cargo new NAME`");
        let scratch = Scratch::empty(&directory(), name);
        let mut shell = process::command("sh", &scratch.root);
        shell.args(["-e", "-c", commands]).current_dir(scratch.root.parent().expect("it is below a directory"));
        process::run(shell, kit::COMPILING).exits(0);
        Project { scratch }
    }

    /// The root.
    pub fn root(&self) -> &Path {
        &self.scratch.root
    }

    /// The package's name.
    pub fn name(&self) -> String {
        self.root().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Writes `.cargo/config.toml`.
    #[track_caller]
    pub fn config(&self, text: &str) {
        self.scratch.write(CONFIG, text);
    }

    /// The text of `.cargo/config.toml`.
    #[track_caller]
    pub fn read_config(&self) -> String {
        self.scratch.read(CONFIG)
    }

    /// Makes the program print a line, and gives it a test that tells its architecture.
    pub fn prints(&self, line: &str) {
        self.scratch.write(
            "src/main.rs",
            &format!(
                "fn main() {{\n    println!(\"{line}\");\n}}\n\n\
                 #[test]\nfn works() {{\n    println!(\"on {{}}\", std::env::consts::ARCH);\n}}\n"
            ),
        );
    }

    /// A directory in the place of one that the guide supposes; gives back its path.
    pub fn directory(&self, name: &str) -> String {
        let path = self.root().join("target").join(name);
        fs::create_dir_all(&path).expect("a directory can be made");
        path.display().to_string()
    }

    /// Puts a program in front of `PATH` that writes down how it is called.
    pub fn fake(&self, name: &str) {
        self.script(&format!("{FAKES}/{name}"), FAKE);
    }

    /// Writes a program of a shell.
    pub fn script(&self, path: &str, text: &str) {
        self.scratch.write(path, text);
        let path = self.root().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions can be set");
    }

    /// The words of every call of a stand-in since the last time.
    pub fn take_calls(&self, name: &str) -> Vec<Vec<String>> {
        let path = self.root().join(FAKES).join(format!("{name}.calls"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        let words = |line: &str| line.split_terminator('\t').map(str::to_owned).collect();
        text.lines().map(words).collect()
    }

    /// A command of the guide, at the root.
    pub fn command(&self, line: &str) -> Command {
        let mut words = line.split_whitespace();
        let mut command = process::command(words.next().expect("a command has a first word"), self.root());
        command.args(words).env("PATH", self.path());
        command
    }

    /// `PATH`, with the stand-ins in front.
    fn path(&self) -> OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let directories = std::iter::once(self.root().join(FAKES)).chain(std::env::split_paths(&path));
        std::env::join_paths(directories).expect("PATH can be joined")
    }

    /// `cross` of the built xtask at the root, with the same `PATH`.
    pub fn cross_command(&self, arguments: &str) -> Command {
        let mut command = kit::direct(self.root(), arguments);
        command.env("PATH", self.path());
        command
    }

    /// Runs a command of the guide at the root.
    #[track_caller]
    pub fn run(&self, line: &str) -> Finished {
        process::run(self.command(line), kit::COMPILING)
    }

    /// Runs a command of the guide in a directory below the root.
    #[track_caller]
    pub fn run_in(&self, member: &str, line: &str) -> Finished {
        let mut command = self.command(line);
        command.current_dir(self.root().join(member));
        process::run(command, kit::COMPILING)
    }

    /// Runs `cross` at the root.
    #[track_caller]
    pub fn cross(&self, arguments: &str) -> Finished {
        process::run(self.cross_command(arguments), kit::COMPILING)
    }

    /// Runs `cross` in a directory below the root.
    #[track_caller]
    pub fn cross_in(&self, member: &str, arguments: &str) -> Finished {
        let mut command = self.cross_command(arguments);
        command.current_dir(self.root().join(member));
        process::run(command, kit::COMPILING)
    }

    /// Reads the program that cargo built below `target`, in a directory such as `debug`.
    #[track_caller]
    pub fn artefact(&self, directory: &str) -> Artefact {
        artefact::read(&self.root().join("target").join(directory).join(self.name()))
    }
}
