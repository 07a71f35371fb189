//! Brings what was vendored to this version, or says what that would change.

use std::collections::BTreeMap;

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::{Before, FileEdit};
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::update::{Fate, fates};
use crosskit_core::vendor::{Source, copy};

use crate::apply;
use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::report;
use crate::vendor::own::{self, Own};

use super::Work;

pub(super) fn run(work: &Work, record: &Record, writes: bool) -> Result<Exit, Ends> {
    if record.source != Source::Copy {
        let version = env!("CARGO_PKG_VERSION");
        work.status(
            "Checked",
            &format!("crosskit comes by {}, so no file is copied; this is {version}", record.source.as_str()),
        );
        return Ok(Exit::Done);
    }
    let own = Own::find().map_err(internal)?;
    // The copy itself knows of no other version; what was changed in it can still be told.
    let is_copy = own.crates == work.root().join(copy::DIRECTORY);
    let new = if is_copy { BTreeMap::new() } else { own.copy(record.isolated).map_err(internal)? };
    let inside = |path: &str| path.starts_with(&format!("{}/", copy::DIRECTORY));
    let old: BTreeMap<String, String> =
        record.files.iter().filter(|(path, _)| inside(path)).map(|(path, hash)| (path.clone(), hash.clone())).collect();
    let hashes = if is_copy { old.clone() } else { own::hashes(&new) };
    let fates = fates(&old, |path| work.hash(path), &hashes);
    let with = |fate: Fate| fates.iter().filter(move |(_, it)| **it == fate).map(|(path, _)| path.as_str());
    let here = |path: &str| apply::read(&work.root().join(path)).ok().flatten();
    let new_text = |path: &str| new.get(path).map(String::as_str);
    let conflicts: Vec<&str> = with(Fate::Conflict).collect();
    if !conflicts.is_empty() {
        let diffs: String =
            conflicts.iter().map(|path| explain::unified(path, here(path).as_deref(), new_text(path))).collect();
        report::data(&diffs).map_err(internal)?;
        return Err((Exit::Config, vec![conflict(&conflicts)]));
    }
    let kept: Vec<&str> = with(Fate::Keep).collect();
    if !kept.is_empty() {
        let diffs: String =
            // What the text was before is known where another version has it.
            kept.iter()
                .filter(|path| new.contains_key(**path))
                .map(|path| explain::unified(path, new_text(path), here(path).as_deref()))
                .collect();
        report::data(&diffs).map_err(internal)?;
        work.terminal.event(Event::Finding(&changed_here(&kept)));
    }
    let (writing, deleting): (Vec<&str>, Vec<&str>) = (with(Fate::Write).collect(), with(Fate::Delete).collect());
    let changes = writing.len() + deleting.len();
    if changes == 0 {
        work.status("Checked", &format!("crosskit {} is up to date", record.version));
        return Ok(Exit::Done);
    }
    let versions = format!("from {} to {}", record.version, env!("CARGO_PKG_VERSION"));
    if !writes {
        work.status("Checked", &format!("an update {versions} changes {changes} files"));
        writing.iter().chain(&deleting).for_each(|path| work.detail("", path));
        return Ok(Exit::Config);
    }
    // Hashes of what stays as it was changed here stay those of what it was changed from.
    let mut updated = record.clone();
    updated.version = env!("CARGO_PKG_VERSION").to_owned();
    updated.files.retain(|path, _| !inside(path) || hashes.contains_key(path));
    updated.files.extend(hashes.clone());
    for path in &writing {
        let text = new.get(*path).cloned().unwrap_or_default();
        apply::write(Some(&work.lock), work.root(), &FileEdit::own(*path, text)).map_err(ends(Exit::Config))?;
        work.detail("Updated", path);
    }
    for path in &deleting {
        apply::remove(work.root(), path).map_err(ends(Exit::Config))?;
        work.detail("Removed", path);
    }
    let text = work.place.record.clone().unwrap_or_default();
    let edit = FileEdit { before: Before::Text(text), ..FileEdit::own(PATH, updated.text()) };
    apply::write(Some(&work.lock), work.root(), &edit).map_err(ends(Exit::Config))?;
    work.status("Updated", &format!("{}/ {versions} ({changes} files)", copy::DIRECTORY));
    Ok(Exit::Done)
}

fn conflict(paths: &[&str]) -> Finding {
    let count = if paths.len() == 1 { "1 file was".to_owned() } else { format!("{} files were", paths.len()) };
    let message = format!("{count} changed here, and in crosskit {}", env!("CARGO_PKG_VERSION"));
    let finding = paths.iter().fold(Finding::error(Code::VendorChanged, message), |finding, path| finding.note(*path));
    finding
        .note("nothing was written; above is what would change")
        .hint("take your change back, update, and make it again: git log --patch -- crosskit")
}

fn changed_here(paths: &[&str]) -> Finding {
    let count = if paths.len() == 1 { "1 file was".to_owned() } else { format!("{} files were", paths.len()) };
    let finding = Finding::warning(Code::VendorChanged, format!("{count} changed here, and stays so"));
    paths.iter().fold(finding, |finding, path| finding.note(*path))
}
