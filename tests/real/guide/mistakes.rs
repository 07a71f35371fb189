//! The six mistakes: what plain cargo does, and then what the kit says, in a function of its own for each.

use std::path::Path;

use crosskit_tests::installed::{AARCH64, THUMBV7EM};
use crosskit_tests::process::{self, Finished};
use crosskit_tests::repository;

use super::artefact::{self, Artefact};
use super::blocks::{BUILD_AARCH64, LINKER, MINIMAL, RUN_AARCH64, RUN_THUMB, STATIC, TEST_AARCH64};
use super::embedded::{BARE, MAPPED};
use super::machine;
use super::project::{HOST, Project};
use crate::kit;

const LINE: &str = "hello all the same";

const LINKER_VARIABLE: &str = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER";

/// Where cargo puts the program of a project for AArch64, below `target`.
const DEBUG: &str = "aarch64-unknown-linux-gnu/debug";

fn project(name: &str, config: &str) -> Project {
    AARCH64.require();
    let project = Project::new(name);
    project.prints(LINE);
    project.config(config);
    project
}

/// The codes of the kit's findings, in their order.
fn codes(finished: &Finished) -> Vec<&str> {
    let severities = ["error[", "warning[", "note["];
    let code = |line| severities.iter().find_map(|it| str::strip_prefix(line, it)).and_then(|rest| rest.get(..4));
    finished.stderr.lines().filter_map(code).collect()
}

/// Fails unless the kit tells exactly these findings, and gives back what it said.
#[track_caller]
fn the_kit_finds(finished: Finished, exit: i32, expected: &[&str]) -> Finished {
    let finished = finished.exits(exit);
    assert_eq!(codes(&finished), expected, "{finished}");
    finished
}

/// Without a linker for the target the host's is asked.
#[track_caller]
fn links_with_the_hosts_linker(finished: Finished) {
    finished.exits(101).tells(&["error: linking with `cc` failed: exit status: 1\n"]);
}

#[test]
fn mistake_1_a_linker_does_not_run_and_an_emulator_does_not_link() {
    let swapped = r#"[target.aarch64-unknown-linux-gnu]
linker = "qemu-aarch64"
runner = "aarch64-linux-gnu-gcc"
"#;
    let project = project("mistake_1", swapped);
    project.run(BUILD_AARCH64).exits(101).tells(&["error: linking with `qemu-aarch64` failed: exit status: 1\n"]);
    project.config(&swapped.replace("qemu-aarch64", "aarch64-linux-gnu-gcc"));
    project.run(RUN_AARCH64).exits(1).tells(&[
        "Running `aarch64-linux-gnu-gcc target/aarch64-unknown-linux-gnu/debug/mistake_1`\n",
        "cannot use executable file 'target/aarch64-unknown-linux-gnu/debug/mistake_1' as input to a link\n",
    ]);
    project.config(swapped);
    the_kit_on_mistake_1(&project);
}

/// Each is told to be in the other's place, with the keys that would be right, and nothing is built.
fn the_kit_on_mistake_1(project: &Project) {
    the_kit_finds(project.cross("explain aarch64"), 4, &["X080", "X080"]).tells(&[
        "`qemu-aarch64` is set as the linker of aarch64-unknown-linux-gnu, and it runs programs\n  \
         --> .cargo/config.toml:2:10\n",
        "hint: and linker = \"aarch64-linux-gnu-gcc\"\n",
        "`aarch64-linux-gnu-gcc` is set as the runner of aarch64-unknown-linux-gnu, and it makes programs\n  \
         --> .cargo/config.toml:3:10\n",
        "hint: and runner = \"qemu-aarch64 -L /usr/aarch64-linux-gnu\"\n",
    ]);
    for line in ["doctor aarch64", "build aarch64"] {
        the_kit_finds(project.cross(line), 4, &["X022", "X022", "X080", "X080"]);
    }
}

#[test]
fn mistake_2_a_linker_builds_what_nothing_here_runs() {
    let project = project("mistake_2", LINKER);
    project.run(BUILD_AARCH64).exits(0);
    machine::run_without_a_runner(&project, project.run(RUN_AARCH64), LINE);
    machine::test_without_a_runner(&project, project.run(TEST_AARCH64));
    the_kit_on_mistake_2(&project);
}

/// `explain` shows what is there. A run mends it and has nothing to say: the runner is part of the policy.
fn the_kit_on_mistake_2(project: &Project) {
    the_kit_finds(project.cross("explain aarch64"), 0, &["X081"])
        .tells(&["aarch64-unknown-linux-gnu has a linker and no runner: it builds, and nothing runs it here\n  \
         --> .cargo/config.toml:2:10\n"]);
    the_kit_finds(project.cross("aarch64"), 0, &[]);
    let ran = project.run(RUN_AARCH64).exits(0);
    assert_eq!(ran.stdout, format!("{LINE}\n"), "{ran}");
}

#[test]
fn mistake_3_tools_in_a_script_are_unknown_to_plain_cargo() {
    let project = project("mistake_3", "");
    let script = format!(
        "#!/bin/sh -e\n\
         {LINKER_VARIABLE}=aarch64-linux-gnu-gcc {BUILD_AARCH64}\n\
         qemu-aarch64 -L /usr/aarch64-linux-gnu target/{DEBUG}/mistake_3\n"
    );
    project.script("run.sh", &script);
    let ran = project.run("./run.sh").exits(0);
    assert_eq!(ran.stdout, format!("{LINE}\n"), "{ran}");
    // Whoever does not call the script has no policy at all.
    links_with_the_hosts_linker(project.run(BUILD_AARCH64));
    links_with_the_hosts_linker(project.run(RUN_AARCH64));
    the_kit_on_mistake_3(&project);
}

/// Each place in the script is named, and the kit puts the same policy where cargo reads it.
fn the_kit_on_mistake_3(project: &Project) {
    let in_the_script = ["X082", "X082"];
    for (line, expected) in [
        ("explain aarch64", &["X067", "X082", "X082"][..]),
        ("doctor aarch64", &["X082", "X082", "X023"]),
        ("sync aarch64", &in_the_script),
    ] {
        the_kit_finds(project.cross(line), 0, expected).tells(&[
            "`run.sh` holds `qemu-aarch64`, which belongs into the config\n  --> run.sh:3:1\n",
            "`run.sh` holds CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER, which belongs into the config\n  \
             --> run.sh:2:1\n",
        ]);
    }
    let ran = project.run(RUN_AARCH64).exits(0);
    assert_eq!(ran.stdout, format!("{LINE}\n"), "{ran}");
}

#[test]
fn mistake_4_bare_metal_is_no_host() {
    THUMBV7EM.require();
    let project = project("mistake_4", "");
    // A program of the host needs a standard library.
    project.run(RUN_THUMB).exits(101).tells(&[
        "error[E0463]: can't find crate for `std`\n",
        "the `thumbv7em-none-eabihf` target may not support the standard library\n",
    ]);
    // A test needs a harness.
    project.scratch.write("src/main.rs", BARE);
    let test = project.run("cargo test --target thumbv7em-none-eabihf");
    test.exits(101).tells(&["error[E0463]: can't find crate for `test`\n"]);
    // Without a linker script nothing fails, and nothing is in the program: it begins nowhere.
    project.run("cargo build --target thumbv7em-none-eabihf").exits(0);
    let program = project.root().join("target/thumbv7em-none-eabihf/debug/mistake_4");
    assert_eq!(artefact::read(&program), Artefact::elf(THUMBV7EM.machine));
    assert_eq!(artefact::entry(&program), 0);
    the_kit_on_mistake_4(&project);
}

/// The package has to be mapped to the target; what it still lacks is told, and tests of it are not promised.
fn the_kit_on_mistake_4(project: &Project) {
    the_kit_finds(project.cross("build thumbv7em-none-eabihf"), 2, &["X003"])
        .tells(&["hint: map one in `crosskit.toml`: `targets = [\"thumbv7em-none-eabihf\"]` below `[package.NAME]`\n"]);
    project.scratch.write("crosskit.toml", &MAPPED.replace("NAME", "mistake_4"));
    let no_runner = "no runner is set, and its executables cannot be started like programs of this computer\n";
    the_kit_finds(project.cross("explain thumbv7em-none-eabihf"), 0, &["X083"]).tells(&[no_runner]);
    for (line, exit, expected) in
        [("explain thumbv7em-none-eabihf", 0, &["X083"][..]), ("thumbv7em-none-eabihf", 3, &["X083", "X018"])]
    {
        the_kit_finds(project.cross(line), exit, expected).tells(&["no linker script (`-Tlink.x`) is among its flags"]);
    }
}

#[test]
fn mistake_5_a_build_script_asks_for_the_target_and_not_for_itself() {
    let project = project("mistake_5", STATIC);
    project.scratch.write(
        "build.rs",
        "fn main() {\n    \
             let target = std::env::var(\"CARGO_CFG_TARGET_ARCH\").unwrap();\n    \
             let own = std::env::consts::ARCH;\n    \
             let cfg = cfg!(target_arch = \"aarch64\");\n    \
             println!(\"cargo::warning=built for {target}, runs on {own}, cfg says {cfg}\");\n\
         }\n",
    );
    let warning = "warning: mistake_5@0.1.0: built for aarch64, runs on x86_64, cfg says false\n";
    project.run(BUILD_AARCH64).exits(0).tells(&[warning]);
    the_kit_on_mistake_5(&project);
}

/// The helper for build scripts tells both, and is no program of the target itself.
fn the_kit_on_mistake_5(project: &Project) {
    let manifest = project.scratch.read("Cargo.toml");
    let helper = repository::root().join("crates/crosskit-build");
    let helper = format!("crosskit-build = {{ path = \"{}\", default-features = false }}", helper.display());
    project.scratch.write("Cargo.toml", &format!("{manifest}\n[build-dependencies]\n{helper}\n"));
    project.scratch.write("build.rs", "fn main() {\n    crosskit_build::check();\n}\n");
    let told = format!("warning: mistake_5@0.1.0: TARGET aarch64-unknown-linux-gnu, HOST {HOST}, ");
    project.run(BUILD_AARCH64).exits(0).tells(&[&told, "linker aarch64-linux-gnu-gcc"]);
    // The kit tells its findings, and the line about what is as it should be to whoever asks for all.
    project.cross("build aarch64 -v").exits(0).tells(&[&told]);
}

/// A command of plain cargo with one more variable.
#[track_caller]
fn run_with(project: &Project, line: &str, name: &str, value: impl AsRef<Path>) -> Finished {
    let mut command = project.command(line);
    command.env(name, value.as_ref());
    process::run(command, kit::COMPILING)
}

#[test]
fn mistake_6_what_a_shell_or_a_home_directory_adds_is_not_there_for_others() {
    let project = project("mistake_6", "");
    // A linker in the shell.
    run_with(&project, BUILD_AARCH64, LINKER_VARIABLE, "aarch64-linux-gnu-gcc").exits(0);
    links_with_the_hosts_linker(project.run(BUILD_AARCH64));
    // A config of one's own in CARGO_HOME.
    project.scratch.write("target/home/config.toml", MINIMAL);
    run_with(&project, BUILD_AARCH64, "CARGO_HOME", project.root().join("target/home")).exits(0);
    links_with_the_hosts_linker(project.run(BUILD_AARCH64));
    // Flags in the shell take the place of all flags in the config, and nothing says so.
    project.config(STATIC);
    project.run(BUILD_AARCH64).exits(0);
    assert_eq!(project.artefact(DEBUG).loader, None);
    run_with(&project, BUILD_AARCH64, "RUSTFLAGS", "-Copt-level=1").exits(0);
    assert_eq!(project.artefact(DEBUG).loader.as_deref(), Some(machine::LOADER));
    the_kit_on_mistake_6(&project);
}

/// What comes from the shell is named, with what others get.
fn the_kit_on_mistake_6(project: &Project) {
    project.config("");
    let mut doctor = project.cross_command("doctor aarch64");
    doctor.env(LINKER_VARIABLE, "aarch64-linux-gnu-gcc");
    the_kit_finds(process::run(doctor, kit::COMPILING), 0, &["X026", "X023"]).tells(&[
        "--> environment variable CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER\n",
        "= note: the policy agrees, but the config does not have it yet, so that others do not get it\n",
    ]);
    // A config of one's own in CARGO_HOME.
    let mut explain = project.cross_command("explain aarch64");
    explain.env("CARGO_HOME", project.root().join("target/home"));
    the_kit_finds(process::run(explain, kit::COMPILING), 0, &["X084", "X084"]);
    // Flags in the shell.
    project.config(STATIC);
    let mut explain = project.cross_command("explain aarch64 rustflags");
    explain.env("RUSTFLAGS", "-Copt-level=1");
    let explained = the_kit_finds(process::run(explain, kit::COMPILING), 0, &["X063"]);
    assert!(explained.stdout.contains("a colleague gets `-C target-feature=+crt-static`\n"), "{explained}");
}
