//! Bare metal: a probe in the place of a runner, and a linker script.

use crosskit_tests::installed::{AARCH64, THUMBV7EM};

use super::artefact::{self, Artefact};
use super::blocks::{BUILD, LINKER_SCRIPT, PROBE, RUN, RUN_THUMB, RUNNERS};
use super::project::Project;

/// A program without an operating system; the reset vector is all that it has.
pub const BARE: &str = r#"#![no_std]
#![no_main]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub extern "C" fn reset() -> ! {
    loop {}
}
"#;

/// Where a chip such as the guide's has its flash, and what must stand first in it: the stack and where to begin.
pub const SCRIPT: &str = "\
ENTRY(reset)
SECTIONS {
    .text 0x08000000 : { LONG(0x20020000) LONG(reset + 1) *(.text*) }
}
";

/// What maps the package to the target for the kit, which builds what has no standard library for mapped targets alone.
pub const MAPPED: &str = "[package.NAME]\ntargets = [\"thumbv7em-none-eabihf\"]\n";

const BUILD_THUMB: &str = "cargo build --target thumbv7em-none-eabihf";

/// A project for bare metal, with a stand-in for the probe.
fn project(name: &str, config: &str) -> Project {
    THUMBV7EM.require();
    let project = Project::new(name);
    project.scratch.write("src/main.rs", BARE);
    project.config(config);
    project.fake("probe-rs");
    project
}

/// Fails unless the probe was started once, with the words of the config and an executable for Arm.
#[track_caller]
pub fn probe_was_started(project: &Project) {
    let program = format!("target/thumbv7em-none-eabihf/debug/{}", project.name());
    assert_eq!(project.take_calls("probe-rs"), [["run", "--chip", "STM32F407VGTx", &program]]);
    assert_eq!(project.artefact("thumbv7em-none-eabihf/debug"), Artefact::elf(THUMBV7EM.machine));
}

/// Fails unless the program begins in the flash, as the linker script says.
#[track_caller]
pub fn follows_the_script(project: &Project) {
    let entry = artefact::entry(&project.root().join("target/thumbv7em-none-eabihf/debug").join(project.name()));
    assert!((0x0800_0000..0x0810_0000).contains(&entry), "it begins at {entry:#x}");
}

#[test]
fn a_probe_is_the_runner() {
    let project = project("probe", PROBE);
    project.run(RUN_THUMB).exits(0);
    probe_was_started(&project);

    project.scratch.write("crosskit.toml", &MAPPED.replace("NAME", "probe"));
    project.cross("build thumbv7em-none-eabihf").exits(0);
    // Tests need a harness, and that needs a standard library: no probe changes that.
    project.cross("thumbv7em-none-eabihf").exits(3).tells(&["warning[X018]: there is no test to run for"]);
    assert_eq!(project.take_calls("probe-rs"), Vec::<Vec<String>>::new());
    assert_eq!(project.read_config(), PROBE);
}

#[test]
fn a_probe_that_is_not_installed_is_named() {
    THUMBV7EM.require();
    let project = Project::new("no_probe");
    project.scratch.write("src/main.rs", BARE);
    // A name that no machine has stands for a probe that this one lacks.
    project.config(&PROBE.replace("probe-rs", "probe-that-is-not-there"));
    project.run(RUN_THUMB).exits(101).tells(&[
        "error: could not execute process `probe-that-is-not-there run --chip STM32F407VGTx \
         target/thumbv7em-none-eabihf/debug/no_probe` (never executed)\n",
        "No such file or directory (os error 2)\n",
    ]);
}

#[test]
fn two_targets_have_two_runners() {
    AARCH64.require();
    let project = project("two_runners", RUNNERS);
    project.fake("qemu-aarch64");
    project.run(RUN_THUMB).exits(0);
    probe_was_started(&project);
    assert_eq!(project.take_calls("qemu-aarch64"), Vec::<Vec<String>>::new());

    project.prints("hello from the other");
    project.cross("sync aarch64").exits(0);
    assert_eq!(project.read_config(), synced_runners(), "the kit adds the linker, and leaves both runners");
    project.run("cargo run --target aarch64-unknown-linux-gnu").exits(0);
    assert_eq!(project.take_calls("qemu-aarch64"), [["target/aarch64-unknown-linux-gnu/debug/two_runners"]]);
    assert_eq!(project.take_calls("probe-rs"), Vec::<Vec<String>>::new());
}

fn synced_runners() -> String {
    let linker = "linker = \"aarch64-linux-gnu-gcc\" # crosskit\n";
    RUNNERS.replace("runner = \"qemu-aarch64\"\n", &format!("runner = \"qemu-aarch64\"\n{linker}"))
}

#[test]
fn a_linker_script_is_found_or_the_linker_says_so() {
    let project = project("linker_script", LINKER_SCRIPT);
    for line in [BUILD_THUMB, RUN_THUMB] {
        project.run(line).exits(101).tells(&[
            "error: linking with `rust-lld` failed: exit status: 1\n",
            "error: cannot find linker script link.x\n",
        ]);
    }
    project.scratch.write("crosskit.toml", &MAPPED.replace("NAME", "linker_script"));
    project
        .cross("build thumbv7em-none-eabihf")
        .exits(5)
        .tells(&["error: cannot find linker script link.x\n", "error[X030]"]);
    assert_eq!(project.take_calls("probe-rs"), Vec::<Vec<String>>::new());

    project.scratch.write("link.x", SCRIPT);
    project.run(BUILD_THUMB).exits(0);
    project.run(RUN_THUMB).exits(0);
    probe_was_started(&project);
    follows_the_script(&project);
    project.cross("build thumbv7em-none-eabihf").exits(0);
    assert_eq!(project.read_config(), LINKER_SCRIPT);

    // Neither the flags nor the runner are the host's, for which this is no program.
    for line in [BUILD, RUN] {
        project.run(line).exits(101).tells(&["error: unwinding panics are not supported without std\n"]);
    }
}
