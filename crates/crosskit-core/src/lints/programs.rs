//! Linkers and runners in each other's place, and targets that lack one: what a guide for beginners warns of.

use std::path::Path;

use crate::finding::{Code, Finding};
use crate::policy::LAUNCHER_PATH;
use crate::resolve::KindView;
use crate::settings;
use crate::target::Row;

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (row, view) in situation.targets {
        findings.extend(swapped(situation, row, view));
        findings.extend(linker_without_runner(situation, row, view));
        if !row.std && !view.triple.contains("-uefi") && !view.triple.starts_with("wasm") {
            findings.extend(embedded(situation, view));
        }
    }
    findings
}

/// Programs that run other programs.
pub(super) fn is_emulator(program: &str) -> bool {
    let name = name(program);
    let qemu = name.strip_prefix("qemu-").map(|arch| arch.strip_suffix("-static").unwrap_or(arch));
    qemu.is_some_and(|arch| arch.starts_with("system-") || !arch.contains('-'))
        || name.starts_with("wine")
        || ["wasmtime", "node", "probe-rs", "proot", "box64", "box86"].contains(&name)
}

/// Programs that compile or link.
fn is_compiler(program: &str) -> bool {
    let name = name(program).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    ["gcc", "g++", "cc", "c++", "clang", "clang++", "ld", "lld", "rust-lld", "rustc", "mold"]
        .iter()
        .any(|tool| name == *tool || name.ends_with(&format!("-{tool}")) || name.ends_with(&format!(".{tool}")))
}

fn name(program: &str) -> &str {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

fn swapped(situation: &Situation, row: &Row, view: &KindView) -> Vec<Finding> {
    let mut findings = Vec::new();
    // What a program of the workspace does cannot be told by its name.
    let is_foreign = |program: &str| !Path::new(program).starts_with(situation.config.directory);
    if let Some(linker) = view.named_linker().filter(|it| is_emulator(&it.value) && is_foreign(&it.value)) {
        let finding = Finding::error(
            Code::ProgramsSwapped,
            format!("`{}` is set as the linker of {}, and it runs programs", linker.value, view.triple),
        )
        .at(situation.config.origin(&linker.definition))
        .note("the linker makes the executable; the runner starts it")
        .hint(format!("[target.{}] runner = \"{}\"", view.triple, linker.value));
        findings.push(match row.c_compiler() {
            Some(compiler) => finding.hint(format!("and linker = \"{compiler}\"")),
            None => finding.hint("and take `linker` away"),
        });
    }
    let runner = view.runner.winner.as_ref();
    if let Some((runner, program)) = runner.and_then(|it| Some((it, it.value.first()?)))
        && is_compiler(program)
        && is_foreign(program)
    {
        let finding = Finding::error(
            Code::ProgramsSwapped,
            format!("`{program}` is set as the runner of {}, and it makes programs", view.triple),
        )
        .at(situation.config.origin(&runner.definition))
        .note("the linker makes the executable; the runner starts it")
        .hint(format!("[target.{}] linker = \"{program}\"", view.triple));
        findings.push(match row.emulator_command() {
            Some(emulator) => finding.hint(format!("and runner = \"{emulator}\"")),
            None => finding.hint("and take `runner` away"),
        });
    }
    findings
}

fn linker_without_runner(situation: &Situation, row: &Row, view: &KindView) -> Option<Finding> {
    let linker = view.named_linker().filter(|it| !it.value.trim().is_empty())?;
    if view.runner.winner.is_some() || view.runner.refused || !row.std || row.runs_natively_on(situation.host()) {
        return None;
    }
    let finding = Finding::warning(
        Code::LinkerWithoutRunner,
        format!("{} has a linker and no runner: it builds, and nothing runs it here", view.triple),
    )
    .at(situation.config.origin(&linker.definition))
    .note("`cargo run` and `cargo test` end with \"Exec format error\", unless the system knows the format");
    Some(match row.emulator_command() {
        Some(emulator) => finding
            .hint(format!("write one with `cargo xtask cross sync {}`", view.triple))
            .hint(format!("or: [target.{}] runner = \"{emulator}\"", view.triple)),
        None => {
            let finding = row.needs.iter().fold(finding, |it, needs| it.note(format!("it needs {needs}")));
            let table = settings::table_of(&view.triple);
            finding.hint(format!("set one where there is one: `runner = \"…\"` below `{table}` in crosskit.toml"))
        }
    })
}

/// A target without an operating system needs a linker script, and a runner that knows the board.
fn embedded(situation: &Situation, view: &KindView) -> Option<Finding> {
    let flags = view.rustflags.winner.as_ref().map(|it| it.value.as_slice()).unwrap_or_default();
    let script = situation.linker_scripts.contains(view.triple.as_str())
        || flags.iter().any(|flag| flag.text.contains("-T") || flag.text.contains("link-arg=--script"));
    let runner = view.runner.winner.as_ref();
    let emulated = |program: &String| name(program).starts_with("qemu-") && !name(program).starts_with("qemu-system");
    let mut missing = Vec::new();
    if !script {
        missing.push(
            "no linker script (`-Tlink.x`) is among its flags, and no `build.rs` was seen to name one: \
             nothing says where code and data go",
        );
    }
    if runner.is_none() {
        missing.push("no runner is set, and its executables cannot be started like programs of this computer");
    }
    let program = runner.and_then(|it| it.value.first()).filter(|it| !it.ends_with(LAUNCHER_PATH));
    if program.is_some_and(emulated) {
        missing.push("its runner is QEMU's user mode, which starts programs of an operating system alone");
    }
    if missing.is_empty() {
        return None;
    }
    let message = format!("{} has no operating system, and is set up as if it had one", view.triple);
    // A build script may well name the linker script in a way that was not seen, so that alone is only worth a note.
    let only_script = missing.len() == 1 && !script;
    let kind = if only_script { Finding::note_only } else { Finding::warning };
    let mut finding = kind(Code::EmbeddedAsNative, message);
    finding.origin = runner.map(|it| situation.config.origin(&it.definition));
    finding = missing.into_iter().fold(finding, Finding::note);
    let header = format!("in `.cargo/config.toml`: [target.{}]", view.triple);
    if !script {
        finding = finding
            .hint(format!("{header} rustflags = [\"-Clink-arg=-Tlink.x\"]"))
            .hint("or let the package's `build.rs` print `cargo:rustc-link-arg=-Tlink.x`");
    }
    if runner.is_none() || program.is_some_and(emulated) {
        finding =
            finding.hint(format!("{header} runner = \"probe-rs run --chip CHIP\", or a `qemu-system-…` with a board"));
    }
    Some(finding)
}
