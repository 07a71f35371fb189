//! `[env]` and the shell: what has no effect, what reaches too far, and what a colleague does not have.

use crate::finding::{Code, Finding, Origin};
use crate::resolve::{Class, Definition, KindView, Setting, Value, value_at};

use super::Situation;

/// Variables of helper crates that mean another thing for every target.
const TOOLS: &[&str] = &[
    "AR",
    "ARFLAGS",
    "BINDGEN_EXTRA_CLANG_ARGS",
    "CC",
    "CFLAGS",
    "CMAKE_TOOLCHAIN_FILE",
    "CROSS_COMPILE",
    "CXX",
    "CXXFLAGS",
    "PKG_CONFIG",
    "PKG_CONFIG_ALLOW_CROSS",
    "PKG_CONFIG_LIBDIR",
    "PKG_CONFIG_PATH",
    "PKG_CONFIG_SYSROOT_DIR",
    "RANLIB",
];

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let table = value_at(&situation.config.layers.merged, &["env"]).and_then(Value::as_table);
    for (name, value) in table.into_iter().flatten() {
        let place = situation.config.origin(value.definition());
        findings.extend(own_name(situation, name, &place));
        if TOOLS.contains(&name.as_str()) {
            let target = situation.targets.first().map_or("TARGET", |(_, view)| view.triple.as_str());
            let finding = Finding::warning(
                Code::EnvReachesHost,
                format!("`{name}` in `[env]` reaches build scripts of every kind"),
            );
            let finding = finding.at(place);
            let target = crate::triple::env_lower(target);
            findings.push(if name == "CROSS_COMPILE" {
                finding
                    .note("the cc crate takes it for every target but this computer, and reads no form with a target in its name")
                    .hint(format!("name the compiler of the target: CC_{target} = \"{}-gcc\"", prefix(value)))
            } else {
                finding
                    .note("what is compiled for this computer gets it as well, and so does every other target")
                    .hint(format!("name the target: {name}_{target} = …"))
            });
        }
    }
    for (_, view) in situation.targets {
        findings.extend(leaked_linker(situation, view));
        findings.extend(only_here(situation, view));
    }
    findings
}

/// What stands before the names of tools, whose dash the cc crate adds.
fn prefix(value: &Value) -> &str {
    let text = value.as_table().map_or(Some(value), |table| table.get("value")).and_then(Value::as_str);
    text.map_or("…", |text| text.trim_end_matches('-'))
}

/// Whether a variable is a setting of cargo's own, which it reads before it sets `[env]`.
pub fn is_read_by_cargo(name: &str) -> bool {
    ["RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC", "RUSTC_WRAPPER"].contains(&name)
        || ["CARGO_BUILD_", "CARGO_TARGET_", "CARGO_PROFILE_", "CARGO_NET_"].iter().any(|it| name.starts_with(it))
}

/// Cargo's own settings do not come from `[env]`.
fn own_name(situation: &Situation, name: &str, place: &Origin) -> Option<Finding> {
    if !is_read_by_cargo(name) {
        return None;
    }
    // The policy itself sets the runner there, for the children of tests (assert_cmd #193), and in the config as well.
    let runner = name.strip_prefix("CARGO_TARGET_").is_some_and(|rest| rest.ends_with("_RUNNER"));
    let as_configured = runner
        && situation
            .targets
            .iter()
            .any(|(_, view)| crate::policy::runner_variable(&view.triple) == name && view.runner.winner.is_some());
    let another_target =
        runner && situation.targets.iter().all(|(_, view)| crate::policy::runner_variable(&view.triple) != name);
    if as_configured || another_target {
        return None;
    }
    Some(
        Finding::warning(Code::EnvTableName, format!("`{name}` in `[env]` has no effect on this cargo"))
            .at(place.clone())
            .note(
                "cargo reads its own settings before it sets `[env]`, which only reaches what it starts (cargo #16977)",
            )
            .hint(format!("write the key itself: {}", own_key(name))),
    )
}

/// The key of Cargo's configuration for which a variable stands.
fn own_key(name: &str) -> String {
    let key = |rest: &str| rest.to_ascii_lowercase().replace('_', "-");
    let of_build = match name {
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" => Some("rustflags".to_owned()),
        "RUSTDOCFLAGS" | "RUSTC" | "RUSTC_WRAPPER" => Some(key(name)),
        _ => name.strip_prefix("CARGO_BUILD_").map(key),
    };
    let of_target = || {
        let (_, leaf) = name.strip_prefix("CARGO_TARGET_")?.rsplit_once('_')?;
        Some(format!("`{}` under [target.…]", key(leaf)))
    };
    match of_build {
        Some(key) => format!("`{key}` under [build]"),
        None if name == "CARGO_TARGET_DIR" => "`target-dir` under [build]".to_owned(),
        None => of_target().unwrap_or_else(|| {
            let table = if name.starts_with("CARGO_NET_") { "[net]" } else { "[profile.…]" };
            format!("under {table}")
        }),
    }
}

/// A build script gets a `RUSTC_LINKER` of the shell or of `[env]` where no linker is configured.
fn leaked_linker(situation: &Situation, view: &KindView) -> Option<Finding> {
    let variable = situation.config.script_variable("RUSTC_LINKER", situation.env)?;
    let (place, hint) = match variable.origin {
        Origin::Variable(_) => ("the shell", "unset RUSTC_LINKER"),
        _ => ("`[env]`", "take it out of `[env]`"),
    };
    if view.linker.winner.is_some() {
        return None;
    }
    Some(
        Finding::warning(
            Code::RustcLinkerLeak,
            format!("RUSTC_LINKER=`{}` of {place} reaches build scripts for {}", variable.value, view.triple),
        )
        .at(variable.origin)
        .note("cargo sets it where a linker is configured, and otherwise lets it through; the cc crate goes by it")
        .hint(hint),
    )
}

/// Values from above the workspace or from `$CARGO_HOME`. What the shell sets is told where it takes a place.
fn only_here(situation: &Situation, view: &KindView) -> Vec<Finding> {
    let config = situation.config;
    let mut findings = Vec::new();
    let mut check = |what: String, definition: &Definition| {
        let outside = config.layers.layer(definition).is_some_and(|it| it.outside && it.class == Class::File);
        if outside {
            findings.push(
                Finding::warning(Code::OnlyHere, format!("the {what} comes from outside the workspace"))
                    .at(config.origin(definition))
                    .note("a colleague with the same workspace does not have it")
                    .hint("move it into the workspace's `.cargo/config.toml`, or take it away"),
            );
        }
    };
    check_winner(&view.linker, &mut |at| check(format!("linker of {}", view.triple), at));
    check_winner(&view.runner, &mut |at| check(format!("runner of {}", view.triple), at));
    for (tool, flags) in [("rustflags", &view.rustflags), ("rustdocflags", &view.rustdocflags)] {
        for flag in flags.winner.iter().flat_map(|it| &it.value) {
            check(format!("`{}` in the {tool} of {}", flag.text, view.triple), &flag.definition);
        }
    }
    let table = value_at(&config.layers.merged, &["env"]).and_then(Value::as_table);
    for (name, value) in table.into_iter().flatten() {
        check(format!("variable `{name}` of `[env]`"), value.definition());
    }
    findings
}

fn check_winner<T>(setting: &Setting<T>, check: &mut dyn FnMut(&Definition)) {
    setting.winner.iter().for_each(|winner| check(&winner.definition));
}
