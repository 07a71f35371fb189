//! The only module that prints: status lines and findings to stderr, the result to stdout.

mod json;
#[cfg(feature = "lint")]
mod linted;
mod live;

use std::io::{BufRead, IsTerminal, Write};

use crosskit_core::finding::Finding;
use crosskit_core::libtest::arguments::LIST;
use crosskit_core::libtest::{Counts, Outcome};
use crosskit_core::render::{self, Style};
use crosskit_core::verdict::SuiteVerdict;

use crate::event::{Event, Verbosity};
use crate::results::{CellResult, Suite, Verdict};

pub use live::Live;

pub use json::{
    DoctorReport, VerifiedFile, doctor as doctor_json, inspection as inspection_json, report as json,
    standings as standings_json, verified as verified_json,
};
#[cfg(feature = "lint")]
pub use linted::{Linted, json as linted_json};

/// The terminal.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    style: Style,
    /// Whether colour was asked for, whatever the terminal is.
    forced: bool,
    verbosity: Verbosity,
    shows_output: bool,
}

impl Terminal {
    /// A terminal that follows `--color`, then `CARGO_TERM_COLOR`, then `NO_COLOR`, then what stderr is.
    pub fn new(colour: Option<&str>, variable: impl Fn(&str) -> Option<String>, verbosity: Verbosity) -> Terminal {
        let wanted = colour.map(str::to_owned).or_else(|| variable("CARGO_TERM_COLOR"));
        let colour = match wanted.as_deref() {
            Some("always") => true,
            Some("never") => false,
            _ => {
                variable("NO_COLOR").is_none_or(|value| value.is_empty())
                    && variable("TERM").is_none_or(|term| term != "dumb")
                    && std::io::stderr().is_terminal()
            }
        };
        let forced = wanted.as_deref() == Some("always");
        Terminal { style: Style { colour }, forced, verbosity, shows_output: verbosity == Verbosity::Verbose }
    }

    /// The same terminal, which shows what passing tests print if the test binaries are asked to print it.
    pub fn for_test_arguments(self, arguments: &[String]) -> Terminal {
        let prints =
            |argument: &String| [LIST, "--nocapture", "--no-capture", "--show-output"].contains(&argument.as_str());
        Terminal { shows_output: self.shows_output || arguments.iter().any(prints), ..self }
    }

    /// How words are marked in data: as on the terminal, unless stdout is none.
    pub fn stdout_style(&self) -> Style {
        Style { colour: self.style.colour && (self.forced || std::io::stdout().is_terminal()) }
    }

    /// The word that tells cargo the same.
    pub fn colour(&self) -> &'static str {
        if self.style.colour { "always" } else { "never" }
    }

    /// Tells an event.
    pub fn event(&self, event: Event) {
        let quiet = self.verbosity == Verbosity::Quiet;
        match event {
            Event::Status(verb, text) if !quiet => self.line(&render::status(verb, text, self.style)),
            Event::Detail(verb, text) if self.verbosity == Verbosity::Verbose => {
                self.line(&render::status(verb, text, self.style));
            }
            Event::Status(..) | Event::Detail(..) | Event::Moment(_) => {}
            Event::Output(line) => self.line(line),
            Event::Finding(finding) => self.finding(finding),
            Event::Suite(target, suite) => self.suite(target, suite),
        }
    }

    /// Tells a finding.
    pub fn finding(&self, finding: &Finding) {
        self.line(render::finding(finding, self.style).trim_end());
    }

    fn suite(&self, target: Option<&str>, suite: &Suite) {
        let passed = suite.verdict == SuiteVerdict::Passed;
        if !passed || suite.bench || self.shows_output {
            // Failing output is shown whole, and once; so are measurements.
            self.line(suite.output.trim_end());
        }
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        let verb = match suite.verdict {
            SuiteVerdict::Passed => "Tested",
            SuiteVerdict::NotRun | SuiteVerdict::EmulatorFault(_) | SuiteVerdict::Refused(_) => "Not run",
            _ => "Failed",
        };
        let place = match target {
            _ if suite.host => " on the host".to_owned(),
            Some(target) => format!(" on {target}"),
            None => String::new(),
        };
        let text = format!(
            "{} {} ({}){place}: {} [{:.2} s]",
            suite.package,
            suite.name,
            suite.kind.as_str(),
            figures([suite]),
            suite.seconds
        );
        if passed {
            self.line(&render::status(verb, &text, self.style));
        } else {
            self.line(&format!("{} {text}", self.style.bad(&format!("{verb:>12}"))));
        }
    }

    /// The summary table, for stdout.
    ///
    /// # Errors
    /// stdout cannot be written to.
    pub fn table(&self, results: &[CellResult]) -> Result<(), String> {
        let mut text = String::new();
        for result in results {
            if !result.suites.is_empty() {
                text.push_str(&suites_table(result));
                text.push('\n');
            }
        }
        let rows: Vec<Vec<String>> = results.iter().map(summary_row).collect();
        text.push_str(&render::table(&rows));
        data(&text)
    }

    /// Asks a question that is answered with `y`; anything else, or the end of the input, is a no. As with apt, the answer
    /// may come from a pipe.
    pub fn ask(&self, question: &str) -> bool {
        let _ = write!(std::io::stderr(), "{question} [y/N] ");
        let yes = is_yes(std::io::stdin().lock());
        if !std::io::stdin().is_terminal() {
            // Nobody pressed the key that would have ended the line.
            self.line("");
        }
        yes
    }

    fn line(&self, line: &str) {
        // When stderr is closed nobody is left to be told.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// Whether the next line is a yes.
fn is_yes(mut input: impl BufRead) -> bool {
    let mut answer = String::new();
    let read = input.read_line(&mut answer);
    read.is_ok() && ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes))
}

/// Prints data to stdout. A closed pipe, as of `| head`, ends the wish to read and is no failure.
///
/// # Errors
/// stdout cannot be written to.
pub fn data(text: &str) -> Result<(), String> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write the result: {error}"))
        }
        _ => Ok(()),
    }
}

/// The figures of suites, with what was forgiven told apart.
fn figures<'a>(suites: impl IntoIterator<Item = &'a Suite>) -> String {
    let (mut counts, mut quarantined, mut flaky) = (Counts::default(), 0, 0);
    for suite in suites {
        counts.add(suite.counts);
        let of = |outcome| suite.tests.iter().filter(|test| test.outcome == outcome).count();
        quarantined += of(Outcome::Quarantined);
        flaky += of(Outcome::Flaky);
    }
    in_words(counts, quarantined, flaky)
}

fn in_words(counts: Counts, quarantined: usize, flaky: usize) -> String {
    let mut text = format!("{} passed", counts.passed);
    if flaky > 0 {
        text.push_str(&format!(" ({flaky} flaky)"));
    }
    let ignored = counts.ignored.saturating_sub(quarantined);
    for (count, word) in [(counts.failed, "failed"), (ignored, "ignored"), (quarantined, "in quarantine")] {
        if count > 0 {
            text.push_str(&format!(", {count} {word}"));
        }
    }
    text
}

fn suites_table(result: &CellResult) -> String {
    let row = |words: [&str; 6]| words.map(str::to_owned).to_vec();
    let mut rows = vec![row(["package", "suite", "kind", "tests", "seconds", "ran on"])];
    for suite in &result.suites {
        let place = match (suite.host, suite.machine.as_str()) {
            (true, "") => "host".to_owned(),
            (true, machine) => format!("host, {machine}"),
            (false, "") => result.runner.clone(),
            (false, machine) => format!("{}, {machine}", result.runner),
        };
        let outcome = match &suite.verdict {
            SuiteVerdict::Passed => figures([suite]),
            SuiteVerdict::Failed => figures([suite]),
            other => format!("{}, {}", figures([suite]), other.as_str()),
        };
        let seconds = format!("{:.2}", suite.seconds);
        rows.push(row([&suite.package, &suite.name, suite.kind.as_str(), &outcome, &seconds, &place]));
    }
    render::table(&rows)
}

fn summary_row(result: &CellResult) -> Vec<String> {
    use crosskit_core::plan::Rung;
    let word = match (result.verdict, result.rung) {
        (Verdict::Passed, Some(Rung::Run)) => "PASS",
        (Verdict::Passed, Some(Rung::Check)) => "CHECKED",
        (Verdict::Passed, _) => "BUILT",
        (Verdict::Failed, _) => "FAIL",
        (Verdict::Missing, Some(Rung::Check)) => "CHECKED",
        (Verdict::Missing, Some(_)) => "BUILT",
        (Verdict::Missing, None) => "MISSING",
        (Verdict::Skipped, _) => "SKIP",
    };
    let what = match (result.rung, result.verdict) {
        (_, Verdict::Missing) if !result.stopped_by.is_empty() => result.stopped_by.join("; "),
        (_, Verdict::Missing) if result.rung.is_some() => "nothing runs it here".to_owned(),
        (_, Verdict::Missing) => "a tool is missing".to_owned(),
        (Some(Rung::Run), _) => figures(&result.suites),
        (_, _) if !result.suites.is_empty() => figures(&result.suites),
        (Some(Rung::Verify), _) if result.verified == 0 => "no executable to check".to_owned(),
        (Some(Rung::Verify), _) if result.verified == 1 => "1 executable checked".to_owned(),
        (Some(Rung::Verify), _) => format!("{} executables checked", result.verified),
        (Some(rung), _) => format!("reached `{}`", rung.as_str()),
        (None, _) => "nothing reached".to_owned(),
    };
    vec![word.to_owned(), format!("[{:7.2} s]", result.seconds), result.name.clone(), what, runner(result)]
}

/// What executables were started with, and in which way where that reaches what they start.
fn runner(result: &CellResult) -> String {
    match result.emulation {
        Some(way) if way.reaches_children() => format!("{} ({way})", result.runner),
        _ => result.runner.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn a_yes_is_a_yes_wherever_it_comes_from_and_nothing_is_a_no() {
        for yes in ["y\n", "Y\r\n", "yes\n", "y", "y\nn\n"] {
            assert!(is_yes(yes.as_bytes()), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yesterday\n", "n\ny\n"] {
            assert!(!is_yes(no.as_bytes()), "{no:?}");
        }
        assert!(!is_yes(&b"\xff\n"[..]));
    }
}
