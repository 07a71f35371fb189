//! What cargo calls would build, in cargo's own words; and what cargo said in earlier runs, for as long as nothing that it
//! depends on has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crosskit_core::plan::FileEdit;
use crosskit_core::unit_graph::{Fingerprint, GraphAnswer, GraphQuery, Unit, UnitGraph, Units};

use super::Probe;
use crate::apply;
use crate::cache::Stamp;
use crate::sh::Started;

/// The file's name in the directory of the reports.
const FILE: &str = "graphs.json";

/// How many answers are kept: the last ones that were used.
const MOST: usize = 200;

/// How many questions are asked at once.
const AT_ONCE: usize = 4;

/// Variables that may change what cargo builds begin with one of these.
const STEER_CARGO: &[&str] = &["CARGO", "RUST", "__CARGO"];

/// Whether the standard library hashes as it did when a file was written.
const WITNESS: &str = "crosskit";

/// The answers of this run, and of earlier ones.
#[derive(Debug, Default)]
pub(super) struct Graphs {
    known: BTreeMap<GraphQuery, GraphAnswer>,
    /// Where answers are kept, and what they all depend on; none where they are not kept.
    place: Option<(PathBuf, Fingerprint)>,
    kept: BTreeMap<String, Arc<Units>>,
    used: BTreeSet<String>,
    changed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Text {
    schema: u32,
    /// Another version may ask in another way.
    crosskit: String,
    witness: Fingerprint,
    answers: BTreeMap<String, Units>,
}

impl Graphs {
    /// Answers that are kept in a directory for a workspace, of which something stands for all that cargo tells.
    fn in_directory(directory: &Path, workspace: Fingerprint) -> Graphs {
        let kept = read(directory).into_iter().map(|(name, units)| (name, Arc::new(units))).collect();
        Graphs { place: Some((directory.to_path_buf(), workspace)), kept, ..Graphs::default() }
    }

    /// Every answer of this run.
    pub(super) fn answers(&self) -> BTreeMap<GraphQuery, GraphAnswer> {
        self.known.clone()
    }

    /// Writes what is new, whole or not at all.
    pub(super) fn save(&mut self) {
        let Some((directory, _)) = self.place.as_ref().filter(|_| std::mem::take(&mut self.changed)) else { return };
        // Another run may have written its own in the meantime; of what nobody used now, as much stays as there is room for.
        let used = |name: &String| self.used.contains(name);
        let own = self.kept.iter().filter(|(name, _)| used(name)).map(|(name, it)| (name.clone(), Units::clone(it)));
        let mut answers: BTreeMap<String, Units> = own.collect();
        let room = MOST.saturating_sub(answers.len());
        answers.extend(read(directory).into_iter().filter(|(name, _)| !used(name)).take(room));
        let (crosskit, witness) = (env!("CARGO_PKG_VERSION").to_owned(), Fingerprint::of(WITNESS));
        let Ok(text) = serde_json::to_string(&Text { schema: 1, crosskit, witness, answers }) else { return };
        // It is asked again next time.
        let _ = apply::write(None, directory, &FileEdit::own(FILE, text + "\n"));
    }
}

fn read(directory: &Path) -> BTreeMap<String, Units> {
    let text = std::fs::read(directory.join(FILE)).unwrap_or_default();
    match serde_json::from_slice::<Text>(&text) {
        Ok(Text { schema: 1, crosskit, witness, answers })
            if crosskit == env!("CARGO_PKG_VERSION") && witness == Fingerprint::of(WITNESS) =>
        {
            answers
        }
        _ => BTreeMap::new(),
    }
}

impl<'a> Probe<'a> {
    /// The same with what cargo said in earlier runs, as it is kept in a directory for a workspace.
    pub fn with_graphs(self, directory: &Path, workspace: Fingerprint) -> Probe<'a> {
        *self.graphs.borrow_mut() = Graphs::in_directory(directory, workspace);
        self
    }

    /// What calls would build. Cargo resolves for that, and builds nothing; it writes nothing either, as long as the
    /// target directory that it is told does not exist.
    pub(super) fn ask_graphs(&self, queries: &BTreeSet<GraphQuery>) {
        let mut graphs = self.graphs.borrow_mut();
        let unknown: Vec<&GraphQuery> = queries.iter().filter(|query| !graphs.known.contains_key(*query)).collect();
        let mut to_ask = Vec::new();
        for query in unknown {
            let name = graphs.place.as_ref().map(|(_, workspace)| self.name(query, *workspace));
            let kept = name.as_ref().and_then(|name| graphs.kept.get(name)).cloned();
            graphs.used.extend(name.iter().cloned());
            match kept {
                Some(units) => drop(graphs.known.insert(query.clone(), Ok(units))),
                None => to_ask.push((query, name)),
            }
        }
        for some in to_ask.chunks(AT_ONCE) {
            let start = |query: &GraphQuery| {
                let mut command = self.sh.command(&self.toolchain.cargo_path, &query.arguments);
                command.envs(&query.environment);
                self.sh.start(command)
            };
            let started: Vec<_> = some.iter().map(|(query, name)| (*query, name, start(query))).collect();
            for (query, name, started) in started {
                let answer = read_answer(started, &query.triples).map(Arc::new);
                if let (Some(name), Ok(units)) = (name, &answer) {
                    graphs.changed = true;
                    graphs.kept.insert(name.clone(), Arc::clone(units));
                }
                graphs.known.insert(query.clone(), answer);
            }
        }
    }

    /// Under which name the answer to a question is kept: it stands for all that the answer depends on.
    fn name(&self, query: &GraphQuery, workspace: Fingerprint) -> String {
        let crate::rustc::Toolchain { rustc, cargo, cargo_path, wrappers, .. } = &self.toolchain;
        let steers = |name: &OsStr| STEER_CARGO.iter().any(|start| name.to_string_lossy().starts_with(start));
        let variables: BTreeMap<_, _> = self.sh.variables.iter().filter(|(name, _)| steers(name)).collect();
        // Of nightly, many have one version.
        let stamps = [Stamp::of_rustc(&rustc.program, &rustc.sysroot), Stamp::of(cargo_path)];
        let tools = (&rustc.release, &rustc.program, cargo, cargo_path, wrappers, stamps);
        Fingerprint::of(&(query, workspace, variables, tools)).to_string()
    }
}

/// Reads what cargo printed.
fn read_answer(started: Result<Started, String>, triples: &[String]) -> Result<Units, String> {
    let (stdout, stderr, status) = started?.output()?;
    if !status.success() {
        let told = stderr.lines().map(str::trim).find(|line| line.starts_with("error"));
        return Err(told.unwrap_or("cargo fails without a word").to_owned());
    }
    graph(&stdout)?.units(triples)
}

#[derive(Deserialize)]
struct RawGraph {
    version: u32,
    units: Vec<RawUnit>,
    roots: Vec<usize>,
}

#[derive(Deserialize)]
struct RawUnit {
    pkg_id: String,
    platform: Option<String>,
    features: Vec<String>,
    dependencies: Vec<RawDependency>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct RawDependency {
    index: usize,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Source: Cargo reference, "Unstable features", `unit-graph`.
fn graph(text: &str) -> Result<UnitGraph, String> {
    let raw: RawGraph = serde_json::from_str(text).map_err(|error| format!("`--unit-graph`: {error}"))?;
    if raw.version != 1 {
        return Err(format!("`--unit-graph`: version {} is not known", raw.version));
    }
    let unit = |unit: RawUnit| Unit {
        package: unit.pkg_id,
        features: unit.features,
        platform: unit.platform,
        rest: Value::Object(unit.rest).to_string(),
        dependencies: unit.dependencies.into_iter().map(|it| (it.index, Value::Object(it.rest).to_string())).collect(),
    };
    Ok(UnitGraph { units: raw.units.into_iter().map(unit).collect(), roots: raw.roots })
}
