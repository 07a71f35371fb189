//! Cargo's own resolution of its configuration against the kit's, in generated situations.
//!
//! Each situation is a set of config files, an environment and a command line. Real `cargo test` runs in it with fakes for
//! rustc, rustdoc, runners and linkers, so that nothing is compiled; what they were given is what the kit must have said.
//!
//! `CROSSKIT_DIFFERENTIAL_CASES` says how many, `CROSSKIT_DIFFERENTIAL_SEED` which; both are printed.

mod cargo;
mod compare;
mod document;
mod generate;
mod kit;
mod plants;
mod random;
mod run;
mod situation;
mod toolbox;
mod trouble;

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
