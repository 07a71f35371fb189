//! Flags that do not reach what they are meant for.

use crate::finding::{Code, Finding};
use crate::resolve::{Class, Flag, KindView, Loser, Setting, Tool, value_at};

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (row, view) in situation.targets {
        findings.extend(wiped(situation, view, Tool::Rustc, &view.rustflags));
        findings.extend(wiped(situation, view, Tool::Rustdoc, &view.rustdocflags));
        if row.std {
            findings.extend(documentation_tests(situation, view));
        }
    }
    findings.extend(build_target(situation));
    findings
}

/// Only one source of flags counts.
fn wiped(situation: &Situation, view: &KindView, tool: Tool, flags: &Setting<Vec<Flag>>) -> Option<Finding> {
    let winner = flags.winner.as_ref()?;
    let lost: Vec<&Loser> = flags.losers.iter().filter(|it| !it.shown.is_empty()).collect();
    if lost.is_empty() {
        return None;
    }
    let by_variable = winner.definition.class() == Class::Environment
        && [tool.variable(), tool.encoded_variable()].contains(&winner.key.as_str());
    let message = match (by_variable, winner.value.is_empty()) {
        (true, true) => format!("{} is set to nothing, and wipes the {} of the config", winner.key, tool.key()),
        (true, false) => format!("{} takes the place of the {} of the config", winner.key, tool.key()),
        (false, _) => format!("the {} of {} take the place of other ones", tool.key(), view.triple),
    };
    let finding = Finding::warning(Code::FlagsWiped, message).at(situation.config.origin(&winner.definition));
    let finding = lost.iter().fold(finding, |finding, it| {
        finding.note(format!("lost: `{}` of `{}` at {}", it.shown, it.key, situation.config.origin(&it.definition)))
    });
    let finding = finding.note("only one source of flags counts (cargo #5376)");
    Some(if by_variable {
        let name = &winner.key;
        let adds = crate::resolve::triple_flags_variable(tool, &view.triple);
        finding.hint(format!("unset {name}")).hint(format!("or, to add to the config's: {adds}='…'"))
    } else {
        finding.hint("repeat the lost flags where the others stand")
    })
}

/// Documentation tests get no flags of rustc.
fn documentation_tests(situation: &Situation, view: &KindView) -> Option<Finding> {
    let flags = view.rustflags.winner.as_ref()?;
    let has = view.rustdocflags.winner.as_ref().map(|it| it.value.as_slice()).unwrap_or_default();
    let matters = |text: &str| {
        ["link-arg", "link-args", "crt-static", "--sysroot", "linker="].iter().any(|word| text.contains(word))
            || text.starts_with("-L")
    };
    let missing: Vec<&Flag> =
        flags.value.iter().filter(|it| matters(&it.text) && has.iter().all(|other| other.text != it.text)).collect();
    let first = missing.first()?;
    let texts: Vec<&str> = missing.iter().map(|flag| flag.text.as_str()).collect();
    Some(
        Finding::note_only(
            Code::DoctestFlags,
            format!("documentation tests of {} are linked without `{}`", view.triple, texts.join(" ")),
        )
        .at(situation.config.origin(&first.definition))
        .note("rustdoc gets `rustdocflags` alone, and runs them for other targets since cargo 1.89 (cargo #15462)")
        .hint(format!("[target.{}] rustdocflags = the same as rustflags", view.triple)),
    )
}

/// `build.target` is in force for `cargo run --package xtask` as well.
fn build_target(situation: &Situation) -> Option<Finding> {
    let config = situation.config;
    let at = match config.environment.get("CARGO_BUILD_TARGET") {
        Some(_) => crate::finding::Origin::Variable("CARGO_BUILD_TARGET".to_owned()),
        None => config.origin(value_at(&config.layers.merged, &["build", "target"])?.definition()),
    };
    let alias = value_at(&config.layers.merged, &["alias", "xtask"]);
    let words = match alias {
        Some(value) => value.as_str().map(str::to_owned).unwrap_or_else(|| value.shown()),
        None => String::new(),
    };
    if words.contains("--target") {
        return None;
    }
    Some(
        Finding::warning(Code::BuildTargetAndXtask, "`build.target` cross-compiles the xtask, too")
            .at(at)
            .note("`cargo xtask` is `cargo run`, and so builds the xtask for that target")
            .hint("xtask = \"run --quiet --target host-tuple --package xtask --\" under [alias] (cargo 1.91)"),
    )
}
