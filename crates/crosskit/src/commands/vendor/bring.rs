//! Brings the kit in.

use std::collections::BTreeMap;
use std::path::Path;

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::listing::{counted, listed};
use crosskit_core::plan::FileEdit;
use crosskit_core::vendor::lock::{Id, Lock};
use crosskit_core::vendor::{self as decisions, LOCK, Placement, Request, Source, copy};

use crate::commands::{Ends, ends, internal};
use crate::event::Event;
use crate::vendor::own::Own;
use crate::vendor::relative;
use crate::vendor::sources::{Instead, instead_of_crates_io, not_in};
use crate::{apply, git};

use super::Work;
use super::consequences::{self, Change};
use super::put::{self, What};

/// Decides, lets cargo say what would come of it, and writes it; or shows it. Where the kit is there, only helpers come.
pub(super) fn run(work: &Work) -> Result<Exit, Ends> {
    let writes = !work.options.check;
    let own = Own::find().map_err(internal)?;
    let request = request(work, &own);
    let sources = own.copy(request.isolated).map_err(internal)?;
    let copies = request.source == Source::Copy && work.record.is_none();
    let mut copied = if copies { sources.clone() } else { BTreeMap::new() };
    let placement = decide(work, &request);
    let mut findings = placement.findings.clone();
    if writes && !work.options.allow_dirty {
        findings.extend(dirty(work));
    }
    findings.extend(not_in_sources(work, &own, &sources)?);
    if findings.iter().any(Finding::is_error) {
        return Err((Exit::Usage, findings));
    }
    let edited = placement.edits.iter().map(|edit| (edit.path.clone(), edit.after.clone()));
    let files = edited.chain(placement.files.iter().cloned()).collect();
    let change = Change { isolated: request.isolated, own: &own, copied: &copied, files };
    if work.record.is_some() && change.files.is_empty() && findings.is_empty() {
        work.status("Checked", &format!("{} has the helper already", work.options.helpers.join(", ")));
        return Ok(Exit::Done);
    }
    let locks = consequences::of(work, &change, request.source)?;
    // Where the kit is there already, only the files of the helper come.
    copied.extend(locks.copy.filter(|_| copies).map(|text| (format!("{}/{LOCK}", copy::DIRECTORY), text)));
    findings.iter().for_each(|finding| work.terminal.event(Event::Finding(finding)));
    let what = What { request: &request, placement: &placement, copied: &copied, lock: locks.workspace.as_deref() };
    if !writes {
        put::show(work, &what)?;
        return Ok(Exit::Config);
    }
    put::write(work, &what)?;
    if findings.iter().any(|finding| finding.code == Code::VendorByHand) {
        return Ok(Exit::Config);
    }
    if let Some(root) = decisions::published_with_config(&work.place.facts) {
        let words = format!("`cargo package` takes .cargo/ along with `{root}`, unless its `exclude` names it");
        work.status("Note", &words);
    }
    if work.record.is_none() {
        work.status("Finished", "from now on, there: cargo xtask cross aarch64 --install");
    }
    Ok(Exit::Done)
}

/// What comes to the kit, and to the packages whose build scripts get the helper.
fn decide(work: &Work, request: &Request) -> Placement {
    let mut facts = work.place.facts.clone();
    let mut placement = if work.record.is_none() { decisions::place(request, &facts) } else { Placement::default() };
    for package in &work.options.helpers {
        let edited = placement.edits.iter().map(|edit| (edit.path.clone(), edit.after.clone()));
        facts.files.extend(edited);
        placement = placement.and(decisions::helper(request, &facts, package));
    }
    // What came by an earlier call is there; what came otherwise is somebody else's.
    let here = |path: &str| apply::read(&work.root().join(path)).ok().flatten();
    let came = |path: &String| work.record.as_ref().is_some_and(|record| record.files.contains_key(path));
    placement.files.retain(|(path, text)| !came(path) && here(path).as_ref() != Some(text));
    let taken: Vec<Finding> = placement
        .files
        .iter()
        .filter(|(path, _)| here(path).is_some())
        .map(|(path, _)| {
            let finding = Finding::error(Code::VendorClash, format!("`{path}` is there already"));
            finding.note("it would be overwritten").hint("move it away")
        })
        .collect();
    placement.findings.extend(taken);
    placement
}

fn request(work: &Work, own: &Own) -> Request {
    let known = work.record.as_ref().map(|record| (record.source, record.isolated));
    let (source, isolated) = known.unwrap_or((work.options.source, work.options.isolated));
    let at = match source {
        Source::Registry => env!("CARGO_PKG_VERSION").to_owned(),
        _ => relative(work.root(), &own.crates.join("crosskit")),
    };
    Request { source, isolated, at }
}

fn dirty(work: &Work) -> Option<Finding> {
    let changes = git::changes(work.sh, work.root())?;
    if changes.is_empty() {
        return None;
    }
    let count = counted(changes.len(), "change that is", "changes that are");
    let finding = Finding::error(Code::VendorDirty, format!("the workspace has {count} not committed"));
    Some(
        listed(finding, changes)
            .hint(match git::commit(work.sh, work.root()) {
                Some(_) => "commit them, or put them aside: git stash --include-untracked",
                None => "commit them: git add --all && git commit",
            })
            .hint("or go on all the same: --allow-dirty"),
    )
}

/// What crates.io is replaced by, and what of the kit's needs that lacks.
pub(super) fn not_in_sources(
    work: &Work,
    own: &Own,
    copied: &BTreeMap<String, String>,
) -> Result<Option<Finding>, Ends> {
    let Some(Instead::Directory(directory)) = instead_of_crates_io(work.sh, work.root()) else {
        return Ok(None);
    };
    // What is not understood is told when cargo is asked.
    let theirs = work.place.lock.as_deref().and_then(|text| Lock::parse(text).ok()).unwrap_or_default();
    let missing = own.lock.reached_from(&copy::CRATES).missing_in(&theirs);
    let lacking = not_in(&directory, missing.ids());
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
    let count = counted(lacking.len(), "crate is", "crates are");
    let finding = Finding::error(Code::VendorSources, format!("{count} not in `{}`", below(&directory)));
    let finding = lacking.into_iter().map(Id::words).fold(finding, Finding::note);
    let line = format!("cargo vendor --sync {} {}", below(&stage.join("Cargo.toml")), below(&directory));
    Ok(Some(finding.note("the workspace takes its crates from there").hint(format!("add them first: {line}"))))
}
