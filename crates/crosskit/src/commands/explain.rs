//! `explain`: a code's page, or what takes effect for a target.

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::inspect::{self, Subject};
use crosskit_core::policy::LAUNCHER_PATH;
use crosskit_core::target::Catalogue;
use crosskit_core::{explain as words, pages, triple, workspace};

use crate::cli::Options;
use crate::environment::Start;
use crate::event::Event;
use crate::probe::Probe;
use crate::report::{self, Terminal};
use crate::rustc::{self, Rustc};
use crate::sh::Sh;
use crate::{metadata, scripts};

use super::ground::{own_files, refused_by_cargo, strip_env_table, toolchain};
use super::{Ends, ends, internal};

pub(super) fn run(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let name = options.request.targets.first().map(String::as_str).unwrap_or_default();
    if let Some(page) = pages::code(name).map(pages::page) {
        report::data(page).map_err(internal)?;
        return Ok(Exit::Done);
    }
    if name.starts_with(['X', 'x']) && name[1..].chars().all(|c| c.is_ascii_digit()) && name.len() > 1 {
        return Err((Exit::Usage, vec![unknown_code(name)]));
    }
    if let Some(key) = &options.key
        && !inspect::key_names().any(|known| known == key)
        && !key.starts_with("env.")
    {
        return Err((Exit::Usage, vec![unknown_key(key)]));
    }
    let catalogue = Catalogue::built_in().map_err(internal)?;
    let reader = refused_by_cargo(options, sh)?;
    // Both are asked at once: the two answers do not depend on one another.
    let located = metadata::ask_outline(sh, &start.cargo);
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    let outline = metadata::outline(sh, located).map_err(ends(Exit::Usage))?;
    let root = outline.root.clone();
    let row = catalogue.resolve(name, &rustc.host).map_err(ends(Exit::Usage))?;
    let started_in = sh.directory();
    sh.change_directory(&root);
    let configs = reader.read(&root, std::iter::once(started_in.as_path()), &options.request.config, &sh.variables);
    let configs = configs.map_err(|findings| (Exit::Config, findings))?;
    strip_env_table(&mut sh.variables, start, &root, &configs);
    let (scripts, own_files) = (scripts::read(&root), own_files(&root));
    let toolchain = toolchain(rustc, sh, start, &root, &configs, &options.request.config)?;
    let probe = Probe::new(sh, toolchain).without_tools();
    let linker_script = outline.build_scripts().any(|text| workspace::names_linker_script(&text));
    let mut asked = Default::default();
    let inspection = loop {
        let machine = probe.machine(&asked);
        let (inspection, questions) = inspect::inspect(&Subject {
            row: &row,
            configs: configs.as_data(&root, &options.request.config),
            inner_files: &configs.inner_files,
            linker_script,
            scripts: &scripts,
            machine: &machine,
            launcher: own_files.get(LAUNCHER_PATH).map(String::as_str),
        });
        if asked.covers(&questions) {
            break inspection;
        }
        asked.extend(questions);
    };
    let inspection = match &options.key {
        Some(key) => inspection.only(key).ok_or_else(|| (Exit::Usage, vec![not_in_table(key)]))?,
        None => inspection,
    };
    let findings = &inspection.findings;
    let stops = findings.iter().any(Finding::is_error);
    if options.json {
        report::data(&report::inspection_json(&inspection)).map_err(internal)?;
    } else {
        findings.iter().for_each(|finding| terminal.event(Event::Finding(finding)));
        report::data(&words::inspection(&inspection, terminal.stdout_style())).map_err(internal)?;
    }
    Ok(if stops { Exit::Config } else { Exit::Done })
}

fn unknown_code(name: &str) -> Finding {
    let codes: Vec<String> = Code::ALL.iter().map(Code::to_string).collect();
    let finding =
        Finding::error(Code::UnknownName, format!("no finding has the code `{name}`")).at(Origin::CommandLine);
    finding.hint(format!("known: {}", codes.join(", ")))
}

fn unknown_key(key: &str) -> Finding {
    let finding =
        Finding::error(Code::UnknownName, format!("`{key}` is no key that can be explained")).at(Origin::CommandLine);
    match triple::nearest(key, inspect::key_names(), 1).first() {
        Some(near) => finding.hint(format!("a key with a similar name exists: `{near}`")),
        None => {
            let known: Vec<&str> = inspect::key_names().collect();
            finding.hint(format!("known: {}, env.NAME", known.join(", ")))
        }
    }
}

fn not_in_table(key: &str) -> Finding {
    let name = key.trim_start_matches("env.");
    Finding::error(Code::UnknownName, format!("`[env]` has no variable `{name}`"))
        .at(Origin::CommandLine)
        .hint("`explain TARGET env` shows all of them")
}
