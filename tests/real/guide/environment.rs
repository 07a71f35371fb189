//! `[env]`: who sees the variables, and who wins over whom.

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process;

use super::blocks::{BUILD_AARCH64, FORCED, RUN, RUN_AARCH64, SDK, TEST_AARCH64};
use super::machine;
use super::project::Project;
use crate::kit;

/// A build script that tells two variables, one of which it watches.
const SCRIPT: &str = r#"use std::env::var;

fn main() {
    println!("cargo::rerun-if-env-changed=OPENSSL_DIR");
    for name in ["SDK_ROOT", "OPENSSL_DIR", "TMPDIR"] {
        println!("cargo::warning={name} is {:?}", var(name).ok());
    }
}
"#;

/// A program that tells what it sees, and what the compiler saw.
const PROGRAM: &str = r#"use std::env::var;

fn main() {
    for name in ["SDK_ROOT", "OPENSSL_DIR", "TMPDIR"] {
        println!("{name} is {:?}", var(name).ok());
    }
    println!("{:?} {:?}", option_env!("SDK_ROOT"), option_env!("OPENSSL_DIR"));
}

#[test]
fn works() {
    let file = std::path::Path::new(&var("SDK_ROOT").unwrap()).join("version");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "7");
}
"#;

fn project(name: &str) -> Project {
    let project = Project::new(name);
    project.scratch.write("build.rs", SCRIPT);
    project.scratch.write("src/main.rs", PROGRAM);
    project
}

/// The config, with a directory of the project in the place of the guide's.
fn with_directory(config: &str, supposed: &str, directory: &str) -> String {
    let replaced = config.replace(supposed, directory);
    assert_ne!(replaced, config, "the guide's block names {supposed}");
    replaced
}

#[test]
fn a_variable_reaches_build_script_compiler_program_and_tests_of_a_target() {
    AARCH64.require();
    let project = project("sdk_root");
    let sdk = project.directory("sdk");
    project.scratch.write("target/sdk/version", "7");
    let config = with_directory(SDK, "/opt/sdk", &sdk);
    project.config(&config);
    let warning = format!("warning: sdk_root@0.1.0: SDK_ROOT is Some(\"{sdk}\")\n");
    project.run(BUILD_AARCH64).exits(0).tells(&[&warning]);
    machine::under_plain_qemu(project.run(RUN_AARCH64), &format!("SDK_ROOT is Some(\"{sdk}\")\n"));

    // The kit's own variable joins the table, and the runner that works sees the user's.
    project.config(&config.replace("runner = \"qemu-aarch64\"\n", ""));
    project.cross("aarch64").exits(0).tells(&[&warning]);
    let synced = project.read_config();
    assert!(synced.starts_with(&format!("[env]\nSDK_ROOT = \"{sdk}\"\n")), "{synced}");
    assert!(synced.contains("\nCARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER = "), "{synced}");
    let ran = project.run(RUN_AARCH64).exits(0);
    assert_eq!(
        ran.stdout,
        format!("SDK_ROOT is Some(\"{sdk}\")\nOPENSSL_DIR is None\nTMPDIR is None\nSome(\"{sdk}\") None\n")
    );
    machine::passed(&project.run(TEST_AARCH64).exits(0));
}

#[test]
fn a_forced_variable_wins_over_the_shells_and_another_does_not() {
    let project = project("forced");
    let openssl = project.directory("openssl");
    let temporary = project.directory("cargo-tmp");
    let config = with_directory(FORCED, "/opt/openssl", &openssl);
    project.config(&with_directory(&config, "/tmp/cargo-tmp", &temporary));

    let outcome = |shell: &[(&str, &str)], openssl: &str| {
        let mut command = project.command(RUN);
        command.envs(shell.iter().copied());
        let ran = process::run(command, kit::COMPILING).exits(0);
        let seen = [format!("OPENSSL_DIR is Some(\"{openssl}\")\n"), format!("TMPDIR is Some(\"{temporary}\")\n")];
        for line in &seen {
            ran.clone().tells(&[&format!("warning: forced@0.1.0: {line}")]);
        }
        assert_eq!(ran.stdout, format!("SDK_ROOT is None\n{}{}None Some(\"{openssl}\")\n", seen[0], seen[1]), "{ran}");
    };
    outcome(&[], &openssl);
    outcome(&[("OPENSSL_DIR", "/of/the/shell"), ("TMPDIR", "/tmp")], "/of/the/shell");
    // A variable that is set and empty is set.
    outcome(&[("OPENSSL_DIR", ""), ("TMPDIR", "")], "");
}
