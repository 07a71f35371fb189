//! What there is to say of cells and of runs, once, with the page of each code; and the tools.

use std::collections::{BTreeMap, BTreeSet};

use super::{Page, code, links, prose, text};
use crate::listing::counted;
use crate::pages;
use crate::record::{Finding, Part, Record};

/// More findings of a code than these are a list that opens.
const MANY: usize = 3;

pub(super) fn write(page: &mut Page, record: &Record) {
    let mut findings: BTreeMap<&Finding, Vec<usize>> = BTreeMap::new();
    for finding in record.parts.iter().flat_map(|part| &part.findings) {
        findings.entry(finding).or_default();
    }
    for (at, cell) in record.cells.iter().enumerate() {
        cell.findings.iter().for_each(|it| findings.entry(it).or_default().push(at));
    }
    if !findings.is_empty() {
        let mut sorted: Vec<(&Finding, Vec<usize>)> = findings.into_iter().collect();
        let weight = |finding: &Finding| match finding.severity.as_str() {
            "error" => 0,
            "warning" => 1,
            _ => 2,
        };
        sorted.sort_by(|(one, _), (other, _)| (weight(one), &one.code).cmp(&(weight(other), &other.code)));
        page.always("<section id=\"findings\">\n<h2>Findings</h2>\n");
        for alike in
            sorted.chunk_by(|(one, _), (other, _)| (&one.severity, &one.code) == (&other.severity, &other.code))
        {
            of_code(page, record, alike);
        }
        let codes: BTreeSet<_> = sorted.iter().filter_map(|(finding, _)| pages::code(&finding.code)).collect();
        let pages = codes.into_iter().map(|it| {
            format!(
                "<details id=\"{it}\"><summary>What {it} means</summary>\n<pre tabindex=\"0\">{}</pre>\n</details>\n",
                text(pages::page(it))
            )
        });
        page.all(["<h3>The pages of these codes</h3>\n", ""], pages, ["page", "pages"]);
        page.always("</section>\n");
    }
    let tools = record.parts.iter().any(|part| !part.tools.is_empty());
    if tools {
        page.always("<section id=\"tools\">\n<h2>Tools</h2>\n");
        let left_out = record.parts.iter().filter(|part| !of_part(page, part)).count();
        page.left_out(left_out, ["run", "runs"]);
        page.always("</section>\n");
    }
}

/// Findings of one code, which open where there are many.
fn of_code(page: &mut Page, record: &Record, alike: &[(&Finding, Vec<usize>)]) {
    let blocks = alike.iter().map(|(finding, cells)| block(record, finding, cells));
    let (mut before, mut after) = (String::new(), "");
    if let [(first, _), ..] = alike
        && alike.len() > MANY
    {
        let [severity, code] = [&first.severity, &first.code].map(|it| text(it));
        before =
            format!("<details><summary>{severity} {code}: {}</summary>\n", counted(alike.len(), "finding", "findings"));
        after = "</details>\n";
    }
    page.all([&before, after], blocks, ["finding", "findings"]);
}

fn block(record: &Record, finding: &Finding, cells: &[usize]) -> String {
    let class = match finding.severity.as_str() {
        "error" => "bad",
        "warning" => "lacks",
        _ => "none",
    };
    // Only a code that is known has a page to go to.
    let code_of = match pages::code(&finding.code) {
        Some(known) => format!("<a href=\"#{known}\">{known}</a>"),
        None => text(&finding.code),
    };
    let origin = finding.origin.as_deref().map(|it| format!("<p>at {}</p>\n", code(it))).unwrap_or_default();
    let item = |kind: &str, words: &String| format!("<li>{kind}: {}</li>\n", prose(words));
    let notes: String = finding.notes.iter().map(|it| item("note", it)).collect();
    let hints: String = finding.hints.iter().map(|it| item("hint", it)).collect();
    let on = if cells.is_empty() { String::new() } else { format!("<p>on {}</p>\n", links(record, cells)) };
    format!(
        "<article>\n<p><strong class=\"{class}\">{}</strong> {code_of}: {}</p>\n{origin}<ul>{notes}{hints}</ul>\n{on}</article>\n",
        text(&finding.severity),
        prose(&finding.message)
    )
}

/// Whether there was room for its frame.
fn of_part(page: &mut Page, part: &Part) -> bool {
    let row = |tool: &crate::record::Tool| {
        format!(
            "<tr><td>{}<td>{}<td>{}<td>{}\n",
            tool.target.as_deref().map_or("all targets".to_owned(), code),
            text(&tool.kind),
            code(&tool.name),
            text(tool.version.as_deref().unwrap_or("not told"))
        )
    };
    let shard = part.shard.map(|shard| format!(", shard {shard}")).unwrap_or_default();
    let before = format!(
        "<details><summary>On {}{shard}</summary>\n<table>\n<thead><tr><th scope=\"col\">target<th scope=\"col\">kind\
         <th scope=\"col\">name<th scope=\"col\">version</thead>\n<tbody>\n",
        code(&part.host)
    );
    let fits = page.push(&before);
    if fits {
        page.all(["", "</tbody>\n</table>\n</details>\n"], part.tools.iter().map(row), ["tool", "tools"]);
    }
    fits
}
