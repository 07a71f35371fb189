//! What stops Cargo from reading its configuration.

use crate::config::{ParseError, Position};

use super::value::{Definition, Mismatch, Unsupported, Value};

/// What makes Cargo refuse every command, or every command that builds for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A file is not TOML.
    NotToml {
        /// The file.
        file: String,
        /// Why.
        error: ParseError,
    },
    /// A file holds a value of a kind that Cargo's configuration does not have.
    Unsupported {
        /// The file.
        file: String,
        /// Where the value begins.
        position: Position,
        /// Which one.
        unsupported: Unsupported,
    },
    /// Two definitions that cannot be merged.
    Mismatch(Mismatch),
    /// An `include` that Cargo refuses.
    Include {
        /// The included file, or the key.
        file: String,
        /// Where it is included.
        at: Option<Definition>,
        /// Why.
        fault: IncludeFault,
    },
    /// An argument of `--config` that is neither a file nor a dotted key with a value.
    CommandLine {
        /// The argument.
        argument: String,
    },
    /// A value of a wrong type.
    WrongType {
        /// The key.
        path: Vec<String>,
        /// What it must be, with its article.
        expected: &'static str,
        /// What it is.
        found: Value,
    },
    /// A value that Cargo does not take, though it has a type that the key may have; or a variable that it cannot read.
    WrongValue {
        /// The key.
        path: Vec<String>,
        /// What it must be, with its article.
        expected: &'static str,
        /// What it is.
        found: Value,
    },
    /// A key that an override of a build script cannot have.
    NoOverride {
        /// The key.
        path: Vec<String>,
        /// What is there.
        found: Value,
    },
    /// A runner without a program.
    EmptyRunner {
        /// The key.
        path: Vec<String>,
        /// Where.
        at: Definition,
    },
    /// A key in the table of a triple that Cargo takes for a library's build script override.
    UnknownKey {
        /// The key.
        path: Vec<String>,
        /// What it holds.
        found: Value,
    },
    /// Two `cfg(…)` tables that both hold for a kind, and both set the key.
    SeveralMatching {
        /// `linker` or `runner`.
        key: &'static str,
        /// The triple for which both hold.
        triple: String,
        /// The first table, in the order of their names, and where its value stands.
        first: (String, Definition),
        /// The second one.
        second: (String, Definition),
    },
    /// A variable in `[env]` that Cargo refuses to set.
    RefusedVariable {
        /// The name.
        name: String,
        /// Where.
        at: Definition,
    },
    /// rustc does not take the flags or the target, so that Cargo cannot learn its cfgs.
    RustcRefuses {
        /// The triple.
        triple: String,
        /// The flags.
        flags: Vec<String>,
        /// What rustc says.
        why: String,
    },
}

/// Why an `include` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncludeFault {
    /// The file does not exist.
    Missing,
    /// Files include one another.
    Circle,
    /// `include` is no array.
    NotAList,
    /// An item is neither a string nor a table with a string `path` and a boolean `optional`.
    NotAPath,
    /// The path does not end in `.toml`.
    NotToml,
    /// The path holds characters of a pattern.
    Pattern,
}

/// The key as it is shown: a part that cannot be bare stands in single quotes, as people write a `cfg(…)`.
pub fn dotted<S: AsRef<str>>(path: &[S]) -> String {
    let parts = path.iter().map(|part| {
        let quoted = crate::config::dotted(&[part.as_ref()]);
        let as_it_is = !part.as_ref().contains('\'') && !part.as_ref().contains(char::is_control);
        if quoted.starts_with('"') && as_it_is { format!("'{}'", part.as_ref()) } else { quoted }
    });
    parts.collect::<Vec<_>>().join(".")
}
