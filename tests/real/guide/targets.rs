//! Several targets, classes of targets, and a default one.

use crosskit_tests::installed::{AARCH64, WINDOWS};

use super::artefact::{self, Artefact};
use super::blocks::{BUILD, BUILD_AARCH64, CFG_RUSTFLAGS, DEFAULT_TARGET, LINKER, LINKERS, RUN, RUN_AARCH64};
use super::machine;
use super::project::{HOST, Project};

const BUILD_WINDOWS: &str = "cargo build --target x86_64-pc-windows-gnu";

#[track_caller]
fn windows_artefact(project: &Project) -> Artefact {
    artefact::read(&project.root().join(format!("target/{}/debug/{}.exe", WINDOWS.triple, project.name())))
}

#[test]
fn each_target_has_its_own_linker() {
    AARCH64.require();
    WINDOWS.require();
    let project = Project::new("two_linkers");
    project.config(LINKERS);
    project.run(BUILD_WINDOWS).exits(0);
    assert_eq!(windows_artefact(&project), Artefact::pe(WINDOWS.machine));
    project.run(BUILD_AARCH64).exits(0);
    let artefact = project.artefact("aarch64-unknown-linux-gnu/debug");
    assert_eq!(artefact, Artefact::elf(AARCH64.machine).with_loader(machine::LOADER));

    // The name in the config is the one that is used.
    let without = LINKERS.replace("x86_64-w64-mingw32-gcc", "mingw-that-is-not-there");
    project.config(&without);
    project.scratch.write("src/main.rs", "fn main() {}\n");
    project.run(BUILD_WINDOWS).exits(101).tells(&["error: linker `mingw-that-is-not-there` not found\n"]);
    project.run(BUILD_AARCH64).exits(0);

    // The kit adds its keys to the one table, and the other stays as it is.
    project.cross("sync aarch64").exits(0);
    let synced = project.read_config();
    assert!(synced.starts_with(&without) && synced.contains("# crosskit\n"), "{synced}");
}

#[test]
fn flags_for_unix_reach_every_unix_and_nothing_else() {
    AARCH64.require();
    WINDOWS.require();
    let project = Project::new("warnings_denied");
    let config = format!("{CFG_RUSTFLAGS}\n{LINKERS}");
    project.config(&config);
    project.scratch.write("src/main.rs", "fn main() {\n    let unused = 1;\n}\n");
    let words = ["error: unused variable: `unused`\n", "= note: `-D unused-variables` implied by `-D warnings`\n"];
    for line in [BUILD, BUILD_AARCH64] {
        project.run(line).exits(101).tells(&words);
    }
    project.run(BUILD_WINDOWS).exits(0).tells(&["warning: unused variable: `unused`\n"]);
    assert_eq!(windows_artefact(&project), Artefact::pe(WINDOWS.machine));

    // The kit builds with the same flags, and leaves them where they are.
    project.cross("build aarch64").exits(5).tells(&[words[0], words[1], "error[X030]"]);
    assert!(project.read_config().starts_with(&config));
    project.scratch.write("src/main.rs", "fn main() {}\n");
    project.cross("build aarch64").exits(0);
    for line in [BUILD, BUILD_AARCH64] {
        project.run(line).exits(0);
    }
}

#[test]
fn a_runner_for_unix_starts_every_unix_program_and_nothing_else() {
    AARCH64.require();
    WINDOWS.require();
    let project = Project::new("runner_for_unix");
    project.fake("wrapper");
    let config = format!("[target.'cfg(unix)']\nrunner = \"wrapper --of unix\"\n\n{LINKERS}");
    project.config(&config);
    for (line, program) in
        [(RUN, "target/debug/runner_for_unix"), (RUN_AARCH64, "target/aarch64-unknown-linux-gnu/debug/runner_for_unix")]
    {
        project.run(line).exits(0);
        assert_eq!(project.take_calls("wrapper"), [["--of", "unix", program]]);
    }
    // Whether the machine can start a Windows program is not the question here.
    let _ = project.run("cargo run --target x86_64-pc-windows-gnu");
    assert_eq!(windows_artefact(&project), Artefact::pe(WINDOWS.machine));
    assert_eq!(project.take_calls("wrapper"), Vec::<Vec<String>>::new());

    // The kit's runner would win over this one, so it writes none.
    project.cross("sync aarch64").exits(0).tells(&[
        "note[X022]: `target.cfg(unix).runner` applies to aarch64-unknown-linux-gnu, so crosskit writes no `runner` for it\n  \
         --> .cargo/config.toml:2:10\n",
    ]);
    assert_eq!(project.read_config(), config);

    // A runner under the triple wins over the class.
    project.fake("emulator");
    project.config(&format!("{config}runner = \"emulator\"\n"));
    project.run(RUN_AARCH64).exits(0);
    assert_eq!(project.take_calls("wrapper"), Vec::<Vec<String>>::new());
    assert_eq!(project.take_calls("emulator").len(), 1);
}

#[test]
fn a_default_target_is_built_unless_it_is_overridden() {
    AARCH64.require();
    let project = Project::new("default_target");
    project.prints("hello from the default");
    project.config(DEFAULT_TARGET);
    project.run(BUILD).exits(0);
    let aarch64 = "aarch64-unknown-linux-gnu/debug";
    assert_eq!(project.artefact(aarch64), Artefact::elf(AARCH64.machine).with_loader(machine::LOADER));
    machine::under_plain_qemu(project.run(RUN), "hello from the default\n");
    assert!(!project.scratch.has("target/debug/default_target"), "nothing was built for the host");

    for overriding in ["host-tuple", HOST] {
        let ran = project.run(&format!("{RUN} --target {overriding}")).exits(0);
        assert_eq!(ran.stdout, "hello from the default\n");
    }
    assert_eq!(project.artefact(&format!("{HOST}/debug")).machine, "x86-64");

    // The kit's runner works for plain `cargo run` of the default as well.
    project.config(&DEFAULT_TARGET.replace("runner = \"qemu-aarch64\"\n", ""));
    project.cross("sync aarch64").exits(0);
    let ran = project.run(RUN).exits(0);
    assert_eq!(ran.stdout, "hello from the default\n", "{ran}");
}

/// What an alias for development tasks makes of the default target. It is cargo that fails where the alias names no
/// target, so any program stands for the xtask here; that the kit says so itself where it can start is another test.
#[test]
fn an_alias_needs_a_target_of_its_own_beside_a_default_target() {
    AARCH64.require();
    let project = Project::new("alias_beside_default");
    project.scratch.write("src/main.rs", "fn main() {\n    println!(\"task on {}\", std::env::consts::ARCH);\n}\n");
    let alias = |target: &str| {
        format!(
            "[alias]\nxtask = \"run --quiet{target} --package alias_beside_default --\" # crosskit\n\n{DEFAULT_TARGET}"
        )
    };
    project.config(&alias(" --target host-tuple"));
    let ran = project.run("cargo xtask").exits(0);
    assert_eq!(ran.stdout, "task on x86_64\n", "{ran}");
    project.config(&alias(""));
    machine::under_plain_qemu(project.run("cargo xtask"), "task on aarch64\n");

    // Without a default target it is a program of the host.
    project.config(&alias("").replace(DEFAULT_TARGET, LINKER));
    let ran = project.run("cargo xtask").exits(0);
    assert_eq!(ran.stdout, "task on x86_64\n", "{ran}");
}
