//! pkg-config that answers for the target with what is the host's.

use crate::finding::{Code, Finding, Origin};
use crate::triple;

use super::words::{at, same_machine};
use super::{gnu_prefixes, ScriptFacts};

pub(super) fn check(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    if !facts.is_cross() {
        return;
    }
    for rule in [hosts_own, hosts_place, moved] {
        if let Some(finding) = rule(facts) {
            found.push(finding);
        }
    }
}

/// Allowed, and told nothing about where the target's libraries are.
fn hosts_own(facts: &ScriptFacts) -> Option<Finding> {
    let settings = &facts.pkg_config;
    let by = settings.allowed_by()?;
    let program = settings.program.as_ref().map_or("pkg-config", |it| it.value.as_str());
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    // Another program, or one with a prefix, may know where the target's libraries are.
    let plain = ["pkg-config", "pkgconf"].contains(&name.strip_suffix(".exe").unwrap_or(name));
    // A sysroot that is the root of this machine is none.
    let sysroot = settings.sysroot.as_ref().filter(|it| it.value != "/");
    if !plain || sysroot.is_some() || settings.libdir.is_some() || settings.path.is_some() {
        return None;
    }
    let target = &facts.target;
    let finding = Finding::warning(
        Code::PkgConfigHost,
        format!("`{program}` answers for {target} with libraries of this machine"),
    );
    let mut finding = at(finding, Some(&by.name)).note(format!("{} allows it to be asked", by.name));
    if !facts.pkg_config_directories.is_empty() {
        finding = finding.note(format!("it looks in {}", facts.pkg_config_directories.join(", ")));
    }
    let under = triple::env_lower(target);
    Some(
        finding
            .hint(format!("PKG_CONFIG_LIBDIR_{under}={}, where the target's .pc files are", place_of(facts)))
            .hint(format!("or unset {}, and packages build what they need or say that it is missing", by.name)),
    )
}

/// Where Debian and its kin have the `.pc` files of a foreign target.
fn place_of(facts: &ScriptFacts) -> String {
    match gnu_prefixes(&facts.target, &facts.host, None, None) {
        Some((prefixes, _)) if facts.target.contains("-linux-gnu") && !prefixes.is_empty() => {
            format!("/usr/lib/{}/pkgconfig", prefixes[0].replace("i686-", "i386-"))
        }
        _ => "…/pkgconfig".to_string(),
    }
}

/// A directory that says by its name that it is for another machine: `/usr/lib/x86_64-linux-gnu/pkgconfig`.
fn hosts_place(facts: &ScriptFacts) -> Option<Finding> {
    let settings = &facts.pkg_config;
    settings.allowed_by()?;
    for setting in settings.libdir.iter().chain(&settings.path) {
        for word in setting.value.split(['/', ':', ';', '\\']) {
            if word.contains('-') && same_machine(word, &facts.target) == Some(false) {
                let message = format!("pkg-config is led to libraries for {word}, and TARGET is {}", facts.target);
                let finding = Finding::warning(Code::PkgConfigHost, message);
                let finding = finding.at(Origin::Variable(setting.name.clone()));
                return Some(finding.hint(format!("correct {}, for example to {}", setting.name, place_of(facts))));
            }
        }
    }
    None
}

/// `.pc` files of a sysroot that name places below `/`.
fn moved(facts: &ScriptFacts) -> Option<Finding> {
    facts.pkg_config.allowed_by()?;
    if facts.pkg_config.sysroot.is_some() {
        return None;
    }
    let moved = facts.moved.as_ref()?;
    let under = triple::env_lower(&facts.target);
    Some(
        Finding::warning(
            Code::PkgConfigHost,
            format!("{} lies in a sysroot, and sends the linker to {} of this machine", moved.file, moved.prefix),
        )
        .at(Origin::Variable(moved.setting.name.clone()))
        .note("its paths are meant from the root of the sysroot, which pkg-config is not told")
        .hint(format!("PKG_CONFIG_SYSROOT_DIR_{under}={}", moved.sysroot)),
    )
}
