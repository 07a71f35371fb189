//! What stands in the way of vendoring, whatever the edits are.

use super::{CARGO, Facts, Member, READS_MANIFESTS, Request, Source, XTASK, copy, existing, record};
use crate::finding::{Code, Finding, Origin};

/// Whatever the edits are.
pub(super) fn refuse(request: &Request, facts: &Facts, findings: &mut Vec<Finding>) {
    let words = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    let too_old: Vec<String> = facts
        .toolchain
        .iter()
        .filter(|(_, version)| *version < CARGO)
        .map(|(name, version)| format!("{name} {}", words(*version)))
        .collect();
    if !too_old.is_empty() {
        let plural = if too_old.len() == 1 { "is" } else { "are" };
        let needed = words(CARGO);
        findings.push(
            Finding::error(Code::VendorToolchain, format!("{} {plural} in use there", too_old.join(" and ")))
                .note(format!("crosskit needs {needed}: `cargo xtask` would not start"))
                .hint("name a newer toolchain there, in rust-toolchain.toml or by: rustup override set stable"),
        );
    }
    let older = |member: &&Member| member.rust_version.is_some_and(|it| it < CARGO);
    let oldest = facts.members.iter().filter(older).min_by_key(|member| member.rust_version);
    if let Some((member, version)) = oldest.and_then(|it| Some((it, it.rust_version?))).filter(|_| !request.isolated) {
        let origin = Origin::File { path: member.manifest(), line: 1, column: 1 };
        let message = format!("`{}` is to be built by Rust {}, and the kit is not", member.name, words(version));
        let finding = if version < READS_MANIFESTS {
            Finding::error(Code::VendorToolchain, message)
                .note(format!(
                    "a Cargo older than {} cannot read the kit's manifests, and would read none of the workspace then",
                    words(READS_MANIFESTS)
                ))
                .hint(apart(facts))
        } else {
            Finding::warning(Code::VendorToolchain, message)
                .note(format!(
                    "with a Rust older than {} everything is built as before but by `--workspace`",
                    words(CARGO)
                ))
                .hint("leave the xtask out there: --workspace --exclude xtask")
        };
        findings.push(finding.at(origin));
    }
    let clash = |what: String, why: &str| Finding::error(Code::VendorClash, what).note(why.to_owned());
    if request.source == Source::Copy && facts.taken.contains(copy::DIRECTORY) {
        findings.push(
            clash(
                format!("`{}` is there already, and did not come from `vendor`", copy::DIRECTORY),
                "the copy of the kit would be put there",
            )
            .hint(format!("if `vendor` has put it there, bring its record back: git log -- {}", record::PATH))
            .hint("else move it away, or depend on a checkout elsewhere: --path"),
        );
    }
    let name = |name: &str| facts.members.iter().find(|member| member.name == name);
    for taken in copy::CRATES.iter().filter_map(|it| name(it)) {
        findings.push(
            clash(format!("the workspace has a package `{}`", taken.name), "it would be the second one of that name")
                .at(Origin::File { path: taken.manifest(), line: 1, column: 1 })
                .hint("vendor the kit into another workspace"),
        );
    }
    if let Some(alias) = facts.alias.as_ref().filter(|alias| !alias.own) {
        findings.push(
            clash(
                "`cargo xtask` has a meaning here already".to_owned(),
                "the alias of this workspace would take its place, or could not be merged with it",
            )
            .at(alias.origin.clone())
            .hint("move that alias into the workspaces that it is for, or give it another name"),
        );
    }
    if request.isolated {
        if request.source != Source::Copy {
            let message = "only a copy can be a workspace of its own";
            findings.push(Finding::error(Code::VendorClash, message).hint("leave --path or --registry away"));
        }
        if let Some(alias) = facts.alias.as_ref().filter(|alias| alias.own) {
            findings.push(
                clash(
                    "`cargo xtask` has a meaning here already".to_owned(),
                    "a kit in a workspace of its own is started by an alias of that name",
                )
                .at(alias.origin.clone())
                .hint("let that xtask hand over instead, without --isolated; or give the alias another name"),
            );
        }
    } else if existing(facts).is_none() {
        if let Some(alias) = facts.alias.as_ref().filter(|alias| alias.own) {
            let finding = match &alias.package {
                Some(package) => {
                    let message = format!("`cargo xtask` runs `{package}`, which is no member of this workspace");
                    clash(message, "crosskit would be a command of it")
                        .hint("make it a member again, or take the alias out")
                }
                None => {
                    let message = "it is not clear which member of this workspace `cargo xtask` runs".to_owned();
                    clash(message, "crosskit would be a command of it")
                        .hint("let the alias name a member, by `--package`; or give it another name")
                }
            };
            findings.push(finding.at(alias.origin.clone()));
        } else if facts.taken.contains(XTASK) {
            findings.push(
                clash(
                    format!("`{XTASK}` is there already, and is no member of this workspace"),
                    "the package that starts the kit would be put there",
                )
                .hint("make it a member, or move it away"),
            );
        }
    }
}

/// How to keep the kit out of what stands in its way.
pub fn apart(facts: &Facts) -> String {
    let isolated = "keep the kit apart, in a workspace with a lock file of its own: --isolated";
    match facts.alias.as_ref().filter(|alias| alias.own) {
        Some(_) => format!("{isolated}, once the alias `xtask` has another name"),
        None => isolated.to_owned(),
    }
}
