//! The kit comes into workspaces of every shape, is compiled and used there, and goes out again.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crosskit_tests::{expect, process, repository};

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

/// A program without network, and with a home of cargo in which nothing is yet.
fn alone(root: &Path, home: &Path, program: &Path) -> Command {
    let mut command = process::command("unshare", root);
    command.args(["--map-root-user", "--net", "--"]).arg(program).env("CARGO_HOME", home);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    command
}

/// In a workspace that takes its crates from a directory, the kit's are added first, by the line that is told. Then neither
/// vendoring nor the first build needs a network; nor does the release of a registry.
#[test]
fn a_directory_of_sources_is_filled_first_and_then_no_network_is_needed() {
    let shape = Shape::all().into_iter().find(|shape| shape.name == "single-package").expect("it is there");
    let laid = shape.lay(&shapes::directory().join("sources"));
    let (root, home) = (laid.root.as_path(), shapes::directory().join("sources-home"));
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("a directory can be made");
    let config = kit::run_cargo(root, "vendor vendor").exits(0).stdout;
    fs::create_dir_all(root.join(".cargo")).expect("a directory can be made");
    fs::write(root.join(".cargo/config.toml"), config).expect("the config can be written");
    shapes::commit(root);
    let before = shapes::files(root);
    let vendor = |options: &str| {
        let mut command = alone(root, &home, kit::xtask());
        command.args(["cross", "vendor", "."]).args(options.split_whitespace());
        process::run(command, kit::COMPILING)
    };
    let run = |arguments: &str| {
        let mut command = alone(root, &home, Path::new("cargo"));
        command.args(arguments.split_whitespace());
        process::run(command, kit::COMPILING).exits(0)
    };

    let refused = vendor("").exits(2).tells(&["error[X114]", "crates are not in `vendor`", "= note: clap 4."]);
    assert!(!refused.stderr.contains("note: serde 1."), "what is there is not missed: {refused}");
    assert_eq!(shapes::files(root), before, "nothing was written");
    let hint = refused.stderr.lines().find_map(|line| line.strip_prefix("hint: add them first: "));
    let line = hint.and_then(|line| line.strip_prefix("cargo ")).expect("the line is told");
    kit::run_cargo(root, line).exits(0);
    shapes::commit(root);
    let filled = shapes::files(root);

    vendor("").exits(0);
    let passed = run("xtask cross aarch64 --locked");
    assert!(passed.stdout.contains("PASS"), "{passed}");
    vendor("--remove").exits(0);
    assert!(shapes::files(root) == filled, "it is what it was");

    // The release, as a registry would have it.
    let packages = shapes::directory().join("packages");
    let mut package = kit::cargo(repository::root());
    package.args("package --quiet --no-verify --allow-dirty --offline".split(' ')).arg("--target-dir").arg(&packages);
    package.args(["-p", "crosskit", "-p", "crosskit-core", "-p", "crosskit-build"]);
    process::run(package, kit::COMPILING).exits(0);
    for name in ["crosskit", "crosskit-core", "crosskit-build"] {
        let file = packages.join(format!("package/{name}-0.1.0.crate"));
        let mut unpack = process::command("tar", root);
        unpack.args(["--extract", "--gzip", "--directory", "vendor", "--file"]).arg(&file);
        process::run(unpack, kit::SHORT).exits(0);
        let mut sum = process::command("sha256sum", root);
        sum.arg(&file);
        let sum = process::run(sum, kit::SHORT).exits(0).stdout;
        let sum = sum.split(' ').next().unwrap_or_default();
        let checksums = format!("{{\"files\":{{}},\"package\":\"{sum}\"}}");
        fs::write(root.join(format!("vendor/{name}-0.1.0/.cargo-checksum.json")), checksums)
            .expect("it can be written");
    }
    shapes::commit(root);
    let filled = shapes::files(root);
    vendor("--registry").exits(0);
    assert!(!root.join("crosskit").exists(), "nothing is copied");
    run("xtask cross aarch64 --dry-run --locked");
    run("xtask cross vendor . --update").tells(&["crosskit comes by registry"]);
    run("xtask cross vendor . --remove");
    assert!(shapes::files(root) == filled, "it is what it was");
    let _ = fs::remove_dir_all(packages);
    let _ = fs::remove_dir_all(home);
}
