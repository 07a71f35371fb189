//! The only module that prints: status lines and findings to stderr, the result to stdout.

mod json;
#[cfg(feature = "lint")]
mod linted;
mod live;

use std::io::{BufRead, IsTerminal, Write};

use crosskit_core::finding::Finding;
use crosskit_core::libtest::arguments::LIST;
use crosskit_core::render::{self, Style};
use crosskit_core::verdict::SuiteVerdict;
use crosskit_core::views::{annotation, figures};

use crate::event::{Event, Verbosity};
use crate::results::Suite;

pub use live::Live;

pub use json::{
    DoctorReport, VerifiedFile, doctor as doctor_json, inspection as inspection_json, standings as standings_json,
    verified as verified_json,
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
    /// Whether GitHub reads along, and shows what is wrong beside the code.
    annotates: bool,
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
        // Source: GitHub Docs, "Store information in variables": always `true` where GitHub Actions runs the workflow.
        let annotates = variable("GITHUB_ACTIONS").as_deref() == Some("true");
        let shows_output = verbosity == Verbosity::Verbose;
        Terminal { style: Style { colour }, forced, verbosity, shows_output, annotates }
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
        if let Some(line) = annotation::of_finding(finding).filter(|_| self.annotates) {
            self.line(&line);
        }
    }

    fn suite(&self, target: Option<&str>, suite: &Suite) {
        let passed = suite.verdict == SuiteVerdict::Passed;
        if !passed || suite.bench || self.shows_output {
            // Failing output is shown whole, and once; so are measurements.
            self.line(suite.output.trim_end());
        }
        if self.annotates && !passed {
            let place = if suite.host { "the host" } else { target.unwrap_or("the target") };
            let failed = suite.tests.iter().filter(|test| test.outcome.is_failure());
            failed
                .take(annotation::MOST)
                .for_each(|test| self.line(&annotation::of_test(&test.name, place, &suite.output)));
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
            figures([(suite.counts, suite.tests.as_slice())]),
            suite.seconds
        );
        if passed {
            self.line(&render::status(verb, &text, self.style));
        } else {
            self.line(&format!("{} {text}", self.style.bad(&format!("{verb:>12}"))));
        }
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
