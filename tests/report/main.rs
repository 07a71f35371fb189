//! `report` on records that are written by hand.

mod browser;
mod cases;
mod page;
mod validated;

use std::path::Path;
use std::time::Duration;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;
use crosskit_tests::{repository, schema};
use serde_json::{Map, Value, json};

const LIMIT: Duration = Duration::from_secs(60);

/// The kit, in an empty directory: whoever names the files needs no workspace.
fn kit(scratch: &Scratch, arguments: &[&str]) -> Finished {
    let mut command = process::command(env!("CARGO_BIN_EXE_crosskit-with-lint"), &scratch.root);
    command.args(arguments);
    process::run(command, LIMIT)
}

fn scratch(name: &str) -> Scratch {
    Scratch::empty(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("report"), name)
}

/// A record in which everything that is not said is as here.
fn filled(said: Value) -> Value {
    let counts = json!({ "passed": 0, "failed": 0, "ignored": 0 });
    let part = json!({
        "shard": null, "host": "x86_64-unknown-linux-gnu", "arguments": ["matrix"], "started": "2026-11-27T06:21:54Z",
        "seconds": 10.0, "slots": 2, "exit_code": 0, "tools": [], "commands": [],
        "load": { "step": 0.05, "cargo": [], "tests": [] }, "findings": [], "cells_of_all_shards": []
    });
    let suite = json!({
        "package": "codec", "name": "codec", "kind": "unit", "host": false, "machine": "AArch64", "verdict": "passed",
        "status": "exit status: 0", "counts": counts, "seconds": 0.5, "tests": []
    });
    let cell = json!({
        "target": "aarch64-unknown-linux-gnu", "name": "aarch64-unknown-linux-gnu", "part": 0, "rung": "run",
        "verdict": "passed", "stopped_by": [], "tests": counts, "seconds": 2.0, "stand_in": null,
        "runner": "qemu-aarch64", "emulation": "namespace", "verified": 1, "findings": [], "suites": []
    });
    let finding = json!({
        "code": "X040", "severity": "error", "message": "", "origin": null, "notes": [], "hints": []
    });
    let record = json!({
        "schema": 1, "crosskit": "0.1.0", "commit": null, "parts": [], "cells": [],
        "summary": {
            "cells": 0, "passed": 0, "failed": 0, "missing": 0, "skipped": 0, "tests": counts, "exit_code": 0
        }
    });
    let over = |default: &Value, said: Value| -> Value {
        let mut all: Map<String, Value> = default.as_object().cloned().unwrap_or_default();
        all.extend(said.as_object().cloned().unwrap_or_default());
        Value::Object(all)
    };
    let each = |list: &mut Value, fill: &dyn Fn(Value) -> Value| {
        list.as_array_mut().into_iter().flatten().for_each(|it| *it = fill(it.take()));
    };
    let mut record = over(&record, said);
    each(&mut record["parts"], &|it| over(&part, it));
    each(&mut record["cells"], &|it| {
        let mut cell = over(&cell, it);
        each(&mut cell["suites"], &|it| over(&suite, it));
        each(&mut cell["findings"], &|it| over(&finding, it));
        cell
    });
    let cells = record["cells"].as_array().cloned().unwrap_or_default();
    record["summary"]["cells"] = json!(cells.len());
    for verdict in ["passed", "failed", "missing", "skipped"] {
        record["summary"][verdict] = json!(cells.iter().filter(|cell| cell["verdict"] == verdict).count());
    }
    record
}

/// What of a record the published schema does not describe.
fn described(record: &Value) -> Vec<String> {
    let text = std::fs::read_to_string(repository::root().join("docs/report.schema.json")).expect("it is there");
    schema::complaints(record, &serde_json::from_str(&text).expect("it is JSON"))
}
