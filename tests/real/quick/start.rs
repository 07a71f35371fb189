//! The kit starts in every workspace, whatever its config makes of plain `cargo run`.

use std::process::Command;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::{CONFIG, Scratch};

use crate::guide::blocks::FULL;
use crate::kit::{self, Shared};

/// The alias, less what may be added to it.
pub const ALIAS: &str = "[alias]\nxtask = \"run --quiet --target host-tuple --package xtask --\"\n\n";

/// A command of a scratch that compiles into the target directory of another: there most of it lies ready.
pub fn sharing(mut command: Command, shared: &Shared) -> Finished {
    command.env("CARGO_TARGET_DIR", shared.root.join("target"));
    process::run(command, kit::COMPILING)
}

#[track_caller]
fn helps(scratch: &Scratch, member: &str, shared: &Shared) {
    let finished = sharing(kit::alias(&scratch.root.join(member), "--help"), shared).exits(0);
    assert!(finished.stdout.contains("cargo xtask cross"), "{finished}");
}

#[test]
fn with_the_full_example_of_the_guide() {
    AARCH64.require();
    let shared = kit::shared();
    let scratch = kit::scratch("guide");
    scratch.write(CONFIG, &format!("{ALIAS}{FULL}"));
    helps(&scratch, "", &shared);
    helps(&scratch, "app", &shared);
}

/// As cargo itself has it: relative to where the user is, and not to the root at which nested cargo starts.
#[test]
fn a_relative_target_directory_is_one_below_where_the_command_was_started() {
    let scratch = kit::scratch("relative-target-directory");
    let member = scratch.root.join("codec");
    let mut command = kit::direct(&member, "build host -p codec");
    command.env("CARGO_TARGET_DIR", "out");
    process::run(command, kit::COMPILING).exits(0);
    let host = crosskit_tests::installed::host();
    assert!(scratch.has("codec/out/crosskit/report.json") && scratch.has(&format!("codec/out/{host}/debug")));
    for elsewhere in ["out", "target/crosskit", "codec/target"] {
        assert!(!scratch.has(elsewhere), "{elsewhere}");
    }
}
