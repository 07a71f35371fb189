//! What an update does with each file, by its hashes: as it was vendored, as it is here, as it comes.

use std::collections::{BTreeMap, BTreeSet};

use super::record::Record;
use super::{LOCK, below, copy};
use crate::single_file;

/// The file of the helper, in the directory of a package.
const HELPER: &str = "/build/crosskit.rs";

/// The version that comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coming {
    /// Its files, by their path below the root.
    pub texts: BTreeMap<String, String>,
    /// What the record says of each file afterwards.
    pub hashes: BTreeMap<String, String>,
    /// The lock file of the copy, where the xtask goes by it: cargo makes of it what is to stand there.
    pub seed: Option<String>,
}

impl Coming {
    /// What comes by a copy. No copy stands for the copy itself that is updated: it knows of no other version, and what was
    /// changed in it can be told all the same.
    pub fn new(record: &Record, copy: Option<BTreeMap<String, String>>, hash: impl Fn(&[u8]) -> String) -> Coming {
        let old = record.files.iter().filter(|(path, _)| is_updated(path));
        let Some(mut texts) = copy else {
            let hashes = old.map(|(path, hash)| (path.clone(), hash.clone())).collect();
            return Coming { hashes, ..Coming::default() };
        };
        let helpers = old.map(|(path, _)| path).filter(|path| is_helper(path));
        texts.extend(helpers.map(|path| (path.clone(), single_file::text())));
        let lock = lock_of_copy();
        let seed = if record.isolated { texts.remove(&lock) } else { None };
        let mut hashes: BTreeMap<String, String> =
            texts.iter().map(|(path, text)| (path.clone(), hash(text.as_bytes()))).collect();
        hashes.extend(seed.as_ref().and_then(|_| Some((lock.clone(), record.files.get(&lock)?.clone()))));
        Coming { texts, hashes, seed }
    }

    /// What it does with each file. `here` is the hash of a file as it is; `None` if it is not there.
    pub fn update(&self, record: &Record, here: impl Fn(&str) -> Option<String>) -> Update {
        let recorded = |path: &String| record.files.get(path);
        let updated = record.files.keys().filter(|path| is_updated(path));
        let paths: BTreeSet<&String> = updated.chain(self.hashes.keys()).collect();
        let mut update = Update::default();
        for path in paths {
            let list = match fate(recorded(path), here(path).as_ref(), self.hashes.get(path)) {
                Fate::Same => continue,
                Fate::Write => &mut update.written,
                Fate::Delete => &mut update.deleted,
                Fate::Keep => &mut update.kept,
                Fate::Conflict => &mut update.conflicts,
            };
            list.push(path.clone());
        }
        update
    }

    /// The record afterwards. Hashes of what stays as it was changed here stay those of what it was changed from.
    pub fn record(&self, before: &Record, version: &str) -> Record {
        let mut record = Record { version: version.to_owned(), ..before.clone() };
        record.files.retain(|path, _| !is_updated(path) || self.hashes.contains_key(path));
        record.files.extend(self.hashes.clone());
        record
    }

    /// The copy as cargo reads it afterwards: `here` is the text of a file that stays as it was changed here.
    pub fn copied(&self, kept: &[String], here: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
        let mut copied = self.texts.clone();
        copied.extend(self.seed.clone().map(|text| (lock_of_copy(), text)));
        copied.extend(kept.iter().filter_map(|path| Some((path.clone(), here(path)?))));
        copied
    }
}

/// What an update does: paths below the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// Changed here and in the version that comes.
    pub conflicts: Vec<String>,
    /// Changed here, and left as they are.
    pub kept: Vec<String>,
    /// Written.
    pub written: Vec<String>,
    /// Taken away.
    pub deleted: Vec<String>,
}

/// Whether one version is older than another; what is no version is not.
pub fn is_older(version: &str, than: &str) -> bool {
    let numbers = |version: &str| -> Option<Vec<u64>> {
        version.split(['-', '+']).next()?.split('.').map(|it| it.parse().ok()).collect()
    };
    numbers(version).zip(numbers(than)).is_some_and(|(version, than)| version < than)
}

/// Whether a file is the one of build scripts.
pub fn is_helper(path: &str) -> bool {
    path.ends_with(HELPER)
}

/// The copy, and the one file of build scripts.
fn is_updated(path: &str) -> bool {
    path.starts_with(&format!("{}/", copy::DIRECTORY)) || is_helper(path)
}

fn lock_of_copy() -> String {
    below(copy::DIRECTORY, LOCK)
}

/// What an update does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is what it is to be.
    Same,
    /// It is written.
    Write,
    /// It is taken away.
    Delete,
    /// It was changed here, and stays.
    Keep,
    /// It was changed here and in the version that comes.
    Conflict,
}

fn fate(recorded: Option<&String>, here: Option<&String>, new: Option<&String>) -> Fate {
    match () {
        () if here == new => Fate::Same,
        // To bring back what is gone overwrites nobody's work.
        () if here.is_none() => Fate::Write,
        () if here == recorded && new.is_some() => Fate::Write,
        () if here == recorded => Fate::Delete,
        () if new == recorded => Fate::Keep,
        () => Fate::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::manifest::Entry;
    use crate::vendor::record::Source;

    #[test]
    fn nobodys_work_is_overwritten() {
        let hash = |text: &str| (text != "-").then(|| text.to_owned());
        for (recorded, here, new, expected) in [
            ("a", "a", "a", Fate::Same),
            ("a", "a", "b", Fate::Write),
            ("a", "b", "b", Fate::Same),
            ("a", "x", "a", Fate::Keep),
            ("a", "x", "b", Fate::Conflict),
            ("a", "-", "a", Fate::Write),
            ("a", "-", "b", Fate::Write),
            ("a", "a", "-", Fate::Delete),
            ("a", "x", "-", Fate::Conflict),
            ("-", "-", "b", Fate::Write),
            ("-", "x", "b", Fate::Conflict),
            ("a", "-", "-", Fate::Same),
        ] {
            let [recorded, here, new] = [recorded, here, new].map(hash);
            assert_eq!(fate(recorded.as_ref(), here.as_ref(), new.as_ref()), expected, "{recorded:?} {here:?} {new:?}");
        }
    }

    fn record(isolated: bool, files: &[(&str, &str)]) -> Record {
        Record {
            version: "0.1.0".to_owned(),
            source: Source::Copy,
            isolated,
            entry: Entry::default(),
            locked: true,
            edited: BTreeMap::new(),
            files: pairs(files),
        }
    }

    fn pairs(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    /// The hash of a text is the text.
    fn hash(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn each_file_has_its_fate() {
        let record = record(
            false,
            &[
                ("crosskit/deleted.rs", "1"),
                ("crosskit/kept.rs", "1"),
                ("crosskit/clash.rs", "1"),
                ("crosskit/written.rs", "1"),
                ("xtask/src/main.rs", "1"),
            ],
        );
        let comes = [
            ("crosskit/kept.rs", "1"),
            ("crosskit/clash.rs", "2"),
            ("crosskit/written.rs", "2"),
            ("crosskit/new.rs", "2"),
        ];
        let here = pairs(&[
            ("crosskit/deleted.rs", "1"),
            ("crosskit/kept.rs", "mine"),
            ("crosskit/clash.rs", "mine"),
            ("crosskit/written.rs", "1"),
            ("xtask/src/main.rs", "mine"),
        ]);
        let coming = Coming::new(&record, Some(pairs(&comes)), hash);
        let update = coming.update(&record, |path| here.get(path).cloned());
        let expected = Update {
            conflicts: vec!["crosskit/clash.rs".to_owned()],
            kept: vec!["crosskit/kept.rs".to_owned()],
            written: vec!["crosskit/new.rs".to_owned(), "crosskit/written.rs".to_owned()],
            deleted: vec!["crosskit/deleted.rs".to_owned()],
        };
        assert_eq!(update, expected, "the xtask is nobody's to update");
        let after = coming.record(&record, "0.2.0");
        let mut files = pairs(&comes);
        files.insert("xtask/src/main.rs".to_owned(), "1".to_owned());
        assert_eq!((after.version.as_str(), after.files), ("0.2.0", files));
        let copied = coming.copied(&update.kept, |path| here.get(path).cloned());
        assert_eq!(copied.get("crosskit/kept.rs").map(String::as_str), Some("mine"), "cargo reads what is here");
    }

    #[test]
    fn the_copy_itself_tells_what_was_changed() {
        let record = record(false, &[("crosskit/a.rs", "1"), ("crosskit/b.rs", "1"), ("a/build/crosskit.rs", "1")]);
        let coming = Coming::new(&record, None, hash);
        let here = pairs(&[("crosskit/a.rs", "mine"), ("crosskit/b.rs", "1"), ("a/build/crosskit.rs", "1")]);
        let update = coming.update(&record, |path| here.get(path).cloned());
        assert_eq!(update, Update { kept: vec!["crosskit/a.rs".to_owned()], ..Update::default() });
    }

    #[test]
    fn a_lock_file_that_cargo_makes_is_not_compared() {
        let record = record(true, &[("crosskit/Cargo.lock", "made"), ("a/build/crosskit.rs", "1")]);
        let coming = Coming::new(&record, Some(pairs(&[("crosskit/Cargo.lock", "seed")])), hash);
        assert_eq!(coming.seed.as_deref(), Some("seed"));
        let here = pairs(&[("crosskit/Cargo.lock", "made"), ("a/build/crosskit.rs", "1")]);
        let update = coming.update(&record, |path| here.get(path).cloned());
        assert_eq!(update, Update { written: vec!["a/build/crosskit.rs".to_owned()], ..Update::default() });
        let copied = coming.copied(&[], |_| None);
        assert_eq!(copied.get("crosskit/Cargo.lock").map(String::as_str), Some("seed"));
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, than, expected) in [
            ("0.9.0", "0.10.0", true),
            ("0.10.0", "0.9.0", false),
            ("1.0.0", "1.0.0", false),
            ("1.0.0-beta", "1.0.0", false),
            ("x", "1.0.0", false),
        ] {
            assert_eq!(is_older(version, than), expected, "{version} {than}");
        }
    }
}
