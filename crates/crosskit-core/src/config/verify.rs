//! The check after an edit: nothing but the edited keys may mean anything else than before.

use super::document::{Document, parse};
use super::outcome::SyncError;
use toml::{Table, Value};

/// Parses the edited text and compares it with the old one.
///
/// `keys` are the paths that the edit changed, `headers` those of the headers that it took out. Tables that hold
/// nothing else count as changed with them, as an added section brings its table and a removed one takes it away.
pub(super) fn edited(
    old: &Document,
    text: &str,
    keys: &[Vec<String>],
    headers: &[Vec<String>],
) -> Result<Document, SyncError> {
    let new = parse(text).map_err(|error| refused(format!("the edited text does not parse: {error}")))?;
    let rest = |table: &Table| {
        let mut rest = table.clone();
        keys.iter().for_each(|path| take_out(&mut rest, path, true));
        headers.iter().for_each(|path| take_out(&mut rest, path, false));
        rest
    };
    if same_table(&rest(old.table()), &rest(new.table())) {
        Ok(new)
    } else {
        Err(refused("a key of the user would change".to_owned()))
    }
}

pub(super) fn refused(message: String) -> SyncError {
    SyncError::Refused { message }
}

/// Takes a key out, if `with_key`, and in any case every table on its path that is empty then.
fn take_out(table: &mut Table, path: &[String], with_key: bool) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() && with_key {
        table.remove(first);
    } else if let Some(Value::Table(child)) = table.get_mut(first) {
        take_out(child, rest, with_key);
        if child.is_empty() {
            table.remove(first);
        }
    }
}

/// Whether two values are the same. Unlike `==`, `nan` is the same as itself.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Table(left), Value::Table(right)) => same_table(left, right),
        (left, right) => left == right,
    }
}

fn same_table(left: &Table, right: &Table) -> bool {
    left.len() == right.len() && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
}
