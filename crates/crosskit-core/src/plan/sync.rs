//! Plans the edits of the root config and the launcher.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::cfgs::{Cfgs, selects};
use crate::config::{self, Change, Document, WantedKey, WantedValue};
use crate::finding::{Code, Finding, Origin};
use crate::policy::{self, LAUNCHER, LAUNCHER_PATH, Policy, target_path};
use crate::resolve::{self, Config, Kind, Layer, Layers, Rustc, Value};

use super::marked::{has_marked_key, scripts_without_a_key, starts_by_launcher, without_orphans};
use super::refused::stop_if_refused;
use super::{Before, FileEdit, Input, Prepared, pkg_config};

/// Plans the edits of the root config and the launcher, and gives back the layers as they will be.
pub(super) fn synced_layers(
    input: &Input,
    policies: &[Policy],
    rustc: &Rustc,
    prepared: &mut Prepared,
) -> Option<Rc<Layers>> {
    let configs = &input.configs;
    let path = configs.root_config();
    let on_disk = configs.files.text(&configs.root.join(path));
    let before = on_disk.map_or_else(config::new_file, str::to_owned);
    let before = before.as_str();
    let layers = configs.layers(configs.root);
    let root = match config::parse(before) {
        Ok(root) => root,
        Err(error) => {
            prepared.config.push(resolve::invalid(path, &error));
            return None;
        }
    };
    prepared.config.extend(layers.problems.iter().map(|problem| problem.finding(&layers)));
    if !prepared.config.is_empty() {
        return None;
    }
    let owned = Owned { input, root: &root, layers: &layers, rustc };
    let written: Vec<&Policy> = policies
        .iter()
        .filter(|policy| {
            let is_own = policy.triple == input.machine.host && !policy.over_ssh;
            input.request.writes_own_triple || !is_own || has_marked_key(&root, policy)
        })
        .collect();
    let asking = pkg_config::asking(input, policies, rustc);
    let wanted = wanted_keys(input, &owned, &written, &asking, prepared);
    prepared.config.extend(wanted.iter().filter_map(|key| split_at_a_blank(input, key)));
    let kept = without_orphans(before, &written, &wanted);
    let synced = kept.and_then(|kept| {
        let mut outcome = config::sync(&kept.text, &wanted)?;
        outcome.changes.splice(0..0, kept.changes);
        Ok(outcome)
    });
    let after = match synced {
        Ok(outcome) => {
            prepared.config.extend(outcome.user_keys.iter().map(|key| user_key(path, key)));
            if outcome.text != before {
                prepared.plan.edits.push(FileEdit {
                    path: path.to_owned(),
                    before: on_disk.map_or(Before::NoFile, |text| Before::Text(text.to_owned())),
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
    let written_root = config::parse(&after).ok();
    let remains = written_root.as_ref().is_some_and(|root| starts_by_launcher(root, &layers, path));
    let orphans = written_root.map(|root| scripts_without_a_key(input.own_files, &root, &layers, path));
    prepared.plan.removals.extend(orphans.unwrap_or_default());
    let after = stop_if_refused(input, after, prepared)?;
    // What the config names comes before the config: it would break what it is written for.
    for policy in written.iter().filter(|policy| !owned.has_linker_of_the_user(policy)) {
        let Some(wrapper) = &policy.wrapper else { continue };
        let text = wrapper.text();
        for path in wrapper.files() {
            let known = input.own_files.get(&path);
            if known != Some(&text) {
                let verb = if known.is_some() { "set" } else { "add" };
                let change = format!("{verb} what calls {}", wrapper.driver().as_str());
                prepared.plan.edits.insert(0, own_file(&path, text.clone(), change));
            }
        }
    }
    let needs_launcher =
        written.iter().any(|policy| policy.launcher && !owned.has_runner_of_the_user(policy)) || remains;
    if needs_launcher && input.launcher() != Some(LAUNCHER) {
        let change = if input.launcher().is_some() { "set" } else { "add" };
        let launcher = own_file(LAUNCHER_PATH, LAUNCHER.to_owned(), format!("{change} the launcher"));
        prepared.plan.edits.insert(0, launcher);
        if let Some(policy) = policies.iter().find(|policy| policy.launcher)
            && !input.request.writes
            && starts_by_launcher(&root, &layers, path)
        {
            let finding = policy::launcher_drift(input.launcher(), &policy.triple);
            prepared.tools.extend(finding.map(|finding| (policy.triple.clone(), finding)));
        }
    }
    Some(after)
}

/// A program that is the kit's own, whole.
fn own_file(path: &str, text: String, change: String) -> FileEdit {
    FileEdit { executable: true, changes: vec![change], ..FileEdit::own(path, text) }
}

/// What the workspace itself says about its targets: in the root config and the files that it includes.
struct Owned<'a> {
    input: &'a Input<'a>,
    root: &'a Document,
    layers: &'a Layers,
    rustc: &'a Rustc<'a>,
}

impl Owned<'_> {
    /// Where the user set a policy's key in another place than its own: in a file that the root includes, or in a
    /// `cfg(…)` table that holds for the target. A key of ours in the root would win over both.
    fn set_elsewhere(&self, triple: &str, path: &[String]) -> Option<(Origin, Vec<String>)> {
        if self.root.is_marked(path) {
            return None;
        }
        // What is written must not depend on whether the repository is there, so that what lies above does not count.
        let own = |layer: &Layer| layer.in_workspace;
        let place = |value: &Value| resolve::origin(self.layers, value.definition());
        let mut included = self.layers.at(path).into_iter().filter(|(layer, _)| own(layer) && layer.included);
        if let Some((_, value)) = included.next() {
            return Some((place(value), path.to_vec()));
        }
        let leaf = path.last()?;
        if path.first().is_none_or(|first| first != "target") {
            return None;
        }
        for layer in self.layers.strongest_first.iter().filter_map(|number| self.layers.all.get(*number)) {
            let tables = layer.values.get("target").and_then(Value::as_table).filter(|_| own(layer));
            for (name, table) in tables.into_iter().flatten().filter(|(name, _)| name.starts_with("cfg(")) {
                let Some(value) = table.as_table().and_then(|table| table.get(leaf)) else { continue };
                let Some(cfgs) = self.shared_cfgs(triple) else { continue };
                if selects(name, triple, &cfgs) {
                    return Some((place(value), ["target", name, leaf].map(str::to_owned).to_vec()));
                }
            }
        }
        None
    }

    /// The cfgs of a triple under the flags that the workspace itself commits to. What is written must not depend on the
    /// flags in somebody's shell, nor on those of a config outside the workspace.
    fn shared_cfgs(&self, triple: &str) -> Option<Cfgs> {
        let config = Config {
            layers: &self.input.configs.shared_layers(),
            environment: &BTreeMap::new(),
            ..self.input.config(self.layers)
        };
        config.view(triple, Kind::Target, self.rustc).cfgs
    }

    /// Whether the runner is the user's. Then nothing beside it is written that only the policy's own runner needs.
    fn has_runner_of_the_user(&self, policy: &Policy) -> bool {
        self.is_of_the_user(&policy.triple, "runner", policy.runner.as_deref())
    }

    /// Whether the linker is the user's. Then the scripts of the policy's own one are not written.
    fn has_linker_of_the_user(&self, policy: &Policy) -> bool {
        self.is_of_the_user(&policy.triple, "linker", policy.linker.as_deref())
    }

    fn is_of_the_user(&self, triple: &str, key: &str, policy: Option<&str>) -> bool {
        let path = target_path(triple, key);
        match self.root.value(&path).map(|value| value.as_str() != policy) {
            Some(other) => other && !self.root.is_marked(&path),
            None => self.set_elsewhere(triple, &path).is_some(),
        }
    }
}

/// The keys to write: the policies' own, less those that the user sets elsewhere, plus the alias if it is ours.
///
/// Those for pkg-config come where a package asks it, and stay: the next command may name other features.
fn wanted_keys(
    input: &Input,
    owned: &Owned,
    policies: &[&Policy],
    asking: &BTreeSet<String>,
    prepared: &mut Prepared,
) -> Vec<WantedKey> {
    let mut wanted = Vec::new();
    let mut shares = false;
    for policy in policies {
        let users_runner = owned.has_runner_of_the_user(policy);
        let users_linker = owned.has_linker_of_the_user(policy);
        let runner_variable = policy::runner_variable(&policy.triple);
        let mut pkg_config = policy.pkg_config_keys();
        let is_there = pkg_config.iter().any(|key| owned.root.is_marked(&key.path));
        if users_linker || !asking.contains(&policy.triple) && !is_there {
            pkg_config.clear();
        } else if let Some((origin, name)) = pkg_config::led_by_user(owned.root, owned.layers, &policy.triple) {
            let message = format!("`env.{name}` leads pkg-config for {}, so crosskit does not", policy.triple);
            prepared.config.push(Finding::note_only(Code::ConfigUserKey, message).at(origin));
            pkg_config.clear();
        }
        shares |= !pkg_config.is_empty();
        for key in policy.keys().into_iter().chain(pkg_config) {
            let of_runner = key.path.last() == Some(&runner_variable);
            if key.path.first().is_some_and(|first| first == "env")
                && if of_runner { users_runner } else { users_linker }
            {
                continue;
            }
            let Some((origin, path)) = owned.set_elsewhere(&policy.triple, &key.path) else {
                wanted.push(key);
                continue;
            };
            let leaf = key.path.last().map(String::as_str).unwrap_or_default();
            let message =
                format!("`{}` applies to {}, so crosskit writes no `{leaf}` for it", path.join("."), policy.triple);
            prepared.config.push(Finding::note_only(Code::ConfigUserKey, message).at(origin));
        }
    }
    wanted.extend(shares.then(policy::pkg_config_shared_key));
    let root = owned.root;
    let alias = ["alias", "xtask"].map(str::to_owned);
    if root.is_marked(&alias)
        && let Some(package) = &input.workspace.xtask
    {
        let all: Vec<Policy> = input
            .catalogue
            .rows()
            .iter()
            .map(|row| Policy::of(row, input.settings))
            .filter(|it| policies.contains(&it) || has_marked_key(root, it))
            .collect();
        let manifest = root.value(&alias).and_then(toml::Value::as_str).and_then(policy::manifest_of_alias);
        let value = WantedValue::String(policy::alias(package, manifest, &all));
        wanted.push(WantedKey { path: alias.to_vec(), value });
    }
    wanted
}

/// A variable of `[env]` that whoever reads it splits in the middle of this workspace's path.
fn split_at_a_blank(input: &Input, key: &WantedKey) -> Option<Finding> {
    let root = input.configs.root.to_string_lossy();
    // The cc crate takes a value whole where it is a program.
    let is_runner = key.path.last().is_some_and(|name| name.ends_with("_RUNNER"));
    if policy::is_one_word(&root) || !is_runner || !matches!(key.value, WantedValue::EnvRelative(_)) {
        return None;
    }
    let message = format!("`{}` is split at a blank in the path of this workspace", key.path.join("."));
    Some(
        Finding::warning(Code::RunnerWithBlank, message)
            .note(format!("cargo puts `{root}` in front of it, and what reads it for the children of tests splits it"))
            .note(
                "it is written all the same, as the config is the same on every machine; `runner` itself is not split",
            )
            .hint("move the workspace to a path without blanks"),
    )
}

/// A key of the policy that the user wrote, and that therefore wins.
fn user_key(path: &str, key: &config::UserKey) -> Finding {
    let place = Origin::File { path: path.to_owned(), line: key.position.line, column: key.position.column };
    let name = key.path.join(".");
    match key.reason {
        config::UserKeyReason::OtherValue => {
            let finding =
                Finding::note_only(Code::ConfigUserKey, format!("`{name}` is yours, and wins over crosskit's policy"))
                    .at(place)
                    .note(format!("yours: {}", key.theirs))
                    .note(format!("crosskit's: {}", key.ours))
                    .hint("remove the key to get crosskit's value");
            let [_, triple @ .., leaf] = key.path.as_slice() else { return finding };
            if leaf != "runner" {
                return finding;
            }
            let variable = policy::runner_variable(&triple.join("."));
            finding.note(format!("nor does crosskit set `{variable}` in `[env]`, by which assert_cmd starts programs"))
        }
        config::UserKeyReason::InlineTable | config::UserKeyReason::NotATable => {
            let (leaf, table) =
                key.path.split_last().map_or(("", key.path.as_slice()), |(it, rest)| (it.as_str(), rest));
            Finding::error(Code::ConfigUserKey, format!("cannot add `{name}` beside `{}`", key.theirs))
                .at(place)
                .note(format!("it would be: {}", key.ours))
                .hint(format!("[{}] with `{} = {}` and what is there now", config::dotted(table), leaf, key.ours))
        }
    }
}
