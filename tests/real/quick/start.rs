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
