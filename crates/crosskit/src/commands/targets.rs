//! `targets` and `doctor all`: every target of the catalogue, and how far this machine takes each.

use std::collections::BTreeSet;

use crosskit_core::doctor::{self, Checkup};
use crosskit_core::exit::Exit;
use crosskit_core::finding::Finding;
use crosskit_core::install::{self as install_plan, Missing};
use crosskit_core::machine::Machine;
use crosskit_core::settings::Settings;
use crosskit_core::survey::{self, Surveyed};
use crosskit_core::target::Catalogue;
use crosskit_core::{explain as words, tools::Questions};

use crate::cli::Options;
use crate::environment::{self, Start};
use crate::event::{Event, Progress};
use crate::probe::Probe;
use crate::report::{self, Terminal};
use crate::rustc::{self, Rustc, Toolchain};
use crate::sh::Sh;
use crate::{apply, install, metadata};

use super::{Ends, ends, go_on, internal};

/// Every target that was asked for.
pub(super) struct Survey {
    pub machine: Machine,
    pub shared: Checkup,
    /// The triples that were named beside the word `all`.
    pub named: Vec<String>,
    pub surveyed: Vec<Surveyed>,
}

impl Survey {
    /// What an install command may bring, for all of them.
    pub fn missing(&self) -> BTreeSet<Missing> {
        self.surveyed.iter().flat_map(|it| it.missing.iter().cloned()).collect()
    }
}

pub(super) fn run(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let survey = survey(options, terminal, sh, start, &options.request.targets, &[])?;
    let standings: Vec<_> = survey.surveyed.into_iter().map(|it| it.standing).collect();
    let text = if options.json { report::standings_json(&standings) } else { words::targets(&standings) };
    report::data(&text).map_err(internal)?;
    Ok(Exit::Done)
}

/// Looks at the targets with one of these words in a name, or at all; installs what is missing if that was asked for.
/// `named` are names of targets to be told of in detail.
pub(super) fn survey(
    options: &Options,
    terminal: &Terminal,
    sh: &mut Sh,
    start: &Start,
    with: &[String],
    named: &[&str],
) -> Result<Survey, Ends> {
    let catalogue = Catalogue::built_in().map_err(internal)?;
    let located = metadata::ask_outline(sh, &start.cargo);
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    let host = rustc.host.clone();
    let resolved = named.iter().map(|name| catalogue.resolve(name, &host).map(|row| row.triple));
    let (triples, unknown): (Vec<_>, Vec<_>) = resolved.partition(Result::is_ok);
    let mut mistakes: Vec<Finding> = unknown.into_iter().filter_map(Result::err).map(|finding| *finding).collect();
    mistakes.extend(survey::unknown_words(&catalogue, &host, with));
    if !mistakes.is_empty() {
        return Err((Exit::Usage, mistakes));
    }
    let outline = metadata::outline(sh, located).map_err(ends(Exit::Usage))?;
    let root = outline.root;
    // What comes after starts at the root.
    let started_in = sh.directory();
    environment::make_absolute(&mut sh.variables, &started_in);
    sh.change_directory(&root);
    let text = apply::read_settings(&root).map_err(ends(Exit::Usage))?;
    let settings = Settings::parse(&text, &catalogue).map_err(|findings| (Exit::Usage, findings))?;
    let variables = sh.variables.clone();
    let cargo_path = rustc::cargo_path(sh, &start.cargo);
    let toolchain = Toolchain { rustc, wrappers: Vec::new(), cargo_path, cargo: None, variables };
    let sh: &Sh = sh;
    let mut probe = Probe::new(sh, toolchain).with_cache(&outline.target_directory.join("crosskit"));
    let mut survey = ask(&probe, &catalogue, &settings, with, options.install);
    if options.install && !options.dry_run && !survey.missing().is_empty() {
        let told = |event: Event| terminal.event(event);
        let progress: Progress = &told;
        let commands = install_plan::commands(&survey.missing(), &survey.machine);
        let agreed = || options.yes || terminal.ask("run these commands with sudo?");
        let findings = install::run(sh, &commands, &survey.machine, &catalogue, progress, agreed);
        findings.iter().for_each(|finding| progress(Event::Finding(finding)));
        go_on(sh)?;
        probe.look_again();
        survey = ask(&probe, &catalogue, &settings, with, options.install);
    }
    if !options.dry_run {
        probe.save();
    }
    survey.named = triples.into_iter().flatten().collect();
    Ok(survey)
}

fn ask(probe: &Probe, catalogue: &Catalogue, settings: &Settings, with: &[String], installs: bool) -> Survey {
    let mut asked = Questions::default();
    doctor::ask_shared(None, &mut asked);
    loop {
        let machine = probe.machine(&asked);
        let (surveyed, questions) = survey::survey(catalogue, settings, &machine, with, installs);
        if asked.covers(&questions) {
            return Survey { shared: doctor::shared(None, &machine), named: Vec::new(), surveyed, machine };
        }
        asked.extend(questions);
    }
}
