//! Proves which cells share a cargo call: by the package graph where it is enough, else by what cargo would build.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::config::WantedValue;
use crate::resolve::{Config, KindView, value_at};
use crate::unit_graph::{Fingerprint, GraphQuery};

use super::super::{Cell, Input};
use super::edges::{Edges, Signature};
use super::{Group, Shared, graphs};

/// The variable that makes cargo take unstable options.
const BOOTSTRAP: &str = "RUSTC_BOOTSTRAP";

/// What goes together, by places.
type Classes = Vec<Vec<usize>>;

/// How much is known of a target's cfgs.
#[derive(Clone, Copy, Debug)]
enum Cfg {
    /// Nothing certain: rustc refuses, or flags and cfgs depend on one another without end.
    Uncertain,
    /// The place of the signature.
    Known(usize),
}

/// What proofs need, worked out once.
pub(super) struct Proof<'a> {
    input: &'a Input<'a>,
    config: &'a Config<'a>,
    cells: &'a [Cell],
    views: BTreeMap<&'a str, &'a KindView>,
    edges: OnceCell<Edges<'a>>,
    /// Different ones, as they were met.
    signatures: Vec<Signature>,
    known: HashMap<Signature, usize>,
    cfgs: BTreeMap<&'a str, Cfg>,
    /// For packages and signatures, which of the signatures go together: by their places in the list.
    classes: HashMap<(&'a [String], Vec<usize>), Classes>,
    config_fingerprint: OnceCell<Fingerprint>,
    /// What cargo must be asked.
    pub(super) questions: BTreeSet<GraphQuery>,
}

impl<'a> Proof<'a> {
    pub(super) fn of(
        input: &'a Input<'a>,
        config: &'a Config<'a>,
        views: &'a [KindView],
        cells: &'a [Cell],
    ) -> Proof<'a> {
        Proof {
            input,
            config,
            cells,
            views: views.iter().map(|view| (view.triple.as_str(), view)).collect(),
            edges: OnceCell::new(),
            signatures: Vec::new(),
            known: HashMap::new(),
            cfgs: BTreeMap::new(),
            classes: HashMap::new(),
            config_fingerprint: OnceCell::new(),
            questions: BTreeSet::new(),
        }
    }

    /// Which of some cells share a call, that have all in common but the triple.
    pub(super) fn share(&mut self, places: &[usize]) -> Shared {
        let classes = self.by_the_package_graph(places);
        if classes.len() == 1 {
            return Shared { groups: classes, splits: Vec::new() };
        }
        graphs::share(self, classes)
    }

    /// Cells that share a call for sure, and no more than that is known of the others.
    fn by_the_package_graph(&mut self, places: &[usize]) -> Vec<Vec<usize>> {
        let each_alone = || places.iter().map(|place| vec![*place]).collect();
        let cells = self.cells;
        let Some(first) = places.first().and_then(|place| cells.get(*place)) else { return Vec::new() };
        if !self.is_decided_by_the_package_graph(first) {
            return each_alone();
        }
        let mut by_signature: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut classes = Vec::new();
        // In the order in which they come, as the first class decides what is told of the others.
        let mut order = Vec::new();
        for place in places {
            let Some(cell) = cells.get(*place) else { continue };
            match self.cfg(&cell.triple) {
                Cfg::Uncertain => classes.push(vec![*place]),
                Cfg::Known(signature) => {
                    let known = by_signature.entry(signature).or_default();
                    order.extend(known.is_empty().then_some(signature));
                    known.push(*place);
                }
            }
        }
        for together in self.together(&first.packages, order) {
            let cells = together.iter().flat_map(|signature| by_signature.remove(signature).unwrap_or_default());
            let mut cells: Vec<usize> = cells.collect();
            cells.sort_unstable();
            classes.push(cells);
        }
        classes.sort_unstable();
        classes
    }

    fn edges(&self) -> &Edges<'a> {
        self.edges.get_or_init(|| Edges::of(self.input.workspace))
    }

    /// Whether the graph of `cargo metadata` holds everything that decides about features: it was asked with the features
    /// of the cell or with all that there are, knows nothing of the standard library's own packages, and nothing of what cargo does on nightly.
    fn is_decided_by_the_package_graph(&self, cell: &Cell) -> bool {
        let is_stable = !self.takes_unstable() && !cell.environment.contains_key(BOOTSTRAP);
        let builds_std = cell.build.iter().any(|word| word.contains("build-std"));
        let (own, asked) = (features(&cell.build), features(&self.input.request.graph_options));
        let has_features =
            own == asked || asked.contains("--all-features") && own.iter().all(|it| self.is_of_members(it));
        is_stable && !builds_std && has_features && !cell.packages.is_empty() && self.edges().is_whole()
    }

    /// Whether a word after `--features` asks for features of members alone: cargo turns on no others for `--all-features`.
    fn is_of_members(&self, word: &str) -> bool {
        let is_member = |name: &str| self.input.workspace.members().any(|member| member.name == name);
        let names = word.strip_prefix("--features=").unwrap_or(word).split([',', ' ']);
        names.filter_map(|name| name.split_once('/')).all(|(package, _)| is_member(package.trim_end_matches('?')))
    }

    /// Whether cargo takes unstable settings without being asked to.
    fn takes_unstable(&self) -> bool {
        let machine = self.input.machine;
        let cargo = machine.cargo.as_deref().unwrap_or_default();
        machine.takes_unstable()
            || ["nightly", "dev"].iter().any(|channel| cargo.contains(channel))
            || machine.environment.keys().any(|name| name.starts_with("__CARGO_TEST_CHANNEL"))
    }

    fn cfg(&mut self, triple: &'a str) -> Cfg {
        if let Some(known) = self.cfgs.get(triple) {
            return *known;
        }
        let cfg = self.find_cfg(triple);
        self.cfgs.insert(triple, cfg);
        cfg
    }

    fn find_cfg(&mut self, triple: &'a str) -> Cfg {
        let signature = if self.edges().is_the_same_everywhere() {
            Signature::new()
        } else {
            let Some(view) = self.views.get(triple) else { return Cfg::Uncertain };
            let has_flags = !view.rustflag_texts().is_empty();
            let cfgs = match &view.cfgs {
                Some(_) if view.paradox => return Cfg::Uncertain,
                Some(cfgs) => cfgs,
                None if has_flags => return Cfg::Uncertain,
                None => match self.input.machine.plain_cfgs(triple) {
                    None => return Cfg::Uncertain,
                    Some(cfgs) => cfgs,
                },
            };
            self.edges().signature(triple, cfgs)
        };
        let next = self.signatures.len();
        let place = *self.known.entry(signature.clone()).or_insert(next);
        if place == next {
            self.signatures.push(signature);
        }
        Cfg::Known(place)
    }

    /// Which of some signatures go together where some packages are built.
    fn together(&mut self, packages: &'a [String], signatures: Vec<usize>) -> Vec<Vec<usize>> {
        let key = (packages, signatures);
        if let Some(known) = self.classes.get(&key) {
            return known.clone();
        }
        let mut classes: Vec<Vec<usize>> = Vec::new();
        for place in &key.1 {
            let fits = |class: &&mut Vec<usize>| {
                let all = class.iter().chain([place]).filter_map(|it| self.signatures.get(*it));
                self.edges().changes_nothing(packages, &all.collect::<Vec<_>>())
            };
            match classes.iter_mut().find(fits) {
                Some(class) => class.push(*place),
                None => classes.push(vec![*place]),
            }
        }
        self.classes.insert(key, classes.clone());
        classes
    }

    /// The cells of the plan.
    pub(super) fn cell(&self, place: usize) -> Option<&'a Cell> {
        self.cells.get(place)
    }

    /// The name of a package by its id.
    pub(super) fn package_name(&self, id: &str) -> String {
        let packages = &self.input.workspace.packages;
        packages.iter().find(|package| package.id == id).map_or(id, |package| &package.name).to_owned()
    }

    /// Why cargo's answer would not be that of the call; `None` if it is.
    pub(super) fn cannot_ask(&self) -> Option<String> {
        let in_config = value_at(&self.config.layers.merged, &["unstable"]).is_some();
        let variable = self.input.machine.environment.keys().find(|name| name.starts_with("CARGO_UNSTABLE_"));
        let by = variable.cloned().or_else(|| in_config.then(|| "[unstable]".to_owned()));
        let by = by.filter(|_| !self.takes_unstable())?;
        Some(format!("`{by}` has no effect on the call, and would have one on the question what it builds"))
    }

    /// What cargo is asked about the call for some cells.
    ///
    /// Stable cargo tells the graph where `RUSTC_BOOTSTRAP` is set. rustc must not see that, as it then tells more cfgs
    /// than the call would know; and what rustc answers is not to be remembered where the call looks.
    pub(super) fn query(&self, places: &[usize]) -> GraphQuery {
        let Group { build, mut environment, .. } = Group::of(places.to_vec(), self.cells);
        // What links decides nothing here, and is not known before the machine was looked at.
        let stand_ins = places.iter().filter_map(|place| self.cell(*place)?.stand_in.as_ref());
        stand_ins.for_each(|it| environment.retain(|name, _| !it.variables.contains_key(name)));
        let set = environment.get(BOOTSTRAP).or_else(|| self.input.machine.environment.get(BOOTSTRAP));
        let for_rustc = set.cloned().unwrap_or_else(|| "0".to_owned());
        environment.insert(BOOTSTRAP.to_owned(), "1".to_owned());
        let directory = self.input.own_directory.join("graph").to_string_lossy().into_owned();
        let text = |text: &str| WantedValue::String(text.to_owned()).to_toml();
        let settings = [
            format!("build.build-dir={}", text(&directory)),
            format!("env.{BOOTSTRAP}.value={}", text(&for_rustc)),
            format!("env.{BOOTSTRAP}.force=true"),
        ];
        let settings = settings.into_iter().flat_map(|it| ["--config".to_owned(), it]);
        let options = ["--unit-graph", "-Zunstable-options", "--target-dir", &directory].map(str::to_owned);
        let config = *self.config_fingerprint.get_or_init(|| {
            let layers = self.config.layers.all.iter().map(|layer| (layer.path.as_str(), layer.text.as_str()));
            Fingerprint::of(&layers.collect::<Vec<_>>())
        });
        GraphQuery {
            triples: places.iter().filter_map(|place| self.cell(*place)).map(|cell| cell.triple.clone()).collect(),
            arguments: build.into_iter().chain(options).chain(settings).collect(),
            environment,
            config,
        }
    }

    /// What cargo answered.
    pub(super) fn answer(&mut self, query: GraphQuery) -> Option<&'a crate::unit_graph::GraphAnswer> {
        let answer = self.input.machine.graphs.get(&query);
        self.questions.insert(query);
        answer
    }
}

/// The options among some arguments that turn features on or off.
fn features(arguments: &[String]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--features" | "-F" => found.extend(words.next()),
            "--all-features" | "--no-default-features" => drop(found.insert(word)),
            word => found.extend(word.starts_with("--features=").then_some(word)),
        }
    }
    found
}
