//! The build scripts of published crates, at fixed versions.
//!
//! `precision.txt` has every finding in the scripts of well-known crates, with a verdict that somebody has reached by reading
//! the code. `recall.txt` has bugs that were reported, each at a version that has it, and whether it is found.
//!
//! Both have a line for a package and its version, and below it, indented, one for each finding. cargo brings the sources
//! from wherever it is told to take packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit::build_scripts;
use crosskit_core::build_script;
use crosskit_tests::{expect, repository};

/// A package of a list.
struct Package {
    name: String,
    version: String,
    /// What stands behind the version.
    words: String,
    /// Place and code of each finding, and what stands behind them.
    findings: Vec<(String, String)>,
}

fn list(name: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for line in repository::read(format!("tests/lint/{name}")).lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.trim().splitn(3, ' ').map(str::to_owned);
        let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
        let rest = words.next().unwrap_or_default();
        match packages.last_mut() {
            Some(package) if line.starts_with(' ') => package.findings.push((format!("{first} {second}"), rest)),
            _ => packages.push(Package { name: first, version: second, words: rest, findings: Vec::new() }),
        }
    }
    packages
}

impl Package {
    /// Where cargo has unpacked it.
    fn unpacked(&self) -> Option<PathBuf> {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
        let sources = std::fs::read_dir(home.join("registry/src")).ok()?.flatten();
        let name = format!("{}-{}", self.name, self.version);
        sources.map(|entry| entry.path().join(&name)).find(|path| path.is_dir())
    }

    fn fetched(&self) -> Option<PathBuf> {
        self.unpacked().or_else(|| {
            let version = self.version.split('+').next().unwrap_or_default();
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            // It tells of a package, and unpacks it for that. In the workspace it would look for a member of that name.
            let mut command = Command::new(cargo);
            command.args(["info", "--quiet", &format!("{}@{version}", self.name)]);
            let told = command.current_dir(std::env::temp_dir()).output().ok()?;
            if told.status.success() { self.unpacked() } else { None }
        })
    }

    /// Place and code of each finding.
    fn found(&self, directory: &Path) -> Vec<String> {
        let manifest = std::fs::read_to_string(directory.join("Cargo.toml")).expect("a package has a manifest");
        let manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
        let script = manifest["package"].get("build").and_then(toml::Value::as_str).unwrap_or("build.rs");
        let read = build_scripts::read(directory, script.trim_start_matches("./"), "");
        assert!(read.findings.is_empty(), "{} {}: {:?}", self.name, self.version, read.findings);
        assert!(!read.sources.is_empty(), "{} {} has a build script", self.name, self.version);
        let declared = manifest.get("build-dependencies").and_then(toml::Value::as_table);
        let anywhere = declared.into_iter().flat_map(toml::Table::keys).map(|name| name.replace('-', "_")).collect();
        let findings = build_script::check(&read.sources, &anywhere).into_iter();
        let place = |origin: Option<_>| origin.map(|it: crosskit_core::finding::Origin| it.to_string());
        findings.map(|it| format!("{} {}", place(it.origin).unwrap_or_default(), it.code)).collect()
    }
}

/// What was found in each package of a list.
fn found_in(packages: &[Package]) -> Vec<Vec<String>> {
    let found = |package: &Package| {
        // The network may fail for a moment.
        let directory = (0..3).find_map(|_| package.fetched());
        let directory = directory.unwrap_or_else(|| panic!("cargo cannot bring {} {}", package.name, package.version));
        package.found(&directory)
    };
    packages.iter().map(found).collect()
}

/// The findings are those of the list, and nearly all of them are right.
#[test]
fn findings_in_well_known_crates_have_a_verdict() {
    let packages = list("precision.txt");
    let found = found_in(&packages);
    let mut complaints = Vec::new();
    for (package, found) in packages.iter().zip(&found) {
        let known: Vec<&String> = package.findings.iter().map(|(place, _)| place).collect();
        if known != found.iter().collect::<Vec<_>>() {
            complaints.push(format!("{} {}:\n  {}", package.name, package.version, found.join("\n  ")));
        }
    }
    expect::nothing_wrong(&complaints);
    let verdicts = packages.iter().flat_map(|package| &package.findings);
    let of = |verdict: &str| verdicts.clone().filter(|(_, words)| words.starts_with(verdict)).count();
    let (right, wrong) = (of("true: "), of("false: "));
    println!("{} build scripts: {right} findings are right, {wrong} wrong", packages.len());
    assert_eq!(right + wrong, verdicts.clone().count(), "each finding has a verdict, `true: ` or `false: `, and why");
    assert!(wrong * 10 <= right, "at least ten right findings for each wrong one");
}

/// Of the bugs in the list, those are found that it says are.
#[test]
fn reported_bugs_are_found() {
    let packages = list("recall.txt");
    let found = found_in(&packages);
    let mut complaints = Vec::new();
    let mut count = 0;
    for (package, found) in packages.iter().zip(&found) {
        let is_found = package.findings.iter().all(|(place, _)| found.contains(place)) && !package.findings.is_empty();
        let said = !package.words.contains("not found");
        count += usize::from(is_found);
        if is_found != said {
            let found = found.join("\n  ");
            complaints.push(format!("{} {}: the list says otherwise:\n  {found}", package.name, package.version));
        }
    }
    expect::nothing_wrong(&complaints);
    println!("{count} of {} reported bugs are found", packages.len());
    assert!(count * 10 >= packages.len() * 8, "at least eight of ten");
}
