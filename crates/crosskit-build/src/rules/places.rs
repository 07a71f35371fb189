//! Paths that are not there, and a C library that is too new.

use crate::finding::{Code, Finding, Origin};

use super::ScriptFacts;

/// Paths that variables name and that are not there.
pub(super) fn missing(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    for (setting, path) in &facts.missing {
        let name = &setting.name;
        let finding = Finding::warning(Code::PathMissing, format!("`{path}` is not there"))
            .at(Origin::Variable(name.clone()))
            .note(format!("{name} names it, and whoever asks for it looks in vain"));
        found.push(if setting.value == *path && !path.starts_with('/') && !path.contains(':') {
            finding
                .note("a build script starts in the directory of its package")
                .hint(format!("in `[env]` of .cargo/config.toml: {name} = {{ value = \"{path}\", relative = true }}"))
        } else {
            finding.hint(format!("correct or unset {name}"))
        });
    }
}

/// A sysroot whose glibc is newer than the limit.
pub(super) fn glibc(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let Some(glibc) = &facts.glibc else { return };
    if glibc.sysroot <= glibc.limit {
        return;
    }
    let told = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    let (has, limit) = (told(glibc.sysroot), told(glibc.limit));
    let finding = Finding::warning(
        Code::SysrootTooNew,
        format!("C is compiled against glibc {has}, and {} asks for {limit} at most", facts.target),
    )
    .at(glibc.origin.clone())
    .note(format!("a symbol that came after {limit} makes the program ask for a newer glibc than there will be"))
    .hint(format!("a C compiler with the sysroot of a system with glibc {limit}, or a higher limit"));
    found.push(finding);
}
