//! What cargo says would become of a workspace, before anything is written.

use std::collections::BTreeMap;

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::listing::listed;
use crosskit_core::vendor::lock::{self, Id, Lock};
use crosskit_core::vendor::outcome::{self, Before, Brought};
use crosskit_core::vendor::{self as decisions, LOCK, Source, copy};

use crate::commands::Ends;
use crate::vendor::own::Own;
use crate::vendor::rehearsal::{Changed, Failure, Network, Rehearsed, rehearse};
use crate::vendor::sources::{self, Instead};

use super::Work;

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
    let now = rehearse(work.sh, &work.place, &files, network, false);
    let now = now
        .map_err(|why| (Exit::Config, vec![failed(work, change, None, "cargo cannot say what is built now", &why)]))?;
    let before =
        Before { facts: &work.place.facts, record: work.record.as_ref(), lock: theirs.as_ref(), answer: &now.answer };
    if let Some(finding) = before.out_of_date() {
        return Err((Exit::Config, vec![finding]));
    }
    files.extend(change.files.clone());
    for (path, text) in change.copied {
        if path.ends_with(".toml") || path.ends_with(LOCK) {
            files.insert(path.clone(), text.clone());
        } else if path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs") {
            files.insert(path.clone(), String::new());
        }
    }
    let mut findings = Vec::new();
    for (versions, network) in change.attempts(work.options.offline) {
        if let Some((text, theirs)) = text.zip(theirs.as_ref()).filter(|_| !change.isolated) {
            let missing = versions.reached_from(&copy::CRATES).missing_in(theirs);
            files.insert(LOCK.to_owned(), theirs.with(text, &missing));
        }
        findings = match rehearse(work.sh, &work.place, &files, network, change.isolated) {
            Ok(after) => match before.changed(&after.answer, change.isolated) {
                none if none.is_empty() => return Ok(taken(work, change, &before, after)),
                changed => changed,
            },
            Err(why) => vec![failed(work, change, Some(source), "cargo cannot say what would be built", &why)],
        };
    }
    Err((Exit::Config, findings))
}

/// Tells what comes into the lock file, and takes it.
fn taken(work: &Work, change: &Change, before: &Before, after: Rehearsed) -> Locks {
    let brought = if change.isolated { None } else { before.brought(&after.answer) };
    if let Some(Brought { added, locked, notes }) = brought {
        let registry = added.iter().filter(|id| id.source.is_some()).count();
        work.status("Locking", &format!("{registry} crates more; none of the {locked} that are locked moves"));
        added.iter().for_each(|id| work.detail("Adding", &id.words()));
        notes.iter().for_each(|note| work.status("Note", note));
    }
    let text = work.place.lock.as_deref().zip(after.lock);
    Locks { workspace: text.map(|(text, after)| lock::with_line_ends_of(text, &after)), copy: after.lock_of_copy }
}

fn not_understood(why: &str) -> Ends {
    (Exit::Usage, vec![Finding::error(Code::VendorLocked, format!("`{LOCK}` is not understood: {why}"))])
}

/// `source` is where the kit was to come from, if it was there when cargo was asked.
fn failed(work: &Work, change: &Change, source: Option<Source>, what: &str, why: &Failure) -> Finding {
    let (why, source_matters) = match why {
        Failure::Here(why) => (why, false),
        Failure::Cargo(why) => (why, true),
    };
    let lines = why.lines().map(str::trim).filter(|line| !line.is_empty());
    let finding = listed(Finding::error(Code::VendorLocked, what.to_owned()), lines);
    if !source_matters {
        return finding;
    }
    let needed = change.own.lock.reached_from(&copy::CRATES);
    let words: Vec<String> = needed.ids().filter(|id| id.source.is_some()).map(Id::words).collect();
    let finding = match sources::instead_of_crates_io(work.sh, work.root()) {
        Some(Instead::Other(what)) => {
            finding.note(format!("crates.io is replaced by {what}; the kit needs there: {}", words.join(", ")))
        }
        _ => finding,
    };
    match source {
        None if work.record.is_some() => {
            finding.hint("if a part of the kit got lost, see which, and bring that back: git status")
        }
        None => finding.hint("mend that first: it has nothing to do with the kit"),
        Some(Source::Copy) => finding.hints(outcome::in_the_way(why)).hint(decisions::apart(&work.place.facts)),
        Some(Source::Path) => finding.hint("let the sources be copied: leave --path away"),
        Some(Source::Registry) => finding.hint("let the sources be copied: leave --registry away"),
    }
}
