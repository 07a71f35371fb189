//! Reads what libtest and rustdoc print: a line per test, and a summary.

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It is marked `#[ignore]`.
    Ignored,
}

impl Outcome {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Ignored => "ignored",
        }
    }
}

/// A test that told how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The name, as `--list` prints it.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// The figures of a `test result:` line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that were not run.
    pub ignored: usize,
}

impl Counts {
    /// The sum of two runs.
    pub fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// A line of a test binary's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A test ended.
    Test(Test),
    /// The summary of a run.
    Summary(Counts),
    /// Anything else.
    Other,
}

/// Reads one line of the default (`pretty`) format.
pub fn read_line(line: &str) -> Line {
    if let Some(result) = line.strip_prefix("test result: ") {
        return read_summary(result).map_or(Line::Other, Line::Summary);
    }
    let test = || {
        let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        let outcome = match outcome.split(',').next()?.trim_end() {
            "ok" => Outcome::Passed,
            "FAILED" => Outcome::Failed,
            "ignored" => Outcome::Ignored,
            _ => return None,
        };
        // `- should panic`, `- compile fail` and `- compile` say how a test is run; they are no part of its name.
        let name = [" - should panic", " - compile fail", " - compile"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name);
        Some(Test { name: name.to_owned(), outcome })
    };
    test().map_or(Line::Other, Line::Test)
}

fn read_summary(result: &str) -> Option<Counts> {
    let (_, figures) = result.split_once(". ")?;
    let mut counts = Counts::default();
    for figure in figures.split("; ") {
        let Some((number, word)) = figure.split_once(' ') else { continue };
        let place = match word {
            "passed" => &mut counts.passed,
            "failed" => &mut counts.failed,
            "ignored" => &mut counts.ignored,
            _ => continue,
        };
        *place = number.parse().ok()?;
    }
    Some(counts)
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
        for line in ["", "test", "test x", "running 3 tests", "test x ... fine", "testing a ... ok"] {
            assert_eq!(read_line(line), Line::Other, "{line}");
        }
    }

    #[test]
    fn the_summary_counts() {
        let line = "test result: FAILED. 5 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(read_line(line), Line::Summary(Counts { passed: 5, failed: 1, ignored: 2 }));
        assert_eq!(read_line("test result: what"), Line::Other);
    }
}
