//! A parsed config: what it means and where it says so.

use super::depth;
use super::layout::{self, Layout, Section};
use super::lookup::Lookup;
use super::outcome::ParseError;
use super::text::{Lines, Position, Text, position};
use std::ops::Range;
use std::sync::OnceLock;
use toml_parser::Source;
use toml_parser::parser::{Event, RecursionGuard, parse_document};

/// A config file's text, parsed: its values, and where each key stands.
#[derive(Debug, Clone)]
pub struct Document {
    text: Text,
    table: toml::Table,
    layout: Layout,
    /// Made at the first look-up.
    lookup: OnceLock<Lookup>,
}

/// A key with its value, as it stands in a [`Document`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path from the root, through headers, dotted keys and inline tables.
    pub path: &'a [String],
    /// The value as it stands in the text.
    pub value: &'a str,
    /// The bytes of the value in the text.
    pub span: Range<usize>,
    /// Where the value begins.
    pub position: Position,
    /// Whether the key carries crosskit's mark. A key inside an inline table never does.
    pub marked: bool,
    /// Whether the key stands inside an inline table.
    pub inline: bool,
}

/// Parses the text of a config file.
///
/// # Errors
///
/// Fails with the first mistake if the text is not TOML, or if a path has more than 80 parts.
pub fn parse(text: &str) -> Result<Document, ParseError> {
    let source = Source::new(text);
    let events = events(source, text)?;
    let table = text.parse::<toml::Table>().map_err(|error| mistake(text, &error))?;
    let layout = Layout::new(source, &events);
    Ok(Document { text: text.to_owned().into(), table, layout, lookup: OnceLock::new() })
}

/// Parses the text of a config file into values that know their bytes, those inside arrays as well.
///
/// # Errors
///
/// The same as [`parse`].
pub(crate) fn spanned(text: &str) -> Result<toml::Spanned<toml::de::DeTable<'_>>, ParseError> {
    events(Source::new(text), text)?;
    toml::de::DeTable::parse(text).map_err(|error| mistake(text, &error))
}

/// The events of a text, if no path in it is too deep.
fn events(source: Source<'_>, text: &str) -> Result<Vec<Event>, ParseError> {
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    // This is the bound of the `toml` crate, which reports what goes beyond it.
    let mut guarded = RecursionGuard::new(&mut events, 80);
    parse_document(&tokens, &mut guarded, &mut ());
    match depth::first_too_deep(&events) {
        None => Ok(events),
        Some(offset) => {
            let message = format!("a key has more than {} parts", depth::LIMIT);
            Err(ParseError { message, position: position(text, offset) })
        }
    }
}

fn mistake(text: &str, error: &toml::de::Error) -> ParseError {
    let position = position(text, error.span().map_or(0, |span| span.start));
    ParseError { message: error.message().to_owned(), position }
}

impl Document {
    /// The text that was parsed.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// All values.
    pub fn table(&self) -> &toml::Table {
        &self.table
    }

    /// The value at a path, whatever way it is written; `None` if there is none.
    pub fn value<S: AsRef<str>>(&self, path: &[S]) -> Option<&toml::Value> {
        let (last, parents) = path.split_last()?;
        let mut table = &self.table;
        for part in parents {
            table = table.get(part.as_ref())?.as_table()?;
        }
        table.get(last.as_ref())
    }

    /// Where the value at a path begins. For a table with a header of its own, that is where the header begins, and for
    /// one that is only named by longer keys or headers, where the first of these begins.
    pub fn position<S: AsRef<str>>(&self, path: &[S]) -> Option<Position> {
        self.place(path).map(|span| self.position_at(span.start))
    }

    /// Whether the key at a path carries crosskit's mark.
    pub fn is_marked<S: AsRef<str>>(&self, path: &[S]) -> bool {
        self.find(path).is_some_and(|entry| entry.marked)
    }

    /// All key/value pairs in the order of the text, those inside inline tables behind the pair that holds them. Keys
    /// inside arrays have no path and are left out.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.layout.entries.iter().map(|entry| Entry {
            path: &entry.path,
            value: self.slice(&entry.value),
            span: entry.value.clone(),
            position: self.position_at(entry.value.start),
            marked: entry.marked,
            inline: entry.inline,
        })
    }

    /// The bytes that define the value at a path: the value itself, a header, or the first longer key or header.
    pub(super) fn place<S: AsRef<str>>(&self, path: &[S]) -> Option<Range<usize>> {
        if path.is_empty() {
            return None;
        }
        let found = self.lookup().get(path)?;
        if let Some(entry) = found.entry.and_then(|index| self.layout.entries.get(index)) {
            return Some(entry.value.clone());
        }
        match found.section.and_then(|index| self.layout.sections.get(index)) {
            Some(section) => Some(section.header.clone()),
            None => Some(found.first.clone()),
        }
    }

    /// The key/value pair with this very path.
    pub(super) fn find<S: AsRef<str>>(&self, path: &[S]) -> Option<&layout::Entry> {
        self.layout.entries.get(self.lookup().get(path)?.entry?)
    }

    /// The section whose header has this very path; the root has the empty one.
    pub(super) fn section<S: AsRef<str>>(&self, path: &[S]) -> Option<&Section> {
        let section = self.layout.sections.get(self.lookup().get(path)?.section?)?;
        (!section.in_array).then_some(section)
    }

    /// The last key/value pair that names the table at this path by a part of its dotted key.
    pub(super) fn last_dotted<S: AsRef<str>>(&self, path: &[S]) -> Option<&layout::Entry> {
        self.layout.entries.get(self.lookup().get(path)?.dotted?)
    }

    pub(crate) fn position_at(&self, offset: usize) -> Position {
        self.text.position(offset)
    }

    pub(crate) fn lines(&self) -> &Lines {
        self.text.lines()
    }

    fn lookup(&self) -> &Lookup {
        self.lookup.get_or_init(|| Lookup::new(&self.layout))
    }

    pub(super) fn sections(&self) -> &[Section] {
        &self.layout.sections
    }

    pub(super) fn layout_entries(&self) -> &[layout::Entry] {
        &self.layout.entries
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &str {
        self.text().get(span.clone()).unwrap_or_default()
    }
}
