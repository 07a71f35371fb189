//! The command line.

mod command;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;

use crosskit_core::finding::Origin;
use crosskit_core::plan::{ALL, Request, Rung};
use crosskit_core::program::Wanted;
use crosskit_core::record::Shard;
use crosskit_core::settings::{Axes, FeatureSet, Profile, Varied, Way as FeatureWay};
use crosskit_core::vendor::Source;

use crate::event::Verbosity;

use command::command;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to do.
    pub action: Action,
    /// The decisions' part of the command line.
    pub request: Request,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--install`.
    pub install: bool,
    /// `--probe`.
    pub probe: bool,
    /// `--fail-fast`.
    pub fail_fast: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--format json`.
    pub json: bool,
    /// `--color`, if given.
    pub colour: Option<String>,
    /// How much is told.
    pub verbosity: Verbosity,
    /// The key after the target of `explain`.
    pub key: Option<String>,
    /// `--shell`.
    pub shell: Option<String>,
    /// The files of `verify`.
    pub files: Vec<PathBuf>,
    /// `--no-deps`.
    pub no_deps: bool,
    /// `--deny`.
    pub deny: Option<Deny>,
    /// What `vendor` was asked for.
    pub vendor: Option<Vendor>,
    /// What `report` was asked for.
    pub report: Option<Report>,
    /// What `ci` was asked for.
    pub ci: Option<Ci>,
    /// `--durations`: the reports that say how long cells took.
    pub durations: Vec<PathBuf>,
}

/// What `ci` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ci {
    /// What is done with the workflow.
    pub mode: CiMode,
    /// `--shards`
    pub shards: Option<usize>,
    /// `--branch`
    pub branch: Option<String>,
}

/// What is done with a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiMode {
    /// It is printed.
    Print,
    /// `--check`: says whether the file is this.
    Check,
    /// `--write`: writes the file.
    Write,
}

/// What `report` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What is made of it.
    pub view: View,
    /// The reports; none is that of the last run.
    pub files: Vec<PathBuf>,
    /// `--output`: the file that is written, in the place of stdout.
    pub output: Option<PathBuf>,
    /// `--limit`: the most characters of Markdown, or bytes of HTML.
    pub limit: Option<usize>,
}

/// What is made of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// `show`: the tables for the terminal.
    Show,
    /// `junit`: XML.
    Junit,
    /// `markdown`
    Markdown,
    /// `html`: a page for a browser.
    Html,
    /// `merge`: one report out of several.
    Merge,
}

/// What `vendor` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// The directory of the workspace.
    pub workspace: PathBuf,
    /// What to do.
    pub mode: VendorMode,
    /// `--check`: says what would change, and writes nothing.
    pub check: bool,
    /// Where the kit comes from.
    pub source: Source,
    /// `--isolated`
    pub isolated: bool,
    /// `--build-helper`: the packages whose build scripts get the helper.
    pub helpers: Vec<String>,
    /// `--allow-dirty`
    pub allow_dirty: bool,
    /// `--offline`
    pub offline: bool,
}

/// What `vendor` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorMode {
    /// Brings the kit in.
    Bring,
    /// `--update`: brings what was vendored to this version.
    Update,
    /// `--remove`: takes it out again.
    Remove,
}

/// Whose findings make `lint` fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deny {
    /// Those in members of the workspace.
    Members,
    /// Those in dependencies as well.
    All,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sync, check the tools, and climb to the rung of the request.
    Climb,
    /// Write the policy and no more, or say what that would change.
    Sync(SyncMode),
    /// Check the tools and no more.
    Doctor,
    /// Say what takes effect for a target, or what a finding's code means.
    Explain,
    /// Print the variables with which plain cargo does what the kit does.
    Env,
    /// List the targets of the catalogue, and how far this machine takes each.
    Targets,
    /// Say what files are, or hold them against a target.
    Verify,
    /// Print the helper for build scripts as one file.
    Helper,
    /// Read build scripts.
    Lint,
    /// Bring the kit into a workspace, or take it out again.
    Vendor,
    /// Makes something of the report of a run.
    Report,
    /// Makes a workflow for a CI.
    Ci,
}

/// What `sync` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncMode {
    /// Writes the keys of the targets.
    Write,
    /// `--check`: says what would change.
    Check,
    /// `--diff`: shows what would change.
    Diff,
    /// `--remove`: takes the keys out again.
    Remove,
}

/// Reads the command line after the word `cross`.
///
/// # Errors
/// clap's own error: a mistake, or `--help`.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, clap::Error> {
    let name = OsString::from("cargo xtask cross");
    let mut command = command();
    let matches = command.try_get_matches_from_mut(std::iter::once(name).chain(arguments))?;
    let (word, matches) = matches.subcommand().map_or(("", &matches), |(word, matches)| (word, matches));
    let rung = match word {
        "check" => Rung::Check,
        "build" => Rung::Verify,
        "matrix" if matches.get_flag("check") => Rung::Check,
        _ if matches.try_get_one::<bool>("no-run").is_ok_and(|it| it == Some(&true)) => Rung::Verify,
        _ => Rung::Run,
    };
    let action = match word {
        "sync" => Action::Sync(match ["check", "diff", "remove"].map(|name| matches.get_flag(name)) {
            [true, ..] => SyncMode::Check,
            [_, true, _] => SyncMode::Diff,
            [_, _, true] => SyncMode::Remove,
            _ => SyncMode::Write,
        }),
        "doctor" => Action::Doctor,
        "explain" => Action::Explain,
        "env" => Action::Env,
        "targets" => Action::Targets,
        "verify" => Action::Verify,
        "helper" => Action::Helper,
        "lint" => Action::Lint,
        "vendor" => Action::Vendor,
        "report" => Action::Report,
        "ci" => Action::Ci,
        _ => Action::Climb,
    };
    // Without a target these look at the ones that the config has keys of.
    let needs_target = word != "matrix"
        && !matches!(
            action,
            Action::Sync(_)
                | Action::Doctor
                | Action::Targets
                | Action::Verify
                | Action::Helper
                | Action::Lint
                | Action::Vendor
                | Action::Report
                | Action::Ci
        );
    if needs_target && !matches.contains_id("target") {
        let what = "no target given; name a triple or an alias, such as `aarch64`, or `host`";
        return Err(command.error(clap::error::ErrorKind::MissingRequiredArgument, what));
    }
    let builds_tests = !matches!(word, "check" | "build" | "run") && rung > Rung::Check;
    let mut options = options(matches, action, rung, builds_tests);
    options.request.benches = word == "bench";
    options.request.program = (word == "run").then(|| program(matches));
    if word == "bench" {
        // For benches `dev` is no other name of what cargo takes by itself.
        let names = matches.get_many::<String>("profile").into_iter().flatten().cloned();
        options.request.axes.profiles = names.map(Profile::Named).collect();
    }
    options.vendor = (word == "vendor").then(|| vendor(matches));
    options.report = (word == "report").then(|| report(matches));
    if let Some(("github", matches)) = matches.subcommand().filter(|_| word == "ci") {
        let flag = |name: &str| matches.get_flag(name);
        options.ci = Some(Ci {
            mode: match (flag("check"), flag("write")) {
                (true, _) => CiMode::Check,
                (_, true) => CiMode::Write,
                _ => CiMode::Print,
            },
            shards: matches.get_one::<usize>("shards").copied(),
            branch: matches.get_one::<String>("branch").cloned(),
        });
        options.request.matrices = Some(matches.get_many::<String>("matrix").into_iter().flatten().cloned().collect());
        options.request.best_effort = true;
        options.request.graph_options.push("--all-features".to_owned());
    }
    if word == "matrix" {
        let names = matches.get_many::<String>("matrix").into_iter().flatten().cloned();
        options.request.matrices = Some(names.collect());
        options.request.best_effort = true;
        // Which of them are on is each cell's own; what one of them needs must be in the graph.
        options.request.graph_options.push("--all-features".to_owned());
    }
    Ok(options)
}

fn options(matches: &ArgMatches, action: Action, rung: Rung, builds_tests: bool) -> Options {
    let flag = |name: &str| matches.try_get_one::<bool>(name).is_ok_and(|it| it == Some(&true));
    let texts = |name: &str| -> Vec<String> {
        matches.try_get_many::<String>(name).ok().flatten().into_iter().flatten().cloned().collect()
    };
    let mut cargo_options = Vec::new();
    let config: Vec<String> = texts("config").into_iter().map(absolute_if_file).collect();
    let configs = config.iter().flat_map(|value| ["--config".to_owned(), value.clone()]);
    cargo_options.extend(configs.clone());
    cargo_options.extend(texts("jobs").into_iter().flat_map(|value| ["--jobs".to_owned(), value]));
    let flags = ["locked", "offline", "frozen"];
    cargo_options.extend(flags.iter().filter(|name| flag(name)).map(|name| format!("--{name}")));
    // Optional dependencies decide which tools are needed.
    let features = texts("features").into_iter().flat_map(|value| ["--features".to_owned(), value]);
    let switches = ["all-features", "no-default-features", "locked", "offline", "frozen"];
    let switches = switches.iter().filter(|name| flag(name)).map(|name| format!("--{name}"));
    let mut graph_options: Vec<String> = configs.chain(features).chain(switches).collect();
    let axes = axes(matches);
    if axes.varied.is_some() && !flag("all-features") {
        graph_options.push("--all-features".to_owned());
    }
    let targets = texts("target");
    let builds = action == Action::Climb;
    let best_effort = builds && (flag("best-effort") || targets.iter().any(|name| name == ALL));
    Options {
        action,
        request: Request {
            rung,
            builds,
            builds_tests,
            benches: false,
            program: None,
            targets,
            packages: texts("package"),
            workspace: flag("workspace"),
            exclude: texts("exclude"),
            axes,
            matrices: None,
            only: texts("only"),
            shard: matches.try_get_one::<Shard>("shard").ok().flatten().copied(),
            durations: BTreeMap::new(),
            best_effort,
            graph_options,
            cargo_options,
            test_arguments: texts("arguments"),
            config,
            emulation: texts("emulation").pop(),
            retries: matches.try_get_one::<u32>("retries").ok().flatten().copied().unwrap_or_default(),
            timeout: matches.try_get_one::<u64>("timeout").ok().flatten().copied(),
            writes_own_triple: matches!(action, Action::Sync(_)),
            writes: !flag("dry-run")
                && matches!(action, Action::Climb | Action::Sync(SyncMode::Write | SyncMode::Remove)),
            installs: flag("install"),
        },
        key: texts("key").pop(),
        shell: texts("shell").pop(),
        files: matches.try_get_many::<PathBuf>("file").ok().flatten().into_iter().flatten().cloned().collect(),
        no_deps: flag("no-deps"),
        deny: match texts("deny").first().map(String::as_str) {
            Some("all") => Some(Deny::All),
            Some(_) => Some(Deny::Members),
            None => None,
        },
        vendor: None,
        report: None,
        ci: None,
        durations: matches.try_get_many::<PathBuf>("durations").ok().flatten().into_iter().flatten().cloned().collect(),
        dry_run: flag("dry-run"),
        install: flag("install"),
        probe: flag("probe"),
        fail_fast: flag("fail-fast"),
        yes: flag("yes"),
        json: texts("format") == ["json"],
        colour: texts("color").pop(),
        verbosity: match (flag("quiet"), flag("verbose")) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
    }
}

/// The program that is run.
fn program(matches: &ArgMatches) -> Wanted {
    let name = |option: &str| matches.get_one::<String>(option).cloned();
    let example = name("example").map(Wanted::Example);
    example.or_else(|| name("bin").map(Wanted::Binary)).unwrap_or_default()
}

/// What `report` is to make.
fn report(matches: &ArgMatches) -> Report {
    let (word, matches) = matches.subcommand().map_or(("show", matches), |(word, matches)| (word, matches));
    Report {
        view: match word {
            "junit" => View::Junit,
            "markdown" => View::Markdown,
            "html" => View::Html,
            "merge" => View::Merge,
            _ => View::Show,
        },
        files: matches.try_get_many::<PathBuf>("file").ok().flatten().into_iter().flatten().cloned().collect(),
        output: matches.try_get_one::<PathBuf>("output").ok().flatten().cloned(),
        limit: matches.try_get_one::<usize>("limit").ok().flatten().copied(),
    }
}

/// What `vendor` is to do.
fn vendor(matches: &ArgMatches) -> Vendor {
    let flag = |name: &str| matches.get_flag(name);
    Vendor {
        workspace: matches.get_one::<PathBuf>("workspace").cloned().unwrap_or_default(),
        mode: match (flag("update"), flag("remove")) {
            (true, _) => VendorMode::Update,
            (_, true) => VendorMode::Remove,
            _ => VendorMode::Bring,
        },
        check: flag("check"),
        source: match (flag("path"), flag("registry")) {
            (true, _) => Source::Path,
            (_, true) => Source::Registry,
            _ => Source::Copy,
        },
        isolated: flag("isolated"),
        helpers: matches.get_many::<String>("build-helper").into_iter().flatten().cloned().collect(),
        allow_dirty: flag("allow-dirty"),
        offline: flag("offline"),
    }
}

/// Features and profiles. Where features are varied, those that are named are on in every set.
fn axes(matches: &ArgMatches) -> Axes {
    let flag = |name: &str| matches.try_get_one::<bool>(name).is_ok_and(|it| it == Some(&true));
    let texts = |name: &str| -> Vec<String> {
        matches.try_get_many::<String>(name).ok().flatten().into_iter().flatten().cloned().collect()
    };
    let lists = |name: &str| -> Vec<Vec<String>> {
        let split = |value: &String| value.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        texts(name).iter().map(split).collect()
    };
    let mut axes = Axes::at(Origin::CommandLine);
    let depth = matches.try_get_one::<u64>("depth").ok().flatten().and_then(|depth| usize::try_from(*depth).ok());
    let way = match (flag("each-feature"), flag("feature-powerset")) {
        (_, true) => Some(FeatureWay::Powerset { depth }),
        (true, _) => Some(FeatureWay::Each),
        _ => None,
    };
    axes.varied = way.map(|way| Varied {
        way,
        always: lists("features").concat(),
        exclude: lists("exclude-features").concat(),
        exclusive: lists("mutually-exclusive-features"),
    });
    if axes.varied.is_none() {
        axes.features.push(FeatureSet {
            features: texts("features"),
            all: flag("all-features"),
            no_default: flag("no-default-features"),
        });
    }
    let profiles = texts("profile");
    // Cargo is told as it was said; of several, each name has one meaning.
    let profile = |name: &String| if profiles.len() > 1 { Profile::of(name) } else { Profile::Named(name.clone()) };
    axes.profiles = profiles.iter().map(profile).collect();
    axes.profiles.extend(flag("release").then_some(Profile::Release));
    axes
}

/// Cargo reads a file of this name if there is one, and else a key. Nested cargo starts at the root, where the name of a
/// file must still mean the same one.
fn absolute_if_file(argument: String) -> String {
    let path = std::path::Path::new(&argument);
    match std::path::absolute(path) {
        Ok(absolute) if !argument.is_empty() && path.exists() => absolute.to_string_lossy().into_owned(),
        _ => argument,
    }
}

#[cfg(test)]
mod tests;
