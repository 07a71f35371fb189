//! The linker of a foreign target, and flags of rustc that do not arrive.

use crate::finding::{Code, Finding, Origin};
use crate::object_file;
use crate::triple;

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
    use object_file::Arch::{X86, X86_64};
    // One compiler of GNU's links for both widths.
    let alike = wanted.arch == own.arch || (wanted.arch == X86 && own.arch == X86_64);
    if alike && wanted.format == own.format && wanted.endian == own.endian {
        return;
    }
    let finding =
        Finding::warning(Code::NoLinker, format!("no linker is set for {target}, so that rustc takes the host's `cc`"))
            .note("it ends with \"is incompatible with elf64-x86-64\" or \"file in wrong format\" (cargo #4133)");
    let variable = format!("CARGO_TARGET_{}_LINKER", triple::env_upper(target));
    found.push(match default_compiler(target, host, None, None) {
        Some(default) if default.origin == CompilerOrigin::CcCrate => finding
            .hint(format!("in .cargo/config.toml: [target.{target}] linker = \"{}\"", default.name()))
            .hint(format!("or {variable}={}", default.name())),
        _ => finding.hint(format!("{variable}=…, a linker for {}", wanted.name())),
    });
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
    let stem = name.split('.').next().unwrap_or(name);
    // A version may follow: `gcc-12`.
    let stem = match stem.rsplit_once('-') {
        Some((before, version)) if version.chars().all(|c| c.is_ascii_digit()) => before,
        _ => stem,
    };
    let last = stem.rsplit('-').next().unwrap_or(stem);
    ["gcc", "g++", "clang", "clang++", "ld", "lld", "emcc"].contains(&last) || stem.ends_with("ld.lld")
}

/// Flags that are configured for TARGET and do not arrive.
pub(super) fn wiped(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    // For the host kind Cargo passes on none of them, as soon as a `--target` is named.
    if !facts.is_cross() {
        return;
    }
    for configured in &facts.configured_flags {
        if configured.flags.iter().all(|flag| facts.rustflags.contains(flag)) {
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
