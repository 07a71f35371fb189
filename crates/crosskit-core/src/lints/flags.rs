//! Flags that do not reach what they are meant for.

use crate::config::quoted;
use crate::finding::{Code, Finding};
use crate::linking::in_one_word;
use crate::resolve::{Class, Flag, KindView, Loser, Setting, Tool, dotted, variable_of};

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (row, view) in situation.targets {
        findings.extend(wiped(situation, view, Tool::Rustc, &view.rustflags));
        findings.extend(wiped(situation, view, Tool::Rustdoc, &view.rustdocflags));
        findings.extend(circle(situation, view));
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
    let lost: Vec<&Loser> = flags.losers.iter().filter(|it| !is_repeated(&it.shown, &winner.value)).collect();
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
        // A variable joins the table of its own name alone, and would take the place of the other one.
        let build = ["build", tool.key()];
        let of_build = [dotted(&build), variable_of(&build)];
        let adds = match lost.iter().all(|it| of_build.contains(&it.key)) {
            true => variable_of(&build),
            false => crate::resolve::triple_flags_variable(tool, &view.triple),
        };
        finding.hint(format!("unset {name}")).hint(format!("or, to add to the config's: {adds}='…'"))
    } else {
        finding.hint("repeat the lost flags where the others stand")
    })
}

/// A table that holds because of flags, and whose own flags make it hold no longer.
fn circle(situation: &Situation, view: &KindView) -> Option<Finding> {
    if !view.paradox {
        return None;
    }
    let finding = Finding::warning(
        Code::FlagsInACircle,
        format!("the rustflags of {} and the `cfg(…)` tables that set them depend on one another", view.triple),
    )
    .note("cargo asks rustc twice which tables hold, warns of a \"non-trivial mutual dependency\", and goes on")
    .note("it takes the flags of the first answer, and linker and runner by the second")
    .hint(format!("set the flags under [target.{}], or let the `cfg` not depend on them", view.triple));
    let of_table = view.rustflags.winner.iter().flat_map(|it| &it.value).find(|flag| flag.key.contains("cfg("));
    Some(match of_table {
        Some(flag) => finding.at(situation.config.origin(&flag.definition)),
        None => finding,
    })
}

/// Whether flags lost nothing: all of them stand among the others, in the same order.
fn is_repeated(lost: &str, winner: &[Flag]) -> bool {
    let words = |flags: &[&str]| in_one_word(flags).into_iter().map(|(_, word)| word);
    let winner: Vec<&str> = winner.iter().flat_map(|flag| flag.text.split_whitespace()).collect();
    let mut winner = words(&winner);
    words(&lost.split_whitespace().collect::<Vec<_>>()).all(|word| winner.any(|it| it == word))
}

/// Documentation tests get no flags of rustc.
fn documentation_tests(situation: &Situation, view: &KindView) -> Option<Finding> {
    let flags = view.rustflags.winner.as_ref()?;
    let has = view.rustdocflags.winner.as_ref().map(|it| it.value.as_slice()).unwrap_or_default();
    let matters = |text: &str| {
        ["link-arg", "link-args", "crt-static", "--sysroot", "linker="].iter().any(|word| text.contains(word))
            || ["-L", "--cfg"].iter().any(|option| text.starts_with(option))
    };
    let words = |flags: &[Flag]| in_one_word(&flags.iter().map(|flag| flag.text.as_str()).collect::<Vec<_>>());
    let has = words(has);
    let missing = words(&flags.value).into_iter();
    let missing: Vec<(usize, String)> =
        missing.filter(|(_, it)| matters(it) && has.iter().all(|(_, other)| other != it)).collect();
    let first = flags.value.get(missing.first()?.0)?;
    let texts: Vec<&str> = missing.iter().map(|(_, text)| text.as_str()).collect();
    let list: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    Some(
        Finding::note_only(
            Code::DoctestFlags,
            format!("documentation tests of {} are built without `{}`", view.triple, texts.join(" ")),
        )
        .at(situation.config.origin(&first.definition))
        .note("rustdoc gets `rustdocflags` alone, and runs them for other targets since cargo 1.89 (cargo #15462)")
        .hint(format!("add to [target.{}]: rustdocflags = [{}]", view.triple, list.join(", "))),
    )
}

/// `build.target` is in force for `cargo run --package xtask` as well.
fn build_target(situation: &Situation) -> Option<Finding> {
    let config = situation.config;
    let is_foreign = |name: &str| name != "host-tuple" && name != situation.host();
    // What `--config` says to this command was not said to the one that started the xtask.
    let mut targets = config.build_targets().ok()?.into_iter().filter(|it| it.definition.class() < Class::CommandLine);
    let foreign = targets.find(|it| is_foreign(&it.value))?;
    let alias = config.alias("xtask");
    let words = "run --quiet --target host-tuple --package xtask --";
    let variable = "CARGO_ALIAS_XTASK";
    // A variable wins over the files, where another one in them would do nothing.
    let hint = if config.environment.contains_key(variable) {
        format!("{variable}=\"{words}\", or unset it (cargo 1.91)")
    } else {
        format!("[alias] xtask = \"{words}\" (cargo 1.91)")
    };
    let mut of_cargo = alias.iter().take_while(|word| *word != "--");
    if of_cargo.any(|word| word == "--target" || word.starts_with("--target=")) {
        return None;
    }
    Some(
        Finding::warning(Code::BuildTargetAndXtask, "`build.target` cross-compiles the xtask, too")
            .at(config.origin(&foreign.definition))
            .note("`cargo xtask` is `cargo run`, and so builds the xtask for that target")
            .hint(hint),
    )
}
