//! What the hands tell while they work. Only `report` turns it into text.

use std::time::Duration;

use crosskit_core::finding::Finding;
use crosskit_core::libtest::Counts;

use crate::results::Suite;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// `-q`: findings and the result.
    Quiet,
    /// What is being done.
    Normal,
    /// `-v`: every command and all test output.
    Verbose,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Work of a kind began or ended: a verb and what it is done to.
    Status(&'a str, &'a str),
    /// Something detailed, shown with `-v`.
    Detail(&'a str, &'a str),
    /// A line of another program, shown as it is.
    Output(&'a str),
    /// A finding.
    Finding(&'a Finding),
    /// A test binary, or a package's documentation tests, ended: for the target that is named where there are several.
    Suite(Option<&'a str>, &'a Suite),
    /// What runs now; told again and again.
    Moment(&'a Moment),
}

/// What runs at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Cells of which nothing is left to do.
    pub done: usize,
    /// All cells.
    pub cells: usize,
    /// Tests that have told how they ended.
    pub tests: Counts,
    /// What cargo said last, while it builds.
    pub cargo: Option<String>,
    /// What is tested, and for how long already; the longest first.
    pub running: Vec<(String, Duration)>,
}

/// Where events go.
pub type Progress<'a> = &'a dyn Fn(Event<'_>);
