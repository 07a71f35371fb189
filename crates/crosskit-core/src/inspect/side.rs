//! One key for one kind, from what was resolved.

use std::collections::BTreeMap;

use crate::emulation::MAY_BE_NATIVE;
use crate::finding::Origin;
use crate::linking;
use crate::machine::Machine;
use crate::native::Pick;
use crate::policy::LAUNCHER_PATH;
use crate::resolve::{
    Class, Config, Definition, EnvEntry, Fate, Flag, KindView, Layer, Layers, Loser, Problem, Setting, Tool,
};
use crate::target::Row;
use crate::tools::SSH;
use crate::wrapper::Driver;

use super::{Key, Lost, Place, Side, cargos_own};

const SHELL: &str = "it comes from the shell";
const OUTSIDE: &str = "it lies outside the workspace";
const COMMAND_LINE: &str = "it comes from the command line";

/// Variables that are set on every computer.
const EVERYBODYS: &[&str] = &["HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "USER"];

/// Why a colleague does not have a layer.
pub(super) fn only_here(layer: &Layer) -> Option<&'static str> {
    match layer.class {
        Class::CommandLine => Some(COMMAND_LINE),
        _ if layer.outside => Some(OUTSIDE),
        _ => None,
    }
}

/// Why a colleague does not have a variable that stands at this place.
fn only_here_at(layers: &Layers, origin: &Origin, shared: bool) -> Option<&'static str> {
    match origin {
        _ if shared => None,
        Origin::Variable(_) => Some(SHELL),
        Origin::CommandLine => Some(COMMAND_LINE),
        Origin::File { path, .. } => layers.all.iter().find(|layer| layer.path == *path).and_then(only_here),
        Origin::Catalogue(_) => None,
    }
}

/// A view of this computer, and a colleague's.
pub(super) type Pair<'a> = (&'a KindView, &'a KindView);

/// What sides are made of.
pub(super) struct Sides<'a> {
    pub(super) config: &'a Config<'a>,
    pub(super) machine: &'a Machine,
    pub(super) row: &'a Row,
}

impl Sides<'_> {
    /// The keys that Cargo's configuration answers.
    pub(super) fn of_cargo(
        &self,
        [target, host]: [Pair; 2],
        (env, other_env): (&BTreeMap<String, EnvEntry>, &BTreeMap<String, EnvEntry>),
    ) -> Vec<Key> {
        let key = |name: &str, sides: Vec<Side>| Key { name: name.to_owned(), sides };
        let mut keys = vec![
            key("linker", vec![self.linker("target", target), self.linker("host kind", host)]),
            key("runner", vec![self.runner("target", target), self.runner("host kind", host)]),
            key(
                "rustflags",
                vec![self.flags("target", Tool::Rustc, target), self.flags("host kind", Tool::Rustc, host)],
            ),
            key(
                "rustdocflags",
                vec![self.flags("target", Tool::Rustdoc, target), self.flags("host kind", Tool::Rustdoc, host)],
            ),
        ];
        for name in env.keys().chain(other_env.keys().filter(|name| !env.contains_key(*name))) {
            let mut side = self.variable(name, env.get(name), other_env.get(name));
            side.notes.extend(cargos_own::note(name, &self.machine.host, &[target.0, host.0]));
            keys.push(key(&format!("env.{name}"), vec![side]));
        }
        keys
    }

    /// Programs whose presence is told.
    pub(super) fn programs(&self, views: &[&KindView]) -> Vec<String> {
        let mut programs = Vec::new();
        for view in views {
            programs.extend(view.linker.winner.iter().map(|it| it.value.clone()));
            programs.extend(view.runner.winner.iter().flat_map(|it| it.value.iter().take(2).cloned()));
            programs.extend(self.linking(view).map(|it| it.program));
        }
        programs
    }

    fn linking(&self, view: &KindView) -> Option<linking::Linking> {
        let flags = view.rustflag_texts();
        let configured = view.linker.winner.as_ref().map(|it| it.value.as_str());
        linking::linking(&view.triple, configured, &flags, self.machine.rustc_minor())
    }

    fn linker(&self, kind: &'static str, (view, other): Pair) -> Side {
        let mut side = self.side(kind, &view.linker, |value| value.clone());
        if let Some(by_flag) = view.linker_of_flags().filter(|_| !view.linker.refused) {
            if let Some(value) = side.value.replace(by_flag.value) {
                let why = "`-Clinker` among the flags comes later than cargo's, and wins".to_owned();
                side.losers.splice(
                    0..0,
                    side.places.drain(..).map(|place| Lost { value: value.clone(), place, why: why.clone() }),
                );
            }
            side.places = vec![self.place(None, &by_flag.key, &by_flag.definition)];
        }
        let linking = self.linking(view);
        if side.value.is_none() && !view.linker.refused {
            side.default = Some(match &linking {
                Some(linking) => format!("rustc takes `{}`", linking.program),
                None => "rustc's own default".to_owned(),
            });
        }
        if let Some(linking) = linking.as_ref().filter(|it| !view.linker.refused && !it.program.is_empty()) {
            side.notes.push(format!("links with {}: {}", linking.style.as_str(), linking.why));
            side.notes.push(self.presence(&linking.program));
            side.notes.extend(Driver::of_script(&linking.program).map(|driver| {
                format!("the script is crosskit's and starts {}: `doctor` tells whether that is here", driver.as_str())
            }));
            let is_foreign = view.triple != self.machine.host;
            if is_foreign && self.machine.program(&linking.program).is_none() {
                side.notes.push(format!("`cross doctor {}` tells whether something links in its place", view.triple));
            }
        }
        let colleagues = other.named_linker().map(|it| it.value);
        if other.linker.refused {
            side.colleague = (!side.refused).then(|| refusal(other, "linker"));
        } else if side.value != colleagues {
            side.colleague = Some(colleagues.map_or("rustc's default".to_owned(), |it| format!("`{it}`")));
        }
        side
    }

    fn runner(&self, kind: &'static str, (view, other): Pair) -> Side {
        let words = |words: &Vec<String>| words.join(" ");
        let mut side = self.side(kind, &view.runner, words);
        match &view.runner.winner {
            None if view.runner.refused => {}
            None => side.default = Some("executables are started as they are".to_owned()),
            Some(winner) => {
                side.words = Some(winner.value.clone());
                let program = winner.value.first().map(String::as_str).unwrap_or_default();
                if program.ends_with(LAUNCHER_PATH) {
                    let emulator = winner.value.get(1).map(String::as_str).unwrap_or_default();
                    if self.row.runs_natively_on(&self.machine.host) && kind == "target" && emulator != SSH {
                        side.notes.push("the launcher starts programs as they are on this machine".to_owned());
                    } else {
                        side.notes.push(format!("through the launcher; {}", self.presence(emulator)));
                        if emulator == MAY_BE_NATIVE && self.machine.host.starts_with("x86_64-") {
                            let what = "where this computer runs programs of 32 bits, they are started as they are";
                            side.notes.push(what.to_owned());
                        }
                    }
                } else {
                    side.notes.push(self.presence(program));
                }
                if kind == "host kind" {
                    let what = "it stands before tests of proc-macros, and before `cargo run` for this machine";
                    let by_ssh = winner.value.get(1).is_some_and(|it| it == SSH) && program.ends_with(LAUNCHER_PATH);
                    let xtask = match by_ssh {
                        true => "; the alias that `sync` writes keeps `cargo xtask` here",
                        false => ", `cargo xtask` included",
                    };
                    side.notes.push(format!("{what}{xtask}"));
                }
            }
        }
        if other.runner.refused {
            side.colleague = (!side.refused).then(|| refusal(other, "runner"));
        } else if other.runner.winner.as_ref().map(|it| &it.value) != view.runner.winner.as_ref().map(|it| &it.value) {
            let gets = other.runner.winner.as_ref().map_or("none".to_owned(), |it| format!("`{}`", words(&it.value)));
            side.colleague = Some(gets);
        }
        side
    }

    fn flags(&self, kind: &'static str, tool: Tool, (view, other): Pair) -> Side {
        let [here, others] = [view, other].map(|it| match tool {
            Tool::Rustc => &it.rustflags,
            Tool::Rustdoc => &it.rustdocflags,
        });
        let text = |flags: &[Flag]| flags.iter().map(|flag| flag.text.as_str()).collect::<Vec<_>>().join(" ");
        let mut losers = self.losers(&here.losers);
        losers.extend(self.losers(&self.config.replaced_flags(tool, &view.triple, view.cfgs.as_ref())));
        let mut side = Side { kind, losers, refused: here.refused, ..Side::default() };
        match &here.winner {
            Some(winner) => {
                side.value = Some(text(&winner.value));
                side.words = Some(winner.value.iter().map(|flag| flag.text.clone()).collect());
                if winner.value.is_empty() {
                    side.places.push(self.place(None, &winner.key, &winner.definition));
                }
                let mut rest = winner.value.as_slice();
                while let Some(first) = rest.first() {
                    let beside = |flag: &&Flag| flag.key == first.key && flag.definition.is_beside(&first.definition);
                    let count = rest.iter().take_while(beside).count();
                    let (same, others) = rest.split_at(count);
                    side.places.push(self.place(Some(text(same)), &first.key, &first.definition));
                    rest = others;
                }
            }
            None => side.default = Some("none".to_owned()),
        }
        let [own, colleagues] =
            [here, others].map(|it| it.winner.as_ref().map(|it| text(&it.value)).unwrap_or_default());
        if others.refused {
            side.colleague = (!side.refused).then(|| refusal(other, tool.key()));
        } else if own != colleagues {
            side.colleague = Some(if colleagues.is_empty() { "none".to_owned() } else { format!("`{colleagues}`") });
        }
        side
    }

    fn variable(&self, name: &str, entry: Option<&EnvEntry>, other: Option<&EnvEntry>) -> Side {
        let mut side = Side { kind: "both", ..Side::default() };
        let in_shell = self.config.environment.get(name);
        if let Some(entry) = entry {
            let of_table = Place {
                part: None,
                key: format!("env.{name}"),
                at: entry.origin.to_string(),
                only_here: only_here_at(self.config.layers, &entry.origin, entry.shared),
            };
            let of_shell = Place {
                part: None,
                key: name.to_owned(),
                at: format!("environment variable {name}"),
                only_here: Some(SHELL),
            };
            match entry.fate(in_shell) {
                Fate::Applied => {
                    side.value = Some(entry.value.clone());
                    side.places.push(of_table);
                }
                Fate::Forced(value) => {
                    side.value = Some(entry.value.clone());
                    side.places.push(of_table);
                    let why = "`force = true` in `[env]`".to_owned();
                    side.losers.push(Lost { value, place: of_shell, why });
                }
                Fate::Shadowed(value) => {
                    side.value = Some(value);
                    side.places.push(of_shell);
                    let why = "a variable that is set, if to nothing, stays without `force = true`".to_owned();
                    side.losers.push(Lost { value: entry.value.clone(), place: of_table, why });
                }
            }
            side.losers.extend(self.losers(&self.config.env_losers(name)));
        } else {
            side.value = in_shell.cloned();
        }
        let colleagues = other.map(|it| it.value.clone());
        // What every shell sets keeps `[env]` out for a colleague, too, who has another value of it.
        let everybody_has_it = in_shell.is_some() && EVERYBODYS.contains(&name);
        if side.value != colleagues && !everybody_has_it {
            side.colleague = Some(colleagues.map_or("not set".to_owned(), |it| format!("`{it}`")));
        }
        side
    }

    fn side<T>(&self, kind: &'static str, setting: &Setting<T>, text: impl Fn(&T) -> String) -> Side {
        let losers = self.losers(&setting.losers);
        let mut side = Side { kind, losers, refused: setting.refused, ..Side::default() };
        if let Some(winner) = &setting.winner {
            side.value = Some(text(&winner.value));
            side.places.push(self.place(None, &winner.key, &winner.definition));
        }
        side
    }

    fn losers(&self, losers: &[Loser]) -> Vec<Lost> {
        let lost = |it: &Loser| Lost {
            value: it.shown.clone(),
            place: self.place(None, &it.key, &it.definition),
            why: it.why.clone(),
        };
        losers.iter().map(lost).collect()
    }

    fn place(&self, part: Option<String>, key: &str, definition: &Definition) -> Place {
        let only_here = match definition {
            Definition::Variable(_) => Some(SHELL),
            Definition::Layer { .. } => self.config.layers.layer(definition).and_then(only_here),
        };
        Place { part, key: key.to_owned(), at: self.config.origin(definition).to_string(), only_here }
    }

    fn presence(&self, program: &str) -> String {
        match self.machine.program(program) {
            Some(path) if path == program => format!("`{program}` is there"),
            Some(path) => format!("`{program}` is {path}"),
            None => format!("`{program}` is not on this machine"),
        }
    }
}

/// What a colleague gets where cargo stops over this key, and here does not, as something stronger is set.
fn refusal(view: &KindView, key: &str) -> String {
    let several =
        view.problems.iter().any(|it| matches!(it, Problem::SeveralMatching { key: about, .. } if *about == key));
    match several {
        true => "an error: two `cfg(…)` tables set it, and cargo refuses to choose".to_owned(),
        false => "an error: cargo refuses what the config says".to_owned(),
    }
}

/// A side from what a helper crate picks, and from what it would pick for a colleague; none where the colleague's cargo
/// stops before it runs a build script.
pub(super) fn of_pick(kind: &'static str, layers: &Layers, pick: Pick, other: Option<Pick>) -> Side {
    let colleague = match other {
        None => Some("an error: cargo stops before it runs a build script".to_owned()),
        Some(other) => (pick.value != other.value).then(|| format!("`{}`", other.value)),
    };
    let place = |variable: &crate::native::Variable| Place {
        part: None,
        key: variable.name.clone(),
        at: variable.origin.to_string(),
        only_here: only_here_at(layers, &variable.origin, variable.shared),
    };
    let mut notes = pick.notes;
    if !pick.because.is_empty() {
        notes.insert(0, pick.because);
    }
    let losers = pick.losers.iter().map(|it| Lost {
        value: it.value.clone(),
        place: place(it),
        why: "a more specific variable is set".to_owned(),
    });
    Side {
        kind,
        value: Some(pick.value),
        words: None,
        default: None,
        refused: false,
        places: pick.variable.iter().map(place).collect(),
        losers: losers.collect(),
        notes,
        colleague,
    }
}
