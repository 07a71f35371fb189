//! Puts the records of several computers together: shards of a matrix, and runs that others made beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, Record, Shard};
use crate::finding::{Code, Finding};
use crate::listing::{counted, listed};

/// A record, and the file that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The file, as it was named.
    pub path: String,
    /// What it holds.
    pub record: Record,
}

/// The records as one, whatever order they are named in.
///
/// # Errors
/// Everything that keeps them from being parts of one run: other commits, shards of another number, parts that are missing or
/// there twice.
pub fn merge(mut named: Vec<Named>) -> Result<Record, Vec<Finding>> {
    // Shards by their numbers, and then whatever else there is.
    let shards = |it: &Named| it.record.parts.first().and_then(|part| part.shard);
    named.sort_by(|one, other| {
        (shards(one).is_none(), shards(one), &one.path).cmp(&(shards(other).is_none(), shards(other), &other.path))
    });
    let findings: Vec<Finding> = [commits(&named), shards_of(&named), cells_twice(&named), cells_missing(&named)]
        .into_iter()
        .flatten()
        .collect();
    if !findings.is_empty() {
        return Err(findings);
    }
    let commit = named.iter().find_map(|it| it.record.commit.clone());
    let (mut parts, mut cells) = (Vec::new(), Vec::new());
    for Named { record, .. } in named {
        let before = parts.len();
        parts.extend(record.parts);
        cells.extend(record.cells.into_iter().map(|cell| Cell { part: cell.part.saturating_add(before), ..cell }));
    }
    // In the order of the matrix, as far as somebody knows it.
    let order: BTreeMap<String, usize> = parts
        .iter()
        .flat_map(|part| part.cells_of_all_shards.iter().enumerate())
        .map(|(at, name)| (name.clone(), at))
        .collect();
    cells.sort_by_key(|cell| order.get(&cell.name).copied().unwrap_or(usize::MAX));
    Ok(Record::new(commit, parts, cells))
}

fn error(message: impl Into<String>) -> Finding {
    Finding::error(Code::ReportParts, message)
}

/// Parts of one run are of one commit.
fn commits(named: &[Named]) -> Vec<Finding> {
    let commits: BTreeSet<&Option<String>> = named.iter().map(|it| &it.record.commit).collect();
    if commits.len() < 2 {
        return Vec::new();
    }
    let words = named.iter().map(|it| format!("{}: {}", it.path, it.record.commit.as_deref().unwrap_or("none")));
    vec![listed(error("the reports are of different commits"), words)]
}

/// Every shard is there, and once.
fn shards_of(named: &[Named]) -> Vec<Finding> {
    let mut found: BTreeMap<usize, BTreeMap<usize, Vec<&str>>> = BTreeMap::new();
    for it in named {
        for Shard { index, of } in it.record.parts.iter().filter_map(|part| part.shard) {
            found.entry(of).or_default().entry(index).or_default().push(&it.path);
        }
    }
    if found.len() > 1 {
        let words = found.iter().flat_map(|(of, shards)| {
            shards.iter().flat_map(move |(index, paths)| paths.iter().map(move |path| format!("{path}: {index}/{of}")))
        });
        return vec![listed(error("the reports are shards of different numbers"), words)];
    }
    let mut findings = Vec::new();
    for (of, shards) in &found {
        for (index, paths) in shards.iter().filter(|(_, paths)| paths.len() > 1) {
            findings.push(listed(
                error(format!("shard {index}/{of} is there {} times", paths.len())),
                paths.iter().copied(),
            ));
        }
        // Whoever wrote the number into the file may have written any.
        let known = shards.len();
        let missing: Vec<String> = (1..=*of)
            .filter(|index| !shards.contains_key(index))
            .take(known.saturating_add(MANY))
            .map(|index| format!("{index}/{of}"))
            .collect();
        if !missing.is_empty() {
            let (plural, verb) = if missing.len() == 1 { ("shard", "is") } else { ("shards", "are") };
            let finding = error(format!("{plural} {} {verb} missing", missing.join(", ")));
            findings.push(finding.hint("run what is missing: cargo xtask cross matrix --shard INDEX/COUNT"));
        }
    }
    findings
}

/// As many missing ones are named as somebody reads.
const MANY: usize = 12;

/// No cell was run twice.
fn cells_twice(named: &[Named]) -> Vec<Finding> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in named {
        it.record.cells.iter().for_each(|cell| found.entry(&cell.name).or_default().push(&it.path));
    }
    found.retain(|_, paths| paths.len() > 1);
    if found.is_empty() {
        return Vec::new();
    }
    let words = found.iter().map(|(name, paths)| format!("{name}: {}", paths.join(", ")));
    let count = counted(found.len(), "cell is", "cells are");
    vec![listed(error(format!("{count} in more than one report")), words)]
}

/// No cell of the matrix was run by nobody.
fn cells_missing(named: &[Named]) -> Vec<Finding> {
    let parts = || named.iter().flat_map(|it| it.record.parts.iter().map(move |part| (it, part)));
    let sharded: Vec<_> = parts().filter(|(_, part)| part.shard.is_some()).collect();
    let Some((_, first)) = sharded.first() else { return Vec::new() };
    let all = &first.cells_of_all_shards;
    let others: Vec<&str> =
        sharded.iter().filter(|(_, part)| part.cells_of_all_shards != *all).map(|(it, _)| it.path.as_str()).collect();
    if !others.is_empty() {
        let finding = error("the reports are shards of different matrices");
        return vec![listed(finding, others).hint("give all of them the same options and the same `--durations`")];
    }
    let ran: BTreeSet<&str> = named.iter().flat_map(|it| &it.record.cells).map(|cell| cell.name.as_str()).collect();
    let missing: Vec<&str> = all.iter().map(String::as_str).filter(|name| !ran.contains(name)).collect();
    // Where a whole shard is missing that is said, and says more.
    if missing.is_empty() || !shards_of(named).is_empty() {
        return Vec::new();
    }
    let count = counted(missing.len(), "cell is", "cells are");
    let finding = listed(error(format!("{count} in no report")), missing);
    vec![finding.hint("the shards did not divide the same cells: give all of them the same `--durations`")]
}

#[cfg(test)]
mod tests {
    use super::super::Part;
    use super::*;

    fn named(path: &str, commit: &str, shard: Option<(usize, usize)>, cells: &str, all: &str) -> Named {
        let list = |names: &str| names.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let shard = shard.map(|(index, of)| Shard { index, of });
        let part = Part { shard, cells_of_all_shards: list(all), exit_code: 3, ..Part::default() };
        let cells = list(cells).into_iter().map(|name| Cell { name, ..Cell::default() }).collect();
        let record = Record::new(Some(commit.to_owned()), vec![part], cells);
        Named { path: path.to_owned(), record }
    }

    fn told(named: Vec<Named>) -> Vec<String> {
        let findings = merge(named).map(|_| Vec::new()).unwrap_or_else(|findings| findings);
        findings.iter().map(|it| format!("{}: {}", it.message, it.notes.join("; "))).collect()
    }

    #[test]
    fn parts_become_one_whatever_their_order() {
        let parts = || {
            [
                named("b", "1", Some((2, 2)), "two", "one two three"),
                named("n", "1", None, "native", ""),
                named("a", "1", Some((1, 2)), "three one", "one two three"),
            ]
        };
        let merged = merge(parts().into()).expect("they are parts of one");
        let cells: Vec<(&str, usize)> = merged.cells.iter().map(|it| (it.name.as_str(), it.part)).collect();
        assert_eq!(cells, [("one", 0), ("two", 1), ("three", 0), ("native", 2)]);
        assert_eq!((merged.summary.cells, merged.summary.exit_code), (4, 3));
        let mut turned = parts();
        turned.reverse();
        assert_eq!(merge(turned.into()), Ok(merged.clone()));
        // And once more with what was put together.
        let again = merge(vec![Named { path: "m".to_owned(), record: merged.clone() }, named("x", "1", None, "x", "")]);
        assert_eq!(again.map(|it| it.parts.len()), Ok(4));
    }

    #[test]
    fn what_is_missing_or_twice_is_named() {
        let all = "one two three";
        let one = || named("a", "1", Some((1, 3)), "one", all);
        assert_eq!(told(vec![one(), named("c", "1", Some((3, 3)), "three", all)]), ["shard 2/3 is missing: "]);
        assert_eq!(
            told(vec![one(), named("b", "1", Some((1, 3)), "one", all)]),
            [
                "shard 1/3 is there 2 times: a; b",
                "shards 2/3, 3/3 are missing: ",
                "1 cell is in more than one report: one: a, b"
            ]
        );
        assert_eq!(
            told(vec![one(), named("b", "1", Some((2, 2)), "two", all)])[0],
            "the reports are shards of different numbers: b: 2/2; a: 1/3"
        );
        assert_eq!(
            told(vec![named("a", "1", Some((1, 2)), "one", all), named("b", "2", Some((2, 2)), "two", all)]),
            ["the reports are of different commits: a: 1; b: 2", "1 cell is in no report: three"]
        );
        assert_eq!(
            told(vec![named("a", "1", Some((1, 2)), "one", all), named("b", "1", Some((2, 2)), "two", "two")]),
            ["the reports are shards of different matrices: b"]
        );
    }

    #[test]
    fn a_number_that_nobody_counts_to_is_no_trouble() {
        let parts = vec![named("a", "1", Some((1, usize::MAX)), "", "")];
        assert!(told(parts)[0].starts_with("shards 2/"));
    }
}
