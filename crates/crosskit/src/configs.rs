//! Finds and reads the config files that Cargo reads.
//!
//! Source: Cargo reference, "Configuration", "Hierarchical structure": `.cargo/config.toml` in the present directory
//! and every one above it, then in `$CARGO_HOME`; the old name `config` wins where both exist. "include" (Cargo 1.94):
//! a file loses to the one that includes it, and to one that is included after it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crosskit_core::finding::Finding;
use crosskit_core::plan::ConfigText;
use crosskit_core::resolve::ConfigFile;
use crosskit_core::{config, resolve};

use crate::apply;
use crate::environment::Variables;

/// How deep files may include one another; Cargo refuses a circle.
const INCLUDE_DEPTH: usize = 16;

/// The config files of a workspace.
#[derive(Debug)]
pub struct Configs {
    /// The root config's path below the workspace root.
    pub root_path: String,
    /// Its text, if it exists.
    pub root_text: Option<String>,
    /// The files that it includes, the strongest first.
    pub included: Vec<ConfigText>,
    /// The files above the root, the nearest first, each followed by what it includes.
    pub outer: Vec<ConfigText>,
    /// The files in the members' own directories.
    pub inner: Vec<ConfigText>,
}

/// Reads the config files that are in force at a workspace root, and those of its members.
///
/// # Errors
/// One of them cannot be read.
pub fn read<'a>(
    root: &Path,
    members: impl Iterator<Item = &'a Path>,
    variables: &Variables,
) -> Result<Configs, Box<Finding>> {
    let name = if root.join(".cargo/config").exists() { "config" } else { "config.toml" };
    let root_path = format!(".cargo/{name}");
    let root_text = apply::read(&root.join(&root_path))?;
    let included = match &root_text {
        Some(text) => included(&root.join(&root_path), text, root, INCLUDE_DEPTH)?,
        None => Vec::new(),
    };
    let mut outer = Vec::new();
    for (path, directory) in files(root, variables) {
        if directory != root
            && let Some(text) = apply::read(&path)?
        {
            let includes = self::included(&path, &text, root, INCLUDE_DEPTH)?;
            outer.push(config_text(&path, &directory, text, root));
            outer.extend(includes);
        }
    }
    let mut inner: Vec<ConfigText> = Vec::new();
    for member in members {
        for directory in member.ancestors().take_while(|directory| *directory != root && directory.starts_with(root)) {
            let Some(path) = config_in(&directory.join(".cargo")) else { continue };
            if let Some(text) = apply::read(&path)? {
                inner.push(config_text(&path, directory, text, root));
            }
        }
    }
    inner.dedup();
    Ok(Configs { root_path, root_text, included, outer, inner })
}

fn config_text(path: &Path, directory: &Path, text: String, root: &Path) -> ConfigText {
    let path = path.strip_prefix(root).unwrap_or(path).display().to_string();
    ConfigText { path, directory: directory.display().to_string(), text }
}

/// What a file includes, the strongest first. What Cargo itself would refuse is left for Cargo to say.
fn included(file: &Path, text: &str, root: &Path, depth: usize) -> Result<Vec<ConfigText>, Box<Finding>> {
    let mut found = Vec::new();
    let Ok(document) = config::parse(text) else { return Ok(found) };
    let entries = document.table().get("include").and_then(|include| include.as_array()).cloned().unwrap_or_default();
    for entry in entries.iter().rev().filter(|_| depth > 0) {
        let Some(path) = entry.as_str().or_else(|| entry.get("path")?.as_str()) else { continue };
        let path = file.parent().unwrap_or(file).join(path);
        let Some(text) = apply::read(&path)? else { continue };
        // Programs in an included file are relative to the directory above the one that holds it.
        let above = path.parent().and_then(Path::parent).unwrap_or(&path).to_path_buf();
        let deeper = included(&path, &text, root, depth - 1)?;
        found.push(config_text(&path, &above, text, root));
        found.extend(deeper);
    }
    Ok(found)
}

/// Whatever is there under the name counts, as it does for Cargo: a directory cannot be read, and that is said.
fn config_in(cargo_directory: &Path) -> Option<PathBuf> {
    ["config", "config.toml"].map(|name| cargo_directory.join(name)).into_iter().find(|path| path.exists())
}

/// The existing config files for a directory, the nearest first, each with the directory above its `.cargo`.
fn files(directory: &Path, variables: &Variables) -> Vec<(PathBuf, PathBuf)> {
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut add = |cargo_directory: PathBuf, above: &Path| {
        if let Some(path) = config_in(&cargo_directory)
            && found.iter().all(|(known, _)| *known != path)
        {
            found.push((path, above.to_path_buf()));
        }
    };
    for above in directory.ancestors() {
        add(above.join(".cargo"), above);
    }
    let home = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cargo_home = home("CARGO_HOME").or_else(|| Some(home("HOME").or_else(|| home("USERPROFILE"))?.join(".cargo")));
    if let Some(cargo_home) = cargo_home {
        let above = cargo_home.parent().unwrap_or(&cargo_home).to_path_buf();
        add(cargo_home, &above);
    }
    found
}

/// What in the config files in force at a directory would make cargo refuse a command: text that is not TOML, and
/// linkers and runners of a wrong type. Cargo says less about the place.
pub fn refused_by_cargo(directory: &Path, variables: &Variables) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, above) in files(directory, variables) {
        let text = match apply::read(&path) {
            Ok(text) => text.unwrap_or_default(),
            Err(finding) => {
                findings.push(*finding);
                continue;
            }
        };
        let path = path.strip_prefix(directory).unwrap_or(&path).display().to_string();
        match config::parse(&text) {
            Ok(document) => {
                let directory = above.display().to_string();
                findings.extend(ConfigFile { path, directory, document }.wrong_types());
            }
            Err(error) => findings.push(resolve::invalid(&path, &error)),
        }
    }
    findings
}
