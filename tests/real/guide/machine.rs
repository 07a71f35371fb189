//! What this machine makes of AArch64 programs, where the guide's config leaves that to the machine.
//!
//! Two things decide. A dynamically linked program asks for a loader at a fixed path, which is there only where
//! Debian's `libc6:arm64` is installed. And a kernel may know the format of foreign programs (binfmt_misc) and start them
//! itself.

use std::path::Path;

use crosskit_tests::process::{self, Finished};

use super::project::Project;
use crate::kit;

/// The loader of a dynamically linked AArch64 program.
pub const LOADER: &str = "/lib/ld-linux-aarch64.so.1";

/// The same program of the cross C library, which every test here requires.
const CROSS_LOADER: &str = "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1";

/// What an emulator says that does not find the loader, without its name before it.
const NO_LOADER: &str = ": Could not open '/lib/ld-linux-aarch64.so.1': No such file or directory\n";

/// Whether the machine has the loader where programs ask for it.
fn has_loader() -> bool {
    Path::new(LOADER).exists()
}

/// Whether the kernel starts AArch64 programs. It is asked and not `/proc/sys/fs/binfmt_misc`, which a container may
/// lack while the kernel that it shares has entries.
fn kernel_knows(project: &Project) -> bool {
    let mut loader = process::command("sh", project.root());
    loader.args(["-c", "\"$0\" --version", CROSS_LOADER]);
    let finished = process::run(loader, kit::SHORT);
    finished.code == Some(0) && finished.stdout.starts_with("ld.so")
}

/// What came of a dynamically linked program under plain `qemu-aarch64`, as the guide writes it: without the loader it
/// fails with the emulator's message, and with it the program prints this.
#[track_caller]
pub fn under_plain_qemu(finished: Finished, prints: &str) {
    if has_loader() {
        let finished = finished.exits(0);
        assert!(finished.stdout.contains(prints), "{finished}");
    } else {
        let finished = finished.exits(255).tells(&[&format!("qemu-aarch64{NO_LOADER}")]);
        assert!(!finished.stdout.contains(prints), "{finished}");
    }
}

/// What came of `cargo run` of a dynamically linked program without any runner.
#[track_caller]
pub fn run_without_a_runner(project: &Project, finished: Finished, prints: &str) {
    if !kernel_knows(project) {
        // cargo replaces itself by the program, and where the kernel refuses, the C library asks the shell to read the
        // program as a script. What a shell makes of it is the shell's business.
        assert!(!finished.timed_out && finished.code != Some(0), "{finished}");
        assert!(!finished.stdout.contains(prints), "{finished}");
        let program = format!("target/aarch64-unknown-linux-gnu/debug/{}: ", project.name());
        finished.tells(&[&program]);
    } else if has_loader() {
        let finished = finished.exits(0);
        assert!(finished.stdout.contains(prints), "{finished}");
    } else {
        finished.exits(255).tells(&[NO_LOADER]);
    }
}

/// What came of `cargo test` of a dynamically linked program without any runner.
#[track_caller]
pub fn test_without_a_runner(project: &Project, finished: Finished) {
    if !kernel_knows(project) {
        let program = format!("target/aarch64-unknown-linux-gnu/debug/deps/{}-", project.name());
        finished.exits(101).tells(&[
            "could not execute process `",
            &program,
            "(never executed)",
            "Exec format error (os error 8)",
        ]);
    } else if has_loader() {
        passed(&finished.exits(0));
    } else {
        finished.exits(255).tells(&[NO_LOADER]);
    }
}

/// Fails unless the one test of a project passed.
#[track_caller]
pub fn passed(finished: &Finished) {
    assert!(finished.stdout.contains("test works ... ok\n"), "{finished}");
    assert!(finished.stdout.contains("test result: ok. 1 passed; 0 failed;"), "{finished}");
}

/// What the kit says where the guide's runner stands in the place of its own.
#[track_caller]
pub fn says_that_the_runner_is_the_users(finished: Finished, line: usize) -> Finished {
    finished.tells(&[&format!(
        "note[X022]: `target.aarch64-unknown-linux-gnu.runner` is yours, and wins over crosskit's policy\n  \
         --> .cargo/config.toml:{line}:10\n   \
         = note: yours: \"qemu-aarch64\"\n   \
         = note: crosskit's: \".cargo/crosskit/run qemu-aarch64 -L /usr/aarch64-linux-gnu\"\n   \
         = note: nor does crosskit set `CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER` in `[env]`, by which assert_cmd \
         starts programs\n\
         hint: remove the key to get crosskit's value\n"
    )])
}

/// What came of the kit's tests of a dynamically linked program under the guide's runner.
#[track_caller]
pub fn cross_under_plain_qemu(finished: Finished) {
    if has_loader() {
        finished.exits(0);
    } else {
        finished.exits(100).tells(&[&format!("qemu-aarch64{NO_LOADER}"), "error[X041]"]);
    }
}
