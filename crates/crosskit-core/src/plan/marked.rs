//! Which keys of the root config are the kit's own.

use crate::config::{self, Document, SyncError, SyncOutcome, WantedKey};
use crate::policy::{
    LAUNCHER_PATH, OwnFiles, PKG_CONFIG_LIBDIR, Policy, pkg_config_variables, runner_variable, target_path,
};
use crate::resolve::Layers;
use crate::wrapper::{self, Driver};

use super::pkg_config;

/// Whether a key, or the header of a table, is one that crosskit writes for some target. A mark at any other is not
/// crosskit's own.
pub(super) fn is_ever_written(path: &[String]) -> bool {
    match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["env"] | ["target"] => true,
        ["env", name] => {
            let tool = ["AR_", "CC_", "CXX_"].iter().any(|tool| name.starts_with(tool));
            tool || name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER")
                || pkg_config::is_variable(name)
                || path == PKG_CONFIG_LIBDIR
        }
        ["target", _, .., "linker" | "runner"] => true,
        // The header of a triple, which may have dots.
        ["target", .., last] => *last != "rustflags" && *last != "rustdocflags",
        _ => false,
    }
}

/// The variables that are ever written for a target.
pub(super) fn variables(triple: &str) -> impl Iterator<Item = String> {
    let tools = wrapper::variables(triple).into_iter().chain([runner_variable(triple)]);
    tools.chain(pkg_config_variables(triple))
}

/// Whether a key of the policy stands in the config with the mark.
pub(super) fn has_marked_key(root: &Document, policy: &Policy) -> bool {
    policy.keys().iter().any(|key| root.is_marked(&key.path))
}

/// Whether a value of the root config, or anything in another file of the workspace, names a file of the kit's own.
fn names(file: &str, root: &Document, layers: &Layers, path: &str) -> bool {
    let mut others = layers.all.iter().filter(|layer| layer.in_workspace && layer.path != path);
    root.entries().any(|entry| entry.value.contains(file)) || others.any(|layer| layer.text.as_str().contains(file))
}

/// Whether anything starts by the launcher: the user's own runner may as well.
pub(super) fn starts_by_launcher(root: &Document, layers: &Layers, path: &str) -> bool {
    names(LAUNCHER_PATH, root, layers, path)
}

/// Takes out what crosskit wrote for some targets and would not write any more: after a runner became the user's, or the
/// catalogue or `crosskit.toml` lost one.
pub(super) fn without_orphans(
    before: &str,
    policies: &[&Policy],
    wanted: &[WantedKey],
) -> Result<SyncOutcome, SyncError> {
    let mut orphans = Vec::new();
    for policy in policies {
        orphans.extend(["linker", "runner"].map(|key| target_path(&policy.triple, key)));
        orphans.extend(variables(&policy.triple).map(|name| vec!["env".to_owned(), name]));
    }
    orphans.retain(|path| wanted.iter().all(|key| key.path != *path));
    let shares = wanted.iter().any(|key| key.path == PKG_CONFIG_LIBDIR);
    if !shares && pkg_config::shared_key_is_orphan(before, |path| orphans.iter().any(|orphan| orphan == path)) {
        orphans.push(PKG_CONFIG_LIBDIR.map(str::to_owned).to_vec());
    }
    config::remove_where(before, |path| orphans.iter().any(|orphan| orphan == path))
}

/// The scripts that call a compiler and that no key names any more, in the root config or in another file.
pub(super) fn scripts_without_a_key(own_files: &OwnFiles, root: &Document, layers: &Layers, path: &str) -> Vec<String> {
    let directories = Driver::ALL.map(|driver| format!("{}/", driver.directory()));
    let scripts = own_files.keys().filter(|file| directories.iter().any(|it| file.starts_with(it)));
    scripts.filter(|file| !names(file, root, layers, path)).cloned().collect()
}
