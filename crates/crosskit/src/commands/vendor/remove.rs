//! Takes the kit out again.

use crosskit_core::config;
use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::plan::{Before, FileEdit};
use crosskit_core::policy::{LAUNCHER_PATH, OwnFiles};
use crosskit_core::vendor::record::{PATH, Record};
use crosskit_core::vendor::update::{Undone, undo};
use crosskit_core::vendor::{LOCK, copy};

use crate::commands::ground::own_files;
use crate::commands::{Ends, ends};
use crate::event::Event;
use crate::sh::Started;
use crate::vendor::{git, hash};
use crate::{apply, vendor};

use super::Work;

pub(super) fn run(work: &Work, record: &Record) -> Result<Exit, Ends> {
    let root = work.root();
    let mut findings = Vec::new();
    let mut edits = Vec::new();
    let mut by_cargo = false;
    for (path, edited) in &record.edited {
        let text = match apply::read(&root.join(path)) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(finding) => {
                findings.push(*finding);
                continue;
            }
        };
        match undo(record, path, edited, &text, &hash(text.as_bytes())) {
            Undone::Nothing => {}
            Undone::Text(after) => edits.push((path, text, after)),
            Undone::ByCargo => by_cargo = true,
            Undone::Unclear(why) => findings.push(
                Finding::error(Code::VendorByHand, format!("the kit's lines in `{path}` cannot be taken out: {why}"))
                    .at(Origin::File { path: path.clone(), line: 1, column: 1 })
                    .hint("take out what names `crosskit` there, and call this again"),
            ),
        }
    }
    let changed: Vec<&String> = record
        .files
        .iter()
        .filter(|(path, hash)| work.hash(path).is_some_and(|here| here != **hash))
        .map(|(path, _)| path)
        .collect();
    if !changed.is_empty() && !work.options.allow_dirty {
        findings.push(changed_here(&changed));
    }
    let config = config_without(work, &mut findings);
    if !findings.is_empty() {
        return Err((Exit::Config, findings));
    }
    // The other way round as it came: at no moment does something name what is not there.
    if let Some((before, after)) = config {
        let path = &work.place.facts.config;
        match after {
            Some(after) => write(work, path, before, after)?,
            None => apply::remove(root, path).map_err(ends(Exit::Config))?,
        }
        work.status("Edited", path);
    }
    let own: OwnFiles = own_files(root);
    for path in own.keys() {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
        work.status("Removed", path);
    }
    edits.sort_by_key(|(path, ..)| path.as_str() == LOCK);
    for (path, before, after) in edits {
        write(work, path, before, after)?;
        work.status("Edited", path);
    }
    let mut gone = 0;
    for path in record.files.keys() {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
        gone += 1;
    }
    work.status("Removed", &format!("{gone} files that came with it"));
    lock(work, record, by_cargo);
    apply::remove(root, PATH).map_err(ends(Exit::Config))?;
    left_behind(work);
    Ok(Exit::Done)
}

fn write(work: &Work, path: &str, before: String, after: String) -> Result<(), Ends> {
    let edit = FileEdit { before: Before::Text(before), ..FileEdit::own(path, after) };
    apply::write(Some(&work.lock), work.root(), &edit).map_err(ends(Exit::Config))
}

fn changed_here(paths: &[&String]) -> Finding {
    let count = if paths.len() == 1 { "1 file was".to_owned() } else { format!("{} files were", paths.len()) };
    let finding = Finding::error(Code::VendorChanged, format!("{count} changed here, and would be lost"));
    let finding = paths.iter().fold(finding, |finding, path| finding.note(path.as_str()));
    finding.hint("if git has them, or nobody needs them: --allow-dirty")
}

/// The config without any key of the kit: what it was, and what is left of it, if anything.
fn config_without(work: &Work, findings: &mut Vec<Finding>) -> Option<(String, Option<String>)> {
    let path = &work.place.facts.config;
    let before = work.place.facts.files.get(path)?.clone();
    match config::remove(&before) {
        Ok(outcome) if outcome.text == before => None,
        Ok(outcome) if config::is_only_ours(&outcome.text) => Some((before, None)),
        Ok(outcome) => Some((before, Some(outcome.text))),
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
    let left = [copy::DIRECTORY, ".cargo/crosskit", LAUNCHER_PATH].into_iter();
    for path in
        left.filter(|path| vendor::hash_of(&work.root().join(path)).is_some() || work.root().join(path).is_dir())
    {
        work.status("Left", &format!("{path}, where there is something that did not come with the kit"));
    }
}
