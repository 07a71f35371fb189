//! `cargo xtask codegen`: holds the catalogue's list of targets against the toolchain.
//!
//! The rows are written by hand. What rustup and rustc know of them is not: which targets there are, in which tier, and
//! whether they have std. A new Rust release so shows up as a diff.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;

use serde_json::Value;
use xshell::{Shell, cmd};

const CATALOGUE: &str = "crates/crosskit-core/targets.toml";
const HEADER: &str = "[[target]]\n";

/// What rustc says about a target.
struct Spec {
    tier: u64,
    /// None where std is there in part.
    std: Option<bool>,
}

/// Runs the command: writes the catalogue, or says with `--check` what would change.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, String> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let check = match arguments.as_slice() {
        [] => false,
        [only] if only == "--check" => true,
        [other, ..] => return Err(format!("unknown argument of `codegen`: `{}`", other.display())),
    };
    match generate(check) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Whether the catalogue is as it should be in the end.
pub fn generate(check: bool) -> Result<bool, String> {
    let shell = crate::shell().map_err(|error| error.to_string())?;
    let (listed, specs) = (listed(&shell)?, specs(&shell)?);
    let before = shell.read_file(CATALOGUE).map_err(|error| error.to_string())?;
    let (after, changes) = renewed(&before, &listed, &specs)?;
    for change in &changes {
        println!("{CATALOGUE}: {change}");
    }
    if check {
        if !changes.is_empty() {
            eprintln!("hint: cargo xtask codegen, then fill in the new rows");
        }
        return Ok(changes.is_empty());
    }
    if after != before {
        shell.write_file(CATALOGUE, after).map_err(|error| error.to_string())?;
    }
    Ok(true)
}

/// The targets that rustup offers, in its order.
fn listed(shell: &Shell) -> Result<Vec<String>, String> {
    let listed = cmd!(shell, "rustup target list").quiet().read().map_err(|error| error.to_string())?;
    Ok(listed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// Source: the `metadata` of `rustc --print all-target-specs-json`, which is unstable and for this repository alone.
fn specs(shell: &Shell) -> Result<BTreeMap<String, Spec>, String> {
    let asked = cmd!(shell, "rustc --print all-target-specs-json -Zunstable-options").env("RUSTC_BOOTSTRAP", "1");
    let text = asked.quiet().read().map_err(|error| error.to_string())?;
    let specs: BTreeMap<String, Value> =
        serde_json::from_str(&text).map_err(|error| format!("rustc's description of its targets: {error}"))?;
    let spec = |spec: Value| Spec {
        tier: spec["metadata"]["tier"].as_u64().unwrap_or_default(),
        std: spec["metadata"]["std"].as_bool(),
    };
    Ok(specs.into_iter().map(|(triple, it)| (triple, spec(it))).collect())
}

/// The catalogue with a row for each target, and what changed.
fn renewed(before: &str, listed: &[String], specs: &BTreeMap<String, Spec>) -> Result<(String, Vec<String>), String> {
    let mut parts = before.split(HEADER);
    let mut after = parts.next().unwrap_or_default().to_owned();
    let mut rows: BTreeMap<String, &str> = BTreeMap::new();
    for row in parts {
        let triple = field(row, "triple").ok_or("a row without a triple")?;
        rows.insert(triple.trim_matches('"').to_owned(), row.trim_end());
    }
    let mut changes = Vec::new();
    for triple in listed {
        let spec = specs.get(triple).ok_or_else(|| format!("rustc does not know {triple}, which rustup offers"))?;
        let tier = spec.tier;
        let row = match rows.remove(triple) {
            Some(row) => {
                let known = field(row, "tier").unwrap_or_default();
                if known != tier.to_string() {
                    changes.push(format!("{triple} is of tier {tier}, not {known}"));
                }
                let std = field(row, "std") != Some("false");
                if spec.std.is_some_and(|it| it != std) {
                    return Err(format!("{triple}: rustc says std = {}, and the row the contrary", !std));
                }
                row.replacen(&format!("tier = {known}"), &format!("tier = {tier}"), 1)
            }
            None => {
                changes.push(format!("{triple} is new"));
                let std = if spec.std == Some(false) { "\nstd = false" } else { "" };
                format!("triple = \"{triple}\"\ntier = {tier}\nprovider = \"none\"{std}")
            }
        };
        after.push_str(&format!("{HEADER}{row}\n\n"));
    }
    changes.extend(rows.keys().map(|triple| format!("{triple} is gone")));
    after.truncate(after.trim_end().len());
    after.push('\n');
    Ok((after, changes))
}

/// The text behind `name =` in a row.
fn field<'a>(row: &'a str, name: &str) -> Option<&'a str> {
    row.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(tier: u64, std: bool) -> Spec {
        Spec { tier, std: Some(std) }
    }

    #[test]
    fn a_release_shows_up_as_changes() {
        let before = "# head\n\n[[target]]\ntriple = \"a\"\ntier = 2\nprovider = \"gcc\"\n\n[[target]]\ntriple = \"b\"\ntier = 2\nprovider = \"gcc\"\n";
        let specs = BTreeMap::from([("a".to_owned(), spec(1, true)), ("c".to_owned(), spec(3, false))]);
        let (after, changes) = renewed(before, &["a".to_owned(), "c".to_owned()], &specs).expect("it fits");
        let expected = "# head\n\n[[target]]\ntriple = \"a\"\ntier = 1\nprovider = \"gcc\"\n\n[[target]]\ntriple = \"c\"\ntier = 3\nprovider = \"none\"\nstd = false\n";
        assert_eq!(after, expected);
        assert_eq!(changes, ["a is of tier 1, not 2", "c is new", "b is gone"]);
        let (again, changes) = renewed(&after, &["a".to_owned(), "c".to_owned()], &specs).expect("it fits");
        assert_eq!((again, changes.len()), (after, 0));
    }
}
