//! The real Cargo, and what stands around it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crosskit_tests::process;

/// How many runners lie in `PATH`: `run1` and so on.
const RUNNERS: usize = 80;

/// The first Cargo whose config has everything that the situations use.
const OLDEST_CARGO: u32 = 95;

/// Programs and directories that all cases share.
#[derive(Debug)]
pub struct Toolbox {
    /// The toolchain's own `cargo`, not rustup's.
    pub cargo: PathBuf,
    /// The toolchain's own `rustc`.
    pub rustc: PathBuf,
    /// The minor version of both.
    pub minor: u32,
    /// The host's triple.
    pub host: String,
    /// Where the cases are made.
    pub directory: PathBuf,
    /// The variables that every Cargo gets.
    pub always: BTreeMap<String, String>,
}

impl Toolbox {
    /// Finds the toolchain, and lays out the fakes in a new directory outside of this repository.
    ///
    /// # Panics
    /// There is no toolchain, or the disk fails.
    pub fn new() -> Toolbox {
        let directory = directory_outside("differential");
        let (cargo, rustc) = toolchain();
        let version = told(&cargo, &["--version"]);
        let minor = version.split('.').nth(1).and_then(|minor| minor.parse().ok()).expect("cargo tells its version");
        assert!(minor >= OLDEST_CARGO, "{version} lacks what this test compares");
        let verbose = told(&rustc, &["-vV"]);
        let host = verbose.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc tells its host");

        let tools = directory.join("tools");
        let (bin, cache) = (directory.join("bin"), directory.join("answers"));
        for directory in [&tools, &bin, &cache] {
            fs::create_dir_all(directory).expect("a directory can be made");
        }
        let fake = tools.join("fake");
        fs::copy(env!("CARGO_BIN_EXE_crosskit-fake-tool"), &fake).expect("the fake can be copied");
        let runners = (0..RUNNERS).map(|number| bin.join(format!("run{number}")));
        for link in [tools.join("rustc"), tools.join("rustdoc")].into_iter().chain(runners) {
            fs::hard_link(&fake, link).expect("a link can be made");
        }
        let always = [
            ("PATH", format!("{}:/usr/bin:/bin", bin.display())),
            ("RUSTC", tools.join("rustc").display().to_string()),
            ("RUSTDOC", tools.join("rustdoc").display().to_string()),
            ("CARGO_INCREMENTAL", "0".to_owned()),
            ("CROSSKIT_FAKE_CACHE", cache.display().to_string()),
            ("CROSSKIT_FAKE_RUSTC", rustc.display().to_string()),
        ];
        let always = always.map(|(name, value)| (name.to_owned(), value)).into();
        Toolbox { host: host.to_owned(), cargo, rustc, minor, directory, always }
    }
}

/// The name of a new directory outside of this repository, where no config file is found but those of a case.
///
/// # Panics
/// A config file lies above it.
pub fn directory_outside(purpose: &str) -> PathBuf {
    let temporary = std::env::temp_dir().canonicalize().expect("the directory for temporary files exists");
    let directory = temporary.join(format!("crosskit-{purpose}-{}", std::process::id()));
    for above in directory.ancestors() {
        let config = above.join(".cargo");
        assert!(!config.exists(), "{} would be read in every case", config.display());
    }
    directory
}

/// The toolchain's own `cargo` and `rustc`.
pub fn toolchain() -> (PathBuf, PathBuf) {
    let sysroot = PathBuf::from(told(Path::new("rustc"), &["--print", "sysroot"]).trim());
    (sysroot.join("bin/cargo"), sysroot.join("bin/rustc"))
}

/// What a tool of the toolchain prints.
fn told(program: &Path, arguments: &[&str]) -> String {
    let mut command = process::command(program, &std::env::temp_dir());
    command.args(arguments);
    process::run(command, Duration::from_secs(60)).exits(0).stdout
}

/// A command with exactly this environment.
pub fn exactly(program: &Path, environment: &BTreeMap<String, String>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(environment).current_dir(directory);
    command
}
