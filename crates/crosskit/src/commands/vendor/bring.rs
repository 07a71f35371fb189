//! Brings the kit in.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::{Before, FileEdit};
use crosskit_core::vendor::lock::Lock;
use crosskit_core::vendor::record::{Edited, PATH, Record};
use crosskit_core::vendor::undo::Undo;
use crosskit_core::vendor::{self as decisions, Edit, LOCK, Placement, Request, Source, copy};

use crate::apply;
use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::report;
use crate::vendor::own::{self, Own};
use crate::vendor::sources::{self, Instead};
use crate::vendor::{git, hash};

use super::consequences::{self, Change};
use super::{Work, listed};

/// Decides, lets cargo say what would come of it, and writes it; or shows it.
pub(super) fn run(work: &Work, writes: bool) -> Result<Exit, Ends> {
    let own = Own::find().map_err(internal)?;
    let request = request(work, &own);
    let mut copied =
        if request.source == Source::Copy { own.copy(request.isolated).map_err(internal)? } else { BTreeMap::new() };
    let placement = decisions::place(&request, &work.place.facts);
    let mut findings = placement.findings.clone();
    if writes && !work.options.allow_dirty {
        findings.extend(dirty(work));
    }
    let missing = own.lock.reached_from(&copy::CRATES);
    // What is not understood is told when cargo is asked.
    let theirs = work.place.lock.as_deref().and_then(|text| Lock::parse(text).ok()).unwrap_or_default();
    let missing = missing.missing_in(&theirs);
    if request.source == Source::Copy && !request.isolated {
        findings.extend(not_in_sources(work, &missing, &copied)?);
    }
    if findings.iter().any(Finding::is_error) {
        return Err((Exit::Usage, findings));
    }
    let edited = placement.edits.iter().map(|edit| (edit.path.clone(), edit.after.clone()));
    let files = edited.chain(placement.files.iter().cloned()).collect();
    let change = Change { isolated: request.isolated, missing: &missing, copied: &copied, files };
    let locks = consequences::of(work, &change)?;
    let lock = locks.workspace;
    copied.extend(locks.copy.map(|text| (format!("{}/{LOCK}", copy::DIRECTORY), text)));
    findings.iter().for_each(|finding| work.terminal.event(Event::Finding(finding)));
    let left_to_do = findings.iter().any(|finding| finding.code == Code::VendorByHand);
    if !writes {
        show(work, &placement, &copied, lock.as_deref())?;
        return Ok(Exit::Config);
    }
    write(work, &request, &placement, copied, lock)?;
    if left_to_do {
        return Ok(Exit::Config);
    }
    work.status("Finished", "from now on, there: cargo xtask cross aarch64 --install");
    Ok(Exit::Done)
}

fn request(work: &Work, own: &Own) -> Request {
    let crosskit = own.crates.join("crosskit");
    let at = match work.options.source {
        Source::Registry => env!("CARGO_PKG_VERSION").to_owned(),
        _ => relative(work.root(), &crosskit),
    };
    Request { source: work.options.source, isolated: work.options.isolated, at }
}

/// The way from one directory to another, with slashes; a whole path where they have little in common.
fn relative(from: &Path, to: &Path) -> String {
    let (from_parts, to_parts): (Vec<Component>, Vec<Component>) =
        (from.components().collect(), to.components().collect());
    let common = from_parts.iter().zip(&to_parts).take_while(|(one, other)| one == other).count();
    // The root, and the first directory below it.
    if common < 3 {
        return to.to_string_lossy().replace('\\', "/");
    }
    let up = from_parts.iter().skip(common).map(|_| "..".into());
    let parts: Vec<_> = up.chain(to_parts.iter().skip(common).map(|it| it.as_os_str().to_string_lossy())).collect();
    parts.join("/")
}

fn dirty(work: &Work) -> Option<Finding> {
    let changes = git::changes(work.sh, work.root())?;
    if changes.is_empty() {
        return None;
    }
    let plural = if changes.len() == 1 { "1 change that is" } else { &format!("{} changes that are", changes.len()) };
    let finding = Finding::error(Code::VendorDirty, format!("the workspace has {plural} not committed"));
    Some(
        listed(finding, changes.iter().map(String::as_str))
            .hint("commit them, or put them aside: git stash --include-untracked")
            .hint("or go on all the same: --allow-dirty"),
    )
}

/// What crates.io is replaced by, and what that lacks.
fn not_in_sources(work: &Work, missing: &Lock, copied: &BTreeMap<String, String>) -> Result<Option<Finding>, Ends> {
    let Some(Instead::Directory(directory)) = sources::instead_of_crates_io(work.sh, work.root()) else {
        return Ok(None);
    };
    let lacking = sources::not_in(&directory, missing.ids());
    if lacking.is_empty() {
        return Ok(None);
    }
    // A workspace of the kit alone, for cargo to read.
    let stage = work.place.target_directory.join("crosskit").join("kit");
    for (path, text) in copied {
        let path = path.strip_prefix(copy::DIRECTORY).unwrap_or(path).trim_start_matches('/');
        apply::write(None, &stage, &FileEdit::own(path, text.clone())).map_err(ends(Exit::Internal))?;
    }
    let below = |path: &Path| path.strip_prefix(work.root()).unwrap_or(path).display().to_string();
    let plural = if lacking.len() == 1 { "1 crate is" } else { &format!("{} crates are", lacking.len()) };
    let finding = Finding::error(Code::VendorSources, format!("{plural} not in `{}`", below(&directory)));
    let finding = lacking.iter().map(|id| id.words()).fold(finding, Finding::note);
    let line = format!("cargo vendor --sync {} {}", below(&stage.join("Cargo.toml")), below(&directory));
    Ok(Some(
        finding
            .note("the workspace takes its crates from there")
            .hint(format!("add them, then call this again: {line}")),
    ))
}

/// Every edit, and what is new, without a byte written.
fn show(work: &Work, placement: &Placement, copied: &BTreeMap<String, String>, lock: Option<&str>) -> Result<(), Ends> {
    let mut text = String::new();
    for edit in &placement.edits {
        text.push_str(&explain::unified(&edit.path, Some(&edit.before), Some(&edit.after)));
    }
    let config = &work.place.facts.config;
    if let Some(after) = &placement.config {
        text.push_str(&explain::unified(config, work.place.facts.files.get(config).map(String::as_str), Some(after)));
    }
    for (path, after) in &placement.files {
        text.push_str(&explain::unified(path, None, Some(after)));
    }
    if let Some((before, after)) = work.place.lock.as_deref().zip(lock) {
        text.push_str(&explain::unified(LOCK, Some(before), Some(after)));
    }
    report::data(&text).map_err(internal)?;
    if !copied.is_empty() {
        work.status("Checked", &format!("{}/ would be added ({} files)", copy::DIRECTORY, copied.len()));
    }
    Ok(())
}

fn write(
    work: &Work,
    request: &Request,
    placement: &Placement,
    copied: BTreeMap<String, String>,
    lock: Option<String>,
) -> Result<(), Ends> {
    let mut edits = placement.edits.clone();
    if let Some((before, after)) = work.place.lock.clone().zip(lock).filter(|(before, after)| before != after) {
        edits.push(Edit { path: LOCK.to_owned(), before, after, line: None });
    }
    let record = record(work, request, placement, &edits, &copied);
    let root = work.root();
    // First, so that whatever ends this, `--remove` knows what there may be.
    edit(work, &FileEdit { before: Before::NoFile, ..FileEdit::own(PATH, record.text()) })?;
    if !copied.is_empty() {
        put_copy(root, &copied).map_err(internal)?;
        work.status("Copied", &format!("{}/ ({} files)", copy::DIRECTORY, copied.len()));
    }
    for (path, text) in &placement.files {
        edit(work, &FileEdit { before: Before::NoFile, ..FileEdit::own(path.clone(), text.clone()) })?;
        work.status("Added", path);
    }
    for it in &edits {
        edit(
            work,
            &FileEdit { before: Before::Text(it.before.clone()), ..FileEdit::own(it.path.clone(), it.after.clone()) },
        )?;
        work.status("Edited", &it.path);
        if it.path != LOCK {
            explain::unified(&it.path, Some(&it.before), Some(&it.after))
                .lines()
                .for_each(|line| work.detail("", line));
        }
    }
    if let Some(text) = &placement.config {
        let path = &work.place.facts.config;
        let before = work.place.facts.files.get(path).cloned().map_or(Before::NoFile, Before::Text);
        edit(work, &FileEdit { before, ..FileEdit::own(path.clone(), text.clone()) })?;
        work.status("Edited", path);
    }
    let written: Vec<String> =
        record.files.keys().cloned().chain([PATH.to_owned(), work.place.facts.config.clone()]).collect();
    let ignored = git::ignored(work.sh, root, &written);
    if !ignored.is_empty() {
        let finding =
            Finding::warning(Code::VendorDirty, "git ignores some of what was written, and nobody else would get it");
        let finding = listed(finding, ignored.iter().map(String::as_str));
        work.terminal.event(Event::Finding(
            &finding.hint("take the pattern out of .gitignore, or add an exception: !/crosskit/**"),
        ));
    }
    Ok(())
}

fn edit(work: &Work, edit: &FileEdit) -> Result<(), Ends> {
    apply::write(Some(&work.lock), work.root(), edit).map_err(ends(Exit::Config))
}

/// What is written, for the day on which it goes again.
fn record(
    work: &Work,
    request: &Request,
    placement: &Placement,
    edits: &[Edit],
    copied: &BTreeMap<String, String>,
) -> Record {
    let edited = edits.iter().map(|edit| {
        let undo = Undo::between(&edit.before, &edit.after);
        let (before, after) = (hash(edit.before.as_bytes()), hash(edit.after.as_bytes()));
        (edit.path.clone(), Edited { before, after, undo, line: edit.line.clone() })
    });
    let files =
        own::hashes(copied).into_iter().chain(own::hashes(placement.files.iter().map(|(path, text)| (path, text))));
    Record {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source: request.source,
        isolated: request.isolated,
        entry: placement.entry.clone(),
        locked: work.place.lock.is_some(),
        edited: edited.collect(),
        files: files.collect(),
    }
}

/// Writes the copy beside its place, and moves it there in one step.
fn put_copy(root: &Path, copied: &BTreeMap<String, String>) -> Result<(), String> {
    let beside = root.join(format!(".{}-new", copy::DIRECTORY));
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
