//! The kit in this process, without its hands: one command on a recorded machine, up to where compiling would begin.
//!
//! It follows `crosskit::commands` step by step, with a map of files in the place of the disk.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crosskit::DoctorReport;
use crosskit::cli::{self, Action, Options, SyncMode};
use crosskit_core::doctor;
use crosskit_core::exit::{self, Exit};
use crosskit_core::explain::Shell;
use crosskit_core::finding::Finding;
use crosskit_core::inspect::{self, Subject};
use crosskit_core::libraries::Libraries;
use crosskit_core::machine::Machine;
use crosskit_core::plan::{self, Input, Prepared, Request};
use crosskit_core::policy::LAUNCHER_PATH;
use crosskit_core::render::{self, Style};
use crosskit_core::resolve::{ConfigFiles, Files};
use crosskit_core::settings::{self, Settings};
use crosskit_core::survey::{self, Surveyed};
use crosskit_core::target::Catalogue;
use crosskit_core::tools::Questions;
use crosskit_core::workspace::{Package, Workspace};
use crosskit_core::{explain, install, pages};

use crate::recorded::Recorded;

/// The workspace root of a scene that names none.
pub const ROOT: &str = "/home/marta/telemetry";

/// The config file at the root.
pub const CONFIG: &str = ".cargo/config.toml";

/// A command and everything that it can see.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The words after `cargo xtask cross`.
    pub arguments: Vec<String>,
    /// The computer.
    pub machine: Recorded,
    /// The computer after the install commands ran; without it they change nothing.
    pub machine_after_install: Option<Recorded>,
    /// The workspace.
    pub workspace: Workspace,
    /// The workspace root.
    pub root: PathBuf,
    /// Files by their path from the root; `../` leads above it.
    pub files: BTreeMap<String, String>,
}

/// What the command told and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code; 0 also where the kit would go on and compile.
    pub exit: u8,
    /// The data.
    pub stdout: String,
    /// The findings, or clap's words.
    pub stderr: String,
    /// The install commands that would be run.
    pub install: Vec<String>,
    /// The files that were written.
    pub written: BTreeMap<String, String>,
    /// The files that were taken away.
    pub removed: Vec<String>,
}

impl Outcome {
    fn tell<'a>(&mut self, findings: impl IntoIterator<Item = &'a Finding>) {
        for finding in findings {
            self.stderr.push_str(&render::finding(finding, Style::PLAIN));
        }
    }

    fn end<'a>(mut self, exit: Exit, findings: impl IntoIterator<Item = &'a Finding>) -> Outcome {
        self.tell(findings);
        self.exit = exit.code();
        self
    }
}

/// What a command that builds comes to, and how long the decisions took: what its benchmark looks at.
///
/// # Panics
/// The command line or `crosskit.toml` of the scene is wrong.
pub fn plan(scene: &Scene) -> (Prepared, std::time::Duration) {
    let options = cli::parse(scene.arguments.iter().map(OsString::from)).expect("a command line that is right");
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    let settings = scene.files.get(settings::FILE).map(String::as_str).unwrap_or_default();
    let settings = Settings::parse(settings, &catalogue).expect("settings that are right");
    let desk =
        Desk { scene, options: &options, catalogue: &catalogue, settings: &settings, request: options.request.clone() };
    let began = std::time::Instant::now();
    let (_, prepared) = desk.decide(&scene.machine);
    (prepared, began.elapsed())
}

/// Runs a command.
///
/// # Panics
/// The built-in catalogue is broken.
pub fn run(scene: &Scene) -> Outcome {
    let options = match cli::parse(scene.arguments.iter().map(OsString::from)) {
        Ok(options) => options,
        Err(error) => {
            let exit = u8::try_from(error.exit_code()).unwrap_or(2);
            let words = error.render().to_string();
            let (stdout, stderr) = if error.use_stderr() { (String::new(), words) } else { (words, String::new()) };
            return Outcome { exit, stdout, stderr, ..Outcome::default() };
        }
    };
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    let outcome = Outcome::default();
    let settings = scene.files.get(settings::FILE).map(String::as_str).unwrap_or_default();
    let settings = match Settings::parse(settings, &catalogue) {
        Ok(settings) => settings,
        Err(findings) => return outcome.end(Exit::Usage, &findings),
    };
    let unknown = scene.workspace.unknown_packages(settings.named_packages());
    if !unknown.is_empty() {
        return outcome.end(Exit::Usage, &unknown);
    }
    let mut desk =
        Desk { scene, options: &options, catalogue: &catalogue, settings: &settings, request: options.request.clone() };
    if options.action == Action::Explain {
        return explain_target(&desk, outcome);
    }
    if options.action == Action::Targets {
        return targets(&desk, outcome);
    }
    if options.action == Action::Doctor && options.request.targets.iter().any(|name| name == "all") {
        return doctor_all(desk, outcome);
    }
    if desk.request.targets.is_empty()
        && desk.request.matrices.is_none()
        && options.action != Action::Sync(SyncMode::Remove)
    {
        let (files, ..) = config_files(scene);
        desk.request.targets = plan::written_targets(&desk.configs(&files), &catalogue, &settings);
    }
    act(&desk, outcome)
}

/// What the decisions get besides the machine.
struct Desk<'a> {
    scene: &'a Scene,
    options: &'a Options,
    catalogue: &'a Catalogue,
    settings: &'a Settings,
    request: Request,
}

impl Desk<'_> {
    fn configs<'a>(&'a self, files: &'a Files) -> ConfigFiles<'a> {
        let command_line = &self.options.request.config;
        ConfigFiles { root: &self.scene.root, shared_root: self.shared_root(), cargo_home: None, command_line, files }
    }

    /// The nearest directory from the root upwards in which the scene has a file `.git`, as worktrees have.
    fn shared_root(&self) -> &Path {
        let root: &Path = &self.scene.root;
        let is_repository = |steps: usize| self.scene.files.contains_key(&format!("{}.git", "../".repeat(steps)));
        let mut candidates = root.ancestors().enumerate();
        candidates.find(|(steps, _)| is_repository(*steps)).map_or(root, |(_, directory)| directory)
    }

    /// The files of the scene that are scripts.
    fn scripts(&self) -> Vec<(String, String)> {
        let is_script =
            |path: &str| ["Dockerfile", "Makefile"].contains(&path) || path.ends_with(".sh") || path.ends_with(".yml");
        let scripts = self.scene.files.iter().filter(|(path, _)| is_script(path));
        scripts.map(|(path, text)| (path.clone(), text.clone())).collect()
    }

    /// Asks and answers until there is nothing new to ask.
    fn decide(&self, machine: &Recorded) -> (Machine, Prepared) {
        let (files, inner_directories, inner_files) = config_files(self.scene);
        let libraries = Libraries::built_in().expect("the table of libraries parses");
        let settled: Result<_, std::convert::Infallible> = plan::settle(
            |questions| Ok(machine.answer(questions)),
            |machine, asked| {
                let prepare = match self.options.action {
                    Action::Sync(SyncMode::Remove) => plan::prepare_removal,
                    _ => plan::prepare,
                };
                prepare(&Input {
                    request: &self.request,
                    catalogue: self.catalogue,
                    settings: self.settings,
                    libraries: &libraries,
                    workspace: &self.scene.workspace,
                    machine,
                    asked,
                    configs: self.configs(&files),
                    inner_directories: &inner_directories,
                    inner_files: &inner_files,
                    scripts: &self.scripts(),
                    own_files: &self.scene.files,
                    own_directory: &self.scene.root.join("target/crosskit"),
                })
            },
        );
        let Ok(decided) = settled;
        decided
    }
}

fn act(desk: &Desk, mut outcome: Outcome) -> Outcome {
    let options = desk.options;
    let (mut machine, mut prepared) = desk.decide(&desk.scene.machine);
    let before = prepared.exit_of_sync();
    let doctor_as_data = options.action == Action::Doctor && options.json;
    if !doctor_as_data || matches!(before, Exit::Usage | Exit::Config) {
        outcome.tell(prepared.usage.iter().chain(&prepared.config));
    }
    if matches!(before, Exit::Usage | Exit::Config) {
        return outcome.end(before, []);
    }
    let best_effort = desk.request.best_effort;
    if best_effort {
        outcome.stderr.clear();
        let about_none = prepared.about_no_target().map(|finding| (None, finding));
        outcome.tell(&explain::condensed(about_none));
    } else if !doctor_as_data {
        outcome.tell(&prepared.lints);
    }
    let tools = |prepared: &Prepared| {
        let tools = prepared.tools.iter().map(|(triple, it)| (Some(triple.as_str()), it));
        if best_effort { explain::condensed(tools) } else { tools.map(|(_, it)| it.clone()).collect::<Vec<_>>() }
    };
    if let Action::Sync(mode) = options.action {
        return sync(desk, mode, &prepared, outcome);
    }
    if options.action == Action::Env {
        let shell = options.shell.as_deref().and_then(Shell::of).unwrap_or(Shell::Sh);
        outcome.stdout = explain::variables(&prepared.plan.shell, shell);
        return outcome.end(Exit::Done, prepared.beside_variables(shell.takes_every_name()));
    }
    let before = prepared.exit();
    if before == Exit::Config {
        return outcome.end(before, []);
    }
    if options.dry_run && !doctor_as_data {
        let commands = if options.install { install::commands(&prepared.missing, &machine) } else { Vec::new() };
        let lines: Vec<String> = commands.iter().map(|command| command.line(&machine)).collect();
        let doctor = options.action == Action::Doctor;
        outcome.stdout = if doctor {
            explain::checkups(&prepared.checkups, Style::PLAIN) + &explain::install(&lines)
        } else {
            explain::plan(&prepared.plan, &lines)
        };
        if !doctor {
            return outcome.end(prepared.expected_exit(), &tools(&prepared));
        }
        outcome.tell(prepared.about_targets().map(|(_, finding)| finding));
        return outcome.end(before, &prepared.unwritten());
    }
    if options.action != Action::Doctor {
        let written = prepared.plan.edits.iter().map(|edit| (edit.path.clone(), edit.text.clone()));
        outcome.written = written.collect();
    }
    if options.install && !prepared.missing.is_empty() {
        let commands = install::commands(&prepared.missing, &machine);
        outcome.install = commands.iter().map(|command| command.line(&machine)).collect();
        let after = desk.scene.machine_after_install.as_ref().unwrap_or(&desk.scene.machine);
        (machine, prepared) = desk.decide(after);
    }
    if options.action != Action::Doctor {
        return outcome.end(prepared.exit(), &tools(&prepared));
    }
    let not_installed = if options.install { install::not_installed(&prepared.missing, &machine) } else { None };
    let unwritten = prepared.unwritten();
    let about_nobody: Vec<&Finding> = unwritten.iter().chain(&not_installed).collect();
    let emulation = prepared.of_doctor.iter();
    if !options.json {
        outcome.stdout = explain::checkups(&prepared.checkups, Style::PLAIN);
        outcome.tell(&tools(&prepared));
        outcome.tell(emulation.map(|(_, finding)| finding));
        return outcome.end(prepared.exit(), about_nobody);
    }
    let general = prepared.usage.iter().chain(&prepared.config).chain(&prepared.lints).chain(about_nobody);
    let own = prepared.tools.iter().chain(emulation).map(|(triple, finding)| (Some(triple.as_str()), finding));
    let report = DoctorReport {
        host: &machine.host,
        checkups: &prepared.checkups,
        standings: &[],
        findings: general.map(|finding| (None, finding)).chain(own).collect(),
        trials: &[],
        exit: prepared.exit(),
    };
    outcome.stdout = crosskit::doctor_json(&report);
    outcome.end(prepared.exit(), [])
}

/// `doctor all`.
fn doctor_all(mut desk: Desk, mut outcome: Outcome) -> Outcome {
    let (machine, surveyed) = survey(&desk, &[]);
    let standings: Vec<_> = surveyed.iter().map(|it| it.standing.clone()).collect();
    let named = desk.request.targets.iter().filter_map(|name| desk.catalogue.resolve(name, &machine.host).ok());
    desk.request.targets = named.map(|row| row.triple).collect();
    let exit = survey::exit(&standings);
    if desk.request.targets.is_empty() {
        let tools = explain::checkups(&[doctor::shared(None, &machine)], Style::PLAIN);
        outcome.stdout = format!("{tools}\n{}", explain::standings(&standings));
        return outcome.end(exit, []);
    }
    let (_, prepared) = desk.decide(&desk.scene.machine);
    let tools = explain::checkups(&prepared.checkups, Style::PLAIN);
    outcome.stdout = format!("{tools}\n{}", explain::standings(&standings));
    outcome.tell(prepared.about_no_target());
    outcome.tell(prepared.about_targets().map(|(_, finding)| finding));
    outcome.end(exit::first([exit, prepared.exit()]), &prepared.unwritten())
}

/// Every target with one of the words in a name, once there is nothing new to ask.
fn survey(desk: &Desk, words: &[String]) -> (Machine, Vec<Surveyed>) {
    let mut asked = Questions::default();
    doctor::ask_shared(None, &mut asked);
    loop {
        let machine = desk.scene.machine.answer(&asked);
        let (surveyed, questions) =
            survey::survey(desk.catalogue, desk.settings, &machine, words, desk.options.install);
        if asked.covers(&questions) {
            return (machine, surveyed);
        }
        asked.extend(questions);
    }
}

/// `sync` in its four ways.
fn sync(desk: &Desk, mode: SyncMode, prepared: &Prepared, mut outcome: Outcome) -> Outcome {
    let plan = &prepared.plan;
    let changes = !plan.edits.is_empty() || !plan.removals.is_empty();
    let exit = if changes { Exit::Config } else { Exit::Done };
    match mode {
        SyncMode::Check => outcome.end(exit, &prepared.drift()),
        SyncMode::Diff => {
            outcome.stdout = explain::diff(plan, |path| desk.scene.files.get(path).cloned());
            outcome.end(exit, [])
        }
        SyncMode::Write | SyncMode::Remove => {
            if desk.options.dry_run {
                outcome.stdout = explain::edits(plan);
            } else {
                outcome.written = plan.edits.iter().map(|edit| (edit.path.clone(), edit.text.clone())).collect();
                outcome.removed = plan.removals.clone();
            }
            outcome.end(Exit::Done, [])
        }
    }
}

/// `targets`.
fn targets(desk: &Desk, mut outcome: Outcome) -> Outcome {
    let host = desk.scene.machine.answer(&Questions::default()).host;
    let unknown = survey::unknown_words(desk.catalogue, &host, &desk.request.targets);
    if !unknown.is_empty() {
        return outcome.end(Exit::Usage, &unknown);
    }
    let (_, surveyed) = survey(desk, &desk.request.targets);
    let standings: Vec<_> = surveyed.into_iter().map(|it| it.standing).collect();
    outcome.stdout =
        if desk.options.json { crosskit::standings_json(&standings) } else { explain::targets(&standings) };
    outcome.end(Exit::Done, [])
}

/// `explain` of a target, or of a code.
fn explain_target(desk: &Desk, mut outcome: Outcome) -> Outcome {
    let name = &desk.request.targets[0];
    if let Some(code) = pages::code(name) {
        outcome.stdout = pages::page(code).to_owned();
        return outcome.end(Exit::Done, []);
    }
    let recorded = &desk.scene.machine;
    let row = match desk.catalogue.resolve(name, &recorded.answer(&Questions::default()).host) {
        Ok(row) => row,
        Err(finding) => return outcome.end(Exit::Usage, [finding.as_ref()]),
    };
    let (files, _, inner_files) = config_files(desk.scene);
    let scripts = desk.scripts();
    let mut asked = Questions::default();
    let inspection = loop {
        let machine = recorded.answer(&asked);
        let (inspection, questions) = inspect::inspect(&Subject {
            launcher: desk.scene.files.get(LAUNCHER_PATH).map(String::as_str),
            row: &row,
            configs: desk.configs(&files),
            inner_files: &inner_files,
            linker_script: desk.scene.workspace.members().any(Package::names_linker_script),
            scripts: &scripts,
            machine: &machine,
        });
        if asked.covers(&questions) {
            break inspection;
        }
        asked.extend(questions);
    };
    let only = match &desk.options.key {
        Some(key) => inspection.only(key).unwrap_or_else(|| panic!("`{key}` cannot be explained")),
        None => inspection,
    };
    let findings = &only.findings;
    let exit = if findings.iter().any(Finding::is_error) { Exit::Config } else { Exit::Done };
    if desk.options.json {
        outcome.stdout = crosskit::inspection_json(&only);
        return outcome.end(exit, []);
    }
    outcome.stdout = explain::inspection(&only, Style::PLAIN);
    outcome.end(exit, findings)
}

/// The files of a scene by their whole path, and the members' directories and files that are
/// configs of their own.
fn config_files(scene: &Scene) -> (Files, Vec<PathBuf>, Vec<String>) {
    let mut found = Files::default();
    let mut inner_directories = Vec::new();
    let mut inner_files = Vec::new();
    for (path, text) in &scene.files {
        let steps = path.matches("../").count();
        let above = scene.root.ancestors().nth(steps).unwrap_or(Path::new("/"));
        let place = above.join(path.trim_start_matches("../"));
        if let Some(member) = path.strip_suffix(CONFIG).filter(|member| steps == 0 && !member.is_empty()) {
            inner_files.push(path.clone());
            inner_directories.push(scene.root.join(member.trim_end_matches('/')));
        }
        found.insert(place, Some(text.clone()));
    }
    (found, inner_directories, inner_files)
}
