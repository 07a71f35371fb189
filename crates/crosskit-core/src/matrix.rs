//! From axes to variants: with which features, profile and packages a target is built.
//!
//! Two variants of a target that Cargo would resolve to the same are one, and it is said which was folded into which.

mod features;
mod sets;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Code, Finding};
use crate::program::Wanted;
use crate::settings::{Axes, Exclusion, FeatureSet, Profile, Settings, Varied};
use crate::target::{Catalogue, Row};
use crate::triple;
use crate::workspace::{Package, Workspace};

use features::{Bits, Features};

/// The most cells of one command. Planning as many takes seconds; building them would take weeks.
pub const MOST: usize = 100_000;

/// What tells the cells of a target from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// The features.
    pub features: FeatureSet,
    /// The profile.
    pub profile: Profile,
    /// What it is called behind the triple, in Cargo's own words; empty where nothing tells it from others.
    pub words: String,
    /// The words of those that would have come to the same.
    pub same: Vec<String>,
}

impl Variant {
    /// What the cell is called.
    pub fn name(&self, triple: &str) -> String {
        if self.words.is_empty() { triple.to_owned() } else { format!("{triple} {}", self.words) }
    }
}

/// The variants of a target, each with the packages that it builds.
#[derive(Debug, Default)]
pub struct Variants<'a> {
    /// The sets of packages, each once.
    pub selections: Vec<Vec<&'a Package>>,
    /// Each variant with the place of its packages among the selections.
    pub variants: Vec<(Variant, usize)>,
    /// What there is to say of packages that are left out, or taken all the same.
    pub notes: Vec<Finding>,
    /// The features that some package has, of those that are asked for.
    known: BTreeSet<&'a str>,
}

impl<'a> Variants<'a> {
    /// The sets of packages that a variant has, with the place of each: exclusions may have left one to none.
    pub fn used(&self) -> impl Iterator<Item = (usize, &[&'a Package])> {
        let used: BTreeSet<usize> = self.variants.iter().map(|(_, at)| *at).collect();
        used.into_iter().filter_map(|at| Some((at, self.selections.get(at)?.as_slice())))
    }
}

/// What the command line says about packages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// `-p`.
    pub packages: &'a [String],
    /// `--workspace`.
    pub workspace: bool,
    /// `--exclude`.
    pub exclude: &'a [String],
    /// The one program that is run.
    pub program: Option<&'a Wanted>,
}

/// The names of matrices that are not declared.
///
/// Nothing at all is wrong where no name is given, and the workspace declares one.
pub fn unknown(names: &[String], settings: &Settings) -> Vec<Finding> {
    let known: Vec<&str> = settings.matrices().keys().map(String::as_str).collect();
    let declare = "declare one in `crosskit.toml`: [matrix.ci] targets = [\"aarch64\", \"host\"]";
    if names.is_empty() && known.is_empty() {
        return vec![Finding::error(Code::UnknownName, "no matrix is declared").hint(declare)];
    }
    let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
    let finding = |name: &String| {
        let finding = Finding::error(Code::UnknownName, format!("no matrix `{name}` is declared"));
        match triple::nearest(name, known.iter().copied(), 1).first() {
            Some(near) => finding.hint(format!("a matrix with a similar name exists: `{near}`")),
            None if known.is_empty() => finding.hint(declare),
            None => finding.hint(format!("declared: {}", known.join(", "))),
        }
    };
    unknown.map(finding).collect()
}

/// The features that axes name and no package of any of their cells has. `of_rows` are the variants of their targets.
pub fn unknown_features(axes: &Axes, of_rows: &[&Variants], workspace: &Workspace) -> Vec<Finding> {
    let mut unknown: Vec<&str> = words(axes).filter(|word| !of_rows.iter().any(|it| it.known.contains(word))).collect();
    unknown.sort_unstable();
    unknown.dedup();
    let finding = |word: &str| {
        let finding = Finding::error(Code::UnknownName, format!("no package of its cells has a feature `{word}`"));
        let known: BTreeSet<&str> =
            workspace.members().flat_map(|it| it.feature_table.keys()).map(String::as_str).collect();
        match triple::nearest(word, known.iter().copied(), 1).first() {
            Some(near) => finding.hint(format!("a feature with a similar name exists: `{near}`")),
            None => finding.hint(format!("the members have: {}", known.into_iter().collect::<Vec<_>>().join(", "))),
        }
    };
    unknown.into_iter().map(finding).collect()
}

/// The features that axes name.
fn words(axes: &Axes) -> impl Iterator<Item = &str> {
    let varied =
        axes.varied.iter().flat_map(|it| it.always.iter().chain(&it.exclude).chain(it.exclusive.iter().flatten()));
    let excluded = axes.exclude.iter().flat_map(|it| &it.features);
    axes.features.iter().flat_map(FeatureSet::names).chain(varied.chain(excluded).map(String::as_str))
}

/// Puts the variants of one target together.
pub struct Expansion<'a> {
    /// The target.
    pub row: &'a Row,
    /// The catalogue, for the names of targets in exclusions.
    pub catalogue: &'a Catalogue,
    /// `crosskit.toml`.
    pub settings: &'a Settings,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// This computer, for the word `host`.
    pub host: &'a str,
    /// Whether benches are built, for which Cargo takes another profile by itself.
    pub benches: bool,
    found: Variants<'a>,
    features: Vec<Features<'a>>,
    /// The variants that are there already, by what they come to.
    seen: BTreeMap<(usize, Bits, Profile), usize>,
}

impl<'a> Expansion<'a> {
    /// None yet.
    pub fn new(
        row: &'a Row,
        catalogue: &'a Catalogue,
        settings: &'a Settings,
        workspace: &'a Workspace,
        host: &'a str,
    ) -> Expansion<'a> {
        let (found, features, seen) = Default::default();
        Expansion { row, catalogue, settings, workspace, host, benches: false, found, features, seen }
    }

    /// The variants.
    pub fn done(self) -> Variants<'a> {
        self.found
    }

    /// Adds what the command line asks for: one variant, of which Cargo alone knows whether its features are there; or
    /// several, where features are varied or profiles are.
    ///
    /// # Errors
    /// There would be more than `most`.
    pub fn of_command_line(&mut self, axes: &'a Axes, named: Named<'a>, most: usize) -> Result<(), TooMany> {
        let (mut selected, notes) =
            self.workspace.select(self.row, self.settings, named.packages, named.workspace, named.exclude);
        self.found.notes.extend(notes);
        // That there is nothing to build at all is told elsewhere.
        if let Some(wanted) = named.program.filter(|_| !selected.is_empty()) {
            match wanted.choose(&selected) {
                // Cargo takes the features of all of them, whichever has the program.
                Ok((package, program)) if selected.iter().any(|it| it.id != package.id && program.is_of(it)) => {
                    selected = vec![package];
                }
                Ok(_) => {}
                Err(finding) => self.found.notes.push(*finding),
            }
        }
        if !is_varied(axes) {
            let at = self.selection(selected, axes);
            let features = axes.features.first().cloned().unwrap_or_default();
            let profile = axes.profiles.first().cloned().unwrap_or_default();
            self.found.variants.push((Variant { features, profile, ..Variant::default() }, at));
            return Ok(());
        }
        self.add(axes, selected, "", most)
    }

    /// Adds the cells that a matrix declares for the target.
    ///
    /// The map of packages to targets holds for the packages that it names as well: a set that is left without one makes no
    /// cell.
    ///
    /// # Errors
    /// There would be more than `most`.
    pub fn of_matrix(&mut self, axes: &'a Axes, most: usize) -> Result<(), TooMany> {
        if axes.packages.is_empty() {
            let (selected, notes) = self.workspace.select(self.row, self.settings, &[], false, &[]);
            self.found
                .notes
                .extend(notes.into_iter().filter(|note| !self.found.notes.contains(note)).collect::<Vec<_>>());
            return self.add(axes, selected, "", most);
        }
        let excluded = self.settings.target(&self.row.triple).exclude;
        for set in &axes.packages {
            let is_meant = |name: &&String| {
                let targets = self.settings.package_targets(name);
                !excluded.contains(name) && targets.is_none_or(|targets| targets.contains(&self.row.triple))
            };
            let set: Vec<String> = set.iter().filter(is_meant).cloned().collect();
            if set.is_empty() {
                continue;
            }
            let (selected, notes) = self.workspace.select(self.row, self.settings, &set, false, &[]);
            self.found.notes.extend(notes);
            let words: Vec<String> = selected.iter().map(|package| format!("-p {}", package.name)).collect();
            self.add(axes, selected, &words.join(" "), most)?;
        }
        Ok(())
    }

    /// The place of a selection among all.
    fn selection(&mut self, packages: Vec<&'a Package>, axes: &'a Axes) -> usize {
        let same = |it: &Vec<&Package>| it.iter().map(|it| &it.id).eq(packages.iter().map(|it| &it.id));
        if let Some(at) = self.found.selections.iter().position(same) {
            // Other axes may name other features of dependencies.
            self.features[at].learn(words(axes));
            return at;
        }
        self.features.push(Features::new(&packages, words(axes)));
        self.found.selections.push(packages);
        self.features.len() - 1
    }

    fn add(&mut self, axes: &'a Axes, selected: Vec<&'a Package>, packages: &str, most: usize) -> Result<(), TooMany> {
        if selected.is_empty() {
            return Ok(());
        }
        let whole = self.selection(selected, axes);
        let features = &self.features[whole];
        self.found.known.extend(words(axes).filter(|word| features.has(word)));
        let with_bits = |set: FeatureSet| {
            let on = features.resolve(&set);
            (set, on)
        };
        let named = axes.features.iter().map(|set| with_what_is_there(set, features));
        let mut sets: Vec<(FeatureSet, Bits)> = named.map(with_bits).collect();
        if let Some(varied) = &axes.varied {
            let always = varied.always.iter().filter(|word| features.has(word)).cloned().collect();
            let varied = Varied { always, ..varied.clone() };
            sets.extend(sets::sets(&varied, features, most).ok_or(TooMany)?);
        }
        if sets.is_empty() && axes.varied.is_none() {
            sets.push(with_bits(FeatureSet::default()));
        } else if sets.is_empty() {
            let message = format!("no set of features is left for {}", self.row.triple);
            let finding = Finding::error(Code::NothingSelected, message).at(axes.origin.clone());
            self.found.notes.push(finding.note("each one is excluded, or has features that exclude each other"));
        }
        let own = [Profile::Default];
        let profiles = if axes.profiles.is_empty() { own.as_slice() } else { &axes.profiles };
        let exclusions: Vec<&Exclusion> = axes.exclude.iter().filter(|it| self.is_about(it)).collect();
        for (set, of_whole) in sets {
            for profile in profiles {
                let Some(at) = self.left(whole, &of_whole, profile, &exclusions, axes) else { continue };
                // Cargo refuses a feature that none of the packages has which an exclusion has left.
                let set = if at == whole { set.clone() } else { with_what_is_there(&set, &self.features[at]) };
                let words = in_words(packages, &set, profile);
                let on = if at == whole { of_whole.clone() } else { self.features[at].resolve(&set) };
                // What is named is what cargo builds in any case, so that two names of a profile are the same.
                let profile = if self.benches { profile.of_benches() } else { Profile::of(profile.name()) };
                let next = self.found.variants.len();
                let first = *self.seen.entry((at, on, profile.clone())).or_insert(next);
                if let Some((known, _)) = self.found.variants.get_mut(first) {
                    if known.words != words && !known.same.contains(&words) {
                        known.same.push(words);
                    }
                    continue;
                }
                if next >= most {
                    return Err(TooMany);
                }
                self.found.variants.push((Variant { features: set, profile, words, same: Vec::new() }, at));
            }
        }
        Ok(())
    }

    /// Whether an exclusion is about the target.
    fn is_about(&self, exclusion: &Exclusion) -> bool {
        let Some(target) = &exclusion.target else { return true };
        target == "all" || self.catalogue.resolve(target, self.host).is_ok_and(|row| row.triple == self.row.triple)
    }

    /// The selection that exclusions leave of one, of which these features are on; `None` where nothing is left.
    fn left(
        &mut self,
        whole: usize,
        on: &Bits,
        profile: &Profile,
        exclusions: &[&Exclusion],
        axes: &'a Axes,
    ) -> Option<usize> {
        let features = &self.features[whole];
        let on = &features.reaching(on);
        let is_on = |feature: &String, package: Option<&String>| match package {
            Some(package) if !feature.contains('/') => on.meets(&features.itself(&format!("{package}/{feature}"))),
            _ => on.meets(&features.itself(feature)),
        };
        let holds = |it: &&&Exclusion| {
            it.profile.as_ref().is_none_or(|name| name == profile.name())
                && it.features.iter().all(|feature| is_on(feature, it.package.as_ref()))
        };
        let mut away: BTreeSet<&str> = BTreeSet::new();
        for exclusion in exclusions.iter().filter(holds) {
            away.insert(exclusion.package.as_deref()?);
        }
        if away.is_empty() {
            return Some(whole);
        }
        let left: Vec<&Package> =
            self.found.selections[whole].iter().copied().filter(|it| !away.contains(it.name.as_str())).collect();
        if left.is_empty() {
            return None;
        }
        Some(self.selection(left, axes))
    }
}

/// There are more than the most cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Whether axes of the command line make more than one variant of a target.
fn is_varied(axes: &Axes) -> bool {
    axes.varied.is_some() || axes.profiles.len() > 1
}

/// A feature set without the features that no package of the cell has: others of the matrix have them.
fn with_what_is_there(set: &FeatureSet, features: &Features) -> FeatureSet {
    let names: Vec<&str> = set.names().filter(|name| features.has(name)).collect();
    let value = if names.is_empty() { Vec::new() } else { vec![names.join(",")] };
    FeatureSet { features: value, ..set.clone() }
}

/// What a variant is called: what one would write behind `cargo build`.
fn in_words(packages: &str, set: &FeatureSet, profile: &Profile) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend((!packages.is_empty()).then(|| packages.to_owned()));
    words.extend(set.all.then(|| "--all-features".to_owned()));
    words.extend(set.no_default.then(|| "--no-default-features".to_owned()));
    words.extend(set.features.iter().map(|value| format!("--features {value}")));
    match profile {
        Profile::Default => {}
        Profile::Release => words.push("--release".to_owned()),
        Profile::Named(name) => words.push(format!("--profile {name}")),
    }
    words.join(" ")
}
