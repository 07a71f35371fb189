//! The line at the end of a terminal that says what runs now, and goes when something else is told.

use std::io::{IsTerminal, Write};

use crosskit_core::views::figures;

use super::Terminal;
use crate::event::{Event, Moment, Verbosity};

/// What a terminal has at least, if it does not say how wide it is.
const WIDTH: usize = 80;

/// A terminal with such a line.
#[derive(Debug)]
pub struct Live<'a> {
    terminal: &'a Terminal,
    shown: bool,
    drawn: bool,
}

impl<'a> Live<'a> {
    /// The line is shown where standard error is a terminal that can take a line back, and nobody asked for quiet. `ci` is
    /// whether the environment says that a machine reads along.
    pub fn new(terminal: &'a Terminal, ci: bool, dumb: bool) -> Live<'a> {
        let quiet = terminal.verbosity == Verbosity::Quiet;
        let shown = !quiet && !ci && !dumb && std::io::stderr().is_terminal();
        Live { terminal, shown, drawn: false }
    }

    /// Tells an event.
    pub fn event(&mut self, event: Event) {
        match event {
            Event::Moment(_) if !self.shown => {}
            Event::Moment(moment) => {
                let line = line(moment, width().saturating_sub(1));
                let (verb, rest) = line.split_at(line.len().min(12));
                self.draw(&format!("\r\x1b[K{}{rest}", self.terminal.style.good(verb)));
                self.drawn = true;
            }
            other => {
                self.clear();
                self.terminal.event(other);
            }
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            self.draw("\r\x1b[K");
        }
    }

    fn draw(&self, text: &str) {
        let mut stderr = std::io::stderr();
        // When stderr is closed nobody is left to be told.
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(unix)]
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stderr());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|width| *width > 0).unwrap_or(WIDTH)
}

#[cfg(not(unix))]
fn width() -> usize {
    WIDTH
}

/// A moment in one line of so many characters at most.
fn line(moment: &Moment, width: usize) -> String {
    let verb = if moment.cargo.is_some() { "Building" } else { "Testing" };
    let mut parts = Vec::new();
    if moment.cells > 1 {
        parts.push(format!("{} of {} targets done", moment.done, moment.cells));
    }
    let tests = moment.tests;
    if tests.passed > 0 || tests.failed > 0 {
        parts.push(figures([(tests, [].as_slice())]));
    }
    parts.extend(moment.cargo.iter().filter(|words| !words.is_empty()).map(|words| format!("cargo: {words}")));
    if let Some((longest, seconds)) = moment.running.first() {
        let more = match moment.running.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        parts.push(format!("{longest} for {} s{more}", seconds.as_secs()));
    }
    format!("{verb:>12} {}", parts.join("; ")).chars().take(width).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Moment, line};
    use crosskit_core::libtest::Counts;

    #[test]
    fn a_moment_is_one_line() {
        let mut moment = Moment { cells: 6, cargo: Some("Compiling serde v1.0.228".to_owned()), ..Moment::default() };
        assert_eq!(line(&moment, 79), "    Building 0 of 6 targets done; cargo: Compiling serde v1.0.228");
        moment.tests = Counts { passed: 120, failed: 1, ignored: 0 };
        moment.running = vec![
            ("s390x-unknown-linux-gnu codec resync".to_owned(), Duration::from_millis(12_400)),
            ("aarch64-unknown-linux-gnu app cli".to_owned(), Duration::from_secs(1)),
        ];
        moment.cargo = None;
        moment.done = 2;
        let expected = "     Testing 2 of 6 targets done; 120 passed, 1 failed; s390x-unknown-linux-gnu codec resync for 12 s and 1 more";
        assert_eq!(line(&moment, 200), expected);
        assert_eq!(line(&moment, 40), &expected[..40]);
        assert_eq!(line(&Moment { cells: 1, ..Moment::default() }, 79), "     Testing ");
    }
}
