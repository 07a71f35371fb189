//! Finds, reads and merges the config files that Cargo reads, from files that somebody else has read from the disk.
//!
//! Source: Cargo reference, "Configuration": hierarchical structure, including extra configuration files, command-line
//! overrides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::{self, Text};

use super::problem::{IncludeFault, Problem};
use super::value::{Class, Definition, Merging, Value};

/// A file, or an argument of `--config`, with what it says by itself.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The name as it is shown: relative to the workspace root where the file is below it.
    pub path: String,
    /// The file; `None` for a key on the command line.
    pub file: Option<PathBuf>,
    /// What relative programs are joined to: the directory above the one that holds the file.
    pub directory: PathBuf,
    /// How strong it is.
    pub class: Class,
    /// Whether it lies outside the workspace and its repository, so that a colleague has another one or none.
    pub outside: bool,
    /// Whether it lies in the workspace itself, which a copy without the repository around it has as well.
    pub in_workspace: bool,
    /// Whether another file includes it.
    pub included: bool,
    /// The text.
    pub text: Text,
    /// What the text says, without `include`.
    pub values: BTreeMap<String, Value>,
}

/// Where Cargo is started, and what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The workspace root: names of files are shown from here.
    pub root: PathBuf,
    /// What lies below it is everybody's: the repository that the root is in, or the root where there is none.
    pub shared_root: PathBuf,
    /// The directory in which Cargo is started; config files are looked for from here upwards (cargo #10302).
    pub directory: PathBuf,
    /// `$CARGO_HOME`.
    pub cargo_home: Option<PathBuf>,
    /// The arguments of `--config`.
    pub command_line: Vec<String>,
    /// Whether only what is shared is looked at, as a colleague has nothing else.
    pub shared_only: bool,
}

/// All layers, and what Cargo makes of them together.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The layers in the order in which they were read.
    pub all: Vec<Layer>,
    /// The numbers of the layers, the strongest first. The environment stands between the classes.
    pub strongest_first: Vec<usize>,
    /// The merged values.
    pub merged: BTreeMap<String, Value>,
    /// What stops Cargo from reading or merging the files.
    pub problems: Vec<Problem>,
    /// Arrays of program and arguments in more than one file, which Cargo merges at random.
    pub random: Vec<Vec<String>>,
    /// Files named `config`, and whether a `config.toml` beside each is hidden by it.
    pub old_names: Vec<(String, bool)>,
}

/// Reads what is in force at a site.
///
/// `read` is asked for every file that Cargo would look at; where it fails, it has told so itself, and the file counts
/// as missing. So does a `config` that is the `config.toml` beside it by another name, which is read by that one.
pub fn load(site: &Site, read: &mut dyn FnMut(&Path) -> Option<String>) -> Layers {
    let mut read =
        |path: &Path| if site.shared_only && !path.starts_with(&site.shared_root) { None } else { read(path) };
    let mut loader = Loader { site, read: &mut read, layers: Layers::default() };
    let mut merging = Merging::default();
    let mut merged = BTreeMap::new();
    let mut strongest_first = Vec::new();
    for path in loader.found() {
        let Some(text) = (loader.read)(&path) else { continue };
        if let Some(loaded) = loader.text(&path, text, Class::File, false, &mut BTreeSet::new()) {
            merging.merge(&mut merged, loaded.values, false);
            strongest_first.extend(loaded.strongest_first);
        }
    }
    let mut seen = BTreeSet::new();
    let mut from_command_line = BTreeMap::new();
    let mut stronger = Vec::new();
    for argument in &site.command_line {
        let path = site.directory.join(argument);
        let loaded = match (!argument.is_empty()).then(|| (loader.read)(&path)).flatten() {
            Some(text) => loader.text(&path, text, Class::CommandLine, false, &mut seen),
            None => loader.argument(argument),
        };
        if let Some(loaded) = loaded {
            merging.merge(&mut from_command_line, loaded.values, true);
            stronger.splice(0..0, loaded.strongest_first);
        }
    }
    merging.merge(&mut merged, from_command_line, true);
    stronger.extend(strongest_first);

    let mut layers = loader.layers;
    layers.problems.extend(merging.mismatches.into_iter().map(Problem::Mismatch));
    layers.random.extend(merging.random);
    layers.merged = merged;
    layers.strongest_first = stronger;
    layers
}

/// A file with everything that it includes.
struct Loaded {
    values: BTreeMap<String, Value>,
    strongest_first: Vec<usize>,
}

struct Loader<'a> {
    site: &'a Site,
    read: &'a mut dyn FnMut(&Path) -> Option<String>,
    layers: Layers,
}

impl Loader<'_> {
    /// The config files by their place, the nearest first. The old name `config` hides a `config.toml` beside it.
    fn found(&mut self) -> Vec<PathBuf> {
        let site = self.site;
        let mut found = Vec::new();
        let mut directories: Vec<PathBuf> = site.directory.ancestors().map(|above| above.join(".cargo")).collect();
        directories.extend(site.cargo_home.clone().filter(|home| !directories.contains(home)));
        for directory in directories {
            let (old, new) = (directory.join("config"), directory.join("config.toml"));
            if (self.read)(&old).is_some() {
                let hides = (self.read)(&new).is_some();
                let shown = self.shown(&old);
                self.layers.old_names.push((shown, hides));
                found.push(old);
            } else if (self.read)(&new).is_some() {
                found.push(new);
            }
        }
        found
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.site.root).unwrap_or(path).display().to_string()
    }

    /// Whether a colleague with the same workspace lacks a file. A home among what is shared is the shell's choice,
    /// unless it is the directory in which the workspace's own config lies.
    fn is_outside(&self, path: &Path) -> bool {
        let is_own = |home: &Path| self.site.directory.ancestors().any(|above| above.join(".cargo") == home);
        let home = self.site.cargo_home.as_deref().filter(|home| !is_own(home));
        !path.starts_with(&self.site.shared_root) || home.is_some_and(|home| path.starts_with(home))
    }

    fn text(
        &mut self,
        path: &Path,
        text: String,
        class: Class,
        included: bool,
        seen: &mut BTreeSet<PathBuf>,
    ) -> Option<Loaded> {
        let shown = self.shown(path);
        if !seen.insert(path.to_path_buf()) {
            self.layers.problems.push(Problem::Include { file: shown, at: None, fault: IncludeFault::Circle });
            return None;
        }
        let directory = path.parent().and_then(Path::parent).unwrap_or(path).to_path_buf();
        let layer = Layer {
            path: shown,
            file: Some(path.to_path_buf()),
            outside: class == Class::File && self.is_outside(path),
            in_workspace: class == Class::File && !self.is_outside(path) && path.starts_with(&self.site.root),
            directory,
            class,
            included,
            text: Text::from(text),
            values: BTreeMap::new(),
        };
        let base = path.parent().unwrap_or(path).to_path_buf();
        self.layer(layer, &base, seen)
    }

    /// An argument `KEY=VALUE` of `--config`.
    fn argument(&mut self, argument: &str) -> Option<Loaded> {
        let directory = self.site.directory.clone();
        if !is_one_dotted_key(argument) {
            self.layers.problems.push(Problem::CommandLine { argument: argument.to_owned() });
            return None;
        }
        let layer = Layer {
            path: format!("--config {argument}"),
            file: None,
            directory: directory.clone(),
            class: Class::CommandLine,
            outside: false,
            in_workspace: false,
            included: false,
            text: Text::from(argument.to_owned()),
            values: BTreeMap::new(),
        };
        self.layer(layer, &directory, &mut BTreeSet::new())
    }

    fn layer(&mut self, mut layer: Layer, base: &Path, seen: &mut BTreeSet<PathBuf>) -> Option<Loaded> {
        let number = self.layers.all.len();
        let class = layer.class;
        let mut values = match config::spanned(layer.text.as_str()) {
            Ok(table) => match Value::of_table(&table, number, class) {
                Ok(values) => values,
                Err(all) => {
                    self.layers.problems.extend(all.into_iter().map(|unsupported| {
                        let position = layer.text.position(unsupported.offset);
                        Problem::Unsupported { file: layer.path.clone(), position, unsupported }
                    }));
                    return None;
                }
            },
            Err(error) => {
                self.layers.problems.push(Problem::NotToml { file: layer.path.clone(), error });
                return None;
            }
        };
        let includes = values.remove("include");
        layer.values = values.clone();
        self.layers.all.push(layer);

        // Later files win over earlier ones, and the file itself over all that it includes.
        let mut merging = Merging::default();
        let mut merged = BTreeMap::new();
        let mut strongest_first = Vec::new();
        for (path, optional, at) in self.includes(includes.as_ref()) {
            let path = base.join(path);
            match (self.read)(&path) {
                Some(text) => {
                    if let Some(loaded) = self.text(&path, text, class, true, seen) {
                        merging.merge(&mut merged, loaded.values, true);
                        strongest_first.splice(0..0, loaded.strongest_first);
                    }
                }
                None if optional => {}
                None => {
                    let file = self.shown(&path);
                    self.layers.problems.push(Problem::Include { file, at: Some(at), fault: IncludeFault::Missing });
                }
            }
        }
        merging.merge(&mut merged, values, true);
        strongest_first.insert(0, number);
        self.layers.problems.extend(merging.mismatches.into_iter().map(Problem::Mismatch));
        self.layers.random.extend(merging.random);
        Some(Loaded { values: merged, strongest_first })
    }

    /// What `include` names: the path, whether it may be missing, and where it says so.
    fn includes(&mut self, include: Option<&Value>) -> Vec<(String, bool, Definition)> {
        let mut found = Vec::new();
        let Some(include) = include else { return found };
        let mut fault = |at: &Definition, fault| {
            self.layers.problems.push(Problem::Include { file: "include".to_owned(), at: Some(at.clone()), fault });
        };
        let Some(items) = include.as_list() else {
            fault(include.definition(), IncludeFault::NotAList);
            return found;
        };
        for item in items {
            let at = item.definition();
            let (path, optional) = match item {
                Value::String(path, _) => (Some(path), false),
                Value::Table(table, _) => {
                    let path = match table.get("path") {
                        Some(Value::String(path, _)) => Some(path),
                        _ => None,
                    };
                    match table.get("optional") {
                        None => (path, false),
                        Some(Value::Boolean(optional, _)) => (path, *optional),
                        Some(_) => (None, false),
                    }
                }
                _ => (None, false),
            };
            match path {
                None => fault(at, IncludeFault::NotAPath),
                Some(path) if Path::new(path).extension().is_none_or(|it| it != "toml") => {
                    fault(at, IncludeFault::NotToml);
                }
                Some(path) if path.contains(['*', '?', '[', ']', '{', '}']) => fault(at, IncludeFault::Pattern),
                Some(path) => found.push((path.clone(), optional, at.clone())),
            }
        }
        found
    }
}

/// Whether an argument is one dotted key with a value that is no inline table, and nothing else: what Cargo takes.
fn is_one_dotted_key(argument: &str) -> bool {
    let Ok(document) = config::parse(argument) else { return false };
    let mut top = document.entries().filter(|entry| !entry.inline);
    let Some(entry) = top.next() else { return false };
    let headers = argument.trim_start().starts_with('[') || argument.contains('\n');
    top.next().is_none() && !entry.value.starts_with('{') && !headers && !has_comment(argument, entry.span.end)
}

fn has_comment(argument: &str, end: usize) -> bool {
    argument.get(end..).is_some_and(|rest| !rest.trim().is_empty())
}

impl Layers {
    /// The layer of a definition, if it is in one.
    pub fn layer(&self, definition: &Definition) -> Option<&Layer> {
        match definition {
            Definition::Layer { layer, .. } => self.all.get(*layer),
            Definition::Variable(_) => None,
        }
    }

    /// What each layer says at a path, the strongest first.
    pub fn at<S: AsRef<str>>(&self, path: &[S]) -> Vec<(&Layer, &Value)> {
        let in_layer = |number: &usize| {
            let layer = self.all.get(*number)?;
            Some((layer, value_at(&layer.values, path)?))
        };
        self.strongest_first.iter().filter_map(in_layer).collect()
    }
}

/// The value at a path of a table.
pub fn value_at<'a, S: AsRef<str>>(table: &'a BTreeMap<String, Value>, path: &[S]) -> Option<&'a Value> {
    let (last, above) = path.split_last()?;
    let mut table = table;
    for part in above {
        table = table.get(part.as_ref())?.as_table()?;
    }
    table.get(last.as_ref())
}
