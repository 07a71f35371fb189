//! What this host needs for a target, why, and what to paste where it is missing.

mod check;
mod libraries;
mod stand_in;
mod version;
mod wine;

use std::collections::BTreeSet;

use crate::cfgs::CfgQuery;
use crate::emulation::{Emulation, EmulationQuery, Way};
use crate::finding::{Code, Finding, Origin};
use crate::libraries::Need;
use crate::linking;
use crate::machine::Machine;
use crate::policy::{LAUNCHER_PATH, Policy};
use crate::python;
use crate::resolve::Resolved;
use crate::rules::{self, CompilerOrigin};
use crate::settings::StdSource;
use crate::target::{Provider, Row, multiarch};
use crate::unit_graph::GraphQuery;
use crate::workspace::CompilesC;
use crate::wrapper::{self, Driver, Wrapper};

pub use check::check;
pub use stand_in::{Key, StandIn};
pub use version::{Manner, Version, manner, processors_in, version_in};

/// The versions of GCC whose directories are looked for.
const GCC_VERSIONS: std::ops::RangeInclusive<u32> = 9..=19;

/// What the launcher starts to reach another computer.
pub const SSH: &str = "ssh";

/// A target as the checks see it: what Cargo will use, after the policy was written.
#[derive(Clone, Debug)]
pub struct Needs<'a> {
    /// The row.
    pub row: &'a Row,
    /// Its policy.
    pub policy: &'a Policy,
    /// The linker that Cargo passes to rustc.
    pub linker: Option<Resolved<String>>,
    /// The program that `-Clinker` among the flags puts in its place: rustc takes the last one, and Cargo's comes first.
    pub linker_of_flags: Option<Resolved<String>>,
    /// The runner that Cargo starts executables with.
    pub runner: Option<Resolved<Vec<String>>>,
    /// Members that need a C compiler.
    pub compiling_c: Vec<CompilesC>,
    /// Libraries of the target that members need.
    pub libraries: Vec<Need>,
    /// Whether executables are linked, and not only checked.
    pub links: bool,
    /// Where the standard library comes from.
    pub std: StdSource,
    /// Whether executables are run.
    pub runs: bool,
    /// Whether there is anything to run: without std there is no libtest, and integration tests alone can be had.
    pub testable: bool,
    /// In which way programs are to be started, if one is demanded, and by what; `None` where that is not asked at all.
    pub emulation: Option<Demand>,
}

/// In which way programs are to be started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// The word, if one way is demanded.
    pub way: Option<String>,
    /// Who demands it.
    pub origin: Option<Origin>,
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
    fn program<'a>(&'a self, machine: &Machine) -> &'a str {
        compiler_program(&self.value, machine)
    }
}

/// The program in the value of a compiler variable: the whole value where that is a program, with its blanks, as the
/// cc crate takes it.
fn compiler_program<'a>(value: &'a str, machine: &Machine) -> &'a str {
    if machine.program(value).is_some() { value } else { rules::compiler_program(value) }
}

/// What is said where nothing links for this computer itself; `linker` is the one that is named for the host kind.
pub fn host_linker(linker: Option<&Resolved<String>>, machine: &Machine) -> Option<Finding> {
    if linker.is_none() && machine.host.contains("-windows-") {
        // rustc finds it by other ways than PATH.
        return None;
    }
    let program = linker.map_or("cc", |it| it.value.as_str());
    if machine.program(program).is_some() || machine.program("cc").is_some() {
        return None;
    }
    let mut finding = Finding::warning(Code::LinkerMissing, format!("linker `{program}` not found"))
        .note(format!("build scripts and proc-macros are linked with it, for {} itself", machine.host))
        .note(machine.looked_in())
        .hint("install a C compiler for this computer");
    finding.origin = linker.map(|it| it.origin.clone());
    Some(finding)
}

impl Needs<'_> {
    fn triple(&self) -> &str {
        &self.row.triple
    }

    /// The linker that is named, by flags or by the config.
    fn named_linker(&self) -> Option<&Resolved<String>> {
        self.linker_of_flags.as_ref().or(self.linker.as_ref())
    }

    /// The scripts by which clang or zig links, where the config names them.
    pub fn wrapper(&self) -> Option<&Wrapper> {
        let wrapper = self.policy.wrapper.as_ref()?;
        self.named_linker().filter(|it| it.value.ends_with(&wrapper.linker()))?;
        Some(wrapper)
    }

    /// What these scripts call.
    pub fn driver(&self) -> Option<Driver> {
        self.wrapper().map(Wrapper::driver)
    }

    /// The linkers that clang links with, in the order in which the scripts take them: the target's own one of GNU, then
    /// LLD, which rustup's toolchains have as well.
    pub fn linkers_of_clang(&self) -> Vec<String> {
        let own = self.row.gnu_prefix.iter().map(|prefix| format!("{prefix}-ld"));
        own.chain(["ld.lld", "rust-lld"].map(str::to_owned)).collect()
    }

    /// Files by which clang knows GCC's directory of the target, and by that the C library and its headers. Packages for
    /// cross compilers have their own place, and there is a directory for each version.
    ///
    /// Source: clang's `GCCInstallationDetector`, and the lists of files of Debian's `libgcc-12-dev`.
    pub fn support_paths(&self) -> Vec<String> {
        let Some(prefix) = &self.row.gnu_prefix else { return Vec::new() };
        let of = |place: &'static str| {
            GCC_VERSIONS.rev().map(move |version| format!("/usr/lib/{place}/{prefix}/{version}/crtbegin.o"))
        };
        of("gcc-cross").chain(of("gcc")).collect()
    }

    /// Whether what links takes the C library from the distribution's packages.
    pub fn links_with_distribution(&self) -> bool {
        self.links_with_own_gcc() || self.driver() == Some(Driver::Clang)
    }

    /// Whether the linker is the row's own cross gcc, which links with the C library of the same packages.
    pub fn links_with_own_gcc(&self) -> bool {
        self.row.provider == Provider::Gcc && self.named_linker().map(|it| &it.value) == self.row.c_compiler().as_ref()
    }

    /// The program that links: the one that is named, or what rustc takes by itself.
    pub fn linker_program(&self, host: &str) -> Option<String> {
        match self.named_linker() {
            Some(linker) => Some(linker.value.clone()),
            // rustc's own default for a host; on Windows it finds the linker by other ways than PATH.
            None if self.triple() == host => (!host.contains("-windows-")).then(|| "cc".to_owned()),
            // The host's `cc` makes nothing for another target, which is told by the config's own lints.
            None => linking::default_linker(self.triple()).filter(|it| it != "cc"),
        }
    }

    /// Whether nothing names a linker, so that rustc takes the host's `cc` for another machine.
    pub fn links_with_the_hosts(&self, machine: &Machine) -> bool {
        self.linker_program(&machine.host).is_none() && !self.row.runs_natively_on(&machine.host)
    }

    /// The emulator behind the launcher, or the runner itself where the user set one.
    pub fn emulator(&self) -> Option<&str> {
        let words = &self.runner.as_ref()?.value;
        let first = words.first()?;
        if first.ends_with(LAUNCHER_PATH) { words.get(1).map(String::as_str) } else { Some(first) }
    }

    /// Every program that starts the executables here: the emulator, or what the launcher takes in its place.
    pub fn emulators(&self) -> Vec<String> {
        match self.emulator() {
            None => Vec::new(),
            Some(emulator) if self.through_launcher() && self.row.emulator.as_deref() == Some(emulator) => {
                self.row.emulators()
            }
            Some(emulator) if self.over_ssh() => vec![emulator.to_owned()],
            Some(emulator) if self.through_launcher() => vec![emulator.to_owned(), format!("{emulator}-static")],
            Some(emulator) => vec![emulator.to_owned()],
        }
    }

    /// The package of Python that the launcher takes in the emulator's place.
    pub fn python_package(&self) -> Option<&str> {
        let is_own = self.through_launcher() && self.emulator() == self.row.emulator.as_deref();
        self.row.packages.get("python").filter(|_| is_own)?.emulator.as_deref()
    }

    /// Whether that package is there, and what runs it.
    pub fn runs_in_python(&self, machine: &Machine) -> bool {
        let file = self.python_package().and_then(|package| python::installed_file(package, machine));
        file.is_some_and(|file| machine.paths.contains(&file)) && machine.program(python::INTERPRETER).is_some()
    }

    /// The program among them that starts the executables on this machine.
    pub fn emulator_here(&self, machine: &Machine) -> Option<String> {
        self.emulators().into_iter().find(|candidate| self.starts_by(candidate, machine))
    }

    /// Whether a program is on this machine and starts the executables.
    pub fn starts_by(&self, candidate: &str, machine: &Machine) -> bool {
        machine.program(candidate).is_some() && wine::has_half(self.row, candidate, machine)
    }

    /// Whether the runner goes through the launcher.
    pub fn through_launcher(&self) -> bool {
        self.runner.as_ref().and_then(|it| it.value.first()).is_some_and(|first| first.ends_with(LAUNCHER_PATH))
    }

    /// Whether the launcher sends the executables to another computer.
    pub fn over_ssh(&self) -> bool {
        self.through_launcher() && self.emulator() == Some(SSH)
    }

    /// Whether the machine runs the executables without the emulator, as the launcher decides it too.
    pub fn native(&self, machine: &Machine) -> bool {
        self.is_of(&machine.host) || self.emulation_answer(machine).is_some_and(|it| it.way == Some(Way::Native))
    }

    /// Whether the executables are those of the machine itself, and nothing stands before them but the launcher.
    fn is_of(&self, host: &str) -> bool {
        self.row.runs_natively_on(host) && (self.runner.is_none() || self.through_launcher()) && !self.over_ssh()
    }

    /// The question in which way the launcher starts executables, where it emulates a process at a time.
    pub fn emulation_query(&self, host: &str) -> Option<EmulationQuery> {
        let demand = self.emulation.as_ref()?;
        let asks = self.runs
            && self.testable
            && self.row.is_user_mode()
            && self.through_launcher()
            && !self.over_ssh()
            && !self.is_of(host)
            && host.contains("-linux-");
        let words = self.runner.as_ref().filter(|_| asks)?.value.get(1..)?;
        Some(EmulationQuery::new(words, demand.way.clone()))
    }

    /// What there is to say where the command line demands a way, and there is none to choose for this target. A variable
    /// may well be meant for other targets.
    pub fn demand_without_effect(&self, host: &str) -> Option<Finding> {
        let demand = self.emulation.as_ref().filter(|it| it.origin == Some(Origin::CommandLine))?;
        let way = demand.way.as_ref().filter(|_| self.runs && self.testable && self.emulation_query(host).is_none())?;
        let why = if self.over_ssh() {
            "another computer runs its executables, which ssh reaches".to_owned()
        } else if self.is_of(host) {
            "this computer runs its executables as they are".to_owned()
        } else if self.runner.is_none() {
            "nothing runs its executables".to_owned()
        } else if !self.through_launcher() {
            "its runner is not crosskit's launcher".to_owned()
        } else if self.row.is_user_mode() {
            "QEMU's user mode is there on Linux alone".to_owned()
        } else {
            format!("QEMU's user mode does not run its executables: `{}` does", self.emulator().unwrap_or_default())
        };
        let message = format!("`--emulation={way}` has no effect on {}", self.triple());
        Some(Finding::note_only(Code::Emulation, message).at(Origin::CommandLine).note(why))
    }

    /// What the launcher answered to it.
    pub fn emulation_answer<'a>(&self, machine: &'a Machine) -> Option<&'a Emulation> {
        machine.emulation.get(&self.emulation_query(&machine.host)?)
    }

    /// In which way executables are started here; `None` where they cannot be.
    pub fn way(&self, machine: &Machine) -> Option<Way> {
        if self.native(machine) {
            return Some(Way::Native);
        }
        match self.emulation_answer(machine) {
            Some(answer) => answer.way,
            None => self.runner.as_ref().map(|_| Way::Runner),
        }
    }

    /// The C compilers that the cc crate will look for in build scripts for this target, and because of what.
    ///
    /// `variable` looks a variable up as a build script sees it: the environment, then `[env]`.
    fn candidates(
        &self,
        host: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> (Vec<String>, CompilerOrigin, Option<String>) {
        // Cargo sets it where a linker is configured, and otherwise lets through what is there.
        let leaked = if self.linker.is_none() { variable("RUSTC_LINKER") } else { None };
        let linker = self.linker.as_ref().map(|it| it.value.as_str()).or(leaked.as_deref());
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
        let found = candidates.iter().find(|it| machine.program(compiler_program(it, machine)).is_some());
        let value = found.or(candidates.first())?.clone();
        Some(PickedCompiler { value, origin, without })
    }

    /// The C compiler that build scripts for the target take on this machine, and because of what.
    pub fn c_compiler_here(
        &self,
        machine: &Machine,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Option<(String, CompilerOrigin)> {
        let picked = self.picked_compiler(machine, variable)?;
        Some((picked.program(machine).to_owned(), picked.origin))
    }

    /// What the probe must look for.
    pub fn questions(&self, machine: &Machine, variable: &dyn Fn(&str) -> Option<String>) -> Questions {
        let mut questions = Questions::default();
        let programs = &mut questions.programs;
        match self.driver() {
            Some(Driver::Zig) => {
                programs.extend(wrapper::PROGRAMS.map(str::to_owned));
                // What installs it.
                programs.insert(python::PIP.to_owned());
                questions.paths.extend(wrapper::installed_program(machine));
            }
            Some(Driver::Clang) => {
                // Where the machine is the target, the script takes its own compiler as well.
                programs.extend([wrapper::CLANG, "cc"].map(str::to_owned));
                programs.extend(self.linkers_of_clang());
                questions.paths.extend(self.support_paths());
            }
            None => programs.extend(self.linker_program(&machine.host)),
        }
        programs.extend(self.emulators());
        if let Some(package) = self.python_package() {
            programs.extend([python::INTERPRETER, python::PIP].map(str::to_owned));
            questions.paths.extend(python::installed_file(package, machine));
        }
        if let Some(emulator) = self.emulator() {
            programs.insert(format!("{emulator}-static"));
        }
        programs.extend(self.row.archiver());
        questions.paths.extend(self.row.library_paths());
        questions.paths.extend(self.row.firmware.iter().cloned());
        if let Some(prefix) = &self.row.gnu_prefix {
            questions.paths.extend(multiarch_library(prefix));
        }
        check::ask_about_traps(self, machine, &mut questions);
        questions.emulation.extend(self.emulation_query(&machine.host));
        libraries::ask(self, &machine.host, variable, &mut questions);
        if !self.compiling_c.is_empty() {
            let (candidates, ..) = self.candidates(&machine.host, variable);
            questions.programs.extend(candidates.iter().map(|it| rules::compiler_program(it).to_owned()));
            questions.programs.extend(candidates);
            let picked = self.picked_compiler(machine, variable);
            questions.versions.extend(picked.as_ref().map(|it| it.program(machine).to_owned()));
            // What clang makes depends on the `--target` that the cc crate gives it, so nothing can be concluded here.
            let picked = picked.filter(|it| !it.program(machine).rsplit('/').next().unwrap_or("").contains("clang"));
            questions.compilers.extend(picked.map(|picked| picked.value));
        }
        questions
    }
}

/// The runner as the launcher will start it on this machine.
pub fn runner_name(needs: &Needs, native: bool, machine: &Machine) -> String {
    let Some(runner) = &needs.runner else { return if native { "native" } else { "none" }.to_owned() };
    if native {
        return "native".to_owned();
    }
    if !needs.through_launcher() {
        return runner.value.join(" ");
    }
    let mut words: Vec<&str> = runner.value.iter().skip(1).map(String::as_str).collect();
    let multiarch = needs.row.gnu_prefix.as_deref().map(multiarch_library);
    let mixed = multiarch.is_some_and(|paths| paths.iter().any(|path| machine.paths.contains(path)));
    if mixed && let Some(at) = words.iter().position(|word| *word == "-L") {
        words.drain(at..(at + 2).min(words.len()));
    }
    let emulator = words.first().copied().unwrap_or_default().to_owned();
    let name = words.join(" ");
    match needs.emulator_here(machine) {
        Some(found) => name.replacen(&emulator, &found, 1),
        None if needs.runs_in_python(machine) => format!("{name} of Python"),
        None => name,
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
    /// Programs whose version matters.
    pub versions: BTreeSet<String>,
    /// Compilers that are asked for which machine they work.
    pub works_for: BTreeSet<String>,
    /// Emulators of QEMU that are asked which processors they know.
    pub processors: BTreeSet<String>,
    /// What rustc is asked for.
    pub cfgs: BTreeSet<CfgQuery>,
    /// What the launcher is asked for.
    pub emulation: BTreeSet<EmulationQuery>,
    /// What cargo is asked for: what a call would build.
    pub graphs: BTreeSet<GraphQuery>,
}

impl Questions {
    /// Whether every question of `other` is among these.
    pub fn covers(&self, other: &Questions) -> bool {
        self.programs.is_superset(&other.programs)
            && self.paths.is_superset(&other.paths)
            && self.compilers.is_superset(&other.compilers)
            && self.versions.is_superset(&other.versions)
            && self.works_for.is_superset(&other.works_for)
            && self.processors.is_superset(&other.processors)
            && self.cfgs.is_superset(&other.cfgs)
            && self.emulation.is_superset(&other.emulation)
            && self.graphs.is_superset(&other.graphs)
    }

    /// Adds another target's questions.
    pub fn extend(&mut self, other: Questions) {
        self.programs.extend(other.programs);
        self.paths.extend(other.paths);
        self.compilers.extend(other.compilers);
        self.versions.extend(other.versions);
        self.works_for.extend(other.works_for);
        self.processors.extend(other.processors);
        self.cfgs.extend(other.cfgs);
        self.emulation.extend(other.emulation);
        self.graphs.extend(other.graphs);
    }
}

/// The `libc.so.6` of the system that a runner with `-L` takes beside the loader of its sysroot, if there is one.
pub fn mixed_library(runner: &[String], machine: &Machine) -> Option<String> {
    if runner.first().is_some_and(|first| first.ends_with(LAUNCHER_PATH)) {
        return None;
    }
    let sysroot = runner.iter().skip_while(|word| *word != "-L").nth(1)?;
    let name = sysroot.trim_end_matches('/').rsplit('/').next()?;
    multiarch_library(name).into_iter().find(|path| machine.paths.contains(path))
}

/// Where the system may have the C library of a GNU prefix, by multiarch, or beside its own for programs of 32 bits (Debian's
/// `libc6-i386`). The launcher looks at the same places.
pub fn multiarch_library(prefix: &str) -> Vec<String> {
    let name = multiarch(prefix);
    let mut places = vec![format!("/lib/{name}"), format!("/usr/lib/{name}")];
    if prefix == "i686-linux-gnu" {
        places.extend(["/lib32", "/usr/lib32"].map(str::to_owned));
    }
    places.into_iter().map(|place| format!("{place}/libc.so.6")).collect()
}
