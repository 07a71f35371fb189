//! What was started when, for the record.

use std::collections::BTreeMap;
use std::time::Instant;

use crosskit_core::record::{Command, Load, Meter};

use super::linkers::Linkers;

/// What a process works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// cargo builds, or checks.
    Build,
    /// A test executable.
    Test,
    /// cargo runs documentation tests.
    Doc,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Build => "build",
            Kind::Test => "test",
            Kind::Doc => "doc",
        }
    }
}

/// What was started, by a number of its own.
#[derive(Debug)]
pub struct Timeline {
    began: Instant,
    open: BTreeMap<usize, Command>,
    ended: Vec<Command>,
    meter: Meter,
    linkers: Linkers,
}

impl Timeline {
    /// Nothing was started yet.
    pub fn new(began: Instant) -> Timeline {
        Timeline { began, open: BTreeMap::new(), ended: Vec::new(), meter: Meter::default(), linkers: Linkers::new() }
    }

    /// Something is started for these cells.
    pub fn begin(&mut self, number: usize, kind: Kind, cells: Vec<String>, what: &str) {
        let started = self.began.elapsed().as_secs_f64();
        let (kind, what) = (kind.as_str().to_owned(), what.to_owned());
        let command = Command { kind, cells, what, started, ..Command::default() };
        self.open.insert(number, command);
    }

    /// Its command line: the first, where it is started again for single tests.
    pub fn line(&mut self, number: usize, line: &str) {
        let command = self.open.get_mut(&number).filter(|it| it.line.is_empty());
        command.into_iter().for_each(|it| line.clone_into(&mut it.line));
    }

    /// It has ended.
    pub fn end(&mut self, number: usize) {
        let now = self.began.elapsed().as_secs_f64();
        let ended = self.open.remove(&number);
        self.ended.extend(ended.map(|it| Command { seconds: now - it.started, ..it }));
    }

    /// So many slots are in use now: cargo's, and those of tests.
    pub fn slots(&mut self, (cargo, tests): (usize, usize)) {
        let link = if cargo > 0 { self.linkers.seen() } else { None };
        self.meter.tell(self.began.elapsed().as_secs_f64(), cargo, tests, link);
    }

    /// What was started, in that order, and what the slots were used for.
    pub fn finish(mut self) -> (Vec<Command>, Load) {
        let open: Vec<usize> = self.open.keys().copied().collect();
        open.into_iter().for_each(|number| self.end(number));
        self.ended.sort_by(|one, other| one.started.total_cmp(&other.started));
        (self.ended, self.meter.load(self.began.elapsed().as_secs_f64()))
    }
}
