//! `report`: makes something of the record of a run.

use std::path::Path;

use crosskit_core::exit::Exit;
use crosskit_core::plan::FileEdit;
use crosskit_core::record::{Record, merge};
use crosskit_core::views::{junit, markdown, table};

use crate::cli::{Options, Report, View};
use crate::environment::Start;
use crate::report;
use crate::sh::Sh;
use crate::{apply, metadata, record};

use super::{Ends, REPORT, ends, internal};

pub(super) fn run(options: &Options, sh: &Sh, start: &Start) -> Result<Exit, Ends> {
    let Some(wanted) = &options.report else { return Ok(Exit::Internal) };
    let record = read(wanted, sh, start)?;
    let text = match wanted.view {
        View::Show => table::table(&record),
        View::Junit => junit::junit(&record),
        View::Markdown => markdown::markdown(&record, wanted.limit),
        View::Merge => record::text(&record),
    };
    match &wanted.output {
        Some(path) => {
            let path = sh.directory().join(path);
            let (directory, name) = (path.parent().unwrap_or(&path), path.file_name().unwrap_or_default());
            // Where it cannot be made the write says why.
            let _ = std::fs::create_dir_all(directory);
            let edit = FileEdit::own(name.to_string_lossy(), text);
            apply::write(None, directory, &edit).map_err(ends(Exit::Internal))?;
        }
        None => report::data(&text).map_err(internal)?,
    }
    Ok(Exit::Done)
}

/// The record of the last run, or those that are named as one.
fn read(wanted: &Report, sh: &Sh, start: &Start) -> Result<Record, Ends> {
    let last;
    let files: Vec<&Path> = if wanted.files.is_empty() {
        let outline = metadata::outline(sh, metadata::ask_outline(sh, &start.cargo)).map_err(ends(Exit::Usage))?;
        last = outline.target_directory.join("crosskit").join(REPORT);
        vec![&last]
    } else {
        wanted.files.iter().map(Path::new).collect()
    };
    let mut named = record::read_all(files).map_err(|findings| (Exit::Usage, findings))?;
    match named.len() {
        1 if wanted.view != View::Merge => Ok(named.remove(0).record),
        _ => merge(named).map_err(|findings| (Exit::Usage, findings)),
    }
}
