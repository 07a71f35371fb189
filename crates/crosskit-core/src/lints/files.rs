//! Which files are read, and keys at their top that have no effect.

use crate::finding::{Code, Finding, Origin};
use crate::resolve::{Value, value_at};

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let layers = situation.config.layers;
    for (path, hides) in &layers.old_names {
        let start = Origin::File { path: path.clone(), line: 1, column: 1 };
        let finding = if *hides {
            Finding::warning(Code::OldConfigName, format!("`{path}` hides the `config.toml` beside it"))
                .note("cargo reads the old name where both exist, and nothing of the other file")
        } else {
            Finding::warning(Code::OldConfigName, format!("`{path}` has the old name of `config.toml`"))
        };
        findings.push(finding.at(start).hint(format!("mv {path} {path}.toml")));
    }
    for path in situation.inner_files {
        findings.push(
            Finding::warning(Code::ConfigNotRead, format!("`{path}` is not read at the workspace root"))
                .at(Origin::File { path: path.clone(), line: 1, column: 1 })
                .note("cargo looks for config files from the directory in which it is started, and upwards")
                .hint("move what it says into the root's `.cargo/config.toml`"),
        );
    }
    // Cargo's nightly releases read these, and only with flags that are not looked at here.
    for key in ["unstable", "host", "target-applies-to-host"] {
        if let Some(value) = value_at(&layers.merged, &[key]) {
            findings.push(
                Finding::warning(Code::UnstableKey, format!("`{key}` has no effect on stable, without a word"))
                    .at(situation.config.origin(first_place(value)))
                    .note("only a nightly cargo with the right `-Z` flags reads it")
                    .hint("take it out, or use a nightly toolchain on purpose"),
            );
        }
    }
    findings
}

/// Where a value is first written: a table that no header names begins at its first key.
pub(super) fn first_place(value: &Value) -> &crate::resolve::Definition {
    match value {
        Value::Table(table, _) => table.values().map(first_place).next().unwrap_or(value.definition()),
        _ => value.definition(),
    }
}
