//! Build scripts that call `crosskit_build::check()`, in real builds by plain cargo: each file of `tests/scripts` is one.
//!
//! A case is some words on what goes wrong in the wild, then sections. What goes in:
//!
//! | section | holds |
//! |---|---|
//! | `args` | the words after `cargo build`; default: `--target aarch64-unknown-linux-gnu` |
//! | `env` | lines `NAME=value` |
//! | `dependencies` | lines for `[build-dependencies]` that are not there really, as comments would be |
//! | `build.rs` | default: one call of `check()` |
//! | `file PATH` | a file, relative to the package; an executable one if it begins with `#!`. `.cargo/config.toml` names the linker by default |
//! | `shell` | what makes other files, by `sh` |
//!
//! What must come out: `exit`, and `warnings`, which is what cargo shows of the build script's. `{root}` is the package's
//! directory.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::scratch::{CONFIG, Scratch};
use crosskit_tests::sections::Sections;
use crosskit_tests::{expect, process, repository};

const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn what_is_mixed_up_is_told_with_its_target() {
    AARCH64.require();
    let directory = repository::root().join("tests/scripts");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("there are cases")
        .map(|it| it.expect("a directory can be read").path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let scratch = Scratch::empty(Path::new(env!("CARGO_TARGET_TMPDIR")), "scripts");
    let complaints: Vec<String> = cases.iter().filter_map(|path| one(path, &scratch)).collect();
    expect::nothing_wrong(&complaints);
}

fn one(path: &Path, scratch: &Scratch) -> Option<String> {
    let name = path.file_stem()?.to_str()?;
    let shown = format!("tests/scripts/{name}.txt");
    let text = repository::read(path);
    let case = Sections::parse(&text);
    let package = scratch.root.join(name);
    let root = package.display().to_string();
    let here = |text: &str| text.replace("{root}", &root);

    write(&package, "Cargo.toml", &manifest(name, &case));
    write(&package, "src/lib.rs", "");
    write(&package, "build.rs", case.get("build.rs").unwrap_or("fn main() {\n    crosskit_build::check();\n}\n"));
    write(&package, CONFIG, "[target.aarch64-unknown-linux-gnu]\nlinker = \"aarch64-linux-gnu-gcc\"\n");
    for (section, text) in &case.sections {
        if let Some(file) = section.strip_prefix("file ") {
            write(&package, file, &here(text));
        }
    }
    // The versions that the repository is built with are there without a network.
    std::fs::copy(repository::root().join("Cargo.lock"), package.join("Cargo.lock")).expect("a file can be copied");
    if let Some(script) = case.get("shell") {
        let mut shell = process::command("sh", &package);
        shell.args(["-euc", &here(script)]);
        process::run(shell, LIMIT).exits(0);
    }

    let mut cargo = process::command("cargo", &package);
    let args = case.get("args").unwrap_or("--target aarch64-unknown-linux-gnu");
    cargo.args(["build", "--offline", "--color", "never"]).args(args.split_whitespace());
    // One directory for all, so that the helper is compiled once; it lies beside the packages, as their own would be.
    cargo.env("CARGO_TARGET_DIR", package.join("../target"));
    for line in case.get("env").unwrap_or_default().lines() {
        let (name, value) = line.split_once('=').expect("a line of `env` is NAME=value");
        cargo.env(name, here(value));
    }
    let finished = process::run(cargo, LIMIT);

    let prefix = format!("warning: {name}@0.1.0: ");
    let warnings: String = finished
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix(&prefix))
        .map(|line| line.replace(&root, "{root}") + "\n")
        .collect();
    let mut actual = case.clone();
    actual.sections.retain(|(name, _)| name != "exit" && name != "warnings");
    actual.push("exit", finished.code.map_or("none".to_owned(), |code| code.to_string()));
    if !warnings.is_empty() {
        actual.push("warnings", warnings);
    }
    let complete = case.get("exit").is_some();
    let complaint = expect::file(path, &shown, complete.then_some(text.as_str()), &actual.render());
    complaint.map(|complaint| format!("{complaint}\n{finished}"))
}

fn manifest(name: &str, case: &Sections) -> String {
    let helper = repository::root().join("crates/crosskit-build");
    let dependencies: String =
        case.get("dependencies").unwrap_or_default().lines().map(|line| format!("{line}\n")).collect();
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.70\"\n\n[workspace]\n\n\
         [build-dependencies]\ncrosskit-build = {{ path = {helper:?} }}\n{dependencies}"
    )
}

fn write(package: &Path, name: &str, text: &str) {
    let path = package.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(package)).expect("a directory can be made");
    std::fs::write(&path, text).expect("a file can be written");
    if text.starts_with("#!") {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a file can be made a program");
    }
}
