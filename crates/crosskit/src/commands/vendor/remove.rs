//! Takes the kit out again.

use std::path::Path;

use crosskit_core::config::{self, Position};
use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::policy::OwnFiles;
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::update::{self, Undone, undo};
use crosskit_core::vendor::{self as decisions, LOCK, MANIFEST, XTASK, copy};

use crate::commands::ground::own_files;
use crate::commands::{Ends, ends};
use crate::event::Event;
use crate::sh::Started;
use crate::vendor::{git, hash};
use crate::{apply, vendor};

use super::{Work, put};

pub(super) fn run(work: &Work, record: &Record) -> Result<Exit, Ends> {
    let root = work.root();
    let mut findings = Vec::new();
    let mut edits = Vec::new();
    let mut by_cargo = false;
    let stays = xtask_stays(work, record);
    let mut entry = record.entry.clone();
    if stays {
        // It is a member, and no default member, as it was.
        entry.member = None;
        entry.default_members.clear();
    }
    let without = Record { entry, ..record.clone() };
    for (path, edited) in &record.edited {
        let text = match apply::read(&root.join(path)) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(finding) => {
                findings.push(*finding);
                continue;
            }
        };
        // What leads back to the byte takes the xtask out as well.
        let is_root = path == MANIFEST && without.entry != record.entry;
        let hash = if is_root { String::new() } else { hash(text.as_bytes()) };
        match undo(&without, path, edited, &text, &hash) {
            Undone::Nothing => {}
            Undone::Text(after) => edits.push((path.clone(), text, after)),
            Undone::ByCargo => by_cargo = true,
            Undone::Unclear(why) => findings.push(
                Finding::error(Code::VendorByHand, format!("the kit's lines in `{path}` cannot be taken out: {why}"))
                    .at(Origin::File { path: path.clone(), line: 1, column: 1 })
                    .hint("take out what names `crosskit` there, and call this again"),
            ),
        }
    }
    findings.extend(put_in_by_hand(work, record, &edits));
    let mut record = record.clone();
    if stays {
        for path in OF_XTASK {
            let Some(text) = apply::read(&root.join(path)).ok().flatten() else { continue };
            let Some(after) = update::xtask_without_kit(path, &text) else { continue };
            record.files.remove(path);
            edits.push((path.to_owned(), text, after));
        }
        by_cargo = true;
    }
    let is_changed = |path: &str, hash: &str| work.hash(path).is_some() && !work.is(path, hash);
    let changed = record.files.iter().filter(|(path, hash)| is_changed(path, hash));
    let changed: Vec<&String> = changed.map(|(path, _)| path).collect();
    if !changed.is_empty() && !work.options.allow_dirty {
        findings.push(changed_here(&changed));
    }
    let config = config_without(work, stays, &mut findings);
    if !findings.is_empty() {
        return Err((Exit::Config, findings));
    }
    // The other way round as it came: at no moment does something name what is not there.
    if let Some((before, after)) = config {
        let path = &work.place.facts.config;
        match after {
            Some(after) => {
                work.write(path, Some(before), after)?;
                work.status("Edited", path);
            }
            None => {
                apply::remove(root, path).map_err(ends(Exit::Config))?;
                work.status("Removed", path);
            }
        }
    }
    let own: OwnFiles = own_files(root);
    for path in own.keys() {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
        work.status("Removed", path);
    }
    edits.sort_by_key(|(path, ..)| path == LOCK);
    for (path, before, after) in edits {
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
    let mut gone = 0;
    for path in record.files.keys() {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
        gone += 1;
    }
    work.status("Removed", &format!("{gone} files that came with it"));
    lock(work, &record, by_cargo);
    apply::remove(root, PATH).map_err(ends(Exit::Config))?;
    if stays {
        work.status("Left", &format!("{XTASK}/, which has something of its own, without the kit's lines"));
    }
    left_behind(work);
    Ok(Exit::Done)
}

/// The xtask that was there before the kit still calls it: somebody has put the lines in, or changed them.
fn put_in_by_hand(work: &Work, record: &Record, edits: &[(String, String, String)]) -> Option<Finding> {
    let facts = &work.place.facts;
    let xtask = decisions::existing(facts).filter(|member| !record.files.contains_key(&member.manifest()))?;
    let path = xtask.program.as_ref()?;
    let edited = edits.iter().find(|(edited, ..)| edited == path).map(|(_, _, after)| after);
    let text = edited.or_else(|| facts.files.get(path))?;
    let at = text.find("crosskit::")?;
    let Position { line, column } = Position::of(text, at);
    let message = format!("`{}` calls the kit in lines that did not come with it", xtask.name);
    let finding = Finding::error(Code::VendorByHand, message).at(Origin::File { path: path.clone(), line, column });
    Some(finding.hint("take them out, and call this again"))
}

/// The files of the xtask that comes with the kit.
const OF_XTASK: [&str; 2] = ["xtask/Cargo.toml", "xtask/src/main.rs"];

/// Whether the xtask that came with the kit has something of its own by now: it stays then, without the kit.
fn xtask_stays(work: &Work, record: &Record) -> bool {
    let came = OF_XTASK.iter().all(|path| record.files.contains_key(*path));
    let changed = || {
        OF_XTASK
            .iter()
            .any(|path| record.files.get(*path).is_some_and(|hash| work.hash(path).is_some() && !work.is(path, hash)))
    };
    came && !work.options.allow_dirty && (changed() || has_more(work, record, &work.root().join(XTASK)))
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

fn changed_here(paths: &[&String]) -> Finding {
    let count = if paths.len() == 1 { "1 file was".to_owned() } else { format!("{} files were", paths.len()) };
    let finding = Finding::error(Code::VendorChanged, format!("{count} changed here, and would be lost"));
    let finding = paths.iter().fold(finding, |finding, path| finding.note(path.as_str()));
    finding.hint("if git has them, or nobody needs them: --allow-dirty")
}

/// The config without any key of the kit: what it was, and what is left of it, if anything.
fn config_without(work: &Work, xtask_stays: bool, findings: &mut Vec<Finding>) -> Option<(String, Option<String>)> {
    let path = &work.place.facts.config;
    let before = work.place.facts.files.get(path)?.clone();
    // An xtask that stays is still called by its alias.
    match config::remove_where(&before, |path| !xtask_stays || path != ["alias", "xtask"]) {
        Ok(outcome) if outcome.text == before => None,
        Ok(outcome) if config::is_only_ours(&outcome.text) => Some((before, None)),
        Ok(outcome) => Some((before, Some(config::without_new_file(&outcome.text)))),
        Err(error) => {
            findings.push(Finding::error(Code::ConfigInvalid, format!("`{path}` cannot be edited: {error}")));
            None
        }
    }
}

/// The lock file, where others have changed it since, or where there was none.
fn lock(work: &Work, record: &Record, by_cargo: bool) {
    if !record.locked {
        // Cargo made it, and nobody has taken it for his own.
        let path = work.root().join(LOCK);
        if path.is_file() && git::changes(work.sh, work.root()).is_some() && !git::knows(work.sh, work.root(), LOCK) {
            let _ = std::fs::remove_file(path);
        }
        return;
    }
    if !by_cargo {
        return;
    }
    let arguments = ["update", "--quiet", "--workspace", "--offline"];
    let asked = work.sh.start(work.sh.command(&work.place.cargo, arguments)).and_then(Started::output);
    let failed = match asked {
        Ok((_, _, status)) if status.success() => return work.status("Edited", LOCK),
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
