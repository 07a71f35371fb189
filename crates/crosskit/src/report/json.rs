//! `target/crosskit/report.json`. Fields are added, never renamed; `schema` counts the breaking changes.

use serde::Serialize;

use crosskit_core::artefact::Contents;
use crosskit_core::doctor::{Checkup, Tool};
use crosskit_core::emulation::Way;
use crosskit_core::exit::Exit;
use crosskit_core::finding::Finding;
use crosskit_core::inspect::Inspection;
use crosskit_core::survey::Standing;
use crosskit_core::trial::Trial;

use crate::results::{CellResult, Suite, Verdict};

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    host: &'a str,
    cells: Vec<Cell<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Cell<'a> {
    target: &'a str,
    /// The target, and what tells the cell from others of it.
    name: &'a str,
    rung: Option<&'static str>,
    verdict: &'static str,
    /// What kept it from the next rung on this computer, in words.
    stopped_by: &'a [String],
    tests: Tests,
    seconds: f64,
    /// What links in the place of the policy's linker, in words; null where that links itself.
    stand_in: Option<&'a str>,
    runner: &'a str,
    emulation: Option<&'static str>,
    verified: usize,
    findings: Vec<FindingRow<'a>>,
    suites: Vec<SuiteRow<'a>>,
}

#[derive(Serialize)]
struct Tests {
    passed: usize,
    failed: usize,
    ignored: usize,
}

#[derive(Serialize)]
pub(super) struct FindingRow<'a> {
    code: String,
    severity: &'static str,
    message: &'a str,
    origin: Option<String>,
    notes: &'a [String],
    hints: &'a [String],
}

#[derive(Serialize)]
struct SuiteRow<'a> {
    package: &'a str,
    name: &'a str,
    kind: &'static str,
    host: bool,
    machine: &'a str,
    verdict: &'static str,
    seconds: f64,
    tests: Vec<TestRow<'a>>,
}

#[derive(Serialize)]
struct TestRow<'a> {
    name: &'a str,
    outcome: &'static str,
}

#[derive(Serialize)]
struct Summary {
    cells: usize,
    passed: usize,
    failed: usize,
    missing: usize,
    skipped: usize,
    tests: Tests,
    exit_code: u8,
}

#[derive(Serialize)]
struct Explained<'a> {
    schema: u32,
    #[serde(flatten)]
    inspection: &'a Inspection,
    findings: Vec<FindingRow<'a>>,
}

#[derive(Serialize)]
struct Standings<'a> {
    schema: u32,
    targets: &'a [Standing],
}

/// A file that `verify` looked at.
#[derive(Clone, Debug)]
pub struct VerifiedFile {
    /// The file, as it was named.
    pub path: String,
    /// What it holds; `None` where it cannot be read.
    pub contents: Option<Contents>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Verified<'a> {
    schema: u32,
    target: Option<&'a str>,
    files: Vec<FileRow<'a>>,
    exit_code: u8,
}

#[derive(Serialize)]
struct FileRow<'a> {
    path: &'a str,
    #[serde(flatten)]
    contents: Option<&'a Contents>,
    findings: Vec<FindingRow<'a>>,
}

/// What `doctor` tells.
#[derive(Clone, Debug)]
pub struct DoctorReport<'a> {
    /// The host triple.
    pub host: &'a str,
    /// The tools that every target shares, then those of each target.
    pub checkups: &'a [Checkup],
    /// How far each target gets; empty where single targets were named.
    pub standings: &'a [Standing],
    /// What is wrong, with the target that it is about.
    pub findings: Vec<(Option<&'a str>, &'a Finding)>,
    /// What came of the trials.
    pub trials: &'a [Trial],
    /// The exit code.
    pub exit: Exit,
}

#[derive(Serialize)]
struct Doctor<'a> {
    schema: u32,
    host: &'a str,
    shared: &'a [Tool],
    targets: Vec<DoctorTarget<'a>>,
    findings: Vec<FindingRow<'a>>,
    exit_code: u8,
}

#[derive(Serialize)]
struct DoctorTarget<'a> {
    target: &'a str,
    notes: Option<&'a str>,
    tools: &'a [Tool],
    standing: Option<&'a Standing>,
    trial: Option<&'a Trial>,
    findings: Vec<FindingRow<'a>>,
}

/// The JSON text of `doctor --format json`. Fields are added, never renamed.
pub fn doctor(report: &DoctorReport) -> String {
    let about = |target: Option<&str>| -> Vec<FindingRow> {
        report.findings.iter().filter(|(own, _)| *own == target).map(|(_, it)| finding(it)).collect()
    };
    let (shared, targets) = report.checkups.split_first().map_or((None, [].as_slice()), |(it, rest)| (Some(it), rest));
    // What is said of the host itself has no group of its own where the host is none of the targets.
    let own = targets.iter().any(|it| it.target == report.host);
    let mut general = about(None);
    general.extend(if own { Vec::new() } else { about(Some(report.host)) });
    let doctor = Doctor {
        schema: 1,
        host: report.host,
        shared: shared.map_or(&[], |it| it.tools.as_slice()),
        targets: targets
            .iter()
            .map(|it| DoctorTarget {
                target: &it.target,
                notes: it.notes.as_deref(),
                tools: &it.tools,
                standing: report.standings.iter().find(|standing| standing.target == it.target),
                trial: report.trials.iter().find(|trial| trial.target == it.target),
                findings: about(Some(&it.target)),
            })
            .collect(),
        findings: general,
        exit_code: report.exit.code(),
    };
    serde_json::to_string_pretty(&doctor).unwrap_or_default() + "\n"
}

/// What takes effect, as the JSON text of `explain --format json`. Fields are added, never renamed.
pub fn inspection(inspection: &Inspection) -> String {
    let findings = inspection.findings.iter().map(finding).collect();
    let explained = Explained { schema: 1, inspection, findings };
    serde_json::to_string_pretty(&explained).unwrap_or_default() + "\n"
}

/// The targets, as the JSON text of `targets --format json`. Fields are added, never renamed.
pub fn standings(targets: &[Standing]) -> String {
    serde_json::to_string_pretty(&Standings { schema: 1, targets }).unwrap_or_default() + "\n"
}

/// What files are, as the JSON text of `verify --format json`. Fields are added, never renamed.
pub fn verified(target: Option<&str>, files: &[VerifiedFile], exit: Exit) -> String {
    let rows = files.iter().map(|file| FileRow {
        path: &file.path,
        contents: file.contents.as_ref(),
        findings: file.findings.iter().map(finding).collect(),
    });
    let verified = Verified { schema: 1, target, files: rows.collect(), exit_code: exit.code() };
    serde_json::to_string_pretty(&verified).unwrap_or_default() + "\n"
}

/// The report as JSON text.
pub fn report(host: &str, results: &[CellResult], exit_code: u8) -> String {
    let count = |verdict| results.iter().filter(|result| result.verdict == verdict).count();
    let mut all = crosskit_core::libtest::Counts::default();
    results.iter().for_each(|result| all.add(result.counts()));
    let report = Report {
        schema: 1,
        host,
        cells: results.iter().map(cell).collect(),
        summary: Summary {
            cells: results.len(),
            passed: count(Verdict::Passed),
            failed: count(Verdict::Failed),
            missing: count(Verdict::Missing),
            skipped: count(Verdict::Skipped),
            tests: tests(all),
            exit_code,
        },
    };
    // Plain structures of numbers and text have no way to fail.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn tests(counts: crosskit_core::libtest::Counts) -> Tests {
    Tests { passed: counts.passed, failed: counts.failed, ignored: counts.ignored }
}

fn cell(result: &CellResult) -> Cell<'_> {
    Cell {
        target: &result.triple,
        name: &result.name,
        rung: result.rung.map(|rung| rung.as_str()),
        verdict: result.verdict.as_str(),
        stopped_by: &result.stopped_by,
        tests: tests(result.counts()),
        seconds: result.seconds,
        stand_in: result.stand_in.as_deref(),
        runner: &result.runner,
        emulation: result.emulation.map(Way::as_str),
        verified: result.verified,
        findings: result.findings.iter().map(finding).collect(),
        suites: result.suites.iter().map(suite).collect(),
    }
}

pub(super) fn finding(finding: &Finding) -> FindingRow<'_> {
    FindingRow {
        code: finding.code.to_string(),
        severity: finding.severity.as_str(),
        message: &finding.message,
        origin: finding.origin.as_ref().map(ToString::to_string),
        notes: &finding.notes,
        hints: &finding.hints,
    }
}

fn suite(suite: &Suite) -> SuiteRow<'_> {
    SuiteRow {
        package: &suite.package,
        name: &suite.name,
        kind: suite.kind.as_str(),
        host: suite.host,
        machine: &suite.machine,
        verdict: suite.verdict.as_str(),
        seconds: suite.seconds,
        tests: suite.tests.iter().map(|test| TestRow { name: &test.name, outcome: test.outcome.as_str() }).collect(),
    }
}
