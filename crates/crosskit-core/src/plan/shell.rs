//! What plain cargo, and what other tools of a build, need to be told in a shell: the variables that `env` prints.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Origin};
use crate::lints;
use crate::policy::{self, LAUNCHER_PATH, linker_variable, runner_variable};
use crate::resolve::{Choice, Config, Definition, Fate, Flag, KindView, Tool, triple_flags_variable};

use super::{Input, Prepared};

/// Adds the variables, and what they cannot say.
pub(super) fn add_variables(
    input: &Input,
    config: &Config,
    (views, host): (&[KindView], &KindView),
    prepared: &mut Prepared,
) {
    let mut variables: BTreeMap<String, Option<String>> = BTreeMap::new();
    // What is linked for the machine itself beside a target. A variable of the shell is there in any directory.
    let in_config = |it: &&Choice<String>| !matches!(it.definition, Definition::Variable(_));
    if let Some(linker) = host.linker.winner.as_ref().filter(in_config) {
        variables.insert(linker_variable(&host.triple), Some(linker.value.clone()));
    }
    let mut stands_in = Vec::new();
    for view in views {
        // The cells of a target have one linker and one runner.
        let Some(cell) = prepared.plan.cells.iter().find(|cell| cell.triple == view.triple) else { continue };
        if let Some(linker) = &view.linker.winner {
            variables.insert(linker_variable(&view.triple), Some(linker.value.clone()));
        }
        if let Some(stand_in) = &cell.stand_in {
            let told = stand_in.variables.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
            stands_in.extend(told);
            prepared.not_in_shell.push(
                Finding::note_only(Code::LinkerMissing, format!("for {} {}", view.triple, stand_in.words))
                    .note("the variables are for this computer, and say so to plain cargo"),
            );
        }
        for (tool, flags) in [(Tool::Rustc, &view.rustflags), (Tool::Rustdoc, &view.rustdocflags)] {
            let flags = flags.winner.iter().flat_map(|it| &it.value).collect::<Vec<_>>();
            prepared.not_in_shell.extend(flags_of_config(config, &view.triple, tool, &flags));
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
    // The config's own values are those of the linker that is not here.
    variables.extend(stands_in);
    variables.extend(prepared.plan.environment.clone());
    prepared.plan.shell = variables;
}

/// Flags have no variable that says the same in the workspace and elsewhere: to those under `[target.…]` it is added.
fn flags_of_config(config: &Config, triple: &str, tool: Tool, flags: &[&Flag]) -> Option<Finding> {
    let first = flags.iter().find(|flag| !matches!(flag.definition, Definition::Variable(_)))?;
    let texts: Vec<&str> = flags.iter().map(|flag| flag.text.as_str()).collect();
    let (key, variable) = (tool.key(), triple_flags_variable(tool, triple));
    let finding = Finding::note_only(
        Code::NotInShell,
        format!("the {key} of {triple} are not among the variables: `{}`", texts.join(" ")),
    )
    .at(config.origin(&first.definition))
    .note("in the workspace cargo takes them from the config, and may add those of a variable once more");
    Some(match texts.iter().find(|text| !policy::is_one_word(text)) {
        // The variable has one value, so that what the shell has in it already belongs to it.
        None => {
            finding.hint(format!("in another directory set {variable}='{}'", texts.join(" ").replace('\'', r"'\''")))
        }
        Some(split) => finding
            .note(format!("{variable} cannot hold them elsewhere either: cargo would split `{split}` at its blanks")),
    })
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
    input.launcher().is_none() && runner.first().is_some_and(|program| launcher.to_str() == Some(program))
}
