//! What to say, from what is known.

use crate::finding::{Finding, Severity};
use crate::rules::{compiler_mismatch, CompilerFacts, CompilerOrigin, Probe};

/// What `CROSSKIT_BUILD` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Speak up where HOST and TARGET differ or something is wrong.
    Default,
    /// Do nothing.
    Off,
    /// Speak up in native builds as well.
    Verbose,
    /// Never fail.
    Warn,
}

impl Mode {
    /// The mode, and the value back if it is not a known one.
    pub(super) fn parse(value: Option<&str>) -> (Mode, Option<String>) {
        match value.map(str::trim) {
            None | Some("") => (Mode::Default, None),
            Some("off") => (Mode::Off, None),
            Some("verbose") => (Mode::Verbose, None),
            Some("warn") => (Mode::Warn, None),
            Some(other) => (Mode::Default, Some(other.to_string())),
        }
    }
}

/// All that the decision rests on.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) compiler: CompilerFacts,
    /// The linker that Cargo or the flags of rustc name.
    pub(super) linker: Option<String>,
    pub(super) mode: Mode,
    /// A value of `CROSSKIT_BUILD` that is not known.
    pub(super) unknown_mode: Option<String>,
}

/// What to print and how to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Lines for Cargo to show as warnings.
    pub(super) warnings: Vec<String>,
    /// Whether the build script ends here, as a failure.
    pub(super) fail: bool,
}

pub(super) fn decide(facts: &Facts) -> Verdict {
    let CompilerFacts { host, target, probe, .. } = &facts.compiler;
    let finding = compiler_mismatch(&facts.compiler);
    let mut warnings = Vec::new();
    if let Some(value) = &facts.unknown_mode {
        warnings.push(format!("{}={value} is not known; there are off, verbose and warn", super::MODE));
    }
    let error = finding.as_ref().filter(|finding| finding.is_error());
    if let Some(finding) = error {
        warnings.extend(finding_lines(finding, target));
    } else if host != target || facts.mode == Mode::Verbose || finding.is_some() || matches!(probe, Probe::Failed(_)) {
        warnings.push(one_line(facts, finding.is_some()));
    }
    let warnings = warnings.iter().map(|line| printable(line)).collect();
    Verdict { warnings, fail: error.is_some() && facts.mode != Mode::Warn }
}

/// A finding as lines, in the layout of rustc. The first one names the target, as nothing else about a warning does.
fn finding_lines(finding: &Finding, target: &str) -> Vec<String> {
    let Finding { code, severity, message, notes, hints, .. } = finding;
    let mut lines = vec![format!("{severity}[{code}]: {message} (TARGET {target})")];
    lines.extend(notes.iter().map(|note| format!("{}: {note}", Severity::Note)));
    lines.extend(hints.iter().map(|hint| format!("hint: {hint}")));
    lines
}

/// HOST, TARGET and the tools between them in one line.
fn one_line(facts: &Facts, wrong_machine: bool) -> String {
    let CompilerFacts { host, target, kind, compiler, origin, probe, variable, .. } = &facts.compiler;
    let from = match origin {
        CompilerOrigin::Host if host == target => String::new(),
        origin => format!(" (from {origin})"),
    };
    let missing = if *probe == Probe::NotFound { " not found" } else { "" };
    let linker = facts.linker.as_deref().unwrap_or("default");
    let rest = match probe {
        Probe::Object(file) if wrong_machine => format!(
            "; this compiler makes objects for {file}: set {variable}_{} if the package compiles C",
            crate::triple::env_lower(target)
        ),
        Probe::Failed(said) => format!("; trying the {kind} failed: {said}"),
        _ => String::new(),
    };
    format!("TARGET {target}, HOST {host}, {kind} {compiler}{missing}{from}, linker {linker}{rest}")
}

/// Cargo reads line by line: a line break in a path or a message must not start a new one.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The linker by name, as Cargo's configuration or a flag of rustc gives it; the flag comes later on rustc's command
/// line, and wins.
///
/// Cargo sets `RUSTC_LINKER` from `target.<triple>.linker` alone, and `CARGO_ENCODED_RUSTFLAGS` from all flags.
/// Source: <https://doc.rust-lang.org/cargo/reference/environment-variables.html>.
pub(super) fn linker(rustc_linker: Option<&str>, encoded_rustflags: Option<&str>) -> Option<String> {
    let mut found = rustc_linker.filter(|name| !name.is_empty());
    let mut option = "";
    for flag in encoded_rustflags.unwrap_or("").split('\x1f') {
        let codegen = match option {
            "-C" | "--codegen" => Some(flag),
            _ => flag.strip_prefix("-C").or_else(|| flag.strip_prefix("--codegen=")),
        };
        if let Some(name) = codegen.and_then(|option| option.strip_prefix("linker=")) {
            found = Some(name);
        }
        option = flag;
    }
    found.map(String::from)
}

#[cfg(test)]
mod tests;
