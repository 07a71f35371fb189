//! What takes effect for a target and for the host kind beside it, what lost, and what a colleague would get: the data
//! behind `explain`.

mod cargos_own;
mod side;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;

use crate::finding::Finding;
use crate::lints::{self, Situation};
use crate::machine::Machine;
use crate::native::{self, Script};
use crate::policy::{self, LAUNCHER_PATH};
use crate::resolve::{Config, ConfigFiles, Kind, KindView, Layers, Rustc};
use crate::target::Row;
use crate::tools::Questions;

use side::Sides;

/// The keys that are answered from Cargo's configuration.
pub const CARGO_KEYS: &[&str] = &["linker", "runner", "rustflags", "rustdocflags", "env"];

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The target.
    pub row: &'a Row,
    /// The workspace's config files.
    pub configs: ConfigFiles<'a>,
    /// The config files of members' own directories, as they are shown.
    pub inner_files: &'a [String],
    /// The launcher's text, if it is there and can be started.
    pub launcher: Option<&'a str>,
    /// Whether a member's build script names a linker script.
    pub linker_script: bool,
    /// Scripts of the workspace: their path below the root and their text.
    pub scripts: &'a [(String, String)],
    /// This computer.
    pub machine: &'a Machine,
}

/// Everything that takes effect.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Inspection {
    /// The triple that is built for.
    pub target: String,
    /// The triple of this computer.
    pub host: String,
    /// The config files in force, the strongest first.
    pub files: Vec<FileInForce>,
    /// Each key with its two sides, in the order in which they are shown.
    pub keys: Vec<Key>,
    /// What is wrong or worth knowing.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// A config file in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileInForce {
    /// Its path, below the workspace root where it is there.
    pub path: String,
    /// Why a colleague does not have it, if so.
    pub only_here: Option<&'static str>,
}

/// One key of `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// `linker`, `env.NAME` and the like.
    pub name: String,
    /// What is built for the target, then the host kind; or one for both.
    pub sides: Vec<Side>,
}

/// What takes effect for one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Side {
    /// `target`, `host kind` or `both`.
    pub kind: &'static str,
    /// What takes effect; none where nothing is set.
    pub value: Option<String>,
    /// The words of the value, for a runner and flags: a word may hold blanks.
    pub words: Option<Vec<String>>,
    /// What happens where nothing is set.
    pub default: Option<String>,
    /// Whether Cargo refuses to decide between the losers, and stops.
    pub refused: bool,
    /// Where each part of the value stands.
    pub places: Vec<Place>,
    /// Everything that is set and does not take effect.
    pub losers: Vec<Lost>,
    /// What follows from it.
    pub notes: Vec<String>,
    /// What a colleague with the same workspace gets instead, in words; none where it is the same.
    pub colleague: Option<String>,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The part of the value, where it has several.
    pub part: Option<String>,
    /// The key or the variable.
    pub key: String,
    /// The file with line and column, the variable, or the command line.
    pub at: String,
    /// Why a colleague does not have it, if so.
    pub only_here: Option<&'static str>,
}

/// A value that does not take effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// The value as it is written.
    pub value: String,
    /// Where it stands.
    pub place: Place,
    /// Why it lost.
    pub why: String,
}

/// The names that `explain TARGET KEY` takes besides `env.NAME`.
pub fn key_names() -> impl Iterator<Item = &'static str> {
    CARGO_KEYS.iter().chain(native::KEYS).copied()
}

/// The config as one computer sees it.
struct Sight {
    layers: Rc<Layers>,
    environment: BTreeMap<String, String>,
}

impl Sight {
    fn config<'a>(&'a self, subject: &Subject<'a>) -> Config<'a> {
        Config {
            layers: &self.layers,
            environment: &self.environment,
            directory: subject.configs.root,
            cargo_minor: subject.machine.cargo_minor(),
        }
    }
}

/// Looks at a target, and says what the machine must be asked for the answer to be right.
pub fn inspect(subject: &Subject) -> (Inspection, Questions) {
    let machine = subject.machine;
    let rustc = Rustc::new(&machine.cfgs);
    let here = Sight { layers: subject.configs.layers(subject.configs.root), environment: machine.environment.clone() };
    let elsewhere = Sight { layers: subject.configs.shared_layers(), environment: BTreeMap::new() };
    let (config, other) = (here.config(subject), elsewhere.config(subject));
    let views = |config: &Config| {
        let target = config.view(&subject.row.triple, Kind::Target, &rustc);
        (target, config.view(&machine.host, Kind::Host, &rustc), config.env_table())
    };
    let (target, host, (env, env_problems)) = views(&config);
    let (other_target, other_host, (other_env, _)) = views(&other);

    let mut questions = Questions::default();
    let sides = Sides { config: &config, machine, row: subject.row };
    let mut keys = sides.of_cargo([(&target, &other_target), (&host, &other_host)], (&env, &other_env));
    let lookup = |name: &str| config.script_variable(name, &env);
    let others_lookup = |name: &str| other.script_variable(name, &other_env);
    let scripts = [(&target, &other_target), (&host, &other_host)].map(|(view, other_view)| {
        let linkers = (config.script_linker(&view.linker, &env), other.script_linker(&other_view.linker, &other_env));
        (view.triple.clone(), linkers.0, linkers.1)
    });
    let stops = |views: [&KindView; 2]| views.iter().any(|it| it.linker.refused || it.runner.refused);
    let stops_elsewhere = stops([&other_target, &other_host]) && !stops([&target, &host]);
    for name in native::KEYS {
        let side = |kind, (triple, linker, other_linker): &(String, Option<String>, Option<String>)| {
            let script = Script { target: triple, host: &machine.host, linker: linker.as_deref() };
            let others = Script { linker: other_linker.as_deref(), ..script };
            let pick = script.pick(name, machine, &lookup);
            let other = others.pick(name, machine, &others_lookup);
            side::of_pick(kind, &here.layers, pick, (!stops_elsewhere).then_some(other))
        };
        let (of_target, of_host) = (side("target", &scripts[0]), side("host kind", &scripts[1]));
        keys.push(Key { name: (*name).to_owned(), sides: vec![of_target, of_host] });
    }
    for (triple, linker, other_linker) in &scripts {
        let script = Script { target: triple, host: &machine.host, linker: linker.as_deref() };
        questions.programs.extend(script.programs(&lookup));
        // A colleague's pick is told as if the colleague had the programs that are here.
        let others = Script { linker: other_linker.as_deref(), ..script };
        questions.programs.extend(others.programs(&others_lookup));
    }
    questions.programs.extend(sides.programs(&[&target, &host]));
    questions.cfgs = rustc.asked();

    let problems = target.problems.iter().chain(&host.problems).chain(&env_problems).chain(&here.layers.problems);
    let mut findings: Vec<Finding> = Vec::new();
    for finding in problems.map(|problem| problem.finding(&here.layers)) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.extend(lints::check(&Situation {
        config: &config,
        host: &host,
        targets: &[(subject.row, &target)],
        env: &env,
        machine,
        inner_files: subject.inner_files,
        linker_scripts: &subject
            .linker_script
            .then_some(subject.row.triple.as_str())
            .into_iter()
            .collect::<BTreeSet<_>>(),
        scripts: subject.scripts,
        synced: false,
    }));
    let launcher = subject.configs.root.join(LAUNCHER_PATH);
    let starts_by_launcher = |view: &&KindView| {
        let program = view.runner.winner.as_ref().and_then(|runner| runner.value.first());
        program.is_some_and(|program| *program == launcher.to_string_lossy())
    };
    let drift = [&target, &host].into_iter().find(starts_by_launcher);
    findings.extend(drift.and_then(|view| policy::launcher_drift(subject.launcher, &view.triple)));
    let files = config.layers.strongest_first.iter().filter_map(|number| config.layers.all.get(*number));
    let files =
        files.map(|layer| FileInForce { path: layer.path.clone(), only_here: side::only_here(layer) }).collect();
    let inspection = Inspection { target: target.triple, host: machine.host.clone(), files, keys, findings };
    (inspection, questions)
}

impl Inspection {
    /// The inspection of one key alone; `env` takes all of its variables in. None where there is no such key.
    pub fn only(mut self, name: &str) -> Option<Inspection> {
        let of_env = |key: &Key| name == "env" && key.name.starts_with("env.");
        // Whatever stops Cargo has to do with every key.
        self.findings.retain(|finding| {
            let keys = lints::keys_of(finding.code);
            let plain = name.split('.').next().unwrap_or(name);
            finding.is_error() || keys.is_empty() || keys.contains(&plain)
        });
        self.keys.retain(|key| key.name == name || of_env(key));
        (!self.keys.is_empty() || name == "env").then_some(self)
    }
}
