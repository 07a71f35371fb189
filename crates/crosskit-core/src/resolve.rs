//! Cargo's own resolution of its configuration, as a pure function of files, environment, command line and the cfgs
//! that rustc tells: which linker, runner, flags and `[env]` take effect, where each stands, and what lost to it.
//!
//! Source: Cargo reference, "Configuration". A test compares with what Cargo does in generated situations.

mod build_table;
mod build_target;
mod config;
mod env_table;
mod files;
mod flags;
mod kind;
mod load;
mod problem;
mod target;
mod told;
mod value;

pub use config::{Choice, Config, Loser, Resolved, Setting, variable_of};
pub use env_table::{EnvEntry, Fate};
pub use files::{ConfigFiles, Files};
pub use flags::{Flag, Kind, Tool, triple_flags_variable};
pub use kind::{KindView, Rustc};
pub use load::{Layer, Layers, Site, load, value_at};
pub use problem::{IncludeFault, Problem, dotted};
pub use told::origin;
pub use value::{Class, Definition, Mismatch, Unsupported, Value};

use crate::finding::{Code, Finding, Origin};

/// A config file that is not TOML, which stops every cargo command below it.
pub fn invalid(path: &str, error: &crate::config::ParseError) -> Finding {
    let crate::config::Position { line, column } = error.position;
    Finding::error(Code::ConfigInvalid, format!("`{path}` is not valid TOML: {}", error.message))
        .at(Origin::File { path: path.to_owned(), line, column })
        .note("cargo refuses every command in this directory while it is so; the file was not touched")
}

#[cfg(test)]
mod tests;
