//! Tests whose failures do not count: those that are known to fail, and those that pass when they are run again.

use crosskit_tests::installed::AARCH64;

use crate::little::{Little, PACKAGE};

const SETTINGS: &str = "\
[[quarantine]]
test = \"known\"
reason = \"it is known\"

[[quarantine]]
test = \"mended\"
reason = \"it was known\"

[[quarantine]]
test = \"aborts\"
reason = \"it takes the whole process with it\"

[[quarantine]]
test = \"src/lib.rs - known (line 1)\"
reason = \"an example that is too old\"
";

const LIBRARY: &str = "\
/// ```
/// panic!(\"as it is known to\");
/// ```
pub fn known() {}

/// ```
/// let _ = little::another();
/// ```
pub fn another() {}
";

const KNOWN: &str = "\
#[test]
fn known() {
    panic!(\"as it is known to\");
}
#[test]
fn mended() {}
#[test]
fn another() {}
";

const ABORTS: &str = "\
#[test]
fn aborts() {
    std::process::abort();
}
#[test]
fn b_follows() {}
";

const FLAKY: &str = "\
#[test]
fn passes_the_second_time() {
    assert!(mark(\"tried\"));
}
";

#[test]
fn what_is_known_to_fail_and_what_is_flaky_does_not_count_and_is_told() {
    AARCH64.require();
    let little = Little::new("forgiven", &[("known", KNOWN), ("aborts", ABORTS), ("flaky", FLAKY)]);
    little.write("src/lib.rs", LIBRARY);
    little.write("crosskit.toml", SETTINGS);
    let outcome = little.run("aarch64 --retries 1").exits(0);
    let suite = |name: &str| outcome.suite(name);
    suite("known").ended("passed", &[("another", "passed"), ("known", "quarantined"), ("mended", "passed")]);
    suite("aborts").ended("passed", &[("aborts", "quarantined"), ("b_follows", "passed")]);
    suite("flaky").ended("passed", &[("passes_the_second_time", "flaky")]);
    let cell = outcome.report.only();
    let documented = cell.suite(PACKAGE, PACKAGE, "doc");
    let names = [("src/lib.rs - another (line 6)", "passed"), ("src/lib.rs - known (line 1)", "quarantined")];
    documented.ended("passed", &names);
    let words = [
        "`mended` of little passed",
        "it was known",
        "failed and then passed",
        "X038",
        "the reason is: it takes the whole process with it",
        "the reason is: an example that is too old",
        "2 passed, 1 in quarantine",
        "1 passed (1 flaky)",
    ];
    let told = outcome.finished.tells(&words);

    // Without the second try it fails, and so does what stands in no list.
    let outcome = little.run("aarch64").exits(100);
    outcome.suite("flaky").ended("failed", &[("passes_the_second_time", "failed")]);
    little.write("crosskit.toml", &SETTINGS.replace("known (line 1)", "unknown (line 1)"));
    let outcome = little.run("aarch64 --retries 1").exits(100);
    let documented = outcome.report.only().suite(PACKAGE, PACKAGE, "doc");
    assert_eq!(documented.verdict, "failed", "{told}");
}
