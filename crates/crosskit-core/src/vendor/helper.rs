//! The helper for build scripts comes into a package: as a dependency, or as one file where the package is published, with
//! which a bare path would stop cargo.

use super::arm::{self, Added, Arm};
use super::manifest::{self, Line};
use super::{Edit, Facts, Member, Placement, Request, Source, below, copy, edit, members, up};
use crate::config;
use crate::finding::{Code, Finding, Origin};
use crate::single_file;

/// The oldest compiler that compiles the helper.
const RUST: (u32, u32) = (1, 77);

/// The one file, below the directory of the package.
const FILE: &str = "build/crosskit.rs";

/// A build script that there was none of.
const SCRIPT: &str = "build.rs";

/// What takes the one file in, at the end of a build script, from the directory in which that lies.
fn module(up: &str) -> String {
    format!("\n#[rustfmt::skip]\n#[path = \"{up}{FILE}\"]\nmod crosskit;\n")
}

/// Decides what the helper in a package comes to. `facts` are those of the workspace with what else is edited.
pub fn helper(request: &Request, facts: &Facts, package: &str) -> Placement {
    let mut placement = Placement::default();
    let Some(member) = facts.members.iter().find(|member| member.name == package) else {
        let names: Vec<&str> = facts.members.iter().map(|member| member.name.as_str()).collect();
        let finding = Finding::error(Code::UnknownName, format!("the workspace has no package `{package}`"));
        placement.findings.push(finding.at(Origin::CommandLine).note(format!("there are: {}", names.join(", "))));
        return placement;
    };
    if member.edition == "2015" {
        let message = format!("`{package}` is of edition 2015, which the helper is not for");
        let origin = Origin::File { path: member.manifest(), line: 1, column: 1 };
        placement.findings.push(Finding::error(Code::VendorByHand, message).at(origin).hint("edition = \"2018\""));
        return placement;
    }
    if let Some((major, minor)) = member.rust_version.filter(|version| *version < RUST) {
        let message =
            format!("`{package}` is to be built by Rust {major}.{minor}, and the helper needs {}.{}", RUST.0, RUST.1);
        let origin = Origin::File { path: member.manifest(), line: 1, column: 1 };
        let finding = Finding::error(Code::VendorToolchain, message).at(origin);
        let hint = format!("raise it: rust-version = \"{}.{}\"", RUST.0, RUST.1);
        placement.findings.push(finding.note("its build script would not compile with the older ones").hint(hint));
        return placement;
    }
    let one_file = member.is_published && request.source != Source::Registry;
    if one_file {
        placement.files.push((below(&member.directory, FILE), single_file::text()));
        placement.findings.extend(left_out_of_package(facts, member));
    } else {
        depend(request, facts, member, &mut placement);
    }
    script(facts, member, one_file, &mut placement);
    placement
}

fn depend(request: &Request, facts: &Facts, member: &Member, placement: &mut Placement) {
    let up = up(&member.directory);
    let value = match request.source {
        Source::Copy => copy::by_path(&format!("{up}{}/crosskit-build", copy::DIRECTORY)),
        Source::Registry => config::quoted(&request.at),
        Source::Path => {
            let crates = request.at.strip_suffix("/crosskit").unwrap_or(&request.at);
            let prefix = if crates.starts_with('/') { "" } else { up.as_str() };
            copy::by_path(&format!("{prefix}{crates}/crosskit-build"))
        }
    };
    let path = member.manifest();
    let line = Line { table: "build-dependencies".to_owned(), key: "crosskit-build".to_owned(), value };
    match manifest::add(facts.files.get(&path).map(String::as_str).unwrap_or_default(), &line) {
        Ok(after) => placement.edits.extend(edit(facts, &path, after, Some(line))),
        Err(cannot) => {
            let message = format!("the manifest of `{}` cannot be edited: {}", member.name, cannot.why);
            let origin = Origin::File { path, line: cannot.position.line, column: cannot.position.column };
            let finding = Finding::error(Code::VendorByHand, message).at(origin);
            placement.findings.push(finding.hint(format!("below [{}]: {} = {}", line.table, line.key, line.value)));
        }
    }
}

fn script(facts: &Facts, member: &Member, one_file: bool, placement: &mut Placement) {
    let name = if one_file { "crosskit" } else { "crosskit_build" };
    let inner = member.script.as_deref().and_then(|it| it.strip_prefix(&below(&member.directory, "")));
    let inner = inner.and_then(|path| path.rsplit_once('/')).map_or("", |(directory, _)| directory);
    let module = if one_file { module(&up(inner)) } else { String::new() };
    let Some(path) = &member.script else {
        let manifest = facts.files.get(&member.manifest()).and_then(|text| config::parse(text).ok());
        if manifest.is_some_and(|it| it.value(&["package", "build"]).is_some()) {
            let message = format!("`{}` says that it has no build script", member.name);
            let origin = Origin::File { path: member.manifest(), line: 1, column: 1 };
            placement
                .findings
                .push(Finding::error(Code::VendorByHand, message).at(origin).hint("take `build` out there"));
            return;
        }
        let text = format!("{SCRIPT_HEAD}fn main() {{\n    {name}::check();\n}}\n{module}");
        placement.files.push((below(&member.directory, SCRIPT), text));
        return;
    };
    let text = facts.files.get(path).map(String::as_str).unwrap_or_default();
    match arm::add(text, Arm::Check(name)) {
        Added::Text(after) => {
            let end = if after.contains("\r\n") { "\r\n" } else { "\n" };
            let close = if after.ends_with('\n') || module.is_empty() { "" } else { end };
            let after = format!("{after}{close}{}", module.replace('\n', end));
            placement.edits.extend(edit(facts, path, after, None));
        }
        Added::Already => {}
        Added::Unclear(why) => {
            let message = format!("the build script of `{}` does not call the helper yet: {why}", member.name);
            let origin = Origin::File { path: path.clone(), line: 1, column: 1 };
            let finding = Finding::warning(Code::VendorByHand, message).at(origin).note("everything else is done");
            let lines = module.lines().filter(|line| !line.is_empty()).map(str::to_owned);
            placement.findings.push(finding.hint(format!("{name}::check();")).hints(lines));
        }
    }
}

/// A package that lists what is published leaves out what the list does not name.
fn left_out_of_package(facts: &Facts, member: &Member) -> Option<Finding> {
    let path = member.manifest();
    let manifest = config::parse(facts.files.get(&path)?).ok()?;
    let position = manifest.position(&["package", "include"])?;
    let include = manifest.value(&["package", "include"]).and_then(toml::Value::as_array);
    let patterns: Vec<&str> = include.into_iter().flatten().filter_map(toml::Value::as_str).collect();
    // A build script that was there is in the list, or the package could not be built.
    let needed = [Some(FILE), member.script.is_none().then_some(SCRIPT)].into_iter().flatten();
    let missing: Vec<String> =
        needed.filter(|file| !members::includes(&patterns, file)).map(|file| format!("\"/{file}\"")).collect();
    if missing.is_empty() {
        return None;
    }
    let message = format!("`{}` is published with what `include` names alone", member.name);
    let origin = Origin::File { path, line: position.line, column: position.column };
    let finding = Finding::warning(Code::VendorByHand, message).at(origin);
    Some(
        finding
            .note("its build script would not compile without that file")
            .hint(format!("add it there: {}", missing.join(", "))),
    )
}

/// The text without what takes the one file in.
pub(super) fn without_module(text: &str) -> String {
    let modules = (0..4).map(|depth| module(&"../".repeat(depth)));
    modules.fold(text.to_owned(), |text, module| text.replace(&module, "").replace(&module.replace('\n', "\r\n"), ""))
}

const SCRIPT_HEAD: &str = "//! Says what HOST and TARGET are, and where tooling for the two got mixed up.\n\n";

impl Placement {
    /// Both, where the other was decided with this one's edits in the files.
    pub fn and(mut self, other: Placement) -> Placement {
        for new in other.edits {
            match self.edits.iter_mut().find(|edit| edit.path == new.path) {
                Some(Edit { after, line, .. }) => {
                    *after = new.after;
                    *line = line.take().or(new.line);
                }
                None => self.edits.push(new),
            }
        }
        self.files.extend(other.files);
        self.findings.extend(other.findings);
        self
    }
}
