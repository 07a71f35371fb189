//! What rustc answers, asked for cfgs as Cargo asks, for the targets and the hosts that the tests speak of, so that a test needs no rustc to know it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crosskit_core::target::Catalogue;
use crosskit_core::tools::Questions;

use crate::recorded::{MACHINES, Recorded};
use crate::repository;

/// The directory of the records, below the root of the repository.
pub const DIRECTORY: &str = "tests/cfgs";

/// What rustc answers to [`QUESTION`](crosskit_core::cfgs::QUESTION) for a target, if it is recorded.
pub fn recorded_cfgs(triple: &str) -> Option<String> {
    std::fs::read_to_string(repository::root().join(record(triple))).ok()
}

/// The file of a triple, below the root of the repository.
pub fn record(triple: &str) -> PathBuf {
    Path::new(DIRECTORY).join(format!("{triple}.txt"))
}

/// The triples that have a record: every row of the catalogue, and the host of every recorded machine.
///
/// # Errors
/// The catalogue or a machine cannot be read.
pub fn triples() -> Result<BTreeSet<String>, String> {
    let catalogue = Catalogue::built_in()?;
    let mut triples: BTreeSet<String> = catalogue.rows().iter().map(|row| row.triple.clone()).collect();
    for machine in MACHINES {
        triples.insert(Recorded::named(machine)?.answer(&Questions::default()).host);
    }
    Ok(triples)
}
