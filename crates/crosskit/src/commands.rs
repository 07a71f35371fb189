//! The commands: look, decide, then act.

mod ci;
mod doctor;
mod explain;
mod ground;
mod lint;
mod report;
mod sync;
mod targets;
mod vendor;
mod verify;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crosskit_core::exit::{self, Exit};
use crosskit_core::finding::{Code, Finding};
use crosskit_core::machine::Machine;
use crosskit_core::plan::{self, Cell, FileEdit, Input, Prepared, Request, Rung};
use crosskit_core::record::{Load, Record, Verdict};
use crosskit_core::single_file;
use crosskit_core::views::table;
use crosskit_core::{explain as words, install as install_plan};

use crate::cli::{Action, Options, SyncMode};
use crate::environment::{Start, Variables};
use crate::event::{Event, Progress, Verbosity};
use crate::probe::Probe;
use crate::record::{self, Around, Began};
use crate::report::{self as voice, Terminal};
use crate::results::CellResult;
use crate::run::{self, Context, Ran, Stop, Timeline};
use crate::sh::Sh;
use crate::{apply, git, install};

use ground::Ground;

/// The file of the record, below the kit's directory in the target directory.
const REPORT: &str = "report.json";

/// Findings that end the command, and with which exit code.
type Ends = (Exit, Vec<Finding>);

fn ends(exit: Exit) -> impl Fn(Box<Finding>) -> Ends {
    move |finding| (exit, vec![*finding])
}

/// Runs a command and tells what ended it.
pub fn run(options: &Options, terminal: &Terminal, variables: Variables, start: &Start, began: &Began) -> Exit {
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
        Action::Verify => verify::run(options, terminal, &mut sh, start),
        Action::Helper => helper(),
        Action::Lint => lint::run(options, terminal, &mut sh, start),
        Action::Vendor => vendor::run(options, terminal, &mut sh, start),
        Action::Report => report::run(options, terminal, &sh, start),
        Action::Doctor if options.request.targets.iter().any(|name| name == doctor::ALL) => {
            doctor_all(options, terminal, &mut sh, start, began)
        }
        _ => execute(options, terminal, &mut sh, start, began),
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

/// `helper`: the text of the file.
fn helper() -> Result<Exit, Ends> {
    let printed = voice::data(&single_file::text());
    printed.map_err(|error| (Exit::Internal, vec![Finding::error(Code::FileAccess, error)]))?;
    Ok(Exit::Done)
}

/// `doctor all`: one line for each target; or a trial of each that this machine takes to its end.
fn doctor_all(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start, began: &Began) -> Result<Exit, Ends> {
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
    execute(&Options { request, ..options.clone() }, terminal, sh, start, began)
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
    let ground = ground::look(&Options { request, ..options.clone() }, terminal, sh, start)?;
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

fn execute(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start, began: &Began) -> Result<Exit, Ends> {
    let mut ground = ground::look(options, terminal, sh, start)?;
    let sh: &Sh = sh;
    let probe = Probe::new(sh, ground.toolchain.clone()).with_cache(&ground.out);
    let probe = probe.with_graphs(&ground.out, ground.metadata.fingerprint);
    // Whoever writes the config, or prints it, says nothing about tools.
    let tells_tools = !matches!(options.action, Action::Sync(_) | Action::Env | Action::Ci);
    let mut probe = if tells_tools { probe } else { probe.without_tools() };
    let (machine, prepared) = decide(&ground, options.action, &probe)?;
    if options.action == Action::Climb && options.request.writes && sh.is_interrupted() {
        // Whoever waits for the report must not wait in vain, though it has nothing to tell.
        let around = around(began, &machine.host, &prepared, Exit::Interrupted);
        return write_record(&ground.out, &record::of_run(around, &[])).map(|()| Exit::Interrupted);
    }
    go_on(sh)?;
    let exit = prepared.exit_of_sync();
    if matches!(exit, Exit::Usage | Exit::Config) {
        return Err((exit, prepared.usage.into_iter().chain(prepared.config).collect()));
    }
    let told = |event: Event| terminal.event(event);
    let progress: Progress = &told;
    let doctor_as_data = options.action == Action::Doctor && options.json;
    if ground.request.best_effort {
        let about_none = prepared.about_no_target().map(|finding| (None, finding));
        words::condensed(about_none).iter().for_each(|finding| progress(Event::Finding(finding)));
    } else if !doctor_as_data {
        prepared.about_no_target().for_each(|finding| progress(Event::Finding(finding)));
    }
    if let Some(division) = &prepared.plan.division {
        progress(Event::Status("Dividing", &words::division(division)));
    }
    match options.action {
        Action::Sync(mode) => return sync::run(mode, options, &ground, &prepared, progress),
        Action::Ci => return ci::run(options, sh, &ground, &prepared, progress),
        Action::Env => {
            sync::write_own_programs(&ground, &prepared)?;
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
        sync::write_own_programs(&ground, &prepared)?;
    }
    if options.action == Action::Doctor {
        return doctor::named(options, terminal, sh, start, &ground, (&machine, &prepared));
    }
    about_tools(options, &prepared).iter().for_each(|finding| progress(Event::Finding(finding)));
    let splits = prepared.plan.splits.iter().filter_map(|it| words::split(&prepared.plan, it));
    splits.for_each(|split| progress(Event::Detail("Keeping", &format!("apart {split}"))));
    let context = Context {
        sh,
        cargo: &start.cargo,
        metadata: &ground.metadata,
        host: &machine.host,
        sysroot: probe.sysroot(),
        started_in: &ground.started_in,
        plan: &prepared.plan,
        quiet: options.verbosity == Verbosity::Quiet,
        colour: terminal.colour(),
        directory: &ground.out,
        fail_fast: options.fail_fast,
        began: began.moment,
    };
    climb(options, terminal, &ground.out, &prepared, &context, began)
}

fn decide(ground: &Ground, action: Action, probe: &Probe) -> Result<(Machine, Prepared), Ends> {
    let configs = &ground.configs;
    plan::settle(
        |questions| Ok(probe.machine(questions)),
        |machine, asked| {
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
                asked,
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
    began: &Began,
) -> Result<Exit, Ends> {
    let ready = prepared.exit() == Exit::Done;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let slots = prepared.plan.slots(processors);
    let (results, exit, program, timeline) = if ready {
        let variable = |name: &str| context.sh.variables.get(std::ffi::OsStr::new(name));
        let (ci, dumb) = (variable("CI").is_some(), variable("TERM").is_some_and(|term| term == "dumb"));
        let live = std::cell::RefCell::new(voice::Live::new(terminal, ci, dumb));
        let progress: Progress = &|event| live.borrow_mut().event(event);
        let (ran, exit, program, timeline) = run_cells(context, slots, progress);
        (ran, exit, program, timeline.finish())
    } else {
        (missing_cells(prepared), prepared.exit(), None, (Vec::new(), Load::default()))
    };
    let commit = git::commit(context.sh, &context.metadata.root);
    let around = Around { slots, timeline, commit, ..around(began, context.host, prepared, exit) };
    let record = record::of_run(around, &results);
    let written = write_record(out, &record);
    // On a full disk as well, what is known is told.
    if options.json {
        voice::data(&record::text(&record)).map_err(internal)?;
    } else if ready && options.request.program.is_none() {
        voice::data(&table::table(&record)).map_err(internal)?;
    }
    written?;
    match program.filter(|_| exit == Exit::Done) {
        Some(program) => {
            go_on(context.sh)?;
            let arguments: Vec<OsString> = options.request.test_arguments.iter().map(OsString::from).collect();
            terminal.event(Event::Status("Running", &program.line(&arguments)));
            Err(internal(context.sh.hand_over(program.command(context, &arguments))))
        }
        None => Ok(exit),
    }
}

/// What is known beside the cells before anything was started.
fn around<'a>(began: &'a Began, host: &'a str, prepared: &'a Prepared, exit: Exit) -> Around<'a> {
    let about_none = prepared.about_no_target().map(Into::into);
    let of_tools = prepared.tools.iter().map(|(_, finding)| finding.into());
    Around {
        began,
        host,
        slots: 0,
        checkups: &prepared.checkups,
        timeline: (Vec::new(), Load::default()),
        findings: about_none.chain(of_tools).collect(),
        division: prepared.plan.division.as_ref(),
        commit: None,
        exit,
    }
}

fn write_record(out: &Path, record: &Record) -> Result<(), Ends> {
    apply::write(None, out, &FileEdit::own(REPORT, record::text(record))).map_err(ends(Exit::Internal))
}

fn dry_run(options: &Options, terminal: &Terminal, prepared: &Prepared, machine: &Machine) -> Result<Exit, Ends> {
    let commands = if options.install { install_plan::commands(&prepared.missing, machine) } else { Vec::new() };
    let install: Vec<String> = commands.iter().map(|command| command.line(machine)).collect();
    if options.action == Action::Doctor {
        let tools = words::checkups(&prepared.checkups, terminal.stdout_style());
        voice::data(&format!("{tools}{}", words::install(&install))).map_err(internal)?;
        // In the order in which they are told where it is no dry run.
        let own = prepared.about_targets().map(|(_, finding)| finding);
        own.chain(&prepared.unwritten()).for_each(|finding| terminal.finding(finding));
        return Ok(prepared.exit());
    }
    about_tools(options, prepared).iter().for_each(|finding| terminal.finding(finding));
    voice::data(&words::plan(&prepared.plan, &install)).map_err(internal)?;
    Ok(prepared.expected_exit())
}

/// What there is to say of tools: of many targets, the same of several at once.
fn about_tools(options: &Options, prepared: &Prepared) -> Vec<Finding> {
    if options.request.best_effort {
        return words::condensed(prepared.tools.iter().map(|(triple, finding)| (Some(triple.as_str()), finding)));
    }
    prepared.tools.iter().map(|(_, finding)| finding.clone()).collect()
}

/// What all cells come to. What was not begun because something failed elsewhere is no failure of its own.
fn exit_of(context: &Context, ran: &[Ran]) -> Exit {
    if context.sh.is_interrupted() {
        return Exit::Interrupted;
    }
    let (others, own): (Vec<Stop>, Vec<Stop>) =
        ran.iter().filter_map(|it| it.stop).partition(|stop| *stop == Stop::OthersFailed);
    let decide = if own.is_empty() { others } else { own };
    exit::first(decide.into_iter().map(Exit::from))
}

/// What came of the cells, the exit code, the program that is to be run, and what was started when.
fn run_cells(
    context: &Context,
    slots: usize,
    progress: Progress,
) -> (Vec<CellResult>, Exit, Option<run::Prepared>, Timeline) {
    let (mut ran, timeline) = run::run(context, slots, progress);
    let exit = exit_of(context, &ran);
    let program = ran.iter_mut().find_map(|it| it.program.take());
    (ran.into_iter().map(|it| it.result).collect(), exit, program, timeline)
}

/// Nothing was compiled: every cell says which of its tools is missing.
fn missing_cells(prepared: &Prepared) -> Vec<CellResult> {
    let missing = |cell: &Cell| {
        let own = prepared.tools.iter().filter(|(triple, _)| *triple == cell.triple);
        let findings: Vec<Finding> = own.map(|(_, finding)| finding.clone()).collect();
        let stopped = findings.iter().any(Finding::is_error);
        CellResult {
            triple: cell.triple.clone(),
            name: cell.name.clone(),
            stopped_by: cell.stopped_by.clone(),
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
