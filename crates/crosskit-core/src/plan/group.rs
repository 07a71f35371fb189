//! Which cells one cargo call builds.
//!
//! One call for several targets builds what the host runs once, and keeps every core busy. Cargo unifies features over the
//! targets of a call, though (cargo #16038), so cells share one only where it is proven that each of them gets what it
//! would get alone: by the package graph, or by what cargo itself would build.

mod edges;
mod graphs;
mod proof;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::resolve::{Config, KindView};
use crate::triple;

use super::{Cell, Input, Prepared};

use proof::Proof;

/// Cells that one cargo call builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The places of the cells in [`Plan::cells`](super::Plan::cells), in that order.
    pub cells: Vec<usize>,
    /// The arguments of the cargo call, with a `--target` for each cell.
    pub build: Vec<String>,
    /// The variables of the cargo call: those of all its cells.
    pub environment: BTreeMap<String, String>,
}

/// Two groups that are no one, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The place of the group in [`Plan::groups`](super::Plan::groups).
    pub group: usize,
    /// The place of the group that it is kept apart from.
    pub from: usize,
    /// Why.
    pub why: Apart,
}

/// Why cells do not share a cargo call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apart {
    /// They build other packages.
    Packages,
    /// They have other options of cargo.
    Options,
    /// A variable that is no target's own has another value.
    Variable(String),
    /// One call would turn a feature on that a target alone does not have.
    Feature {
        /// The package.
        package: String,
        /// The feature.
        feature: String,
        /// The triple that has it.
        with: Option<String>,
        /// The triple that does not.
        without: String,
        /// Whether the package is built for the host: for a build script or a proc-macro.
        for_host: bool,
    },
    /// One call would build a package in another way than a call for a target alone; the package, if one can be named.
    Units(Option<String>),
    /// It cannot be shown that one call builds the same; because of what.
    NotProven(String),
}

/// Some cells that might share a call, as far as they do.
#[derive(Debug, Default)]
struct Shared {
    /// The places of cells that share one, in order.
    groups: Vec<Vec<usize>>,
    /// Groups that are kept apart, each by its place here.
    splits: Vec<(usize, usize, Apart)>,
}

impl Shared {
    /// Every cell by itself.
    fn nothing(cells: &[usize]) -> Shared {
        Shared { groups: cells.iter().map(|cell| vec![*cell]).collect(), splits: Vec::new() }
    }
}

/// Puts every cell into a group.
pub(super) fn add_groups(input: &Input, config: &Config, views: &[KindView], prepared: &mut Prepared) {
    let cells = std::mem::take(&mut prepared.plan.cells);
    let mut proof = Proof::of(input, config, views, &cells);
    let all = cells.as_slice();
    let (groups, splits) = arrange(all, &input.machine.host, |cells| {
        // What is not built needs no proof.
        let is_built = |at: &usize| all.get(*at).is_some_and(|it| it.reach.is_some());
        if input.request.builds && cells.iter().all(is_built) { proof.share(cells) } else { Shared::nothing(cells) }
    });
    prepared.questions.graphs.extend(proof.questions);
    prepared.plan.cells = cells;
    (prepared.plan.groups, prepared.plan.splits) = (groups, splits);
}

/// What cells that share a call have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key<'a> {
    /// The arguments without the triple, and without packages.
    options: Vec<&'a str>,
    packages: Vec<&'a str>,
    /// Variables that are not the target's own.
    variables: Vec<(&'a str, &'a str)>,
}

/// The names of a target in variables.
type OwnNames = [String; 3];

/// Cells with one key. A call cannot name a triple twice: of those with one triple, each next one is of a sort of its own.
#[derive(Debug, Default)]
struct Turns<'a> {
    /// How many there were of a triple.
    counts: HashMap<&'a str, usize>,
    /// The places of the sorts.
    sorts: Vec<usize>,
}

impl<'a> Key<'a> {
    /// What is told for the host reaches build scripts, whatever the target is: then it has no names of its own.
    fn of(cell: &'a Cell, own: Option<&OwnNames>) -> Key<'a> {
        let mut key = Key { options: Vec::new(), packages: Vec::new(), variables: Vec::new() };
        let mut words = cell.build.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--target" => drop(words.next()),
                "-p" => key.packages.extend(words.next()),
                word => key.options.push(word),
            }
        }
        let is_own = |name: &str| own.is_some_and(|own| own.iter().any(|own| name.contains(own.as_str())));
        let variables = cell.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        key.variables = variables.filter(|(name, _)| !is_own(name)).collect();
        key
    }

    /// Why cells with this key and those with another one do not share a call.
    fn apart(&self, other: &Key) -> Apart {
        if self.options != other.options {
            return Apart::Options;
        }
        if self.packages != other.packages {
            return Apart::Packages;
        }
        let differs = |(name, value): &&(&str, &str)| !other.variables.contains(&(name, value));
        let here = self.variables.iter().find(differs);
        let there = || other.variables.iter().find(|it| !self.variables.contains(it));
        here.or_else(there).map_or(Apart::Options, |(name, _)| Apart::Variable((*name).to_owned()))
    }
}

/// Sorts cells by what they have in common, and asks of each sort which of them share a call.
fn arrange(cells: &[Cell], host: &str, mut prove: impl FnMut(&[usize]) -> Shared) -> (Vec<Group>, Vec<Split>) {
    let mut sorts: Vec<(Rc<Key>, Vec<usize>)> = Vec::new();
    let mut own: HashMap<&str, Option<OwnNames>> = HashMap::new();
    let mut turns: HashMap<Rc<Key>, Turns> = HashMap::new();
    for (place, cell) in cells.iter().enumerate() {
        let names = || [cell.triple.clone(), triple::env_lower(&cell.triple), triple::env_upper(&cell.triple)];
        let own = own.entry(&cell.triple).or_insert_with(|| (cell.triple != host).then(names));
        let key = Rc::new(Key::of(cell, own.as_ref()));
        let of_key = turns.entry(Rc::clone(&key)).or_default();
        let turn = of_key.counts.entry(&cell.triple).or_default();
        if *turn == of_key.sorts.len() {
            of_key.sorts.push(sorts.len());
            sorts.push((key, Vec::new()));
        }
        if let Some((_, cells)) = of_key.sorts.get(*turn).and_then(|sort| sorts.get_mut(*sort)) {
            cells.push(place);
        }
        *turn += 1;
    }
    // The first group of all with the same options: what differs least from a later sort is told.
    let mut firsts: HashMap<&[&str], usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // Groups by their first cell, until their order is known.
    let mut splits: Vec<(usize, usize, Apart)> = Vec::new();
    for (sort, (key, cells)) in sorts.iter().enumerate() {
        let shared = if cells.len() > 1 { prove(cells) } else { Shared::nothing(cells) };
        let first = |group: usize| shared.groups.get(group).and_then(|it| it.first().copied());
        for (group, from, why) in &shared.splits {
            splits.extend(first(*group).zip(first(*from)).map(|(group, from)| (group, from, why.clone())));
        }
        let near = *firsts.entry(&key.options).or_insert(sort);
        let near = if near == sort { 0 } else { near };
        // The first cell of a sort is the first one of a group.
        if let Some((other, there)) = sorts.get(near).filter(|_| near != sort) {
            splits.extend(cells.first().zip(there.first()).map(|(own, from)| (*own, *from, key.apart(other))));
        }
        groups.extend(shared.groups);
    }
    groups.sort_unstable();
    let places: HashMap<usize, usize> =
        groups.iter().enumerate().filter_map(|(place, group)| Some((*group.first()?, place))).collect();
    let mut splits: Vec<Split> = splits
        .into_iter()
        .filter_map(|(group, from, why)| Some(Split { group: *places.get(&group)?, from: *places.get(&from)?, why }))
        .collect();
    splits.sort_by_key(|split| (split.group, split.from));
    (groups.into_iter().map(|places| Group::of(places, cells)).collect(), splits)
}

impl Group {
    /// The call for some cells that have all in common but the triple.
    fn of(places: Vec<usize>, cells: &[Cell]) -> Group {
        let members: Vec<&Cell> = places.iter().filter_map(|place| cells.get(*place)).collect();
        let mut build = members.first().map(|cell| cell.build.clone()).unwrap_or_default();
        if let Some(at) = build.iter().position(|word| word == "--target") {
            let others = members.iter().skip(1).flat_map(|cell| ["--target".to_owned(), cell.triple.clone()]);
            let end = (at + 2).min(build.len());
            build.splice(end..end, others.collect::<Vec<_>>());
        }
        let environment = members.iter().flat_map(|cell| cell.environment.clone()).collect();
        Group { build, environment, cells: places }
    }
}
