//! Shows or writes what was decided.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::listing::listed;
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::update;
use crosskit_core::vendor::{Edit, LOCK, Placement, Request, copy};

use crate::apply;
use crate::commands::{Ends, internal};
use crate::event::Event;
use crate::git;
use crate::report;
use crate::vendor::{hash, own};

use super::{Work, format};

/// Where the copy is while it is not yet whole.
pub(super) const BESIDE: &str = ".crosskit-new";

/// What was decided.
pub(super) struct What<'a> {
    pub(super) request: &'a Request,
    pub(super) placement: &'a Placement,
    /// The copy, as texts by their path below the root; empty where there is none to write.
    pub(super) copied: &'a BTreeMap<String, String>,
    /// The lock file of the workspace, if it has one.
    pub(super) lock: Option<&'a str>,
}

/// Every edit, and what is new, without a byte written.
pub(super) fn show(work: &Work, what: &What) -> Result<(), Ends> {
    let What { placement, copied, lock, .. } = what;
    let mut text = String::new();
    for edit in &placement.edits {
        text.push_str(&explain::unified(&edit.path, Some(&edit.before), Some(&edit.after)));
    }
    let config = &work.place.facts.config;
    if let Some(after) = &placement.config {
        text.push_str(&explain::unified(config, work.place.facts.files.get(config).map(String::as_str), Some(after)));
    }
    let (whole, shown): (Vec<_>, Vec<_>) = placement.files.iter().partition(|(path, _)| update::is_helper(path));
    for (path, after) in shown {
        text.push_str(&explain::unified(path, None, Some(after)));
    }
    if let Some((before, after)) = work.place.lock.as_deref().zip(*lock) {
        text.push_str(&explain::unified(LOCK, Some(before), Some(after)));
    }
    report::data(&text).map_err(internal)?;
    for (path, after) in whole {
        work.status("Checked", &format!("{path} would be added ({} lines)", after.lines().count()));
    }
    if !copied.is_empty() {
        work.status("Checked", &format!("{}/ would be added ({} files)", copy::DIRECTORY, copied.len()));
    }
    Ok(())
}

/// Writes everything, the record first, so that whatever ends this can be taken out again.
pub(super) fn write(work: &Work, what: &What) -> Result<(), Ends> {
    write_all(work, what).map_err(|(exit, mut findings)| {
        if let Some(last) = findings.last_mut().filter(|_| work.hash(PATH).is_some()) {
            last.hints.push("take out what was written so far: --remove".to_owned());
        }
        (exit, findings)
    })
}

fn write_all(work: &Work, what: &What) -> Result<(), Ends> {
    let What { placement, copied, lock, .. } = what;
    let mut edits = placement.edits.clone();
    if let Some((before, after)) = work.place.lock.as_deref().zip(*lock).filter(|(before, after)| before != after) {
        let (before, after) = (before.to_owned(), after.to_owned());
        edits.push(Edit { path: LOCK.to_owned(), before, after, line: None });
    }
    let mut files = placement.files.clone();
    let record = record(work, what, &edits, &files);
    let styled = format::needed(work, placement);
    let root = work.root();
    // First, so that whatever ends this, `--remove` knows what there may be.
    work.write(PATH, work.place.record.clone(), record.text())?;
    if !copied.is_empty() {
        put_copy(root, copied).map_err(internal)?;
        work.status("Copied", &format!("{}/ ({} files)", copy::DIRECTORY, copied.len()));
    }
    for (path, text) in &placement.files {
        work.write(path, None, text.clone())?;
        work.status("Added", path);
    }
    for it in &edits {
        work.write(&it.path, Some(it.before.clone()), it.after.clone())?;
        work.status("Edited", &it.path);
        if it.path != LOCK {
            explain::unified(&it.path, Some(&it.before), Some(&it.after))
                .lines()
                .for_each(|line| work.detail("", line));
        }
    }
    let record = if styled.is_empty() {
        record
    } else {
        styled.iter().for_each(|(path, edition)| format::write(work, path, edition));
        let now = |path: &str| apply::read(&root.join(path)).ok().flatten();
        edits.iter_mut().for_each(|it| it.after = now(&it.path).unwrap_or_default());
        files.iter_mut().for_each(|(path, text)| *text = now(path).unwrap_or_default());
        let styled = self::record(work, what, &edits, &files);
        work.write(PATH, Some(record.text()), styled.text())?;
        styled
    };
    if let Some(text) = &placement.config {
        let path = &work.place.facts.config;
        let before = work.place.facts.files.get(path).cloned();
        let verb = if before.is_none() { "Added" } else { "Edited" };
        work.write(path, before, text.clone())?;
        work.status(verb, path);
    }
    let written: Vec<String> =
        record.files.keys().cloned().chain([PATH.to_owned(), work.place.facts.config.clone()]).collect();
    let ignored = git::ignored(work.sh, root, &written);
    if !ignored.is_empty() {
        let finding =
            Finding::warning(Code::VendorDirty, "git ignores some of what was written, and nobody else would get it");
        let first = ignored.first().map(String::as_str).unwrap_or_default();
        let why = format!("see which pattern it is, and take it back: git check-ignore --verbose --no-index {first}");
        let finding = listed(finding, &ignored);
        work.terminal.event(Event::Finding(&finding.hint(why)));
    }
    Ok(())
}

/// What is written, for the day on which it goes again.
fn record(work: &Work, what: &What, edits: &[Edit], files: &[(String, String)]) -> Record {
    let new = || Record {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source: what.request.source,
        isolated: what.request.isolated,
        entry: what.placement.entry.clone(),
        locked: work.place.lock.is_some(),
        edited: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    let mut record = work.record.clone().unwrap_or_else(new);
    for edit in edits {
        record.edit(&edit.path, [&edit.before, &edit.after], edit.line.clone(), hash);
    }
    record.files.extend(own::hashes(what.copied));
    record.files.extend(own::hashes(files.iter().map(|(path, text)| (path, text))));
    record
}

/// Writes the copy beside its place, and moves it there in one step.
fn put_copy(root: &Path, copied: &BTreeMap<String, String>) -> Result<(), String> {
    let beside = root.join(BESIDE);
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    match std::fs::remove_dir_all(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&beside, error)),
        _ => {}
    }
    let put = |path: &PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().unwrap_or(&beside))?;
        std::fs::write(path, text)
    };
    let moved = copied
        .iter()
        .try_for_each(|(path, text)| {
            let below = path.strip_prefix(copy::DIRECTORY).unwrap_or(path).trim_start_matches('/');
            let path = beside.join(below);
            put(&path, text).map_err(|error| failed(&path, error))
        })
        .and_then(|()| std::fs::rename(&beside, root.join(copy::DIRECTORY)).map_err(|error| failed(&beside, error)));
    if moved.is_err() {
        // What is left of it is not worth a second message.
        let _ = std::fs::remove_dir_all(&beside);
    }
    moved
}
