//! What people and their tools look at, made from a [`crate::record::Record`].

pub mod annotation;
mod groups;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod table;

use std::collections::BTreeMap;

use crate::libtest::{Counts, Outcome, Test};
use crate::record::contrast::{Group, Where};
use crate::record::{Record, Suite};
use crate::render;

/// As many characters of what one test printed.
const OF_A_TEST: usize = 4_000;

/// What was written, and how much may follow.
struct Room {
    text: String,
    left: usize,
    measure: fn(&str) -> usize,
}

impl Room {
    /// Room for so much, as it is measured.
    fn new(left: usize, measure: fn(&str) -> usize) -> Room {
        Room { text: String::new(), left, measure }
    }

    /// Adds a block, if there is room for all of it.
    fn push(&mut self, block: &str) -> bool {
        let length = (self.measure)(block);
        let fits = length <= self.left;
        if fits {
            self.text.push_str(block);
            self.left -= length;
        }
        fits
    }
}

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

/// Where a group failed, in words, and then on how many of the cells that tried it.
fn place(group: &Group, record: &Record) -> String {
    let [failed, tried] = [group.failed.len(), group.tried];
    let words = match &group.place {
        Where::Everywhere if tried == 1 => return "On the only cell that tried it".to_owned(),
        Where::Everywhere => return format!("On all {tried} cells that tried it"),
        Where::Only(commons) => {
            let words: Vec<String> = commons.iter().map(ToString::to_string).collect();
            match words.split_first() {
                Some((first, [])) => format!("Only {first}"),
                Some((first, others)) => format!("Only {first}, which here is the same as {}", others.join(", ")),
                None => "Only there".to_owned(),
            }
        }
        Where::Both(one, other) => format!("Only {one} {other}"),
        Where::Any(commons) => {
            let words: Vec<String> = commons.iter().map(ToString::to_string).collect();
            format!("Only {}", words.join(", or "))
        }
        Where::Within(common) => format!("Only {common}, and not everywhere there"),
        Where::Some => match group.failed[..] {
            [at] => format!("Only on `{}`", record.cells.get(at).map_or("", |cell| &cell.name)),
            _ => "On cells with nothing in common that the others lack".to_owned(),
        },
    };
    format!("{words}: {failed} of {tried} cells")
}

/// Text without colours, and without characters that do something: those that turn the direction of what follows, too.
///
/// Source: Unicode Standard Annex 9, "Explicit Directional Formatting Characters".
fn visible(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let keeps = |c: char| matches!(c, '\n' | '\t') || !c.is_control() && !turns(c);
    let plain = render::plain(text).replace("\r\n", "\n");
    plain.chars().map(|c| if keeps(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Text in HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The end of what was printed, which says more than the beginning.
fn shortened(text: &str) -> &str {
    let from = text.char_indices().rev().nth(OF_A_TEST).map_or(0, |(at, _)| at);
    text.get(from..).unwrap_or(text)
}

/// What each test printed that failed, as libtest lists them at the end, or as it was run alone.
///
/// Source: the test crate of Rust 1.95, `write_failures`: `---- NAME stdout ----`, then what was captured.
struct Printed<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Printed<'a> {
    fn of(output: &'a str) -> Printed<'a> {
        const HEAD: &str = "---- ";
        let heads = output.match_indices(HEAD).map(|(at, _)| at);
        let mut heads = heads.filter(|at| *at == 0 || output.as_bytes().get(at - 1) == Some(&b'\n')).peekable();
        let mut printed = BTreeMap::new();
        while let Some(at) = heads.next() {
            let end = heads.peek().map_or(output.len(), |next| next.saturating_sub(1));
            let section = output.get(at + HEAD.len()..end).unwrap_or_default();
            let (head, below) = section.split_once('\n').unwrap_or((section, ""));
            let own = match (head.strip_suffix(" stdout ----"), section.split_once(", alone: ")) {
                (Some(test), _) => Some((test, below)),
                (None, alone) => alone.filter(|(test, _)| head.starts_with(test)),
            };
            let Some((test, text)) = own else { continue };
            let end = ["\nfailures:\n", "\n\nfailures:"].iter().filter_map(|end| text.find(end)).min();
            printed.insert(test, text.get(..end.unwrap_or(text.len())).unwrap_or(text).trim_end());
        }
        Printed(printed)
    }

    fn get(&self, test: &str) -> Option<&'a str> {
        self.0.get(test).copied()
    }
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
        let first = Printed::of(OUTPUT).get("a::first").expect("it is there");
        assert!(first.ends_with("right: 2") && first.contains("panicked at"), "{first}");
        assert_eq!(Printed::of(OUTPUT).get("first"), None);
        let alone = format!("{OUTPUT}\n---- third, alone: signal: 11 ----\nrunning 1 test\n");
        assert_eq!(Printed::of(&alone).get("third"), Some("signal: 11 ----\nrunning 1 test"));
        // The name of a test may be the end of another's.
        assert_eq!(Printed::of("x---- a stdout ----\n").get("a"), None);
    }

    #[test]
    fn what_is_long_is_shortened() {
        assert_eq!(shortened(&"ü".repeat(OF_A_TEST + 9)).chars().count(), OF_A_TEST + 1);
    }

    #[test]
    fn what_was_forgiven_is_told_apart() {
        assert_eq!(of_suites(&record().cells[0].suites), "3 passed (1 flaky), 3 failed, 1 ignored, 1 in quarantine");
    }
}
