//! Markdown for a pull request's comment, or the summary of a CI job.

use super::groups::groups_in_words;
use super::{Printed, Room, escaped, of_suites, shortened, table, visible};
use crate::listing::counted;
use crate::record::{Cell, Record, Suite, Verdict};

/// The most characters of a comment on GitHub; the summary of a step may have a MiB.
///
/// Source: GitHub's API, `body is too long (maximum is 65536 characters)`; GitHub Docs, "Adding a job summary".
pub const LIMIT: usize = 65_536;

/// What stands where there was no room.
const ROOM: usize = 200;

/// The record as Markdown of no more characters than `limit`: the cells, what failed, and what it said. What there is no room
/// for is counted.
pub fn markdown(record: &Record, limit: usize) -> String {
    let mut text = Room::new(limit.saturating_sub(ROOM), |text| text.chars().count());
    let summary = &record.summary;
    let mut words: Vec<String> = Vec::new();
    for (count, word) in [
        (summary.failed, "failed"),
        (summary.missing, "without what they need"),
        (summary.skipped, "not tried"),
        (summary.passed, "passed"),
    ] {
        if count > 0 {
            words.push(format!("{count} {word}"));
        }
    }
    let of_commit = record.commit.as_deref().map(|it| format!(" of {}", code(it.get(..12).unwrap_or(it))));
    if record.cells.is_empty() {
        return "### Nothing was built\n".to_owned();
    }
    let cells = counted(summary.cells, "cell", "cells");
    text.push(&format!("### {cells}{}: {}\n\n", of_commit.unwrap_or_default(), words.join(", ")));
    text.push("| | target | tests | seconds | runs on |\n|---|---|---|--:|---|\n");
    let mut cells: Vec<&Cell> = record.cells.iter().collect();
    // What failed is what somebody looks for.
    cells.sort_by_key(|cell| cell.verdict != Verdict::Failed);
    let left_out = cells.iter().filter(|cell| !text.push(&row(cell))).count();
    more(&mut text, left_out, "cell", "cells");
    let groups = groups_in_words(record);
    let group = |(place, names): &(String, Vec<String>)| {
        let names: Vec<String> = names.iter().map(|it| inline(it)).collect();
        format!("\n**{}**: {}\n", inline(place), names.join("; "))
    };
    let left_out = groups.iter().filter(|it| !text.push(&group(it))).count();
    more(&mut text, left_out, "kind of failure", "kinds of failures");
    let failed = || cells.iter().filter(|cell| cell.verdict == Verdict::Failed);
    let left_out = failed().filter(|cell| !text.push(&findings(cell))).count();
    more(&mut text, left_out, "cell with findings", "cells with findings");
    let left_out: usize = failed().flat_map(|cell| tests(cell)).filter(|test| !text.push(test)).count();
    more(&mut text, left_out, "failed test", "failed tests");
    text.text
}

/// There is always room for this.
fn more(text: &mut Room, count: usize, one: &str, several: &str) {
    if count > 0 {
        text.text.push_str(&format!("\n*not shown here: {}*\n", counted(count, one, several)));
    }
}

fn row(cell: &Cell) -> String {
    let word = match cell.verdict {
        Verdict::Failed => format!("**{}**", table::word(cell)),
        _ => table::word(cell).to_owned(),
    };
    let [name, reached, runner] = [code(&cell.name), table::reached(cell), table::runner(cell)];
    format!("| {word} | {name} | {} | {:.1} | {} |\n", inline(&reached), cell.seconds, inline(&runner))
}

fn findings(cell: &Cell) -> String {
    let errors = cell.findings.iter().filter(|it| it.is_error());
    let lines = errors.map(|it| {
        let hints = it.hints.iter().map(|hint| format!("\n  - {}", inline(hint)));
        format!("- {} on {}: {}{}\n", code(&it.code), code(&cell.name), inline(&it.message), hints.collect::<String>())
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// A block that opens for each test that failed, with what it printed.
fn tests(cell: &Cell) -> Vec<String> {
    let block = |suite: &Suite, name: &str, output: &str| {
        let title = format!("{}, {name}, on {}", suite.words(), if suite.host { "the host" } else { &cell.name });
        let output = visible(output);
        format!("\n<details><summary>{}</summary>\n\n{}\n</details>\n", html(&title), fenced(shortened(&output)))
    };
    let mut blocks = Vec::new();
    for suite in cell.suites.iter().filter(|suite| !suite.passed()) {
        let output = suite.output.as_deref().unwrap_or_default();
        let printed = Printed::of(output);
        let failed = suite.tests.iter().filter(|test| test.outcome.is_failure());
        let before = blocks.len();
        blocks.extend(failed.map(|test| {
            let own = printed.get(&test.name).unwrap_or_else(|| test.outcome.as_str());
            block(suite, &test.name, own)
        }));
        if blocks.len() == before {
            let name = format!("{}: {}", suite.verdict, of_suites(std::slice::from_ref(suite)));
            blocks.push(block(suite, &name, output));
        }
    }
    blocks
}

/// A block of code, whatever the text has of fences.
fn fenced(text: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().chars().take_while(|it| *it == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or_default().max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// A word of code in a line of a table.
fn code(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let text = one_line(text).replace('|', "\\|");
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

/// Words in a line, in which what is in backticks stays code and nothing else is markup.
fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let is_even = text.matches('`').count().is_multiple_of(2);
    let mut in_code = false;
    for character in one_line(text).chars() {
        match character {
            '`' if is_even => {
                in_code = !in_code;
                escaped.push('`');
            }
            '|' => escaped.push_str("\\|"),
            '<' if !in_code => escaped.push_str("&lt;"),
            '&' if !in_code => escaped.push_str("&amp;"),
            // A mention writes to somebody.
            '@' if !in_code => escaped.push_str("&#64;"),
            '\\' | '*' | '_' | '[' | ']' | '`' | '#' | '!' | '~' if !in_code => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

fn one_line(text: &str) -> String {
    visible(text).replace(['\n', '\r', '\t'], " ")
}

fn html(text: &str) -> String {
    // A mention writes to somebody.
    escaped(&one_line(text)).replace('@', "&#64;")
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;

    #[test]
    fn what_failed_stands_first() {
        let text = markdown(&record(), LIMIT);
        let expected = "### 4 cells of `0123456789ab`: 2 failed, 1 without what they need, 1 passed\n\n\
            | | target | tests | seconds | runs on |\n|---|---|---|--:|---|\n\
            | **FAIL** | `aarch64-unknown-linux-gnu` | 3 passed (1 flaky), 3 failed, 1 ignored, 1 in quarantine | 1.5 | qemu-aarch64 |\n\
            | **FAIL** | `s390x-unknown-linux-gnu --release` | nothing reached | 1.5 | qemu-aarch64 |\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("- `X040` on `s390x-unknown-linux-gnu --release`: cargo could not build"), "{text}");
        assert!(
            text.contains("<summary>codec codec (unit), a::first, on aarch64-unknown-linux-gnu</summary>"),
            "{text}"
        );
        assert!(text.contains("codec slow (unit), timed out: 0 passed, 1 failed"), "{text}");
    }

    #[test]
    fn a_limit_is_kept_and_what_is_left_out_is_counted() {
        let whole = markdown(&record(), LIMIT).chars().count();
        for limit in (0..whole + 300).step_by(7) {
            let text = markdown(&record(), limit);
            assert!(text.chars().count() <= limit.max(ROOM), "{limit}: {}\n{text}", text.chars().count());
            assert!(limit >= whole + ROOM || text.contains("*not shown here: "), "{limit}\n{text}");
        }
    }

    #[test]
    fn names_are_no_markup() {
        assert_eq!(inline("a|b <i> *x* @team `<T>`"), "a\\|b &lt;i> \\*x\\* &#64;team `<T>`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(fenced("a\n```\nb"), "````text\na\n```\nb\n````\n");
        assert_eq!(html("<script>&@"), "&lt;script&gt;&amp;&#64;");
    }
}
