//! What build scripts tell, beside cargo's own words: lines that cargo shows, and reports in their `OUT_DIR`.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crosskit_core::finding::{Code, Finding, Origin, Severity};
use crosskit_core::script_report::{self, ScriptReport};
use crosskit_core::{pages, render};

use super::built::Script;

/// How large a report may be.
const MOST: u64 = 1 << 20;

/// What is told in one call of cargo.
#[derive(Debug, Default)]
pub struct Told {
    /// Lines that the report of a build script may repeat. Which of the two comes first is not known, so they wait.
    held: Vec<String>,
    /// What a build script that failed printed, as cargo shows it with the failure.
    shown: BTreeSet<String>,
    reports: Vec<(ScriptReport, bool)>,
    unread: Vec<Finding>,
}

impl Told {
    /// Takes a line of cargo's, if it may be one that is told otherwise.
    pub fn hold(&mut self, line: &str) -> bool {
        let plain = render::plain(line);
        let holds = script_report::printed(&plain).is_some();
        if holds {
            self.held.push(line.to_owned());
        } else if plain.trim_start().starts_with(script_report::LINE) {
            self.shown.insert(plain.trim().to_owned());
        }
        holds
    }

    /// Reads the report of a build script that ran, or whose last run cargo replays.
    pub fn read(&mut self, script: &Script) {
        if !script.variables.iter().any(|(name, _)| name == script_report::MARK) {
            return;
        }
        match read(&script.out_dir.join(script_report::FILE)) {
            Ok(report) => self.reports.push((report, script.host)),
            Err(error) => {
                let package = &script.package;
                let message = format!("what the build script of `{package}` found cannot be read: {error}");
                self.unread.push(
                    Finding::warning(Code::FileAccess, message)
                        .hint("let the package depend on the crosskit-build of this kit's version"),
                );
            }
        }
    }

    /// The lines that nothing else tells, the others, and the findings with the target that they are about. `linker` is
    /// the one that Cargo passes for a target now.
    pub fn end(self, linker: impl Fn(&str) -> Option<String>) -> Ended {
        let is_known = |line: &String| {
            let plain = render::plain(line);
            let printed = script_report::printed(&plain);
            let is_reported =
                |it: &str| self.reports.iter().any(|(report, _)| report.lines.iter().any(|line| line == it));
            printed.is_some_and(|it| is_reported(it) || self.shown.contains(it.trim()))
        };
        let (known, lines) = self.held.into_iter().partition(is_known);
        let of_target = self.reports.iter().filter(|(_, host)| !host).map(|(report, _)| report);
        let stale: Vec<(String, Finding)> = of_target
            .filter_map(|it| Some((it.target.clone(), script_report::stale(it, linker(&it.target).as_deref())?)))
            .collect();
        let reports: Vec<ScriptReport> = self.reports.into_iter().map(|(report, _)| report).collect();
        let mut findings = script_report::findings(&reports);
        findings.extend(stale);
        Ended { lines, known, findings, unread: self.unread }
    }
}

/// What is left to show after a call.
#[derive(Debug)]
pub struct Ended {
    /// Lines that stand in no report.
    pub lines: Vec<String>,
    /// Lines of the reports: their findings say the same.
    pub known: Vec<String>,
    /// With each finding the target that it is about.
    pub findings: Vec<(String, Finding)>,
    /// Reports that could not be read.
    pub unread: Vec<Finding>,
}

/// The report as `crosskit_build` writes it.
#[derive(Deserialize)]
struct Written {
    schema: u32,
    package: String,
    version: String,
    target: String,
    rustc_linker: Option<String>,
    findings: Vec<WrittenFinding>,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct WrittenFinding {
    code: String,
    severity: String,
    message: String,
    origin: Option<WrittenOrigin>,
    notes: Vec<String>,
    hints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenOrigin {
    File { file: String, line: usize, column: usize },
    Variable { variable: String },
}

fn read(path: &Path) -> Result<ScriptReport, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(MOST).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let written: Written = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if written.schema != 1 {
        return Err(format!("it is of schema {}, and schema 1 is known here", written.schema));
    }
    let findings = written.findings.into_iter().map(finding).collect::<Result<_, String>>()?;
    Ok(ScriptReport {
        package: format!("{} {}", written.package, written.version),
        target: written.target,
        rustc_linker: written.rustc_linker,
        findings,
        lines: written.lines,
    })
}

fn finding(written: WrittenFinding) -> Result<Finding, String> {
    let code = pages::code(&written.code).ok_or_else(|| format!("code {} is not known here", written.code))?;
    let severity = match written.severity.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    };
    let origin = written.origin.map(|origin| match origin {
        WrittenOrigin::File { file, line, column } => Origin::File { path: file, line, column },
        WrittenOrigin::Variable { variable } => Origin::Variable(variable),
    });
    Ok(Finding { code, severity, message: written.message, origin, notes: written.notes, hints: written.hints })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(directory: &Path, marked: bool) -> Script {
        let variables = marked.then(|| (script_report::MARK.to_owned(), "1".to_owned()));
        Script {
            package: "path+file:///w#app@0.1.0".to_owned(),
            out_dir: directory.to_owned(),
            variables: variables.into_iter().collect(),
            search_paths: Vec::new(),
            libraries: Vec::new(),
            host: false,
        }
    }

    fn told(name: &str, text: &str, marked: bool) -> Ended {
        let directory = std::env::temp_dir().join(format!("crosskit-told-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        std::fs::write(directory.join(script_report::FILE), text).expect("a file can be written");
        let mut told = Told::default();
        assert!(told.hold("\u{1b}[33mwarning\u{1b}[0m: app@0.1.0: TARGET arm: warning[X058]: no"));
        assert!(told.hold("warning: app@0.1.0: TARGET arm: of another"));
        assert!(!told.hold("   Compiling app v0.1.0"));
        told.read(&script(&directory, marked));
        std::fs::remove_dir_all(&directory).expect("a directory can be removed");
        told.end(|_| None)
    }

    const REPORT: &str = r#"{"schema":1,"package":"app","version":"0.1.0","host":"x86","target":"arm","rustc_linker":null,
        "findings":[{"code":"X058","severity":"warning","message":"no","origin":{"variable":"A"},"notes":[],"hints":[]}],
        "lines":["TARGET arm: warning[X058]: no"]}"#;

    #[test]
    fn a_report_takes_the_place_of_its_lines() {
        let ended = told("known", REPORT, true);
        assert_eq!(ended.lines, ["warning: app@0.1.0: TARGET arm: of another"]);
        assert_eq!(ended.known.len(), 1);
        assert_eq!(ended.findings.len(), 1);
        assert_eq!(ended.findings[0].1.origin, Some(Origin::Variable("A".to_owned())));
    }

    #[test]
    fn without_the_mark_a_file_is_an_old_one() {
        let ended = told("old", REPORT, false);
        assert_eq!((ended.lines.len(), ended.findings.len()), (2, 0));
    }

    #[test]
    fn what_cannot_be_read_is_said_and_hides_no_line() {
        let broken = ["", "{}", "[", &REPORT.replace("\"schema\":1", "\"schema\":2"), &REPORT.replace("X058", "X999")]
            .map(String::from);
        for (at, text) in broken.iter().enumerate() {
            let ended = told(&format!("broken-{at}"), text, true);
            assert_eq!((ended.lines.len(), ended.findings.len(), ended.unread.len()), (2, 0, 1), "{text}");
        }
    }
}
