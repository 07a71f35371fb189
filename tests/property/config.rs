//! What must hold for every config file, not only for those that somebody thought of.
//!
//! `PROPTEST_CASES` sets the number of cases.

mod generate;

use crosskit_core::config::{self, Document, SyncError, SyncOutcome, WantedKey};
use generate::{marked_config, plain_config, soup, wanted};
use proptest::prelude::*;

/// Syncs a valid text and checks what must hold for every result.
fn synced(text: &str, wanted: &[WantedKey]) -> SyncOutcome {
    let outcome = config::sync(text, wanted).unwrap_or_else(|error| panic!("{error}"));
    let table = outcome.text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}"));
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

fn parsed(text: &str) -> Document {
    config::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The keys without a mark, as they stand in the text and in its order.
fn foreign_keys(document: &Document) -> Vec<(Vec<String>, String)> {
    // What an owned inline table holds is crosskit's with it.
    let owned: Vec<_> = document.entries().filter(|entry| entry.marked).map(|entry| entry.span).collect();
    let is_owned = |start: usize| owned.iter().any(|span| span.contains(&start));
    let keys = document.entries().filter(|entry| !is_owned(entry.span.start));
    keys.map(|entry| (entry.path.to_vec(), entry.value.to_owned())).collect()
}

/// The text behind a byte order mark, where an added key may stand before the old first line.
fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn comments(text: &str) -> Vec<&str> {
    without_bom(text).lines().filter(|line| line.trim_start().starts_with('#')).collect()
}

/// Every line of `before` is in `after`, in its order and with its line end; all other lines are crosskit's.
fn assert_only_adds(before: &str, after: &str) {
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

proptest! {
    #[test]
    fn remove_gives_back_the_bytes(text in plain_config(), wanted in wanted()) {
        let outcome = synced(&text, &wanted);
        prop_assert_eq!(outcome.changes.is_empty(), outcome.text == text);
        let back = config::remove(&outcome.text).unwrap_or_else(|error| panic!("{error}"));
        prop_assert_eq!(back.text, text);
        prop_assert_eq!(back.changes.len(), outcome.changes.len());
    }

    #[test]
    fn targets_come_and_go_one_at_a_time(text in plain_config(), first in wanted(), second in wanted()) {
        let one = synced(&text, &first).text;
        let second: Vec<_> = second.into_iter().filter(|key| !first.iter().any(|other| other.path == key.path)).collect();
        let both = synced(&one, &second);
        let of_first = |path: &[String]| first.iter().any(|key| key.path == path);
        let rest = config::remove_where(&both.text, of_first).unwrap_or_else(|error| panic!("{error}"));
        let document = parsed(&rest.text);
        for change in &both.changes {
            prop_assert!(document.is_marked(&change.path));
        }
        let only_second = config::remove_where(&both.text, |path| !of_first(path)).unwrap_or_else(|error| panic!("{error}"));
        prop_assert_eq!(foreign_keys(&parsed(&text)), foreign_keys(&parsed(&only_second.text)));
        let back = config::remove(&rest.text).unwrap_or_else(|error| panic!("{error}"));
        prop_assert_eq!(back.text, text);
    }

    #[test]
    fn sync_only_adds_lines(text in plain_config(), wanted in wanted()) {
        let outcome = synced(&text, &wanted);
        assert_only_adds(&text, &outcome.text);
        prop_assert_eq!(outcome.text.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
        let plain_line_ends = |text: &str| text.replace("\r\n", "").matches('\n').count();
        if text.contains("\r\n") && plain_line_ends(&text) == 0 {
            prop_assert_eq!(plain_line_ends(&outcome.text), 0);
        }
    }

    #[test]
    fn foreign_keys_survive_beside_marked_ones(text in marked_config(), wanted in wanted()) {
        let before = parsed(&text);
        let outcome = synced(&text, &wanted);
        prop_assert_eq!(foreign_keys(&parsed(&outcome.text)), foreign_keys(&before));

        let removed = config::remove(&outcome.text).unwrap_or_else(|error| panic!("{error}"));
        let after = parsed(&removed.text);
        prop_assert_eq!(foreign_keys(&after), foreign_keys(&before));
        prop_assert_eq!(after.entries().filter(|entry| entry.marked).count(), 0);
        let again = config::remove(&removed.text).unwrap_or_else(|error| panic!("{error}"));
        prop_assert_eq!(again.text, removed.text);
    }

    #[test]
    fn whole_line_comments_survive(text in plain_config(), wanted in wanted()) {
        let outcome = synced(&text, &wanted);
        prop_assert_eq!(comments(&outcome.text), comments(&text));
    }

    #[test]
    fn values_stand_where_the_document_says(text in marked_config()) {
        let document = parsed(&text);
        for entry in document.entries() {
            let value = format!("x = {}", entry.value).parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}"));
            let expected = document.value(entry.path).cloned().unwrap_or_else(|| panic!("{:?} is no value", entry.path));
            prop_assert_eq!(format!("{:?}", value.get("x")), format!("{:?}", Some(expected)));
            let line = text.split('\n').nth(entry.position.line - 1).unwrap_or_default();
            let rest: String = without_bom(line).chars().skip(entry.position.column - 1).collect();
            prop_assert!(rest.starts_with(entry.value.lines().next().unwrap_or_default()));
        }
    }

    #[test]
    fn no_text_panics(text in prop_oneof![soup(), any::<String>(), marked_config()], wanted in wanted(), other in soup()) {
        match config::sync(&text, &wanted) {
            Ok(outcome) => {
                prop_assert!(outcome.text.parse::<toml::Table>().is_ok());
                prop_assert!(config::remove(&outcome.text).is_ok());
            }
            Err(SyncError::Parse(error)) => {
                prop_assert!(error.position.line <= text.split('\n').count());
                prop_assert!(text.parse::<toml::Table>().is_err());
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
        let _ = config::merge_clashes(&[("near".to_owned(), text.as_str()), ("far".to_owned(), other.as_str())]);
    }

    #[test]
    fn a_file_merges_with_itself(text in marked_config()) {
        let files = [("near".to_owned(), text.as_str()), ("far".to_owned(), text.as_str())];
        prop_assert_eq!(config::merge_clashes(&files).map(|clashes| clashes.len()), Ok(0));
    }
}
