//! Programs that stand before rustc: a cache of compilers, or whatever a team has. Every command works with one, and asks it.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use crosskit_tests::process::{self, Finished};

use crate::kit;
use crate::little::Little;

/// Writes down how it was called, and calls it.
const RECORDING: &str = "#!/bin/sh\necho \"$@\" >> \"$(dirname \"$0\")/calls\"\nexec \"$@\"\n";

/// Something of everything that is compiled: a build script, a library with documentation tests, a program and a bench.
fn little(name: &str) -> Little {
    let little = Little::new(name, &[("passes", "#[test] fn it() { assert_eq!(little::two(), 2); }")]);
    little.write("build.rs", "fn main() { println!(\"cargo:rerun-if-changed=build.rs\"); }\n");
    little.write(
        "src/lib.rs",
        "//! Two.\n\n/// ```\n/// assert_eq!(little::two(), 2);\n/// ```\npub fn two() -> u8 { 2 }\n",
    );
    little.write("src/main.rs", "fn main() { println!(\"{}\", little::two()); }\n");
    little.write("benches/slow.rs", "fn main() {}\n");
    let manifest = little.read("Cargo.toml");
    little.write("Cargo.toml", &format!("{manifest}\n[[bench]]\nname = \"slow\"\nharness = false\n"));
    little
}

/// How each command is asked for, and how often rustc is called for the target at least.
const COMMANDS: &[(&str, usize)] = &[
    ("aarch64", 4),
    ("check aarch64", 2),
    ("build aarch64", 2),
    ("run aarch64", 2),
    ("bench aarch64", 2),
    ("build aarch64 --release", 2),
];

/// What the wrapper was called for since the last time.
fn take_calls(little: &Little) -> Vec<String> {
    let file = little.root.join("target/programs/calls");
    let calls = fs::read_to_string(&file).unwrap_or_default();
    let _ = fs::remove_file(file);
    calls
        .lines()
        .filter(|line| line.contains(" --crate-name little ") || line.contains("--test"))
        .map(str::to_owned)
        .collect()
}

fn without_what_was_built(little: &Little) {
    for directory in ["target/debug", "target/release", "target/aarch64-unknown-linux-gnu"] {
        let _ = fs::remove_dir_all(little.root.join(directory));
    }
}

#[track_caller]
fn run(mut command: Command, set: &[(&str, &str)]) -> Finished {
    command.envs(set.iter().copied());
    process::run(command, kit::COMPILING).exits(0)
}

/// As variables and as keys of Cargo's configuration: of rustc, and of rustc for members alone.
#[test]
fn every_command_asks_the_wrapper_of_rustc() {
    let little = little("wrappers");
    let wrapper = little.program("recording", RECORDING).display().to_string();
    run(little.command("sync aarch64"), &[]);
    let config = little.read(".cargo/config.toml");
    for (variable, key) in [("RUSTC_WRAPPER", "rustc-wrapper"), ("RUSTC_WORKSPACE_WRAPPER", "rustc-workspace-wrapper")]
    {
        for by_variable in [true, false] {
            let keys = if by_variable { String::new() } else { format!("[build]\n{key} = \"{wrapper}\"\n\n") };
            little.write(".cargo/config.toml", &format!("{keys}{config}"));
            let set = [(variable, wrapper.as_str())];
            // Cargo itself has the same way for all of them.
            let is_first = by_variable && variable == "RUSTC_WRAPPER";
            let commands = if is_first { COMMANDS } else { &COMMANDS[..1] };
            for (arguments, least) in commands {
                without_what_was_built(&little);
                take_calls(&little);
                run(little.command(arguments), if by_variable { &set } else { &[] });
                let calls = take_calls(&little);
                let for_target = calls.iter().filter(|call| call.contains("--target aarch64-unknown-linux-gnu"));
                assert!(for_target.count() >= *least, "{variable}, {arguments}: {calls:#?}");
                let compilers =
                    calls.iter().filter(|call| call.split(' ').next().is_some_and(|it| it.ends_with("rustc")));
                assert_eq!(compilers.count(), calls.len(), "{variable}, {arguments}: {calls:#?}");
            }
            run(little.command("doctor aarch64 --probe"), if by_variable { &set } else { &[] });
        }
    }
}

/// A real cache: what another checkout compiled is taken from it, and the tests of the target pass with it.
#[test]
fn a_cache_of_compilers_saves_its_work() {
    let little = little("sccache");
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("there is a port").port().to_string();
    let directory = little.root.join("target/sccache").display().to_string();
    let set =
        [("RUSTC_WRAPPER", "sccache"), ("SCCACHE_DIR", directory.as_str()), ("SCCACHE_SERVER_PORT", port.as_str())];
    let sccache = |argument: &str| {
        let mut command = process::command("sccache", &little.root);
        command.args(argument.split(' '));
        run(command, &set)
    };
    // On its own, so that the first compiler does not have to start it and its output is nobody's.
    sccache("--start-server");
    let hits = || {
        let told = sccache("--show-stats --stats-format json").stdout;
        let told: serde_json::Value = serde_json::from_str(&told).expect("it is JSON");
        let counts = |word: &str| told["stats"][word]["counts"]["Rust"].as_u64().unwrap_or_default();
        (counts("cache_hits"), counts("cache_misses"))
    };
    run(little.command("aarch64"), &set);
    let (_, first) = hits();
    assert!(first > 0, "nothing was put into the cache");
    without_what_was_built(&little);
    run(little.command("aarch64"), &set);
    let (second, misses) = hits();
    sccache("--stop-server");
    assert!(second > 0 && misses == first, "{second} hits; {first} misses before, {misses} now");
}
