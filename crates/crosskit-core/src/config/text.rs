//! Lines, line ends, positions and the byte order mark of a text.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

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
///
/// This reads the text from its start. Where more than one position is asked for, [`Lines`] finds each at once.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..text.floor_char_boundary(offset)).unwrap_or(text);
    let before = before.strip_prefix(BOM).unwrap_or(before);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
    }
}

/// An index of a text's lines and characters, so that a position costs the same anywhere in a file of any size, even
/// in one whose lines are long.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    /// The byte at which each line starts; that of the first is 0.
    starts: Vec<usize>,
    /// How many lines end in `\r\n`.
    windows: usize,
    /// How many characters there are before each [`Lines::STEP`]th byte; nothing where each character is a byte.
    characters: Vec<usize>,
}

impl Lines {
    /// How many bytes lie between two counts of characters, and so how many are read at most for a position.
    const STEP: usize = 512;

    pub(super) fn new(text: &str) -> Self {
        let mut lines = Self { starts: vec![0], windows: 0, characters: Vec::new() };
        for (newline, _) in text.match_indices('\n') {
            lines.starts.push(newline + 1);
            if newline > 0 && text.as_bytes().get(newline - 1) == Some(&b'\r') {
                lines.windows += 1;
            }
        }
        if !text.is_ascii() {
            let (mut count, mut from) = (0, 0);
            for step in (0..=text.len()).step_by(Self::STEP) {
                let to = text.floor_char_boundary(step);
                count += characters(text, from..to);
                from = to;
                lines.characters.push(count);
            }
        }
        lines
    }

    /// The same as [`position`], for the text that the index was made of.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        // The mark is as wide as no character, but stands before the first column.
        let bom = usize::from(line == 1 && offset > 0 && text.starts_with(BOM));
        Position { line, column: self.characters_before(text, offset) - self.characters_before(text, start) - bom + 1 }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        self.characters.get(offset / Self::STEP).map_or(offset, |count| {
            let from = text.floor_char_boundary(offset / Self::STEP * Self::STEP);
            count + characters(text, from..offset)
        })
    }

    /// The line end that most lines have; `\n` where there is no majority.
    pub(crate) fn dominant_end(&self) -> &'static str {
        if self.windows * 2 > self.starts.len() - 1 { "\r\n" } else { "\n" }
    }
}

fn characters(text: &str, range: Range<usize>) -> usize {
    text.get(range).unwrap_or_default().chars().count()
}

/// A text in which many places are looked up.
#[derive(Debug, Clone, Default)]
pub struct Text {
    text: String,
    /// Made at the first look-up.
    lines: OnceLock<Lines>,
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The position of a byte offset. An offset beyond the text or inside a character counts as the next smaller valid
    /// one.
    pub fn position(&self, offset: usize) -> Position {
        self.lines().position(&self.text, offset)
    }

    pub(super) fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text { text, lines: OnceLock::new() }
    }
}

/// Where the text begins behind a byte order mark.
pub(super) fn body_start(text: &str) -> usize {
    if text.starts_with(BOM) { BOM.len() } else { 0 }
}

/// The end of the line on which `offset` lies, behind its line end if it has one.
pub(crate) fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |newline| offset + newline + 1)
}

/// The start of the line on which `offset` lies, behind a byte order mark.
pub(crate) fn line_start(text: &str, offset: usize) -> usize {
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
pub(crate) struct Splices {
    items: Vec<(Range<usize>, String)>,
}

impl Splices {
    pub(crate) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.items.push((range, with.into()));
    }

    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The text with all replacements made, or `None` where they overlap or cut a character.
    pub(crate) fn apply(mut self, text: &str) -> Option<String> {
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
