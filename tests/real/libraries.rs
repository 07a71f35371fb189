//! Packages that link with libraries of the target: from the finding to tests that pass.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::scratch::{CONFIG, Scratch};
use crosskit_tests::{process, repository};

use crate::{kit, report};

const MODULE: &str = "/usr/lib/aarch64-linux-gnu/pkgconfig/openssl.pc";
const INSTALL: &str =
    "sudo dpkg --add-architecture arm64 && sudo apt-get update && sudo apt-get install libssl-dev:arm64";

/// A copy of the workspace, with the lock file that says which versions were tried.
fn workspace(name: &str) -> Scratch {
    let scratch = Scratch::empty(&kit::directory(), name);
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs"] {
        scratch.write(file, &repository::read(Path::new("tests/workspaces/libraries").join(file)));
    }
    scratch
}

#[test]
fn a_library_that_is_missing_is_told_and_one_that_is_there_is_linked_and_run() {
    AARCH64.require();
    assert!(Path::new(MODULE).exists(), "{MODULE} is missing; install it with\n  {INSTALL}");
    let scratch = workspace("libraries");

    // The exact triple counts for more than what the policy writes: as on a machine that has no such library.
    let mut without = kit::direct(&scratch.root, "aarch64 --locked");
    without.env("PKG_CONFIG_PATH_aarch64-unknown-linux-gnu", scratch.root.join("nowhere"));
    let told = process::run(without, kit::SHORT).exits(3);
    let told = told.tells(&["X033", "library `openssl`", "`libraries` (through `openssl-sys`)", "nowhere/openssl.pc"]);
    let told = told.tells(&["apt-get install libssl-dev:arm64", "features = [\"vendored\"]"]);
    assert!(!scratch.has("target/aarch64-unknown-linux-gnu"), "something was compiled\n{told}");
    // libz-sys compiles a copy of its own where there is none.
    assert_eq!(told.stderr.matches("error[").count(), 1, "{told}");

    kit::run(&scratch, "aarch64 --locked").exits(0);
    let report = report::read(&scratch);
    let cell = report.only();
    assert_eq!((cell.verdict.as_str(), cell.tests.passed, cell.tests.failed), ("passed", 3, 0));
    assert!(cell.suites.iter().all(|suite| suite.machine == AARCH64.machine), "{cell:#?}");
    // The library brought a second C library of the target, and the launcher met it.
    assert!(cell.runner.starts_with("qemu-aarch64") && !cell.runner.contains("-L"), "{}", cell.runner);

    let config = scratch.read(CONFIG);
    for key in ["PKG_CONFIG_PATH_aarch64_unknown_linux_gnu", "TARGET_PKG_CONFIG_LIBDIR"] {
        assert!(config.contains(key), "{key}:\n{config}");
    }
    kit::run_cargo(&scratch.root, &format!("test --locked --target {}", AARCH64.triple)).exits(0);
    kit::run(&scratch, "sync aarch64 --check").exits(0);

    let mut fixed = process::command("qemu-aarch64", &scratch.root);
    fixed.args(["-L", "/usr/aarch64-linux-gnu"]).arg(test_executable(&scratch.root));
    let fixed = process::run(fixed, Duration::from_secs(10));
    assert!(fixed.timed_out, "without the launcher it hangs\n{fixed}");
}

fn test_executable(root: &Path) -> std::path::PathBuf {
    let deps = root.join("target/aarch64-unknown-linux-gnu/debug/deps");
    let entries = fs::read_dir(&deps).expect("cargo built tests").map(|it| it.expect("it can be read").path());
    let is_ours = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libraries-") && !name.contains('.')
    };
    entries.into_iter().find(is_ours).expect("there is a test executable")
}
