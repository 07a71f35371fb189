//! What each view makes of a record, as data; and what is told of those that are none.

use std::path::{Path, PathBuf};

use crosskit_tests::expect;
use crosskit_tests::sections::Sections;
use serde_json::{Value, json};

use crate::{described, filled, kit, scratch};

/// Runs a case; says in words what is wrong with it.
///
/// `file NAME` is a file as it is, `report NAME` a record of which only what matters is said. After the command `exit`,
/// `stdout` and `stderr` are compared, and `written NAME` for what it wrote.
fn check(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a case can be read");
    let case = Sections::parse(&text);
    let name = path.file_stem().and_then(|it| it.to_str()).expect("it has a name");
    let scratch = scratch(name);
    let mut complaints = Vec::new();
    for (section, text) in &case.sections {
        if let Some(file) = section.strip_prefix("file ") {
            scratch.write(file, text.trim_end());
        } else if let Some(file) = section.strip_prefix("report ") {
            let said = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}, {section}: {error}"));
            let record = filled(said);
            complaints.extend(described(&record).iter().map(|it| format!("{name}, {section}: {it}")));
            scratch.write(file, &record.to_string());
        }
    }
    let arguments: Vec<&str> = case.get("args").unwrap_or_default().split_whitespace().collect();
    let finished = kit(&scratch, &arguments);
    let mut sections = case.clone();
    let is_given = |name: &str| ["args"].contains(&name) || name.starts_with("file ") || name.starts_with("report ");
    sections.sections.retain(|(name, _)| is_given(name));
    let has_expectation = sections.sections.len() < case.sections.len();
    sections.push("exit", finished.code.map_or("none".to_owned(), |code| code.to_string()));
    for (name, text) in [("stdout", &finished.stdout), ("stderr", &finished.stderr)] {
        if !text.is_empty() {
            sections.push(name, text.clone());
        }
    }
    if let Some(at) = arguments.iter().position(|it| *it == "--output")
        && let Some(file) = arguments.get(at + 1)
        && scratch.has(file)
    {
        sections.push(format!("written {file}"), scratch.read(file));
    }
    let expected = has_expectation.then_some(text.as_str());
    complaints.extend(expect::file(path, &format!("report/cases/{name}.txt"), expected, &sections.render()));
    complaints
}

#[test]
fn every_case_holds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("report/cases");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(directory).expect("the cases are there").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    assert!(cases.len() > 8, "the cases are there");
    expect::nothing_wrong(&cases.iter().flat_map(|path| check(path)).collect::<Vec<_>>());
}

/// What is put together is a record as any other.
#[test]
fn what_is_merged_is_described_and_can_be_merged_again() {
    let scratch = scratch("merged");
    let shard = |index: usize, cell: &str| {
        filled(json!({
            "commit": "1", "cells": [{ "name": cell }],
            "parts": [{ "shard": { "index": index, "of": 2 }, "cells_of_all_shards": ["a", "b"] }]
        }))
    };
    scratch.write("1.json", &shard(1, "a").to_string());
    scratch.write("2.json", &shard(2, "b").to_string());
    let merged = kit(&scratch, &["report", "merge", "2.json", "1.json"]).exits(0).stdout;
    let record: Value = serde_json::from_str(&merged).expect("it is JSON");
    expect::nothing_wrong(&described(&record));
    scratch.write("merged.json", &merged);
    scratch.write("3.json", &filled(json!({ "commit": "1", "parts": [{}], "cells": [{ "name": "c" }] })).to_string());
    let again = kit(&scratch, &["report", "merge", "merged.json", "3.json"]).exits(0).stdout;
    let again: Value = serde_json::from_str(&again).expect("it is JSON");
    assert_eq!(again["summary"]["cells"], 3);
    kit(&scratch, &["report", "merge", "merged.json", "1.json"]).exits(2).tells(&["shard 1/2 is there 2 times"]);
}

/// A report that was cut off anywhere is told, and never taken for a short one.
#[test]
fn half_a_report_is_none() {
    let scratch = scratch("half");
    let whole = filled(
        json!({ "parts": [{}], "cells": [{ "suites": [{ "tests": [{ "name": "ü", "outcome": "passed" }] }] }] }),
    );
    let whole = whole.to_string().into_bytes();
    for length in (0..whole.len()).step_by(97) {
        scratch.write("half.json", "");
        std::fs::write(scratch.root.join("half.json"), &whole[..length]).expect("it can be written");
        let finished = kit(&scratch, &["report", "junit", "half.json"]);
        assert!(finished.stdout.is_empty() && matches!(finished.code, Some(1 | 2)), "{length}: {finished}");
        assert!(finished.stderr.contains("half.json"), "{length}: {finished}");
    }
}
