//! `cargo metadata`: the workspace as data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crosskit_core::finding::{Code, Finding};
use crosskit_core::unit_graph::Fingerprint;
use crosskit_core::workspace::{Dependency, DependencyKind, Package, SystemDep, Workspace};

use crate::sh::{Sh, Started};

/// The workspace as Cargo describes it.
#[derive(Debug)]
pub struct Metadata {
    /// The workspace root.
    pub root: PathBuf,
    /// Where artefacts go.
    pub target_directory: PathBuf,
    /// Where intermediate artefacts go (Cargo 1.91 and later); test executables among them.
    pub build_directory: PathBuf,
    /// Members and their dependencies.
    pub workspace: Workspace,
    /// What cargo sets in the environment of a package's tests, by package id.
    pub packages: BTreeMap<String, PackageInfo>,
    /// What stands for all that cargo told, and for the manifest at the root, of which it tells less.
    pub fingerprint: Fingerprint,
}

/// What running a package's tests needs to know.
#[derive(Debug)]
pub struct PackageInfo {
    /// The name.
    pub name: String,
    /// The package's directory.
    pub directory: PathBuf,
    /// The name of its library, and whether that is a proc-macro: a host program.
    pub library: Option<(String, bool)>,
    /// The build script.
    #[cfg(feature = "lint")]
    pub script: Option<PathBuf>,
    /// The crates on which it depends on every host, as it calls them.
    #[cfg(feature = "lint")]
    pub script_crates: std::collections::BTreeSet<String>,
    /// `CARGO_PKG_*` and `CARGO_MANIFEST_*`.
    pub variables: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Raw {
    packages: Vec<RawPackage>,
    workspace_members: Vec<String>,
    #[serde(default)]
    workspace_default_members: Option<Vec<String>>,
    resolve: Option<RawResolve>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
    build_directory: Option<PathBuf>,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    version: String,
    manifest_path: PathBuf,
    #[serde(default)]
    authors: Vec<String>,
    description: Option<String>,
    homepage: Option<String>,
    repository: Option<String>,
    license: Option<String>,
    license_file: Option<String>,
    rust_version: Option<String>,
    readme: Option<String>,
    default_run: Option<String>,
    links: Option<String>,
    targets: Vec<RawTarget>,
    #[serde(default)]
    dependencies: Vec<RawDeclared>,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    metadata: serde_json::Value,
}

#[derive(Deserialize)]
struct RawTarget {
    name: String,
    kind: Vec<String>,
    #[serde(default)]
    crate_types: Vec<String>,
    src_path: PathBuf,
    #[serde(default = "yes")]
    doctest: bool,
    #[serde(default = "yes")]
    test: bool,
}

impl RawTarget {
    fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|it| it == kind)
    }

    fn is_library(&self) -> bool {
        let kinds = ["lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"];
        self.kind.iter().any(|kind| kinds.contains(&kind.as_str()))
    }
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct RawResolve {
    nodes: Vec<RawNode>,
}

#[derive(Deserialize)]
struct RawNode {
    id: String,
    deps: Vec<RawDependency>,
    #[serde(default)]
    features: Vec<String>,
}

/// A dependency as a manifest declares it.
#[derive(Deserialize)]
struct RawDeclared {
    name: String,
    rename: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    optional: bool,
    /// For which hosts or targets alone.
    #[cfg(feature = "lint")]
    target: Option<String>,
}

#[derive(Deserialize)]
struct RawDependency {
    pkg: String,
    dep_kinds: Vec<RawKind>,
}

#[derive(Deserialize)]
struct RawKind {
    kind: Option<String>,
    target: Option<String>,
}

/// Begins to ask cargo about the workspace around the present directory.
///
/// # Errors
/// Cargo cannot be started.
pub fn ask(sh: &Sh, cargo: &Path, options: &[String]) -> Result<Started, String> {
    let arguments = ["metadata", "--format-version", "1"].into_iter().chain(options.iter().map(String::as_str));
    sh.start(sh.command(cargo, arguments))
}

/// The workspace, as cargo answers.
///
/// # Errors
/// There is none, or cargo cannot read it; in cargo's own words.
pub fn read(sh: &Sh, asked: Result<Started, String>, xtask: Option<String>) -> Result<Metadata, Box<Finding>> {
    let failed = |why: &str| no_workspace(sh, why);
    let (stdout, stderr, status) = asked.and_then(Started::output).map_err(|error| failed(&error))?;
    if !status.success() {
        return Err(failed(&stderr));
    }
    let raw: Raw = serde_json::from_str(&stdout).map_err(|error| failed(&format!("`cargo metadata`: {error}")))?;
    // Profiles and the resolver's version stand in it alone.
    let manifest = std::fs::read_to_string(raw.workspace_root.join("Cargo.toml")).unwrap_or_default();
    Ok(convert(raw, xtask, Fingerprint::of(&(stdout, manifest))))
}

/// The little that is needed where no dependency matters.
#[derive(Deserialize)]
pub struct Outline {
    /// The workspace root.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    /// Where artefacts go.
    pub target_directory: PathBuf,
    #[serde(default)]
    packages: Vec<OutlinePackage>,
}

#[derive(Deserialize)]
struct OutlinePackage {
    #[cfg(not(feature = "lint"))]
    name: String,
    targets: Vec<RawTarget>,
    #[cfg(not(feature = "lint"))]
    #[serde(default)]
    dependencies: Vec<RawDeclared>,
}

impl Outline {
    /// The texts of the members' build scripts.
    pub fn build_scripts(&self) -> impl Iterator<Item = String> {
        self.packages.iter().filter_map(|package| build_script(&package.targets))
    }

    /// The name by which a member depends on a package.
    #[cfg(not(feature = "lint"))]
    pub fn dependency(&self, member: &str, package: &str) -> Option<&str> {
        let member = self.packages.iter().find(|it| it.name == member)?;
        let dependency = member.dependencies.iter().find(|it| it.name == package && it.kind.is_none())?;
        Some(dependency.rename.as_ref().unwrap_or(&dependency.name))
    }
}

/// Begins to ask cargo for the outline: it answers five times as fast as with the whole, and hardly later than with the root
/// alone.
///
/// # Errors
/// Cargo cannot be started.
pub fn ask_outline(sh: &Sh, cargo: &Path) -> Result<Started, String> {
    sh.start(sh.command(cargo, ["metadata", "--no-deps", "--offline", "--format-version", "1"]))
}

/// The outline, as cargo answers.
///
/// # Errors
/// There is no workspace, or cargo cannot read it; in cargo's own words.
pub fn outline(sh: &Sh, asked: Result<Started, String>) -> Result<Outline, Box<Finding>> {
    let (stdout, stderr, status) = asked.and_then(Started::output).map_err(|error| no_workspace(sh, &error))?;
    if !status.success() {
        return Err(no_workspace(sh, &stderr));
    }
    serde_json::from_str(&stdout).map_err(|error| no_workspace(sh, &format!("`cargo metadata`: {error}")))
}

fn no_workspace(sh: &Sh, why: &str) -> Box<Finding> {
    let finding = if why.contains("could not find `Cargo.toml`") {
        Finding::error(Code::NoWorkspace, format!("no workspace at or above `{}`", sh.directory().display()))
            .hint("start it in a directory of the workspace")
    } else if ["does not contain this feature", "contains this feature", "contain this feature"]
        .iter()
        .any(|it| why.contains(it))
    {
        Finding::error(Code::UnknownName, "a feature is asked for that cargo does not find")
    } else {
        Finding::error(Code::NoWorkspace, "cargo cannot read the workspace")
    };
    let told = why.lines().map(str::trim).filter(|line| !line.is_empty());
    Box::new(told.fold(finding, |finding, line| finding.note(line)))
}

fn convert(raw: Raw, xtask: Option<String>, fingerprint: Fingerprint) -> Metadata {
    let nodes = raw.resolve.map(|resolve| resolve.nodes).unwrap_or_default();
    let mut resolved: BTreeMap<String, (Vec<Dependency>, Vec<String>)> = nodes
        .into_iter()
        .map(|node| (node.id, (node.deps.into_iter().flat_map(dependency).collect(), node.features)))
        .collect();
    let names: BTreeMap<String, String> = raw.packages.iter().map(|it| (it.id.clone(), it.name.clone())).collect();
    let default_members = raw.workspace_default_members.as_ref().unwrap_or(&raw.workspace_members);
    let mut packages = Vec::new();
    let mut infos = BTreeMap::new();
    // Members come first, in the order in which cargo names them.
    let place: BTreeMap<&str, usize> =
        raw.workspace_members.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let default_members: BTreeSet<&str> = default_members.iter().map(String::as_str).collect();
    let mut raw_packages = raw.packages;
    raw_packages.sort_by_key(|package| place.get(package.id.as_str()).copied().unwrap_or(usize::MAX));
    for package in raw_packages {
        let member = place.contains_key(package.id.as_str());
        let (dependencies, features) = resolved.remove(&package.id).unwrap_or_default();
        packages.push(Package {
            id: package.id.clone(),
            name: package.name.clone(),
            member,
            default_member: default_members.contains(package.id.as_str()),
            doctests: package.targets.iter().any(|target| target.is_library() && target.doctest),
            library: package.targets.iter().any(|target| target.is_library() && !target.is("proc-macro")),
            proc_macro: package.targets.iter().any(|target| target.is("proc-macro")),
            depends_on_programs: depends_on_programs(&package, member, &features, |name| {
                dependencies.iter().any(|it| names.get(&it.id).is_some_and(|known| known == name))
            }),
            programs: programs(&package.targets, "bin"),
            default_run: package.default_run.clone(),
            examples: programs(&package.targets, "example"),
            tests: package.targets.iter().filter(|it| it.is("test") && it.test).map(|it| it.name.clone()).collect(),
            version: package.version.clone(),
            links: package.links.clone(),
            features,
            finds_libraries: finds_libraries(&package, &dependencies),
            feature_table: if member { package.features.clone() } else { BTreeMap::new() },
            build_script: if member { build_script(&package.targets) } else { None },
            system_deps: system_deps(&package.metadata),
            dependencies,
        });
        infos.insert(package.id.clone(), info(package));
    }
    Metadata {
        root: raw.workspace_root,
        build_directory: raw.build_directory.unwrap_or_else(|| raw.target_directory.clone()),
        target_directory: raw.target_directory,
        workspace: Workspace { packages, xtask },
        packages: infos,
        fingerprint,
    }
}

/// The names of a package's Cargo targets of a kind that are programs: an example may be a library.
fn programs(targets: &[RawTarget], kind: &str) -> Vec<String> {
    let is_program = |target: &&RawTarget| target.is(kind) && target.crate_types.iter().any(|it| it == "bin");
    targets.iter().filter(is_program).map(|target| target.name.clone()).collect()
}

/// Whether a package's build script may tell cargo where libraries are: by itself, or by a crate that it calls.
fn finds_libraries(package: &RawPackage, dependencies: &[Dependency]) -> bool {
    let by_itself = || build_script(&package.targets).is_none_or(|text| text.contains("link-search"));
    package.targets.iter().any(|target| target.is("custom-build"))
        && (package.links.is_some() || dependencies.iter().any(|it| it.kind == DependencyKind::Build) || by_itself())
}

/// The text of a package's build script; none where it cannot be read, which cargo will tell of.
fn build_script(targets: &[RawTarget]) -> Option<String> {
    let script = targets.iter().find(|target| target.is("custom-build"))?;
    std::fs::read_to_string(&script.src_path).ok()
}

/// Whether a package declares a dependency that is on and that the resolved graph does not have. Cargo leaves it out there if
/// it has no library, and takes its features for all that.
fn depends_on_programs(
    package: &RawPackage,
    member: bool,
    features: &[String],
    is_told: impl Fn(&str) -> bool,
) -> bool {
    let is_on = |dependency: &RawDeclared| {
        let key = dependency.rename.as_ref().unwrap_or(&dependency.name);
        let turns_on = |value: &String| {
            value.strip_prefix("dep:") == Some(key) || value.split_once('/').is_some_and(|(name, _)| name == key)
        };
        let by = |feature: &String| feature == key || package.features.get(feature).into_iter().flatten().any(turns_on);
        !dependency.optional || features.iter().any(by)
    };
    let counts = |dependency: &&RawDeclared| member || dependency.kind.as_deref() != Some("dev");
    package.dependencies.iter().filter(counts).any(|it| !is_told(&it.name) && is_on(it))
}

fn dependency(raw: RawDependency) -> impl Iterator<Item = Dependency> {
    let id = raw.pkg;
    raw.dep_kinds.into_iter().map(move |kind| Dependency {
        id: id.clone(),
        kind: match kind.kind.as_deref() {
            Some("dev") => DependencyKind::Dev,
            Some("build") => DependencyKind::Build,
            _ => DependencyKind::Normal,
        },
        platform: kind.target,
    })
}

/// What a package tells the system-deps crate in its manifest.
///
/// An optional library, and one of which another version may be asked for by another name, is left out: nothing certain can
/// be said about it. Source: system-deps 7.0.8, "Usage".
fn system_deps(metadata: &serde_json::Value) -> Vec<SystemDep> {
    let mut found = Vec::new();
    let table = |value: &serde_json::Value| value.as_object().cloned().unwrap_or_default();
    for (name, value) in table(&metadata["system-deps"]) {
        if name.starts_with("cfg(") {
            found.extend(table(&value).into_iter().filter_map(|(key, it)| system_dep(key, &it, Some(name.clone()))));
        } else {
            found.extend(system_dep(name, &value, None));
        }
    }
    found
}

fn system_dep(key: String, value: &serde_json::Value, platform: Option<String>) -> Option<SystemDep> {
    let named_anew = |(feature, it): (&String, &serde_json::Value)| {
        feature.starts_with('v') && ["name", "fallback-names", "optional"].iter().any(|key| it.get(key).is_some())
    };
    if value["optional"] == true || value.as_object().is_some_and(|table| table.iter().any(named_anew)) {
        return None;
    }
    let first = value["name"].as_str().unwrap_or(&key).to_owned();
    let others = value["fallback-names"].as_array().into_iter().flatten();
    let others = others.filter_map(|name| name.as_str().map(str::to_owned));
    Some(SystemDep {
        modules: std::iter::once(first).chain(others).collect(),
        feature: value["feature"].as_str().map(str::to_owned),
        platform,
        key,
    })
}

/// The variables that cargo sets for the tests of a package.
/// Source: Cargo reference, "Environment variables Cargo sets for crates".
fn info(package: RawPackage) -> PackageInfo {
    let directory = package.manifest_path.parent().map(Path::to_path_buf).unwrap_or_default();
    let (numbers, pre) = match package.version.split('+').next().unwrap_or_default().split_once('-') {
        Some((numbers, pre)) => (numbers.to_owned(), pre.to_owned()),
        None => (package.version.split('+').next().unwrap_or_default().to_owned(), String::new()),
    };
    let mut numbers = numbers.split('.').map(str::to_owned);
    let mut number = || numbers.next().unwrap_or_default();
    let mut variables = vec![
        ("CARGO_MANIFEST_DIR".to_owned(), directory.display().to_string()),
        ("CARGO_MANIFEST_PATH".to_owned(), package.manifest_path.display().to_string()),
        ("CARGO_PKG_NAME".to_owned(), package.name.clone()),
        ("CARGO_PKG_VERSION".to_owned(), package.version.clone()),
        ("CARGO_PKG_VERSION_MAJOR".to_owned(), number()),
        ("CARGO_PKG_VERSION_MINOR".to_owned(), number()),
        ("CARGO_PKG_VERSION_PATCH".to_owned(), number()),
        ("CARGO_PKG_VERSION_PRE".to_owned(), pre),
        ("CARGO_PKG_AUTHORS".to_owned(), package.authors.join(":")),
        ("CARGO_PKG_DESCRIPTION".to_owned(), package.description.unwrap_or_default()),
        ("CARGO_PKG_HOMEPAGE".to_owned(), package.homepage.unwrap_or_default()),
        ("CARGO_PKG_REPOSITORY".to_owned(), package.repository.unwrap_or_default()),
        ("CARGO_PKG_LICENSE".to_owned(), package.license.unwrap_or_default()),
        ("CARGO_PKG_LICENSE_FILE".to_owned(), package.license_file.unwrap_or_default()),
        ("CARGO_PKG_RUST_VERSION".to_owned(), package.rust_version.unwrap_or_default()),
        ("CARGO_PKG_README".to_owned(), package.readme.unwrap_or_default()),
    ];
    let library = package.targets.iter().find(|target| target.is_library());
    let library = library.map(|it| (it.name.clone(), it.kind.iter().any(|kind| kind == "proc-macro")));
    #[cfg(feature = "lint")]
    let script = package.targets.iter().find(|target| target.is("custom-build")).map(|target| target.src_path.clone());
    #[cfg(feature = "lint")]
    let script_crates = {
        let declared = package.dependencies.into_iter().filter(|it| it.kind.as_deref() == Some("build"));
        let anywhere = declared.filter(|it| it.target.is_none());
        anywhere.map(|it| it.rename.unwrap_or(it.name).replace('-', "_")).collect()
    };
    variables.extend(package.links.map(|links| ("CARGO_MANIFEST_LINKS".to_owned(), links)));
    PackageInfo {
        name: package.name,
        directory,
        library,
        #[cfg(feature = "lint")]
        script,
        #[cfg(feature = "lint")]
        script_crates,
        variables,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_tell_the_system_deps_crate() {
        let told = serde_json::json!({ "system-deps": {
            "rare": "1.2",
            "gtk4": { "name": "gtk4", "version": "4.0.0", "v4_2": { "version": "4.2" } },
            "soup": { "name": "libsoup-3.0", "fallback-names": ["libsoup-2.4"], "version": "3", "feature": "net" },
            "maybe": { "version": "1", "optional": true },
            "anew": { "version": "1", "v2": { "version": "2", "name": "anew-2" } },
            "cfg(unix)": { "unix_lib": "1" },
        }});
        let mut found: Vec<String> = system_deps(&told)
            .into_iter()
            .map(|it| format!("{} {} {:?} {:?}", it.key, it.modules.join("|"), it.feature, it.platform))
            .collect();
        found.sort();
        let expected = [
            "gtk4 gtk4 None None",
            "rare rare None None",
            "soup libsoup-3.0|libsoup-2.4 Some(\"net\") None",
            "unix_lib unix_lib None Some(\"cfg(unix)\")",
        ];
        assert_eq!(found, expected);
        for nothing in [serde_json::Value::Null, serde_json::json!({ "system-deps": 3 }), serde_json::json!([])] {
            assert!(system_deps(&nothing).is_empty(), "{nothing}");
        }
    }
}
