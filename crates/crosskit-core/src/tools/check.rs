//! The checks of one target, and what to paste where something is missing.

mod c_tools;
mod clang;
mod linker;
mod packages;
mod runner;
mod traps;

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin};
use crate::install::{self, Missing};
use crate::machine::Machine;
use crate::settings::StdSource;
use crate::wrapper::Driver;

use super::Needs;

pub(super) use traps::ask as ask_about_traps;

/// The checks of one target: all findings, and what an install command may bring.
pub fn check(
    needs: &Needs,
    machine: &Machine,
    variable: &dyn Fn(&str) -> Option<String>,
) -> (Vec<Finding>, BTreeSet<Missing>) {
    let mut check = Check { needs, machine, findings: Vec::new(), missing: BTreeSet::new() };
    check.rust_std();
    check.linking();
    check.c_tools(variable);
    check.libraries(variable);
    if needs.runs {
        check.runner();
    }
    (check.findings, check.missing)
}

/// What is missing of what links, where nothing but that is wrong with it.
pub(super) fn lacking(needs: &Needs, machine: &Machine, variable: &dyn Fn(&str) -> Option<String>) -> Option<Finding> {
    let mut check = Check { needs, machine, findings: Vec::new(), missing: BTreeSet::new() };
    check.linking();
    if !needs.links && needs.driver().is_none() {
        check.c_tools(variable);
    }
    let is_of_variable = |it: &Finding| matches!(it.origin, Some(Origin::Variable(_)));
    let is_missing = |it: &Finding| {
        matches!(it.code, Code::LinkerMissing | Code::SysrootMissing)
            || it.code == Code::CCompilerMissing && !is_of_variable(it)
    };
    let errors: Vec<Finding> = check.findings.into_iter().filter(Finding::is_error).collect();
    if errors.iter().all(is_missing) { errors.into_iter().next() } else { None }
}

/// Whether all is there that links, and that compiles C where that is needed.
pub(super) fn can_link(needs: &Needs, machine: &Machine, variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let mut check = Check { needs, machine, findings: Vec::new(), missing: BTreeSet::new() };
    check.linking();
    check.c_tools(variable);
    !check.findings.iter().any(Finding::is_error)
}

pub(super) struct Check<'a> {
    pub(super) needs: &'a Needs<'a>,
    pub(super) machine: &'a Machine,
    pub(super) findings: Vec<Finding>,
    pub(super) missing: BTreeSet<Missing>,
}

impl Check<'_> {
    fn triple(&self) -> &str {
        &self.needs.row.triple
    }

    fn has(&self, program: &str) -> bool {
        self.machine.program(program).is_some()
    }

    /// What links, and what it links with.
    fn linking(&mut self) {
        let uses_wrapper = self.needs.links || !self.needs.compiling_c.is_empty();
        match self.needs.driver() {
            Some(_) if !uses_wrapper => {}
            Some(Driver::Zig) => self.zig(),
            Some(Driver::Clang) => self.clang(),
            None if self.needs.links => {
                self.linker();
                self.linker_of_another_machine();
                self.library();
            }
            None => {}
        }
    }

    fn rust_std(&mut self) {
        let triple = self.triple();
        if self.needs.std == StdSource::BuildStd {
            self.rust_src();
            return;
        }
        if self.machine.std.contains(triple) {
            return;
        }
        let library = if self.needs.row.std { "std" } else { "core" };
        let finding = Finding::error(Code::RustStdMissing, format!("rust-std for `{triple}` is not installed"))
            .note(format!("rustc {} needs it to compile anything that uses `{library}`", self.machine.rustc));
        let finding = if self.machine.rustup {
            finding.hint(format!("install it with `rustup target add {triple}`"))
        } else {
            install::other_std_sources(
                finding.note("rustup was not found in PATH, so it cannot bring it"),
                self.needs.row,
                self.machine,
            )
        };
        self.missing.insert(Missing::RustStd(triple.to_owned()));
        self.findings.push(finding);
    }

    /// What is compiled where no standard library is taken ready-made.
    fn rust_src(&mut self) {
        if self.machine.rust_src {
            return;
        }
        let finding = Finding::error(Code::RustStdMissing, "the source of the standard library is not installed")
            .note(format!("`crosskit.toml` says that it is built for `{}`", self.triple()));
        self.findings.push(if self.machine.rustup {
            self.missing.insert(Missing::RustSrc);
            finding.hint("install it with `rustup component add rust-src`")
        } else {
            finding.hint("install the package of your distribution that holds the source of rustc's library")
        });
    }
}
