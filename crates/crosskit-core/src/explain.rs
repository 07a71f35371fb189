//! Decisions in words: the plan for `--dry-run`, what takes effect for `explain`, and variables for a shell.

mod artefact;
mod condensed;
mod doctor;
mod groups;
mod inspection;
mod shell;
mod targets;

use std::borrow::Cow;

use crate::emulation;
use crate::plan::{Cell, FileEdit, Plan, Rung};

pub use artefact::artefact;
pub use condensed::condensed;
pub use doctor::{checkups, standings, trials};
pub use groups::{division, split};
pub use inspection::inspection;
pub use shell::{Shell, variables};
pub use targets::targets;

/// What the plan would write and take away.
pub fn edits(plan: &Plan) -> String {
    if plan.edits.is_empty() && plan.removals.is_empty() {
        return "no file would change\n".to_owned();
    }
    let removals = plan.removals.iter().map(|path| format!("{path} would be removed\n"));
    plan.edits.iter().map(file_edit).chain(removals).collect()
}

/// What the plan would write and take away, as a unified diff. `old` tells what is there now.
pub fn diff(plan: &Plan, old: impl Fn(&str) -> Option<String>) -> String {
    let edits = plan.edits.iter().map(|edit| unified(&edit.path, old(&edit.path).as_deref(), Some(&edit.text)));
    edits.chain(plan.removals.iter().map(|path| unified(path, old(path).as_deref(), None))).collect()
}

/// A file before and after, as a unified diff. `None` stands for a file that is not there.
pub fn unified(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let name = |text: Option<&str>, side: &str| text.map_or("/dev/null".to_owned(), |_| format!("{side}/{path}"));
    let header = (name(old, "a"), name(new, "b"));
    let diff = similar::TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
    diff.unified_diff().context_radius(3).header(&header.0, &header.1).to_string()
}

/// What would be installed.
pub fn install(lines: &[String]) -> String {
    lines.iter().map(|line| format!("would install: {line}\n")).collect()
}

/// What the plan would write, install, build and run.
pub fn plan(plan: &Plan, install: &[String]) -> String {
    let mut text = edits(plan);
    text.push_str(&self::install(install));
    for (name, value) in &plan.environment {
        let value = value.as_deref().map_or(Cow::Borrowed("unset"), quote);
        text.push_str(&format!("\nfor every cargo: {name}={value}, as the configured linker is not on this machine\n"));
    }
    if let Some(way) = &plan.emulation {
        text.push_str(&format!("\nfor every cargo and test: {}={way}\n", emulation::VARIABLE));
    }
    text.push_str(&groups::groups(plan));
    text
}

fn file_edit(edit: &FileEdit) -> String {
    let mut text = format!("{} would change:\n", edit.path);
    for change in &edit.changes {
        text.push_str(&format!("    {change}\n"));
    }
    text
}

/// A cell, with its own cargo call unless it shares one.
fn cell(cell: &Cell, shares: bool) -> String {
    let what = match (cell.reach, cell.asked) {
        (None, _) => "nothing can be done for",
        (Some(Rung::Check), _) => "type-check",
        (_, Rung::Check | Rung::Build | Rung::Verify) => "build and verify",
        (_, Rung::Run) if cell.benches => "build, verify and bench",
        (_, Rung::Run) if cell.program.is_some() => "build, verify and run",
        (_, Rung::Run) => "build, verify and test",
    };
    let mut text = format!("\n{}: {what} {}\n", cell.name, cell.packages.join(", "));
    let variables: String = cell.environment.iter().map(|(name, value)| format!("{name}={value} ")).collect();
    if cell.reach.is_some() && !shares {
        text.push_str(&format!("    {variables}cargo {}\n", command(&cell.build)));
    }
    for same in &cell.variant.same {
        let same = if same.is_empty() { cell.triple.clone() } else { format!("{} {same}", cell.triple) };
        text.push_str(&format!("    same as {same}, which is not built again\n"));
    }
    if let Some(stand_in) = &cell.stand_in {
        text.push_str(&format!("    {}\n", stand_in.words));
    }
    if cell.reach >= Some(Rung::Verify) {
        let glibc = cell.glibc.as_ref().map(|newest| format!(", and to run with glibc {newest}")).unwrap_or_default();
        text.push_str(&format!("    every executable is checked to be for the target{glibc}\n"));
    }
    if cell.reach == Some(Rung::Run) {
        let tree = cell.emulation.filter(|way| way.reaches_children());
        let limit = format!(", for {} s at most", cell.timeout);
        let (what, limit) = match &cell.program {
            Some(program) => (format!("`{}`", program.name), String::new()),
            None if cell.benches => ("every bench executable".to_owned(), limit),
            None => ("every test executable".to_owned(), limit),
        };
        text.push_str(&format!(
            "    {what}{} is run {}{}{}{limit}\n",
            if tree.is_some() { ", with whatever it starts," } else { "" },
            if cell.benches { "alone, " } else { "" },
            match (cell.runner_name.as_str(), tree) {
                ("native", _) => "as it is".to_owned(),
                (name, Some(way)) => format!("under `{name}` ({way})"),
                (name, None) => format!("under `{name}`"),
            },
            match cell.test_arguments.as_slice() {
                [] => String::new(),
                arguments => format!(" with {}", command(arguments)),
            },
        ));
    }
    if let Some(doc) = cell.doc_call(&cell.doc_packages) {
        text.push_str(&format!("    {variables}cargo {}\n", command(&doc)));
    }
    text.push_str(&not_reached(cell));
    text
}

/// How far the cell gets, where that is not as far as was asked for.
fn not_reached(cell: &Cell) -> String {
    if cell.reach >= Some(cell.asked) {
        return String::new();
    }
    let what = match cell.reach {
        None => "nothing is compiled",
        Some(Rung::Check) => "nothing is linked",
        Some(_) => "nothing is run",
    };
    let how_far = cell.reach.map(|rung| format!("the target gets as far as `{}` here", rung.as_str()));
    let why = (!cell.stopped_by.is_empty()).then(|| cell.stopped_by.join("; "));
    let words: Vec<String> = how_far.into_iter().chain(why).collect();
    format!("    {what}: {}\n", words.join(": "))
}

/// Words as a POSIX shell would have to be given them.
pub fn command(words: &[String]) -> String {
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&quote(word));
    }
    line
}

fn quote(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}
