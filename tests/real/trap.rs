//! Two C libraries of one architecture on one machine: the trap that the launcher is for.

use std::path::Path;
use std::time::Duration;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process;

use crate::{kit, report};

const MULTIARCH: &str = "/lib/aarch64-linux-gnu/libc.so.6";
const INSTALL: &str = "sudo dpkg --add-architecture arm64 && sudo apt-get update && sudo apt-get install libc6:arm64";

/// The loader of one C library takes the `libc.so.6` of the other, and the first thread hangs for ever.
#[test]
fn two_c_libraries_hang_under_a_fixed_sysroot_and_pass_with_the_launcher() {
    AARCH64.require();
    assert!(Path::new(MULTIARCH).exists(), "{MULTIARCH} is missing; install it with\n  {INSTALL}");
    let scratch = kit::shared();
    kit::run(&scratch, "aarch64 -p codec -p app").exits(0);
    let runner = report::read(&scratch).only().runner.clone();
    assert!(!runner.contains("-L"), "the report says how the tests ran: {runner}");
    kit::run_cargo(&scratch.root, &format!("test -p codec -p app --target {}", AARCH64.triple)).exits(0);

    let deps = scratch.root.join("target/aarch64-unknown-linux-gnu/debug/deps");
    let entries = std::fs::read_dir(&deps).expect("cargo built tests").map(|it| it.expect("it can be read").path());
    let is_resync = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("resync-") && !name.contains('.')
    };
    let test = entries.into_iter().find(|path| is_resync(path)).expect("codec has this integration test");
    let mut fixed = process::command("qemu-aarch64", &scratch.root);
    fixed.args(["-L", "/usr/aarch64-linux-gnu"]).arg(&test);
    let fixed = process::run(fixed, Duration::from_secs(10));
    assert!(fixed.timed_out, "the trap is gone, and with it a reason for the launcher\n{fixed}");
}
