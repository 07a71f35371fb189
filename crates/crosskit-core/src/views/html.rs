//! A page for a browser that is a single file: it asks for nothing else, and has no script, so that no name of a test can be
//! one and it is shown where scripts are forbidden, as in the archives of CI servers.

mod failures;
mod findings;
mod grid;
mod outcomes;
mod timeline;

use super::{Room, escaped, visible};
use crate::listing::counted;
use crate::record::{Part, Record};

/// The most bytes of a page, if nothing else is said.
pub const LIMIT: usize = 5_000_000;

/// The colours and sizes.
pub const STYLE: &str = include_str!("html/style.css");

/// The only style that a browser may apply: [`STYLE`]. A test in `tests/report` says what it has to be.
pub const STYLE_HASH: &str = "sha256-sN1qQEvHR43u1b7aE3b3NG7tLdhGuyZAKfu8siKaOUE=";

/// Room for what closes a section, and for what counts what is left out.
const ENDS: usize = 20_000;

/// The record as a page of no more bytes than `limit`, which must be enough for the frame of some 20 kB. What there is no
/// room for is counted.
pub fn html(record: &Record, limit: usize) -> String {
    let title = title(record);
    let mut page = Page { room: Room::new(limit.saturating_sub(ENDS), str::len) };
    page.always(&head(&text(&title)));
    page.always(&front(&title, record));
    page.section(4, |page| failures::write(page, record));
    page.section(3, |page| grid::write(page, record));
    page.section(4, |page| timeline::write(page, record));
    page.section(4, |page| findings::write(page, record));
    page.section(1, |page| outcomes::write(page, record));
    page.always("</main>\n</html>\n");
    page.room.text
}

/// What was written, and how much may follow in this section.
struct Page {
    room: Room,
}

impl Page {
    /// A section that may take one part in so many of the room that is left.
    fn section(&mut self, part: usize, write: impl FnOnce(&mut Page)) {
        let own = self.room.left / part;
        let others = self.room.left - own;
        self.room.left = own;
        write(self);
        self.room.left += others;
    }

    /// A block of which there are few: the frame.
    fn always(&mut self, block: &str) {
        self.room.text.push_str(block);
        self.room.left = self.room.left.saturating_sub(block.len());
    }

    /// A block of which there may be many.
    fn push(&mut self, block: &str) -> bool {
        self.room.push(block)
    }

    /// Blocks between two; what there is no room for is counted.
    fn all(&mut self, [before, after]: [&str; 2], blocks: impl Iterator<Item = String>, words: [&str; 2]) {
        let is_begun = self.push(before);
        let left_out = blocks.filter(|block| !(is_begun && self.push(block))).count();
        if is_begun {
            self.always(after);
        }
        self.left_out(left_out, words);
    }

    /// Says how much there was no room for.
    fn left_out(&mut self, count: usize, [one, several]: [&str; 2]) {
        if count > 0 {
            let count = counted(count, one, several);
            self.always(&format!("<p class=\"aside\">Not shown here: {count}; the report has all of it.</p>\n"));
        }
    }
}

fn title(record: &Record) -> String {
    let summary = &record.summary;
    match (summary.failed, summary.missing) {
        _ if summary.cells == 0 => "Nothing was built".to_owned(),
        (0, 0) if summary.passed < summary.cells => {
            format!("{} of {} passed", summary.passed, counted(summary.cells, "cell", "cells"))
        }
        (0, 0) => format!("{} passed", counted(summary.passed, "cell", "cells")),
        (0, missing) => format!("{missing} of {} lack what they need", counted(summary.cells, "cell", "cells")),
        (failed, _) => format!("{failed} of {} failed", counted(summary.cells, "cell", "cells")),
    }
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · crosskit</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
}

/// What it is a report of, and where to go.
fn front(title: &str, record: &Record) -> String {
    let summary = &record.summary;
    let commit = record.commit.as_deref().map(|it| format!(" · commit {}", code(it)));
    let parts: Vec<String> = record.parts.iter().take(20).map(of_part).collect();
    let more = record.parts.len().saturating_sub(parts.len());
    let more = if more > 0 { format!("<li>and {more} more</li>\n") } else { String::new() };
    // A link leads to what is there.
    let ran = record.cells.iter().any(|cell| !cell.suites.is_empty());
    let told = record.parts.iter().any(|part| !part.findings.is_empty())
        || record.cells.iter().any(|it| !it.findings.is_empty());
    let sections = [
        (summary.failed > 0, "failures", "What failed"),
        (summary.cells > 0, "grid", "Cells and packages"),
        (record.parts.iter().any(|part| !part.commands.is_empty()), "timeline", "What the cores did"),
        (told, "findings", "Findings"),
        (record.parts.iter().any(|part| !part.tools.is_empty()), "tools", "Tools"),
        (ran, "tests", "Tests"),
    ];
    let links = sections.iter().filter(|(is_there, ..)| *is_there);
    let links: String = links.map(|(_, id, name)| format!("<a href=\"#{id}\">{name}</a>\n")).collect();
    let tests = &summary.tests;
    format!(
        "<header>\n<h1>{}</h1>\n<p>{} passed, {} failed, {} ignored of the tests{} · crosskit {}</p>\n\
         <ul>\n{}{more}</ul>\n<nav aria-label=\"Sections\">\n{links}</nav>\n</header>\n<main>\n",
        text(title),
        tests.passed,
        tests.failed,
        tests.ignored,
        commit.unwrap_or_default(),
        text(&record.crosskit),
        parts.concat()
    )
}

/// A run in one line.
fn of_part(part: &Part) -> String {
    let shard = part.shard.map(|shard| format!("shard {shard}, ")).unwrap_or_default();
    let asked: String = part.arguments.iter().map(|it| format!(" {it}")).collect();
    format!(
        "<li>{shard}{} at {} on {}, {:.1} s, exit code {}</li>\n",
        code(&format!("cargo xtask cross{asked}")),
        text(&part.started),
        code(&part.host),
        part.seconds,
        part.exit_code
    )
}

/// Text as it was printed, with nothing that does something.
fn text(text: &str) -> String {
    escaped(&visible(text))
}

/// A name in one line.
fn code(name: &str) -> String {
    format!("<code>{}</code>", text(name).replace('\n', " "))
}

/// Words in which what is in backticks is code.
fn prose(words: &str) -> String {
    let parts: Vec<String> = words.split('`').map(text).collect();
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let part = |(at, part): (usize, &String)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.clone() };
    parts.iter().enumerate().map(part).collect()
}

/// Links to cells.
fn links(record: &Record, cells: &[usize]) -> String {
    let link = |at: &usize| {
        let name = record.cells.get(*at).map_or("", |cell| &cell.name);
        format!("<a href=\"#c{at}\">{}</a>", code(name))
    };
    cells.iter().map(link).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;

    /// The frame and what closes it, whatever is in between.
    #[test]
    fn a_limit_is_kept_and_what_is_left_out_is_counted() {
        let mut record = record();
        record.parts = vec![record.parts[0].clone(); 300];
        for part in &mut record.parts {
            part.commands = vec![crate::record::Command { what: "codec".to_owned(), ..Default::default() }; 3];
        }
        let whole = html(&record, usize::MAX);
        assert!(!whole.contains("Not shown here") && whole.len() > 200_000, "{}", whole.len());
        for limit in (0..whole.len()).step_by(9_001) {
            let page = html(&record, limit);
            assert!(page.len() <= limit.max(40_000), "{limit}: {}", page.len());
            assert!(page.contains("Not shown here") && page.ends_with("</html>\n"), "{limit}");
            for (open, close) in
                [("<details", "</details>"), ("<table", "</table>"), ("<svg", "</svg>"), ("<section", "</section>")]
            {
                assert_eq!(page.matches(open).count(), page.matches(close).count(), "{limit}: {open}");
            }
        }
    }

    #[test]
    fn words_are_no_markup() {
        assert_eq!(prose("a `<b>` & c"), "a <code>&lt;b&gt;</code> &amp; c");
        assert_eq!(prose("one ` alone"), "one ` alone");
        assert_eq!(code("a\n\u{202e}b"), "<code>a \u{fffd}b</code>");
    }
}
