//! A tool that is missing or wrong stops the kit before anything is compiled.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::{CONFIG, Scratch};

use crate::{kit, report};

/// Runs the kit for aarch64 with a variable changed, and fails if that compiled anything.
#[track_caller]
fn stops(scratch: &Scratch, variable: &str, value: &Path) -> Finished {
    let mut command = kit::direct(&scratch.root, "aarch64");
    // A zig that was installed for the user would stand in.
    command.env(variable, value).env("XDG_DATA_HOME", scratch.root.join("nothing"));
    let finished = process::run(command, kit::SHORT).exits(3);
    for directory in ["target/aarch64-unknown-linux-gnu", "target/debug"] {
        assert!(!scratch.has(directory), "{directory} was made, so something was compiled\n{finished}");
    }
    let report = report::read(scratch);
    let cell = report.only();
    assert_eq!((cell.rung.as_deref(), cell.verdict.as_str()), (None, "missing"), "{cell:#?}");
    finished
}

#[test]
fn without_the_linker_the_install_line_is_told() {
    let scratch = kit::scratch("no-linker");
    let gone = ["aarch64-linux-gnu-gcc", "clang", "python-zig", "zig"];
    let path = scratch.path_without(|name| gone.contains(&name));
    let line = "apt-get install gcc-aarch64-linux-gnu";
    stops(&scratch, "PATH", &path).tells(&["X012", "linker `aarch64-linux-gnu-gcc` not found", line]);
}

#[test]
fn without_an_emulator_the_install_line_is_told() {
    let scratch = kit::scratch("no-emulator");
    let path = scratch.path_without(|name| name.starts_with("qemu-"));
    stops(&scratch, "PATH", &path).tells(&["X015", "`qemu-aarch64`", "apt-get install qemu-user"]);
}

#[test]
fn a_compiler_for_another_machine_is_told_before_it_compiles() {
    let scratch = kit::scratch("wrong-compiler");
    let words = ["error[X050]", "CC", "x86-64", "AArch64"];
    stops(&scratch, "CC", Path::new("cc")).tells(&words);
}

#[test]
fn a_relative_linker_is_looked_for_at_the_root_wherever_the_command_starts() {
    let scratch = kit::scratch("relative-linker");
    let config = scratch.read(CONFIG);
    let flags = "[target.aarch64-unknown-linux-gnu]\nrustflags = [\"-Clinker=./tools/x-gcc\"]\n";
    scratch.write(CONFIG, &format!("{config}\n{flags}"));
    scratch.write("tools/x-gcc", "#!/bin/sh\n");
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(scratch.root.join("tools/x-gcc"), everybody).expect("the mode can be set");
    for directory in ["", "app"] {
        let command = kit::direct(&scratch.root.join(directory), "explain aarch64 linker");
        let explained = process::run(command, kit::SHORT).exits(0);
        assert!(explained.stdout.contains("`./tools/x-gcc` is there"), "in `{directory}`:\n{explained}");
    }
}
