//! Plans the edits of the root config and the launcher.

use crate::config::{self, Change, WantedKey, WantedValue};
use crate::finding::{Code, Finding, Origin};
use crate::policy::{self, LAUNCHER, LAUNCHER_PATH, Policy, target_path};
use crate::resolve::{self, ConfigFile};

use super::{FileEdit, Input, Prepared};

/// Plans the edits of the root config and the launcher, and gives back the config files as they will be.
pub(super) fn synced_files(input: &Input, policies: &[Policy], prepared: &mut Prepared) -> Option<Vec<ConfigFile>> {
    let (path, text) = input.root_config;
    let before = text.unwrap_or_default();
    let mut files = Vec::new();
    for (path, directory, text) in input.outer_configs {
        match config::parse(text) {
            Ok(document) => files.push(ConfigFile { path: path.clone(), directory: directory.clone(), document }),
            Err(error) => prepared.config.push(resolve::invalid(path, &error)),
        }
    }
    let root_file = |text: &str| {
        config::parse(text).map(|document| ConfigFile {
            path: path.to_owned(),
            directory: input.root.to_owned(),
            document,
        })
    };
    let root = match root_file(before) {
        Ok(root) => root,
        Err(error) => {
            prepared.config.push(resolve::invalid(path, &error));
            return None;
        }
    };
    if !prepared.config.is_empty() {
        return None;
    }
    let written: Vec<&Policy> = policies
        .iter()
        .filter(|policy| {
            input.request.writes_own_triple || policy.triple != input.machine.host || has_marked_key(&root, policy)
        })
        .collect();
    let wanted = wanted_keys(input, &root, &written, prepared);
    let after = match config::sync(before, &wanted) {
        Ok(outcome) => {
            prepared.config.extend(outcome.user_keys.iter().map(|key| user_key(path, key)));
            if outcome.text != before {
                prepared.plan.edits.push(FileEdit {
                    path: path.to_owned(),
                    text: outcome.text.clone(),
                    executable: false,
                    changes: outcome.changes.iter().map(Change::to_string).collect(),
                });
            }
            outcome.text
        }
        Err(error) => {
            prepared.config.push(Finding::error(Code::ConfigInvalid, format!("`{path}` cannot be edited: {error}")));
            return None;
        }
    };
    let layers: Vec<(String, &str)> = std::iter::once((path.to_owned(), after.as_str()))
        .chain(input.outer_configs.iter().map(|(path, _, text)| (path.clone(), text.as_str())))
        .collect();
    match config::merge_clashes(&layers) {
        Ok(clashes) if clashes.is_empty() => {}
        Ok(clashes) => {
            prepared.config.extend(clashes.iter().map(unmergeable));
            prepared.plan.edits.clear();
            return None;
        }
        // Every file was parsed above, so this cannot be reached with another answer than that.
        Err(unreadable) => {
            prepared.config.push(resolve::invalid(&unreadable.file, &unreadable.error));
            return None;
        }
    }
    let needs_launcher = written.iter().any(|policy| policy.launcher && !has_runner_of_the_user(&root, policy));
    if needs_launcher && input.launcher != Some(LAUNCHER) {
        let change = if input.launcher.is_some() { "set" } else { "add" };
        prepared.plan.edits.push(FileEdit {
            path: LAUNCHER_PATH.to_owned(),
            text: LAUNCHER.to_owned(),
            executable: true,
            changes: vec![format!("{change} the launcher")],
        });
    }
    match root_file(&after) {
        Ok(root) => files.insert(0, root),
        Err(error) => {
            prepared.config.push(resolve::invalid(path, &error));
            return None;
        }
    }
    Some(files)
}

fn has_marked_key(root: &ConfigFile, policy: &Policy) -> bool {
    policy.keys().iter().any(|key| root.document.is_marked(&key.path))
}

/// Whether the runner is the user's: a key of its own without the mark, or a `cfg(…)` table that holds for the target.
/// Then nothing beside it is written that only the policy's own runner needs.
fn has_runner_of_the_user(root: &ConfigFile, policy: &Policy) -> bool {
    let path = target_path(&policy.triple, "runner");
    let own = root.document.value(&path).map(|value| value.as_str() != policy.runner.as_deref());
    match own {
        Some(other) => other && !root.document.is_marked(&path),
        None => !root.cfg_paths(&policy.triple, "runner").is_empty(),
    }
}

/// The keys to write: the policies' own, less those that a `cfg(…)` table of the user sets, plus the alias if it is ours.
fn wanted_keys(input: &Input, root: &ConfigFile, policies: &[&Policy], prepared: &mut Prepared) -> Vec<WantedKey> {
    let mut wanted = Vec::new();
    for policy in policies {
        let users_runner = has_runner_of_the_user(root, policy);
        for key in policy.keys() {
            if users_runner && key.path.first().is_some_and(|first| first == "env") {
                continue;
            }
            let leaf = key.path.last().map(String::as_str).unwrap_or_default();
            let by_cfg = match key.path.first().map(String::as_str) {
                Some("target") => root.cfg_paths(&policy.triple, leaf),
                _ => Vec::new(),
            };
            match by_cfg.first() {
                Some(path) if !root.document.is_marked(&key.path) => prepared.config.push(
                    Finding::note_only(
                        Code::ConfigUserKey,
                        format!(
                            "`{}` applies to {}, so crosskit writes no `{leaf}` for it",
                            path.join("."),
                            policy.triple
                        ),
                    )
                    .at(root.origin(path)),
                ),
                _ => wanted.push(key),
            }
        }
    }
    let alias = ["alias", "xtask"].map(str::to_owned);
    if root.document.is_marked(&alias)
        && let Some(package) = &input.workspace.xtask
    {
        let all: Vec<Policy> = input
            .catalogue
            .rows()
            .iter()
            .map(|row| Policy::of(row, input.settings))
            .filter(|it| policies.contains(&it) || has_marked_key(root, it))
            .collect();
        let value = WantedValue::String(policy::alias(package, &all));
        wanted.push(WantedKey { path: alias.to_vec(), value });
    }
    wanted
}

/// A key of the policy that the user wrote, and that therefore wins.
fn user_key(path: &str, key: &config::UserKey) -> Finding {
    let place = Origin::File { path: path.to_owned(), line: key.position.line, column: key.position.column };
    let name = key.path.join(".");
    match key.reason {
        config::UserKeyReason::OtherValue => {
            Finding::note_only(Code::ConfigUserKey, format!("`{name}` is yours, and wins over crosskit's policy"))
                .at(place)
                .note(format!("yours: {}", key.theirs))
                .note(format!("crosskit's: {}", key.ours))
                .hint("remove the key to get crosskit's value")
        }
        config::UserKeyReason::InlineTable | config::UserKeyReason::NotATable => {
            Finding::error(Code::ConfigUserKey, format!("cannot add `{name}` beside `{}`", key.theirs))
                .at(place)
                .note(format!("it would be: {}", key.ours))
                .hint("write the table above it as a [section] of its own")
        }
    }
}

/// Two files that Cargo cannot merge: fatal to every cargo command, the alias of the kit included.
fn unmergeable(clash: &config::Clash) -> Finding {
    Finding::error(
        Code::ConfigUnmergeable,
        format!("cargo cannot merge `{}` of two config files", clash.path.join(".")),
    )
    .at(Origin::File {
        path: clash.near.file.clone(),
        line: clash.near.position.line,
        column: clash.near.position.column,
    })
    .note(format!("here: {}", clash.near))
    .note(format!("and: {}", clash.far))
    .note("every cargo command below both would fail, so nothing was written")
    .hint(format!("write it as a {} in {}, too", clash.near.kind, clash.far.file))
}
