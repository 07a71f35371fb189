//! `[target.…]` tables that do not do what they seem to.

use crate::cfgs::{Cfgs, Expression};
use crate::finding::{Code, Finding};
use crate::resolve::{Value, dotted, value_at};
use crate::triple;

use super::Situation;
use super::files::first_place;

/// What Cargo knows in a `cfg(…)` table. `rustdocflags` came with 1.96.
const CFG_KEYS: &[&str] = &["linker", "runner", "rustflags"];

/// Every name that rustc may print.
///
/// Source: rustc book, "Checking conditional configurations", and Rust reference, "Conditional compilation".
const KNOWN: &[&str] = &[
    "clippy",
    "contract_checks",
    "debug_assertions",
    "emscripten_wasm_eh",
    "fmt_debug",
    "miri",
    "overflow_checks",
    "panic",
    "relocation_model",
    "rustfmt",
    "sanitize",
    "sanitizer_cfi_generalize_pointers",
    "sanitizer_cfi_normalize_integers",
    "target_abi",
    "target_arch",
    "target_endian",
    "target_env",
    "target_family",
    "target_feature",
    "target_has_atomic",
    "target_has_atomic_equal_alignment",
    "target_has_atomic_load_store",
    "target_has_atomic_primitive_alignment",
    "target_has_reliable_f128",
    "target_has_reliable_f128_math",
    "target_has_reliable_f16",
    "target_has_reliable_f16_math",
    "target_object_format",
    "target_os",
    "target_pointer_width",
    "target_thread_local",
    "target_vendor",
    "ub_checks",
    "unix",
    "windows",
];

/// Names that rustc does not print, so that Cargo never sees them set unless a `--cfg` among the flags sets them.
const NEVER: &[&str] = &["feature", "test", "doctest", "doc", "proc_macro"];

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(Value::Table(tables, _)) = value_at(&situation.config.layers.merged, &["target"]) else {
        return findings;
    };
    for (name, table) in tables {
        if name.starts_with("cfg(") {
            cfg_table(situation, name, table, &mut findings);
        } else if name.contains('.') {
            let header = format!("[target.{name}]");
            findings.push(
                Finding::warning(Code::QuotedTriple, format!("`[target.\"{name}\"]` is ignored"))
                    .at(situation.config.origin(first_place(table)))
                    .note("cargo splits a triple at its dots, and so never looks for a quoted one (cargo #15901)")
                    .hint(format!("write the header without quotes: {header}")),
            );
        }
    }
    random_runners(situation, &mut findings);
    findings
}

fn cfg_table(situation: &Situation, name: &str, table: &Value, findings: &mut Vec<Finding>) {
    let config = situation.config;
    let place = config.origin(first_place(table));
    let quoted = format!("`[target.'{name}']`");
    match Expression::parse(name) {
        Err(error) => findings.push(
            Finding::warning(Code::DeadCfg, format!("{quoted} never holds, as it is no valid `cfg`"))
                .at(place.clone())
                .note(format!("{error}"))
                .note("cargo ignores the whole table without a word"),
        ),
        Ok(expression) => {
            for predicate in expression.predicates() {
                let word = predicate.name;
                // Flags decide: `--cfg=feature="fast"` sets what rustc does not, and `-Copt-level=3` takes
                // `debug_assertions` away.
                let in_views = || situation.views().filter_map(|view| view.cfgs.as_ref());
                let is_set = |cfgs: &Cfgs| cfgs.contains(word, predicate.value);
                if NEVER.contains(&word) && !in_views().any(is_set) {
                    let always = if predicate.negated { "always" } else { "never" };
                    findings.push(
                        Finding::warning(Code::DeadCfg, format!("`{word}` in {quoted} {always} holds"))
                            .at(place.clone())
                            .note("cargo knows only what `rustc --print cfg` tells, and that does not name it")
                            .hint("take it out of the expression"),
                    );
                } else if !KNOWN.contains(&word) && !in_views().any(is_set) {
                    let always = if predicate.negated { "always" } else { "never" };
                    let finding = Finding::warning(Code::DeadCfg, format!("`{word}` in {quoted} {always} holds"))
                        .at(place.clone())
                        .note("no target of rustc has a cfg of this name, and no `--cfg` among the flags sets it");
                    findings.push(match triple::nearest(word, KNOWN.iter().copied(), 1).first() {
                        Some(near) => finding.hint(format!("a cfg with a similar name exists: `{near}`")),
                        None => finding.hint("take it out of the expression"),
                    });
                } else if word == "debug_assertions" && in_views().all(is_set) {
                    findings.push(
                        Finding::warning(Code::DeadCfg, format!("`debug_assertions` in {quoted} always counts as set"))
                            .at(place.clone())
                            .note("cargo asks rustc without the profile, so it is set with `--release` as well")
                            .hint("use `[profile]` for what depends on the profile"),
                    );
                }
            }
        }
    }
    let known = |key: &str| CFG_KEYS.contains(&key) || (key == "rustdocflags" && config.cargo_minor >= 96);
    for (key, value) in table.as_table().into_iter().flatten().filter(|(key, _)| !known(key)) {
        let path = ["target", name, key];
        findings.push(
            Finding::warning(Code::ConfigUnknownKey, format!("`{}` has no effect", dotted(&path)))
                .at(config.origin(value.definition()))
                .note("cargo warns about it and goes on")
                .hint(if key == "rustdocflags" {
                    "cargo 1.96 is the first that reads it there; set it under the triple".to_owned()
                } else {
                    format!("known in `cfg` tables: {}", CFG_KEYS.join(", "))
                }),
        );
    }
}

fn random_runners(situation: &Situation, findings: &mut Vec<Finding>) {
    let layers = situation.config.layers;
    for path in &layers.random {
        let mut places = layers.at(path).into_iter().map(|(_, value)| situation.config.origin(value.definition()));
        let Some(nearest) = places.next() else { continue };
        let mut finding =
            Finding::warning(Code::RandomRunner, format!("`{}` is an array in several files", dotted(path)))
                .at(nearest);
        for place in places {
            finding = finding.note(format!("also at {place}"));
        }
        findings.push(
            finding
                .note("cargo 1.86 and later joins them in one run and takes the nearest in the next")
                .hint("write each as a string: runner = \"program argument\""),
        );
    }
}
