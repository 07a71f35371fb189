//! What takes effect for a target and for the host kind, one below the other.

use crate::inspect::{Inspection, Key, Place, Side};
use crate::render::Style;

/// The width of the column of kinds.
const KIND: usize = 10;

/// An inspection as text.
pub fn inspection(it: &Inspection, style: Style) -> String {
    let mut text = format!("`--target {}` at the workspace root, on {}\n", style.strong(&it.target), it.host);
    let files: Vec<String> = it.files.iter().map(|file| marked(&file.path, file.only_here, style)).collect();
    match files.as_slice() {
        [] => text.push_str("no config file\n"),
        files => text.push_str(&format!("config files, the strongest first: {}\n", files.join(", "))),
    }
    for key in &it.keys {
        text.push('\n');
        text.push_str(&self::key(key, style));
    }
    text
}

fn key(key: &Key, style: Style) -> String {
    let mut text = format!("{}\n", style.strong(&key.name));
    for side in &key.sides {
        text.push_str(&self::side(side, style));
    }
    text
}

fn side(side: &Side, style: Style) -> String {
    let value = match (&side.value, &side.default) {
        (Some(value), _) if value.is_empty() => style.good("(empty)"),
        (Some(value), _) => style.good(value),
        (None, _) if side.refused => style.bad("(refused) cargo stops here"),
        (None, Some(default)) => format!("(not set) {default}"),
        (None, None) => "(not set)".to_owned(),
    };
    let mut text = format!("  {:KIND$}  {value}\n", side.kind);
    let mut line = |words: String| text.push_str(&format!("  {:KIND$}    {words}\n", ""));
    for place in &side.places {
        let part = match (&place.part, side.places.len()) {
            (Some(part), 2..) => format!("`{part}` "),
            _ => String::new(),
        };
        line(format!("{part}from {}", self::place(place, style)));
    }
    for lost in &side.losers {
        let value = if lost.value.is_empty() { "(empty)" } else { &lost.value };
        line(format!("not `{value}` from {}: {}", self::place(&lost.place, style), lost.why));
    }
    for note in &side.notes {
        line(note.clone());
    }
    if let Some(colleague) = &side.colleague {
        line(style.warn(&format!("a colleague gets {colleague}")));
    }
    text
}

fn place(place: &Place, style: Style) -> String {
    let at = if place.at == "command line" || place.at.ends_with(&format!("variable {}", place.key)) {
        place.at.clone()
    } else {
        format!("{} (`{}`)", place.at, place.key)
    };
    marked(&at, place.only_here, style)
}

fn marked(text: &str, only_here: Option<&str>, style: Style) -> String {
    match only_here {
        None => text.to_owned(),
        Some(why) => format!("{text} {}", style.warn(&format!("[only here: {why}]"))),
    }
}
