//! An executable for the wrong machine is found by its header.

use std::os::unix::fs::PermissionsExt;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process;

use crate::{kit, report};

/// A linker that succeeds, and makes a program of this machine.
const LINKER: &str = "\
#!/bin/sh
while [ $# -gt 0 ]; do
    if [ \"$1\" = -o ]; then cp /bin/true \"$2\"; fi
    shift
done
";

#[test]
fn a_program_of_this_machine_is_no_artefact_for_the_target() {
    AARCH64.require();
    let scratch = kit::scratch("wrong-artefact");
    // rustc guesses by the name how a linker is spoken to.
    let linker = scratch.root.join("target/x-gcc");
    scratch.write("target/x-gcc", LINKER);
    std::fs::set_permissions(&linker, std::fs::Permissions::from_mode(0o755)).expect("permissions can be set");
    let mut command = kit::direct(&scratch.root, "aarch64 -p codec");
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", &linker);
    let finished = process::run(command, kit::COMPILING).exits(6);
    let path = scratch.root.join("target/aarch64-unknown-linux-gnu/debug/deps/codec-");
    finished.tells(&["error[X031]", &path.to_string_lossy(), "x86-64 (ELF 64-bit", "AArch64 (ELF 64-bit"]);

    let report = report::read(&scratch);
    let cell = report.only();
    assert_eq!((cell.rung.as_deref(), cell.verdict.as_str()), (Some("build"), "failed"));
    assert!(cell.suites.is_empty(), "it was run all the same: {:#?}", cell.suites);
}
