//! `report`: makes something of the record of a run.

use std::path::{Path, PathBuf};

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::FileEdit;
use crosskit_core::record::{Record, merge};
use crosskit_core::views::{html, junit, markdown, table};

use crate::cli::{Options, Report, View};
use crate::environment::Start;
use crate::event::Event;
use crate::report::{self, Terminal};
use crate::sh::Sh;
use crate::{apply, metadata, record};

use super::{Ends, REPORT, ends, internal};

pub(super) fn run(options: &Options, terminal: &Terminal, sh: &Sh, start: &Start) -> Result<Exit, Ends> {
    let Some(wanted) = &options.report else { return Ok(Exit::Internal) };
    let files = files(wanted, sh, start)?;
    let record = read(wanted, &files)?;
    let text = match wanted.view {
        View::Show => table::table(&record),
        View::Junit => junit::junit(&record),
        View::Markdown => markdown::markdown(&record, wanted.limit.unwrap_or(markdown::LIMIT)),
        View::Html => html::html(&record, wanted.limit.unwrap_or(html::LIMIT)),
        View::Merge => record::text(&record),
    };
    // Nobody reads a page in a terminal.
    let beside =
        || (wanted.view == View::Html).then(|| files.first().map(|file| file.with_extension("html"))).flatten();
    match wanted.output.clone().or_else(beside) {
        Some(named) => {
            let path = sh.directory().join(&named);
            // What is put together is a report that has all of the others.
            if wanted.view != View::Merge && files.iter().any(|file| is_same(&sh.directory().join(file), &path)) {
                return Err((Exit::Usage, vec![is_the_report(&named)]));
            }
            let (directory, name) = (path.parent().unwrap_or(&path), path.file_name().unwrap_or_default());
            // Where it cannot be made the write says why.
            let _ = std::fs::create_dir_all(directory);
            let edit = FileEdit::own(name.to_string_lossy(), text);
            apply::write(None, directory, &edit).map_err(ends(Exit::Internal))?;
            if wanted.view == View::Html {
                terminal.event(Event::Status("Wrote", &path.display().to_string()));
            }
        }
        None => report::data(&text).map_err(internal)?,
    }
    Ok(Exit::Done)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let [one, other] = [one, other].map(|path| path.canonicalize().ok());
    one.is_some() && one == other
}

fn is_the_report(path: &Path) -> Finding {
    Finding::error(Code::FileAccess, format!("cannot write `{}`: it is the report itself", path.display()))
        .note("nothing can be made of it again, once something else is in its place")
        .hint("name another file with `--output`")
}

/// The reports that are named, or that of the last run.
fn files(wanted: &Report, sh: &Sh, start: &Start) -> Result<Vec<PathBuf>, Ends> {
    if !wanted.files.is_empty() {
        return Ok(wanted.files.clone());
    }
    let outline = metadata::outline(sh, metadata::ask_outline(sh, &start.cargo)).map_err(ends(Exit::Usage))?;
    Ok(vec![outline.target_directory.join("crosskit").join(REPORT)])
}

/// One report, or several as one.
fn read(wanted: &Report, files: &[PathBuf]) -> Result<Record, Ends> {
    let mut named = record::read_all(files.iter().map(PathBuf::as_path)).map_err(|findings| (Exit::Usage, findings))?;
    match named.len() {
        1 if wanted.view != View::Merge => Ok(named.remove(0).record),
        _ => merge(named).map_err(|findings| (Exit::Usage, findings)),
    }
}
