//! Code that comes into a workspace is written as rustfmt writes by itself. A workspace may want it otherwise.

use std::path::Path;

use crosskit_core::vendor::{Edit, Placement, XTASK, update};

use crate::path::{find_program, path_directories};
use crate::sh::Started;

use super::Work;

/// The names of rustfmt's config.
const CONFIGS: [&str; 2] = ["rustfmt.toml", ".rustfmt.toml"];

/// The files that rustfmt has to see once they are written, with the edition of each: those that are new, and those that it
/// is content with now. None where the workspace says nothing of its style, or there is no rustfmt.
pub(super) fn needed(work: &Work, placement: &Placement) -> Vec<(String, String)> {
    let says = |directory: &Path| CONFIGS.iter().any(|name| directory.join(name).is_file());
    if !work.root().ancestors().any(says) {
        return Vec::new();
    }
    let is_rust = |path: &str| path.ends_with(".rs") && !update::is_helper(path);
    let members = &work.place.facts.members;
    let edition = |path: &str| {
        let of = |member: &&crosskit_core::vendor::Member| path.starts_with(member.directory.as_str());
        let innermost = members.iter().filter(of).max_by_key(|member| member.directory.len());
        let is_xtask = path.starts_with(&format!("{XTASK}/"));
        innermost
            .filter(|member| !is_xtask || !member.directory.is_empty())
            .map_or("2021", |member| &member.edition)
            .to_owned()
    };
    let new = placement.files.iter().map(|(path, _)| path).filter(|path| is_rust(path));
    let new = new.map(|path| (path.clone(), edition(path)));
    let edited = placement.edits.iter().map(|Edit { path, .. }| path).filter(|path| is_rust(path));
    let edited = edited.map(|path| (path.clone(), edition(path)));
    new.chain(edited.filter(|(path, edition)| rustfmt(work, &["--check", "--edition", edition, path]))).collect()
}

/// Lets rustfmt write a file. What it cannot do stays as it is: the style of the lines is no reason to stop.
pub(super) fn write(work: &Work, path: &str, edition: &str) {
    rustfmt(work, &["--edition", edition, path]);
}

fn rustfmt(work: &Work, arguments: &[&str]) -> bool {
    let directories = path_directories(&work.sh.variables);
    let Some(program) = find_program("rustfmt", work.root(), &directories) else { return false };
    let asked = work.sh.start(work.sh.command(program, arguments)).and_then(Started::output);
    asked.is_ok_and(|(_, _, status)| status.success())
}
