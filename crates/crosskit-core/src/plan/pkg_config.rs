//! The keys by which pkg-config finds a target's libraries: for which targets they are written, and when they go.

use std::collections::BTreeSet;

use crate::config::{self, Document};
use crate::finding::Origin;
use crate::policy::{PKG_CONFIG_LIBDIR, Policy};
use crate::resolve::{self, Layers, Rustc};
use crate::rules;

use super::{Input, cell};

/// The targets for which the workspace has a package that asks pkg-config.
///
/// It is the whole workspace that is looked at, whatever the command names: two commands must not write two configs.
pub(super) fn asking(input: &Input, policies: &[Policy], rustc: &Rustc) -> BTreeSet<String> {
    let asks = |policy: &&Policy| {
        let platform = cell::platform(&policy.triple, input.workspace.has_platforms(), input.machine, rustc);
        policy.multiarch.is_some() && input.workspace.asks_pkg_config(platform)
    };
    policies.iter().filter(asks).map(|policy| policy.triple.clone()).collect()
}

/// Where the workspace itself says what pkg-config is to do for a target. Then it is the user who leads it, and what
/// crosskit says beside that would be of another place.
pub(super) fn led_by_user(root: &Document, layers: &Layers, triple: &str) -> Option<(Origin, String)> {
    let settings = ["PKG_CONFIG", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR"];
    // What is written must not depend on whether the target is this computer.
    let names = settings.iter().flat_map(|setting| rules::variable_names(setting, triple, ""));
    names.into_iter().find_map(|name| {
        let path = ["env", name.as_str()];
        if root.is_marked(&path) {
            return None;
        }
        let (_, value) = layers.at(&path).into_iter().find(|(layer, _)| layer.in_workspace)?;
        Some((resolve::origin(layers, value.definition()), name))
    })
}

/// Whether a variable is one that crosskit writes for pkg-config for some target.
pub(super) fn is_variable(name: &str) -> bool {
    ["PKG_CONFIG_ALLOW_CROSS_", "PKG_CONFIG_PATH_"].iter().any(|start| name.starts_with(start))
}

/// Whether nothing needs [`PKG_CONFIG_LIBDIR`] any more once these keys are gone.
pub(super) fn shared_key_is_orphan(text: &str, goes: impl Fn(&[String]) -> bool) -> bool {
    let Ok(root) = config::parse(text) else { return false };
    let needs = |path: &[String]| matches!(path, [table, name] if table == PKG_CONFIG_LIBDIR[0] && is_variable(name));
    !root.entries().any(|entry| entry.marked && needs(entry.path) && !goes(entry.path))
}
