//! Nothing outlives a run: not a test that hangs, not what a test started, and nothing after Ctrl-C.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::{self, Finished, Found};
use crosskit_tests::scratch::Scratch;

use crate::kit;
use crate::report::{self, Report};

/// Each has a line of documentation, as the lints of `codec` ask for: their warnings would quote the source.
const HANGS: &str = "\
//! Hangs.
#[test]
fn hangs() {
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}
";

/// The child inherits standard output, as every child does; so who waits for its end waits for the child.
const LEAVES_A_CHILD: &str = "\
//! Leaves a child.
#[test]
fn leaves_a_child() {
    std::process::Command::new(\"sleep\").arg(\"1234\").spawn().unwrap();
}
";

/// It writes past libtest's capture, so that a line comes more often than anybody looks at the clock.
const CHATTERS: &str = "\
//! Prints without end.
#[test]
fn chatters() {
    loop {
        std::io::Write::write_all(&mut std::io::stdout(), b\"still here\\n\").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
";

/// The child goes on printing into the pipe that the kit reads.
const LEAVES_A_CHATTERER: &str = "\
//! Leaves a child that prints without end.
#[test]
fn leaves_a_chatterer() {
    let script = \"while :; do echo still here; sleep 0.01; done\";
    std::process::Command::new(\"sh\").args([\"-c\", script]).spawn().unwrap();
}
";

/// To cargo this is a success.
const ENDS_EARLY: &str = "\
//! Ends the process in the middle of the tests.
#[test]
fn a_ends_early() {
    std::process::exit(0);
}
#[test]
fn b_would_fail() {
    panic!();
}
";

const FAILS: &str = "\
//! Fails.
#[test]
fn fails_on_purpose() {
    println!(\"the frame of the failing test\");
    panic!(\"no such luck\");
}
";

/// A workspace whose package `codec` has these tests, too. It has a target directory of its own, as others must not see
/// their processes in it.
fn scratch() -> MutexGuard<'static, Scratch> {
    static SCRATCH: OnceLock<Mutex<Scratch>> = OnceLock::new();
    let scratch = SCRATCH.get_or_init(|| {
        let scratch = kit::scratch("processes");
        scratch.write("codec/tests/hangs.rs", HANGS);
        scratch.write("codec/tests/leaves_a_child.rs", LEAVES_A_CHILD);
        scratch.write("codec/tests/chatters.rs", CHATTERS);
        scratch.write("codec/tests/leaves_a_chatterer.rs", LEAVES_A_CHATTERER);
        scratch.write("codec/tests/ends_early.rs", ENDS_EARLY);
        scratch.write("codec/tests/fails.rs", FAILS);
        Mutex::new(scratch)
    });
    scratch.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What came of one run of all of them.
struct Outcome {
    finished: Finished,
    report: Report,
    left: Vec<Found>,
}

/// One run serves several tests, as each test would see the same.
fn outcome() -> &'static Outcome {
    static OUTCOME: OnceLock<Outcome> = OnceLock::new();
    OUTCOME.get_or_init(|| {
        AARCH64.require();
        let scratch = scratch();
        // Seconds enough for the tests that do not hang, on a machine that has other work.
        let finished = kit::run(&scratch, "aarch64 -p codec --timeout 8");
        let left = process::naming(&scratch.root);
        process::end_all_of(&scratch.root);
        Outcome { report: report::read(&scratch), finished, left }
    })
}

#[test]
fn a_test_that_hangs_is_ended_and_the_others_still_run() {
    let Outcome { finished, report, .. } = outcome();
    finished.clone().exits(100).tells(&["X040", "hangs", "8 s"]);
    let cell = report.only();
    assert_eq!((cell.rung.as_deref(), cell.verdict.as_str()), (Some("run"), "failed"));
    assert!(cell.findings.iter().any(|finding| finding.code == "X040"), "{:#?}", cell.findings);
    for name in ["hangs", "chatters"] {
        assert_eq!(cell.suite("codec", name, "integration").verdict, "timed out", "{name}");
    }
    for (name, kind) in [("codec", "unit"), ("resync", "integration"), ("codec", "doc")] {
        let suite = cell.suite("codec", name, kind);
        assert_eq!(suite.verdict, "passed", "{suite:#?}");
        assert!(!suite.tests.is_empty(), "{suite:#?}");
    }
}

/// A runner that starts nothing has proven nothing, whatever its exit code.
#[test]
fn a_test_binary_that_says_nothing_has_not_passed() {
    AARCH64.require();
    let scratch = kit::scratch("silent-runner");
    scratch.write(".cargo/config.toml", "[target.aarch64-unknown-linux-gnu]\nrunner = \"true\"\n");
    let finished = kit::run(&scratch, "aarch64 -p codec").exits(100);
    finished.tells(&["X042", "without a word"]);
    let cell = report::read(&scratch);
    assert_eq!(cell.only().suite("codec", "codec", "unit").verdict, "crashed");
}

#[test]
fn what_a_test_started_ends_with_the_run() {
    let Outcome { report, left, finished } = outcome();
    for name in ["leaves_a_child", "leaves_a_chatterer"] {
        assert_eq!(report.only().suite("codec", name, "integration").verdict, "passed", "{name}\n{finished}");
    }
    assert_eq!(*left, [], "{finished}");
}

#[test]
fn a_test_binary_that_ends_in_the_middle_has_not_passed() {
    let Outcome { finished, report, .. } = outcome();
    finished.clone().tells(&["X042", "ends_early"]);
    assert_eq!(report.only().suite("codec", "ends_early", "integration").verdict, "crashed");
}

#[test]
fn a_verbose_log_has_no_environment() {
    outcome();
    let scratch = scratch();
    let mut command = kit::direct(&scratch.root, "aarch64 -p codec -v -- value::");
    command.env("REGISTRY_TOKEN", "hunter2");
    let finished = process::start(command).wait(kit::COMPILING).exits(0);
    assert!(!format!("{}{}", finished.stdout, finished.stderr).contains("hunter2"), "{finished}");
}

#[test]
fn a_failing_test_tells_what_it_printed_once() {
    let Outcome { finished, report, .. } = outcome();
    let cell = report.only();
    assert_eq!(cell.suite("codec", "fails", "integration").verdict, "failed");
    assert!(cell.failed().contains(&"fails_on_purpose"), "{:?}", cell.failed());
    let told = format!("{}{}", finished.stdout, finished.stderr);
    for line in ["the frame of the failing test", "no such luck"] {
        assert_eq!(told.matches(line).count(), 1, "{line:?} is told once\n{finished}");
    }
}

#[test]
fn failing_tests_alone_decide_the_exit_code() {
    outcome();
    let scratch = scratch();
    kit::run(&scratch, "aarch64 -p codec -- fails_on_purpose").exits(100).tells(&["X041", "fails_on_purpose"]);
    kit::run(&scratch, "aarch64 -p codec -- value::").exits(0);
}

/// What libtest does not take is a mistake on the command line, and no test has failed.
#[test]
fn arguments_that_libtest_refuses_are_no_failed_tests() {
    let scratch = kit::scratch("refused-arguments");
    let finished = kit::run(&scratch, "host -p codec -- --nosuchflag").exits(2);
    let finished = finished.tells(&["X045", "libtest says: Unrecognized option: 'nosuchflag'", "`--`"]);
    assert!(!finished.stderr.contains("X041") && !finished.stderr.contains("X042"), "{finished}");
    assert_eq!(finished.stderr.matches("error[X045]").count(), 1, "{finished}");
    let report = report::read(&scratch);
    let cell = report.only();
    assert_eq!((cell.verdict.as_str(), cell.suites.len()), ("failed", 1), "{finished}");
    assert!(cell.suites.iter().all(|suite| suite.verdict == "refused" && suite.tests.is_empty()), "{finished}");
}

#[test]
fn ctrl_c_ends_everything() {
    outcome();
    let scratch = scratch();
    let running = process::start(kit::direct(&scratch.root, "aarch64 -p codec -- hangs"));
    // The test binary's name has a hash after it, and its path starts with the scratch's.
    process::await_naming(&scratch.root, "/hangs-", kit::COMPILING);
    let pressed = std::time::Instant::now();
    running.signal("INT");
    let finished = running.wait(kit::COMPILING);
    let took = pressed.elapsed();
    let left = process::naming(&scratch.root);
    process::end_all_of(&scratch.root);
    let finished = finished.exits(130);
    assert!(took < Duration::from_secs(5), "it took {took:.1?}\n{finished}");
    assert_eq!(left, [], "{finished}");
}
