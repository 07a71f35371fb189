//! What people and their tools look at, made from a [`crate::record::Record`].

pub mod annotation;
pub mod junit;
pub mod markdown;
pub mod table;

use crate::libtest::{Counts, Outcome, Test};
use crate::record::Suite;

/// The figures of suites, with what was forgiven told apart.
pub fn figures<'a>(suites: impl IntoIterator<Item = (Counts, &'a [Test])>) -> String {
    let (mut counts, mut quarantined, mut flaky) = (Counts::default(), 0, 0);
    for (own, tests) in suites {
        counts.add(own);
        let of = |outcome| tests.iter().filter(|test| test.outcome == outcome).count();
        quarantined += of(Outcome::Quarantined);
        flaky += of(Outcome::Flaky);
    }
    let mut text = format!("{} passed", counts.passed);
    if flaky > 0 {
        text.push_str(&format!(" ({flaky} flaky)"));
    }
    let ignored = counts.ignored.saturating_sub(quarantined);
    for (count, word) in [(counts.failed, "failed"), (ignored, "ignored"), (quarantined, "in quarantine")] {
        if count > 0 {
            text.push_str(&format!(", {count} {word}"));
        }
    }
    text
}

fn of_suites(suites: &[Suite]) -> String {
    figures(suites.iter().map(|suite| (suite.counts, suite.tests.as_slice())))
}

/// What a test printed that failed, as libtest lists it at the end, or as it was run alone.
///
/// Source: the test crate of Rust 1.95, `write_failures`: `---- NAME stdout ----`, then what was captured.
fn output_of<'a>(output: &'a str, test: &str) -> Option<&'a str> {
    let heads = [format!("---- {test} stdout ----\n"), format!("---- {test}, alone: ")];
    let after = heads.iter().find_map(|head| {
        let at = output.rfind(head.as_str()).filter(|at| *at == 0 || output.as_bytes().get(at - 1) == Some(&b'\n'))?;
        output.get(at + head.len()..)
    })?;
    let end = ["\n---- ", "\nfailures:\n", "\n\nfailures:"].iter().filter_map(|end| after.find(end)).min();
    Some(after.get(..end.unwrap_or(after.len())).unwrap_or(after).trim_end())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::{Cell, Finding, Part, Record, Verdict};

    /// What libtest prints of two tests that fail.
    pub(crate) const OUTPUT: &str = "\nrunning 3 tests\n\nfailures:\n\n---- a::first stdout ----\n\nthread 'a::first' panicked at codec/src/lib.rs:12:5:\nassertion `left == right` failed\n  left: 1\n right: 2\n\n---- second stdout ----\nsome <words> & a bell \u{7}\n\nthread 'second' panicked at codec/src/lib.rs:20:9:\nno\n\n\nfailures:\n    a::first\n    second\n\ntest result: FAILED. 1 passed; 2 failed\n";

    fn test(name: &str, outcome: Outcome) -> Test {
        Test { name: name.to_owned(), outcome }
    }

    fn cell(name: &str, verdict: Verdict, rung: Option<&str>) -> Cell {
        Cell {
            target: name.split(' ').next().unwrap_or_default().to_owned(),
            name: name.to_owned(),
            verdict,
            rung: rung.map(str::to_owned),
            runner: "qemu-aarch64".to_owned(),
            seconds: 1.5,
            ..Cell::default()
        }
    }

    /// A record in which all kinds of things went wrong.
    pub(crate) fn record() -> Record {
        let suite = |name: &str, verdict: &str, tests: Vec<Test>| Suite {
            package: "codec".to_owned(),
            name: name.to_owned(),
            kind: "unit".to_owned(),
            verdict: verdict.to_owned(),
            counts: Counts::of(&tests),
            seconds: 0.25,
            tests,
            ..Suite::default()
        };
        let mut failed = cell("aarch64-unknown-linux-gnu", Verdict::Failed, Some("run"));
        let tests = vec![
            test("a::first", Outcome::Failed),
            test("second", Outcome::Failed),
            test("third", Outcome::Passed),
            test("later", Outcome::Ignored),
            test("shaky", Outcome::Flaky),
            test("known", Outcome::Quarantined),
        ];
        let output = Some(OUTPUT.to_owned());
        failed.suites.push(Suite { output, status: "exit status: 101".to_owned(), ..suite("codec", "failed", tests) });
        failed.suites.push(suite("other", "passed", vec![test("fine", Outcome::Passed)]));
        let hung = Suite {
            output: Some("\nrunning 1 test\n".to_owned()),
            counts: Counts { failed: 1, ..Counts::default() },
            ..suite("slow", "timed out", Vec::new())
        };
        failed.suites.push(hung);
        failed.suites.iter().for_each(|it| failed.tests.add(it.counts));
        let mut broken = cell("s390x-unknown-linux-gnu --release", Verdict::Failed, None);
        broken.findings.push(Finding {
            code: "X040".to_owned(),
            severity: "error".to_owned(),
            message: "cargo could not build for s390x-unknown-linux-gnu --release".to_owned(),
            notes: vec!["its own messages stand above".to_owned()],
            ..Finding::default()
        });
        let mut missing = cell("armv7-unknown-linux-gnueabihf", Verdict::Missing, Some("check"));
        missing.stopped_by.push("linker `arm-linux-gnueabihf-gcc` not found".to_owned());
        let built = Cell { verified: 2, ..cell("thumbv7em-none-eabihf", Verdict::Passed, Some("verify")) };
        let part = Part {
            host: "x86_64-unknown-linux-gnu".to_owned(),
            started: "2026-11-27T06:21:54Z".to_owned(),
            seconds: 12.0,
            exit_code: 100,
            ..Part::default()
        };
        Record::new(Some("0123456789abcdef".to_owned()), vec![part], vec![failed, broken, missing, built])
    }

    #[test]
    fn the_output_of_a_test_is_found() {
        let first = output_of(OUTPUT, "a::first").expect("it is there");
        assert!(first.ends_with("right: 2") && first.contains("panicked at"), "{first}");
        assert_eq!(output_of(OUTPUT, "first"), None);
        let alone = format!("{OUTPUT}\n---- third, alone: signal: 11 ----\nrunning 1 test\n");
        assert_eq!(output_of(&alone, "third"), Some("signal: 11 ----\nrunning 1 test"));
        // The name of a test may be the end of another's.
        assert_eq!(output_of("x---- a stdout ----\n", "a"), None);
    }

    #[test]
    fn what_was_forgiven_is_told_apart() {
        assert_eq!(of_suites(&record().cells[0].suites), "3 passed (1 flaky), 3 failed, 1 ignored, 1 in quarantine");
    }
}
