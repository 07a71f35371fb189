//! The steps of the two tiers.

use xshell::{Shell, cmd};

use super::process::run;

/// A step: what to call it, and what it does.
pub type Step = (&'static str, fn(&Shell) -> Result<(), String>);

/// External crates that the cold build of the xtask may have.
const CRATE_BUDGET: usize = 40;

const BOTH: &[Step] = &[
    ("format", format),
    ("clippy", clippy),
    ("docs", docs),
    ("licences", licences),
    ("dependency budget", dependency_budget),
    ("catalogue against rustc and rustup", catalogue),
    ("unit tests", unit_tests),
    ("cases, tidiness, launcher", cases),
    ("kit for other hosts", other_hosts),
    ("real runs, quick", |shell| real(shell, "quick::")),
];

/// What the quick tier does of what the full one does at full size.
const QUICK: &[Step] = &[
    ("properties, 1,000 cases", |shell| properties(shell, "1000")),
    ("cfg expressions against Cargo, 300", |shell| cfg_expressions(shell, "300")),
    ("resolution against Cargo, 60", |shell| differential(shell, "60")),
    ("tables against rustc and cc, an eighth", |shell| tables(shell, "8")),
];

const FULL: &[Step] = &[
    ("properties, 10,000 cases", |shell| properties(shell, "10000")),
    ("cfg expressions against Cargo, 2,000", |shell| cfg_expressions(shell, "2000")),
    ("resolution against Cargo, 2,000", |shell| differential(shell, "2000")),
    ("tables against rustc and cc, all", |shell| tables(shell, "1")),
    ("real runs, full", |shell| real(shell, "full::")),
    ("lint of published build scripts", published),
    ("views of reports by published schemas and in a browser", views),
    ("lowest versions of dependencies", lowest),
    ("faults of writing", faults),
    ("the guide, real runs", |shell| real(shell, "guide::")),
    ("proof of seventeen kinds of targets", prove),
    // The last one: it needs libraries that must not be there for the runs above. One call, as the kit is compiled for each.
    ("libraries of the target, and mixed C libraries", |shell| {
        super::tools::provide_libraries(shell).and_then(|()| real(shell, "libraries:: trap::"))
    }),
];

/// The steps of a tier, in their order.
pub fn of_tier(full: bool) -> impl Iterator<Item = Step> {
    BOTH.iter().chain(if full { FULL } else { QUICK }).copied()
}

fn in_example(shell: &Shell, steps: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let _directory = shell.push_dir("example-workspace");
    steps()
}

fn format(shell: &Shell) -> Result<(), String> {
    run(cmd!(shell, "cargo fmt --all --check"))?;
    // They are packages of no workspace until `prove` makes one.
    let roots = ["bare/src/lib.rs", "bare/build.rs", "bare-sound/tests/sound.rs", "bare-sound/build.rs"]
        .into_iter()
        .chain(["bare-unsound/tests/unsound.rs", "bare-unsound/build.rs", "defects/src/lib.rs", "hello/src/main.rs"])
        .chain(["files/src/lib.rs", "files/tests/files.rs"])
        .map(|path| format!("prove/{path}"));
    run(cmd!(shell, "rustfmt --check --edition 2024").args(roots))?;
    in_example(shell, || run(cmd!(shell, "cargo fmt --all --check")))
}

fn clippy(shell: &Shell) -> Result<(), String> {
    // Warnings are errors here and nowhere else; `incompatible_msrv` is among them.
    run(cmd!(shell, "cargo clippy --quiet --workspace --all-targets --locked -- -D warnings"))?;
    run(cmd!(
        shell,
        "cargo clippy --quiet -p crosskit-build --no-default-features --all-targets --locked -- -D warnings"
    ))?;
    // As others compile it: the tests turn the feature `lint` on for the whole workspace.
    run(cmd!(shell, "cargo clippy --quiet -p xtask -p crosskit -p crosskit-core --locked -- -D warnings"))?;
    in_example(shell, || {
        run(cmd!(shell, "cargo clippy --quiet --all-targets --locked -- -D warnings"))?;
        let target = "thumbv7em-none-eabihf";
        run(cmd!(shell, "cargo clippy --quiet -p firmware --target {target} --locked -- -D warnings"))
    })
}

fn docs(shell: &Shell) -> Result<(), String> {
    run(cmd!(shell, "cargo doc --quiet --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"))
}

fn licences(shell: &Shell) -> Result<(), String> {
    // cargo-deny looks at the crates of every platform, and the builds before it fetched only those of this one.
    run(cmd!(shell, "cargo fetch --quiet --locked"))?;
    // Advisories need a database from the network, so they are not part of a check that must work without.
    run(cmd!(shell, "cargo deny --offline --log-level error check licenses bans sources"))
}

fn dependency_budget(shell: &Shell) -> Result<(), String> {
    let line = "{p}";
    let tree = cmd!(shell, "cargo tree --locked -p xtask -e normal,build --prefix none --format {line}");
    let tree = tree.quiet().read().map_err(|error| error.to_string())?;
    let external: std::collections::BTreeSet<&str> = tree
        .lines()
        // A path in brackets means that the crate is ours.
        .filter(|line| !line.is_empty() && !line.contains("(/"))
        .map(|line| line.trim_end_matches(" (*)").trim_end_matches(" (proc-macro)"))
        .collect();
    println!("{} external crates in the xtask, {CRATE_BUDGET} allowed", external.len());
    if external.len() <= CRATE_BUDGET { Ok(()) } else { Err(format!("too many external crates: {external:?}")) }
}

fn catalogue(_: &Shell) -> Result<(), String> {
    if crate::codegen::generate(true)? { Ok(()) } else { Err("the catalogue is not up to date".to_owned()) }
}

fn unit_tests(shell: &Shell) -> Result<(), String> {
    run(cmd!(shell, "cargo test --quiet --workspace --exclude crosskit-tests --locked"))?;
    run(cmd!(shell, "cargo test --quiet -p crosskit-build --no-default-features --locked"))
}

fn cases(shell: &Shell) -> Result<(), String> {
    run(cmd!(shell, "cargo test --quiet -p crosskit-tests --lib --test cases --test tidy --test launcher --locked"))?;
    run(cmd!(shell, "cargo test --quiet -p crosskit-tests --test report --locked -- cases:: page::"))?;
    run(cmd!(shell, "cargo test --quiet -p crosskit-tests --test lint --locked -- cases:: command:: compiled::"))
}

fn published(shell: &Shell) -> Result<(), String> {
    // Shown, as it says how many findings are right.
    run(cmd!(shell, "cargo test --quiet -p crosskit-tests --test lint --locked -- published:: --show-output"))
}

fn views(shell: &Shell) -> Result<(), String> {
    // Shown, as it says how large the largest pages are, and when they are open.
    run(cmd!(
        shell,
        "cargo test --quiet -p crosskit-tests --test report --locked -- validated:: browser:: --show-output"
    ))
}

/// Compiles and tests what others take over with the lowest versions that its manifests allow: a workspace into which it is
/// vendored may have locked them, and gets them where it has locked none.
fn lowest(shell: &Shell) -> Result<(), String> {
    let _directory = shell.push_dir(crate::lowest::workspace()?);
    run(cmd!(shell, "cargo check --quiet --workspace --all-features --locked"))
        .map_err(|error| format!("{error}; if it is not up to date, write it anew: cargo xtask lowest"))?;
    run(cmd!(shell, "cargo test --quiet -p crosskit-core --lib --locked"))
}

fn properties(shell: &Shell, count: &str) -> Result<(), String> {
    // Shown, as it says what the configs were.
    let test = cmd!(shell, "cargo test --quiet -p crosskit-tests --test property --locked -- --show-output");
    run(test.env("PROPTEST_CASES", count))
}

fn cfg_expressions(shell: &Shell, count: &str) -> Result<(), String> {
    // Shown, as it says how much was compared.
    let test = cmd!(shell, "cargo test --quiet -p crosskit-tests --test cfg --locked -- --show-output");
    run(test.env("CROSSKIT_CFG_EXPRESSIONS", count))
}

fn differential(shell: &Shell, count: &str) -> Result<(), String> {
    let test = cmd!(shell, "cargo test --quiet -p crosskit-tests --test differential --locked -- --nocapture");
    run(test.env("CROSSKIT_DIFFERENTIAL_CASES", count))
}

fn tables(shell: &Shell, share: &str) -> Result<(), String> {
    let test = cmd!(shell, "cargo test --quiet -p crosskit-tests --test tables --locked -- --show-output");
    run(test.env("CROSSKIT_TABLES_SHARE", share))
}

fn other_hosts(shell: &Shell) -> Result<(), String> {
    for target in super::tools::OTHER_HOSTS {
        run(cmd!(shell, "cargo check --quiet -p crosskit -p xtask --target {target} --locked"))?;
    }
    Ok(())
}

fn faults(shell: &Shell) -> Result<(), String> {
    // How many calls were met by a fault is part of the result.
    run(cmd!(shell, "cargo test -p crosskit-tests --test real --locked -- faults:: --show-output"))
}

fn prove(_: &Shell) -> Result<(), String> {
    let options = ["--check", "--install", "--yes"];
    let arguments = crate::prove::KINDS.iter().chain(&options).map(std::ffi::OsString::from);
    match crate::prove::run(arguments)? {
        code if code == std::process::ExitCode::SUCCESS => Ok(()),
        _ => Err("a target did not run".to_owned()),
    }
}

fn real(shell: &Shell, filters: &str) -> Result<(), String> {
    let filters = filters.split_whitespace();
    run(cmd!(shell, "cargo test -p crosskit-tests --test real --locked -- {filters...}"))
}
