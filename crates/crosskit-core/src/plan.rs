//! The plan: what will be written, checked, built and run. `--dry-run` prints it and the kit executes it, so that
//! the two cannot disagree.

mod call;
mod cell;
mod environment;
mod group;
mod ladder;
mod marked;
mod pkg_config;
mod place;
mod refused;
mod remove;
mod shard;
mod shell;
mod sync;
mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::artefact::Version;
use crate::doctor::Checkup;
use crate::emulation::Way;
use crate::exit::Exit;
use crate::finding::{Code, Finding, Origin};
use crate::install::Missing;
use crate::libraries::Libraries;
use crate::machine::Machine;
use crate::matrix::Variant;
use crate::policy::{LAUNCHER_PATH, OwnFiles, Policy};
use crate::program::{Program, Wanted};
use crate::record::Shard;
use crate::resolve::{Config, ConfigFiles, EnvEntry, Layers, Rustc};
use crate::settings::{Axes, Quarantine, Settings};
use crate::target::{Catalogue, Row};
use crate::tools::{Questions, StandIn};
use crate::workspace::Workspace;

pub use group::{Apart, Group, Split};
pub use shard::Division;
pub use targets::{ALL, unknown_targets};

/// How far a target goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Type-checked.
    Check,
    /// Compiled and linked.
    Build,
    /// Every artefact is for the target.
    Verify,
    /// The tests ran.
    Run,
}

impl Rung {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Rung::Check => "check",
            Rung::Build => "build",
            Rung::Verify => "verify",
            Rung::Run => "run",
        }
    }
}

/// What was asked for on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The rung to reach.
    pub rung: Rung,
    /// Whether packages are built: what asks about tools, or writes a policy, needs none.
    pub builds: bool,
    /// Whether tests are built, which may need more than the programs do: `--no-run` does not run them.
    pub builds_tests: bool,
    /// Whether benches are built and run instead, each alone.
    pub benches: bool,
    /// The one program that is built and run instead.
    pub program: Option<Wanted>,
    /// Triples or aliases.
    pub targets: Vec<String>,
    /// `-p`.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// Features and profiles.
    pub axes: Axes,
    /// The matrices of `crosskit.toml` in the place of targets; all of them where no name is given.
    pub matrices: Option<Vec<String>>,
    /// `--target` of a matrix: the targets of it that this computer builds; none is all.
    pub only: Vec<String>,
    /// `--shard`: which part of a matrix this computer builds.
    pub shard: Option<Shard>,
    /// How long cells took in earlier runs, by their names: milliseconds.
    pub durations: BTreeMap<String, u64>,
    /// Whether each cell is climbed as far as this machine takes it, and none stops the others.
    pub best_effort: bool,
    /// The options of `cargo metadata` that decide what is in the package graph: features, `--locked` and the like.
    pub graph_options: Vec<String>,
    /// Options that go to cargo as they are: jobs, `--locked` and the like.
    pub cargo_options: Vec<String>,
    /// What follows `--`: arguments of the test binaries, or of the program.
    pub test_arguments: Vec<String>,
    /// `--config`: what cargo is told on the command line about its configuration.
    pub config: Vec<String>,
    /// `--timeout`: seconds for a test binary.
    pub timeout: Option<u64>,
    /// `--retries`: how often a test that failed is run again.
    pub retries: u32,
    /// `--emulation`: the one way in which programs of other architectures are to be started.
    pub emulation: Option<String>,
    /// Whether the policy of the machine's own triple is written, too: `sync` writes what it is told, while a run on
    /// the machine itself needs none.
    pub writes_own_triple: bool,
    /// Whether what is planned is written before anything is done with it.
    pub writes: bool,
    /// Whether what is missing is installed, so that nothing else need stand in for it.
    pub installs: bool,
}

impl Request {
    /// Whether tests are what is run.
    pub fn runs_tests(&self) -> bool {
        !self.benches && self.program.is_none()
    }
}

/// Everything the decisions look at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The command line.
    pub request: &'a Request,
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// `crosskit.toml`.
    pub settings: &'a Settings,
    /// What is known of libraries that packages link with.
    pub libraries: &'a Libraries,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// This computer.
    pub machine: &'a Machine,
    /// What it was asked. While there is more to ask, no cell is planned.
    pub asked: &'a Questions,
    /// The workspace's config files.
    pub configs: ConfigFiles<'a>,
    /// The members' directories, and those between them and the root, that have a config file of their own: it is not
    /// read at the root, but by a cargo that is started there.
    pub inner_directories: &'a [PathBuf],
    /// Their config files, as they are shown.
    pub inner_files: &'a [String],
    /// Scripts of the workspace: their path below the root and their text.
    pub scripts: &'a [(String, String)],
    /// The launcher and the like, as they are now.
    pub own_files: &'a OwnFiles,
    /// The directory of what is made on this computer for itself, below the target directory.
    pub own_directory: &'a Path,
}

/// What a file holds when its edit is planned, and must still hold when it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Whatever it is: the whole file is the kit's own.
    Anything,
    /// There is no file.
    NoFile,
    /// This text.
    Text(String),
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The path below the workspace root.
    pub path: String,
    /// What the edit was made from.
    pub before: Before,
    /// The whole new text.
    pub text: String,
    /// Whether the file is a program.
    pub executable: bool,
    /// What changes, a line each.
    pub changes: Vec<String>,
}

impl FileEdit {
    /// A file that is the kit's own, whatever it held before.
    pub fn own(path: impl Into<String>, text: String) -> FileEdit {
        FileEdit { path: path.into(), before: Before::Anything, text, executable: false, changes: Vec::new() }
    }
}

/// One target to build, with features, a profile and packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The triple.
    pub triple: String,
    /// What it is called: the triple, and what tells it from the other cells of the target.
    pub name: String,
    /// What tells it from the other cells of the target.
    pub variant: Variant,
    /// The linker that Cargo passes to rustc; none leaves rustc's default.
    pub linker: Option<String>,
    /// What links in the place of the policy's linker, which is not on this machine.
    pub stand_in: Option<StandIn>,
    /// The members to build.
    pub packages: Vec<String>,
    /// The rung that was asked for.
    pub asked: Rung,
    /// The rung that can be reached here; `None` where not even the lowest can be, and nothing is called.
    pub reach: Option<Rung>,
    /// What keeps it from the next rung, in words; empty where nothing does, or nothing runs the target.
    pub stopped_by: Vec<String>,
    /// Variables of the cargo calls besides those of the whole plan.
    pub environment: BTreeMap<String, String>,
    /// The arguments of the cargo call that builds, or checks; empty where there is none.
    pub build: Vec<String>,
    /// Whether its executables are benches: nothing runs beside one.
    pub benches: bool,
    /// The one program that is built, and started when all else is done.
    pub program: Option<Program>,
    /// The arguments of the cargo call that runs the documentation tests of one package, less `-p PACKAGE`.
    pub doc: Option<Vec<String>>,
    /// The members with documentation tests.
    pub doc_packages: Vec<String>,
    /// What stands before an executable; empty means nothing.
    pub runner: Vec<String>,
    /// The same for host programs: tests of proc-macros.
    pub host_runner: Vec<String>,
    /// The runner in words: `native`, or the emulator without the launcher.
    pub runner_name: String,
    /// In which way executables are started; `None` where none is run.
    pub emulation: Option<Way>,
    /// The directory of the profile below the target directory: `debug`, `release` or a profile's own name.
    pub profile_directory: String,
    /// Arguments of the test binaries, or of the program.
    pub test_arguments: Vec<String>,
    /// Seconds for a test binary.
    pub timeout: u64,
    /// How often a test that failed is run again.
    pub retries: u32,
    /// Tests whose failures do not count.
    pub quarantine: Vec<Quarantine>,
    /// Whether programs under the runner see the files of this computer at their paths.
    pub shares_files: bool,
    /// The packages, by id, whose build scripts run for the target and may tell cargo where libraries are: what a test
    /// finds in its library path.
    pub linking_scripts: BTreeSet<String>,
    /// The newest glibc that an executable may ask for.
    pub glibc: Option<Version>,
}

impl Cell {
    /// The arguments of the cargo call that runs the documentation tests of some packages.
    pub fn doc_call(&self, packages: &[String]) -> Option<Vec<String>> {
        let named = packages.iter().flat_map(|package| ["-p".to_owned(), package.clone()]);
        let mut call: Vec<String> = self.doc.as_ref()?.iter().cloned().chain(named).collect();
        if !self.test_arguments.is_empty() {
            call.push("--".to_owned());
            call.extend(self.test_arguments.iter().cloned());
        }
        Some(call)
    }
}

/// The plan of one command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files to write.
    pub edits: Vec<FileEdit>,
    /// Files to take away, and the directories above them that are empty then, up to and without the root.
    pub removals: Vec<String>,
    /// Programs of this computer alone, to write below [`Input::own_directory`] before anything is built.
    pub own_programs: Vec<FileEdit>,
    /// What to build, in the order asked for: the cells of a target stand together.
    pub cells: Vec<Cell>,
    /// How many compilers and tests run at once, as Cargo counts its jobs: a negative number is taken from that of the
    /// processors, and none is as many as there are.
    pub jobs: Option<i64>,
    /// Which cells one cargo call builds, in the order of the first cell of each. Every cell is in one.
    pub groups: Vec<Group>,
    /// Which groups are no one, and why.
    pub splits: Vec<Split>,
    /// How a matrix was divided, if it was.
    pub division: Option<Division>,
    /// Variables for every nested cargo; `None` takes one out.
    pub environment: BTreeMap<String, Option<String>>,
    /// The way of starting programs of other architectures that every nested cargo and test is told, by
    /// [`crate::emulation::VARIABLE`].
    pub emulation: Option<String>,
    /// What `env` prints: the variables with which plain cargo does on this machine what the kit does, in a directory that
    /// need not be the workspace's; none unsets.
    pub shell: BTreeMap<String, Option<String>>,
    /// `[env]` of the config in force: what Cargo sets for the programs that it runs.
    pub env_table: BTreeMap<String, EnvEntry>,
}

impl Plan {
    /// The targets, each once.
    pub fn triples(&self) -> Vec<&str> {
        let mut triples: Vec<&str> = self.cells.iter().map(|cell| cell.triple.as_str()).collect();
        // The cells of a target stand together.
        triples.dedup();
        triples
    }

    /// How many compilers and tests run at once on so many processors; at least one.
    /// Source: Cargo reference, "cargo build", `--jobs`.
    pub fn slots(&self, processors: usize) -> usize {
        let fewer = |jobs: i64| usize::try_from(jobs.unsigned_abs()).map_or(1, |jobs| processors.saturating_sub(jobs));
        match self.jobs {
            None => processors,
            Some(jobs) => usize::try_from(jobs).unwrap_or_else(|_| fewer(jobs)),
        }
        .max(1)
    }
}

/// What [`prepare`] decided.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The plan, as far as it could be made.
    pub plan: Plan,
    /// Findings that have to do with the command line, the settings or the workspace (exit code 2).
    pub usage: Vec<Finding>,
    /// Findings about config files (exit code 4).
    pub config: Vec<Finding>,
    /// What the config alone shows to be wrong or surprising. Errors among them stop a build (exit code 4), and no sync.
    pub lints: Vec<Finding>,
    /// Findings about tools, by triple (exit code 3).
    pub tools: Vec<(String, Finding)>,
    /// The tools that every target shares, then those of each target.
    pub checkups: Vec<Checkup>,
    /// What `doctor` alone says, by triple: of what tests start and nothing emulates, and of targets without a package.
    pub of_doctor: Vec<(String, Finding)>,
    /// What `env` says besides its variables: what they cannot say, or say in another way than the config.
    pub not_in_shell: Vec<Finding>,
    /// What `env` says as well where the shell takes no name but plain ones.
    pub no_shell_names: Vec<Finding>,
    /// What an install command may bring.
    pub missing: BTreeSet<Missing>,
    /// What the probe must look at for these decisions to be right.
    pub questions: Questions,
}

/// Whether any of some findings keeps from going on.
fn stops(findings: &[Finding]) -> bool {
    findings.iter().any(Finding::is_error)
}

impl Prepared {
    /// Every finding, in the order in which it is shown.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let tools = self.tools.iter().map(|(_, finding)| finding);
        self.about_no_target().chain(tools)
    }

    /// What `doctor` says of the workspace and its config as a whole.
    pub fn about_no_target(&self) -> impl Iterator<Item = &Finding> {
        self.usage.iter().chain(&self.config).chain(&self.lints)
    }

    /// What `doctor` says of each target, with the triple.
    pub fn about_targets(&self) -> impl Iterator<Item = (&str, &Finding)> {
        self.tools.iter().chain(&self.of_doctor).map(|(triple, finding)| (triple.as_str(), finding))
    }

    /// With what the command ends before anything is compiled; [`Exit::Done`] lets it go on.
    pub fn exit(&self) -> Exit {
        let missing = self.tools.iter().any(|(_, finding)| finding.is_error());
        match self.exit_of_sync() {
            Exit::Done if stops(&self.lints) => Exit::Config,
            Exit::Done if missing => Exit::ToolMissing,
            exit => exit,
        }
    }

    /// What keeps even a sync from going on.
    pub fn exit_of_sync(&self) -> Exit {
        if stops(&self.usage) {
            Exit::Usage
        } else if stops(&self.config) {
            Exit::Config
        } else {
            Exit::Done
        }
    }

    /// What `env` says besides its variables in a shell that takes every name, or plain ones alone.
    pub fn beside_variables(&self, takes_every_name: bool) -> impl Iterator<Item = &Finding> {
        let names = self.no_shell_names.iter().filter(move |_| !takes_every_name);
        self.not_in_shell.iter().chain(names)
    }

    /// With what the whole command would end if everything passed: a target that nothing runs here does not reach what
    /// was asked for.
    pub fn expected_exit(&self) -> Exit {
        match self.exit() {
            Exit::Done if self.plan.cells.iter().any(|cell| cell.reach < Some(cell.asked)) => Exit::ToolMissing,
            exit => exit,
        }
    }

    /// What `sync --check` says: a finding for every file that the policy would change or take away.
    pub fn drift(&self) -> Vec<Finding> {
        let targets = self.plan.triples();
        let sync = format!("cargo xtask cross sync {}", targets.join(" "));
        let finding = |edit: &FileEdit| {
            let finding = Finding::error(Code::ConfigDrift, format!("`{}` differs from the policy", edit.path));
            let finding = edit.changes.iter().fold(finding, |it, change| it.note(change.clone()));
            let finding = finding.hint(format!("write it with `{sync}`"));
            if edit.executable {
                return finding;
            }
            finding.hint("or make a key yours by taking its mark `# crosskit` away")
        };
        let orphan = |path: &String| {
            Finding::error(Code::ConfigDrift, format!("`{path}` is crosskit's own, and no key names it any more"))
                .hint(format!("take it away with `{sync}`"))
        };
        self.plan.edits.iter().map(finding).chain(self.plan.removals.iter().map(orphan)).collect()
    }

    /// What `doctor` says of a policy that is not written: it looks at what `cross` would do, and plain cargo goes
    /// without.
    pub fn unwritten(&self) -> Option<Finding> {
        let edit = self.plan.edits.iter().find(|edit| !edit.executable)?;
        let targets = self.plan.triples();
        let message = format!("`{}` is not what the policy says, and plain cargo goes by the file", edit.path);
        let finding = Finding::note_only(Code::ConfigDrift, message);
        Some(finding.hint(format!("write it with `cargo xtask cross sync {}`", targets.join(" "))))
    }
}

/// Makes the plan. Nothing here touches the machine.
pub fn prepare(input: &Input) -> Prepared {
    let mut prepared = Prepared::default();
    let rows = targets::rows(input, &mut prepared);
    let named = input.request.packages.iter().chain(&input.request.exclude);
    let named = named.map(|name| (name.as_str(), Origin::CommandLine));
    prepared.usage.extend(input.workspace.unknown_packages(named));
    if prepared.usage.iter().any(Finding::is_error) {
        return prepared;
    }
    let mut targets = targets::with_variants(input, &rows, &mut prepared);
    let only = targets::only(input, &targets, &mut prepared);
    if prepared.usage.iter().any(Finding::is_error) {
        return prepared;
    }
    let policies: Vec<Policy> = targets.iter().map(|target| target.policy.clone()).collect();
    let rustc = Rustc::new(&input.machine.cfgs);
    let layers = sync::synced_layers(input, &policies, &rustc, &mut prepared);
    // The policy is that of all, so that every computer writes the same.
    targets.retain(|target| only.is_empty() || only.contains(&target.row.triple));
    prepared.plan.division = shard::keep(&mut targets, input.request);
    // So far it was the files on the disk that were spoken of.
    let about_disk = prepared.config.len();
    if let Some(layers) = layers {
        let config = input.config(&layers);
        let (env_table, problems) = config.env_table();
        prepared.plan.env_table = env_table;
        prepared.config.extend(problems.iter().map(|problem| problem.finding(&layers)));
        cell::add_cells(input, &targets, &config, &rustc, &mut prepared);
    }
    prepared.questions.cfgs.extend(rustc.asked());
    let exit = if input.request.writes_own_triple { prepared.exit_of_sync() } else { prepared.exit() };
    if !input.request.writes || matches!(exit, Exit::Usage | Exit::Config) {
        let Prepared { plan, config, lints, tools, not_in_shell, no_shell_names, .. } = &mut prepared;
        let config = config.iter_mut().skip(about_disk);
        let tools = tools.iter_mut().map(|(_, finding)| finding);
        place::as_on_disk(&plan.edits, config.chain(lints).chain(tools).chain(not_in_shell).chain(no_shell_names));
    }
    prepared
}

impl Input<'_> {
    /// The launcher's present text, if it exists.
    fn launcher(&self) -> Option<&str> {
        self.own_files.get(LAUNCHER_PATH).map(String::as_str)
    }

    /// The config at the workspace root with these layers.
    fn config<'b>(&'b self, layers: &'b Layers) -> Config<'b> {
        Config {
            layers,
            environment: &self.machine.environment,
            directory: self.configs.root,
            cargo_minor: self.machine.cargo_minor(),
        }
    }
}

/// Plans to take out what `sync` wrote: for the targets of the request, or for all if it names none.
pub fn prepare_removal(input: &Input) -> Prepared {
    let mut prepared = Prepared::default();
    let rows = targets::rows(input, &mut prepared);
    if prepared.usage.is_empty() {
        let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).collect();
        remove::remove(input, &rows, &mut prepared);
    }
    prepared
}

/// The targets of which the root config has keys of ours.
pub fn written_targets(configs: &ConfigFiles, catalogue: &Catalogue, settings: &Settings) -> Vec<String> {
    let text = configs.files.text(&configs.root.join(configs.root_config())).unwrap_or_default();
    let Ok(document) = crate::config::parse(text) else { return Vec::new() };
    let policies = catalogue.rows().iter().map(|row| Policy::of(row, settings));
    policies.filter(|policy| marked::has_marked_key(&document, policy)).map(|policy| policy.triple).collect()
}

/// Asks the machine and decides, until the decisions have no new question: which compiler is tried, for example, depends
/// on which ones are there.
///
/// # Errors
/// What `answer` says when the machine cannot be looked at.
pub fn settle<E>(
    mut answer: impl FnMut(&Questions) -> Result<Machine, E>,
    decide: impl Fn(&Machine, &Questions) -> Prepared,
) -> Result<(Machine, Prepared), E> {
    let mut asked = Questions::default();
    loop {
        let machine = answer(&asked)?;
        let prepared = decide(&machine, &asked);
        // What was asked only grows, and there is only so much to ask.
        if asked.covers(&prepared.questions) {
            return Ok((machine, prepared));
        }
        asked.extend(prepared.questions);
    }
}
