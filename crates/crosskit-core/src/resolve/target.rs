//! Linker and runner of a kind: the triple's own table, then the one `cfg(…)` table that holds.
//!
//! Source: Cargo reference, "Configuration", `target.<triple>` and `target.<cfg>`.

use crate::cfgs::{Cfgs, Expression};

use super::build_table::override_problems;
use super::config::{
    Choice, Config, Loser, RUNNER, STRING, STRINGS, Setting, TABLE, variable_of, why_lost, words_of, wrong_type,
};
use super::problem::{Problem, dotted};
use super::value::{Class, Definition, Value};

/// The keys that Cargo knows in the table of a triple. `ar` is accepted and has no effect.
pub(super) const TRIPLE_KEYS: &[&str] = &["ar", "linker", "runner", "rustdocflags", "rustflags"];

impl Config<'_> {
    /// The compiler that Cargo starts; none leaves it to `PATH`.
    ///
    /// Source: Cargo reference, "Configuration", `build.rustc`.
    ///
    /// # Errors
    /// What Cargo refuses.
    pub fn rustc(&self) -> Result<Option<Choice<String>>, Box<Problem>> {
        const VARIABLE: &str = "RUSTC";
        let choice = match self.environment.get(VARIABLE).filter(|value| !value.is_empty()) {
            Some(value) => {
                let definition = Definition::Variable(VARIABLE.to_owned());
                Some(Choice { value: value.clone(), key: VARIABLE.to_owned(), definition })
            }
            None => self.string(&["build", "rustc"])?,
        };
        Ok(choice.map(|it| Choice { value: self.program(&it.value, &it.definition), ..it }))
    }

    /// The programs that Cargo starts in front of the compiler, the outer one first.
    ///
    /// Source: Cargo reference, "Configuration", `build.rustc-wrapper` and `build.rustc-workspace-wrapper`. A variable
    /// that is set to nothing takes the wrapper of the config away.
    ///
    /// # Errors
    /// What Cargo refuses.
    pub fn rustc_wrappers(&self) -> Result<Vec<String>, Box<Problem>> {
        let mut wrappers = Vec::new();
        for (variable, key) in
            [("RUSTC_WRAPPER", "rustc-wrapper"), ("RUSTC_WORKSPACE_WRAPPER", "rustc-workspace-wrapper")]
        {
            let wrapper = match self.environment.get(variable) {
                Some(value) => Some(self.program(value, &Definition::Variable(variable.to_owned()))),
                None => self.string(&["build", key])?.map(|it| self.program(&it.value, &it.definition)),
            };
            wrappers.extend(wrapper.filter(|wrapper| !wrapper.is_empty()));
        }
        Ok(wrappers)
    }

    /// The linker that Cargo passes to rustc for a triple; none leaves rustc's default.
    ///
    /// # Errors
    /// What Cargo refuses.
    pub fn linker(&self, triple: &str, cfgs: Option<&Cfgs>) -> Result<Setting<String>, Box<Problem>> {
        self.program_setting(triple, cfgs, "linker", |path| {
            let Some(Choice { value, key, definition }) = self.string(path)? else { return Ok(None) };
            Ok(Some(Choice { value: self.program(&value, &definition), key, definition }))
        })
    }

    /// The program with arguments that Cargo starts a triple's executables with; none starts them as they are.
    ///
    /// # Errors
    /// What Cargo refuses.
    pub fn runner(&self, triple: &str, cfgs: Option<&Cfgs>) -> Result<Setting<Vec<String>>, Box<Problem>> {
        self.program_setting(triple, cfgs, "runner", |path| {
            let words = self.words(path).map_err(|problem| Box::new(problem.expecting(RUNNER)))?;
            let Some(words) = words else { return Ok(None) };
            // An array that takes the place of another one keeps the other's place for this, as Cargo has it.
            let base = self.definition_of(path);
            let definition = words.first().map_or(base.clone(), |(_, definition)| definition.clone());
            let key = match &definition {
                Definition::Variable(name) => name.clone(),
                Definition::Layer { .. } => dotted(path),
            };
            let mut words: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
            match words.first_mut() {
                Some(program) => *program = self.program(program, &base),
                None => return Err(Problem::EmptyRunner { path: path.to_vec(), at: definition }.into()),
            }
            Ok(Some(Choice { value: words, key, definition }))
        })
    }

    fn program_setting<T>(
        &self,
        triple: &str,
        cfgs: Option<&Cfgs>,
        key: &'static str,
        read: impl Fn(&[String]) -> Result<Option<Choice<T>>, Box<Problem>>,
    ) -> Result<Setting<T>, Box<Problem>> {
        let own = crate::policy::target_path(triple, key);
        let mut winner = read(&own)?;
        let matching = self.matching_tables(cfgs, key)?;
        if winner.is_none() {
            if let [first, second, ..] = matching.as_slice() {
                let place = |name: &str| {
                    let value = self.value(&cfg_path(name, key)).ok().flatten();
                    value.map_or(Definition::Variable(String::new()), |value| value.definition().clone())
                };
                return Err(Box::new(Problem::SeveralMatching {
                    key,
                    triple: triple.to_owned(),
                    first: (first.clone(), place(first)),
                    second: (second.clone(), place(second)),
                }));
            }
            if let [only] = matching.as_slice() {
                winner = read(&cfg_path(only, key))?;
            }
        }
        let losers = match &winner {
            Some(winner) => self.losers(&own, &matching, key, &winner.key, &winner.definition),
            None => Vec::new(),
        };
        Ok(Setting { winner, losers, refused: false })
    }

    /// The `cfg(…)` tables that hold and set a key, in the order of their names.
    pub(super) fn matching_tables(&self, cfgs: Option<&Cfgs>, key: &str) -> Result<Vec<String>, Box<Problem>> {
        let Some(cfgs) = cfgs else { return Ok(Vec::new()) };
        let Some(Value::Table(tables, _)) = self.value(&["target"])? else { return Ok(Vec::new()) };
        let holds = |(name, table): &(&String, &Value)| {
            name.starts_with("cfg(")
                && table.as_table().is_some_and(|table| table.contains_key(key))
                && Expression::parse(name).is_ok_and(|expression| expression.matches(cfgs))
        };
        Ok(tables.iter().filter(holds).map(|(name, _)| name.clone()).collect())
    }

    /// Whether any `cfg(…)` table is there to be chosen.
    pub(super) fn has_cfg_tables(&self) -> bool {
        let tables = self.layers.merged.get("target").and_then(Value::as_table);
        tables.is_some_and(|tables| tables.keys().any(|name| name.starts_with("cfg(")))
    }

    /// Every value of a wrong type in the tables below `[target]`, whichever triple they are for: Cargo reads them all
    /// before it builds anything.
    pub fn target_table_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let tables = match self.layers.merged.get("target") {
            None => return problems,
            Some(Value::Table(tables, _)) => tables,
            Some(other) => return vec![wrong_type(&["target"], other, TABLE)],
        };
        for (name, table) in tables {
            let path = |key: &str| ["target", name, key].map(str::to_owned);
            let Some(table) = table.as_table() else {
                problems.push(wrong_type(&["target", name], table, TABLE));
                continue;
            };
            for (key, value) in table {
                let path = path(key);
                match (key.as_str(), value) {
                    ("linker", Value::String(..)) => {}
                    ("linker", other) => problems.push(wrong_type(&path, other, STRING)),
                    ("runner", value) => match words_of(&path, value) {
                        Ok(words) if words.is_empty() => {
                            let at = value.definition().clone();
                            problems.push(Problem::EmptyRunner { path: path.to_vec(), at });
                        }
                        Ok(_) => {}
                        Err(problem) => problems.push(problem.expecting(RUNNER)),
                    },
                    ("rustflags", value) => problems.extend(words_of(&path, value).err().map(|it| *it)),
                    _ => {}
                }
            }
        }
        problems
    }

    /// What is wrong in the table of a triple that is in use: Cargo reads more of it than of the others.
    pub fn triple_table_problems(&self, triple: &str) -> Vec<Problem> {
        let mut path = crate::policy::target_path(triple, "");
        path.pop();
        let table = match self.value(&path) {
            Ok(Some(Value::Table(table, _))) => table,
            Ok(None) => return Vec::new(),
            Ok(Some(other)) => return vec![wrong_type(&path, other, TABLE)],
            Err(problem) => return vec![*problem],
        };
        let mut problems = Vec::new();
        for (key, value) in table {
            let path: Vec<String> = path.iter().chain([key]).cloned().collect();
            match key.as_str() {
                "rustdocflags" => {
                    problems.extend(words_of(&path, value).err().map(|_| wrong_type(&path, value, STRINGS)))
                }
                key if TRIPLE_KEYS.contains(&key) => {}
                _ => match value.as_table() {
                    Some(table) => problems.extend(override_problems(&path, table)),
                    None => problems.push(Problem::UnknownKey { path, found: value.clone() }),
                },
            }
        }
        problems
    }

    /// Everything that is set for a key of a triple and did not win.
    fn losers(
        &self,
        own: &[String],
        matching: &[String],
        key: &str,
        winner_key: &str,
        winner: &Definition,
    ) -> Vec<Loser> {
        let mut losers = self.others_at(own, winner_key, winner);
        let by_triple = winner_key == dotted(own) || winner_key == variable_of(own);
        for name in matching {
            let path = cfg_path(name, key);
            if by_triple {
                let why = if matches!(winner, Definition::Variable(_)) {
                    format!("the variable {winner_key} wins over every table")
                } else {
                    "a triple's own table wins over `cfg(…)`".to_owned()
                };
                losers.extend(self.others_at(&path, "", winner).into_iter().map(|it| Loser { why: why.clone(), ..it }));
            } else {
                losers.extend(self.others_at(&path, winner_key, winner));
            }
        }
        losers
    }

    /// Every definition of one key but the winner's.
    pub(super) fn others_at(&self, path: &[String], winner_key: &str, winner: &Definition) -> Vec<Loser> {
        let mut losers = Vec::new();
        let mut variable_pending = self.environment.get(&variable_of(path)).filter(|_| !is_cfg(path));
        let why = why_lost(winner);
        for (layer, value) in self.layers.at(path) {
            if layer.class < Class::Environment {
                losers.extend(variable_pending.take().and_then(|it| self.lost_variable(path, it, winner, &why)));
            }
            // The place of a list is that of its first word.
            let definition = value.as_list().and_then(|items| items.first()).unwrap_or(value).definition();
            let is_winner = winner_key == dotted(path) && definition == winner;
            if !is_winner {
                losers.push(Loser::new(path, value, definition, &why));
            }
        }
        losers.extend(variable_pending.and_then(|it| self.lost_variable(path, it, winner, &why)));
        losers
    }

    fn lost_variable(&self, path: &[String], value: &str, winner: &Definition, why: &str) -> Option<Loser> {
        let name = variable_of(path);
        (*winner != Definition::Variable(name.clone())).then(|| Loser {
            shown: value.to_owned(),
            key: name.clone(),
            definition: Definition::Variable(name),
            why: why.to_owned(),
        })
    }
}

fn is_cfg(path: &[String]) -> bool {
    path.get(1).is_some_and(|name| name.starts_with("cfg("))
}

fn cfg_path(name: &str, key: &str) -> Vec<String> {
    ["target", name, key].map(str::to_owned).to_vec()
}
