//! Which cells of a matrix one computer of several builds.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cell::Target;
use super::{Request, call};
use crate::record::Shard;

/// How a matrix was divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Which shard is built.
    pub shard: Shard,
    /// The names of the cells of all shards.
    pub cells: Vec<String>,
    /// How many of them this one has.
    pub own: usize,
    /// What each shard is expected to take: milliseconds where something is known of them, and else a number of cells.
    pub loads: Vec<u64>,
    /// Of how many cells earlier reports say how long they took.
    pub known: usize,
}

impl Division {
    /// How much longer the longest shard takes than they do in the mean; at least 1.
    pub fn imbalance(&self) -> f64 {
        let (longest, sum) = (self.loads.iter().copied().max().unwrap_or_default(), self.loads.iter().sum::<u64>());
        #[expect(clippy::cast_precision_loss, reason = "it is a ratio of which a few digits are shown")]
        let ratio = longest as f64 * self.loads.len() as f64 / (sum as f64).max(1.0);
        ratio.max(1.0)
    }
}

/// Keeps the cells of one shard, and says how all were divided.
///
/// What has one target and one profile is compiled into one directory, where the cells of it share what they depend on: it stays
/// together.
pub(super) fn keep(targets: &mut Vec<Target>, request: &Request) -> Option<Division> {
    let shard = request.shard?;
    let mut units: BTreeMap<(String, String), Unit> = BTreeMap::new();
    let mut cells = Vec::new();
    for target in targets.iter() {
        for (variant, _) in &target.variants.variants {
            let name = variant.name(&target.row.triple);
            let key = (target.row.triple.clone(), call::profile_directory(variant, request).to_owned());
            let unit = units.entry(key).or_default();
            match request.durations.get(&name) {
                Some(milliseconds) => unit.known.push(*milliseconds),
                None => unit.unknown += 1,
            }
            cells.push(name);
        }
    }
    let known: Vec<u64> = units.values().flat_map(|unit| &unit.known).copied().collect();
    // What nothing is known of takes as long as the others do.
    let mean = known.iter().sum::<u64>().checked_div(known.len() as u64).unwrap_or(1).max(1);
    let weights: Vec<u64> =
        units.values().map(|unit| unit.known.iter().sum::<u64>() + unit.unknown.saturating_mul(mean)).collect();
    let (places, loads) = divide(&weights, shard.of);
    let own: Vec<&(String, String)> =
        units.keys().zip(&places).filter(|(_, place)| **place + 1 == shard.index).map(|(key, _)| key).collect();
    for target in targets.iter_mut() {
        let triple = &target.row.triple;
        let is_own = |directory: &str| own.iter().any(|(own, profile)| own == triple && profile == directory);
        target.variants.variants.retain(|(variant, _)| is_own(call::profile_directory(variant, request)));
    }
    targets.retain(|target| !target.variants.variants.is_empty());
    let own = targets.iter().map(|target| target.variants.variants.len()).sum();
    Some(Division { shard, cells, own, loads, known: known.len() })
}

/// Cells that stay together.
#[derive(Default)]
struct Unit {
    known: Vec<u64>,
    unknown: u64,
}

/// In which of so many shards each weight is, and what each shard comes to: the heaviest first, each into the lightest so far.
/// That is never more than 4/3 of the best there is.
///
/// Source: R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969.
fn divide(weights: &[u64], shards: usize) -> (Vec<usize>, Vec<u64>) {
    // More shards than weights are empty ones, of which one is as good as many.
    let mut loads = vec![0_u64; shards.min(weights.len().max(1))];
    let mut places = vec![0; weights.len()];
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| (Reverse(weights[*at]), *at));
    for at in order {
        let lightest = (0..loads.len()).min_by_key(|shard| (loads[*shard], *shard)).unwrap_or_default();
        loads[lightest] = loads[lightest].saturating_add(weights[at]);
        places[at] = lightest;
    }
    (places, loads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_goes_into_the_lightest() {
        assert_eq!(divide(&[3, 3, 2, 2, 2], 2), (vec![0, 1, 0, 1, 0], vec![7, 5]));
        assert_eq!(divide(&[1, 1, 1, 1], 2), (vec![0, 1, 0, 1], vec![2, 2]));
        assert_eq!(divide(&[5], 3), (vec![0], vec![5]));
        assert_eq!(divide(&[], 3), (vec![], vec![0]));
        assert_eq!(divide(&[u64::MAX, u64::MAX], 1).1, [u64::MAX]);
    }

    #[test]
    fn every_weight_is_in_one_shard_and_none_is_far_from_the_mean() {
        let weights: Vec<u64> = (0..40).map(|at| 1000 + at * 37 % 400).collect();
        for shards in 1..=40 {
            let (places, loads) = divide(&weights, shards);
            let sums: Vec<u64> = (0..shards)
                .map(|shard| {
                    weights.iter().zip(&places).filter(|(_, it)| **it == shard).map(|(weight, _)| weight).sum()
                })
                .collect();
            assert_eq!(sums, loads);
            let most = loads.iter().max().copied().unwrap_or_default();
            // One of them has as many, and these are the lightest.
            let mut sorted = weights.clone();
            sorted.sort_unstable();
            let lightest: u64 = sorted.iter().take(weights.len().div_ceil(shards)).sum();
            let best = weights.iter().sum::<u64>().div_ceil(shards as u64).max(1400).max(lightest);
            assert!(most * 3 <= best * 4, "{shards}: {most} {best}");
        }
    }

    #[test]
    fn the_longest_is_told_as_a_ratio() {
        let division = |loads: &[u64]| Division {
            shard: Shard { index: 1, of: 2 },
            cells: Vec::new(),
            own: 0,
            loads: loads.to_vec(),
            known: 0,
        };
        assert!((division(&[10, 20]).imbalance() - 4.0 / 3.0).abs() < 1e-9);
        assert!((division(&[0]).imbalance() - 1.0).abs() < 1e-9);
    }
}
