//! Findings and tables as text.

use crate::finding::{Finding, Severity};

/// How words are marked on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences may be used.
    pub colour: bool,
}

impl Style {
    /// Text without escape sequences.
    pub const PLAIN: Style = Style { colour: false };

    fn paint(self, codes: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{codes}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A verb or a good outcome.
    pub fn good(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    /// A bad outcome.
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Something to look at.
    pub fn warn(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    /// What stands beside the message.
    pub fn aside(self, text: &str) -> String {
        self.paint("1;36", text)
    }

    /// The message itself.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }
}

/// A text without its colours: the sequences of ECMA-48 that select graphic rendition.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest = rest.strip_prefix(['m', 'K']).unwrap_or(rest);
    }
    plain.push_str(rest);
    plain
}

/// A status line: the verb right-aligned to 12 columns, as Cargo's.
pub fn status(verb: &str, text: &str, style: Style) -> String {
    format!("{} {text}", style.good(&format!("{verb:>12}")))
}

/// A finding: the message, its origin, notes, then hints.
pub fn finding(finding: &Finding, style: Style) -> String {
    let head = format!("{}[{}]", finding.severity, finding.code);
    let head = match finding.severity {
        Severity::Error => style.bad(&head),
        Severity::Warning => style.warn(&head),
        Severity::Note => style.good(&head),
    };
    let mut text = format!("{head}{}\n", style.strong(&format!(": {}", finding.message)));
    if let Some(origin) = &finding.origin {
        text.push_str(&format!("  {} {origin}\n", style.aside("-->")));
    }
    for note in &finding.notes {
        text.push_str(&format!("   {} {note}\n", style.aside("= note:")));
    }
    for hint in &finding.hints {
        text.push_str(&format!("{} {hint}\n", style.aside("hint:")));
    }
    text
}

/// Lines of cells, each column as wide as its widest cell; the last column is not padded.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, &width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.chars().count()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Code, Origin};

    #[test]
    fn a_finding_has_message_origin_notes_and_hints() {
        let told = Finding::error(Code::LinkerMissing, "linker `x-gcc` not found")
            .at(Origin::File { path: ".cargo/config.toml".to_owned(), line: 14, column: 10 })
            .note("looked in PATH (9 directories)")
            .hint("install it with `sudo apt-get install gcc-x`");
        assert_eq!(
            finding(&told, Style::PLAIN),
            "error[X012]: linker `x-gcc` not found\n  --> .cargo/config.toml:14:10\n   = note: looked in PATH (9 directories)\nhint: install it with `sudo apt-get install gcc-x`\n"
        );
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["long".to_owned(), "c".to_owned()]];
        assert_eq!(table(&rows), "a     b\nlong  c\n");
    }
}
