//! Every target of the catalogue, and how far this machine takes each: the data behind `cross targets` and `doctor all`.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::doctor::{self, Checkup};
use crate::emulation;
use crate::exit::Exit;
use crate::finding::{Code, Finding, Origin};
use crate::install::Missing;
use crate::machine::Machine;
use crate::plan::Rung;
use crate::policy::Policy;
use crate::resolve::Resolved;
use crate::settings::Settings;
use crate::target::{Catalogue, Provider, Row};
use crate::tools::{self, Demand, Key, Needs, Questions, StandIn};
use crate::triple;
use crate::wrapper;

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The triple.
    pub target: String,
    /// How much Rust promises about it.
    pub tier: u8,
    /// Short names for the command line.
    pub aliases: Vec<String>,
    /// How it is linked.
    pub provider: &'static str,
    /// What runs its executables here, in words.
    pub runner: String,
    /// The rung that the machine can reach as it is; none where not even `check` can be had.
    pub reach: Option<&'static str>,
    /// What is missing for the next rungs.
    pub missing: Vec<String>,
    /// What no package manager here brings.
    pub needs: Option<String>,
    /// What else is worth knowing.
    pub notes: Option<String>,
}

/// One target with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// How far the machine takes it.
    pub standing: Standing,
    /// Its tools.
    pub checkup: Checkup,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
    /// What an install command may bring.
    pub missing: BTreeSet<Missing>,
}

/// With what `doctor all` ends: whether every target can be run here.
pub fn exit(standings: &[Standing]) -> Exit {
    let runs = |it: &Standing| it.reach == Some(Rung::Run.as_str());
    if standings.iter().all(runs) { Exit::Done } else { Exit::ToolMissing }
}

/// Looks at the rows whose triple or alias contains one of the words, or at all if there is no word; and says what the
/// machine must be asked. The config is not looked at: this is what the policy would come to. Where it `installs` what is missing, nothing
/// stands in for it.
pub fn survey(
    catalogue: &Catalogue,
    settings: &Settings,
    machine: &Machine,
    words: &[String],
    installs: bool,
) -> (Vec<Surveyed>, Questions) {
    let fits = |row: &&Row| words.is_empty() || words.iter().any(|word| occurs(word, row, &machine.host));
    let mut questions = Questions::default();
    let mut surveyed = Vec::new();
    for row in catalogue.rows().iter().filter(fits) {
        let policy = Policy::of(row, settings);
        let origin = || Origin::Catalogue(row.triple.clone());
        let words = |text: &String| text.split_ascii_whitespace().map(str::to_owned).collect();
        let needs = Needs {
            libraries: Vec::new(),
            row,
            policy: &policy,
            linker: policy.linker.clone().map(|value| Resolved { value, origin: origin() }),
            linker_of_flags: None,
            runner: policy.runner.as_ref().map(|it| Resolved { value: words(it), origin: origin() }),
            compiling_c: Vec::new(),
            links: true,
            runs: true,
            testable: true,
            emulation: demand(row, machine),
            std: settings.target(&row.triple).std,
        };
        questions.extend(needs.questions(machine, &|_| None));
        let provider = settings.provider(row);
        let is_ours = !installs && settings.target(&row.triple).linker.is_none();
        // Nothing is compiled here, so that no script is written.
        let key = Key { is_ours, provider, directory: wrapper::DIRECTORY };
        let (stand_in, asked) = StandIn::find(&needs, key, machine, &|_| None);
        questions.extend(asked);
        let provider = stand_in.as_ref().map_or(provider, |it| it.provider);
        let needs = stand_in.as_ref().map_or_else(|| needs.clone(), |it| it.needs(&needs));
        let (mut findings, missing) = tools::check(&needs, machine, &|_| None);
        findings.splice(0..0, stand_in.iter().map(|it| it.finding.clone()));
        surveyed.push(Surveyed {
            standing: standing(row, provider, &needs, machine, &findings),
            checkup: doctor::checkup(&needs, settings, machine, &|_| None).with(stand_in.as_ref()),
            findings,
            missing,
        });
    }
    (surveyed, questions)
}

/// What there is to say of the words that occur in no name: a list without them would look as if nothing was mistyped.
pub fn unknown_words(catalogue: &Catalogue, host: &str, words: &[String]) -> Vec<Finding> {
    let unknown = words.iter().filter(|word| !catalogue.rows().iter().any(|row| occurs(word, row, host)));
    unknown
        .map(|word| {
            let finding = Finding::error(Code::UnknownName, format!("`{word}` occurs in the name of no target"));
            let near = triple::nearest(word, catalogue.names(), 3);
            let near: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
            finding.at(Origin::CommandLine).hint(match near.is_empty() {
                true => "`cargo xtask cross targets` lists all that are known".to_owned(),
                false => format!("targets with similar names: {}", near.join(", ")),
            })
        })
        .collect()
}

/// Whether a word is part of the triple or of an alias. `host` is one of its own.
fn occurs(word: &str, row: &Row, host: &str) -> bool {
    if matches!(word, "host" | "host-tuple") {
        return row.triple == host;
    }
    std::iter::once(&row.triple).chain(&row.aliases).any(|name| name.contains(word))
}

/// The launcher is asked where it may need no emulator. Elsewhere the way to enter one makes no difference here.
fn demand(row: &Row, machine: &Machine) -> Option<Demand> {
    let way = machine.variable(emulation::VARIABLE).filter(|it| !it.is_empty()).map(str::to_owned);
    row.may_run_natively_on(&machine.host).then_some(Demand { way, origin: None })
}

fn standing(row: &Row, provider: Provider, needs: &Needs, machine: &Machine, findings: &[Finding]) -> Standing {
    let lacks = |code: Code| findings.iter().any(|finding| finding.code == code && finding.is_error());
    let kinds = [
        (Code::RustStdMissing, "rust-std"),
        (Code::LinkerMissing, "linker"),
        (Code::LinkerOfAnotherMachine, "linker for the target"),
        (Code::SysrootMissing, "C library"),
        (Code::EmulatorMissing, "emulator"),
        (Code::EmulatorTooOld, "later emulator"),
        (Code::EmulatorProcessor, "later emulator"),
    ];
    let mut missing: Vec<String> =
        kinds.iter().filter(|(code, _)| lacks(*code)).map(|(_, word)| (*word).to_owned()).collect();
    missing.dedup();
    let tools = [Code::LinkerMissing, Code::LinkerOfAnotherMachine, Code::SysrootMissing];
    let lacks_linker = tools.into_iter().any(lacks);
    let cannot_link = lacks_linker || needs.links_with_the_hosts(machine);
    if cannot_link && !lacks_linker {
        missing.push("linker".to_owned());
    }
    let nothing_runs = findings.iter().any(|finding| finding.code == Code::NoRunner);
    let emulator = [Code::EmulatorMissing, Code::EmulatorTooOld, Code::EmulatorProcessor];
    let reach = if lacks(Code::RustStdMissing) {
        None
    } else if cannot_link {
        Some(Rung::Check)
    } else if emulator.into_iter().any(lacks) || nothing_runs {
        Some(Rung::Verify)
    } else {
        Some(Rung::Run)
    };
    let native = needs.native(machine);
    Standing {
        target: row.triple.clone(),
        tier: row.tier,
        aliases: row.aliases.clone(),
        provider: provider.as_str(),
        runner: tools::runner_name(needs, native, machine),
        reach: reach.map(Rung::as_str),
        missing,
        needs: row.needs.clone(),
        notes: row.notes.clone(),
    }
}
