//! Expectations in files: compared as they are, rewritten with `UPDATE_EXPECT=1`.

use std::path::Path;

use crate::diff;

/// Whether differing expectations are rewritten.
pub fn updating() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1")
}

/// Compares a whole file with what it should be; `Some` says in words what is wrong.
///
/// A file that holds no expectation yet is written, and is a failure once: somebody has to read it.
pub fn file(path: &Path, shown: &str, expected: Option<&str>, actual: &str) -> Option<String> {
    if expected == Some(actual) {
        return None;
    }
    if expected.is_none() || updating() {
        if let Err(error) = std::fs::write(path, actual) {
            return Some(format!("{shown}: cannot be written: {error}"));
        }
        return match expected {
            None => Some(format!("{shown}: an expectation was missing; it was written now, read it and run again")),
            Some(_) => None,
        };
    }
    Some(format!(
        "{shown} differs (- expected, + actual; UPDATE_EXPECT=1 rewrites it):\n{}",
        diff::lines(expected.unwrap_or_default(), actual)
    ))
}

/// Fails with every complaint, not the first alone.
///
/// # Panics
/// There is one.
pub fn nothing_wrong(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints\n\n{}", complaints.len(), complaints.join("\n"));
}
