//! What the rules have in common.

use crate::finding::{Finding, Origin};
use crate::object_file::{self, Arch, Machine};

/// The finding with the variable that it came from.
pub(super) fn at(finding: Finding, variable: Option<&str>) -> Finding {
    match variable {
        Some(name) => finding.at(Origin::Variable(name.to_string())),
        None => finding,
    }
}

/// The architecture of a triple in a word.
pub(super) fn machine_of(triple: &str) -> Option<&'static str> {
    object_file::expected(triple).as_ref().map(Machine::name)
}

/// The architecture that the prefix of a GNU tool names: `aarch64-linux-gnu-gcc`.
pub(super) fn machine_of_name(program: &str) -> Option<&'static str> {
    let name = program.rsplit(['/', '\\']).next()?;
    machine_of(name.rsplit_once('-')?.0)
}

/// Whether one compiler of GNU's makes objects for both machines, as its arguments tell it: those for x86 make both widths.
pub(super) fn one_compiler(one: &Machine, other: &Machine) -> bool {
    let is_x86 = |machine: &Machine| matches!(machine.arch, Arch::X86 | Arch::X86_64);
    let alike = one.arch == other.arch || is_x86(one) && is_x86(other);
    alike && one.format == other.format && one.endian == other.endian
}

/// Whether two triples are of one architecture; `None` where one of them does not tell.
pub(super) fn same_machine(one: &str, other: &str) -> Option<bool> {
    Some(object_file::expected(one)?.arch == object_file::expected(other)?.arch)
}

/// Flags in one spelling: `-C x` and `--codegen=x` as `-Cx`.
pub(crate) fn one_word_each(flags: &[String]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut option: Option<&str> = None;
    for flag in flags {
        let flag = match flag.strip_prefix("--codegen") {
            Some(rest) => format!("-C{}", rest.trim_start_matches('=')),
            None => flag.clone(),
        };
        match option.take() {
            Some(before) => words.push(format!("{before}{flag}")),
            None => match ["-C", "-L", "-l", "-Z", "-A", "-W", "-D", "-F"].iter().find(|it| **it == flag) {
                Some(known) => option = Some(known),
                None => words.push(flag),
            },
        }
    }
    words
}
