//! Config files before they are text.

use std::fmt::Write;

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Text.
    Text(String),
    /// Anything that is written as it stands: a number, a boolean, or what Cargo refuses.
    Bare(&'static str),
    /// An array.
    List(Vec<Literal>),
    /// An inline table.
    Table(Vec<(&'static str, Literal)>),
}

/// A config file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The items of `include`, as TOML.
    pub includes: Vec<String>,
    /// `include` as something else than an array.
    pub odd_include: Option<&'static str>,
    /// Keys and values; no key is a part of another one.
    entries: Vec<(Vec<String>, Literal)>,
    /// Text at the end that is no TOML.
    pub broken: Option<&'static str>,
}

/// How keys are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A dotted key on each line.
    Dotted,
    /// Tables with headers.
    Headers,
}

/// Text as a literal.
pub fn text(text: impl Into<String>) -> Literal {
    Literal::Text(text.into())
}

/// Words as an array.
pub fn list(words: &[String]) -> Literal {
    Literal::List(words.iter().map(text).collect())
}

impl Document {
    /// Sets a key, unless that would make the file no TOML.
    pub fn set(&mut self, path: &[String], value: Literal) {
        let clashes = |other: &[String]| other.starts_with(path) || path.starts_with(other);
        if let Some(entry) = self.entries.iter_mut().find(|(other, _)| other == path) {
            entry.1 = value;
        } else if !self.entries.iter().any(|(other, _)| clashes(other)) {
            self.entries.push((path.to_vec(), value));
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.includes.is_empty() && self.odd_include.is_none() && self.broken.is_none()
    }

    /// The file's text.
    pub fn text(&self, style: Style) -> String {
        let mut lines = String::new();
        match self.odd_include {
            Some(odd) => lines = format!("include = {odd}\n"),
            None if self.includes.is_empty() => {}
            None => lines = format!("include = [{}]\n", self.includes.join(", ")),
        }
        let is_on_top = |path: &[String]| path.len() == 1 || style == Style::Dotted;
        for (path, value) in self.entries.iter().filter(|(path, _)| is_on_top(path)) {
            let _ = writeln!(lines, "{}", line(path, value));
        }
        let mut headers: Vec<&[String]> = Vec::new();
        for (path, _) in self.entries.iter().filter(|(path, _)| !is_on_top(path)) {
            let above = &path[..path.len() - 1];
            if !headers.contains(&above) {
                headers.push(above);
            }
        }
        for header in headers {
            let _ = writeln!(lines, "[{}]", dotted(header));
            for (path, value) in self.entries.iter().filter(|(path, _)| path.len() > 1) {
                if let Some((last, above)) = path.split_last()
                    && above == header
                {
                    let _ = writeln!(lines, "{}", line(std::slice::from_ref(last), value));
                }
            }
        }
        lines + self.broken.unwrap_or_default()
    }
}

/// A key and its value on one line.
pub fn line(path: &[String], value: &Literal) -> String {
    format!("{} = {}", dotted(path), literal(value))
}

/// A dotted key; parts that cannot be bare are in single quotes.
pub fn dotted(path: &[String]) -> String {
    let is_bare = |part: &str| part.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it));
    let parts = path.iter().map(|part| if is_bare(part) { part.clone() } else { format!("'{part}'") });
    parts.collect::<Vec<_>>().join(".")
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) if text.contains(['\'', '\t']) => format!("{text:?}"),
        Literal::Text(text) => format!("'{text}'"),
        Literal::Bare(text) => (*text).to_owned(),
        Literal::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Literal::Table(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key} = {}", literal(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}
