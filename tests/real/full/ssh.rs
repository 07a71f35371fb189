//! Tests on another computer, which is this one behind an sshd: what they are linked for runs there as it is.

use std::time::Duration;

use crosskit_tests::installed::{self, AARCH64_MUSL, Target, X86_64_MUSL};
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::{CONFIG, Scratch};

use crate::kit;
use crate::report;
use crate::sshd::Sshd;

/// What only a test that runs there can see.
const THERE: &str = "\
//! Looks at where it runs.
#[test]
fn runs_there() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    assert!(!variable(\"SSH_CONNECTION\").is_empty());
    assert_ne!(variable(\"CARGO_MANIFEST_DIR\"), env!(\"CARGO_MANIFEST_DIR\"));
    assert_eq!(std::env::current_dir().unwrap(), std::path::Path::new(&variable(\"CARGO_MANIFEST_DIR\")));
    assert_eq!(std::fs::read_to_string(\"tests/data/greeting\").unwrap(), \"hello\\n\");
    assert_eq!(variable(\"GREETING\"), \"it's set\");
    assert_eq!(variable(\"SECRET\"), \"\");
    std::fs::write(\"written\", \"there\").unwrap();
}
";

const FAILS: &str = "\
//! Fails.
#[test]
fn fails_on_purpose() {
    panic!(\"no such luck\");
}
";

const ABORTS: &str = "\
//! Aborts.
#[test]
fn aborts() {
    std::process::abort();
}
";

/// With a child, which must end as well.
const HANGS: &str = "\
//! Hangs.
#[test]
fn hangs() {
    std::process::Command::new(\"sleep\").arg(\"1234\").status().unwrap();
}
";

/// A target that this computer runs as it is, so that it can play the other one.
fn target() -> Target {
    let target = if installed::host().starts_with("aarch64") { AARCH64_MUSL } else { X86_64_MUSL };
    target.require();
    target
}

/// A workspace whose tests run on `board`.
fn scratch(name: &str, target: Target) -> Scratch {
    let scratch = kit::scratch(name);
    let settings = "ssh = \"board\"\nexclude = [\"native\"]\n";
    scratch.write("crosskit.toml", &format!("[target.{}]\n{settings}", target.triple));
    scratch
}

/// The kit, where `ssh board` reaches the sshd.
fn run(scratch: &Scratch, sshd: &Sshd, arguments: &str) -> Finished {
    let mut command = kit::direct(&scratch.root, arguments);
    command.env("PATH", sshd.path()).env("SECRET", "stays here");
    process::run(command, kit::COMPILING)
}

#[test]
fn tests_pass_on_another_computer_by_the_kit_and_by_plain_cargo() {
    let (target, sshd) = (target(), Sshd::start("passes"));
    let scratch = scratch("ssh", target);
    scratch.write("codec/tests/there.rs", THERE);
    scratch.write("codec/tests/data/greeting", "hello\n");
    scratch.write(CONFIG, &(scratch.read(CONFIG) + "\n[env]\nGREETING = \"it's set\"\n"));
    run(&scratch, &sshd, &format!("{} -p codec -p app", target.alias)).exits(0);
    let report = report::read(&scratch);
    let cell = report.only();
    assert_eq!((cell.verdict.as_str(), cell.runner.as_str()), ("passed", "ssh board"));
    // The tests of the command line start the package's own binary, which went along.
    for (package, name, kind) in
        [("codec", "there", "integration"), ("codec", "codec", "doc"), ("app", "cli", "integration")]
    {
        let suite = cell.suite(package, name, kind);
        assert!(suite.verdict == "passed" && !suite.tests.is_empty(), "{suite:#?}");
    }
    assert!(!scratch.has("codec/written"), "the test wrote into the package here");
    sshd.nothing_left();

    let mut cargo = kit::cargo(&scratch.root);
    cargo.args(["test", "-p", "codec", "--target", target.triple, "--test", "there"]).env("PATH", sshd.path());
    let finished = process::run(cargo, kit::COMPILING).exits(0);
    assert!(finished.stdout.contains("runs_there ... ok"), "{finished}");
    sshd.nothing_left();
}

#[test]
fn what_fails_there_is_told_by_name_and_what_hangs_there_is_ended_there() {
    let (target, sshd) = (target(), Sshd::start("fails"));
    let scratch = scratch("ssh-fails", target);
    for (name, text) in [("fails", FAILS), ("aborts", ABORTS), ("hangs", HANGS)] {
        scratch.write(&format!("codec/tests/{name}.rs"), text);
    }
    let arguments = format!("{} -p codec --timeout 40", target.alias);
    run(&scratch, &sshd, &arguments).exits(100).tells(&["X040", "hangs", "X041", "`fails_on_purpose`", "X042", "134"]);
    let report = report::read(&scratch);
    let verdict = |name: &str| report.only().suite("codec", name, "integration").verdict.clone();
    assert_eq!(["fails", "aborts", "hangs", "resync"].map(verdict), ["failed", "crashed", "timed out", "passed"]);
    sshd.nothing_left();

    // Ctrl-C.
    let mut command = kit::direct(&scratch.root, &format!("{} -p codec -- hangs", target.alias));
    command.env("PATH", sshd.path());
    let running = process::start(command);
    process::await_naming(&sshd.temporary(), "sleep 1234", kit::COMPILING);
    running.signal("INT");
    let finished = running.wait(kit::COMPILING).exits(130);
    assert!(finished.took < kit::COMPILING, "{finished}");
    sshd.nothing_left();

    // Plain cargo, ended as a terminal or a time limit of CI ends it.
    let mut cargo = kit::cargo(&scratch.root);
    cargo.args(["test", "-p", "codec", "--target", target.triple, "--test", "hangs"]).env("PATH", sshd.path());
    let running = process::start(cargo);
    process::await_naming(&sshd.temporary(), "sleep 1234", kit::COMPILING);
    let launcher = process::naming(&scratch.root).into_iter().find(|it| it.line.contains("crosskit/run ssh board"));
    let launcher = launcher.expect("the launcher runs");
    let kill = std::process::Command::new("kill").args(["-KILL", &launcher.id.to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()));
    running.wait(kit::COMPILING).exits(101);
    sshd.nothing_left();
}

/// Nothing that goes wrong between here and there is told as a failure of the tests, nor ends like one.
#[test]
fn a_connection_that_fails_is_told_as_such() {
    let (target, sshd) = (target(), Sshd::start("refuses"));
    let scratch = scratch("ssh-refuses", target);
    let told = |words: &[&str]| {
        let finished = run(&scratch, &sshd, &format!("{} -p codec", target.alias)).exits(7).tells(&["X044"]);
        let report = report::read(&scratch);
        assert_eq!(report.only().suite("codec", "resync", "integration").verdict, "not run", "{finished}");
        let counts = report.only().suites.iter().map(|suite| suite.tests.len()).sum::<usize>();
        assert_eq!(counts, 0, "{finished}");
        let all = format!("{}{}", finished.stdout, finished.stderr);
        for word in words {
            assert!(all.contains(word), "{word:?} is not told\n{finished}");
        }
        assert!(!finished.stderr.contains("X041") && !finished.stderr.contains("X042"), "{finished}");
        assert!(finished.took < Duration::from_secs(120), "{finished}");
    };
    sshd.gone();
    told(&["Connection refused", "`ssh board` made no connection"]);
    sshd.as_a_stranger();
    told(&["Permission denied", "`ssh board` made no connection"]);
    sshd.nothing_left();
}

/// The machine's own triple goes there as well, as somebody said so, while the xtask itself stays here.
#[test]
fn the_own_triple_goes_there_and_the_xtask_does_not() {
    let (host, sshd) = (installed::host(), Sshd::start("own"));
    let scratch = kit::scratch("ssh-own");
    scratch.write("codec/tests/fails.rs", FAILS);
    scratch.write("crosskit.toml", &format!("[target.{host}]\nssh = \"board\"\n"));
    run(&scratch, &sshd, "host -p codec").exits(100).tells(&["X041", "`fails_on_purpose`"]);
    assert_eq!(report::read(&scratch).only().runner, "ssh board");
    sshd.gone();
    let mut alias = kit::alias(&scratch.root, "sync --check");
    alias.env("PATH", sshd.path());
    process::run(alias, kit::COMPILING).exits(0);
    sshd.nothing_left();
}
