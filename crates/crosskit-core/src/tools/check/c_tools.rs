//! What compiles C for the target.

use crate::finding::{Code, Finding, Origin, Severity};
use crate::install::Missing;
use crate::rules::{self, CompilerFacts, CompilerOrigin, Probe};
use crate::settings;
use crate::tools::PickedCompiler;
use crate::triple;

use super::Check;

impl Check<'_> {
    pub(super) fn c_tools(&mut self, variable: &dyn Fn(&str) -> Option<String>) {
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
            needed: true,
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

    pub(super) fn c_compiler_missing(&mut self, picked: &PickedCompiler) {
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

    pub(super) fn who_compiles_c(&self) -> String {
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
}
