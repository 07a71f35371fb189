//! `[env]`: what Cargo sets for rustc, build scripts and the programs that it runs.
//!
//! Source: Cargo reference, "Configuration", `[env]`.

use std::collections::BTreeMap;

use crate::finding::Origin;
use crate::native::Variable;

use super::config::{Config, Loser, Setting, TABLE, value_of_variable, why_lost, wrong_type};
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
            Some(value) if self.applies(true) => Fate::Forced(value.clone()),
            Some(value) => Fate::Shadowed(value.clone()),
        }
    }

    /// Whether Cargo sets it, beside a shell that has the variable or has it not.
    pub fn applies(&self, in_shell: bool) -> bool {
        self.force || !in_shell
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

    /// The variable that takes the place of a whole entry, if it is set and the entry does not come from `--config`.
    fn entry_variable(&self, name: &str, entry: &Value) -> Option<(String, &str)> {
        let variable = format!("CARGO_ENV_{name}");
        let set = self.environment.get(&variable).filter(|_| entry.definition().class() < Class::Environment)?;
        Some((variable, set))
    }

    /// Everything that is set for a variable of `[env]` in a place that did not win.
    pub fn env_losers(&self, name: &str) -> Vec<Loser> {
        let path = ["env", name];
        let Ok(Some(merged)) = self.value(&path) else { return Vec::new() };
        let variable = self.entry_variable(name, merged).map(|(variable, _)| Definition::Variable(variable));
        // Of tables that are merged it is the text that one of them wins with; what else they say may still count.
        let winner = variable.as_ref().unwrap_or(text_of(merged).definition());
        let name = format!("CARGO_ENV_{name}");
        let set = self.environment.get(&name).filter(|_| variable.is_none());
        let set = set.map(|value| Loser {
            shown: value.clone(),
            key: name.clone(),
            definition: Definition::Variable(name.clone()),
            why: why_lost(winner),
        });
        let lost = self.layers.at(&path).into_iter().map(|(_, value)| text_of(value));
        let lost = lost.filter(|text| text.definition() != winner);
        let lost = lost.map(|text| Loser::new(&path, text, text.definition(), &why_lost(winner)));
        set.into_iter().chain(lost).collect()
    }

    fn env_entry(&self, name: &str, value: &Value) -> Result<EnvEntry, Box<Problem>> {
        let wrong = |found: &Value| Box::new(wrong_type(&["env", name], found, VALUE));
        if let Some((variable, set)) = self.entry_variable(name, value) {
            // Cargo reads it as whatever it looks like, and then wants a string.
            return match value_of_variable(variable.clone(), set) {
                Value::String(value, _) => {
                    Ok(EnvEntry { value, force: false, origin: Origin::Variable(variable), shared: false })
                }
                other => Err(wrong(&other)),
            };
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

/// The value of an entry of `[env]`, in both of its forms.
fn text_of(entry: &Value) -> &Value {
    entry.as_table().and_then(|table| table.get("value")).unwrap_or(entry)
}
