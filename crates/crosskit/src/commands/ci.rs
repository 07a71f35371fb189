//! `ci`: a workflow for a CI out of the matrix.

use std::path::PathBuf;

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::{FileEdit, Prepared};
use crosskit_core::workflow::{self, PATH, Wanted};

use crate::cli::{CiMode, Options};
use crate::event::{Event, Progress};
use crate::sh::Sh;
use crate::{apply, git, report};

use super::ground::Ground;
use super::{Ends, ends, internal};

pub(super) fn run(
    options: &Options,
    sh: &Sh,
    ground: &Ground,
    prepared: &Prepared,
    progress: Progress,
) -> Result<Exit, Ends> {
    let Some(wanted) = &options.ci else { return Ok(Exit::Internal) };
    let root = &ground.metadata.root;
    // Without git, the workspace is taken for the repository.
    let (repository, directory): (PathBuf, String) =
        git::place(sh, root).unwrap_or_else(|| (root.clone(), String::new()));
    let cells = &prepared.plan.cells;
    let count = |triple: &str| cells.iter().filter(|cell| cell.triple == triple).count();
    let text = workflow::github(&Wanted {
        matrices: options.request.matrices.clone().unwrap_or_default(),
        targets: prepared.plan.triples().into_iter().map(|triple| (triple.to_owned(), count(triple))).collect(),
        shards: wanted.shards,
        branch: wanted.branch.clone().or_else(|| git::branch(sh, root)).unwrap_or_else(|| "main".to_owned()),
        directory,
    });
    if wanted.mode == CiMode::Print {
        report::data(&text).map_err(internal)?;
        return Ok(Exit::Done);
    }
    let before = apply::read(&repository.join(PATH)).map_err(ends(Exit::Config))?;
    if before.as_ref() == Some(&text) {
        progress(Event::Status("Checked", &format!("{PATH} is up to date")));
        return Ok(Exit::Done);
    }
    if wanted.mode == CiMode::Check {
        report::data(&explain::unified(PATH, before.as_deref(), Some(&text))).map_err(internal)?;
        let finding = Finding::error(Code::ConfigDrift, format!("`{PATH}` is not what the matrix asks for"));
        return Err((Exit::Config, vec![finding.hint("write it with `cargo xtask cross ci github --write`")]));
    }
    apply::write(None, &repository, &FileEdit::own(PATH, text)).map_err(ends(Exit::Config))?;
    progress(Event::Status(if before.is_none() { "Added" } else { "Edited" }, PATH));
    Ok(Exit::Done)
}
