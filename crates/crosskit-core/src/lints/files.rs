//! Which files are read, and keys at their top that have no effect.

use crate::finding::{Code, Finding, Origin};
use crate::resolve::{Value, value_at, variable_of};

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let layers = situation.config.layers;
    for (path, hides) in &layers.old_names {
        let start = Origin::File { path: path.clone(), line: 1, column: 1 };
        let finding = if *hides {
            Finding::warning(Code::OldConfigName, format!("`{path}` hides the `config.toml` beside it"))
                .note("cargo reads the old name where both exist, and nothing of the other file")
                .hint(format!("copy what is still wanted of `{path}` into `{path}.toml`, then: rm {path}"))
        } else {
            Finding::warning(Code::OldConfigName, format!("`{path}` has the old name of `config.toml`"))
                .hint(format!("mv {path} {path}.toml"))
        };
        findings.push(finding.at(start));
    }
    for path in situation.inner_files {
        findings.push(
            Finding::warning(Code::ConfigNotRead, format!("`{path}` is not read at the workspace root"))
                .at(Origin::File { path: path.clone(), line: 1, column: 1 })
                .note("cargo looks for config files from the directory in which it is started, and upwards")
                .hint("move what it says into the root's `.cargo/config.toml`"),
        );
    }
    for key in ["unstable", "host", "target-applies-to-host"] {
        if let Some(value) = value_at(&layers.merged, &[key]) {
            let told = unstable_key(situation, key);
            findings.push(told.at(situation.config.origin(first_place(value))));
        }
    }
    findings
}

/// A key that only nightly releases of Cargo read, and two of the three only with a flag.
fn unstable_key(situation: &Situation, key: &str) -> Finding {
    if !situation.machine.takes_unstable() {
        return Finding::warning(Code::UnstableKey, format!("`{key}` has no effect on stable, without a word"))
            .note("only a nightly cargo with the right `-Z` flags reads it")
            .hint("take it out, or use a nightly toolchain on purpose");
    }
    let flag = match key {
        "host" => Some("host-config"),
        "target-applies-to-host" => Some(key),
        _ => None,
    };
    match flag.filter(|flag| !is_switched_on(situation, flag)) {
        Some(flag) => Finding::warning(Code::UnstableKey, format!("`{key}` has no effect without `-Z {flag}`"))
            .note(format!("neither `unstable.{flag}` nor {} switches it on", variable_of(&["unstable", flag])))
            .hint("take it out, or switch it on on purpose"),
        None => {
            Finding::warning(Code::UnstableKey, format!("`{key}` is in force on nightly, and is not looked at here"))
                .note("what is told about linkers, flags and build scripts may be untrue with it")
                .hint("a stable cargo builds without it, and without a word")
        }
    }
}

/// Whether the config or a variable holds a `-Z` flag.
fn is_switched_on(situation: &Situation, flag: &str) -> bool {
    let path = ["unstable", flag];
    match situation.config.environment.get(&variable_of(&path)) {
        Some(text) => text == "true",
        None => matches!(value_at(&situation.config.layers.merged, &path), Some(Value::Boolean(true, _))),
    }
}

/// Where a value is first written: a table that no header names begins at its first key.
pub(super) fn first_place(value: &Value) -> &crate::resolve::Definition {
    match value {
        Value::Table(table, _) => table.values().map(first_place).next().unwrap_or(value.definition()),
        _ => value.definition(),
    }
}
