//! Builds that fail, or say that they did not: one of six, linkers that lie, a full disk. What else was asked for is done.

use crosskit_tests::installed::{self, AARCH64, AARCH64_MUSL, ARMV7, RISCV64, X86_64_MUSL};
use crosskit_tests::process;
use crosskit_tests::scratch::CONFIG;

use crate::little::{Little, Outcome, PACKAGE};
use crate::{kit, mounts};

const PASSES: &str = "\
#[test]
fn passes() {}
";

/// A library with a documentation test that leaves a mark of its own each time.
const PROC_MACRO: &str = "\
//! ```
//! if let Some(marks) = std::env::var_os(\"CROSSKIT_TESTS_MARKS\") {
//!     std::fs::write(std::path::Path::new(&marks).join(std::process::id().to_string()), \"\").unwrap();
//! }
//! ```
extern crate proc_macro;
#[proc_macro]
pub fn nothing(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    proc_macro::TokenStream::new()
}
";

#[track_caller]
fn passed(outcome: &Outcome, triple: &str) {
    let cell = outcome.cell(triple);
    assert_eq!((cell.verdict.as_str(), cell.rung.as_deref()), ("passed", Some("run")), "{}", outcome.finished);
    cell.suite(PACKAGE, "it", "integration").ended("passed", &[("passes", "passed")]);
}

#[test]
fn a_build_that_fails_for_one_of_six_harms_no_other() {
    let targets = [X86_64_MUSL, AARCH64, AARCH64_MUSL, ARMV7, RISCV64];
    targets.iter().for_each(|target| target.require());
    let little = Little::new("one-of-six", &[("it", PASSES)]);
    let broken = "#[cfg(target_arch = \"riscv64\")]\ncompile_error!(\"not for this one\");\n";
    little.write("src/lib.rs", &format!("//! Nothing.\n{broken}"));
    let names = targets.map(|target| target.alias).join(" ");
    let outcome = little.run(&format!("host {names}")).exits(5);
    assert_eq!(outcome.report.cells.len(), 6, "{}", outcome.finished);
    passed(&outcome, &installed::host());
    targets.iter().filter(|it| it.triple != RISCV64.triple).for_each(|it| passed(&outcome, it.triple));
    let cell = outcome.cell(RISCV64.triple);
    assert_eq!((cell.verdict.as_str(), cell.rung.as_deref()), ("failed", None), "{}", outcome.finished);
    let codes: Vec<&str> = cell.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["X030"], "{}", outcome.finished);
    assert_eq!(cell.suites.len(), 0, "{cell:#?}");
    let told = &outcome.finished.stderr;
    assert_eq!(told.matches("error: not for this one").count(), 1, "{}", outcome.finished);
    let summary = &outcome.report.summary;
    assert_eq!((&summary["passed"], &summary["failed"]), (&5.into(), &1.into()), "{}", outcome.finished);
}

/// What a linker may do that says that it has linked.
const LIES: &[(&str, &str)] = &[
    ("makes nothing", ""),
    ("makes an empty file", ": >\"$to\"; chmod +x \"$to\""),
    ("makes a program for this machine", "cp /bin/true \"$to\""),
];

/// Finds the file that the linker is to make.
const TO: &str = "#!/bin/sh
to=
for word in \"$@\"; do
    [ \"$previous\" != -o ] || to=$word
    previous=$word
done
[ -n \"$to\" ] || exit 0
";

#[test]
fn a_linker_that_lies_is_found_out() {
    AARCH64.require();
    let little = Little::new("lying-linker", &[("it", PASSES)]);
    let linker = "[target.aarch64-unknown-linux-gnu]\nlinker = \"target/programs/lies\"\n";
    little.write(CONFIG, linker);
    let found_out = |what: &str| {
        let outcome = little.run("host aarch64").exits(6);
        println!("a linker that {what}: exit code 6 after {:.1?}", outcome.finished.took);
        passed(&outcome, &installed::host());
        let cell = outcome.cell(AARCH64.triple);
        assert_eq!(
            (cell.verdict.as_str(), cell.rung.as_deref()),
            ("failed", Some("build")),
            "{what}\n{}",
            outcome.finished
        );
        assert!(
            !cell.findings.is_empty() && cell.findings.iter().all(|it| it.code == "X031"),
            "{what}\n{}",
            outcome.finished
        );
        outcome
    };
    for (what, lie) in LIES {
        let _ = std::fs::remove_dir_all(little.root.join("target").join(AARCH64.triple));
        little.program("lies", &format!("{TO}{lie}\nexit 0\n"));
        let outcome = found_out(what);
        assert_eq!(outcome.cell(AARCH64.triple).suites.len(), 0, "nothing of it is started\n{}", outcome.finished);
    }
    // Worse: what was built before is still there, and plain cargo says that it passes.
    little.program("lies", "#!/bin/sh\nexec aarch64-linux-gnu-gcc \"$@\"\n");
    let _ = std::fs::remove_dir_all(little.root.join("target").join(AARCH64.triple));
    passed(&little.run("host aarch64").exits(0), AARCH64.triple);
    little.program("lies", &format!("{TO}exit 0\n"));
    little.write("tests/it.rs", &PASSES.replace("{}", "{\n    assert!(cfg!(not(target_arch = \"aarch64\")));\n}"));
    let outcome = found_out("makes nothing where something was");
    outcome.finished.clone().tells(&["was not made by this build", "look at the linker"]);
    let suites = &outcome.cell(AARCH64.triple).suites;
    assert!(suites.iter().all(|suite| suite.name != "it"), "{}", outcome.finished);
    little.program("lies", "#!/bin/sh\nexec aarch64-linux-gnu-gcc \"$@\"\n");
    let outcome = little.run("host aarch64");
    outcome.cell(AARCH64.triple).suite(PACKAGE, "it", "integration").ended("failed", &[("passes", "failed")]);
}

/// `"$@"` is the kit, whose target directory is `disk`. What it reports is copied to where it can be seen, and has room of its
/// own: how much the compilers leave of the rest is chance.
const FULL_FROM_THE_START: &str = "
mount -t tmpfs -o size=2m tmpfs disk
mkdir disk/crosskit
mount -t tmpfs -o size=1m tmpfs disk/crosskit
code=0
\"$@\" || code=$?
cp disk/crosskit/report.json target/seen.json
exit $code
";

/// Everything is built before the disk is filled.
const FULL_WHEN_TESTS_RUN: &str = "
mount -t tmpfs -o size=200m tmpfs disk
\"$@\" >/dev/null 2>&1 || exit 90
rm disk/crosskit/report.json
dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null && exit 91
echo 1 2>/dev/null >disk/no-room && exit 92
rm disk/no-room
export FAILS=1
code=0
\"$@\" || code=$?
rm disk/filler
cp disk/crosskit/report.json target/seen.json 2>/dev/null || :
exit $code
";

fn on_own_disk(little: &Little, script: &str) -> process::Finished {
    std::fs::create_dir_all(little.root.join("disk")).expect("a directory can be made");
    let _ = std::fs::remove_file(little.root.join("target/seen.json"));
    let kit = little.command("host");
    let [program, words @ ..] = mounts::of_ones_own(&little.root);
    let mut command = process::command(program, &little.root);
    command.args(words).args([script, "sh"]).arg(kit.get_program()).args(kit.get_args());
    command.env("CARGO_TARGET_DIR", little.root.join("disk"));
    let finished = process::run(command, kit::COMPILING);
    assert_eq!(process::naming(&little.root), [], "{finished}");
    finished
}

#[test]
fn a_disk_too_small_for_the_build_is_a_build_that_fails() {
    let little = Little::new("small-disk", &[("it", PASSES)]);
    let finished = on_own_disk(&little, FULL_FROM_THE_START).exits(5);
    // What the linker says of it depends on the linker: LLD ends by SIGBUS.
    let finished = finished.tells(&["X030"]);
    let report = crate::report::read_at(&little, "target/seen.json");
    assert_eq!((report.only().verdict.as_str(), report.only().suites.len()), ("failed", 0), "{finished}");
}

/// libtest ends where it cannot write its log, and says why; then no test of it has passed, and the table is there though the
/// report is not.
#[test]
fn a_disk_that_is_full_when_tests_run_hides_no_failure() {
    let fails = "#[test]\nfn fails() {\n    assert!(std::env::var_os(\"FAILS\").is_none());\n}\n";
    let little = Little::new("full-disk-of-tests", &[("it", PASSES), ("fails", fails)]);
    let finished = on_own_disk(&little, FULL_WHEN_TESTS_RUN).exits(1);
    let finished = finished.tells(&["X042", "No space left on device", "X024", "report.json"]);
    let table = finished.stdout.lines().find(|line| line.starts_with("FAIL"));
    assert!(table.is_some_and(|line| line.contains("2 failed")), "{finished}");
    assert!(!little.has("target/seen.json"), "{finished}");
}

/// A proc-macro is of the host whatever the target is, and so are its documentation tests.
#[test]
fn documentation_tests_of_the_host_run_once_for_all_targets() {
    AARCH64.require();
    let little = Little::new("documentation-of-the-host", &[]);
    little.write("Cargo.toml", &(little.read("Cargo.toml") + "\n[lib]\nproc-macro = true\n"));
    little.write("src/lib.rs", PROC_MACRO);
    let outcome = little.run("host aarch64").exits(0);
    assert_eq!(outcome.report.cells.len(), 2, "{}", outcome.finished);
    for cell in &outcome.report.cells {
        let mut suites = cell.suites.iter().filter(|suite| suite.kind == "doc");
        let suite = suites.next().unwrap_or_else(|| panic!("{cell:#?}"));
        assert_eq!((suite.tests.len(), suite.tests[0].outcome.as_str()), (1, "passed"), "{cell:#?}");
        assert_eq!(suites.count(), 0, "{cell:#?}");
    }
    let marks = std::fs::read_dir(little.marks()).expect("there is a directory for marks");
    assert_eq!(marks.filter_map(Result::ok).count(), 1, "{}", outcome.finished);
    assert_eq!(outcome.finished.stderr.matches("(doc)").count(), 1, "{}", outcome.finished);
}
