//! Cargo itself is the oracle for how a test is started: the same arguments, directory and environment.
//!
//! A runner that writes down how it was called stands before the real one, first under plain `cargo test`, then under
//! the kit.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process;
use crosskit_tests::scratch::Scratch;

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

/// What the runner wrote down since the last time, by test executable.
fn take_calls(scratch: &Scratch) -> BTreeMap<String, Start> {
    let calls = scratch.root.join("target/calls");
    let mut starts = BTreeMap::new();
    for call in fs::read_dir(&calls).expect("the runner was called") {
        let call = call.expect("a directory can be read").path();
        let read = |name: &str| fs::read(call.join(name)).expect("the runner wrote down how it was called");
        let arguments = split(&read("arguments"));
        // The xtask is started by a runner of the host, and the program under test by its test: neither is a test.
        let Some(test) = arguments.iter().find(|word| word.contains("/debug/deps/") && !word.contains("/deps/xtask"))
        else {
            continue;
        };
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

#[test]
fn a_test_starts_as_cargo_starts_it() {
    AARCH64.require();
    let scratch = kit::shared();
    // The config is the same for both.
    kit::run(&scratch, "sync aarch64").exits(0);
    let runner = scratch.root.join("target/dumping-runner");
    scratch.write("target/dumping-runner", DUMPING_RUNNER);
    fs::set_permissions(&runner, fs::Permissions::from_mode(0o755)).expect("permissions can be set");
    let runner = runner.display();
    let launcher = scratch.root.join(".cargo/crosskit/run");
    let emulator = format!("{runner} {} qemu-aarch64 -L /usr/aarch64-linux-gnu", launcher.display());
    // The tests of a proc-macro are programs of the host, whose runner stands under the host's own name.
    let of_host = format!("CARGO_TARGET_{}_RUNNER", installed::host().replace('-', "_").to_ascii_uppercase());
    let dumping = |mut command: std::process::Command| {
        command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", &emulator).env(&of_host, runner.to_string());
        process::run(command, kit::COMPILING).exits(0);
        take_calls(&scratch)
    };
    let mut plain = kit::cargo(&scratch.root);
    plain.args(["test", "--target", AARCH64.triple]);
    let plain = dumping(plain);
    // Through the alias: what cargo gives the xtask must be gone again.
    let kit = dumping(kit::alias(&scratch.root, "aarch64"));

    assert!(plain.len() >= 6, "six test executables: {:?}", plain.keys());
    assert_eq!(plain.keys().collect::<Vec<_>>(), kit.keys().collect::<Vec<_>>(), "the same executables");
    let mut found = String::new();
    for (test, plain) in &plain {
        for difference in differences(plain, &kit[test]) {
            found.push_str(&format!("{test}\n    {difference}\n"));
        }
    }
    assert!(found.is_empty(), "the kit starts tests otherwise than cargo:\n{found}");
}
