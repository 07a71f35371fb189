//! What links, and the C library that it links with.

use crate::finding::{Code, Finding};
use crate::install::Missing;
use crate::wrapper;

use super::Check;

impl Check<'_> {
    pub(super) fn linker(&mut self) {
        let Some(linker) = self.needs.linker_program(&self.machine.host) else { return };
        if self.has(&linker) {
            return;
        }
        let by_flags = self.needs.linker_of_flags.is_some();
        if self.triple() == self.machine.host && linker != "cc" && self.has("cc") && !by_flags {
            // The plan puts `cc`, rustc's own default, in the place of a cross linker on the machine that is the target.
            self.own_linker(&linker);
            return;
        }
        let mut finding = Finding::error(Code::LinkerMissing, format!("linker `{linker}` not found"))
            .note(format!("needed to link for `{}` on `{}`", self.triple(), self.machine.host))
            .note(self.machine.looked_in());
        finding.origin = self.needs.named_linker().map(|it| it.origin.clone());
        if linker == "rust-lld" {
            finding = finding
                .note("it comes with the toolchains of rustup; a distribution's rustc may lack it")
                .hint("use a toolchain of rustup, or install the package of your distribution that holds lld");
            self.missing.insert(Missing::Unknown(linker));
        } else if self.needs.row.c_compiler().as_deref() == Some(linker.as_str()) {
            finding = self.with_package(finding, &linker, |packages| packages.compiler.as_deref());
        } else if let Some(needs) = self.needs.row.needs.as_ref().filter(|_| self.needs.named_linker().is_none()) {
            finding = finding.note(format!("the target needs {needs}"));
            self.missing.insert(Missing::Unknown(linker));
        } else {
            finding = finding.hint("install it, or correct the name where it is set");
            self.missing.insert(Missing::Unknown(linker));
        }
        self.findings.push(finding);
    }

    /// One program links and compiles C. It is in no distribution's archive that is known here, but a package of Python.
    pub(super) fn zig(&mut self) {
        let installed = wrapper::installed_program(self.machine);
        let is_there = wrapper::PROGRAMS.iter().any(|program| self.has(program))
            || installed.as_ref().is_some_and(|path| self.machine.paths.contains(path));
        if is_there {
            return;
        }
        let mut finding = Finding::error(Code::LinkerMissing, "linker `zig` not found")
            .note(format!("needed to link and to compile C for `{}` on `{}`", self.triple(), self.machine.host))
            .note(self.machine.looked_in());
        finding.origin = self.needs.named_linker().map(|it| it.origin.clone());
        finding = installed.into_iter().fold(finding, |it, path| it.note(format!("looked for {path}")));
        let finding = self.with_python_package(finding, "zig", wrapper::PYTHON_PACKAGE);
        self.findings.push(finding);
    }

    /// What the plan mends stays broken for a cargo that is started without it.
    pub(super) fn own_linker(&mut self, linker: &str) {
        let triple = self.triple();
        let message = format!("linker `{linker}` of this computer's own triple not found");
        let mut finding = Finding::warning(Code::LinkerMissing, message)
            .note("crosskit takes `cc`; plain cargo does not find it, for build scripts and proc-macros either")
            .hint(format!("eval \"$(cargo xtask cross env {triple})\""));
        finding.origin = self.needs.linker.as_ref().map(|it| it.origin.clone());
        self.findings.push(finding);
    }

    pub(super) fn library(&mut self) {
        let row = self.needs.row;
        let paths = self.needs.row.library_paths();
        let is_there = paths.iter().any(|path| self.machine.paths.contains(path));
        if !self.needs.links_with_distribution() || row.triple == self.machine.host || is_there {
            return;
        }
        let finding = match row.sysroot.as_ref().filter(|sysroot| self.machine.paths.contains(*sysroot)) {
            Some(sysroot) => {
                let message = format!("sysroot `{sysroot}` of `{}` has no `lib/crt1.o`", row.triple);
                Finding::error(Code::SysrootMissing, message)
                    .note("the directory alone says nothing: the linker's own package makes it, too")
            }
            None => Finding::error(Code::SysrootMissing, format!("C library for `{}` not found", row.triple)),
        };
        let finding = finding
            .note("every executable of the target is linked with it")
            .note(format!("looked for {}", paths.join(" and ")));
        let finding = self.with_package(finding, "the C library", |packages| packages.library.as_deref());
        self.findings.push(finding);
    }
}
