//! Lines, line ends, positions and the byte order mark of a text.

use std::fmt;
use std::ops::Range;

const BOM: &str = "\u{feff}";

/// A place in a file, as editors count it: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1. A byte order mark takes no column.
    pub column: usize,
}

impl Position {
    /// The position of a byte offset of a text, for errors of other parsers of the same text.
    pub fn of(text: &str, offset: usize) -> Self {
        position(text, offset)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The position of a byte offset. An offset beyond the text or inside a character counts as the next smaller valid one.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..text.floor_char_boundary(offset)).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(line_start..).unwrap_or_default();
    Position {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: line.strip_prefix(BOM).unwrap_or(line).chars().count() + 1,
    }
}

/// Where the text begins behind a byte order mark.
pub(super) fn body_start(text: &str) -> usize {
    if text.starts_with(BOM) { BOM.len() } else { 0 }
}

/// The line end that most lines have; `\n` where there is no majority.
pub(super) fn dominant_line_end(text: &str) -> &'static str {
    let all = text.bytes().filter(|byte| *byte == b'\n').count();
    let windows = text.matches("\r\n").count();
    if windows * 2 > all { "\r\n" } else { "\n" }
}

/// The end of the line on which `offset` lies, behind its line end if it has one.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |newline| offset + newline + 1)
}

/// The start of the line on which `offset` lies, behind a byte order mark.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    before.rfind('\n').map_or(body_start(text), |newline| newline + 1)
}

/// The line without its line end.
pub(super) fn without_line_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// Replaces byte ranges; an empty range inserts, and insertions at one place keep their order.
#[derive(Default)]
pub(super) struct Splices {
    items: Vec<(Range<usize>, String)>,
}

impl Splices {
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.items.push((range, with.into()));
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// The text with all replacements made, or `None` where they overlap or cut a character.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        self.items.sort_by_key(|(range, _)| (range.start, range.end));
        let mut result = String::with_capacity(text.len() + 256);
        let mut from = 0;
        for (range, with) in &self.items {
            result.push_str(text.get(from..range.start)?);
            result.push_str(with);
            from = range.end;
        }
        result.push_str(text.get(from..)?);
        Some(result)
    }
}
