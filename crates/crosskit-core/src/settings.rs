//! `crosskit.toml`: what a workspace says about its targets. The file is optional.

pub mod allowed;
mod machines;
mod matrix;
mod quarantine;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::artefact::Version;
use crate::config;
use crate::finding::{Code, Finding, Origin};
use crate::target::{Catalogue, Provider, Row};
use crate::triple;

pub use allowed::Allowed;
pub use machines::{Destination, probe};
pub use matrix::{Axes, Exclusion, FeatureSet, Profile, Varied, Way};
pub use quarantine::Quarantine;

/// The file's name at the workspace root.
pub const FILE: &str = "crosskit.toml";

/// The time limit of a test binary, in seconds, where nothing else is said.
pub const DEFAULT_TIMEOUT: u64 = 300;

const TOP_KEYS: &[&str] = &["launcher", "lint", "matrix", "package", "quarantine", "target"];
const TARGET_KEYS: &[&str] = &["chip", "exclude", "glibc", "linker", "provider", "runner", "ssh", "std", "timeout"];
const PROVIDERS: [Provider; 6] =
    [Provider::Gcc, Provider::Lld, Provider::Mingw, Provider::Clang, Provider::Zig, Provider::None];
const PACKAGE_KEYS: &[&str] = &["targets"];

/// The content of `crosskit.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether runners go through the launcher (default true).
    pub launcher: bool,
    target: BTreeMap<String, TargetSettings>,
    package: BTreeMap<String, PackageSettings>,
    quarantine: Vec<Quarantine>,
    lint: allowed::Lint,
    #[serde(skip)]
    allowed: Vec<Allowed>,
    #[serde(skip)]
    matrix: BTreeMap<String, Axes>,
    #[serde(skip)]
    named: Vec<(String, config::Position)>,
}

/// What the workspace says about one target: an overlay over its row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TargetSettings {
    /// Instead of the row's linker.
    pub linker: Option<String>,
    /// Instead of the row's way to link.
    pub provider: Option<Provider>,
    /// Instead of the row's runner, launcher included.
    pub runner: Option<String>,
    /// The computer that runs the executables, as [`Destination::parse`] reads it.
    pub ssh: Option<String>,
    /// The chip that runs the executables, as probe-rs names it.
    pub chip: Option<String>,
    /// The time limit of a test binary, in seconds.
    pub timeout: Option<u64>,
    /// The newest glibc that its executables may ask for, as [`Version::parse`] reads it.
    pub glibc: Option<String>,
    /// Packages that are not built for this target.
    pub exclude: Vec<String>,
    /// Where its standard library comes from.
    pub std: StdSource,
}

/// Where a target's standard library comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StdSource {
    /// It is there ready-made, from rustup or from the distribution.
    #[default]
    Installed,
    /// Cargo compiles it from the source that comes with the toolchain, which is unstable: nested cargo gets
    /// `RUSTC_BOOTSTRAP=1` for this target.
    BuildStd,
}

/// What the workspace says about one package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PackageSettings {
    /// The only targets that the package is built for: triples or aliases. Empty means every one.
    pub targets: Vec<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            launcher: true,
            target: BTreeMap::new(),
            package: BTreeMap::new(),
            quarantine: Vec::new(),
            lint: allowed::Lint::default(),
            allowed: Vec::new(),
            matrix: BTreeMap::new(),
            named: Vec::new(),
        }
    }
}

impl Settings {
    /// What the file says about a target.
    pub fn target(&self, triple: &str) -> TargetSettings {
        self.target.get(triple).cloned().unwrap_or_default()
    }

    /// The newest glibc that executables of a target may ask for.
    pub fn glibc(&self, triple: &str) -> Option<Version> {
        Version::parse(self.target.get(triple)?.glibc.as_deref()?)
    }

    /// How a target is linked.
    pub fn provider(&self, row: &Row) -> Provider {
        let overlay = self.target.get(&row.triple);
        // rust-lld takes the C library and what a program begins with from rust-std, which is not there then.
        let lacks_objects = row.std && overlay.is_some_and(|it| it.std == StdSource::BuildStd);
        match overlay.and_then(|it| it.provider) {
            Some(provider) => provider,
            None if row.provider == Provider::Lld && lacks_objects && row.zig.is_some() => Provider::Zig,
            None => row.provider,
        }
    }

    /// The triples that a package is mapped to; `None` if it is not mapped.
    pub fn package_targets(&self, package: &str) -> Option<&[String]> {
        self.package.get(package).map(|settings| settings.targets.as_slice()).filter(|targets| !targets.is_empty())
    }

    /// The tests of a target whose failures do not count.
    pub fn quarantine(&self, triple: &str) -> Vec<Quarantine> {
        let is_meant = |it: &&Quarantine| it.target.as_ref().is_none_or(|target| target == triple);
        self.quarantine.iter().filter(is_meant).cloned().collect()
    }

    /// The findings of `lint` that stay.
    pub fn allowed(&self) -> &[Allowed] {
        &self.allowed
    }

    /// The matrices that the file declares, by name.
    pub fn matrices(&self) -> &BTreeMap<String, Axes> {
        &self.matrix
    }

    /// The packages that the file names, with where it names them.
    pub fn named_packages(&self) -> impl Iterator<Item = (&str, Origin)> {
        self.named.iter().map(|(name, position)| (name.as_str(), origin(*position)))
    }

    /// Reads the text of a `crosskit.toml`; aliases in it become triples.
    ///
    /// # Errors
    /// Every unknown key with its place and the nearest known one; or what is wrong with the TOML.
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Settings, Vec<Finding>> {
        let document = config::parse(text).map_err(|error| {
            vec![
                Finding::error(Code::SettingsInvalid, format!("`{FILE}` is not valid TOML: {}", error.message))
                    .at(origin(error.position)),
            ]
        })?;
        let mut findings = unknown_keys(&document, catalogue);
        let declared = matrix::read(&document, catalogue);
        findings.extend(declared.findings);
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut settings: Settings = toml::from_str(text).map_err(|error: toml::de::Error| {
            let position = config::Position::of(text, error.span().map_or(0, |span| span.start));
            vec![Finding::error(Code::SettingsInvalid, format!("`{FILE}`: {}", error.message())).at(origin(position))]
        })?;
        let mut findings = Vec::new();
        for (package, entry) in &mut settings.package {
            for target in &mut entry.targets {
                // `host` means another triple on every computer, so it has no place in a committed file.
                match catalogue.resolve(target, "") {
                    Ok(row) => *target = row.triple.clone(),
                    Err(finding) => {
                        let path = ["package", package, "targets"].map(str::to_owned);
                        let mut finding = Finding { code: Code::SettingsInvalid, ..*finding };
                        if matches!(target.as_str(), "host" | "host-tuple") {
                            finding =
                                Finding::error(Code::SettingsInvalid, format!("`{target}` is no target in `{FILE}`"))
                                    .note("it means another triple on every computer")
                                    .hint("name the triple");
                        }
                        finding.origin = document.position(&path).map(origin);
                        findings.push(finding);
                    }
                }
            }
        }
        for entry in &mut settings.quarantine {
            let place = document.position(&["quarantine".to_owned()]).map(origin);
            findings.extend(entry.settle(catalogue).map(|finding| Finding { origin: place, ..finding }));
        }
        let (allowed, mistakes) = settings.lint.settle(text);
        settings.allowed = allowed;
        findings.extend(mistakes);
        for (triple, target) in &settings.target {
            for (key, what) in complaints(target, catalogue.row(triple), settings.launcher) {
                let mut finding = Finding::error(Code::SettingsInvalid, format!("`{key}` of {triple} {what}"));
                finding.origin = document.position(&["target", triple, key]).map(origin);
                findings.push(finding);
            }
        }
        for (triple, target) in &settings.target {
            let Some((row, provider)) = catalogue.row(triple).zip(target.provider) else { continue };
            if row.provides(provider) {
                continue;
            }
            let can: Vec<&str> = PROVIDERS.iter().filter(|it| row.provides(**it)).map(|it| it.as_str()).collect();
            let message = format!("provider `{}` does not link for {triple}", provider.as_str());
            let finding = Finding::error(Code::SettingsInvalid, message).hint(format!("known: {}", can.join(", ")));
            findings
                .push(Finding { origin: document.position(&["target", triple, "provider"]).map(origin), ..finding });
        }
        settings.matrix = declared.matrices;
        settings.named = declared.named;
        let start = config::Position { line: 1, column: 1 };
        let place = |path: &[&str]| document.position(path).unwrap_or(start);
        for package in settings.package.keys() {
            settings.named.push((package.clone(), place(&["package", package])));
        }
        let position = place(&["quarantine"]);
        let quarantined = settings.quarantine.iter().filter_map(|entry| entry.package.clone());
        settings.named.extend(quarantined.map(|package| (package, position)));
        for (triple, target) in &settings.target {
            let position = place(&["target", triple, "exclude"]);
            settings.named.extend(target.exclude.iter().map(|package| (package.clone(), position)));
        }
        if findings.is_empty() { Ok(settings) } else { Err(findings) }
    }
}

/// What is wrong with the settings of one target: keys, each with what is to be said of it.
fn complaints(target: &TargetSettings, row: Option<&Row>, launcher: bool) -> Vec<(&'static str, &'static str)> {
    let empty = |value: &Option<String>| value.as_ref().is_some_and(|value| value.trim().is_empty());
    let mut complaints = Vec::new();
    complaints.extend(empty(&target.linker).then_some(("linker", "must name a program")));
    complaints.extend(empty(&target.runner).then_some(("runner", "must name a program")));
    complaints.extend((target.timeout == Some(0)).then_some(("timeout", "must be 1 second at least")));
    if let Some(glibc) = &target.glibc {
        let of_glibc = |what| ("glibc", what);
        complaints.extend(Version::parse(glibc).is_none().then_some(of_glibc("must be a version, such as \"2.28\"")));
        let has_glibc = |row: &Row| row.triple.contains("-linux-gnu");
        complaints.extend(row.filter(|row| !has_glibc(row)).map(|_| of_glibc("says nothing, as it has no glibc")));
    }
    if let Some(ssh) = &target.ssh {
        let of_ssh = |what| ("ssh", what);
        complaints.extend(Destination::parse(ssh).err().map(of_ssh));
        complaints.extend(row.and_then(machines::ssh_complaint).map(of_ssh));
        complaints.extend(
            target.runner.as_ref().map(|_| of_ssh("stands beside `runner`, and only one of them can run its tests")),
        );
        complaints.extend(
            target.chip.as_ref().map(|_| of_ssh("stands beside `chip`, and only one of them can run its tests")),
        );
        complaints.extend(
            (!launcher).then_some(of_ssh("needs the launcher, as ssh alone copies nothing, and `launcher` is false")),
        );
    }
    if let Some(chip) = &target.chip {
        let of_chip = |what| ("chip", what);
        complaints.extend(machines::chip_complaint(chip).map(of_chip));
        complaints.extend(row.and_then(machines::probe_complaint).map(of_chip));
        complaints.extend(
            target.runner.as_ref().map(|_| of_chip("stands beside `runner`, and only one of them can run its tests")),
        );
    }
    complaints
}

/// The header of a target's table, as it stands in the file.
pub fn table_of(triple: &str) -> String {
    // A dot divides keys.
    if triple.contains('.') { format!("[target.\"{triple}\"]") } else { format!("[target.{triple}]") }
}

fn origin(position: config::Position) -> Origin {
    Origin::File { path: FILE.to_owned(), line: position.line, column: position.column }
}

fn unknown_keys(document: &config::Document, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut check = |path: &[&str], known: &[&str], what: &str| {
        let Some(name) = path.last() else { return };
        if known.contains(name) {
            return;
        }
        let owned: Vec<String> = path.iter().map(|&word| word.to_owned()).collect();
        let mut finding = Finding::error(Code::SettingsInvalid, format!("unknown {what} `{name}` in `{FILE}`"));
        finding.origin = document.position(&owned).map(origin);
        let meant = catalogue.resolve(name, "").ok().filter(|_| what == "target");
        let near = triple::nearest(name, known.iter().copied(), 1);
        findings.push(match (meant, near.first()) {
            (Some(row), _) => finding.hint(format!("write its triple: `{}`", table_of(&row.triple))),
            (None, Some(near)) => finding.hint(format!("a {what} with a similar name exists: `{near}`")),
            (None, None) => finding.hint(format!("known: {}", known.join(", "))),
        });
    };
    let triples: Vec<&str> = catalogue.rows().iter().map(|row| row.triple.as_str()).collect();
    for (top, value) in document.table() {
        check(&[top], TOP_KEYS, "key");
        let (known, what): (&[&str], &str) = match top.as_str() {
            "target" => (TARGET_KEYS, "key"),
            "package" => (PACKAGE_KEYS, "key"),
            _ => continue,
        };
        for (name, entry) in value.as_table().into_iter().flatten() {
            if top == "target" {
                check(&[top, name], &triples, "target");
            }
            for (key, _) in entry.as_table().into_iter().flatten() {
                check(&[top, name, key], known, what);
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, Vec<Finding>> {
        Settings::parse(text, &Catalogue::built_in().expect("targets.toml parses"))
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(parse(""), Ok(Settings::default()));
    }

    #[test]
    fn aliases_of_the_package_map_become_triples() {
        let settings = parse("[package.app]\ntargets = ['aarch64']\n").expect("valid");
        assert_eq!(settings.package_targets("app"), Some(&["aarch64-unknown-linux-gnu".to_owned()][..]));
        assert_eq!(settings.package_targets("codec"), None);
    }

    #[test]
    fn every_unknown_key_is_named_with_the_nearest_one() {
        let findings = parse("lancher = false\n[target.aarch64-unknown-linux-gnu]\nruner = 'x'\n").expect_err("two");
        let told: Vec<String> = findings.iter().map(|f| format!("{} | {}", f.message, f.hints.join(" "))).collect();
        assert_eq!(
            told,
            [
                "unknown key `lancher` in `crosskit.toml` | a key with a similar name exists: `launcher`",
                "unknown key `runer` in `crosskit.toml` | a key with a similar name exists: `runner`",
            ]
        );
    }

    #[test]
    fn a_wrong_type_has_its_place() {
        let findings = parse("launcher = true\n[target.s390x-unknown-linux-gnu]\ntimeout = 'long'\n").expect_err("one");
        assert_eq!(findings[0].origin, Some(Origin::File { path: FILE.to_owned(), line: 3, column: 11 }));
    }

    #[test]
    fn host_is_no_target_of_a_committed_file() {
        let findings = parse("[package.app]\ntargets = ['host']\n").expect_err("one");
        assert_eq!(findings[0].code, Code::SettingsInvalid);
    }
}
