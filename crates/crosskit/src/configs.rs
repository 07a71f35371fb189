//! Finds and reads the config files that Cargo reads.
//!
//! Source: Cargo reference, "Configuration", "Hierarchical structure": `.cargo/config.toml` in the present directory
//! and every one above it, then in `$CARGO_HOME`; the old name `config` wins where both exist.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crosskit_core::finding::Finding;
use crosskit_core::resolve::ConfigFile;
use crosskit_core::{config, resolve};

use crate::apply;
use crate::environment::Variables;

/// The config files of a workspace.
#[derive(Debug)]
pub struct Configs {
    /// The root config's path below the workspace root.
    pub root_path: String,
    /// Its text, if it exists.
    pub root_text: Option<String>,
    /// The files above the root, the nearest first, as (path, directory above `.cargo`, text).
    pub outer: Vec<(String, String, String)>,
}

/// Reads the config files that are in force at a workspace root.
///
/// # Errors
/// One of them cannot be read.
pub fn read(root: &Path, variables: &Variables) -> Result<Configs, Box<Finding>> {
    let name = if root.join(".cargo/config").is_file() { "config" } else { "config.toml" };
    let root_path = format!(".cargo/{name}");
    let root_text = apply::read(&root.join(&root_path))?;
    let mut outer = Vec::new();
    for (path, directory) in files(root, variables) {
        if directory != root
            && let Some(text) = apply::read(&path)?
        {
            outer.push((path.display().to_string(), directory.display().to_string(), text));
        }
    }
    Ok(Configs { root_path, root_text, outer })
}

/// The existing config files for a directory, the nearest first, each with the directory above its `.cargo`.
fn files(directory: &Path, variables: &Variables) -> Vec<(PathBuf, PathBuf)> {
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut add = |cargo_directory: PathBuf, above: &Path| {
        let names = ["config", "config.toml"].map(|name| cargo_directory.join(name));
        if let Some(path) = names.into_iter().find(|path| path.is_file())
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
