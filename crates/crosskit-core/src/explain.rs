//! The plan in words, for `--dry-run`.

use crate::plan::{Cell, FileEdit, Plan, Rung};

/// What the plan would write.
pub fn edits(plan: &Plan) -> String {
    if plan.edits.is_empty() { "no file would change\n".to_owned() } else { plan.edits.iter().map(file_edit).collect() }
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
        let value = value.as_deref().map_or("unset".to_owned(), quote);
        text.push_str(&format!("\nfor every cargo: {name}={value}, as the configured linker is not on this machine\n"));
    }
    for cell in &plan.cells {
        text.push_str(&self::cell(cell));
    }
    text
}

fn file_edit(edit: &FileEdit) -> String {
    let mut text = format!("{} would change:\n", edit.path);
    for change in &edit.changes {
        text.push_str(&format!("    {change}\n"));
    }
    text
}

fn cell(cell: &Cell) -> String {
    let what = match cell.asked {
        Rung::Check => "type-check",
        Rung::Build | Rung::Verify => "build and verify",
        Rung::Run => "build, verify and test",
    };
    let mut text = format!("\n{}: {what} {}\n", cell.triple, cell.packages.join(", "));
    text.push_str(&format!("    cargo {}\n", command(&cell.build)));
    if cell.reach >= Rung::Verify {
        text.push_str("    every executable is checked to be for the target\n");
    }
    if cell.reach == Rung::Run {
        text.push_str(&format!(
            "    every test executable is run {}{}, for {} s at most\n",
            match cell.runner_name.as_str() {
                "native" => "as it is".to_owned(),
                name => format!("under `{name}`"),
            },
            match cell.test_arguments.as_slice() {
                [] => String::new(),
                arguments => format!(" with {}", command(arguments)),
            },
            cell.timeout
        ));
    }
    if let Some(doc) = cell.doc_call(&cell.doc_packages) {
        text.push_str(&format!("    cargo {}\n", command(&doc)));
    }
    if cell.reach < cell.asked {
        text.push_str(&format!("    nothing is run: the target gets as far as `{}` here\n", cell.reach.as_str()));
    }
    text
}

/// Words as a POSIX shell would have to be given them.
pub fn command(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
