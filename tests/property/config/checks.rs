//! What a result must be.

use crosskit_core::config::{self, Document, SyncOutcome, WantedKey};
use toml::{Table, Value};

/// Syncs a valid text and checks what must hold for every result.
#[track_caller]
pub fn synced(text: &str, wanted: &[WantedKey]) -> SyncOutcome {
    let outcome = config::sync(text, wanted).unwrap_or_else(|error| panic!("{error}"));
    let table = outcome.text.parse::<Table>().unwrap_or_else(|error| panic!("{error}"));
    let again = config::sync(&outcome.text, wanted).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.text, outcome.text, "a second sync changes something");
    assert_eq!(again.changes, []);
    for key in wanted {
        let mut value = table.get(&key.path[0]);
        for part in &key.path[1..] {
            value = value.and_then(|value| value.get(part));
        }
        let users = outcome.user_keys.iter().any(|user| user.path == key.path);
        assert_ne!(value == Some(&key.value.to_value()), users, "{:?} is neither wanted nor the user's", key.path);
    }
    outcome
}

/// The text without crosskit's keys.
#[track_caller]
pub fn removed(text: &str) -> SyncOutcome {
    config::remove(text).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
pub fn parsed(text: &str) -> Document {
    config::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The keys without a mark, as they stand in the text and in its order.
pub fn foreign_keys(document: &Document) -> Vec<(Vec<String>, String)> {
    // What an owned inline table holds is crosskit's with it.
    let owned: Vec<_> = document.entries().filter(|entry| entry.marked).map(|entry| entry.span).collect();
    let is_owned = |start: usize| owned.iter().any(|span| span.contains(&start));
    let keys = document.entries().filter(|entry| !is_owned(entry.span.start));
    keys.map(|entry| (entry.path.to_vec(), entry.value.to_owned())).collect()
}

/// Every value but the added ones is the same, by what the `toml` crate reads and not by what the engine says of it.
#[track_caller]
pub fn same_values_but_for(before: &str, outcome: &SyncOutcome) {
    let before = before.parse::<Table>().unwrap_or_else(|error| panic!("{error}"));
    let mut after = outcome.text.parse::<Table>().unwrap_or_else(|error| panic!("{error}"));
    for change in &outcome.changes {
        take_out(&mut after, &change.path, Some(&before));
    }
    assert!(same_tables(&before, &after), "foreign values differ:\n{before:?}\n{after:?}");
}

/// Takes a key out, and every table on its path that holds nothing then and was not there before.
fn take_out(table: &mut Table, path: &[String], before: Option<&Table>) {
    let Some((first, rest)) = path.split_first() else { return };
    let before = before.and_then(|before| before.get(first));
    if rest.is_empty() {
        table.remove(first);
    } else if let Some(Value::Table(child)) = table.get_mut(first) {
        take_out(child, rest, before.and_then(Value::as_table));
        if child.is_empty() && before.is_none() {
            table.remove(first);
        }
    }
}

fn same_tables(left: &Table, right: &Table) -> bool {
    left.len() == right.len() && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
}

/// Unlike `==`, `nan` is the same as itself.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Table(left), Value::Table(right)) => same_tables(left, right),
        (left, right) => left == right,
    }
}

/// The text behind a byte order mark, where an added key may stand before the old first line.
fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

pub fn comments(text: &str) -> Vec<&str> {
    without_bom(text).lines().filter(|line| line.trim_start().starts_with('#')).collect()
}

/// Every line of `before` is in `after`, in its order and with its line end; all other lines are crosskit's.
#[track_caller]
pub fn only_adds(before: &str, after: &str) {
    let mut old = without_bom(before).split_inclusive('\n').peekable();
    for line in without_bom(after).split_inclusive('\n') {
        match old.peek() {
            Some(next) if *next == line || (!next.ends_with('\n') && *next == line.trim_end_matches(['\r', '\n'])) => {
                old.next();
            }
            _ => {
                let line = line.trim_end_matches(['\r', '\n']);
                let ours = line.is_empty()
                    || line.ends_with("# crosskit")
                    || line.ends_with("# crosskit: keep the blank line above");
                assert!(ours, "{line:?} is neither old nor crosskit's");
            }
        }
    }
    assert_eq!(old.next(), None, "a line is lost");
}

/// Every entry's value is what its bytes say, and its position is where they are.
#[track_caller]
pub fn values_stand_where_the_document_says(document: &Document) {
    let lines: Vec<&str> = document.text().split('\n').collect();
    for entry in document.entries() {
        let value = format!("x = {}", entry.value).parse::<Table>().unwrap_or_else(|error| panic!("{error}"));
        let expected = document.value(entry.path).unwrap_or_else(|| panic!("{:?} is no value", entry.path));
        assert!(value.get("x").is_some_and(|value| same(value, expected)), "{:?}", entry.path);
        let line = without_bom(lines[entry.position.line - 1]);
        let rest: String = line.chars().skip(entry.position.column - 1).collect();
        assert!(rest.starts_with(entry.value.lines().next().unwrap_or_default()), "{:?}", entry.path);
    }
}
