//! Edits manifests by byte splices: the workspace table of the root, and a dependency of a package.

use toml::{Table, Value};

use super::array::Array;
use crate::config::{self, Document, Position, Splices, end_of_section, line_end, line_start, quoted};

/// What the workspace table of the root manifest gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// A member, unless a pattern that is there takes it in.
    pub member: Option<String>,
    /// Directories that are no members.
    pub exclude: Vec<String>,
    /// The members that cargo builds by itself, where there is no such list and the new member must not be in it.
    pub default_members: Vec<String>,
    /// Elements of `members` that would make members of what is excluded, and are members without being named: `.`.
    pub unnamed: Vec<String>,
}

/// A key in a table, and its value as TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The table.
    pub table: String,
    /// The key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Why a manifest cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cannot {
    /// What stands in the way.
    pub why: String,
    /// Where it stands.
    pub position: Position,
}

impl Cannot {
    fn at(position: Position, why: impl Into<String>) -> Cannot {
        Cannot { why: why.into(), position }
    }
}

const START: Position = Position { line: 1, column: 1 };
const WORKSPACE: &str = "workspace";

impl Entry {
    /// The lists of the table, with what is put into each.
    fn lists(&self) -> [(&'static str, &[String]); 3] {
        let member = self.member.as_slice();
        [("members", member), ("default-members", &self.default_members), ("exclude", &self.exclude)]
    }
}

/// The text with the entry in it.
///
/// # Errors
/// It is no TOML, or the table is written in a way that leaves no place for a line.
pub fn enter(text: &str, entry: &Entry) -> Result<String, Cannot> {
    let before = parse(text)?;
    let end = before.lines().dominant_end();
    let mut splices = Splices::default();
    if let Some(members) = Array::at(text, &[WORKSPACE, "members"]) {
        entry.unnamed.iter().for_each(|it| members.take_out(it, &mut splices));
    }
    let text = apply(text, splices)?;
    let text = text.as_str();
    let document = parse(text)?;
    let mut splices = Splices::default();
    let mut lines = Vec::new();
    for (list, strings) in entry.lists().into_iter().filter(|(_, strings)| !strings.is_empty()) {
        match Array::at(text, &[WORKSPACE, list]) {
            Some(array) => {
                let known: Vec<&str> = array.strings().collect();
                let missing = strings.iter().filter(|it| !known.contains(&it.as_str())).cloned();
                array.add(&missing.collect::<Vec<_>>(), end, &mut splices);
            }
            None if document.value(&[WORKSPACE, list]).is_some() => {
                let position = document.position(&[WORKSPACE, list]).unwrap_or(START);
                return Err(Cannot::at(position, format!("`workspace.{list}` is no array")));
            }
            None => {
                let strings: Vec<String> = strings.iter().map(|it| quoted(it)).collect();
                lines.push(format!("{list} = [{}]", strings.join(", ")));
            }
        }
    }
    let mut text = text.to_owned();
    let members = document.entries().find(|it| it.path == [WORKSPACE, "members"]);
    match members {
        Some(members) if members.inline && !lines.is_empty() => {
            return Err(Cannot::at(members.position, "`workspace` is an inline table"));
        }
        Some(members) if !lines.is_empty() => {
            let start = line_start(&text, members.span.start);
            // `workspace.members` stands above every header.
            let written = text.get(start..members.span.start).unwrap_or_default();
            let prefix = if written.trim_start().starts_with(WORKSPACE) { "workspace." } else { "" };
            let lines: Vec<String> = lines.iter().map(|line| format!("{prefix}{line}")).collect();
            insert(&text, line_end(&text, members.span.end), &lines, end, &mut splices);
            text = apply(&text, splices)?;
        }
        _ => {
            text = apply(&text, splices)?;
            if !lines.is_empty() {
                text = add_to_table(&parse(&text)?, WORKSPACE, &lines)?;
            }
        }
    }
    let mut wanted = before.table().clone();
    put(&mut wanted, entry)?;
    if parse(&text)?.table() == &wanted { Ok(text) } else { Err(Cannot::at(START, "another key would change")) }
}

/// The text without the entry, where others have edited it since. A list that has other elements by now keeps them.
///
/// # Errors
/// It is no TOML.
pub fn leave(text: &str, entry: &Entry) -> Result<String, Cannot> {
    let document = parse(text)?;
    let mut splices = Splices::default();
    let mut whole = Vec::new();
    for (list, strings) in entry.lists() {
        let Some(array) = Array::at(text, &[WORKSPACE, list]).filter(|_| !strings.is_empty()) else { continue };
        // Whoever has another list of them by now wants that.
        if list == "default-members" && !array.strings().eq(strings.iter().map(String::as_str)) {
            continue;
        }
        if array.holds_only(strings) && (list != "members" || entry.unnamed.is_empty()) {
            whole.push(list);
        } else {
            strings.iter().for_each(|it| array.take_out(it, &mut splices));
        }
        if list == "members" {
            array.put_first(&entry.unnamed, &mut splices);
        }
    }
    for list in &whole {
        let Some(key) = document.entries().find(|it| it.path == [WORKSPACE, list]) else { continue };
        splices.replace(line_start(text, key.span.start)..line_end(text, key.span.end), "");
    }
    let text = apply(text, splices)?;
    without_empty(&text, WORKSPACE)
}

/// The text with a line in a table, which is added where there is none. A key that has the value is left alone.
///
/// # Errors
/// It is no TOML, the key is there with another value, or the table is written in a way that leaves no place for a line.
pub fn add(text: &str, line: &Line) -> Result<String, Cannot> {
    let document = parse(text)?;
    if document.entries().any(|it| it.path == [&*line.table, &*line.key] && it.value == line.value) {
        return Ok(text.to_owned());
    }
    if let Some(position) = document.position(&[&line.table, &line.key]) {
        return Err(Cannot::at(position, format!("`{}.{}` is there", line.table, line.key)));
    }
    add_to_table(&document, &line.table, &[format!("{} = {}", line.key, line.value)])
}

/// The value of a key in a table, as it is written.
pub(super) fn value(text: &str, table: &str, key: &str) -> Option<String> {
    let document = config::parse(text).ok()?;
    document.entries().find(|it| it.path == [table, key]).map(|it| it.value.to_owned())
}

/// The text without the line, and without its table if nothing else is in it.
///
/// # Errors
/// It is no TOML, or the key has another value by now.
pub fn take_out(text: &str, line: &Line) -> Result<String, Cannot> {
    let document = parse(text)?;
    let Some(key) = document.entries().find(|it| it.path == [&*line.table, &*line.key]) else {
        return Ok(text.to_owned());
    };
    if key.value != line.value {
        return Err(Cannot::at(key.position, format!("`{}.{}` has another value by now", line.table, line.key)));
    }
    let mut splices = Splices::default();
    splices.replace(line_start(text, key.span.start)..line_end(text, key.span.end), "");
    without_empty(&apply(text, splices)?, &line.table)
}

fn parse(text: &str) -> Result<Document, Cannot> {
    config::parse(text).map_err(|error| Cannot::at(error.position, format!("it is no TOML: {}", error.message)))
}

fn apply(text: &str, splices: Splices) -> Result<String, Cannot> {
    splices.apply(text).ok_or_else(|| Cannot::at(START, "two edits overlap"))
}

fn insert(text: &str, at: usize, lines: &[String], end: &str, splices: &mut Splices) {
    let at_line_start = at == 0 || text.get(..at).is_some_and(|before| before.ends_with('\n'));
    let lines = lines.iter().map(|line| if at_line_start { format!("{line}{end}") } else { format!("{end}{line}") });
    splices.insert(at, lines.collect::<String>());
}

/// Lines at the end of a table, or below a new header.
fn add_to_table(document: &Document, table: &str, lines: &[String]) -> Result<String, Cannot> {
    let text = document.text();
    let end = document.lines().dominant_end();
    let mut splices = Splices::default();
    match end_of_section(document, &[table]) {
        Some(at) => insert(text, at, lines, end, &mut splices),
        None => {
            let is_written = document.entries().find(|it| it.path.first().is_some_and(|first| first == table));
            // Below a header of its own a table has entries and is no other's.
            if let Some(other) = is_written.filter(|it| !has_header(document, it.path)) {
                return Err(Cannot::at(other.position, format!("`{table}` is no table with a header")));
            }
            let gap = if text.is_empty() || text.ends_with("\n\n") || text.ends_with("\n\r\n") { "" } else { end };
            let close = if text.is_empty() || text.ends_with('\n') { "" } else { end };
            let lines: String = lines.iter().map(|line| format!("{line}{end}")).collect();
            splices.insert(text.len(), format!("{close}{gap}[{table}]{end}{lines}"));
        }
    }
    apply(text, splices)
}

/// Whether the key at a path stands below a header that begins with the path's first name.
fn has_header(document: &Document, path: &[String]) -> bool {
    (1..path.len()).any(|length| path.get(..length).is_some_and(|above| end_of_section(document, above).is_some()))
}

/// The text without the header of a table in which nothing is left, and the blank line above it.
fn without_empty(text: &str, table: &str) -> Result<String, Cannot> {
    let document = parse(text)?;
    let is_empty = document.value(&[table]).and_then(Value::as_table).is_some_and(Table::is_empty);
    let Some(end) = end_of_section(&document, &[table]).filter(|_| is_empty) else { return Ok(text.to_owned()) };
    let start = line_start(text, end.saturating_sub(1));
    let above = text.get(..start).unwrap_or_default();
    let blank = ["\n\r\n", "\n\n"].into_iter().find(|blank| above.ends_with(blank)).map_or(0, |blank| blank.len() - 1);
    let mut splices = Splices::default();
    splices.replace(start - blank..end, "");
    apply(text, splices)
}

/// Does to the values what the edit does to the text.
fn put(root: &mut Table, entry: &Entry) -> Result<(), Cannot> {
    let workspace = root.entry(WORKSPACE).or_insert_with(|| Value::Table(Table::new()));
    let not_a_table = || Cannot::at(START, "`workspace` is no table");
    let workspace = workspace.as_table_mut().ok_or_else(not_a_table)?;
    for (list, strings) in entry.lists().into_iter().filter(|(_, strings)| !strings.is_empty()) {
        let values = workspace.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        let values = values.as_array_mut().ok_or_else(not_a_table)?;
        if list == "members" {
            values.retain(|value| value.as_str().is_none_or(|it| !entry.unnamed.iter().any(|other| other == it)));
        }
        for string in strings.iter().map(|it| Value::String(it.clone())) {
            if !values.contains(&string) {
                values.push(string);
            }
        }
    }
    Ok(())
}
