//! Takes the keys that crosskit owns out again, with everything that adding them brought.

use super::document::{Document, parse};
use super::layout::Section;
use super::mark::keeps_blank;
use super::outcome::{Change, ChangeKind, SyncError, SyncOutcome};
use super::text::{Splices, line_end, line_start, without_line_end};
use super::verify::{edited, refused};
use super::wanted::dotted;
use std::ops::Range;

/// Takes every marked key out, with the headers, blank lines and line ends that [`sync`](super::sync) added for them.
///
/// A header that was added, but under which the user has written keys of their own, stays with these keys and loses
/// its mark. Without edits in between, the text is what it was before the first `sync`.
///
/// # Errors
///
/// Fails if the text is not TOML or if the check of the edited text fails.
pub fn remove(text: &str) -> Result<SyncOutcome, SyncError> {
    remove_where(text, |_| true)
}

/// Like [`remove`], for the marked keys and headers whose path `select` accepts: those of one target, for example.
///
/// # Errors
///
/// Fails if the text is not TOML or if the check of the edited text fails.
pub fn remove_where(text: &str, mut select: impl FnMut(&[String]) -> bool) -> Result<SyncOutcome, SyncError> {
    let document = parse(text)?;
    let mut removal = Removal { document: &document, splices: Splices::default(), changes: Vec::new(), end: 0 };
    let mut headers = Vec::new();
    for index in 0..document.sections().len() {
        removal.section(index, &mut select, &mut headers);
    }
    let Removal { splices, changes, end, .. } = removal;
    if splices.is_empty() {
        return Ok(SyncOutcome { text: text.to_owned(), changes, user_keys: Vec::new() });
    }
    let mut edited_text = splices.apply(text).ok_or_else(|| refused("two edits overlap".to_owned()))?;
    if end == text.len() && !text.ends_with('\n') {
        let length = without_line_end(&edited_text).len();
        edited_text.truncate(length);
    }

    let keys: Vec<Vec<String>> = changes.iter().map(|change| change.path.clone()).collect();
    let new = edited(&document, &edited_text, &keys, &headers)?;
    match keys.iter().find(|path| new.value(path).is_some()) {
        Some(path) => Err(refused(format!("`{}` would stay", dotted(path)))),
        None => Ok(SyncOutcome { text: edited_text, changes, user_keys: Vec::new() }),
    }
}

struct Removal<'a> {
    document: &'a Document,
    splices: Splices,
    changes: Vec<Change>,
    /// The end of the last line taken out.
    end: usize,
}

impl Removal<'_> {
    fn section(&mut self, index: usize, select: &mut impl FnMut(&[String]) -> bool, headers: &mut Vec<Vec<String>>) {
        let document = self.document;
        let Some(section) = document.sections().get(index) else { return };
        let mut remaining = 0;
        let mut remaining_marked = false;
        let before = self.changes.len();
        let entries = document.layout_entries().get(section.entries.clone()).unwrap_or_default();
        for entry in entries.iter().filter(|entry| !entry.inline) {
            if entry.marked && select(&entry.path) {
                self.changes.push(Change {
                    path: entry.path.clone(),
                    kind: ChangeKind::Removed { was: document.slice(&entry.value).to_owned() },
                    position: document.position_at(entry.value.start),
                });
                self.take_lines(entry.key_start..entry.value.end);
            } else {
                remaining += 1;
                remaining_marked |= entry.marked;
            }
        }
        let Some(mark) = section.mark.clone().filter(|_| !section.in_array) else { return };
        if self.changes.len() == before && !select(&section.path) {
            return;
        }
        if remaining == 0 {
            self.take_header(section, &mark);
            headers.push(section.path.clone());
        } else if !remaining_marked {
            self.splices.replace(section.header.end..mark.end, "");
        }
    }

    /// Takes a header out, with the blank line above it if that was added too.
    fn take_header(&mut self, section: &Section, mark: &Range<usize>) {
        let document = self.document;
        let text = document.text();
        let start = line_start(text, section.header.start);
        if start > 0 && !keeps_blank(document.slice(mark)) {
            let above = line_start(text, start - 1)..start;
            if without_line_end(document.slice(&above)).is_empty() {
                self.splices.replace(above, "");
            }
        }
        self.take_lines(section.header.clone());
    }

    fn take_lines(&mut self, span: Range<usize>) {
        let text = self.document.text();
        let lines = line_start(text, span.start)..line_end(text, span.end);
        self.end = self.end.max(lines.end);
        self.splices.replace(lines, "");
    }
}
