//! Scripts that hold what belongs into the config.

mod marks;

use crate::finding::{Code, Finding, Origin};
use crate::triple;

use super::Situation;
use marks::{Mark, What};

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in situation.scripts {
        let marks = marks::of(text);
        for (row, view) in situation.targets {
            let variable = format!("CARGO_TARGET_{}_", triple::env_upper(&view.triple));
            if let Some(emulator) = &row.emulator {
                let words = [emulator.clone(), format!("{emulator}-static")];
                let key = format!("target.{}.runner", view.triple);
                let named = |word: &str| words.iter().any(|it| file_name(word) == it);
                let found = find(&marks, |mark| mark.what == What::Program && named(mark.word));
                findings.extend(found.map(|found| finding(path, &found, &format!("`{emulator}`"), &key)));
            }
            for (suffix, key) in [("LINKER", "linker"), ("RUNNER", "runner"), ("RUSTFLAGS", "rustflags")] {
                let name = format!("{variable}{suffix}");
                let key = format!("target.{}.{key}", view.triple);
                let found = find(&marks, |mark| mark.what == What::Variable && mark.word == name);
                findings.extend(found.map(|found| finding(path, &found, &name, &key)));
            }
        }
    }
    findings
}

/// Where a script says something: the first place, and on how many lines.
struct Found {
    line: usize,
    column: usize,
    lines: usize,
}

/// The first of the places that are meant, one a line at most.
fn find(marks: &[Mark], is_it: impl Fn(&Mark) -> bool) -> Option<Found> {
    let mut found: Option<(Found, usize)> = None;
    for mark in marks.iter().filter(|mark| is_it(mark)) {
        match &mut found {
            None => found = Some((Found { line: mark.line, column: mark.column, lines: 1 }, mark.line)),
            Some((found, last)) if *last != mark.line => (found.lines, *last) = (found.lines + 1, mark.line),
            Some(_) => {}
        }
    }
    found.map(|(found, _)| found)
}

fn file_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn finding(path: &str, found: &Found, what: &str, key: &str) -> Finding {
    let finding =
        Finding::warning(Code::ScriptHardcodes, format!("`{path}` holds {what}, which belongs into the config"))
            .at(Origin::File { path: path.to_owned(), line: found.line, column: found.column });
    let finding = match found.lines {
        1 => finding,
        lines => finding.note(format!("on {lines} lines of the file")),
    };
    finding
        .note("what stands in a script reaches neither plain cargo nor a colleague's editor")
        .hint(format!("set `{key}` in `.cargo/config.toml`, as `cargo xtask cross sync` does"))
}
