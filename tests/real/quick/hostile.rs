//! Tests that crash, hang, forge and lie: what is said of each is true, and nothing of it harms another.

use std::sync::OnceLock;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::{self, Found};

use crate::hostile;
use crate::little::{Little, Outcome};

const TESTS: &[(&str, &str)] = &[
    hostile::CRASHES,
    hostile::FAILS,
    hostile::FORGES_A_FAILURE,
    hostile::FORGES_A_SUCCESS,
    hostile::HANGS,
    hostile::LEAVES_CHILDREN,
    hostile::RUBBISH,
    hostile::UNKNOWN_INSTRUCTION,
];

/// Processes that have a session of their own escape the kit.
const ESCAPES: &str = "sleep 4321";

/// One run of all of them serves every test.
fn all() -> &'static Outcome {
    static ALL: OnceLock<Outcome> = OnceLock::new();
    ALL.get_or_init(|| {
        AARCH64.require();
        let little = Little::new("hostile", TESTS);
        let mut command = little.command("aarch64 --timeout 5");
        command.env("QEMU_CPU", "cortex-a53");
        little.end(process::start(command))
    })
}

#[test]
fn a_crash_is_narrowed_to_its_test() {
    let outcome = all();
    outcome.finished.clone().exits(100).tells(&["X042", "`crashes` crashed"]);
    outcome
        .suite("crashes")
        .ended("crashed", &[("a_passes", "passed"), ("crashes", "crashed"), ("z_passes", "passed")]);
}

#[test]
fn threads_that_hang_are_narrowed_to_their_test() {
    let outcome = all();
    outcome.finished.clone().tells(&["X040", "`hangs_with_threads` timed out"]);
    outcome.suite("hangs").ended("timed out", &[("hangs_with_threads", "timed out"), ("passes", "passed")]);
}

#[test]
fn a_failure_is_one() {
    let outcome = all();
    outcome.suite("fails").ended("failed", &[("fails", "failed"), ("passes", "passed")]);
}

#[test]
fn an_instruction_that_the_processor_does_not_know_is_the_emulators() {
    let outcome = all();
    outcome.finished.clone().tells(&["X035", "does not know an instruction"]);
    outcome.suite("unknown_instruction").ended("emulator crashed", &[("unknown_instruction", "crashed")]);
}

#[test]
fn rubbish_is_no_result() {
    let outcome = all();
    outcome.suite("rubbish").ended("passed", &[("prints_rubbish", "passed"), ("z_passes", "passed")]);
}

#[test]
fn what_is_forged_is_no_result() {
    let outcome = all();
    outcome.suite("forges_a_failure").ended("passed", &[("forges_a_failure", "passed"), ("passes", "passed")]);
    let tests = [("a_forges_a_success", "crashed"), ("b_fails", "failed")];
    outcome.suite("forges_a_success").ended("crashed", &tests);
}

/// A process that leaves the group of its test for a session of its own is nobody's any more: it may be a server that is
/// meant to stay, and the kit does not end it. The test here does.
#[test]
fn children_end_with_their_test_unless_they_have_a_session_of_their_own() {
    let outcome = all();
    let tests = [("leaves_a_child", "passed"), ("leaves_a_child_with_a_session", "passed")];
    outcome.suite("leaves_children").ended("passed", &tests);
    let left: Vec<&str> = outcome.left.iter().map(|Found { line, .. }| line.trim_end()).collect();
    assert_eq!(left, [ESCAPES], "{}", outcome.finished);
}
