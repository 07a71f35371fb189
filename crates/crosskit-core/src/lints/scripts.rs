//! Scripts that hold what belongs into the config.

use crate::finding::{Code, Finding, Origin};
use crate::triple;

use super::Situation;

pub(super) fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in situation.scripts {
        for (row, view) in situation.targets {
            let variable = format!("CARGO_TARGET_{}_", triple::env_upper(&view.triple));
            if let Some(emulator) = &row.emulator {
                let words = [emulator.clone(), format!("{emulator}-static")];
                let key = format!("target.{}.runner", view.triple);
                let found = find(text, |word| words.iter().any(|it| file_name(word) == it));
                findings.extend(found.map(|found| finding(path, &found, &format!("`{emulator}`"), &key)));
            }
            for (suffix, key) in [("LINKER", "linker"), ("RUNNER", "runner"), ("RUSTFLAGS", "rustflags")] {
                let name = format!("{variable}{suffix}");
                let key = format!("target.{}.{key}", view.triple);
                let found = find(text, |word| word == name);
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

/// Looks for a word outside comments. Lines that install packages name no program to be started.
fn find(text: &str, is_it: impl Fn(&str) -> bool) -> Option<Found> {
    let mut found: Option<Found> = None;
    let part_of_word = |c: char| c.is_alphanumeric() || "_-./+".contains(c);
    for (at, line) in text.lines().enumerate() {
        let code = line.split_once(" #").map_or(line, |(code, _)| code);
        let installs = ["apt", "dnf", "apk", "pacman", "brew", "zypper"].iter().any(|it| code.contains(it));
        if line.trim_start().starts_with('#') || (installs && code.contains("install")) {
            continue;
        }
        let mut rest = code;
        let mut offset = 0;
        while let Some(start) = rest.find(part_of_word) {
            let word_and_more = &rest[start..];
            let length = word_and_more.find(|c| !part_of_word(c)).unwrap_or(word_and_more.len());
            if is_it(&word_and_more[..length]) {
                let column = code[..offset + start].chars().count() + 1;
                match &mut found {
                    None => found = Some(Found { line: at + 1, column, lines: 1 }),
                    Some(found) => found.lines += 1,
                }
                break;
            }
            offset += start + length;
            rest = &word_and_more[length..];
        }
    }
    found
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
