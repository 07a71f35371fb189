//! The checks of one target, and what to paste where something is missing.

mod clang;
mod traps;

use std::collections::BTreeSet;

use crate::emulation::Way;
use crate::finding::{Code, Finding, Origin, Severity};
use crate::install::{self, Missing};
use crate::machine::Machine;
use crate::python;
use crate::rules::{self, CompilerFacts, CompilerOrigin, Probe};
use crate::settings::{self, StdSource};
use crate::target::Packages;
use crate::triple;
use crate::wrapper::{self, Driver};

use super::{Needs, PickedCompiler, SSH, mixed_library};

pub(super) use traps::ask as ask_about_traps;

/// Runs programs on a chip by a debug probe.
const PROBE_RS: &str = "probe-rs";

/// The Debian package of ssh.
const SSH_PACKAGE: &str = "openssh-client";

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

    fn linker(&mut self) {
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
    fn zig(&mut self) {
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

    /// How a tool that is a package of Python is installed; the program that does it is a package itself.
    fn with_python_package(&mut self, finding: Finding, tool: &str, package: &str) -> Finding {
        let package = package.to_owned();
        let Some(command) = install::python_command(std::slice::from_ref(&package), self.machine) else {
            self.missing.insert(Missing::Unknown(tool.to_owned()));
            return finding.hint(format!("install {tool}, so that it is in PATH"));
        };
        self.missing.insert(Missing::Python(package));
        let finding = if self.has(python::PIP) {
            finding
        } else if self.machine.distribution.package_manager() == Some("apt") {
            self.missing.insert(Missing::Package("python3-pip".to_owned()));
            finding.hint(format!("first `{}`", install::package_command("python3-pip", self.machine)))
        } else {
            finding.note(format!("`{}`, which installs it, was not found either", python::PIP))
        };
        finding.hint(format!("install it with `{}`", command.line(self.machine)))
    }

    /// What the plan mends stays broken for a cargo that is started without it.
    fn own_linker(&mut self, linker: &str) {
        let triple = self.triple();
        let message = format!("linker `{linker}` of this computer's own triple not found");
        let mut finding = Finding::warning(Code::LinkerMissing, message)
            .note("crosskit takes `cc`; plain cargo does not find it, for build scripts and proc-macros either")
            .hint(format!("eval \"$(cargo xtask cross env {triple})\""));
        finding.origin = self.needs.linker.as_ref().map(|it| it.origin.clone());
        self.findings.push(finding);
    }

    fn library(&mut self) {
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

    fn c_tools(&mut self, variable: &dyn Fn(&str) -> Option<String>) {
        let Some(first) = self.needs.compiling_c.first() else { return };
        let Some(picked) = self.needs.picked_compiler(self.machine, variable) else { return };
        if self.needs.wrapper().is_some_and(|it| picked.value.ends_with(&it.linker())) {
            return;
        }
        if !self.has(picked.program(self.machine)) {
            self.c_compiler_missing(&picked);
            return;
        }
        let row = self.needs.row;
        let facts = CompilerFacts {
            package: Some(first.package.clone()),
            host: self.machine.host.clone(),
            target: row.triple.clone(),
            kind: "C compiler".to_owned(),
            variable: "CC".to_owned(),
            compiler: picked.value.clone(),
            origin: picked.origin.clone(),
            probe: match self.machine.objects.get(&picked.value) {
                Some(object) => Probe::Object(object.clone()),
                None => Probe::NotTried,
            },
            without: picked.without.clone(),
        };
        if let Some(finding) = rules::compiler_mismatch(&facts) {
            // The rule only warns where nobody set the compiler, as a package may compile no C; these do.
            let who = self.who_compiles_c();
            self.findings.push(Finding { severity: Severity::Error, ..finding.note(who) });
        }
        if let Some(archiver) = row.archiver()
            && row.triple != self.machine.host
            && rules::compiler_variable("AR", &row.triple, &self.machine.host, variable).is_none()
            && !self.has(&archiver)
        {
            let message = format!("archiver `{archiver}` for `{}` not found", row.triple);
            let finding = Finding::warning(Code::ArchiverMissing, message)
                .note("the cc crate takes the host's `ar` without a word");
            let own = format!("set AR_{} to an archiver that knows the target", triple::env_lower(&row.triple));
            let finding = if self.package(|packages| packages.compiler.as_deref()).is_some() {
                self.with_package(finding, &archiver, |packages| packages.compiler.as_deref()).hint(format!("or {own}"))
            } else {
                finding.hint(own)
            };
            self.findings.push(finding);
        }
    }

    fn c_compiler_missing(&mut self, picked: &PickedCompiler) {
        let row = self.needs.row;
        let program = picked.program(self.machine).to_owned();
        let finding =
            Finding::error(Code::CCompilerMissing, format!("C compiler `{program}` for `{}` not found", row.triple))
                .note(self.who_compiles_c());
        let finding = match &picked.origin {
            CompilerOrigin::Variable(name) => {
                self.missing.insert(Missing::Unknown(program));
                finding.at(Origin::Variable(name.clone())).hint(format!("correct {name}, or unset it"))
            }
            _ if row.c_compiler().as_deref() == Some(program.as_str())
                && self.package(|packages| packages.compiler.as_deref()).is_some() =>
            {
                self.with_package(finding, &program, |packages| packages.compiler.as_deref())
            }
            _ => {
                self.missing.insert(Missing::Unknown(program));
                let everyone = |one: &dyn Fn(&str) -> String, between: &str| {
                    let mut members: Vec<String> = self.needs.compiling_c.iter().map(|it| one(&it.member)).collect();
                    members.dedup();
                    members.join(between)
                };
                finding
                    .hint(format!(
                        "build without: `exclude = [{}]` below `{}` in crosskit.toml, or `{}`",
                        everyone(&|member| format!("\"{member}\""), ", "),
                        settings::table_of(&row.triple),
                        everyone(&|member| format!("--exclude {member}"), " ")
                    ))
                    .hint(format!("or set CC_{} to a C compiler for the target", triple::env_lower(&row.triple)))
            }
        };
        self.findings.push(finding);
    }

    fn who_compiles_c(&self) -> String {
        let who: Vec<String> = self
            .needs
            .compiling_c
            .iter()
            .map(|it| {
                if it.member == it.package {
                    format!("`{}`", it.member)
                } else {
                    format!("`{}` (through `{}`)", it.member, it.package)
                }
            })
            .collect();
        format!("needed by {}", who.join(", "))
    }

    fn runner(&mut self) {
        let row = self.needs.row;
        if !self.needs.testable {
            self.findings.push(
                Finding::warning(Code::NoRunner, format!("there is no test to run for `{}`", row.triple))
                    .note("the target has no standard library, and so no libtest")
                    .note("its executables are built and checked, and not run")
                    .hint(
                        "add an integration test with `harness = false`, which ends with exit code 0 where all is well",
                    ),
            );
            return;
        }
        if self.needs.native(self.machine) {
            return;
        }
        self.mixed_libraries();
        let Some(emulator) = self.needs.emulator().map(str::to_owned) else {
            let finding = Finding::warning(Code::NoRunner, format!("nothing is known that runs `{}` here", row.triple));
            let finding = row.needs.iter().fold(finding, |it, needs| it.note(format!("it needs {needs}")));
            self.findings.push(finding.note("its executables are built and checked, and not run").hint(format!(
                "set one: `runner = \"…\"` below `{}` in crosskit.toml",
                settings::table_of(&row.triple)
            )));
            return;
        };
        if self.needs.through_launcher() && !self.needs.over_ssh() {
            self.firmware();
        }
        if self.emulation() {
            return;
        }
        let candidates = self.needs.emulators();
        if self.needs.emulator_here(self.machine).is_some() || self.needs.runs_in_python(self.machine) {
            self.old_emulator();
            self.unknown_processor();
            self.old_wine();
            return;
        }
        if self.needs.over_ssh() {
            self.ssh_missing();
            return;
        }
        let what = if row.emulator.as_deref() == Some(emulator.as_str()) { "emulator" } else { "runner" };
        let twin = match candidates.as_slice() {
            [_] => String::new(),
            several => {
                let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                format!(" for {}", names.join(" and "))
            }
        };
        let mut finding = Finding::error(Code::EmulatorMissing, format!("{what} `{emulator}` not found"))
            .note(format!("`{}` cannot start executables of `{}` by itself", self.machine.host, row.triple))
            .note(format!("{}{twin}", self.machine.looked_in()));
        let static_twin = format!("{emulator}-static");
        if self.has(&static_twin) {
            finding = finding.note(format!("`{static_twin}` is there, and crosskit's launcher would take it"));
        }
        let half = candidates.iter().find(|it| self.has(it));
        finding = half.into_iter().fold(finding, |it, wine| {
            it.note(format!("`{wine}` is there without its half for 32 bits, and would start nothing"))
        });
        finding.origin = self.needs.runner.as_ref().map(|it| it.origin.clone());
        if let Some(package) = self.needs.python_package() {
            let place = python::installed_file(package, self.machine);
            finding =
                place.into_iter().fold(finding, |it, path| it.note(format!("looked for {path}, which does as well")));
            finding = self.with_python_package(finding, &emulator, package);
        } else if row.emulator.as_deref() == Some(emulator.as_str()) {
            finding = self.with_package(finding, &emulator, |packages| packages.emulator.as_deref());
        } else if emulator == PROBE_RS {
            finding = finding
                .hint("install it with `cargo install probe-rs-tools --locked`, or as https://probe.rs says")
                .note("it writes the program to the chip by a debug probe, and shows what it prints");
            self.missing.insert(Missing::Unknown(emulator));
        } else {
            finding = finding.hint("install it, or correct the name where it is set");
            self.missing.insert(Missing::Unknown(emulator));
        }
        self.findings.push(finding);
    }

    /// Whether there is nothing more to say of the emulator: the system has its own, or the one way that is demanded does
    /// not work.
    fn emulation(&mut self) -> bool {
        let Some(answer) = self.needs.emulation_answer(self.machine) else { return false };
        let demand = self.needs.emulation.clone().unwrap_or_default();
        let (Some(word), None) = (demand.way, answer.way) else { return answer.way == Some(Way::System) };
        if word == Way::Runner.as_str() {
            return false;
        }
        let message = format!("executables of `{}` cannot be emulated by `{word}` here", self.triple());
        let mut finding = Finding::error(Code::Emulation, message);
        finding.origin = demand.origin;
        let finding = answer.notes.iter().fold(finding, |it, note| it.note(note.clone()));
        self.findings.push(answer.hints.iter().fold(finding, |it, hint| it.hint(hint.clone())));
        true
    }

    fn ssh_missing(&mut self) {
        let name = super::runner_name(self.needs, false, self.machine);
        let mut finding = Finding::error(Code::EmulatorMissing, format!("runner `{SSH}` not found"))
            .note(format!("executables of `{}` are started by `{name}`", self.triple()))
            .note(self.machine.looked_in());
        finding.origin = self.needs.runner.as_ref().map(|it| it.origin.clone());
        // Debian's name; looked up there, and nowhere else.
        self.findings.push(if self.machine.distribution.package_manager() == Some("apt") {
            self.missing.insert(Missing::Package(SSH_PACKAGE.to_owned()));
            finding.hint(format!("install it with `{}`", install::package_command(SSH_PACKAGE, self.machine)))
        } else {
            self.missing.insert(Missing::Unknown(SSH.to_owned()));
            finding.hint("install the package of your system that holds OpenSSH's client")
        });
    }

    /// What the emulator starts with, where the target is what firmware starts.
    fn firmware(&mut self) {
        let places = &self.needs.row.firmware;
        if places.is_empty() || places.iter().any(|path| self.machine.paths.contains(path)) {
            return;
        }
        let finding = Finding::error(Code::EmulatorMissing, format!("firmware for `{}` not found", self.triple()))
            .note("the emulator starts it, and it starts the program")
            .note(format!("looked for {}", places.join(" and ")));
        let finding = self.with_package(finding, "the firmware", |packages| packages.firmware.as_deref());
        self.findings.push(finding);
    }

    /// The launcher knows better; a runner of the user's own, or without the launcher, does not.
    fn mixed_libraries(&mut self) {
        let Some(runner) = self.needs.runner.as_ref().filter(|_| !self.needs.through_launcher()) else { return };
        let Some(library) = mixed_library(&runner.value, self.machine) else { return };
        self.findings.push(
            Finding::warning(Code::MixedLibraries, format!("`{}` mixes two C libraries", runner.value.join(" ")))
                .at(runner.origin.clone())
                .note(format!("the loader comes from the sysroot, and libc.so.6 from {library}"))
                .note("programs that start a thread, and so every test binary, hang for ever")
                .hint(
                    "leave `-L` out on this machine, or let crosskit write the runner: its launcher does so by itself",
                ),
        );
    }

    fn package(&self, pick: impl Fn(&Packages) -> Option<&str>) -> Option<&str> {
        let manager = self.machine.distribution.package_manager()?;
        pick(self.needs.row.packages.get(manager)?)
    }

    fn with_package(&mut self, finding: Finding, tool: &str, pick: impl Fn(&Packages) -> Option<&str>) -> Finding {
        match self.package(pick).map(str::to_owned) {
            Some(package) => {
                let command = install::package_command(&package, self.machine);
                self.missing.extend(package.split_whitespace().map(|it| Missing::Package(it.to_owned())));
                let manager = self.machine.distribution.package_manager().unwrap_or_default();
                let packages = self.needs.row.packages.get(manager);
                let finding = match packages.and_then(|it| it.pages.get(&package)) {
                    Some(page) => finding.note(format!("`{package}` is named by {page}, and was not tried")),
                    None => finding,
                };
                finding.hint(format!("install it with `{command}`"))
            }
            None => {
                self.missing.insert(Missing::Unknown(tool.to_owned()));
                let distribution = &self.machine.distribution;
                if tool.starts_with("qemu-")
                    && !tool.starts_with("qemu-system-")
                    && !self.machine.host.contains("-linux-")
                {
                    return finding
                        .note("QEMU's user mode exists on Linux alone")
                        .hint("build without running: `cargo xtask cross build`; or run the tests on a Linux machine")
                        .hint(format!(
                            "which may be any that ssh reaches: `ssh = \"user@host\"` below `{}` in crosskit.toml",
                            settings::table_of(self.triple())
                        ));
                }
                let name = if distribution.name.is_empty() { "this system" } else { &distribution.name };
                finding
                    .hint(format!("which package holds {tool} on {name} is not known here; look it up and install it"))
            }
        }
    }
}
