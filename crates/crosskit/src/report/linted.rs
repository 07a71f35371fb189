//! What `lint` found, as data.

use serde::Serialize;

use crosskit_core::exit::Exit;
use crosskit_core::finding;
use crosskit_core::record::Finding;

/// A build script that was read, and what is wrong in it.
#[derive(Clone, Debug)]
pub struct Linted {
    /// The package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Whether it is a member of the workspace.
    pub member: bool,
    /// What is wrong.
    pub findings: Vec<finding::Finding>,
    /// What the settings let stay, with the reason.
    pub allowed: Vec<(finding::Finding, String)>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    targets: &'a [String],
    scripts: Vec<Script<'a>>,
    /// What is wrong with the settings.
    findings: Vec<Finding>,
    exit_code: u8,
}

#[derive(Serialize)]
struct Script<'a> {
    package: &'a str,
    version: &'a str,
    member: bool,
    findings: Vec<Finding>,
    allowed: Vec<Allowed<'a>>,
}

#[derive(Serialize)]
struct Allowed<'a> {
    reason: &'a str,
    #[serde(flatten)]
    finding: Finding,
}

/// What is wrong in build scripts, and beside them in the settings, as the JSON text of `lint --format json`. Fields are
/// added, never renamed.
pub fn json(targets: &[String], scripts: &[Linted], beside: &[finding::Finding], exit: Exit) -> String {
    let rows = scripts.iter().map(|script| Script {
        package: &script.package,
        version: &script.version,
        member: script.member,
        findings: script.findings.iter().map(Finding::from).collect(),
        allowed: script.allowed.iter().map(allowed).collect(),
    });
    let findings = beside.iter().map(Finding::from).collect();
    let report = Report { schema: 1, targets, scripts: rows.collect(), findings, exit_code: exit.code() };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn allowed((it, reason): &(finding::Finding, String)) -> Allowed<'_> {
    Allowed { reason, finding: Finding::from(it) }
}
