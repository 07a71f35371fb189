//! What files are, in words.

use std::collections::BTreeMap;

use crate::artefact::{Contents, MemberSheet, Sheet};
use crate::render;

/// How many names of one kind are shown.
const NAMES: usize = 8;

/// A file and what it holds: its name, then a line for each thing that is known.
pub fn artefact(path: &str, contents: &Contents) -> String {
    let rows = match contents {
        Contents::Artefact(sheet) => rows(sheet),
        Contents::Archive { members } => archive(members),
        Contents::Unknown => vec![row("what", "of no known format")],
    };
    let lines = render::table(&rows);
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!("{path}\n{lines}")
}

fn row(name: &str, value: impl Into<String>) -> Vec<String> {
    vec![name.to_owned(), value.into()]
}

/// The machine, the kind and what is special about it, in one line.
fn what(sheet: &Sheet) -> String {
    let mut words = vec![sheet.machines.join(" and ")];
    let mut format = sheet.format.to_owned();
    if sheet.format != "wasm" {
        format.extend(sheet.bits.map(|bits| format!(" {bits}-bit")));
        format.extend(sheet.byte_order.map(|order| format!(" {order}-endian")));
        words[0] = format!("{} ({format})", words[0]);
    }
    words.push(sheet.kind.to_owned());
    words.extend(sheet.is_static.map(|it| if it { "static" } else { "dynamic" }.to_owned()));
    words.join(", ")
}

fn rows(sheet: &Sheet) -> Vec<Vec<String>> {
    let mut rows = vec![row("what", what(sheet))];
    let mut abi: Vec<String> = sheet.float_abi.map(|it| format!("{it}-float")).into_iter().collect();
    abi.extend(sheet.abi.clone());
    abi.extend(
        sheet.profile.map(|it| if it == 'S' { "Cortex-A or Cortex-R".to_owned() } else { format!("Cortex-{it}") }),
    );
    abi.extend(sheet.entry.map(|it| format!("begins in {}", if it == "arm" { "Arm" } else { "Thumb" })));
    rows.extend((!abi.is_empty()).then(|| row("abi", abi.join(", "))));
    rows.extend(sheet.subsystem.map(|it| row("subsystem", it)));
    rows.extend(sheet.interpreter.as_ref().map(|it| row("interpreter", it)));
    let needs = if sheet.format == "wasm" { "imports" } else { "needs" };
    rows.extend((!sheet.needed.is_empty()).then(|| row(needs, sheet.needed.join(", "))));
    rows.extend(sheet.glibc.as_ref().map(|version| match sheet.glibc_symbols.as_slice() {
        [] => row("glibc", version),
        symbols => row("glibc", format!("{version}, for {}", some(symbols))),
    }));
    rows
}

/// The members by what they are, the most frequent first.
fn archive(members: &[MemberSheet]) -> Vec<Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for member in members {
        let kind = member.artefact.as_ref().map_or("of no known format".to_owned(), what);
        kinds.entry(kind).or_default().push(member.name.clone());
    }
    let mut kinds: Vec<(String, Vec<String>)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let plural = if members.len() == 1 { "" } else { "s" };
    let mut rows = vec![row("what", format!("archive, {} member{plural}", members.len()))];
    rows.extend(kinds.iter().map(|(kind, names)| row(&names.len().to_string(), format!("{kind}: {}", some(names)))));
    rows
}

fn some(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMES)].join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
