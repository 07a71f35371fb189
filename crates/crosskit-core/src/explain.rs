//! The plan in words, for `--dry-run`.

use crate::plan::{Cell, FileEdit, Plan, Rung};

/// What the plan would write, build and run.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    if plan.edits.is_empty() {
        text.push_str("no file would change\n");
    }
    for edit in &plan.edits {
        text.push_str(&file_edit(edit));
    }
    for (name, value) in &plan.environment {
        let value = value.as_deref().map_or("unset".to_owned(), quote);
        text.push_str(&format!("\nfor every cargo: {name}={value}\n"));
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
    let mut text = format!("\n{}: {} of {}\n", cell.triple, cell.asked.as_str(), cell.packages.join(", "));
    text.push_str(&format!("    cargo {}\n", command(&cell.build)));
    if cell.reach >= Rung::Verify {
        text.push_str("    every executable is checked to be for the target\n");
    }
    if cell.reach == Rung::Run {
        text.push_str(&format!(
            "    every test executable is run {}, for {} s at most\n",
            match cell.runner_name.as_str() {
                "native" => "as it is".to_owned(),
                name => format!("under `{name}`"),
            },
            cell.timeout
        ));
    }
    if let Some(doc) = &cell.doc {
        text.push_str(&format!("    cargo {} for {}\n", command(doc), cell.doc_packages.join(", ")));
    }
    if cell.reach < cell.asked {
        text.push_str(&format!("    nothing is run: the target reaches `{}` here\n", cell.reach.as_str()));
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
