//! The commands: look, decide, then act.

use std::path::{Path, PathBuf};

use crosskit_core::exit::{self, Exit};
use crosskit_core::finding::{Code, Finding};
use crosskit_core::machine::Machine;
use crosskit_core::plan::{self, Before, Cell, ConfigText, FileEdit, Input, Prepared, Rung};
use crosskit_core::resolve::ConfigFile;
use crosskit_core::settings::{self, Settings};
use crosskit_core::target::Catalogue;
use crosskit_core::{explain, install as install_plan};

use crate::cli::{Action, Options};
use crate::configs::{self, Configs};
use crate::environment::{self, Start, Variables};
use crate::event::{Event, Progress, Verbosity};
use crate::metadata::{self, Metadata};
use crate::probe::Probe;
use crate::report::{self, Terminal};
use crate::results::{CellResult, Verdict};
use crate::run::{self, Context};
use crate::sh::Sh;
use crate::{apply, install};

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
    let ended = execute(options, terminal, &mut sh, start);
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
    metadata: Metadata,
    settings: Settings,
    configs: Configs,
    launcher: Option<String>,
    /// Held until the config is written, so that two runs take turns.
    lock: Option<apply::Lock>,
    /// Where the report goes.
    out: PathBuf,
}

fn execute(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let mut ground = look(options, terminal, sh, start)?;
    let sh: &Sh = sh;
    let probe = Probe::new(sh);
    let (machine, prepared) = decide(options, &ground, &probe)?;
    go_on(sh)?;
    let exit = prepared.exit();
    if matches!(exit, Exit::Usage | Exit::Config) {
        return Err((exit, prepared.usage.into_iter().chain(prepared.config).collect()));
    }
    let told = |event: Event| terminal.event(event);
    let progress: Progress = &told;
    prepared.usage.iter().chain(&prepared.config).for_each(|finding| progress(Event::Finding(finding)));
    match options.action {
        Action::Sync { check: true } => return Ok(check_drift(&prepared, &ground.configs, progress)),
        _ if options.dry_run => return dry_run(options, &prepared, &machine, progress),
        _ => {}
    }
    if options.action != Action::Doctor {
        write_edits(&ground, &prepared.plan.edits, progress)?;
    }
    ground.lock = None;
    if matches!(options.action, Action::Sync { .. }) {
        return Ok(Exit::Done);
    }
    let (machine, prepared) = if options.install && !prepared.missing.is_empty() {
        let commands = install_plan::commands(&prepared.missing, &machine);
        let agreed = || options.yes || terminal.ask("run these commands with sudo?");
        let findings = install::run(sh, &commands, &machine, &ground.catalogue, progress, agreed);
        findings.iter().for_each(|finding| progress(Event::Finding(finding)));
        go_on(sh)?;
        decide(options, &ground, &probe)?
    } else {
        (machine, prepared)
    };
    prepared.tools.iter().for_each(|(_, finding)| progress(Event::Finding(finding)));
    if options.action == Action::Doctor {
        if prepared.exit() == Exit::Done {
            progress(Event::Status("Checked", "every tool is there"));
        }
        return Ok(prepared.exit());
    }
    let context = Context {
        sh,
        cargo: &start.cargo,
        metadata: &ground.metadata,
        host: &machine.host,
        sysroot: &probe.sysroot().map_err(ends(Exit::ToolMissing))?,
        plan: &prepared.plan,
        progress,
        quiet: options.verbosity == Verbosity::Quiet,
        colour: terminal.colour(),
    };
    climb(options, terminal, &ground.out, &prepared, &context)
}

/// Reads what there is to read. Cargo's own complaints are told before cargo is asked.
fn look(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Ground, Ends> {
    let broken = configs::refused_by_cargo(&sh.directory(), &sh.variables);
    if !broken.is_empty() {
        return Err((Exit::Config, broken));
    }
    let catalogue = Catalogue::built_in().map_err(internal)?;
    let host = Probe::new(sh).host().map_err(ends(Exit::ToolMissing))?;
    built_for_host(&host).map_err(ends(Exit::Usage))?;
    let unknown = plan::unknown_targets(&options.request, &catalogue, &host);
    if !unknown.is_empty() {
        return Err((Exit::Usage, unknown));
    }
    let metadata = metadata::read(sh, &start.cargo, &options.metadata_options, start.package.clone());
    let metadata = metadata.map_err(ends(Exit::Usage))?;
    // Cargo finds config by the present directory, so what is decided here holds at the root alone (cargo #10302).
    sh.change_directory(&metadata.root);
    let settings = read_settings(&metadata, &catalogue)?;

    let out = metadata.target_directory.join("crosskit");
    let writes = !options.dry_run && options.action != Action::Sync { check: true };
    if writes && options.action == Action::Climb {
        // The report of the last run must not be taken for this one's, however this one ends.
        let _ = std::fs::remove_file(out.join("report.json"));
    }
    let lock = if writes { Some(turn(&metadata.root, &out, terminal, sh)?) } else { None };
    let members = metadata.workspace.members().filter_map(|member| metadata.packages.get(&member.id));
    let members = members.map(|info| info.directory.as_path());
    let configs = configs::read(&metadata.root, members, &sh.variables).map_err(ends(Exit::Config))?;
    strip_env_table(&mut sh.variables, &metadata, &configs);
    let launcher = metadata.root.join(crosskit_core::policy::LAUNCHER_PATH);
    // One that cannot be started is as good as none: archives and some file systems lose the permission.
    let launcher = if apply::is_executable(&launcher) { apply::read(&launcher).ok().flatten() } else { None };
    Ok(Ground { catalogue, metadata, settings, configs, launcher, lock, out })
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

fn decide(options: &Options, ground: &Ground, probe: &Probe) -> Result<(Machine, Prepared), Ends> {
    let root = ground.metadata.root.display().to_string();
    let configs = &ground.configs;
    plan::settle(
        |questions| probe.machine(questions).map_err(ends(Exit::ToolMissing)),
        |machine| {
            plan::prepare(&Input {
                request: &options.request,
                catalogue: &ground.catalogue,
                settings: &ground.settings,
                workspace: &ground.metadata.workspace,
                machine,
                root_config: (&configs.root_path, configs.root_text.as_deref()),
                root: &root,
                included_configs: &configs.included,
                outer_configs: &configs.outer,
                inner_configs: &configs.inner,
                launcher: ground.launcher.as_deref(),
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
    let text = apply::read(&metadata.root.join(settings::FILE)).map_err(ends(Exit::Usage))?;
    let settings = Settings::parse(&text.unwrap_or_default(), catalogue).map_err(|findings| (Exit::Usage, findings))?;
    let unknown = metadata.workspace.unknown_packages(settings.named_packages());
    if unknown.is_empty() { Ok(settings) } else { Err((Exit::Usage, unknown)) }
}

/// The xtask inherits the `[env]` values of the config as it was when cargo started it.
fn strip_env_table(variables: &mut Variables, metadata: &Metadata, configs: &Configs) {
    let directory = metadata.root.display().to_string();
    let root = configs.root_text.clone().map(|text| ConfigText { path: configs.root_path.clone(), directory, text });
    let at_root: Vec<&ConfigText> = root.iter().chain(&configs.included).chain(&configs.outer).collect();
    // A cargo that was started in a member's directory has read that member's config as well.
    let in_member: Vec<&ConfigText> = configs.inner.iter().chain(at_root.iter().copied()).collect();
    let nothing = std::collections::BTreeMap::new();
    for texts in [at_root, in_member] {
        let files: Vec<ConfigFile> = texts
            .into_iter()
            .filter_map(|ConfigText { path, directory, text }| {
                let document = crosskit_core::config::parse(text).ok()?;
                Some(ConfigFile { path: path.clone(), directory: directory.clone(), document })
            })
            .collect();
        let config = crosskit_core::resolve::Config { files: &files, environment: &nothing };
        environment::strip_env_table(variables, &config.env_table());
    }
}

fn check_drift(prepared: &Prepared, configs: &Configs, progress: Progress) -> Exit {
    prepared.drift().iter().for_each(|finding| progress(Event::Finding(finding)));
    if prepared.plan.edits.is_empty() {
        progress(Event::Status("Checked", &format!("{}: up to date", configs.root_path)));
        Exit::Done
    } else {
        Exit::Config
    }
}

fn dry_run(options: &Options, prepared: &Prepared, machine: &Machine, progress: Progress) -> Result<Exit, Ends> {
    if matches!(options.action, Action::Sync { .. }) {
        report::data(&explain::edits(&prepared.plan)).map_err(internal)?;
        return Ok(Exit::Done);
    }
    for (_, finding) in &prepared.tools {
        progress(Event::Finding(finding));
    }
    let commands = if options.install { install_plan::commands(&prepared.missing, machine) } else { Vec::new() };
    let install: Vec<String> = commands.iter().map(|command| command.line(machine)).collect();
    if options.action == Action::Doctor {
        report::data(&explain::install(&install)).map_err(internal)?;
        return Ok(prepared.exit());
    }
    report::data(&explain::plan(&prepared.plan, &install)).map_err(internal)?;
    Ok(prepared.expected_exit())
}

fn write_edits(ground: &Ground, edits: &[FileEdit], progress: Progress) -> Result<(), Ends> {
    for edit in edits {
        apply::write(ground.lock.as_ref(), &ground.metadata.root, edit).map_err(ends(Exit::Config))?;
        let keys = edit.changes.len();
        let what = match keys {
            _ if edit.executable => "the launcher".to_owned(),
            1 => "1 key".to_owned(),
            _ => format!("{keys} keys"),
        };
        progress(Event::Status("Synced", &format!("{} ({what})", edit.path)));
        for change in &edit.changes {
            progress(Event::Detail("", change));
        }
    }
    if edits.is_empty() {
        progress(Event::Status("Synced", "nothing to change"));
    }
    Ok(())
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
            runner: cell.runner_name.clone(),
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
