//! What an update and a removal do with each file, by its hashes: as it was vendored, as it is here, as it comes.

use std::collections::{BTreeMap, BTreeSet};

use super::helper::without_module;
use super::manifest::{self, Line};
use super::record::{Edited, Record};
use super::{Arm, LOCK, MANIFEST, arm};

/// What an update does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
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

/// What an update does with each file. `None` stands for a file that is not there.
pub fn fates(
    recorded: &BTreeMap<String, String>,
    here: impl Fn(&str) -> Option<String>,
    new: &BTreeMap<String, String>,
) -> BTreeMap<String, Fate> {
    let paths: BTreeSet<&String> = recorded.keys().chain(new.keys()).collect();
    let fate = |path: &String| fate(recorded.get(path), here(path).as_ref(), new.get(path));
    paths.into_iter().map(|path| (path.clone(), fate(path))).collect()
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

/// What a file of the workspace becomes when the kit goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// This text, which is what it was before where nobody has edited it since.
    Text(String),
    /// It is what it was.
    Nothing,
    /// Cargo is asked: it is the lock file, and has moved on.
    ByCargo,
    /// It was edited since, and why the kit's lines cannot be taken out.
    Unclear(String),
}

/// Takes the kit's lines out of a file of the workspace. `hash` is that of `text`.
pub fn undo(record: &Record, path: &str, edited: &Edited, text: &str, hash: &str) -> Undone {
    if hash == edited.before {
        return Undone::Nothing;
    }
    if hash == edited.after
        && let Some(before) = edited.undo.apply(text)
    {
        return Undone::Text(before);
    }
    if path == LOCK {
        return Undone::ByCargo;
    }
    if path.ends_with(".rs") {
        let taken_out = [Arm::Cross, Arm::Check("crosskit"), Arm::Check("crosskit_build")];
        let taken_out = taken_out.into_iter().find_map(|it| arm::take_out(&without_module(text), it));
        return taken_out.map_or(Undone::Unclear("the lines are not there as they were".to_owned()), Undone::Text);
    }
    let mut text = text.to_owned();
    if let Some(line) = &edited.line {
        match manifest::take_out(&text, line) {
            Ok(without) => text = without,
            Err(cannot) => return Undone::Unclear(cannot.why),
        }
    }
    if path == MANIFEST {
        match manifest::leave(&text, &record.entry) {
            Ok(without) => text = without,
            Err(cannot) => return Undone::Unclear(cannot.why),
        }
    }
    Undone::Text(text)
}

/// What is left of an xtask that came with the kit, and that has tasks or files of its own by now: `None` where the kit's
/// lines are not there as they were.
pub fn xtask_without_kit(path: &str, text: &str) -> Option<String> {
    if path.ends_with(".rs") {
        return arm::take_out_of_xtask(text);
    }
    let value = manifest::value(text, "dependencies", "crosskit")?;
    let line = Line { table: "dependencies".to_owned(), key: "crosskit".to_owned(), value };
    manifest::take_out(text, &line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::copy;
    use crate::vendor::manifest::Entry;
    use crate::vendor::record::Source;
    use crate::vendor::undo::Undo;

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

    fn record(entry: Entry) -> Record {
        Record {
            version: String::new(),
            source: Source::Copy,
            isolated: false,
            entry,
            locked: true,
            edited: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// The lines go as well where somebody has edited the rest since.
    #[test]
    fn edits_of_others_stay() {
        let entry = Entry {
            member: Some("xtask".to_owned()),
            exclude: vec!["crosskit".to_owned()],
            default_members: vec!["a".to_owned()],
            unnamed: Vec::new(),
        };
        let before = "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n\n[profile.dev]\ndebug = 1\n";
        let after = manifest::enter(before, &entry).expect("it can be edited");
        let edited = Edited {
            before: "before".to_owned(),
            after: "after".to_owned(),
            undo: Undo::between(before, &after),
            line: None,
        };
        let record = record(entry);
        let undo = |text: &str, hash: &str| undo(&record, MANIFEST, &edited, text, hash);
        assert_eq!(undo(&after, "after"), Undone::Text(before.to_owned()));
        assert_eq!(undo(before, "before"), Undone::Nothing);
        let grown = after.replace("[\"a\", \"xtask\"]", "[\"a\", \"xtask\", \"b\"]").replace("debug = 1", "debug = 2");
        let expected = before.replace("[\"a\"]", "[\"a\", \"b\"]").replace("debug = 1", "debug = 2");
        assert_eq!(undo(&grown, "other"), Undone::Text(expected));
        // Whoever made the list his own keeps it.
        let narrowed = after.replace("default-members = [\"a\"]", "default-members = []");
        let Undone::Text(kept) = undo(&narrowed, "other") else { panic!("it can be edited") };
        assert!(kept.contains("default-members = []"), "{kept}");
        let listed = after.replace("default-members = [\"a\"]", "default-members = [\"a\", \"b\"]");
        let Undone::Text(kept) = undo(&listed, "other") else { panic!("it can be edited") };
        assert!(kept.contains("default-members = [\"a\", \"b\"]"), "{kept}");
        assert!(matches!(undo("[", "other"), Undone::Unclear(_)));
    }

    #[test]
    fn what_was_taken_out_comes_back_where_it_was() {
        let entry = Entry {
            member: Some("xtask".to_owned()),
            exclude: vec!["crosskit".to_owned()],
            default_members: Vec::new(),
            unnamed: vec![".".to_owned()],
        };
        let before = "[workspace]\nmembers = [\".\", \"a\"]\n";
        let after = manifest::enter(before, &entry).expect("it can be edited");
        let grown = after.replace("\"xtask\"", "\"xtask\", \"b\"");
        let left = manifest::leave(&grown, &entry).expect("it can be edited");
        assert_eq!(left, before.replace("\"a\"", "\"a\", \"b\""));
    }

    #[test]
    fn an_xtask_with_tasks_of_its_own_stays() {
        let [(manifest, text), (program, code)] = copy::xtask("{ path = \"../crosskit/crosskit\" }", false);
        let more = format!("{text}walkdir = \"2\"\n");
        let left = xtask_without_kit(manifest, &more).expect("the line is there");
        assert!(left.ends_with("[dependencies]\nwalkdir = \"2\"\n"), "{left}");
        let own = code.replace("        _ =>", "        Some(task) if task == \"dist\" => dist(),\n        _ =>");
        let left = xtask_without_kit(program, &own).expect("the arm is there");
        assert_eq!(left, own.replace("        Some(task) if task == \"cross\" => crosskit::main(arguments),\n", ""));
        assert_eq!(xtask_without_kit(program, &own.replace("task == \"cross\"", "x(task)")), None);
        assert_eq!(xtask_without_kit(manifest, "[package]\n"), None);
    }

    #[test]
    fn a_dependency_goes_with_the_table_that_came_with_it() {
        let line = Line { table: "dependencies".to_owned(), key: "crosskit".to_owned(), value: "\"0.1\"".to_owned() };
        let before = "[package]\nname = \"x\"";
        let after = manifest::add(before, &line).expect("it can be edited");
        assert_eq!(after, "[package]\nname = \"x\"\n\n[dependencies]\ncrosskit = \"0.1\"\n");
        let edited =
            Edited { before: String::new(), after: String::new(), undo: Undo::default(), line: Some(line.clone()) };
        let out = undo(&record(Entry::default()), "xtask/Cargo.toml", &edited, &after, "other");
        assert_eq!(out, Undone::Text(format!("{before}\n")));
        let other = after.replace("0.1", "0.2");
        let out = undo(&record(Entry::default()), "xtask/Cargo.toml", &edited, &other, "other");
        assert!(matches!(out, Undone::Unclear(_)), "{out:?}");
        assert_eq!(manifest::add(&after, &line), Ok(after.clone()), "it is there");
        let other = Line { value: "\"0.2\"".to_owned(), ..line };
        assert!(manifest::add(&after, &other).is_err(), "it is there with another value");
    }
}
