//! How far a cell gets on this machine, and what keeps it from going on.
//!
//! What stops a target that is named keeps one that is climbed as far as it goes from a rung alone: it is asked anew what
//! the rungs below need, by the same checks, so that nothing is said twice in two ways. `check` needs the standard library,
//! and what build scripts need, as they run for it as well: a C compiler, or a library that they look for.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::Checkup;
use crate::emulation::Way;
use crate::finding::{Code, Finding, Severity};
use crate::install::Missing;
use crate::settings::FILE;
use crate::target::Row;
use crate::tools::{Questions, StandIn};

use super::cell::Target;
use super::{Request, Rung};

/// What is needed on the way to a rung, as far as cells and findings are made of it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) checkup: Checkup,
    pub(super) usage: Vec<Finding>,
    pub(super) config: Vec<Finding>,
    pub(super) findings: Vec<Finding>,
    pub(super) missing: BTreeSet<Missing>,
    pub(super) questions: Questions,
    /// Whether nothing but the host's own `cc` would link.
    pub(super) links_with_the_hosts: bool,
    /// Whether there is something to run, and something that runs it.
    pub(super) runnable: bool,
    pub(super) not_emulated: Option<Finding>,
    pub(super) linker: Option<String>,
    pub(super) runner: Vec<String>,
    pub(super) runner_name: String,
    pub(super) emulation: Option<Way>,
    /// Variables of the cargo calls.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) build_std: Option<String>,
    /// The packages, by id, whose build scripts may tell cargo where libraries are.
    pub(super) linking_scripts: BTreeSet<String>,
    pub(super) stand_in: Option<StandIn>,
}

/// How far packages get on a target.
#[derive(Debug)]
pub(super) struct Climbed {
    /// What is needed for that.
    pub(super) seen: Seen,
    /// The rung; `None` where not even the lowest can be reached.
    pub(super) reach: Option<Rung>,
    /// What keeps it from the next one, in words.
    pub(super) stopped_by: Vec<String>,
}

/// Climbs as far as it goes, or, where the target is named, says what is missing for the rung that was asked for.
pub(super) fn climb(row: &Row, request: &Request, look: impl Fn(Rung) -> Seen) -> Climbed {
    let asked = request.rung;
    let mut seen = look(asked);
    let as_far_as = |seen: &Seen, rung: Rung| if seen.runnable { rung } else { rung.min(Rung::Verify) };
    let mut stopped_by = if request.best_effort { obstacles(&seen, row, asked) } else { Vec::new() };
    if stopped_by.is_empty() {
        let reach = as_far_as(&seen, asked);
        return Climbed { seen, reach: Some(reach), stopped_by: Vec::new() };
    }
    let mut reach = None;
    let top = seen.clone();
    for rung in [Rung::Verify, Rung::Check].into_iter().filter(|rung| *rung < asked) {
        let lower = look(rung);
        seen.questions.extend(lower.questions.clone());
        let still = obstacles(&lower, row, rung);
        if still.is_empty() {
            let questions = std::mem::take(&mut seen.questions);
            reach = Some(rung);
            seen = Seen { questions, ..lower };
            break;
        }
        stopped_by = still;
    }
    // Where all is there for a rung, what stopped the one above is what was told there.
    let of_top = top.findings.into_iter().chain(no_linker(top.links_with_the_hosts, row, asked));
    let mut findings: Vec<Finding> = of_top.map(demoted).collect();
    for finding in std::mem::take(&mut seen.findings) {
        let finding = demoted(finding);
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    seen.findings = findings;
    seen.missing = top.missing;
    seen.usage = top.usage;
    seen.checkup = top.checkup;
    Climbed { seen, reach, stopped_by }
}

/// What keeps a cell from a rung, in words.
fn obstacles(seen: &Seen, row: &Row, rung: Rung) -> Vec<String> {
    let errors = seen.findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.message.clone());
    let linker = seen.links_with_the_hosts && rung > Rung::Check;
    errors.chain(linker.then(|| nothing_links(row))).collect()
}

fn nothing_links(row: &Row) -> String {
    format!("nothing is known that links for `{}` here", row.triple)
}

/// What is said where rustc would take the host's own `cc` for another machine.
fn no_linker(links_with_the_hosts: bool, row: &Row, rung: Rung) -> Option<Finding> {
    if !links_with_the_hosts || rung == Rung::Check {
        return None;
    }
    let finding = Finding::warning(Code::LinkerMissing, nothing_links(row));
    Some(row.needs.iter().fold(finding, |it, needs| it.note(needs.clone())))
}

/// What stops one cell stops no other: the rung that it reached says the rest.
fn demoted(finding: Finding) -> Finding {
    let severity = finding.severity.max(Severity::Warning);
    Finding { severity, ..finding }
}

/// What there is to say where many targets are climbed and no package is left for some: the others go on. One that is named
/// is a mistake.
pub(super) fn without_a_package(request: &Request, targets: &[Target]) -> Option<Finding> {
    let left: Vec<&str> = targets.iter().filter(|it| it.is_empty()).map(|it| it.row.triple.as_str()).collect();
    if !request.builds || !request.best_effort || left.is_empty() {
        return None;
    }
    if left.len() == targets.len() {
        let finding = Finding::error(Code::NothingSelected, "no package is left to build for any of the targets");
        return Some(finding.hint(format!("map one in `{FILE}`: `targets = [\"TRIPLE\"]` below `[package.NAME]`")));
    }
    let what = if left.len() == 1 { "1 target".to_owned() } else { format!("{} targets", left.len()) };
    let finding = Finding::note_only(Code::NothingSelected, format!("no package is left to build for {what}"));
    Some(finding.note(left.join(", ")))
}
