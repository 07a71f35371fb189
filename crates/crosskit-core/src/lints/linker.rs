//! Linkers that do not fit their kind, or are no linker's name.

use crate::finding::{Code, Finding};
use crate::linking::{self, Style};
use crate::resolve::{Definition, KindView, dotted};
use crate::settings;
use crate::target::{Provider, Row};
use crate::triple;
use crate::wrapper::Driver;

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for view in situation.views() {
        findings.extend(arguments(situation, view));
    }
    findings.extend(host_linker(situation));
    for (row, view) in situation.targets {
        findings.extend(no_linker(situation, row, view));
        findings.extend(name_decides(situation, view));
        findings.extend(same_triple(situation, view));
    }
    findings
}

/// Cargo takes one program, and neither arguments nor nothing.
fn arguments(situation: &Situation, view: &KindView) -> Option<Finding> {
    let winner = view.linker.winner.as_ref()?;
    let first = winner.value.split_whitespace().next().unwrap_or_default();
    if winner.value.trim() == first && !first.is_empty() || situation.machine.program(&winner.value).is_some() {
        return None;
    }
    if Driver::of_script(&winner.value).is_some() {
        // It is the policy's own, which may lie in a directory with blanks.
        return None;
    }
    let message = match first {
        "" => format!("`{}` is empty, and a linker must name a program", winner.key),
        _ => format!("linker `{}` is taken as the name of one program, blanks included", winner.value),
    };
    let finding = Finding::warning(Code::LinkerArguments, message).at(situation.config.origin(&winner.definition));
    Some(match first {
        "" => finding.hint("take it away, and what is set in other places holds, or rustc's default"),
        _ => finding
            .note("cargo splits a runner at blanks, and never a linker")
            .hint(format!("linker = \"{first}\", and each argument as rustflags = [\"-Clink-arg=…\"]")),
    })
}

/// Build scripts and proc-macros are always linked with the linker of this computer's own triple.
fn host_linker(situation: &Situation) -> Option<Finding> {
    let winner = situation.host.linker.winner.as_ref()?;
    let (what, wanted) = foreign_prefix(&winner.value, situation.host())?;
    let finding = Finding::warning(
        Code::HostLinker,
        format!("build scripts and proc-macros are linked with `{}`, which is for {what}", winner.value),
    )
    .at(situation.config.origin(&winner.definition))
    .note(format!("they run here, on {wanted}, and get the linker of {} in every build", situation.host()));
    Some(if winner.key.contains("cfg(") {
        finding
            .note(format!("`{}` holds for this computer as well (cargo #10840)", winner.key))
            .hint("set the linker under the target's own triple instead of a `cfg`")
    } else {
        finding.hint(format!("take `{}` away, or name a linker for {wanted}", winner.key))
    })
}

/// The architecture in the name of a cross tool, or the system, and what this computer has in its place, if that is
/// another one.
fn foreign_prefix<'a>(linker: &'a str, host: &'a str) -> Option<(&'a str, &'a str)> {
    let name = linker.rsplit('/').next()?;
    let (prefix, _) = name.rsplit_once('-')?;
    let arch = prefix.split('-').next()?;
    const ARCHES: &[&str] = &[
        "aarch64",
        "arm",
        "armeb",
        "i486",
        "i586",
        "i686",
        "loongarch64",
        "m68k",
        "mips",
        "mips64",
        "mips64el",
        "mipsel",
        "powerpc",
        "powerpc64",
        "powerpc64le",
        "riscv32",
        "riscv64",
        "s390x",
        "sparc",
        "sparc64",
        "x86_64",
    ];
    let same = triple::arch(host).starts_with(arch) || (arch == "arm" && triple::arch(host).starts_with("thumb"));
    if !ARCHES.contains(&arch) || !prefix.contains('-') {
        return None;
    }
    if !same {
        return Some((arch, triple::arch(host)));
    }
    let (of_tool, of_host) = (system(prefix)?, system(host)?);
    (of_tool != of_host).then_some((of_tool, of_host))
}

/// The system in a triple of rustc or of a toolchain for C, as far as both name it. Android's also say `linux`.
fn system(triple: &str) -> Option<&'static str> {
    const SYSTEMS: &[(&str, &str)] = &[
        ("android", "Android"),
        ("mingw32", "Windows"),
        ("windows", "Windows"),
        ("darwin", "macOS"),
        ("freebsd", "FreeBSD"),
        ("netbsd", "NetBSD"),
        ("openbsd", "OpenBSD"),
        ("solaris", "Solaris"),
        ("linux", "Linux"),
    ];
    SYSTEMS.iter().find(|(word, _)| triple.contains(word)).map(|(_, name)| *name)
}

/// Without a linker rustc takes `cc`, which makes programs for this computer.
fn no_linker(situation: &Situation, row: &Row, view: &KindView) -> Option<Finding> {
    let default = linking::default_linker(&view.triple)?;
    if view.named_linker().is_some()
        || view.linker.refused
        || default != "cc"
        || row.runs_natively_on(situation.host())
        || view.triple.contains("apple")
    {
        return None;
    }
    let finding = Finding::warning(
        Code::NoLinker,
        format!("no linker is set for {}, so that rustc takes the host's `cc`", view.triple),
    )
    .note("it ends with \"is incompatible with elf64-x86-64\" or \"file in wrong format\" (cargo #4133)");
    if let Some(needs) = &row.needs {
        return Some(finding.note(format!("the target needs {needs}")));
    }
    let finding = match (situation.synced, row.provider) {
        (false, _) => finding.hint(format!("write one with `cargo xtask cross sync {}`", view.triple)),
        (true, Provider::None) => finding,
        (true, provider) => {
            let table = settings::table_of(&view.triple);
            finding
                .note("nor does `sync` write one, by what `crosskit.toml` says of the target")
                .hint(format!("in crosskit.toml, below `{table}`: provider = \"{}\"", provider.as_str()))
        }
    };
    Some(match row.c_compiler() {
        Some(compiler) => finding.hint(format!("or: [target.{}] linker = \"{compiler}\"", view.triple)),
        None => finding,
    })
}

/// rustc goes by the linker's file name.
fn name_decides(situation: &Situation, view: &KindView) -> Option<Finding> {
    let winner = view.named_linker()?;
    let flags = view.rustflag_texts();
    let linking = linking::linking(&view.triple, Some(&winner.value), &flags, situation.machine.rustc_minor())?;
    let unknown_name = linking.style == Style::DriverWithLld && linking.why.contains("tells rustc nothing");
    // What is no linker at all is told elsewhere.
    if !unknown_name || super::programs::is_emulator(&winner.value) || arguments(situation, view).is_some() {
        return None;
    }
    Some(
        Finding::note_only(
            Code::LinkerName,
            format!("`{}` links with the toolchain's LLD, because of its name", linking.program),
        )
        .at(situation.config.origin(&winner.definition))
        .note("rustc adds `-fuse-ld=lld` unless the name ends in gcc, g++, clang or ld (rust #155437)")
        .hint("name it …-gcc to get its own linker, or add rustflags = [\"-Clink-arg=-fuse-ld=bfd\"]"),
    )
}

/// A build for the very triple of this computer, but with another sysroot: stable cannot keep build scripts out of it.
fn same_triple(situation: &Situation, view: &KindView) -> Option<Finding> {
    if view.triple != situation.host() {
        return None;
    }
    let flags = view.rustflags.winner.as_ref()?;
    let flag = flags.value.iter().find(|flag| flag.text.contains("--sysroot"))?;
    let at: &Definition = &flag.definition;
    Some(
        Finding::warning(
            Code::HostLinker,
            format!("`{}` is set for {}, which is this computer's own triple", flag.text, view.triple),
        )
        .at(situation.config.origin(at))
        .note("with `--target` build scripts do not get it, and without they do; the linker reaches them always")
        .note(format!(
            "stable cargo cannot tell the two apart by `{}` (cargo #9453)",
            dotted(&["target", &view.triple])
        ))
        .hint("cross-compile from a machine with another triple, or in a build root of its own"),
    )
}
