//! Takes the kit out again.

use std::collections::BTreeMap;
use std::path::Path;

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::listing::counted;
use crosskit_core::policy::OwnFiles;
use crosskit_core::vendor::lock::Lock;
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::removal::{self, Found, Here, Removal};
use crosskit_core::vendor::{Edit, LOCK, XTASK, copy};

use crate::commands::ground::own_files;
use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::report;
use crate::sh::Started;
use crate::vendor::hash;
use crate::{apply, vendor};

use super::{Work, put};

pub(super) fn run(work: &Work, record: &Record) -> Result<Exit, Ends> {
    let root = work.root();
    let (files, mut findings) = found(work, record);
    let here = Here {
        facts: &work.place.facts,
        files: &files,
        has_more_in_xtask: has_more(work, record, &root.join(XTASK)),
        allow_dirty: work.options.allow_dirty,
    };
    let removal = removal::remove(record, &here);
    findings.extend(removal.findings.iter().cloned());
    if !findings.is_empty() {
        return Err((Exit::Config, findings));
    }
    if work.options.check {
        return show(&removal, &work.place.facts.config);
    }
    // The other way round as it came: at no moment does something name what is not there.
    let path = &work.place.facts.config;
    match removal.config {
        Some((before, Some(after))) => {
            work.write(path, Some(before), after)?;
            work.status("Edited", path);
        }
        Some((_, None)) => {
            apply::remove(root, path).map_err(ends(Exit::Config))?;
            work.status("Removed", path);
        }
        None => {}
    }
    let own: OwnFiles = own_files(root);
    for path in own.keys() {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
        work.status("Removed", path);
    }
    for Edit { path, before, after, .. } in removal.edits {
        work.write(&path, Some(before), after)?;
        work.status("Edited", &path);
    }
    // A call that was ended by force may have left them.
    let config = &work.place.facts.config;
    record
        .files
        .keys()
        .chain(record.edited.keys())
        .chain([config])
        .for_each(|path| vendor::remove_leftovers(root, path));
    vendor::remove_leftovers(root, PATH);
    let _ = std::fs::remove_dir_all(root.join(put::BESIDE));
    // What cargo has made there is nobody's work; an xtask in it may be what runs now.
    let built = root.join(copy::DIRECTORY).join("target");
    if built.join("CACHEDIR.TAG").is_file() {
        let _ = std::fs::remove_dir_all(built);
    }
    for path in &removal.files {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
    }
    work.status("Removed", &format!("{} that came with it", counted(removal.files.len(), "file", "files")));
    lock(work, record, removal.asks_cargo);
    apply::remove(root, PATH).map_err(ends(Exit::Config))?;
    if removal.xtask_stays {
        work.status("Left", &format!("{XTASK}/, which has something of its own, without the kit's lines"));
    }
    if removal.leaves_alias {
        work.status("Left", &format!("the alias `xtask` in {path}, which is without the kit's mark"));
    }
    left_behind(work);
    Ok(Exit::Done)
}

/// Those files of the record that are there, and those that cannot be read.
fn found(work: &Work, record: &Record) -> (BTreeMap<String, Found>, Vec<Finding>) {
    let (mut files, mut findings) = (BTreeMap::new(), Vec::new());
    for path in record.edited.keys() {
        match apply::read(&work.root().join(path)) {
            Ok(Some(text)) => {
                let hash = hash(text.as_bytes());
                files.insert(path.clone(), Found { hash, is_as_it_came: false, text: Some(text) });
            }
            Ok(None) => {}
            Err(finding) => findings.push(*finding),
        }
    }
    for (path, recorded) in &record.files {
        let Some(hash) = work.hash(path) else { continue };
        let text = apply::read(&work.root().join(path)).ok().flatten();
        files.insert(path.clone(), Found { hash, is_as_it_came: work.is(path, recorded), text });
    }
    (files, findings)
}

/// Whether there are files in a directory that did not come with the kit.
fn has_more(work: &Work, record: &Record, directory: &Path) -> bool {
    std::fs::read_dir(directory).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return entry.file_name() != "target" && has_more(work, record, &path);
        }
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        !hidden && !record.files.contains_key(&vendor::relative(work.root(), &path))
    })
}

/// What would change, without a byte written.
fn show(removal: &Removal, config: &str) -> Result<Exit, Ends> {
    let edits = removal.edits.iter().map(|it| (it.path.as_str(), it.before.as_str(), Some(it.after.as_str())));
    let of_config = removal.config.iter().map(|(before, after)| (config, before.as_str(), after.as_deref()));
    let diffs = edits.chain(of_config).map(|(path, before, after)| explain::unified(path, Some(before), after));
    let gone = removal.files.iter().map(|path| format!("{path} would be removed\n"));
    report::data(&diffs.chain(gone).collect::<String>()).map_err(internal)?;
    Ok(Exit::Config)
}

/// The lock file, where others have changed it since, or cargo has made it.
fn lock(work: &Work, record: &Record, by_cargo: bool) {
    let text = apply::read(&work.root().join(LOCK)).ok().flatten();
    let has_kit = || {
        let lock = text.and_then(|text| Lock::parse(&text).ok()).unwrap_or_default();
        lock.ids().any(|id| copy::CRATES.contains(&id.name.as_str()))
    };
    if record.locked && !by_cargo || !record.locked && !has_kit() {
        return;
    }
    let arguments = ["update", "--quiet", "--workspace", "--offline"];
    let asked = work.sh.start(work.sh.command(&work.place.cargo, arguments)).and_then(Started::output);
    let failed = match asked {
        Ok((_, _, status)) if status.success() && record.locked => return work.status("Edited", LOCK),
        // It may hold what somebody has decided about versions.
        Ok((_, _, status)) if status.success() => {
            return work.status("Left", &format!("{LOCK}, which there was not before, without the crates of the kit"));
        }
        Ok((_, stderr, _)) => stderr,
        Err(why) => why,
    };
    let finding = Finding::warning(Code::VendorLocked, format!("`{LOCK}` still has crates of the kit"));
    let finding = failed.lines().filter(|line| !line.trim().is_empty()).fold(finding, Finding::note);
    work.terminal.event(Event::Finding(&finding.hint("let cargo take them out: cargo update --workspace")));
}

/// What somebody else has put where the kit was.
fn left_behind(work: &Work) {
    for path in [copy::DIRECTORY, ".cargo/crosskit"].into_iter().filter(|path| work.root().join(path).exists()) {
        work.status("Left", &format!("{path}, where there is something that did not come with the kit"));
    }
}
