//! What stops Cargo, in the terms in which it can be compared.

use crosskit_core::resolve::{IncludeFault, Problem};

/// What stops Cargo: the kind, and the key or the names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    /// What is wrong.
    pub kind: &'static str,
    /// Where.
    pub key: String,
}

/// Two definitions of a key.
pub const MISMATCH: &str = "cannot be merged";
/// A file that does not parse.
pub const NOT_TOML: &str = "is not TOML";
/// A float, a date or a time.
pub const UNSUPPORTED: &str = "has a type that the config has not";
const COMMAND_LINE: &str = "is no argument of --config";
/// A value of a wrong type.
pub const WRONG_TYPE: &str = "has a wrong type";
/// A runner without a program.
pub const EMPTY_RUNNER: &str = "is an empty runner";
/// Two `cfg(…)` tables.
pub const SEVERAL: &str = "holds twice";
/// A name that `[env]` must not set.
pub const REFUSED: &str = "cannot be set in [env]";
const RUSTC: &str = "is refused by rustc";
/// Cargo stops at an assertion of its own, after it merged arrays that it should have replaced.
pub const PANIC: &str = "made cargo panic";
/// A failure that is none of those that this module knows: always a difference.
pub const UNKNOWN: &str = "failed for another reason";

fn include_kind(fault: IncludeFault) -> &'static str {
    match fault {
        IncludeFault::Missing => "included, and missing",
        IncludeFault::Circle => "included twice",
        IncludeFault::NotAList => "include is no array",
        IncludeFault::NotAPath => "an item of include is no path",
        IncludeFault::NotToml => "included, and not named .toml",
        IncludeFault::Pattern => "included by a pattern",
    }
}

/// A problem of the kit.
pub fn of_problem(problem: &Problem) -> Trouble {
    let (kind, key) = match problem {
        Problem::NotToml { .. } => (NOT_TOML, String::new()),
        Problem::Unsupported { unsupported, .. } => (UNSUPPORTED, unsupported.path.join(" ")),
        Problem::Mismatch(mismatch) => (MISMATCH, mismatch.path.join(" ")),
        Problem::Include { fault, .. } => (include_kind(*fault), String::new()),
        Problem::CommandLine { .. } => (COMMAND_LINE, String::new()),
        // Cargo takes an unknown key for a table of another purpose, and so has the same words for both.
        Problem::WrongType { path, .. }
        | Problem::WrongValue { path, .. }
        | Problem::UnknownKey { path, .. }
        | Problem::NoOverride { path, .. } => (WRONG_TYPE, path.join(" ")),
        Problem::EmptyRunner { path, .. } => (EMPTY_RUNNER, path.join(" ")),
        Problem::SeveralMatching { key, first, second, .. } => (SEVERAL, format!("{key} {} {}", first.0, second.0)),
        Problem::RefusedVariable { name, .. } => (REFUSED, name.clone()),
        Problem::RustcRefuses { .. } => (RUSTC, String::new()),
    };
    Trouble { kind, key }
}

/// What stopped Cargo, by what it said.
pub fn of_words(stderr: &str) -> Trouble {
    let trouble = |kind, key: String| Trouble { kind, key };
    let says = |words: &str| stderr.contains(words);
    if says("non-mergeable list must have only one definition") {
        return trouble(PANIC, String::new());
    }
    if says("failed to merge config value from") {
        let keys = stderr
            .match_indices("failed to merge key `")
            .map(|(at, words)| stderr[at + words.len()..].split("` between").next().unwrap_or_default());
        return trouble(MISMATCH, keys.collect::<Vec<_>>().join(" "));
    }
    if says("config `include` cycle detected") {
        return trouble(include_kind(IncludeFault::Circle), String::new());
    }
    if says("could not parse TOML configuration") {
        return trouble(NOT_TOML, String::new());
    }
    if says("unsupported TOML configuration type") {
        let key = parts(&quoted_after(stderr, "failed to parse config at ").unwrap_or_default());
        // Cargo counts the items of arrays, too.
        let key = key.iter().map(|part| part.split('[').next().unwrap_or_default());
        return trouble(UNSUPPORTED, key.collect::<Vec<_>>().join(" "));
    }
    let includes = [
        ("expected a list of strings or a list of tables", IncludeFault::NotAList),
        ("expected a config include path ending with", IncludeFault::NotToml),
        ("expected a config include path without", IncludeFault::Pattern),
        ("at `include[", IncludeFault::NotAPath),
    ];
    if let Some((_, fault)) = includes.into_iter().find(|(words, _)| says(words)) {
        return trouble(include_kind(fault), String::new());
    }
    if says("failed to load config include") && says("failed to read configuration file") {
        return trouble(include_kind(IncludeFault::Missing), String::new());
    }
    if says("--config argument `") {
        return trouble(COMMAND_LINE, String::new());
    }
    if says("several matching instances of") {
        let key = if says("target.'cfg(..)'.runner") { "runner" } else { "linker" };
        let name = |which: &str| quoted_after(stderr, which).unwrap_or_default();
        return trouble(SEVERAL, format!("{key} {} {}", name("first match "), name("second match ")));
    }
    if says("environment variable is not supported") {
        return trouble(REFUSED, quoted_after(stderr, "setting the ").unwrap_or_default());
    }
    if says("failed to run `rustc` to learn about target-specific information") {
        return trouble(RUSTC, String::new());
    }
    let types = [
        (EMPTY_RUNNER, "expected at least one element"),
        (WRONG_TYPE, "expected"),
        (WRONG_TYPE, "missing field"),
        (WRONG_TYPE, "failed to parse config at"),
    ];
    for (kind, words) in types {
        if let Some(key) = says(words).then(|| key_of(stderr)).flatten() {
            return trouble(kind, key);
        }
    }
    trouble(UNKNOWN, String::new())
}

/// The key of a value that is not what it should be, the parts separated by blanks.
fn key_of(stderr: &str) -> Option<String> {
    let places =
        ["expected table for configuration key ", "could not load config key ", "invalid configuration for key "];
    let named = places.into_iter().find_map(|words| quoted_after(stderr, words));
    let named = named.or_else(|| {
        let line = stderr.lines().find(|line| line.contains("expected"))?;
        quoted_after(line, "for ").or_else(|| quoted_after(line, ": ")).or_else(|| quoted_after(line, "error: "))
    });
    named.map(|key| parts(&key).join(" "))
}

fn quoted_after(text: &str, words: &str) -> Option<String> {
    let at = text.find(&format!("{words}`"))? + words.len() + 1;
    Some(text[at..].split('`').next().unwrap_or_default().to_owned())
}

/// The parts of a dotted key as Cargo shows it.
fn parts(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for letter in key.chars() {
        match (quote, letter) {
            (None, '.') => parts.push(String::new()),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (_, letter) => {
                if let Some(last) = parts.last_mut() {
                    last.push(letter);
                }
            }
        }
    }
    parts
}
