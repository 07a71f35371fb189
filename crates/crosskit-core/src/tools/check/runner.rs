//! What runs the executables of the target.

use crate::emulation::Way;
use crate::finding::{Code, Finding};
use crate::install::Missing;
use crate::python;
use crate::settings;
use crate::tools::{SSH, mixed_library, runner_name};

use super::Check;

/// Runs programs on a chip by a debug probe.
const PROBE_RS: &str = "probe-rs";

/// The Debian package of ssh.
const SSH_PACKAGE: &str = "openssh-client";

impl Check<'_> {
    pub(super) fn runner(&mut self) {
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
    pub(super) fn emulation(&mut self) -> bool {
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

    pub(super) fn ssh_missing(&mut self) {
        let name = runner_name(self.needs, false, self.machine);
        let mut finding = Finding::error(Code::EmulatorMissing, format!("runner `{SSH}` not found"))
            .note(format!("executables of `{}` are started by `{name}`", self.triple()))
            .note(self.machine.looked_in());
        finding.origin = self.needs.runner.as_ref().map(|it| it.origin.clone());
        let finding = self.with_debian_package(finding, SSH, SSH_PACKAGE);
        self.findings.push(finding);
    }

    /// What the emulator starts with, where the target is what firmware starts.
    pub(super) fn firmware(&mut self) {
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
    pub(super) fn mixed_libraries(&mut self) {
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
}
