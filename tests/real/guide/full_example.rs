//! The full example: every command that the guide lists for it, and the kit beside it.
//!
//! That the kit itself starts in a workspace with this config, and what it says where its alias lacks `--target
//! host-tuple`, is held by `quick::start` and `full::start`.

use crosskit_tests::installed::{AARCH64, THUMBV7EM};

use super::artefact::Artefact;
use super::blocks::{BUILD, BUILD_AARCH64, FULL, RUN_AARCH64, RUN_THUMB, TEST_AARCH64};
use super::embedded::{self, SCRIPT};
use super::machine;
use super::project::Project;

/// One program for both targets: with an operating system it prints, and without one it does nothing.
const PROGRAM: &str = r#"#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(not(target_os = "none"))]
fn main() {
    println!("{} with {}", std::env::consts::ARCH, std::env::var("SDK_ROOT").unwrap());
}

#[test]
fn works() {
    assert_eq!(std::env::consts::ARCH, "aarch64");
}

#[cfg(target_os = "none")]
mod bare {
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo) -> ! {
        loop {}
    }

    #[unsafe(no_mangle)]
    extern "C" fn reset() -> ! {
        loop {}
    }
}
"#;

#[test]
fn every_listed_command_does_what_the_config_says() {
    AARCH64.require();
    THUMBV7EM.require();
    let project = Project::new("full_example");
    let sdk = project.directory("sdk");
    let config = FULL.replace("/opt/sdk", &sdk);
    project.config(&config);
    project.scratch.write("src/main.rs", PROGRAM);
    project.scratch.write("link.x", SCRIPT);
    project.fake("probe-rs");

    let aarch64 = "aarch64-unknown-linux-gnu/debug";
    project.run(BUILD).exits(0);
    assert_eq!(project.artefact(aarch64), Artefact::elf(AARCH64.machine));
    let again = project.run(BUILD_AARCH64).exits(0);
    assert!(!again.stderr.contains("Compiling"), "both build the same: {again}");
    let ran = project.run(RUN_AARCH64).exits(0);
    assert_eq!(ran.stdout, format!("aarch64 with {sdk}\n"), "{ran}");
    machine::passed(&project.run(TEST_AARCH64).exits(0));
    project.run(RUN_THUMB).exits(0);
    embedded::probe_was_started(&project);
    embedded::follows_the_script(&project);
    assert!(!project.scratch.has("target/debug/full_example"), "nothing was built for the host");

    // The kit takes the config as it is: the runner that the user set suits a static program.
    machine::says_that_the_runner_is_the_users(project.cross("aarch64").exits(0), 9);
    project.scratch.write(
        "crosskit.toml",
        "[package.full_example]\ntargets = [\"aarch64-unknown-linux-gnu\", \"thumbv7em-none-eabihf\"]\n",
    );
    project.cross("build aarch64 thumbv7em-none-eabihf").exits(0);
    assert_eq!(project.read_config(), config);
}
