//! `[env]`.

use crate::document::{Literal, text};

use super::draft::{Draft, Source, path};

/// The names; the situations give some of them a value in the shell.
const NAMES: [&str; 5] = ["V_A", "V_B", "V_C", "V_D", "V_E"];

/// Variables of `[env]`, and what the shell has.
pub fn entries(draft: &mut Draft) {
    for _ in 0..1 + draft.random.below(2) {
        let name = *draft.random.pick(&NAMES);
        entry(draft, name);
        match draft.random.below(10) {
            0..3 => {
                let value = format!("shell{}", draft.number());
                draft.situation.environment.insert(name.to_owned(), value);
            }
            // It is set, if to nothing.
            3 => {
                draft.situation.environment.insert(name.to_owned(), String::new());
            }
            4 => {
                let value = format!("key{}", draft.number());
                draft.situation.environment.insert(format!("CARGO_ENV_{name}"), value);
            }
            _ => {}
        }
    }
    if draft.random.chance(10) {
        for_cargo_itself(draft);
    }
}

fn entry(draft: &mut Draft, name: &str) {
    let is_table = draft.random.chance(55);
    let mut sources = draft.sources(false);
    // Keys of a table on the command line would be merged into that of a file.
    sources.retain(|source| !is_table || *source != Source::Argument || draft.random.chance(50));
    for source in sources {
        let number = draft.number();
        let value = *draft.random.pick(&["value", "some/path", "/opt/value"]);
        let value = text(format!("{value}{number}"));
        let value = if is_table {
            let mut entries = vec![("value", value)];
            if draft.random.chance(45) {
                entries.push(("force", Literal::Bare(draft.random.word(&["true", "true", "false"]))));
            }
            if draft.random.chance(45) {
                entries.push(("relative", Literal::Bare(draft.random.word(&["true", "true", "false"]))));
            }
            if draft.random.chance(8) {
                entries.push(("other", Literal::Bare("1")));
            }
            Literal::Table(entries)
        } else {
            value
        };
        draft.put(&source, &path(&["env", name]), value, "");
    }
}

/// Variables that Cargo would obey if they came from the shell.
fn for_cargo_itself(draft: &mut Draft) {
    let variable = super::draft::target_path(&draft.triple(), "runner").join("_").replace('-', "_").to_uppercase();
    let runner = format!("CARGO_{variable}");
    let name =
        draft.random.pick(&["RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_BUILD_RUSTFLAGS", runner.as_str()]).to_string();
    let value = text(format!("-Cmetadata=f{}", draft.number()));
    super::programs::in_file(draft, &path(&["env", &name]), value);
}
