//! Where everything stands in a text that is known to be valid TOML.
//!
//! The semantic table says what the keys mean; this says which bytes they are. Tables inside arrays of tables have no
//! path of their own, so their keys are left out: crosskit neither reads nor writes them.

use super::mark::is_mark;
use std::collections::BTreeSet;
use std::ops::Range;
use toml_parser::Source;
use toml_parser::parser::{Event, EventKind};

/// The sections and key/value pairs of a text, in its order. The first section is the root, which has no header.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) sections: Vec<Section>,
    pub(super) entries: Vec<Entry>,
}

/// A header with what follows it up to the next one.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) path: Vec<String>,
    /// The bytes from `[` to `]`; empty for the root.
    pub(super) header: Range<usize>,
    /// The comment behind the header, if it is a mark.
    pub(super) mark: Option<Range<usize>>,
    /// Whether this is the first `[[…]]` of its path, outside any other array of tables.
    pub(super) is_array: bool,
    /// Whether the section stands in an array of tables, so that its path names no single table.
    pub(super) in_array: bool,
    /// The indices of the section's entries, those in its inline tables included; none in an array of tables.
    pub(super) entries: Range<usize>,
    /// The index of the last entry that is not in an inline table.
    pub(super) last: Option<usize>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The whole path from the root.
    pub(super) path: Vec<String>,
    /// The index of the section in which the key stands.
    pub(super) section: usize,
    /// Where the key's first part begins.
    pub(super) key_start: usize,
    pub(super) value: Range<usize>,
    /// Whether a mark trails the value.
    pub(super) marked: bool,
    /// Whether the key stands inside an inline table.
    pub(super) inline: bool,
}

impl Section {
    /// Whether the header's path names one thing: a table, or an array of tables as a whole.
    pub(super) fn is_addressable(&self) -> bool {
        !self.in_array || self.is_array
    }
}

impl Layout {
    pub(super) fn new(source: Source<'_>, events: &[Event]) -> Self {
        let root = Section {
            path: Vec::new(),
            header: 0..0,
            mark: None,
            is_array: false,
            in_array: false,
            entries: 0..0,
            last: None,
        };
        let layout = Self { sections: vec![root], entries: Vec::new() };
        Reader { source, events, next: 0, arrays: BTreeSet::new(), layout }.run()
    }
}

struct Reader<'a> {
    source: Source<'a>,
    events: &'a [Event],
    next: usize,
    /// The paths of the arrays of tables met so far.
    arrays: BTreeSet<Vec<String>>,
    layout: Layout,
}

impl Reader<'_> {
    fn run(mut self) -> Layout {
        while let Some(event) = self.bump() {
            match event.kind() {
                EventKind::StdTableOpen => self.header(event.span().start(), false),
                EventKind::ArrayTableOpen => self.header(event.span().start(), true),
                EventKind::SimpleKey => self.pair(event),
                _ => {}
            }
        }
        self.layout
    }

    fn bump(&mut self) -> Option<Event> {
        let event = self.events.get(self.next).copied();
        self.next += 1;
        event
    }

    fn header(&mut self, start: usize, is_array: bool) {
        let mut path = Vec::new();
        let mut end = start;
        while let Some(event) = self.bump() {
            end = event.span().end();
            match event.kind() {
                EventKind::SimpleKey => path.push(self.key(&event)),
                EventKind::StdTableClose | EventKind::ArrayTableClose => break,
                _ => {}
            }
        }
        let nested = !self.arrays.is_empty()
            && (0..path.len()).any(|length| path.get(..length).is_some_and(|above| self.arrays.contains(above)));
        let repeated = self.arrays.contains(&path);
        if is_array && !repeated {
            self.arrays.insert(path.clone());
        }
        let mark = self.trailing_mark();
        let next = self.layout.entries.len();
        self.layout.sections.push(Section {
            path,
            header: start..end,
            mark,
            is_array: is_array && !nested && !repeated,
            in_array: is_array || nested,
            entries: next..next,
            last: None,
        });
    }

    /// A key/value pair outside inline tables, from its first key part on.
    fn pair(&mut self, first: Event) {
        let section = self.layout.sections.len() - 1;
        let (base, skip) = match self.layout.sections.last() {
            Some(section) => (section.path.clone(), section.in_array),
            None => (Vec::new(), false),
        };
        let before = self.layout.entries.len();
        self.entry(first, section, base, false);
        let marked = self.trailing_mark().is_some();
        if skip {
            self.layout.entries.truncate(before);
            return;
        }
        if let Some(entry) = self.layout.entries.get_mut(before) {
            entry.marked = marked;
        }
        let next = self.layout.entries.len();
        if let Some(section) = self.layout.sections.last_mut() {
            section.entries.end = next;
            section.last = Some(before);
        }
    }

    /// Reads `key = value` and records it, then what its inline table holds. The path is that of the table around it.
    fn entry(&mut self, first: Event, section: usize, mut path: Vec<String>, inline: bool) {
        path.push(self.key(&first));
        while let Some(event) = self.bump() {
            match event.kind() {
                EventKind::SimpleKey => path.push(self.key(&event)),
                EventKind::KeyValSep => break,
                _ => {}
            }
        }
        let index = self.layout.entries.len();
        let key_start = first.span().start();
        self.layout.entries.push(Entry { path, section, key_start, value: 0..0, marked: false, inline });
        let value = self.value(section, index);
        if let Some(entry) = self.layout.entries.get_mut(index) {
            entry.value = value;
        }
    }

    fn value(&mut self, section: usize, entry: usize) -> Range<usize> {
        while let Some(event) = self.bump() {
            let start = event.span().start();
            match event.kind() {
                EventKind::Whitespace => {}
                EventKind::InlineTableOpen => return start..self.inline_table(section, entry),
                EventKind::ArrayOpen => return start..self.array(),
                _ => return start..event.span().end(),
            }
        }
        0..0
    }

    /// Reads on behind the opening brace, and returns where the closing one ends.
    fn inline_table(&mut self, section: usize, entry: usize) -> usize {
        let path = self.layout.entries.get(entry).map(|entry| entry.path.clone()).unwrap_or_default();
        while let Some(event) = self.bump() {
            match event.kind() {
                EventKind::SimpleKey => self.entry(event, section, path.clone(), true),
                EventKind::InlineTableClose => return event.span().end(),
                _ => {}
            }
        }
        self.source.input().len()
    }

    /// Reads on behind the opening bracket, and returns where the closing one ends.
    fn array(&mut self) -> usize {
        let mut depth = 1;
        while let Some(event) = self.bump() {
            match event.kind() {
                EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
                EventKind::ArrayClose | EventKind::InlineTableClose => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return event.span().end();
            }
        }
        self.source.input().len()
    }

    /// Reads to the end of the line and returns the comment there, if it is a mark.
    fn trailing_mark(&mut self) -> Option<Range<usize>> {
        let mut mark = None;
        while let Some(event) = self.bump() {
            match event.kind() {
                EventKind::Comment => {
                    let text = self.source.get(event).map(|raw| raw.as_str()).unwrap_or_default();
                    mark = is_mark(text).then(|| event.span().start()..event.span().end());
                }
                EventKind::Whitespace => {}
                _ => break,
            }
        }
        mark
    }

    fn key(&self, event: &Event) -> String {
        let mut key = String::new();
        match self.source.get(event) {
            // A bare key is what it says, and most keys are bare.
            Some(raw) if event.encoding().is_none() => key.push_str(raw.as_str()),
            Some(raw) => {
                raw.decode_key(&mut key, &mut ());
            }
            None => {}
        }
        key
    }
}
