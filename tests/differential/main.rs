//! Cargo's own resolution of its configuration against the kit's, in generated situations.
//!
//! Each situation is a set of config files, an environment and a command line. Real `cargo test` runs in it with fakes for
//! rustc, rustdoc, runners and linkers, so that nothing is compiled; what they were given is what the kit must have said.
//!
//! What the files are merged to is also held against `cargo config get`, in 200 of the situations at least.
//! Generated sets of config files are held against what Cargo can read and merge at all.
//!
//! `CROSSKIT_DIFFERENTIAL_CASES` says how many, `CROSSKIT_DIFFERENTIAL_SEED` which; both are printed.

mod cargo;
mod compare;
mod config_get;
mod document;
mod files;
mod generate;
mod kit;
mod plants;
mod random;
mod rules;
mod run;
mod situation;
mod toolbox;
mod trouble;

use std::collections::BTreeMap;

use plants::Plant;
use run::run;

#[test]
fn the_kit_says_what_cargo_does() {
    let run = run();
    let different: Vec<String> = run.cases.iter().filter_map(|case| case.report()).collect();
    let failed = run.cases.iter().filter(|case| case.seen.trouble.is_some()).count();
    println!("{} cases, seed {}, {failed} stop cargo, {:.1?}", run.cases.len(), run.seed, run.took);
    assert!(
        different.is_empty(),
        "{} of {} cases differ, seed {}; the first ones:\n\n{}",
        different.len(),
        run.cases.len(),
        run.seed,
        different.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n")
    );
}

/// Every rule is hit, and most cases have something to decide. The table is printed.
#[test]
fn the_situations_hit_every_rule() {
    let run = run();
    let mut counts: BTreeMap<&str, usize> = rules::ALL.iter().map(|rule| (*rule, 0)).collect();
    let mut shared = 0;
    for case in &run.cases {
        let layers = kit::resolve(&run.toolbox, &run.answers, &case.situation, &case.place, None).layers;
        shared += usize::from(rules::has_key_in_two_sources(&case.situation, &layers));
        for rule in rules::hit(case, &layers) {
            *counts.entry(rule).or_insert(0) += 1;
        }
    }
    for (rule, count) in &counts {
        println!("{count:6}  {rule}");
    }
    println!("{shared} of {} cases set a key in two or more sources", run.cases.len());
    let stopped = run.cases.iter().filter(|case| case.seen.trouble.is_some()).count();
    assert!(shared * 2 >= run.cases.len(), "only {shared} cases set a key twice");
    assert!(stopped * 3 <= run.cases.len(), "{stopped} cases stop cargo, and leave nothing to compare");
    // A short run cannot hit all of them; a long one must.
    if run.cases.len() >= 2000 {
        let missed: Vec<&&str> = counts.iter().filter(|(_, count)| **count < 5).map(|(rule, _)| rule).collect();
        assert!(missed.is_empty(), "hardly hit: {missed:?}");
    }
}

/// Each planted bug shows in the very situations in which there is no difference without it.
#[test]
fn every_planted_bug_is_found() {
    let run = run();
    let mut missed = Vec::new();
    for plant in Plant::ALL {
        // One is enough: all situations would have to be resolved once more for each plant.
        let shows = run.cases.iter().position(|case| {
            let resolution = kit::resolve(&run.toolbox, &run.answers, &case.situation, &case.place, Some(plant));
            !compare::differences(&resolution.answer(&case.place, &run.toolbox.host), &case.seen).is_empty()
        });
        match shows {
            Some(number) => println!("{plant:?}: first seen in situation {number}"),
            None => missed.push(plant),
        }
    }
    assert!(missed.is_empty() || run.cases.len() < 300, "not found in {} cases: {missed:?}", run.cases.len());
    assert!(missed.len() * 2 < Plant::ALL.len(), "not found in {} cases: {missed:?}", run.cases.len());
}
