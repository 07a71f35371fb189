//! Tests that start programs of the target by hand, in each way of emulation, and the user that they see.
//!
//! Nothing is registered with the system itself: for `system` the kit runs in a namespace where a format is registered.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_core::policy::{LAUNCHER, LAUNCHER_PATH};
use crosskit_tests::installed::{AARCH64, in_path};
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

use crate::kit::{self, COMPILING, SHORT};
use crate::report;

/// An integration test of `app` that starts programs without asking anybody for a runner.
const TESTS: &str = r#"
use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;

/// What a program prints, which must end well.
fn told(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("it starts");
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn by_hand() {
    told(env!("CARGO_BIN_EXE_telemetry"), &["--help"]);
}

#[test]
fn by_a_shell() {
    told("/bin/sh", &["-c", "\"$0\" --help", env!("CARGO_BIN_EXE_telemetry")]);
}

#[test]
fn by_itself_and_with_a_name_of_its_own() {
    let me = std::env::current_exe().unwrap();
    assert!(told(me.to_str().unwrap(), &["--list"]).contains("by_hand: test"));
}

#[test]
fn as_the_user() {
    let user: u32 = told("/usr/bin/id", &["-u"]).trim().parse().unwrap();
    let group: u32 = told("/usr/bin/id", &["-g"]).trim().parse().unwrap();
    let path = std::env::temp_dir().join(format!("crosskit-trees-{}", std::process::id()));
    std::fs::write(&path, "").unwrap();
    let file = std::fs::metadata(&path).unwrap();
    let changed = chown(&path, Some(4000), Some(4001)).map(|()| std::fs::metadata(&path).unwrap());
    std::fs::remove_file(&path).unwrap();
    assert_eq!((file.uid(), file.gid()), (user, group));
    println!("user {user}:{group}, gives files away: {}", changed.is_ok());
    if let Ok(changed) = changed {
        assert_eq!((changed.uid(), changed.gid()), (4000, 4001));
    }
}
"#;

/// Registers AArch64 in a namespace of its own, as the system might have it, and goes on there.
const WITH_THE_SYSTEMS: &str = r#"
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
printf '%s' ':qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:'"$0"':OPF' >/proc/sys/fs/binfmt_misc/register &&
exec "$@"
"#;

/// The copy of the workspace with the test, in which only what concerns it is built.
struct Planted(kit::Shared);

impl Planted {
    fn new() -> Planted {
        AARCH64.require();
        let scratch = kit::shared();
        scratch.write("app/tests/trees.rs", TESTS);
        Planted(scratch)
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        // The next test takes the copy as it is in the repository.
        let _ = fs::remove_file(self.0.root.join("app/tests/trees.rs"));
    }
}

/// A command where the system has AArch64 registered.
fn with_the_systems(command: &Command) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let emulator = std::env::split_paths(&path).map(|it| it.join("qemu-aarch64")).find(|it| it.is_file());
    let mut outer = process::command("unshare", command.get_current_dir().expect("it has one"));
    outer.args(["--user", "--map-root-user", "--mount", "sh", "-c", WITH_THE_SYSTEMS]);
    outer.arg(emulator.expect("it was required")).arg(command.get_program()).args(command.get_args());
    outer
}

fn emulated(scratch: &Scratch) -> (Option<String>, Vec<String>) {
    let report = report::read(scratch);
    let cell = report.only();
    let failed = cell
        .suites
        .iter()
        .flat_map(|suite| &suite.tests)
        .filter(|test| ["failed", "crashed"].contains(&test.outcome.as_str()));
    (cell.emulation.clone(), failed.map(|test| test.name.clone()).collect())
}

#[test]
fn the_example_runs_in_each_way_and_what_its_tests_start_in_two_of_them() {
    let Planted(scratch) = &Planted::new();
    let arguments = |way: &str| format!("aarch64 -p codec -p app {way}");
    kit::run(scratch, &arguments("")).exits(0);
    assert_eq!(emulated(scratch), (Some("namespace".to_owned()), Vec::new()));
    for demanded in ["", "--emulation=system"] {
        process::run(with_the_systems(&kit::direct(&scratch.root, &arguments(demanded))), COMPILING).exits(0);
        assert_eq!(emulated(scratch), (Some("system".to_owned()), Vec::new()));
    }
    let finished = kit::run(scratch, &arguments("--emulation=runner")).exits(100);
    finished.tells(&["CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER"]);
    let failed = ["by_a_shell", "by_hand", "by_itself_and_with_a_name_of_its_own"].map(str::to_owned).to_vec();
    assert_eq!(emulated(scratch), (Some("runner".to_owned()), failed));
    let finished = kit::run(scratch, &arguments("--emulation=system")).exits(3);
    finished.tells(&["X043", "nothing is registered", "qemu-user-binfmt"]);

    // Plain cargo gets it from the launcher, without the kit.
    kit::run_cargo(&scratch.root, &format!("test -p app --target {}", AARCH64.triple)).exits(0);
    let mut by_runner = kit::cargo(&scratch.root);
    by_runner.args(["test", "-p", "app", "--test", "trees", "--target", AARCH64.triple]);
    by_runner.env("CROSSKIT_EMULATION", "runner");
    process::run(by_runner, COMPILING).exits(101);
    let doctor = kit::run(scratch, "doctor aarch64").exits(0);
    let line = doctor.stdout.lines().find(|line| line.contains("emulation")).unwrap_or_default();
    assert!(line.contains("namespace") && line.contains("with what tests start"), "{doctor}");
}

/// Root stays root, with every other user beside it, and everybody else stays who they are.
#[test]
fn tests_see_the_user_who_started_them() {
    let Planted(scratch) = &Planted::new();
    kit::run(scratch, "aarch64 -p app --no-run").exits(0);
    let deps = scratch.root.join("target/aarch64-unknown-linux-gnu/debug/deps");
    let entries = fs::read_dir(&deps).expect("cargo built tests").map(|it| it.expect("it can be read").path());
    let is_test = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("trees-") && !name.contains('.')
    };
    let test = entries.into_iter().find(is_test).expect("the planted test was built");
    let place = Place::new();
    fs::copy(&test, place.0.join("test")).expect("a file can be copied");
    fs::write(place.0.join("run"), LAUNCHER).expect("a file can be written");
    fs::set_permissions(place.0.join("run"), fs::Permissions::from_mode(0o755)).expect("the owner may do so");
    let own = fs::metadata(place.0.join("run")).expect("it is there").uid();
    place.sees(&[], own);
    if own == 0 {
        assert!(in_path("setpriv"), "setpriv is missing; install the package util-linux");
        place.sees(&["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], 65534);
        place.sees(&["setpriv", "--reuid=1234", "--regid=4321", "--clear-groups"], 1234);
    }
}

/// A directory that every user may read.
struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        let place = Place(std::env::temp_dir().join(format!("crosskit-place-{}", std::process::id())));
        fs::create_dir_all(&place.0).expect("a directory can be made");
        fs::set_permissions(&place.0, fs::Permissions::from_mode(0o755)).expect("the owner may do so");
        place
    }

    fn run(&self, before: &[&str], way: &str) -> Finished {
        let launcher = self.0.join("run").display().to_string();
        let test = self.0.join("test").display().to_string();
        let runner = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", &test, "--nocapture", "by_itself", "as_the_user"];
        let words = [before, &[&launcher], &runner].concat();
        let mut command = process::command(words[0], &self.0);
        command.args(&words[1..]).env("CROSSKIT_EMULATION", way).env("HOME", "/");
        process::run(command, SHORT)
    }

    #[track_caller]
    fn sees(&self, before: &[&str], user: u32) {
        let finished = self.run(before, "namespace").exits(0);
        assert!(finished.stdout.contains(&format!("user {user}:")), "{finished}");
        assert!(finished.stdout.contains(&format!("gives files away: {}", user == 0)), "{finished}");
        assert!(finished.stdout.contains("2 passed"), "{finished}");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The kernel tries what is registered before its own formats, so that a loose entry would take this machine's programs.
#[test]
fn the_machines_own_programs_start_as_ever_beside_those_of_32_bits() {
    assert!(in_path("qemu-i386"), "qemu-i386 is missing; install it with\n  sudo apt-get install qemu-user");
    let scratch = kit::shared();
    let launcher = scratch.root.join(LAUNCHER_PATH);
    scratch.write(LAUNCHER_PATH, LAUNCHER);
    let mut command = process::command("sh", &scratch.root);
    command.arg(launcher).args([
        "qemu-i386",
        "/bin/sh",
        "-c",
        "ls /proc/self/exe && cat /proc/sys/fs/binfmt_misc/crosskit-i386",
    ]);
    command.env("CROSSKIT_EMULATION", "namespace");
    let finished = process::run(command, SHORT).exits(0);
    assert!(finished.stdout.contains("magic 7f454c460101"), "{finished}");
    assert!(!Path::new("/proc/sys/fs/binfmt_misc/crosskit-i386").exists(), "it is registered outside as well");
}
