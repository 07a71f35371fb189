//! Tools that are there and do not do: each is told by what the tool itself says.

use crate::finding::{Code, Finding};
use crate::machine::Machine;
use crate::object_file::{self, Arch, Format};
use crate::triple;
use crate::wrapper::{self, Driver};

use super::super::version::{Version, is_gcc};
use super::super::{Needs, Questions, wine};
use super::Check;

/// What the checks below look at.
pub fn ask(needs: &Needs, machine: &Machine, questions: &mut Questions) {
    match needs.driver() {
        Some(Driver::Zig) => {
            questions.versions.extend(wrapper::PROGRAMS.map(str::to_owned));
            questions.versions.extend(wrapper::installed_program(machine));
        }
        Some(Driver::Clang) => {
            questions.versions.insert(wrapper::CLANG.to_owned());
            questions.versions.extend(needs.linkers_of_clang());
        }
        None => {
            if let Some(linker) = needs.linker_program(&machine.host) {
                if is_gcc(&linker) {
                    questions.works_for.insert(linker.clone());
                }
                questions.versions.insert(linker);
            }
        }
    }
    questions.versions.extend(needs.row.archiver());
    questions.versions.extend(needs.emulators());
    questions.paths.extend(needs.row.sysroot.clone());
    if processor(needs).is_some() {
        // SPARC's list has blanks where its names have hyphens.
        let has_list = |it: &String| is_qemu(it) && !it.contains("sparc");
        questions.processors.extend(needs.emulator_here(machine).filter(has_list));
    }
    if wine::runs(needs.row) {
        questions.programs.insert(wine::compiler(needs.row).to_owned());
        questions.paths.extend(wine::paths(needs.row));
    }
}

fn is_qemu(program: &str) -> bool {
    program.rsplit('/').next().is_some_and(|name| name.starts_with("qemu-"))
}

/// The processor that the runner asks for, without what is added to it or taken away.
fn processor<'a>(needs: &'a Needs) -> Option<&'a str> {
    let words = &needs.runner.as_ref()?.value;
    let value = words.iter().skip_while(|word| *word != "-cpu").nth(1)?;
    value.split(',').next()
}

/// What a GCC can make with `-m32` and the like besides what it is for.
fn family(machine: object_file::Machine) -> (Arch, Format) {
    let arch = if machine.arch == Arch::X86 { Arch::X86_64 } else { machine.arch };
    (arch, machine.format)
}

impl Check<'_> {
    /// A compiler that is found by the right name and is for another machine.
    pub(super) fn linker_of_another_machine(&mut self) {
        let Some(linker) = self.needs.linker_program(&self.machine.host) else { return };
        let Some(answer) = self.machine.works_for.get(&linker) else { return };
        let triple = self.triple();
        // GNU's names of machines have the words of rustc's, and its w64-mingw32 is Windows.
        let gnu = answer.replace("w64-mingw32", "pc-windows-gnu");
        let (Some(own), Some(wanted)) = (object_file::expected(&gnu), object_file::expected(triple)) else { return };
        if family(own) == family(wanted) {
            return;
        }
        let place = self.machine.program(&linker).unwrap_or(&linker);
        let mut finding = Finding::error(
            Code::LinkerOfAnotherMachine,
            format!("linker `{linker}` is for `{answer}`, not for `{triple}`"),
        )
        .note(format!("`{place} -dumpmachine` says so"))
        .note("it does not know the target's objects, and every link would end with an error");
        finding.origin = self.needs.named_linker().map(|it| it.origin.clone());
        self.findings.push(if self.needs.row.c_compiler().as_deref() == Some(linker.as_str()) {
            finding.hint(format!("see what stands in the place of the real one with `ls -l {place}`"))
        } else {
            finding.hint("correct the name where it is set")
        });
    }

    /// An emulator that is there and older than what the target's programs need.
    pub(super) fn old_emulator(&mut self) {
        let Some(program) = self.needs.emulator_here(self.machine) else { return };
        let row = self.needs.row;
        let name = program.rsplit('/').next().unwrap_or_default();
        let Some(since) = row.since.get(name.strip_suffix("-static").unwrap_or(name)) else { return };
        let Some(version) = self.machine.versions.get(&program) else { return };
        let (Some(own), Some(wanted)) = (Version::parse(version), Version::parse(since)) else { return };
        if !own.is_older_than(&wanted) {
            return;
        }
        let message = format!("`{program}` {version} is too old for `{}`, which needs {since} or later", row.triple);
        let finding = Finding::error(Code::EmulatorTooOld, message)
            .note("programs would end in the middle, which looks as if their tests failed");
        // What the row says is about its own emulator, and not about what stands in for that.
        let own = row.notes.iter().filter(|_| row.emulator.as_deref() == Some(name.trim_end_matches("-static")));
        let finding = own.fold(finding, |it, note| it.note(note.trim_end_matches('.').to_owned()));
        let backports = is_qemu(&program) && self.machine.distribution.name.contains("(bookworm)");
        self.findings.push(if backports {
            let sudo = if self.machine.root { "" } else { "sudo " };
            finding.hint(format!(
                "bookworm-backports has a later one: `{sudo}apt-get install -t bookworm-backports qemu-user`"
            ))
        } else {
            finding.hint(format!("install {since} or later"))
        });
    }

    /// A processor in the runner that the emulator of this machine has never heard of.
    pub(super) fn unknown_processor(&mut self) {
        let Some(program) = self.needs.emulator_here(self.machine) else { return };
        let Some(known) = self.machine.processors.get(&program).filter(|known| !known.is_empty()) else { return };
        let Some(wanted) = processor(self.needs) else { return };
        // PowerPC takes the number of a processor as well, and any case; and each name has a longer form.
        let other_form = wanted.starts_with("0x") || wanted.ends_with("-cpu");
        if other_form || known.iter().any(|name| name.eq_ignore_ascii_case(wanted)) {
            return;
        }
        let version = self.machine.versions.get(&program).map(|it| format!(" {it}")).unwrap_or_default();
        let message = format!("`{program}`{version} does not know the processor `{wanted}`");
        let mut finding = Finding::error(Code::EmulatorProcessor, message)
            .note("it would end before the program starts")
            .note(format!("`{program} -cpu help` lists those that it knows"));
        finding.origin = self.needs.runner.as_ref().map(|it| it.origin.clone());
        let near = triple::nearest(wanted, known.iter().map(String::as_str), 3);
        self.findings.push(if near.is_empty() {
            finding.hint("name one that is listed, or install a later QEMU")
        } else {
            let near: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
            finding.hint(format!("processors with similar names: {}", near.join(", ")))
        });
    }

    /// Wine before 9 has no library for random bytes that std imports since Rust 1.78.
    pub(super) fn old_wine(&mut self) {
        let row = self.needs.row;
        if !wine::runs(row) {
            return;
        }
        let Some(program) = self.needs.emulator_here(self.machine) else { return };
        let Some(version) = self.machine.versions.get(&program) else { return };
        let old =
            Version::parse(version).zip(Version::parse("9")).is_some_and(|(own, since)| own.is_older_than(&since));
        if !old || wine::has_random(row, self.machine) {
            return;
        }
        let compiler = wine::compiler(row);
        let what = format!("`{program}` {version} has no {}, which std imports since Rust 1.78", wine::RANDOM);
        let told = "a program ends with status 53 and without a word";
        let finding = if !self.needs.through_launcher() {
            let finding = Finding::error(Code::EmulatorTooOld, what).note(told);
            finding.hint("let crosskit write the runner: its launcher makes the library; or install Wine 9 or later")
        } else if self.has(compiler) {
            Finding::note_only(Code::EmulatorTooOld, what)
                .note(format!("the launcher makes one with `{compiler}` when it starts the first program"))
        } else {
            let finding = Finding::error(Code::EmulatorTooOld, what).note(told);
            let finding = finding.note(format!("the launcher would make one, but `{compiler}` was not found"));
            self.with_package(finding, compiler, |packages| packages.compiler.as_deref())
        };
        self.findings.push(finding);
    }
}
