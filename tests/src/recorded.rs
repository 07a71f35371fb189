//! Recorded machines and workspaces, and the changes that a case makes to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crosskit_core::cfgs::{CfgAnswer, CfgQuery, Cfgs};
use crosskit_core::emulation::{Emulation, EmulationQuery, MAY_BE_NATIVE, Way};
use crosskit_core::machine::Machine;
use crosskit_core::object_file::{self, ObjectFile};
use crosskit_core::tools::Questions;
use crosskit_core::unit_graph::{GraphAnswer, GraphQuery, Unit, UnitGraph};
use crosskit_core::workspace::Workspace;
use toml::{Table, Value};

use crate::repository;

/// The machines that every row is planned on.
pub const MACHINES: [&str; 6] =
    ["alpine-x86_64", "debian-x86_64", "fedora-x86_64", "macos-arm64", "ubuntu-arm64", "windows-x86_64"];

/// A machine with everything that there is to know about it.
#[derive(Clone, Debug)]
pub struct Recorded {
    whole: Machine,
    /// The ways of emulation that do not work: why, and what enables them.
    refused: BTreeMap<String, Vec<String>>,
    /// Whether programs of 32 bits start as they are: `static` ones, or those that need the system's libraries as well.
    narrow: Vec<String>,
    /// What cargo would build in calls for some triples, a unit in each line: its triple or `host`, the package, features.
    graphs: BTreeMap<String, Vec<String>>,
}

impl Recorded {
    /// A machine by its name.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn named(name: &str) -> Result<Recorded, String> {
        convert(table_of(name)?)
    }

    /// A machine from the section of a case: `recorded = "name"` and what is different about this one, or all of it.
    ///
    /// Tables are merged, arrays are appended to, other values are replaced; `[without]` names programs, std and paths
    /// that are taken away.
    ///
    /// # Errors
    /// The text does not describe a machine.
    pub fn parse(text: &str) -> Result<Recorded, String> {
        let mut changes: Table = text.parse().map_err(|error| format!("machine: {error}"))?;
        let mut table = match changes.remove("recorded") {
            Some(Value::String(name)) => table_of(&name)?,
            Some(_) => return Err("machine: `recorded` is not a string".to_owned()),
            None => Table::new(),
        };
        let without = changes.remove("without");
        merge(&mut table, changes);
        for (kind, names) in without.as_ref().and_then(Value::as_table).into_iter().flatten() {
            for name in names.as_array().into_iter().flatten().filter_map(Value::as_str) {
                take_away(&mut table, kind, name)?;
            }
        }
        convert(table)
    }

    /// What a probe that asks these questions finds: nothing that was not asked for, so that a question which the
    /// decisions forget to ask shows up as a missing tool here too.
    pub fn answer(&self, questions: &Questions) -> Machine {
        let mut machine = self.whole.clone();
        machine.programs.retain(|name, _| questions.programs.contains(name));
        machine.paths.retain(|path| questions.paths.contains(path));
        machine.versions.retain(|name, _| questions.versions.contains(name));
        machine.works_for.retain(|name, _| questions.works_for.contains(name));
        machine.processors.retain(|name, _| questions.processors.contains(name));
        machine.objects.retain(|compiler, _| questions.compilers.contains(compiler));
        machine.emulation = questions.emulation.iter().map(|query| (query.clone(), self.emulation(query))).collect();
        machine.cfgs = questions.cfgs.iter().map(|query| (query.clone(), cfgs(query))).collect();
        machine.graphs = questions.graphs.iter().map(|query| (query.clone(), self.graph(query))).collect();
        machine
    }
}

impl Recorded {
    /// What cargo would answer.
    fn graph(&self, query: &GraphQuery) -> GraphAnswer {
        let name = query.triples.join(" ");
        let lines = self.graphs.get(&name).ok_or("error: no graph is recorded")?;
        let unit = |line: &String| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let platform = words.next().filter(|it| it != "host");
            Unit { platform, package: words.next().unwrap_or_default(), features: words.collect(), ..Unit::default() }
        };
        let graph = UnitGraph { units: lines.iter().map(unit).collect(), roots: Vec::new() };
        graph.units(&query.triples).map(Arc::new)
    }

    /// What the launcher would answer.
    fn emulation(&self, query: &EmulationQuery) -> Emulation {
        let demanded = query.demanded.as_deref();
        let mut answer = Emulation::default();
        let kind = if query.emulator.iter().any(|word| word == "-L") { "dynamic" } else { "static" };
        let may_be_native = query.emulator.first().is_some_and(|it| it == MAY_BE_NATIVE) && demanded.is_none();
        if may_be_native && self.narrow.iter().any(|it| it == kind) {
            answer.way = Some(Way::Native);
            return answer;
        }
        for way in [Way::System, Way::Namespace, Way::Runner] {
            if demanded.is_some_and(|word| word != way.as_str()) {
                continue;
            }
            let emulator = query.emulator.first().map(String::as_str).unwrap_or_default();
            let is_there = [emulator.to_owned(), format!("{emulator}-static")]
                .iter()
                .any(|name| self.whole.programs.contains_key(name));
            let refused = self.refused.get(way.as_str());
            if refused.is_none() && (is_there || way == Way::System) {
                answer.way = Some(way);
                return answer;
            }
            let mut words = refused.into_iter().flatten();
            let not_found = format!("`{emulator}` not found");
            answer.notes.push(format!("`{way}`: {}", words.next().unwrap_or(&not_found)));
            answer.hints.extend(words.cloned());
        }
        answer
    }
}

/// What rustc would answer: what it was recorded to answer without flags, and every `--cfg` among the flags; and
/// without `debug_assertions` where it is told to optimize.
fn cfgs(query: &CfgQuery) -> CfgAnswer {
    let path = repository::root().join("tests/cfgs").join(format!("{}.txt", query.triple));
    let recorded = std::fs::read_to_string(&path);
    let mut text =
        recorded.map_err(|_| format!("error: could not find specification for target {:?}", query.triple))?;
    let mut flags = query.flags.iter();
    while let Some(flag) = flags.next() {
        let cfg = if flag == "--cfg" { flags.next().map(String::as_str) } else { flag.strip_prefix("--cfg=") };
        text.extend(cfg.into_iter().flat_map(|cfg| [cfg, "\n"]));
    }
    if query.flags.iter().any(|flag| flag == "-Copt-level=3") {
        text = text.replace("debug_assertions\n", "");
    }
    Ok(Cfgs::parse(&text))
}

/// The workspace of the cases that bring none of their own.
///
/// # Errors
/// It cannot be read.
pub fn example_workspace() -> Result<Workspace, String> {
    let path = repository::root().join("tests/workspaces/example.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    workspace(&text)
}

/// A workspace from the section of a case.
///
/// # Errors
/// The text does not describe a workspace.
pub fn workspace(text: &str) -> Result<Workspace, String> {
    toml::from_str(text).map_err(|error| format!("workspace: {error}"))
}

fn table_of(name: &str) -> Result<Table, String> {
    let path = repository::root().join("tests/machines").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}

fn merge(table: &mut Table, changes: Table) {
    for (key, change) in changes {
        match (table.get_mut(&key), change) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (Some(Value::Array(old)), Value::Array(new)) => old.extend(new),
            (_, new) => {
                table.insert(key, new);
            }
        }
    }
}

/// Takes a name out of a table or an array. One that is not there is a mistake in the case, which would prove nothing.
fn take_away(table: &mut Table, kind: &str, name: &str) -> Result<(), String> {
    let found = match table.get_mut(kind) {
        Some(Value::Table(names)) => names.remove(name).is_some(),
        Some(Value::Array(names)) => {
            let before = names.len();
            names.retain(|it| it.as_str() != Some(name));
            names.len() < before
        }
        _ => false,
    };
    if found { Ok(()) } else { Err(format!("machine: without {kind} `{name}`, which it does not have anyway")) }
}

fn convert(mut table: Table) -> Result<Recorded, String> {
    let mut objects = BTreeMap::new();
    for (compiler, triple) in table.remove("objects").as_ref().and_then(Value::as_table).into_iter().flatten() {
        let made = triple.as_str().and_then(object_file::expected);
        let made = made.ok_or_else(|| format!("machine: nothing is known about objects for {triple:?}"))?;
        // The header of an object does not tell the float ABI, that of a linked file does.
        let machine = object_file::Machine { float_abi: None, ..made };
        objects.insert(compiler.clone(), ObjectFile { machines: vec![machine], linked: Some(false) });
    }
    let mut refused = BTreeMap::new();
    for (way, words) in table.remove("emulation").as_ref().and_then(Value::as_table).into_iter().flatten() {
        let words = words.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        refused.insert(way.clone(), words.collect());
    }
    let narrow = table.remove("runs-32-bits");
    let narrow = narrow.as_ref().and_then(Value::as_array).into_iter().flatten();
    let narrow = narrow.filter_map(Value::as_str).map(str::to_owned).collect();
    let mut graphs = BTreeMap::new();
    for (triples, lines) in table.remove("graphs").as_ref().and_then(Value::as_table).into_iter().flatten() {
        let lines = lines.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        graphs.insert(triples.clone(), lines.collect());
    }
    let machine: Machine = Value::Table(table).try_into().map_err(|error| format!("machine: {error}"))?;
    Ok(Recorded { whole: Machine { objects, ..machine }, refused, narrow, graphs })
}
