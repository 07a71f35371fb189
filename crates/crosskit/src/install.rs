//! Runs the install commands that the decisions named.

use crosskit_core::finding::{Code, Finding};
use crosskit_core::install::{self, InstallCommand};
use crosskit_core::machine::Machine;
use crosskit_core::target::Catalogue;

use crate::event::{Event, Progress};
use crate::path::{find_program, path_directories};
use crate::sh::Sh;

/// Prints the commands, asks if one of them goes through sudo, and runs them all; what failed comes back as findings.
pub fn run(
    sh: &Sh,
    commands: &[InstallCommand],
    machine: &Machine,
    catalogue: &Catalogue,
    progress: Progress,
    agreed: impl FnOnce() -> bool,
) -> Vec<Finding> {
    for command in commands {
        progress(Event::Status("Installing", &command.line(machine)));
    }
    let asks = commands.iter().any(|command| command.for_system) && !machine.root;
    if asks && !agreed() {
        return vec![
            Finding::error(Code::InstallFailed, "nothing was installed: the question was not answered with yes")
                .hint("start it again with `--yes`, or run the commands above yourself"),
        ];
    }
    let mut findings = Vec::new();
    let mut skip_system = false;
    let mut spared = Vec::new();
    for command in commands {
        if skip_system && command.for_system {
            continue;
        }
        let sudo = (command.for_system && !machine.root).then(|| "sudo".to_owned());
        let mut words = sudo.into_iter().chain(command.words.iter().cloned());
        let Some(program) = words.next() else { continue };
        let directories = path_directories(&sh.variables);
        let here = sh.directory();
        let own = command.words.first().map(String::as_str);
        let gone = own.into_iter().chain([program.as_str()]).find(|it| find_program(it, &here, &directories).is_none());
        if let Some(gone) = gone {
            findings.push(install::not_found(commands, gone, machine));
            // With the other kind of command it may be different.
            skip_system |= command.for_system;
            continue;
        }
        progress(Event::Status("Running", &command.line(machine)));
        let mut told = String::new();
        let ran = sh.run(sh.command(program, words), |line| {
            progress(Event::Output(line));
            told.push_str(line);
            told.push('\n');
        });
        let failed = match ran {
            Ok(status) if status.success() => continue,
            Ok(status) => status.to_string(),
            Err(error) => error,
        };
        let failure = install::failure(command, machine, catalogue, &failed, &told);
        if sh.is_interrupted() {
            findings.push(failure);
            break;
        }
        if command.can_be_spared {
            spared.push(failure);
            continue;
        }
        if command.for_system {
            findings.append(&mut spared);
        }
        findings.push(failure);
        // A package manager that failed is not asked again; rustup's targets do not depend on one another.
        skip_system |= command.for_system;
    }
    findings.extend(spared.into_iter().map(install::in_spite_of));
    findings
}
