//! Lines by which GitHub shows a finding or a failed test beside the code.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", "Setting an error message"; what must be escaped is said in
//! the toolkit's `command.ts`.

use super::Printed;
use crate::finding::{Finding, Origin, Severity};

/// More tests of a suite would be lines that nobody sees: GitHub shows as many errors of a step.
///
/// Source: GitHub Docs, "Workflow commands for GitHub Actions"; actions/toolkit, problem matchers, "Limitations".
pub const MOST: usize = 10;

/// A place in a file.
type Place<'a> = (&'a str, usize, usize);

/// The line for a finding; `None` for what is only a note.
pub fn of_finding(finding: &Finding) -> Option<String> {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => return None,
    };
    let place = match &finding.origin {
        Some(Origin::File { path, line, column }) => Some((path.as_str(), *line, *column)),
        _ => None,
    };
    let notes = finding.notes.iter().map(|it| format!("\nnote: {it}"));
    let hints = finding.hints.iter().map(|it| format!("\nhint: {it}"));
    let message = format!("{}{}", finding.message, notes.chain(hints).collect::<String>());
    Some(line(level, place, &finding.code.to_string(), &message))
}

/// The line for a test that failed on a cell, out of what its suite printed.
pub fn of_test(test: &str, cell: &str, output: &str) -> String {
    let own = crate::render::plain(Printed::of(output).get(test).unwrap_or_default());
    line("error", panic_place(&own), &format!("{test} on {cell}"), if own.is_empty() { "it failed" } else { &own })
}

/// Where a test panicked: `thread 'name' panicked at path:line:column:`
fn panic_place(output: &str) -> Option<Place<'_>> {
    let after = output.split_once("panicked at ")?.1.lines().next()?;
    let mut parts = after.trim_end_matches(':').rsplitn(3, ':');
    let (column, line, path) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    // What lies outside of the workspace is in no pull request.
    (!path.starts_with('/')).then_some((path, line, column))
}

fn line(level: &str, place: Option<Place>, title: &str, message: &str) -> String {
    let place = match place {
        Some((path, line, column)) => format!("file={},line={line},col={column},", property(path)),
        None => String::new(),
    };
    format!("::{level} {place}title={}::{}", property(title), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::OUTPUT;
    use super::*;
    use crate::finding::Code;

    #[test]
    fn a_finding_stands_at_its_line() {
        let origin = Origin::File { path: "a,b.toml".to_owned(), line: 3, column: 7 };
        let finding = Finding::error(Code::LinkerMissing, "100% gone").at(origin).note("why").hint("do");
        let expected = "::error file=a%2Cb.toml,line=3,col=7,title=X012::100%25 gone%0Anote: why%0Ahint: do";
        assert_eq!(of_finding(&finding).as_deref(), Some(expected));
        let warning = Finding::warning(Code::LinkerMissing, "x").at(Origin::CommandLine);
        assert_eq!(of_finding(&warning).as_deref(), Some("::warning title=X012::x"));
        assert_eq!(of_finding(&Finding::note_only(Code::LinkerMissing, "x")), None);
    }

    #[test]
    fn a_test_stands_where_it_panicked() {
        let told = of_test("a::first", "aarch64-unknown-linux-gnu", OUTPUT);
        let head = "::error file=codec/src/lib.rs,line=12,col=5,title=a%3A%3Afirst on aarch64-unknown-linux-gnu::";
        assert!(told.starts_with(head) && !told.contains('\n'), "{told}");
        assert_eq!(of_test("gone", "c", "x"), "::error title=gone on c::it failed");
        let elsewhere = "---- t stdout ----\nthread 't' panicked at /rustc/1/library/core/src/a.rs:1:2:\nx\n";
        assert!(of_test("t", "c", elsewhere).starts_with("::error title=t on c::"));
    }
}
