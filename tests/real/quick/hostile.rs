//! Tests that crash, hang, forge, flood and lie, each beside one that does not: what is said of each is true, and nothing of
//! it harms another.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process::{self, Found};

use crate::little::{Little, Outcome, PACKAGE};

const CRASHES: &str = "\
#[test]
fn a_passes() {}
#[test]
fn crashes() {
    unsafe { (16 as *mut u8).write_volatile(1) }
}
#[test]
fn z_passes() {}
";

/// `ptrue p0.b` of SVE, which a Cortex-A53 does not know.
const UNKNOWN_INSTRUCTION: &str = "\
#[test]
fn unknown_instruction() {
    #[cfg(target_arch = \"aarch64\")]
    unsafe { std::arch::asm!(\".inst 0x2518e3e0\") }
}
";

const FAILS: &str = "\
#[test]
fn fails() {
    assert_eq!(1 + 1, 3);
}
#[test]
fn passes() {}
";

/// More threads are waited for than there are.
const HANGS: &str = "\
#[test]
fn hangs_with_threads() {
    let gate = std::sync::Arc::new(std::sync::Barrier::new(5));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let gate = gate.clone();
            std::thread::spawn(move || gate.wait())
        })
        .collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
}
#[test]
fn passes() {}
";

/// Every byte, zero and half of a character among them, and no end of a line.
const RUBBISH: &str = "\
#[test]
fn prints_rubbish() {
    let mut state = 1_u32;
    let bytes: Vec<u8> = (0..1 << 16)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    std::io::Write::write_all(&mut std::io::stdout(), &bytes).unwrap();
    std::io::Write::write_all(&mut std::io::stderr(), &[0xff, 0, 0xc3]).unwrap();
}
#[test]
fn z_passes() {}
";

/// What libtest would print, were there such a test and had it failed; on the descriptor itself.
const FORGES_A_FAILURE: &str = "\
const FORGED: &str = \"
test x ... FAILED
test forges_a_failure ... FAILED

failures:
    forges_a_failure
    x

test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

\";
#[test]
fn forges_a_failure() {
    std::io::Write::write_all(&mut std::io::stdout(), FORGED.as_bytes()).unwrap();
}
#[test]
fn passes() {}
";

/// The same for a success, and then it ends before the one that would fail.
const FORGES_A_SUCCESS: &str = "\
const FORGED: &str = \"
test a_forges_a_success ... ok
test b_fails ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

\";
#[test]
fn a_forges_a_success() {
    std::io::Write::write_all(&mut std::io::stdout(), FORGED.as_bytes()).unwrap();
    std::process::exit(0);
}
#[test]
fn b_fails() {
    panic!(\"no such luck\");
}
";

/// One in the group of its parent, and one with a session of its own.
const LEAVES_CHILDREN: &str = "\
#[test]
fn leaves_a_child() {
    std::process::Command::new(\"sleep\").arg(\"1234\").spawn().unwrap();
}
#[test]
fn leaves_a_child_with_a_session() {
    std::process::Command::new(\"setsid\").args([\"sleep\", \"4321\"]).spawn().unwrap();
}
";

const WRITES_LINES: &str = "\
#[test]
fn writes_a_hundred_megabytes_of_lines() {
    let lines = format!(\"{}\\n\", \"x\".repeat(99)).repeat(10_000);
    for _ in 0..100 {
        std::io::Write::write_all(&mut std::io::stdout(), lines.as_bytes()).unwrap();
    }
}
#[test]
fn z_passes() {}
";

const WRITES_A_LINE: &str = "\
#[test]
fn writes_a_hundred_megabytes_in_one_line() {
    let bytes = [b'x'; 1_000_000];
    for _ in 0..100 {
        std::io::Write::write_all(&mut std::io::stdout(), &bytes).unwrap();
    }
}
#[test]
fn z_passes() {}
";

/// Waits for the emulator, which is a fake, to end.
const AWAITS: &str = "\
#[test]
fn a_passes() {}
#[test]
fn awaits_the_end_of_the_emulator() {
    if std::env::var_os(\"CROSSKIT_TESTS_FAKE\").is_some() {
        mark(\"now\");
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
}
";

const FLAKY: &str = "\
#[test]
fn flaky() {
    assert!(mark(\"tried\"), \"the first time is not the best one\");
}
";

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
    ("awaits", AWAITS),
    ("crashes", CRASHES),
    ("fails", FAILS),
    ("flaky", FLAKY),
    ("forges_a_failure", FORGES_A_FAILURE),
    ("forges_a_success", FORGES_A_SUCCESS),
    ("hangs", HANGS),
    ("leaves_children", LEAVES_CHILDREN),
    ("rubbish", RUBBISH),
    ("unknown_instruction", UNKNOWN_INSTRUCTION),
    ("writes_a_line", WRITES_A_LINE),
    ("writes_lines", WRITES_LINES),
];

/// Processes that have a session of their own escape the kit.
const ESCAPES: &str = "sleep 4321";

/// More than the kit keeps of a test's output, with what it needs besides; a fifth of what the tests print.
const MOST_MEMORY: u64 = 96 << 20;

fn little() -> MutexGuard<'static, Little> {
    static LITTLE: OnceLock<Mutex<Little>> = OnceLock::new();
    let little = LITTLE.get_or_init(|| Mutex::new(Little::new("hostile", TESTS)));
    little.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One run of all of them but those that print a hundred megabytes serves several tests.
fn all() -> &'static Outcome {
    static ALL: OnceLock<Outcome> = OnceLock::new();
    ALL.get_or_init(|| {
        AARCH64.require();
        let little = little();
        little.forget_marks();
        let mut command = little.command("aarch64 --timeout 5 -- --skip hundred");
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

/// Debug builds read a tenth of what others do, and the machine may have other work.
#[test]
fn a_flood_fills_no_memory() {
    all();
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
    let outcome = all();
    outcome.suite("unknown_instruction").ended("emulator crashed", &[("unknown_instruction", "crashed")]);
    let little = little();
    let mut command = little.command("aarch64 -- unknown_instruction");
    command.env("QEMU_CPU", "cortex-a53");
    let outcome = little.end(process::start(command)).exits(7);
    outcome.finished.clone().tells(&["X049", "does not know an instruction", "`unknown_instruction`"]);
    assert!(!outcome.finished.stderr.contains("X041") && !outcome.finished.stderr.contains("X042"));
    little.run("aarch64 -- unknown_instruction").exits(0);
}

#[test]
fn an_emulator_that_ends_itself_is_no_failed_test() {
    all();
    let little = little();
    let real = installed::find("qemu-aarch64").expect("it is required above");
    little.program("qemu-aarch64", &CRASHING_QEMU.replace("REAL", &real.display().to_string()));
    little.forget_marks();
    let mut command = little.command("aarch64 --emulation runner -- passes awaits --test-threads 1");
    command.env("CROSSKIT_TESTS_FAKE", "1");
    let outcome = little.end(process::start(command));
    std::fs::remove_file(little.root.join("target/programs/qemu-aarch64")).expect("the fake can be removed");
    let outcome = outcome.exits(7);
    outcome.finished.clone().tells(&["X049", "ended by signal 11 of its own", "`awaits_the_end_of_the_emulator`"]);
    let tests = [("a_passes", "passed"), ("awaits_the_end_of_the_emulator", "crashed")];
    outcome.suite("awaits").ended("emulator crashed", &tests);
    // What has nothing to do with it is as ever.
    outcome.suite("hangs").ended("passed", &[("passes", "passed")]);
}

#[test]
fn a_test_that_passes_at_last_is_flaky() {
    all();
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
    all();
    let little = little();
    let arguments = "-- passes fails --skip crashes --skip forges";
    let outcome = little.run(&format!("aarch64 --jobs 1 --fail-fast {arguments}")).exits(100);
    let cell = outcome.report.only();
    assert_eq!((cell.verdict.as_str(), cell.tests.failed), ("failed", 1), "{}", outcome.finished);
    outcome.suite("crashes").ended("passed", &[("a_passes", "passed"), ("z_passes", "passed")]);
    outcome.suite("fails").ended("failed", &[("fails", "failed"), ("passes", "passed")]);
    let names: Vec<&str> = cell.suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, [PACKAGE, "awaits", "crashes", "fails"], "{}", outcome.finished);
    let outcome = little.run(&format!("aarch64 --jobs 1 --no-fail-fast {arguments}")).exits(100);
    outcome.suite("hangs").ended("passed", &[("passes", "passed")]);
}
