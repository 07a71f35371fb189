//! Reads the tables. Every key that is not known is named with the nearest one, and every value of a wrong type.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::config::{Document, Position};
use crate::finding::{Code, Finding};
use crate::target::Catalogue;
use crate::triple;

use super::super::{FILE, origin};
use super::{Axes, Exclusion, FeatureSet, Profile, Varied, Way};

const KEYS: &[&str] = &[
    "depth",
    "each-feature",
    "exclude",
    "exclude-features",
    "feature-powerset",
    "features",
    "mutually-exclusive-features",
    "packages",
    "profiles",
    "targets",
];
const SET_KEYS: &[&str] = &["all-features", "features", "no-default-features"];
const EXCLUSION_KEYS: &[&str] = &["features", "package", "profile", "target"];

/// What the table `matrix` declares, what is wrong with it, and the packages that it names.
#[derive(Debug, Default)]
pub(in super::super) struct Declared {
    pub matrices: BTreeMap<String, Axes>,
    pub findings: Vec<Finding>,
    pub named: Vec<(String, Position)>,
}

/// Reads every `[matrix.NAME]`.
pub(in super::super) fn read(document: &Document, catalogue: &Catalogue) -> Declared {
    let mut declared = Declared::default();
    let Some(value) = document.table().get("matrix") else { return declared };
    let start = Position { line: 1, column: 1 };
    let mut reader = Reader { document, catalogue, path: vec!["matrix".to_owned()], start, declared: &mut declared };
    let Some(matrices) = value.as_table() else {
        reader.wrong("`matrix` must be a table of matrices: `[matrix.ci]`");
        return declared;
    };
    for (name, value) in matrices {
        reader.path = vec!["matrix".to_owned(), name.clone()];
        match value.as_table() {
            Some(table) => {
                let axes = reader.matrix(name, table);
                reader.declared.matrices.insert(name.clone(), axes);
            }
            None => reader.wrong(format!("matrix `{name}` must be a table: `[matrix.{name}]`")),
        }
    }
    declared
}

struct Reader<'a> {
    document: &'a Document,
    catalogue: &'a Catalogue,
    /// The key that is read: inside an array there are no places.
    path: Vec<String>,
    start: Position,
    declared: &'a mut Declared,
}

impl Reader<'_> {
    fn position(&self) -> Position {
        self.document.position(&self.path).unwrap_or(self.start)
    }

    fn tell(&mut self, finding: Finding) {
        self.declared.findings.push(finding.at(origin(self.position())));
    }

    fn wrong(&mut self, what: impl Into<String>) {
        self.tell(Finding::error(Code::SettingsInvalid, what));
    }

    fn unknown(&mut self, key: &str, known: &[&str]) {
        let finding = Finding::error(Code::SettingsInvalid, format!("unknown key `{key}` in `{FILE}`"));
        self.tell(match triple::nearest(key, known.iter().copied(), 1).first() {
            Some(near) => finding.hint(format!("a key with a similar name exists: `{near}`")),
            None => finding.hint(format!("known: {}", known.join(", "))),
        });
    }

    fn matrix(&mut self, name: &str, table: &Table) -> Axes {
        let mut axes = Axes::at(origin(self.position()));
        let mut varied = Varied::default();
        let (mut each, mut powerset, mut depth) = (false, false, None);
        for (key, value) in table {
            self.path = vec!["matrix".to_owned(), name.to_owned(), key.clone()];
            match key.as_str() {
                "targets" => axes.targets = self.targets(value),
                "packages" => axes.packages = self.packages(value),
                "features" => axes.features = self.feature_sets(value),
                "profiles" => axes.profiles = self.profiles(value),
                "each-feature" => each = self.flag(key, value),
                "feature-powerset" => powerset = self.flag(key, value),
                "depth" => depth = self.depth(value),
                "exclude-features" => varied.exclude = self.words(key, value),
                "mutually-exclusive-features" => varied.exclusive = self.groups(key, value),
                "exclude" => axes.exclude = self.exclusions(value),
                _ => self.unknown(key, KEYS),
            }
        }
        self.path.truncate(2);
        if axes.targets.is_empty() && !table.contains_key("targets") {
            let finding = Finding::error(Code::SettingsInvalid, format!("matrix `{name}` names no target"));
            self.tell(finding.hint("name them: `targets = [\"aarch64\", \"host\"]`"));
        }
        if each && powerset {
            self.wrong(format!(
                "matrix `{name}` has both `each-feature` and `feature-powerset`: the second has all of the first"
            ));
        }
        if depth.is_some() && !powerset {
            self.wrong(format!("`depth` of matrix `{name}` has no effect without `feature-powerset`"));
        }
        let filters = !varied.exclude.is_empty() || !varied.exclusive.is_empty();
        if filters && !each && !powerset {
            let which = if varied.exclude.is_empty() { "mutually-exclusive-features" } else { "exclude-features" };
            self.wrong(format!(
                "`{which}` of matrix `{name}` has no effect without `each-feature` or `feature-powerset`"
            ));
        }
        varied.way = if powerset { Way::Powerset { depth } } else { Way::Each };
        axes.varied = (each || powerset).then_some(varied);
        axes
    }

    fn flag(&mut self, key: &str, value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.wrong(format!("`{key}` must be true or false"));
            false
        })
    }

    fn depth(&mut self, value: &Value) -> Option<usize> {
        let depth = value.as_integer().and_then(|depth| usize::try_from(depth).ok()).filter(|depth| *depth > 0);
        if depth.is_none() {
            self.wrong("`depth` must be a number, 1 at least");
        }
        depth
    }

    fn word(&mut self, key: &str, value: &Value) -> Option<String> {
        let word = value.as_str().filter(|word| !word.trim().is_empty());
        if word.is_none() {
            self.wrong(format!("`{key}` must hold names"));
        }
        word.map(str::to_owned)
    }

    fn array<'v>(&mut self, key: &str, value: &'v Value) -> &'v [Value] {
        match value.as_array() {
            Some(array) => array,
            None => {
                self.wrong(format!("`{key}` must be an array"));
                &[]
            }
        }
    }

    fn words(&mut self, key: &str, value: &Value) -> Vec<String> {
        self.array(key, value).iter().filter_map(|value| self.word(key, value)).collect()
    }

    /// Names of features, each alone: Cargo would take a comma or a blank for the end of one.
    fn features(&mut self, key: &str, value: &Value) -> Vec<String> {
        let words = self.words(key, value);
        if let Some(word) = words.iter().find(|word| word.contains([',', ' '])) {
            self.wrong(format!("`{word}` in `{key}` is no name of a feature: write `[\"a\", \"b\"]`"));
        }
        words
    }

    fn groups(&mut self, key: &str, value: &Value) -> Vec<Vec<String>> {
        let groups: Vec<Vec<String>> = self.array(key, value).iter().map(|group| self.features(key, group)).collect();
        if groups.iter().any(|group| group.len() < 2) {
            self.wrong(format!("a group in `{key}` must have two features at least: `[[\"a\", \"b\"]]`"));
        }
        groups
    }

    fn target(&mut self, word: &str) {
        if matches!(word, "host" | "host-tuple" | "all") {
            return;
        }
        if let Err(finding) = self.catalogue.resolve(word, "") {
            self.tell(Finding { code: Code::SettingsInvalid, ..*finding });
        }
    }

    fn targets(&mut self, value: &Value) -> Vec<String> {
        let targets = self.words("targets", value);
        targets.iter().for_each(|target| self.target(target));
        if targets.is_empty() && value.as_array().is_some_and(Vec::is_empty) {
            self.wrong("`targets` names no target");
        }
        targets
    }

    fn packages(&mut self, value: &Value) -> Vec<Vec<String>> {
        let mut sets = Vec::new();
        for entry in self.array("packages", value) {
            // A name alone is a set of one.
            let set = if entry.is_array() {
                self.words("packages", entry)
            } else {
                self.word("packages", entry).into_iter().collect()
            };
            let position = self.position();
            self.declared.named.extend(set.iter().map(|package| (package.clone(), position)));
            sets.push(set);
        }
        sets
    }

    fn profiles(&mut self, value: &Value) -> Vec<Profile> {
        self.words("profiles", value).iter().map(|name| Profile::of(name)).collect()
    }

    fn feature_sets(&mut self, value: &Value) -> Vec<FeatureSet> {
        let mut sets = Vec::new();
        for entry in self.array("features", value) {
            sets.extend(match entry {
                Value::Array(_) => {
                    let features = self.features("features", entry);
                    Some(FeatureSet { features: joined(features), ..FeatureSet::default() })
                }
                Value::Table(table) => Some(self.feature_set(table)),
                _ => {
                    self.wrong(
                        "`features` must hold sets: `[\"a\", \"b\"]`, or `{ features = [\"a\"], no-default-features = true }`",
                    );
                    None
                }
            });
        }
        sets
    }

    fn feature_set(&mut self, table: &Table) -> FeatureSet {
        let mut set = FeatureSet::default();
        for (key, value) in table {
            match key.as_str() {
                "features" => set.features = joined(self.features(key, value)),
                "all-features" => set.all = self.flag(key, value),
                "no-default-features" => set.no_default = self.flag(key, value),
                _ => self.unknown(key, SET_KEYS),
            }
        }
        set
    }

    fn exclusions(&mut self, value: &Value) -> Vec<Exclusion> {
        let mut exclusions = Vec::new();
        for entry in self.array("exclude", value) {
            let Some(table) = entry.as_table() else {
                self.wrong("`exclude` must hold tables: `{ target = \"aarch64\", profile = \"release\" }`");
                continue;
            };
            let mut exclusion = Exclusion::default();
            for (key, value) in table {
                match key.as_str() {
                    "target" => {
                        let target = self.word(key, value);
                        target.iter().for_each(|target| self.target(target));
                        exclusion.target = target;
                    }
                    "features" => exclusion.features = self.features(key, value),
                    "profile" => exclusion.profile = self.word(key, value).map(|it| Profile::of(&it).name().to_owned()),
                    "package" => {
                        exclusion.package = self.word(key, value);
                        let position = self.position();
                        self.declared.named.extend(exclusion.package.iter().map(|it| (it.clone(), position)));
                    }
                    _ => self.unknown(key, EXCLUSION_KEYS),
                }
            }
            if exclusion == Exclusion::default() {
                self.wrong("an entry of `exclude` that says nothing would leave out every cell");
                continue;
            }
            exclusions.push(exclusion);
        }
        exclusions
    }
}

/// The value of one `--features`.
fn joined(features: Vec<String>) -> Vec<String> {
    if features.is_empty() { Vec::new() } else { vec![features.join(",")] }
}
