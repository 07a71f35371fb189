//! What plain cargo, and what other tools of a build, need to be told in a shell: the variables that `env` prints.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Origin};
use crate::lints;
use crate::policy::{self, LAUNCHER_PATH, linker_variable, runner_variable};
use crate::resolve::{Config, Fate, KindView};

use super::{Input, Prepared};

/// Adds the variables, and what they cannot say. Every cell has its view, in the same order.
pub(super) fn add_variables(input: &Input, config: &Config, views: &[KindView], prepared: &mut Prepared) {
    let mut variables: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (view, cell) in views.iter().zip(&prepared.plan.cells) {
        if let Some(linker) = &view.linker.winner {
            variables.insert(linker_variable(&view.triple), Some(linker.value.clone()));
        }
        let Some(runner) = &view.runner.winner else { continue };
        let name = runner_variable(&view.triple);
        let mut words = runner.value.as_slice();
        let needs_launcher = lacks_launcher(input, words);
        if needs_launcher {
            words = &words[1..];
        }
        if let Some(word) = words.iter().find(|word| !policy::is_one_word(word)) {
            prepared.not_in_shell.push(
                Finding::warning(Code::RunnerWithBlank, format!("{name} cannot hold the runner of {}", view.triple))
                    .at(config.origin(&runner.definition))
                    .note(format!("cargo splits the variable at blanks, and would split `{word}` as well"))
                    .note("it is left out; cargo takes the runner from the config, in the workspace alone"),
            );
        } else if !needs_launcher {
            variables.insert(name, Some(words.join(" ")));
        } else if cell.runner_name != "native" {
            let message = format!("`{LAUNCHER_PATH}` is not there, so {name} names the emulator without it");
            prepared.not_in_shell.push(
                Finding::note_only(Code::ConfigDrift, message)
                    .note("it is fitted to this machine as the launcher would do it")
                    .hint(format!("write the launcher with `cargo xtask cross sync {}`", view.triple)),
            );
            variables.insert(name, Some(cell.runner_name.clone()));
        }
    }
    for (name, entry) in &prepared.plan.env_table {
        // What cargo reads itself it reads in the shell alone: exported, it would do what it does not do in `[env]`.
        let shadowed = matches!(entry.fate(input.machine.environment.get(name)), Fate::Shadowed(_));
        if !shadowed && !lints::is_read_by_cargo(name) {
            variables.insert(name.clone(), Some(entry.value.clone()));
            prepared.no_shell_names.extend((!policy::is_shell_name(name)).then(|| no_shell_name(name, &entry.origin)));
        }
    }
    variables.extend(prepared.plan.environment.clone());
    prepared.plan.shell = variables;
}

fn no_shell_name(name: &str, origin: &Origin) -> Finding {
    // Whatever the name holds, the message stays one line.
    Finding::note_only(
        Code::NotInShell,
        format!("`{}` in `[env]` is no name of a shell's variable", name.escape_debug()),
    )
    .at(origin.clone())
    .note("it is left out; cargo sets it for what it starts, in the workspace alone")
    .hint("`--shell json` has it")
}

/// Whether a runner begins with the workspace's launcher, and that was not written yet.
pub(super) fn lacks_launcher(input: &Input, runner: &[String]) -> bool {
    let launcher = input.configs.root.join(LAUNCHER_PATH);
    input.launcher.is_none() && runner.first().is_some_and(|program| launcher.to_str() == Some(program))
}
