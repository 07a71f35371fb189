//! What was vendored into a workspace, as a file in it: enough to tell what changed since, and to take it all out again.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use super::Member;
use super::manifest::{Entry, Line};
use super::undo::{Hunk, Undo};
use crate::config::quoted;

/// The file, below the root of the workspace.
pub const PATH: &str = ".cargo/crosskit/vendored.toml";

/// The only format so far.
const FORMAT: i64 = 1;

/// How the kit comes into the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Its sources are copied.
    Copy,
    /// A path to a checkout.
    Path,
    /// A registry.
    Registry,
}

impl Source {
    /// As it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Copy => "copy",
            Source::Path => "path",
            Source::Registry => "registry",
        }
    }
}

/// What was vendored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The version of the kit.
    pub version: String,
    /// Where it comes from.
    pub source: Source,
    /// Whether it is a workspace with a lock file of its own.
    pub isolated: bool,
    /// What the workspace table got.
    pub entry: Entry,
    /// Whether there was a lock file.
    pub locked: bool,
    /// Files of the workspace that were edited.
    pub edited: BTreeMap<String, Edited>,
    /// Files that came with the kit, and a hash of each.
    pub files: BTreeMap<String, String>,
}

/// A file of the workspace that was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// A hash of what it was.
    pub before: String,
    /// A hash of what it became.
    pub after: String,
    /// What leads back.
    pub undo: Undo,
    /// The line that a manifest got.
    pub line: Option<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    format: i64,
    version: String,
    source: Source,
    isolated: bool,
    locked: bool,
    entry: RawEntry,
    #[serde(default)]
    edited: BTreeMap<String, RawEdited>,
    #[serde(default)]
    files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEntry {
    member: Option<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    default_members: Vec<String>,
    #[serde(default)]
    unnamed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEdited {
    before: String,
    after: String,
    /// Table, key and value.
    line: Option<[String; 3]>,
    #[serde(default)]
    undo: Vec<(usize, usize, String)>,
}

impl Record {
    /// Reads the file.
    ///
    /// # Errors
    /// What about it is not understood.
    pub fn parse(text: &str) -> Result<Record, String> {
        let raw: Raw = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if raw.format != FORMAT {
            return Err(format!("it is of format {}, and this version of crosskit knows {FORMAT}", raw.format));
        }
        let edited = raw.edited.into_iter().map(|(path, raw)| {
            let hunks = raw.undo.into_iter().map(|(line, lines, text)| Hunk { line, lines, text });
            let undo = Undo { hunks: hunks.collect() };
            let line = raw.line.map(|[table, key, value]| Line { table, key, value });
            (path, Edited { before: raw.before, after: raw.after, undo, line })
        });
        let RawEntry { member, exclude, default_members, unnamed } = raw.entry;
        Ok(Record {
            version: raw.version,
            source: raw.source,
            isolated: raw.isolated,
            entry: Entry { member, exclude, default_members, unnamed },
            locked: raw.locked,
            edited: edited.collect(),
            files: raw.files,
        })
    }

    /// Takes note of an edit of a file, on top of those that are known of it.
    ///
    /// Where somebody else has edited it in between, no hash stands for what it became: what the kit added is then looked
    /// for when it goes.
    pub fn edit(&mut self, path: &str, texts: [&str; 2], line: Option<Line>, hash: impl Fn(&[u8]) -> String) {
        let [before, after] = texts;
        let known = self.edited.get(path);
        let edited = match known {
            None => {
                let undo = Undo::between(before, after);
                Edited { before: hash(before.as_bytes()), after: hash(after.as_bytes()), undo, line }
            }
            Some(known) => {
                let original = known.undo.apply(before).filter(|_| known.after == hash(before.as_bytes()));
                let line = known.line.clone().or(line);
                let before = known.before.clone();
                match original {
                    Some(original) => {
                        let undo = Undo::between(&original, after);
                        Edited { before, after: hash(after.as_bytes()), undo, line }
                    }
                    None => Edited { before, after: String::new(), undo: Undo::default(), line },
                }
            }
        };
        self.edited.insert(path.to_owned(), edited);
    }

    /// Whether a member came with the kit.
    pub fn brought(&self, member: &Member) -> bool {
        self.files.contains_key(&member.manifest())
    }

    /// The file.
    pub fn text(&self) -> String {
        // A String takes whatever is written.
        let mut text = format!("{HEAD}format = {FORMAT}\nversion = {}\n", quoted(&self.version));
        let _ = writeln!(text, "source = {}\nisolated = {}", quoted(self.source.as_str()), self.isolated);
        let _ = writeln!(text, "locked = {}\n\n[entry]", self.locked);
        if let Some(member) = &self.entry.member {
            let _ = writeln!(text, "member = {}", quoted(member));
        }
        let lists = [
            ("exclude", &self.entry.exclude),
            ("default-members", &self.entry.default_members),
            ("unnamed", &self.entry.unnamed),
        ];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let list: Vec<String> = list.iter().map(|it| quoted(it)).collect();
            let _ = writeln!(text, "{key} = [{}]", list.join(", "));
        }
        for (path, edited) in &self.edited {
            let _ = writeln!(text, "\n[edited.{}]", quoted(path));
            let _ = writeln!(text, "before = {}\nafter = {}", quoted(&edited.before), quoted(&edited.after));
            if let Some(line) = &edited.line {
                let words = [&line.table, &line.key, &line.value].map(|it| quoted(it));
                let _ = writeln!(text, "line = [{}]", words.join(", "));
            }
            let _ = writeln!(text, "# Its line, how many lines, and what stood in their place.\nundo = [");
            for hunk in &edited.undo.hunks {
                let _ = writeln!(text, "    [{}, {}, {}],", hunk.line, hunk.lines, quoted(&hunk.text));
            }
            text.push_str("]\n");
        }
        text.push_str("\n[files]\n");
        for (path, hash) in &self.files {
            let _ = writeln!(text, "{} = {}", quoted(path), quoted(hash));
        }
        text
    }
}

const HEAD: &str = "\
# What `cargo xtask cross vendor` brought into this workspace, with SHA-256 hashes. `--update` and `--remove` go by it.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let edited = Edited {
            before: "a".repeat(64),
            after: "b".repeat(64),
            undo: Undo::between("[a]\r\nb = \"c\"\r\n\u{7f}", "[a]\r\nx = 1\r\n"),
            line: Some(Line { table: "t".to_owned(), key: "k".to_owned(), value: "{ path = \"..\" }".to_owned() }),
        };
        let record = Record {
            version: "0.1.0".to_owned(),
            source: Source::Copy,
            isolated: false,
            entry: Entry { member: Some("xtask".to_owned()), exclude: vec!["ü \"x\"".to_owned()], ..Entry::default() },
            locked: true,
            edited: [("Cargo.toml".to_owned(), edited)].into(),
            files: [("crosskit/a b.rs".to_owned(), "c".repeat(64))].into(),
        };
        assert_eq!(Record::parse(&record.text()), Ok(record.clone()));
        let newer = record.text().replace("format = 1", "format = 2");
        assert!(Record::parse(&newer).is_err_and(|why| why.contains("format 2")));
        assert!(Record::parse("").is_err());
    }
}
