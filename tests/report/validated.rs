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
