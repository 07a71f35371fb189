//! Which package passed on which cell.

use std::collections::BTreeMap;

use super::super::table;
use super::{Page, code, prose, text};
use crate::libtest::Counts;
use crate::record::{Cell, Record, Verdict};

pub(super) fn write(page: &mut Page, record: &Record) {
    if record.cells.is_empty() {
        return;
    }
    let mut packages: Vec<&str> =
        record.cells.iter().flat_map(|cell| &cell.suites).map(|suite| suite.package.as_str()).collect();
    packages.sort_unstable();
    packages.dedup();
    let heads: String = packages.iter().map(|it| format!("<th scope=\"col\">{}", code(it))).collect();
    page.always("<section id=\"grid\">\n<h2>Cells and packages</h2>\n");
    let before = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Cells and packages\">\n<table class=\"grid\">\n\
         <thead><tr><th scope=\"col\">cell<th scope=\"col\">verdict<th scope=\"col\">what came of it\
         <th scope=\"col\">seconds<th scope=\"col\">runs on{heads}</thead>\n<tbody>\n"
    );
    let rows = record.cells.iter().enumerate().map(|(at, cell)| row(at, cell, &packages));
    page.all([&before, "</tbody>\n</table>\n</div>\n"], rows, ["cell", "cells"]);
    page.always("</section>\n");
}

fn row(at: usize, cell: &Cell, packages: &[&str]) -> String {
    let mut of: BTreeMap<&str, (Counts, bool)> = BTreeMap::new();
    for suite in &cell.suites {
        let (counts, passed) = of.entry(&suite.package).or_insert((Counts::default(), true));
        counts.add(suite.counts);
        *passed &= suite.passed();
    }
    let package = |name: &&str| match of.get(name) {
        None => "<td class=\"none\">–".to_owned(),
        Some((counts, true)) => format!("<td class=\"good\">ok {}", counts.passed),
        Some((counts, false)) => {
            format!("<td class=\"bad\">FAIL {} of {}", counts.failed, counts.failed.saturating_add(counts.passed))
        }
    };
    let class = match cell.verdict {
        Verdict::Passed => "good",
        Verdict::Failed => "bad",
        Verdict::Missing => "lacks",
        Verdict::Skipped => "none",
    };
    let linker = cell.stand_in.as_deref().map(|it| format!("; links with {}", prose(it)));
    format!(
        "<tr id=\"c{at}\"><th scope=\"row\">{}<td class=\"{class}\">{}<td class=\"reached\">{}{}<td class=\"number\">{:.1}<td>{}{}\n",
        code(&cell.name),
        table::word(cell),
        prose(&table::reached(cell)),
        linker.unwrap_or_default(),
        cell.seconds,
        text(&table::runner(cell)),
        packages.iter().map(package).collect::<String>()
    )
}
