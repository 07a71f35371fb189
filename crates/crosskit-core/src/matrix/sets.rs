//! `--each-feature` and `--feature-powerset`: feature sets that are made from what packages have.

use crate::settings::{FeatureSet, Varied, Way};

use super::features::{Bits, Features};

/// A set of them that grows.
#[derive(Clone)]
struct Growing<'a> {
    names: Vec<&'a str>,
    /// Their places among all.
    places: Vec<usize>,
    on: Bits,
}

/// The sets with what each turns on, from none to all; `None` where there are more than `most`.
pub(super) fn sets(varied: &Varied, features: &Features, most: usize) -> Option<Vec<(FeatureSet, Bits)>> {
    let names: Vec<&str> =
        features.names().into_iter().filter(|name| !varied.always.iter().any(|it| it == name)).collect();
    if names.is_empty() && varied.always.is_empty() {
        let none = FeatureSet { features: value(&varied.always, &[]), ..FeatureSet::default() };
        let on = features.resolve(&none);
        return Some(vec![(none, on)]);
    }
    // `default` is what Cargo turns on by itself.
    let of = |names: &[&str]| {
        let (default, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| **name == "default");
        FeatureSet { features: value(&varied.always, &others), all: false, no_default: default.is_empty() }
    };
    let allowed = Allowed::new(varied, features);
    let single: Vec<(&str, Bits)> = names.iter().map(|name| (*name, features.of(name).unwrap_or_default())).collect();
    let depth = match varied.way {
        Way::Each => 1,
        Way::Powerset { depth } => depth.unwrap_or(usize::MAX),
    };
    let none = Growing { names: Vec::new(), places: Vec::new(), on: features.resolve(&of(&[])) };
    let mut found = Vec::new();
    let mut level = if allowed.holds(&none.on) { vec![none] } else { Vec::new() };
    // What is not allowed, or says a thing twice, does not become so by more features.
    while !level.is_empty() {
        found.extend(level.iter().map(|it| (of(&it.names), it.on.clone())));
        if found.len() > most {
            return None;
        }
        if level[0].names.len() >= depth {
            break;
        }
        let mut next = Vec::new();
        for set in &level {
            let next_place = set.places.last().map_or(0, |last| last + 1);
            for (at, (name, on)) in single.iter().enumerate().skip(next_place) {
                let mut known = set.places.iter().filter_map(|place| single.get(*place));
                if known.any(|(_, other)| other.covers(on) || on.covers(other)) {
                    continue;
                }
                let mut grown = set.clone();
                grown.names.push(name);
                grown.places.push(at);
                grown.on.extend(on);
                if allowed.holds(&grown.on) {
                    next.push(grown);
                }
                if found.len() + next.len() > most {
                    return None;
                }
            }
        }
        level = next;
    }
    let all = all(varied, features, &names, &allowed, of);
    found.extend(all.map(|set| {
        let on = features.resolve(&set);
        (set, on)
    }));
    Some(found)
}

/// All features together: those that are not excluded.
fn all(
    varied: &Varied,
    features: &Features,
    names: &[&str],
    allowed: &Allowed,
    of: impl Fn(&[&str]) -> FeatureSet,
) -> Option<FeatureSet> {
    let all = FeatureSet { features: value(&varied.always, &[]), all: true, no_default: false };
    if allowed.holds(&features.resolve(&all)) {
        return Some(all);
    }
    let not_excluded =
        names.iter().copied().filter(|name| features.of(name).is_some_and(|on| allowed.excludes_none(&on)));
    let rest: Vec<&str> = not_excluded.collect();
    if rest.is_empty() {
        return None;
    }
    let rest = of(&rest);
    allowed.holds(&features.resolve(&rest)).then_some(rest)
}

/// The value of one `--features`.
fn value(always: &[String], names: &[&str]) -> Vec<String> {
    let all: Vec<&str> = always.iter().map(String::as_str).chain(names.iter().copied()).collect();
    if all.is_empty() { Vec::new() } else { vec![all.join(",")] }
}

/// What may be on.
struct Allowed<'a> {
    features: &'a Features<'a>,
    excluded: Vec<Bits>,
    exclusive: Vec<Vec<Bits>>,
}

impl<'a> Allowed<'a> {
    fn new(varied: &Varied, features: &'a Features<'a>) -> Allowed<'a> {
        let itself = |names: &Vec<String>| names.iter().map(|name| features.itself(name)).collect::<Vec<_>>();
        let (excluded, exclusive) = (itself(&varied.exclude), varied.exclusive.iter().map(itself).collect());
        Allowed { features, excluded, exclusive }
    }

    fn excludes_none(&self, on: &Bits) -> bool {
        self.excluded.is_empty() || {
            let on = self.features.reaching(on);
            !self.excluded.iter().any(|it| on.meets(it))
        }
    }

    fn holds(&self, on: &Bits) -> bool {
        let few = |on: &Bits, group: &Vec<Bits>| group.iter().filter(|it| on.meets(it)).count() < 2;
        self.excludes_none(on)
            && (self.exclusive.is_empty() || {
                let on = self.features.reaching(on);
                self.exclusive.iter().all(|group| few(&on, group))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::tests::package;
    use super::*;
    use crate::workspace::Package;

    fn made(package: &Package, varied: &Varied) -> Vec<String> {
        let features = Features::new(&[package], []);
        let sets = sets(varied, &features, 100_000).expect("not too many");
        assert!(sets.iter().all(|(set, on)| *on == features.resolve(set)), "{sets:?}");
        let words = |(set, _): &(FeatureSet, Bits)| match (set.all, set.no_default, set.features.join(" ")) {
            (true, ..) => "all".to_owned(),
            (_, true, names) => names,
            (_, false, names) if names.is_empty() => "default".to_owned(),
            (_, false, names) => format!("default,{names}"),
        };
        sets.iter().map(words).collect()
    }

    fn powerset(depth: Option<usize>) -> Varied {
        Varied { way: Way::Powerset { depth }, ..Varied::default() }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn each_feature_is_none_and_each_and_all() {
        let codec = package("codec", &[("default", &["std"]), ("std", &[]), ("text", &["std"])]);
        assert_eq!(made(&codec, &Varied::default()), ["", "std", "text", "default", "all"]);
        let excluded = Varied { exclude: words(&["std"]), ..Varied::default() };
        assert_eq!(made(&codec, &excluded), [""], "what turns it on goes with it");
        let excluded = Varied { exclude: words(&["text"]), ..Varied::default() };
        assert_eq!(made(&codec, &excluded), ["", "std", "default", "default,std"], "all that is left is tried, too");
        let always = Varied { always: words(&["text"]), ..Varied::default() };
        assert_eq!(made(&codec, &always), ["text", "text,std", "default,text", "all"]);
        assert_eq!(made(&package("plain", &[]), &Varied::default()), ["default"]);
    }

    /// Of `n` features that have nothing to do with each other there are 2ⁿ sets, and with a depth the sum of the
    /// binomial coefficients up to it; `--all-features` comes on top.
    #[test]
    fn a_powerset_has_as_many_sets_as_it_should() {
        for n in 1..=8_usize {
            let names: Vec<String> = (0..n).map(|at| format!("f{at}")).collect();
            let table: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), [].as_slice())).collect();
            let package = package("many", &table);
            assert_eq!(made(&package, &powerset(None)).len(), (1 << n) + 1, "{n} features");
            let mut expected = 0;
            let mut coefficient = 1;
            for depth in 0..=n {
                expected += coefficient;
                coefficient = coefficient * (n - depth) / (depth + 1);
                if depth > 0 {
                    assert_eq!(
                        made(&package, &powerset(Some(depth))).len(),
                        expected + 1,
                        "{n} features, depth {depth}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_set_names_what_another_of_it_turns_on() {
        let chain = package("chain", &[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["a", "b"])]);
        assert_eq!(made(&chain, &powerset(None)), ["", "a", "b", "c", "d", "c,d", "all"]);
    }

    #[test]
    fn features_that_exclude_each_other_are_not_together_even_by_others() {
        let tls = package("tls", &[("rustls", &[]), ("native", &[]), ("http", &["native"]), ("log", &[])]);
        let exclusive = Varied { exclusive: vec![words(&["rustls", "native"])], ..powerset(None) };
        let expected = ["", "http", "log", "native", "rustls", "http,log", "log,native", "log,rustls"];
        assert_eq!(made(&tls, &exclusive), expected);
    }

    #[test]
    fn what_a_package_turns_on_in_another_counts_as_well() {
        let codec = package("codec", &[("native", &[]), ("rustls", &[])]);
        let app = package("app", &[("tls", &["codec/native"]), ("weak", &["codec?/native"])]);
        let made = |varied: &Varied| -> Vec<String> {
            let sets = sets(varied, &Features::new(&[&codec, &app], []), 100).expect("not too many");
            sets.into_iter().filter(|(set, _)| !set.all).map(|(set, _)| set.features.join(" ")).collect()
        };
        let exclusive = Varied { exclusive: vec![words(&["rustls", "native"])], ..powerset(Some(2)) };
        let expected = ["", "native", "rustls", "tls", "weak", "native,tls", "native,weak", "rustls,weak", "tls,weak"];
        assert_eq!(made(&exclusive), expected);
        let excluded = Varied { exclude: words(&["codec/native"]), ..Varied::default() };
        assert_eq!(made(&excluded), ["", "rustls", "weak", "rustls,weak"]);
    }

    #[test]
    fn too_many_are_told_before_they_are_made() {
        let names: Vec<String> = (0..40).map(|at| format!("f{at}")).collect();
        let table: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), [].as_slice())).collect();
        let package = package("many", &table);
        let features = Features::new(&[&package], []);
        assert_eq!(sets(&powerset(None), &features, 10_000), None);
        assert!(sets(&powerset(Some(2)), &features, 10_000).is_some());
    }
}
