//! Which of Cargo's rules a situation has to do with, as the numbers of facts are told in the tests' table.
//!
//! A rule counts where the situation has what the rule decides about, and Cargo got so far as to decide it.

use std::collections::BTreeSet;

use crosskit_core::resolve::{Class, Layers, Value};

use crate::run::Case;
use crate::situation::Situation;
use crate::trouble;

/// Every rule that must be hit.
pub const ALL: &[&str] = &[
    "1.1 a config above the directory",
    "1.1 a config in CARGO_HOME",
    "1.2 the old name `config`",
    "1.3 an array in two files",
    "1.3 a scalar in two files",
    "1.3 program arrays merged at random",
    "1.4 a mismatch between files",
    "1.5 a variable of a triple's key",
    "1.5 CARGO_BUILD_RUSTFLAGS beside a file",
    "1.6 a program with a separator",
    "1.6 --config with a file",
    "1.6 --config with a key",
    "1.7 a runner as an array",
    "1.7 an empty runner",
    "1.8 include",
    "1.8 a fault of include",
    "2.1 an unknown key in a table",
    "2.2 two tables hold",
    "2.3 a triple beside a cfg table",
    "2.4 cfgs by flags",
    "2.4 a malformed cfg",
    "2.5 a triple with a dot",
    "3.1 RUSTFLAGS",
    "3.1 RUSTFLAGS is empty",
    "3.1 encoded flags",
    "3.2 no target, so flags reach everything",
    "3.2 a target, so flags do not reach the host kind",
    "3.3 a linker of the host kind beside a target",
    "3.4 rustdocflags",
    "4.1 build.target",
    "4.1 CARGO_BUILD_TARGET",
    "4.2 host-tuple",
    "5.1 env as a table",
    "5.3 env is shadowed",
    "5.3 env is forced",
    "5.4 env with a refused name",
    "5.4 CARGO_ENV_ beside env",
    "6.1 a runner of the target",
    "6.5 a runner of proc-macro tests",
];

/// The rules that a case hits.
pub fn hit(case: &Case, layers: &Layers) -> BTreeSet<&'static str> {
    let situation = &case.situation;
    let mut hit = BTreeSet::new();
    let trouble = case.seen.trouble.as_ref().map(|it| it.kind).unwrap_or_default();
    let text: String = situation.files.values().map(String::as_str).collect();
    let variable = |name: &str| situation.environment.get(name);
    let any_variable = |start: &str, end: &str| {
        situation.environment.keys().any(|name| name.starts_with(start) && name.ends_with(end))
    };
    let mut add = |holds: bool, rule: &'static str| {
        assert!(ALL.contains(&rule), "{rule} stands in no table");
        if holds {
            hit.insert(rule);
        }
    };
    add(trouble == trouble::MISMATCH, "1.4 a mismatch between files");
    add(trouble == trouble::EMPTY_RUNNER, "1.7 an empty runner");
    add(trouble == trouble::SEVERAL, "2.2 two tables hold");
    add(trouble == trouble::REFUSED, "5.4 env with a refused name");
    add(trouble.starts_with("include"), "1.8 a fault of include");
    add(trouble == trouble::WRONG_TYPE && text.contains("linkr"), "2.1 an unknown key in a table");
    add(!layers.random.is_empty(), "1.3 program arrays merged at random");
    if !trouble.is_empty() {
        return hit;
    }
    let files: Vec<_> = layers.all.iter().filter(|layer| layer.class == Class::File).collect();
    let in_home = |file: &std::path::Path| file.starts_with(&case.place.cargo_home);
    let paths: Vec<&std::path::Path> = files.iter().filter_map(|layer| layer.file.as_deref()).collect();
    let own = case.place.directory.join(".cargo");
    add(paths.iter().any(|file| !file.starts_with(&own) && !in_home(file)), "1.1 a config above the directory");
    add(paths.iter().any(|file| in_home(file)), "1.1 a config in CARGO_HOME");
    add(!layers.old_names.is_empty(), "1.2 the old name `config`");
    add(twice(layers, &|value| value.as_list().is_some()), "1.3 an array in two files");
    add(twice(layers, &|value| value.as_str().is_some()), "1.3 a scalar in two files");
    add(
        any_variable("CARGO_TARGET_", "_LINKER") || any_variable("CARGO_TARGET_", "_RUNNER"),
        "1.5 a variable of a triple's key",
    );
    let build = |key: &str| !layers.at(&["build", key]).is_empty();
    add(variable("CARGO_BUILD_RUSTFLAGS").is_some() && build("rustflags"), "1.5 CARGO_BUILD_RUSTFLAGS beside a file");
    let programs: Vec<&Value> = targets(layers, &["linker", "runner"]).into_iter().map(|(_, _, value)| value).collect();
    add(programs.iter().any(|value| value.shown().contains('/')), "1.6 a program with a separator");
    add(programs.iter().any(|value| value.as_list().is_some()), "1.7 a runner as an array");
    let by_line = |file: bool| layers.all.iter().any(|it| it.class == Class::CommandLine && it.file.is_some() == file);
    add(by_line(true), "1.6 --config with a file");
    add(by_line(false), "1.6 --config with a key");
    add(layers.all.iter().any(|layer| layer.included), "1.8 include");
    let tables: BTreeSet<&str> = targets(layers, &[]).into_iter().map(|(name, _, _)| name).collect();
    let cfgs = |name: &&&str| name.starts_with("cfg(");
    let triples = tables.iter().any(|name| !name.starts_with("cfg("));
    add(triples && tables.iter().any(|name| cfgs(&name)), "2.3 a triple beside a cfg table");
    add(text.contains("--cfg=chosen") && text.contains("cfg(chosen)"), "2.4 cfgs by flags");
    add(tables.iter().any(|name| name.starts_with("cfg(") && !name.ends_with(')')), "2.4 a malformed cfg");
    add(tables.iter().any(|name| name.starts_with("thumbv8m")), "2.5 a triple with a dot");
    add(variable("RUSTFLAGS").is_some_and(|value| !value.is_empty()), "3.1 RUSTFLAGS");
    add(variable("RUSTFLAGS").is_some_and(|value| value.is_empty()), "3.1 RUSTFLAGS is empty");
    add(any_variable("CARGO_ENCODED_", "FLAGS"), "3.1 encoded flags");
    let target = !situation.targets.is_empty() || build("target") || variable("CARGO_BUILD_TARGET").is_some();
    let flags = text.contains("rustflags") || variable("RUSTFLAGS").is_some();
    add(!target && flags, "3.2 no target, so flags reach everything");
    add(target && flags, "3.2 a target, so flags do not reach the host kind");
    let hosts = targets(layers, &["linker"]).iter().any(|(name, _, _)| name.starts_with("x86_64-unknown-linux"));
    add(target && hosts, "3.3 a linker of the host kind beside a target");
    add(text.contains("rustdocflags") || variable("RUSTDOCFLAGS").is_some(), "3.4 rustdocflags");
    add(situation.targets.is_empty() && build("target"), "4.1 build.target");
    add(situation.targets.is_empty() && variable("CARGO_BUILD_TARGET").is_some(), "4.1 CARGO_BUILD_TARGET");
    let tuple = "host-tuple".to_owned();
    add(
        situation.targets.contains(&tuple)
            || text.contains("host-tuple")
            || situation.environment.values().any(|it| *it == tuple),
        "4.2 host-tuple",
    );
    let env = layers.merged.get("env").and_then(Value::as_table);
    let entries = || env.into_iter().flatten();
    add(entries().any(|(_, value)| value.as_table().is_some()), "5.1 env as a table");
    let forced = |value: &Value| value.shown().contains("force = true");
    add(entries().any(|(name, value)| variable(name).is_some() && !forced(value)), "5.3 env is shadowed");
    add(entries().any(|(name, value)| variable(name).is_some() && forced(value)), "5.3 env is forced");
    add(entries().any(|(name, _)| variable(&format!("CARGO_ENV_{name}")).is_some()), "5.4 CARGO_ENV_ beside env");
    let runners = !targets(layers, &["runner"]).is_empty() || any_variable("CARGO_TARGET_", "_RUNNER");
    add(target && runners, "6.1 a runner of the target");
    let host_runner = targets(layers, &["runner"]).iter().any(|(name, _, _)| name.starts_with("x86_64-unknown-linux"));
    add(
        host_runner || variable("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER").is_some(),
        "6.5 a runner of proc-macro tests",
    );
    hit
}

/// Whether any key is set in two files, or in a file and a variable, or on the command line as well.
pub fn has_key_in_two_sources(situation: &Situation, layers: &Layers) -> bool {
    let sources = layers.all.len();
    sources >= 2 && twice(layers, &|value| value.as_table().is_none())
        || layers.all.iter().any(|layer| {
            leaves(&layer.values).iter().any(|(path, _)| {
                let name = crosskit_core::resolve::variable_of(path);
                let of_env = path.first().is_some_and(|first| first == "env");
                let plain = of_env.then(|| path.get(1)).flatten();
                situation.environment.contains_key(&name)
                    || plain.is_some_and(|plain| situation.environment.contains_key(plain))
                    || path.last().is_some_and(|key| situation.environment.contains_key(&key.to_uppercase()))
            })
        })
}

fn twice(layers: &Layers, is_it: &dyn Fn(&Value) -> bool) -> bool {
    let mut seen = BTreeSet::new();
    layers.all.iter().any(|layer| {
        leaves(&layer.values).into_iter().filter(|(_, value)| is_it(value)).any(|(path, _)| !seen.insert(path))
    })
}

/// Every value that is no table, with its path.
fn leaves(table: &std::collections::BTreeMap<String, Value>) -> Vec<(Vec<String>, &Value)> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value.as_table() {
            Some(inner) => found.extend(
                leaves(inner)
                    .into_iter()
                    .map(|(path, value)| (std::iter::once(key.clone()).chain(path).collect(), value)),
            ),
            None => found.push((vec![key.clone()], value)),
        }
    }
    found
}

/// What the tables below `[target]` say in all layers: table, key and value. Without names of keys, everything.
fn targets<'a>(layers: &'a Layers, keys: &[&str]) -> Vec<(&'a str, &'a str, &'a Value)> {
    let mut found = Vec::new();
    for layer in &layers.all {
        for (name, table) in layer.values.get("target").and_then(Value::as_table).into_iter().flatten() {
            for (key, value) in table.as_table().into_iter().flatten() {
                if keys.is_empty() || keys.contains(&key.as_str()) {
                    found.push((name.as_str(), key.as_str(), value));
                }
            }
        }
    }
    found
}
