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
use crate::policy::{Policy, linker_variable, target_path};
use crate::resolve::{Config, Definition, EnvEntry, Kind, KindView, Resolved, Rustc, Setting, Value, value_at};
use crate::settings::{DEFAULT_TIMEOUT, StdSource};
use crate::target::Row;
use crate::tools::{self, Demand, Key, Needs, Questions, StandIn};
use crate::triple;
use crate::workspace::{Package, Platform, Workspace};

use super::{Before, Cell, FileEdit, Input, Prepared, Request, Rung, environment, shell};

/// Plans every target, and what nested cargo gets besides the user's environment.
pub(super) fn add_cells(
    input: &Input,
    rows: &[Row],
    policies: &[Policy],
    config: &Config,
    rustc: &Rustc,
    prepared: &mut Prepared,
) {
    let host = config.view(&input.machine.host, Kind::Host, rustc);
    add_problems(&host, config, prepared);
    let host_linker = config.resolved(&host.linker);
    prepared.checkups.push(doctor::shared(host_linker.as_ref(), input.machine));
    doctor::ask_shared(host_linker.as_ref().map(|it| it.value.as_str()), &mut prepared.questions);
    prepared.usage.extend(unknown_way(&demand(input.request, config, &prepared.plan.env_table)));
    let views: Vec<KindView> = rows.iter().map(|row| config.view(&row.triple, Kind::Target, rustc)).collect();
    for ((row, policy), view) in rows.iter().zip(policies).zip(&views) {
        add_problems(view, config, prepared);
        add_cell(input, row, policy, config, rustc, (view, &host), prepared);
    }
    if !rows.iter().any(|row| row.triple == input.machine.host) {
        let finding = tools::host_linker(host_linker.as_ref(), input.machine);
        prepared.tools.extend(finding.map(|finding| (input.machine.host.clone(), finding)));
    }
    prepared.plan.environment = nested_environment(input, &host);
    prepared.plan.emulation = input.request.emulation.clone();
    shell::add_variables(input, config, (&views, &host), prepared);
    let targets: Vec<(&Row, &KindView)> = rows.iter().zip(&views).collect();
    let linker_scripts = rows.iter().filter(|row| names_linker_script(input, row)).map(|row| row.triple.as_str());
    prepared.lints = lints::check(&Situation {
        config,
        host: &host,
        targets: &targets,
        env: &prepared.plan.env_table,
        machine: input.machine,
        inner_files: input.inner_files,
        linker_scripts: &linker_scripts.collect::<BTreeSet<&str>>(),
        scripts: input.scripts,
        synced: true,
    });
}

/// Whether a package that is built for a target names a linker script by itself, or there is none that could lack one.
fn names_linker_script(input: &Input, row: &Row) -> bool {
    let (selected, _) = select(input, row);
    selected.is_empty() || selected.iter().any(|package| package.names_linker_script())
}

fn select<'a>(input: &Input<'a>, row: &Row) -> (Vec<&'a Package>, Vec<Finding>) {
    let request = input.request;
    input.workspace.select(row, input.settings, &request.packages, request.workspace, &request.exclude)
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

fn add_cell(
    input: &Input,
    row: &Row,
    policy: &Policy,
    config: &Config,
    rustc: &Rustc,
    (view, host_view): (&KindView, &KindView),
    prepared: &mut Prepared,
) {
    let request = input.request;
    let host = &input.machine.host;
    let (selected, findings) = select(input, row);
    prepared.usage.extend(findings);
    if request.builds && selected.is_empty() {
        prepared.usage.push(Workspace::nothing_left(row, input.settings, &request.exclude));
    } else if selected.is_empty() && !row.std {
        let finding = Workspace::nothing_left(row, input.settings, &request.exclude);
        prepared.of_doctor.push((row.triple.clone(), Finding { severity: Severity::Note, ..finding }));
    }
    let asks = input.workspace.has_platforms();
    let (target_platform, host_platform) =
        (platform(&row.triple, asks, input.machine, rustc), platform(host, asks, input.machine, rustc));
    // What is not yet a package may have tests.
    let testable = row.std || selected.is_empty() || selected.iter().any(|package| !package.tests.is_empty());
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
        compiling_c: input.workspace.compiling_c(&selected, target_platform, host_platform, request.builds_tests),
        libraries: libraries(input, config, &prepared.plan.env_table, &selected, target_platform),
        links: request.rung > Rung::Check,
        runs: request.rung == Rung::Run,
        emulation: Some(demand(request, config, &prepared.plan.env_table)),
    };
    prepared.usage.extend(needs.demand_without_effect(host));
    let table = &prepared.plan.env_table;
    let variable = |name: &str| config.script_variable(name, table).map(|it| it.value);
    let mut questions = needs.questions(input.machine, &variable);
    let own_directory = input.own_directory.to_string_lossy();
    let (needs, stand_in, asked) = stand_in(input, config, view, needs, &own_directory, &variable);
    questions.extend(asked);
    prepared.config.extend(environment::wins(input, config, view, &needs));
    let needs = stand_in.as_ref().map_or_else(|| needs.clone(), |it| it.needs(&needs));
    let told = stand_in.iter().flat_map(|it| it.variables.clone()).collect::<BTreeMap<_, _>>();
    let variable = |name: &str| told.get(name).cloned().or_else(|| variable(name));
    let (mut findings, missing) = tools::check(&needs, input.machine, &variable);
    findings.splice(0..0, stand_in.iter().map(|it| it.finding.clone()));
    let checkup = doctor::checkup(&needs, input.settings, input.machine, &variable);
    prepared.checkups.push(checkup.with(stand_in.as_ref()));
    for finding in &mut findings {
        // A variable that the shell does not set can only come from the table.
        if let Some(Origin::Variable(name)) = &finding.origin
            && !input.machine.environment.contains_key(name)
            && let Some(entry) = table.get(name)
        {
            finding.origin = Some(entry.origin.clone());
        }
    }
    prepared.questions.extend(questions);
    prepared.tools.extend(findings.into_iter().map(|finding| (row.triple.clone(), finding)));
    prepared.missing.extend(missing);
    let native = needs.native(input.machine);
    let runnable = testable && (native || needs.runner.is_some());
    let reach = if runnable { request.rung } else { request.rung.min(Rung::Verify) };
    let not_emulated = children_not_emulated(&needs, input.machine);
    prepared.of_doctor.extend(not_emulated.map(|finding| (row.triple.clone(), finding)));
    let packages = input.workspace.package_specs(selected.iter().copied());
    let build_std = match (needs.std, row.std) {
        (StdSource::Installed, _) => None,
        (StdSource::BuildStd, true) => Some("-Zbuild-std".to_owned()),
        (StdSource::BuildStd, false) => Some("-Zbuild-std=core,alloc".to_owned()),
    };
    // Cargo takes an unstable option from a stable toolchain only then.
    let bootstrap = build_std.iter().map(|_| ("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()));
    let environment = bootstrap.chain(told).collect();
    for (path, text) in stand_in.iter().flat_map(|it| it.files(&own_directory)) {
        let edit = FileEdit { path, before: Before::Anything, text, executable: true, changes: Vec::new() };
        prepared.plan.own_programs.push(edit);
    }
    let verb: Vec<&str> = match request.rung {
        Rung::Check => vec!["check"],
        _ if request.builds_tests && row.std => vec!["test", "--no-run"],
        _ if request.builds_tests => without_libtest(&selected),
        _ => vec!["build"],
    };
    let with_doctests = selected.iter().copied().filter(|package| package.doctests && row.std);
    let doc_packages = input.workspace.package_specs(with_doctests);
    let doc = (reach == Rung::Run && !doc_packages.is_empty())
        .then(|| cargo_arguments(&["test", "--doc", "--no-fail-fast"], &row.triple, &[], request))
        .map(|arguments| arguments.into_iter().chain(build_std.clone()).collect());
    prepared.plan.cells.push(Cell {
        triple: row.triple.clone(),
        linker: needs.linker.as_ref().map(|it| it.value.clone()),
        build: cargo_arguments(&verb, &row.triple, &packages, request).into_iter().chain(build_std).collect(),
        environment,
        stand_in: stand_in.clone(),
        doc,
        doc_packages,
        packages,
        asked: request.rung,
        reach,
        runner_name: tools::runner_name(&needs, native, input.machine),
        emulation: needs.way(input.machine).filter(|_| reach == Rung::Run),
        runner: needs.runner.map(|it| it.value).unwrap_or_default(),
        host_runner: host_view.runner.winner.as_ref().map(|it| it.value.clone()).unwrap_or_default(),
        profile_directory: profile_directory(&request.cargo_options),
        test_arguments: request.test_arguments.clone(),
        timeout: request.timeout.or(input.settings.target(&row.triple).timeout).unwrap_or(DEFAULT_TIMEOUT),
    });
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
) -> Vec<Need> {
    let variable = |name: &str| config.script_variable(name, table).map(|it| it.value);
    // Cargo then runs no build script at all. Source: Cargo reference, "Build scripts", "Overriding build scripts".
    let is_overridden = |package: &Package| {
        let links = package.links.as_ref().map(|links| target_path(target.triple, links));
        links.is_some_and(|path| value_at(&config.layers.merged, &path).and_then(Value::as_table).is_some())
    };
    let with_tests = input.request.builds_tests;
    input.libraries.needs(input.workspace, selected, target, with_tests, is_overridden, &variable)
}

/// What is built of packages for a target without libtest: all of it, and their integration tests. `cargo test` would
/// build unit tests as well, which need libtest.
///
/// Source: Cargo reference, "cargo build", "Target Selection".
fn without_libtest<'a>(packages: &[&'a Package]) -> Vec<&'a str> {
    let mut words = vec!["build"];
    let mut tests: Vec<&str> = packages.iter().flat_map(|package| &package.tests).map(String::as_str).collect();
    if tests.is_empty() {
        return words;
    }
    tests.sort_unstable();
    tests.dedup();
    words.extend(packages.iter().any(|package| package.library).then_some("--lib"));
    words.extend(packages.iter().any(|package| package.programs).then_some("--bins"));
    words.extend(tests.into_iter().flat_map(|test| ["--test", test]));
    words
}

/// Source: Cargo reference, "Profiles", "Profile selection", and "Build cache".
fn profile_directory(cargo_options: &[String]) -> String {
    let named = cargo_options.iter().position(|option| option == "--profile").and_then(|at| cargo_options.get(at + 1));
    match named.map(String::as_str) {
        Some("dev" | "test") => "debug".to_owned(),
        Some("bench") => "release".to_owned(),
        Some(name) => name.to_owned(),
        None if cargo_options.iter().any(|option| option == "--release") => "release".to_owned(),
        None => "debug".to_owned(),
    }
}

fn cargo_arguments(verb: &[&str], triple: &str, packages: &[String], request: &Request) -> Vec<String> {
    let mut arguments: Vec<String> = verb.iter().map(|&word| word.to_owned()).collect();
    arguments.extend(["--target".to_owned(), triple.to_owned()]);
    for package in packages {
        arguments.extend(["-p".to_owned(), package.clone()]);
    }
    arguments.extend(request.cargo_options.iter().cloned());
    arguments
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
