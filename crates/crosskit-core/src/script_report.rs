//! What build scripts that call `crosskit_build` found, and how it is told: each finding once, with the packages and the
//! target, whether cargo shows their warnings or not.

use crate::finding::{Code, Finding, Severity};

/// The report of a build script, in its `OUT_DIR`.
pub const FILE: &str = "crosskit-build.json";

/// The variable that a build script sets for its crate where the report is one of its last run. A file alone may be left
/// from a run before the call was taken out.
pub const MARK: &str = "CROSSKIT_BUILD_REPORT";

/// How each line begins that a build script prints by `crosskit_build`.
pub const LINE: &str = "TARGET ";

/// What one build script found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptReport {
    /// Name and version of its package.
    pub package: String,
    /// Its TARGET.
    pub target: String,
    /// What it was told in `RUSTC_LINKER`.
    pub rustc_linker: Option<String>,
    /// What it found.
    pub findings: Vec<Finding>,
    /// What it printed for cargo to show.
    pub lines: Vec<String>,
}

/// What a build script printed, in a line of cargo's without colours that may come from `crosskit_build`:
/// `warning: native@0.1.0: TARGET …`.
pub fn printed(line: &str) -> Option<&str> {
    let (package, printed) = line.strip_prefix("warning: ")?.split_once(": ")?;
    let is_package = package.contains('@') && !package.contains(' ');
    (is_package && printed.starts_with(LINE)).then_some(printed)
}

/// A finding for several build scripts of one target.
struct Shared<'a> {
    finding: &'a Finding,
    target: &'a str,
    packages: Vec<&'a str>,
}

/// The findings of build scripts: with each the target that it is about.
///
/// What is wrong with the environment is found by every build script that looks, and is told once. It stops nothing: a
/// build script that is to end the build has done so, and there is no report of it.
pub fn findings(reports: &[ScriptReport]) -> Vec<(String, Finding)> {
    let mut shared: Vec<Shared> = Vec::new();
    for report in reports {
        for finding in report.findings.iter().filter(|it| it.severity != Severity::Note) {
            let is_same = |it: &&mut Shared| it.target == report.target && is_same(it.finding, finding);
            match shared.iter_mut().find(is_same) {
                Some(known) if known.packages.contains(&report.package.as_str()) => {}
                Some(known) => known.packages.push(&report.package),
                None => shared.push(Shared { finding, target: &report.target, packages: vec![&report.package] }),
            }
        }
    }
    shared.into_iter().map(|it| (it.target.to_owned(), told(&it))).collect()
}

/// Which package is compiled makes no other finding of it.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let place = |it: &Finding| (it.code, it.message.clone(), it.origin.clone(), it.hints.clone());
    place(one) == place(other)
}

fn told(shared: &Shared) -> Finding {
    let Shared { finding, target, packages } = shared;
    let about = format!("{LINE}{target}");
    let general =
        finding.notes.iter().filter(|it| !it.starts_with("compiling for package ") && !it.starts_with(&about));
    let notes = general.cloned().chain(std::iter::once(format!("{} says so, for {target}", scripts(packages))));
    Finding { severity: Severity::Warning, notes: notes.collect(), ..(*finding).clone() }
}

/// The build scripts of some packages in words; of many the first ones.
fn scripts(packages: &[&str]) -> String {
    const NAMED: usize = 3;
    let names: Vec<String> = packages.iter().take(NAMED).map(|it| format!("`{it}`")).collect();
    let more = match packages.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("the build script of {}{more}", names.join(", "))
}

/// A build script that ran with another linker than the one that Cargo passes now. Cargo does not run it again for that
/// (<https://github.com/rust-lang/cargo/issues/9647>).
pub fn stale(report: &ScriptReport, linker: Option<&str>) -> Option<Finding> {
    let linker = linker?;
    let name = |program: &str| program.rsplit(['/', '\\']).next().map(str::to_owned);
    // Cargo makes a path of a configuration file absolute.
    let same = report.rustc_linker.as_deref().is_some_and(|told| told == linker || name(told) == name(linker));
    if same {
        return None;
    }
    let told = match &report.rustc_linker {
        Some(told) => format!("with linker `{told}`"),
        None => "with no linker named".to_owned(),
    };
    let package = &report.package;
    let clean = package.split(' ').next().unwrap_or(package);
    Some(
        Finding::warning(
            Code::LinkerStale,
            format!("the build script of `{package}` ran {told}, and `{linker}` links now"),
        )
        .note("cargo does not run it again when the linker changes (cargo #9647), and cc goes by the linker's name")
        .note(format!("{LINE}{}", report.target))
        .hint(format!("cargo clean -p {clean}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(package: &str, target: &str, findings: Vec<Finding>) -> ScriptReport {
        ScriptReport { package: package.to_owned(), target: target.to_owned(), findings, ..ScriptReport::default() }
    }

    #[test]
    fn lines_of_the_helper_are_known() {
        assert_eq!(printed("warning: a@0.1.0: TARGET x, HOST y"), Some("TARGET x, HOST y"));
        for other in ["warning: a@0.1.0: hello", "warning: unused: TARGET x", "TARGET x", "warning: a b@1: TARGET x"] {
            assert_eq!(printed(other), None, "{other}");
        }
    }

    #[test]
    fn one_mistake_is_told_once_with_all_packages() {
        let finding = |package: &str| {
            Finding::error(Code::CompilerMismatch, "wrong")
                .note("TARGET arm, HOST x86")
                .note(format!("compiling for package `{package}`"))
                .note("why")
                .hint("mend it")
        };
        let packages = ["a 1.0.0", "b 1.0.0", "c 1.0.0", "d 1.0.0", "a 1.0.0"];
        let mut reports: Vec<ScriptReport> = packages.map(|it| report(it, "arm", vec![finding(it)])).to_vec();
        reports.push(report("a 1.0.0", "riscv", vec![finding("a")]));
        reports.push(report("e 1.0.0", "arm", vec![Finding::note_only(Code::LinkerName, "by its name")]));
        let found = findings(&reports);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, "arm");
        assert!(!found[0].1.is_error(), "the build went on");
        let told = "the build script of `a 1.0.0`, `b 1.0.0`, `c 1.0.0` and 1 more says so, for arm";
        assert_eq!(found[0].1.notes, ["why", told]);
        assert_eq!(found[1].0, "riscv");
    }

    #[test]
    fn another_linker_than_then_is_told() {
        let with = |told: Option<&str>, now: Option<&str>| {
            let report = ScriptReport { rustc_linker: told.map(str::to_owned), ..report("a 1.0.0", "arm", Vec::new()) };
            stale(&report, now).map(|it| it.message)
        };
        assert_eq!(with(Some("/w/arm-gcc"), Some("arm-gcc")), None);
        assert_eq!(with(Some("arm-gcc"), None), None);
        let expected = "the build script of `a 1.0.0` ran with linker `old-gcc`, and `arm-gcc` links now";
        assert_eq!(with(Some("old-gcc"), Some("arm-gcc")).as_deref(), Some(expected));
        assert!(with(None, Some("arm-gcc")).is_some());
    }
}
