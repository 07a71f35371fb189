//! Where a target's standard library comes from, and why not from elsewhere.

use crate::machine::Machine;
use crate::settings::StdSource;
use crate::tools::Needs;

use super::Tool;

/// The source that holds; the notes say why the others do not.
pub(super) fn tool(needs: &Needs, machine: &Machine) -> Tool {
    let triple = &needs.row.triple;
    let library = if needs.row.std { "std" } else { "core" };
    let place = format!("{}/lib/rustlib/{triple}", machine.sysroot);
    if needs.std == StdSource::BuildStd {
        let source = format!("{}/lib/rustlib/src/rust/library", machine.sysroot);
        let mut tool = if machine.rust_src {
            Tool::at("rust-std", "rust-src", &source, "build-std")
        } else {
            Tool::missing("rust-std", "rust-src")
        };
        let why = "crosskit.toml says that it is built";
        tool.notes.extend([format!("not rustup: {why}"), format!("not the distribution: {why}")]);
        return tool;
    }
    let is_there = machine.std.contains(triple);
    let distribution = machine.rustc_is_the_distributions();
    let mut tool = match (is_there, distribution) {
        (false, _) => Tool::missing("rust-std", library),
        (true, true) => Tool::at("rust-std", library, &place, "the distribution"),
        (true, false) if machine.rustup => Tool::at("rust-std", library, &place, "rustup"),
        (true, false) => Tool::at("rust-std", library, &place, "beside rustc"),
    };
    if !(is_there && machine.rustup) {
        tool.notes.push(format!("not rustup: {}", not_rustup(machine)));
    }
    if !(is_there && distribution) {
        tool.notes.push(format!("not the distribution: {}", not_distribution(needs, machine)));
    }
    tool.notes.push(format!("not build-std: {}", not_built(machine)));
    tool
}

fn not_rustup(machine: &Machine) -> &'static str {
    if machine.rustup { "the target was not added" } else { "rustup is not in PATH" }
}

fn not_distribution(needs: &Needs, machine: &Machine) -> String {
    match (&needs.row.debian, machine.distribution.package_manager()) {
        _ if !machine.rustc_is_the_distributions() => "this rustc is not its own".to_owned(),
        (Some(debian), Some("apt")) => format!("libstd-rust-dev:{debian} is not installed"),
        _ => "it has no package of it that is known here".to_owned(),
    }
}

fn not_built(machine: &Machine) -> &'static str {
    match machine.rust_src {
        true => "crosskit.toml does not ask for it",
        false => "crosskit.toml does not ask for it, and rust-src is not installed",
    }
}
