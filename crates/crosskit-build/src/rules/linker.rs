//! The linker of a foreign target, and flags of rustc that do not arrive.

use crate::finding::{Code, Finding, Origin};
use crate::object_file::{self, Machine};
use crate::triple;

use super::words::{one_compiler, one_word_each};
use super::{default_compiler, CompilerOrigin, ScriptFacts};

/// No linker for a foreign target: rustc takes the host's, and the words it ends with name neither.
pub(super) fn unset(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let ScriptFacts { host, target, .. } = facts;
    if !facts.is_cross() || facts.linker.is_some() || !takes_hosts_linker(target) {
        return;
    }
    let (Some(wanted), Some(own)) = (object_file::expected(target), object_file::expected(host)) else {
        return;
    };
    if one_compiler(&wanted, &own) {
        return;
    }
    let finding =
        Finding::warning(Code::NoLinker, format!("no linker is set for {target}, so that rustc takes the host's `cc`"))
            .note("it ends with \"is incompatible with elf64-x86-64\" or \"file in wrong format\" (cargo #4133)");
    found.push(hints(facts, finding, wanted.name()));
}

fn hints(facts: &ScriptFacts, finding: Finding, machine: &str) -> Finding {
    let ScriptFacts { host, target, .. } = facts;
    let variable = format!("CARGO_TARGET_{}_LINKER", triple::env_upper(target));
    let default = default_compiler(target, host, None, None);
    let fitting = match &default {
        // What it links with comes with rust-std.
        _ if target.contains("-linux-musl") => Some("rust-lld"),
        Some(default) if default.origin == CompilerOrigin::CcCrate => Some(default.name()),
        _ => None,
    };
    match fitting {
        Some(linker) => finding
            .hint(format!("in .cargo/config.toml: [target.{target}] linker = \"{linker}\""))
            .hint(format!("or {variable}={linker}")),
        None => finding.hint(format!("{variable}=…, a linker for {machine}")),
    }
}

/// A linker that is the host's own, is for another machine by its name, or is no program.
pub(super) fn named(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let ScriptFacts { host, target, .. } = facts;
    let Some(linker) = &facts.linker else { return };
    let (Some(wanted), Some(own)) = (object_file::expected(target), object_file::expected(host)) else { return };
    let program = &linker.program;
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    // Elsewhere a plain name may be that of a toolchain for another machine.
    let directory = program.strip_suffix(name).unwrap_or("");
    let by_host = ["cc", "gcc", "c++", "g++", "ld", "ld.bfd", "ld.gold"].contains(&without_version(name))
        && ["", "/bin/", "/usr/bin/", "/usr/local/bin/"].contains(&directory);
    let (code, message) = if !linker.is_there {
        (Code::PathMissing, format!("linker `{program}` is not there"))
    } else if program.contains(' ') && !program.contains(['/', '\\']) {
        (Code::LinkerArguments, format!("linker `{program}` is not the name of one program"))
    } else {
        let made = if by_host {
            // On some systems `cc` is clang, which works for whatever it is told.
            let told = facts.rustflags.iter().any(|it| it.contains("--target="));
            Some(own).filter(|own| takes_hosts_linker(target) && !told && !one_compiler(&wanted, own))
        } else {
            // What a prefix says of the system is no triple's word.
            name.rsplit_once('-')
                .and_then(|(prefix, _)| object_file::expected(prefix))
                .filter(|made| !one_compiler(&wanted, &Machine { format: wanted.format, ..*made }))
        };
        let Some(made) = made else { return };
        let made = made.name();
        (Code::LinkerOfAnotherMachine, format!("linker `{program}` is for {made}, and TARGET is {target}"))
    };
    let finding = Finding::warning(code, message);
    let finding = match &linker.origin {
        Some(origin) => finding.at(origin.clone()),
        None => finding.note("it comes from RUSTC_LINKER, as Cargo passes it on, or from `-Clinker` in the flags"),
    };
    found.push(hints(facts, finding, wanted.name()));
}

/// Whether rustc's own linker for a target is `cc`, which is the host's.
///
/// Source: the target specifications of rustc 1.95; a test holds that none of those named here has a linker of its own.
/// Systems of Apple and others that are not named are passed over.
pub fn takes_hosts_linker(target: &str) -> bool {
    let mut words = target.split('-');
    let arch = words.next().unwrap_or("");
    let words: Vec<&str> = words.collect();
    let has = |wanted: &str| words.contains(&wanted);
    const SYSTEMS: [&str; 9] =
        ["linux", "freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "illumos", "hurd", "haiku"];
    let android = has("android") || has("androideabi");
    if arch.starts_with("wasm") || arch == "hexagon" || has("unikraft") || target.ends_with("-linux-none") {
        return false;
    }
    android || SYSTEMS.iter().any(|system| has(system))
}

/// The name of the linker decides whether rustc's own LLD links.
pub(super) fn name_decides(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let Some(linker) = &facts.linker else { return };
    let glibc = facts.target.contains("-linux-gnu");
    if !facts.is_cross() || !glibc || tells(&linker.program) || facts.rustflags.iter().any(|it| it.contains("fuse-ld"))
    {
        return;
    }
    let finding = Finding::note_only(
        Code::LinkerName,
        format!("`{}` links with the toolchain's LLD, because of its name", linker.program),
    )
    .note("rustc adds `-fuse-ld=lld` unless the name ends in gcc, g++, clang or ld (rust #155437)")
    .hint("name it …-gcc to get its own linker, or add rustflags = [\"-Clink-arg=-fuse-ld=bfd\"]");
    found.push(match &linker.origin {
        Some(origin) => finding.at(origin.clone()),
        None => finding,
    });
}

/// Whether a file name tells rustc what kind of linker it is.
fn tells(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let stem = without_version(name.split('.').next().unwrap_or(name));
    let last = stem.rsplit('-').next().unwrap_or(stem);
    ["gcc", "g++", "clang", "clang++", "ld", "lld", "emcc"].contains(&last) || stem.ends_with("ld.lld")
}

/// `gcc` of `gcc-12`.
fn without_version(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((before, version)) if version.chars().all(|c| c.is_ascii_digit()) => before,
        _ => name,
    }
}

/// Flags that are configured for TARGET and do not arrive.
pub(super) fn wiped(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    // For the host kind Cargo passes on none of them, as soon as a `--target` is named.
    if !facts.is_cross() {
        return;
    }
    let arrived = one_word_each(&facts.rustflags);
    for configured in &facts.configured_flags {
        if one_word_each(&configured.flags).iter().all(|flag| arrived.contains(flag)) {
            continue;
        }
        let flags = configured.flags.join(" ");
        let message = format!("`{flags}` is set for {} and does not arrive", facts.target);
        let finding = Finding::warning(Code::FlagsWiped, message)
            .at(configured.origin.clone())
            .note("only one source of flags counts, and RUSTFLAGS takes the place of every other (cargo #5376)");
        found.push(match &configured.origin {
            Origin::Variable(name) => finding.hint(format!("unset RUSTFLAGS, or repeat there what {name} says")),
            _ => finding.hint(format!(
                "unset RUSTFLAGS, and add to the configuration by CARGO_TARGET_{}_RUSTFLAGS='…'",
                triple::env_upper(&facts.target)
            )),
        });
    }
}
