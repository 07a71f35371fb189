//! What this host needs for a target, why, and what to paste where it is missing.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin, Severity};
use crate::machine::Machine;
use crate::policy::{LAUNCHER_PATH, Policy};
use crate::resolve::Resolved;
use crate::rules::{self, CompilerFacts, CompilerOrigin, Probe};
use crate::target::{Packages, Provider, Row};
use crate::triple;
use crate::workspace::CompilesC;

/// A target as the checks see it: what Cargo will use, after the policy was written.
#[derive(Clone, Debug)]
pub struct Needs<'a> {
    /// The row.
    pub row: &'a Row,
    /// Its policy.
    pub policy: &'a Policy,
    /// The linker that Cargo passes to rustc.
    pub linker: Option<Resolved<String>>,
    /// The runner that Cargo starts executables with.
    pub runner: Option<Resolved<Vec<String>>>,
    /// Members that need a C compiler.
    pub compiling_c: Vec<CompilesC>,
    /// Whether executables are linked, and not only checked.
    pub links: bool,
    /// Whether executables are run.
    pub runs: bool,
}

/// A tool that is not there and that an install command may bring.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The standard library of a target.
    RustStd(String),
    /// A package of the machine's package manager.
    Package(String),
    /// A tool whose package is not known for this machine.
    Unknown(String),
}

/// The C compiler that build scripts of a target will pick, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PickedCompiler {
    /// The program, with arguments if the variable holds some.
    value: String,
    /// Because of what it is picked.
    origin: CompilerOrigin,
    /// What would be picked otherwise.
    without: Option<String>,
}

impl PickedCompiler {
    fn program(&self) -> &str {
        rules::compiler_program(&self.value)
    }
}

/// Files by which a target's C library is found: the distribution's cross packages, then multiarch.
fn library_paths(row: &Row) -> Vec<String> {
    let mut paths = Vec::new();
    if let Some(sysroot) = &row.sysroot {
        paths.push(format!("{sysroot}/lib/crt1.o"));
    }
    if let Some(prefix) = &row.gnu_prefix {
        paths.push(format!("/usr/lib/{prefix}/crt1.o"));
    }
    paths
}

impl Needs<'_> {
    fn triple(&self) -> &str {
        &self.row.triple
    }

    /// The program that links: the configured one, or what rustc takes by itself.
    pub fn linker_program(&self, host: &str) -> Option<&str> {
        match &self.linker {
            Some(linker) => Some(&linker.value),
            None if self.row.provider == Provider::None => Some("rust-lld"),
            None if self.triple() == host => Some("cc"),
            None => None,
        }
    }

    /// The emulator behind the launcher, or the runner itself where the user set one.
    pub fn emulator(&self) -> Option<&str> {
        let words = &self.runner.as_ref()?.value;
        let first = words.first()?;
        if first.ends_with(LAUNCHER_PATH) { words.get(1).map(String::as_str) } else { Some(first) }
    }

    /// Whether the runner goes through the launcher.
    pub fn through_launcher(&self) -> bool {
        self.runner.as_ref().and_then(|it| it.value.first()).is_some_and(|first| first.ends_with(LAUNCHER_PATH))
    }

    /// Whether the machine runs the executables without the emulator, as the launcher decides it too.
    pub fn native(&self, host: &str) -> bool {
        self.row.runs_natively_on(host) && (self.runner.is_none() || self.through_launcher())
    }

    /// The C compilers that the cc crate will look for in build scripts for this target, and because of what.
    ///
    /// `variable` looks a variable up as a build script sees it: the environment, then `[env]`.
    fn candidates(
        &self,
        host: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> (Vec<String>, CompilerOrigin, Option<String>) {
        let linker = self.linker.as_ref().map(|it| it.value.as_str());
        let cross_compile = variable("CROSS_COMPILE");
        let (candidates, origin) = match rules::compiler_variable("CC", self.triple(), host, variable) {
            Some((name, value)) => (vec![value], CompilerOrigin::Variable(name)),
            None => match rules::default_compiler(self.triple(), host, linker, cross_compile.as_deref()) {
                Some(default) => (default.candidates, default.origin),
                None => (Vec::new(), CompilerOrigin::CcCrate),
            },
        };
        let without = rules::compiler_without(&origin, self.triple(), host, linker, cross_compile.as_deref());
        (candidates, origin, without)
    }

    /// The first candidate that is there, as the cc crate takes it; otherwise the first of all.
    fn picked_compiler(&self, machine: &Machine, variable: &dyn Fn(&str) -> Option<String>) -> Option<PickedCompiler> {
        let (candidates, origin, without) = self.candidates(&machine.host, variable);
        let found = candidates.iter().find(|it| machine.program(rules::compiler_program(it)).is_some());
        let value = found.or(candidates.first())?.clone();
        Some(PickedCompiler { value, origin, without })
    }

    /// What the probe must look for.
    pub fn questions(&self, machine: &Machine, variable: &dyn Fn(&str) -> Option<String>) -> Questions {
        let mut questions = Questions::default();
        let programs = &mut questions.programs;
        programs.extend(self.linker_program(&machine.host).map(str::to_owned));
        if let Some(emulator) = self.emulator() {
            programs.extend([emulator.to_owned(), format!("{emulator}-static")]);
        }
        programs.extend(self.row.archiver());
        questions.paths.extend(library_paths(self.row));
        if let Some(prefix) = &self.row.gnu_prefix {
            questions.paths.extend(multiarch_library(prefix));
        }
        if !self.compiling_c.is_empty() {
            let (candidates, ..) = self.candidates(&machine.host, variable);
            questions.programs.extend(candidates.iter().map(|it| rules::compiler_program(it).to_owned()));
            questions.compilers.extend(self.picked_compiler(machine, variable).map(|picked| picked.value));
        }
        questions
    }
}

/// What the probe is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Programs to look up in `PATH`.
    pub programs: BTreeSet<String>,
    /// Paths whose existence matters.
    pub paths: BTreeSet<String>,
    /// C compilers to try on an empty file.
    pub compilers: BTreeSet<String>,
}

impl Questions {
    /// Adds another target's questions.
    pub fn extend(&mut self, other: Questions) {
        self.programs.extend(other.programs);
        self.paths.extend(other.paths);
        self.compilers.extend(other.compilers);
    }
}

/// Where multiarch puts the C library of a GNU prefix. The launcher looks at the same places.
pub fn multiarch_library(prefix: &str) -> [String; 2] {
    [format!("/lib/{prefix}/libc.so.6"), format!("/usr/lib/{prefix}/libc.so.6")]
}

/// The checks of one target: all findings, and what an install command may bring.
pub fn check(
    needs: &Needs,
    machine: &Machine,
    variable: &dyn Fn(&str) -> Option<String>,
) -> (Vec<Finding>, BTreeSet<Missing>) {
    let mut check = Check { needs, machine, findings: Vec::new(), missing: BTreeSet::new() };
    check.rust_std();
    if needs.links {
        check.linker();
        check.library();
    }
    check.c_tools(variable);
    if needs.runs {
        check.runner();
    }
    (check.findings, check.missing)
}

struct Check<'a> {
    needs: &'a Needs<'a>,
    machine: &'a Machine,
    findings: Vec<Finding>,
    missing: BTreeSet<Missing>,
}

impl Check<'_> {
    fn triple(&self) -> &str {
        &self.needs.row.triple
    }

    fn has(&self, program: &str) -> bool {
        self.machine.program(program).is_some()
    }

    fn rust_std(&mut self) {
        let triple = self.triple();
        if self.machine.std.contains(triple) {
            return;
        }
        let library = if self.needs.row.std { "std" } else { "core" };
        let finding = Finding::error(Code::RustStdMissing, format!("rust-std for `{triple}` is not installed"))
            .note(format!("rustc {} needs it to compile anything that uses `{library}`", self.machine.rustc));
        let finding = if self.machine.rustup {
            finding.hint(format!("install it with `rustup target add {triple}`"))
        } else {
            other_std_sources(finding.note("rustup was not found in PATH, so it cannot bring it"))
        };
        self.missing.insert(Missing::RustStd(triple.to_owned()));
        self.findings.push(finding);
    }

    fn linker(&mut self) {
        let Some(linker) = self.needs.linker_program(&self.machine.host).map(str::to_owned) else { return };
        if self.has(&linker) {
            return;
        }
        if self.triple() == self.machine.host && linker != "cc" && self.has("cc") {
            // The plan puts `cc`, rustc's own default, in the place of a cross linker on the machine that is the target.
            return;
        }
        let mut finding = Finding::error(Code::LinkerMissing, format!("linker `{linker}` not found"))
            .note(format!("needed to link for `{}` on `{}`", self.triple(), self.machine.host))
            .note(format!("looked in PATH ({} directories)", self.machine.path_directories));
        finding.origin = self.needs.linker.as_ref().map(|it| it.origin.clone());
        if linker == "rust-lld" {
            finding = finding
                .note("it comes with the toolchains of rustup; a distribution's rustc may lack it")
                .hint("use a toolchain of rustup, or install the package of your distribution that holds lld");
            self.missing.insert(Missing::Unknown(linker));
        } else if self.needs.row.c_compiler().as_deref() == Some(linker.as_str()) {
            finding = self.with_package(finding, &linker, |packages| packages.compiler.as_deref());
        } else {
            finding = finding.hint("install it, or correct the name where it is set");
            self.missing.insert(Missing::Unknown(linker));
        }
        self.findings.push(finding);
    }

    fn library(&mut self) {
        let row = self.needs.row;
        let own_linker = row.provider == Provider::Gcc
            && self.needs.linker.as_ref().map(|it| &it.value) == row.c_compiler().as_ref();
        let paths = library_paths(row);
        if !own_linker || row.triple == self.machine.host || paths.iter().any(|path| self.machine.paths.contains(path))
        {
            return;
        }
        let finding = Finding::error(Code::SysrootMissing, format!("C library for `{}` not found", row.triple))
            .note("every executable of the target is linked with it")
            .note(format!("looked for {}", paths.join(" and ")));
        let finding = self.with_package(finding, "the C library", |packages| packages.library.as_deref());
        self.findings.push(finding);
    }

    fn c_tools(&mut self, variable: &dyn Fn(&str) -> Option<String>) {
        let Some(first) = self.needs.compiling_c.first() else { return };
        let Some(picked) = self.needs.picked_compiler(self.machine, variable) else { return };
        if !self.has(picked.program()) {
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
            self.findings.push(
                Finding::warning(
                    Code::ArchiverMissing,
                    format!("archiver `{archiver}` for `{}` not found", row.triple),
                )
                .note("the cc crate takes the host's `ar` without a word")
                .hint(format!("set AR_{} to an archiver that knows the target", triple::env_lower(&row.triple))),
            );
        }
    }

    fn c_compiler_missing(&mut self, picked: &PickedCompiler) {
        let row = self.needs.row;
        let program = picked.program().to_owned();
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
                let member = self.needs.compiling_c.first().map_or("", |it| it.member.as_str());
                let everyone: Vec<String> =
                    self.needs.compiling_c.iter().map(|it| format!("\"{}\"", it.member)).collect();
                finding
                    .hint(format!(
                        "build without it: [target.{}] exclude = [{}] in crosskit.toml, or `--exclude {member}`",
                        row.triple,
                        everyone.join(", ")
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
        if self.needs.native(&self.machine.host) {
            return;
        }
        let Some(emulator) = self.needs.emulator().map(str::to_owned) else {
            self.findings.push(
                Finding::warning(Code::NoRunner, format!("nothing is known that runs `{}` here", row.triple))
                    .note("its executables are built and checked, and not run")
                    .hint(format!("set one: [target.{}] runner = \"…\" in crosskit.toml", row.triple)),
            );
            return;
        };
        if self.has(&emulator) || (self.needs.through_launcher() && self.has(&format!("{emulator}-static"))) {
            return;
        }
        let mut finding = Finding::error(Code::EmulatorMissing, format!("emulator `{emulator}` not found"))
            .note(format!("`{}` cannot start executables of `{}` by itself", self.machine.host, row.triple))
            .note(format!(
                "looked in PATH ({} directories) for `{emulator}` and `{emulator}-static`",
                self.machine.path_directories
            ));
        finding.origin = self.needs.runner.as_ref().map(|it| it.origin.clone());
        if row.emulator.as_deref() == Some(emulator.as_str()) {
            finding = self.with_package(finding, &emulator, |packages| packages.emulator.as_deref());
        } else {
            finding = finding.hint("install it, or correct the name where it is set");
            self.missing.insert(Missing::Unknown(emulator));
        }
        self.findings.push(finding);
    }

    fn package(&self, pick: impl Fn(&Packages) -> Option<&str>) -> Option<&str> {
        let manager = self.machine.distribution.package_manager()?;
        pick(self.needs.row.packages.get(manager)?)
    }

    fn with_package(&mut self, finding: Finding, tool: &str, pick: impl Fn(&Packages) -> Option<&str>) -> Finding {
        match self.package(pick).map(str::to_owned) {
            Some(package) => {
                let sudo = if self.machine.root { "" } else { "sudo " };
                self.missing.insert(Missing::Package(package.clone()));
                finding.hint(format!("install it with `{sudo}apt-get install {package}`"))
            }
            None => {
                self.missing.insert(Missing::Unknown(tool.to_owned()));
                let distribution = &self.machine.distribution;
                let name = if distribution.name.is_empty() { "this system" } else { &distribution.name };
                finding
                    .hint(format!("which package holds {tool} on {name} is not known here; look it up and install it"))
            }
        }
    }
}

/// The sources of std besides rustup, as notes and hints.
pub fn other_std_sources(finding: Finding) -> Finding {
    finding
        .hint(
            "Debian has its own: `libstd-rust-dev:<architecture>` beside its `rustc`, after `dpkg --add-architecture`",
        )
        .hint("or build it: `rustup component add rust-src` and nightly's `-Zbuild-std`")
}
