//! What one cargo call would build, as cargo itself tells it: the units, and what they depend on.
//!
//! Two calls build the same exactly if their units are the same: package, features, profile, mode, and the same of all
//! that they depend on. [`Units`] keeps as much of a graph as such a comparison needs.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A question to cargo: which units a call would build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GraphQuery {
    /// The triples that the call names.
    pub triples: Vec<String>,
    /// The arguments of the call, and those that ask for its graph.
    pub arguments: Vec<String>,
    /// Variables of the call.
    pub environment: BTreeMap<String, String>,
    /// What stands for the config in force, by which an answer of an earlier run is known to hold still.
    pub config: Fingerprint,
}

/// What cargo answers: the units, or why it has none to tell.
pub type GraphAnswer = Result<Arc<Units>, String>;

/// What stands for some data: two that differ are never taken for equal by accident, as it has 128 bits. It is no defence
/// against somebody who wants that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(u64, u64);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{:016x}{:016x}", self.0, self.1)
    }
}

impl Fingerprint {
    /// Of a value.
    pub fn of(value: &(impl Hash + ?Sized)) -> Fingerprint {
        let half = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            seed.hash(&mut hasher);
            value.hash(&mut hasher);
            hasher.finish()
        };
        Fingerprint(half(0), half(1))
    }
}

/// A unit: one start of rustc, or of a build script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// The id of the package.
    pub package: String,
    /// The features that are on.
    pub features: Vec<String>,
    /// The triple; none for what is built for the host.
    pub platform: Option<String>,
    /// Everything else that cargo tells of it, as text: target, profile, mode.
    pub rest: String,
    /// What it depends on: the place of the unit, and everything else that cargo tells, as text.
    pub dependencies: Vec<(usize, String)>,
}

/// The graph of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitGraph {
    /// Every unit.
    pub units: Vec<Unit>,
    /// The places of those that were asked for.
    pub roots: Vec<usize>,
}

/// What a call builds for one triple, or for the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The features with which each package is built, in one text for each unit that has others; by the package's id.
    pub features: BTreeMap<String, BTreeSet<String>>,
    /// What stands for each unit with all that it depends on, whatever its triple is called.
    pub units: BTreeSet<Fingerprint>,
}

/// The units of a call, as far as two calls are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// By triple.
    pub targets: BTreeMap<String, Side>,
    /// Build scripts, proc-macros, and what they depend on.
    pub host: Side,
}

impl UnitGraph {
    /// The units of a call that names some triples.
    ///
    /// # Errors
    /// The graph is not what such a call can have: a dependency that is not there or leads in a circle, or one between
    /// two triples.
    pub fn units(&self, triples: &[String]) -> Result<Units, String> {
        let mut units = Units::default();
        units.targets.extend(triples.iter().map(|triple| (triple.clone(), Side::default())));
        let known = self.fingerprints()?;
        for (unit, fingerprint) in self.units.iter().zip(&known) {
            let side = match &unit.platform {
                None => &mut units.host,
                Some(triple) => units.targets.get_mut(triple).ok_or_else(|| {
                    format!("cargo would build `{}` for {triple}, which the call does not name", unit.package)
                })?,
            };
            side.units.insert(*fingerprint);
            side.features.entry(unit.package.clone()).or_default().insert(unit.features.join(","));
        }
        for root in &self.roots {
            let (Some(unit), Some(fingerprint)) = (self.units.get(*root), known.get(*root)) else {
                return Err(format!("cargo names unit {root}, and there is none"));
            };
            let side = match &unit.platform {
                None => Some(&mut units.host),
                Some(triple) => units.targets.get_mut(triple),
            };
            // What was asked for is kept by another name, so that it counts whether a unit was.
            side.map(|side| side.units.insert(Fingerprint::of(&("asked for", fingerprint))));
        }
        Ok(units)
    }

    /// What stands for each unit, those that others depend on first.
    fn fingerprints(&self) -> Result<Vec<Fingerprint>, String> {
        let mut known: Vec<Option<Fingerprint>> = vec![None; self.units.len()];
        let mut entered = vec![false; self.units.len()];
        for start in 0..self.units.len() {
            // A graph may be deeper than a stack of calls.
            let mut stack = vec![start];
            while let Some(place) = stack.last().copied() {
                let (Some(unit), Some(false)) = (self.units.get(place), known.get(place).map(Option::is_some)) else {
                    stack.pop();
                    continue;
                };
                if !std::mem::replace(&mut entered[place], true) {
                    for (dependency, _) in &unit.dependencies {
                        self.check_edge(unit, *dependency)?;
                        if known[*dependency].is_none() && entered[*dependency] {
                            return Err(format!("the units of `{}` depend on themselves", unit.package));
                        }
                        stack.push(*dependency);
                    }
                    continue;
                }
                let below = |(place, rest)| Some((known.get(place).copied().flatten()?, rest));
                let mut dependencies: Vec<_> =
                    unit.dependencies.iter().map(|(place, rest)| (*place, rest)).filter_map(below).collect();
                dependencies.sort_unstable();
                let is_host = unit.platform.is_none();
                let mut features = unit.features.clone();
                features.sort_unstable();
                let whole = (&unit.package, features, is_host, &unit.rest, dependencies);
                known[place] = Some(Fingerprint::of(&whole));
                stack.pop();
            }
        }
        Ok(known.into_iter().flatten().collect())
    }

    /// Cargo builds for a triple from what is for it or for the host, and for the host from the host alone.
    fn check_edge(&self, unit: &Unit, dependency: usize) -> Result<(), String> {
        let Some(other) = self.units.get(dependency) else {
            return Err(format!("`{}` depends on unit {dependency}, and there is none", unit.package));
        };
        if other.platform.is_some() && other.platform != unit.platform {
            return Err(format!("`{}` depends on `{}` for another triple", unit.package, other.package));
        }
        Ok(())
    }
}

impl Units {
    /// What the call builds for one of its triples.
    pub fn target(&self, triple: &str) -> Option<&Side> {
        self.targets.get(triple)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(package: &str, platform: Option<&str>, features: &[&str], dependencies: &[usize]) -> Unit {
        Unit {
            package: package.to_owned(),
            platform: platform.map(str::to_owned),
            features: features.iter().map(|&it| it.to_owned()).collect(),
            rest: String::new(),
            dependencies: dependencies.iter().map(|place| (*place, String::new())).collect(),
        }
    }

    fn units(units: Vec<Unit>, triples: &[&str]) -> Result<Units, String> {
        let triples: Vec<String> = triples.iter().map(|&it| it.to_owned()).collect();
        UnitGraph { units, roots: vec![0] }.units(&triples)
    }

    #[test]
    fn units_are_told_apart_by_all_that_they_depend_on() {
        let graph = |feature: &[&str], order: [usize; 2]| {
            let all = vec![
                unit("app", Some("a"), &[], &order),
                unit("left", Some("a"), &[], &[3]),
                unit("right", Some("a"), &[], &[]),
                unit("deep", Some("a"), feature, &[]),
            ];
            units(all, &["a"]).expect("it is a graph").targets["a"].units.clone()
        };
        assert_eq!(graph(&["w"], [1, 2]), graph(&["w"], [2, 1]), "the order says nothing");
        let (with, without) = (graph(&["w"], [1, 2]), graph(&[], [1, 2]));
        // `deep`, `left` and `app`, and `app` once more as what was asked for.
        assert_eq!(with.difference(&without).count(), 4);
    }

    #[test]
    fn the_name_of_a_triple_says_nothing_and_the_side_does() {
        let of = |triple: &str| units(vec![unit("app", Some(triple), &[], &[])], &[triple]).expect("it is a graph");
        assert_eq!(of("a").targets["a"], of("b").targets["b"]);
        let host = units(vec![unit("app", None, &[], &[])], &["a"]).expect("it is a graph").host;
        assert!(host.units.is_disjoint(&of("a").targets["a"].units));
    }

    #[test]
    fn what_is_no_graph_of_a_call_is_refused() {
        let refused = |all: Vec<Unit>| units(all, &["a", "b"]).expect_err("it is no graph");
        assert!(refused(vec![unit("x", Some("a"), &[], &[7])]).contains("there is none"));
        assert!(refused(vec![unit("x", Some("c"), &[], &[])]).contains("does not name"));
        let between = vec![unit("x", Some("a"), &[], &[1]), unit("y", Some("b"), &[], &[])];
        assert!(refused(between).contains("another triple"));
        let of_host = vec![unit("x", None, &[], &[1]), unit("y", Some("b"), &[], &[])];
        assert!(refused(of_host).contains("another triple"));
        let circle = vec![unit("x", Some("a"), &[], &[1]), unit("y", Some("a"), &[], &[0])];
        assert!(refused(circle).contains("depend on themselves"));
        assert!(refused(vec![unit("x", Some("a"), &[], &[0])]).contains("depend on themselves"));
        assert!(UnitGraph { units: Vec::new(), roots: vec![3] }.units(&[]).is_err());
    }

    #[test]
    fn a_deep_graph_needs_no_deep_stack() {
        let count = 100_000;
        let all = (0..count).map(|at| unit("x", None, &[], if at + 1 < count { &[1] } else { &[] }));
        let all = all.enumerate().map(|(at, mut it)| {
            it.dependencies.iter_mut().for_each(|(place, _)| *place = at + 1);
            it
        });
        assert!(units(all.collect(), &[]).is_ok());
    }
}
