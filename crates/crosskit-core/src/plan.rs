//! The plan: what will be written, checked, built and run. `--dry-run` prints it and the kit executes it, so that
//! the two cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{self, Change, WantedKey, WantedValue};
use crate::exit::Exit;
use crate::finding::{Code, Finding, Origin};
use crate::machine::Machine;
use crate::policy::{self, LAUNCHER, LAUNCHER_PATH, Policy, linker_variable};
use crate::resolve::{Config, ConfigFile};
use crate::settings::{DEFAULT_TIMEOUT, Settings};
use crate::target::{Catalogue, Row};
use crate::tools::{self, Missing, Needs, Questions};
use crate::workspace::Workspace;

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
    /// Triples or aliases.
    pub targets: Vec<String>,
    /// `-p`.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// Options that go to cargo as they are: features, profile, jobs, `--locked` and the like.
    pub cargo_options: Vec<String>,
    /// What follows `--`: arguments of the test binaries.
    pub test_arguments: Vec<String>,
    /// `--timeout`: seconds for a test binary.
    pub timeout: Option<u64>,
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
    /// The workspace.
    pub workspace: &'a Workspace,
    /// This computer.
    pub machine: &'a Machine,
    /// The root config: its path below the workspace root, and its text if it exists.
    pub root_config: (&'a str, Option<&'a str>),
    /// The workspace root.
    pub root: &'a str,
    /// The config files above the root, the nearest first, as (shown path, directory above `.cargo`, text).
    pub outer_configs: &'a [(String, String, String)],
    /// The launcher's present text, if it exists.
    pub launcher: Option<&'a str>,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The path below the workspace root.
    pub path: String,
    /// The whole new text.
    pub text: String,
    /// Whether the file is a program.
    pub executable: bool,
    /// What changes, a line each.
    pub changes: Vec<String>,
}

/// One target to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The triple.
    pub triple: String,
    /// The members to build.
    pub packages: Vec<String>,
    /// The rung that was asked for.
    pub asked: Rung,
    /// The rung that can be reached here.
    pub reach: Rung,
    /// The arguments of the cargo call that builds.
    pub build: Vec<String>,
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
    /// The directory of the profile below the target directory: `debug`, `release` or a profile's own name.
    pub profile_directory: String,
    /// Arguments of the test binaries.
    pub test_arguments: Vec<String>,
    /// Seconds for a test binary.
    pub timeout: u64,
}

/// The plan of one command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files to write.
    pub edits: Vec<FileEdit>,
    /// Targets to build, in the order asked for.
    pub cells: Vec<Cell>,
    /// Variables for every nested cargo; `None` takes one out.
    pub environment: BTreeMap<String, Option<String>>,
    /// `[env]` of the config in force: what Cargo sets for the programs that it runs.
    pub env_table: BTreeMap<String, crate::resolve::EnvEntry>,
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
    /// Findings about tools, by triple (exit code 3).
    pub tools: Vec<(String, Finding)>,
    /// What an install command may bring.
    pub missing: BTreeSet<Missing>,
    /// What the probe must look at for these decisions to be right.
    pub questions: Questions,
}

impl Prepared {
    /// Every finding, in the order in which it is shown.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let tools = self.tools.iter().map(|(_, finding)| finding);
        self.usage.iter().chain(&self.config).chain(tools)
    }

    /// With what the command ends before anything is compiled; [`Exit::Done`] lets it go on.
    pub fn exit(&self) -> Exit {
        let stops = |findings: &[Finding]| findings.iter().any(Finding::is_error);
        if stops(&self.usage) {
            Exit::Usage
        } else if stops(&self.config) {
            Exit::Config
        } else if self.tools.iter().any(|(_, finding)| finding.is_error()) {
            Exit::ToolMissing
        } else {
            Exit::Done
        }
    }

    /// What `sync --check` says: a finding for every file that the policy would change.
    pub fn drift(&self) -> Vec<Finding> {
        let finding = |edit: &FileEdit| {
            let finding = Finding::error(Code::ConfigDrift, format!("`{}` differs from the policy", edit.path));
            let finding = edit.changes.iter().fold(finding, |it, change| it.note(format!("would be {change}")));
            finding.hint("write it with `cargo xtask cross sync` and the same targets")
        };
        self.plan.edits.iter().map(finding).collect()
    }
}

/// Makes the plan. Nothing here touches the machine.
pub fn prepare(input: &Input) -> Prepared {
    let mut prepared = Prepared::default();
    let rows = resolve_targets(input, &mut prepared);
    let named = input.request.packages.iter().chain(&input.request.exclude);
    let named = named.map(|name| (name.as_str(), Origin::CommandLine));
    prepared.usage.extend(input.workspace.unknown_packages(named));
    if prepared.usage.iter().any(Finding::is_error) {
        return prepared;
    }
    let policies: Vec<Policy> = rows.iter().map(|row| Policy::of(row, input.settings)).collect();
    let Some(files) = synced_files(input, &policies, &mut prepared) else { return prepared };
    let config = Config { files: &files, environment: &input.machine.environment };
    prepared.plan.env_table = config.env_table();
    for (row, policy) in rows.iter().zip(&policies) {
        add_cell(input, row, policy, &config, &mut prepared);
    }
    prepared.plan.environment = nested_environment(input, &config);
    prepared
}

fn resolve_targets<'a>(input: &Input<'a>, prepared: &mut Prepared) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = Vec::new();
    for name in &input.request.targets {
        match input.catalogue.resolve(name, &input.machine.host) {
            Ok(row) if rows.iter().any(|known| known.triple == row.triple) => {}
            Ok(row) => rows.push(row),
            Err(finding) => prepared.usage.push(*finding),
        }
    }
    rows
}

/// Plans the edits of the root config and the launcher, and gives back the config files as they will be.
fn synced_files(input: &Input, policies: &[Policy], prepared: &mut Prepared) -> Option<Vec<ConfigFile>> {
    let (path, text) = input.root_config;
    let before = text.unwrap_or_default();
    let mut files = Vec::new();
    for (path, directory, text) in input.outer_configs {
        match config::parse(text) {
            Ok(document) => files.push(ConfigFile { path: path.clone(), directory: directory.clone(), document }),
            Err(error) => prepared.config.push(invalid(path, &error)),
        }
    }
    let root_file = |text: &str| {
        config::parse(text).map(|document| ConfigFile {
            path: path.to_owned(),
            directory: input.root.to_owned(),
            document,
        })
    };
    let root = match root_file(before) {
        Ok(root) => root,
        Err(error) => {
            prepared.config.push(invalid(path, &error));
            return None;
        }
    };
    if !prepared.config.is_empty() {
        return None;
    }
    let written: Vec<&Policy> =
        policies.iter().filter(|policy| policy.triple != input.machine.host || has_marked_key(&root, policy)).collect();
    let wanted = wanted_keys(input, &root, &written, prepared);
    let after = match config::sync(before, &wanted) {
        Ok(outcome) => {
            for key in &outcome.user_keys {
                prepared.config.push(user_key(path, key));
            }
            if outcome.text != before {
                prepared.plan.edits.push(FileEdit {
                    path: path.to_owned(),
                    text: outcome.text.clone(),
                    executable: false,
                    changes: outcome.changes.iter().map(Change::to_string).collect(),
                });
            }
            outcome.text
        }
        Err(error) => {
            prepared.config.push(Finding::error(Code::ConfigInvalid, format!("`{path}` cannot be edited: {error}")));
            return None;
        }
    };
    let layers: Vec<(String, &str)> = std::iter::once((path.to_owned(), after.as_str()))
        .chain(input.outer_configs.iter().map(|(path, _, text)| (path.clone(), text.as_str())))
        .collect();
    match config::merge_clashes(&layers) {
        Ok(clashes) if clashes.is_empty() => {}
        Ok(clashes) => {
            prepared.config.extend(clashes.iter().map(unmergeable));
            prepared.plan.edits.clear();
            return None;
        }
        // Every file was parsed above, so this cannot be reached with another answer than that.
        Err(unreadable) => {
            prepared.config.push(invalid(&unreadable.file, &unreadable.error));
            return None;
        }
    }
    if written.iter().any(|policy| policy.launcher) && input.launcher != Some(LAUNCHER) {
        let change = if input.launcher.is_some() { "restored" } else { "added" };
        prepared.plan.edits.push(FileEdit {
            path: LAUNCHER_PATH.to_owned(),
            text: LAUNCHER.to_owned(),
            executable: true,
            changes: vec![format!("{change} the launcher")],
        });
    }
    match root_file(&after) {
        Ok(root) => files.insert(0, root),
        Err(error) => {
            prepared.config.push(invalid(path, &error));
            return None;
        }
    }
    Some(files)
}

fn has_marked_key(root: &ConfigFile, policy: &Policy) -> bool {
    policy.keys().iter().any(|key| root.document.is_marked(&key.path))
}

/// The keys to write: the policies' own, less those that a `cfg(…)` table of the user sets, plus the alias if it is ours.
fn wanted_keys(input: &Input, root: &ConfigFile, policies: &[&Policy], prepared: &mut Prepared) -> Vec<WantedKey> {
    let mut wanted = Vec::new();
    for policy in policies {
        for key in policy.keys() {
            let leaf = key.path.last().map(String::as_str).unwrap_or_default();
            let by_cfg = match key.path.first().map(String::as_str) {
                Some("target") => root.cfg_paths(&policy.triple, leaf),
                _ => Vec::new(),
            };
            match by_cfg.first() {
                Some(path) if !root.document.is_marked(&key.path) => prepared.config.push(
                    Finding::note_only(
                        Code::ConfigUserKey,
                        format!(
                            "`{}` applies to {}, so crosskit writes no `{leaf}` for it",
                            path.join("."),
                            policy.triple
                        ),
                    )
                    .at(root.origin(path)),
                ),
                _ => wanted.push(key),
            }
        }
    }
    let alias = ["alias", "xtask"].map(str::to_owned);
    if root.document.is_marked(&alias)
        && let Some(package) = &input.workspace.xtask
    {
        let all: Vec<Policy> = input
            .catalogue
            .rows()
            .iter()
            .map(|row| Policy::of(row, input.settings))
            .filter(|it| policies.contains(&it) || has_marked_key(root, it))
            .collect();
        let value = WantedValue::String(policy::alias(package, &all));
        wanted.push(WantedKey { path: alias.to_vec(), value });
    }
    wanted
}

fn add_cell(input: &Input, row: &Row, policy: &Policy, config: &Config, prepared: &mut Prepared) {
    let request = input.request;
    let host = &input.machine.host;
    let (selected, findings) =
        input.workspace.select(row, input.settings, &request.packages, request.workspace, &request.exclude);
    prepared.usage.extend(findings);
    let linker = found(config.linker(&row.triple), &mut prepared.config);
    let runner = found(config.runner(&row.triple), &mut prepared.config);
    let host_runner = found(config.runner(host), &mut prepared.config);
    let needs = Needs {
        row,
        policy,
        linker,
        runner,
        compiling_c: input.workspace.compiling_c(&selected, &row.triple, request.rung == Rung::Run),
        links: request.rung > Rung::Check,
        runs: request.rung == Rung::Run,
    };
    let variable = |name: &str| {
        let set = input.machine.environment.get(name).cloned();
        set.or_else(|| prepared.plan.env_table.get(name).map(|entry| entry.value.clone()))
    };
    let questions = needs.questions(input.machine, &variable);
    let (findings, missing) = tools::check(&needs, input.machine, &variable);
    prepared.questions.extend(questions);
    prepared.questions.programs.insert("cc".to_owned());
    if let Some(linker) = config.linker(host).ok().flatten() {
        prepared.questions.programs.insert(linker.value);
    }
    prepared.tools.extend(findings.into_iter().map(|finding| (row.triple.clone(), finding)));
    prepared.missing.extend(missing);
    let native = needs.native(host);
    let runnable = row.std && (native || needs.runner.is_some());
    let reach = if runnable { request.rung } else { request.rung.min(Rung::Verify) };
    let packages: Vec<String> = selected.iter().map(|package| package.name.clone()).collect();
    let verb: &[&str] = match request.rung {
        Rung::Check => &["check"],
        Rung::Run if row.std => &["test", "--no-run"],
        _ => &["build"],
    };
    let doc_packages: Vec<String> =
        selected.iter().filter(|package| package.doctests).map(|package| package.name.clone()).collect();
    let doc = (reach == Rung::Run && !doc_packages.is_empty())
        .then(|| cargo_arguments(&["test", "--doc", "--no-fail-fast"], &row.triple, &[], request));
    prepared.plan.cells.push(Cell {
        triple: row.triple.clone(),
        build: cargo_arguments(verb, &row.triple, &packages, request),
        doc,
        doc_packages,
        packages,
        asked: request.rung,
        reach,
        runner_name: runner_name(&needs, native, input.machine),
        runner: needs.runner.map(|it| it.value).unwrap_or_default(),
        host_runner: host_runner.map(|it| it.value).unwrap_or_default(),
        profile_directory: profile_directory(&request.cargo_options),
        test_arguments: request.test_arguments.clone(),
        timeout: request.timeout.or(input.settings.target(&row.triple).timeout).unwrap_or(DEFAULT_TIMEOUT),
    });
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

/// The runner as the launcher will start it on this machine.
fn runner_name(needs: &Needs, native: bool, machine: &Machine) -> String {
    let Some(runner) = &needs.runner else { return if native { "native" } else { "none" }.to_owned() };
    if native {
        return "native".to_owned();
    }
    if !needs.through_launcher() {
        return runner.value.join(" ");
    }
    let mut words: Vec<&str> = runner.value.iter().skip(1).map(String::as_str).collect();
    let multiarch = needs.row.gnu_prefix.as_deref().map(tools::multiarch_library);
    let mixed = multiarch.is_some_and(|paths| paths.iter().any(|path| machine.paths.contains(path)));
    if mixed && let Some(at) = words.iter().position(|word| *word == "-L") {
        words.drain(at..(at + 2).min(words.len()));
    }
    let emulator = words.first().copied().unwrap_or_default().to_owned();
    let mut name = words.join(" ");
    if machine.program(&emulator).is_none() && machine.program(&format!("{emulator}-static")).is_some() {
        name = name.replacen(&emulator, &format!("{emulator}-static"), 1);
    }
    name
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
fn nested_environment(input: &Input, config: &Config) -> BTreeMap<String, Option<String>> {
    let mut environment = BTreeMap::new();
    let host = &input.machine.host;
    if let Ok(Some(linker)) = config.linker(host)
        && input.machine.program(&linker.value).is_none()
        && input.machine.program("cc").is_some()
    {
        environment.insert(linker_variable(host), Some("cc".to_owned()));
    }
    environment
}

/// A value of the config, or a finding about it.
fn found<T>(result: Result<Option<T>, Box<Finding>>, findings: &mut Vec<Finding>) -> Option<T> {
    result.unwrap_or_else(|finding| {
        if !findings.contains(&finding) {
            findings.push(*finding);
        }
        None
    })
}

fn invalid(path: &str, error: &config::ParseError) -> Finding {
    Finding::error(Code::ConfigInvalid, format!("`{path}` is not valid TOML: {}", error.message))
        .at(Origin::File { path: path.to_owned(), line: error.position.line, column: error.position.column })
        .note("cargo refuses every command in this directory while it is so; the file was not touched")
}

/// A key of the policy that the user wrote, and that therefore wins.
fn user_key(path: &str, key: &config::UserKey) -> Finding {
    let place = Origin::File { path: path.to_owned(), line: key.position.line, column: key.position.column };
    let name = key.path.join(".");
    match key.reason {
        config::UserKeyReason::OtherValue => {
            Finding::note_only(Code::ConfigUserKey, format!("`{name}` is yours, and wins over crosskit's policy"))
                .at(place)
                .note(format!("yours: {}", key.theirs))
                .note(format!("crosskit's: {}", key.ours))
                .hint("remove the key to get crosskit's value")
        }
        config::UserKeyReason::InlineTable | config::UserKeyReason::NotATable => {
            Finding::error(Code::ConfigUserKey, format!("cannot add `{name}` beside `{}`", key.theirs))
                .at(place)
                .note(format!("it would be: {}", key.ours))
                .hint("write the table above it as a [section] of its own")
        }
    }
}

/// Two files that Cargo cannot merge: fatal to every cargo command, the alias of the kit included.
fn unmergeable(clash: &config::Clash) -> Finding {
    Finding::error(
        Code::ConfigUnmergeable,
        format!("cargo cannot merge `{}` of two config files", clash.path.join(".")),
    )
    .at(Origin::File {
        path: clash.near.file.clone(),
        line: clash.near.position.line,
        column: clash.near.position.column,
    })
    .note(format!("here: {}", clash.near))
    .note(format!("and: {}", clash.far))
    .note("every cargo command below both would fail, so nothing was written")
    .hint("write both in the same form")
}
