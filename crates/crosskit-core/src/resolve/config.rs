//! Single keys as Cargo reads them: out of the merged files, the command line and the environment.
//!
//! Source: Cargo reference, "Configuration", "Environment variables"; what happens to wrong types and to two forms of
//! one key was tried with Cargo 1.95.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::finding::Origin;

use super::load::{Layer, Layers, value_at};
use super::problem::{Problem, dotted};
use super::told::origin;
use super::value::{Class, Definition, Value};

pub(super) const STRING: &str = "a string";
pub(super) const RUNNER: &str = "a string, or an array of strings that is not empty";
pub(super) const STRINGS: &str = "a string, or an array of strings";
pub(super) const TABLE: &str = "a table";

/// The config in force, and the environment that Cargo is started with.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The files and the command line.
    pub layers: &'a Layers,
    /// The environment.
    pub environment: &'a BTreeMap<String, String>,
    /// The directory in which Cargo is started: what relative programs of the environment are joined to.
    pub directory: &'a Path,
    /// The minor version of Cargo, as a few rules came later than 1.91: 95 for 1.95.
    pub cargo_minor: u32,
}

/// A value that won, with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// The value.
    pub value: T,
    /// The key or the variable that holds it.
    pub key: String,
    /// Where it stands.
    pub definition: Definition,
}

/// A value that lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loser {
    /// The value as it is written.
    pub shown: String,
    /// The key or the variable that holds it.
    pub key: String,
    /// Where it stands.
    pub definition: Definition,
    /// Why it lost.
    pub why: String,
}

/// What Cargo takes for a key, and what it passes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// What takes effect, if anything is set.
    pub winner: Option<Choice<T>>,
    /// Everything else that is set for the same purpose, the strongest first.
    pub losers: Vec<Loser>,
    /// Whether Cargo refuses to decide, and stops.
    pub refused: bool,
}

impl<T> Default for Setting<T> {
    fn default() -> Setting<T> {
        Setting { winner: None, losers: Vec::new(), refused: false }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<T> {
    /// The value that takes effect.
    pub value: T,
    /// Where it stands.
    pub origin: Origin,
}

impl Config<'_> {
    /// The winner of a setting with its place.
    pub fn resolved<T: Clone>(&self, setting: &Setting<T>) -> Option<Resolved<T>> {
        let winner = setting.winner.as_ref()?;
        Some(Resolved { value: winner.value.clone(), origin: self.origin(&winner.definition) })
    }

    /// The place of a definition.
    pub fn origin(&self, definition: &Definition) -> Origin {
        origin(self.layers, definition)
    }

    /// Whether a colleague with the same workspace gets the value, too.
    pub fn is_shared(&self, definition: &Definition) -> bool {
        self.layers.layer(definition).is_some_and(|layer| !layer.outside && layer.class == Class::File)
    }

    /// The value at a path of the merged files and the command line.
    pub(super) fn value<S: AsRef<str>>(&self, path: &[S]) -> Result<Option<&Value>, Box<Problem>> {
        for length in 1..path.len() {
            match value_at(&self.layers.merged, &path[..length]) {
                None => return Ok(None),
                Some(Value::Table(..)) => {}
                Some(other) => return Err(wrong_type(&path[..length], other, TABLE).into()),
            }
        }
        Ok(value_at(&self.layers.merged, path))
    }

    /// A string, or the variable in its place.
    pub(super) fn string<S: AsRef<str>>(&self, path: &[S]) -> Result<Option<Choice<String>>, Box<Problem>> {
        let name = variable_of(path);
        let variable = self.environment.get(&name);
        match (self.value(path)?, variable) {
            (Some(Value::String(text, definition)), variable) => {
                if let Some(variable) = variable
                    && definition.class() < Class::Environment
                {
                    return Ok(Some(from_variable(name, variable)));
                }
                Ok(Some(Choice { value: text.clone(), key: dotted(path), definition: definition.clone() }))
            }
            (Some(other), _) => Err(wrong_type(path, other, STRING).into()),
            (None, variable) => Ok(variable.map(|variable| from_variable(name, variable))),
        }
    }

    /// The words that an alias stands for. The variable takes the place of a string and adds its words to an array.
    pub fn alias(&self, name: &str) -> Vec<String> {
        let path = ["alias", name];
        if let Ok(found) = self.string(&path) {
            let text = found.map(|it| it.value).unwrap_or_default();
            return text.split_whitespace().map(str::to_owned).collect();
        }
        let words = self.words(&path).ok().flatten().unwrap_or_default();
        words.into_iter().map(|(word, _)| word).collect()
    }

    /// The package that an alias runs, where it names one.
    pub fn package_of_alias(&self, name: &str) -> Option<String> {
        let words = self.alias(name);
        let mut of_cargo = words.iter().take_while(|word| *word != "--");
        while let Some(word) = of_cargo.next() {
            let named = match word.as_str() {
                "-p" | "--package" => of_cargo.next().map(String::as_str),
                _ => word.strip_prefix("--package=").or_else(|| word.strip_prefix("-p")),
            };
            if let Some(package) = named.filter(|it| !it.is_empty()) {
                return Some(package.to_owned());
            }
        }
        None
    }

    /// A list of words, or a string that is split at blanks; the variable's words come after those of files.
    pub(super) fn words<S: AsRef<str>>(&self, path: &[S]) -> Result<Option<Vec<(String, Definition)>>, Box<Problem>> {
        let value = self.value(path)?;
        let name = variable_of(path);
        let variable = self.environment.get(&name);
        if value.is_none() && variable.is_none() {
            return Ok(None);
        }
        let mut words = value.map_or(Ok(Vec::new()), |value| words_of(path, value))?;
        if let Some(variable) = variable {
            let is_runner = path.len() == 3 && path[0].as_ref() == "target" && path[2].as_ref() == "runner";
            if is_runner {
                if words.first().is_some_and(|(_, definition)| definition.class() > Class::Environment) {
                    return Ok(Some(words));
                }
                words.clear();
            }
            let by_variable = variable.split_whitespace();
            words.extend(by_variable.map(|word| (word.to_owned(), Definition::Variable(name.clone()))));
            words.sort_by_key(|(_, definition)| definition.class());
        }
        Ok(Some(words))
    }

    /// The place that a value of several words has as a whole.
    pub(super) fn definition_of<S: AsRef<str>>(&self, path: &[S]) -> Definition {
        let name = variable_of(path);
        match self.value(path).ok().flatten().map(Value::definition) {
            Some(definition) if definition.class() >= Class::Environment => definition.clone(),
            Some(definition) if !self.environment.contains_key(&name) => definition.clone(),
            _ => Definition::Variable(name),
        }
    }

    /// A program: one with a path separator is relative to the directory above `.cargo`, or to the present directory
    /// if it comes from the environment or from a key on the command line; a bare one is looked up in `PATH`.
    ///
    /// Source: Cargo reference, "Configuration", "Executable paths".
    pub(super) fn program(&self, program: &str, definition: &Definition) -> String {
        let is_path = program.contains('/') || (cfg!(windows) && program.contains('\\'));
        if is_path { self.joined(program, definition) } else { program.to_owned() }
    }

    /// A path relative to where it is written. It is not made any shorter, as Cargo does not either.
    pub(super) fn joined(&self, path: &str, definition: &Definition) -> String {
        let base: &Path = match self.layers.layer(definition) {
            Some(Layer { directory, .. }) => directory,
            None => self.directory,
        };
        let joined: PathBuf = base.join(path);
        joined.to_string_lossy().into_owned()
    }
}

/// The environment variable of a key: dots and dashes become underscores.
pub fn variable_of<S: AsRef<str>>(path: &[S]) -> String {
    let mut name = "CARGO".to_owned();
    for part in path {
        name.push('_');
        name.push_str(&part.as_ref().replace('-', "_").to_uppercase());
    }
    name
}

impl Loser {
    /// A value in a layer that lost at this path.
    pub(super) fn new<S: AsRef<str>>(path: &[S], value: &Value, definition: &Definition, why: &str) -> Loser {
        Loser {
            shown: value.as_str().map_or_else(|| value.shown(), str::to_owned),
            key: dotted(path),
            definition: definition.clone(),
            why: why.to_owned(),
        }
    }
}

/// Why a value of the same key lost to this one.
pub(super) fn why_lost(winner: &Definition) -> String {
    match winner {
        Definition::Variable(name) => format!("the variable {name} wins over files"),
        _ if winner.class() == Class::CommandLine => "`--config` wins over everything else".to_owned(),
        _ => "a nearer file wins".to_owned(),
    }
}

/// What Cargo takes a variable for where the key may have values of several types.
pub(super) fn value_of_variable(name: String, text: &str) -> Value {
    let definition = Definition::Variable(name);
    match text {
        "true" | "false" => Value::Boolean(text == "true", definition),
        _ => match text.parse() {
            Ok(number) => Value::Integer(number, definition),
            Err(_) => Value::String(text.to_owned(), definition),
        },
    }
}

fn from_variable(name: String, value: &str) -> Choice<String> {
    Choice { value: value.to_owned(), key: name.clone(), definition: Definition::Variable(name) }
}

pub(super) fn words_of<S: AsRef<str>>(path: &[S], value: &Value) -> Result<Vec<(String, Definition)>, Box<Problem>> {
    match value {
        Value::String(text, definition) => {
            Ok(text.split_whitespace().map(|word| (word.to_owned(), definition.clone())).collect())
        }
        Value::List(items, _) => items
            .iter()
            .map(|item| match item {
                Value::String(text, definition) => Ok((text.clone(), definition.clone())),
                other => Err(wrong_type(path, other, STRINGS).into()),
            })
            .collect(),
        other => Err(wrong_type(path, other, STRINGS).into()),
    }
}

pub(super) fn wrong_type<S: AsRef<str>>(path: &[S], found: &Value, expected: &'static str) -> Problem {
    let path = path.iter().map(|part| part.as_ref().to_owned()).collect();
    Problem::WrongType { path, expected, found: found.clone() }
}
