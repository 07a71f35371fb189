//! What waits and runs, and what the threads tell that look after it.

use std::time::Instant;

use crosskit_core::libtest::{Counts, Outcome};

use super::build::Heard;
use super::built::{Artefact, starts_binaries};
use super::doc;
use crate::results::Suite;
use crate::sh::Ended;

/// What a thread tells.
pub(super) enum Message {
    /// cargo said something.
    Heard(Heard),
    /// cargo ended.
    Built(Result<Ended, String>),
    /// A command line of something that runs.
    Line(usize, String),
    /// A test ended, as far as is seen while its executable runs.
    Test(usize, Outcome),
    /// A test executable ended, which some cells share; none means Ctrl-C.
    Suite(usize, Vec<usize>, Result<Option<Suite>, String>),
    /// Documentation tests of some cells ended.
    Doc(usize, Vec<usize>, Result<doc::Ran, String>),
}

/// Something that waits for a slot.
pub(super) enum Task {
    /// A test executable of some cells: one of the host is the same for all that were built with it.
    Suite(Vec<usize>, Artefact),
    /// Documentation tests of some cells, for the same reason.
    Doc(doc::Share),
}

impl Task {
    /// What takes long as a rule comes first, so that in the end no slot is empty while another one has much to do:
    /// documentation tests are compiled before they run, and integration tests start programs.
    pub(super) fn turn(&self) -> u8 {
        match self {
            Task::Doc(_) => 0,
            Task::Suite(_, test) if starts_binaries(&test.kinds) => 1,
            Task::Suite(..) => 2,
        }
    }
}

/// Something that holds a slot.
pub(super) struct Running {
    pub(super) words: String,
    pub(super) since: Instant,
    /// What its tests have told so far.
    pub(super) counts: Counts,
}
