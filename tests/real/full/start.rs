//! Starts of the kit that compile all of it once more, as the flags differ.

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::scratch::CONFIG;

use crate::guide::blocks::FULL;
use crate::kit;
use crate::quick::start::{ALIAS, sharing};

/// Without `--target host-tuple` the config's `build.target` cross-compiles the xtask, and the config's runner starts it.
#[test]
fn an_xtask_for_the_target_stops_with_the_reason() {
    AARCH64.require();
    let shared = kit::shared();
    let scratch = kit::scratch("xtask-for-the-target");
    scratch.write(CONFIG, &format!("{}{FULL}", ALIAS.replace(" --target host-tuple", "")));
    let before = scratch.read(CONFIG);
    let finished = sharing(kit::alias(&scratch.root, "aarch64"), &shared);
    assert!(!finished.timed_out && finished.code != Some(0), "{finished}");
    let told = finished.tells(&["X004", "aarch64", "x86_64-unknown-linux-gnu", "--target host-tuple"]);
    assert_eq!(told.stderr.matches("error").count(), 1, "one error says it\n{told}");
    assert_eq!(scratch.read(CONFIG), before);
}

#[test]
fn with_flags_in_the_environment() {
    let shared = kit::shared();
    let scratch = kit::scratch("rustflags");
    let mut command = kit::alias(&scratch.root, "host -p codec");
    command.env("RUSTFLAGS", "-g");
    sharing(command, &shared).exits(0);
}

/// The machine's own triple in the policy, as on the laptop of a colleague for whom it is foreign.
#[test]
fn with_the_own_triple_in_the_policy_and_none_of_its_cross_tools() {
    let host = installed::host();
    assert_eq!(host, "x86_64-unknown-linux-gnu", "this test knows the policy of this host alone");
    let shared = kit::shared();
    let scratch = kit::scratch("own-triple");
    let runner = "\".cargo/crosskit/run qemu-x86_64 -L /usr/x86_64-linux-gnu\"";
    let alias = format!("run --quiet --target host-tuple --config target.{host}.linker='cc' --package xtask --");
    let config = format!(
        "[alias]\nxtask = \"{alias}\" # crosskit\n\n[target.{host}] # crosskit\n\
         linker = \"x86_64-linux-gnu-gcc\" # crosskit\nrunner = {runner} # crosskit\n"
    );
    scratch.write(CONFIG, &config);
    // The launcher comes with the policy.
    kit::run(&scratch, "sync aarch64").exits(0);
    scratch.write(CONFIG, &config);
    let path = scratch.path_without(|name| name == "x86_64-linux-gnu-gcc" || name.starts_with("qemu-"));
    for arguments in ["--help", "host -p codec"] {
        let mut command = kit::alias(&scratch.root, arguments);
        command.env("PATH", &path);
        let finished = sharing(command, &shared).exits(0);
        assert!(arguments != "--help" || finished.stdout.contains("cargo xtask cross"), "{finished}");
    }
}
