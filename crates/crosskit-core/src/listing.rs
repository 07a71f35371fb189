//! Lists and counts, as findings tell them.

use crate::finding::Finding;

/// As many lines of a list are shown as somebody reads.
const SHOWN: usize = 12;

/// A finding with a note for each of the words, as far as somebody reads them.
pub fn listed(finding: Finding, words: impl IntoIterator<Item = impl Into<String>>) -> Finding {
    let words: Vec<String> = words.into_iter().map(Into::into).collect();
    let more = words.len().saturating_sub(SHOWN);
    let finding = words.into_iter().take(SHOWN).fold(finding, Finding::note);
    if more == 0 { finding } else { finding.note(format!("and {more} more")) }
}

/// How many there are, in the words for one or for several: `1 crate is`, `2 crates are`.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
