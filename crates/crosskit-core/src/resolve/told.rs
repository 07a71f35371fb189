//! How a problem is told, and where a definition stands.

use crate::config::Position;
use crate::finding::{Code, Finding, Origin};

use super::load::Layers;
use super::problem::{IncludeFault, Problem, dotted};
use super::value::{Definition, Mismatch, Value};

impl Problem {
    /// The same problem of a key that may have another type than was expected.
    pub(super) fn expecting(self, expected: &'static str) -> Problem {
        match self {
            Problem::WrongType { path, found, .. } => Problem::WrongType { path, expected, found },
            other => other,
        }
    }

    /// The problem as a finding.
    pub fn finding(&self, layers: &Layers) -> Finding {
        let every = "cargo refuses every command in this directory while it is so";
        match self {
            Problem::NotToml { file, error } => super::invalid(file, error),
            Problem::Unsupported { file, position, unsupported } => Finding::error(
                Code::ConfigInvalid,
                format!(
                    "`{}` is {} {}, which cargo's configuration does not have",
                    dotted(&unsupported.path),
                    article(unsupported.kind),
                    unsupported.kind
                ),
            )
            .at(Origin::File { path: file.clone(), line: position.line, column: position.column })
            .note(every)
            .hint("write it as a string"),
            Problem::Mismatch(Mismatch { path, one, other }) => {
                let place = |value: &Value| format!("{} at {}", value.kind(), origin(layers, value.definition()));
                let runner = path.last().is_some_and(|key| key == "runner");
                let hint = if runner {
                    "write it as a string in both; cargo would merge two arrays at random".to_owned()
                } else {
                    let kind = |value: &Value| format!("{} {}", article(value.kind()), value.kind());
                    format!("write it the same way in both: as {}, or as {}", kind(one), kind(other))
                };
                let message = format!("cargo cannot merge `{}` of two places", dotted(path));
                Finding::error(Code::ConfigUnmergeable, message)
                    .at(origin(layers, one.definition()))
                    .note(format!("here: {}", place(one)))
                    .note(format!("and: {}", place(other)))
                    .note("every cargo command that reads both fails")
                    .hint(hint)
            }
            Problem::Include { file, at, fault } => {
                let (message, hint) = match fault {
                    IncludeFault::Missing => (
                        format!("included config file `{file}` does not exist"),
                        "write it as { path = \"…\", optional = true } if it may be missing",
                    ),
                    IncludeFault::Circle => {
                        (format!("config file `{file}` is included twice, or by itself"), "take one `include` away")
                    }
                    IncludeFault::NotAList => {
                        ("`include` must be an array".to_owned(), "write include = [\"more.toml\"]")
                    }
                    IncludeFault::NotAPath => (
                        "an item of `include` must be a string, or a table with `path` and `optional`".to_owned(),
                        "write include = [\"more.toml\", { path = \"own.toml\", optional = true }]",
                    ),
                    IncludeFault::NotToml => {
                        ("an included config file must end in `.toml`".to_owned(), "rename the file")
                    }
                    IncludeFault::Pattern => {
                        ("`include` takes no patterns and no braces".to_owned(), "name each file by itself")
                    }
                };
                let mut finding = Finding::error(Code::ConfigInvalid, message).note(every).hint(hint);
                finding.origin = at.as_ref().map(|at| origin(layers, at));
                finding
            }
            Problem::CommandLine { argument } => Finding::error(
                Code::ConfigInvalid,
                format!("`--config {argument}` is neither a file that is there nor one dotted key with a value"),
            )
            .note("cargo takes no table in braces and no comment there")
            .at(Origin::CommandLine)
            .hint("write it as `--config 'build.jobs=2'`"),
            Problem::WrongType { path, expected, found } => Finding::error(
                Code::ConfigInvalid,
                format!("`{}` must be {expected}, not {} {}", dotted(path), article(found.kind()), found.kind()),
            )
            .at(origin(layers, found.definition()))
            .note("cargo refuses every command that builds while it is so"),
            Problem::WrongValue { path, expected, found } => Finding::error(
                Code::ConfigInvalid,
                format!("`{}` must be {expected}, not {}", key_at(path, found.definition()), found.shown()),
            )
            .at(origin(layers, found.definition()))
            .note("cargo refuses every command that builds while it is so"),
            Problem::EmptyRunner { path, at } => {
                let key = key_at(path, at);
                Finding::error(Code::ConfigInvalid, format!("`{key}` is empty, and a runner must name a program"))
                    .at(origin(layers, at))
                    .note("cargo refuses every command that builds while it is so")
                    .hint("take it away; or write `env`, which starts the program as it is")
            }
            Problem::UnknownKey { path, found } => Finding::error(
                Code::ConfigUnknownKey,
                format!("`{}` is no key of a target, and cargo takes it for a build script override", dotted(path)),
            )
            .at(origin(layers, found.definition()))
            .note("an override is a table, so cargo refuses every command that builds for the target")
            .hint("known: linker, runner, rustflags, rustdocflags"),
            Problem::NoOverride { path, found } => Finding::error(
                Code::ConfigUnknownKey,
                format!("`{}` cannot stand in the place of a build script's", dotted(path)),
            )
            .at(origin(layers, found.definition()))
            .note("cargo refuses every command that builds for the target")
            .hint("take it away: an override has no build script that could warn or run again"),
            Problem::SeveralMatching { key, triple, first, second } => {
                Finding::error(Code::SeveralMatching, format!("two `cfg(…)` tables set the {key} for {triple}"))
                    .at(origin(layers, &first.1))
                    .note(format!("`{}` at {}", first.0, origin(layers, &first.1)))
                    .note(format!("`{}` at {}", second.0, origin(layers, &second.1)))
                    .note("cargo refuses every command that builds while both hold")
                    .hint(format!(
                        "set {key} under [target.{triple}], which wins over both; or make one `cfg` narrower"
                    ))
            }
            Problem::RefusedVariable { name, at } => Finding::error(
                Code::EnvTableName,
                format!("`{name}` cannot be set in `[env]`"),
            )
            .at(origin(layers, at))
            .note("cargo refuses every command that looks at packages while it is there, `cargo xtask` among them")
            .hint(format!("take it out, and set {name} in the shell")),
            Problem::RustcRefuses { triple, flags, why } => {
                let flags = if flags.is_empty() { String::new() } else { format!(" with flags `{}`", flags.join(" ")) };
                Finding::error(Code::Toolchain, format!("rustc does not tell the cfgs of {triple}{flags}"))
                    .note(why.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim())
                    .note("cargo asks the same before it builds, and stops there")
            }
        }
    }
}

/// The key, or the variable that stands in its place.
fn key_at(path: &[String], at: &Definition) -> String {
    match at {
        Definition::Variable(name) => name.clone(),
        Definition::Layer { .. } => dotted(path),
    }
}

/// The place of a definition.
pub fn origin(layers: &Layers, definition: &Definition) -> Origin {
    match definition {
        Definition::Variable(name) => Origin::Variable(name.clone()),
        Definition::Layer { layer, offset, .. } => match layers.all.get(*layer) {
            Some(layer) if layer.file.is_some() => {
                let Position { line, column } = layer.text.position(*offset);
                Origin::File { path: layer.path.clone(), line, column }
            }
            _ => Origin::CommandLine,
        },
    }
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'i']) { "an" } else { "a" }
}
