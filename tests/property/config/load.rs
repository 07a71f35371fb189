//! Texts as the config files that Cargo reads together.

use crosskit_core::resolve::{Layers, Site, Value, load};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the nearer file.
pub const NEAR: &str = ".cargo/config.toml";

/// The name of the farther file.
pub const FAR: &str = "/above/.cargo/config.toml";

/// The texts as the config of a workspace and the one above it.
pub fn two_files(near: &str, far: &str) -> Layers {
    let root = PathBuf::from("/above/workspace");
    let (cargo_home, command_line) = (None, Vec::new());
    let (directory, shared_root) = (root.clone(), root.clone());
    let site = Site { root: root.clone(), shared_root, directory, cargo_home, command_line, shared_only: false };
    let texts = [(root.join(NEAR), near), (PathBuf::from(FAR), far)];
    let read = |path: &Path| texts.iter().find(|(it, _)| it == path).map(|(_, text)| (*text).to_owned());
    load(&site, &mut |path| read(path))
}

/// Whether the values are the same, apart from arrays in which everything may be there twice.
pub fn same_but_for_longer_arrays(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> bool {
    let same = |one: &Value, other: &Value| match (one, other) {
        (Value::Table(one, _), Value::Table(other, _)) => same_but_for_longer_arrays(one, other),
        (Value::List(one, _), Value::List(other, _)) => other.len() == one.len() || other.len() == 2 * one.len(),
        (one, other) => one == other,
    };
    one.len() == other.len() && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
}
