//! Archivers that do not fit the target.

use crate::finding::{Code, Finding};
use crate::triple;

use super::words::{at, machine_of, machine_of_name};
use super::{ArchiveProbe, CompilerOrigin, ScriptFacts};

pub(super) fn check(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    if let Some(finding) = archiver(facts) {
        found.push(finding);
    }
    if let Some(ranlib) = &facts.ranlib {
        if let Some(finding) = named(facts, "index maker", "RANLIB", &ranlib.value, Some(&ranlib.name)) {
            found.push(finding);
        }
    }
}

/// What the archiver made, or, where it was not tried, what its name says.
fn archiver(facts: &ScriptFacts) -> Option<Finding> {
    let archiver = facts.archiver.as_ref()?;
    let variable = match &archiver.origin {
        CompilerOrigin::Variable(name) => Some(name.as_str()),
        _ => None,
    };
    let program = &archiver.program;
    let message = match (&archiver.probe, variable) {
        (ArchiveProbe::NoIndex, _) => {
            let machine = machine_of(&facts.target)?;
            format!("archiver `{program}` writes no index for objects of {machine}")
        }
        (ArchiveProbe::NotFound, Some(_)) => format!("archiver `{program}` is not there"),
        (ArchiveProbe::Failed(said), Some(_)) => format!("archiver `{program}` fails: {said}"),
        (ArchiveProbe::NotTried, _) => return named(facts, "archiver", "AR", program, variable),
        _ => return None,
    };
    let mut finding = Finding::warning(Code::ArchiverMismatch, message);
    if archiver.probe == ArchiveProbe::NoIndex {
        finding = finding.note("a linker that goes by the index finds no symbol of the archive");
        if variable.is_none() {
            finding = finding.note(format!("`{program}` comes from {}", archiver.origin));
        }
    }
    Some(hint(facts, at(finding, variable), "AR"))
}

/// A program whose name says that it is for another machine.
fn named(facts: &ScriptFacts, kind: &str, tool: &str, program: &str, variable: Option<&str>) -> Option<Finding> {
    let made = machine_of_name(program)?;
    let wanted = machine_of(&facts.target)?;
    if made == wanted {
        return None;
    }
    let message = format!("{kind} `{program}` is for {made}, not for {wanted}");
    Some(hint(facts, at(Finding::warning(Code::ArchiverMismatch, message), variable), tool))
}

fn hint(facts: &ScriptFacts, finding: Finding, tool: &str) -> Finding {
    let own = format!("{tool}_{}", triple::env_lower(&facts.target));
    let llvm = if tool == "AR" { "llvm-ar" } else { "llvm-ranlib" };
    finding.hint(format!("{own}={llvm}, which knows every machine"))
}
