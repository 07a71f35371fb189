//! Which programs prove a target, and what must come of them.

use std::collections::BTreeSet;

use crosskit_core::target::{Provider, Row};
use serde_json::Value;

use super::page::Line;
use super::workspace::{Outcome, Workspace};

/// The example's packages that a target can be expected to build, and those that must fail.
fn packages(row: &Row, provider: Provider) -> (&'static [&'static str], &'static str) {
    if !row.std {
        return (&["bare-sound"], "bare-unsound");
    }
    let sound: &[&str] = if row.triple.starts_with("wasm32") {
        // It has no processes.
        &["codec", "files"]
    } else if matches!(provider, Provider::Gcc | Provider::Mingw | Provider::Clang | Provider::Zig) {
        &["codec", "native", "app"]
    } else {
        // `native` compiles C, and there is no C toolchain.
        &["codec", "app"]
    };
    (sound, "defects")
}

/// Tries one target: first tests that must pass, then tests that must fail.
pub fn prove(workspace: &Workspace, row: &Row, options: &[String]) -> Result<Line, String> {
    let board = row.board.as_ref();
    let variables = [
        ("PROVE_ROM", board.map_or("0x80000000 4M", |board| board.rom.as_str())),
        ("PROVE_RAM", board.and_then(|board| board.ram.as_deref()).unwrap_or("")),
    ];
    let (mut sound, unsound) = packages(row, row.provider);
    let cross = |packages: &[&str], options: &[String]| -> Result<Outcome, String> {
        let mut arguments: Vec<&str> = vec![&row.triple, "--timeout", "600"];
        arguments.extend(packages.iter().flat_map(|package| ["-p", package]));
        arguments.extend(options.iter().map(String::as_str));
        workspace.cross(&arguments, &variables)
    };
    workspace.take_ready_std()?;
    let mut outcome = cross(sound, options)?;
    // It takes a minute, which is worth it where something runs in the end.
    let has_no_std =
        row.emulator.is_some() && outcome.stderr.contains(&format!("rust-std for `{}` is not installed", row.triple));
    if has_no_std {
        let settings = workspace.build_std(&row.triple)?;
        (sound, _) = packages(row, settings.provider(row));
        outcome = cross(sound, options)?;
    }
    let mut line = Line {
        triple: row.triple.clone(),
        rung: outcome.cell["rung"].as_str().unwrap_or("none").to_owned(),
        passed: outcome.cell["tests"]["passed"].as_u64().unwrap_or_default(),
        linker: String::new(),
        runner: outcome.cell["runner"].as_str().unwrap_or_default().to_owned(),
        emulator_version: None,
        reason: String::new(),
        built_std: has_no_std,
        wrong: Vec::new(),
    };
    let packages: Vec<&str> = sound.iter().flat_map(|package| ["-p", package]).collect();
    let tools = workspace.tools(&[&[row.triple.as_str()], packages.as_slice()].concat(), &variables)?;
    let tool = |kind: &str| tools.iter().find(|it| it["kind"] == kind && it["found"] == true);
    let word = |kind: &str, key: &str| tool(kind).and_then(|it| Some(it[key].as_str()?.to_owned()));
    line.emulator_version = word("emulator", "version").filter(|_| line.runner != "native");
    line.linker = ["name", "version"].into_iter().filter_map(|key| word("linker", key)).collect::<Vec<_>>().join(" ");
    match outcome.exit {
        0 if line.passed > 0 => {}
        100 => {
            line.wrong.extend(failed(&outcome.cell).into_iter().map(|name| format!("{name} failed")));
            if line.wrong.is_empty() {
                // What ends in the middle has no name.
                line.wrong.push(reason(row, &outcome));
            }
            return Ok(line);
        }
        // A tool is missing, or the emulator itself is at fault: the tests say nothing, and so does the rung that the run
        // came to.
        _ => {
            line.reason = reason(row, &outcome);
            line.rung = "none".to_owned();
            // Less than running is something, too.
            for (verb, rung) in [("build", "verify"), ("check", "check")] {
                let package: &[&str] = if row.std {
                    &["-p", "hello"]
                } else if row.emulator.is_some() {
                    &["-p", "bare-sound"]
                } else {
                    &["-p", "codec", "--no-default-features"]
                };
                let outcome = workspace.cross(&[&[verb, &row.triple], package].concat(), &variables)?;
                let verified = outcome.cell["verified"].as_u64().unwrap_or_default();
                if outcome.exit == 0 && (verified > 0 || verb == "check") {
                    line.rung = rung.to_owned();
                    break;
                }
            }
            return Ok(line);
        }
    }
    line.wrong.extend(arguments_are_lost(row, |arguments| cross(&[unsound], arguments))?);
    let expected: BTreeSet<String> = ["fails", "panics"].map(str::to_owned).into();
    // Where a panic ends the program, each of the two must be run by itself.
    let mut told = BTreeSet::new();
    for filter in ["", "fails", "panics"] {
        let mut options: Vec<String> = Vec::new();
        if !filter.is_empty() {
            options.extend(["--".to_owned(), filter.to_owned()]);
        }
        let outcome = cross(&[unsound], &options)?;
        if outcome.exit != 100 {
            line.wrong.push(format!("failing tests end with exit code {}", outcome.exit));
        }
        told.extend(failed(&outcome.cell).into_iter().map(|name| name.trim_start_matches("tests::").to_owned()));
        if told == expected {
            return Ok(line);
        }
    }
    line.wrong.push(format!("of the tests that fail these were told: {told:?}"));
    Ok(line)
}

/// Chooses one test of the program whose other tests fail, so that it passes only if the arguments come to it, and its
/// exit code back.
fn arguments_are_lost(row: &Row, run: impl Fn(&[String]) -> Result<Outcome, String>) -> Result<Option<String>, String> {
    // As one word it chooses nothing. Semihosting passes a line of words, so a blank in one of them is lost.
    let blanks = if is_semihosting(row) { "no-test" } else { "fails panics" };
    let outcome = run(&["--", "holds", blanks].map(str::to_owned))?;
    let told = names(&outcome.cell, "passed");
    let is_right = outcome.exit == 0 && told.iter().all(|name| name.ends_with("holds")) && told.len() == 1;
    Ok((!is_right).then(|| format!("asked for one test, {told:?} passed, with exit code {}", outcome.exit)))
}

/// Whether the program asks the emulator itself: the boards of the other architectures have devices for it.
fn is_semihosting(row: &Row) -> bool {
    let emulator = row.emulator.as_deref().unwrap_or_default();
    row.board.is_some() && !["qemu-system-x86_64", "qemu-system-loongarch64"].contains(&emulator)
}

/// The names of the tests that failed: where a panic ends the program, a test that fails crashes.
fn failed(cell: &Value) -> Vec<String> {
    ["failed", "crashed"].into_iter().flat_map(|outcome| names(cell, outcome)).collect()
}

/// The names of the tests that ended so.
fn names(cell: &Value, outcome: &str) -> Vec<String> {
    let suites = cell["suites"].as_array().into_iter().flatten();
    let tests = suites.filter_map(|suite| suite["tests"].as_array()).flatten();
    tests
        .filter(|test| test["outcome"] == outcome)
        .filter_map(|test| test["name"].as_str())
        .map(str::to_owned)
        .collect()
}

/// Why a target did not get further: the first error that was told, and what the catalogue says that it needs.
fn reason(row: &Row, outcome: &Outcome) -> String {
    let errors = outcome.stderr.lines().filter_map(|line| line.strip_prefix("error[")?.split_once("]: "));
    let mut reasons: Vec<String> = errors.map(|(_, message)| message.to_owned()).take(1).collect();
    reasons.extend(row.needs.iter().map(|needs| format!("needs {needs}")));
    if reasons.is_empty() {
        reasons.push(format!("exit code {}", outcome.exit));
    }
    reasons.join("; ")
}
