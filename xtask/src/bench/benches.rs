//! The benches: what is measured, against what, and what was promised of it.

use std::path::PathBuf;

use super::Options;
use super::measure::{Call, State, Subject};
use super::programs::{self, Program, Site};
use super::statistics::Budget;

/// The version of nextest that the kit is measured against.
const NEXTEST: &str = "0.9.151";

/// Six targets with glibc that Debian has a C compiler and an emulator for; i686 starts as it is on most computers.
pub const TARGETS: &[&str] = &[
    "aarch64-unknown-linux-gnu",
    "armv7-unknown-linux-gnueabihf",
    "i686-unknown-linux-gnu",
    "powerpc64le-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
];

/// The names of the benches.
pub const NAMES: &[&str] = &["a", "b", "c", "d", "e"];

/// Subjects that are run in turn, and what is made of their times.
pub struct Bench {
    pub state: State,
    pub subjects: Vec<Subject>,
    pub comparisons: Vec<Comparison>,
    /// What is to be said beside the table.
    pub notes: Vec<String>,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// The place of the kit's subject.
    pub measured: usize,
    /// The place of the other one.
    pub against: usize,
    pub by: By,
    /// What was promised; nothing where a number stands there to be known.
    pub budget: Option<Budget>,
}

/// What of the other subject counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// How long it takes.
    Wall,
    /// How long its work would take if every core had some all the time: its CPU seconds ÷ cores.
    CpuPerCore,
    /// Nothing: the clock alone.
    Second,
}

/// Makes the workspaces of a bench.
///
/// # Errors
/// Something that it needs is not here, in words.
pub fn prepare(name: &str, site: &Site, options: &Options) -> Result<Bench, String> {
    match name {
        "a" => cold_build(site, options),
        "b" => build_and_test(site, options),
        "c" => up_to_date(site, options),
        "d" => planning(site, options),
        "e" => emulated_suite(site, options),
        other => Err(format!("no such bench: `{other}`")),
    }
}

/// (a) A program of some fifty crates for all targets, cold.
fn cold_build(site: &Site, options: &Options) -> Result<Bench, String> {
    let targets = &options.targets;
    let subject = |place, name, calls| subject(site, options, place, name, (Program::Ripgrep, false), calls);
    let subjects = vec![
        subject("a-kit", "cross build", vec![site.kit(words(&["build"], targets))])?,
        subject("a-one", "one cargo build", vec![cargo(&["build"], targets)])?,
        subject("a-each", "cargo build for each", for_each(&["build"], targets))?,
    ];
    let comparison =
        |against, most| Comparison { measured: 0, against, by: By::Wall, budget: Some(Budget::AtMost(most)) };
    Ok(Bench {
        state: State::Cold,
        subjects,
        comparisons: vec![comparison(1, 1.03), comparison(2, 0.9)],
        notes: Vec::new(),
    })
}

/// (b) Build and test of the example for all targets, cold.
fn build_and_test(site: &Site, options: &Options) -> Result<Bench, String> {
    let targets = &options.targets;
    let subject = |place, name, calls| subject(site, options, place, name, (Program::Example, true), calls);
    let mut subjects = vec![
        subject("b-kit", "cross", vec![site.kit(words(&[], targets))])?,
        subject("b-each", "cargo test for each", for_each(&["test"], targets))?,
    ];
    let comparison = |against, budget| Comparison { measured: 0, against, by: By::Wall, budget: Some(budget) };
    let mut comparisons = vec![comparison(1, Budget::AtMost(0.85))];
    let mut notes = Vec::new();
    if has_nextest(site, options)? {
        let calls = targets.iter().flat_map(|target| {
            let target = std::slice::from_ref(target);
            [cargo(&["nextest", "run"], target), cargo(&["test", "--doc"], target)]
        });
        subjects.push(subject("b-nextest", "nextest and cargo test --doc for each", calls.collect())?);
        comparisons.push(comparison(2, Budget::Below(1.0)));
    } else {
        notes.push(format!(
            "b: cargo-nextest is not installed, so the row against it is missing; `--install` builds it, and so does \
             `cargo install --locked cargo-nextest@{NEXTEST}`"
        ));
    }
    Ok(Bench { state: State::Cold, subjects, comparisons, notes })
}

/// (c) The example once more when nothing has changed: as it is typed, and then without running tests, which would hide
/// what the kit itself takes. Who is to know the workspace asks cargo for it, so that these are the same calls; what a build
/// alone takes is told beside them.
fn up_to_date(site: &Site, options: &Options) -> Result<Bench, String> {
    let targets = &options.targets;
    let kit_directory = workspace(site, options, Program::Example, "c-kit")?;
    let bare_directory = workspace(site, options, Program::Example, "c-bare")?;
    let metadata = || Call::cargo(["metadata", "--format-version", "1"]);
    let (mut subjects, mut comparisons) = (Vec::new(), Vec::new());
    let pairs: [(&str, &[&str], &[&str], bool); 3] = [
        ("test", &[], &["test"], true),
        ("no-run", &["--no-run"], &["test", "--no-run"], false),
        ("build", &["build"], &["build"], false),
    ];
    for (key, kit, bare, tests) in pairs {
        let name = format!("one cargo {}", bare.join(" "));
        let own = (vec![site.kit(words(kit, targets))], [&["cross"], kit].concat().join(" "), "kit", None);
        let alone = (vec![cargo(bare, targets)], name.clone(), "bare", tests.then_some(Budget::AtMost(1.15)));
        let calls = vec![metadata(), cargo(bare, targets)];
        let asked = (calls, format!("cargo metadata, {name}"), "asked", Some(Budget::AtMost(1.15)));
        let measured = subjects.len();
        // Where tests run, the question makes no difference.
        for (calls, name, who, budget) in [own, alone].into_iter().chain((!tests).then_some(asked)) {
            let directory = if who == "kit" { &kit_directory } else { &bare_directory };
            let against = subjects.len();
            if against != measured {
                comparisons.push(Comparison { measured, against, by: By::Wall, budget });
            }
            let log = site.log(&format!("c-{key}-{who}"));
            subjects.push(Subject { name, directory: directory.clone(), calls, log, tests });
        }
    }
    Ok(Bench { state: State::Warm, subjects, comparisons, notes: Vec::new() })
}

/// (d) The plan of more than ten thousand cells, with all that is looked at for it, and written out.
fn planning(site: &Site, options: &Options) -> Result<Bench, String> {
    let calls = vec![site.kit(["matrix", "--dry-run"].map(str::to_owned))];
    // No more than it takes for ten thousand.
    let targets = options.targets.iter().take(5).cloned().collect::<Vec<_>>();
    let options = &Options { targets, ..options.clone() };
    let cells = options.targets.len() * programs::FEATURE_SETS * programs::PROFILES.len();
    let planned = subject(site, options, "d-kit", "", (Program::Features, false), calls)?;
    let subjects = vec![Subject { name: format!("cross matrix --dry-run, {cells} cells"), ..planned }];
    let comparison = Comparison { measured: 0, against: 0, by: By::Second, budget: Some(Budget::AtMost(1.0)) };
    Ok(Bench { state: State::Warm, subjects, comparisons: vec![comparison], notes: Vec::new() })
}

/// (e) ripgrep's suite under emulation, built beforehand; with optimisations, as what is emulated is slow enough.
fn emulated_suite(site: &Site, options: &Options) -> Result<Bench, String> {
    // The first target is the one with the emulator that most have.
    let targets = &options.targets[..1];
    let subject = |place, name, calls| subject(site, options, place, name, (Program::Ripgrep, true), calls);
    let subjects = vec![
        subject("e-kit", "cross --workspace --release", vec![site.kit(words(&["--workspace", "--release"], targets))])?,
        subject(
            "e-bare",
            "cargo test --workspace --release",
            vec![cargo(&["test", "--workspace", "--release"], targets)],
        )?,
    ];
    let comparison = |by, budget| Comparison { measured: 0, against: 1, by, budget: Some(budget) };
    Ok(Bench {
        state: State::Warm,
        subjects,
        comparisons: vec![comparison(By::Wall, Budget::Below(1.0)), comparison(By::CpuPerCore, Budget::AtMost(1.1))],
        notes: Vec::new(),
    })
}

/// A subject with a workspace of its own.
fn subject(
    site: &Site,
    options: &Options,
    place: &str,
    name: &str,
    (program, tests): (Program, bool),
    calls: Vec<Call>,
) -> Result<Subject, String> {
    let directory = workspace(site, options, program, place)?;
    Ok(Subject { name: name.to_owned(), directory, calls, log: site.log(place), tests })
}

/// A copy of a program, for whose targets all tools are here.
fn workspace(site: &Site, options: &Options, program: Program, place: &str) -> Result<PathBuf, String> {
    let directory = site.copy(program, place, &options.targets)?;
    site.tools(&directory, &options.targets, &options.install)?;
    Ok(directory)
}

/// Words, and then the targets.
fn words(words: &[&str], targets: &[String]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).chain(targets.iter().cloned()).collect()
}

/// One cargo call for all of these targets.
fn cargo(words: &[&str], targets: &[String]) -> Call {
    let targets = targets.iter().flat_map(|target| ["--target", target.as_str()]);
    Call::cargo(words.iter().copied().chain(targets))
}

/// A cargo call for each target.
fn for_each(words: &[&str], targets: &[String]) -> Vec<Call> {
    targets.iter().map(|target| cargo(words, std::slice::from_ref(target))).collect()
}

/// Whether nextest is here, or is now.
fn has_nextest(site: &Site, options: &Options) -> Result<bool, String> {
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    if site.prepare(&here, &Call::cargo(["nextest", "--version"])).is_ok() {
        return Ok(true);
    }
    if options.install.is_empty() {
        return Ok(false);
    }
    eprintln!("    building cargo-nextest {NEXTEST}");
    let package = format!("cargo-nextest@{NEXTEST}");
    site.prepare(&here, &Call::cargo(["install", "--locked", &package]))?;
    Ok(true)
}
