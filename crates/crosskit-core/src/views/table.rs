//! The tables for the terminal.

use super::groups::groups_in_words;
use super::{of_suites, visible};
use crate::record::{Cell, Record, Suite, Verdict};
use crate::render;

/// What ran of each cell, a line for each, and on which of them the same failed.
pub fn table(record: &Record) -> String {
    if record.cells.is_empty() {
        return "nothing was built\n".to_owned();
    }
    let mut text = String::new();
    for cell in record.cells.iter().filter(|cell| !cell.suites.is_empty()) {
        text.push_str(&suites(cell));
        text.push('\n');
    }
    let rows: Vec<Vec<String>> = record.cells.iter().map(summary).collect();
    text.push_str(&table_of(rows));
    for (place, names) in groups_in_words(record) {
        text.push_str(&format!("\n{place}\n{}", names.iter().map(|it| format!("  {it}\n")).collect::<String>()));
    }
    text
}

fn suites(cell: &Cell) -> String {
    let row = |words: [&str; 6]| words.map(str::to_owned).to_vec();
    let mut rows = vec![row(["package", "suite", "kind", "tests", "seconds", "ran on"])];
    for suite in &cell.suites {
        let outcome = match suite.verdict.as_str() {
            "passed" | "failed" => of_suites(std::slice::from_ref(suite)),
            other => format!("{}, {other}", of_suites(std::slice::from_ref(suite))),
        };
        let seconds = format!("{:.2}", suite.seconds);
        rows.push(row([&suite.package, &suite.name, &suite.kind, &outcome, &seconds, &place(cell, suite)]));
    }
    table_of(rows)
}

/// A table for a terminal, to which no name says what to do.
fn table_of(mut rows: Vec<Vec<String>>) -> String {
    rows.iter_mut().flatten().for_each(|it| *it = visible(it).replace(['\n', '\t'], " "));
    render::table(&rows)
}

/// Where a suite ran.
fn place(cell: &Cell, suite: &Suite) -> String {
    match (suite.host, suite.machine.as_str()) {
        (true, "") => "host".to_owned(),
        (true, machine) => format!("host, {machine}"),
        (false, "") => cell.runner.clone(),
        (false, machine) => format!("{}, {machine}", cell.runner),
    }
}

fn summary(cell: &Cell) -> Vec<String> {
    let seconds = format!("[{:7.2} s]", cell.seconds);
    vec![word(cell).to_owned(), seconds, cell.name.clone(), reached(cell), runner(cell)]
}

/// The verdict in one word: what was reached, where that is less than a run.
pub fn word(cell: &Cell) -> &'static str {
    match (cell.verdict, cell.rung.as_deref()) {
        (Verdict::Passed, Some("run")) => "PASS",
        (Verdict::Passed, Some("check")) => "CHECKED",
        (Verdict::Passed, _) => "BUILT",
        (Verdict::Failed, _) => "FAIL",
        (Verdict::Missing, Some("check")) => "CHECKED",
        (Verdict::Missing, Some(_)) => "BUILT",
        (Verdict::Missing, None) => "MISSING",
        (Verdict::Skipped, _) => "SKIP",
    }
}

/// What was reached, in words.
pub fn reached(cell: &Cell) -> String {
    match (cell.rung.as_deref(), cell.verdict) {
        (_, Verdict::Missing) if !cell.stopped_by.is_empty() => cell.stopped_by.join("; "),
        (Some(_), Verdict::Missing) => "nothing runs it here".to_owned(),
        (None, Verdict::Missing) => "a tool is missing".to_owned(),
        (Some("run"), _) => of_suites(&cell.suites),
        (_, _) if !cell.suites.is_empty() => of_suites(&cell.suites),
        (Some("verify"), _) if cell.verified == 0 => "no executable to check".to_owned(),
        (Some("verify"), _) if cell.verified == 1 => "1 executable checked".to_owned(),
        (Some("verify"), _) => format!("{} executables checked", cell.verified),
        (Some(rung), _) => format!("reached `{rung}`"),
        (None, _) => "nothing reached".to_owned(),
    }
}

/// What executables were started with, and in which way where that reaches what they start.
pub fn runner(cell: &Cell) -> String {
    match cell.emulation.as_deref().and_then(crate::emulation::Way::named) {
        Some(way) if way.reaches_children() => format!("{} ({way})", cell.runner),
        _ => cell.runner.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;

    #[test]
    fn every_cell_has_a_line() {
        let text = table(&record());
        let (text, groups) = text.split_once("\n\nO").expect("what failed is told behind them");
        assert!(groups.ends_with(": 1 of 3 cells\n  no test was reached\n"), "{groups}");
        let lines: Vec<&str> = text.lines().rev().take(4).collect();
        assert!(lines[3].starts_with("FAIL"), "{text}");
        assert!(lines[2].contains("nothing reached"), "{text}");
        assert!(lines[1].contains("linker `arm-linux-gnueabihf-gcc` not found"), "{text}");
        assert!(lines[0].starts_with("BUILT") && lines[0].contains("2 executables checked"), "{text}");
    }
}
