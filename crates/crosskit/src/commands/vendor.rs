//! `vendor`: brings the kit into a workspace, up to date, and out again.

mod bring;
mod consequences;
mod format;
mod put;
mod remove;
mod update;

use std::path::Path;

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::plan::{Before, FileEdit};
use crosskit_core::vendor::Record;
use crosskit_core::vendor::record::PATH;

use crate::cli::{Options, Vendor, VendorMode};
use crate::environment::Start;
use crate::event::Event;
use crate::report::Terminal;
use crate::sh::Sh;
use crate::vendor::look::{self, Place};
use crate::vendor::own::Own;
use crate::{apply, vendor};

use super::{Ends, ends};

/// What all ways of vendoring work with.
struct Work<'a> {
    options: &'a Vendor,
    terminal: &'a Terminal,
    sh: &'a Sh,
    place: Place,
    /// What was vendored before.
    record: Option<Record>,
    /// Held until everything is written.
    lock: apply::Lock,
}

impl Work<'_> {
    fn status(&self, verb: &str, words: &str) {
        self.terminal.event(Event::Status(verb, words));
    }

    fn detail(&self, verb: &str, words: &str) {
        self.terminal.event(Event::Detail(verb, words));
    }

    fn root(&self) -> &Path {
        &self.place.root
    }

    /// Writes a file of the workspace; no text stands for one that is not there yet.
    fn write(&self, path: &str, before: Option<String>, after: String) -> Result<(), Ends> {
        let before = before.map_or(Before::NoFile, Before::Text);
        let edit = FileEdit { before, ..FileEdit::own(path, after) };
        apply::write(Some(&self.lock), self.root(), &edit).map_err(ends(Exit::Config))
    }

    /// Whether a file of the workspace is what a hash stands for, however git has written its line ends.
    fn is(&self, path: &str, hash: &str) -> bool {
        let bytes = std::fs::read(self.root().join(path)).unwrap_or_default();
        let plain = || String::from_utf8(bytes.clone()).ok().map(|text| text.replace("\r\n", "\n"));
        vendor::hash(&bytes) == hash || plain().is_some_and(|text| vendor::hash(text.as_bytes()) == hash)
    }

    /// The hash of a file of the workspace; `None` if it is not there.
    fn hash(&self, path: &str) -> Option<String> {
        vendor::hash_of(&self.root().join(path))
    }
}

pub(super) fn run(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let Some(wanted) = &options.vendor else { return Ok(Exit::Internal) };
    let cargo = look::enter(sh, &wanted.workspace, &start.cargo).map_err(ends(Exit::Usage))?;
    let at = sh.directory();
    let mut place = look::look(sh, cargo).map_err(|findings| (Exit::Usage, with_way_back(findings, &at)))?;
    if place.root != at {
        terminal.event(Event::Status("Workspace", &place.root.display().to_string()));
    }
    place.outside.extend(Own::directory().map(Path::to_path_buf));
    let out = place.target_directory.join("crosskit");
    let lock = apply::lock(&place.root, &out, |_| !sh.is_interrupted()).map_err(ends(Exit::Config))?;
    let lock = lock.ok_or((Exit::Interrupted, Vec::new()))?;
    let record = match &place.record {
        Some(text) => Some(Record::parse(text).map_err(|why| (Exit::Usage, vec![damaged(&why)]))?),
        None => None,
    };
    let work = Work { options: wanted, terminal, sh, place, record, lock };
    match (wanted.mode, &work.record) {
        (VendorMode::Bring, None) => bring::run(&work),
        (VendorMode::Bring, Some(_)) if !wanted.helpers.is_empty() => bring::run(&work),
        (VendorMode::Bring, Some(record)) if !wanted.check => Err((Exit::Usage, vec![is_there(record, work.root())])),
        (VendorMode::Bring | VendorMode::Update, Some(record)) => update::run(&work, record),
        (VendorMode::Remove, Some(record)) => remove::run(&work, record),
        (VendorMode::Update | VendorMode::Remove, None) => Err((Exit::Usage, vec![not_there(work.root())])),
    }
}

/// Where the kit is there, and cargo cannot read the workspace, something of it may have got lost.
fn with_way_back(findings: Vec<Finding>, directory: &Path) -> Vec<Finding> {
    if !directory.join(PATH).is_file() {
        return findings;
    }
    let hint = "if a part of the kit got lost, see which, and bring that back: git status";
    findings.into_iter().map(|finding| finding.hint(hint)).collect()
}

fn damaged(why: &str) -> Finding {
    Finding::error(Code::VendorUnknown, format!("the record of what was vendored cannot be read: {why}"))
        .at(Origin::File { path: PATH.to_owned(), line: 1, column: 1 })
        .hint(format!("bring it back as it was committed: git checkout HEAD -- {PATH}"))
}

fn is_there(record: &Record, root: &Path) -> Finding {
    Finding::error(Code::VendorClash, format!("crosskit {} is there already", record.version))
        .at(Origin::File { path: PATH.to_owned(), line: 1, column: 1 })
        .note(format!("in the workspace at `{}`", root.display()))
        .hint("bring it to this version: --update")
        .hint("take it out again: --remove")
}

fn not_there(root: &Path) -> Finding {
    Finding::error(Code::VendorUnknown, format!("nothing was vendored into `{}`", root.display()))
        .note(format!("`{PATH}` is not there"))
        .hint(format!("if it was there, bring it back from the commit that lost it: git log -- {PATH}"))
        .hint("else bring the kit in: leave --update or --remove away")
}
