//! `cross lint` as its users start it: the program becomes one that has a parser of Rust.

use crosskit_tests::process;

use crate::kit;

#[test]
fn it_starts_itself_anew_with_a_parser() {
    let shared = kit::shared();
    let told = ["Starting the same with a parser of Rust", "2 build scripts: 0 findings in members"];
    process::run(kit::alias(&shared.root, "lint --no-deps --locked"), kit::COMPILING).exits(0).tells(&told);
    // Nothing is left to compile, and stdout holds the data alone.
    let again = process::run(kit::alias(&shared.root, "lint --locked --format json"), kit::SHORT).exits(0);
    let report: serde_json::Value = serde_json::from_str(&again.stdout).expect("stdout is JSON");
    assert_eq!(report["exit_code"], 0, "{again}");
    assert!(report["scripts"].as_array().is_some_and(|it| it.iter().any(|it| it["member"] == true)), "{again}");
}

#[test]
fn a_program_that_cargo_did_not_start_says_how_it_goes() {
    let scratch = kit::scratch("lint-alone");
    let told = ["error[X007]", "cargo did not start it", "hint: start it by cargo: cargo xtask cross lint"];
    process::run(kit::direct(&scratch.root, "lint"), kit::SHORT).exits(2).tells(&told);
}
