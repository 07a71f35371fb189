//! The flags that Cargo gives rustc and rustdoc, and which of their sources win.
//!
//! Source: Cargo reference, "Configuration", `build.rustflags`: the four sources exclude one another. What reaches build
//! scripts and proc-macros: cargo #4423.

use crate::cfgs::Cfgs;

use super::config::{Choice, Config, Loser, Setting, variable_of, why_lost, words_of};
use super::problem::{Problem, dotted};
use super::value::{Definition, Value};

/// Whose flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// rustc.
    Rustc,
    /// rustdoc, which compiles documentation tests.
    Rustdoc,
}

/// For what is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is built for the triple that `--target` or `build.target` names.
    Target,
    /// Build scripts, proc-macros and what they depend on, beside a target.
    Host,
    /// Everything, where no target is named.
    Everything,
}

/// One flag and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The flag, or one of its words.
    pub text: String,
    /// The key or the variable that holds it.
    pub key: String,
    /// Where it stands.
    pub definition: Definition,
}

/// Cargo 1.96 reads `rustdocflags` in `cfg(…)` tables, too.
const CFG_RUSTDOCFLAGS: u32 = 96;

impl Tool {
    /// The key: `rustflags` or `rustdocflags`.
    pub fn key(self) -> &'static str {
        match self {
            Tool::Rustc => "rustflags",
            Tool::Rustdoc => "rustdocflags",
        }
    }

    /// The plain variable: `RUSTFLAGS` or `RUSTDOCFLAGS`.
    pub fn variable(self) -> &'static str {
        match self {
            Tool::Rustc => "RUSTFLAGS",
            Tool::Rustdoc => "RUSTDOCFLAGS",
        }
    }

    /// The variable whose flags are separated by the byte 0x1f.
    pub fn encoded_variable(self) -> &'static str {
        match self {
            Tool::Rustc => "CARGO_ENCODED_RUSTFLAGS",
            Tool::Rustdoc => "CARGO_ENCODED_RUSTDOCFLAGS",
        }
    }
}

impl Config<'_> {
    /// The flags for what is compiled for a triple. Without cfgs, no `cfg(…)` table holds.
    ///
    /// # Errors
    /// What Cargo refuses.
    pub fn flags(
        &self,
        tool: Tool,
        triple: &str,
        kind: Kind,
        cfgs: Option<&Cfgs>,
    ) -> Result<Setting<Vec<Flag>>, Box<Problem>> {
        let sources = self.flag_sources(tool, triple, cfgs)?;
        if kind == Kind::Host {
            let why = "flags of the config and the environment never reach the host kind beside a target".to_owned();
            let losers = sources.into_iter().flat_map(|source| source.losers(&why)).collect();
            return Ok(Setting { losers, ..Setting::default() });
        }
        let mut sources = sources.into_iter();
        let Some(first) = sources.next() else { return Ok(Setting::default()) };
        let why = match &first.flags[..] {
            [] => format!("{} is set, if to nothing, and wins over every other source", first.name),
            _ => format!("only one source counts, and {} comes before it", first.name),
        };
        let losers = sources.flat_map(|source| source.losers(&why)).collect();
        Ok(Setting {
            winner: Some(Choice { definition: first.definition, key: first.name, value: first.flags }),
            losers,
            refused: false,
        })
    }

    /// The flags that lost within their own key: Cargo joins arrays of several files, and takes one of several strings.
    pub fn replaced_flags(&self, tool: Tool, triple: &str, cfgs: Option<&Cfgs>) -> Vec<Loser> {
        let mut paths = vec![crate::policy::target_path(triple, tool.key())];
        if self.reads_cfg_tables(tool) {
            let matching = self.matching_tables(cfgs, tool.key()).unwrap_or_default();
            paths.extend(matching.iter().map(|name| ["target", name, tool.key()].map(str::to_owned).to_vec()));
        }
        paths.push(["build", tool.key()].map(str::to_owned).to_vec());
        let mut replaced = Vec::new();
        for path in paths {
            let Ok(Some(Value::String(_, winner))) = self.value(&path) else { continue };
            let lost = self.layers.at(&path).into_iter().filter(|(_, value)| value.definition() != winner);
            let why = why_lost(winner);
            replaced.extend(lost.map(|(_, value)| Loser::new(&path, value, value.definition(), &why)));
        }
        replaced
    }

    fn reads_cfg_tables(&self, tool: Tool) -> bool {
        tool == Tool::Rustc || self.cargo_minor >= CFG_RUSTDOCFLAGS
    }

    /// The sources that say something, the strongest first.
    fn flag_sources(&self, tool: Tool, triple: &str, cfgs: Option<&Cfgs>) -> Result<Vec<Source>, Box<Problem>> {
        let mut sources = Vec::new();
        let by_variable = |name: &'static str, split: &dyn Fn(&str) -> Vec<String>| {
            let value = self.environment.get(name)?;
            let definition = Definition::Variable(name.to_owned());
            let flag = |text: String| Flag { text, key: name.to_owned(), definition: definition.clone() };
            let flags = split(value).into_iter().map(flag).collect();
            Some(Source { name: name.to_owned(), definition: definition.clone(), flags })
        };
        let encoded = |value: &str| match value {
            "" => Vec::new(),
            _ => value.split('\u{1f}').map(str::to_owned).collect(),
        };
        let plain =
            |value: &str| value.split(' ').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        sources.extend(by_variable(tool.encoded_variable(), &encoded));
        sources.extend(by_variable(tool.variable(), &plain));
        // Cargo does not look at the tables where a variable is set, so what is wrong there is not told either.
        let strict = sources.is_empty();
        match self.target_source(tool, triple, cfgs) {
            Ok(source) => sources.extend(source),
            Err(problem) if strict => return Err(problem),
            Err(_) => {}
        }
        let build = ["build".to_owned(), tool.key().to_owned()];
        if let Some(flags) = self.words(&build)? {
            let key = |definition: &Definition| match definition {
                Definition::Variable(name) => name.clone(),
                Definition::Layer { .. } => dotted(&build),
            };
            let definition = self.definition_of(&build);
            let flags =
                flags.into_iter().map(|(text, definition)| Flag { text, key: key(&definition), definition }).collect();
            sources.push(Source { name: dotted(&build), definition, flags });
        }
        Ok(sources)
    }

    /// The triple's own flags, then those of every `cfg(…)` table that holds, in the order of the tables' names.
    fn target_source(&self, tool: Tool, triple: &str, cfgs: Option<&Cfgs>) -> Result<Option<Source>, Box<Problem>> {
        let own = crate::policy::target_path(triple, tool.key());
        let mut flags: Vec<Flag> = Vec::new();
        for (text, definition) in self.words(&own)?.unwrap_or_default() {
            let key = match &definition {
                Definition::Variable(name) => name.clone(),
                Definition::Layer { .. } => dotted(&own),
            };
            flags.push(Flag { text, key, definition });
        }
        if self.reads_cfg_tables(tool) {
            for name in self.matching_tables(cfgs, tool.key())? {
                let path = ["target", &name, tool.key()].map(str::to_owned);
                let Some(value) = self.value(&path)? else { continue };
                let words = words_of(&path, value)?;
                let key = dotted(&path);
                flags.extend(words.into_iter().map(|(text, definition)| Flag { text, key: key.clone(), definition }));
            }
        }
        let Some(first) = flags.first() else { return Ok(None) };
        Ok(Some(Source { name: format!("target.*.{}", tool.key()), definition: first.definition.clone(), flags }))
    }
}

struct Source {
    name: String,
    definition: Definition,
    flags: Vec<Flag>,
}

impl Source {
    /// One loser for each key of the source and each file in which it stands.
    fn losers(self, why: &str) -> Vec<Loser> {
        let mut losers: Vec<Loser> = Vec::new();
        for Flag { text, key, definition } in self.flags {
            match losers.last_mut() {
                Some(last) if last.key == key && last.definition.is_beside(&definition) => {
                    last.shown.push(' ');
                    last.shown.push_str(&text);
                }
                _ => losers.push(Loser { shown: text, key, definition, why: why.to_owned() }),
            }
        }
        losers
    }
}

/// The variable that adds flags for a triple alone.
pub fn triple_flags_variable(tool: Tool, triple: &str) -> String {
    variable_of(&crate::policy::target_path(triple, tool.key()))
}
