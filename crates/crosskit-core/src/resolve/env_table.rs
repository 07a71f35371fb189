//! `[env]`: what Cargo sets for rustc, build scripts and the programs that it runs.
//!
//! Source: Cargo reference, "Configuration", `[env]`.

use std::collections::BTreeMap;

use crate::finding::Origin;
use crate::native::Variable;

use super::config::{Config, Setting, TABLE, wrong_type};
use super::problem::Problem;
use super::value::{Class, Definition, Value};

/// Variables that Cargo refuses to set, as the Cargo that runs already has its own.
const REFUSED: &[&str] = &["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

const VALUE: &str = "a string, or a table with a string `value` and booleans `force` and `relative`";

/// A variable of `[env]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvEntry {
    /// The value, joined to the file's directory if it is relative.
    pub value: String,
    /// Whether it takes the place of a variable that is set.
    pub force: bool,
    /// Where it stands.
    pub origin: Origin,
    /// Whether a colleague with the same workspace gets it, too.
    pub shared: bool,
}

/// What becomes of a variable of `[env]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is set.
    Applied,
    /// It is set, and takes the place of the shell's value.
    Forced(String),
    /// The shell has a value, if an empty one, which stays.
    Shadowed(String),
}

impl EnvEntry {
    /// What becomes of it beside this value of the shell.
    pub fn fate(&self, in_shell: Option<&String>) -> Fate {
        match in_shell {
            None => Fate::Applied,
            Some(value) if self.force => Fate::Forced(value.clone()),
            Some(value) => Fate::Shadowed(value.clone()),
        }
    }
}

impl Config<'_> {
    /// `[env]` of all files together, and everything in it that Cargo refuses.
    pub fn env_table(&self) -> (BTreeMap<String, EnvEntry>, Vec<Problem>) {
        let mut entries = BTreeMap::new();
        let mut problems = Vec::new();
        let table = match self.layers.merged.get("env") {
            None => return (entries, problems),
            Some(Value::Table(table, _)) => table,
            Some(other) => return (entries, vec![wrong_type(&["env"], other, TABLE)]),
        };
        for (name, value) in table {
            match self.env_entry(name, value) {
                Ok(entry) => {
                    entries.insert(name.clone(), entry);
                }
                Err(problem) => problems.push(*problem),
            }
            if REFUSED.contains(&name.as_str()) {
                problems.push(Problem::RefusedVariable { name: name.clone(), at: value.definition().clone() });
            }
        }
        (entries, problems)
    }

    /// A variable as a build script sees it: `[env]` where it is forced or the shell has none, else the shell's.
    pub fn script_variable(&self, name: &str, env: &BTreeMap<String, EnvEntry>) -> Option<Variable> {
        let in_shell = self.environment.get(name);
        match env.get(name) {
            Some(entry) if !matches!(entry.fate(in_shell), Fate::Shadowed(_)) => Some(Variable {
                name: name.to_owned(),
                value: entry.value.clone(),
                origin: entry.origin.clone(),
                shared: entry.shared,
            }),
            _ => Some(Variable {
                name: name.to_owned(),
                value: in_shell?.clone(),
                origin: Origin::Variable(name.to_owned()),
                shared: false,
            }),
        }
    }

    /// `RUSTC_LINKER` of a build script: Cargo sets it where a linker is configured, and otherwise lets through what is
    /// there.
    pub fn script_linker(&self, linker: &Setting<String>, env: &BTreeMap<String, EnvEntry>) -> Option<String> {
        match &linker.winner {
            Some(winner) => Some(winner.value.clone()),
            None => self.script_variable("RUSTC_LINKER", env).map(|it| it.value),
        }
    }

    fn env_entry(&self, name: &str, value: &Value) -> Result<EnvEntry, Box<Problem>> {
        let wrong = |found: &Value| Box::new(wrong_type(&["env", name], found, VALUE));
        // The entry itself can be set by a variable as well, and then is a plain string.
        let variable = format!("CARGO_ENV_{name}");
        if let Some(set) = self.environment.get(&variable)
            && value.definition().class() < Class::Environment
        {
            let origin = Origin::Variable(variable);
            return Ok(EnvEntry { value: set.clone(), force: false, origin, shared: false });
        }
        let (text, force, relative) = match value {
            Value::String(text, _) => (text, false, false),
            Value::Table(table, _) => {
                let flag = |key: &str| match table.get(key) {
                    None => Ok(false),
                    Some(Value::Boolean(it, _)) => Ok(*it),
                    Some(other) => Err(wrong(other)),
                };
                let text = match table.get("value") {
                    Some(Value::String(text, _)) => text,
                    Some(other) => return Err(wrong(other)),
                    None => return Err(wrong(value)),
                };
                (text, flag("force")?, flag("relative")?)
            }
            other => return Err(wrong(other)),
        };
        let definition: &Definition = value.definition();
        Ok(EnvEntry {
            value: if relative { self.joined(text, definition) } else { text.clone() },
            force,
            origin: self.origin(definition),
            shared: self.is_shared(definition),
        })
    }
}
