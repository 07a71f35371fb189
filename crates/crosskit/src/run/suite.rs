//! Runs one test executable, and finds out of each of its tests how it ended.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crosskit_core::libtest::{Outcome, Test, Told, arguments, log};
use crosskit_core::plan::Cell;
use crosskit_core::verdict::{self, End, Evidence, Judged, SuiteVerdict};

use super::Context;
use super::built::Artefact;
use super::start::Prepared;
use crate::artefact::{self, Harness};
use crate::results::Suite;
use crate::sh::{Ended, OnInterrupt, Restart};

/// Bytes of output that are kept: a test that prints without end would otherwise fill the memory.
const OUTPUT_LIMIT: usize = 16 << 20;

/// How many tests of a binary may hang one by one before the others are left out: each of them takes the whole limit.
const MOST_HANGING: usize = 3;

/// How long a binary may take to list its tests.
const LISTING_LIMIT: Duration = Duration::from_secs(60);

/// What is told of a test executable while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is started, by this command.
    Started(String),
    /// A test of it ended, as far as standard output tells.
    Ended(Outcome),
}

/// Runs a test executable. What was known of it when Ctrl-C was pressed is told.
///
/// # Errors
/// Its runner, or itself where there is no runner, cannot be started.
pub fn run(
    context: &Context,
    cell: &Cell,
    test: &Artefact,
    prepared: &Prepared,
    tell: &dyn Fn(Said),
) -> Result<Option<Suite>, String> {
    let began = Instant::now();
    let harness = artefact::harness(&test.executable);
    let run = Run { context, cell, test, prepared, tell, harness };
    let Some((mut judged, mut output)) = run.once(&cell.test_arguments)? else { return Ok(None) };
    if judged.open {
        judged = run.narrow(judged, &mut output)?;
    }
    if cell.retries > 0 {
        judged = run.retry(judged, &mut output)?;
    }
    let expected = judged.quarantine(&prepared.package, &cell.quarantine).into_iter().cloned().collect();
    let judged = judged.again();
    let machine = artefact::read(&test.executable).ok().flatten().map(|file| file.name()).unwrap_or_default();
    Ok(Some(Suite {
        package: prepared.package.clone(),
        name: test.name.clone(),
        kind: test.suite_kind(),
        host: test.host,
        machine,
        verdict: judged.verdict,
        status: judged.status,
        counts: judged.counts,
        tests: judged.tests,
        seconds: began.elapsed().as_secs_f64(),
        output,
        bench: cell.benches,
        passed_in_quarantine: expected,
    }))
}

/// A test executable and what surrounds it.
struct Run<'a> {
    context: &'a Context<'a>,
    cell: &'a Cell,
    test: &'a Artefact,
    prepared: &'a Prepared,
    tell: &'a dyn Fn(Said),
    harness: Harness,
}

impl Run<'_> {
    /// Runs it once; `None` means Ctrl-C.
    fn once(&self, own_arguments: &[String]) -> Result<Option<(Judged, String)>, String> {
        let log = self.log(own_arguments);
        let of_log = log.iter().flat_map(|log| [OsString::from(log::OPTION), log.path.clone().into_os_string()]);
        let arguments: Vec<OsString> = of_log.chain(own_arguments.iter().map(OsString::from)).collect();
        (self.tell)(Said::Started(self.prepared.line(&arguments)));
        let mut output = Output::default();
        let mut told = Told::default();
        let limit = Some(Duration::from_secs(self.cell.timeout));
        let command = self.prepared.command(self.context, &arguments);
        let ended = self.context.sh.supervise(command, OnInterrupt::Force, limit, |line| {
            if log.is_none() || line != log::WARNING {
                let before = told.tests.len();
                told.line(line);
                if told.tests.len() > before {
                    told.tests.last().into_iter().for_each(|test| (self.tell)(Said::Ended(test.outcome)));
                }
                output.line(line);
            }
            Restart::Nothing
        })?;
        let (end, status) = match ended {
            Ended::Interrupted => return Ok(None),
            Ended::TimedOut => (End::TimedOut, String::new()),
            Ended::Exited(status) => {
                (status.code().map_or_else(|| End::Signal(signal(status)), End::Code), status.to_string())
            }
        };
        told.close();
        let output = output.text();
        let emulator = if self.test.host { "" } else { self.cell.runner_name.as_str() };
        let judged = verdict::judge(&Evidence {
            end,
            status: &status,
            output: &output,
            told: &told,
            log: log.as_ref().and_then(Log::read).as_deref(),
            has_libtest: self.harness != Harness::Own,
            arguments: own_arguments,
            emulator,
            name: &self.test.name,
        });
        Ok(Some((judged, output)))
    }

    /// A file for libtest to tell in, where that can be.
    fn log(&self, own_arguments: &[String]) -> Option<Log> {
        let shares_files = if self.test.host { self.cell.host_runner.is_empty() } else { self.cell.shares_files };
        let is_told =
            own_arguments.iter().any(|argument| argument.starts_with(log::OPTION) || argument == arguments::LIST);
        // A bench is started as cargo starts it: what it costs to write a file would be measured.
        let can = shares_files && self.harness == Harness::LibtestWithLog && !is_told && !self.cell.benches;
        can.then(|| Log::new(self.context.directory))
    }

    /// Runs each test that has not told how it ended alone, until Ctrl-C.
    fn narrow(&self, mut judged: Judged, output: &mut String) -> Result<Judged, String> {
        let listed = self.list()?.unwrap_or_default();
        let mut alone = Vec::new();
        let mut all = !listed.is_empty();
        let mut hung = 0;
        for name in judged.missing(&listed) {
            if hung >= MOST_HANGING {
                output.push_str(&format!("... no further test is run alone, as {hung} hung\n"));
                all = false;
                break;
            }
            let Some(outcome) = self.alone(&name, &mut judged, output)? else {
                output.push_str("... no further test is run alone, as the run was interrupted\n");
                all = false;
                break;
            };
            hung += usize::from(outcome == Some(Outcome::TimedOut));
            all &= outcome.is_some();
            alone.extend(outcome.map(|outcome| Test { name, outcome }));
        }
        Ok(judged.settle(alone, all))
    }

    /// The tests that the binary would run.
    fn list(&self) -> Result<Option<Vec<String>>, String> {
        let arguments: Vec<OsString> =
            arguments::listing(&self.cell.test_arguments).into_iter().map(OsString::from).collect();
        let mut output = Output::default();
        let command = self.prepared.command(self.context, &arguments);
        let ended = self.context.sh.supervise(command, OnInterrupt::Force, Some(LISTING_LIMIT), |line| {
            output.line(line);
            Restart::Nothing
        })?;
        let names = match ended {
            Ended::Interrupted => return Ok(None),
            Ended::Exited(status) if status.success() => arguments::listed(&output.text()),
            Ended::Exited(_) | Ended::TimedOut => Vec::new(),
        };
        Ok(Some(names))
    }

    /// How a test ends that is run alone, if it is run at all; `None` means Ctrl-C.
    fn alone(&self, name: &str, judged: &mut Judged, output: &mut String) -> Result<Option<Option<Outcome>>, String> {
        let arguments = arguments::alone(&self.cell.test_arguments, name);
        let Some((own, text)) = self.once(&arguments)? else { return Ok(None) };
        let outcome = own.outcome_alone(name);
        if let SuiteVerdict::EmulatorFault(words) = &own.verdict {
            judged.verdict = SuiteVerdict::EmulatorFault(words.clone());
        }
        if outcome.is_some_and(Outcome::is_failure) {
            output.push_str(&format!("\n---- {name}, alone: {} ----\n{text}", own.status));
        }
        Ok(Some(outcome))
    }

    /// Runs each test that failed again, as often as it may be, until Ctrl-C.
    fn retry(&self, mut judged: Judged, output: &mut String) -> Result<Judged, String> {
        for at in 0..judged.tests.len() {
            let Some(Test { name, outcome }) = judged.tests.get(at).cloned() else { break };
            // What does not count need not pass.
            let counts = !self.cell.quarantine.iter().any(|entry| entry.names(&self.prepared.package, &name));
            for _ in 0..self.cell.retries {
                if !outcome.is_failure() || !counts {
                    break;
                }
                let again = if self.harness == Harness::Own {
                    let Some((own, text)) = self.once(&self.cell.test_arguments)? else { return Ok(judged) };
                    output.push_str(&text);
                    own.tests.first().map(|test| test.outcome)
                } else {
                    let Some(again) = self.alone(&name, &mut judged, output)? else { return Ok(judged) };
                    again
                };
                if again == Some(Outcome::Passed) {
                    judged.tests[at].outcome = Outcome::Flaky;
                    break;
                }
            }
        }
        Ok(judged)
    }
}

/// Lines of a process, as many as are kept.
#[derive(Default)]
struct Output {
    text: String,
    more: usize,
}

impl Output {
    fn line(&mut self, line: &str) {
        if self.text.len() < OUTPUT_LIMIT {
            self.text.push_str(line);
            self.text.push('\n');
        } else {
            self.more += 1;
        }
    }

    fn text(mut self) -> String {
        if self.more > 0 {
            self.text.push_str(&format!("... and {} more lines\n", self.more));
        }
        self.text
    }
}

/// The file of one start, which goes with this value.
struct Log {
    path: PathBuf,
}

impl Log {
    fn new(directory: &std::path::Path) -> Log {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("log-{}-{number}", std::process::id()));
        // A run that was killed may have left one, and its number may have come again.
        let _ = std::fs::remove_file(&path);
        Log { path }
    }

    fn read(&self) -> Option<Vec<Test>> {
        let bytes = std::fs::read(&self.path).ok()?;
        Some(log::read(&String::from_utf8_lossy(&bytes)))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Where it was never written there is nothing to take away.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or_default()
}

#[cfg(not(unix))]
fn signal(_status: std::process::ExitStatus) -> i32 {
    0
}
