//! Brings the keys that crosskit owns up to date.

use super::document::{Document, parse};
use super::mark::{MARK, MARK_KEEP_BLANK};
use super::outcome::{Change, ChangeKind, SyncError, SyncOutcome, UserKey, UserKeyReason};
use super::text::{Position, Splices, body_start, dominant_line_end, line_end, position, without_line_end};
use super::verify::{edited, refused, same};
use super::wanted::{WantedKey, dotted};
use toml::Value;

/// Adds the wanted keys that are missing, and restores those that are marked and have another value.
///
/// A key without the mark is the user's and stays as it is; if its value is not the wanted one, it is reported in
/// [`SyncOutcome::user_keys`]. Marked keys that are not wanted stay too, as each call may bring another target.
///
/// # Errors
///
/// Fails if the text is not TOML, if the wanted keys contradict each other, or if the check of the edited text fails.
pub fn sync(text: &str, wanted: &[WantedKey]) -> Result<SyncOutcome, SyncError> {
    check_wanted(wanted)?;
    let document = parse(text)?;
    let mut edit = Edit::new(&document);
    for (index, key) in wanted.iter().enumerate() {
        if !wanted[..index].contains(key) {
            edit.key(key);
        }
    }
    let Edit { splices, sections, mut changes, user_keys, line_end, .. } = edit;
    let body = splices.apply(text).ok_or_else(|| refused("two edits overlap".to_owned()))?;
    let text = append_sections(body, &sections, line_end);

    let keys: Vec<Vec<String>> = changes.iter().map(|change| change.path.clone()).collect();
    let new = edited(&document, &text, &keys, &[])?;
    for change in &mut changes {
        let is_wanted = |key: &WantedKey| {
            key.path == change.path && new.value(&key.path).is_some_and(|value| same(value, &key.value.to_value()))
        };
        let Some(place) = new.position(&change.path).filter(|_| new.is_marked(&change.path)) else {
            return Err(refused(format!("`{}` would not be marked", dotted(&change.path))));
        };
        if !wanted.iter().any(is_wanted) {
            return Err(refused(format!("`{}` would not have the wanted value", dotted(&change.path))));
        }
        if matches!(change.kind, ChangeKind::Added { .. }) {
            change.position = place;
        }
    }
    Ok(SyncOutcome { text, changes, user_keys })
}

fn check_wanted(wanted: &[WantedKey]) -> Result<(), SyncError> {
    let error =
        |key: &WantedKey, message: &str| Err(SyncError::Wanted { path: key.path.clone(), message: message.to_owned() });
    for (index, key) in wanted.iter().enumerate() {
        if key.path.is_empty() {
            return error(key, "it has no path");
        }
        for other in &wanted[..index] {
            if other.path == key.path && other.value != key.value {
                return error(key, "it is wanted with two values");
            }
            if other.path.len() != key.path.len()
                && (other.path.starts_with(&key.path) || key.path.starts_with(&other.path))
            {
                return error(key, "it is wanted both as a value and as a table");
            }
        }
    }
    Ok(())
}

/// A section to append, with its lines.
struct NewSection {
    path: Vec<String>,
    lines: Vec<String>,
}

/// The edits to make, collected key by key.
struct Edit<'a> {
    document: &'a Document,
    line_end: &'static str,
    splices: Splices,
    sections: Vec<NewSection>,
    changes: Vec<Change>,
    user_keys: Vec<UserKey>,
}

impl<'a> Edit<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            line_end: dominant_line_end(document.text()),
            splices: Splices::default(),
            sections: Vec::new(),
            changes: Vec::new(),
            user_keys: Vec::new(),
        }
    }

    fn key(&mut self, key: &WantedKey) {
        let document = self.document;
        match document.value(&key.path) {
            Some(value) if same(value, &key.value.to_value()) => {}
            Some(_) => match document.find(&key.path) {
                Some(entry) if entry.marked => {
                    let was = document.slice(&entry.value).to_owned();
                    let now = key.value.to_toml();
                    self.splices.replace(entry.value.clone(), now.clone());
                    let place = position(document.text(), entry.value.start);
                    self.changes.push(Change {
                        path: key.path.clone(),
                        kind: ChangeKind::Restored { was, now },
                        position: place,
                    });
                }
                _ => self.leave(key, &key.path, UserKeyReason::OtherValue),
            },
            None => match obstacle(document, &key.path) {
                Some((above, reason)) => self.leave(key, above, reason),
                None => self.add(key),
            },
        }
    }

    /// Leaves a key alone because of what the user wrote at `place`.
    fn leave(&mut self, key: &WantedKey, place: &[String], reason: UserKeyReason) {
        let span = self.document.place(place).unwrap_or_default();
        self.user_keys.push(UserKey {
            path: key.path.clone(),
            reason,
            position: position(self.document.text(), span.start),
            theirs: self.document.slice(&span).to_owned(),
            ours: key.value.to_toml(),
        });
    }

    fn add(&mut self, key: &WantedKey) {
        let Some((leaf, parent)) = key.path.split_last() else { return };
        let now = key.value.to_toml();
        let line = |name: &str| format!("{name} = {now} {MARK}");
        if let Some(at) = end_of_section(self.document, parent) {
            self.insert_line(at, &line(&dotted(&[leaf])));
        } else if let Some((at, header)) = end_of_dotted(self.document, parent) {
            self.insert_line(at, &line(&dotted(key.path.get(header..).unwrap_or_default())));
        } else {
            let line = line(&dotted(&[leaf]));
            match self.sections.iter_mut().find(|section| section.path == parent) {
                Some(section) => section.lines.push(line),
                None => self.sections.push(NewSection { path: parent.to_vec(), lines: vec![line] }),
            }
        }
        self.changes.push(Change {
            path: key.path.clone(),
            kind: ChangeKind::Added { now },
            position: Position { line: 1, column: 1 },
        });
    }

    /// Inserts a line at the start of a line or at the end of a text without a last line end.
    fn insert_line(&mut self, at: usize, line: &str) {
        let text = self.document.text();
        let at_line_start = at == body_start(text) || text.get(..at).is_some_and(|before| before.ends_with('\n'));
        let end = self.line_end;
        self.splices.insert(at, if at_line_start { format!("{line}{end}") } else { format!("{end}{line}") });
    }
}

/// What stands in the way of adding a key: the path above it that is not a table, or not one that takes a line.
fn obstacle<'p>(document: &Document, path: &'p [String]) -> Option<(&'p [String], UserKeyReason)> {
    for length in 1..path.len() {
        let above = &path[..length];
        match document.value(above) {
            None => return None,
            Some(Value::Table(_)) if document.find(above).is_some() => {
                return Some((above, UserKeyReason::InlineTable));
            }
            Some(Value::Table(_)) => {}
            Some(_) => return Some((above, UserKeyReason::NotATable)),
        }
    }
    None
}

/// Where a line goes that is added to the section with this very header, or to the root.
fn end_of_section(document: &Document, path: &[String]) -> Option<usize> {
    let (index, section) =
        document.sections().iter().enumerate().find(|(_, section)| section.path == path && !section.in_array)?;
    let last = document.layout_entries().iter().rfind(|entry| entry.section == index && !entry.inline);
    match last {
        Some(entry) => Some(line_end(document.text(), entry.value.end)),
        None if path.is_empty() => Some(body_start(document.text())),
        None => Some(line_end(document.text(), section.header.end)),
    }
}

/// Where a line goes that is added to a table of dotted keys, and how many parts of its path the header above gives.
fn end_of_dotted(document: &Document, path: &[String]) -> Option<(usize, usize)> {
    document.layout_entries().iter().rev().find_map(|entry| {
        let header = document.sections().get(entry.section)?.path.len();
        let is_dotted = !entry.inline && header < path.len() && entry.path.len() > path.len();
        (is_dotted && entry.path.starts_with(path)).then(|| (line_end(document.text(), entry.value.end), header))
    })
}

fn append_sections(mut text: String, sections: &[NewSection], line_end: &str) -> String {
    let start = body_start(&text);
    let ends_open = text.len() > start && !text.ends_with('\n');
    let push = |text: &mut String, line: &str| {
        let parts = if ends_open { [line_end, line] } else { [line, line_end] };
        text.extend(parts);
    };
    for section in sections {
        let last = text.get(start..).and_then(|body| body.split_inclusive('\n').next_back());
        let mark = match last {
            None => MARK,
            Some(last) if last.ends_with('\n') && without_line_end(last).trim().is_empty() => MARK_KEEP_BLANK,
            Some(_) => {
                push(&mut text, "");
                MARK
            }
        };
        push(&mut text, &format!("[{}] {mark}", dotted(&section.path)));
        section.lines.iter().for_each(|line| push(&mut text, line));
    }
    text
}
