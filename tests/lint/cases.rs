//! Build scripts as data.
//!
//! A case is a file `cases/<code>-<name>.txt`: some words on why, then `build.rs`, the script's modules by their paths, the
//! `crates` on which it depends on every host, and `findings`, which `UPDATE_EXPECT=1` rewrites. A name that begins with `x102-` has a finding of that code, and none of
//! another; one that begins with `ok-x102-` looks like one, and has none.

use std::path::PathBuf;

use crosskit_core::build_script::{self, Source};
use crosskit_core::render::{self, Style};
use crosskit_tests::sections::Sections;
use crosskit_tests::{expect, repository};

const EXPECTED: &str = "findings";
const CRATES: &str = "crates";

fn files() -> Vec<PathBuf> {
    let directory = repository::root().join("tests/lint/cases");
    let entries = std::fs::read_dir(directory).expect("the cases are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    files.sort();
    files
}

#[test]
fn cases_are_judged_as_expected() {
    let files = files();
    assert!(files.len() >= 40, "{} cases", files.len());
    let complaints: Vec<String> = files.iter().flat_map(check).collect();
    expect::nothing_wrong(&complaints);
}

fn check(path: &PathBuf) -> Vec<String> {
    let name = path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let text = std::fs::read_to_string(path).expect("a case can be read");
    let case = Sections::parse(&text);
    let crates = case.get(CRATES).unwrap_or_default();
    let sources = case.sections.iter().filter(|(section, _)| section != EXPECTED && section != CRATES);
    let sources: Vec<Source> = sources.map(|(path, text)| Source { path: path.clone(), text: text.clone() }).collect();
    let findings = build_script::check(&sources, &crates.lines().map(str::to_owned).collect());
    let code = name.trim_start_matches("ok-").split('-').next().unwrap_or_default().to_uppercase();
    let right = match name.starts_with("ok-") {
        true => findings.is_empty(),
        false => !findings.is_empty() && findings.iter().all(|finding| finding.code.to_string() == code),
    };
    let mut complaints = Vec::new();
    if !right {
        complaints.push(format!("{name}: the name says otherwise than the findings"));
    }
    let told: String = findings.iter().map(|finding| render::finding(finding, Style::PLAIN)).collect();
    let mut actual = Sections { preface: case.preface.clone(), sections: Vec::new() };
    for source in sources {
        actual.push(source.path, source.text);
    }
    if !crates.is_empty() {
        actual.push(CRATES, crates);
    }
    actual.push(EXPECTED, told);
    let expected = case.get(EXPECTED).map(|_| text.as_str());
    complaints.extend(expect::file(path, &format!("lint/cases/{name}.txt"), expected, &actual.render()));
    complaints
}

/// A script that nobody would write must not end the program that reads it.
#[test]
fn any_text_is_read() {
    let mut texts: Vec<String> =
        vec![String::new(), "\u{feff}fn main() {}".into(), "#!/bin/sh\n".into(), "{".repeat(50)];
    let whole = repository::read("tests/lint/cases/x100-function-in-between.txt");
    let script = Sections::parse(&whole).get("build.rs").expect("it is there").to_owned();
    // A text that ends anywhere.
    texts.extend(script.char_indices().map(|(at, _)| script[..at].to_owned()));
    texts.push("fn main() { main(); other(main) } fn other(a: fn()) { main() }".into());
    for text in texts {
        build_script::check(&[Source { path: "build.rs".into(), text: text.clone() }], &Default::default());
        build_script::modules("build.rs", true, &text);
    }
}
