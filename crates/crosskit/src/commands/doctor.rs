//! `doctor`: the tools of targets, what is wrong with them, and with `--probe` whether they work together.

use crosskit_core::exit::Exit;
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

use super::targets::Survey;
use super::{Ends, Ground, go_on, internal};

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
        let general = prepared.usage.iter().chain(&prepared.config).chain(&prepared.lints);
        findings.extend(general.map(|finding| (None, finding)));
    } else {
        let text = words::checkups(&prepared.checkups, terminal.stdout_style());
        report::data(&text).map_err(internal)?;
    }
    findings.extend(
        prepared.tools.iter().chain(&prepared.emulation).map(|(triple, finding)| (Some(triple.as_str()), finding)),
    );
    let unwritten = prepared.unwritten();
    findings.extend(unwritten.iter().chain(&not_installed).map(|finding| (None, finding)));
    if !options.json {
        prepared.tools.iter().chain(&prepared.emulation).for_each(|(_, finding)| terminal.finding(finding));
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

/// Tells how far this machine takes every target, in one line each.
pub(super) fn all(options: &Options, terminal: &Terminal, surveyed: &Survey) -> Result<Exit, Ends> {
    let standings: Vec<_> = surveyed.surveyed.iter().map(|it| it.standing.clone()).collect();
    let exit = survey::exit(&standings);
    let missing = surveyed.missing();
    let not_installed = if options.install { install::not_installed(&missing, &surveyed.machine) } else { None };
    if options.json {
        let own = surveyed.surveyed.iter().map(|it| it.checkup.clone());
        let checkups: Vec<_> = std::iter::once(surveyed.shared.clone()).chain(own).collect();
        let mut findings: Vec<(Option<&str>, &Finding)> = Vec::new();
        for it in &surveyed.surveyed {
            findings.extend(it.findings.iter().map(|finding| (Some(it.checkup.target.as_str()), finding)));
        }
        findings.extend(not_installed.iter().map(|finding| (None, finding)));
        let host = &surveyed.machine.host;
        let report = DoctorReport { host, checkups: &checkups, standings: &standings, findings, trials: &[], exit };
        report::data(&report::doctor_json(&report)).map_err(internal)?;
        return Ok(exit);
    }
    let detailed: Vec<_> = surveyed.surveyed.iter().filter(|it| surveyed.named.contains(&it.checkup.target)).collect();
    let own = detailed.iter().map(|it| it.checkup.clone());
    let checkups: Vec<_> = std::iter::once(surveyed.shared.clone()).chain(own).collect();
    let tools = words::checkups(&checkups, terminal.stdout_style());
    report::data(&format!("{tools}\n{}", words::standings(&standings))).map_err(internal)?;
    detailed.iter().flat_map(|it| &it.findings).for_each(|finding| terminal.finding(finding));
    not_installed.iter().for_each(|finding| terminal.finding(finding));
    if exit != Exit::Done {
        terminal.event(Event::Status("Checked", "what to paste for a target: `cargo xtask cross doctor TARGET`"));
    }
    Ok(exit)
}
