//! Lock files: the one that cargo begins with when the kit comes into a workspace, and what became of the old entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use toml::{Table, Value};

use crate::config::quoted;

/// A package as a lock file names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Where it comes from; `None` for a path.
    pub source: Option<String>,
}

impl Id {
    /// `name 1.2.3`, as cargo writes it.
    pub fn words(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Whether cargo takes one version for whoever asks for the other: what stands before the first number that is not 0
    /// is the same.
    /// Source: Cargo reference, "Dependency Resolution", "SemVer compatibility".
    fn stands_for(&self, other: &Id) -> bool {
        let range = |version: &str| {
            let core = version.split(['+', '-']).next().unwrap_or_default();
            let numbers: Vec<&str> = core.split('.').collect();
            let significant = numbers.iter().position(|number| *number != "0").map_or(numbers.len(), |at| at + 1);
            numbers.get(..significant).unwrap_or_default().join(".")
        };
        self.name == other.name && self.source == other.source && range(&self.version) == range(&other.version)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Package {
    checksum: Option<String>,
    dependencies: Vec<Id>,
}

/// A lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    packages: BTreeMap<Id, Package>,
}

impl Lock {
    /// Reads a lock file, of any version of the format.
    ///
    /// # Errors
    /// What about it is not understood.
    pub fn parse(text: &str) -> Result<Lock, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let none = Value::Array(Vec::new());
        let listed = table.get("package").unwrap_or(&none).as_array().ok_or("`package` is no array")?;
        let ids: Vec<Id> = listed.iter().map(id).collect::<Option<_>>().ok_or("a package has no name or version")?;
        let mut by_name: BTreeMap<&str, Vec<&Id>> = BTreeMap::new();
        ids.iter().for_each(|id| by_name.entry(&id.name).or_default().push(id));
        let mut packages = BTreeMap::new();
        for (id, package) in ids.iter().zip(listed) {
            let text = |key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
            let words = package.get("dependencies").and_then(Value::as_array);
            let words = words.into_iter().flatten().filter_map(Value::as_str);
            // Cargo leaves out what it does not find, and finds it anew.
            let dependencies = words.filter_map(|words| named(words, &by_name)).cloned().collect();
            packages.insert(id.clone(), Package { checksum: text("checksum"), dependencies });
        }
        Ok(Lock { packages })
    }

    /// Every package in it.
    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.packages.keys()
    }

    /// What the kit itself needs of a lock file: what can be reached from the packages with these names.
    pub fn reached_from(&self, names: &[&str]) -> Lock {
        let is_root = |id: &&Id| id.source.is_none() && names.contains(&id.name.as_str());
        let mut open: Vec<&Id> = self.packages.keys().filter(is_root).collect();
        let mut packages = BTreeMap::new();
        while let Some(id) = open.pop() {
            let Some(package) = self.packages.get(id) else { continue };
            if packages.insert(id.clone(), package.clone()).is_none() {
                open.extend(&package.dependencies);
            }
        }
        Lock { packages }
    }

    /// What of this lock file, the kit's own, comes into `theirs`: that for which nothing stands there yet.
    pub fn missing_in(&self, theirs: &Lock) -> Lock {
        let there = |id: &Id| theirs.ids().filter(|it| it.stands_for(id)).max().cloned();
        let is_missing = |id: &&Id| !theirs.packages.contains_key(id) && (id.source.is_none() || there(id).is_none());
        let missing = self.packages.keys().filter(is_missing).map(|id| {
            let package = self.packages.get(id).cloned().unwrap_or_default();
            let to = |id: &Id| there(id).filter(|_| id.source.is_some()).unwrap_or_else(|| id.clone());
            let dependencies = package.dependencies.iter().map(to).collect();
            (id.clone(), Package { dependencies, ..package })
        });
        Lock { packages: missing.collect() }
    }

    /// The packages as they are written at the end of another lock file, for cargo to read: it adds the edges that only it
    /// can know, and leaves out what nobody needs. Each edge names its package in full, so that none is ambiguous.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (id, package) in &self.packages {
            // A String takes whatever is written.
            let _ = writeln!(text, "\n[[package]]\nname = {}\nversion = {}", quoted(&id.name), quoted(&id.version));
            let fields = [("source", &id.source), ("checksum", &package.checksum)];
            for (key, value) in fields.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
            if !package.dependencies.is_empty() {
                let all: Vec<String> = package.dependencies.iter().map(|id| quoted(&full(id))).collect();
                let _ = writeln!(text, "dependencies = [{}]", all.join(", "));
            }
        }
        text
    }

    /// This lock file with `missing` in it, for cargo to read. `text` is the text of this one: where an edge of it names a
    /// package by the name alone, of which there are two versions now, it names the version as well, as cargo passes over
    /// what is ambiguous, and takes any.
    pub fn with(&self, text: &str, missing: &Lock) -> String {
        let mut text = text.to_owned();
        let added: BTreeSet<&str> = missing.ids().map(|id| id.name.as_str()).collect();
        for name in added {
            let mut own = self.ids().filter(|id| id.name == name);
            let (Some(id), None) = (own.next(), own.next()) else { continue };
            let (bare, full) = (quoted(name), quoted(&full(id)));
            let line = |line: &str| {
                let is_edge = line.trim().trim_end_matches(',') == bare || line.starts_with("dependencies = [");
                if is_edge { line.replace(&bare, &full) } else { line.to_owned() }
            };
            text = text.split_inclusive('\n').map(line).collect();
        }
        text.push_str(&missing.text());
        text
    }

    /// What was in `before` and is in this one no more, each with what stands in its place.
    pub fn moved_since(&self, before: &Lock) -> Vec<(Id, Vec<Id>)> {
        let (old, new): (BTreeSet<&Id>, BTreeSet<&Id>) = (before.ids().collect(), self.ids().collect());
        let instead = |id: &Id| new.difference(&old).filter(|it| it.name == id.name).map(|it| (*it).clone()).collect();
        old.difference(&new).map(|id| ((*id).clone(), instead(id))).collect()
    }

    /// What is in this one and was not in `before`.
    pub fn added_since(&self, before: &Lock) -> Vec<&Id> {
        self.ids().filter(|id| !before.packages.contains_key(id)).collect()
    }
}

/// A lock file that cargo wrote, with the line ends of the one before.
pub fn with_line_ends_of(before: &str, text: &str) -> String {
    if before.contains("\r\n") { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text.to_owned() }
}

/// A package in the words that are never ambiguous.
fn full(id: &Id) -> String {
    match &id.source {
        Some(source) => format!("{} ({source})", id.words()),
        None => id.words(),
    }
}

fn id(package: &Value) -> Option<Id> {
    let text = |key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Id { name: text("name")?, version: text("version")?, source: text("source") })
}

/// The package that an edge names: by its name alone, with its version, or with its source as well.
fn named<'a>(words: &str, by_name: &BTreeMap<&str, Vec<&'a Id>>) -> Option<&'a Id> {
    let mut words = words.split(' ');
    let (name, version, source) = (words.next()?, words.next(), words.next());
    let source = source.map(|it| it.trim_matches(['(', ')']));
    let fits = |id: &&&Id| {
        version.is_none_or(|it| id.version == it) && source.is_none_or(|it| id.source.as_deref() == Some(it))
    };
    let mut fitting = by_name.get(name)?.iter().filter(fits);
    let only = fitting.next()?;
    fitting.next().is_none().then_some(*only)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

    fn lock(packages: &[(&str, &str, &str)]) -> Lock {
        let package = |(name, version, dependencies): &(&str, &str, &str)| {
            let source = if version.ends_with("-path") { "" } else { REGISTRY };
            let list: Vec<String> = dependencies.split_whitespace().map(|it| quoted(&it.replace('=', " "))).collect();
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}\ndependencies = [{}]\n",
                list.join(", ")
            )
        };
        let packages: String = packages.iter().map(package).collect();
        Lock::parse(&format!("version = 4\n{packages}")).expect("it is a lock file")
    }

    fn names(lock: &Lock) -> Vec<String> {
        lock.ids().map(Id::words).collect()
    }

    #[test]
    fn what_is_there_stays_and_stands_for_ours() {
        let theirs = lock(&[("app", "1.0.0-path", "serde syn"), ("serde", "1.0.3", ""), ("syn", "1.0.9", "")]);
        let ours = lock(&[
            ("crosskit", "0.1.0-path", "serde syn bits"),
            ("serde", "1.0.1", "syn"),
            ("syn", "2.0.0", ""),
            ("bits", "0.2.0", ""),
            ("other", "1.0.0", ""),
        ]);
        let missing = ours.reached_from(&["crosskit"]).missing_in(&theirs);
        assert_eq!(names(&missing), ["bits 0.2.0", "crosskit 0.1.0-path", "syn 2.0.0"]);
        let text = missing.text();
        assert!(
            text.contains(&format!("\"serde 1.0.3 ({})\"", REGISTRY.split('"').nth(1).expect("a source"))),
            "{text}"
        );
        assert!(missing.missing_in(&missing).packages.is_empty());
    }

    #[test]
    fn an_edge_that_would_be_ambiguous_is_named_in_full() {
        let text = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"syn\",\n \"synonym\",\n]\n\n\
                    [[package]]\nname = \"syn\"\nversion = \"1.0.9\"\n";
        let theirs = Lock::parse(text).expect("it is a lock file");
        let ours = lock(&[("syn", "2.0.0-path", "")]);
        let both = theirs.with(text, &ours);
        assert!(both.contains("\n \"syn 1.0.9\",\n \"synonym\",\n"), "{both}");
        assert!(both.contains("name = \"syn\"\nversion = \"1.0.9\""), "{both}");
        assert_eq!(names(&Lock::parse(&both).expect("it is a lock file")), ["a 1.0.0", "syn 1.0.9", "syn 2.0.0-path"]);
        assert_eq!(theirs.with(text, &Lock::default()), text);
    }

    #[test]
    fn versions_stand_for_others_as_cargo_says() {
        let id = |version: &str| Id { name: "a".to_owned(), version: version.to_owned(), source: None };
        for (left, right, same) in [
            ("1.2.3", "1.9.0", true),
            ("1.2.3", "2.0.0", false),
            ("0.2.3", "0.2.9", true),
            ("0.2.3", "0.3.0", false),
            ("0.0.3", "0.0.4", false),
            ("0.0.3", "0.0.3+x", true),
            ("0.0.0", "0.0.0", true),
            ("1.0.0-alpha", "1.0.0", true),
        ] {
            assert_eq!(id(left).stands_for(&id(right)), same, "{left} {right}");
        }
    }

    #[test]
    fn what_moved_is_told_with_what_came() {
        let before = lock(&[("a", "1.0.0", ""), ("b", "1.0.0", "")]);
        let after = lock(&[("a", "1.0.1", ""), ("c", "1.0.0", "")]);
        let moved = after.moved_since(&before);
        let told: Vec<String> = moved
            .iter()
            .map(|(id, instead)| format!("{} -> {}", id.words(), instead.iter().map(Id::words).collect::<String>()))
            .collect();
        assert_eq!(told, ["a 1.0.0 -> a 1.0.1", "b 1.0.0 -> "]);
    }

    #[test]
    fn line_ends_stay() {
        assert_eq!(with_line_ends_of("a\r\nb\r\n", "a\nc\n"), "a\r\nc\r\n");
        assert_eq!(with_line_ends_of("a\nb\n", "a\nc\n"), "a\nc\n");
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in ["package = 1", "[[package]]\nname = \"a\"", "[", "[[package]]\nname = 1\nversion = \"1\""] {
            assert!(Lock::parse(text).is_err(), "{text}");
        }
    }
}
