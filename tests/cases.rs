//! Whole commands on recorded machines, as data: no toolchain is needed, and every host and target is tried on any
//! computer.
//!
//! A case is a file `cases/<command>/<name>.txt`: some words on why, then sections. What goes in:
//!
//! | section | holds |
//! |---|---|
//! | `args` | the words after `cargo xtask cross`, split at blanks |
//! | `machine` | TOML, see `Recorded::parse`; default: `debian-x86_64` |
//! | `machine after install` | the same, for what is found after the install commands ran |
//! | `workspace` | TOML, see `Workspace`; default: `workspaces/example.toml` |
//! | `root` | the workspace root; default: `/home/marta/telemetry` |
//! | `file PATH` | a file, relative to the workspace root; `../` leads above it |
//!
//! What must come out: `exit`, then `stdout`, `stderr`, `install` (command lines), `after PATH` (a file that was
//! written) and `removed`, each only where there is something. `UPDATE_EXPECT=1` rewrites them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crosskit_core::policy::{LAUNCHER, LAUNCHER_PATH};
use crosskit_core::target::{Catalogue, Provider};
use crosskit_core::workspace::Workspace;
use crosskit_core::wrapper::{self, Wrapper};
use crosskit_tests::kit::{self, CONFIG, Outcome, ROOT, Scene};
use crosskit_tests::recorded::{self, MACHINES, Recorded};
use crosskit_tests::sections::Sections;
use crosskit_tests::{expect, repository};

const DEFAULT_MACHINE: &str = "debian-x86_64";

/// The config that `vendor` leaves: the alias and nothing else. The example's own config may be synced for any target,
/// so it is not what the plans of all rows start from.
const FIRST_CONFIG: &str = "\
[alias]
xtask = \"run --quiet --target host-tuple --package xtask --\" # crosskit
";

/// What the example says about its packages. There is firmware for every target without an operating system.
fn first_settings() -> String {
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    let bare = catalogue.rows().iter().filter(|row| !row.std).map(|row| format!("\"{}\"", row.triple));
    let bare: Vec<String> = bare.collect();
    let musl = "[target.aarch64-unknown-linux-musl]\nexclude = [\"native\"]\n";
    format!("[package.firmware]\ntargets = [{}]\n\n{musl}", bare.join(", "))
}

/// What stands for the text of a script of the kit's, which is the same wherever it is written, and that text.
fn own_file(path: &str) -> Option<(&'static str, String)> {
    if path == LAUNCHER_PATH {
        return Some(("(the launcher)\n", LAUNCHER.to_owned()));
    }
    let (driver, name) = path.strip_prefix(wrapper::DIRECTORY)?.strip_prefix('/')?.split_once('/')?;
    let (provider, words) = match driver {
        "clang" => (Provider::Clang, "(calls clang)\n"),
        "zig" => (Provider::Zig, "(calls zig)\n"),
        _ => return None,
    };
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    let row = catalogue.row(name.rsplit_once('-')?.0)?;
    Some((words, Wrapper::of(row, provider, wrapper::DIRECTORY)?.text()))
}

#[test]
fn cases_end_as_expected() {
    let files = case_files();
    assert!(!files.is_empty(), "no case was found");
    let complaints: Vec<String> = files.iter().flat_map(|path| check(path)).collect();
    expect::nothing_wrong(&complaints);
}

/// The dry run of every row on every machine, one file per machine.
#[test]
fn every_row_has_its_plan_on_every_machine() {
    let mut complaints = Vec::new();
    for machine in MACHINES {
        let path = repository::root().join(format!("tests/snapshots/{machine}.txt"));
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        let old_rows = Sections::parse(&old);
        let mut new = Sections {
            preface: format!("The plan of every row of the catalogue on {machine}, written by the test `cases`.\n"),
            sections: Vec::new(),
        };
        for row in rows() {
            let scene = scene(&[&row, "--dry-run"], machine).expect("the recorded data can be read");
            let Outcome { exit, stdout, stderr, .. } = kit::run(&scene);
            new.push(row, format!("{stdout}{stderr}exit {exit}\n"));
        }
        // A row without a snapshot makes the whole file one that somebody has to read again.
        let known = new.sections.iter().all(|(row, _)| old_rows.get(row).is_some());
        let expected = known.then_some(old.as_str());
        complaints.extend(expect::file(&path, &format!("snapshots/{machine}.txt"), expected, &new.render()));
    }
    expect::nothing_wrong(&complaints);
}

/// Ten targets, each with every set of ten features. How long the decisions took is printed.
#[test]
fn ten_thousand_cells_are_planned() {
    let names: Vec<String> = (0..10).map(|at| format!("f{at}")).collect();
    let table: String = names.iter().map(|name| format!("{name} = []\n")).collect();
    let workspace = format!(
        "xtask = 'xtask'\n[[package]]\nid = 'xtask'\nname = 'xtask'\nmember = true\n\
         [[package]]\nid = 'many'\nname = 'many'\nmember = true\ndefault-member = true\n[package.feature-table]\n{table}"
    );
    let targets = "aarch64 armv7 riscv64 s390x powerpc64le i686 aarch64-musl loongarch64 windows host";
    let arguments: Vec<&str> = targets.split(' ').chain(["--feature-powerset", "--best-effort"]).collect();
    let scene = scene(&arguments, DEFAULT_MACHINE).expect("the recorded data can be read");
    let scene = Scene { workspace: recorded::workspace(&workspace).expect("a workspace"), ..scene };
    let (prepared, took) = kit::plan(&scene);
    println!("{} cells planned in {} ms", prepared.plan.cells.len(), took.as_millis());
    assert_eq!(prepared.plan.cells.len(), 10 * 1024);
    let names: BTreeSet<&str> = prepared.plan.cells.iter().map(|cell| cell.name.as_str()).collect();
    assert_eq!(names.len(), 10 * 1024, "each has a name of its own");
}

/// The committed files do not depend on who ran the command, and running it twice changes nothing.
#[test]
fn every_machine_writes_the_same_files() {
    for row in rows() {
        same_files(&row, &recorded::example_workspace().expect("it can be read"));
    }
    // What pkg-config is told goes by the graph, whatever the host takes of it.
    let libraries = repository::read(Path::new("tests/workspaces/libraries.toml"));
    let libraries = recorded::workspace(&libraries).expect("it describes a workspace");
    for (row, is_led) in [
        ("aarch64-unknown-linux-gnu", true),
        ("x86_64-unknown-linux-gnu", true),
        ("riscv64gc-unknown-linux-gnu", true),
        ("loongarch64-unknown-linux-gnu", false),
        ("aarch64-unknown-linux-musl", false),
        ("x86_64-pc-windows-gnu", false),
    ] {
        assert_eq!(same_files(row, &libraries).contains("PKG_CONFIG_PATH_"), is_led, "{row}");
    }
}

/// Syncs a target on every machine, fails unless all of them write the same, and gives back the config.
fn same_files(row: &str, workspace: &Workspace) -> String {
    let mut texts: BTreeSet<BTreeMap<String, String>> = BTreeSet::new();
    for machine in MACHINES {
        let scene = scene(&["sync", row], machine).expect("the recorded data can be read");
        let scene = Scene { workspace: workspace.clone(), ..scene };
        let outcome = kit::run(&scene);
        assert_eq!(outcome.exit, 0, "{row} on {machine}: {}", outcome.stderr);
        assert_eq!(again(&scene, &outcome), None, "{row} on {machine}");
        // The row of the machine's own triple is not written where nobody else has written it before.
        if !outcome.written.is_empty() {
            texts.insert(outcome.written);
        }
    }
    assert!(texts.len() <= 1, "{row}: the machines differ: {texts:#?}");
    texts.into_iter().flatten().find(|(path, _)| path == CONFIG).map(|(_, text)| text).unwrap_or_default()
}

fn rows() -> Vec<String> {
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    catalogue.rows().iter().map(|row| row.triple.clone()).collect()
}

/// A command on a machine, in the example workspace before its first sync.
fn scene(arguments: &[&str], machine: &str) -> Result<Scene, String> {
    let settings = first_settings();
    let files = [(CONFIG, FIRST_CONFIG), ("crosskit.toml", settings.as_str())];
    Ok(Scene {
        arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
        machine: Recorded::named(machine)?,
        machine_after_install: None,
        workspace: recorded::example_workspace()?,
        root: ROOT.into(),
        files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into(),
    })
}

fn case_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![repository::root().join("tests/cases")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).expect("tests/cases can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|it| it == "txt") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn check(path: &Path) -> Vec<String> {
    let shown = path.strip_prefix(repository::root().join("tests")).unwrap_or(path).display().to_string();
    let text = repository::read(path);
    let mut case = Sections::parse(&text);
    let expected = case.get("exit").is_some().then_some(text.as_str());
    case.sections.retain(|(name, _)| !is_expectation(name));
    let scene = match read_scene(&case) {
        Ok(scene) => scene,
        Err(error) => return vec![format!("{shown}: {error}")],
    };
    let outcome = kit::run(&scene);
    append(&mut case, &outcome);
    let mut complaints: Vec<String> = expect::file(path, &shown, expected, &case.render()).into_iter().collect();
    complaints.extend(again(&scene, &outcome).map(|why| format!("{shown}: {why}")));
    complaints
}

fn is_expectation(name: &str) -> bool {
    matches!(name, "exit" | "stdout" | "stderr" | "install" | "removed") || name.starts_with("after ")
}

fn read_scene(case: &Sections) -> Result<Scene, String> {
    let mut scene = scene(&[], DEFAULT_MACHINE)?;
    scene.files.clear();
    for (name, text) in &case.sections {
        match name.split_once(' ').unwrap_or((name, "")) {
            ("args", "") => scene.arguments = text.split_whitespace().map(str::to_owned).collect(),
            ("machine", "") => scene.machine = Recorded::parse(text)?,
            ("machine", "after install") => scene.machine_after_install = Some(Recorded::parse(text)?),
            ("workspace", "") => scene.workspace = recorded::workspace(text)?,
            ("root", "") => scene.root = text.trim_end().into(),
            ("file", path) if !path.is_empty() => {
                let own = own_file(path).filter(|(words, _)| text == *words).map(|(_, whole)| whole);
                scene.files.insert(path.to_owned(), own.unwrap_or_else(|| text.to_owned()));
            }
            _ => return Err(format!("section `{name}` is not known")),
        }
    }
    Ok(scene)
}

fn append(case: &mut Sections, outcome: &Outcome) {
    case.push("exit", outcome.exit.to_string());
    let install: String = outcome.install.iter().map(|line| format!("{line}\n")).collect();
    let removed: String = outcome.removed.iter().map(|path| format!("{path}\n")).collect();
    let sections =
        [("stdout", &outcome.stdout), ("stderr", &outcome.stderr), ("install", &install), ("removed", &removed)];
    for (name, text) in sections {
        if !text.is_empty() {
            case.push(name, text);
        }
    }
    for (path, text) in &outcome.written {
        let own = own_file(path).filter(|(_, whole)| text == whole).map(|(words, _)| words);
        case.push(format!("after {path}"), own.unwrap_or(text));
    }
}

/// Runs a command that wrote something on its own result: it must have nothing left to write, and `--check` must agree.
fn again(scene: &Scene, outcome: &Outcome) -> Option<String> {
    if outcome.written.is_empty() {
        return None;
    }
    let mut scene = scene.clone();
    scene.files.extend(outcome.written.clone());
    outcome.removed.iter().for_each(|path| drop(scene.files.remove(path)));
    let second = kit::run(&scene);
    if !second.written.is_empty() {
        return Some(format!("the same command writes again: {:#?}", second.written));
    }
    let plain = |word: &String| word == "sync" || !word.starts_with("--");
    if scene.arguments.first().is_some_and(|word| word == "sync") && scene.arguments.iter().all(plain) {
        scene.arguments.push("--check".to_owned());
        let check = kit::run(&scene);
        if check.exit != 0 {
            return Some(format!("`--check` is not content with what was written:\n{}", check.stderr));
        }
    }
    None
}
