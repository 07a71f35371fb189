//! Plans to take the policy out again.

use crate::config::{self, Change, WantedKey, WantedValue};
use crate::finding::{Code, Finding};
use crate::policy::{self, LAUNCHER_PATH, PKG_CONFIG_LIBDIR, Policy, target_path};
use crate::resolve;

use super::marked::{has_marked_key, is_ever_written, scripts_without_a_key, starts_by_launcher, variables};
use super::refused::stop_if_refused;
use super::{Before, FileEdit, Input, Prepared, Row, pkg_config};

const ALIAS: [&str; 2] = ["alias", "xtask"];

/// Takes the keys of some targets out of the root config, or of all targets if none is named. What else was added goes
/// with the last of them: the launcher, and a file that sync itself made.
///
/// The alias stays, since `cargo xtask` starts by it; it only loses what it had for these targets.
pub(super) fn remove(input: &Input, rows: &[Row], prepared: &mut Prepared) {
    let configs = &input.configs;
    let path = configs.root_config();
    let Some(before) = configs.files.text(&configs.root.join(path)) else { return };
    let fits = |key: &[String]| {
        let of_row = |row: &Row| {
            let mut table = target_path(&row.triple, "");
            table.pop();
            key.starts_with(&table) || variables(&row.triple).any(|name| key == ["env".to_owned(), name])
        };
        is_ever_written(key) && (rows.is_empty() || rows.iter().any(of_row))
    };
    let shared_goes = pkg_config::shared_key_is_orphan(before, fits);
    let fits = |key: &[String]| fits(key) || shared_goes && key == PKG_CONFIG_LIBDIR;
    let cannot = |error: &config::SyncError| match error {
        config::SyncError::Parse(error) => resolve::invalid(path, error),
        other => Finding::error(Code::ConfigInvalid, format!("`{path}` cannot be edited: {other}")),
    };
    let mut outcome = match config::remove_where(before, fits) {
        Ok(outcome) => outcome,
        Err(error) => {
            prepared.config.push(cannot(&error));
            return;
        }
    };
    let mut changes: Vec<String> = outcome.changes.iter().map(Change::to_string).collect();
    let Ok(after) = config::parse(&outcome.text) else { return };
    if after.is_marked(&ALIAS)
        && let Some(package) = &input.workspace.xtask
    {
        let rest = input.catalogue.rows().iter().map(|row| Policy::of(row, input.settings));
        let rest: Vec<Policy> = rest.filter(|policy| has_marked_key(&after, policy)).collect();
        let manifest = after.value(&ALIAS).and_then(toml::Value::as_str).and_then(policy::manifest_of_alias);
        let value = WantedValue::String(policy::alias(package, manifest, &rest));
        let alias = WantedKey { path: ALIAS.map(str::to_owned).to_vec(), value };
        match config::sync(&outcome.text, &[alias]) {
            Ok(with_alias) => {
                changes.extend(with_alias.changes.iter().map(Change::to_string));
                outcome.text = with_alias.text;
            }
            Err(error) => {
                prepared.config.push(cannot(&error));
                return;
            }
        }
    }
    if !starts_by_launcher(&after, &configs.layers(configs.root), path) && input.launcher().is_some() {
        prepared.plan.removals.push(LAUNCHER_PATH.to_owned());
    }
    let scripts = scripts_without_a_key(input.own_files, &after, &configs.layers(configs.root), path);
    prepared.plan.removals.extend(scripts);
    if config::is_only_ours(&outcome.text) {
        prepared.plan.removals.push(path.to_owned());
        return;
    }
    if outcome.text != before {
        let edit = FileEdit {
            path: path.to_owned(),
            before: Before::Text(before.to_owned()),
            text: outcome.text.clone(),
            executable: false,
            changes,
        };
        prepared.plan.edits.push(edit);
        stop_if_refused(input, outcome.text, prepared);
    }
}
