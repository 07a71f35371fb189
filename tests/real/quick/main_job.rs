//! The main job: `cargo xtask cross aarch64`.

use std::os::unix::fs::PermissionsExt;

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process;
use crosskit_tests::scratch::CONFIG;

use crate::kit;
use crate::report::{self, Report};

/// The root config after the first run. With it the kit's own words in the alias put `cc` in the place of a cross linker
/// on a machine whose own triple is in the policy.
const SYNCED: &str = "\
# Team settings.
[alias]
xtask = \"run --quiet --target host-tuple --config target.aarch64-unknown-linux-gnu.linker='cc' --package xtask --\" # crosskit

[target.aarch64-unknown-linux-gnu] # crosskit
linker = \"aarch64-linux-gnu-gcc\" # crosskit
runner = \".cargo/crosskit/run qemu-aarch64 -L /usr/aarch64-linux-gnu\" # crosskit

[env] # crosskit
CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER = { value = \".cargo/crosskit/run qemu-aarch64 -L /usr/aarch64-linux-gnu\", relative = true } # crosskit
";

const LAUNCHER: &str = ".cargo/crosskit/run";

#[test]
fn aarch64_is_configured_built_and_tested() {
    AARCH64.require();
    let scratch = kit::shared();
    process::run(kit::alias(&scratch.root, "aarch64"), kit::COMPILING).exits(0);

    let first = report::read(&scratch);
    keeps_its_contract(&first);
    assert_eq!(first.only().names(), report::plain_names(&scratch, ""), "plain cargo has other tests");
    assert_eq!(scratch.read(CONFIG), SYNCED);
    let launcher = scratch.root.join(LAUNCHER).metadata().expect("the launcher was written");
    assert_eq!(launcher.permissions().mode() & 0o111, 0o111, "whoever may read the launcher may start it");

    let written = || [CONFIG, LAUNCHER].map(|path| (scratch.read(path), modified(&scratch.root.join(path))));
    let before = written();
    process::run(kit::alias(&scratch.root, "aarch64"), kit::COMPILING).exits(0);
    assert_eq!(written(), before, "a second start writes nothing");
    assert_eq!(report::read(&scratch).only().names(), first.only().names());
}

fn modified(path: &std::path::Path) -> std::time::SystemTime {
    path.metadata().and_then(|metadata| metadata.modified()).expect("the disk keeps times")
}

fn keeps_its_contract(report: &Report) {
    assert_eq!((report.schema, &report.parts[0].host), (1, &installed::host()));
    assert!(!report.summary.is_empty(), "{report:#?}");
    let cell = report.only();
    assert_eq!((cell.target.as_str(), cell.rung.as_deref()), (AARCH64.triple, Some("run")));
    assert_eq!(cell.verdict, "passed");
    assert!(cell.runner.starts_with("qemu-aarch64"), "{}", cell.runner);
    assert!(cell.seconds > 0.0);
    for finding in &cell.findings {
        assert!(finding.code.starts_with('X') && !finding.message.is_empty(), "{finding:?}");
        assert_ne!(finding.severity, "error", "{finding:?}");
    }
    let tests = || cell.suites.iter().flat_map(|suite| &suite.tests);
    let passed = tests().filter(|test| test.outcome == "passed").count();
    assert_eq!((cell.tests.passed, cell.tests.failed), (passed, 0), "the figures are those of the tests");
    assert_eq!(cell.tests.passed + cell.tests.ignored, tests().count());
    for suite in &cell.suites {
        // The tests of a proc-macro are host programs; everything else that has an executable is for the target.
        assert_eq!(suite.host, suite.package == "derive", "{suite:?}");
        if !suite.host && suite.kind != "doc" {
            assert_eq!(suite.machine, AARCH64.machine, "{suite:?}");
        }
        assert_eq!(suite.verdict, "passed", "{suite:?}");
    }
    assert!(!cell.suite("derive", "derive", "unit").tests.is_empty(), "the proc-macro has tests");
}
