//! Build scripts: programs of the host in a build for a target.

use crosskit_tests::installed::AARCH64;

use super::artefact::{self, Artefact};
use super::blocks::{BUILD, BUILD_AARCH64, STATIC};
use super::project::{HOST, Project};

/// A build script that tells for which machine it runs and for which it works.
pub const TELLS: &str = r#"use std::env::var;

fn main() {
    let (host, target) = (var("HOST").unwrap(), var("TARGET").unwrap());
    println!("cargo::warning=host={host} target={target}");
}
"#;

/// The line of cargo that it brings about.
pub fn line(project: &Project, target: &str) -> String {
    format!("warning: {}@0.1.0: host={HOST} target={target}\n", project.name())
}

#[test]
fn host_and_target_are_told() {
    AARCH64.require();
    let project = Project::new("debugging_script");
    project.scratch.write("build.rs", TELLS);
    project.config(STATIC);
    for (command, target) in [(BUILD_AARCH64, AARCH64.triple), (BUILD, HOST), (BUILD_AARCH64, AARCH64.triple)] {
        let built = project.run(command).exits(0).tells(&[&line(&project, target)]);
        assert_eq!(built.stderr.matches("host=").count(), 1, "{built}");
    }
    project.cross("build aarch64").exits(0).tells(&[&line(&project, AARCH64.triple)]);
}

/// The target's flags do not reach it: those of this config would take the loader from it.
#[test]
fn a_build_script_is_a_program_of_the_host() {
    AARCH64.require();
    let project = Project::new("script_of_the_host");
    project.scratch.write("build.rs", TELLS);
    project.config(STATIC);
    let built = project.run(&format!("{BUILD_AARCH64} --message-format json")).exits(0);
    let messages = built.stdout.lines().map(|line| serde_json::from_str(line).expect("cargo prints JSON"));
    let messages: Vec<serde_json::Value> = messages.collect();
    let script = messages.iter().find(|message| message["target"]["kind"][0] == "custom-build");
    let script = script.and_then(|message| message["filenames"][0].as_str()).expect("cargo names the build script");
    let script = artefact::read(script.as_ref());
    assert_eq!((script.machine, script.loader.is_some()), ("x86-64", true), "{script:?}");
    assert_eq!(project.artefact("aarch64-unknown-linux-gnu/debug"), Artefact::elf(AARCH64.machine));
}
