//! The merged config files and single keys against `cargo config get`, which is unstable and works on stable with
//! `RUSTC_BOOTSTRAP`.
//!
//! Asked for everything, it prints what the files and `--config` come to, and which file each value is from. Asked for a
//! key, it takes the variable of that key into account as well. Left out is what it does otherwise than a build, which
//! the comparison with `cargo test` has:
//!
//! - `cfg(…)` tables are not chosen from, `RUSTFLAGS` and the like are no keys, and programs are not joined to a directory.
//! - Of flags that are a string in a file and also a variable it prints the variable alone, and a build has both. So it
//!   does for the runner of a triple with a dot.
//! - A key that is there only as a variable is printed, but a table that holds it is without it.
//! - Arrays of a program and its arguments in several files are merged at random, and beside a variable that can end in an
//!   assertion.
//! - A value of a wrong type is printed as it is, and stops a build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crosskit_core::policy::target_path;
use crosskit_core::resolve::{Config, Flag, Kind, Layers, Setting, Tool, Value, dotted, variable_of};
use crosskit_tests::process;

use crate::generate::{self, TRIPLES};
use crate::kit;
use crate::plants::Plant;
use crate::run::{run, settings};
use crate::situation::{Place, Situation};
use crate::toolbox::{Toolbox, exactly};
use crate::trouble::{self, Trouble};

/// How many situations there are at least: asking takes a fraction of what a build takes.
const LEAST: usize = 200;

/// How many of the keys that no variable names are asked for in a situation.
const PLAIN_KEYS: usize = 2;

/// How many questions are asked at once.
const THREADS: usize = 2;

/// No answer may take longer; one takes a hundredth of a second.
const LIMIT: Duration = Duration::from_secs(60);

/// What Cargo prints as the origin of a key on the command line.
const COMMAND_LINE: &str = "--config cli option";

/// The plants that change what is read, which is all that this comparison looks at.
const PLANTS: [Plant; 4] = [Plant::NothingAbove, Plant::NoInclude, Plant::FarthestWins, Plant::NoVariables];

/// In how many situations the plants are looked for.
const PLANTED: usize = 60;

/// A value, and the origin of it or of each of its items.
type Leaf = (toml::Value, Vec<String>);

/// Values by their keys.
type Leaves = BTreeMap<Vec<String>, Leaf>;

/// What Cargo says in a situation.
struct Asked {
    situation: Situation,
    place: Place,
    /// Everything, or what stops Cargo.
    merged: Result<Leaves, Trouble>,
    /// Keys by their paths, as far as they are set, or what Cargo says instead of a value.
    keys: BTreeMap<Vec<String>, Result<serde_json::Value, String>>,
}

/// What came of a comparison.
#[derive(Default)]
struct Outcome {
    differences: Vec<String>,
    /// Values of merged files.
    merged: usize,
    /// Keys in whose place a variable was set, and others.
    by_variable: usize,
    plain: usize,
    /// What stops Cargo.
    troubles: usize,
    /// What the head of this module tells of, by the reason.
    left_out: BTreeMap<&'static str, usize>,
}

fn config_get(toolbox: &Toolbox, place: &Place, arguments: &[&str]) -> Result<String, String> {
    let mut command = exactly(&toolbox.cargo, &place.environment, &place.directory);
    command.env("RUSTC_BOOTSTRAP", "1");
    command.args(["-Zunstable-options", "config"]);
    command.args(place.arguments.iter().flat_map(|argument| ["--config", argument]));
    command.arg("get").args(arguments);
    let finished = process::run(command, LIMIT);
    assert!(!finished.timed_out, "{finished}");
    if finished.code == Some(0) { Ok(finished.stdout) } else { Err(finished.stderr) }
}

fn ask(toolbox: &Toolbox, seed: u64, number: usize) -> Asked {
    let situation = generate::situation(seed, number, &toolbox.host);
    let place = situation.write(&toolbox.directory.join(format!("get{number}")), &toolbox.always);
    let merged = match config_get(toolbox, &place, &["--show-origin"]) {
        Ok(text) => Ok(leaves(&text)),
        Err(words) => Err(trouble::of_words(&words)),
    };
    let mut keys = BTreeMap::new();
    if let Ok(merged) = &merged {
        let mut plain = 0;
        for path in paths(toolbox) {
            let by_variable = place.environment.contains_key(&variable_of(&path));
            plain += usize::from(!by_variable && merged.contains_key(&path));
            if by_variable || merged.contains_key(&path) && plain <= PLAIN_KEYS {
                let text = config_get(toolbox, &place, &["--format", "json-value", &path.join(".")]);
                let value = text.map(|text| serde_json::from_str(&text).expect("cargo prints JSON"));
                keys.insert(path, value);
            }
        }
    }
    Asked { situation, place, merged, keys }
}

/// The keys that can have a variable in their place.
fn paths(toolbox: &Toolbox) -> Vec<Vec<String>> {
    let triples = TRIPLES.into_iter().chain([toolbox.host.as_str()]);
    let of_triple = triples.flat_map(|triple| ["linker", "runner", "rustflags"].map(|key| target_path(triple, key)));
    let of_build = ["target", "rustflags"].map(|key| vec!["build".to_owned(), key.to_owned()]);
    of_triple.chain(of_build).collect()
}

/// What Cargo printed with `--show-origin`: a key with its value, in several lines if it is an array or has line breaks,
/// and the origin behind each value.
fn leaves(printed: &str) -> Leaves {
    let mut leaves = Leaves::new();
    let mut statement = String::new();
    for line in printed.lines().filter(|line| !line.starts_with("# ")) {
        statement += line;
        statement.push('\n');
        let Ok(table) = statement.parse::<toml::Table>() else { continue };
        let mut path = Vec::new();
        let value = innermost(toml::Value::Table(table), &mut path);
        let origins = statement.lines().filter_map(|line| line.rsplit_once(" # ")).map(|(_, origin)| normal(origin));
        leaves.insert(path, (value, origins.collect()));
        statement.clear();
    }
    assert!(statement.is_empty(), "cargo printed {statement:?}");
    leaves
}

/// The value of a single dotted key, with the path to it.
fn innermost(value: toml::Value, path: &mut Vec<String>) -> toml::Value {
    match value {
        toml::Value::Table(table) if table.len() == 1 => match table.into_iter().next() {
            Some((key, value)) => {
                path.push(key);
                innermost(value, path)
            }
            None => toml::Value::Boolean(false),
        },
        value => value,
    }
}

/// A path without what leads back to where it came from.
fn normal(path: &str) -> String {
    let mut normal = std::path::PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            std::path::Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal.display().to_string()
}

/// The kit's merged values in the same form.
fn our_leaves(layers: &Layers) -> Leaves {
    fn walk(layers: &Layers, table: &BTreeMap<String, Value>, path: &mut Vec<String>, leaves: &mut Leaves) {
        for (key, value) in table {
            path.push(key.clone());
            if let Value::Table(table, _) = value {
                walk(layers, table, path, leaves);
            } else {
                let items = value.as_list().unwrap_or(std::slice::from_ref(value));
                let origins = items.iter().map(|item| match layers.layer(item.definition()) {
                    Some(layer) => {
                        layer.file.as_ref().map_or(COMMAND_LINE.to_owned(), |it| normal(&it.to_string_lossy()))
                    }
                    None => "nowhere".to_owned(),
                });
                leaves.insert(path.clone(), (plain(value), origins.collect()));
            }
            path.pop();
        }
    }
    let mut leaves = Leaves::new();
    walk(layers, &layers.merged, &mut Vec::new(), &mut leaves);
    leaves
}

fn plain(value: &Value) -> toml::Value {
    match value {
        Value::Integer(it, _) => (*it).into(),
        Value::Boolean(it, _) => (*it).into(),
        Value::String(it, _) => it.as_str().into(),
        Value::List(items, _) => items.iter().map(plain).collect::<Vec<_>>().into(),
        Value::Table(table, _) => {
            toml::Value::Table(table.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
    }
}

impl Outcome {
    fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }
}

impl Asked {
    fn compare(&self, minor: u32, plant: Option<Plant>) -> Outcome {
        let mut outcome = Outcome::default();
        let layers = kit::layers(&self.place, plant);
        let troubles: BTreeSet<Trouble> = layers.problems.iter().map(trouble::of_problem).collect();
        let cargos = match &self.merged {
            Err(trouble) => {
                outcome.troubles += 1;
                if !troubles.contains(trouble) {
                    outcome.differences.push(format!("cargo stops: {trouble:?}, and the kit sees {troubles:?}"));
                }
                return outcome;
            }
            Ok(_) if !troubles.is_empty() => {
                outcome.differences.push(format!("cargo reads everything, and the kit sees {troubles:?}"));
                return outcome;
            }
            Ok(cargos) => cargos,
        };
        let ours = our_leaves(&layers);
        for key in cargos.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
            if layers.random.contains(key) {
                outcome.leave_out("merged at random");
                continue;
            }
            outcome.merged += 1;
            if cargos.get(key) != ours.get(key) {
                let (cargos, ours) = (cargos.get(key), ours.get(key));
                outcome.differences.push(format!("{}\n  cargo: {cargos:?}\n  kit: {ours:?}", dotted(key)));
            }
        }
        let mut environment = self.place.environment.clone();
        if let Some(plant) = plant {
            plant.environment(&mut environment);
        }
        for (path, cargos) in &self.keys {
            let name = variable_of(path);
            let key = dotted(path);
            // A build does not know the runner of a triple with a dot for one, and joins it as it does flags.
            let joins = path.last().is_some_and(|it| it == "rustflags" || (it == "runner" && path.len() > 3));
            let string_and_variable = joins
                && environment.contains_key(&name)
                && layers.at(path).iter().any(|(_, value)| value.as_str().is_some());
            if layers.random.contains(path) {
                outcome.leave_out("merged at random");
                continue;
            }
            if string_and_variable {
                outcome.leave_out("a string that is joined, and a variable");
                continue;
            }
            // Variables of other keys, and those that are none, must not take part.
            let only: BTreeMap<String, String> = environment
                .iter()
                .filter(|(it, _)| **it == name)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let config =
                Config { layers: &layers, environment: &only, directory: &self.place.directory, cargo_minor: minor };
            match words(&config, path) {
                Err(()) => outcome.leave_out("of a wrong type"),
                Ok(ours) => {
                    let variable = self.place.environment.contains_key(&name);
                    *if variable { &mut outcome.by_variable } else { &mut outcome.plain } += 1;
                    if !cargos.as_ref().is_ok_and(|cargos| same(cargos, &ours, path)) {
                        outcome.differences.push(format!("{key}\n  cargo: {cargos:?}\n  kit: {ours:?}"));
                    }
                }
            }
        }
        outcome
    }
}

/// The words that the kit takes for a key; an error where the type is wrong.
fn words(config: &Config, path: &[String]) -> Result<Vec<String>, ()> {
    let [table, triple @ .., key] = path else { return Err(()) };
    let flags = |setting: Setting<Vec<Flag>>| {
        // Where a triple's flags are empty, a build takes those of another key.
        let own = |flag: &Flag| flag.key == dotted(path) || flag.key == variable_of(path);
        setting.winner.into_iter().flat_map(|it| it.value).filter(own).map(|flag| flag.text).collect()
    };
    // Cargo splits a triple with a dot as it splits every key.
    let triple = triple.join(".");
    let words = match (table.as_str(), key.as_str()) {
        ("build", "target") => {
            config.build_targets().map(|targets| targets.into_iter().map(|target| target.value).collect())
        }
        // No table is for this triple, so only the flags for all of them are left.
        ("build", _) => config.flags(Tool::Rustc, "none", Kind::Target, None).map(flags),
        (_, "linker") => config.linker(&triple, None).map(|it| it.winner.into_iter().map(|it| it.value).collect()),
        (_, "runner") => config.runner(&triple, None).map(|it| it.winner.map(|it| it.value).unwrap_or_default()),
        (..) => config.flags(Tool::Rustc, &triple, Kind::Target, None).map(flags),
    };
    words.map_err(|_| ())
}

/// Whether what Cargo prints for a key is what the kit takes for it. The kit's programs are joined to a directory.
fn same(cargos: &serde_json::Value, ours: &[String], path: &[String]) -> bool {
    let key = path.last().map(String::as_str).unwrap_or_default();
    let cargos: Vec<&str> = match cargos {
        serde_json::Value::String(text) if matches!(key, "runner" | "rustflags") => text.split_whitespace().collect(),
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(items) => items.iter().filter_map(serde_json::Value::as_str).collect(),
        _ => return false,
    };
    let is_program = |place: usize| place == 0 && matches!(key, "linker" | "runner");
    cargos.len() == ours.len()
        && cargos.iter().zip(ours).enumerate().all(|(place, (cargos, ours))| {
            let joined = is_program(place) && cargos.contains('/') && ours.ends_with(&format!("/{cargos}"));
            cargos == ours || joined
        })
}

/// Asks in every situation, and compares without a planted bug and with each.
#[test]
fn what_the_kit_merges_is_what_cargo_config_get_prints() {
    let toolbox = &run().toolbox;
    let (count, seed) = settings();
    let count = count.max(LEAST);
    let began = Instant::now();
    let (next, asked) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let answer = ask(toolbox, seed, number);
                    asked.lock().expect("no thread panics with the lock").push(answer);
                }
            });
        }
    });
    let mut asked = asked.into_inner().expect("no thread panics with the lock");
    asked.sort_by_key(|asked| asked.situation.number);
    let took = began.elapsed();

    let mut all = Outcome::default();
    for asked in &asked {
        let outcome = asked.compare(toolbox.minor, None);
        all.merged += outcome.merged;
        all.by_variable += outcome.by_variable;
        all.plain += outcome.plain;
        all.troubles += outcome.troubles;
        for (reason, count) in outcome.left_out {
            *all.left_out.entry(reason).or_default() += count;
        }
        if !outcome.differences.is_empty() {
            all.differences.push(format!("{}\n{}", outcome.differences.join("\n"), asked.situation));
        }
    }
    let Outcome { merged, by_variable, plain, troubles, left_out, differences } = all;
    println!("cargo config get: {count} situations, seed {seed}, {took:.1?}; {troubles} stop cargo");
    println!("{merged} merged values, {by_variable} keys with a variable, {plain} without; left out: {left_out:?}");
    let first = differences.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(differences.is_empty(), "{} of {count} situations differ; the first ones:\n\n{first}", differences.len());
    for (number, least) in [(merged, 3 * count), (by_variable, count / 5), (plain, count / 2), (troubles, count / 50)] {
        assert!(number >= least, "{number} is too little, {least} at least");
    }
    assert!(left_out.values().sum::<usize>() * 5 < merged, "{left_out:?} are left out");
    for plant in PLANTS {
        let found = asked
            .iter()
            .take(PLANTED)
            .filter(|asked| !asked.compare(toolbox.minor, Some(plant)).differences.is_empty());
        let found = found.count();
        println!("{found:6}  {plant:?}");
        assert!(found > 0, "{plant:?} is not found");
    }
    // After a difference they stay, to be looked at.
    for asked in &asked {
        let _ = fs::remove_dir_all(&asked.place.case);
    }
}
