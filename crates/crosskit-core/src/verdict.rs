//! What the end of a test binary means: for the binary, and for each of its tests.

mod emulator;

use crate::libtest::{self, Counts, Outcome, Test, Told};
use crate::settings::Quarantine;

pub use emulator::fault;

/// The exit code of a shell, of `env` and of the launcher where they cannot start what they were told to.
///
/// Source: POSIX, "Exit Status for Commands".
const NOT_STARTED: i32 = 127;

/// How a suite ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuiteVerdict {
    /// Every test passed.
    Passed,
    /// A test failed.
    Failed,
    /// It ran longer than its limit and was ended.
    TimedOut,
    /// It ended by a signal, or without saying how its tests ended.
    Crashed,
    /// What starts it failed, and not it.
    NotRun,
    /// The emulator failed in the middle, and not what it ran; in its own words.
    EmulatorFault(String),
    /// libtest did not take the arguments, for this reason.
    Refused(String),
}

impl SuiteVerdict {
    /// The word in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            SuiteVerdict::Passed => "passed",
            SuiteVerdict::Failed => "failed",
            SuiteVerdict::TimedOut => "timed out",
            SuiteVerdict::Crashed => "crashed",
            SuiteVerdict::NotRun => "not run",
            SuiteVerdict::EmulatorFault(_) => "emulator crashed",
            SuiteVerdict::Refused(_) => "refused",
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With this exit code.
    Code(i32),
    /// By this signal, or without a code.
    Signal(i32),
    /// It was ended at its time limit.
    TimedOut,
}

/// What is known of a test binary that ended.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// How its process ended.
    pub end: End,
    /// The same in words: `exit status: 101`.
    pub status: &'a str,
    /// What it printed.
    pub output: &'a str,
    /// What libtest told on standard output, where tests can write as well.
    pub told: &'a Told,
    /// What libtest told in a file of its own, if there was one.
    pub log: Option<&'a [Test]>,
    /// Whether libtest is in it.
    pub has_libtest: bool,
    /// The arguments that it was given.
    pub arguments: &'a [String],
    /// The emulator that ran it, in words; the empty text is none.
    pub emulator: &'a str,
    /// Its name: without libtest it is one test.
    pub name: &'a str,
}

/// What it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How the suite ended.
    pub verdict: SuiteVerdict,
    /// How the process ended, in words.
    pub status: String,
    /// Every test whose end is known.
    pub tests: Vec<Test>,
    /// The figures.
    pub counts: Counts,
    /// Whether there may be tests of which nothing is known, or names that are no test's: the list of tests would tell.
    pub open: bool,
    /// Whether the process ended with 0, which libtest does not do where a test failed.
    ended_well: bool,
    /// Whether tests account for how the process ended, so that it means nothing more where they are forgiven.
    explained: bool,
}

/// Judges a test binary that ended.
pub fn judge(evidence: &Evidence) -> Judged {
    let Evidence { end, status, told, arguments, .. } = *evidence;
    let log = evidence.log;
    // The test in which the process ended has not told how it went.
    let told_all = told.tests.len() - usize::from(told.cut_off.is_some());
    let known = log.map_or(told_all, <[Test]>::len);
    let complete = match log {
        Some(log) => told.announced.is_none_or(|count| log.len() >= count),
        None => !told.ended_early(),
    };
    let all = told.announced.unwrap_or_default();
    let in_words = match complete {
        true => format!("ended with {status}"),
        false => format!("ended with {status} after {known} of {all} tests"),
    };
    let failed = log.map_or(told.figures().failed, |log| Counts::of(log).failed);
    let has_libtest = evidence.has_libtest;
    let refusal = || told.refusal().filter(|_| !arguments.is_empty()).map(str::to_owned);
    let (verdict, status) = match end {
        End::TimedOut => (SuiteVerdict::TimedOut, "was ended at its time limit".to_owned()),
        // Some emulators start nothing, say nothing, and end as if all were well.
        End::Code(0) if evidence.output.is_empty() && has_libtest => {
            (SuiteVerdict::Crashed, format!("ended with {status} and without a word"))
        }
        End::Code(NOT_STARTED) if told.lost_all_that_failed() => (SuiteVerdict::NotRun, in_words),
        End::Code(NOT_STARTED) if told.unfinished.is_none() && has_libtest => (
            SuiteVerdict::NotRun,
            format!("ended with {status} before its first test, as a runner does that cannot start it"),
        ),
        End::Code(code) if code != 0 && has_libtest && refusal().is_some() => {
            (SuiteVerdict::Refused(refusal().unwrap_or_default()), in_words)
        }
        _ => match fault(evidence.emulator, end, evidence.output) {
            Some(words) if failed == 0 => (SuiteVerdict::EmulatorFault(words), in_words),
            _ => (of_end(end, complete, failed, log.is_some() || told.unfinished.is_some()), in_words),
        },
    };
    let ran = !matches!(verdict, SuiteVerdict::NotRun | SuiteVerdict::Refused(_));
    let lists = arguments.iter().any(|argument| argument == libtest::arguments::LIST);
    let (tests, counts) = match log {
        _ if !ran || lists => (Vec::new(), Counts::default()),
        Some(log) => (log.to_vec(), Counts::of(log)),
        None if told.unfinished.is_none() => {
            // Without libtest the executable is one test of its own name.
            let outcome = outcome_of(&verdict);
            let tests = vec![Test { name: evidence.name.to_owned(), outcome }];
            let counts = Counts::of(&tests);
            (tests, counts)
        }
        None => {
            let mut tests = told.tests.clone();
            let cut_off = tests.iter_mut().filter(|test| told.cut_off.as_ref() == Some(&test.name));
            cut_off.for_each(|test| test.outcome = outcome_of(&verdict));
            (tests, told.figures())
        }
    };
    // A line of standard output may be another's, or be lost among what tests print.
    let figures = counts.passed.saturating_add(counts.failed).saturating_add(counts.ignored);
    let uncertain = log.is_none() && told.announced.is_some_and(|count| count != tests.len() || count != figures);
    let unknown = !complete || !matches!(verdict, SuiteVerdict::Passed | SuiteVerdict::Failed);
    let open = ran && !lists && has_libtest && (uncertain || unknown);
    let explained = matches!(verdict, SuiteVerdict::Passed | SuiteVerdict::Failed);
    let ended_well = end == End::Code(0);
    Judged { verdict, status, tests, counts, open, ended_well, explained }.counted()
}

/// libtest says how it went; an executable without libtest says so by its exit code. A process that a signal ended, or
/// that ended before libtest had come to its summary, says nothing, whatever its exit code.
fn of_end(end: End, complete: bool, failed: usize, spoke: bool) -> SuiteVerdict {
    match end {
        _ if !complete => SuiteVerdict::Crashed,
        End::Code(0) if failed == 0 => SuiteVerdict::Passed,
        End::Code(_) if !spoke || failed > 0 => SuiteVerdict::Failed,
        _ => SuiteVerdict::Crashed,
    }
}

fn outcome_of(verdict: &SuiteVerdict) -> Outcome {
    match verdict {
        SuiteVerdict::Passed => Outcome::Passed,
        SuiteVerdict::TimedOut => Outcome::TimedOut,
        SuiteVerdict::Crashed | SuiteVerdict::EmulatorFault(_) => Outcome::Crashed,
        SuiteVerdict::Failed | SuiteVerdict::NotRun | SuiteVerdict::Refused(_) => Outcome::Failed,
    }
}

impl Judged {
    /// A suite whose harness was heard to its end, and of which the words are all that there is.
    pub fn heard(verdict: SuiteVerdict, tests: Vec<Test>, counts: Counts) -> Judged {
        let explained = matches!(verdict, SuiteVerdict::Passed | SuiteVerdict::Failed);
        let ended_well = verdict == SuiteVerdict::Passed;
        // A failure whose name was lost is in no list of what is forgiven.
        let open = counts.failed > Counts::of(&tests).failed;
        Judged { verdict, status: String::new(), tests, counts, open, ended_well, explained }
    }

    /// How a test ended that was run by itself; none where it was not run.
    pub fn outcome_alone(&self, name: &str) -> Option<Outcome> {
        match &self.verdict {
            SuiteVerdict::Passed | SuiteVerdict::Failed => {
                self.tests.iter().find(|test| test.name == name).map(|test| test.outcome)
            }
            SuiteVerdict::NotRun | SuiteVerdict::Refused(_) => None,
            verdict => Some(outcome_of(verdict)),
        }
    }

    /// The tests of a list that have not told how they ended. What is told and is not listed is no test, and goes.
    pub fn missing(&mut self, listed: &[String]) -> Vec<String> {
        if listed.is_empty() {
            return Vec::new();
        }
        self.tests.retain(|test| listed.contains(&test.name));
        let told: std::collections::BTreeSet<&str> = self.tests.iter().map(|test| test.name.as_str()).collect();
        let missing: Vec<String> = listed.iter().filter(|name| !told.contains(name.as_str())).cloned().collect();
        if self.verdict == SuiteVerdict::Passed {
            // libtest has said that none failed; only their lines were lost.
            let ignored = self.counts.ignored.saturating_sub(Counts::of(&self.tests).ignored);
            if ignored == 0 {
                let passed = |name: String| Test { name, outcome: Outcome::Passed };
                self.tests.extend(missing.into_iter().map(passed));
                return Vec::new();
            }
        }
        missing
    }

    /// Takes in how tests ended that were run alone, as they had not told it before. `all` is whether nothing is left of
    /// which nothing is known.
    pub fn settle(mut self, alone: Vec<Test>, all: bool) -> Judged {
        self.open = !all;
        let guilty = alone.iter().any(|test| test.outcome.is_failure());
        let some = !alone.is_empty();
        let same_end = match self.verdict {
            SuiteVerdict::Crashed | SuiteVerdict::EmulatorFault(_) => Some(Outcome::Crashed),
            SuiteVerdict::TimedOut => Some(Outcome::TimedOut),
            _ => None,
        };
        self.explained |= same_end.is_some_and(|end| alone.iter().any(|test| test.outcome == end));
        self.tests.extend(alone);
        if all {
            self.counts = Counts::of(&self.tests);
            let failed = self.tests.iter().any(|test| test.outcome.is_failure());
            if self.ended_well && !failed && self.verdict == SuiteVerdict::Failed {
                // Somebody else printed a summary with failures.
                self.verdict = SuiteVerdict::Passed;
            }
        }
        if guilty {
            let has = |outcome| self.tests.iter().any(|test| test.outcome == outcome);
            self.verdict = match self.verdict {
                SuiteVerdict::EmulatorFault(words) => SuiteVerdict::EmulatorFault(words),
                _ if has(Outcome::Crashed) => SuiteVerdict::Crashed,
                _ if has(Outcome::TimedOut) => SuiteVerdict::TimedOut,
                _ => SuiteVerdict::Failed,
            };
        } else if some && !matches!(self.verdict, SuiteVerdict::Passed | SuiteVerdict::Failed) {
            self.status.push_str("; each test that had not ended passes alone");
        }
        if some {
            self.counts = Counts::of(&self.tests);
        }
        self.counted()
    }

    /// Takes the failures of tests that are known to fail out of what counts; and says which of these tests passed.
    pub fn quarantine<'a>(&mut self, package: &str, list: &'a [Quarantine]) -> Vec<&'a Quarantine> {
        let mut passed = Vec::new();
        for test in &mut self.tests {
            let Some(entry) = list.iter().find(|entry| entry.names(package, &test.name)) else { continue };
            match test.outcome {
                Outcome::Passed => passed.push(entry),
                outcome if outcome.is_failure() => test.outcome = Outcome::Quarantined,
                _ => {}
            }
        }
        passed
    }

    /// Judges anew after tests that had failed were run again, or do not count. What forgiven tests do not account for is
    /// not forgiven with them.
    pub fn again(mut self) -> Judged {
        let has = |outcome| self.tests.iter().any(|test| test.outcome == outcome);
        let of_tests = [(Outcome::Failed, SuiteVerdict::Failed), (Outcome::TimedOut, SuiteVerdict::TimedOut)];
        if let SuiteVerdict::EmulatorFault(words) = &self.verdict
            && let Some((_, verdict)) = of_tests.into_iter().find(|(outcome, _)| has(*outcome))
        {
            self.status.push_str(&format!("; the emulator failed as well: {words}"));
            self.verdict = verdict;
        }
        let forgiven = |test: &Test| matches!(test.outcome, Outcome::Flaky | Outcome::Quarantined);
        if !self.tests.iter().any(forgiven) {
            return self;
        }
        if self.explained && !self.open && !self.tests.iter().any(|test| test.outcome.is_failure()) {
            self.verdict = SuiteVerdict::Passed;
        }
        self.counts = Counts::of(&self.tests);
        self.counted()
    }

    /// The test that hung or crashed could not say so.
    fn counted(mut self) -> Judged {
        if matches!(self.verdict, SuiteVerdict::Crashed | SuiteVerdict::TimedOut | SuiteVerdict::EmulatorFault(_)) {
            self.counts.failed = self.counts.failed.max(1);
        }
        self
    }
}

#[cfg(test)]
mod tests;
