//! Tests that flood, fail now and then, or end their emulator; several runs of one workspace.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process;

use crate::hostile;
use crate::little::{Little, PACKAGE};

/// The emulator, until a test tells it to end by a signal of its own.
const CRASHING_QEMU: &str = "\
#!/bin/sh
case $* in
    */awaits-*) ;;
    *) exec REAL \"$@\" ;;
esac
REAL \"$@\" &
while [ ! -e \"$CROSSKIT_TESTS_MARKS/now\" ]; do
    kill -0 $! 2>/dev/null || { wait $!; exit $?; }
    sleep 0.05
done
rm \"$CROSSKIT_TESTS_MARKS/now\"
sleep 0.2
kill -9 $!
kill -SEGV $$
";

const TESTS: &[(&str, &str)] = &[
    hostile::AWAITS,
    hostile::CRASHES,
    hostile::FAILS,
    hostile::FLAKY,
    hostile::HANGS,
    hostile::UNKNOWN_INSTRUCTION,
    hostile::WRITES_A_LINE,
    hostile::WRITES_LINES,
];

/// More than the kit keeps of a test's output, with what it needs besides; half of what the tests print.
const MOST_MEMORY: u64 = 96 << 20;

fn little() -> MutexGuard<'static, Little> {
    static LITTLE: OnceLock<Mutex<Little>> = OnceLock::new();
    let little = LITTLE.get_or_init(|| {
        AARCH64.require();
        Mutex::new(Little::new("hostile-one-by-one", TESTS))
    });
    little.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Debug builds read a tenth of what others do, and the machine may have other work.
#[test]
fn a_flood_fills_no_memory() {
    let little = little();
    let running = process::start(little.command("aarch64 -- hundred z_passes --skip crashes"));
    let memory = running.memory();
    let outcome = little.end(running).exits(0);
    let memory = memory.join().expect("memory is looked at");
    let lines = [("writes_a_hundred_megabytes_of_lines", "passed"), ("z_passes", "passed")];
    outcome.suite("writes_lines").ended("passed", &lines);
    let line = [("writes_a_hundred_megabytes_in_one_line", "passed"), ("z_passes", "passed")];
    outcome.suite("writes_a_line").ended("passed", &line);
    println!("200 MB in {:.1?}, and the kit had {} MB at most", outcome.finished.took, memory >> 20);
    assert!(memory < MOST_MEMORY, "the kit had {} MB\n", memory >> 20);
}

/// Alone, so that nothing worse decides the exit code.
#[test]
fn an_instruction_that_the_processor_does_not_know_is_no_failed_test() {
    let little = little();
    let mut command = little.command("aarch64 -- unknown_instruction");
    command.env("QEMU_CPU", "cortex-a53");
    let outcome = little.end(process::start(command)).exits(7);
    outcome.finished.clone().tells(&["X035", "does not know an instruction", "`unknown_instruction`"]);
    outcome.suite("unknown_instruction").ended("emulator crashed", &[("unknown_instruction", "crashed")]);
    assert!(!outcome.finished.stderr.contains("X041") && !outcome.finished.stderr.contains("X042"));
    little.run("aarch64 -- unknown_instruction").exits(0);
}

#[test]
fn an_emulator_that_ends_itself_is_no_failed_test() {
    let little = little();
    let real = installed::find("qemu-aarch64").expect("it is required above");
    little.program("qemu-aarch64", &CRASHING_QEMU.replace("REAL", &real.display().to_string()));
    little.forget_marks();
    let mut command = little.command("aarch64 --emulation runner -- passes awaits --test-threads 1");
    command.env("CROSSKIT_TESTS_FAKE", "1");
    let outcome = little.end(process::start(command));
    std::fs::remove_file(little.root.join("target/programs/qemu-aarch64")).expect("the fake can be removed");
    let outcome = outcome.exits(7);
    outcome.finished.clone().tells(&["X035", "ended by signal 11 of its own", "`awaits_the_end_of_the_emulator`"]);
    let tests = [("a_passes", "passed"), ("awaits_the_end_of_the_emulator", "crashed")];
    outcome.suite("awaits").ended("emulator crashed", &tests);
    // What has nothing to do with it is as ever.
    outcome.suite("hangs").ended("passed", &[("passes", "passed")]);
}

#[test]
fn a_test_that_passes_at_last_is_flaky() {
    let little = little();
    little.run("aarch64 -- flaky").exits(100).suite("flaky").ended("failed", &[("flaky", "failed")]);
    let outcome = little.run("aarch64 --retries 2 -- flaky").exits(0);
    outcome.suite("flaky").ended("passed", &[("flaky", "flaky")]);
    let finished = outcome.finished;
    assert!(format!("{}{}", finished.stdout, finished.stderr).contains("flaky"), "{finished}");
    let outcome = little.run("aarch64 --retries 2 -- fails").exits(100);
    outcome.suite("fails").ended("failed", &[("fails", "failed")]);
}

#[test]
fn nothing_new_is_begun_once_something_has_failed() {
    let little = little();
    let arguments = "-- passes fails --skip crashes";
    let outcome = little.run(&format!("aarch64 --jobs 1 --fail-fast {arguments}")).exits(100);
    let cell = outcome.report.only();
    assert_eq!((cell.verdict.as_str(), cell.tests.failed), ("failed", 1), "{}", outcome.finished);
    outcome.suite("crashes").ended("passed", &[("a_passes", "passed"), ("z_passes", "passed")]);
    outcome.suite("fails").ended("failed", &[("fails", "failed"), ("passes", "passed")]);
    let names: Vec<&str> = cell.suites.iter().map(|suite| suite.name.as_str()).collect();
    // The last one is of the documentation; what takes long comes first, and so the unit tests last.
    assert_eq!(names, ["awaits", "crashes", "fails", PACKAGE], "{}", outcome.finished);
    let outcome = little.run(&format!("aarch64 --jobs 1 --no-fail-fast {arguments}")).exits(100);
    outcome.suite("hangs").ended("passed", &[("passes", "passed")]);
}
