//! The cargo calls of a cell.

use crate::settings::Profile;
use crate::workspace::Package;

use crate::matrix::Variant;

use super::{Request, Rung};

/// The words by which cargo builds what a rung needs; `None` where not even the lowest can be reached.
pub(super) fn verb<'a>(reach: Rung, request: &Request, std: bool, selected: &[&'a Package]) -> Vec<&'a str> {
    match reach {
        Rung::Check if request.benches => vec!["check", "--benches"],
        Rung::Check => vec!["check"],
        _ if request.benches => vec!["bench", "--no-run"],
        _ if request.builds_tests && std => vec!["test", "--no-run"],
        _ if request.builds_tests => without_libtest(selected),
        _ => vec!["build"],
    }
}

/// What is built of packages for a target without libtest: all of it, and their integration tests. `cargo test` would
/// build unit tests as well, which need libtest.
///
/// Source: Cargo reference, "cargo build", "Target Selection".
fn without_libtest<'a>(packages: &[&'a Package]) -> Vec<&'a str> {
    let mut words = vec!["build"];
    let mut tests: Vec<&str> = packages.iter().flat_map(|package| &package.tests).map(String::as_str).collect();
    if tests.is_empty() {
        return words;
    }
    tests.sort_unstable();
    tests.dedup();
    words.extend(packages.iter().any(|package| package.library).then_some("--lib"));
    words.extend(packages.iter().any(|package| !package.programs.is_empty()).then_some("--bins"));
    words.extend(tests.into_iter().flat_map(|test| ["--test", test]));
    words
}

/// The arguments of a call. Options stand where they always stood: what the config is, the features that are named, and
/// the rest.
pub(super) fn arguments(
    verb: &[&str],
    triple: &str,
    packages: &[String],
    variant: &Variant,
    request: &Request,
) -> Vec<String> {
    let mut arguments: Vec<String> = verb.iter().map(|&word| word.to_owned()).collect();
    arguments.extend(["--target".to_owned(), triple.to_owned()]);
    for package in packages {
        arguments.extend(["-p".to_owned(), package.clone()]);
    }
    let mut options = request.cargo_options.iter().peekable();
    let mut take_all = |name: &str, arguments: &mut Vec<String>| {
        while let Some(option) = options.next_if(|option| *option == name) {
            arguments.push(option.clone());
            arguments.extend(options.next().cloned());
        }
    };
    take_all("--config", &mut arguments);
    for value in &variant.features.features {
        arguments.extend(["--features".to_owned(), value.clone()]);
    }
    if let Profile::Named(name) = &variant.profile {
        arguments.extend(["--profile".to_owned(), name.clone()]);
    }
    take_all("--jobs", &mut arguments);
    let switches = [
        ("--all-features", variant.features.all),
        ("--no-default-features", variant.features.no_default),
        // It is the profile of `cargo bench`, which has no such option.
        ("--release", variant.profile == Profile::Release && !request.benches),
    ];
    arguments.extend(switches.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_owned()));
    arguments.extend(options.cloned());
    arguments
}

/// What the executables get that are run. Source: cargo 1.95, `ops/cargo_test.rs`, `run_benches`.
pub(super) fn test_arguments(request: &Request) -> Vec<String> {
    let bench = request.benches.then(|| "--bench".to_owned());
    request.test_arguments.iter().cloned().chain(bench).collect()
}

/// The directory of the profile below that of the target. `cargo bench` has a profile of its own.
/// Source: Cargo reference, "Profiles", "Profile selection".
pub(super) fn profile_directory<'a>(variant: &'a Variant, request: &Request) -> &'a str {
    match variant.profile {
        Profile::Default if request.benches => Profile::Release.directory(),
        _ => variant.profile.directory(),
    }
}

/// What follows an option of cargo's.
pub(super) fn option_value<'a>(cargo_options: &'a [String], option: &str) -> Option<&'a str> {
    let at = cargo_options.iter().position(|it| it == option)?;
    cargo_options.get(at + 1).map(String::as_str)
}
