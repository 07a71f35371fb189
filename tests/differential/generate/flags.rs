//! Flags of rustc and rustdoc.

use crate::document::{Literal, list, text};

use super::draft::{Draft, path, target_path};
use super::programs::cfg;

/// Flags that change the cfgs by which tables are chosen.
const TELLING: [&str; 7] = [
    "--cfg=chosen",
    "--cfg=chosen",
    "-Ctarget-feature=+sse3",
    "-Ctarget-feature=+sve",
    "-Cpanic=abort",
    "-Cdebug-assertions=no",
    "--cfg=feature=\"x\"",
];

/// Some flags; each has a number by which its source is known.
fn some(draft: &mut Draft) -> Vec<String> {
    let mut flags = Vec::new();
    for _ in 0..1 + draft.random.below(2) {
        flags.push(format!("-Cmetadata=f{}", draft.number()));
    }
    if draft.random.chance(25) {
        flags.push((*draft.random.pick(&TELLING)).to_owned());
    }
    flags
}

fn set(draft: &mut Draft, path: &[String], with_variable: bool) {
    let is_array = draft.random.chance(60);
    for source in draft.sources(with_variable) {
        let flags = some(draft);
        let line = flags.join(" ");
        let value: Literal = match is_array {
            true if draft.random.chance(8) => Literal::List(Vec::new()),
            false if draft.random.chance(8) => text(""),
            true if draft.random.chance(10) => {
                list(&[flags, vec![format!("-Cmetadata=f{} x", draft.number())]].concat())
            }
            true => list(&flags),
            false => text(&line),
        };
        draft.put(&source, path, value, &line);
    }
}

/// `target.<triple>.rustflags`; of the host too, which never reaches its programs beside a target.
pub fn of_target(draft: &mut Draft) {
    let triple = if draft.random.chance(20) { draft.host.clone() } else { draft.triple() };
    set(draft, &target_path(&triple, "rustflags"), true);
}

/// `target.'cfg(…)'.rustflags`, often in several tables that all hold.
pub fn of_cfg(draft: &mut Draft) {
    for _ in 0..1 + draft.random.below(3) {
        let table = cfg(draft);
        set(draft, &path(&["target", table, "rustflags"]), false);
    }
    if draft.random.chance(15) {
        // Each flag takes the table away that sets it: there is no end to it.
        let flag = list(&["--cfg=chosen".to_owned()]);
        super::programs::in_file(draft, &path(&["target", "cfg(not(chosen))", "rustflags"]), flag);
    }
}

/// `build.rustflags`.
pub fn of_build(draft: &mut Draft) {
    set(draft, &path(&["build", "rustflags"]), true);
}

/// The variables that win over the config, if they are empty, too.
pub fn of_variables(draft: &mut Draft) {
    let tool = *draft.random.pick(&["RUSTFLAGS", "RUSTFLAGS", "RUSTDOCFLAGS"]);
    let flags = some(draft);
    let environment = &mut draft.situation.environment;
    if draft.random.chance(35) {
        let value = if draft.random.chance(25) { String::new() } else { flags.join("\u{1f}") };
        environment.insert(format!("CARGO_ENCODED_{tool}"), value);
    }
    if draft.random.chance(75) {
        let value = match draft.random.below(8) {
            0 | 1 => String::new(),
            2 => format!("  {}  -Cmetadata=last ", flags.join("  ")),
            // Only blanks separate here.
            3 => format!("-Cmetadata=before\t-Cmetadata=tab {}", flags.join(" ")),
            _ => format!("{} -Cmetadata=variable", flags.join(" ")),
        };
        environment.insert(tool.to_owned(), value);
    }
}

/// `rustdocflags` of a triple, of `build`, or where Cargo does not look for them.
pub fn rustdoc(draft: &mut Draft) {
    let triple = draft.triple();
    match draft.random.below(5) {
        0 | 1 => set(draft, &path(&["build", "rustdocflags"]), true),
        2 => {
            let table = cfg(draft);
            set(draft, &path(&["target", table, "rustdocflags"]), false);
        }
        _ => set(draft, &target_path(&triple, "rustdocflags"), true),
    }
}
