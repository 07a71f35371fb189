//! Plans one target: its packages, its cargo calls, its runner, and what the machine lacks.

use std::collections::{BTreeMap, BTreeSet};

use crate::cfgs::Cfgs;
use crate::config;
use crate::doctor;
use crate::emulation::{self, Way};
use crate::finding::{Code, Finding, Origin, Severity};
use crate::libraries::Need;
use crate::lints::{self, Situation};
use crate::machine::Machine;
use crate::matrix::Variants;
use crate::policy::{LAUNCHER_PATH, Policy, linker_variable, target_path};
use crate::program::Program;
use crate::resolve::{Config, Definition, EnvEntry, Kind, KindView, Resolved, Rustc, Setting, Value, value_at};
use crate::settings::{DEFAULT_TIMEOUT, FILE, StdSource};
use crate::target::Row;
use crate::tools::{self, Demand, Key, Needs, Questions, StandIn};
use crate::triple;
use crate::workspace::{Package, Platform, Workspace};

use super::ladder::{self, Climbed, Seen};
use super::{Cell, FileEdit, Input, Prepared, Request, Rung, call, environment, group, shell};

/// What the targets of a plan share.
#[derive(Clone, Copy)]
struct Shared<'a> {
    input: &'a Input<'a>,
    config: &'a Config<'a>,
    rustc: &'a Rustc<'a>,
    /// `[env]`.
    table: &'a BTreeMap<String, EnvEntry>,
    host_view: &'a KindView,
    own_directory: &'a str,
}

/// A target with its variants.
pub(super) struct Target<'a> {
    pub(super) row: &'a Row,
    pub(super) policy: Policy,
    pub(super) variants: Variants<'a>,
}

impl Target<'_> {
    /// Whether nothing is left to build for it.
    pub(super) fn is_empty(&self) -> bool {
        self.variants.used().all(|(_, packages)| packages.is_empty())
    }
}

/// Plans every target, and what nested cargo gets besides the user's environment.
pub(super) fn add_cells(input: &Input, targets: &[Target], config: &Config, rustc: &Rustc, prepared: &mut Prepared) {
    let host_view = &config.view(&input.machine.host, Kind::Host, rustc);
    add_problems(host_view, config, prepared);
    let host_linker = config.resolved(&host_view.linker);
    prepared.checkups.push(doctor::shared(host_linker.as_ref(), input.machine));
    doctor::ask_shared(host_linker.as_ref().map(|it| it.value.as_str()), &mut prepared.questions);
    let table = &prepared.plan.env_table.clone();
    prepared.usage.extend(unknown_way(&demand(input.request, config, table)));
    let views: Vec<KindView> =
        targets.iter().map(|target| config.view(&target.row.triple, Kind::Target, rustc)).collect();
    let own_directory = &input.own_directory.to_string_lossy();
    let shared = Shared { input, config, rustc, table, host_view, own_directory };
    let mut ways = Vec::new();
    for (target, view) in targets.iter().zip(&views) {
        add_problems(view, config, prepared);
        ways.push(look_at_target(shared, target, view, prepared));
    }
    prepared.questions.cfgs.extend(rustc.asked());
    // While a question is open, all is looked at anew: the cells, of which there may be thousands, are of no use before.
    if input.asked.covers(&prepared.questions) {
        targets.iter().zip(&ways).for_each(|(target, ways)| add_cells_of(shared, target, ways, prepared));
        group::add_groups(input, config, &views, prepared);
    }
    if !targets.iter().any(|target| target.row.triple == input.machine.host) {
        let finding = tools::host_linker(host_linker.as_ref(), input.machine);
        prepared.tools.extend(finding.map(|finding| (input.machine.host.clone(), finding)));
    }
    prepared.plan.environment = nested_environment(input, host_view);
    prepared.plan.emulation = input.request.emulation.clone();
    let jobs = call::option_value(&input.request.cargo_options, "--jobs").and_then(|it| it.parse().ok());
    prepared.plan.jobs = jobs.or_else(|| config.jobs());
    shell::add_variables(input, config, (&views, host_view), prepared);
    let with_views: Vec<(&Row, &KindView)> = targets.iter().map(|target| target.row).zip(&views).collect();
    let linker_scripts = targets.iter().filter(|it| names_linker_script(it)).map(|it| it.row.triple.as_str());
    prepared.lints = lints::check(&Situation {
        config,
        host: host_view,
        targets: &with_views,
        env: table,
        machine: input.machine,
        inner_files: input.inner_files,
        linker_scripts: &linker_scripts.collect::<BTreeSet<&str>>(),
        scripts: input.scripts,
        synced: true,
    });
}

/// Whether a package that is built for a target names a linker script by itself, or there is none that could lack one.
fn names_linker_script(target: &Target) -> bool {
    let mut packages = target.variants.used().flat_map(|(_, packages)| packages).peekable();
    packages.peek().is_none() || packages.any(|package| package.names_linker_script())
}

/// What stops Cargo, once for all targets.
fn add_problems(view: &KindView, config: &Config, prepared: &mut Prepared) {
    for problem in &view.problems {
        let finding = problem.finding(config.layers);
        if !prepared.config.contains(&finding) {
            prepared.config.push(finding);
        }
    }
}

/// A triple with its cfgs, once rustc was asked; until then nothing that depends on one is taken in.
pub(super) fn platform<'a>(triple: &'a str, needed: bool, machine: &'a Machine, rustc: &Rustc) -> Platform<'a> {
    const UNKNOWN: &Cfgs = &Cfgs::NONE;
    if needed {
        rustc.ask(triple);
    }
    Platform { triple, cfgs: machine.plain_cfgs(triple).unwrap_or(UNKNOWN) }
}

/// What some packages of a target need, and how far they get.
struct OnTheWay<'a> {
    selected: &'a [&'a Package],
    climbed: Climbed,
    packages: Vec<String>,
    doc_packages: Vec<String>,
}

/// Looks at what each selection of a target's packages needs, by its place. What is the same for all of them, or for some, is
/// said once.
fn look_at_target<'a>(
    shared: Shared,
    target: &'a Target<'a>,
    view: &KindView,
    prepared: &mut Prepared,
) -> BTreeMap<usize, OnTheWay<'a>> {
    let Shared { input, .. } = shared;
    let Target { row, variants, .. } = target;
    let request = input.request;
    add_new(&mut prepared.usage, variants.notes.clone());
    let told_why = variants.notes.iter().any(Finding::is_error);
    if request.builds && !request.best_effort && target.is_empty() && !told_why {
        prepared.usage.push(Workspace::nothing_left(row, input.settings, &request.exclude));
    } else if !request.builds && !row.std && target.is_empty() {
        let finding = Workspace::nothing_left(row, input.settings, &request.exclude);
        prepared.of_doctor.push((row.triple.clone(), Finding { severity: Severity::Note, ..finding }));
    }
    let mut told = Vec::new();
    let mut ways = BTreeMap::new();
    for (at, selected) in variants.used() {
        let look = |rung| look(shared, target, view, selected, rung);
        let climbed = ladder::climb(row, request, look);
        let seen = &climbed.seen;
        add_new(&mut prepared.usage, seen.usage.clone());
        add_new(&mut prepared.config, seen.config.clone());
        add_new(&mut told, seen.findings.clone());
        if request.program.is_some() && !seen.runnable {
            // It is no warning any more.
            told.retain(|finding| finding.code != Code::NoRunner);
            add_new(&mut told, vec![nothing_runs(row)]);
        }
        prepared.questions.extend(seen.questions.clone());
        prepared.missing.extend(seen.missing.clone());
        if ways.is_empty() {
            prepared.checkups.push(seen.checkup.clone());
            let not_emulated = seen.not_emulated.clone();
            prepared.of_doctor.extend(not_emulated.map(|finding| (row.triple.clone(), finding)));
        }
        for (path, text) in seen.stand_in.iter().flat_map(|it| it.files(shared.own_directory)) {
            let edit = FileEdit { executable: true, ..FileEdit::own(path, text) };
            if !prepared.plan.own_programs.contains(&edit) {
                prepared.plan.own_programs.push(edit);
            }
        }
        let packages = input.workspace.package_specs(selected.iter().copied());
        let with_doctests = selected.iter().copied().filter(|package| package.doctests && row.std);
        let doc_packages = input.workspace.package_specs(with_doctests);
        ways.insert(at, OnTheWay { selected, climbed, packages, doc_packages });
    }
    prepared.tools.extend(told.into_iter().map(|finding| (row.triple.clone(), finding)));
    ways
}

/// A program that cannot be started need not be built for that.
fn nothing_runs(row: &Row) -> Finding {
    let message = format!("nothing is known that runs programs of {} here", row.triple);
    let finding = Finding::error(Code::NoRunner, message);
    let finding = row.needs.iter().fold(finding, |it, needs| it.note(format!("it needs {needs}")));
    finding
        .hint(format!("set one: `runner = \"…\"` below `[target.{}]` in {FILE}", row.triple))
        .hint(format!("build it, and run it where it belongs: cargo xtask cross build {}", row.triple))
}

/// Plans the cells of a target.
fn add_cells_of(shared: Shared, target: &Target, ways: &BTreeMap<usize, OnTheWay>, prepared: &mut Prepared) {
    let Shared { input, .. } = shared;
    let Target { row, variants, .. } = target;
    let request = input.request;
    let quarantine = input.settings.quarantine(&row.triple);
    let glibc = input.settings.glibc(&row.triple);
    let timeout = request.timeout.or(input.settings.target(&row.triple).timeout).unwrap_or(DEFAULT_TIMEOUT);
    for (variant, at) in &variants.variants {
        let Some(OnTheWay { selected, climbed, packages, doc_packages }) = ways.get(at) else { continue };
        let Climbed { seen, reach, stopped_by } = climbed;
        let program =
            request.program.as_ref().and_then(|wanted| wanted.choose(selected).ok()).map(|(_, program)| program);
        let mut verb = call::verb(reach.unwrap_or(Rung::Check), request, row.std, selected);
        verb.extend(program.iter().flat_map(Program::option));
        let call = |verb: &[&str], packages: &[String]| -> Vec<String> {
            let arguments = call::arguments(verb, &row.triple, packages, variant, request);
            arguments.into_iter().chain(seen.build_std.clone()).collect()
        };
        let tests_docs = *reach == Some(Rung::Run) && !doc_packages.is_empty() && request.runs_tests();
        let name = variant.name(&row.triple);
        prepared.plan.cells.push(Cell {
            triple: row.triple.clone(),
            name,
            variant: variant.clone(),
            linker: seen.linker.clone(),
            build: if reach.is_some() { call(&verb, packages) } else { Vec::new() },
            environment: seen.environment.clone(),
            stand_in: seen.stand_in.clone(),
            benches: request.benches,
            program: program.clone(),
            doc: tests_docs.then(|| call(&["test", "--doc", "--no-fail-fast"], &[])),
            doc_packages: doc_packages.clone(),
            packages: packages.clone(),
            asked: request.rung,
            reach: *reach,
            stopped_by: stopped_by.clone(),
            runner_name: seen.runner_name.clone(),
            emulation: seen.emulation.filter(|_| *reach == Some(Rung::Run)),
            runner: seen.runner.clone(),
            host_runner: shared.host_view.runner.winner.as_ref().map(|it| it.value.clone()).unwrap_or_default(),
            profile_directory: call::profile_directory(variant, request).to_owned(),
            test_arguments: call::test_arguments(request),
            linking_scripts: seen.linking_scripts.clone(),
            shares_files: shares_files(&seen.runner),
            retries: request.retries,
            quarantine: quarantine.clone(),
            glibc: glibc.clone(),
            timeout,
        });
    }
}

/// Adds what is not said yet.
fn add_new(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

/// Looks at what some packages need on the way to a rung, and what of it is here.
fn look(shared: Shared, target: &Target, view: &KindView, selected: &[&Package], rung: Rung) -> Seen {
    let Shared { input, config, rustc, table, own_directory, .. } = shared;
    let Target { row, policy, .. } = target;
    let request = input.request;
    let host = &input.machine.host;
    let builds_tests = request.builds_tests && (rung > Rung::Check || request.rung == Rung::Check);
    let asks = input.workspace.has_platforms();
    let (target_platform, host_platform) =
        (platform(&row.triple, asks, input.machine, rustc), platform(host, asks, input.machine, rustc));
    // What is not yet a package may have tests.
    let testable = row.std
        || request.program.is_some()
        || selected.is_empty()
        || selected.iter().any(|package| !package.tests.is_empty());
    let needs = Needs {
        row,
        testable,
        std: input.settings.target(&row.triple).std,
        policy,
        linker: config.resolved(&view.linker),
        linker_of_flags: view
            .linker_of_flags()
            .map(|it| Resolved { origin: config.origin(&it.definition), value: it.value }),
        runner: config.resolved(&view.runner),
        compiling_c: input.workspace.compiling_c(selected, target_platform, host_platform, builds_tests),
        libraries: libraries(input, config, table, selected, target_platform, builds_tests),
        links: rung > Rung::Check,
        runs: rung == Rung::Run,
        emulation: Some(demand(request, config, table)),
    };
    let usage = needs.demand_without_effect(host).into_iter().collect();
    let variable = |name: &str| config.script_variable(name, table).map(|it| it.value);
    let mut questions = needs.questions(input.machine, &variable);
    let (needs, stand_in, asked) = stand_in(input, config, view, needs, own_directory, &variable);
    questions.extend(asked);
    let of_config = environment::wins(input, config, view, &needs);
    let needs = stand_in.as_ref().map_or_else(|| needs.clone(), |it| it.needs(&needs));
    let told = stand_in.iter().flat_map(|it| it.variables.clone()).collect::<BTreeMap<_, _>>();
    let variable = |name: &str| told.get(name).cloned().or_else(|| variable(name));
    let (mut findings, missing) = tools::check(&needs, input.machine, &variable);
    findings.splice(0..0, stand_in.iter().map(|it| it.finding.clone()));
    for finding in &mut findings {
        // A variable that the shell does not set can only come from the table.
        if let Some(Origin::Variable(name)) = &finding.origin
            && !input.machine.environment.contains_key(name)
            && let Some(entry) = table.get(name)
        {
            finding.origin = Some(entry.origin.clone());
        }
    }
    let native = needs.native(input.machine);
    let build_std = match (needs.std, row.std) {
        (StdSource::Installed, _) => None,
        (StdSource::BuildStd, true) => Some("-Zbuild-std".to_owned()),
        (StdSource::BuildStd, false) => Some("-Zbuild-std=core,alloc".to_owned()),
    };
    // Cargo takes an unstable option from a stable toolchain only then.
    let bootstrap = build_std.iter().map(|_| ("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()));
    Seen {
        checkup: doctor::checkup(&needs, input.settings, input.machine, &variable).with(stand_in.as_ref()),
        usage,
        config: of_config.into_iter().collect(),
        findings,
        missing,
        questions,
        links_with_the_hosts: needs.links_with_the_hosts(input.machine),
        runnable: testable && (native || needs.runner.is_some()),
        not_emulated: children_not_emulated(&needs, input.machine),
        linker: needs.linker.as_ref().map(|it| it.value.clone()),
        runner_name: tools::runner_name(&needs, native, input.machine),
        emulation: needs.way(input.machine),
        environment: bootstrap.chain(told.clone()).collect(),
        runner: needs.runner.map(|it| it.value).unwrap_or_default(),
        linking_scripts: linking_scripts(input.workspace, selected, target_platform, builds_tests),
        build_std,
        stand_in,
    }
}

/// What stands in for the policy's linker, and what is needed without it; and what the machine must be asked for that.
///
/// A shell that has the variables of `env` says the same with them, and is no user who names a linker.
fn stand_in<'a>(
    input: &Input,
    config: &Config,
    view: &KindView,
    needs: Needs<'a>,
    directory: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> (Needs<'a>, Option<StandIn>, Questions) {
    let of_shell = match &needs.linker {
        Some(Resolved { value, origin: Origin::Variable(name) }) => Some((value.clone(), name.clone())),
        _ => None,
    };
    let linker = match &of_shell {
        Some((_, name)) => environment::linker_without(config, view, name),
        None => view.linker.clone(),
    };
    let key = Key {
        is_ours: !input.request.installs && is_own_linker(input, config, view, &linker),
        provider: input.settings.provider(needs.row),
        directory,
    };
    let of_config = Needs { linker: config.resolved(&linker), ..needs.clone() };
    let (found, questions) = StandIn::find(&of_config, key, input.machine, variable);
    let says_so = |it: &StandIn| of_shell.as_ref().is_none_or(|(value, _)| it.policy.linker.as_ref() == Some(value));
    match found.filter(says_so) {
        Some(found) if of_shell.is_some() => (of_config, Some(found.told_by_shell()), questions),
        Some(found) => (of_config, Some(found), questions),
        None => (needs, None, questions),
    }
}

/// Whether a linker is the kit's own: its key has the mark, and `crosskit.toml` names no other.
fn is_own_linker(input: &Input, config: &Config, view: &KindView, linker: &Setting<String>) -> bool {
    let Some(Definition::Layer { layer, .. }) = linker.winner.as_ref().map(|it| &it.definition) else { return false };
    let root = config.layers.all.get(*layer).filter(|it| it.path == input.configs.root_config());
    let document = root.and_then(|layer| config::parse(layer.text.as_str()).ok());
    input.settings.target(&view.triple).linker.is_none()
        && document.is_some_and(|it| it.is_marked(&target_path(&view.triple, "linker")))
}

/// In which way programs are to be started: the command line wins over what every start would see in its environment.
fn demand(request: &Request, config: &Config, table: &BTreeMap<String, EnvEntry>) -> Demand {
    if let Some(way) = &request.emulation {
        return Demand { way: Some(way.clone()), origin: Some(Origin::CommandLine) };
    }
    match config.script_variable(emulation::VARIABLE, table).filter(|it| !it.value.is_empty()) {
        Some(it) => Demand { way: Some(it.value), origin: Some(it.origin) },
        None => Demand::default(),
    }
}

/// A way that there is not is refused as it is on the command line, whoever names it.
fn unknown_way(demand: &Demand) -> Option<Finding> {
    let way = demand.way.as_ref().filter(|way| !Way::DEMANDED.contains(&way.as_str()))?;
    let mut finding = Finding::error(Code::UnknownName, format!("`{way}` is no way of emulation"));
    finding.origin = demand.origin.clone();
    Some(match triple::nearest(way, Way::DEMANDED, 1).first() {
        Some(near) => finding.hint(format!("a way with a similar name exists: `{near}`")),
        None => finding.hint(format!("known: {}", Way::DEMANDED.join(", "))),
    })
}

/// What a test cannot do where its executable alone is emulated, and what enables the ways that reach further.
fn children_not_emulated(needs: &Needs, machine: &Machine) -> Option<Finding> {
    let answer = needs.emulation_answer(machine).filter(|answer| answer.way == Some(Way::Runner))?;
    // Whoever demands it knows.
    if answer.notes.is_empty() {
        return None;
    }
    let message =
        format!("what tests of `{}` start is not emulated, but for what goes through the runner", needs.row.triple);
    let finding = Finding::note_only(Code::Emulation, message);
    let finding = answer.notes.iter().fold(finding, |it, note| it.note(note.clone()));
    Some(answer.hints.iter().fold(finding, |it, hint| it.hint(hint.clone())))
}

/// The libraries of the target that the selected members need.
fn libraries(
    input: &Input,
    config: &Config,
    table: &BTreeMap<String, EnvEntry>,
    selected: &[&Package],
    target: Platform,
    with_tests: bool,
) -> Vec<Need> {
    let variable = |name: &str| config.script_variable(name, table).map(|it| it.value);
    // Cargo then runs no build script at all. Source: Cargo reference, "Build scripts", "Overriding build scripts".
    let is_overridden = |package: &Package| {
        let links = package.links.as_ref().map(|links| target_path(target.triple, links));
        links.is_some_and(|path| value_at(&config.layers.merged, &path).and_then(Value::as_table).is_some())
    };
    input.libraries.needs(input.workspace, selected, target, with_tests, is_overridden, &variable)
}

/// Whether what a runner starts sees the files of this computer at their paths: QEMU's user mode and Wine are known to.
fn shares_files(runner: &[String]) -> bool {
    let program = match runner {
        [launcher, emulator, ..] if launcher.ends_with(LAUNCHER_PATH) => emulator,
        [program, ..] => program,
        [] => return true,
    };
    let name = program.rsplit('/').next().unwrap_or_default();
    name.starts_with("qemu-") && !name.starts_with("qemu-system-") || name.starts_with("wine")
}

/// The packages whose build scripts run for a target and may tell cargo where libraries are.
fn linking_scripts(
    workspace: &Workspace,
    selected: &[&Package],
    target: Platform,
    with_tests: bool,
) -> BTreeSet<String> {
    let brought = workspace.brought(selected, target, with_tests, |package| package.finds_libraries);
    brought.into_iter().map(|(_, package)| package.id.clone()).collect()
}

/// What nested cargo gets besides the user's environment.
///
/// A linker in the table of the machine's own triple that does not exist here would break every build script; `cc` is
/// what rustc takes without the table.
fn nested_environment(input: &Input, host: &KindView) -> BTreeMap<String, Option<String>> {
    let mut environment = BTreeMap::new();
    if let Some(linker) = &host.linker.winner
        && input.machine.program(&linker.value).is_none()
        && input.machine.program("cc").is_some()
    {
        environment.insert(linker_variable(&host.triple), Some("cc".to_owned()));
    }
    environment
}
