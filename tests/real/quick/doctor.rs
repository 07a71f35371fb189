//! `doctor` on this machine: what it keeps between runs, its trials, and an installation that fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

use crate::kit;

const CACHE: &str = "target/crosskit/tools.json";

/// A `PATH` of links to everything but some programs, with a directory in front for what a test puts in their place.
struct Place {
    scratch: Scratch,
    bin: PathBuf,
    path: std::ffi::OsString,
}

impl Place {
    fn without(name: &str, gone: impl Fn(&str) -> bool) -> Place {
        let scratch = kit::scratch(name);
        let links = scratch.path_without(gone);
        let bin = scratch.root.join("bin");
        fs::create_dir(&bin).expect("a directory can be made");
        let path = std::env::join_paths([&bin, &links]).expect("the paths have no colon");
        Place { scratch, bin, path }
    }

    fn start(&self, arguments: &str) -> process::Running {
        let mut command = kit::direct(&self.scratch.root, arguments);
        command.env("PATH", &self.path);
        process::start(command)
    }

    #[track_caller]
    fn run(&self, arguments: &str) -> Finished {
        self.start(arguments).wait(kit::COMPILING)
    }

    /// Puts a script in front of `PATH`.
    fn script(&self, name: &str, text: &str) {
        let path = self.bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a script can be written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    }
}

/// A program that says a version, as a file that was not changed just now: what scripts say is never kept.
fn program(directory: &Path, version: &str) -> PathBuf {
    let (source, program) = (directory.join("fake.rs"), directory.join(format!("fake-{version}")));
    let text = format!("fn main() {{ println!(\"qemu-aarch64 version {version} (Debian)\") }}\n");
    fs::write(&source, text).expect("a file can be written");
    let mut rustc = process::command("rustc", directory);
    rustc.args(["--edition=2021", "-o"]).arg(&program).arg(&source);
    process::run(rustc, kit::COMPILING).exits(0);
    let file = fs::File::options().write(true).open(&program).expect("rustc made it");
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("the time can be set");
    program
}

#[track_caller]
fn says(finished: &Finished, words: &[&str]) {
    let line = |words: &[&str]| {
        let has = |line: &&str| words.iter().all(|word| line.split_whitespace().any(|it| it == *word));
        finished.stdout.lines().any(|line| has(&line))
    };
    assert!(line(words), "no line has all of {words:?}\n{finished}");
}

#[test]
fn a_tool_that_was_replaced_or_renamed_is_told_anew() {
    AARCH64.require();
    let place = Place::without("doctor-replaced", |name| name == "qemu-aarch64" || name == "qemu-aarch64-static");
    let (one, two) = (program(&place.scratch.root, "7.7.1"), program(&place.scratch.root, "8.8.2"));
    let emulator = place.bin.join("qemu-aarch64");
    fs::rename(one, &emulator).expect("it can be moved");
    let arguments = "doctor aarch64 -p codec";
    says(&place.run(arguments).exits(0), &["emulator", "qemu-aarch64", "7.7.1"]);
    let kept = place.scratch.read(CACHE);
    assert!(kept.contains("\"7.7.1\""), "{kept}");
    // Nobody says this version, so whoever tells it did not ask.
    place.scratch.write(CACHE, &kept.replace("\"7.7.1\"", "\"6.6.6\""));
    says(&place.run(arguments).exits(0), &["emulator", "qemu-aarch64", "6.6.6"]);
    fs::rename(two, &emulator).expect("it can be moved");
    says(&place.run(arguments).exits(0), &["emulator", "qemu-aarch64", "8.8.2"]);
    for broken in ["", "{\"schema\": 1, \"answ", "[1, 2]", &kept[..kept.len() / 2]] {
        place.scratch.write(CACHE, broken);
        says(&place.run(arguments).exits(0), &["emulator", "qemu-aarch64", "8.8.2"]);
        assert!(place.scratch.read(CACHE).contains("\"8.8.2\""), "it was written anew after {broken:?}");
    }
    fs::rename(&emulator, place.bin.join("qemu-away")).expect("it can be moved");
    let gone = place.run(arguments).exits(3).tells(&["X015"]);
    says(&gone, &["missing", "emulator", "qemu-aarch64"]);
}

#[test]
fn doctors_at_once_leave_a_whole_file() {
    let scratch = kit::scratch("doctor-at-once");
    for _ in 0..3 {
        let _ = fs::remove_file(scratch.root.join(CACHE));
        let started: Vec<_> = ["doctor all", "doctor aarch64 -p codec", "doctor all", "targets"]
            .iter()
            .map(|arguments| process::start(kit::direct(&scratch.root, arguments)))
            .collect();
        for running in started {
            let finished = running.wait(kit::COMPILING);
            assert!(matches!(finished.code, Some(0 | 3)) && !finished.timed_out, "{finished}");
        }
        let text = scratch.read(CACHE);
        let whole: serde_json::Value = serde_json::from_str(&text).expect("the file is whole");
        assert!(whole["answers"].as_object().is_some_and(|answers| !answers.is_empty()), "{text}");
    }
}

#[test]
fn a_dry_run_keeps_nothing() {
    let scratch = kit::scratch("doctor-dry-run");
    let before = scratch.snapshot();
    for arguments in ["doctor all --dry-run", "doctor aarch64 --dry-run", "sync aarch64 --check", "env aarch64"] {
        process::run(kit::direct(&scratch.root, arguments), kit::SHORT);
        scratch.snapshot().equals(&before);
    }
}

#[test]
fn a_trial_compiles_links_and_runs_with_threads() {
    AARCH64.require();
    let scratch = kit::scratch("doctor-trial");
    let config = scratch.read(".cargo/config.toml");
    let finished = kit::run(&scratch, "doctor aarch64 -p codec --probe").exits(0);
    let told = "compiled, linked and ran with 4 threads";
    assert!(finished.stdout.contains(told), "{finished}");
    assert_eq!(scratch.read(".cargo/config.toml"), config, "doctor writes no policy");
    assert!(!scratch.has(".cargo/crosskit"), "nor a launcher");
    // And as data, once the policy is written.
    kit::run(&scratch, "sync aarch64").exits(0);
    let finished = kit::run(&scratch, "doctor aarch64 -p codec --probe --format json").exits(0);
    let data: serde_json::Value = serde_json::from_str(&finished.stdout).expect("it is JSON");
    assert_eq!(data["schema"], 1);
    assert_eq!(data["targets"][0]["trial"]["threads"], 4, "{finished}");
}

#[test]
fn a_trial_names_the_stage_that_broke() {
    AARCH64.require();
    let place = Place::without("doctor-broken", |_| false);
    let trial = "doctor aarch64 -p codec --probe";
    let settings = |runner: &str| {
        format!("[target.aarch64-unknown-linux-gnu]\ntimeout = 2\nrunner = \"{runner}\"\nexclude = [\"native\"]\n")
    };
    let broke = |stage: &str| format!("broke at `{stage}`");

    place.script("aarch64-linux-gnu-gcc", "echo 'the disk is on fire' >&2; exit 9");
    let finished = place.run(trial).exits(3).tells(&["X054", &broke("link"), "the disk is on fire"]);
    assert!(finished.stdout.contains(&broke("link")), "{finished}");
    fs::remove_file(place.bin.join("aarch64-linux-gnu-gcc")).expect("it is there");

    place.script("refuses", "echo 'no such processor' >&2; exit 4");
    place.scratch.write("crosskit.toml", &settings("refuses"));
    place.run(trial).exits(3).tells(&["X054", &broke("start"), "no such processor", "exit status: 4"]);

    place.script("hangs", "echo 'crosskit-trial began'; sleep 1000");
    place.scratch.write("crosskit.toml", &settings("hangs"));
    place.run(trial).exits(3).tells(&["X054", &broke("run"), "limit of 2 s", "came no further with its threads"]);
    let left = process::naming(&place.scratch.root);
    assert!(left.is_empty(), "{left:?}");

    place.script("silent", "exit 0");
    place.scratch.write("crosskit.toml", &settings("silent"));
    place.run(trial).exits(3).tells(&["X054", &broke("start"), "before its last line"]);
}

#[test]
fn a_linker_for_another_machine_is_told_by_its_own_words() {
    AARCH64.require();
    let place = Place::without("doctor-other-linker", |_| false);
    std::os::unix::fs::symlink("/usr/bin/gcc", place.bin.join("aarch64-linux-gnu-gcc")).expect("a link can be made");
    place.run("doctor aarch64 -p codec").exits(3).tells(&["X051", "is for `x86_64-linux-gnu`", "-dumpmachine"]);
}

#[test]
fn a_processor_that_nobody_knows_is_told_with_the_nearest() {
    AARCH64.require();
    let scratch = kit::scratch("doctor-processor");
    let runner = "qemu-aarch64 -cpu cortex-a75 -L /usr/aarch64-linux-gnu";
    let unknown = runner.replace("a75", "a5x7");
    for (runner, code) in [("qemu-aarch64 -cpu cortex-a57 -L /usr/aarch64-linux-gnu", 0), (unknown.as_str(), 3)] {
        scratch.write("crosskit.toml", &format!("[target.aarch64-unknown-linux-gnu]\nrunner = \"{runner}\"\n"));
        let finished = kit::run(&scratch, "doctor aarch64 -p codec").exits(code);
        if code == 3 {
            finished.tells(&["X053", "`cortex-a5x7`", "`cortex-a57`"]);
        }
    }
}

/// What apt says is recorded; that it is really asked, and that nothing is believed to be installed, is what counts.
#[test]
fn an_installation_that_fails_is_a_finding_with_a_way_out() {
    let place = Place::without("doctor-install", |name| ["aarch64-linux-gnu-gcc", "apt-get", "sudo"].contains(&name));
    let install = "doctor aarch64 -p codec --install --yes";
    // The tests may or may not be root, and then sudo is what is missing first.
    place.run(install).exits(3).tells(&["X017", "`apt-get` not found", "X012"]);
    place.script("sudo", "exec \"$@\"");
    place.script(
        "apt-get",
        "echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt)' >&2; exit 100",
    );
    place.run(install).exits(3).tells(&["X017", "held by process 4711 (apt)", "`ps -p 4711`", "X012"]);
    place.script("apt-get", "[ \"$1\" = update ] || { echo \"E: dpkg was interrupted, you must\" >&2; exit 100; }");
    place.run(install).exits(3).tells(&["X017", "dpkg --configure -a", "X012"]);
    // A server that is gone need not have what is wanted.
    let real = "/usr/bin/aarch64-linux-gnu-gcc";
    let link = place.bin.join("aarch64-linux-gnu-gcc");
    let gone = "echo \"E: The repository 'https://gone.example' does not have a Release file\" >&2; exit 100";
    place.script("apt-get", &format!("[ \"$1\" != update ] || {{ {gone}; }}; ln -s {real} {}", link.display()));
    AARCH64.require();
    place.run(install).exits(0).tells(&["warning[X017]", "gone.example", "installed all the same"]);
    // Once it goes well the next run finds what was installed, with no trace of what failed before.
    std::fs::remove_file(&link).expect("apt made it");
    place.script("apt-get", &format!("[ \"$1\" = update ] || ln -s {real} {}", link.display()));
    place.run(install).exits(0);
    place.run("doctor aarch64 -p codec").exits(0);
}
