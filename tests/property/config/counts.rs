//! What the configs are: a property says little if what could break it is never drawn.

use super::checks::parsed;
use super::generate::{Sample, plain};
use crosskit_core::config::{self, Document, Entry, UserKeyReason};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

/// A wanted key is there already, in whatever form.
const WANTED: &str = "a wanted key is there";

/// The share of configs, in percent, that must have each.
const SHARES: &[(&str, usize)] = &[
    (WANTED, 50),
    ("a key of a real policy is wanted", 40),
    ("a key of a real policy is there", 30),
    ("something is added", 50),
    ("another value of the user wins", 30),
    ("an inline table of the user is in the way", 5),
    ("a value is where a table is wanted", 5),
    ("a wanted key is in an inline table", 5),
    ("a wanted key is written with a dot", 5),
    ("a wanted key is written with quotes", 5),
    ("comments", 50),
    ("odd spacing", 50),
    ("CRLF alone", 10),
    ("mixed line ends", 20),
    ("byte order mark", 20),
    ("no last line end", 20),
    ("dotted keys", 50),
    ("quoted keys", 50),
    ("inline tables", 50),
    ("arrays", 50),
    ("arrays of tables", 5),
    ("unicode", 50),
];

#[test]
fn the_configs_have_what_can_go_wrong() {
    let settings = crate::settings();
    let count = settings.cases as usize;
    let mut runner = TestRunner::new(settings);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sizes = Vec::new();
    for _ in 0..count {
        let sample = plain().new_tree(&mut runner).expect("a config can be drawn").current();
        sizes.push(sample.statements);
        for name in features(&sample) {
            *counts.entry(name).or_default() += 1;
        }
    }
    sizes.sort_unstable();
    let (median, longest) = (sizes[count / 2], sizes[count - 1]);
    let mut rare = Vec::new();
    for (name, least) in SHARES {
        let share = counts.remove(name).unwrap_or_default() * 100 / count;
        println!("{share:3} %  {name}");
        if share < *least {
            rare.push(format!("{name}: {share} %, at least {least} % are expected"));
        }
    }
    println!("{median} statements in the median, {longest} in the longest");
    assert!(counts.is_empty(), "nothing is expected of {counts:?}");
    // A handful of configs need not be like all of them.
    if count >= 200 {
        assert!(rare.is_empty(), "{}", rare.join("\n"));
        assert!(
            (20..=30).contains(&median) && (50..=70).contains(&longest),
            "{median} in the median, {longest} at most"
        );
    }
}

fn features(sample: &Sample) -> Vec<&'static str> {
    let Sample { text, wanted, of_a_policy, .. } = sample;
    let document = parsed(text);
    let is_there = wanted.iter().any(|key| document.value(&key.path).is_some());
    let outcome = config::sync(text, wanted).expect("the config is valid");
    let is_left = |reason| outcome.user_keys.iter().any(|key| key.reason == reason);
    let is_wanted = |path: &[String]| wanted.iter().any(|key| key.path == path);
    let keys: Vec<(Entry<'_>, &str)> =
        document.entries().map(|entry| (entry.clone(), key_text(&document, &entry))).collect();
    let any = |of: &dyn Fn(&Entry<'_>, &str) -> bool| keys.iter().any(|(entry, key)| of(entry, key));
    let crlf = text.matches("\r\n").count();
    let line_ends = text.matches('\n').count();
    let found = [
        (WANTED, is_there),
        ("a key of a real policy is wanted", *of_a_policy),
        ("a key of a real policy is there", *of_a_policy && is_there),
        ("something is added", !outcome.changes.is_empty()),
        ("another value of the user wins", is_left(UserKeyReason::OtherValue)),
        ("an inline table of the user is in the way", is_left(UserKeyReason::InlineTable)),
        ("a value is where a table is wanted", is_left(UserKeyReason::NotATable)),
        ("a wanted key is in an inline table", any(&|entry, _| entry.inline && is_wanted(entry.path))),
        ("a wanted key is written with a dot", any(&|entry, key| is_dotted(key) && is_wanted(entry.path))),
        ("a wanted key is written with quotes", any(&|entry, key| is_quoted(key) && is_wanted(entry.path))),
        ("comments", has_comment(&document)),
        ("odd spacing", any(&|entry, key| !entry.inline && key.trim() != key.split_whitespace().collect::<String>())),
        ("CRLF alone", crlf > 0 && crlf == line_ends),
        ("mixed line ends", crlf > 0 && crlf < line_ends),
        ("byte order mark", text.starts_with('\u{feff}')),
        ("no last line end", !text.is_empty() && !text.ends_with('\n')),
        ("dotted keys", any(&|_, key| is_dotted(key))),
        ("quoted keys", any(&|_, key| is_quoted(key))),
        ("inline tables", any(&|entry, _| entry.value.starts_with('{'))),
        ("arrays", any(&|entry, _| entry.value.starts_with('['))),
        ("arrays of tables", text.lines().any(|line| line.trim_start().starts_with("[["))),
        ("unicode", any(&|entry, key| !key.is_ascii() || !entry.value.is_ascii())),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

/// The key of an entry as it is written, up to the equals sign.
fn key_text<'a>(document: &'a Document, entry: &Entry<'_>) -> &'a str {
    let before = document.text()[..entry.span.start].trim_end().trim_end_matches('=');
    let opens: &[char] = if entry.inline { &['\n', '{', ','] } else { &['\n', '\u{feff}'] };
    &before[before.rfind(opens).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8))..]
}

fn is_dotted(key: &str) -> bool {
    let mut quote = None;
    key.chars().any(|letter| {
        match quote {
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            Some(open) if open == letter => quote = None,
            _ => {}
        }
        quote.is_none() && letter == '.'
    })
}

fn is_quoted(key: &str) -> bool {
    key.trim_start().starts_with(['"', '\'']) || key.contains(".\"") || key.contains(".'")
}

/// Whether a comment stands behind a value or on a line of its own, and not inside of a value.
fn has_comment(document: &Document) -> bool {
    let text = document.text();
    let behind = |end: usize| text[end..].lines().next().is_some_and(|rest| rest.trim_start().starts_with('#'));
    let spans: Vec<_> = document.entries().map(|entry| entry.span).collect();
    let mut starts = text.match_indices('\n').map(|(at, _)| at + 1);
    document.entries().filter(|entry| !entry.inline).any(|entry| behind(entry.span.end))
        || starts.any(|start| behind(start) && !spans.iter().any(|span| span.contains(&start)))
}
