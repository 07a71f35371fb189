//! Mistakes of the user: the right exit code, words that help, and nothing written.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::{CONFIG, Scratch};

use crate::kit;

const ARM: &str = "aarch64-unknown-linux-gnu";

/// Runs the kit and fails if that changed anything below the root.
#[track_caller]
fn run_untouched(scratch: &Scratch, arguments: &str) -> Finished {
    let before = scratch.snapshot();
    let finished = process::run(kit::direct(&scratch.root, arguments), kit::SHORT);
    scratch.snapshot().equals(&before);
    finished
}

#[test]
fn an_unknown_target_names_the_nearest() {
    let scratch = kit::scratch("unknown-target");
    run_untouched(&scratch, "arch64").exits(2).tells(&["X001", "`arch64`", "`aarch64`"]);
}

#[test]
fn an_ambiguous_target_names_what_it_may_mean() {
    let scratch = kit::scratch("ambiguous-target");
    let triples = ["`aarch64-unknown-linux-gnu`", "`aarch64-unknown-linux-musl`"];
    run_untouched(&scratch, "aarch64-unknown").exits(2).tells(&["X002"]).tells(&triples);
}

#[test]
fn a_config_that_is_no_toml_is_named_with_the_place() {
    let scratch = kit::scratch("unparsable-config");
    scratch.write(CONFIG, "# Mine.\n[build\njobs = 1\n");
    run_untouched(&scratch, "aarch64").exits(4).tells(&["X020", ".cargo/config.toml:2:7"]);

    // Cargo reads the file before it knows the alias, so the kit is not asked; its bytes stay all the same.
    let refused = process::run(kit::alias(&scratch.root, "aarch64"), kit::SHORT).exits(101);
    refused.tells(&["could not parse TOML configuration", "line 2, column 7"]);
    assert_eq!(scratch.read(CONFIG), "# Mine.\n[build\njobs = 1\n");
}

#[test]
fn a_runner_that_is_no_command_is_a_conflict() {
    let scratch = kit::scratch("runner-is-a-number");
    let config = scratch.read(CONFIG) + "\n[target.aarch64-unknown-linux-gnu]\nrunner = 1\n";
    scratch.write(CONFIG, &config);
    // The place is the value's own, after the lines that were there and an empty one.
    let line = config.lines().count();
    let place = format!(".cargo/config.toml:{line}:");
    let finished = process::run(kit::direct(&scratch.root, "aarch64"), kit::SHORT).exits(4);
    finished.tells(&["X020", "runner", &place]);
    assert_eq!(scratch.read(CONFIG), config);
    assert!(!scratch.has(".cargo/crosskit"), "the launcher was written beside a config that was not");
}

#[test]
fn outside_of_a_workspace_there_is_nothing_to_do() {
    let outside = std::env::temp_dir().join(format!("crosskit-outside-{}", std::process::id()));
    fs::create_dir_all(&outside).expect("the directory can be made");
    let finished = process::run(kit::direct(&outside, "aarch64"), kit::SHORT);
    let left: Vec<_> = fs::read_dir(&outside).expect("the directory is still there").collect();
    fs::remove_dir_all(&outside).expect("the directory can be removed");
    finished.exits(2).tells(&["X005", "hint: "]);
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_read_only_config_stays_as_it_is() {
    let scratch = kit::scratch("read-only-config");
    let path = scratch.root.join(CONFIG);
    let before = scratch.read(CONFIG);
    fs::set_permissions(&path, Permissions::from_mode(0o444)).expect("permissions can be set");
    let finished = process::run(kit::direct(&scratch.root, "aarch64"), kit::SHORT).exits(4);
    finished.tells(&["X024", ".cargo/config.toml"]);
    assert_eq!(scratch.read(CONFIG), before);
    let mode = path.metadata().expect("the config is still there").permissions().mode();
    assert_eq!(mode & 0o777, 0o444);
    assert!(!scratch.has("target/aarch64-unknown-linux-gnu"), "something was compiled");
}

#[test]
fn a_read_only_launcher_is_not_removed() {
    const LAUNCHER: &str = ".cargo/crosskit/run";
    let scratch = kit::scratch("read-only-launcher");
    process::run(kit::direct(&scratch.root, "sync aarch64"), kit::SHORT).exits(0);
    let path = scratch.root.join(LAUNCHER);
    fs::set_permissions(&path, Permissions::from_mode(0o555)).expect("permissions can be set");
    let finished = process::run(kit::direct(&scratch.root, "sync --remove"), kit::SHORT).exits(4);
    let finished = finished.tells(&["X024", LAUNCHER, "read-only"]);
    assert!(scratch.has(LAUNCHER), "{finished}");
}

#[test]
fn an_unknown_setting_names_the_nearest() {
    let scratch = kit::scratch("unknown-setting");
    scratch.write("crosskit.toml", "[target.aarch64-unknown-linux-gnu]\nrunnner = \"qemu-aarch64\"\n");
    run_untouched(&scratch, "aarch64").exits(2).tells(&["X025", "runnner", "crosskit.toml:2:", "`runner`"]);
}

#[test]
fn a_dry_run_touches_nothing() {
    AARCH64.require();
    let scratch = kit::scratch("dry-run");
    let finished = run_untouched(&scratch, "--dry-run aarch64").exits(0);
    for word in [".cargo/config.toml", "cargo test --no-run --target aarch64-unknown-linux-gnu", "qemu-aarch64"] {
        assert!(finished.stdout.contains(word), "the plan does not say {word:?}\n{finished}");
    }
    assert!(!scratch.has("target"), "not even the target directory is made");
}

/// Cargo merges arrays with arrays alone, and a config that it cannot merge stops every command, ours too.
#[test]
fn a_runner_in_an_included_file_is_the_users() {
    let scratch = kit::scratch("included");
    let config = scratch.read(CONFIG);
    scratch.write(CONFIG, &format!("include = [\"team.toml\"]\n{config}"));
    scratch.write(".cargo/team.toml", &format!("[target.{ARM}]\nrunner = [\"qemu-aarch64\", \"-cpu\", \"max\"]\n"));
    kit::run(&scratch, "sync aarch64").exits(0).tells(&["X022", ".cargo/team.toml:2:10"]);
    assert!(!scratch.read(CONFIG).contains("runner"));
    kit::run_cargo(&scratch.root, "metadata --no-deps --format-version 1").exits(0);
}

#[test]
fn a_config_in_a_members_directory_must_go_with_the_policy() {
    let scratch = kit::scratch("member-config");
    scratch.write("codec/.cargo/config.toml", &format!("[target.{ARM}]\nrunner = [\"qemu-aarch64\"]\n"));
    let config = scratch.read(CONFIG);
    kit::run(&scratch, "sync aarch64").exits(4).tells(&["X021", "codec/.cargo/config.toml:2:10"]);
    assert_eq!(scratch.read(CONFIG), config);
}
