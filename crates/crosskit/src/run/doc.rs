//! Runs documentation tests, which only cargo can: it compiles each and starts it under the runner.

use std::time::{Duration, Instant};

use crosskit_core::libtest::{self, Counts, Told};
use crosskit_core::plan::Cell;
use crosskit_core::verdict::{Judged, SuiteVerdict};

use super::Context;
use crate::results::{Suite, SuiteKind};
use crate::sh::{Ended, OnInterrupt, Restart};

/// Packages whose documentation tests one call of cargo runs, and the cells that these are the tests of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The cells, by their places; the first one's call is made.
    pub cells: Vec<usize>,
    /// The packages, as cargo is told of them.
    pub packages: Vec<String>,
}

/// The documentation tests of cells that were built in one call: proc-macros are of the host whatever the target is, and
/// are tested once for all of them.
pub fn shares(context: &Context, cells: &[(usize, &Cell)]) -> Vec<Share> {
    let mut of_host: Vec<Share> = Vec::new();
    let mut shares = Vec::new();
    for &(at, cell) in cells {
        let mut packages = cell.doc_packages.clone();
        if cells.len() > 1 {
            let (host, own) = packages.into_iter().partition(|package| is_proc_macro(context, package));
            packages = own;
            for package in host {
                match of_host.iter_mut().find(|it| it.packages == [package.as_str()]) {
                    Some(share) => share.cells.push(at),
                    None => of_host.push(Share { cells: vec![at], packages: vec![package] }),
                }
            }
        }
        if !packages.is_empty() {
            shares.push(Share { cells: vec![at], packages });
        }
    }
    // What the same cells share is one call.
    for share in of_host {
        match shares.iter_mut().find(|it| it.cells == share.cells) {
            Some(same) => same.packages.extend(share.packages),
            None => shares.push(share),
        }
    }
    shares
}

fn is_proc_macro(context: &Context, package: &str) -> bool {
    let mut infos = context.metadata.packages.iter();
    infos.any(|(id, it)| (id == package || it.name == package) && matches!(it.library, Some((_, true))))
}

/// What came of a call.
#[derive(Debug, Default)]
pub struct Ran {
    /// What ended.
    pub suites: Vec<Suite>,
    /// Packages that cargo did not come to, because one hung and was ended with it: they want a call of their own.
    pub left: Vec<String>,
    /// Whether it was Ctrl-C that ended it.
    pub interrupted: bool,
}

/// Runs the documentation tests of some packages of a cell, in one call of cargo.
///
/// # Errors
/// cargo cannot be started.
pub fn run(context: &Context, cell: &Cell, packages: Vec<String>, tell: &dyn Fn(&str)) -> Result<Ran, String> {
    let Some(arguments) = cell.doc_call(&packages) else { return Ok(Ran::default()) };
    tell(&format!("cargo {}", crosskit_core::explain::command(&arguments)));
    let mut command = context.cargo_command(&cell.environment, &arguments);
    // Packages are told apart by what cargo says, whatever the user's config says about its manners.
    command.envs([("CARGO_TERM_COLOR", "never"), ("CARGO_TERM_QUIET", "false"), ("CARGO_TERM_VERBOSE", "false")]);
    let (suites, began, before) = (Vec::new(), Instant::now(), String::new());
    let mut reader = Reader { context, packages: &packages, suites, began, before };
    let limit = Some(Duration::from_secs(cell.timeout));
    let ended = context.sh.supervise(command, OnInterrupt::Force, limit, |line| reader.line(line))?;
    let status = match ended {
        Ended::Interrupted => {
            // The last one was in the middle of it.
            reader.suites.pop();
            return Ok(Ran { suites: reader.finish(None, "was interrupted"), interrupted: true, ..Ran::default() });
        }
        Ended::TimedOut => "was ended at its time limit".to_owned(),
        Ended::Exited(status) => format!("ended with {status}"),
    };
    let mut suites = reader.finish(Some(ended), &status);
    suites.iter_mut().for_each(|suite| forgive(context, cell, suite));
    let is_done = |package: &String| suites.iter().any(|suite| suite.package == *package);
    let left: Vec<String> = packages.iter().filter(|package| !is_done(package)).cloned().collect();
    if suites.iter().any(|suite| suite.verdict == SuiteVerdict::TimedOut) {
        return Ok(Ran { suites, left, interrupted: false });
    }
    // Cargo stops at a package whose documentation tests do not compile; it then names no further one.
    suites.extend(left.into_iter().map(|package| Suite {
        verdict: SuiteVerdict::Crashed,
        status: "stopped before it came to this package".to_owned(),
        counts: Counts { failed: 1, ..Counts::default() },
        ..empty(package)
    }));
    Ok(Ran { suites, ..Ran::default() })
}

/// Takes out what is known to fail. The names are those that rustdoc gives: `src/lib.rs - item (line 3)`.
fn forgive(context: &Context, cell: &Cell, suite: &mut Suite) {
    let named = context.metadata.packages.get(&suite.package).map_or(suite.package.as_str(), |it| it.name.as_str());
    let mut judged = Judged::heard(suite.verdict.clone(), std::mem::take(&mut suite.tests), suite.counts);
    suite.passed_in_quarantine = judged.quarantine(named, &cell.quarantine).into_iter().cloned().collect();
    let Judged { verdict, tests, counts, .. } = judged.again();
    (suite.verdict, suite.tests, suite.counts) = (verdict, tests, counts);
}

struct Reader<'a> {
    context: &'a Context<'a>,
    packages: &'a [String],
    suites: Vec<(Suite, Told)>,
    began: Instant,
    before: String,
}

impl Reader<'_> {
    fn line(&mut self, line: &str) -> Restart {
        if let Some(name) = line.trim_start().strip_prefix("Doc-tests ") {
            self.end_suite();
            let package = self.package_of(name);
            let mut suite = empty(package);
            suite.name = name.to_owned();
            suite.host = is_proc_macro(self.context, &suite.package);
            self.suites.push((suite, Told::default()));
            return Restart::Limit;
        }
        let Some((suite, told)) = self.suites.last_mut() else {
            self.before.push_str(line);
            self.before.push('\n');
            return Restart::Nothing;
        };
        suite.output.push_str(line);
        suite.output.push('\n');
        let before = told.tests.len();
        told.line(line);
        // Each documentation test is a process of its own, or nearly so: the limit is meant for one.
        if told.tests.len() > before { Restart::Limit } else { Restart::Nothing }
    }

    fn end_suite(&mut self) {
        if let Some((suite, _)) = self.suites.last_mut() {
            suite.seconds = self.began.elapsed().as_secs_f64();
        }
        self.began = Instant::now();
    }

    /// Cargo names the library, whose name may differ from the package's.
    fn package_of(&self, library: &str) -> String {
        let named = |(name, _): &(String, bool)| name == library || name.replace('-', "_") == library;
        let mut owners = self.context.metadata.packages.iter().filter(|(_, it)| it.library.as_ref().is_some_and(named));
        let spec = owners.find_map(|(id, it)| self.packages.iter().find(|spec| *spec == id || **spec == it.name));
        spec.cloned().unwrap_or_else(|| library.to_owned())
    }

    /// What came of the packages; of those before the one in which Ctrl-C ended it, where nothing else did.
    fn finish(mut self, ended: Option<Ended>, status: &str) -> Vec<Suite> {
        self.end_suite();
        let last = self.suites.len().saturating_sub(1);
        let succeeded = ended.is_none_or(|ended| matches!(ended, Ended::Exited(status) if status.success()));
        let timed_out = ended == Some(Ended::TimedOut);
        let mut suites: Vec<Suite> = Vec::new();
        for (at, (mut suite, told)) in self.suites.into_iter().enumerate() {
            suite.status = status.to_owned();
            suite.counts = told.figures();
            let finished = told.counts.is_some() && !told.ended_early();
            let refusal = told.refusal().filter(|why| libtest::is_about_options(why));
            suite.verdict = match () {
                _ if !succeeded && told.lost_all_that_failed() => SuiteVerdict::NotRun,
                _ if finished && suite.counts.failed > 0 => SuiteVerdict::Failed,
                _ if finished => SuiteVerdict::Passed,
                _ if timed_out && at == last => SuiteVerdict::TimedOut,
                _ if !succeeded && refusal.is_some() => SuiteVerdict::Refused(refusal.unwrap_or_default().to_owned()),
                _ if succeeded && !told.ended_early() => SuiteVerdict::Passed,
                _ => SuiteVerdict::Crashed,
            };
            if matches!(suite.verdict, SuiteVerdict::NotRun | SuiteVerdict::Refused(_)) {
                suite.counts = Counts::default();
            }
            suite.tests = told.tests;
            suites.push(suite);
        }
        // Cargo goes by exit codes alone: one that said that all is well, and then ended otherwise, is the last one.
        let told_all = self.packages.iter().all(|package| suites.iter().any(|suite| suite.package == *package));
        if !succeeded
            && told_all
            && suites.iter().all(|suite| suite.verdict == SuiteVerdict::Passed)
            && let Some(suite) = suites.last_mut()
        {
            suite.verdict = if timed_out { SuiteVerdict::TimedOut } else { SuiteVerdict::Crashed };
        }
        for suite in &mut suites {
            let of_tests = [SuiteVerdict::Failed, SuiteVerdict::TimedOut, SuiteVerdict::Crashed];
            if of_tests.contains(&suite.verdict) {
                suite.counts.failed = suite.counts.failed.max(1);
            }
        }
        if suites.is_empty() && !succeeded {
            let package = self.packages.first().cloned().unwrap_or_default();
            let verdict = if timed_out { SuiteVerdict::TimedOut } else { SuiteVerdict::Crashed };
            let counts = Counts { failed: 1, ..Counts::default() };
            suites.push(Suite { verdict, counts, status: status.to_owned(), output: self.before, ..empty(package) });
        }
        suites
    }
}

fn empty(package: String) -> Suite {
    Suite {
        name: package.clone(),
        package,
        kind: SuiteKind::Doc,
        host: false,
        machine: String::new(),
        verdict: SuiteVerdict::Passed,
        status: String::new(),
        counts: Counts::default(),
        tests: Vec::new(),
        seconds: 0.0,
        output: String::new(),
        bench: false,
        passed_in_quarantine: Vec::new(),
    }
}
