//! Whether Cargo could merge several config files.
//!
//! Cargo merges table by table. A value of a nearer file replaces one of a farther file, arrays are joined, and an array
//! or a table against anything of another kind ends every cargo command: "expected array, but found string". A string
//! against a number or a boolean is fine. Tried with cargo 1.95, as the tests of this module list.

use super::document::{Document, parse};
use super::outcome::ParseError;
use super::text::Position;
use super::wanted::dotted;
use std::collections::BTreeMap;
use std::fmt;
use toml::Value;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of TOML")]
pub enum ValueKind {
    String,
    Integer,
    Float,
    Boolean,
    Datetime,
    Array,
    Table,
}

/// A key that two files give values which Cargo cannot merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The path of the key.
    pub path: Vec<String>,
    /// The value of the nearer file.
    pub near: ClashSide,
    /// The value of the farther file.
    pub far: ClashSide,
}

/// One of the two places of a [`Clash`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClashSide {
    /// The file, as it was named to [`merge_clashes`].
    pub file: String,
    /// Where the value begins.
    pub position: Position,
    /// The kind of the value.
    pub kind: ValueKind,
}

/// A file that is not TOML, so that nothing can be said about the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFile {
    /// The file, as it was named to [`merge_clashes`].
    pub file: String,
    /// What is wrong with it.
    pub error: ParseError,
}

/// Finds all keys that would keep Cargo from merging these config files, nearest first, each with its name and text.
///
/// Only the merge is looked at: a file that Cargo could not load by itself, because it holds a float for example, is
/// not reported, and `include` is not followed.
///
/// # Errors
///
/// Fails with the first file that is not TOML.
pub fn merge_clashes(files: &[(String, &str)]) -> Result<Vec<Clash>, UnreadableFile> {
    let mut sources = Vec::with_capacity(files.len());
    for (file, text) in files {
        let document = parse(text).map_err(|error| UnreadableFile { file: file.clone(), error })?;
        sources.push(Source { file, document });
    }
    let mut merge = Merge { sources: &sources, clashes: Vec::new() };
    let mut root = Node { source: 0, kind: ValueKind::Table, children: BTreeMap::new() };
    for (index, source) in sources.iter().enumerate() {
        for (key, value) in source.document.table() {
            // Cargo takes this key out of each file before it merges them.
            if key != "include" {
                merge.key(&mut root, index, &mut vec![key.clone()], value);
            }
        }
    }
    Ok(merge.clashes)
}

struct Source<'a> {
    file: &'a str,
    document: Document,
}

/// What the files up to now say about a key: the nearest one that names it, and how.
struct Node {
    source: usize,
    kind: ValueKind,
    children: BTreeMap<String, Node>,
}

struct Merge<'a> {
    sources: &'a [Source<'a>],
    clashes: Vec<Clash>,
}

impl Merge<'_> {
    fn key(&mut self, parent: &mut Node, source: usize, path: &mut Vec<String>, value: &Value) {
        let Some(name) = path.last() else { return };
        let kind = ValueKind::of(value);
        let node =
            parent.children.entry(name.clone()).or_insert_with(|| Node { source, kind, children: BTreeMap::new() });
        if !node.kind.merges_with(kind) {
            let (near, far) = (self.side(node.source, node.kind, path), self.side(source, kind, path));
            self.clashes.push(Clash { path: path.clone(), near, far });
            return;
        }
        if let Value::Table(table) = value {
            for (key, value) in table {
                path.push(key.clone());
                self.key(node, source, path, value);
                path.pop();
            }
        }
    }

    fn side(&self, source: usize, kind: ValueKind, path: &[String]) -> ClashSide {
        let source = self.sources.get(source);
        ClashSide {
            file: source.map(|source| source.file.to_owned()).unwrap_or_default(),
            position: source
                .and_then(|source| source.document.position(path))
                .unwrap_or(Position { line: 1, column: 1 }),
            kind,
        }
    }
}

impl ValueKind {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(_) => Self::String,
            Value::Integer(_) => Self::Integer,
            Value::Float(_) => Self::Float,
            Value::Boolean(_) => Self::Boolean,
            Value::Datetime(_) => Self::Datetime,
            Value::Array(_) => Self::Array,
            Value::Table(_) => Self::Table,
        }
    }

    fn merges_with(self, other: Self) -> bool {
        let holds_others = |kind| matches!(kind, Self::Array | Self::Table);
        self == other || !(holds_others(self) || holds_others(other))
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Array => "array",
            Self::Table => "table",
        })
    }
}

impl fmt::Display for ClashSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.kind, self.file, self.position)
    }
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cargo cannot merge `{}`: {}, {}", dotted(&self.path), self.near, self.far)
    }
}

impl fmt::Display for UnreadableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.error.position, self.error.message)
    }
}

impl std::error::Error for UnreadableFile {}
