//! What commands tell as JSON. Fields are added, never renamed; `schema` counts the breaking changes.

use serde::Serialize;

use crosskit_core::artefact::Contents;
use crosskit_core::doctor::{Checkup, Tool};
use crosskit_core::exit::Exit;
use crosskit_core::finding;
use crosskit_core::inspect::Inspection;
use crosskit_core::record::Finding;
use crosskit_core::survey::Standing;
use crosskit_core::trial::Trial;

#[derive(Serialize)]
struct Explained<'a> {
    schema: u32,
    #[serde(flatten)]
    inspection: &'a Inspection,
    findings: Vec<Finding>,
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
    pub findings: Vec<finding::Finding>,
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
    findings: Vec<Finding>,
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
    pub findings: Vec<(Option<&'a str>, &'a finding::Finding)>,
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
    findings: Vec<Finding>,
    exit_code: u8,
}

#[derive(Serialize)]
struct DoctorTarget<'a> {
    target: &'a str,
    notes: Option<&'a str>,
    tools: &'a [Tool],
    standing: Option<&'a Standing>,
    trial: Option<&'a Trial>,
    findings: Vec<Finding>,
}

/// The JSON text of `doctor --format json`. Fields are added, never renamed.
pub fn doctor(report: &DoctorReport) -> String {
    let about = |target: Option<&str>| -> Vec<Finding> {
        report.findings.iter().filter(|(own, _)| *own == target).map(|(_, it)| Finding::from(*it)).collect()
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
    let findings = inspection.findings.iter().map(Finding::from).collect();
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
        findings: file.findings.iter().map(Finding::from).collect(),
    });
    let verified = Verified { schema: 1, target, files: rows.collect(), exit_code: exit.code() };
    serde_json::to_string_pretty(&verified).unwrap_or_default() + "\n"
}
