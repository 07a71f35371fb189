//! What the hands tell while they work. Only `report` turns it into text.

use crosskit_core::finding::Finding;

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
    /// A test binary, or a package's documentation tests, ended.
    Suite(&'a Suite),
}

/// Where events go.
pub type Progress<'a> = &'a dyn Fn(Event<'_>);
