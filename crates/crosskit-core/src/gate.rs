//! The artefact gate: what a file must be to be one for its target, rule by rule.
//!
//! Every rule speaks of what both the file and the triple tell; what one of them leaves open breaks none.

mod archive;
mod loader;
mod rule;

use crate::artefact::{Abi, Arm, Artefact, Content, Detail, Elf, ElfKind, InstructionSet, Version};
use crate::finding::{Code, Finding};
use crate::object_file::{self, Arch, Machine, ObjectFile};
use crate::triple;

pub use archive::{Archive, Library, archive, library};
pub use rule::Rule;

use loader::{System, c_libraries, interpreters};

/// What a file is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The triple.
    pub triple: &'a str,
    /// The newest glibc that `crosskit.toml` allows.
    pub glibc: Option<&'a Version>,
}

/// What is wrong with a file, all of it. `path` is how the file is named.
pub fn check(path: &str, content: &Content, expected: Expected) -> Vec<Finding> {
    match content {
        Content::Artefact(artefact) => check_artefact(path, artefact, expected),
        Content::Archive(members) => {
            archive(&Archive { path, package: None }, members, expected.triple).into_iter().collect()
        }
        // What is made for some targets is text, and for others nobody has said what it is.
        Content::Unknown if crate::object_file::expected(expected.triple).is_none() => Vec::new(),
        Content::Unknown => vec![not_for(path, expected.triple, "of no known format")],
    }
}

fn check_artefact(path: &str, artefact: &Artefact, expected: Expected) -> Vec<Finding> {
    let triple = expected.triple;
    if without_float_abi(triple, &artefact.file) == Some(false) {
        // What else it says is about another machine.
        return vec![not_for(path, triple, &artefact.file.to_string())];
    }
    let mut findings: Vec<Finding> = float_abi(path, artefact, triple).into_iter().collect();
    findings.extend(calling_convention(path, artefact, triple));
    match &artefact.detail {
        Detail::Elf(elf) => {
            findings.extend(instruction_set(path, elf.arm, triple));
            findings.extend(loaded(path, elf, expected));
            findings.extend(expected.glibc.and_then(|newest| glibc(path, elf, triple, newest)));
        }
        Detail::Pe(pe) => {
            let wants_efi = triple.ends_with("-uefi");
            if pe.is_efi() != wants_efi {
                let message = format!("`{path}` has the subsystem {}, and is for {triple}", pe.subsystem_name());
                findings.push(broken(Code::WrongArtefact, Rule::Subsystem, message));
            }
            if wants_efi && !pe.imports.is_empty() {
                let message = format!("`{path}` needs {}, and is for {triple}", list(&pe.imports));
                findings.push(broken(Code::WrongLoader, Rule::Freestanding, message));
            }
        }
        Detail::Wasm(wasm) => {
            let wants_component = matches!(triple, "wasm32-wasip2" | "wasm32-wasip3");
            let is_known = wants_component || triple.contains("wasip1") || triple.ends_with("-unknown-unknown");
            if is_known && wasm.component != wants_component {
                let wanted = if wants_component { "component" } else { "module" };
                let message = format!("`{path}` is a {}, and no {wanted} for {triple}", artefact.kind());
                findings.push(broken(Code::WrongArtefact, Rule::Wasm, message));
            }
        }
        Detail::Header => {}
    }
    findings
}

/// A finding of a rule, which it names.
fn broken(code: Code, rule: Rule, message: String) -> Finding {
    Finding::error(code, message).note(format!("rule `{}`: {}", rule.as_str(), rule.why()))
}

/// A file that is for another machine, or for none.
pub fn not_for(path: &str, triple: &str, what: &str) -> Finding {
    let wanted = object_file::expected(triple).map_or(triple.to_owned(), |machine| machine.to_string());
    broken(Code::WrongArtefact, Rule::Machine, format!("`{path}` is not for {triple}"))
        .note(format!("it is {what}"))
        .note(format!("expected {wanted}"))
}

/// Whether the machine is the target's, whatever is said of floating-point arguments.
fn without_float_abi(triple: &str, file: &ObjectFile) -> Option<bool> {
    let plain = |machine: &Machine| Machine { float_abi: None, ..*machine };
    let file = ObjectFile { machines: file.machines.iter().map(plain).collect(), linked: file.linked };
    object_file::matches(triple, &file)
}

fn float_abi(path: &str, artefact: &Artefact, triple: &str) -> Option<Finding> {
    if object_file::matches(triple, &artefact.file) != Some(false) {
        return None;
    }
    let wanted = object_file::expected(triple)?;
    let message = format!("`{path}` is {}, and {triple} is {wanted}", artefact.file);
    Some(broken(Code::WrongAbi, Rule::FloatAbi, message))
}

fn calling_convention(path: &str, artefact: &Artefact, triple: &str) -> Option<Finding> {
    let (is, wanted) = (artefact.abi()?, Abi::of_triple(triple)?);
    if is == wanted {
        return None;
    }
    let message = format!("`{path}` has the calling convention {}, and {triple} has {}", is.name(), wanted.name());
    Some(broken(Code::WrongAbi, Rule::CallingConvention, message))
}

/// Whether Arm instructions are there for a processor that knows Thumb alone, or the other way round.
fn instruction_set(path: &str, arm: Arm, triple: &str) -> Option<Finding> {
    let word = triple::arch(triple);
    let thumb_alone = ["thumbv6m", "thumbv7m", "thumbv7em", "thumbv8m"].iter().any(|it| word.starts_with(it));
    let what = match arm {
        Arm { entry: Some(InstructionSet::Arm), .. } if thumb_alone => "begins with Arm instructions".to_owned(),
        Arm { profile: Some(profile @ ('A' | 'R')), .. } if thumb_alone => {
            format!("was compiled for a Cortex-{profile}")
        }
        Arm { profile: Some('M'), .. } if !thumb_alone && object_file::expected(triple)?.arch == Arch::Arm => {
            "was compiled for a Cortex-M".to_owned()
        }
        _ => return None,
    };
    Some(broken(Code::WrongAbi, Rule::InstructionSet, format!("`{path}` {what}, and is for {triple}")))
}

/// Who loads a program, and with which C library.
fn loaded(path: &str, elf: &Elf, expected: Expected) -> Vec<Finding> {
    let triple = expected.triple;
    let mut findings = Vec::new();
    let system = System::of(triple);
    if system == System::Bare && elf.kind != ElfKind::Object {
        let needed = elf.interpreter.iter().chain(&elf.needed).cloned().collect::<Vec<_>>();
        if !needed.is_empty() {
            let message = format!("`{path}` needs {}, and is for {triple}", list(&needed));
            findings.push(broken(Code::WrongLoader, Rule::Freestanding, message));
        }
        return findings;
    }
    if let (Some(interpreter), Some(wanted)) = (&elf.interpreter, interpreters(triple))
        && !wanted.iter().any(|name| Some(name.as_str()) == interpreter.rsplit('/').next())
    {
        let message = format!("`{path}` is started by `{interpreter}`, which is not the loader of {triple}");
        let expected = format!("expected {}, in whichever directory", list(&wanted));
        findings.push(broken(Code::WrongLoader, Rule::Interpreter, message).note(expected));
    }
    for library in elf.needed.iter().filter(|library| c_libraries(system).iter().any(|it| it.is(library))) {
        let message = format!("`{path}` needs `{library}`, which is not the C library of {triple}");
        findings.push(broken(Code::WrongLoader, Rule::CLibrary, message));
    }
    findings
}

/// How many symbols are named.
const SYMBOLS: usize = 6;

fn glibc(path: &str, elf: &Elf, triple: &str, newest: &Version) -> Option<Finding> {
    let Some(demands) = &elf.glibc else {
        let message = format!("`{path}` does not tell which glibc it needs");
        return elf.dynamic.then(|| {
            broken(Code::GlibcTooNew, Rule::Glibc, message)
                .note("its section headers are gone, and what it asks of its libraries cannot be read without them")
        });
    };
    let too_new: Vec<_> = demands.iter().rev().filter(|it| !it.weak && it.version > *newest).collect();
    let highest = &too_new.first()?.version;
    let message = format!("`{path}` needs glibc {highest}, and crosskit.toml allows {newest} on {triple}");
    let finding = too_new.iter().fold(broken(Code::GlibcTooNew, Rule::Glibc, message), |finding, demand| {
        finding.note(match demand.symbols.as_slice() {
            [] => format!("{}: asked for by the program as a whole", demand.version),
            symbols => format!("{}: {}", demand.version, some(symbols, SYMBOLS)),
        })
    });
    Some(finding.hint(format!(
        "build where glibc {newest} or older is installed, or write `glibc = \"{highest}\"` below `[target.{triple}]`"
    )))
}

/// Names in backticks.
fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The first of some names, and how many there are more.
fn some(names: &[String], most: usize) -> String {
    let shown = list(&names[..names.len().min(most)]);
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
