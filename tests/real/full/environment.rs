//! Cargo itself is the oracle for how a test is started: the same arguments, directory and environment.
//!
//! A runner that writes down how it was called stands before the real one, first under plain `cargo test`, then under
//! the kit: for the example, for published packages with build scripts, and in the place of the emulator, where the kit asks
//! libtest for its log.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process;
use crosskit_tests::scratch::{CONFIG, Scratch};

use crate::kit;

/// Variables that tell of the start, and why they may differ.
const OF_THE_START: &[(&str, &str)] = &[
    ("RUST_RECURSION_COUNT", "rustup's proxy counts its calls; the kit calls the cargo behind the proxy"),
    ("PWD", "the alias runs the xtask under the host's runner, too, which is the script, and its shell exports this"),
    ("SHLVL", "the same, where `sh` is bash"),
    ("_", "the same"),
    ("OLDPWD", "the same"),
];

/// `/proc` tells how the script was started; its own `env` would have what the shell adds.
const DUMPING_RUNNER: &str = "\
#!/bin/sh
to=$(dirname \"$0\")/calls/$$
mkdir -p \"$to\"
cat /proc/$$/cmdline > \"$to/arguments\"
cat /proc/$$/environ > \"$to/environment\"
readlink /proc/$$/cwd > \"$to/directory\"
exec \"$@\"
";

/// How a process was started.
#[derive(Debug, PartialEq, Eq)]
struct Start {
    arguments: Vec<String>,
    directory: String,
    environment: BTreeMap<String, String>,
}

fn split(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// Whether a word names a test executable. The xtask is started by a runner of the host, and the program under test by its
/// test: neither is a test.
fn is_test(word: &str) -> bool {
    word.contains("/debug/deps/") && !word.contains("/deps/xtask")
}

/// What the runner wrote down since the last time, by executable.
fn take_calls(scratch: &Scratch, is_meant: fn(&str) -> bool) -> BTreeMap<String, Start> {
    let calls = scratch.root.join("target/calls");
    let mut starts = BTreeMap::new();
    for call in fs::read_dir(&calls).expect("the runner was called") {
        let call = call.expect("a directory can be read").path();
        let read = |name: &str| fs::read(call.join(name)).expect("the runner wrote down how it was called");
        let arguments = split(&read("arguments"));
        let Some(test) = arguments.iter().find(|word| is_meant(word)) else { continue };
        let pairs = split(&read("environment"));
        let environment =
            pairs.iter().filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.into(), value.into()));
        let start = Start {
            directory: String::from_utf8_lossy(&read("directory")).trim_end().to_owned(),
            environment: environment.collect(),
            arguments: arguments.clone(),
        };
        let earlier = starts.insert(test.clone(), start);
        assert!(earlier.is_none(), "{test} was started twice");
    }
    fs::remove_dir_all(&calls).expect("the records can be removed");
    starts
}

fn differences(plain: &Start, kit: &Start) -> Vec<String> {
    let mut found = Vec::new();
    if plain.arguments != kit.arguments {
        found.push(format!("arguments: cargo {:?}, kit {:?}", plain.arguments, kit.arguments));
    }
    if plain.directory != kit.directory {
        found.push(format!("directory: cargo {:?}, kit {:?}", plain.directory, kit.directory));
    }
    let mut names: Vec<&String> = plain.environment.keys().chain(kit.environment.keys()).collect();
    names.sort();
    names.dedup();
    for name in names.into_iter().filter(|name| OF_THE_START.iter().all(|(allowed, _)| allowed != name)) {
        let (by_cargo, by_kit) = (plain.environment.get(name), kit.environment.get(name));
        if by_cargo != by_kit {
            found.push(format!("{name}: cargo {by_cargo:?}, kit {by_kit:?}"));
        }
    }
    found
}

/// Writes the runner that notes down its calls; it goes on with what it was told, or with a program.
fn dumping_runner(scratch: &Scratch, path: &str, program: &str) -> PathBuf {
    scratch.write(path, &DUMPING_RUNNER.replace("exec \"$@\"", &format!("exec {program} \"$@\"")));
    let runner = scratch.root.join(path);
    fs::set_permissions(&runner, fs::Permissions::from_mode(0o755)).expect("permissions can be set");
    runner
}

/// Starts each test once under both, and fails unless they were the same programs, at least so many.
#[track_caller]
fn both(scratch: &Scratch, plain: Command, kit: Command, at_least: usize) -> Vec<(String, Start, Start)> {
    let calls_of = |command| {
        process::run(command, kit::COMPILING).exits(0);
        take_calls(scratch, is_test)
    };
    let (plain, mut kit) = (calls_of(plain), calls_of(kit));
    assert!(plain.len() >= at_least, "{at_least} test executables: {:?}", plain.keys());
    assert_eq!(plain.keys().collect::<Vec<_>>(), kit.keys().collect::<Vec<_>>(), "the same executables");
    println!("{} test executables were started by both", plain.len());
    plain.into_iter().filter_map(|(test, plain)| kit.remove(&test).map(|kit| (test, plain, kit))).collect()
}

#[track_caller]
fn are_equal(starts: &[(String, Start, Start)]) {
    let mut found = String::new();
    for (test, plain, kit) in starts {
        for difference in differences(plain, kit) {
            found.push_str(&format!("{test}\n    {difference}\n"));
        }
    }
    assert!(found.is_empty(), "the kit starts tests otherwise than cargo:\n{found}");
}

#[test]
fn a_test_starts_as_cargo_starts_it() {
    AARCH64.require();
    let scratch = kit::shared();
    // The config is the same for both.
    kit::run(&scratch, "sync aarch64").exits(0);
    let runner = dumping_runner(&scratch, "target/dumping-runner", "");
    let runner = runner.display();
    let launcher = scratch.root.join(".cargo/crosskit/run");
    let emulator = format!("{runner} {} qemu-aarch64 -L /usr/aarch64-linux-gnu", launcher.display());
    // The tests of a proc-macro are programs of the host, whose runner stands under the host's own name.
    let of_host = format!("CARGO_TARGET_{}_RUNNER", installed::host().replace('-', "_").to_ascii_uppercase());
    let dumping = |mut command: Command| {
        command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", &emulator).env(&of_host, runner.to_string());
        command
    };
    let mut plain = kit::cargo(&scratch.root);
    plain.args(["test", "--target", AARCH64.triple]);
    // Through the alias: what cargo gives the xtask must be gone again.
    are_equal(&both(&scratch, dumping(plain), dumping(kit::alias(&scratch.root, "aarch64")), 6));
}

#[test]
fn a_program_starts_as_cargo_starts_it() {
    AARCH64.require();
    let scratch = kit::shared();
    kit::run(&scratch, "sync aarch64").exits(0);
    let runner = dumping_runner(&scratch, "target/dumping-runner", "");
    let launcher = scratch.root.join(".cargo/crosskit/run");
    let emulator = format!("{} {} qemu-aarch64 -L /usr/aarch64-linux-gnu", runner.display(), launcher.display());
    let is_program = |word: &str| word.ends_with("/debug/telemetry");
    // Its path is told from where the user stands, if it lies below.
    for directory in [scratch.root.clone(), scratch.root.join("app/src"), scratch.root.join("target")] {
        let start = |mut command: Command| {
            command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", &emulator);
            let finished = process::run(command, kit::COMPILING).exits(0);
            assert_eq!(finished.stdout, "telemetry 0.1.0 (native checksum)\n", "{finished}");
            take_calls(&scratch, is_program)
        };
        let mut plain = kit::cargo(&directory);
        plain.args(["run", "--target", AARCH64.triple, "-p", "app", "--", "--version"]);
        let (plain, kit) = (start(plain), start(kit::alias(&directory, "run aarch64 -p app -- --version")));
        assert_eq!((plain.len(), plain.keys().collect::<Vec<_>>()), (1, kit.keys().collect::<Vec<_>>()));
        let starts = plain.into_iter().zip(kit.into_values());
        are_equal(&starts.map(|((program, plain), kit)| (program, plain, kit)).collect::<Vec<_>>());
    }
}

/// The emulator notes down what reaches it through the launcher; each is asked to write its log, and nothing else differs.
#[test]
fn behind_the_launcher_the_log_is_the_only_difference() {
    AARCH64.require();
    let scratch = kit::shared();
    kit::run(&scratch, "sync aarch64").exits(0);
    let real = installed::find("qemu-aarch64").expect("it is required above");
    let emulator = dumping_runner(&scratch, "target/qemu-aarch64", &real.display().to_string());
    let directories = std::env::var_os("PATH").unwrap_or_default();
    let directories = emulator.parent().map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&directories));
    let path = std::env::join_paths(directories).expect("no path has a colon");
    let dumping = |mut command: Command| {
        command.env("PATH", &path).env("CROSSKIT_EMULATION", "runner");
        command
    };
    let mut plain = kit::cargo(&scratch.root);
    plain.args(["test", "--target", AARCH64.triple, "--lib", "--bins", "--tests"]);
    let mut starts = both(&scratch, dumping(plain), dumping(kit::alias(&scratch.root, "aarch64")), 5);
    let logs = scratch.root.join("target/crosskit/log-");
    for (test, plain, kit) in &mut starts {
        let after = kit.arguments.iter().position(|word| word == test).expect("it is started") + 1;
        let own: Vec<String> = kit.arguments.splice(after..after + 2, []).collect();
        assert_eq!(own[0], "--logfile", "{test}: {plain:#?}");
        assert!(own[1].starts_with(&*logs.to_string_lossy()), "{test}: {own:?}");
        assert!(!Path::new(&own[1]).exists(), "the log goes with the run: {own:?}");
    }
    are_equal(&starts);
}

/// Packages with build scripts and with tests among what is published, and without others that would be compiled for those.
const PUBLISHED: &[(&str, &str)] = &[("memoffset", "0.9.1"), ("num-traits", "0.2.19"), ("semver", "1.0.26")];

/// A workspace whose members are the published packages, as cargo fetched them.
fn published() -> Scratch {
    let scratch = Scratch::empty(&kit::directory(), "published");
    let lines = PUBLISHED.iter().map(|(name, version)| format!("{name} = \"={version}\"\n"));
    let manifest =
        "[package]\nname = \"fetched\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n";
    scratch.write("Cargo.toml", &(manifest.to_owned() + &lines.collect::<String>()));
    scratch.write("src/lib.rs", "");
    // As directories with what was published, and nothing but it.
    kit::run_cargo(&scratch.root, "vendor --quiet packages").exits(0);
    for (name, _) in PUBLISHED {
        assert!(scratch.has(&format!("packages/{name}/Cargo.toml")), "{name} is fetched");
        fs::rename(scratch.root.join("packages").join(name), scratch.root.join(name))
            .expect("a directory can be moved");
    }
    fs::remove_dir_all(scratch.root.join("packages")).expect("what is left is taken from the registry");
    fs::remove_file(scratch.root.join("Cargo.lock")).expect("it is another workspace now");
    let members: Vec<&str> = PUBLISHED.iter().map(|(name, _)| *name).collect();
    let profile = "[profile.dev]\ndebug = false\nincremental = false\n";
    scratch.write("Cargo.toml", &format!("[workspace]\nresolver = \"2\"\nmembers = {members:?}\n\n{profile}"));
    // The runner is the user's own, in the config. What stands behind it is the launcher of a sync before, as it starts the
    // emulator in the way that works on this computer.
    kit::run(&scratch, "sync aarch64").exits(0);
    let launcher = scratch.root.join(".cargo/crosskit/run");
    let runner = format!("target/dumping-runner {} qemu-aarch64 -L /usr/aarch64-linux-gnu", launcher.display());
    scratch.write(
        CONFIG,
        &format!("[target.{}]\nlinker = \"aarch64-linux-gnu-gcc\"\nrunner = \"{runner}\"\n", AARCH64.triple),
    );
    scratch
}

#[test]
fn tests_of_published_packages_start_as_cargo_starts_them() {
    AARCH64.require();
    let scratch = published();
    dumping_runner(&scratch, "target/dumping-runner", "");
    // Their hundreds of documentation tests have no executables of their own that both would start.
    let skipping = ["--", "--skip", "(line"];
    let mut plain = kit::cargo(&scratch.root);
    plain.args(["test", "--target", AARCH64.triple]).args(skipping);
    // As a command of cargo's own, the kit has from rustup and cargo what plain cargo has.
    let programs = scratch.root.join("target/programs");
    fs::create_dir_all(&programs).expect("a directory can be made");
    std::os::unix::fs::symlink(kit::xtask(), programs.join("cargo-cross")).expect("a link can be made");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)));
    let path = path.expect("no path has a colon");
    let mut kit = kit::cargo(&scratch.root);
    kit.args(["cross", "aarch64"]).args(skipping).env("PATH", &path);
    plain.env("PATH", &path);
    let starts = both(&scratch, plain, kit, 8);
    for (name, _) in PUBLISHED {
        let own = scratch.root.join(name).display().to_string();
        let of_package = starts.iter().find(|(_, plain, _)| plain.directory == own);
        let (_, plain, _) = of_package.unwrap_or_else(|| panic!("no test of {name} was started"));
        assert!(plain.environment.contains_key("OUT_DIR"), "{name} has a build script: {plain:#?}");
    }
    are_equal(&starts);
}
