//! Ctrl-C in each phase of a run: what was known is told, what was done stays done, and nothing is left behind.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process;

use crate::little::{Little, Outcome, PACKAGE};

/// The phase in which something hangs.
const HANGS_IN: &str = "CROSSKIT_TESTS_HANGS_IN";

/// How long the end may take: the kit gives cargo two seconds to end what it started.
const PROMPT: Duration = Duration::from_secs(5);

const BUILD_SCRIPT: &str = "\
fn main() {
    println!(\"cargo::rerun-if-env-changed=CROSSKIT_TESTS_HANGS_IN\");
    let target = std::env::var(\"TARGET\").unwrap();
    if std::env::var(\"CROSSKIT_TESTS_HANGS_IN\").as_deref() == Ok(\"build\") && target.starts_with(\"aarch64\") {
        let marks = std::env::var_os(\"CROSSKIT_TESTS_MARKS\").unwrap();
        std::fs::write(std::path::Path::new(&marks).join(\"build\"), \"\").unwrap();
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
}
";

/// Where every phase but that of documentation tests hangs; on the machine that is emulated alone.
const TESTS: &[(&str, &str)] = &[
    (
        "first",
        "\
#[test]
fn passes() {
    mark(std::env::consts::ARCH);
}
",
    ),
    (
        "second",
        "\
fn hangs_in(phase: &str) -> bool {
    cfg!(target_arch = \"aarch64\") && std::env::var(\"CROSSKIT_TESTS_HANGS_IN\").as_deref() == Ok(phase)
}
fn hang(phase: &str) {
    mark(phase);
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}
#[test]
fn a_passes() {}
#[test]
fn hangs() {
    if hangs_in(\"tests\") {
        hang(\"tests\");
    }
    if hangs_in(\"narrowing\") {
        if mark(\"once\") {
            hang(\"narrowing\");
        }
        std::process::abort();
    }
}
",
    ),
];

const DOCUMENTED: &str = "\
//! ```
//! if std::env::var(\"CROSSKIT_TESTS_HANGS_IN\").as_deref() == Ok(\"documentation\") {
//!     let marks = std::env::var_os(\"CROSSKIT_TESTS_MARKS\").unwrap();
//!     std::fs::write(std::path::Path::new(&marks).join(\"documentation\"), \"\").unwrap();
//!     loop {
//!         std::thread::sleep(std::time::Duration::from_secs(1));
//!     }
//! }
//! ```
";

/// The emulator, which thinks about its version for ever.
const SLOW_QEMU: &str = "\
#!/bin/sh
case $* in
    --version)
        : >\"$CROSSKIT_TESTS_MARKS/probe\"
        sleep 1234
        ;;
esac
exec REAL \"$@\"
";

/// The compiler, which does so before anything is known of the target.
const SLOW_RUSTC: &str = "\
#!/bin/sh
: >\"$CROSSKIT_TESTS_MARKS/rustc\"
exec sleep 1234
";

fn little() -> MutexGuard<'static, Little> {
    static LITTLE: OnceLock<Mutex<Little>> = OnceLock::new();
    let little = LITTLE.get_or_init(|| {
        AARCH64.require();
        let little = Little::new("interrupted", TESTS);
        little.write("build.rs", BUILD_SCRIPT);
        little.write("Cargo.toml", &(little.read("Cargo.toml") + "\n[lib]\ndoctest = false\n"));
        // So that what is compiled is known in each phase.
        little.run("host aarch64").exits(0);
        Mutex::new(little)
    });
    little.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whom Ctrl-C reaches: a terminal sends it to all that have not left its group, `kill` to the kit alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reaches {
    Kit,
    Group,
}

/// Runs into a phase, waits for its mark, and for a while, and interrupts.
#[track_caller]
fn interrupt(little: &Little, phase: &str, signal: &str, reaches: Reaches) -> Outcome {
    little.forget_marks();
    let mut command = little.command("host aarch64 --timeout 100 --jobs 2");
    command.env(HANGS_IN, phase);
    if phase == "rustc" {
        command.env("RUSTC", little.root.join("target/programs/slow-rustc"));
    }
    let running = process::start(command);
    little.await_mark(phase);
    // What runs beside it has come to its end.
    std::thread::sleep(Duration::from_secs(2));
    let pressed = Instant::now();
    match reaches {
        Reaches::Kit => running.signal(signal),
        Reaches::Group => running.signal_group(signal),
    }
    let finished = running.wait(crate::kit::COMPILING);
    let took = pressed.elapsed();
    println!("{signal} in {phase}, to the {reaches:?}: exit code {:?} after {took:.1?}", finished.code);
    let outcome = little.outcome(finished).exits(130);
    assert!(took < PROMPT, "it took {took:.1?}\n{}", outcome.finished);
    outcome
}

/// The cell that is not emulated was done before, and the other one is not.
#[track_caller]
fn harms_no_other_cell(outcome: &Outcome, verdict: &str) {
    assert_eq!(outcome.report.cells.len(), 2, "{}", outcome.finished);
    let host = outcome.cell(&installed::host());
    assert_eq!((host.verdict.as_str(), host.rung.as_deref()), ("passed", Some("run")), "{}", outcome.finished);
    host.suite(PACKAGE, "first", "integration").ended("passed", &[("passes", "passed")]);
    let second = [("a_passes", "passed"), ("hangs", "passed")];
    host.suite(PACKAGE, "second", "integration").ended("passed", &second);
    assert_eq!(outcome.cell(AARCH64.triple).verdict, verdict, "{}", outcome.finished);
}

#[test]
fn while_tests_run() {
    let little = little();
    for (signal, reaches) in [("INT", Reaches::Kit), ("INT", Reaches::Group), ("TERM", Reaches::Kit)] {
        let outcome = interrupt(&little, "tests", signal, reaches);
        harms_no_other_cell(&outcome, "skipped");
        let first = outcome.cell(AARCH64.triple).suite(PACKAGE, "first", "integration");
        first.ended("passed", &[("passes", "passed")]);
    }
    little.run("host aarch64").exits(0);
}

#[test]
fn while_a_test_that_crashed_is_run_alone() {
    let little = little();
    let outcome = interrupt(&little, "narrowing", "INT", Reaches::Kit);
    // That it crashed is known.
    harms_no_other_cell(&outcome, "failed");
    let suite = outcome.cell(AARCH64.triple).suite(PACKAGE, "second", "integration");
    suite.ended("crashed", &[("a_passes", "passed")]);
}

/// Which cells cargo builds in one call is not said here, so that the other one may be done or not.
#[test]
fn while_cargo_compiles() {
    let little = little();
    for reaches in [Reaches::Kit, Reaches::Group] {
        let outcome = interrupt(&little, "build", "INT", reaches);
        let cells: Vec<(&str, &str)> =
            outcome.report.cells.iter().map(|cell| (cell.target.as_str(), cell.verdict.as_str())).collect();
        assert_eq!(cells.len(), 2, "{}", outcome.finished);
        assert_eq!(cells[1], (AARCH64.triple, "skipped"), "{}", outcome.finished);
        assert!(["passed", "skipped"].contains(&cells[0].1), "{cells:?}\n{}", outcome.finished);
        assert!(!outcome.finished.stderr.contains("X0"), "it is nobody's failure\n{}", outcome.finished);
    }
    // The lock on the build directory went with cargo.
    little.run("host aarch64").exits(0);
}

#[test]
fn while_programs_are_asked() {
    let little = little();
    let real = installed::find("qemu-aarch64").expect("it is required above");
    let fake = little.program("qemu-aarch64", &SLOW_QEMU.replace("REAL", &real.display().to_string()));
    for reaches in [Reaches::Kit, Reaches::Group] {
        let outcome = interrupt(&little, "probe", "INT", reaches);
        assert_eq!(outcome.report.cells.len(), 0, "nothing is known of a cell yet\n{}", outcome.finished);
    }
    std::fs::remove_file(fake).expect("the fake can be removed");
    let fake = little.program("slow-rustc", SLOW_RUSTC);
    for reaches in [Reaches::Kit, Reaches::Group] {
        // Before cargo has told where the target directory is, the report has no place.
        interrupt(&little, "rustc", "INT", reaches);
    }
    std::fs::remove_file(fake).expect("the fake can be removed");
}

#[test]
fn while_documentation_tests_run() {
    AARCH64.require();
    let little = Little::new("interrupted-documentation", &[]);
    little.write("src/lib.rs", DOCUMENTED);
    little.run("host aarch64").exits(0);
    let outcome = interrupt(&little, "documentation", "INT", Reaches::Kit);
    assert_eq!(outcome.report.cells.len(), 2, "{}", outcome.finished);
    for cell in &outcome.report.cells {
        assert_eq!(cell.verdict, "skipped", "{}", outcome.finished);
        assert!(cell.suites.iter().all(|suite| suite.kind != "doc"), "{cell:#?}");
    }
}
