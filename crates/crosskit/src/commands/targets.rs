//! `targets`: every target of the catalogue, and how far this machine takes each.

use crosskit_core::exit::Exit;
use crosskit_core::settings::{self, Settings};
use crosskit_core::survey;
use crosskit_core::target::Catalogue;
use crosskit_core::{explain as words, tools::Questions};

use crate::cli::Options;
use crate::environment::Start;
use crate::probe::Probe;
use crate::report;
use crate::rustc::{self, Rustc, Toolchain};
use crate::sh::Sh;
use crate::{apply, metadata};

use super::{Ends, ends, internal};

pub(super) fn run(options: &Options, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let catalogue = Catalogue::built_in().map_err(internal)?;
    let located = metadata::locate(sh, &start.cargo);
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    let root = metadata::root(sh, located).map_err(ends(Exit::Usage))?;
    sh.change_directory(&root);
    let text = apply::read(&root.join(settings::FILE)).map_err(ends(Exit::Usage))?;
    let settings =
        Settings::parse(&text.unwrap_or_default(), &catalogue).map_err(|findings| (Exit::Usage, findings))?;
    let variables = sh.variables.clone();
    let probe = Probe::new(sh, Toolchain { rustc, wrappers: Vec::new(), cargo: None, variables });
    let mut asked = Questions::default();
    let standings = loop {
        let machine = probe.machine(&asked);
        let (standings, questions) = survey::survey(&catalogue, &settings, &machine, &options.request.targets);
        if asked.covers(&questions) {
            break standings;
        }
        asked.extend(questions);
    };
    let text = if options.json { report::standings_json(&standings) } else { words::targets(&standings) };
    report::data(&text).map_err(internal)?;
    Ok(Exit::Done)
}
