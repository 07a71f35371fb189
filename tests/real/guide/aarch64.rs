//! One target: a linker, a runner, both, and neither.

use crosskit_tests::installed::AARCH64;

use super::artefact::Artefact;
use super::blocks::{BENCH, BUILD_AARCH64, LINKER, MINIMAL, RUN, RUN_AARCH64, RUNNER, STATIC, TEST, TEST_AARCH64};
use super::machine;
use super::project::Project;

const LINE: &str = "hello from AArch64";

/// The config after the kit added a runner to a linker of the user.
const LINKER_SYNCED: &str = r#"[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
runner = ".cargo/crosskit/run qemu-aarch64 -L /usr/aarch64-linux-gnu" # crosskit

[env] # crosskit
CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER = { value = ".cargo/crosskit/run qemu-aarch64 -L /usr/aarch64-linux-gnu", relative = true } # crosskit
"#;

/// A project that prints [`LINE`], with a config.
fn project(name: &str, config: &str) -> Project {
    AARCH64.require();
    let project = Project::new(name);
    project.prints(LINE);
    project.config(config);
    project
}

/// What cargo links with the cross compiler, and nothing else said.
fn dynamic() -> Artefact {
    Artefact::elf(AARCH64.machine).with_loader(machine::LOADER)
}

#[track_caller]
fn runs(project: &Project) {
    let finished = project.run(RUN_AARCH64).exits(0);
    assert_eq!(finished.stdout, format!("{LINE}\n"), "{finished}");
}

#[test]
fn linker_and_runner_build_and_start_a_program() {
    let project = project("linker_and_runner", MINIMAL);
    project.run(BUILD_AARCH64).exits(0);
    assert_eq!(project.artefact("aarch64-unknown-linux-gnu/debug"), dynamic());
    machine::under_plain_qemu(project.run(RUN_AARCH64), LINE);
}

/// Here the guide's config is not enough on every machine, and the kit has a part in it.
#[test]
fn the_guides_runner_stays_until_it_is_given_up_and_then_the_kits_own_works() {
    let project = project("runner_given_up", MINIMAL);
    machine::says_that_the_runner_is_the_users(project.cross("sync aarch64").exits(0), 3);
    assert_eq!(project.read_config(), MINIMAL, "a key without the mark is the user's");
    machine::cross_under_plain_qemu(machine::says_that_the_runner_is_the_users(project.cross("aarch64"), 3));
    assert_eq!(project.read_config(), MINIMAL);

    // Either the mark is set, or the key is removed.
    let marked = MINIMAL.replace("runner = \"qemu-aarch64\"", "runner = \"qemu-aarch64\" # crosskit");
    for given_up in [marked.as_str(), LINKER] {
        project.config(given_up);
        project.cross("sync aarch64").exits(0);
        assert_eq!(project.read_config(), LINKER_SYNCED);
        runs(&project);
    }
    machine::passed(&project.run(TEST_AARCH64).exits(0));
    project.cross("aarch64").exits(0);
    assert_eq!(project.read_config(), LINKER_SYNCED);
}

#[test]
fn a_linker_alone_builds_and_the_kit_adds_what_runs() {
    let project = project("linker_alone", LINKER);
    project.run(BUILD_AARCH64).exits(0);
    assert_eq!(project.artefact("aarch64-unknown-linux-gnu/debug"), dynamic());
    machine::run_without_a_runner(&project, project.run(RUN_AARCH64), LINE);
    project.cross("sync aarch64").exits(0);
    assert_eq!(project.read_config(), LINKER_SYNCED);
    runs(&project);
}

/// Without a linker rustc takes the host's, which does not take objects of another machine.
#[test]
fn a_runner_alone_does_not_link_and_the_kit_adds_the_linker() {
    let project = project("runner_alone", RUNNER);
    let failed = project.run(BUILD_AARCH64).exits(101);
    failed.tells(&[
        "error: linking with `cc` failed: exit status: 1\n",
        "(bin \"runner_alone\") due to 1 previous error",
    ]);

    machine::says_that_the_runner_is_the_users(project.cross("sync aarch64").exits(0), 2);
    let synced = project.read_config();
    assert_eq!(synced, format!("{RUNNER}linker = \"aarch64-linux-gnu-gcc\" # crosskit\n"));
    project.run(BUILD_AARCH64).exits(0);
    assert_eq!(project.artefact("aarch64-unknown-linux-gnu/debug"), dynamic());
    machine::under_plain_qemu(project.run(RUN_AARCH64), LINE);
}

#[test]
fn a_static_program_needs_no_loader_and_runs_under_the_guides_runner() {
    let project = project("static_program", STATIC);
    project.run(BUILD_AARCH64).exits(0);
    assert_eq!(project.artefact("aarch64-unknown-linux-gnu/debug"), Artefact::elf(AARCH64.machine));
    runs(&project);
    machine::passed(&project.run(TEST_AARCH64).exits(0));
    machine::says_that_the_runner_is_the_users(project.cross("aarch64").exits(0), 3);
    assert_eq!(project.read_config(), STATIC, "linker, runner and flags are the user's");
}

#[test]
fn tests_need_a_runner_and_pass_with_a_suitable_one() {
    let project = project("cross_tests", LINKER);
    machine::passed(&project.run(TEST).exits(0));
    machine::test_without_a_runner(&project, project.run(TEST_AARCH64));
    project.config(MINIMAL);
    machine::under_plain_qemu(project.run(TEST_AARCH64), "test works ... ok\n");
    project.config(LINKER);
    project.cross("sync aarch64").exits(0);
    machine::passed(&project.run(TEST_AARCH64).exits(0));
    let told = project.run(&format!("{TEST_AARCH64} -- --nocapture")).exits(0);
    assert!(told.stdout.contains("on aarch64\n"), "{told}");
}

/// The host has no runner here, and its program is started as it is.
#[test]
fn each_target_has_its_own_runner_and_run_test_and_bench_use_it() {
    let project = project("recorded_runner", MINIMAL);
    project.fake("qemu-aarch64");
    let native = project.run(RUN).exits(0);
    assert_eq!(native.stdout, format!("{LINE}\n"));
    assert_eq!(project.take_calls("qemu-aarch64"), Vec::<Vec<String>>::new());

    let tests = project.root().join("target/aarch64-unknown-linux-gnu");
    for (command, program, arguments) in [
        (RUN, "target/aarch64-unknown-linux-gnu/debug/recorded_runner".to_owned(), vec![]),
        (TEST, format!("{}/debug/deps/recorded_runner-", tests.display()), vec![]),
        (BENCH, format!("{}/release/deps/recorded_runner-", tests.display()), vec!["--bench"]),
    ] {
        project.run(&format!("{command} --target aarch64-unknown-linux-gnu")).exits(0);
        let calls = project.take_calls("qemu-aarch64");
        let [call] = calls.as_slice() else { panic!("{command} starts one program: {calls:?}") };
        assert!(call[0].starts_with(&program), "{command}: {call:?}");
        assert_eq!(call[1..], arguments, "{command}");
    }
}
