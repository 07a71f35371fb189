//! What `doctor` says of each tool: found, with version and path and how, or missing. The findings say the rest.

mod std_source;

use serde::Serialize;

use crate::emulation::Way;
use crate::finding::Origin;
use crate::machine::Machine;
use crate::python;
use crate::resolve::Resolved;
use crate::rules::CompilerOrigin;
use crate::settings::Settings;
use crate::tools::{Needs, Questions, StandIn, multiarch_library};
use crate::wrapper::{self, Driver};

/// The tools of one target, or those that every target shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checkup {
    /// The triple; for what is shared that of the host.
    pub target: String,
    /// What else is worth knowing of the target, as its row in the catalogue says it.
    pub notes: Option<String>,
    /// One for each tool.
    pub tools: Vec<Tool>,
}

impl Checkup {
    /// Says of the linker that it stands in for another one, if it does. The variables for that are nobody's wish.
    pub fn with(mut self, stand_in: Option<&StandIn>) -> Checkup {
        let Some(stand_in) = stand_in else { return self };
        for tool in &mut self.tools {
            tool.named_by.take_if(|name| stand_in.variables.contains_key(name));
            if tool.kind == "linker" {
                tool.notes.push(format!("in the place of {}", stand_in.lacking));
            }
        }
        self
    }
}

/// A tool, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// What it is for: `linker`, `emulator` and so on.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub found: bool,
    /// Its version, where it tells one.
    pub version: Option<String>,
    /// Where it is.
    pub path: Option<String>,
    /// How it was found: `PATH`, or in words another place that was looked at.
    pub how: Option<String>,
    /// Who named it, where that is not the policy's row.
    pub named_by: Option<String>,
    /// What else is worth knowing, such as why a source of the standard library does not hold.
    pub notes: Vec<String>,
}

impl Tool {
    fn missing(kind: &'static str, name: &str) -> Tool {
        let name = name.to_owned();
        Tool { kind, name, found: false, version: None, path: None, how: None, named_by: None, notes: Vec::new() }
    }

    fn at(kind: &'static str, name: &str, path: &str, how: &str) -> Tool {
        Tool { found: true, path: Some(path.to_owned()), how: Some(how.to_owned()), ..Tool::missing(kind, name) }
    }

    /// A program as the probe found it.
    fn program(kind: &'static str, name: &str, machine: &Machine) -> Tool {
        let Some(path) = machine.program(name) else { return Tool::missing(kind, name) };
        let below_sysroot = path.strip_prefix(machine.sysroot.as_str()).filter(|_| !machine.sysroot.is_empty());
        let how = match name.contains(['/', '\\']) {
            _ if below_sysroot.is_some_and(|it| it.contains("rustlib")) => "beside rustc",
            true => "its own path",
            false => "PATH",
        };
        Tool { version: machine.versions.get(name).cloned(), ..Tool::at(kind, name, path, how) }
    }

    fn named_by(self, named_by: Option<String>) -> Tool {
        Tool { named_by, ..self }
    }
}

/// The tools that every target shares: the compiler, cargo, and what links for this computer itself.
pub fn shared(host_linker: Option<&Resolved<String>>, machine: &Machine) -> Checkup {
    let own = |kind, path: &str, version: Option<&String>, how: &str| Tool {
        version: version.cloned(),
        ..Tool::at(kind, kind, path, how)
    };
    let how = match () {
        () if machine.rustc_is_the_distributions() => "the distribution's own",
        () if machine.rustup => "a toolchain of rustup",
        () => "PATH",
    };
    let mut tools = vec![
        own("rustc", &machine.rustc_path, Some(&machine.rustc), how),
        own(
            "cargo",
            &machine.cargo_path,
            machine.versions.get("cargo").or(machine.cargo.as_ref()),
            "the one that runs",
        ),
    ];
    let linker = host_linker.map_or("cc", |it| it.value.as_str());
    if host_linker.is_some() || !machine.host.contains("-windows-") {
        // The plan puts `cc` in the place of one that is not there.
        let name = if machine.program(linker).is_none() && machine.program("cc").is_some() { "cc" } else { linker };
        tools.push(Tool::program("linker", name, machine));
    }
    Checkup { target: machine.host.clone(), notes: None, tools }
}

/// What the probe must look at for [`shared`].
pub fn ask_shared(host_linker: Option<&str>, questions: &mut Questions) {
    let linker = host_linker.unwrap_or("cc");
    questions.programs.extend([linker.to_owned(), "cc".to_owned()]);
    questions.versions.extend(["cargo".to_owned(), linker.to_owned(), "cc".to_owned()]);
}

/// The tools of one target, in the order in which they come into play.
pub fn checkup(
    needs: &Needs,
    settings: &Settings,
    machine: &Machine,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Checkup {
    let mut tools = vec![std_source::tool(needs, machine)];
    if needs.links {
        tools.extend(linker(needs, settings, machine));
        tools.extend(behind_clang(needs, machine));
        tools.extend(library(needs, machine));
    }
    tools.extend(c_tools(needs, machine, variable));
    if needs.runs {
        tools.extend(runner(needs, settings, machine));
        emulation(needs, machine, &mut tools);
    }
    Checkup { target: needs.row.triple.clone(), notes: needs.row.notes.clone(), tools }
}

/// Who set a program that is not the row's own.
fn named_by(origin: Option<&Origin>, is_policys: bool, is_of_settings: bool) -> Option<String> {
    match origin {
        _ if is_policys => is_of_settings.then(|| crate::settings::FILE.to_owned()),
        // The line may be another one once the policy is written.
        Some(Origin::File { path, .. }) => Some(path.clone()),
        Some(Origin::Variable(name)) => Some(name.clone()),
        origin => origin.map(ToString::to_string),
    }
}

fn linker(needs: &Needs, settings: &Settings, machine: &Machine) -> Option<Tool> {
    match needs.driver() {
        Some(Driver::Zig) => return Some(zig(machine)),
        Some(Driver::Clang) => return Some(Tool::program("linker", clang_or_own(needs, machine), machine)),
        None => {}
    }
    let program = needs.linker_program(&machine.host)?;
    let is_policys = needs.linker_of_flags.is_none() && needs.policy.linker.as_ref() == Some(&program);
    let named = needs.linker_of_flags.as_ref().or(needs.linker.as_ref());
    let of_settings = settings.target(&needs.row.triple).linker.is_some();
    let own = needs.row.triple == machine.host && needs.linker_of_flags.is_none();
    if own && machine.program(&program).is_none() && machine.program("cc").is_some() {
        return Some(Tool::program("linker", "cc", machine));
    }
    let by = named_by(named.map(|it| &it.origin), is_policys, of_settings);
    Some(Tool::program("linker", &program, machine).named_by(by))
}

/// The compiler that the scripts for clang take: on the machine that is the target its own one does as well.
fn clang_or_own(needs: &Needs, machine: &Machine) -> &'static str {
    let own = needs.row.triple == machine.host && machine.program(wrapper::CLANG).is_none();
    if own && machine.program("cc").is_some() { "cc" } else { wrapper::CLANG }
}

/// What clang needs beside itself: a linker, and what GCC brings.
fn behind_clang(needs: &Needs, machine: &Machine) -> Vec<Tool> {
    if needs.driver() != Some(Driver::Clang) || needs.row.triple == machine.host {
        return Vec::new();
    }
    let linkers = needs.linkers_of_clang();
    let found = linkers.iter().find(|program| machine.program(program).is_some());
    let linker = found.or(linkers.first()).map(|program| Tool::program("behind it", program, machine));
    let paths = needs.support_paths();
    let found = paths.iter().find(|path| machine.paths.contains(*path));
    let support = match found {
        Some(path) => Tool::at("GCC's library", "crtbegin.o", path, "a known place"),
        None => Tool::missing("GCC's library", "crtbegin.o"),
    };
    linker.into_iter().chain([support]).collect()
}

/// The program behind the scripts that stand for linker and C compiler.
fn zig(machine: &Machine) -> Tool {
    let found = wrapper::PROGRAMS.iter().find(|program| machine.program(program).is_some());
    let installed = wrapper::installed_program(machine).filter(|path| machine.paths.contains(path));
    match (found, installed) {
        (Some(program), _) => Tool::program("linker", program, machine),
        (None, Some(path)) => Tool {
            version: machine.versions.get(&path).cloned(),
            ..Tool::at("linker", "zig", &path, "the package of Python")
        },
        (None, None) => Tool::missing("linker", "zig"),
    }
}

/// The target's start files, which a cross gcc or clang links with.
fn library(needs: &Needs, machine: &Machine) -> Option<Tool> {
    if !needs.links_with_distribution() || needs.row.triple == machine.host {
        return None;
    }
    let paths = needs.row.library_paths();
    let found = paths.iter().find(|path| machine.paths.contains(*path));
    Some(match found {
        None => Tool::missing("C library", "crt1.o"),
        Some(path) if needs.row.sysroot.as_ref().is_some_and(|it| path.starts_with(it.as_str())) => {
            Tool::at("C library", "crt1.o", path, "sysroot of the cross packages")
        }
        Some(path) => Tool::at("C library", "crt1.o", path, "multiarch"),
    })
}

fn c_tools(needs: &Needs, machine: &Machine, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Tool> {
    if needs.compiling_c.is_empty() {
        return Vec::new();
    }
    let mut tools = Vec::new();
    // One program does all of it.
    if needs.wrapper().is_some() {
        return tools;
    }
    if let Some((program, origin)) = needs.c_compiler_here(machine, variable) {
        let by = match origin {
            CompilerOrigin::Variable(name) => Some(name),
            _ => None,
        };
        tools.push(Tool::program("C compiler", &program, machine).named_by(by));
    }
    let triple = &needs.row.triple;
    match crate::rules::compiler_variable("AR", triple, &machine.host, variable) {
        Some((name, value)) => {
            let program = crate::rules::compiler_program(&value).to_owned();
            tools.push(Tool { found: true, named_by: Some(name), ..Tool::missing("archiver", &program) });
        }
        None if *triple == machine.host => {}
        None => tools.extend(needs.row.archiver().map(|archiver| Tool::program("archiver", &archiver, machine))),
    }
    tools
}

/// In which way the emulator is entered. The system may have registered one that is in nobody's `PATH`.
fn emulation(needs: &Needs, machine: &Machine, tools: &mut Vec<Tool>) {
    let Some(answer) = needs.emulation_answer(machine) else { return };
    let Some(way) = answer.way else {
        let demanded = needs.emulation.as_ref().and_then(|it| it.way.as_deref());
        tools.extend(demanded.map(|word| Tool::missing("emulation", word)));
        return;
    };
    if way == Way::Native {
        return;
    }
    if way == Way::System {
        tools.retain(|tool| tool.found || tool.kind != "emulator");
    }
    let how = if way.reaches_children() { "with what tests start" } else { "without what tests start" };
    let how = Some(how.to_owned());
    tools.push(Tool { found: true, how, ..Tool::missing("emulation", way.as_str()) });
}

fn runner(needs: &Needs, settings: &Settings, machine: &Machine) -> Vec<Tool> {
    if !needs.testable {
        return Vec::new();
    }
    if needs.native(machine) {
        let native =
            Tool { found: true, how: Some("this computer runs it".to_owned()), ..Tool::missing("emulator", "none") };
        return vec![native];
    }
    let mut tools = Vec::new();
    let Some(emulator) = needs.emulator() else { return vec![Tool::missing("emulator", "none")] };
    let of_row = needs.row.emulator.as_deref() == Some(emulator);
    let kind = if of_row { "emulator" } else { "runner" };
    let runner = needs.runner.as_ref();
    let is_policys = runner
        .zip(needs.policy.runner.as_ref())
        .is_some_and(|(it, policy)| it.value.join(" ").ends_with(policy.as_str()));
    let own = settings.target(&needs.row.triple);
    let of_settings = own.runner.or(own.ssh).or(own.chip).is_some();
    let by = named_by(runner.map(|it| &it.origin), is_policys, of_settings);
    let candidates = needs.emulators();
    let here = needs.emulator_here(machine);
    let mut tool = Tool::program(kind, here.as_deref().unwrap_or(emulator), machine).named_by(by);
    if here.is_none()
        && needs.runs_in_python(machine)
        && let Some(file) = needs.python_package().and_then(|package| python::installed_file(package, machine))
    {
        tool = Tool::at(kind, emulator, &file, "the package of Python");
    }
    if here.as_ref().is_some_and(|it| it.contains('/') && needs.row.instead.contains(it)) {
        tool.how = Some("a known place, not in PATH".to_owned());
    }
    if here.is_some() && candidates.first() != here.as_ref() {
        tool.notes.push(format!("in the place of `{emulator}`"));
    }
    let spare = candidates.iter().filter(|it| here.as_ref() != Some(it) && needs.starts_by(it, machine));
    tool.notes.extend(spare.map(|it| format!("`{it}` is there as well")));
    let mixed = needs.row.gnu_prefix.as_deref().map(multiarch_library).into_iter().flatten();
    if needs.through_launcher()
        && !needs.over_ssh()
        && needs.row.is_user_mode()
        && let Some(library) = mixed.into_iter().find(|path| machine.paths.contains(path))
    {
        tool.notes.push(format!("without -L, as the system has {library}"));
    }
    tools.push(tool);
    if needs.through_launcher() && !needs.row.firmware.is_empty() {
        let found = needs.row.firmware.iter().find(|path| machine.paths.contains(*path));
        let name = needs.row.firmware.first().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        tools.push(match found {
            Some(path) => Tool::at("firmware", path.rsplit('/').next().unwrap_or_default(), path, "a known place"),
            None => Tool::missing("firmware", name),
        });
    }
    tools
}
