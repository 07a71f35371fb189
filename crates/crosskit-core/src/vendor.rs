//! How the kit comes into a workspace that is there, and out again: what is edited, what is added, and what stands in the
//! way.

mod arm;
mod array;
pub mod copy;
mod helper;
pub mod lock;
pub mod manifest;
mod members;
mod obstacles;
pub mod outcome;
pub mod record;
pub mod removal;
mod rust;
pub mod undo;
pub mod update;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{self, WantedKey, WantedValue};
use crate::finding::{Code, Finding, Origin};
use crate::policy;
use arm::Added;
pub use arm::Arm;
pub use helper::helper;
use manifest::{Cannot, Entry, Line};
use members::{default_members, excludes, members_that_are_the_root, takes_in, topmost};
pub use obstacles::apart;
use obstacles::refuse;
pub use record::{Record, Source};

/// The manifest at the root.
pub const MANIFEST: &str = "Cargo.toml";

/// The lock file at the root.
pub const LOCK: &str = "Cargo.lock";

/// The xtask that a workspace without one gets: its name, and its directory.
pub const XTASK: &str = "xtask";

/// The first Cargo that reads `host-tuple`, and the oldest compiler that compiles the kit.
pub const CARGO: (u32, u32) = (1, 91);

/// The first Cargo that can read the kit's manifests, which are of edition 2024.
const READS_MANIFESTS: (u32, u32) = (1, 85);

/// How the kit is to come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// From where.
    pub source: Source,
    /// As a workspace with a lock file of its own.
    pub isolated: bool,
    /// The path of the crate `crosskit` from the root, or the version that the registry is asked for.
    pub at: String,
}

/// The workspace, as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Texts of files, by their path below the root: manifests, programs, the config.
    pub files: BTreeMap<String, String>,
    /// The config file at the root: `.cargo/config.toml`, or the old name where that is there.
    pub config: String,
    /// The members.
    pub members: Vec<Member>,
    /// What is at the root beside them.
    pub taken: BTreeSet<String>,
    /// Directories below the root with a manifest that is of no member.
    pub nested: Vec<String>,
    /// What `cargo xtask` means here, and where that is said.
    pub alias: Option<Alias>,
    /// Versions of Cargo and of the compiler here, in this order.
    pub toolchain: Vec<(String, (u32, u32))>,
}

/// An alias that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The package that it runs, if it runs one of this workspace.
    pub package: Option<String>,
    /// Where it stands.
    pub origin: Origin,
    /// Whether that is the config at the root.
    pub own: bool,
}

/// A member of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its directory below the root; empty for the root itself.
    pub directory: String,
    /// Whether cargo builds it by itself.
    pub is_default: bool,
    /// `rust-version`
    pub rust_version: Option<(u32, u32)>,
    /// Its edition.
    pub edition: String,
    /// Whether cargo would publish it.
    pub is_published: bool,
    /// Its build script, below the root.
    pub script: Option<String>,
    /// The source of the program that `cargo run` starts, below the root, if it is clear which.
    pub program: Option<String>,
}

impl Member {
    /// The path of its manifest below the root.
    pub fn manifest(&self) -> String {
        below(&self.directory, MANIFEST)
    }
}

/// What vendoring comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// What the workspace table gets.
    pub entry: Entry,
    /// Files of the workspace that are edited, in the order in which they are written.
    pub edits: Vec<Edit>,
    /// Files of an xtask that there was none of, by their path below the root.
    pub files: Vec<(String, String)>,
    /// The config with the alias, if it was not there.
    pub config: Option<String>,
    /// What stands in the way, and what is left to do.
    pub findings: Vec<Finding>,
}

/// A file of the workspace that is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its path below the root.
    pub path: String,
    /// What it was.
    pub before: String,
    /// What it becomes.
    pub after: String,
    /// The line that it got, if it is the manifest of a package.
    pub line: Option<Line>,
}

/// Decides what vendoring comes to.
pub fn place(request: &Request, facts: &Facts) -> Placement {
    let mut placement = Placement::default();
    refuse(request, facts, &mut placement.findings);
    let xtask = existing(facts);
    let text = facts.files.get(MANIFEST).map(String::as_str).unwrap_or_default();
    let has_table = text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("workspace"));
    let copies = request.source == Source::Copy;
    if !request.isolated {
        let directory = xtask.map_or(XTASK, |member| &member.directory);
        let dependency = match request.source {
            Source::Copy => copy::by_path(&format!("{}{}/crosskit", up(directory), copy::DIRECTORY)),
            Source::Path if request.at.starts_with('/') => copy::by_path(&request.at),
            Source::Path => copy::by_path(&format!("{}{}", up(directory), request.at)),
            Source::Registry => config::quoted(&request.at),
        };
        match xtask {
            Some(member) => hand_over(facts, member, &dependency, &mut placement),
            None => {
                let files = copy::xtask(&dependency, inherits_lints(facts)).into_iter();
                placement.files.extend(files.map(|(path, text)| (below(XTASK, path), text)));
                placement.entry.member = (!takes_in(text, XTASK)).then(|| XTASK.to_owned());
            }
        }
    }
    let excluded = copies.then(|| copy::DIRECTORY.to_owned()).filter(|_| !request.isolated || has_table);
    placement.entry.exclude.extend(excluded.or_else(|| checkout_below(request)));
    // The config may be the first file in it, and a directory that a pattern takes in must be a package.
    let config = facts.config.split('/').next().unwrap_or_default();
    if takes_in(text, config) && !excludes(text, config) {
        placement.entry.exclude.push(config.to_owned());
    }
    if !has_table && !request.isolated {
        // Packages below it were of no workspace, and must not be taken for members of the new one.
        placement.entry.exclude.extend(topmost(&facts.nested));
    }
    if !placement.entry.exclude.is_empty() {
        placement.entry.unnamed = members_that_are_the_root(text);
    }
    if placement.entry.member.is_some() || !request.isolated && xtask.is_none() {
        placement.entry.default_members = default_members(facts, text);
    }
    if placement.entry != Entry::default() {
        match manifest::enter(text, &placement.entry) {
            Ok(after) => placement.edits.extend(edit(facts, MANIFEST, after, None)),
            Err(cannot) => placement.findings.push(cannot_edit(MANIFEST, &cannot, request, facts)),
        }
    }
    let package = xtask.filter(|_| !request.isolated).map_or(XTASK, |member| &member.name);
    alias(request, facts, package, &mut placement);
    placement
}

/// The package at the root, where it would be published with what the kit has below `.cargo`.
pub fn published_with_config(facts: &Facts) -> Option<&str> {
    let root = facts.members.iter().find(|member| member.directory.is_empty() && member.is_published)?;
    let manifest = config::parse(facts.files.get(MANIFEST)?).ok()?;
    let excluded = manifest.value(&["package", "exclude"]).and_then(toml::Value::as_array);
    let leaves_out = |pattern: &str| pattern.trim_matches('/').split('/').next() == Some(".cargo");
    let is_left_out = manifest.value(&["package", "include"]).is_some()
        || excluded.into_iter().flatten().filter_map(toml::Value::as_str).any(leaves_out);
    (!is_left_out).then_some(&root.name)
}

/// The alias, where it came with the kit and is gone: the config with it, or why it cannot stand there.
pub fn alias_again(record: &Record, facts: &Facts) -> Placement {
    let mut placement = Placement::default();
    let has_own_xtask = facts.members.iter().any(|member| member.name == XTASK && record.brought(member));
    if record.isolated || has_own_xtask {
        let request = Request { source: record.source, isolated: record.isolated, at: String::new() };
        alias(&request, facts, XTASK, &mut placement);
    }
    placement
}

/// The xtask that there is: what the alias runs, or a member of that name.
pub fn existing(facts: &Facts) -> Option<&Member> {
    let named = |name: &str| facts.members.iter().find(|member| member.name == name);
    match &facts.alias {
        Some(alias) if alias.own => alias.package.as_deref().and_then(named),
        _ => named(XTASK),
    }
}

/// Edits an xtask that there is.
fn hand_over(facts: &Facts, member: &Member, dependency: &str, placement: &mut Placement) {
    let path = member.manifest();
    let line = Line { table: "dependencies".to_owned(), key: "crosskit".to_owned(), value: dependency.to_owned() };
    let text = facts.files.get(&path).map(String::as_str).unwrap_or_default();
    match manifest::add(text, &line) {
        Ok(after) => placement.edits.extend(edit(facts, &path, after, Some(line))),
        Err(cannot) => {
            let origin = Origin::File { path, line: cannot.position.line, column: cannot.position.column };
            let message = format!("the manifest of `{}` cannot be edited: {}", member.name, cannot.why);
            placement.findings.push(Finding::error(Code::VendorByHand, message).at(origin));
        }
    }
    let by_hand = |why: &str, path: Option<&String>| {
        let message = format!("`{}` does not hand `cross` to the kit yet: {why}", member.name);
        let finding = Finding::warning(Code::VendorByHand, message);
        let finding = match path {
            Some(path) => finding.at(Origin::File { path: path.clone(), line: 1, column: 1 }),
            None => finding,
        };
        finding.note("everything else is done").hints(Arm::Cross.lines(false))
    };
    let Some(path) = &member.program else {
        placement.findings.push(by_hand("it is not clear which of its programs is the xtask", None));
        return;
    };
    if member.edition == "2015" {
        placement.findings.push(by_hand("it is of edition 2015, which needs `extern crate crosskit;`", Some(path)));
        return;
    }
    match arm::add(facts.files.get(path).map(String::as_str).unwrap_or_default(), Arm::Cross) {
        Added::Text(after) => placement.edits.extend(edit(facts, path, after, None)),
        Added::Already => {}
        Added::Unclear(why) => placement.findings.push(by_hand(why, Some(path))),
    }
}

/// The alias, unless there is one.
fn alias(request: &Request, facts: &Facts, package: &str, placement: &mut Placement) {
    if facts.alias.is_some() {
        return;
    }
    let before = facts.files.get(&facts.config).cloned();
    let manifest = request.isolated.then(|| below(copy::DIRECTORY, MANIFEST));
    let value = policy::alias(package, manifest.as_deref(), []);
    let key = WantedKey { path: ["alias", "xtask"].map(str::to_owned).to_vec(), value: WantedValue::String(value) };
    match config::sync(&before.unwrap_or_else(config::new_file), &[key]) {
        Ok(outcome) if outcome.user_keys.is_empty() => placement.config = Some(outcome.text),
        Ok(outcome) => {
            for key in outcome.user_keys {
                let origin =
                    Origin::File { path: facts.config.clone(), line: key.position.line, column: key.position.column };
                let finding =
                    Finding::error(Code::VendorByHand, format!("the alias cannot stand beside `{}`", key.theirs));
                placement.findings.push(finding.at(origin).hint(format!("write it there: xtask = {}", key.ours)));
            }
        }
        Err(error) => {
            let finding = Finding::error(Code::ConfigInvalid, format!("`{}` cannot be edited: {error}", facts.config));
            placement.findings.push(finding);
        }
    }
}

/// An edit, unless what it brings is there: that is the user's own, and does not go with the kit.
fn edit(facts: &Facts, path: &str, after: String, line: Option<Line>) -> Option<Edit> {
    let before = facts.files.get(path).cloned().unwrap_or_default();
    (before != after).then(|| Edit { path: path.to_owned(), before, after, line })
}

fn cannot_edit(path: &str, cannot: &Cannot, request: &Request, facts: &Facts) -> Finding {
    let Cannot { why, position } = cannot;
    let origin = Origin::File { path: path.to_owned(), line: position.line, column: position.column };
    let finding = Finding::error(Code::VendorByHand, format!("the manifest cannot be edited: {why}")).at(origin);
    let finding = finding.note("crosskit adds lines to the table `[workspace]`, and changes nothing else");
    if request.isolated { finding } else { finding.hint(apart(facts)) }
}

/// Whether the members follow the lints of the workspace, so that a new one has to as well.
fn inherits_lints(facts: &Facts) -> bool {
    let inherits = |member: &Member| {
        let manifest = config::parse(facts.files.get(&member.manifest())?).ok()?;
        manifest.value(&["lints", "workspace"])?.as_bool()
    };
    !facts.members.is_empty() && facts.members.iter().all(|member| inherits(member) == Some(true))
}

/// A checkout that lies below the root is a workspace of its own there.
fn checkout_below(request: &Request) -> Option<String> {
    let is_below = request.source == Source::Path && !request.at.starts_with('/') && !request.at.starts_with("..");
    let checkout = request.at.strip_suffix("/crates/crosskit").unwrap_or(&request.at);
    is_below.then(|| checkout.to_owned())
}

/// `../` as often as it takes to leave a directory.
fn up(directory: &str) -> String {
    "../".repeat(directory.split('/').filter(|part| !part.is_empty()).count())
}

fn below(directory: &str, path: &str) -> String {
    if directory.is_empty() { path.to_owned() } else { format!("{directory}/{path}") }
}
