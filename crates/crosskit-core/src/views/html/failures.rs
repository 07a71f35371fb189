//! What failed, by what the cells have in common on which it did; with what it printed.

use std::collections::BTreeMap;

use super::super::{Printed, place, shortened};
use super::{Page, code, links, prose, text};
use crate::libtest::Outcome;
use crate::listing::counted;
use crate::record::contrast::{Group, Name, Subject, groups};
use crate::record::{Record, Suite};

/// More cells than these are a list that opens.
const MANY: usize = 4;

/// What was printed is shown for as many cells: it is much the same on the others, and their names say more.
const PRINTED: usize = 5;

/// More failures of a group are below one line: nobody reads thousands, and a browser takes its time to lay them out.
const SHOWN: usize = 100;

/// What did not pass, by the cell and the name.
type Suites<'a> = BTreeMap<(usize, Name), Vec<Failed<'a>>>;

struct Failed<'a> {
    suite: &'a Suite,
    printed: Printed<'a>,
    outcomes: BTreeMap<&'a str, Outcome>,
}

pub(super) fn write(page: &mut Page, record: &Record) {
    let groups = groups(record);
    if groups.is_empty() {
        return;
    }
    let mut suites: Suites = BTreeMap::new();
    for (at, suite) in record.cells.iter().enumerate().flat_map(|(at, cell)| cell.suites.iter().map(move |it| (at, it)))
    {
        if !suite.passed() {
            let failed = suite.tests.iter().filter(|test| test.outcome.is_failure());
            let outcomes = failed.map(|test| (test.name.as_str(), test.outcome)).collect();
            let printed = Printed::of(suite.output.as_deref().unwrap_or_default());
            suites.entry((at, Name::of(suite))).or_default().push(Failed { suite, printed, outcomes });
        }
    }
    page.always("<section id=\"failures\">\n<h2>What failed</h2>\n");
    let mut left_out = 0;
    for group in &groups {
        let head = format!("<h3>{}</h3>\n{}", prose(&place(group, record)), cells(record, group));
        if !page.push(&head) {
            left_out += group.subjects.len();
            continue;
        }
        let (first, others) = group.subjects.split_at(group.subjects.len().min(SHOWN));
        let block = |subject| block(record, group, subject, &suites);
        let words = ["failure of this kind", "failures of this kind"];
        page.all(["", ""], first.iter().map(block), words);
        if !others.is_empty() {
            let before = format!("<details><summary>{} more</summary>\n", others.len());
            page.all([&before, "</details>\n"], others.iter().map(block), words);
        }
    }
    page.left_out(left_out, ["failure of other kinds", "failures of other kinds"]);
    page.always("</section>\n");
}

/// Links to the cells, which open where there are many.
fn cells(record: &Record, group: &Group) -> String {
    let links = links(record, &group.failed);
    match group.failed.len() {
        ..=MANY => format!("<p>{links}</p>\n"),
        many => format!("<details><summary>the {many} cells</summary>\n<p>{links}</p>\n</details>\n"),
    }
}

/// One line that opens, where something was printed.
fn block(record: &Record, group: &Group, subject: &Subject, suites: &Suites) -> String {
    let (shown, others) = group.failed.split_at(group.failed.len().min(PRINTED));
    let more = if others.is_empty() { String::new() } else { format!("<p>and on {} more</p>\n", others.len()) };
    let (title, printed): (String, Vec<String>) = match subject {
        Subject::Cell => {
            ("what stands in the way of any test".to_owned(), shown.iter().map(|at| of_cell(record, *at)).collect())
        }
        Subject::Suite(name) => {
            let printed = shown.iter().map(|at| of_suite(record, *at, suites.get(&(*at, name.clone()))));
            (format!("all of {}", code(&name.words())), printed.collect())
        }
        Subject::Test(name, test) => {
            let printed = shown.iter().map(|at| of_test(record, *at, suites.get(&(*at, name.clone())), test));
            (format!("{} in {}", code(test), code(&name.words())), printed.collect())
        }
    };
    format!("<details><summary>{title}</summary>\n{}{more}</details>\n", printed.concat())
}

/// What is said of a cell.
fn of_cell(record: &Record, at: usize) -> String {
    let Some(cell) = record.cells.get(at) else { return String::new() };
    let errors = cell.findings.iter().filter(|it| it.is_error());
    let lines: String = errors.map(|it| format!("<li>{}: {}</li>\n", code(&it.code), prose(&it.message))).collect();
    format!("<h4>{}</h4>\n<ul>{lines}</ul>\n", code(&cell.name))
}

fn of_suite(record: &Record, at: usize, suites: Option<&Vec<Failed>>) -> String {
    let printed = suites.into_iter().flatten().map(|Failed { suite, .. }| {
        let ended = if suite.status.is_empty() { String::new() } else { format!(", {}", text(&suite.status)) };
        let counts = counted(suite.counts.failed, "failure", "failures");
        format!(
            "<p>{}{ended}, {counts}</p>\n{}",
            text(&suite.verdict),
            printed(suite.output.as_deref().unwrap_or_default())
        )
    });
    headed(record, at, &printed.collect::<String>())
}

fn of_test(record: &Record, at: usize, suites: Option<&Vec<Failed>>, test: &str) -> String {
    let all = || suites.into_iter().flatten();
    let own = all().find_map(|failed| failed.printed.get(test)).filter(|text| !text.is_empty());
    let outcome = || all().find_map(|failed| failed.outcomes.get(test));
    let said = own.map(printed).or_else(|| outcome().map(|it| format!("<p>{}</p>\n", it.as_str())));
    headed(record, at, &said.unwrap_or_default())
}

fn headed(record: &Record, at: usize, said: &str) -> String {
    format!("<h4>{}</h4>\n{said}", code(record.cells.get(at).map_or("", |cell| &cell.name)))
}

fn printed(output: &str) -> String {
    // What is cut off in the middle of a line of colours has none of them.
    format!("<pre tabindex=\"0\">{}</pre>\n", text(shortened(output.trim_matches('\n'))))
}
