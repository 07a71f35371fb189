//! `sync` in its four ways, and `env`.

use crosskit_core::exit::Exit;
use crosskit_core::explain::{self, Shell};
use crosskit_core::plan::{Plan, Prepared};
use crosskit_core::policy::LAUNCHER_PATH;
use crosskit_core::wrapper::Driver;

use crate::cli::{Options, SyncMode};
use crate::event::{Event, Progress};
use crate::{apply, report};

use super::ground::Ground;
use super::{Ends, ends, internal};

/// Writes, checks, shows or removes.
pub(super) fn run(
    mode: SyncMode,
    options: &Options,
    ground: &Ground,
    prepared: &Prepared,
    progress: Progress,
) -> Result<Exit, Ends> {
    let root = &ground.metadata.root;
    let plan = &prepared.plan;
    let changes = !plan.edits.is_empty() || !plan.removals.is_empty();
    match mode {
        SyncMode::Check => {
            prepared.drift().iter().for_each(|finding| progress(Event::Finding(finding)));
            if !changes {
                progress(Event::Status("Checked", "the config is up to date"));
            }
        }
        SyncMode::Diff => {
            let old = |path: &str| apply::read(&root.join(path)).ok().flatten();
            report::data(&explain::diff(plan, old)).map_err(internal)?;
        }
        SyncMode::Write | SyncMode::Remove if options.dry_run => {
            report::data(&explain::edits(plan)).map_err(internal)?;
            return Ok(Exit::Done);
        }
        SyncMode::Write | SyncMode::Remove => {
            write(ground, plan, progress)?;
            return Ok(Exit::Done);
        }
    }
    Ok(if changes { Exit::Config } else { Exit::Done })
}

/// Writes what the plan wants, and tells it.
pub(super) fn write(ground: &Ground, plan: &Plan, progress: Progress) -> Result<(), Ends> {
    let root = &ground.metadata.root;
    for edit in &plan.edits {
        apply::write(ground.lock.as_ref(), root, edit).map_err(ends(Exit::Config))?;
        let keys = edit.changes.len();
        let what = match keys {
            _ if edit.path == LAUNCHER_PATH => "the launcher".to_owned(),
            _ if edit.executable => match Driver::ALL.iter().find(|it| edit.path.starts_with(&it.directory())) {
                Some(driver) => format!("a script that calls {}", driver.as_str()),
                None => "a script".to_owned(),
            },
            1 => "1 key".to_owned(),
            _ => format!("{keys} keys"),
        };
        progress(Event::Status("Synced", &format!("{} ({what})", edit.path)));
        for change in &edit.changes {
            progress(Event::Detail("", change));
        }
    }
    for path in &plan.removals {
        apply::remove(root, path).map_err(ends(Exit::Config))?;
        progress(Event::Status("Removed", path));
    }
    if plan.edits.is_empty() && plan.removals.is_empty() {
        progress(Event::Status("Synced", "nothing to change"));
    }
    Ok(())
}

/// Prints the variables of a shell.
pub(super) fn environment(options: &Options, prepared: &Prepared, progress: Progress) -> Result<Exit, Ends> {
    let default = if cfg!(windows) { Shell::Powershell } else { Shell::Sh };
    let shell = options.shell.as_deref().and_then(Shell::of).unwrap_or(default);
    let findings = prepared.beside_variables(shell.takes_every_name());
    findings.for_each(|finding| progress(Event::Finding(finding)));
    report::data(&explain::variables(&prepared.plan.shell, shell)).map_err(internal)?;
    Ok(Exit::Done)
}

/// Writes what stands in for linkers that are not on this computer: below the target directory, and for it alone.
pub(super) fn write_own_programs(ground: &Ground, prepared: &Prepared) -> Result<(), Ends> {
    let programs = &prepared.plan.own_programs;
    programs.iter().try_for_each(|edit| apply::write(None, &ground.out, edit).map_err(ends(Exit::Internal)))
}
