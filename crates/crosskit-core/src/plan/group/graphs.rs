//! Which cells share a cargo call, by what cargo itself would build.
//!
//! What each class of cells gets alone tells which may go together; that they do is shown by the graph of the very call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::unit_graph::{Side, Units};

use super::proof::Proof;
use super::{Apart, Shared};

/// Cells that share a call for sure, and what cargo builds for each of them alone.
#[derive(Clone, Debug)]
struct Class {
    cells: Vec<usize>,
    /// The triple of the first one, which was asked for.
    triple: String,
    units: Arc<Units>,
}

/// Puts classes together as far as they go. Every cell of a class takes the same of the package graph, so that one of them
/// stands for all when it is asked what is built for it alone.
pub(super) fn share(proof: &mut Proof, classes: Vec<Vec<usize>>) -> Shared {
    if let Some(why) = proof.cannot_ask() {
        return apart(classes, |_| Apart::NotProven(why.clone()));
    }
    let mut known = Vec::new();
    let mut failed: BTreeMap<usize, String> = BTreeMap::new();
    let mut is_complete = true;
    for (place, cells) in classes.iter().enumerate() {
        let Some((first, cell)) = cells.first().and_then(|first| Some((*first, proof.cell(*first)?))) else { continue };
        let triple = cell.triple.clone();
        match proof.answer(proof.query(&[first])) {
            None => is_complete = false,
            Some(Ok(units)) => known.push((place, Class { cells: cells.clone(), triple, units: Arc::clone(units) })),
            Some(Err(why)) => drop(failed.insert(place, format!("cargo does not tell what it builds: {why}"))),
        }
    }
    if !is_complete {
        // All is asked anew once cargo has answered.
        return apart(classes, |_| Apart::Units(None));
    }
    let mut shared = Shared::default();
    let mut fitting: Vec<(Vec<Class>, Together)> = Vec::new();
    let mut kept: Vec<(usize, Apart)> = Vec::new();
    for (_, class) in known {
        let mut first = None;
        let place = fitting.iter().position(|(_, together)| match together.against(&class, proof) {
            None => true,
            Some(why) => {
                first.get_or_insert(why);
                false
            }
        });
        match place.and_then(|place| fitting.get_mut(place)) {
            Some((classes, together)) => {
                together.add(&class);
                classes.push(class);
            }
            None => {
                kept.extend(first.map(|why| (fitting.len(), why)));
                let mut together = Together::default();
                together.add(&class);
                fitting.push((vec![class], together));
            }
        }
    }
    // The place among the groups at which each of them begins.
    let mut begins = Vec::new();
    for (classes, _) in fitting {
        begins.push(shared.groups.len());
        match is_sound(proof, &classes) {
            Ok(()) => {
                let mut cells: Vec<usize> = classes.into_iter().flat_map(|class| class.cells).collect();
                cells.sort_unstable();
                shared.groups.push(cells);
            }
            Err(why) => {
                let from = shared.groups.len();
                shared.splits.extend((1..classes.len()).map(|more| (from + more, from, why.clone())));
                shared.groups.extend(classes.into_iter().map(|class| class.cells));
            }
        }
    }
    let begin = |place: usize| begins.get(place).copied();
    shared.splits.extend(kept.into_iter().filter_map(|(place, why)| Some((begin(place)?, begin(0)?, why))));
    for (place, why) in failed {
        let from = shared.groups.len();
        shared.groups.extend(classes.get(place).cloned());
        // Where cargo tells nothing at all, there is a first one as well.
        if from > 0 {
            shared.splits.push((from, 0, Apart::NotProven(why)));
        }
    }
    shared
}

/// All classes for themselves.
fn apart(classes: Vec<Vec<usize>>, why: impl Fn(usize) -> Apart) -> Shared {
    let splits = (1..classes.len()).map(|place| (place, 0, why(place))).collect();
    Shared { groups: classes, splits }
}

/// With which features packages are built for some classes: for the targets, and for the host; by package, with a triple
/// that has them.
#[derive(Debug, Default)]
struct Together {
    targets: BTreeMap<String, (BTreeSet<String>, String)>,
    host: BTreeMap<String, (BTreeSet<String>, String)>,
}

impl Together {
    fn add(&mut self, class: &Class) {
        let own = class.units.target(&class.triple);
        for (known, side) in [(&mut self.targets, own), (&mut self.host, Some(&class.units.host))] {
            for (package, features) in side.into_iter().flat_map(|side| &side.features) {
                known.entry(package.clone()).or_insert_with(|| (features.clone(), class.triple.clone()));
            }
        }
    }

    /// What keeps a class apart from these.
    fn against(&self, class: &Class, proof: &Proof) -> Option<Apart> {
        let own = class.units.target(&class.triple);
        let sides = [(&self.targets, own, false), (&self.host, Some(&class.units.host), true)];
        sides.into_iter().find_map(|(known, side, for_host)| {
            side?.features.iter().find_map(|(package, features)| {
                let (others, triple) = known.get(package)?;
                let here = (features, class.triple.as_str());
                difference(here, (others, triple.as_str())).map(|(feature, with, without)| Apart::Feature {
                    package: proof.package_name(package),
                    feature,
                    with: Some(with),
                    without,
                    for_host,
                })
            })
        })
    }
}

/// The first feature that one of two has and the other has not, who has it, and who has not.
fn difference(one: (&BTreeSet<String>, &str), other: (&BTreeSet<String>, &str)) -> Option<(String, String, String)> {
    let words = |texts: &BTreeSet<String>| -> BTreeSet<String> {
        texts.iter().flat_map(|text| text.split(',')).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let (here, there) = (words(one.0), words(other.0));
    let more = here.difference(&there).next().map(|it| (it.clone(), one.1.to_owned(), other.1.to_owned()));
    more.or_else(|| there.difference(&here).next().map(|it| (it.clone(), other.1.to_owned(), one.1.to_owned())))
}

/// Whether one call for some classes builds exactly what calls for each of their cells alone would.
fn is_sound(proof: &mut Proof, classes: &[Class]) -> Result<(), Apart> {
    if classes.len() < 2 {
        return Ok(());
    }
    let mut cells: Vec<usize> = classes.iter().flat_map(|class| &class.cells).copied().collect();
    cells.sort_unstable();
    let together = match proof.answer(proof.query(&cells)) {
        None => return Err(Apart::Units(None)),
        Some(Ok(units)) => units,
        Some(Err(why)) => return Err(Apart::NotProven(format!("cargo does not tell what one call builds: {why}"))),
    };
    for class in classes {
        let alone = class.units.target(&class.triple);
        for cell in class.cells.iter().filter_map(|place| proof.cell(*place)) {
            let (Some(alone), Some(side)) = (alone, together.target(&cell.triple)) else {
                return Err(Apart::Units(None));
            };
            if alone.units != side.units {
                return Err(changed(alone, side, &cell.triple, false, proof));
            }
        }
    }
    let mut host = Side::default();
    for class in classes {
        host.units.extend(class.units.host.units.iter().copied());
        for (package, features) in &class.units.host.features {
            host.features.entry(package.clone()).or_default().extend(features.iter().cloned());
        }
    }
    let first = classes.first().map(|class| class.triple.as_str()).unwrap_or_default();
    if host.units == together.host.units { Ok(()) } else { Err(changed(&host, &together.host, first, true, proof)) }
}

/// What one call changes for a target, in words that lead to the cause.
fn changed(alone: &Side, together: &Side, triple: &str, for_host: bool, proof: &Proof) -> Apart {
    let nothing = BTreeSet::new();
    for (package, features) in &together.features {
        let before = alone.features.get(package).unwrap_or(&nothing);
        if before == features {
            continue;
        }
        let package = proof.package_name(package);
        return match difference((features, ""), (before, triple)) {
            Some((feature, with, without)) if with.is_empty() => {
                Apart::Feature { package, feature, with: None, without, for_host }
            }
            _ => Apart::Units(Some(package)),
        };
    }
    Apart::Units(None)
}
