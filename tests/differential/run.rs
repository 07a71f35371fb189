//! Runs all cases once, for all tests of this target.

use std::fs;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::cargo::{self, Seen};
use crate::compare::differences;
use crate::generate;
use crate::kit::{self, Answers};
use crate::situation::{Place, Situation};
use crate::toolbox::Toolbox;

/// How many cases run at once.
const THREADS: usize = 2;

/// A case that has run.
#[derive(Debug)]
pub struct Case {
    /// What it was about.
    pub situation: Situation,
    /// Where it lies.
    pub place: Place,
    /// What Cargo did.
    pub seen: Seen,
    /// How they differ.
    pub differences: Vec<String>,
}

/// All cases.
#[derive(Debug)]
pub struct Run {
    /// The real tools.
    pub toolbox: Toolbox,
    /// rustc's answers.
    pub answers: Answers,
    /// What the situations grew from.
    pub seed: u64,
    /// The cases in their order.
    pub cases: Vec<Case>,
    /// How long it took.
    pub took: Duration,
}

/// The one run of this process.
pub fn run() -> &'static Run {
    static RUN: LazyLock<Run> = LazyLock::new(all);
    &RUN
}

/// The number that a variable holds, if it is set.
fn number<T: std::str::FromStr>(variable: &str, otherwise: T) -> T {
    match std::env::var(variable) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value:?}")),
        Err(_) => otherwise,
    }
}

/// How many cases there are, and what they grow from.
pub fn settings() -> (usize, u64) {
    (number("CROSSKIT_DIFFERENTIAL_CASES", 60), number("CROSSKIT_DIFFERENTIAL_SEED", 20_260_401))
}

fn all() -> Run {
    let began = Instant::now();
    let (count, seed) = settings();
    let toolbox = Toolbox::new();
    let answers = Answers::default();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut cases = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return cases;
            }
            cases.push(case(&toolbox, &answers, seed, number));
        }
    };
    let mut cases: Vec<Case> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no case panics")).collect()
    });
    cases.sort_by_key(|case| case.situation.number);
    Run { toolbox, answers, seed, cases, took: began.elapsed() }
}

fn case(toolbox: &Toolbox, answers: &Answers, seed: u64, number: usize) -> Case {
    let situation = generate::situation(seed, number, &toolbox.host);
    let place = situation.write(&toolbox.directory.join(format!("case{number}")), &toolbox.always);
    let seen = cargo::observe(toolbox, &situation, &place);
    let answer = kit::resolve(toolbox, answers, &situation, &place, None).answer(&place, &toolbox.host);
    let differences = differences(&answer, &seen);
    // The files stay: the plants are resolved from them.
    let _ = fs::remove_dir_all(place.case.join("target"));
    Case { situation, place, seen, differences }
}

impl Case {
    /// What differs, and everything that is needed to see it again.
    pub fn report(&self) -> Option<String> {
        if self.differences.is_empty() {
            return None;
        }
        Some(format!("{}\n{}in {}", self.differences.join("\n"), self.situation, self.place.case.display()))
    }
}
