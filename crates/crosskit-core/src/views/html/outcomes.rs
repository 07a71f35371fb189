//! Every test: those that did not end alike on all cells in a table, the others as a list.

use std::collections::BTreeMap;

use super::{Page, code, text};
use crate::libtest::Outcome;
use crate::listing::counted;
use crate::record::contrast::Name;
use crate::record::{Record, Suite};

/// What of a suite each cell has.
type Columns<'a> = BTreeMap<usize, Vec<&'a Suite>>;

/// How each test ended, by its name: one outcome for each of the columns.
type Rows<'a> = BTreeMap<&'a str, Vec<Option<Outcome>>>;

pub(super) fn write(page: &mut Page, record: &Record) {
    let mut suites: BTreeMap<Name, Columns> = BTreeMap::new();
    for (at, cell) in record.cells.iter().enumerate() {
        for suite in &cell.suites {
            suites.entry(Name::of(suite)).or_default().entry(at).or_default().push(suite);
        }
    }
    if suites.is_empty() {
        return;
    }
    page.always("<section id=\"tests\">\n<h2>Tests</h2>\n");
    let mut left_out = 0;
    for (name, columns) in &suites {
        left_out += usize::from(!of_suite(page, record, name, columns));
    }
    page.left_out(left_out, ["suite", "suites"]);
    page.always("</section>\n");
}

/// Whether there was room for its frame.
fn of_suite(page: &mut Page, record: &Record, name: &Name, columns: &Columns) -> bool {
    let mut rows: Rows = BTreeMap::new();
    for (column, suites) in columns.values().enumerate() {
        for test in suites.iter().flat_map(|suite| &suite.tests) {
            let row = rows.entry(&test.name).or_insert_with(|| vec![None; columns.len()]);
            let known = row.get_mut(column).filter(|known| !known.is_some_and(Outcome::is_failure));
            known.into_iter().for_each(|known| *known = Some(test.outcome));
        }
    }
    let mut alike: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut others: Vec<(&str, &[Option<Outcome>])> = Vec::new();
    for (test, row) in &rows {
        match row.first() {
            Some(Some(first)) if !first.is_failure() && row.iter().all(|it| it == &Some(*first)) => {
                alike.entry(first.as_str()).or_default().push(test);
            }
            _ => others.push((test, row)),
        }
    }
    let differ = if others.is_empty() { String::new() } else { format!(", {} in a table", others.len()) };
    let tests = counted(rows.len(), "test", "tests");
    let head =
        format!("<details><summary>{}: {tests}{differ}</summary>\n{}", code(&name.words()), heads(record, columns));
    if !page.push(&head) {
        return false;
    }
    let rows = others.iter().map(|(test, row)| {
        format!("<tr><th scope=\"row\">{}{}\n", code(test), row.iter().map(|it| outcome(*it)).collect::<String>())
    });
    page.all(["", "</tbody>\n</table>\n</div>\n"], rows, ["test", "tests"]);
    for (word, tests) in alike {
        list(page, word, columns.len(), &tests);
    }
    page.always("</details>\n");
    true
}

/// A column for each cell, and how all of the suite ended there.
fn heads(record: &Record, columns: &Columns) -> String {
    let mut cells = String::new();
    let mut ends = String::new();
    for (at, suites) in columns {
        let name = record.cells.get(*at).map_or("", |cell| &cell.name);
        cells.push_str(&format!("<th scope=\"col\" class=\"turned\"><a href=\"#c{at}\">{}</a>", code(name)));
        let class = if suites.iter().all(|suite| suite.passed()) { "good" } else { "bad" };
        let verdicts: Vec<String> =
            suites.iter().map(|suite| format!("{} {:.2} s", verdict(suite), suite.seconds)).collect();
        ends.push_str(&format!("<td class=\"{class} end\">{}", verdicts.join(", ")));
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Tests and cells\">\n<table class=\"grid\">\n\
         <thead><tr><td>{cells}</thead>\n<tbody>\n<tr><th scope=\"row\">all of it{ends}\n"
    )
}

/// As an outcome of a test is written: a column is no wider than that.
fn verdict(suite: &Suite) -> String {
    if suite.passed() { "ok".to_owned() } else { text(&suite.verdict) }
}

fn outcome(outcome: Option<Outcome>) -> String {
    match outcome {
        None => "<td>".to_owned(),
        Some(Outcome::Passed) => "<td class=\"good\">ok".to_owned(),
        Some(outcome) => {
            let class = if outcome.is_failure() { "bad" } else { "lacks" };
            format!("<td class=\"{class}\">{}", outcome.as_str())
        }
    }
}

/// The names of tests that ended alike everywhere: as many as there is room for.
fn list(page: &mut Page, word: &str, cells: usize, tests: &[&str]) {
    let before = format!(
        "<p>{} {word} on {}:</p>\n<pre tabindex=\"0\">",
        counted(tests.len(), "test", "tests"),
        if cells == 1 { "the cell".to_owned() } else { format!("all {cells} cells") }
    );
    let names = tests.iter().map(|test| format!("{}\n", text(test).replace('\n', " ")));
    page.all([&before, "</pre>\n"], names, ["test", "tests"]);
}
