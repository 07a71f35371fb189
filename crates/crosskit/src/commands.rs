//! The commands: look, decide, then act.

mod doctor;
mod explain;
mod sync;
mod targets;

use std::path::{Path, PathBuf};

use crosskit_core::exit::{self, Exit};
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::libraries::Libraries;
use crosskit_core::machine::Machine;
use crosskit_core::plan::{self, Before, Cell, FileEdit, Input, Prepared, Request, Rung};
use crosskit_core::policy::{LAUNCHER_PATH, OwnFiles};
use crosskit_core::resolve::Config;
use crosskit_core::settings::Settings;
use crosskit_core::target::Catalogue;
use crosskit_core::wrapper::Driver;
use crosskit_core::{explain as words, install as install_plan};

use crate::cli::{Action, Options, SyncMode};
use crate::configs::{self, Configs};
use crate::environment::{self, Start, Variables};
use crate::event::{Event, Progress, Verbosity};
use crate::metadata::{self, Metadata};
use crate::probe::Probe;
use crate::report::{self, Terminal};
use crate::results::{CellResult, Verdict};
use crate::run::{self, Context};
use crate::rustc::{self, Rustc, Toolchain};
use crate::sh::Sh;
use crate::{apply, install, scripts};

/// Findings that end the command, and with which exit code.
type Ends = (Exit, Vec<Finding>);

fn ends(exit: Exit) -> impl Fn(Box<Finding>) -> Ends {
    move |finding| (exit, vec![*finding])
}

/// Runs a command and tells what ended it.
pub fn run(options: &Options, terminal: &Terminal, variables: Variables, start: &Start) -> Exit {
    let mut sh = match Sh::new(variables) {
        Ok(sh) => sh,
        Err(error) => {
            terminal.finding(&Finding::error(Code::FileAccess, error));
            return Exit::Internal;
        }
    };
    let ended = match options.action {
        Action::Explain => explain::run(options, terminal, &mut sh, start),
        Action::Targets => targets::run(options, terminal, &mut sh, start),
        Action::Doctor if options.request.targets.iter().any(|name| name == doctor::ALL) => {
            doctor_all(options, terminal, &mut sh, start)
        }
        _ => execute(options, terminal, &mut sh, start),
    };
    if sh.is_interrupted() {
        // What failed after Ctrl-C failed because of it.
        terminal.event(Event::Status("Interrupted", "every process that was started has been ended"));
        return Exit::Interrupted;
    }
    ended.unwrap_or_else(|(exit, findings)| {
        findings.iter().for_each(|finding| terminal.finding(finding));
        exit
    })
}

/// `doctor all`: one line for each target; or a trial of each that this machine takes to its end.
fn doctor_all(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let names = options.request.targets.iter().map(String::as_str).filter(|name| *name != doctor::ALL);
    let survey = targets::survey(options, terminal, sh, start, &[], &names.collect::<Vec<_>>())?;
    if !options.probe {
        let named = match survey.named.as_slice() {
            [] => None,
            named => Some(look_closely(options, terminal, sh, start, named)?),
        };
        return doctor::all(options, terminal, &survey, named.as_ref());
    }
    let runs = survey.surveyed.iter().filter(|it| it.standing.reach == Some("run"));
    let targets: Vec<String> = runs.map(|it| it.standing.target.clone()).collect();
    let skipped = survey.surveyed.len() - targets.len();
    terminal.event(Event::Status("Skipping", &format!("{skipped} targets that nothing runs here")));
    let request = Request { targets, ..options.request.clone() };
    execute(&Options { request, ..options.clone() }, terminal, sh, start)
}

/// What `doctor` decides of some targets with the workspace and its config before it.
fn look_closely(
    options: &Options,
    terminal: &Terminal,
    sh: &mut Sh,
    start: &Start,
    targets: &[String],
) -> Result<Prepared, Ends> {
    let request = Request { targets: targets.to_vec(), ..options.request.clone() };
    let ground = look(&Options { request, ..options.clone() }, terminal, sh, start)?;
    let probe = Probe::new(sh, ground.toolchain.clone()).with_cache(&ground.out);
    let (_, prepared) = decide(&ground, options.action, &probe)?;
    go_on(sh)?;
    match prepared.exit_of_sync() {
        exit @ (Exit::Usage | Exit::Config) => Err((exit, prepared.usage.into_iter().chain(prepared.config).collect())),
        _ => Ok(prepared),
    }
}

fn internal(error: String) -> Ends {
    (Exit::Internal, vec![Finding::error(Code::FileAccess, error)])
}

/// Ends the command if Ctrl-C was pressed since the last step.
fn go_on(sh: &Sh) -> Result<(), Ends> {
    if sh.is_interrupted() { Err((Exit::Interrupted, Vec::new())) } else { Ok(()) }
}

/// The workspace and what it says, before any decision.
struct Ground {
    catalogue: Catalogue,
    libraries: Libraries,
    metadata: Metadata,
    toolchain: Toolchain,
    settings: Settings,
    configs: Configs,
    own_files: OwnFiles,
    scripts: Vec<(String, String)>,
    /// The command line, with the targets of the config where it names none.
    request: Request,
    /// Held until the config is written, so that two runs take turns.
    lock: Option<apply::Lock>,
    /// Where the report goes.
    out: PathBuf,
}

fn execute(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let mut ground = look(options, terminal, sh, start)?;
    let sh: &Sh = sh;
    let probe = Probe::new(sh, ground.toolchain.clone()).with_cache(&ground.out);
    // Whoever writes the config, or prints it, says nothing about tools.
    let tells_tools = !matches!(options.action, Action::Sync(_) | Action::Env);
    let probe = if tells_tools { probe } else { probe.without_tools() };
    let (machine, prepared) = decide(&ground, options.action, &probe)?;
    go_on(sh)?;
    let exit = prepared.exit_of_sync();
    if matches!(exit, Exit::Usage | Exit::Config) {
        return Err((exit, prepared.usage.into_iter().chain(prepared.config).collect()));
    }
    let told = |event: Event| terminal.event(event);
    let progress: Progress = &told;
    let findings = prepared.usage.iter().chain(&prepared.config).chain(&prepared.lints);
    let doctor_as_data = options.action == Action::Doctor && options.json;
    if !doctor_as_data {
        findings.for_each(|finding| progress(Event::Finding(finding)));
    }
    match options.action {
        Action::Sync(mode) => return sync::run(mode, options, &ground, &prepared, progress),
        Action::Env => {
            write_own_programs(&ground, &prepared)?;
            return sync::environment(options, &prepared, progress);
        }
        _ if prepared.exit() == Exit::Config => return Ok(Exit::Config),
        _ if options.dry_run && !doctor_as_data => return dry_run(options, terminal, &prepared, &machine),
        Action::Doctor => {}
        _ => sync::write(&ground, &prepared.plan, progress)?,
    }
    ground.lock = None;
    let (machine, prepared) = if options.install && !options.dry_run && !prepared.missing.is_empty() {
        let commands = install_plan::commands(&prepared.missing, &machine);
        let agreed = || options.yes || terminal.ask("run these commands with sudo?");
        let findings = install::run(sh, &commands, &machine, &ground.catalogue, progress, agreed);
        findings.iter().for_each(|finding| progress(Event::Finding(finding)));
        go_on(sh)?;
        probe.look_again();
        decide(&ground, options.action, &probe)?
    } else {
        (machine, prepared)
    };
    if !options.dry_run {
        probe.save();
    }
    if options.action != Action::Doctor || options.probe && !options.dry_run {
        write_own_programs(&ground, &prepared)?;
    }
    if options.action == Action::Doctor {
        return doctor::named(options, terminal, sh, start, &ground, (&machine, &prepared));
    }
    prepared.tools.iter().for_each(|(_, finding)| progress(Event::Finding(finding)));
    let context = Context {
        sh,
        cargo: &start.cargo,
        metadata: &ground.metadata,
        host: &machine.host,
        sysroot: probe.sysroot(),
        plan: &prepared.plan,
        progress,
        quiet: options.verbosity == Verbosity::Quiet,
        colour: terminal.colour(),
    };
    climb(options, terminal, &ground.out, &prepared, &context)
}

/// What cargo itself would refuse when it is asked about the workspace.
fn refused_by_cargo(options: &Options, sh: &Sh) -> Result<configs::Reader, Ends> {
    let reader = configs::Reader::default();
    let broken = reader.refused_by_cargo(&sh.directory(), &options.request.config, &sh.variables);
    if broken.is_empty() { Ok(reader) } else { Err((Exit::Config, broken)) }
}

/// Reads what there is to read. Cargo's own complaints are told before cargo is asked.
fn look(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Ground, Ends> {
    refused_by_cargo(options, sh)?;
    let catalogue = Catalogue::built_in().map_err(internal)?;
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    built_for_host(&rustc.host).map_err(ends(Exit::Usage))?;
    let unknown = plan::unknown_targets(&options.request, &catalogue, &rustc.host);
    if !unknown.is_empty() {
        return Err((Exit::Usage, unknown));
    }
    let metadata = metadata::read(sh, &start.cargo, &options.metadata_options, start.package.clone());
    let mut metadata = metadata.map_err(ends(Exit::Usage))?;
    let started_in = sh.directory();
    // Cargo finds config by the present directory, so what is decided here holds at the root alone (cargo #10302).
    sh.change_directory(&metadata.root);
    let settings = read_settings(&metadata, &catalogue)?;

    let out = metadata.target_directory.join("crosskit");
    let writes = options.request.writes;
    if writes && options.action == Action::Climb {
        // The report of the last run must not be taken for this one's, however this one ends.
        let _ = std::fs::remove_file(out.join("report.json"));
    }
    let lock = if writes { Some(turn(&metadata.root, &out, terminal, sh)?) } else { None };
    let members = metadata.workspace.members().filter_map(|member| metadata.packages.get(&member.id));
    let members = members.map(|info| info.directory.as_path());
    // What was read before it was our turn may have been written anew since.
    let configs = configs::Reader::default().read(&metadata.root, members, &options.request.config, &sh.variables);
    let configs = configs.map_err(|findings| (Exit::Config, findings))?;
    strip_env_table(&mut sh.variables, start, &metadata.root, &configs);
    environment::make_absolute(&mut sh.variables, &started_in);
    if metadata.workspace.xtask.is_none() {
        // Started by itself, and not by cargo: what is decided must be the same.
        metadata.workspace.xtask = xtask_of_alias(&metadata.root, &configs);
    }
    let toolchain = toolchain(rustc, sh, start, &metadata.root, &configs, &options.request.config)?;
    let own_files = own_files(&metadata.root);
    let mut request = options.request.clone();
    if request.targets.is_empty() && options.action != Action::Sync(SyncMode::Remove) {
        let files = configs.as_data(&metadata.root, &request.config);
        request.targets = plan::written_targets(&files, &catalogue, &settings);
        if request.targets.is_empty() {
            let finding = Finding::error(Code::UnknownName, "no target is given, and the config has keys of none")
                .at(Origin::CommandLine)
                .hint("name a triple or an alias, such as `aarch64`");
            return Err((Exit::Usage, vec![finding]));
        }
    }
    let scripts = scripts::read(&metadata.root);
    let libraries = Libraries::built_in().map_err(internal)?;
    Ok(Ground { catalogue, libraries, metadata, toolchain, settings, configs, own_files, scripts, request, lock, out })
}

/// The launcher, and the scripts beside it. One that cannot be started is as good as none: archives and some file systems
/// lose the permission.
fn own_files(root: &Path) -> OwnFiles {
    let wrappers = Driver::ALL.into_iter().flat_map(|driver| {
        let directory = driver.directory();
        let entries = std::fs::read_dir(root.join(&directory)).into_iter().flatten().flatten();
        entries.map(move |entry| format!("{directory}/{}", entry.file_name().to_string_lossy()))
    });
    let text = |path: String| {
        let file = root.join(&path);
        let text = if apply::is_executable(&file) { apply::read(&file).ok().flatten()? } else { return None };
        Some((path, text))
    };
    std::iter::once(LAUNCHER_PATH.to_owned()).chain(wrappers).filter_map(text).collect()
}

/// Writes what stands in for linkers that are not on this computer: below the target directory, and for it alone.
fn write_own_programs(ground: &Ground, prepared: &Prepared) -> Result<(), Ends> {
    let programs = &prepared.plan.own_programs;
    programs.iter().try_for_each(|edit| apply::write(None, &ground.out, edit).map_err(ends(Exit::Internal)))
}

/// Waits until no other run is between its look at the config and its write.
fn turn(root: &Path, out: &Path, terminal: &Terminal, sh: &Sh) -> Result<apply::Lock, Ends> {
    let mut told = false;
    let lock = apply::lock(root, out, |waited| {
        // Another run writes within the blink of an eye, and one that waits for a program does not.
        if !told && waited > std::time::Duration::from_millis(500) {
            told = true;
            terminal.event(Event::Status("Blocking", &format!("waiting for another run in {}", root.display())));
        }
        !sh.is_interrupted()
    });
    lock.map_err(ends(Exit::Config))?.ok_or((Exit::Interrupted, Vec::new()))
}

fn decide(ground: &Ground, action: Action, probe: &Probe) -> Result<(Machine, Prepared), Ends> {
    let configs = &ground.configs;
    plan::settle(
        |questions| Ok(probe.machine(questions)),
        |machine| {
            let prepare = match action {
                Action::Sync(SyncMode::Remove) => plan::prepare_removal,
                _ => plan::prepare,
            };
            prepare(&Input {
                request: &ground.request,
                catalogue: &ground.catalogue,
                settings: &ground.settings,
                libraries: &ground.libraries,
                workspace: &ground.metadata.workspace,
                machine,
                configs: configs.as_data(&ground.metadata.root, &ground.request.config),
                inner_directories: &configs.inner_directories,
                inner_files: &configs.inner_files,
                scripts: &ground.scripts,
                own_files: &ground.own_files,
                own_directory: &ground.out,
            })
        },
    )
}

/// Runs the plan, and reports.
fn climb(
    options: &Options,
    terminal: &Terminal,
    out: &Path,
    prepared: &Prepared,
    context: &Context,
) -> Result<Exit, Ends> {
    let ready = prepared.exit() == Exit::Done;
    let (results, exit) = if ready { run_cells(context) } else { (missing_cells(prepared), prepared.exit()) };
    let text = report::json(context.host, &results, exit.code());
    let path = "report.json".to_owned();
    let json = FileEdit { path, before: Before::Anything, text, executable: false, changes: Vec::new() };
    apply::write(None, out, &json).map_err(ends(Exit::Internal))?;
    if options.json {
        report::data(&json.text).map_err(internal)?;
    } else if ready {
        terminal.table(&results).map_err(internal)?;
    }
    Ok(exit)
}

/// The xtask that was itself cross-compiled would look at an emulated machine.
fn built_for_host(host: &str) -> Result<(), Box<Finding>> {
    let mut words = host.split('-');
    let arch = words.next().unwrap_or_default();
    // `arch` names the instruction set of the triple; i586 and i686 are both `x86` for rustc.
    let own = std::env::consts::ARCH;
    let same = match own {
        "x86" => arch.starts_with('i'),
        "arm" => arch.starts_with("arm") || arch.starts_with("thumb"),
        "powerpc64" | "riscv64" | "riscv32" | "mips64" => arch.starts_with(own),
        _ => arch == own,
    };
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    if same && host.contains(os) {
        return Ok(());
    }
    Err(Box::new(
        Finding::error(
            Code::XtaskNotForHost,
            format!("this xtask was built for {own} {}, and rustc's host is {host}", std::env::consts::OS),
        )
        .note("`build.target` in a Cargo config cross-compiles the xtask, too")
        .hint("give the alias `--target host-tuple`: xtask = \"run --quiet --target host-tuple --package xtask --\""),
    ))
}

fn read_settings(metadata: &Metadata, catalogue: &Catalogue) -> Result<Settings, Ends> {
    let text = apply::read_settings(&metadata.root).map_err(ends(Exit::Usage))?;
    let settings = Settings::parse(&text, catalogue).map_err(|findings| (Exit::Usage, findings))?;
    let unknown = metadata.workspace.unknown_packages(settings.named_packages());
    if unknown.is_empty() { Ok(settings) } else { Err((Exit::Usage, unknown)) }
}

/// The xtask inherits the `[env]` values of the config as it was when cargo started it.
fn strip_env_table(variables: &mut Variables, start: &Start, root: &Path, configs: &Configs) {
    let nothing = std::collections::BTreeMap::new();
    for (directory, layers) in configs::layers_everywhere(root, configs) {
        let config = Config { layers: &layers, environment: &nothing, directory: &directory, cargo_minor: 0 };
        environment::strip_env_table(variables, &config.env_table().0, &start.cargo);
    }
}

/// The package that the workspace's own alias runs.
fn xtask_of_alias(root: &Path, configs: &Configs) -> Option<String> {
    let layers = configs.as_data(root, &[]).layers(root);
    let nothing = std::collections::BTreeMap::new();
    Config { layers: &layers, environment: &nothing, directory: root, cargo_minor: 0 }.package_of_alias("xtask")
}

/// What cargo compiles with at the root, once it is known what the config says.
fn toolchain(
    rustc: Rustc,
    sh: &Sh,
    start: &Start,
    root: &Path,
    configs: &Configs,
    command_line: &[String],
) -> Result<Toolchain, Ends> {
    let layers = configs.as_data(root, command_line).layers(root);
    let environment = environment::as_text(&sh.variables);
    let config = Config { layers: &layers, environment: &environment, directory: root, cargo_minor: 0 };
    Toolchain::of(&config, rustc, sh, &start.cargo).map_err(ends(Exit::ToolMissing))
}

fn dry_run(options: &Options, terminal: &Terminal, prepared: &Prepared, machine: &Machine) -> Result<Exit, Ends> {
    let commands = if options.install { install_plan::commands(&prepared.missing, machine) } else { Vec::new() };
    let install: Vec<String> = commands.iter().map(|command| command.line(machine)).collect();
    if options.action == Action::Doctor {
        let tools = words::checkups(&prepared.checkups, terminal.stdout_style());
        report::data(&format!("{tools}{}", words::install(&install))).map_err(internal)?;
        // In the order in which they are told where it is no dry run.
        let own = prepared.about_targets().map(|(_, finding)| finding);
        own.chain(&prepared.unwritten()).for_each(|finding| terminal.finding(finding));
        return Ok(prepared.exit());
    }
    prepared.tools.iter().for_each(|(_, finding)| terminal.finding(finding));
    report::data(&words::plan(&prepared.plan, &install)).map_err(internal)?;
    Ok(prepared.expected_exit())
}

fn run_cells(context: &Context) -> (Vec<CellResult>, Exit) {
    let mut results = Vec::new();
    let mut exits = Vec::new();
    for cell in &context.plan.cells {
        let (result, stop) = run::cell(context, cell);
        results.push(result);
        exits.extend(stop.map(Exit::from));
        if stop == Some(run::Stop::Interrupted) {
            break;
        }
    }
    (results, exit::first(exits))
}

/// Nothing was compiled: every cell says which of its tools is missing.
fn missing_cells(prepared: &Prepared) -> Vec<CellResult> {
    let missing = |cell: &Cell| {
        let own = prepared.tools.iter().filter(|(triple, _)| *triple == cell.triple);
        let findings: Vec<Finding> = own.map(|(_, finding)| finding.clone()).collect();
        let stopped = findings.iter().any(Finding::is_error);
        CellResult {
            triple: cell.triple.clone(),
            rung: None::<Rung>,
            verdict: if stopped { Verdict::Missing } else { Verdict::Skipped },
            suites: Vec::new(),
            seconds: 0.0,
            stand_in: cell.stand_in.as_ref().map(|it| it.words.clone()),
            runner: cell.runner_name.clone(),
            emulation: None,
            verified: 0,
            findings,
        }
    };
    prepared.plan.cells.iter().map(missing).collect()
}

/// The program's own directory, which cargo puts in front of the library path.
pub fn executable_directory() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(PathBuf::from)
}
