//! Where a workspace takes its crates from, if not from crates.io.

use std::path::{Path, PathBuf};

use crosskit_core::config;
use crosskit_core::resolve::{Value, value_at};
use crosskit_core::vendor::MANIFEST;
use crosskit_core::vendor::lock::Id;

use crate::configs;
use crate::sh::Sh;

/// As many sources as one may replace another by.
const CHAIN: usize = 16;

/// What stands in the place of crates.io.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A directory of sources, as `cargo vendor` makes one.
    Directory(PathBuf),
    /// Anything else, by what the config says of it.
    Other(String),
}

/// What the config files at the root put in the place of crates.io.
///
/// Source: Cargo reference, "Source Replacement".
pub fn instead_of_crates_io(sh: &Sh, root: &Path) -> Option<Instead> {
    let configs = configs::Reader::default().read(root, std::iter::empty(), &[], &sh.variables).ok()?;
    let layers = configs.as_data(root, &[]).layers(root);
    let text = |source: &str, key: &str| match value_at(&layers.merged, &["source", source, key]) {
        Some(Value::String(text, _)) => Some(text.clone()),
        _ => None,
    };
    let mut source = text("crates-io", "replace-with")?;
    for _ in 0..CHAIN {
        if let Some(directory) = text(&source, "directory") {
            let value = value_at(&layers.merged, &["source", &source, "directory"])?;
            let layer = layers.layer(value.definition())?;
            return Some(Instead::Directory(layer.directory.join(directory)));
        }
        let Some(next) = text(&source, "replace-with") else { break };
        source = next;
    }
    let kinds = ["registry", "local-registry", "git"];
    let what = kinds.into_iter().find_map(|kind| Some(format!("{kind} {}", text(&source, kind)?)));
    Some(Instead::Other(what.unwrap_or(source)))
}

/// Which of the crates are not in a directory of sources.
pub fn not_in<'a>(directory: &Path, crates: impl IntoIterator<Item = &'a Id>) -> Vec<&'a Id> {
    let is_there = |id: &Id| {
        [id.name.clone(), format!("{}-{}", id.name, id.version)].iter().any(|name| {
            let text = std::fs::read_to_string(directory.join(name).join(MANIFEST)).unwrap_or_default();
            let manifest = config::parse(&text);
            manifest.is_ok_and(|it| {
                it.value(&["package", "version"]).and_then(|it| it.as_str()) == Some(id.version.as_str())
            })
        })
    };
    crates.into_iter().filter(|id| id.source.is_some() && !is_there(id)).collect()
}
