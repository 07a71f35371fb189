//! Plans the edits of the root config and the launcher.

use crate::config::{self, Change, WantedKey, WantedValue};
use crate::finding::{Code, Finding, Origin};
use crate::policy::{self, LAUNCHER, LAUNCHER_PATH, Policy, target_path};
use crate::resolve::{self, ConfigFile};

use super::{Before, ConfigText, FileEdit, Input, Prepared};

/// Plans the edits of the root config and the launcher, and gives back the config files as they will be.
pub(super) fn synced_files(input: &Input, policies: &[Policy], prepared: &mut Prepared) -> Option<Vec<ConfigFile>> {
    let (path, text) = input.root_config;
    let before = text.unwrap_or_default();
    let mut files = Vec::new();
    let mut parsed = |texts: &[ConfigText], prepared: &mut Prepared| {
        for ConfigText { path, directory, text } in texts {
            match config::parse(text) {
                Ok(document) => files.push(ConfigFile { path: path.clone(), directory: directory.clone(), document }),
                Err(error) => prepared.config.push(resolve::invalid(path, &error)),
            }
        }
    };
    parsed(input.included_configs, prepared);
    parsed(input.outer_configs, prepared);
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
    let owned = Owned { root: &root, included: files.get(..input.included_configs.len()).unwrap_or_default() };
    let written: Vec<&Policy> = policies
        .iter()
        .filter(|policy| {
            input.request.writes_own_triple || policy.triple != input.machine.host || has_marked_key(&root, policy)
        })
        .collect();
    let wanted = wanted_keys(input, &owned, &written, prepared);
    let after = match config::sync(before, &wanted) {
        Ok(outcome) => {
            prepared.config.extend(outcome.user_keys.iter().map(|key| user_key(path, key)));
            if outcome.text != before {
                prepared.plan.edits.push(FileEdit {
                    path: path.to_owned(),
                    before: text.map_or(Before::NoFile, |text| Before::Text(text.to_owned())),
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
    let clashes = clashes(input, &after);
    if !clashes.is_empty() {
        prepared.config.extend(clashes);
        prepared.plan.edits.clear();
        return None;
    }
    let needs_launcher = written.iter().any(|policy| policy.launcher && !owned.has_runner_of_the_user(policy));
    if needs_launcher && input.launcher != Some(LAUNCHER) {
        let change = if input.launcher.is_some() { "set" } else { "add" };
        // It comes first: a runner that is not there yet would break what it is written for.
        let launcher = FileEdit {
            path: LAUNCHER_PATH.to_owned(),
            before: Before::Anything,
            text: LAUNCHER.to_owned(),
            executable: true,
            changes: vec![format!("{change} the launcher")],
        };
        prepared.plan.edits.insert(0, launcher);
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

/// What Cargo could not merge once the root config has this text: with the files that it includes, with those above it,
/// and with those of the members' own directories, which count for a cargo that is started there.
fn clashes(input: &Input, after: &str) -> Vec<Finding> {
    let layer = |it: &ConfigText| (it.path.clone(), it.text.clone());
    let root = (input.root_config.0.to_owned(), after.to_owned());
    let below = input.included_configs.iter().chain(input.outer_configs).map(layer);
    let layers: Vec<(String, String)> = std::iter::once(root).chain(below).collect();
    let check = |layers: &[&(String, String)]| {
        let layers: Vec<(String, &str)> = layers.iter().map(|(path, text)| (path.clone(), text.as_str())).collect();
        match config::merge_clashes(&layers) {
            Ok(clashes) => clashes.iter().map(|clash| unmergeable(clash, input.root_config.0)).collect(),
            Err(unreadable) => vec![resolve::invalid(&unreadable.file, &unreadable.error)],
        }
    };
    let mut findings: Vec<Finding> = check(&layers.iter().collect::<Vec<_>>());
    if findings.is_empty() {
        for inner in input.inner_configs.iter().map(layer) {
            findings.extend(check(&std::iter::once(&inner).chain(&layers).collect::<Vec<_>>()));
        }
    }
    findings
}

/// The files in which the workspace itself says something about its targets.
struct Owned<'a> {
    root: &'a ConfigFile,
    included: &'a [ConfigFile],
}

impl Owned<'_> {
    /// Where the user set a policy's key in another place than its own: in a file that the root includes, or in a
    /// `cfg(…)` table that holds for the target. A key of ours in the root would win over both.
    fn set_elsewhere(&self, triple: &str, path: &[String]) -> Option<(&ConfigFile, Vec<String>)> {
        if self.root.document.is_marked(path) {
            return None;
        }
        if let Some(file) = self.included.iter().find(|file| file.document.value(path).is_some()) {
            return Some((file, path.to_vec()));
        }
        let (first, leaf) = (path.first()?, path.last()?);
        let files = std::iter::once(self.root).chain(self.included).filter(|_| first == "target");
        files.into_iter().find_map(|file| Some((file, file.cfg_paths(triple, leaf).into_iter().next()?)))
    }

    /// Whether the runner is the user's. Then nothing beside it is written that only the policy's own runner needs.
    fn has_runner_of_the_user(&self, policy: &Policy) -> bool {
        let path = target_path(&policy.triple, "runner");
        let own = self.root.document.value(&path).map(|value| value.as_str() != policy.runner.as_deref());
        match own {
            Some(other) => other && !self.root.document.is_marked(&path),
            None => self.set_elsewhere(&policy.triple, &path).is_some(),
        }
    }
}

/// The keys to write: the policies' own, less those that the user sets elsewhere, plus the alias if it is ours.
fn wanted_keys(input: &Input, owned: &Owned, policies: &[&Policy], prepared: &mut Prepared) -> Vec<WantedKey> {
    let mut wanted = Vec::new();
    for policy in policies {
        let users_runner = owned.has_runner_of_the_user(policy);
        for key in policy.keys() {
            if users_runner && key.path.first().is_some_and(|first| first == "env") {
                continue;
            }
            let Some((file, path)) = owned.set_elsewhere(&policy.triple, &key.path) else {
                wanted.push(key);
                continue;
            };
            let leaf = key.path.last().map(String::as_str).unwrap_or_default();
            let message =
                format!("`{}` applies to {}, so crosskit writes no `{leaf}` for it", path.join("."), policy.triple);
            prepared.config.push(Finding::note_only(Code::ConfigUserKey, message).at(file.origin(&path)));
        }
    }
    let root = owned.root;
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
fn unmergeable(clash: &config::Clash, root: &str) -> Finding {
    let (ours, theirs) = if clash.near.file == root { (&clash.near, &clash.far) } else { (&clash.far, &clash.near) };
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
    .hint(format!("write it in {} as it is here: {}", theirs.file, ours.kind))
}
