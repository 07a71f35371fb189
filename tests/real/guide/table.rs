//! The table of the module above is held against the guide's blocks, and against the tests that there are.

use std::collections::{BTreeMap, BTreeSet};

use crosskit_tests::expect;
use crosskit_tests::repository::{read, tracked_files};

use super::blocks::GUIDE;

/// A row: a section, a block, the tests.
type Row = (String, String, Vec<String>);

/// The table as it stands in the documentation of the module above.
fn rows() -> Vec<Row> {
    let text = read("tests/real/guide.rs");
    let lines = text.lines().map_while(|line| line.strip_prefix("//!")).collect::<Vec<_>>();
    // A row may go on in the next lines.
    let joined = lines.join("\n").replace("\n   ", " ");
    let (mut section, mut rows) = (String::new(), Vec::new());
    for line in joined.lines() {
        if let Some(heading) = line.strip_prefix(" ## ") {
            section = heading.to_owned();
        } else if let Some((blocks, tests)) = line.strip_prefix(" - ").and_then(|row| row.split_once(": ")) {
            let tests = tests.split(", ").map(|test| test.trim().to_owned()).collect::<Vec<_>>();
            rows.extend(split(blocks).into_iter().map(|block| (section.clone(), block, tests.clone())));
        }
    }
    rows
}

/// The blocks of a row. A comma parts two of them where a block of the guide begins after it; others belong to a claim.
fn split(blocks: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in blocks.split(", ") {
        let known = GUIDE.iter().flat_map(|(_, blocks)| *blocks);
        let begins = known.into_iter().any(|block| block.split(", ").next() == Some(part));
        match found.last_mut() {
            Some(last) if !begins => *last += &format!(", {part}"),
            _ => found.push(part.to_owned()),
        }
    }
    found
}

/// Functions of a file by name: whether it is a test, and its text up to the brace that ends it. The programs of the
/// scratches, which stand in raw strings, are none of them.
fn functions(text: &str) -> BTreeMap<String, (bool, String)> {
    let own = text.split("r#\"").enumerate().filter_map(|(index, part)| match index {
        0 => Some(part),
        _ => part.split_once("\"#").map(|(_, rest)| rest),
    });
    let own: String = own.collect();
    let lines: Vec<&str> = own.lines().collect();
    let mut functions = BTreeMap::new();
    let mut before = "";
    for (index, line) in lines.iter().enumerate() {
        let signature = line.strip_prefix("pub ").unwrap_or(line);
        if let Some(name) = signature.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next()) {
            let body: Vec<&str> = lines[index..].iter().take_while(|line| **line != "}").copied().collect();
            functions.insert(name.to_owned(), (before == "#[test]", body.join("\n")));
        }
        before = line;
    }
    functions
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// Whether a test, or a function of its file that it calls, uses a block.
fn uses(functions: &BTreeMap<String, (bool, String)>, test: &str, block: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![test]);
    while let Some(name) = open.pop() {
        let Some((_, body)) = functions.get(name).filter(|_| seen.insert(name)) else { continue };
        let words = words(body);
        if words.contains(block) {
            return true;
        }
        open.extend(functions.keys().map(String::as_str).filter(|other| words.contains(other)));
    }
    false
}

/// The guide's text is no part of this repository: its blocks are, in its order, and the table has to have them all.
pub fn is_complete() {
    let rows = rows();
    let mut complaints = Vec::new();
    let guide = GUIDE.iter().flat_map(|(section, blocks)| blocks.iter().map(|block| ((*section), (*block))));
    let listed = rows.iter().map(|(section, block, _)| (section.as_str(), block.as_str()));
    assert_eq!(listed.collect::<Vec<_>>(), guide.collect::<Vec<_>>(), "the table has other blocks than the guide");

    let constants = constants();
    for name in &constants {
        if !rows.iter().any(|(_, block, _)| block == name) {
            complaints.push(format!("`{name}` stands in no row"));
        }
    }
    let mut named = BTreeSet::new();
    for (_, block, tests) in &rows {
        for test in tests {
            let Some((module, name)) = test.rsplit_once("::") else {
                complaints.push(format!("`{test}` names no module"));
                continue;
            };
            // Modules of the guide are named from here, others from the root of the tests.
            let own = !module.starts_with("quick") && !module.starts_with("full::");
            let path = format!("tests/real/{}{}.rs", if own { "guide/" } else { "" }, module.replace("::", "/"));
            let functions = functions(&read(&path));
            if !functions.get(name).is_some_and(|(is_test, _)| *is_test) {
                complaints.push(format!("{path} has no test `{name}`"));
            } else if own && constants.contains(block) && !uses(&functions, name, block) {
                complaints.push(format!("`{test}` does not use `{block}`"));
            }
            named.insert((path, name.to_owned()));
        }
    }
    for path in tracked_files().iter().filter(|path| path.starts_with("tests/real/guide")) {
        for (name, (is_test, _)) in functions(&read(path)) {
            let test = (path.display().to_string(), name);
            if is_test && !named.contains(&test) {
                complaints.push(format!("{}: `{}` stands in no row", test.0, test.1));
            }
        }
    }
    expect::nothing_wrong(&complaints);
}

/// The constants of the blocks.
fn constants() -> BTreeSet<String> {
    let text = read("tests/real/guide/blocks.rs");
    let constants = text.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str ="));
    constants.map(|(name, _)| name.to_owned()).collect()
}
