//! What others read, by the schemas that they published. These tests need `xmllint` and `check-jsonschema`, which the full
//! tier brings.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crosskit_tests::scratch::Scratch;
use crosskit_tests::{process, repository};
use serde_json::{Value, json};

use crate::{LIMIT, filled, kit, scratch};

/// The schema of JUnit's XML, which lies in a crate that is downloaded and never compiled.
fn junit_schema() -> PathBuf {
    let mut metadata = process::command("cargo", repository::root());
    metadata.args(["metadata", "--format-version", "1", "--locked"]);
    let told = process::run(metadata, LIMIT).exits(0).stdout;
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    let crates = told["packages"].as_array().expect("there are packages");
    let found = crates.iter().find(|it| it["name"] == "junit-report").expect("the crate is in the graph");
    let manifest = PathBuf::from(found["manifest_path"].as_str().expect("it is a path"));
    manifest.with_file_name("tests").join("JUnit.xsd")
}

#[track_caller]
fn is_junit(scratch: &Scratch, file: &str) {
    let mut lint = process::command("xmllint", &scratch.root);
    lint.args(["--noout", "--huge", "--schema"]).arg(junit_schema()).arg(file);
    process::run(lint, LIMIT).exits(0).tells(&["validates"]);
}

#[track_caller]
fn is_report(scratch: &Scratch, file: &str) {
    let validator = repository::root().join("target/tools/check-jsonschema/bin/check-jsonschema");
    let mut command = process::command(validator, &scratch.root);
    command.arg("--schemafile").arg(repository::root().join("docs/report.schema.json")).arg(file);
    process::run(command, LIMIT).exits(0);
}

/// A record with failed tests of all these names, which print their names.
fn failures(names: &[String]) -> Value {
    let test = |name: &String| json!({ "name": name, "outcome": "failed" });
    let output: String = names.iter().map(|name| format!("---- {name} stdout ----\n{name}\n\n")).collect();
    let suites =
        [json!({ "verdict": "failed", "tests": names.iter().map(test).collect::<Vec<_>>(), "output": output })];
    let cells =
        names.iter().map(|name| json!({ "name": name, "runner": name, "verdict": "skipped", "stopped_by": [name] }));
    let failed = json!({ "verdict": "failed", "suites": suites });
    filled(json!({ "parts": [{}], "cells": cells.chain([failed]).collect::<Vec<_>>() }))
}

/// Every character that is one of few bytes, and some that others trip over, alone and in the middle of a name.
#[test]
fn whatever_a_name_is_what_comes_of_it_is_valid() {
    let scratch = scratch("names");
    let low = (0..0x180_u32).filter_map(char::from_u32);
    let others =
        ['\u{2028}', '\u{200b}', '\u{202e}', '\u{d7ff}', '\u{e000}', '\u{fdd0}', '\u{fffe}', '\u{ffff}', '\u{1f980}'];
    let words = ["]]>", "<!--", "-->", "<?x", "&amp;", "&#0;", "<![CDATA[", "</failure>", "\u{1b}[31m", "a  b", " "];
    let characters = low.chain(others).map(|c| format!("a{c}b"));
    let names: Vec<String> = characters.chain(words.map(str::to_owned)).collect();
    scratch.write("run.json", &failures(&names).to_string());
    is_report(&scratch, "run.json");
    kit(&scratch, &["report", "junit", "run.json", "--output", "junit.xml"]).exits(0);
    is_junit(&scratch, "junit.xml");
}

/// The record of a large matrix: every view is there in time, and is valid.
#[test]
fn a_million_tests_are_no_trouble() {
    let scratch = scratch("million");
    let mut tests = String::new();
    for at in 0..20_000 {
        let comma = if at == 0 { "" } else { "," };
        let outcome = if at % 5_000 == 7 { "failed" } else { "passed" };
        // A String takes whatever is written.
        let _ = write!(tests, "{comma}{{\"name\":\"module::deeper::test_number_{at}\",\"outcome\":\"{outcome}\"}}");
    }
    let suite = json!({ "verdict": "failed", "tests": "TESTS", "output": "" });
    let cells: Vec<Value> =
        (0..50).map(|at| json!({ "name": format!("cell-{at}"), "verdict": "failed", "suites": [suite] })).collect();
    let record = filled(json!({ "parts": [{}], "cells": cells })).to_string();
    scratch.write("run.json", &record.replace("\"TESTS\"", &format!("[{tests}]")));
    for (view, limit) in [("show", 30), ("junit", 60), ("markdown", 30)] {
        let began = Instant::now();
        let finished = kit(&scratch, &["report", view, "run.json", "--output", view]).exits(0);
        assert!(began.elapsed() < Duration::from_secs(limit), "{view}: {finished}");
    }
    assert!(scratch.read("markdown").chars().count() <= 65_536);
    is_junit(&scratch, "junit");
}

/// A workflow for every kind of matrix: natively, in shards, both; in the root of a repository, and below it.
#[test]
fn a_workflow_is_one_by_githubs_schema() {
    let validator = repository::root().join("target/tools/check-jsonschema/bin/check-jsonschema");
    for (name, directory, targets, branch) in [
        ("both", "", "\"aarch64\", \"s390x\", \"aarch64-apple-darwin\", \"x86_64-pc-windows-msvc\"", "main"),
        ("shards", "tools/a workspace", "\"s390x\", \"riscv64\", \"armv7\"", "release/1.0"),
        ("native", "", "\"aarch64\"", "true"),
    ] {
        let scratch = scratch(&format!("workflow-{name}"));
        let at = |file: &str| if directory.is_empty() { file.to_owned() } else { format!("{directory}/{file}") };
        scratch.write(
            &at("Cargo.toml"),
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
        );
        scratch.write(&at("src/lib.rs"), "");
        scratch.write(
            &at("crosskit.toml"),
            &format!("[matrix.ci]\ntargets = [{targets}]\nprofiles = [\"dev\", \"release\"]\n"),
        );
        let mut git = process::command("git", &scratch.root);
        git.args(["init", "--quiet", "."]);
        process::run(git, LIMIT).exits(0);
        let below = |arguments: &[&str]| {
            let mut command = process::command(env!("CARGO_BIN_EXE_crosskit-with-lint"), &scratch.root.join(directory));
            command.args(arguments);
            process::run(command, LIMIT)
        };
        let file = ".github/workflows/cross.yml";
        below(&["ci", "github", "--branch", branch, "--check"]).exits(4).tells(&["error[X023]", "ci github --write"]);
        assert!(!scratch.has(file), "a check writes nothing");
        below(&["ci", "github", "--branch", branch, "--write"]).exits(0).tells(&["Added .github/workflows/cross.yml"]);
        below(&["ci", "github", "--branch", branch, "--check"]).exits(0).tells(&["is up to date"]);
        below(&["ci", "github", "--branch", branch, "--check", "--shards", "9"]).exits(if name == "native" {
            0
        } else {
            4
        });
        assert_eq!(below(&["ci", "github", "--branch", branch]).exits(0).stdout, scratch.read(file));
        let mut command = process::command(&validator, &scratch.root);
        command.args(["--builtin-schema", "vendor.github-workflows", file]);
        process::run(command, LIMIT).exits(0);
    }
}

/// A part of a matrix by its targets: one that it does not have is a mistake.
#[test]
fn a_target_that_no_cell_is_for_is_told() {
    let scratch = scratch("only");
    scratch.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
    scratch.write("src/lib.rs", "");
    scratch.write("crosskit.toml", "[matrix.ci]\ntargets = [\"aarch64\", \"s390x\"]\n");
    let dry = |target: &str| kit(&scratch, &["matrix", "--target", target, "--dry-run"]);
    let planned = dry("s390x").exits(0).stdout;
    assert!(
        planned.contains("\ns390x-unknown-linux-gnu: ") && !planned.contains("\naarch64-unknown-linux-gnu: "),
        "{planned}"
    );
    assert!(planned.contains("target.aarch64-unknown-linux-gnu.linker"), "the policy is that of all: {planned}");
    dry("riscv64").exits(2).tells(&["no cell of the matrix is for riscv64gc-unknown-linux-gnu", "it has: aarch64"]);
    dry("nonsense").exits(2).tells(&["error[X001]"]);
}
