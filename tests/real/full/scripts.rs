//! Build scripts that call `crosskit_build::check()`, in real builds by plain cargo: each file of `tests/scripts` is one.
//!
//! A case is some words on what goes wrong in the wild, then sections. What goes in:
//!
//! | section | holds |
//! |---|---|
//! | `args` | the words after `cargo build`; default: `--target aarch64-unknown-linux-gnu` |
//! | `env` | lines `NAME=value` |
//! | `dependencies` | lines for `[build-dependencies]` that are not there really, as comments would be |
//! | `helper` | options of the dependency on the helper, after its path |
//! | `build.rs` | default: one call of `check()` |
//! | `file PATH` | a file, relative to the package; an executable one if it begins with `#!`. `.cargo/config.toml` names the linker by default |
//! | `shell` | what makes other files, by `sh` |
//!
//! What must come out: `exit`, and `warnings`, which is what cargo shows of the build script's words. `{root}` is the package's
//! directory.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosskit_tests::installed::AARCH64;
use crosskit_tests::scratch::{CONFIG, Scratch};
use crosskit_tests::sections::Sections;
use crosskit_tests::{expect, process, repository};

use crate::kit;
use crate::little::Little;

const CHECK: &str = "fn main() {\n    crosskit_build::check();\n}\n";

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

/// A package of the workspace and one of a registry, whose warnings cargo hides: the kit tells of both, once.
fn with_a_hidden_package(name: &str) -> Little {
    let little = Little::new(name, &[]);
    let helper = repository::root().join("crates/crosskit-build");
    let of_registry = little.root.join("registry");
    for package in ["crosskit-build", "hidden"] {
        little.write(&format!("registry/{package}/.cargo-checksum.json"), "{\"files\":{}}");
    }
    let mut copy = process::command("cp", &little.root);
    copy.arg("-R").arg(helper.join("src")).arg(helper.join("Cargo.toml")).arg(of_registry.join("crosskit-build"));
    process::run(copy, LIMIT).exits(0);
    let dependency = "[build-dependencies]\ncrosskit-build = { version = \"0.1.0\", default-features = false }\n";
    let hidden = format!("[package]\nname = \"hidden\"\nversion = \"1.2.3\"\nedition = \"2021\"\n\n{dependency}");
    little.write("registry/hidden/Cargo.toml", &hidden);
    little.write("registry/hidden/src/lib.rs", "");
    let own = little.read("Cargo.toml") + "\n[dependencies]\nhidden = \"1.2\"\n\n" + dependency;
    little.write("Cargo.toml", &own);
    for build in ["build.rs", "registry/hidden/build.rs"] {
        little.write(build, CHECK);
    }
    // The feature is off, and a registry has all packages that are named.
    let manifest = little.read("registry/crosskit-build/Cargo.toml");
    let without_cc = manifest.replace("default = [\"cc\"]", "default = []").replace("cc = [\"dep:cc\"]", "");
    let without_cc = without_cc.replace("cc = { version = \"1.2\", optional = true }", "");
    little.write("registry/crosskit-build/Cargo.toml", &without_cc);
    let source = "[source.crates-io]\nreplace-with = \"own\"\n\n[source.own]\ndirectory = \"registry\"\n\n";
    little.write(CONFIG, &format!("{source}[target.aarch64-unknown-linux-gnu]\nlinker = \"aarch64-linux-gnu-gcc\"\n"));
    std::fs::remove_file(little.root.join("Cargo.lock")).expect("a file can be removed");
    little
}

#[test]
fn the_kit_tells_what_cargo_hides_and_tells_it_once() {
    AARCH64.require();
    let little = with_a_hidden_package("scripts-told");
    let mut plain = process::command("cargo", &little.root);
    plain.args(["build", "--target", "aarch64-unknown-linux-gnu"]).env("PKG_CONFIG_ALLOW_CROSS", "1");
    let plain =
        process::run(plain, LIMIT).exits(0).tells(&["little@0.0.0: TARGET aarch64-unknown-linux-gnu: warning[X058]"]);
    assert!(!plain.stderr.contains("hidden@"), "cargo hides it: {plain}");

    let told = |expected: usize| {
        let mut command = little.command("build aarch64");
        command.env("PKG_CONFIG_ALLOW_CROSS", "1");
        let outcome = little.end(process::start(command));
        let finished = outcome.finished.clone().exits(0).tells(&[
            "warning[X058]: `pkg-config` answers for aarch64-unknown-linux-gnu with libraries of this machine\n  \
             --> environment variable PKG_CONFIG_ALLOW_CROSS\n",
            "hidden 1.2.3`",
            "`little 0.0.0`",
        ]);
        assert_eq!(finished.stderr.matches("X058").count(), expected, "{finished}");
        assert!(!finished.stderr.contains("little@0.0.0: TARGET"), "its lines are not shown as well: {finished}");
        let cell = outcome.cell("aarch64-unknown-linux-gnu");
        assert_eq!(cell.findings.iter().filter(|it| it.code == "X058").count(), 1);
    };
    told(1);
    // Nothing runs again, and cargo's message is the same.
    told(1);
}

#[test]
fn a_build_script_that_ran_with_another_linker_is_told() {
    AARCH64.require();
    let little = with_a_hidden_package("scripts-stale");
    let other = little.program("other-gcc", "#!/bin/sh\nexec aarch64-linux-gnu-gcc \"$@\"\n");
    // A config that changes would have the build script run again.
    process::run(little.command("sync aarch64"), LIMIT).exits(0);
    let mut plain = process::command("cargo", &little.root);
    // What is set by an option no build script can see.
    let option = format!("target.aarch64-unknown-linux-gnu.linker={:?}", other.display().to_string());
    plain.args(["build", "--target", "aarch64-unknown-linux-gnu", "--config", &option]);
    process::run(plain, LIMIT).exits(0);
    let finished = little.run("build aarch64").finished.exits(0);
    let finished = finished
        .tells(&["warning[X094]: the build script of `little 0.0.0` ran with linker `", "hint: cargo clean -p little"]);
    assert_eq!(finished.stderr.matches("X094").count(), 2, "that of the hidden package as well: {finished}");
}

#[test]
fn a_build_script_that_ends_the_build_is_told_once() {
    AARCH64.require();
    let little = with_a_hidden_package("scripts-ended");
    let mut command = little.command("build aarch64");
    command.env("CROSSKIT_BUILD", "deny").env("PKG_CONFIG_ALLOW_CROSS", "1");
    let finished = little.end(process::start(command)).finished.exits(5).tells(&["X030", "error[X058]"]);
    let lines = finished.stderr.lines().filter(|line| line.contains("little@0.0.0: TARGET"));
    assert_eq!(lines.count(), 0, "cargo shows what the build script printed: {finished}");
}

/// The helper's own `rust-version`, read off its manifest.
fn oldest_toolchain() -> String {
    let manifest: toml::Table =
        repository::read("crates/crosskit-build/Cargo.toml").parse().expect("a manifest is TOML");
    let version = manifest["package"]["rust-version"].as_str().expect("it is a string");
    format!("{version}.0")
}

#[test]
fn the_helper_works_with_its_oldest_toolchain() {
    let toolchain = oldest_toolchain();
    let scratch = Scratch::empty(Path::new(env!("CARGO_TARGET_TMPDIR")), "scripts-oldest");
    let case = Sections::parse("-- helper --\n, default-features = false\n");
    // A workspace of its own, as that of the repository is for newer toolchains.
    let mut copy = process::command("cp", &repository::root().join("crates"));
    copy.args(["-R", "crosskit-build"]).arg(&scratch.root);
    std::fs::create_dir_all(&scratch.root).expect("a directory can be made");
    process::run(copy, LIMIT).exits(0);
    let manifest = manifest("oldest", &case, "crosskit-build");
    write(&scratch.root, "Cargo.toml", &manifest.replace("[workspace]", "[workspace]\nexclude = [\"crosskit-build\"]"));
    write(&scratch.root, "crosskit-build/Cargo.toml", &(scratch.read("crosskit-build/Cargo.toml") + "\n[workspace]\n"));
    write(&scratch.root, "src/lib.rs", "");
    write(&scratch.root, "build.rs", CHECK);
    let mut cargo = process::command("cargo", &scratch.root);
    cargo.arg("build").env("RUSTUP_TOOLCHAIN", &toolchain).env("CROSSKIT_BUILD", "verbose");
    let finished = process::run(cargo, LIMIT);
    let hint = format!("rustup toolchain install {toolchain} --profile minimal");
    assert_eq!(finished.code, Some(0), "if the toolchain is missing: `{hint}`\n{finished}");
    finished.tells(&["warning: oldest@0.1.0: TARGET "]);
}

/// Whoever may write anywhere takes the rights of one who may not.
#[test]
fn an_out_dir_that_may_not_be_written_is_told_in_a_line() {
    let scratch = Scratch::empty(Path::new(env!("CARGO_TARGET_TMPDIR")), "scripts-read-only");
    let helper = repository::root().join("crates/crosskit-build").display().to_string();
    let case = Sections::parse("-- helper --\n, default-features = false\n");
    write(&scratch.root, "Cargo.toml", &manifest("read-only", &case, &helper));
    write(&scratch.root, "src/lib.rs", "");
    write(&scratch.root, "build.rs", CHECK);
    kit::run_cargo(&scratch.root, "build").exits(0);
    let built = std::fs::read_dir(scratch.root.join("target/debug/build")).expect("cargo built a script");
    let programs = built.map(|entry| entry.expect("it can be read").path().join("build-script-build"));
    let program = programs.into_iter().find(|it| it.is_file()).expect("cargo built a script");
    // Others may not be let into the directory of this repository.
    let open = std::env::temp_dir().join(format!("crosskit-tests-{}", std::process::id()));
    let out = open.join("out");
    std::fs::create_dir_all(&out).expect("a directory can be made");
    std::fs::copy(program, open.join("script")).expect("a file can be copied");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
    mode(&open, 0o755).and(mode(&out, 0o555)).expect("they are our own");

    let may_write = std::fs::write(out.join("try"), "").is_ok();
    let program = open.join("script");
    let mut script = process::command(if may_write { Path::new("setpriv") } else { &program }, &scratch.root);
    if may_write {
        script.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
    }
    script.env("HOST", "x86_64-unknown-linux-gnu").env("TARGET", "aarch64-unknown-linux-gnu").env("OUT_DIR", &out);
    let finished = process::run(script, LIMIT);
    mode(&out, 0o755).and(std::fs::remove_dir_all(&open)).expect("they are our own");
    let told = "cargo:warning=TARGET aarch64-unknown-linux-gnu: cannot write crosskit-build.json into OUT_DIR: ";
    let finished = finished.exits(0);
    let lines: Vec<&str> = finished.stdout.lines().filter(|it| it.contains("OUT_DIR: ")).collect();
    assert!(matches!(lines[..], [line] if line.starts_with(told)), "{finished}");
}

#[test]
fn the_single_file_needs_no_dependency_and_any_edition() {
    let scratch = Scratch::empty(Path::new(env!("CARGO_TARGET_TMPDIR")), "scripts-single");
    std::fs::create_dir_all(&scratch.root).expect("a directory can be made");
    let file = process::run(kit::direct(&scratch.root, "helper"), LIMIT).exits(0);
    assert_eq!(file.stderr, "");
    write(&scratch.root, "build/crosskit.rs", &file.stdout);
    write(&scratch.root, "src/lib.rs", "//! Nothing.\n");
    let module = "#[rustfmt::skip]\n#[path = \"build/crosskit.rs\"]\nmod crosskit;\n\n";
    assert!(file.stdout.contains("#[path = \"build/crosskit.rs\"]\n//     mod crosskit;"));
    write(&scratch.root, "build.rs", &format!("{module}fn main() {{\n    crosskit::check();\n}}\n"));
    let package = "[package]\nname = \"single\"\nversion = \"0.1.0\"\n";
    for edition in ["2018", "2021", "2024"] {
        write(&scratch.root, "Cargo.toml", &format!("{package}edition = \"{edition}\"\n\n[workspace]\n"));
        let mut cargo = process::command("cargo", &scratch.root);
        cargo.arg("build").env("RUSTFLAGS", "-Dwarnings").env("CROSSKIT_BUILD", "verbose");
        process::run(cargo, LIMIT).exits(0).tells(&["warning: single@0.1.0: TARGET "]);
    }
    let mut format = process::command("cargo", &scratch.root);
    format.args(["fmt", "--check"]);
    process::run(format, LIMIT).exits(0);
}

fn one(path: &Path, scratch: &Scratch) -> Option<String> {
    let name = path.file_stem()?.to_str()?;
    let shown = format!("tests/scripts/{name}.txt");
    let text = repository::read(path);
    let case = Sections::parse(&text);
    let package = scratch.root.join(name);
    let root = package.display().to_string();
    let here = |text: &str| text.replace("{root}", &root);

    let helper = repository::root().join("crates/crosskit-build").display().to_string();
    write(&package, "Cargo.toml", &manifest(name, &case, &helper));
    write(&package, "src/lib.rs", "");
    write(&package, "build.rs", case.get("build.rs").unwrap_or(CHECK));
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
        .filter_map(|line| {
            line.strip_prefix(&prefix).or_else(|| Some(line.trim()).filter(|it| it.starts_with("TARGET ")))
        })
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

fn manifest(name: &str, case: &Sections, helper: &str) -> String {
    let options = case.get("helper").unwrap_or_default().trim();
    let dependencies: String =
        case.get("dependencies").unwrap_or_default().lines().map(|line| format!("{line}\n")).collect();
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.70\"\n\n[workspace]\n\n\
         [build-dependencies]\ncrosskit-build = {{ path = {helper:?}{options} }}\n{dependencies}"
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
