//! Bugs that are planted into the kit's side, one for each group of rules.
//!
//! A comparison that finds no difference proves nothing until it is known to find those that are there. Each plant makes
//! the kit wrong in one way, by changing what it is given or what it said, and the same situations must then show it.
//! A plant that no situation shows would mean that Cargo's side does not look there, or that no situation goes there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosskit_core::cfgs::CfgQuery;
use crosskit_core::resolve::{Definition, Layers, Problem, Setting, Site};

use crate::kit::Resolution;

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Only the config of the directory itself is found (cargo.md 1.1).
    NothingAbove,
    /// `include` is not followed (1.8).
    NoInclude,
    /// The farthest file wins (1.3).
    FarthestWins,
    /// Values that cannot be merged are not seen (1.4).
    EverythingMerges,
    /// Variables of config keys are not read (1.5).
    NoVariables,
    /// Tables are chosen by the host's cfgs (2).
    CfgsOfTheHost,
    /// An empty `RUSTFLAGS` counts as none (3.1).
    EmptyFlagsAreNone,
    /// The host kind gets the target's linker (3.3).
    LinkerOfTheTarget,
    /// A program is relative to the file that names it (1.6).
    RelativeToTheFile,
    /// `force` is not read (5).
    NoForce,
    /// `build.target` is not read (4).
    NoBuildTarget,
    /// The target's runner starts the tests of a proc-macro, too (6.5).
    RunnerForProcMacros,
}

impl Plant {
    /// All of them.
    pub const ALL: [Plant; 12] = [
        Plant::NothingAbove,
        Plant::NoInclude,
        Plant::FarthestWins,
        Plant::EverythingMerges,
        Plant::NoVariables,
        Plant::CfgsOfTheHost,
        Plant::EmptyFlagsAreNone,
        Plant::LinkerOfTheTarget,
        Plant::RelativeToTheFile,
        Plant::NoForce,
        Plant::NoBuildTarget,
        Plant::RunnerForProcMacros,
    ];

    /// Reads a file, or another one, or none.
    pub fn read(self, site: &Site, path: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Option<String> {
        let found: Vec<PathBuf> = site.directory.ancestors().map(|above| above.join(".cargo/config.toml")).collect();
        match self {
            Plant::NothingAbove if found.iter().skip(1).any(|above| above == path) => None,
            Plant::FarthestWins => {
                let there: Vec<&PathBuf> = found.iter().filter(|path| read(path).is_some()).collect();
                match there.iter().position(|it| *it == path) {
                    Some(at) => read(there[there.len() - 1 - at]),
                    None => read(path),
                }
            }
            Plant::NoInclude => {
                let text = read(path)?;
                let lines = text.lines().filter(|line| !line.starts_with("include"));
                Some(lines.map(|line| format!("{line}\n")).collect())
            }
            _ => read(path),
        }
    }

    /// Changes the environment that the kit sees.
    pub fn environment(self, environment: &mut BTreeMap<String, String>) {
        match self {
            Plant::NoVariables => {
                environment.retain(|name, _| !["CARGO_TARGET_", "CARGO_BUILD_"].iter().any(|it| name.starts_with(it)));
            }
            Plant::EmptyFlagsAreNone => {
                environment.retain(|name, value| name != "RUSTFLAGS" || !value.trim().is_empty());
            }
            _ => {}
        }
    }

    /// Changes a question to rustc.
    pub fn query(self, query: &CfgQuery, host: &str) -> CfgQuery {
        match self {
            Plant::CfgsOfTheHost => CfgQuery { triple: host.to_owned(), ..query.clone() },
            _ => query.clone(),
        }
    }

    /// Changes what came out.
    pub fn resolution(self, resolution: &mut Resolution) {
        let Resolution { layers, views, host, env, problems, .. } = resolution;
        match self {
            Plant::EverythingMerges => problems.retain(|problem| !matches!(problem, Problem::Mismatch(_))),
            Plant::LinkerOfTheTarget => {
                if let Some(view) = views.first() {
                    host.linker = view.linker.clone();
                }
            }
            Plant::RunnerForProcMacros => {
                if let Some(view) = views.first() {
                    host.runner = view.runner.clone();
                }
            }
            Plant::RelativeToTheFile => {
                for view in views.iter_mut().chain([host]) {
                    moved(layers, &mut view.linker, |program| program);
                    moved(layers, &mut view.runner, |words| &mut words[0]);
                }
            }
            Plant::NoForce => env.values_mut().for_each(|(entry, _)| entry.force = false),
            _ => {}
        }
    }
}

/// Puts a program where it would be if it were relative to the file's own directory.
fn moved<T>(layers: &Layers, setting: &mut Setting<T>, program: impl Fn(&mut T) -> &mut String) {
    let Some(winner) = &mut setting.winner else { return };
    let definition: &Definition = &winner.definition;
    let Some(layer) = layers.layer(definition) else { return };
    let program = program(&mut winner.value);
    if let Some(own) = layer.file.as_deref().and_then(Path::parent)
        && let Ok(below) = Path::new(program.as_str()).strip_prefix(&layer.directory)
    {
        *program = own.join(below).display().to_string();
    }
}
