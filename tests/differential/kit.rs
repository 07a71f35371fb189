//! What the kit says that Cargo does in a situation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crosskit_core::cfgs::{CfgAnswer, CfgQuery, Cfgs, QUESTION};
use crosskit_core::resolve::{
    Config, EnvEntry, Fate, Flag, Kind, KindView, Layers, Rustc, Setting, Site, Value, load, value_at,
};

use crate::cargo::{ENV_PREFIX, NOTHING, STARTED, joined};
use crate::plants::Plant;
use crate::situation::{Place, ROOT, Situation};
use crate::toolbox::Toolbox;
use crate::trouble::{self, Trouble};

/// rustc's answers, which are the same in all cases.
#[derive(Debug, Default)]
pub struct Answers(Mutex<BTreeMap<CfgQuery, CfgAnswer>>);

/// What the kit says.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// What each unit gets. Where Cargo merges at random, every result that it can have.
    pub facts: BTreeMap<String, BTreeSet<String>>,
    /// Everything that stops Cargo, which tells one of it.
    pub troubles: BTreeSet<Trouble>,
    /// Whether Cargo can run into an assertion of its own, by what it merged at random.
    pub may_panic: bool,
}

/// What the kit resolved, before it is put into facts.
#[derive(Debug)]
pub struct Resolution {
    /// The layers.
    pub layers: Layers,
    /// The targets, as Cargo understands them; empty without `--target` and `build.target`.
    pub targets: Vec<String>,
    /// A view for each target.
    pub views: Vec<KindView>,
    /// The host kind; everything, where there is no target.
    pub host: KindView,
    /// `[env]`, and what the shell has.
    pub env: BTreeMap<String, (EnvEntry, Option<String>)>,
    /// What stops Cargo.
    pub problems: Vec<crosskit_core::resolve::Problem>,
}

impl Answers {
    /// What rustc says, asked once for each question.
    fn to(&self, toolbox: &Toolbox, query: &CfgQuery) -> CfgAnswer {
        let mut plain = query.clone();
        // They change nothing, and would make every question a new one.
        plain.flags.retain(|flag| !flag.starts_with("-Cmetadata="));
        if let Some(known) = self.known().get(&plain) {
            return known.clone();
        }
        let mut rustc = Command::new(&toolbox.rustc);
        let output = rustc.args(QUESTION).args(["--target", &plain.triple]).args(&plain.flags).output();
        let output = output.expect("rustc starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let answer = match output.status.success() {
            true => Ok(Cfgs::parse(&text(&output.stdout))),
            false => Err(text(&output.stderr)),
        };
        self.known().insert(plain, answer.clone());
        answer
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<CfgQuery, CfgAnswer>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Reads and merges the config files of a situation.
pub fn layers(place: &Place, plant: Option<Plant>) -> Layers {
    let site = Site {
        root: place.case.join(ROOT),
        shared_root: place.case.join(ROOT),
        directory: place.directory.clone(),
        cargo_home: Some(place.cargo_home.clone()),
        command_line: place.arguments.clone(),
        shared_only: false,
    };
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    match plant {
        None => load(&site, &mut |path| read(path)),
        Some(plant) => load(&site, &mut |path| plant.read(&site, path, &read)),
    }
}

/// Resolves a situation, with a planted bug if there is one.
pub fn resolve(
    toolbox: &Toolbox,
    answers: &Answers,
    situation: &Situation,
    place: &Place,
    plant: Option<Plant>,
) -> Resolution {
    let layers = layers(place, plant);
    let mut environment = place.environment.clone();
    if let Some(plant) = plant {
        plant.environment(&mut environment);
    }
    let config =
        Config { layers: &layers, environment: &environment, directory: &place.directory, cargo_minor: toolbox.minor };
    let mut problems = layers.problems.clone();
    let mut targets: Vec<String> = situation.targets.clone();
    if targets.is_empty() && plant != Some(Plant::NoBuildTarget) {
        match config.build_targets() {
            Ok(named) => targets.extend(named.into_iter().map(|it| it.value)),
            Err(problem) => problems.push(*problem),
        }
    }
    for target in targets.iter_mut().filter(|target| *target == "host-tuple") {
        target.clone_from(&toolbox.host);
    }
    let view = |triple: &str, kind: Kind| {
        let mut known: BTreeMap<CfgQuery, CfgAnswer> = BTreeMap::new();
        loop {
            let rustc = Rustc::new(&known);
            let view = config.view(triple, kind, &rustc);
            let unknown: Vec<CfgQuery> = rustc.asked().into_iter().filter(|it| !known.contains_key(it)).collect();
            if unknown.is_empty() {
                return view;
            }
            for query in unknown {
                let asked = plant.map_or(query.clone(), |plant| plant.query(&query, &toolbox.host));
                known.insert(query, answers.to(toolbox, &asked));
            }
        }
    };
    let views: Vec<KindView> = targets.iter().map(|target| view(target, Kind::Target)).collect();
    let host = view(&toolbox.host, if targets.is_empty() { Kind::Everything } else { Kind::Host });
    problems.extend(views.iter().chain([&host]).flat_map(|view| view.problems.clone()));
    let (table, env_problems) = config.env_table();
    problems.extend(env_problems);
    let env = table.into_iter().map(|(name, entry)| {
        let in_shell = environment.get(&name).cloned();
        (name, (entry, in_shell))
    });
    let mut resolution = Resolution { targets, views, host, env: env.collect(), problems, layers };
    if let Some(plant) = plant {
        plant.resolution(&mut resolution);
    }
    resolution
}

impl Resolution {
    /// The facts that follow from it.
    pub fn answer(&self, place: &Place, host_triple: &str) -> Answer {
        let mut answer =
            Answer { troubles: self.problems.iter().map(trouble::of_problem).collect(), ..Answer::default() };
        let paradox = self.views.iter().chain([&self.host]).any(|view| view.paradox);
        answer.tell("flags and cfgs without end", paradox.to_string());
        let everywhere = self.environment(place);
        for unit in ["build script", "mac", "mac tests"] {
            answer.tell(format!("{unit} for host: flags"), flags(&self.host.rustflags));
            answer.tell(format!("{unit} for host: linker"), value(&self.host.linker));
            answer.tell(format!("{unit} for host: environment"), everywhere.clone());
        }
        self.runner(&mut answer, place, &self.host, "mac tests for host: runner");
        let targets: Vec<(&KindView, &str)> = match &self.views[..] {
            [] => vec![(&self.host, "host")],
            views => views.iter().zip(&self.targets).map(|(view, triple)| (view, triple.as_str())).collect(),
        };
        for (view, name) in targets {
            for unit in ["app", "app tests"] {
                answer.tell(format!("{unit} for {name}: flags"), flags(&view.rustflags));
            }
            answer.tell(format!("doc tests for {name}: flags"), flags(&view.rustdocflags));
            for unit in ["app", "app tests", "doc tests"] {
                answer.tell(format!("{unit} for {name}: linker"), value(&view.linker));
                answer.tell(format!("{unit} for {name}: environment"), everywhere.clone());
            }
            for unit in ["app tests", "doc tests"] {
                self.runner(&mut answer, place, view, &format!("{unit} for {name}: runner"));
            }
            let script = format!("build script run for {}", if name == "host" { host_triple } else { name });
            answer.tell(format!("{script}: flags"), flags(&view.rustflags));
            let linker = match value(&view.linker) {
                // Cargo takes nothing away where it has no linker.
                nothing if nothing == NOTHING => self.variable(place, "RUSTC_LINKER").unwrap_or(nothing),
                linker => linker,
            };
            answer.tell(format!("{script}: linker"), linker);
            answer.tell(format!("{script}: environment"), everywhere.clone());
        }
        for name in ["app", "mac"] {
            answer.tell(format!("{STARTED} {name}: environment"), everywhere.clone());
        }
        answer
    }

    /// A variable as what Cargo starts sees it.
    fn variable(&self, place: &Place, name: &str) -> Option<String> {
        let own = place.environment.get(name).cloned();
        match self.env.get(name) {
            None => own,
            Some((entry, in_shell)) => match entry.fate(in_shell.as_ref()) {
                Fate::Applied | Fate::Forced(_) => Some(entry.value.clone()),
                Fate::Shadowed(_) => own,
            },
        }
    }

    fn environment(&self, place: &Place) -> String {
        let names: BTreeSet<&String> = self.env.keys().chain(place.environment.keys()).collect();
        let ours = names.into_iter().filter(|name| name.starts_with(ENV_PREFIX));
        let set = ours.filter_map(|name| Some(format!("{name}={}", self.variable(place, name)?)));
        joined(&set.collect::<Vec<_>>())
    }

    /// The runner, or all of those that Cargo's merge can bring about.
    fn runner(&self, answer: &mut Answer, place: &Place, view: &KindView, fact: &str) {
        let winner = view.runner.winner.as_ref();
        answer.tell(fact, winner.map_or(NOTHING.to_owned(), |it| joined(&it.value)));
        let Some(winner) = winner else { return };
        let random = |path: &&Vec<String>| crosskit_core::resolve::dotted(path) == winner.key;
        let own = crosskit_core::resolve::triple_flags_variable(crosskit_core::resolve::Tool::Rustc, &view.triple);
        let variable = own.replace("_RUSTFLAGS", "_RUNNER");
        for path in &self.layers.random {
            // Beside a variable Cargo insists that all words come from one kind of place.
            answer.may_panic |= place.environment.contains_key(&variable)
                && crosskit_core::resolve::dotted(path).starts_with("target.");
        }
        let Some(path) = self.layers.random.iter().find(random) else { return };
        let arrays: Vec<Vec<String>> = self.layers.at(path).into_iter().map(|(_, value)| words(value)).collect();
        let Some((strongest, weaker)) = arrays.split_first() else { return };
        let Some(merged) = value_at(&self.layers.merged, path) else { return };
        let base = self.layers.layer(merged.definition()).map_or(&place.directory, |layer| &layer.directory);
        let mut outcomes = vec![strongest.clone()];
        for words in weaker {
            let longer = outcomes.iter().map(|outcome| [words.clone(), outcome.clone()].concat());
            outcomes.extend(longer.collect::<Vec<_>>());
        }
        for mut outcome in outcomes {
            if let Some(program) = outcome.first_mut().filter(|program| program.contains('/')) {
                *program = PathBuf::from(base).join(&*program).display().to_string();
            }
            answer.facts.entry(fact.to_owned()).or_default().insert(joined(&outcome));
        }
    }
}

impl Answer {
    fn tell(&mut self, fact: impl Into<String>, value: String) {
        self.facts.insert(fact.into(), BTreeSet::from([value]));
    }
}

fn value(setting: &Setting<String>) -> String {
    setting.winner.as_ref().map_or(NOTHING.to_owned(), |it| it.value.clone())
}

fn flags(setting: &Setting<Vec<Flag>>) -> String {
    let winner = setting.winner.iter().flat_map(|it| &it.value);
    joined(&winner.map(|flag| flag.text.clone()).collect::<Vec<_>>())
}

fn words(value: &Value) -> Vec<String> {
    value.as_list().unwrap_or_default().iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}
