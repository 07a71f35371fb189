//! Packages that are made for one test, and built with Cargo in a clean environment.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A target that is not the host's, and its cross compiler.
pub struct Foreign {
    pub target: &'static str,
    pub gcc: &'static str,
    pub machine: &'static str,
}

pub struct Native {
    pub target: String,
    pub machine: &'static str,
}

const MACHINES: [Foreign; 2] = [
    Foreign { target: "aarch64-unknown-linux-gnu", gcc: "aarch64-linux-gnu-gcc", machine: "AArch64" },
    Foreign { target: "x86_64-unknown-linux-gnu", gcc: "x86_64-linux-gnu-gcc", machine: "x86-64" },
];

pub fn native() -> Native {
    let output = clean("rustc").arg("-vV").output().expect("rustc starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let target = text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_string();
    let arch = target.split('-').next().unwrap_or("");
    let machine = MACHINES.iter().find(|known| known.target.starts_with(arch));
    let machine = machine.unwrap_or_else(|| panic!("no foreign target is chosen for the host {target}")).machine;
    Native { target, machine }
}

/// The foreign target, after a look at what it needs. What is missing is said with the command that installs it.
pub fn foreign() -> &'static Foreign {
    let native = native();
    let foreign = MACHINES.iter().find(|known| known.machine != native.machine).expect("there are two");
    let package = foreign.gcc.replace('_', "-");
    let package = package.trim_end_matches("-gcc");
    assert!(
        clean(foreign.gcc).arg("--version").output().is_ok(),
        "`{}` is missing: install it with `sudo apt install gcc-{package}`",
        foreign.gcc
    );
    let libdir = clean("rustc").args(["--print", "target-libdir", "--target", foreign.target]).output();
    let libdir = libdir.expect("rustc starts").stdout;
    assert!(
        Path::new(String::from_utf8_lossy(&libdir).trim()).is_dir(),
        "rust-std for {0} is missing: install it with `rustup target add {0}`",
        foreign.target
    );
    foreign
}

/// A command that sees nothing of Cargo's, rustc's and the C compiler's variables.
fn clean(program: &str) -> Command {
    const KEPT: [&str; 9] = [
        "PATH",
        "HOME",
        "USERPROFILE",
        "SystemRoot",
        "TMPDIR",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
        "RUSTUP_AUTO_INSTALL",
    ];
    let mut command = Command::new(program);
    command.env_clear();
    for name in KEPT {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

pub struct Scratch {
    name: String,
    dir: PathBuf,
}

impl Scratch {
    /// A library whose build script is one call of `check()`.
    pub fn new(name: &str) -> Scratch {
        Scratch::with_features(name, true)
    }

    pub fn with_features(name: &str, default_features: bool) -> Scratch {
        let name = format!("scratch-{name}");
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
        if dir.exists() {
            fs::remove_dir_all(&dir).expect("the directory of the last run goes away");
        }
        fs::create_dir_all(dir.join("src")).expect("the directory is made");
        let helper = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
             [build-dependencies]\ncrosskit-build = {{ path = {helper:?}, default-features = {default_features} }}\ncc = \"1.2.2\"\n"
        );
        let scratch = Scratch { name, dir };
        scratch.write("Cargo.toml", &manifest);
        scratch.write("src/lib.rs", "");
        scratch.write("build.rs", "fn main() { crosskit_build::check(); }\n");
        // The versions that the rest of the repository is built with are there without a network.
        let lock = helper.join("../../Cargo.lock");
        if lock.is_file() {
            fs::copy(lock, scratch.dir.join("Cargo.lock")).expect("the lock file is copied");
        }
        scratch
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("the directory is made");
        fs::write(path, text).expect("the file is written");
    }

    /// Says of the package which library it links.
    pub fn links(&self, library: &str) {
        let manifest = fs::read_to_string(self.dir.join("Cargo.toml")).expect("the manifest is there");
        self.write("Cargo.toml", &manifest.replacen("[package]\n", &format!("[package]\nlinks = \"{library}\"\n"), 1));
    }

    /// Names the linker of a target in the package's Cargo configuration.
    pub fn configure_linker(&self, target: &str, linker: &str) {
        self.write(".cargo/config.toml", &format!("[target.{target}]\nlinker = \"{linker}\"\n"));
    }

    /// Builds with these arguments and variables.
    pub fn build(&self, args: &[&str], variables: &[(&str, &str)]) -> Built {
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
        let mut command = clean(&cargo);
        command.current_dir(&self.dir).arg("build").args(args);
        // Below the directory of the repository's own `.cargo/config.toml`, if it has one: the nearest one wins.
        command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch-target"));
        if self.dir.join("Cargo.lock").is_file() {
            command.arg("--offline");
        }
        Built {
            output: command.envs(variables.iter().copied()).output().expect("cargo starts"),
            name: self.name.clone(),
        }
    }
}

pub struct Built {
    output: Output,
    name: String,
}

impl Built {
    pub fn succeeded(&self) -> bool {
        self.output.status.success()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// What Cargo shows of the build script's warnings, or of what it said as it failed.
    pub fn warnings(&self) -> Vec<String> {
        let prefix = format!("warning: {}@0.1.0: ", self.name);
        let said = |line: &str| Some(line.trim().to_string()).filter(|line| line.starts_with("TARGET "));
        let shown = |line: &str| line.strip_prefix(&prefix).map(String::from).or_else(|| said(line));
        self.stderr().lines().filter_map(shown).collect()
    }

    /// The warnings of a build that must have come to its end.
    #[track_caller]
    pub fn warnings_of_success(&self) -> Vec<String> {
        assert!(self.succeeded(), "{}", self.stderr());
        self.warnings()
    }
}
