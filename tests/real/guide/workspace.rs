//! One config at the root of a workspace, and what the directory still decides.

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::Finished;

use super::blocks::{BUILD_AARCH64, MINIMAL, RUN_AARCH64, TEST_AARCH64};
use super::machine;
use super::project::Project;

/// The layout of the guide: `app` is a program and `core` a library. Its package has another name, as Rust's own is
/// called so.
const START: &str = "\
cargo new workspace_demo
cd workspace_demo
mkdir -p .cargo
rm -r src
printf '[workspace]\\nresolver = \"3\"\\nmembers = [\"app\", \"core\"]\\n' >Cargo.toml
cargo new app
cargo new --lib core --name demo_core
";

const LINE: &str = "Hello, world!\n";

/// The members that a command compiled.
fn compiled(finished: &Finished) -> Vec<&str> {
    let members = ["app", "demo_core"];
    members.into_iter().filter(|name| finished.stderr.contains(&format!("Compiling {name} v0.1.0 "))).collect()
}

#[test]
fn the_root_config_is_for_every_member_and_the_directory_selects_the_packages() {
    AARCH64.require();
    let project = Project::start(START);
    project.config(MINIMAL);
    for (directory, packages) in [("", vec!["app", "demo_core"]), ("app", vec!["app"]), ("core", vec!["demo_core"])] {
        let built = project.run_in(directory, BUILD_AARCH64).exits(0);
        assert_eq!(compiled(&built), packages, "in {directory:?}: {built}");
        std::fs::remove_dir_all(project.root().join("target")).expect("cargo made it at the root");
    }
    // At the root there is one program to run, and in the library's directory none.
    for directory in ["", "app"] {
        machine::under_plain_qemu(project.run_in(directory, RUN_AARCH64), LINE);
    }
    project.run_in("core", RUN_AARCH64).exits(101).tells(&["error: a bin target must be available for `cargo run`\n"]);
    machine::under_plain_qemu(project.run_in("core", TEST_AARCH64), "test tests::it_works ... ok\n");
}

/// The kit writes the one config at the root from wherever it is started, and selects packages as cargo does.
#[test]
fn the_kit_writes_the_root_config_from_a_member() {
    AARCH64.require();
    let project = Project::start(&START.replace("workspace_demo", "workspace_of_the_kit"));
    let runner = "runner = \"qemu-aarch64\"\n";
    project.config(&MINIMAL.replace(runner, ""));
    project.cross_in("core", "aarch64").exits(0).tells(&["Building aarch64-unknown-linux-gnu (demo_core)\n"]);
    assert!(!project.scratch.has("core/.cargo") && !project.scratch.has("app/.cargo"));
    assert!(
        project.read_config().contains("runner = \".cargo/crosskit/run qemu-aarch64 "),
        "{}",
        project.read_config()
    );
    for directory in ["", "app"] {
        let ran = project.run_in(directory, RUN_AARCH64).exits(0);
        assert_eq!(ran.stdout, LINE, "in {directory:?}: {ran}");
    }
    for directory in ["", "core"] {
        let tested = project.run_in(directory, TEST_AARCH64).exits(0);
        assert!(tested.stdout.contains("test tests::it_works ... ok\n"), "in {directory:?}: {tested}");
    }
    project.cross("aarch64").exits(0).tells(&["Building aarch64-unknown-linux-gnu (app, demo_core)\n"]);
}
