//! The demonstration and the exercise, step by step as the reader is asked to do them.

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process::Finished;
use crosskit_tests::repository;

use super::artefact::Artefact;
use super::blocks::{BUILD_AARCH64, MINIMAL, NEW_DEMO, NEW_LAB, RUN, RUN_AARCH64};
use super::build_script;
use super::machine;
use super::project::{HOST, Project};
use crate::kit;
use crate::quick::start::sharing;

const LINE: &str = "hello from the lab";

/// What cargo prints where nothing is configured: the guide's example for the host.
#[test]
fn a_program_of_the_host_needs_no_config() {
    let project = Project::new("host_native");
    project.prints("hello from here");
    let ran = project.run(RUN).exits(0);
    assert_eq!(ran.stdout, "hello from here\n", "{ran}");
    assert_eq!(project.artefact("debug").machine, "x86-64");
}

#[test]
fn the_demonstration_as_it_stands() {
    AARCH64.require();
    let project = Project::start(NEW_DEMO);
    project.config(MINIMAL);
    project.prints("hello from the demonstration");
    project.run(BUILD_AARCH64).exits(0);
    machine::under_plain_qemu(project.run(RUN_AARCH64), "hello from the demonstration\n");
    // It is the config that brings this about: without it the build fails.
    project.config("");
    project.scratch.write("src/main.rs", "fn main() {}\n");
    project.run(BUILD_AARCH64).exits(101).tells(&["error: linking with `cc` failed: exit status: 1\n"]);
}

/// The exercise with nothing but cargo; the quick tier runs it.
pub fn with_plain_cargo() {
    AARCH64.require();
    let project = exercise();
    machine::under_plain_qemu(project.run(RUN_AARCH64), LINE);
    project.scratch.write("build.rs", build_script::TELLS);
    project.run(BUILD_AARCH64).exits(0).tells(&[&build_script::line(&project, AARCH64.triple)]);
    project.run("cargo build").exits(0).tells(&[&build_script::line(&project, HOST)]);
}

/// The exercise up to its first build.
fn exercise() -> Project {
    let project = Project::start(NEW_LAB);
    project.config(MINIMAL);
    project.prints(LINE);
    project.run(BUILD_AARCH64).exits(0);
    let artefact = project.artefact("aarch64-unknown-linux-gnu/debug");
    assert_eq!(artefact, Artefact::elf(AARCH64.machine).with_loader(machine::LOADER));
    project
}

/// The block of a language in the section of the README that says how to take the kit into a workspace.
fn readme_block(language: &str) -> String {
    let readme = repository::read("README.md");
    let (_, section) = readme.split_once("\n## In your own workspace\n").expect("the README has the section");
    let (_, from) = section.split_once(&format!("```{language}\n")).expect("the section has a block of the language");
    let (block, _) = from.split_once("```").expect("the block ends");
    // The block stands in a list.
    block.lines().map(|line| format!("{}\n", line.strip_prefix("   ").unwrap_or(line))).collect()
}

/// Takes the kit into a single package as the README says, with the crates of this repository in the place of a copy.
fn take_in(project: &Project) {
    let manifest = project.scratch.read("Cargo.toml");
    let workspace = "\n[workspace]\nmembers = [\"xtask\"]\nexclude = [\"crosskit\"]\ndefault-members = [\".\"]\n";
    // With the profile and the lock file of the other scratches it finds in their target directory what it depends on.
    let profile = "\n[profile.dev]\ndebug = \"line-tables-only\"\nincremental = false\n";
    project.scratch.write("Cargo.toml", &format!("{manifest}{workspace}{profile}"));
    project.scratch.write("Cargo.lock", &repository::read("example-workspace/Cargo.lock"));
    let crates = repository::root().join("crates");
    let dependency = format!("crosskit = {{ path = \"{}/crosskit\" }}", crates.display());
    let xtask = format!(
        "[package]\nname = \"xtask\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
    );
    project.scratch.write("xtask/Cargo.toml", &xtask);
    project.scratch.write("xtask/src/main.rs", &readme_block("rust"));
    project.config(&format!("{}\n{}", readme_block("toml"), project.read_config()));
}

#[test]
fn the_exercise_with_the_kit_taken_in_as_the_readme_says() {
    AARCH64.require();
    let project = exercise();
    take_in(&project);
    let cross = |arguments: &str| -> Finished { sharing(kit::alias(project.root(), arguments), &kit::shared()) };

    let before = project.read_config();
    let line = before.lines().position(|line| line.starts_with("runner = ")).expect("the guide sets a runner") + 1;
    machine::says_that_the_runner_is_the_users(cross("sync aarch64").exits(0), line);
    let told = project.read_config();
    assert!(told.ends_with(MINIMAL) && told.contains("linker='cc'"), "the alias alone is the kit's here: {told}");
    machine::under_plain_qemu(project.run(RUN_AARCH64), LINE);

    project.config(&told.replace("runner = \"qemu-aarch64\"\n", ""));
    cross("aarch64").exits(0).tells(&["Synced .cargo/config.toml (2 keys)\n", "Verified 1 executable for"]);
    let ran = project.run(RUN_AARCH64).exits(0);
    assert_eq!(ran.stdout, format!("{LINE}\n"), "plain cargo, after the kit: {ran}");

    project.scratch.write("build.rs", build_script::TELLS);
    project.run(BUILD_AARCH64).exits(0).tells(&[&build_script::line(&project, AARCH64.triple)]);
    let ran = project.run(RUN_AARCH64).exits(0);
    assert_eq!(ran.stdout, format!("{LINE}\n"), "{ran}");
    cross("aarch64").exits(0).tells(&[&build_script::line(&project, AARCH64.triple)]);
    // The xtask is no default member, so these are about the package alone.
    project.run("cargo build").exits(0).tells(&[&build_script::line(&project, HOST)]);
    let ran = project.run(RUN).exits(0);
    assert_eq!(ran.stdout, format!("{LINE}\n"), "{ran}");
}
