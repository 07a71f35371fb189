//! The kit comes into workspaces of every shape, is compiled and used there, and goes out again.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crosskit_tests::{expect, process};

use crate::kit;
use crate::shapes::{self, Laid, Shape};

/// All shapes lie at one place in turn, and share a target directory: as the files of the copy are older than what was
/// compiled from them there, the kit is compiled once.
#[test]
fn every_shape_is_what_it_was_when_the_kit_has_gone() {
    let directory = shapes::directory().join("compiled");
    let target = shapes::directory().join("target");
    let mut complaints = Vec::new();
    for shape in Shape::all() {
        complaints.extend(shape.goes_in_and_out(&directory, |laid| used(&shape, laid, &target)));
    }
    let _ = fs::remove_dir_all(target);
    expect::nothing_wrong(&complaints);
}

fn cargo(root: &Path, target: &Path, arguments: &str) -> Command {
    let mut cargo = kit::cargo(root);
    cargo.args(arguments.split_whitespace()).env("CARGO_TARGET_DIR", target);
    // Nobody debugs it, or edits it and compiles it again.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_TEST_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    cargo
}

/// What is wrong with the kit in a workspace of this shape, and with the workspace with the kit in it.
fn used(shape: &Shape, laid: &Laid, target: &Path) -> Vec<String> {
    let long_ago = SystemTime::now() - Duration::from_secs(1_000_000);
    age(&laid.root.join("crosskit"), long_ago);
    let locked = if laid.root.join("Cargo.lock").is_file() { "--locked" } else { "" };
    // What a colleague's first build fetches; from then on there is no need of a network.
    let mut steps = vec![(format!("fetch --quiet {locked}"), "")];
    // Where the lines are left to the user there is nothing to call.
    if shape.name != "xtask-async" {
        let plan = "aarch64-unknown-linux-gnu: build, verify and test";
        steps.push(("xtask cross aarch64 --dry-run --offline".to_owned(), plan));
        steps.push(("xtask cross aarch64 --offline".to_owned(), "PASS"));
    }
    if !locked.is_empty() {
        // Without a lock file cargo takes other versions, and that they compile is seen above.
        steps.push((format!("clippy --quiet --workspace --offline {locked} -- -D warnings"), ""));
        steps.push((format!("test --quiet --workspace --offline {locked}"), ""));
    }
    let mut complaints = Vec::new();
    for (arguments, told) in steps {
        let mut command = cargo(&laid.root, target, &arguments);
        if shape.name == "lints" && arguments.contains("--dry-run") {
            command.env("RUSTFLAGS", "-Dwarnings");
        }
        let finished = process::run(command, kit::COMPILING);
        let tells = finished.stdout.contains(told) || finished.stderr.contains(told);
        if finished.code != Some(0) || !tells {
            complaints.push(format!("{}: {finished}", shape.name));
        }
    }
    complaints
}

/// Makes every file below a directory as old as that.
fn age(directory: &Path, time: SystemTime) {
    for entry in fs::read_dir(directory).expect("the copy is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            age(&path, time);
        } else {
            let file = File::options().append(true).open(&path).expect("a file of the copy can be opened");
            file.set_modified(time).expect("the disk keeps times");
        }
    }
}
