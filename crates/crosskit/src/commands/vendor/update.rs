//! Brings what was vendored to this version, or says what that would change.

use std::collections::BTreeMap;

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::FileEdit;
use crosskit_core::single_file;
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::update::{Fate, fates};
use crosskit_core::vendor::{LOCK, Source, copy};

use crate::apply;
use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::report;
use crate::vendor::hash;
use crate::vendor::own::{self, Own};

use super::Work;
use super::consequences::{self, Change};

pub(super) fn run(work: &Work, record: &Record, writes: bool) -> Result<Exit, Ends> {
    let version = env!("CARGO_PKG_VERSION");
    if record.source != Source::Copy {
        let source = record.source.as_str();
        work.status("Checked", &format!("crosskit comes by {source}, so no file is copied; this is {version}"));
        return Ok(Exit::Done);
    }
    let own = Own::find().map_err(internal)?;
    undone(work, record)?;
    // The one file of build scripts as well.
    let is_helper = |path: &str| path.ends_with(HELPER);
    let inside = |path: &str| path.starts_with(&format!("{}/", copy::DIRECTORY)) || is_helper(path);
    let old = record.files.iter().filter(|(path, _)| inside(path));
    let old: BTreeMap<String, String> = old.map(|(path, hash)| (path.clone(), hash.clone())).collect();
    // The copy itself knows of no other version; what was changed in it can still be told.
    let is_copy = own.crates == work.root().join(copy::DIRECTORY);
    let mut new = if is_copy { BTreeMap::new() } else { own.copy(record.isolated).map_err(internal)? };
    let of_copy = format!("{}/{LOCK}", copy::DIRECTORY);
    if !is_copy {
        let helpers = old.keys().filter(|path| is_helper(path));
        new.extend(helpers.map(|path| (path.clone(), single_file::text())));
    }
    // Where the xtask goes by it, cargo makes it of what comes.
    let seed = if record.isolated { new.remove(&of_copy) } else { None };
    let mut hashes = own::hashes(&new);
    hashes.extend(old.iter().filter(|(path, _)| is_copy || record.isolated && **path == of_copy).map(owned));
    let here_or_recorded = |path: &str| match old.get(path) {
        Some(hash) if work.is(path, hash) => Some(hash.clone()),
        _ => work.hash(path),
    };
    let all = fates(&old, here_or_recorded, &hashes);
    let with = |fate: Fate| -> Vec<&str> {
        all.iter().filter(move |(_, it)| **it == fate).map(|(path, _)| path.as_str()).collect()
    };
    let here = |path: &str| apply::read(&work.root().join(path)).ok().flatten();
    let comes = |path: &str| new.get(path).map(String::as_str);
    let conflicts = with(Fate::Conflict);
    if !conflicts.is_empty() {
        let diffs = conflicts.iter().map(|path| explain::unified(path, here(path).as_deref(), comes(path)));
        report::data(&diffs.collect::<String>()).map_err(internal)?;
        return Err((Exit::Config, vec![conflict(&conflicts)]));
    }
    let kept = with(Fate::Keep);
    if !kept.is_empty() {
        // What the text was before is known where another version has it.
        let known = kept.iter().filter(|path| new.contains_key(**path));
        let diffs = known.map(|path| explain::unified(path, comes(path), here(path).as_deref()));
        report::data(&diffs.collect::<String>()).map_err(internal)?;
        work.terminal.event(Event::Finding(&changed_here(&kept)));
    }
    let (writing, deleting) = (with(Fate::Write), with(Fate::Delete));
    let changes = writing.len() + deleting.len();
    if changes == 0 {
        work.status("Checked", &format!("crosskit {} is up to date", record.version));
        return Ok(Exit::Done);
    }
    let versions = format!("from {} to {version}", record.version);
    // What stays as it was changed here is what cargo reads.
    let kept: Vec<String> = kept.into_iter().map(str::to_owned).collect();
    let mut copied = new.clone();
    copied.extend(seed.map(|text| (of_copy.clone(), text)));
    copied.extend(kept.iter().filter_map(|path| Some((path.clone(), here(path)?))));
    let change = Change { isolated: record.isolated, own: &own, copied: &copied, files: BTreeMap::new() };
    let locks = consequences::of(work, &change, record.source)?;
    if !writes {
        work.status("Checked", &format!("an update {versions} changes {changes} files"));
        writing.iter().chain(&deleting).for_each(|path| work.detail("", path));
        return Ok(Exit::Config);
    }
    let mut updated = record.clone();
    updated.version = version.to_owned();
    for path in &writing {
        let text = new.get(*path).cloned().unwrap_or_default();
        apply::write(Some(&work.lock), work.root(), &FileEdit::own(*path, text)).map_err(ends(Exit::Config))?;
        work.detail("Updated", path);
    }
    for path in &deleting {
        apply::remove(work.root(), path).map_err(ends(Exit::Config))?;
        work.detail("Removed", path);
    }
    if let Some((before, after)) =
        work.place.lock.clone().zip(locks.workspace).filter(|(before, after)| before != after)
    {
        work.write(LOCK, Some(before.clone()), after.clone())?;
        work.status("Edited", LOCK);
        updated.edit(LOCK, [&before, &after], None, hash);
    }
    // Hashes of what stays as it was changed here stay those of what it was changed from.
    updated.files.retain(|path, _| !inside(path) || hashes.contains_key(path));
    updated.files.extend(hashes);
    work.write(PATH, work.place.record.clone(), updated.text())?;
    work.status("Updated", &format!("{}/ {versions} ({changes} files)", copy::DIRECTORY));
    Ok(Exit::Done)
}

/// The file of the helper, in the directory of a package.
const HELPER: &str = "/build/crosskit.rs";

/// Stops where an earlier call did not come to its end, or somebody has taken the kit's lines out.
fn undone(work: &Work, record: &Record) -> Result<(), Ends> {
    let was = record.edited.iter().filter(|(path, edited)| *path != LOCK && work.is(path, &edited.before));
    let mut findings: Vec<Finding> = was
        .map(|(path, _)| {
            let finding = Finding::error(Code::VendorChanged, format!("`{path}` is without the lines of the kit"));
            finding.hint("bring back what was committed: git checkout HEAD -- .")
        })
        .collect();
    if let Some(last) = findings.last_mut() {
        last.hints.push("or take the rest out, and bring it in anew: --remove".to_owned());
        return Err((Exit::Config, findings));
    }
    Ok(())
}

fn owned((path, hash): (&String, &String)) -> (String, String) {
    (path.clone(), hash.clone())
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
    let count = if paths.len() == 1 {
        "1 file was changed here, and stays so".to_owned()
    } else {
        format!("{} files were changed here, and stay so", paths.len())
    };
    let finding = Finding::warning(Code::VendorChanged, count);
    paths.iter().fold(finding, |finding, path| finding.note(*path))
}
