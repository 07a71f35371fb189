//! Brings the kit in.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crosskit_core::exit::Exit;
use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::{Before, FileEdit};
use crosskit_core::vendor::lock::{Id, Lock};
use crosskit_core::vendor::record::{Edited, PATH, Record};
use crosskit_core::vendor::undo::Undo;
use crosskit_core::vendor::{self as decisions, Edit, LOCK, Placement, Request, Source, XTASK, copy};

use crate::apply;
use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::report;
use crate::vendor::own::{self, Own};
use crate::vendor::rehearsal::{Answer, Changed, rehearse};
use crate::vendor::sources::{self, Instead};
use crate::vendor::{git, hash};

use super::Work;

/// As many lines of a list are shown as somebody reads.
const SHOWN: usize = 12;

/// Decides, lets cargo say what would come of it, and writes it; or shows it.
pub(super) fn run(work: &Work, writes: bool) -> Result<Exit, Ends> {
    let own = Own::find().map_err(internal)?;
    let request = request(work, &own);
    let copied =
        if request.source == Source::Copy { own.copy(request.isolated).map_err(internal)? } else { BTreeMap::new() };
    let placement = decisions::place(&request, &work.place.facts);
    let mut findings = placement.findings.clone();
    if writes && !work.options.allow_dirty {
        findings.extend(dirty(work));
    }
    let missing = own.lock.reached_from(&copy::CRATES);
    let theirs = work.place.lock.as_deref().map(Lock::parse).transpose().map_err(|why| {
        (Exit::Usage, vec![Finding::error(Code::VendorLocked, format!("`{LOCK}` is not understood: {why}"))])
    })?;
    let missing = missing.missing_in(theirs.as_ref().unwrap_or(&Lock::default()));
    if request.source == Source::Copy && !request.isolated {
        findings.extend(not_in_sources(work, &missing, &copied)?);
    }
    if findings.iter().any(Finding::is_error) {
        return Err((Exit::Usage, findings));
    }
    let lock = on_trial(work, &request, &placement, &copied, theirs.as_ref(), &missing)?;
    findings.iter().for_each(|finding| work.terminal.event(Event::Finding(finding)));
    let left_to_do = findings.iter().any(|finding| finding.code == Code::VendorByHand);
    if !writes {
        show(work, &placement, &copied, lock.as_deref())?;
        return Ok(Exit::Config);
    }
    write(work, &request, &placement, copied, lock)?;
    Ok(if left_to_do { Exit::Config } else { Exit::Done })
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

fn listed<'a>(finding: Finding, words: impl Iterator<Item = &'a str>) -> Finding {
    let words: Vec<&str> = words.collect();
    let finding = words.iter().take(SHOWN).fold(finding, |finding, words| finding.note(*words));
    match words.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => finding.note(format!("and {more} more")),
        _ => finding,
    }
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

/// Lets cargo say what becomes of the workspace, and gives back its lock file.
fn on_trial(
    work: &Work,
    request: &Request,
    placement: &Placement,
    copied: &BTreeMap<String, String>,
    theirs: Option<&Lock>,
    missing: &Lock,
) -> Result<Option<String>, Ends> {
    let online = !work.options.offline;
    let failed = |what: &str, why: &str| {
        let lines = why.lines().map(str::trim).filter(|line| !line.is_empty());
        let finding = listed(Finding::error(Code::VendorLocked, what.to_owned()), lines);
        let words: Vec<String> = missing.ids().filter(|id| id.source.is_some()).map(Id::words).collect();
        let finding = match sources::instead_of_crates_io(work.sh, work.root()) {
            Some(Instead::Other(what)) => {
                finding.note(format!("crates.io is replaced by {what}; the kit needs there: {}", words.join(", ")))
            }
            _ => finding,
        };
        (Exit::Config, vec![finding.hint("keep the kit apart, with a lock file of its own: --isolated")])
    };
    let mut changed = Changed::new();
    changed.extend(work.place.lock.iter().map(|text| (LOCK.to_owned(), text.clone())));
    let before = rehearse(work.sh, &work.place, &changed, online)
        .map_err(|why| failed("cargo cannot say what is built now", &why))?;
    if let (Some(theirs), Some(text)) = (theirs, &before.lock)
        && Lock::parse(text).is_ok_and(|now| now != *theirs)
    {
        let finding = Finding::error(Code::VendorLocked, format!("`{LOCK}` is not up to date with the manifests"));
        let finding = finding.note("cargo would change it at its next call, with or without the kit");
        return Err((Exit::Config, vec![finding.hint("bring it up to date, and commit it: cargo update --workspace")]));
    }
    changed.extend(placement.edits.iter().map(|edit| (edit.path.clone(), edit.after.clone())));
    changed.extend(placement.files.iter().cloned());
    for (path, text) in copied {
        if path.ends_with(".toml") {
            changed.insert(path.clone(), text.clone());
        } else if path.ends_with("/src/lib.rs") {
            changed.insert(path.clone(), String::new());
        }
    }
    if let Some(text) = &work.place.lock
        && !request.isolated
    {
        changed.insert(LOCK.to_owned(), format!("{text}{}", missing.text()));
    }
    let after = rehearse(work.sh, &work.place, &changed, online)
        .map_err(|why| failed("cargo cannot say what would be built", &why))?;
    let mut findings = members_changed(work, request, &before, &after);
    let Some((theirs, text)) = theirs.zip(after.lock.as_ref()) else {
        return if findings.is_empty() { Ok(None) } else { Err((Exit::Config, findings)) };
    };
    let locked = Lock::parse(text).map_err(internal)?;
    findings.extend(moved(theirs, &locked));
    if !findings.is_empty() {
        return Err((Exit::Config, findings));
    }
    tell_what_is_locked(work, theirs, &locked, &before, &after);
    let is_windows = work.place.lock.as_ref().is_some_and(|text| text.contains("\r\n"));
    Ok(Some(if is_windows { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text.clone() }))
}

/// The workspace has one member more, and cargo builds by itself what it did.
fn members_changed(work: &Work, request: &Request, before: &Answer, after: &Answer) -> Vec<Finding> {
    let mut expected = before.names.clone();
    let has_xtask = work.place.facts.members.iter().any(|member| member.name == XTASK);
    let is_new = !request.isolated && after.names.members.len() > before.names.members.len() && !has_xtask;
    expected.members.extend(is_new.then(|| XTASK.to_owned()));
    if after.names == expected {
        return Vec::new();
    }
    let list = |names: &std::collections::BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let finding = Finding::error(Code::VendorLocked, "other packages would be members of the workspace")
        .note(format!("now: {}; by themselves: {}", list(&before.names.members), list(&before.names.default_members)))
        .note(format!("then: {}; by themselves: {}", list(&after.names.members), list(&after.names.default_members)));
    vec![finding.hint("keep the kit apart, in a workspace of its own: --isolated")]
}

fn moved(before: &Lock, after: &Lock) -> Option<Finding> {
    let moved = after.moved_since(before);
    if moved.is_empty() {
        return None;
    }
    let plural = if moved.len() == 1 { "1 locked version" } else { &format!("{} locked versions", moved.len()) };
    let finding = Finding::error(Code::VendorLocked, format!("{plural} would move"));
    let words = |(id, instead): &(Id, Vec<Id>)| {
        let instead: Vec<String> = instead.iter().map(Id::words).collect();
        let instead = if instead.is_empty() { "nothing".to_owned() } else { instead.join(" and ") };
        format!("{} would become {instead}", id.words())
    };
    let all: Vec<String> = moved.iter().map(words).collect();
    let names: Vec<String> = moved.iter().map(|(id, _)| format!("--package {}", id.name)).collect();
    Some(
        listed(finding, all.iter().map(String::as_str))
            .hint(format!(
                "move what the kit needs yourself first, as a change of its own: cargo update {}",
                names.join(" ")
            ))
            .hint("or keep the kit apart, with a lock file of its own: --isolated"),
    )
}

fn tell_what_is_locked(work: &Work, theirs: &Lock, locked: &Lock, before: &Answer, after: &Answer) {
    let added = locked.added_since(theirs);
    let registry = added.iter().filter(|id| id.source.is_some()).count();
    work.status(
        "Locking",
        &format!("{registry} crates more; none of the {} that are locked moves", theirs.ids().count()),
    );
    added.iter().for_each(|id| work.detail("Adding", &id.words()));
    for (id, features) in &before.features {
        let Some(then) = after.features.get(id) else { continue };
        let gained: Vec<&str> = then.difference(features).map(String::as_str).collect();
        if !gained.is_empty() {
            let words = format!("{} gains {} where all members are built at once", id.words(), gained.join(", "));
            work.status("Note", &words);
        }
    }
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
    work.status("Finished", "from now on, there: cargo xtask cross aarch64 --install");
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
