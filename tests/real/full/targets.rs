//! Every other target runs the tests that plain cargo lists for this machine.

use crosskit_tests::installed::{AARCH64_MUSL, ARMV7, RISCV64, S390X, THUMBV7EM_BOARD, Target};

use crate::kit::{self, Shared};
use crate::report::{self, Report};

/// Runs the whole workspace, and fails unless the tests of the default members ran, all on the target's machine.
#[track_caller]
fn passes(scratch: &Shared, target: Target) {
    target.require();
    kit::run(scratch, target.alias).exits(0);
    let report = report::read(scratch);
    ran_everything(&report, target);
    assert_eq!(report.only().names(), report::plain_names(scratch, ""));
}

#[track_caller]
fn ran_everything(report: &Report, target: Target) {
    let cell = report.only();
    assert_eq!((cell.target.as_str(), cell.rung.as_deref()), (target.triple, Some("run")));
    assert_eq!((cell.verdict.as_str(), cell.tests.failed), ("passed", 0));
    for suite in cell.suites.iter().filter(|suite| !suite.host && suite.kind != "doc") {
        assert_eq!(suite.machine, target.machine, "{suite:#?}");
    }
}

#[test]
fn armv7() {
    passes(&kit::shared(), ARMV7);
}

#[test]
fn riscv64() {
    passes(&kit::shared(), RISCV64);
}

#[test]
fn s390x() {
    passes(&kit::shared(), S390X);
}

#[test]
fn the_host() {
    let scratch = kit::shared();
    kit::run(&scratch, "host").exits(0);
    let report = report::read(&scratch);
    assert_eq!(report.only().runner, "native");
    assert_eq!(report.only().names(), report::plain_names(&scratch, ""));
}

#[test]
fn aarch64_musl_without_the_package_that_compiles_c() {
    AARCH64_MUSL.require();
    let scratch = kit::shared();
    let finished = kit::run(&scratch, AARCH64_MUSL.alias).exits(0);
    finished.tells(&["X032", "`native`", "crosskit.toml"]);
    let report = report::read(&scratch);
    ran_everything(&report, AARCH64_MUSL);
    assert!(report.only().suites.iter().all(|suite| suite.package != "native"));
    assert_eq!(report.only().names(), report::plain_names(&scratch, "-p codec -p derive -p app"));
}

#[test]
fn bare_metal_is_built_and_runs_its_own_tests() {
    THUMBV7EM_BOARD.require();
    let scratch = kit::shared();
    kit::run(&scratch, "build thumbv7em-none-eabihf").exits(0);
    let built = report::read(&scratch);
    assert_eq!((built.only().rung.as_deref(), built.only().verdict.as_str()), (Some("verify"), "passed"));
    let directory = scratch.root.join("target/thumbv7em-none-eabihf/debug");
    let entries = std::fs::read_dir(&directory)
        .expect("cargo made the target's directory")
        .map(|entry| entry.expect("a directory can be read").path());
    let executables: Vec<_> = entries
        .filter(|path| path.is_file() && path.extension().is_none())
        .filter(|path| path.file_name().is_some_and(|name| name != ".cargo-lock"))
        .collect();
    assert_eq!(executables, [directory.join("firmware")], "only `firmware` is for this target");

    kit::run(&scratch, "thumbv7em-none-eabihf").exits(0);
    let ran = report::read(&scratch);
    ran_everything(&ran, THUMBV7EM_BOARD);
    let suite = ran.only().suite("firmware", "selftest", "integration");
    let names: Vec<&str> = suite.tests.iter().map(|test| test.name.as_str()).collect();
    let expected =
        ["a_written_frame_is_read_again", "a_changed_byte_is_noticed", "a_static_has_its_value_and_can_be_written"];
    assert_eq!(names, expected);
}

/// A test that fails on the board has a name, and what was not run after it does not count.
#[test]
fn bare_metal_tells_which_test_failed() {
    THUMBV7EM_BOARD.require();
    let scratch = kit::shared();
    let path = "firmware/tests/selftest.rs";
    let intact = scratch.read(path);
    scratch.write(path, &intact.replace("STARTS.load(Ordering::Relaxed), 42", "STARTS.load(Ordering::Relaxed), 43"));
    let finished = kit::run(&scratch, "thumbv7em-none-eabihf");
    scratch.write(path, &intact);
    let finished = finished.exits(100);
    finished.tells(&["X042", "after 2 of 3 tests", "panicked at"]);
    let report = report::read(&scratch);
    assert_eq!(report.only().failed(), ["a_static_has_its_value_and_can_be_written"]);
    assert_eq!((report.only().tests.passed, report.only().tests.failed), (2, 1));
}

/// A program without any test of its own says nothing when it runs, so it is built and no more.
#[test]
fn bare_metal_without_a_test_never_counts_as_run() {
    THUMBV7EM_BOARD.require();
    let scratch = kit::shared();
    let manifest = "firmware/Cargo.toml";
    let intact = scratch.read(manifest);
    let test = "[[test]]\nname = \"selftest\"\nharness = false\n";
    scratch.write(manifest, &intact.replace(test, "").replace("[package]\n", "[package]\nautotests = false\n"));
    let build = scratch.read("firmware/build.rs");
    scratch.write("firmware/build.rs", &build.replace("[\"bins\", \"tests\"]", "[\"bins\"]"));
    let finished = kit::run(&scratch, "thumbv7em-none-eabihf");
    scratch.write(manifest, &intact);
    scratch.write("firmware/build.rs", &build);
    let finished = finished.exits(3);
    let ran = report::read(&scratch);
    assert_eq!((ran.only().rung.as_deref(), ran.only().verdict.as_str()), (Some("verify"), "missing"), "{finished}");
}
