//! A parsed config: what it means and where it says so.

use super::depth;
use super::layout::{self, Layout, Section};
use super::outcome::ParseError;
use super::text::{Position, position};
use std::ops::Range;
use toml_parser::Source;
use toml_parser::parser::{Event, RecursionGuard, parse_document};

/// A config file's text, parsed: its values, and where each key stands.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    table: toml::Table,
    layout: Layout,
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
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    // This is the bound of the `toml` crate, which reports what goes beyond it.
    let mut guarded = RecursionGuard::new(&mut events, 80);
    parse_document(&tokens, &mut guarded, &mut ());

    if let Some(offset) = depth::first_too_deep(&events) {
        let message = format!("a key has more than {} parts", depth::LIMIT);
        return Err(ParseError { message, position: position(text, offset) });
    }
    let table = text.parse::<toml::Table>().map_err(|error| ParseError {
        message: error.message().to_owned(),
        position: position(text, error.span().map_or(0, |span| span.start)),
    })?;
    Ok(Document { text: text.to_owned(), table, layout: Layout::new(source, &events) })
}

/// Parses the text of a config file into values that know their bytes, those inside arrays as well.
///
/// # Errors
///
/// The same as [`parse`].
pub(crate) fn spanned(text: &str) -> Result<toml::Spanned<toml::de::DeTable<'_>>, ParseError> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut guarded = RecursionGuard::new(&mut events, 80);
    parse_document(&tokens, &mut guarded, &mut ());
    if let Some(offset) = depth::first_too_deep(&events) {
        let message = format!("a key has more than {} parts", depth::LIMIT);
        return Err(ParseError { message, position: position(text, offset) });
    }
    toml::de::DeTable::parse(text).map_err(|error| ParseError {
        message: error.message().to_owned(),
        position: position(text, error.span().map_or(0, |span| span.start)),
    })
}

impl Document {
    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
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
        self.place(path).map(|span| position(&self.text, span.start))
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
            position: position(&self.text, entry.value.start),
            marked: entry.marked,
            inline: entry.inline,
        })
    }

    /// The bytes that define the value at a path: the value itself, a header, or the first longer key or header.
    pub(super) fn place<S: AsRef<str>>(&self, path: &[S]) -> Option<Range<usize>> {
        if path.is_empty() {
            return None;
        }
        if let Some(entry) = self.find(path) {
            return Some(entry.value.clone());
        }
        let section = |wanted: fn(&Section) -> bool| {
            self.sections().iter().skip(1).find(|section| wanted(section) && same_path(&section.path, path))
        };
        if let Some(section) = section(Section::is_addressable) {
            return Some(section.header.clone());
        }
        let longer = |candidate: &[String]| candidate.len() > path.len() && same_path(&candidate[..path.len()], path);
        let keys = self.layout.entries.iter().filter(|entry| longer(&entry.path));
        let keys = keys.map(|entry| entry.key_start..entry.value.end);
        let headers = self.sections().iter().filter(|section| longer(&section.path) && section.is_addressable());
        keys.chain(headers.map(|section| section.header.clone())).min_by_key(|span| span.start)
    }

    pub(super) fn find<S: AsRef<str>>(&self, path: &[S]) -> Option<&layout::Entry> {
        self.layout.entries.iter().find(|entry| same_path(&entry.path, path))
    }

    pub(super) fn sections(&self) -> &[Section] {
        &self.layout.sections
    }

    pub(super) fn layout_entries(&self) -> &[layout::Entry] {
        &self.layout.entries
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }
}

fn same_path<S: AsRef<str>>(left: &[String], right: &[S]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left == right.as_ref())
}
