//! `docs/PROVEN.md`: what was proven, a line for each target.

use std::collections::BTreeMap;
use std::process::Command;

const PAGE: &str = "docs/PROVEN.md";

const HEAD: &str = "\
# What was proven

Written by `cargo xtask prove`, which builds and runs real test programs for each target on one machine. `run` means that
tests ran and passed, and that a test which fails and one which panics were told as failed, each by its name. `verify` means
that executables were linked and are for the target, `check` that the code compiles; none of these counts as `run`.

";

const COLUMNS: &str = "\
| target | rung | tests passed | linker | runner, or why not further | date |
|---|---|---|---|---|---|";

/// How far a target got.
pub struct Line {
    pub triple: String,
    pub rung: String,
    pub passed: u64,
    /// The program that links, with its version.
    pub linker: String,
    pub runner: String,
    /// The version of the program behind the runner, as far as it is known.
    pub emulator_version: Option<String>,
    /// Whether the standard library was built from its source.
    pub built_std: bool,
    /// Why it got no further.
    pub reason: String,
    /// What should not have happened.
    pub wrong: Vec<String>,
}

impl Line {
    /// Whether nothing happened that should not have.
    pub fn is_sound(&self) -> bool {
        self.wrong.is_empty()
    }

    /// The line in words.
    pub fn told(&self) -> String {
        if !self.wrong.is_empty() {
            format!("WRONG: {}", self.wrong.join("; "))
        } else if self.rung == "run" {
            format!("{} passed, {}{}", self.passed, self.runner, self.std())
        } else {
            format!("{}{}", self.reason, self.std())
        }
    }

    fn std(&self) -> &'static str {
        if self.built_std { "; std built from source" } else { "" }
    }

    fn row(&self, date: &str) -> String {
        let ran = self.rung == "run" && self.is_sound();
        let rung = if self.is_sound() { self.rung.as_str() } else { "wrong" };
        let words = match self.emulator_version.as_ref().filter(|_| ran) {
            Some(version) => format!("{} ({version}){}", self.runner, self.std()),
            None if ran => format!("{}{}", self.runner, self.std()),
            None => self.told(),
        };
        let cells = [&self.triple, rung, &self.passed.to_string(), &self.linker, &words, date];
        format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
    }
}

/// Writes the page: the lines of these targets anew, and those of others as they were.
pub fn write(lines: &[Line], all: bool) -> Result<(), String> {
    let shell = crate::shell().map_err(|error| error.to_string())?;
    let before = shell.read_file(PAGE).unwrap_or_default();
    let mut rows = BTreeMap::new();
    if !all {
        let known = before.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| target"));
        rows.extend(known.filter_map(|line| Some((line.split(" | ").next()?[2..].to_owned(), line.to_owned()))));
    }
    let date = Command::new("date").arg("+%Y-%m-%d").output().map_err(|error| error.to_string())?;
    let date = String::from_utf8_lossy(&date.stdout).trim().to_owned();
    rows.extend(lines.iter().map(|line| (line.triple.clone(), line.row(&date))));
    let ran = rows.values().filter(|row| row.contains(" | run | ")).count();
    let table: Vec<String> = rows.into_values().collect();
    let text = format!("{HEAD}{ran} of {} targets at `run`.\n\n{COLUMNS}\n{}\n", table.len(), table.join("\n"));
    shell.create_dir("docs").and_then(|_| shell.write_file(PAGE, text)).map_err(|error| error.to_string())
}
