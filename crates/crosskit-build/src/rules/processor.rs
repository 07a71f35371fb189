//! Flags of the C compiler that name another processor than the target's.

use crate::finding::{Code, Finding, Origin};
use crate::object_file::{self, Arch};

use super::words::same_machine;
use super::{Probe, ScriptFacts, Setting};

/// `-march=native` for another machine than this one, and names of processors of another architecture.
pub(super) fn check(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let Some(machine) = object_file::expected(&facts.target) else { return };
    let fails = facts.c().is_some_and(|compiler| matches!(compiler.probe, Probe::Failed(_)));
    for setting in &facts.compiler_flags {
        for flag in setting.value.split_whitespace() {
            let Some(processor) = processor(flag) else { continue };
            let message = if processor == "native" {
                // Another system on the same processor is no other machine.
                if same_machine(&facts.host, &facts.target) != Some(false) {
                    continue;
                }
                format!("`{flag}` means the processor of this machine, and not one of {}", facts.target)
            } else {
                match family(processor) {
                    Some(family) if !family.contains(&machine.arch) => {
                        format!("`{flag}` names no processor of {}", facts.target)
                    }
                    _ => continue,
                }
            };
            // The compiler that does not take the flag compiles nothing at all.
            let finding = if fails {
                Finding::error(Code::ProcessorFlags, message)
            } else {
                Finding::warning(Code::ProcessorFlags, message)
            };
            found.push(hints(facts, setting, finding.at(Origin::Variable(setting.name.clone()))));
        }
    }
}

fn hints(facts: &ScriptFacts, setting: &Setting, finding: Finding) -> Finding {
    let plain = ["CFLAGS", "CXXFLAGS"].contains(&setting.name.as_str());
    let finding = if plain {
        finding.note(format!("{} reaches the target and what build scripts depend on alike", setting.name))
    } else {
        finding
    };
    let whose = if facts.is_cross() { "HOST" } else { "TARGET" };
    if plain {
        finding.hint(format!("move it to {whose}_{}, for which it was meant", setting.name))
    } else {
        finding.hint(format!("take it out of {}", setting.name))
    }
}

/// The processor that a flag names, or the option itself where one family alone has it.
fn processor(flag: &str) -> Option<&str> {
    match ["-march=", "-mcpu=", "-mtune="].iter().find_map(|option| flag.strip_prefix(option)) {
        None if flag.starts_with("-m") => Some(flag),
        named => named,
    }
}

/// The architectures that a processor may be of, by the beginning of its name.
///
/// Source: GCC manual, "Submodel options"; what stands in no list is not judged.
fn family(processor: &str) -> Option<&'static [Arch]> {
    const X86: &[&str] = &[
        "x86-64",
        "i386",
        "i486",
        "i586",
        "i686",
        "pentium",
        "core2",
        "corei7",
        "nehalem",
        "westmere",
        "sandybridge",
        "ivybridge",
        "haswell",
        "broadwell",
        "skylake",
        "cascadelake",
        "cannonlake",
        "icelake",
        "alderlake",
        "znver",
        "btver",
        "bdver",
        "k8",
        "athlon",
        "opteron",
        "atom",
        "silvermont",
        "tremont",
        "nocona",
        "prescott",
        "-mavx",
        "-msse",
        "-mssse",
        "-mbmi",
    ];
    const ARM: &[&str] = &["armv8", "armv9", "cortex-", "neoverse", "apple-"];
    // The flags of these are refused by a compiler for AArch64.
    const ARM_32: &[&str] = &[
        "armv4",
        "armv5",
        "armv6",
        "armv7",
        "arm7",
        "arm9",
        "arm10",
        "arm11",
        "xscale",
        "cortex-m",
        "-mfpu=",
        "-mfloat-abi=",
    ];
    const ARM_32_EXACT: &[&str] =
        &["cortex-a5", "cortex-a7", "cortex-a8", "cortex-a9", "cortex-a12", "cortex-a15", "cortex-a17"];
    const RISC_V: &[&str] = &["rv32", "rv64", "sifive-"];
    const POWER: &[&str] = &["power", "-maltivec", "-mvsx"];
    let is = |names: &[&str]| names.iter().any(|name| processor.starts_with(name));
    if is(X86) {
        Some(&[Arch::X86, Arch::X86_64])
    } else if is(ARM_32) || ARM_32_EXACT.contains(&processor.split('+').next().unwrap_or(processor)) {
        Some(&[Arch::Arm])
    } else if is(POWER) {
        Some(&[Arch::PowerPc])
    } else if is(ARM) {
        Some(&[Arch::Arm, Arch::AArch64, Arch::Arm64Ec])
    } else if is(RISC_V) {
        Some(&[Arch::RiscV])
    } else {
        None
    }
}
