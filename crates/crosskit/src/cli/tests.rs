use super::*;

fn read(line: &str) -> Result<Options, clap::Error> {
    parse(line.split_whitespace().map(OsString::from))
}

#[test]
fn the_definition_is_consistent() {
    command().debug_assert();
}

#[test]
fn targets_options_and_test_arguments() {
    let options = read("aarch64 s390x -p codec --release -F text --timeout 9 -- --nocapture x").expect("valid");
    assert_eq!(options.request.targets, ["aarch64", "s390x"]);
    assert_eq!(options.request.packages, ["codec"]);
    assert_eq!(options.request.axes.features[0].features, ["text"]);
    assert_eq!(options.request.axes.profiles, [Profile::Release]);
    assert!(options.request.cargo_options.is_empty());
    assert_eq!(options.request.test_arguments, ["--nocapture", "x"]);
    assert_eq!(options.request.timeout, Some(9));
    assert_eq!(options.request.rung, Rung::Run);
}

#[test]
fn commands_set_the_rung() {
    let rung = |line: &str| read(line).expect("valid").request.rung;
    assert_eq!(rung("build aarch64"), Rung::Verify);
    assert_eq!(rung("check aarch64"), Rung::Check);
    assert_eq!(rung("test aarch64"), Rung::Run);
    assert_eq!(rung("aarch64 --no-run"), Rung::Verify);
    assert_eq!(rung("bench aarch64"), Rung::Run);
    let benches = |line: &str| read(line).expect("valid").request.benches;
    assert!(benches("bench aarch64 --no-run") && !benches("test aarch64"));
    let action = |line: &str| read(line).expect("valid").action;
    assert_eq!(action("sync --check aarch64"), Action::Sync(SyncMode::Check));
    assert_eq!(action("sync --diff"), Action::Sync(SyncMode::Diff));
    assert_eq!(action("sync --remove aarch64"), Action::Sync(SyncMode::Remove));
    assert_eq!(action("explain aarch64 env.CC"), Action::Explain);
}

#[test]
fn features_and_profiles_are_varied() {
    let axes = |line: &str| read(line).expect("valid").request.axes;
    let powerset =
        axes("aarch64 --feature-powerset --depth 2 -F a,b --exclude-features c --mutually-exclusive-features d,e");
    let varied = powerset.varied.expect("varied");
    assert_eq!(varied.way, FeatureWay::Powerset { depth: Some(2) });
    assert_eq!((varied.always, varied.exclude), (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]));
    assert_eq!(varied.exclusive, [["d", "e"].map(str::to_owned)]);
    let several = [Profile::Default, Profile::Release, Profile::Named("small".to_owned())];
    assert_eq!(axes("aarch64 --profile dev --profile release --profile small").profiles, several);
    assert_eq!(axes("aarch64 --profile release").profiles, [Profile::Named("release".to_owned())]);
}

#[test]
fn what_is_climbed_as_far_as_it_goes() {
    let request = |line: &str| read(line).expect("valid").request;
    assert!(!request("aarch64").best_effort);
    assert!(request("aarch64 --best-effort").best_effort);
    assert!(request("check all").best_effort);
    assert_eq!(request("matrix --check").rung, Rung::Check);
    let matrix = request("matrix ci -- --nocapture");
    assert_eq!((matrix.matrices, matrix.best_effort), (Some(vec!["ci".to_owned()]), true));
    assert_eq!(request("aarch64").matrices, None);
}

#[test]
fn mistakes_are_usage_errors() {
    for line in [
        "",
        "--timeout 0 aarch64",
        "--timeout x aarch64",
        "--nonsense",
        "-q -v aarch64",
        "explain",
        "sync --check --diff",
        "env x --shell csh",
        "aarch64 --depth 2",
        "aarch64 --each-feature --depth 2",
        "aarch64 --feature-powerset --depth 0",
        "aarch64 --exclude-features a",
        "aarch64 --each-feature --feature-powerset",
        "aarch64 --each-feature --all-features",
        "matrix ci -p codec",
        "matrix --check --no-run",
    ] {
        let error = read(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}: {error}");
    }
    assert_eq!(read("--help").expect_err("help").exit_code(), 0);
}
