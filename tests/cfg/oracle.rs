//! Our evaluator against Cargo's own, cargo-platform: every expression on every target.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use cargo_platform::{Cfg, CfgExpr, Platform};
use crosskit_core::cfgs::{self, Expression};

use crate::expressions;
use crate::rustc::KNOWN;

/// How many differences a failure shows.
const SHOWN: usize = 20;

/// What one side says about an expression; `None` if it does not parse.
pub type Verdict = Option<Said>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Name, value and whether it is negated, of everything that the expression asks for.
    pub predicates: Vec<(String, Option<String>, bool)>,
    /// Whether it holds, by target.
    pub holds: Vec<bool>,
}

/// The expressions, with what Cargo says about each.
static CASES: LazyLock<Vec<(String, Verdict)>> =
    LazyLock::new(|| expressions::all().into_iter().map(|text| (text.clone(), cargos(&text))).collect());

fn cargos(text: &str) -> Verdict {
    let Ok(Platform::Cfg(expression)) = Platform::from_str(text) else { return None };
    let mut predicates = Vec::new();
    walk(&expression, false, &mut predicates);
    Some(Said { predicates, holds: KNOWN.targets.iter().map(|target| expression.matches(&target.cargos)).collect() })
}

fn walk(expression: &CfgExpr, negated: bool, found: &mut Vec<(String, Option<String>, bool)>) {
    match expression {
        CfgExpr::Not(inner) => walk(inner, !negated, found),
        CfgExpr::All(inner) | CfgExpr::Any(inner) => inner.iter().for_each(|inner| walk(inner, negated, found)),
        CfgExpr::Value(Cfg::Name(name)) => found.push((name.name.clone(), None, negated)),
        CfgExpr::Value(Cfg::KeyPair(name, value)) => found.push((name.name.clone(), Some(value.clone()), negated)),
        CfgExpr::True | CfgExpr::False => {}
    }
}

/// What our evaluator says.
pub fn ours(text: &str) -> Verdict {
    let expression = Expression::parse(text).ok()?;
    let predicates = expression.predicates();
    let owned = |value: &str| value.to_owned();
    let predicates = predicates.iter().map(|it| (it.name.to_owned(), it.value.map(owned), it.negated));
    Some(Said {
        predicates: predicates.collect(),
        holds: KNOWN.targets.iter().map(|target| expression.matches(&target.ours)).collect(),
    })
}

/// What `evaluator` says otherwise than Cargo, in words, expression by expression.
pub fn differences(evaluator: impl Fn(&str) -> Verdict) -> impl Iterator<Item = String> {
    CASES.iter().filter_map(move |(text, cargos)| {
        let targets = &KNOWN.targets;
        match (cargos, &evaluator(text)) {
            (None, None) => None,
            (None, Some(_)) => Some(format!("{text:?}: Cargo does not parse it, we do")),
            (Some(_), None) => Some(format!("{text:?}: Cargo parses it, we do not")),
            (Some(cargos), Some(ours)) if cargos.predicates != ours.predicates => {
                Some(format!("{text:?} asks for {:?}, we say {:?}", cargos.predicates, ours.predicates))
            }
            (Some(cargos), Some(ours)) => {
                let place = (0..targets.len()).find(|place| cargos.holds.get(*place) != ours.holds.get(*place))?;
                let (target, holds) = (targets[place].called(), cargos.holds[place]);
                Some(format!("{text:?} on {target}: Cargo says {holds}, we say {}", !holds))
            }
        }
    })
}

#[test]
fn every_expression_parses_and_holds_as_for_cargo_on_every_target() {
    let (targets, refused) = (&KNOWN.targets, &KNOWN.refused);
    let differences: Vec<String> = differences(ours).collect();
    table();
    println!("{} targets that rustc knows are left out, as it prints no cfgs for them", refused.len());
    for (triple, words) in refused {
        println!("  {triple}: {words}");
    }
    assert!(targets.len() > 9 * refused.len(), "rustc prints cfgs for {} targets only", targets.len());
    let shown = differences.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} expressions differ\n{shown}", differences.len());
}

/// Prints what the comparison was made of, and fails if a part of it is too small to prove anything.
fn table() {
    let said: Vec<&Said> = CASES.iter().filter_map(|(_, verdict)| verdict.as_ref()).collect();
    let (all, targets) = (CASES.len(), KNOWN.targets.len());
    let hits = |said: &Said| said.holds.iter().filter(|holds| **holds).count();
    let nowhere = said.iter().filter(|said| hits(said) == 0).count();
    let everywhere = said.iter().filter(|said| hits(said) == targets).count();
    let rows = [
        ("malformed", all - said.len(), 15),
        ("parsed", said.len(), 45),
        ("  hold on at least one target", said.len() - nowhere, 25),
        ("  hold on some and not on others", said.len() - nowhere - everywhere, 15),
        ("  hold nowhere", nowhere, 5),
        ("  hold everywhere", everywhere, 5),
    ];
    println!("seed {} (CROSSKIT_CFG_SEED)", expressions::settings().0);
    println!("{all} expressions on {targets} targets, {} comparisons", said.len() * targets);
    for (name, count, least) in rows {
        println!("{name:<34} {count:>6}  {:>3} %, {least} % at least", count * 100 / all);
    }
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, ..) in said.iter().flat_map(|said| &said.predicates) {
        *asked.entry(name).or_default() += 1;
    }
    for (name, count, least) in rows {
        assert!(count * 100 >= least * all, "{name}: {count} of {all} are fewer than {least} %");
    }
    for key in [
        "debug_assertions",
        "feature",
        "panic",
        "target_abi",
        "target_arch",
        "target_endian",
        "target_env",
        "target_family",
        "target_feature",
        "target_has_atomic",
        "target_os",
        "target_pointer_width",
        "target_vendor",
        "test",
        "unix",
        "windows",
    ] {
        let count = asked.get(key).copied().unwrap_or_default();
        assert!(count >= 3, "only {count} predicates ask for `{key}`");
    }
}

/// The comparison of whole platforms, triples among them, with the target's own name. One target for each expression is
/// enough here, a different one each time, as Cargo parses anew for every question.
#[test]
fn every_platform_selects_as_for_cargo() {
    let mut differences = Vec::new();
    let names: Vec<String> = KNOWN.targets.iter().map(|target| target.triple.clone()).collect();
    let platforms = CASES.iter().map(|(text, _)| text).chain(&names);
    let mut selected = 0;
    for (place, platform) in platforms.enumerate() {
        // The names come last, and each meets its own target and the next one.
        let own = names.iter().position(|name| name == platform).unwrap_or(place);
        for target in [own, own + 1].map(|place| &KNOWN.targets[place % KNOWN.targets.len()]) {
            let in_manifest =
                Platform::from_str(platform).is_ok_and(|parsed| parsed.matches(&target.triple, &target.cargos));
            let in_config = CfgExpr::matches_key(platform, &target.cargos) || *platform == target.triple;
            let ours = cfgs::selects(platform, &target.triple, &target.ours);
            selected += usize::from(ours);
            if [in_manifest, in_config] != [ours, ours] {
                let target = target.called();
                differences.push(format!("{platform:?} on {target}: {in_manifest}, {in_config} and {ours}"));
            }
        }
    }
    assert!(differences.is_empty(), "in a manifest, in a config and for us:\n{}", differences.join("\n"));
    assert!(selected > names.len(), "only {selected} platforms selected a target");
}
