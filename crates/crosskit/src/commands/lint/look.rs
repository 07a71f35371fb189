//! Reads the build scripts of the graph.

use std::path::Path;

use crosskit_core::build_script;
use crosskit_core::exit::Exit;
use crosskit_core::finding::Finding;
use crosskit_core::settings::{Allowed, Settings, allowed};
use crosskit_core::target::Catalogue;
use crosskit_core::workspace::Package;

use crate::cli::{Deny, Options};
use crate::commands::{Ends, ends, go_on, internal};
use crate::environment::Start;
use crate::event::Event;
use crate::metadata::{self, Metadata};
use crate::report::{self, Linted, Terminal};
use crate::rustc::{self, Rustc};
use crate::sh::Sh;
use crate::{apply, build_scripts, environment};

/// The stack of the thread that reads: syntax nests as deep as whoever wrote it likes.
const STACK: usize = 256 << 20;

pub fn run(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    let directory = sh.directory();
    environment::make_absolute(&mut sh.variables, &directory);
    let catalogue = Catalogue::built_in().map_err(internal)?;
    let targets = targets(options, &catalogue, sh, start)?;
    let mut graph_options = options.request.graph_options.clone();
    graph_options.extend(targets.iter().flat_map(|triple| ["--filter-platform".to_owned(), triple.clone()]));
    let asked = metadata::ask(sh, &start.cargo, &graph_options);
    let metadata = metadata::read(sh, asked, start.package.clone()).map_err(ends(Exit::Usage))?;
    go_on(sh)?;
    let settings = apply::read_settings(&metadata.root).map_err(ends(Exit::Usage))?;
    let settings = Settings::parse(&settings, &catalogue).map_err(|findings| (Exit::Usage, findings))?;
    let allowed = settings.allowed();
    let packages = metadata.workspace.for_targets();
    let packages: Vec<&Package> = packages.into_iter().filter(|it| it.member || !options.no_deps).collect();
    let scripts = std::thread::scope(|scope| {
        let read = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || {
            packages.iter().filter_map(|package| lint(&metadata, package, allowed, terminal)).collect::<Vec<Linted>>()
        });
        read.map_err(|error| internal(error.to_string()))?
            .join()
            .map_err(|_| internal("reading build scripts failed".to_owned()))
    })?;
    let exit = exit(options.deny, &scripts);
    // More features make the graph larger alone.
    let narrowed = options.no_deps || graph_options.iter().any(|it| it == "--no-default-features");
    let whole = targets.is_empty() && !narrowed;
    let stay = scripts.iter().map(|script| (script.package.as_str(), script.allowed.as_slice()));
    let in_vain = allowed::in_vain(allowed, stay, whole);
    if options.json {
        report::data(&report::linted_json(&targets, &scripts, &in_vain, exit)).map_err(internal)?;
        return Ok(exit);
    }
    for finding in scripts.iter().flat_map(|script| &script.findings).chain(&in_vain) {
        terminal.event(Event::Finding(finding));
    }
    for (finding, reason) in scripts.iter().flat_map(|script| &script.allowed) {
        let place = finding.origin.as_ref().map(ToString::to_string).unwrap_or_default();
        terminal.event(Event::Detail("Allowed", &format!("{}, {place}: {reason}", finding.code)));
    }
    terminal.event(Event::Status("Read", &summary(&scripts)));
    Ok(exit)
}

/// The triples of the targets that were named.
fn targets(options: &Options, catalogue: &Catalogue, sh: &Sh, start: &Start) -> Result<Vec<String>, Ends> {
    if options.request.targets.is_empty() {
        return Ok(Vec::new());
    }
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    let (mut triples, mut unknown) = (Vec::new(), Vec::new());
    for name in &options.request.targets {
        match catalogue.resolve(name, &rustc.host) {
            Ok(row) => triples.push(row.triple),
            Err(finding) => unknown.push(*finding),
        }
    }
    if unknown.is_empty() { Ok(triples) } else { Err((Exit::Usage, unknown)) }
}

/// What is wrong in the build script of a package, if it has one.
fn lint(metadata: &Metadata, package: &Package, allowed: &[Allowed], terminal: &Terminal) -> Option<Linted> {
    let info = metadata.packages.get(&package.id)?;
    let script = info.script.as_ref()?;
    let name = format!("{} {}", package.name, package.version);
    terminal.event(Event::Detail("Reading", &format!("the build script of {name}")));
    let relative = script.strip_prefix(&info.directory).ok().and_then(Path::to_str).map(|it| it.replace('\\', "/"));
    let read = match (&relative, script.parent(), script.file_name()) {
        (Some(relative), _, _) => build_scripts::read(&info.directory, relative, &prefix(metadata, package)),
        // It may lie anywhere, and be shared with other packages.
        (None, Some(directory), Some(file)) => {
            build_scripts::read(directory, &file.to_string_lossy(), &format!("{}/", directory.display()))
        }
        (None, _, _) => return None,
    };
    let found = read.findings.into_iter().chain(build_script::check(&read.sources, &info.script_crates));
    let marked = |finding: Finding| {
        if package.member { finding } else { finding.note(format!("in {name}, a dependency")) }
    };
    let (findings, stay) = allowed::sort(allowed, &package.name, found.map(marked));
    Some(Linted {
        package: package.name.clone(),
        version: package.version.clone(),
        member: package.member,
        findings,
        allowed: stay,
    })
}

/// What stands before the path of a file of a package: its place in the workspace, or its name and version.
fn prefix(metadata: &Metadata, package: &Package) -> String {
    let directory = metadata.packages.get(&package.id).map(|info| info.directory.as_path());
    match directory.and_then(|it| it.strip_prefix(&metadata.root).ok()) {
        Some(below) if below.as_os_str().is_empty() => String::new(),
        Some(below) => format!("{}/", below.display()),
        None => format!("{}-{}/", package.name, package.version),
    }
}

fn exit(deny: Option<Deny>, scripts: &[Linted]) -> Exit {
    let denied = |script: &&Linted| match deny {
        Some(Deny::All) => true,
        Some(Deny::Members) => script.member,
        None => false,
    };
    if scripts.iter().filter(denied).any(|script| !script.findings.is_empty()) { Exit::Config } else { Exit::Done }
}

fn summary(scripts: &[Linted]) -> String {
    let findings = |member: bool| -> usize {
        scripts.iter().filter(|it| it.member == member).map(|script| script.findings.len()).sum()
    };
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let read = counted(scripts.len(), "build script");
    let allowed = match scripts.iter().map(|script| script.allowed.len()).sum() {
        0 => String::new(),
        count => format!("; {count} allowed"),
    };
    format!("{read}: {} in members, {} in dependencies{allowed}", counted(findings(true), "finding"), findings(false))
}
