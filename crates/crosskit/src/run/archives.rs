//! The archives that build scripts have cargo link: every member must be for the target.

use std::collections::BTreeSet;

use crosskit_core::artefact::Content;
use crosskit_core::finding::{Finding, Severity};
use crosskit_core::gate::{self, Archive};

use super::Context;
use super::built::Script;
use crate::artefact;

/// What is wrong with them: errors for those that rustc takes, warnings for those that a linker may have passed by.
///
/// What is not there, or cannot be read, is none of it: the build has ended well without it, or says so itself.
pub fn check(context: &Context, scripts: &[Script], triple: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for script in scripts {
        let package = context.metadata.packages.get(&script.package);
        let package = package.map_or(script.package.as_str(), |package| package.name.as_str());
        let triple = if script.host { context.host } else { triple };
        for library in script.libraries.iter().filter_map(|value| gate::library(value)) {
            let files = script.search_paths.iter().flat_map(|path| library.files.iter().map(|file| path.join(file)));
            let Some(path) = files.into_iter().find(|path| path.is_file()) else { continue };
            if !seen.insert((path.clone(), script.host)) {
                continue;
            }
            let Ok(Content::Archive(members)) = artefact::content(&path) else { continue };
            let name = path.display().to_string();
            let archive = Archive { path: &name, package: Some(package) };
            findings.extend(gate::archive(&archive, &members, triple).map(|finding| {
                if library.taken {
                    return finding;
                }
                let finding = Finding { severity: Severity::Warning, ..finding };
                finding
                    .note("the build script names it without `static=`, so that the linker may have found another one")
            }));
        }
    }
    findings
}

/// What is said of an archive beside another finding: linking failed, and this may be why.
pub fn told_beside(finding: Finding, archive: &Finding) -> Finding {
    let members = archive.notes.iter().filter(|note| note.starts_with("member "));
    let finding = finding.note(format!("{}: {}", archive.code, archive.message));
    let finding = members.fold(finding, |finding, note| finding.note(note.clone()));
    archive.hints.iter().fold(finding, |finding, hint| finding.hint(hint.clone()))
}
