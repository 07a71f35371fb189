//! Cargo's own resolution of the values that the plan depends on: linker, runner and `[env]`, each with its origin.
//!
//! Source: Cargo reference, "Configuration": hierarchical structure, environment variables, `target.<triple>`,
//! `target.<cfg>`, `[env]`.

use std::collections::BTreeMap;

use crate::cfgs::platform_matches;
use crate::config::{Document, ParseError, Position};
use crate::finding::{Code, Finding, Origin};
use crate::policy::{linker_variable, runner_variable, target_path};

const LINKER_TYPE: &str = "a string";
const RUNNER_TYPE: &str = "a string, or an array of strings that is not empty";

/// A config file as Cargo reads it.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// The path as it is shown: relative to the workspace root where it is below it.
    pub path: String,
    /// The directory above `.cargo`: what relative programs are joined to.
    pub directory: String,
    /// Its content.
    pub document: Document,
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<T> {
    /// The value that takes effect.
    pub value: T,
    /// Where it stands.
    pub origin: Origin,
}

/// A variable of `[env]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvEntry {
    /// The value, joined to the file's directory if it is relative.
    pub value: String,
    /// Whether it takes the place of a variable that is set.
    pub force: bool,
    /// Where it stands.
    pub origin: Origin,
}

/// The config files in force, the nearest first, and the environment above them.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The nearest file first.
    pub files: &'a [ConfigFile],
    /// The environment that cargo is started with.
    pub environment: &'a BTreeMap<String, String>,
}

impl ConfigFile {
    /// The origin of the value at a path of this file.
    pub fn origin(&self, path: &[String]) -> Origin {
        let Position { line, column } = self.document.position(path).unwrap_or(Position { line: 1, column: 1 });
        Origin::File { path: self.path.clone(), line, column }
    }

    fn value(&self, path: &[String]) -> Option<&toml::Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.document.table().get(first)?, |value, key| value.get(key))
    }

    /// Linkers and runners of a type that Cargo refuses, in whichever target's table they stand.
    ///
    /// Cargo says so in the middle of whatever command happens to look at the table first.
    pub fn wrong_types(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let tables = |value: &toml::Value| value.as_table().cloned().unwrap_or_default();
        let mut check = |path: &[String], table: &toml::Table| {
            let string = |value: &toml::Value| value.is_str();
            let strings =
                |value: &toml::Value| value.as_array().is_some_and(|it| !it.is_empty() && it.iter().all(string));
            for (key, value) in table {
                let expected = match key.as_str() {
                    "linker" if !string(value) => LINKER_TYPE,
                    "runner" if !string(value) && !strings(value) => RUNNER_TYPE,
                    _ => continue,
                };
                let path: Vec<String> = path.iter().chain([key]).cloned().collect();
                findings.push(wrong_type(&path, value, expected).at(self.origin(&path)));
            }
        };
        for (name, value) in self.document.table().get("target").map(tables).unwrap_or_default() {
            let table = tables(&value);
            check(&["target".to_owned(), name.clone()], &table);
            // A triple with a dot is a table in a table.
            for (rest, value) in &table {
                check(&["target".to_owned(), name.clone(), rest.clone()], &tables(value));
            }
        }
        findings
    }

    /// A program that holds a path separator is relative to the directory above `.cargo`; a bare one is looked up in
    /// `PATH`. Source: Cargo reference, "Executable paths with configuration".
    fn program(&self, program: &str) -> String {
        if program.contains('/') && !program.starts_with('/') {
            format!("{}/{program}", self.directory)
        } else {
            program.to_owned()
        }
    }

    /// The paths of `target.<triple>.<key>` and of every `target.'cfg(…)'.<key>` that holds for the triple.
    pub fn cfg_paths(&self, triple: &str, key: &str) -> Vec<Vec<String>> {
        let Some(targets) = self.document.table().get("target").and_then(toml::Value::as_table) else {
            return Vec::new();
        };
        targets
            .iter()
            .filter(|(name, table)| {
                name.starts_with("cfg(") && platform_matches(name, triple) && table.get(key).is_some()
            })
            .map(|(name, _)| vec!["target".to_owned(), name.clone(), key.to_owned()])
            .collect()
    }
}

impl Config<'_> {
    /// The linker that Cargo passes to rustc for a target; `None` leaves rustc's default.
    ///
    /// # Errors
    /// A value of a type that Cargo refuses.
    pub fn linker(&self, triple: &str) -> Result<Option<Resolved<String>>, Box<Finding>> {
        if let Some(found) = self.variable(linker_variable(triple)) {
            return Ok(Some(found));
        }
        self.in_files(triple, "linker", |file, value| Some(file.program(value.as_str()?)), LINKER_TYPE)
    }

    /// The runner that Cargo starts a target's executables with, split into words; `None` starts them directly.
    ///
    /// # Errors
    /// A value of a type that Cargo refuses.
    pub fn runner(&self, triple: &str) -> Result<Option<Resolved<Vec<String>>>, Box<Finding>> {
        if let Some(Resolved { value, origin }) = self.variable(runner_variable(triple)) {
            let value = value.split_ascii_whitespace().map(str::to_owned).collect();
            return Ok(Some(Resolved { value, origin }));
        }
        let words = |file: &ConfigFile, value: &toml::Value| {
            let mut words: Vec<String> = match value {
                toml::Value::String(text) => text.split_ascii_whitespace().map(str::to_owned).collect(),
                toml::Value::Array(items) => {
                    items.iter().map(|it| it.as_str().map(str::to_owned)).collect::<Option<_>>()?
                }
                _ => return None,
            };
            let program = words.first_mut()?;
            *program = file.program(program);
            Some(words)
        };
        self.in_files(triple, "runner", words, RUNNER_TYPE)
    }

    fn variable(&self, name: String) -> Option<Resolved<String>> {
        let value = self.environment.get(&name)?.clone();
        Some(Resolved { value, origin: Origin::Variable(name) })
    }

    /// A triple's own table wins over `cfg(…)` tables, and the nearest file over those above it.
    fn in_files<T>(
        &self,
        triple: &str,
        key: &str,
        read: impl Fn(&ConfigFile, &toml::Value) -> Option<T>,
        expected: &str,
    ) -> Result<Option<Resolved<T>>, Box<Finding>> {
        let own = self.files.iter().map(|file| (file, vec![target_path(triple, key)]));
        let by_cfg = self.files.iter().map(|file| (file, file.cfg_paths(triple, key)));
        for (file, paths) in own.chain(by_cfg) {
            for path in paths {
                let Some(value) = file.value(&path) else { continue };
                let origin = file.origin(&path);
                return match read(file, value) {
                    Some(value) => Ok(Some(Resolved { value, origin })),
                    None => Err(Box::new(wrong_type(&path, value, expected).at(origin))),
                };
            }
        }
        Ok(None)
    }

    /// `[env]` of all files: what Cargo sets for rustc, build scripts and the programs it runs.
    pub fn env_table(&self) -> BTreeMap<String, EnvEntry> {
        let mut entries = BTreeMap::new();
        for file in self.files.iter().rev() {
            let table = file.document.table().get("env").and_then(toml::Value::as_table);
            for (name, value) in table.into_iter().flatten() {
                let flag = |key: &str| value.get(key).and_then(toml::Value::as_bool).unwrap_or(false);
                let Some(text) = value.as_str().or_else(|| value.get("value")?.as_str()) else { continue };
                let value = if flag("relative") && !text.starts_with('/') {
                    format!("{}/{text}", file.directory)
                } else {
                    text.to_owned()
                };
                let origin = file.origin(&["env".to_owned(), name.clone()]);
                entries.insert(name.clone(), EnvEntry { value, force: flag("force"), origin });
            }
        }
        entries
    }
}

/// A config file that is not TOML, which stops every cargo command below it.
pub fn invalid(path: &str, error: &ParseError) -> Finding {
    let Position { line, column } = error.position;
    Finding::error(Code::ConfigInvalid, format!("`{path}` is not valid TOML: {}", error.message))
        .at(Origin::File { path: path.to_owned(), line, column })
        .note("cargo refuses every command in this directory while it is so; the file was not touched")
}

fn wrong_type(path: &[String], value: &toml::Value, expected: &str) -> Finding {
    Finding::error(
        Code::ConfigInvalid,
        format!("`{}` must be {expected}, not {} {}", path.join("."), article(value), value.type_str()),
    )
    .note("cargo refuses every command for this target while it is so")
}

fn article(value: &toml::Value) -> &'static str {
    if matches!(value, toml::Value::Integer(_) | toml::Value::Array(_)) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn file(path: &str, directory: &str, text: &str) -> ConfigFile {
        ConfigFile {
            path: path.to_owned(),
            directory: directory.to_owned(),
            document: config::parse(text).expect("valid TOML"),
        }
    }

    const ARM: &str = "aarch64-unknown-linux-gnu";

    fn runner(files: &[ConfigFile], environment: &[(&str, &str)]) -> Option<(Vec<String>, Origin)> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let config = Config { files, environment: &environment };
        config.runner(ARM).expect("valid types").map(|found| (found.value, found.origin))
    }

    #[test]
    fn the_environment_wins_then_the_nearest_triple_then_cfg() {
        let near = file(".cargo/config.toml", "/ws", "[target.'cfg(unix)']\nrunner = 'by-cfg'\n");
        let above = file("/.cargo/config.toml", "/", &format!("[target.{ARM}]\nrunner = 'a/b -c'\n"));
        let files = [near.clone(), above];
        assert_eq!(runner(&files[..1], &[]).expect("cfg").0, ["by-cfg"]);
        let (words, origin) = runner(&files, &[]).expect("triple");
        assert_eq!(words, ["//a/b", "-c"]);
        assert_eq!(origin, Origin::File { path: "/.cargo/config.toml".to_owned(), line: 2, column: 10 });
        let variable = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER";
        let (words, origin) = runner(&files, &[(variable, "x y")]).expect("variable");
        assert_eq!((words, origin), (vec!["x".to_owned(), "y".to_owned()], Origin::Variable(variable.to_owned())));
    }

    #[test]
    fn a_wrong_type_is_told_with_its_place() {
        let files = [file(".cargo/config.toml", "/ws", &format!("[target.{ARM}]\nrunner = 1\n"))];
        let config = Config { files: &files, environment: &BTreeMap::new() };
        let finding = config.runner(ARM).expect_err("an integer");
        assert_eq!(
            finding.message,
            format!("`target.{ARM}.runner` must be a string, or an array of strings that is not empty, not an integer")
        );
        assert_eq!(finding.origin.map(|it| it.to_string()), Some(".cargo/config.toml:2:10".to_owned()));
    }

    #[test]
    fn env_entries_are_relative_to_their_own_file() {
        let files = [
            file(".cargo/config.toml", "/ws", "[env]\nA = { value = 'x', relative = true }\nB = 'near'\n"),
            file("/.cargo/config.toml", "", "[env]\nB = 'far'\nC = { value = 'far', force = true }\n"),
        ];
        let config = Config { files: &files, environment: &BTreeMap::new() };
        let told: Vec<String> =
            config.env_table().iter().map(|(name, it)| format!("{name}={} {}", it.value, it.force)).collect();
        assert_eq!(told, ["A=/ws/x false", "B=near false", "C=far true"]);
    }
}
