//! What cargo says would become of a workspace, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::vendor::lock::{Id, Lock};
use crosskit_core::vendor::{self as decisions, LOCK, Source, XTASK, copy};

use crate::commands::{Ends, internal};
use crate::vendor::own::Own;
use crate::vendor::rehearsal::{Answer, Changed, Network, rehearse};
use crate::vendor::sources::{self, Instead};

use super::{Work, listed};

/// What is to be written.
pub(super) struct Change<'a> {
    /// The kit is a workspace of its own.
    pub(super) isolated: bool,
    /// The kit, with the versions that it was tested with.
    pub(super) own: &'a Own,
    /// The copy, if there is one.
    pub(super) copied: &'a BTreeMap<String, String>,
    /// Other files, by their path below the root.
    pub(super) files: Changed,
}

impl Change<'_> {
    /// The versions with which the kit may come in, the best first, and how cargo is asked about them. Without network it
    /// takes what was downloaded for what is locked and was not, so that it is asked again where that moves something.
    fn attempts(&self, offline: bool) -> Vec<(&Lock, Network)> {
        let Own { lock, lowest, .. } = self.own;
        match (offline, self.isolated) {
            (true, true) => vec![(lock, Network::Never)],
            (true, false) => vec![(lock, Network::Never), (lowest, Network::Never)],
            (false, true) => vec![(lock, Network::IfNeeded)],
            (false, false) => vec![(lock, Network::IfNeeded), (lock, Network::Asked), (lowest, Network::Asked)],
        }
    }
}

/// The lock files that cargo makes of it.
pub(super) struct Locks {
    /// That of the workspace, if it has one.
    pub(super) workspace: Option<String>,
    /// That of the copy, if the xtask goes by it.
    pub(super) copy: Option<String>,
}

/// Lets cargo say what becomes of the workspace.
///
/// # Errors
/// Cargo cannot say, or something would be built otherwise than now.
pub(super) fn of(work: &Work, change: &Change, source: Source) -> Result<Locks, Ends> {
    let text = work.place.lock.as_deref();
    let theirs = text.map(Lock::parse).transpose().map_err(|why| not_understood(&why))?;
    let mut files = Changed::new();
    files.extend(text.map(|text| (LOCK.to_owned(), text.to_owned())));
    let network = if work.options.offline { Network::Never } else { Network::IfNeeded };
    let before = rehearse(work.sh, &work.place, &files, network, false);
    let before = before.map_err(|why| failed(work, change, None, "cargo cannot say what is built now", &why))?;
    if let (Some(theirs), Some(text)) = (&theirs, &before.lock)
        && Lock::parse(text).is_ok_and(|now| now != *theirs)
    {
        let finding = Finding::error(Code::VendorLocked, format!("`{LOCK}` is not up to date with the manifests"));
        let finding = finding.note("cargo would change it at its next call, with or without the kit");
        return Err((Exit::Config, vec![finding.hint("bring it up to date, and commit it: cargo update --workspace")]));
    }
    files.extend(change.files.clone());
    for (path, text) in change.copied {
        if path.ends_with(".toml") || path.ends_with(LOCK) {
            files.insert(path.clone(), text.clone());
        } else if path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs") {
            files.insert(path.clone(), String::new());
        }
    }
    let mut outcome = Err((Exit::Internal, Vec::new()));
    for (versions, network) in change.attempts(work.options.offline) {
        if let Some((text, theirs)) = text.zip(theirs.as_ref()).filter(|_| !change.isolated) {
            let missing = versions.reached_from(&copy::CRATES).missing_in(theirs);
            files.insert(LOCK.to_owned(), theirs.with(text, &missing));
        }
        outcome = match rehearse(work.sh, &work.place, &files, network, change.isolated) {
            Ok(after) => judge(work, change, theirs.as_ref(), &before, after),
            Err(why) => Err(failed(work, change, Some(source), "cargo cannot say what would be built", &why)),
        };
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Whether all is as it was, but for what the kit brings.
fn judge(work: &Work, change: &Change, theirs: Option<&Lock>, before: &Answer, after: Answer) -> Result<Locks, Ends> {
    let mut findings = members_changed(work, change, before, &after);
    let now = after.lock.as_deref().map(Lock::parse).transpose().map_err(internal)?;
    let both = theirs.zip(now.as_ref());
    findings.extend(both.and_then(|(theirs, now)| moved(work, theirs, now)));
    findings.extend(built_otherwise(work, change, before, &after));
    if !findings.is_empty() {
        return Err((Exit::Config, findings));
    }
    if let Some((theirs, now)) = both.filter(|_| !change.isolated) {
        tell_what_is_locked(work, theirs, now, before, &after);
    }
    let is_windows = work.place.lock.as_deref().is_some_and(|text| text.contains("\r\n"));
    let as_it_was = |new: String| if is_windows { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new };
    Ok(Locks { workspace: both.and(after.lock).map(as_it_was), copy: after.lock_of_copy })
}

fn not_understood(why: &str) -> Ends {
    (Exit::Usage, vec![Finding::error(Code::VendorLocked, format!("`{LOCK}` is not understood: {why}"))])
}

fn failed(work: &Work, change: &Change, source: Option<Source>, what: &str, why: &str) -> Ends {
    let lines = why.lines().map(str::trim).filter(|line| !line.is_empty());
    let finding = listed(Finding::error(Code::VendorLocked, what.to_owned()), lines);
    let needed = change.own.lock.reached_from(&copy::CRATES);
    let words: Vec<String> = needed.ids().filter(|id| id.source.is_some()).map(Id::words).collect();
    let finding = match sources::instead_of_crates_io(work.sh, work.root()) {
        Some(Instead::Other(what)) => {
            finding.note(format!("crates.io is replaced by {what}; the kit needs there: {}", words.join(", ")))
        }
        _ => finding,
    };
    let finding = match source {
        None if work.record.is_some() => finding.hint("bring back what was committed: git checkout HEAD -- ."),
        None => finding.hint("mend that first: it has nothing to do with the kit"),
        Some(Source::Copy) => finding.hints(stands_in_the_way(why)).hint(decisions::apart(&work.place.facts)),
        Some(Source::Path) => finding.hint("let the sources be copied: leave --path away"),
        Some(Source::Registry) => finding.hint("let the sources be copied: leave --registry away"),
    };
    (Exit::Config, vec![finding])
}

/// What to move where cargo says which locked package leaves it no choice.
fn stands_in_the_way(why: &str) -> Option<String> {
    let told = why.split_once("previously selected package `")?.1;
    let name = told.split([' ', '`']).next()?;
    Some(format!("move what the kit needs yourself first, as a change of its own: cargo update --package {name}"))
}

/// The workspace has one member more, and cargo builds by itself what it did.
fn members_changed(work: &Work, change: &Change, before: &Answer, after: &Answer) -> Vec<Finding> {
    let mut expected = before.names.clone();
    let has_xtask = work.place.facts.members.iter().any(|member| member.name == XTASK);
    let is_new = !change.isolated && after.names.members.len() > before.names.members.len() && !has_xtask;
    expected.members.extend(is_new.then(|| XTASK.to_owned()));
    if after.names == expected {
        return Vec::new();
    }
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let finding = Finding::error(Code::VendorLocked, "other packages would be members of the workspace")
        .note(format!("now: {}; by themselves: {}", list(&before.names.members), list(&before.names.default_members)))
        .note(format!("then: {}; by themselves: {}", list(&after.names.members), list(&after.names.default_members)));
    vec![finding.hint(decisions::apart(&work.place.facts))]
}

/// What would be another version for somebody else than the kit itself.
fn moved(work: &Work, before: &Lock, after: &Lock) -> Option<Finding> {
    let members = work.place.facts.members.iter().filter(|member| !work.came_with_kit(member));
    let names: Vec<&str> = members.map(|member| member.name.as_str()).collect();
    let others = before.reached_from(&names);
    let mut moved = after.moved_since(before);
    moved.retain(|(id, _)| others.ids().any(|it| it == id) && !copy::CRATES.contains(&id.name.as_str()));
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
            .hint(format!("or {}", decisions::apart(&work.place.facts))),
    )
}

/// An xtask that cargo builds by itself brings what the kit turns on into the same build.
fn built_otherwise(work: &Work, change: &Change, before: &Answer, after: &Answer) -> Option<Finding> {
    let members = &work.place.facts.members;
    let xtask = decisions::existing(&work.place.facts).filter(|it| it.is_default && !work.came_with_kit(it))?;
    let gained = gained(before, after);
    if gained.is_empty() || change.isolated {
        return None;
    }
    let message =
        format!("cargo builds `{}` by itself, and other packages with it would be built otherwise", xtask.name);
    let finding = gained.iter().map(|(id, features)| format!("{} gains {features}", id.words()));
    let finding = finding.fold(Finding::error(Code::VendorLocked, message), Finding::note);
    let rest = members.iter().filter(|member| member.is_default && member.name != xtask.name);
    let rest: Vec<String> = rest.map(|member| format!("\"{}\"", member.directory)).collect();
    Some(finding.hint(format!("leave it out first, in Cargo.toml: default-members = [{}]", rest.join(", "))))
}

/// What is turned on of packages that are there now, where all members are built at once.
fn gained<'a>(before: &'a Answer, after: &Answer) -> Vec<(&'a Id, String)> {
    let gained = before.features.iter().filter_map(|(id, features)| {
        let then = after.features.get(id)?;
        let gained: Vec<&str> = then.difference(features).map(String::as_str).collect();
        (!gained.is_empty()).then(|| (id, gained.join(", ")))
    });
    gained.collect()
}

fn tell_what_is_locked(work: &Work, theirs: &Lock, locked: &Lock, before: &Answer, after: &Answer) {
    let added = locked.added_since(theirs);
    if added.is_empty() {
        return;
    }
    let registry = added.iter().filter(|id| id.source.is_some()).count();
    work.status(
        "Locking",
        &format!("{registry} crates more; none of the {} that are locked moves", theirs.ids().count()),
    );
    added.iter().for_each(|id| work.detail("Adding", &id.words()));
    for (id, features) in gained(before, after) {
        let words = format!("{} gains {features} where all members are built at once", id.words());
        work.status("Note", &words);
    }
    if let Some(xtask) = decisions::existing(&work.place.facts).filter(|it| it.is_default) {
        let words =
            format!("`cargo build` compiles the kit with `{}`, unless default-members leaves it out", xtask.name);
        work.status("Note", &words);
    }
}
