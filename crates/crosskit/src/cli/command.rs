//! What may stand on the command line, for parsing and for `--help`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};

use crosskit_core::emulation::Way;
use crosskit_core::explain::Shell;
use crosskit_core::plan::ALL;
use crosskit_core::record::Shard;

/// The whole command line.
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
        .subcommand(run())
        .subcommand(with_start(with_build(sub("bench", "Build the benches, and run each alone"))))
        .subcommand(matrix())
        .subcommand(with_output(sync))
        .subcommand(doctor())
        .subcommand(explain())
        .subcommand(env())
        .subcommand(list())
        .subcommand(verify())
        .subcommand(helper())
        .subcommand(lint())
        .subcommand(vendor())
        .subcommand(report())
        .subcommand(ci())
}

fn run() -> Command {
    let one = |name: &str| match name {
        ALL => Err("a program is run for one target".to_owned()),
        name => Ok(name.to_owned()),
    };
    let target = Arg::new("target").value_name("TARGET").required(true).value_parser(one);
    let target = target.help("A triple, an alias, or `host`");
    let text = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("NAME").help(help);
    let arguments = Arg::new("arguments")
        .value_name("ARGUMENTS")
        .num_args(0..)
        .last(true)
        .allow_hyphen_values(true)
        .help("Arguments for the program");
    let package = Arg::new("package").long("package").short('p').value_name("PACKAGE");
    let about = "Build a program for the target, check it, and run it in its place: terminal, signals and exit code are its own";
    let command = Command::new("run").about(about).term_width(100).args([target, arguments]).args([
        text("bin", "Program to run [default: the only one, or `default-run` of its manifest]"),
        text("example", "Example to run").conflicts_with("bin"),
        package.help("Package with the program to run, instead of the default members"),
        text("profile", "Build with this profile").conflicts_with("release"),
        emulation(),
    ]);
    with_output(with_install(with_locks(command))).args(cargo_features()).args([release(), jobs()])
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
    let shard = Arg::new("shard").long("shard").value_name("INDEX/COUNT").value_parser(shard);
    let shard = shard.help("Build this part of so many; `report merge` puts their reports together");
    let durations = Arg::new("durations")
        .long("durations")
        .value_name("REPORT")
        .action(ArgAction::Append)
        .value_parser(value_parser!(PathBuf))
        .requires("shard")
        .help("Divide by how long cells took in this report [default: by how many there are]");
    let only = Arg::new("only").long("target").value_name("TARGET").action(ArgAction::Append);
    let only = only.help("Build the cells of this target alone; the policy is still written for all of them");
    let all = [names, check, only, shard, durations];
    let command = with_locks(Command::new("matrix").about(about).term_width(100).args(all));
    with_run(with_output(with_install(command)).args([format(), jobs()]))
}

fn ci() -> Command {
    let names = Arg::new("matrix").value_name("NAME").num_args(0..);
    let names = names.help("Matrices that crosskit.toml declares: [matrix.NAME] [default: all of them]");
    let modes = [
        switch("check", None, "Write nothing; exit 4 and show the difference if the file is another"),
        switch("write", None, "Write .github/workflows/cross.yml"),
    ];
    let shards = Arg::new("shards").long("shards").value_name("COUNT").value_parser(positive);
    let shards = shards.help("Divide what runs on Linux into so many jobs [default: one for each ten cells]");
    let branch = Arg::new("branch").long("branch").value_name("BRANCH");
    let branch = branch.help("Build pushes to this branch [default: that of `origin`, or the present one]");
    let about =
        "Print a workflow for GitHub Actions that builds the matrix: natively where GitHub has a machine for it";
    let github =
        Command::new("github").about(about).term_width(100).args([names, shards, branch, colour()]).args(modes);
    Command::new("ci")
        .about("Make a workflow for a CI out of the matrix")
        .term_width(100)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_value_name("CI")
        .subcommand(github.group(ArgGroup::new("mode").args(["check", "write"])))
}

/// A number of things of which there is at least one.
fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| (1..=256).contains(count)).ok_or_else(|| "it is a number from 1 to 256".to_owned())
}

/// `2/5`
fn shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
        _ => Err("it is a number and how many there are, as in `2/5`".to_owned()),
    }
}

fn list() -> Command {
    let words = Arg::new("target")
        .value_name("WORD")
        .num_args(0..)
        .help("Only targets in whose triple or aliases one of these words occurs");
    let about = "List the targets that are known, and how far this machine takes each";
    Command::new("targets").about(about).term_width(100).args([words, format(), colour()])
}

fn helper() -> Command {
    let about = "Print crosskit_build as one file, for a build script that wants no dependency";
    Command::new("helper").about(about).term_width(100).arg(colour())
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

fn lint() -> Command {
    let targets = Arg::new("target")
        .value_name("TARGET")
        .num_args(0..)
        .help("Triples or aliases: look at what the graph has for them [default: for any target]");
    let no_deps = switch("no-deps", None, "Look at the members of the workspace alone");
    let deny = Arg::new("deny")
        .long("deny")
        .value_name("WHOSE")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("members")
        .value_parser(PossibleValuesParser::new(["members", "all"]))
        .help("Exit 4 if there is a finding in a member, or in any package; without it, 0");
    let about = "Find code in build scripts, dependencies' too, that asks about the host where the target is meant";
    let command = with_locks(Command::new("lint").about(about).term_width(100).args([targets, no_deps, deny]));
    let words = [
        switch("verbose", Some('v'), "Print what is read"),
        switch("quiet", Some('q'), "Print findings alone").conflicts_with("verbose"),
    ];
    command.args(cargo_features()).args([format(), config(), colour()]).args(words)
}

fn report() -> Command {
    let files = |help: &'static str| {
        Arg::new("file").value_name("REPORT").num_args(0..).value_parser(value_parser!(PathBuf)).help(help)
    };
    let output = Arg::new("output").long("output").short('o').value_name("FILE").value_parser(value_parser!(PathBuf));
    let output = output.help("Write this file instead of standard output");
    let view = |name: &'static str, about: &'static str| {
        let last = "Reports; several are put together as `merge` does [default: that of the last run]";
        Command::new(name).about(about).term_width(100).args([files(last), output.clone(), colour()])
    };
    let limit = |unit: &'static str, help: &'static str| {
        Arg::new("limit").long("limit").value_name(unit).value_parser(value_parser!(usize)).help(help)
    };
    let characters = "At most as many characters [default: 65536, as many as a comment on GitHub may have]";
    let bytes = "At most as many bytes, beside a frame of some 20,000 [default: 5000000]";
    let merge = files("The reports of all parts: shards, and what ran beside them").required(true).num_args(1..);
    let about = "Put the reports of several computers together, of which each part must be there once";
    Command::new("report")
        .about("Show the report of the last run, or make something of reports that others read")
        .term_width(100)
        .disable_help_subcommand(true)
        .subcommand_value_name("VIEW")
        .subcommand(view("show", "Print the tables of the run [default]"))
        .subcommand(view("junit", "Print JUnit XML, which CI servers read"))
        .subcommand(
            view("markdown", "Print Markdown for a comment or the summary of a CI job")
                .arg(limit("CHARACTERS", characters)),
        )
        .subcommand(
            view("html", "Write a page for a browser, a single file without a script")
                .mut_arg("output", |it| it.help("The file [default: the first report's name with .html, beside it]"))
                .arg(limit("BYTES", bytes)),
        )
        .subcommand(Command::new("merge").about(about).term_width(100).args([merge, output, colour()]))
}

fn vendor() -> Command {
    let workspace = Arg::new("workspace")
        .value_name("WORKSPACE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The directory of a workspace, or of a package that is none");
    let sources = [
        switch("copy", None, "Copy the kit's sources to crosskit/ there [default]"),
        switch("path", None, "Depend on the checkout that this was compiled from"),
        switch("registry", None, "Depend on the release of a registry"),
    ];
    let helper = Arg::new("build-helper")
        .long("build-helper")
        .value_name("PACKAGE")
        .action(ArgAction::Append)
        .conflicts_with_all(["update", "remove"])
        .help("Let the build script of this package call the helper; also where the kit is there");
    let modes = [
        switch("update", None, "Bring what was vendored to this version, and keep what was changed there"),
        switch("remove", None, "Take it out again"),
    ];
    let others = [
        switch("check", None, "Write nothing; show what would change, and exit 4 if something would"),
        switch("isolated", None, "Keep the kit in a workspace with a lock file of its own"),
        switch("allow-dirty", None, "Go on though there are changes that are not committed"),
        switch("offline", None, "Run cargo without network"),
        switch("verbose", Some('v'), "Print every file, and every package that is locked"),
        switch("quiet", Some('q'), "Print findings alone").conflicts_with("verbose"),
        colour(),
    ];
    Command::new("vendor")
        .about("Bring this kit into a workspace that is there, and out again")
        .term_width(100)
        .arg(workspace)
        .args(sources)
        .args(modes)
        .arg(helper)
        .args(others)
        .group(ArgGroup::new("source").args(["copy", "path", "registry"]))
        .group(ArgGroup::new("mode").args(["update", "remove"]))
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
    let fail_fast = switch("fail-fast", None, "Begin nothing new once something has failed");
    let no_fail_fast =
        switch("no-fail-fast", None, "Run everything whatever fails [default]").overrides_with("fail-fast");
    command.args([no_run, timeout, fail_fast, no_fail_fast, emulation(), arguments])
}

fn emulation() -> Arg {
    Arg::new("emulation")
        .long("emulation")
        .value_name("WAY")
        .value_parser(PossibleValuesParser::new(Way::DEMANDED))
        .help("How QEMU's user mode is entered, instead of the first way that works")
}

fn with_build(command: Command) -> Command {
    let profile = Arg::new("profile")
        .long("profile")
        .value_name("NAME")
        .action(ArgAction::Append)
        .help("Build with this profile; with each of several");
    with_output(with_install(with_packages(command)))
        .arg(format())
        .args(cargo_features())
        .args([
            release(),
            profile,
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

fn release() -> Arg {
    switch("release", Some('r'), "Build with optimizations")
}

/// Features as cargo takes them.
fn cargo_features() -> [Arg; 3] {
    let features = Arg::new("features").long("features").short('F').value_name("FEATURES").action(ArgAction::Append);
    [
        features.help("Features to activate"),
        switch("all-features", None, "Activate all features"),
        switch("no-default-features", None, "Do not activate the `default` feature"),
    ]
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
