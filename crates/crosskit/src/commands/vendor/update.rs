//! Brings what was vendored to this version, or says what that would change.

use std::collections::BTreeMap;

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::listing::counted;
use crosskit_core::plan::FileEdit;
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::update::{self, Coming, Update};
use crosskit_core::vendor::{self as decisions, LOCK, Source, copy};

use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::report;
use crate::vendor::hash;
use crate::vendor::own::Own;
use crate::{apply, git};

use super::consequences::{self, Change};
use super::{Work, bring};

pub(super) fn run(work: &Work, record: &Record) -> Result<Exit, Ends> {
    undone(work, record)?;
    let alias = decisions::alias_again(record, &work.place.facts);
    if !alias.findings.is_empty() {
        return Err((Exit::Config, alias.findings));
    }
    let exit = if record.source == Source::Copy {
        sources(work, record)?
    } else {
        let (source, version) = (record.source.as_str(), env!("CARGO_PKG_VERSION"));
        work.status("Checked", &format!("crosskit comes by {source}, so no file is copied; this is {version}"));
        Exit::Done
    };
    let Some(after) = alias.config else { return Ok(exit) };
    // Without it nothing starts the kit, whatever its version.
    let path = &work.place.facts.config;
    if work.options.check {
        work.status("Checked", &format!("the alias `xtask` is not in {path}"));
        return Ok(Exit::Config);
    }
    work.write(path, work.place.facts.files.get(path).cloned(), after)?;
    work.status("Edited", path);
    Ok(exit)
}

/// Brings the copy to this version.
fn sources(work: &Work, record: &Record) -> Result<Exit, Ends> {
    let version = env!("CARGO_PKG_VERSION");
    let own = Own::find().map_err(internal)?;
    // The copy itself knows of no other version; what was changed in it can still be told.
    let is_copy = own.crates == work.root().join(copy::DIRECTORY);
    let copied = if is_copy { None } else { Some(own.copy(record.isolated).map_err(internal)?) };
    let lacking = copied.as_ref().map(|copied| bring::not_in_sources(work, &own, copied)).transpose()?.flatten();
    let coming = Coming::new(record, copied, hash);
    let here_or_recorded = |path: &str| match record.files.get(path) {
        Some(hash) if work.is(path, hash) => Some(hash.clone()),
        _ => work.hash(path),
    };
    let Update { conflicts, kept, written, deleted } = coming.update(record, here_or_recorded);
    let here = |path: &str| apply::read(&work.root().join(path)).ok().flatten();
    let comes = |path: &str| coming.texts.get(path).map(String::as_str);
    if !conflicts.is_empty() {
        let diffs = conflicts.iter().map(|path| explain::unified(path, here(path).as_deref(), comes(path)));
        report::data(&diffs.collect::<String>()).map_err(internal)?;
        return Err((Exit::Config, vec![conflict(&conflicts)]));
    }
    if !kept.is_empty() {
        // What the text was before is known where another version has it.
        let known = kept.iter().filter(|path| coming.texts.contains_key(*path));
        let diffs = known.map(|path| explain::unified(path, comes(path), here(path).as_deref()));
        report::data(&diffs.collect::<String>()).map_err(internal)?;
        work.terminal.event(Event::Finding(&changed_here(&kept)));
    }
    let changes = counted(written.len() + deleted.len(), "file", "files");
    let mut updated = coming.record(record, version);
    if written.is_empty() && deleted.is_empty() && updated == *record {
        work.status("Checked", &format!("crosskit {} is up to date", record.version));
        return Ok(Exit::Done);
    }
    if let Some(finding) = lacking {
        return Err((Exit::Usage, vec![finding]));
    }
    let versions = match record.version.as_str() {
        same if same == version => format!("to what this checkout of {version} has"),
        newer if update::is_older(version, newer) => format!("back from {newer} to {version}"),
        older => format!("from {older} to {version}"),
    };
    let copied = coming.copied(&kept, here);
    let change = Change { isolated: record.isolated, own: &own, copied: &copied, files: BTreeMap::new() };
    let locks = consequences::of(work, &change, record.source)?;
    if work.options.check {
        work.status("Checked", &format!("an update {versions} changes {changes}"));
        written.iter().chain(&deleted).for_each(|path| work.detail("", path));
        return Ok(Exit::Config);
    }
    for path in &written {
        let text = comes(path).unwrap_or_default().to_owned();
        apply::write(Some(&work.lock), work.root(), &FileEdit::own(path, text)).map_err(ends(Exit::Config))?;
        work.detail("Updated", path);
    }
    for path in &deleted {
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
    work.write(PATH, work.place.record.clone(), updated.text())?;
    work.status("Updated", &format!("{}/ {versions} ({changes})", copy::DIRECTORY));
    Ok(Exit::Done)
}

/// Stops where an earlier call did not come to its end, or somebody has taken the kit's lines out.
fn undone(work: &Work, record: &Record) -> Result<(), Ends> {
    let was = record.edited.iter().filter(|(path, edited)| work.is(path, &edited.before));
    let paths: Vec<&str> = was.map(|(path, _)| path.as_str()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let count = counted(paths.len(), "file is", "files are");
    let finding = Finding::error(Code::VendorChanged, format!("{count} without the lines of the kit"));
    let finding = paths.iter().fold(finding, |finding, path| finding.note(*path));
    // These are what they were before the kit, so that nothing of anybody else is lost with them.
    let finding = if git::committed(work.sh, work.root(), PATH) {
        finding.hint(format!("bring back what was committed: git checkout HEAD -- {}", paths.join(" ")))
    } else {
        finding.note("an earlier call was ended before it was done")
    };
    Err((Exit::Config, vec![finding.hint("take the rest out, and bring it in anew: --remove")]))
}

fn conflict(paths: &[String]) -> Finding {
    let count = counted(paths.len(), "file was", "files were");
    let message = format!("{count} changed here, and in crosskit {}", env!("CARGO_PKG_VERSION"));
    let finding = paths.iter().fold(Finding::error(Code::VendorChanged, message), Finding::note);
    finding
        .note("nothing was written; above is what would change")
        .hint("take your change back, update, and make it again: git log --patch -- crosskit")
}

fn changed_here(paths: &[String]) -> Finding {
    let count = counted(paths.len(), "file was changed here, and stays so", "files were changed here, and stay so");
    paths.iter().fold(Finding::warning(Code::VendorChanged, count), Finding::note)
}
