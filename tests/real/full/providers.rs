//! Ways to link that are not the row's first: C code is compiled and linked by them, and its tests run.

use std::path::Path;

use crosskit_tests::installed::{self, AARCH64};
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

use crate::{kit, report};

const CC: &str = "aarch64-linux-gnu-gcc";
const LINKER: &str = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER";
const SETTINGS: &str = "[target.aarch64-unknown-linux-gnu]\nprovider = \"clang\"\n";

/// What a test executable of the package says of who made it: each compiler and linker adds its name.
fn makers(scratch: &Scratch) -> String {
    let directory = scratch.root.join("target/aarch64-unknown-linux-gnu/debug/deps");
    let entries = std::fs::read_dir(&directory).expect("cargo made the directory").flatten();
    let programs = entries.filter(|it| {
        let name = it.file_name().to_string_lossy().into_owned();
        name.starts_with("native-") && !name.contains('.')
    });
    let time = |path: &Path| path.metadata().and_then(|it| it.modified()).expect("the file is there");
    let newest = programs.map(|it| it.path()).max_by_key(|it| time(it)).expect("there is a test executable");
    String::from_utf8_lossy(&std::fs::read(newest).expect("it can be read")).into_owned()
}

#[track_caller]
fn with_path(scratch: &Scratch, path: &Path, arguments: &str) -> Finished {
    let mut command = kit::direct(&scratch.root, arguments);
    command.env("PATH", path);
    process::run(command, kit::COMPILING)
}

/// First by the policy, which plain cargo follows; then where the policy's gcc is not there.
#[test]
fn clang_links_by_the_policy_and_in_the_place_of_gcc() {
    AARCH64.require();
    assert!(installed::in_path("clang"), "clang is missing; install it with\n  sudo apt-get install clang");
    let scratch = kit::shared();
    let settings = scratch.read("crosskit.toml");
    let without_gcc = kit::scratch("without-gcc");
    let path = without_gcc.path_without(|name| name == CC);

    scratch.write("crosskit.toml", &format!("{settings}\n{SETTINGS}"));
    let passed = kit::run(&scratch, "aarch64 -p native");
    // Others share the scratch.
    scratch.write("crosskit.toml", &settings);
    passed.exits(0);
    let cell = report::read(&scratch).only().clone();
    assert_eq!((cell.stand_in, cell.tests.passed), (None, 9), "the policy's own");
    assert!(makers(&scratch).contains("clang version"), "C code is compiled by clang");
    let mut plain = kit::cargo(&scratch.root);
    plain.args(["test", "--target", "aarch64-unknown-linux-gnu", "-p", "native"]).env("PATH", &path);
    process::run(plain, kit::COMPILING).exits(0);

    scratch.forget_sync();
    let passed = with_path(&scratch, &path, "aarch64 -p native").exits(0);
    let passed =
        passed.tells(&["warning[X012]", CC, "so clang links", "cargo xtask cross env aarch64-unknown-linux-gnu"]);
    let cell = report::read(&scratch).only().clone();
    let words = "clang links, as linker `aarch64-linux-gnu-gcc` is not here";
    assert_eq!((cell.stand_in.as_deref(), cell.tests.passed), (Some(words), 9), "{passed}");
    assert!(scratch.read(".cargo/config.toml").contains(&format!("linker = \"{CC}\" # crosskit")), "{passed}");

    let plain = |variables: &[(String, String)]| {
        let mut plain = kit::cargo(&scratch.root);
        plain.args(["test", "--no-run", "--target", "aarch64-unknown-linux-gnu", "-p", "codec"]);
        plain.env("PATH", &path).envs(variables.iter().cloned());
        process::run(plain, kit::COMPILING)
    };
    // What is linked already is not linked anew, unless its source is newer.
    scratch.write("codec/src/lib.rs", &scratch.read("codec/src/lib.rs"));
    plain(&[]).exits(101).tells(&[&format!("linker `{CC}` not found")]);
    let told = with_path(&scratch, &path, "env aarch64 --shell json").exits(0);
    let told: std::collections::BTreeMap<String, String> = serde_json::from_str(&told.stdout).expect("JSON");
    assert!(told[LINKER].contains("target/crosskit/clang/"), "{told:#?}");
    plain(&told.into_iter().collect::<Vec<_>>()).exits(0);
}
