use super::*;
use crate::libtest::log;

struct Case {
    end: End,
    output: &'static str,
    log: Option<&'static str>,
    has_libtest: bool,
    arguments: &'static [&'static str],
    emulator: &'static str,
}

const CASE: Case =
    Case { end: End::Code(0), output: "", log: None, has_libtest: true, arguments: &[], emulator: "native" };

fn judged(case: &Case) -> Judged {
    let mut told = Told::default();
    case.output.lines().for_each(|line| told.line(line));
    told.close();
    let log = case.log.map(log::read);
    let arguments: Vec<String> = case.arguments.iter().map(|it| (*it).to_owned()).collect();
    judge(&Evidence {
        end: case.end,
        status: "exit status: 1",
        output: case.output,
        told: &told,
        log: log.as_deref(),
        has_libtest: case.has_libtest,
        arguments: &arguments,
        emulator: case.emulator,
        name: "suite",
    })
}

fn outcomes(judged: &Judged) -> Vec<(&str, Outcome)> {
    judged.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect()
}

const PASSED: &str =
    "running 2 tests\ntest a ... ok\ntest b ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored\n";

#[test]
fn all_passed() {
    let it = judged(&Case { output: PASSED, log: Some("ok a\nok b\n"), ..CASE });
    assert_eq!((&it.verdict, it.open), (&SuiteVerdict::Passed, false));
    assert_eq!(it.counts, Counts { passed: 2, failed: 0, ignored: 0 });
    assert_eq!(judged(&Case { output: PASSED, ..CASE }), it, "standard output says the same");
}

#[test]
fn what_a_test_prints_is_no_result() {
    let forged = "running 2 tests\ntest x ... FAILED\ntest a ... ok\ntest b ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored\n";
    let it = judged(&Case { output: forged, log: Some("ok a\nok b\n"), ..CASE });
    assert_eq!((&it.verdict, it.open), (&SuiteVerdict::Passed, false));
    assert_eq!(outcomes(&it), [("a", Outcome::Passed), ("b", Outcome::Passed)]);
    let mut it = judged(&Case { output: forged, ..CASE });
    assert!(it.open, "three names for two tests");
    assert!(it.missing(&["a".to_owned(), "b".to_owned()]).is_empty());
    assert_eq!(outcomes(&it), [("a", Outcome::Passed), ("b", Outcome::Passed)]);
}

#[test]
fn a_forged_summary_does_not_hide_that_tests_are_missing() {
    let forged = "running 3 tests\ntest a ... ok\ntest result: ok. 3 passed; 0 failed; 0 ignored\n";
    let it = judged(&Case { output: forged, log: Some("ok a\n"), ..CASE });
    assert_eq!((&it.verdict, it.open), (&SuiteVerdict::Crashed, true));
}

#[test]
fn lines_that_were_lost_among_output_are_of_tests_that_passed() {
    let lost =
        "running 2 tests\ntest a ... ok\nhello test b ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored\n";
    let mut it = judged(&Case { output: lost, ..CASE });
    assert!(it.open);
    assert!(it.missing(&["a".to_owned(), "b".to_owned()]).is_empty());
    assert_eq!(outcomes(&it), [("a", Outcome::Passed), ("b", Outcome::Passed)]);
}

#[test]
fn one_failed() {
    let output =
        "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n";
    let it = judged(&Case { end: End::Code(101), output, log: Some("ok a\nfailed b\n"), ..CASE });
    assert_eq!((&it.verdict, it.open), (&SuiteVerdict::Failed, false));
    assert_eq!(it.counts, Counts { passed: 1, failed: 1, ignored: 0 });
}

#[test]
fn a_crash_is_narrowed_to_its_test() {
    let output = "running 3 tests\ntest a ... ok\n";
    let mut it = judged(&Case { end: End::Signal(11), output, log: Some("ok a\n"), ..CASE });
    assert_eq!((&it.verdict, it.open, it.counts.failed), (&SuiteVerdict::Crashed, true, 1));
    let missing = it.missing(&["a", "b", "c"].map(str::to_owned));
    assert_eq!(missing, ["b", "c"]);
    let test = |name: &str, outcome| Test { name: name.to_owned(), outcome };
    let settled = it.clone().settle(vec![test("b", Outcome::Passed), test("c", Outcome::Crashed)], true);
    assert_eq!(settled.verdict, SuiteVerdict::Crashed);
    assert_eq!(settled.counts, Counts { passed: 2, failed: 1, ignored: 0 });
    let alone = it.settle(vec![test("b", Outcome::Passed), test("c", Outcome::Passed)], true);
    assert_eq!((&alone.verdict, alone.counts.failed), (&SuiteVerdict::Crashed, 1), "together they crash all the same");
    assert!(alone.status.ends_with("passes alone"));
}

#[test]
fn a_test_that_ran_alone_has_the_end_of_its_process() {
    let passed = "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored\n";
    let it = judged(&Case { output: passed, log: Some("ok a\n"), ..CASE });
    assert_eq!((it.outcome_alone("a"), it.outcome_alone("b")), (Some(Outcome::Passed), None));
    let cut = Case { output: "running 1 test\n", log: Some(""), ..CASE };
    assert_eq!(judged(&Case { end: End::Signal(11), ..cut }).outcome_alone("a"), Some(Outcome::Crashed));
    let cut = Case { output: "running 1 test\n", log: Some(""), ..CASE };
    assert_eq!(judged(&Case { end: End::TimedOut, ..cut }).outcome_alone("a"), Some(Outcome::TimedOut));
    let lost = Case { end: End::Code(127), output: "sh: not found\n", ..CASE };
    assert_eq!(judged(&lost).outcome_alone("a"), None);
}

#[test]
fn a_hang_is_narrowed_to_its_test() {
    let it = judged(&Case { end: End::TimedOut, output: "running 2 tests\n", log: Some(""), ..CASE });
    assert_eq!((&it.verdict, it.open), (&SuiteVerdict::TimedOut, true));
    let settled = it.settle(vec![Test { name: "a".to_owned(), outcome: Outcome::TimedOut }], true);
    assert_eq!((&settled.verdict, settled.counts.failed), (&SuiteVerdict::TimedOut, 1));
}

#[test]
fn without_libtest_the_exit_code_says_it() {
    let case = Case { has_libtest: false, output: "hello\n", ..CASE };
    for (end, verdict, outcome) in [
        (End::Code(0), SuiteVerdict::Passed, Outcome::Passed),
        (End::Code(1), SuiteVerdict::Failed, Outcome::Failed),
        (End::Signal(11), SuiteVerdict::Crashed, Outcome::Crashed),
        (End::TimedOut, SuiteVerdict::TimedOut, Outcome::TimedOut),
    ] {
        let it = judged(&Case { end, ..case });
        assert_eq!((it.verdict.clone(), outcomes(&it), it.open), (verdict, vec![("suite", outcome)], false));
    }
}

#[test]
fn an_emulator_that_ends_itself_is_no_failed_test() {
    let case = Case { emulator: "qemu-aarch64", end: End::Signal(11), output: "running 2 tests\n", ..CASE };
    assert!(matches!(judged(&case).verdict, SuiteVerdict::EmulatorFault(_)));
    let of_program = Case { output: "running 2 tests\nqemu: uncaught target signal 11 (Segmentation fault)\n", ..case };
    assert_eq!(judged(&of_program).verdict, SuiteVerdict::Crashed);
}

#[test]
fn what_ends_without_a_word_has_not_passed() {
    assert_eq!(judged(&CASE).verdict, SuiteVerdict::Crashed);
    let none = judged(&Case { output: "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored\n", ..CASE });
    assert_eq!((&none.verdict, none.open), (&SuiteVerdict::Passed, false));
}

#[test]
fn what_was_not_started_has_not_failed() {
    assert_eq!(judged(&Case { end: End::Code(127), output: "sh: not found\n", ..CASE }).verdict, SuiteVerdict::NotRun);
    let refused = Case {
        end: End::Code(101),
        output: "error: Unrecognized option: 'nosuch'\n",
        arguments: &["--nosuch"],
        ..CASE
    };
    assert!(matches!(judged(&refused).verdict, SuiteVerdict::Refused(_)));
}

#[test]
fn what_is_known_to_fail_does_not_count() {
    let output = "running 3 tests\ntest a ... ok\ntest b ... FAILED\ntest c ... ok\n\ntest result: FAILED. 2 passed; 1 failed; 0 ignored\n";
    let mut it = judged(&Case { end: End::Code(101), output, ..CASE });
    let entry = |test: &str, package: Option<&str>| Quarantine {
        test: test.to_owned(),
        package: package.map(str::to_owned),
        target: None,
        reason: "why".to_owned(),
    };
    let list = [entry("b", None), entry("c", Some("codec")), entry("a", Some("other"))];
    let passed = it.quarantine("codec", &list);
    assert_eq!(passed, [&list[1]]);
    let it = it.again();
    assert_eq!((&it.verdict, it.counts), (&SuiteVerdict::Passed, Counts { passed: 2, failed: 0, ignored: 1 }));
}

#[test]
fn one_that_fails_beside_those_that_are_forgiven_still_fails() {
    let output =
        "running 2 tests\ntest a ... FAILED\ntest b ... FAILED\n\ntest result: FAILED. 0 passed; 2 failed; 0 ignored\n";
    let mut it = judged(&Case { end: End::Code(101), output, ..CASE });
    it.tests[0].outcome = Outcome::Flaky;
    let it = it.again();
    assert_eq!((&it.verdict, it.counts), (&SuiteVerdict::Failed, Counts { passed: 1, failed: 1, ignored: 0 }));
}

fn named(name: &str, outcome: Outcome) -> Test {
    Test { name: name.to_owned(), outcome }
}

fn quarantined(mut it: Judged, test: &str) -> Judged {
    let (test, reason) = (test.to_owned(), "why".to_owned());
    it.quarantine("codec", &[Quarantine { test, package: None, target: None, reason }]);
    it.again()
}

/// `a` is forgiven, and the process did not end because of it.
#[test]
fn what_a_forgiven_test_does_not_account_for_is_not_forgiven() {
    let output = "running 3 tests\ntest a ... FAILED\n";
    let case = Case { end: End::Signal(11), output, log: Some("failed a\n"), ..CASE };
    let passes_alone = judged(&case).settle(vec![named("b", Outcome::Passed), named("c", Outcome::Passed)], true);
    assert_eq!(quarantined(passes_alone, "a").verdict, SuiteVerdict::Crashed);
    let fails_alone = judged(&case).settle(vec![named("b", Outcome::Failed), named("c", Outcome::Passed)], true);
    assert_eq!(quarantined(fails_alone.clone(), "a").verdict, SuiteVerdict::Failed);
    let mut both = fails_alone;
    both.tests[0].outcome = Outcome::Quarantined;
    assert_eq!(quarantined(both, "b").verdict, SuiteVerdict::Failed, "no test is known to crash");
    let unknown = judged(&case).settle(vec![named("b", Outcome::Crashed)], false);
    let mut unknown = quarantined(unknown, "b");
    unknown.tests[0].outcome = Outcome::Quarantined;
    assert_eq!(unknown.again().verdict, SuiteVerdict::Crashed, "nothing is known of `c`");
    let whole = Case { output: "running 1 test\ntest a ... FAILED\n", ..case };
    let after_all = judged(&whole).settle(Vec::new(), true);
    assert_eq!(quarantined(after_all, "a").verdict, SuiteVerdict::Crashed, "it crashed when all was told");
}

#[test]
fn a_test_that_crashes_the_emulator_can_be_forgiven() {
    let case = Case { emulator: "qemu-aarch64", end: End::Signal(11), output: "running 2 tests\n", ..CASE };
    let it = judged(&case).settle(vec![named("a", Outcome::Passed), named("b", Outcome::Crashed)], true);
    let it = quarantined(it, "b");
    assert_eq!((&it.verdict, it.counts), (&SuiteVerdict::Passed, Counts { passed: 1, failed: 0, ignored: 1 }));
}

#[test]
fn a_test_that_failed_outweighs_the_emulator() {
    let case = Case { emulator: "qemu-aarch64", end: End::Signal(11), output: "running 3 tests\n", ..CASE };
    let fault = judged(&case);
    assert!(matches!(fault.verdict, SuiteVerdict::EmulatorFault(_)));
    let failed = fault.clone().settle(vec![named("a", Outcome::Crashed), named("b", Outcome::Failed)], true).again();
    assert_eq!(failed.verdict, SuiteVerdict::Failed);
    assert!(failed.status.contains("the emulator failed as well"), "{}", failed.status);
    let crashed = fault.settle(vec![named("a", Outcome::Crashed), named("b", Outcome::Passed)], true).again();
    assert!(matches!(crashed.verdict, SuiteVerdict::EmulatorFault(_)));
}

/// Over ssh, on boards and under WebAssembly there is no log: a test that starts another libtest is told apart by the list.
#[test]
fn figures_of_another_libtest_do_not_count() {
    let nested = "running 2 tests\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\ntest a ... ok\ntest b ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored\n";
    let mut it = judged(&Case { output: nested, ..CASE });
    assert!(it.open);
    let missing = it.missing(&["a".to_owned(), "b".to_owned()]);
    let it = it.settle(missing.into_iter().map(|name| named(&name, Outcome::Passed)).collect(), true);
    assert_eq!((&it.verdict, it.counts), (&SuiteVerdict::Passed, Counts { passed: 2, failed: 0, ignored: 0 }));
    let figures = "running 18446744073709551615 tests\nrunning 2 tests\ntest result: ok. 18446744073709551615 passed; 18446744073709551615 failed; 1 ignored; 18446744073709551615 measured\ntest result: ok. 1 passed; 0 failed; 0 ignored\n";
    assert!(judged(&Case { output: figures, ..CASE }).open, "and nothing overflows");
}

#[test]
fn a_failure_without_a_name_is_not_forgiven_with_another() {
    let heard = |failed| {
        let counts = Counts { passed: 1, failed, ignored: 0 };
        Judged::heard(SuiteVerdict::Failed, vec![named("a", Outcome::Failed), named("b", Outcome::Passed)], counts)
    };
    assert_eq!(quarantined(heard(1), "a").verdict, SuiteVerdict::Passed);
    assert_eq!(quarantined(heard(2), "a").verdict, SuiteVerdict::Failed);
}
