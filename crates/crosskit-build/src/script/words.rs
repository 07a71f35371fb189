//! What to say, from what is known.

use crate::finding::{Code, Finding, Severity};
use crate::object_file;
use crate::rules::{one_word_each, CompilerOrigin, Probe, ScriptFacts};

/// What `CROSSKIT_BUILD` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Speak up where HOST and TARGET differ or something is wrong.
    Default,
    /// Do nothing.
    Off,
    /// Speak up in native builds as well, and tell all.
    Verbose,
    /// Never fail.
    Warn,
    /// Fail on warnings as well.
    Deny,
}

impl Mode {
    /// The mode, and the value back if it is not a known one.
    pub(super) fn parse(value: Option<&str>) -> (Mode, Option<String>) {
        match value.map(str::trim) {
            None | Some("") => (Mode::Default, None),
            Some("off") => (Mode::Off, None),
            Some("verbose") => (Mode::Verbose, None),
            Some("warn") => (Mode::Warn, None),
            Some("deny") => (Mode::Deny, None),
            Some(other) => (Mode::Default, Some(other.to_string())),
        }
    }
}

/// What to print and how to end.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Verdict {
    /// Lines for Cargo to show as warnings.
    pub(super) warnings: Vec<String>,
    /// Whether the build script ends here, as a failure.
    pub(super) fail: bool,
}

/// `remarks` are lines about the helper itself: a mode that is not known, a file that cannot be written.
pub(super) fn decide(facts: &ScriptFacts, findings: &[Finding], mode: Mode, remarks: &[String]) -> Verdict {
    let verbose = mode == Mode::Verbose;
    let is_told = |it: &Finding| it.severity != Severity::Note || verbose;
    let failed = facts.c().is_some_and(|compiler| matches!(compiler.probe, Probe::Failed(_)));
    let errors = findings.iter().any(Finding::is_error);
    let mut warnings = Vec::new();
    for remark in remarks {
        warnings.push(printable(&format!("TARGET {}: {remark}", facts.target)));
    }
    if !errors && (facts.is_cross() || verbose || failed || findings.iter().any(is_told)) {
        warnings.push(printable(&one_line(facts)));
    }
    for finding in findings {
        // The line says it of a compiler that nobody chose, and no more is known until the package compiles C.
        let in_line = !errors && mode == Mode::Default && finding.code == Code::CompilerMismatch;
        if is_told(finding) && !in_line {
            add(&mut warnings, finding, &facts.target, verbose);
        }
    }
    Verdict { warnings, fail: errors }
}

/// Adds a finding as lines, in the layout of rustc. Each names the target, as nothing else about a warning of Cargo's does.
///
/// Of what does not stop the build the notes are left out: there are pages.
fn add(lines: &mut Vec<String>, finding: &Finding, target: &str, all: bool) {
    let Finding { code, severity, message, notes, hints, origin } = finding;
    let mut push = |line: &str| lines.push(printable(&format!("TARGET {target}: {line}")));
    push(&format!("{severity}[{code}]: {message}"));
    if let Some(origin) = origin {
        push(&format!("  --> {origin}"));
    }
    if all || finding.is_error() {
        // One of them may begin as every line does.
        let start = format!("TARGET {target}, ");
        for note in notes {
            push(&format!("{}: {}", Severity::Note, note.strip_prefix(&start).unwrap_or(note)));
        }
    }
    for hint in hints {
        push(&format!("hint: {hint}"));
    }
}

/// HOST, TARGET and the tools between them in one line.
fn one_line(facts: &ScriptFacts) -> String {
    let ScriptFacts { host, target, .. } = facts;
    let mut line = format!("TARGET {target}, HOST {host}");
    if let Some(compiler) = facts.c() {
        let from = match &compiler.origin {
            CompilerOrigin::Host if host == target => String::new(),
            origin => format!(" (from {origin})"),
        };
        let missing = if compiler.probe == Probe::NotFound { " not found" } else { "" };
        line.push_str(&format!(", {} {}{missing}{from}", compiler.kind, compiler.compiler));
    }
    line.push_str(&format!(", linker {}", facts.linker.as_ref().map_or("default", |it| it.program.as_str())));
    match facts.c().map(|it| (it, &it.probe)) {
        Some((compiler, Probe::Object(file))) if object_file::matches(target, file) == Some(false) => {
            let own = crate::triple::env_lower(target);
            line.push_str(&format!(
                "; this compiler makes objects for {file}: set {}_{own} if the package compiles C",
                compiler.variable
            ));
        }
        Some((compiler, Probe::Failed(said))) => {
            line.push_str(&format!("; trying the {} failed: {said}", compiler.kind));
        }
        _ => {}
    }
    line
}

/// Cargo reads line by line: a line break in a path or a message must not start a new one.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The flags of rustc, as Cargo joins them.
pub(super) fn encoded(flags: Option<&str>) -> Vec<String> {
    flags.map_or_else(Vec::new, |flags| flags.split('\x1f').filter(|it| !it.is_empty()).map(String::from).collect())
}

/// The linker by name, as Cargo's configuration or a flag of rustc gives it; the flag comes later on rustc's command
/// line, and wins.
///
/// Cargo sets `RUSTC_LINKER` from `target.<triple>.linker` alone, and `CARGO_ENCODED_RUSTFLAGS` from all flags.
/// Source: <https://doc.rust-lang.org/cargo/reference/environment-variables.html>.
pub(super) fn linker(rustc_linker: Option<&str>, rustflags: &[String]) -> Option<String> {
    let mut found = rustc_linker.filter(|name| !name.is_empty()).map(String::from);
    for flag in one_word_each(rustflags) {
        if let Some(name) = flag.strip_prefix("-Clinker=") {
            found = Some(name.to_string());
        }
    }
    found
}

#[cfg(test)]
mod tests;
