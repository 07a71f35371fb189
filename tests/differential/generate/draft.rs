//! A situation while it is made.

use std::collections::BTreeMap;

use crate::document::{Document, Literal, Style, line};
use crate::random::Random;
use crate::situation::Situation;

/// Where a key can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file: one that is found, included, or named by `--config`.
    File(String),
    /// By the variable of the key.
    Variable,
    /// By `--config KEY=VALUE`.
    Argument,
}

/// A situation while it is made.
#[derive(Debug)]
pub struct Draft {
    /// What decides.
    pub random: Random,
    /// The host's triple.
    pub host: String,
    /// What is built: the host where no target is named.
    pub triples: Vec<String>,
    /// The files; those that stay empty are not written, unless they are needed.
    pub documents: BTreeMap<String, Document>,
    /// Files that must be there although they may be empty.
    pub needed: Vec<String>,
    /// The situation so far.
    pub situation: Situation,
    /// Unique numbers, by which one value is told from another.
    next: usize,
}

impl Draft {
    /// Nothing yet.
    pub fn new(random: Random, host: &str) -> Draft {
        Draft {
            random,
            host: host.to_owned(),
            triples: Vec::new(),
            documents: BTreeMap::new(),
            needed: Vec::new(),
            situation: Situation::default(),
            next: 0,
        }
    }

    /// A number that nothing else in the situation has.
    pub fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    /// A target that is built.
    pub fn triple(&mut self) -> String {
        let at = self.random.below(self.triples.len());
        self.triples[at].clone()
    }

    /// Some places for a key: mostly two or three, so that one of them must win.
    pub fn sources(&mut self, with_variable: bool) -> Vec<Source> {
        let mut all: Vec<Source> = self.documents.keys().cloned().map(Source::File).collect();
        // Otherwise hardly any file would have to give way to them.
        if with_variable && self.random.chance(60) {
            all.push(Source::Variable);
        }
        if self.random.chance(60) {
            all.push(Source::Argument);
        }
        let count = *self.random.pick(&[1, 2, 2, 2, 3, 3, 4]);
        self.random.some(count, &all)
    }

    /// A file.
    pub fn file(&mut self) -> String {
        let names: Vec<String> = self.documents.keys().cloned().collect();
        self.random.pick(&names).clone()
    }

    /// Sets a key in a place; a variable gets the text.
    pub fn put(&mut self, source: &Source, path: &[String], value: Literal, as_variable: &str) {
        match source {
            Source::File(name) => self.documents.entry(name.clone()).or_default().set(path, value),
            Source::Variable => {
                let name = format!("CARGO_{}", path.join("_").replace(['-', '.'], "_").to_uppercase());
                self.situation.environment.insert(name, as_variable.to_owned());
            }
            Source::Argument => match value {
                // Cargo takes no inline table there, but each of its keys.
                Literal::Table(entries) => {
                    for (key, value) in entries {
                        let path: Vec<String> = path.iter().cloned().chain([key.to_owned()]).collect();
                        self.situation.arguments.push(line(&path, &value));
                    }
                }
                value => self.situation.arguments.push(line(path, &value)),
            },
        }
    }

    /// The situation, with its files as text.
    pub fn finish(mut self, number: usize) -> Situation {
        for (name, document) in &self.documents {
            if !document.is_empty() || self.needed.contains(name) {
                let style = if self.random.chance(70) { Style::Headers } else { Style::Dotted };
                self.situation.files.insert(name.clone(), document.text(style));
            }
        }
        Situation { number, ..self.situation }
    }
}

/// A path of a key.
pub fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// The path of a key of a triple: Cargo takes a dot for the end of a part.
pub fn target_path(triple: &str, key: &str) -> Vec<String> {
    let parts = std::iter::once("target").chain(triple.split('.')).chain([key]);
    parts.map(str::to_owned).collect()
}
