//! Brings the keys that crosskit owns up to date.

use super::document::{Document, parse};
use super::mark::{MARK, MARK_KEEP_BLANK};
use super::outcome::{Change, ChangeKind, SyncError, SyncOutcome, UserKey, UserKeyReason};
use super::text::{Position, Splices, body_start, line_end, without_line_end};
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
    let wanted = distinct(wanted)?;
    let document = parse(text)?;
    let mut edit = Edit::new(&document);
    wanted.iter().for_each(|key| edit.key(key));
    let Edit { splices, sections, changes, user_keys, line_end, .. } = edit;
    if changes.is_empty() {
        return Ok(SyncOutcome { text: text.to_owned(), changes: Vec::new(), user_keys });
    }
    let body = splices.apply(text).ok_or_else(|| refused("two edits overlap".to_owned()))?;
    let text = append_sections(body, &sections, line_end);

    let (keys, mut changes): (Vec<&WantedKey>, Vec<Change>) = changes.into_iter().unzip();
    let paths: Vec<Vec<String>> = keys.iter().map(|key| key.path.clone()).collect();
    let new = edited(&document, &text, &paths, &[])?;
    for (key, change) in keys.iter().zip(&mut changes) {
        let Some(place) = new.position(&key.path).filter(|_| new.is_marked(&key.path)) else {
            return Err(refused(format!("`{}` would not be marked", dotted(&key.path))));
        };
        if !new.value(&key.path).is_some_and(|value| same(value, &key.value.to_value())) {
            return Err(refused(format!("`{}` would not have the wanted value", dotted(&key.path))));
        }
        if matches!(change.kind, ChangeKind::Added { .. }) {
            change.position = place;
        }
    }
    Ok(SyncOutcome { text, changes, user_keys })
}

/// The wanted keys in their order, each once.
fn distinct(wanted: &[WantedKey]) -> Result<Vec<&WantedKey>, SyncError> {
    let mut sorted: Vec<(usize, &WantedKey)> = wanted.iter().enumerate().collect();
    // Equal paths stand side by side then, and so does a path with one that it begins.
    sorted.sort_by(|(_, left), (_, right)| left.path.cmp(&right.path));
    let mut repeated = Vec::new();
    let mut before: Option<&WantedKey> = None;
    for (index, key) in sorted {
        let error = |message: &str| SyncError::Wanted { path: key.path.clone(), message: message.to_owned() };
        if key.path.is_empty() {
            return Err(error("it has no path"));
        }
        match before {
            Some(before) if before == key => repeated.push(index),
            Some(before) if before.path == key.path => return Err(error("it is wanted with two values")),
            Some(before) if key.path.starts_with(&before.path) => {
                return Err(error("it is wanted both as a value and as a table"));
            }
            _ => before = Some(key),
        }
    }
    repeated.sort_unstable();
    let is_first = |index: &usize| repeated.binary_search(index).is_err();
    Ok(wanted.iter().enumerate().filter(|(index, _)| is_first(index)).map(|(_, key)| key).collect())
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
    changes: Vec<(&'a WantedKey, Change)>,
    user_keys: Vec<UserKey>,
}

impl<'a> Edit<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            line_end: document.lines().dominant_end(),
            splices: Splices::default(),
            sections: Vec::new(),
            changes: Vec::new(),
            user_keys: Vec::new(),
        }
    }

    fn key(&mut self, key: &'a WantedKey) {
        let document = self.document;
        match document.value(&key.path) {
            Some(value) if same(value, &key.value.to_value()) => {}
            Some(_) => match document.find(&key.path) {
                Some(entry) if entry.marked => {
                    let was = document.slice(&entry.value).to_owned();
                    let now = key.value.to_toml();
                    self.splices.replace(entry.value.clone(), now.clone());
                    let position = document.position_at(entry.value.start);
                    self.change(key, ChangeKind::Restored { was, now }, position);
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
            position: self.document.position_at(span.start),
            theirs: self.document.slice(&span).to_owned(),
            ours: key.value.to_toml(),
        });
    }

    fn add(&mut self, key: &'a WantedKey) {
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
        // The place is known when the new text is there.
        self.change(key, ChangeKind::Added { now }, Position { line: 1, column: 1 });
    }

    fn change(&mut self, key: &'a WantedKey, kind: ChangeKind, position: Position) {
        self.changes.push((key, Change { path: key.path.clone(), kind, position }));
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
pub(crate) fn end_of_section<S: AsRef<str>>(document: &Document, path: &[S]) -> Option<usize> {
    let section = document.section(path)?;
    match section.last.and_then(|index| document.layout_entries().get(index)) {
        Some(entry) => Some(line_end(document.text(), entry.value.end)),
        None if path.is_empty() => Some(body_start(document.text())),
        None => Some(line_end(document.text(), section.header.end)),
    }
}

/// Where a line goes that is added to a table of dotted keys, and how many parts of its path the header above gives.
fn end_of_dotted(document: &Document, path: &[String]) -> Option<(usize, usize)> {
    let entry = document.last_dotted(path)?;
    let header = document.sections().get(entry.section)?.path.len();
    Some((line_end(document.text(), entry.value.end), header))
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
