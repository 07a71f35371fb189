//! `verify`: what files are, and whether they are for a target.

use crosskit_core::artefact::{self as facts, Version};
use crosskit_core::exit::Exit;
use crosskit_core::explain as words;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::gate::{self, Expected};
use crosskit_core::settings::Settings;
use crosskit_core::target::Catalogue;

use crate::cli::Options;
use crate::environment::Start;
use crate::event::Event;
use crate::report::{self, Terminal, VerifiedFile};
use crate::rustc::{self, Rustc};
use crate::sh::Sh;
use crate::{apply, artefact, metadata};

use super::{Ends, ends, internal};

/// What the files are held against.
struct Target {
    triple: String,
    glibc: Option<Version>,
}

pub(super) fn run(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let target = match options.request.targets.first() {
        Some(name) => Some(find(name, sh, start)?),
        None => None,
    };
    let expected = target.as_ref().map(|it| Expected { triple: &it.triple, glibc: it.glibc.as_ref() });
    let mut files = Vec::new();
    let mut unreadable = false;
    for file in &options.files {
        let path = file.display().to_string();
        files.push(match artefact::content(file) {
            Ok(content) => {
                let findings = expected.map(|expected| gate::check(&path, &content, expected)).unwrap_or_default();
                VerifiedFile { contents: Some(facts::contents(&content)), findings, path }
            }
            Err(error) => {
                unreadable = true;
                let finding = Finding::error(Code::FileAccess, format!("`{path}` cannot be read: {error}"));
                VerifiedFile { contents: None, findings: vec![finding.at(Origin::CommandLine)], path }
            }
        });
    }
    let is_wrong = files.iter().flat_map(|file| &file.findings).any(Finding::is_error);
    let exit = match (unreadable, is_wrong) {
        (true, _) => Exit::Usage,
        (false, true) => Exit::WrongArtefact,
        (false, false) => Exit::Done,
    };
    let triple = expected.map(|expected| expected.triple);
    if options.json {
        report::data(&report::verified_json(triple, &files, exit)).map_err(internal)?;
        return Ok(exit);
    }
    let read = files.iter().filter_map(|file| Some((file, file.contents.as_ref()?)));
    let text: Vec<String> = read.map(|(file, contents)| words::artefact(&file.path, contents)).collect();
    report::data(&text.join("\n")).map_err(internal)?;
    files.iter().flat_map(|file| &file.findings).for_each(|finding| terminal.event(Event::Finding(finding)));
    if let Some(triple) = triple {
        let right = files.iter().filter(|file| file.findings.is_empty()).count();
        let plural = if right == 1 { "" } else { "s" };
        terminal.event(Event::Status("Verified", &format!("{right} file{plural} for {triple}")));
    }
    Ok(exit)
}

/// The target, and what `crosskit.toml` says of it.
fn find(name: &str, sh: &mut Sh, start: &Start) -> Result<Target, Ends> {
    let catalogue = Catalogue::built_in().map_err(internal)?;
    // Both are asked at once: the two answers do not depend on one another.
    let located = metadata::ask_outline(sh, &start.cargo);
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    let row = catalogue.resolve(name, &rustc.host).map_err(ends(Exit::Usage))?;
    let root = metadata::outline(sh, located).map_err(ends(Exit::Usage))?.root;
    let text = apply::read_settings(&root).map_err(ends(Exit::Usage))?;
    let settings = Settings::parse(&text, &catalogue).map_err(|findings| (Exit::Usage, findings))?;
    Ok(Target { glibc: settings.glibc(&row.triple), triple: row.triple })
}
