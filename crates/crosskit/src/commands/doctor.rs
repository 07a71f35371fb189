//! `doctor`: the tools of targets, what is wrong with them, and with `--probe` whether they work together.

use crosskit_core::exit::{self, Exit};
use crosskit_core::explain as words;
use crosskit_core::finding::Finding;
use crosskit_core::install;
use crosskit_core::machine::Machine;
use crosskit_core::plan::Prepared;
use crosskit_core::survey;
use crosskit_core::tools;
use crosskit_core::trial::Trial;

use crate::cli::Options;
use crate::environment::Start;
use crate::event::Event;
use crate::report::{self, DoctorReport, Terminal};
use crate::sh::Sh;
use crate::trial;

use super::ground::Ground;
use super::targets::Survey;
use super::{Ends, go_on, internal};

/// The word that means every target of the catalogue.
pub(super) const ALL: &str = "all";

/// Tells what was found about the targets that are named, and tries them.
pub(super) fn named(
    options: &Options,
    terminal: &Terminal,
    sh: &Sh,
    start: &Start,
    ground: &Ground,
    decided: (&Machine, &Prepared),
) -> Result<Exit, Ends> {
    let (machine, prepared) = decided;
    let not_installed = if options.install { install::not_installed(&prepared.missing, machine) } else { None };
    let mut findings: Vec<(Option<&str>, &Finding)> = Vec::new();
    if options.json {
        findings.extend(prepared.about_no_target().map(|finding| (None, finding)));
    } else {
        let text = words::checkups(&prepared.checkups, terminal.stdout_style());
        report::data(&text).map_err(internal)?;
    }
    findings.extend(prepared.about_targets().map(|(triple, finding)| (Some(triple), finding)));
    let unwritten = prepared.unwritten();
    findings.extend(unwritten.iter().chain(&not_installed).map(|finding| (None, finding)));
    if !options.json {
        prepared.about_targets().for_each(|(_, finding)| terminal.finding(finding));
        unwritten.iter().chain(&not_installed).for_each(|finding| terminal.finding(finding));
    }
    let (trials, broke) = if options.probe && !options.dry_run {
        try_out(terminal, sh, start, ground, decided)?
    } else {
        Default::default()
    };
    findings.extend(broke.iter().map(|(triple, finding)| (Some(triple.as_str()), finding)));
    let exit = match prepared.exit() {
        Exit::Done if !broke.is_empty() => Exit::ToolMissing,
        exit => exit,
    };
    if options.json {
        let checkups = &prepared.checkups;
        let report = DoctorReport { host: &machine.host, checkups, standings: &[], findings, trials: &trials, exit };
        report::data(&report::doctor_json(&report)).map_err(internal)?;
        return Ok(exit);
    }
    report::data(&words::trials(&trials)).map_err(internal)?;
    broke.iter().for_each(|(_, finding)| terminal.finding(finding));
    if prepared.tools.is_empty() && broke.is_empty() {
        terminal.event(Event::Status("Checked", "every tool is there"));
    }
    Ok(exit)
}

type Tried = (Vec<Trial>, Vec<(String, Finding)>);

fn try_out(
    terminal: &Terminal,
    sh: &Sh,
    start: &Start,
    ground: &Ground,
    (machine, prepared): (&Machine, &Prepared),
) -> Result<Tried, Ends> {
    let told = |event: Event| terminal.event(event);
    let place =
        trial::Ground { sh, cargo: &start.cargo, directory: &ground.out, plan: &prepared.plan, progress: &told };
    let mut tried = Tried::default();
    for cell in &prepared.plan.cells {
        let row = ground.catalogue.row(&cell.triple);
        let has_std = row.is_none_or(|row| row.std);
        let trial = trial::run(&place, cell, has_std).map_err(internal)?;
        go_on(sh)?;
        let Some(trial) = trial else { continue };
        let mixed = tools::mixed_library(&cell.runner, machine);
        tried.1.extend(trial.finding(mixed.as_deref()).map(|finding| (cell.triple.clone(), finding)));
        tried.0.push(trial);
    }
    Ok(tried)
}

/// Tells how far this machine takes every target, in one line each; and of those that are named beside the word `all`
/// what it tells of them alone.
pub(super) fn all(
    options: &Options,
    terminal: &Terminal,
    surveyed: &Survey,
    named: Option<&Prepared>,
) -> Result<Exit, Ends> {
    let standings: Vec<_> = surveyed.surveyed.iter().map(|it| it.standing.clone()).collect();
    let exit = survey::exit(&standings);
    let exit = exit::first(named.map(Prepared::exit).into_iter().chain([exit]));
    let missing = surveyed.missing();
    let not_installed = if options.install { install::not_installed(&missing, &surveyed.machine) } else { None };
    let shared = std::slice::from_ref(&surveyed.shared);
    let detailed = named.map_or(shared, |it| it.checkups.as_slice());
    let general: Vec<&Finding> = named.into_iter().flat_map(Prepared::about_no_target).collect();
    let of_named: Vec<(&str, &Finding)> = named.into_iter().flat_map(Prepared::about_targets).collect();
    let unwritten = named.and_then(Prepared::unwritten);
    if options.json {
        let others = surveyed.surveyed.iter().filter(|it| !surveyed.named.contains(&it.checkup.target));
        let own = others.clone().map(|it| it.checkup.clone());
        let checkups: Vec<_> = detailed.iter().cloned().chain(own).collect();
        let of_others = others.flat_map(|it| it.findings.iter().map(|finding| (it.checkup.target.as_str(), finding)));
        let about_targets = of_named.into_iter().chain(of_others).map(|(target, finding)| (Some(target), finding));
        let about_none = general.into_iter().chain(&unwritten).chain(&not_installed).map(|finding| (None, finding));
        let findings = about_targets.chain(about_none).collect();
        let host = &surveyed.machine.host;
        let report = DoctorReport { host, checkups: &checkups, standings: &standings, findings, trials: &[], exit };
        report::data(&report::doctor_json(&report)).map_err(internal)?;
        return Ok(exit);
    }
    general.into_iter().for_each(|finding| terminal.finding(finding));
    let tools = words::checkups(detailed, terminal.stdout_style());
    report::data(&format!("{tools}\n{}", words::standings(&standings))).map_err(internal)?;
    let own = of_named.into_iter().map(|(_, finding)| finding);
    own.chain(&unwritten).chain(&not_installed).for_each(|finding| terminal.finding(finding));
    if exit != Exit::Done {
        terminal.event(Event::Status("Checked", "what to paste for a target: `cargo xtask cross doctor TARGET`"));
    }
    Ok(exit)
}
