//! What libtest writes into the file of `--logfile`: a test cannot write there by accident, as it can to standard output.
//!
//! Source: the test crate of Rust 1.95, `console.rs`, `write_log_result`. The option is marked as deprecated, so that where
//! the file does not come, standard output is read as before.

use super::{Outcome, Test};

/// The option.
pub const OPTION: &str = "--logfile";

/// What libtest says of the option on standard error.
pub const WARNING: &str = "warning: `--logfile` is deprecated";

/// Every test that ended, in the order in which they did. A line that was not written to its end is left out.
pub fn read(text: &str) -> Vec<Test> {
    let Some((whole, _)) = text.rsplit_once('\n') else { return Vec::new() };
    let mut tests: Vec<Test> = Vec::new();
    let mut open: Option<Test> = None;
    for line in whole.lines() {
        let name = line.rsplit(' ').next().unwrap_or_default();
        match outcome(line) {
            Some(outcome) => {
                tests.extend(open.take());
                open = Some(Test { name: name.to_owned(), outcome });
            }
            // Why a test failed may have several lines, and its name is at the end of the last.
            None => open.iter_mut().for_each(|test| test.name = name.to_owned()),
        }
    }
    tests.extend(open);
    tests
}

fn outcome(line: &str) -> Option<Outcome> {
    let words = [
        ("ok ", Outcome::Passed),
        ("failed ", Outcome::Failed),
        ("failed: ", Outcome::Failed),
        ("ignored ", Outcome::Ignored),
        ("ignored: ", Outcome::Ignored),
    ];
    words.into_iter().find(|(word, _)| line.starts_with(word)).map(|(_, outcome)| outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(text: &str) -> Vec<(String, Outcome)> {
        read(text).into_iter().map(|test| (test.name, test.outcome)).collect()
    }

    #[test]
    fn every_outcome_with_its_name() {
        let text = "ok a::b\nignored: needs a board c\nignored d\nfailed e\nfailed: test did not panic as expected f\nfailed (time limit exceeded) g\n";
        let expected = [
            ("a::b", Outcome::Passed),
            ("c", Outcome::Ignored),
            ("d", Outcome::Ignored),
            ("e", Outcome::Failed),
            ("f", Outcome::Failed),
            ("g", Outcome::Failed),
        ];
        assert_eq!(read_back(text), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    }

    #[test]
    fn a_reason_of_several_lines_belongs_to_one_test() {
        let text = "ok a\nfailed: panic did not contain expected string\n      panic message: \"ok x\"\n expected substring: \"y\" b\nok c\n";
        let expected = [("a", Outcome::Passed), ("b", Outcome::Failed), ("c", Outcome::Passed)];
        assert_eq!(read_back(text), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    }

    #[test]
    fn what_was_cut_off_is_no_test() {
        assert_eq!(read_back("ok a\nok b"), [("a".to_owned(), Outcome::Passed)]);
        for text in ["", "ok", "rubbish\nmore\n"] {
            assert!(read(text).is_empty(), "{text:?}");
        }
    }
}
