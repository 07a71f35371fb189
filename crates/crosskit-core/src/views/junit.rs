//! JUnit's XML, which CI servers read.
//!
//! Source: the schema of Jenkins, in an older form, by which the tests validate and in which `skipped` has no attributes, and
//! in that of its xUnit plugin, `junit-10.xsd`. From Apache Ant's, which knows nothing that is skipped, the order of elements is taken and what it asks of
//! every suite.

use super::{Printed, of_suites, table};
use crate::libtest::{Outcome, Test};
use crate::record::{Cell, Finding, Part, Record, Suite, Verdict};
use crate::render;

/// The record as XML: a suite for each test binary of each cell, and one for what came of a cell otherwise.
pub fn junit(record: &Record) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let mut id = 0;
    let none = Part::default();
    for cell in &record.cells {
        let part = record.parts.get(cell.part).unwrap_or(&none);
        for suite in of_cell(cell) {
            suite.write(&mut text, id, part, cell);
            id += 1;
        }
    }
    text.push_str("</testsuites>\n");
    text
}

struct Element<'a> {
    package: &'a str,
    name: String,
    seconds: f64,
    cases: Vec<Case<'a>>,
    output: Option<&'a str>,
}

struct Case<'a> {
    class: String,
    name: &'a str,
    seconds: f64,
    end: End<'a>,
}

enum End<'a> {
    Passed,
    Skipped(String),
    /// `failure` or `error`, its type, its message, its text.
    Bad(&'static str, String, String, &'a str),
}

/// The suites of a cell, and what failed of it beside them.
fn of_cell(cell: &Cell) -> Vec<Element<'_>> {
    let mut elements: Vec<Element> = cell.suites.iter().map(|suite| of_suite(cell, suite)).collect();
    let all_passed = cell.suites.iter().all(Suite::passed);
    let end = match cell.verdict {
        Verdict::Failed if all_passed => {
            let errors = || cell.findings.iter().filter(|it| it.is_error());
            let message = errors().map(|it| it.message.as_str()).next().unwrap_or("it failed");
            let codes = errors().map(|it| it.code.as_str()).next().unwrap_or("failed");
            let all = errors().map(words).collect::<String>();
            End::Bad("error", codes.to_owned(), format!("{message}\n{all}"), "")
        }
        Verdict::Missing | Verdict::Skipped => End::Skipped(table::reached(cell)),
        _ if elements.is_empty() => End::Passed,
        _ => return elements,
    };
    let name = cell.rung.as_deref().unwrap_or("build");
    let case = Case { class: format!("{}.crosskit", cell.name), name, seconds: cell.seconds, end };
    let name = format!("{}: {}", cell.name, table::reached(cell));
    elements.push(Element { package: "crosskit", name, seconds: cell.seconds, cases: vec![case], output: None });
    elements
}

fn words(finding: &Finding) -> String {
    let notes = finding.notes.iter().map(|it| format!("note: {it}\n"));
    let hints = finding.hints.iter().map(|it| format!("hint: {it}\n"));
    format!("{}: {}\n{}{}", finding.code, finding.message, notes.collect::<String>(), hints.collect::<String>())
}

fn of_suite<'a>(cell: &Cell, suite: &'a Suite) -> Element<'a> {
    let on = if suite.host { "the host" } else { &cell.name };
    let class = format!("{}.{}.{}", if suite.host { "host" } else { &cell.name }, suite.package, suite.name);
    let output = suite.output.as_deref().unwrap_or_default();
    // What one test took is known of none: libtest tells it in no stable way.
    let printed = Printed::of(output);
    let case = |test: &'a Test| Case { class: class.clone(), name: &test.name, seconds: 0.0, end: end(test, &printed) };
    let mut cases: Vec<Case> = suite.tests.iter().map(case).collect();
    // What took the time is the suite.
    if let Some(first) = cases.first_mut() {
        first.seconds = suite.seconds;
    }
    let names_none = || !suite.tests.iter().any(|test| test.outcome.is_failure());
    if !suite.passed() && names_none() {
        let message = format!("{}: {}", suite.verdict, suite.status);
        let end = End::Bad("error", suite.verdict.clone(), message, output);
        cases.push(Case { class, name: "the whole suite", seconds: 0.0, end });
    }
    let name = format!("{} on {on}: {}", suite.words(), of_suites(std::slice::from_ref(suite)));
    let output = suite.output.as_deref().filter(|_| suite.passed());
    Element { package: &suite.package, name, seconds: suite.seconds, cases, output }
}

fn end<'a>(test: &Test, printed: &Printed<'a>) -> End<'a> {
    match test.outcome {
        Outcome::Passed | Outcome::Flaky => End::Passed,
        Outcome::Ignored => End::Skipped("ignored".to_owned()),
        Outcome::Quarantined => End::Skipped("it failed, and is in quarantine".to_owned()),
        Outcome::Failed | Outcome::Crashed | Outcome::TimedOut => {
            let text = printed.get(&test.name).unwrap_or_default();
            let kind = if test.outcome == Outcome::Failed { "failure" } else { "error" };
            let message = panic_of(text).unwrap_or_else(|| test.outcome.as_str().to_owned());
            End::Bad(kind, test.outcome.as_str().to_owned(), message, text)
        }
    }
}

/// The line that says what is wrong: the one after `panicked at`.
fn panic_of(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| !line.contains("panicked at "));
    lines.next()?;
    lines.next().map(str::to_owned)
}

impl Element<'_> {
    fn write(&self, text: &mut String, id: usize, part: &Part, cell: &Cell) {
        let count = |which: fn(&End) -> bool| self.cases.iter().filter(|case| which(&case.end)).count();
        let failures = count(|end| matches!(end, End::Bad("failure", ..)));
        let errors = count(|end| matches!(end, End::Bad("error", ..)));
        let skipped = count(|end| matches!(end, End::Skipped(_)));
        let host = if part.host.is_empty() { "unknown" } else { &part.host };
        // The type of Ant's schema has no zone.
        let started = part.started.trim_end_matches('Z');
        text.push_str(&format!(
            "  <testsuite id=\"{id}\" name=\"{}\" package=\"{}\" timestamp=\"{}\" hostname=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{:.3}\">\n",
            attribute(&self.name),
            attribute(self.package),
            attribute(if started.is_empty() { "1970-01-01T00:00:00" } else { started }),
            attribute(host),
            self.cases.len(),
            self.seconds,
        ));
        text.push_str("    <properties>\n");
        for (name, value) in [("target", cell.target.as_str()), ("cell", &cell.name), ("runner", &cell.runner)] {
            text.push_str(&format!("      <property name=\"{name}\" value=\"{}\"/>\n", attribute(value)));
        }
        text.push_str("    </properties>\n");
        self.cases.iter().for_each(|case| case.write(text));
        text.push_str(&format!("    <system-out>{}</system-out>\n", content(self.output.unwrap_or_default())));
        text.push_str("    <system-err></system-err>\n  </testsuite>\n");
    }
}

impl Case<'_> {
    fn write(&self, text: &mut String) {
        let (name, class) = (attribute(self.name), attribute(&self.class));
        let head = format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"{:.3}\"", self.seconds);
        text.push_str(&head);
        match &self.end {
            End::Passed => text.push_str("/>\n"),
            End::Skipped(why) => {
                text.push_str(&format!("><skipped>{}</skipped></testcase>\n", content(why)));
            }
            End::Bad(element, kind, message, output) => {
                let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
                let (first, kind) = (attribute(first), attribute(kind));
                let whole = if output.is_empty() { rest } else { output };
                text.push_str(&format!(
                    "><{element} message=\"{first}\" type=\"{kind}\">{}</{element}></testcase>\n",
                    content(whole)
                ));
            }
        }
    }
}

/// A character as XML 1.0 allows it.
///
/// Source: XML 1.0, "Characters".
fn allowed(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => character,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

fn content(text: &str) -> String {
    let plain = render::plain(text);
    let mut escaped = String::with_capacity(plain.len());
    for character in plain.chars().map(allowed) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// In attributes, line ends would be read as blanks.
fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;

    #[test]
    fn everything_that_went_wrong_is_there() {
        let text = junit(&record());
        for expected in [
            "<testcase name=\"a::first\" classname=\"aarch64-unknown-linux-gnu.codec.codec\" time=\"0.250\"><failure message=\"assertion `left == right` failed\" type=\"failed\">",
            "some &lt;words&gt; &amp; a bell \u{fffd}",
            "<testcase name=\"later\" classname=\"aarch64-unknown-linux-gnu.codec.codec\" time=\"0.000\"><skipped>ignored</skipped>",
            "<testcase name=\"known\"",
            "name=\"the whole suite\"",
            "<error message=\"timed out: \" type=\"timed out\">",
            "<testcase name=\"build\" classname=\"s390x-unknown-linux-gnu --release.crosskit\" time=\"1.500\"><error message=\"cargo could not build for s390x-unknown-linux-gnu --release\" type=\"X040\">",
            "<skipped>linker `arm-linux-gnueabihf-gcc` not found</skipped>",
            "<testcase name=\"verify\" classname=\"thumbv7em-none-eabihf.crosskit\" time=\"1.500\"/>",
            "tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"2\"",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        assert!(
            !text.contains("<testcase name=\"run\""),
            "a cell whose suites say why needs no case of its own\n{text}"
        );
    }

    #[test]
    fn whatever_a_name_is_it_stays_text() {
        assert_eq!(attribute("<&\"'\u{1b}[31m\u{0}\n>"), "&lt;&amp;&quot;'\u{fffd}&#10;&gt;");
    }
}
