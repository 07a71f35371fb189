//! The workspace into which the kit is to come, as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crosskit_core::config;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::resolve::{self, Config};
use crosskit_core::vendor::outcome::Names;
use crosskit_core::vendor::record::PATH;
use crosskit_core::vendor::{Alias, Facts, LOCK, MANIFEST, Member};

use crate::apply;
use crate::configs;
use crate::path::{find_program, path_directories};
use crate::sh::{Sh, Started};

/// The workspace.
#[derive(Debug)]
pub struct Place {
    /// Its root.
    pub root: PathBuf,
    /// Where cargo puts what it makes.
    pub target_directory: PathBuf,
    /// What the decisions are made of.
    pub facts: Facts,
    /// The lock file, if there is one.
    pub lock: Option<String>,
    /// The record of an earlier call, if there is one.
    pub record: Option<String>,
    /// The cargo that is started there.
    pub cargo: PathBuf,
    /// The triple of the compiler there.
    pub host: String,
    /// Directories outside of the root: of members, and of what they depend on by a path.
    pub outside: BTreeSet<PathBuf>,
}

#[derive(Deserialize)]
struct Raw {
    packages: Vec<RawPackage>,
    #[serde(default)]
    workspace_default_members: Option<Vec<String>>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    edition: String,
    rust_version: Option<String>,
    default_run: Option<String>,
    publish: Option<Vec<String>>,
    manifest_path: PathBuf,
    targets: Vec<RawTarget>,
    #[serde(default)]
    dependencies: Vec<RawDependency>,
}

#[derive(Deserialize)]
struct RawDependency {
    path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct RawTarget {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

/// Goes to the directory of a workspace and takes what is found there: its toolchain is not the one that started this.
///
/// # Errors
/// There is no such directory.
pub fn enter(sh: &mut Sh, directory: &Path, cargo: &Path) -> Result<PathBuf, Box<Finding>> {
    let directory = sh.directory().join(directory);
    let failed = |why: &str| Finding::error(Code::NoWorkspace, format!("`{}`: {why}", directory.display()));
    let is_file = directory.is_file();
    // A path to the manifest means the same as its directory.
    let found = match directory.parent() {
        Some(parent) if is_file && directory.file_name() == Some(OsStr::new(MANIFEST)) => parent,
        _ if is_file => return Err(Box::new(failed("it is a file").hint("name the directory of the workspace"))),
        _ => &directory,
    };
    let directory = found.canonicalize().map_err(|error| Box::new(failed(&error.to_string())))?;
    sh.change_directory(&directory);
    sh.variables.remove(OsStr::new("RUSTUP_TOOLCHAIN"));
    sh.variables.insert("RUSTUP_AUTO_INSTALL".into(), "0".into());
    Ok(find_program("cargo", &directory, &path_directories(&sh.variables)).unwrap_or_else(|| cargo.to_path_buf()))
}

/// Looks at the workspace around the present directory.
///
/// # Errors
/// There is none, or a part of it cannot be read, each of them.
pub fn look(sh: &mut Sh, cargo: PathBuf) -> Result<Place, Vec<Finding>> {
    let refused = configs::Reader::default().refused_by_cargo(&sh.directory(), &[], &sh.variables);
    if !refused.is_empty() {
        return Err(refused);
    }
    let (toolchain, host) = toolchain(sh, &cargo).map_err(|finding| vec![*finding])?;
    let raw = members(sh, &cargo).map_err(|why| vec![no_workspace(sh, &why)])?;
    let root = raw.workspace_root.clone();
    sh.change_directory(&root);
    let mut findings = Vec::new();
    let mut files = BTreeMap::new();
    let mut read = |path: &str| match apply::read(&root.join(path)) {
        Ok(Some(text)) => drop(files.insert(path.to_owned(), text)),
        Ok(None) => {}
        Err(finding) => findings.push(*finding),
    };
    read(MANIFEST);
    let names = names(&raw);
    let members: Vec<Member> = raw.packages.iter().map(|package| member(&root, package, &names)).collect();
    for member in &members {
        read(&member.manifest());
        member.program.iter().chain(&member.script).for_each(|path| read(path));
    }
    let configs = ["config", "config.toml"].map(|name| format!(".cargo/{name}"));
    // Where both are there, cargo reads the old name. Source: Cargo reference, "Configuration", "Hierarchical structure".
    let real = |name: &String| root.join(name).canonicalize().ok();
    let old = real(&configs[0]).is_some() && real(&configs[0]) != real(&configs[1]);
    let config = if old { &configs[0] } else { &configs[1] };
    read(config);
    if !findings.is_empty() {
        return Err(findings);
    }
    let optional = |path: &str| apply::read(&root.join(path)).map_err(|finding| vec![*finding]);
    let (lock, record) = (optional(LOCK)?, optional(PATH)?);
    let facts = Facts {
        alias: alias(sh, &root, config)?,
        config: config.clone(),
        taken: taken(&root, &raw.target_directory),
        nested: nested(&root, &raw, &members),
        files,
        members,
        toolchain,
    };
    let paths = raw.packages.iter().flat_map(|package| &package.dependencies).filter_map(|it| it.path.clone());
    let members_of = raw.packages.iter().filter_map(|it| it.manifest_path.parent()).map(Path::to_path_buf);
    let outside = paths.chain(members_of).filter(|path| !path.starts_with(&root)).collect();
    Ok(Place { outside, target_directory: raw.target_directory, facts, lock, record, cargo, host, root })
}

/// The names of members as cargo tells them at the present directory.
///
/// # Errors
/// In cargo's words.
pub fn names_at(sh: &Sh, cargo: &Path) -> Result<Names, String> {
    members(sh, cargo).map(|raw| names(&raw))
}

fn members(sh: &Sh, cargo: &Path) -> Result<Raw, String> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let (stdout, stderr, status) = sh.start(sh.command(cargo, arguments)).and_then(Started::output)?;
    if !status.success() {
        return Err(stderr);
    }
    serde_json::from_str(&stdout).map_err(|error| format!("`cargo metadata`: {error}"))
}

fn no_workspace(sh: &Sh, why: &str) -> Finding {
    let finding =
        Finding::error(Code::NoWorkspace, format!("cargo finds no workspace in `{}`", sh.directory().display()));
    why.lines().filter(|line| !line.trim().is_empty()).fold(finding, |finding, line| finding.note(line.trim()))
}

fn names(raw: &Raw) -> Names {
    let name = |package: &RawPackage| package.name.clone();
    let is_default = |package: &&RawPackage| {
        raw.workspace_default_members.as_ref().is_none_or(|default| default.contains(&package.id))
    };
    Names {
        members: raw.packages.iter().map(name).collect(),
        default_members: raw.packages.iter().filter(is_default).map(name).collect(),
    }
}

fn member(root: &Path, package: &RawPackage, names: &Names) -> Member {
    let programs: Vec<&RawTarget> =
        package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "bin")).collect();
    let named = |name: &String| programs.iter().find(|it| it.name == *name).copied();
    let program = match (programs.as_slice(), &package.default_run) {
        ([only], _) => Some(*only),
        (_, Some(name)) => named(name),
        _ => None,
    };
    let script = package.targets.iter().find(|target| target.kind.iter().any(|kind| kind == "custom-build"));
    let directory = package.manifest_path.parent().unwrap_or(root);
    Member {
        name: package.name.clone(),
        directory: below(root, directory),
        is_default: names.default_members.contains(&package.name),
        rust_version: package.rust_version.as_deref().and_then(version),
        edition: package.edition.clone(),
        is_published: package.publish.as_ref().is_none_or(|registries| !registries.is_empty()),
        script: script.map(|target| below(root, &target.src_path)),
        program: program.map(|target| below(root, &target.src_path)),
    }
}

/// A path from the root, with slashes.
fn below(root: &Path, path: &Path) -> String {
    if path == root { String::new() } else { super::relative(root, path) }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next().unwrap_or_default()))
}

/// Versions of a toolchain, by the name of the program.
type Versions = Vec<(String, (u32, u32))>;

/// Which cargo and which rustc are started there, and for which triple.
fn toolchain(sh: &Sh, cargo: &Path) -> Result<(Versions, String), Box<Finding>> {
    let ask = |program: &Path, name: &str| {
        let failed = |why: &str| {
            let finding = Finding::error(Code::Toolchain, format!("`{name} -vV` fails there"));
            Box::new(why.lines().fold(finding, |finding, line| finding.note(line)))
        };
        let asked = sh.start(sh.command(program, ["-vV"])).and_then(Started::output);
        let (stdout, stderr, status) = asked.map_err(|why| failed(&why))?;
        let told = stdout.split_whitespace().nth(1).and_then(version).filter(|_| status.success());
        let version = told.ok_or_else(|| failed(&stderr))?;
        let host = stdout.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        Ok::<_, Box<Finding>>(((name.to_owned(), version), host.to_owned()))
    };
    let directories = path_directories(&sh.variables);
    let rustc = find_program("rustc", &sh.directory(), &directories);
    let rustc = rustc.unwrap_or_else(|| cargo.with_file_name(format!("rustc{}", std::env::consts::EXE_SUFFIX)));
    let ((cargo, _), (rustc, host)) = (ask(cargo, "cargo")?, ask(&rustc, "rustc")?);
    Ok((vec![cargo, rustc], host))
}

/// What `cargo xtask` means at the root.
fn alias(sh: &Sh, root: &Path, own: &str) -> Result<Option<Alias>, Vec<Finding>> {
    let configs = configs::Reader::default().read(root, std::iter::empty(), &[], &sh.variables)?;
    let layers = configs.as_data(root, &[]).layers(root);
    let nothing = BTreeMap::new();
    let config = Config { layers: &layers, environment: &nothing, directory: root, cargo_minor: 0 };
    let path = ["alias", "xtask"];
    let said = layers.at(&path);
    let Some((_, value)) = said.first() else { return Ok(None) };
    let origin = resolve::origin(&layers, value.definition());
    let is_own = matches!(&origin, Origin::File { path, .. } if path == own);
    Ok(Some(Alias { package: config.package_of_alias("xtask"), own: is_own, origin }))
}

/// The names of what is at the root.
fn taken(root: &Path, target_directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| entry.path() != target_directory);
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Directories below the root with a manifest that is of no member, and of no other workspace.
fn nested(root: &Path, raw: &Raw, members: &[Member]) -> Vec<String> {
    let known: BTreeSet<&str> = members.iter().map(|member| member.directory.as_str()).collect();
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir())) {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden || path == raw.target_directory || entry.file_name() == "target" {
                continue;
            }
            let text = std::fs::read_to_string(path.join(MANIFEST)).ok();
            let own_root =
                |text: &String| config::parse(text).is_ok_and(|manifest| manifest.value(&["workspace"]).is_some());
            if text.as_ref().is_some_and(own_root) {
                continue;
            }
            let name = below(root, &path);
            if text.is_some() && !known.contains(name.as_str()) {
                found.push(name);
            }
            open.push(path);
        }
    }
    found.sort();
    found
}
