//! Reads what libtest and rustdoc print: a line per test, and a summary.

pub mod arguments;
pub mod log;

use serde::{Deserialize, Serialize};

/// How the launcher says that it is not the program which failed; `ssh_lost` in `launcher/ssh.sh`.
const NO_RESULT: &str = "note: this is no result of `";

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It is marked to be left out unless asked for.
    Ignored,
    /// It began, or ought to have, and the process ended before it told how it went.
    Crashed,
    /// The process was ended at its time limit while it ran.
    #[serde(rename = "timed out")]
    TimedOut,
    /// It failed, and passed when it was run again.
    Flaky,
    /// It failed, as the settings expect, which does not count.
    Quarantined,
}

impl Outcome {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Ignored => "ignored",
            Outcome::Crashed => "crashed",
            Outcome::TimedOut => "timed out",
            Outcome::Flaky => "flaky",
            Outcome::Quarantined => "quarantined",
        }
    }

    /// Whether it counts against what is tested.
    pub fn is_failure(self) -> bool {
        matches!(self, Outcome::Failed | Outcome::Crashed | Outcome::TimedOut)
    }
}

/// A test that told how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// The name, as `--list` prints it.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// The figures of a `test result:` line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that were not run.
    pub ignored: usize,
}

impl Counts {
    /// The figures of tests that told how they ended.
    pub fn of(tests: &[Test]) -> Counts {
        let mut counts = Counts::default();
        tests.iter().for_each(|test| counts.add_one(test.outcome));
        counts
    }

    /// Counts one more test.
    pub fn add_one(&mut self, outcome: Outcome) {
        let figure = match outcome {
            Outcome::Ignored | Outcome::Quarantined => &mut self.ignored,
            _ if outcome.is_failure() => &mut self.failed,
            _ => &mut self.passed,
        };
        *figure = figure.saturating_add(1);
    }

    /// The sum of two runs.
    pub fn add(&mut self, other: Counts) {
        // What tests print may be taken for figures, and they may print any.
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.ignored = self.ignored.saturating_add(other.ignored);
    }
}

/// A line of a test binary's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// So many tests are about to run.
    Running(usize),
    /// A test ended.
    Test(Test),
    /// The name of a test that begins: its end comes on the same line, unless the test itself writes there.
    Announced(String),
    /// The summary of a run.
    Summary(Counts),
    /// A summary into which something else was written: it was reached, and its figures cannot be read.
    BrokenSummary,
    /// The first words of a summary, and then what something else wrote: the rest may be on a line of its own.
    SummaryBegins,
    /// The list of failures begins.
    Failures,
    /// An indented word, as the list of failures has them.
    Name(String),
    /// Anything else.
    Other,
}

/// What a test binary told, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Every test that told how it ended. A test that writes past libtest's capture may break its own line, and then
    /// is missing here; a failed one is still found in libtest's closing list.
    pub tests: Vec<Test>,
    /// How many tests were announced first, before any of them could print: `None` if libtest did not speak at all.
    pub announced: Option<usize>,
    /// How many tests were announced and not yet summed up.
    pub unfinished: Option<usize>,
    /// The sum of all summaries.
    pub counts: Option<Counts>,
    /// What came before libtest spoke and reads like its refusal of an argument, without `error: `.
    error: Option<String>,
    /// How many programs the launcher could not start, or lost.
    lost: usize,
    in_failures: bool,
    /// Whether the rest of a summary may follow.
    summary_began: bool,
    /// The test that was announced last and has not told how it ended: with one thread, libtest announces each.
    pending: Option<String>,
    /// The test in which the process ended.
    pub cut_off: Option<String>,
}

impl Told {
    /// Reads one more line.
    pub fn line(&mut self, line: &str) {
        let was_in_failures = std::mem::take(&mut self.in_failures);
        if let Some(error) = line.strip_prefix("error: ")
            && self.unfinished.is_none()
        {
            self.error.get_or_insert_with(|| error.to_owned());
        }
        self.lost += usize::from(line.starts_with(NO_RESULT));
        // A whole `ok` is the end of a test's line, into which something was written as well.
        let is_rest = self.summary_began && !["ok", "FAILED"].contains(&line);
        let read = if is_rest { read_result(line) } else { None };
        match read.unwrap_or_else(|| read_line(line)) {
            Line::Running(count) => {
                self.announced.get_or_insert(count);
                let unfinished = self.unfinished.get_or_insert_default();
                *unfinished = unfinished.saturating_add(count);
            }
            Line::Test(test) => {
                self.pending = None;
                self.tests.push(test);
            }
            Line::Announced(name) => self.pending = Some(name),
            Line::Summary(counts) => {
                self.counts.get_or_insert_default().add(counts);
                self.unfinished = Some(0);
                self.summary_began = false;
            }
            Line::BrokenSummary => {
                self.unfinished = Some(0);
                self.summary_began = false;
            }
            Line::SummaryBegins => self.summary_began = true,
            Line::Failures => self.in_failures = true,
            Line::Name(name) if was_in_failures => {
                self.in_failures = true;
                self.failed(name);
            }
            Line::Name(_) | Line::Other => {}
        }
    }

    /// A failure of the closing list, whose own line was lost or misread.
    fn failed(&mut self, name: String) {
        match self.tests.iter_mut().find(|test| test.name == name) {
            Some(test) => test.outcome = Outcome::Failed,
            None => self.tests.push(Test { name, outcome: Outcome::Failed }),
        }
    }

    /// Hears no more, as the process has ended: the test in which it ended early has failed.
    pub fn close(&mut self) {
        if self.ended_early()
            && let Some(name) = self.pending.take()
        {
            self.failed(name.clone());
            self.cut_off = Some(name);
        }
    }

    /// Whether libtest announced tests and did not come to its summary: the process ended in the middle.
    pub fn ended_early(&self) -> bool {
        self.unfinished.is_some_and(|count| count > 0)
    }

    /// Why libtest did not take its arguments, in its own words. It says so before anything else, and runs no test; it is
    /// for the caller to know that the words are libtest's, see [`is_about_options`].
    pub fn refusal(&self) -> Option<&str> {
        self.error.as_deref().filter(|_| self.unfinished.is_none() && self.lost == 0)
    }

    /// Whether everything that is told as failed is so because the launcher could not start it or lost the other computer.
    pub fn lost_all_that_failed(&self) -> bool {
        self.lost > 0 && (self.ended_early() || self.lost >= self.figures().failed)
    }

    /// The figures: libtest's own, or those of the tests that told how they ended.
    pub fn figures(&self) -> Counts {
        self.counts.unwrap_or_else(|| Counts::of(&self.tests))
    }
}

/// Whether an error is about the options of a command line, and no compiler's: what the getopts crate and libtest say of
/// them. Source: getopts 0.2, `Fail`; libtest, `cli.rs`.
pub fn is_about_options(error: &str) -> bool {
    let starts =
        ["Unrecognized option: ", "Argument to option ", "Option '", "argument for --", "the options --", "The \""];
    starts.iter().any(|start| error.starts_with(start))
}

/// Reads one line of the default (`pretty`) format.
pub fn read_line(line: &str) -> Line {
    // A process that a test left behind writes into the same pipe, and libtest writes its summary in pieces.
    if let Some((_, result)) = line.split_once("test result: ") {
        return read_result(result).unwrap_or(Line::SummaryBegins);
    }
    if let Some(count) = line.strip_prefix("running ").and_then(|rest| rest.split_once(" test")) {
        return count.0.parse().map_or(Line::Other, Line::Running);
    }
    if line == "failures:" {
        return Line::Failures;
    }
    if let Some(name) = line.strip_prefix("    ").filter(|name| !name.starts_with(' ') && !name.is_empty()) {
        return Line::Name(name.to_owned());
    }
    // `- should panic`, `- compile fail` and `- compile` say how a test is run; they are no part of its name.
    let plain = |name: &str| {
        let suffixes = [" - should panic", " - compile fail", " - compile"];
        suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name).to_owned()
    };
    let test = || {
        let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        let outcome = match outcome.split(',').next()?.trim_end() {
            "ok" => Outcome::Passed,
            "FAILED" => Outcome::Failed,
            "ignored" => Outcome::Ignored,
            // What nightly's benchmarks tell is how long they took.
            word if word.starts_with("bench:") => Outcome::Passed,
            _ => return None,
        };
        Some(Test { name: plain(name), outcome })
    };
    let announced = || Some(plain(line.strip_prefix("test ")?.split_once(" ... ")?.0));
    test().map(Line::Test).or_else(|| announced().map(Line::Announced)).unwrap_or(Line::Other)
}

/// Reads what follows the first words of a summary.
fn read_result(result: &str) -> Option<Line> {
    ["ok", "FAILED"].iter().find(|word| result.starts_with(**word))?;
    Some(read_summary(result).map_or(Line::BrokenSummary, Line::Summary))
}

fn read_summary(result: &str) -> Option<Counts> {
    let (_, figures) = result.split_once(". ")?;
    let mut counts = Counts::default();
    let mut measured = 0;
    let mut read = 0;
    for figure in figures.split("; ") {
        let Some((number, word)) = figure.split_once(' ') else { continue };
        let place = match word {
            "passed" => &mut counts.passed,
            "failed" => &mut counts.failed,
            "ignored" => &mut counts.ignored,
            "measured" => &mut measured,
            _ => continue,
        };
        *place = number.parse().ok()?;
        // Not every harness that speaks like libtest measures.
        read += usize::from(word != "measured");
    }
    // A benchmark that was measured has not failed.
    counts.passed = counts.passed.saturating_add(measured);
    (read == 3).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(line: &str) -> Option<(String, Outcome)> {
        match read_line(line) {
            Line::Test(test) => Some((test.name, test.outcome)),
            _ => None,
        }
    }

    #[test]
    fn lines_of_tests() {
        assert_eq!(test("test a::b ... ok"), Some(("a::b".to_owned(), Outcome::Passed)));
        assert_eq!(test("test a::b ... FAILED"), Some(("a::b".to_owned(), Outcome::Failed)));
        assert_eq!(test("test a ... ignored, needs a board"), Some(("a".to_owned(), Outcome::Ignored)));
        assert_eq!(test("test p - should panic ... ok"), Some(("p".to_owned(), Outcome::Passed)));
        assert_eq!(
            test("test src/lib.rs - f (line 3) - compile fail ... ok"),
            Some(("src/lib.rs - f (line 3)".to_owned(), Outcome::Passed))
        );
    }

    #[test]
    fn lines_of_programs_are_no_tests() {
        for line in ["", "test", "test x", "running fast", "testing a ... ok"] {
            assert_eq!(read_line(line), Line::Other, "{line}");
        }
    }

    fn told(text: &str) -> Told {
        let mut told = Told::default();
        text.lines().for_each(|line| told.line(line));
        told
    }

    #[test]
    fn a_process_that_ends_in_the_middle_is_noticed() {
        assert!(told("\nrunning 3 tests\ntest a ... ok\n").ended_early());
        assert!(!told("running 0 tests\n").ended_early());
        assert!(!told("hello\n").ended_early());
        let whole = "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured\n";
        assert!(!told(whole).ended_early());
        assert!(told(&format!("{whole}running 2 tests\n")).ended_early(), "a second part did not finish");
    }

    #[test]
    fn failures_are_found_where_their_own_line_is_broken() {
        let text = "running 2 tests\ntest a ... printed\nFAILED\ntest b ... ok\n\nfailures:\n\n---- a stdout ----\n    indented\n\nfailures:\n    a\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n";
        let told = told(text);
        let failed: Vec<&str> =
            told.tests.iter().filter(|it| it.outcome == Outcome::Failed).map(|it| it.name.as_str()).collect();
        assert_eq!(failed, ["a"]);
        assert_eq!(told.figures(), Counts { passed: 1, failed: 1, ignored: 0 });
    }

    #[test]
    fn arguments_that_are_refused_are_no_failure_of_tests() {
        let refused = told("fixme:ver:GetVersion\nerror: Unrecognized option: 'nosuchflag'\n");
        assert_eq!(refused.refusal(), Some("Unrecognized option: 'nosuchflag'"));
        assert!(refused.refusal().is_some_and(is_about_options));
        let failed = "running 1 test\nerror: Unrecognized option: 'x'\ntest a ... FAILED\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored\n";
        for text in ["", "hello\n", failed] {
            assert_eq!(told(text).refusal(), None, "{text}");
        }
        for compilers in ["could not compile `codec`", "doctest failed, to rerun pass `--doc`"] {
            assert!(!is_about_options(compilers), "{compilers}");
        }
        let lost = "error: `ssh board` made no connection\nnote: this is no result of `/ws/target/a`\n";
        assert_eq!(told(lost).refusal(), None);
    }

    #[test]
    fn what_the_launcher_lost_has_not_failed() {
        let lost = "note: this is no result of `/ws/target/a`\n";
        assert!(told(lost).lost_all_that_failed());
        assert!(told(&format!("running 2 tests\ntest a ... ok\n{lost}")).lost_all_that_failed());
        let summary = |failed| format!("test result: FAILED. 1 passed; {failed} failed; 0 ignored\n");
        let of_two = |failed| format!("running 2 tests\n{lost}\n{}", summary(failed));
        assert!(told(&of_two(1)).lost_all_that_failed());
        assert!(!told(&of_two(2)).lost_all_that_failed(), "one of them has failed by itself");
        assert!(!told(&format!("running 2 tests\n{}", summary(1))).lost_all_that_failed());
    }

    #[test]
    fn the_test_in_which_a_process_ended_has_failed() {
        let mut told = told("running 3 tests\ntest a ... ok\ntest b ... it panicked\n");
        told.close();
        let outcomes: Vec<(&str, Outcome)> = told.tests.iter().map(|it| (it.name.as_str(), it.outcome)).collect();
        assert_eq!(outcomes, [("a", Outcome::Passed), ("b", Outcome::Failed)]);
    }

    #[test]
    fn a_summary_with_something_between_was_reached() {
        for line in [
            "test result: okstill here",
            "test result: ok. 1 pastill here",
            "still heretest result: ok. 1 passed; 0 failed; 0 ignored; 0 meas",
            "test result: still here\nok. 1 passed; 0 failed; 0 ignored; 0 measured",
            "test result: still here\nstill here\nokstill here\n. 1 passed; 0 failed; 0 ignored; 0 measured",
        ] {
            let told = told(&format!("running 1 test\ntest a ... ok\n\n{line}\n"));
            assert!(!told.ended_early(), "{line}");
            assert_eq!(told.figures(), Counts { passed: 1, failed: 0, ignored: 0 }, "{line}");
        }
    }

    #[test]
    fn the_first_words_of_a_summary_are_none() {
        for rest in ["", "ok\n", "hello. 1 passed; 0 failed; 0 ignored\n"] {
            let told = told(&format!("running 1 test\ntest a ... test result: still here\n{rest}"));
            assert!(told.ended_early(), "{rest}");
            assert_eq!(told.counts, None, "{rest}");
        }
    }

    #[test]
    fn the_summary_counts() {
        let line = "test result: FAILED. 5 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(read_line(line), Line::Summary(Counts { passed: 5, failed: 1, ignored: 2 }));
        assert_eq!(read_line("test result: what"), Line::SummaryBegins);
        // A benchmark that was measured.
        let line = "test result: ok. 1 passed; 0 failed; 2 ignored; 3 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(read_line(line), Line::Summary(Counts { passed: 4, failed: 0, ignored: 2 }));
        let line = "test sums ... bench:       1,234.56 ns/iter (+/- 7)";
        assert_eq!(test(line), Some(("sums".to_owned(), Outcome::Passed)));
    }
}
