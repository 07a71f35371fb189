//! Tables of texts before and after, shared by the operations.

mod parsing;
mod removing;
mod syncing;

use super::*;

const GNU: &str = "aarch64-unknown-linux-gnu";

fn strings(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

fn key(path: &[&str], value: &str) -> WantedKey {
    WantedKey { path: strings(path), value: WantedValue::String(value.to_owned()) }
}

/// `target.T.linker`, the key most tests want.
fn linker() -> WantedKey {
    key(&["target", "T", "linker"], "ld")
}

fn relative() -> WantedKey {
    WantedKey { path: strings(&["env", "R"]), value: WantedValue::EnvRelative("run".to_owned()) }
}

/// Syncs, checks that a second sync finds nothing to do, and gives the new text.
#[track_caller]
fn synced(before: &str, wanted: &[WantedKey]) -> SyncOutcome {
    let outcome = sync(before, wanted).unwrap_or_else(|error| panic!("{before:?}: {error}"));
    let again = sync(&outcome.text, wanted).unwrap_or_else(|error| panic!("{:?}: {error}", outcome.text));
    assert_eq!(again.text, outcome.text, "the second sync of {before:?}");
    assert_eq!(again.changes, [], "the second sync of {before:?}");
    assert_eq!(again.user_keys.len(), outcome.user_keys.len(), "the second sync of {before:?}");
    outcome
}

/// Like [`synced`], for a text without marks: removing must give it back.
#[track_caller]
fn synced_and_back(before: &str, wanted: &[WantedKey]) -> SyncOutcome {
    let outcome = synced(before, wanted);
    let back = remove(&outcome.text).unwrap_or_else(|error| panic!("{:?}: {error}", outcome.text));
    assert_eq!(back.text, before, "what remove gives back from {:?}", outcome.text);
    assert_eq!(back.changes.len(), outcome.changes.len());
    outcome
}
