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

/// How far a target got.
pub struct Line {
    pub triple: String,
    pub rung: String,
    pub passed: u64,
    pub runner: String,
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
        let words = if ran { self.runner.clone() } else { self.told() };
        let rung = if self.is_sound() { self.rung.as_str() } else { "wrong" };
        let version = emulator_version(&self.runner).filter(|_| ran);
        let mut words = version.map_or(words.clone(), |version| format!("{words} ({version})"));
        if ran {
            words.push_str(self.std());
        }
        format!("| {} | {rung} | {} | {} | {date} |", self.triple, self.passed, words.replace('|', "\\|"))
    }
}

/// The version of the program that the runner begins with.
fn emulator_version(runner: &str) -> Option<String> {
    let program = runner.split_whitespace().next()?;
    if program == "native" {
        return None;
    }
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = text.lines().next()?.split_whitespace();
    words
        .map(|word| word.trim_matches(['(', ')', 'v']))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
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
    let text = format!(
        "{HEAD}{ran} of {} targets at `run`.\n\n| target | rung | tests passed | runner, or why not further | date |\n|---|---|---|---|---|\n{}\n",
        table.len(),
        table.join("\n")
    );
    shell.create_dir("docs").and_then(|_| shell.write_file(PAGE, text)).map_err(|error| error.to_string())
}
