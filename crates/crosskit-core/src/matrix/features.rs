//! What features turn on within the packages that have them, so that two feature sets can be compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::settings::FeatureSet;
use crate::workspace::Package;

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn add(&mut self, bit: usize) {
        let (word, mask) = (bit / 64, 1 << (bit % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= mask;
    }

    fn has(&self, bit: usize) -> bool {
        self.0.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// Adds all of another set.
    pub(super) fn extend(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// Whether all of another set is in this one.
    pub(super) fn covers(&self, other: &Bits) -> bool {
        other.0.iter().enumerate().all(|(at, word)| word & !self.0.get(at).copied().unwrap_or_default() == 0)
    }

    /// Whether anything of another set is in this one.
    pub(super) fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }
}

/// The features of packages that are built together.
///
/// What a feature turns on is followed within its package. What it asks of a dependency (`dep:name`, `name/feature`,
/// `name?/feature`) is kept as it is written: where two feature sets come to the same features and the same words, Cargo,
/// which has nothing else to go by, resolves them to the same.
///
/// Source: Cargo reference, "Features", and cargo's `core/resolver/features.rs`.
#[derive(Debug)]
pub(super) struct Features<'a> {
    /// Of each package the features, each with all that it turns on.
    closures: Vec<(&'a str, BTreeMap<&'a str, Bits>)>,
    /// The number of a feature or word of a package.
    items: BTreeMap<(usize, &'a str), usize>,
    /// What the packages do not have themselves: `name/feature` of a dependency.
    foreign: BTreeMap<&'a str, Bits>,
    /// The words of a package that ask for a feature of another one of them, and what that turns on there.
    across: Vec<(usize, Bits)>,
}

impl<'a> Features<'a> {
    /// Looks at packages; `words` are the features that may be asked for beside those that they have.
    pub(super) fn new(packages: &[&'a Package], words: impl IntoIterator<Item = &'a str>) -> Features<'a> {
        let (closures, items, foreign, across) = Default::default();
        let mut it = Features { closures, items, foreign, across };
        for (at, package) in packages.iter().enumerate() {
            let features = package.feature_table.keys().map(|name| (name.as_str(), it.closure(at, package, name)));
            let features = features.collect::<Vec<_>>();
            it.closures.push((&package.name, features.into_iter().collect()));
        }
        let words_of_items = it.items.iter().map(|((_, word), bit)| (*word, *bit));
        it.across = words_of_items.filter_map(|(word, bit)| Some((bit, it.of_member(word)?))).collect();
        it.learn(words);
        it
    }

    /// What `name/feature` turns on in one of the packages. A weak one (`name?/feature`) turns on nothing by itself.
    fn of_member(&self, word: &str) -> Option<Bits> {
        let (package, feature) = word.split_once('/')?;
        let (_, features) = self.closures.iter().find(|(name, _)| *name == package)?;
        features.get(feature).cloned()
    }

    /// What is on where these are, in all packages: for the question whether two exclude each other. Whether Cargo resolves
    /// two sets to the same is another question, as a dependency may be limited to a platform.
    pub(super) fn reaching(&self, on: &Bits) -> Bits {
        let mut all = on.clone();
        loop {
            let next = self.across.iter().find(|(bit, turned_on)| all.has(*bit) && !all.covers(turned_on));
            match next {
                Some((_, turned_on)) => all.extend(turned_on),
                None => return all,
            }
        }
    }

    /// Takes in words that ask for features of dependencies. What was compared before stays what it is, as numbers only
    /// grow.
    pub(super) fn learn(&mut self, words: impl IntoIterator<Item = &'a str>) {
        let nobody = self.closures.len();
        for word in words {
            let Some((package, _)) = word.split_once('/') else { continue };
            let package = package.trim_end_matches('?');
            let is_own = self.closures.iter().any(|(name, _)| *name == package);
            // Cargo turns it on in every package that has such a dependency, and an optional one is a feature of its name.
            let is_of_others =
                self.closures.iter().any(|(name, features)| *name != package && features.contains_key(package));
            if !is_own || is_of_others {
                let bit = self.item(nobody, word);
                self.foreign.entry(word).or_default().add(bit);
            }
        }
    }

    fn item(&mut self, package: usize, word: &'a str) -> usize {
        let next = self.items.len();
        *self.items.entry((package, word)).or_insert(next)
    }

    fn closure(&mut self, at: usize, package: &'a Package, feature: &'a str) -> Bits {
        let table = &package.feature_table;
        let mut bits = Bits::default();
        let mut seen = BTreeSet::from([feature]);
        let mut queue = vec![feature];
        while let Some(feature) = queue.pop() {
            bits.add(self.item(at, feature));
            for word in table.get(feature).into_iter().flatten().map(String::as_str) {
                if word.contains('/') || word.starts_with("dep:") {
                    bits.add(self.item(at, word));
                }
                // `name/feature` turns on the feature `name` as well, where an optional dependency has it.
                let dependency = word.split_once('/').map(|(name, _)| name).filter(|name| !name.ends_with('?'));
                let next = dependency.filter(|name| is_optional(package, name)).unwrap_or(word);
                if let Some((next, _)) = table.get_key_value(next)
                    && seen.insert(next)
                {
                    queue.push(next);
                }
            }
        }
        bits
    }

    /// The features of all packages, in the order of the alphabet, but `default` last.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let names: BTreeSet<&str> = self.closures.iter().flat_map(|(_, features)| features.keys().copied()).collect();
        let (default, mut others): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| *name == "default");
        others.extend(default);
        others
    }

    /// Whether any package has a word after `--features`.
    pub(super) fn has(&self, word: &str) -> bool {
        self.all_of(word).next().is_some()
    }

    /// What a word after `--features` turns on, of each package that has it.
    fn all_of(&self, word: &str) -> impl Iterator<Item = &Bits> {
        let (package, feature) = match word.split_once('/') {
            Some((package, feature)) => (Some(package.trim_end_matches('?')), feature),
            None => (None, word),
        };
        let meant = self.closures.iter().filter(move |(name, _)| package.is_none_or(|package| *name == package));
        meant.filter_map(move |(_, features)| features.get(feature)).chain(self.foreign.get(word))
    }

    /// What a word after `--features` turns on; `None` where no package has it.
    pub(super) fn of(&self, word: &str) -> Option<Bits> {
        let mut found = self.all_of(word).peekable();
        found.peek()?;
        let mut bits = Bits::default();
        found.for_each(|it| bits.extend(it));
        Some(bits)
    }

    /// The feature alone, without what it turns on: to see whether it is on.
    pub(super) fn itself(&self, word: &str) -> Bits {
        let (package, feature) = match word.split_once('/') {
            Some((package, feature)) => (Some(package.trim_end_matches('?')), feature),
            None => (None, word),
        };
        let mut bits = Bits::default();
        for (at, (name, _)) in self.closures.iter().enumerate() {
            if package.is_none_or(|package| package == *name)
                && let Some(bit) = self.items.get(&(at, feature))
            {
                bits.add(*bit);
            }
        }
        self.foreign.get(word).into_iter().for_each(|it| bits.extend(it));
        bits
    }

    /// All that a feature set turns on.
    pub(super) fn resolve(&self, set: &FeatureSet) -> Bits {
        let mut bits = Bits::default();
        for (_, features) in &self.closures {
            let all = features.values().filter(|_| set.all);
            let default = features.get("default").filter(|_| !set.no_default);
            all.chain(default).for_each(|it| bits.extend(it));
        }
        set.names().flat_map(|name| self.all_of(name)).for_each(|it| bits.extend(it));
        bits
    }
}

/// Whether a package has a feature and an optional dependency of one name. A feature must turn on such a dependency, or
/// the dependency would be one by itself.
fn is_optional(package: &Package, name: &str) -> bool {
    let turned_on = |word: &String| word.strip_prefix("dep:") == Some(name);
    package.feature_table.contains_key(name) && package.feature_table.values().flatten().any(turned_on)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn package(name: &str, features: &[(&str, &[&str])]) -> Package {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Package {
            id: name.to_owned(),
            name: name.to_owned(),
            member: true,
            default_member: true,
            feature_table: features.iter().map(|(name, on)| ((*name).to_owned(), words(on))).collect(),
            ..Package::default()
        }
    }

    fn set(text: &str) -> FeatureSet {
        let mut set = FeatureSet::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "--all-features" => set.all = true,
                "--no-default-features" => set.no_default = true,
                names => set.features.push(names.to_owned()),
            }
        }
        set
    }

    #[test]
    fn sets_that_turn_on_the_same_are_the_same() {
        let codec = package(
            "codec",
            &[
                ("default", &["std", "text"]),
                ("std", &[]),
                ("text", &["std", "regex/unicode"]),
                ("regex", &["dep:regex"]),
                ("weak", &["regex?/perf"]),
            ],
        );
        let app = package("app", &[("text", &["codec/text"])]);
        let packages = [&codec, &app];
        let words = ["text", "codec/text", "other/x"];
        let features = Features::new(&packages, words);
        let same = |a: &str, b: &str| features.resolve(&set(a)) == features.resolve(&set(b));
        assert!(same("", "default"));
        assert!(same("", "std"));
        assert!(same("", "codec/std,codec/text"));
        assert!(same("--no-default-features text", "--no-default-features text,std"));
        assert!(same("--all-features", "--no-default-features default,weak text"));
        assert!(same("--all-features", "--all-features --no-default-features"));
        // `regex/unicode` turns on the optional dependency, and with it the feature of its name.
        assert!(same("--no-default-features text", "--no-default-features text,regex"));
        assert!(!same("--no-default-features weak", "--no-default-features weak,regex"));
        assert!(!same("", "--no-default-features"));
        // The feature `text` of `app` is another one, and `default` can be asked for by code as well.
        assert!(!same("", "text"));
        assert!(!same("", "--no-default-features codec/std,codec/text"));
        assert!(!same("", "other/x"));
        assert_eq!(features.of("nonsense"), None);
        assert_eq!(features.of("codec/nonsense"), None);
        assert_eq!(features.names(), ["regex", "std", "text", "weak", "default"]);
    }

    /// Cargo turns it on in every package that has such a dependency.
    #[test]
    fn a_member_that_is_an_optional_dependency_of_another_is_turned_on_there() {
        let codec = package("codec", &[("text", &[])]);
        let app = package("app", &[("codec", &["dep:codec"])]);
        let words = ["text", "codec/text"];
        let features = Features::new(&[&codec, &app], words);
        assert_ne!(features.of("text"), features.of("codec/text"));
        let alone = Features::new(&[&codec], words);
        assert_eq!(alone.of("text"), alone.of("codec/text"));
    }

    #[test]
    fn circles_end() {
        let circle = package("circle", &[("a", &["b"]), ("b", &["a"])]);
        let features = Features::new(&[&circle], []);
        assert_eq!(features.of("a"), features.of("b"));
        assert_ne!(features.itself("a"), features.itself("b"));
    }
}
