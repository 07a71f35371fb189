//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};

use crosskit_core::emulation::Way;
use crosskit_core::explain::Shell;
use crosskit_core::finding::Origin;
use crosskit_core::plan::{ALL, Request, Rung};
use crosskit_core::settings::{Axes, FeatureSet, Profile, Varied, Way as FeatureWay};

use crate::event::Verbosity;

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
        _ => Action::Climb,
    };
    // Without a target these look at the ones that the config has keys of.
    let needs_target =
        word != "matrix" && !matches!(action, Action::Sync(_) | Action::Doctor | Action::Targets | Action::Verify);
    if needs_target && !matches.contains_id("target") {
        let what = "no target given; name a triple or an alias, such as `aarch64`, or `host`";
        return Err(command.error(clap::error::ErrorKind::MissingRequiredArgument, what));
    }
    let builds_tests = !matches!(word, "check" | "build") && rung > Rung::Check;
    let mut options = options(matches, action, rung, builds_tests);
    options.request.benches = word == "bench";
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
            targets,
            packages: texts("package"),
            workspace: flag("workspace"),
            exclude: texts("exclude"),
            axes,
            matrices: None,
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

/// The whole command line, for parsing and for `--help`.
pub fn command() -> Command {
    let about = "Configure, build and test this workspace for other targets";
    let command = Command::new("cross")
        .bin_name("cargo xtask cross")
        .about(about)
        .after_help(AFTER_HELP)
        .override_usage(
            "cargo xtask cross [OPTIONS] TARGET... [-- TEST-ARGUMENTS...]\n       cargo xtask cross COMMAND ...",
        )
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .subcommand_value_name("COMMAND")
        .term_width(100);
    let sub = |name: &'static str, about: &'static str| Command::new(name).about(about).term_width(100).arg(targets());
    let sync = sub("sync", "Write the targets' policy into .cargo/config.toml, and no more")
        .args([
            switch("check", None, "Write nothing; exit 4 if something would change"),
            switch("diff", None, "Write nothing, print a unified diff; exit 4 if something would change"),
            switch("remove", None, "Take the targets' keys out again; those of all targets if none is named"),
        ])
        .group(ArgGroup::new("mode").args(["check", "diff", "remove"]));
    with_all(command.arg(targets()))
        .subcommand(with_build(sub("check", "Type-check for the targets, and link nothing")))
        .subcommand(with_build(sub("build", "Build for the targets and check the executables, but run nothing")))
        .subcommand(with_all(sub("test", "The same as naming the targets alone")))
        .subcommand(with_start(with_build(sub("bench", "Build the benches, and run each alone"))))
        .subcommand(matrix())
        .subcommand(with_output(sync))
        .subcommand(doctor())
        .subcommand(explain())
        .subcommand(env())
        .subcommand(list())
        .subcommand(verify())
}

fn doctor() -> Command {
    let targets = Arg::new("target")
        .value_name("TARGET")
        .num_args(0..)
        .help("Triples or aliases, `host`, or `all`: every known target in one line, by the policy alone");
    let about = "Tell which tools this machine has for the targets, and what to paste for what is missing";
    let probe = switch("probe", None, "Compile, link and run a little program for each target as well");
    let command = Command::new("doctor").about(about).term_width(100).args([targets, probe, format()]);
    with_output(with_install(with_packages(command)))
}

fn matrix() -> Command {
    let names = Arg::new("matrix")
        .value_name("NAME")
        .num_args(0..)
        .help("Matrices that crosskit.toml declares: [matrix.NAME] [default: all of them]");
    let about = "Build and test every cell that crosskit.toml declares, as far as this machine takes each";
    let check = switch("check", None, "Type-check, and link nothing").conflicts_with("no-run");
    let command = with_locks(Command::new("matrix").about(about).term_width(100).args([names, check]));
    with_run(with_output(with_install(command)).args([format(), jobs()]))
}

fn list() -> Command {
    let words = Arg::new("target")
        .value_name("WORD")
        .num_args(0..)
        .help("Only targets in whose triple or aliases one of these words occurs");
    let about = "List the targets that are known, and how far this machine takes each";
    Command::new("targets").about(about).term_width(100).args([words, format(), colour()])
}

fn verify() -> Command {
    let files = Arg::new("file")
        .value_name("FILE")
        .num_args(1..)
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("Executables, libraries, objects, or archives, whose members are looked at one by one");
    let target = Arg::new("target")
        .long("target")
        .value_name("TARGET")
        .help("A triple or an alias; exit 6 if a file is not for it");
    let about = "Say what files are: machine, ABI, interpreter, libraries, glibc; or check that they are for a target";
    Command::new("verify").about(about).term_width(100).args([files, target, format(), colour()])
}

fn explain() -> Command {
    let target = Arg::new("target").value_name("TARGET").required(true).help("A triple, an alias, or a code: X012");
    let key = Arg::new("key").value_name("KEY").help(
        "linker, runner, rustflags, rustdocflags, env, env.NAME, cc, cxx, ar, pkg-config, bindgen or cmake [default: all]",
    );
    let command = Command::new("explain")
        .about("Say which linker, runner, flags and variables take effect, where they stand, and what lost")
        .term_width(100);
    command.args([target, key, config(), format(), colour()])
}

fn env() -> Command {
    let target = Arg::new("target").value_name("TARGET").required(true).help("A triple or an alias");
    let shell = Arg::new("shell")
        .long("shell")
        .value_name("SHELL")
        .value_parser(PossibleValuesParser::new(Shell::NAMES))
        .help("For which shell [default: sh; powershell on Windows]");
    let about = "Print the variables with which plain cargo does on this machine what the kit does";
    Command::new("env").about(about).term_width(100).args([target, shell, config(), colour()])
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 internal, 2 usage, 3 a tool is missing, 4 config drift or conflict,
5 build failed, 6 wrong artefact, 7 the runner failed and no test, 100 tests failed,
130 interrupted.";

fn targets() -> Arg {
    Arg::new("target")
        .value_name("TARGET")
        .num_args(0..)
        .help("Triples or aliases (aarch64, armv7, riscv64, windows, wasi, cortex-m4f, ...), `host`, or `all`")
}

fn with_all(command: Command) -> Command {
    with_run(with_build(command))
}

/// What has to do with running tests.
fn with_run(command: Command) -> Command {
    let retries = Arg::new("retries")
        .long("retries")
        .value_name("N")
        .value_parser(value_parser!(u32).range(..=100))
        .help("Run a test that failed again, alone and so often at most; one that then passes is flaky");
    with_start(command.arg(retries))
}

/// What has to do with starting what was built.
fn with_start(command: Command) -> Command {
    let arguments = Arg::new("arguments")
        .value_name("TEST-ARGUMENTS")
        .num_args(0..)
        .last(true)
        .allow_hyphen_values(true)
        .help("Arguments for the test binaries");
    let timeout = Arg::new("timeout")
        .long("timeout")
        .value_name("SECONDS")
        .value_parser(value_parser!(u64).range(1..))
        .help("Time limit of a test binary [default: 300]");
    let no_run = switch("no-run", None, "Build the tests and check the executables, but run nothing");
    let emulation = Arg::new("emulation")
        .long("emulation")
        .value_name("WAY")
        .value_parser(PossibleValuesParser::new(Way::DEMANDED))
        .help("How QEMU's user mode is entered, instead of the first way that works");
    let fail_fast = switch("fail-fast", None, "Begin nothing new once something has failed");
    let no_fail_fast =
        switch("no-fail-fast", None, "Run everything whatever fails [default]").overrides_with("fail-fast");
    command.args([no_run, timeout, fail_fast, no_fail_fast, emulation, arguments])
}

fn with_build(command: Command) -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
    };
    with_output(with_install(with_packages(command)))
        .args([
            format(),
            text("features", "FEATURES", "Features to activate").short('F'),
            switch("all-features", None, "Activate all features"),
            switch("no-default-features", None, "Do not activate the `default` feature"),
            switch("release", Some('r'), "Build with optimizations"),
            text("profile", "NAME", "Build with this profile; with each of several"),
            jobs(),
            switch(
                "best-effort",
                None,
                "Climb each target as far as this machine takes it, and let none stop the others",
            ),
        ])
        .args(features())
        .group(ArgGroup::new("varied").args(["each-feature", "feature-powerset"]))
}

/// Features that are varied. The names are those of cargo-hack.
fn features() -> [Arg; 5] {
    let list = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("FEATURES").action(ArgAction::Append).requires("varied").help(help)
    };
    let depth = Arg::new("depth")
        .long("depth")
        .value_name("N")
        .value_parser(value_parser!(u64).range(1..))
        .requires("feature-powerset")
        .conflicts_with("each-feature")
        .help("The most features of a set, besides all of them together");
    let never = ["all-features", "no-default-features"];
    [
        switch("each-feature", None, "Build with no feature, with each alone, `default` too, and with all")
            .conflicts_with_all(never),
        switch("feature-powerset", None, "Build with every set of features").conflicts_with_all(never),
        depth,
        list("exclude-features", "Features that are on in none of these sets"),
        list("mutually-exclusive-features", "Features of which no two are on in one of these sets"),
    ]
}

fn jobs() -> Arg {
    Arg::new("jobs")
        .long("jobs")
        .short('j')
        .value_name("N")
        .action(ArgAction::Append)
        .help("Number of compilers and tests that run at once")
}

fn with_packages(command: Command) -> Command {
    let text = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("PACKAGE").action(ArgAction::Append).help(help)
    };
    with_locks(command.args([
        text("package", "Package to build, instead of the default members").short('p'),
        switch("workspace", None, "Build every member, not the default members alone"),
        text("exclude", "Package to leave out"),
    ]))
}

fn with_locks(command: Command) -> Command {
    command.args([
        switch("locked", None, "Assert that Cargo.lock stays as it is"),
        switch("offline", None, "Run cargo without network"),
        switch("frozen", None, "The same as --locked and --offline"),
    ])
}

fn with_install(command: Command) -> Command {
    command.args([
        switch("install", None, "Install what is missing: prints the commands, then runs them"),
        switch("yes", Some('y'), "Answer the question before sudo with yes; so does `y` on standard input"),
    ])
}

fn with_output(command: Command) -> Command {
    command.args([
        switch("dry-run", None, "Print the plan and touch nothing"),
        config(),
        colour(),
        switch("verbose", Some('v'), "Print every command and all test output"),
        switch("quiet", Some('q'), "Print findings and the result alone").conflicts_with("verbose"),
    ])
}

fn config() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("KEY=VALUE|PATH")
        .action(ArgAction::Append)
        .help("Override a value of Cargo's configuration, as cargo's own --config")
}

fn format() -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(["human", "json"]))
        .help("How the result is printed [default: human]")
}

fn colour() -> Arg {
    Arg::new("color")
        .long("color")
        .value_name("WHEN")
        .value_parser(PossibleValuesParser::new(["auto", "always", "never"]))
        .help("Colour in the output [default: auto]")
}

fn switch(name: &'static str, short: Option<char>, help: &'static str) -> Arg {
    let switch = Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    match short {
        Some(short) => switch.short(short),
        None => switch,
    }
}

#[cfg(test)]
mod tests;
