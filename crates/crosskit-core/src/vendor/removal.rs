//! What takes the kit out of a workspace again: what each file becomes, what goes, and what stands in the way.

use std::collections::BTreeMap;

use super::helper::without_module;
use super::manifest::{self, Line};
use super::record::{Edited, Record};
use super::{Arm, Edit, Facts, LOCK, MANIFEST, arm, existing};
use crate::config::{self, Position};
use crate::finding::{Code, Finding, Origin};
use crate::listing::counted;

/// The files of the xtask that comes with the kit.
const OF_XTASK: [&str; 2] = ["xtask/Cargo.toml", "xtask/src/main.rs"];

/// A file of which the record knows, as it is here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The hash of its bytes.
    pub hash: String,
    /// Whether it is what the record says of a file that came with the kit, however git has written its line ends.
    pub is_as_it_came: bool,
    /// Its text, if it is one.
    pub text: Option<String>,
}

/// The workspace from which the kit is to go.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// As it is.
    pub facts: &'a Facts,
    /// Those files of the record that are there.
    pub files: &'a BTreeMap<String, Found>,
    /// Whether the directory of the xtask has files that did not come with the kit.
    pub has_more_in_xtask: bool,
    /// What was changed here may go.
    pub allow_dirty: bool,
}

/// What a removal does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Files of the workspace that are edited, the lock file last.
    pub edits: Vec<Edit>,
    /// What the config is and becomes, where the kit is in it; `None` where nothing is left of it.
    pub config: Option<(String, Option<String>)>,
    /// Files that go.
    pub files: Vec<String>,
    /// Whether cargo is asked for the lock file.
    pub asks_cargo: bool,
    /// The xtask that came with the kit has something of its own by now: it stays, without the kit.
    pub xtask_stays: bool,
    /// The alias has lost its mark, so that it is the user's, and leads nowhere.
    pub leaves_alias: bool,
    /// What stands in the way.
    pub findings: Vec<Finding>,
}

/// Decides what a removal does.
pub fn remove(record: &Record, here: &Here) -> Removal {
    let mut removal = Removal { xtask_stays: xtask_stays(record, here), ..Removal::default() };
    let mut entry = record.entry.clone();
    if removal.xtask_stays {
        // It is a member, and no default member, as it was.
        entry.member = None;
        entry.default_members.clear();
    }
    let without = Record { entry, ..record.clone() };
    for (path, edited) in &record.edited {
        let Some(Found { hash, text: Some(text), .. }) = here.files.get(path) else { continue };
        // What leads back to the byte takes the xtask out as well.
        let is_root = path == MANIFEST && without.entry != record.entry;
        match undo(&without, path, edited, text, if is_root { "" } else { hash }) {
            Undone::Nothing => {}
            Undone::Text(after) => removal.edit(path, text, after),
            Undone::ByCargo => removal.asks_cargo = true,
            Undone::Unclear(why) => removal.findings.push(
                Finding::error(Code::VendorByHand, format!("the kit's lines in `{path}` cannot be taken out: {why}"))
                    .at(Origin::File { path: path.clone(), line: 1, column: 1 })
                    .hint("take out what names `crosskit` there, and call this again"),
            ),
        }
    }
    removal.findings.extend(put_in_by_hand(record, here, &removal.edits));
    let mut files = record.files.clone();
    if removal.xtask_stays {
        for path in OF_XTASK {
            let Some(text) = here.files.get(path).and_then(|found| found.text.as_ref()) else { continue };
            let Some(after) = xtask_without_kit(path, text) else { continue };
            files.remove(path);
            removal.edit(path, text, after);
        }
        removal.asks_cargo = true;
    }
    let is_changed = |path: &&String| here.files.get(*path).is_some_and(|found| !found.is_as_it_came);
    let changed: Vec<&String> = files.keys().filter(is_changed).collect();
    if !changed.is_empty() && !here.allow_dirty {
        removal.findings.push(changed_here(&changed));
    }
    removal.files = files.into_keys().collect();
    match config_without(here.facts, removal.xtask_stays) {
        Ok(config) => removal.config = config,
        Err(finding) => removal.findings.push(*finding),
    }
    let config = here.facts.files.get(&here.facts.config);
    let left = removal.config.as_ref().map_or(config, |(_, after)| after.as_ref());
    let alias = left.and_then(|text| config::parse(text).ok());
    removal.leaves_alias = !removal.xtask_stays
        && OF_XTASK.iter().any(|path| removal.files.iter().any(|it| it == path))
        && alias.is_some_and(|it| it.value(&["alias", "xtask"]).is_some());
    removal.edits.sort_by_key(|edit| edit.path == LOCK);
    removal
}

impl Removal {
    fn edit(&mut self, path: &str, before: &str, after: String) {
        self.edits.push(Edit { path: path.to_owned(), before: before.to_owned(), after, line: None });
    }
}

/// Whether the xtask that came with the kit has something of its own by now.
fn xtask_stays(record: &Record, here: &Here) -> bool {
    let came = OF_XTASK.iter().all(|path| record.files.contains_key(*path));
    let is_changed = |path: &&str| here.files.get(*path).is_some_and(|found| !found.is_as_it_came);
    came && !here.allow_dirty && (here.has_more_in_xtask || OF_XTASK.iter().any(is_changed))
}

/// The xtask that was there before the kit still calls it: somebody has put the lines in, or changed them.
fn put_in_by_hand(record: &Record, here: &Here, edits: &[Edit]) -> Option<Finding> {
    let xtask = existing(here.facts).filter(|member| !record.brought(member))?;
    let path = xtask.program.as_ref()?;
    let edited = edits.iter().find(|edit| edit.path == *path).map(|edit| &edit.after);
    let text = edited.or_else(|| here.facts.files.get(path))?;
    let Position { line, column } = Position::of(text, text.find("crosskit::")?);
    let message = format!("`{}` calls the kit in lines that did not come with it", xtask.name);
    let finding = Finding::error(Code::VendorByHand, message).at(Origin::File { path: path.clone(), line, column });
    Some(finding.hint("take them out, and call this again"))
}

fn changed_here(paths: &[&String]) -> Finding {
    let count = counted(paths.len(), "file was", "files were");
    let finding = Finding::error(Code::VendorChanged, format!("{count} changed here, and would be lost"));
    let finding = paths.iter().fold(finding, |finding, path| finding.note(path.as_str()));
    finding.hint("if git has them, or nobody needs them: --allow-dirty")
}

/// The config without any key of the kit: what it was, and what is left of it, if anything.
fn config_without(facts: &Facts, xtask_stays: bool) -> Result<Option<(String, Option<String>)>, Box<Finding>> {
    let path = &facts.config;
    let Some(before) = facts.files.get(path) else { return Ok(None) };
    // An xtask that stays is still called by its alias.
    match config::remove_where(before, |path| !xtask_stays || path != ["alias", "xtask"]) {
        Ok(outcome) if outcome.text == *before => Ok(None),
        Ok(outcome) if config::is_only_ours(&outcome.text) => Ok(Some((before.clone(), None))),
        Ok(outcome) => Ok(Some((before.clone(), Some(config::without_new_file(&outcome.text))))),
        Err(error) => {
            let message = format!("`{path}` cannot be edited: {error}");
            Err(Box::new(Finding::error(Code::ConfigInvalid, message)))
        }
    }
}

/// What a file of the workspace becomes when the kit goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Undone {
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
fn undo(record: &Record, path: &str, edited: &Edited, text: &str, hash: &str) -> Undone {
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
fn xtask_without_kit(path: &str, text: &str) -> Option<String> {
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
    use crate::vendor::manifest::Entry;
    use crate::vendor::record::Source;
    use crate::vendor::undo::Undo;
    use crate::vendor::{Member, copy};

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

    /// With both lists new, `members` goes as a whole.
    #[test]
    fn a_package_that_became_a_workspace_is_a_package_again() {
        let entry = Entry {
            member: Some("xtask".to_owned()),
            exclude: vec!["crosskit".to_owned()],
            default_members: Vec::new(),
            unnamed: Vec::new(),
        };
        for before in [
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\n",
            "[package]\nversion = \"0.1.0\"\n\n[workspace]\nresolver = \"3\"\n",
        ] {
            let after = manifest::enter(before, &entry).expect("it can be edited");
            let grown = after.replace("0.1.0", "0.2.0");
            let left = manifest::leave(&grown, &entry).expect("it can be edited");
            assert_eq!(left, before.replace("0.1.0", "0.2.0"));
        }
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

    /// A workspace into which the kit came with an xtask; `changed` says what became of files since.
    fn vendored(changed: &[(&str, &str)]) -> (Record, Facts, BTreeMap<String, Found>) {
        let [manifest, program] = copy::xtask("{ path = \"../crosskit/crosskit\" }", false);
        let files = [manifest, program].map(|(path, text)| (format!("xtask/{path}"), text));
        let entry =
            Entry { member: Some("xtask".to_owned()), exclude: vec!["crosskit".to_owned()], ..Entry::default() };
        let before = "[workspace]\nmembers = [\"a\"]\n";
        let after = manifest::enter(before, &entry).expect("it can be edited");
        let undo = Undo::between(before, &after);
        let edited = Edited { before: "before".to_owned(), after: "after".to_owned(), undo, line: None };
        let mut record = record(entry);
        record.edited.insert(MANIFEST.to_owned(), edited);
        let lock = Edited { before: "1".to_owned(), after: "2".to_owned(), undo: Undo::default(), line: None };
        record.edited.insert(LOCK.to_owned(), lock);
        record.files.extend(files.iter().map(|(path, _)| (path.clone(), "as it came".to_owned())));
        record.files.insert("crosskit/a.rs".to_owned(), "as it came".to_owned());
        let key = ["alias", "xtask"].map(str::to_owned).to_vec();
        let key = config::WantedKey { path: key, value: config::WantedValue::String("run".to_owned()) };
        let config = config::sync(&config::new_file(), &[key]).expect("it can be edited").text;
        let facts = Facts {
            files: [(".cargo/config.toml".to_owned(), config)].into(),
            config: ".cargo/config.toml".to_owned(),
            ..Facts::default()
        };
        let came = |text: &str| Found { hash: String::new(), is_as_it_came: true, text: Some(text.to_owned()) };
        let mut found: BTreeMap<String, Found> = files.iter().map(|(path, text)| (path.clone(), came(text))).collect();
        found.insert("crosskit/a.rs".to_owned(), came(""));
        found.insert(MANIFEST.to_owned(), Found { hash: "after".to_owned(), ..came(&after) });
        found.insert(LOCK.to_owned(), Found { hash: "2".to_owned(), ..came("lock") });
        for (path, text) in changed {
            let now = Found { hash: "other".to_owned(), is_as_it_came: false, text: Some((*text).to_owned()) };
            found.insert((*path).to_owned(), now);
        }
        (record, facts, found)
    }

    fn messages(removal: &Removal) -> Vec<&str> {
        removal.findings.iter().map(|it| it.message.as_str()).collect()
    }

    #[test]
    fn all_that_came_goes() {
        let (record, facts, files) = vendored(&[]);
        let here = Here { facts: &facts, files: &files, has_more_in_xtask: false, allow_dirty: false };
        let removal = remove(&record, &here);
        assert_eq!(removal.findings, []);
        let edited: Vec<(&str, &str)> = removal.edits.iter().map(|it| (it.path.as_str(), it.after.as_str())).collect();
        assert_eq!(edited, [(MANIFEST, "[workspace]\nmembers = [\"a\"]\n"), (LOCK, "lock")]);
        assert_eq!(removal.files, ["crosskit/a.rs", "xtask/Cargo.toml", "xtask/src/main.rs"]);
        assert_eq!((removal.asks_cargo, removal.xtask_stays), (false, false));
        assert!(matches!(removal.config, Some((_, None))), "nothing is left of the config");
        assert!(!removal.leaves_alias);
        let unmarked = "[alias]\nxtask = \"run\"\n".to_owned();
        let facts = Facts { files: [(".cargo/config.toml".to_owned(), unmarked)].into(), ..facts.clone() };
        let removal = remove(&record, &Here { facts: &facts, ..here });
        assert!(removal.leaves_alias && removal.config.is_none());
    }

    #[test]
    fn an_xtask_with_a_file_of_its_own_stays_a_member() {
        let (record, facts, files) = vendored(&[]);
        let here = Here { facts: &facts, files: &files, has_more_in_xtask: true, allow_dirty: false };
        let removal = remove(&record, &here);
        assert_eq!(removal.findings, []);
        assert_eq!(removal.files, ["crosskit/a.rs"]);
        assert!(removal.xtask_stays && removal.asks_cargo);
        assert_eq!(removal.config, None, "the alias runs it");
        let manifest = removal.edits.iter().find(|it| it.path == MANIFEST).map(|it| it.after.as_str());
        assert_eq!(manifest, Some("[workspace]\nmembers = [\"a\", \"xtask\"]\n"));
        let allowed = remove(&record, &Here { allow_dirty: true, ..here });
        assert!(!allowed.xtask_stays && allowed.files.len() == 3, "whoever allows it loses it");
    }

    #[test]
    fn what_was_changed_here_is_not_lost() {
        let (record, facts, files) = vendored(&[("crosskit/a.rs", "mine"), (LOCK, "moved on")]);
        let here = Here { facts: &facts, files: &files, has_more_in_xtask: false, allow_dirty: false };
        let removal = remove(&record, &here);
        assert_eq!(messages(&removal), ["1 file was changed here, and would be lost"]);
        assert!(removal.asks_cargo, "the lock file has moved on");
        assert_eq!(messages(&remove(&record, &Here { allow_dirty: true, ..here })), [""; 0]);
        // Whatever is gone already is no loss.
        let mut gone = files.clone();
        gone.remove("crosskit/a.rs");
        assert_eq!(messages(&remove(&record, &Here { files: &gone, ..here })), [""; 0]);
    }

    #[test]
    fn every_way_in_is_told_at_once() {
        let (record, mut facts, files) = vendored(&[(MANIFEST, "["), ("crosskit/a.rs", "mine")]);
        facts.files.insert(".cargo/config.toml".to_owned(), "[".to_owned());
        let here = Here { facts: &facts, files: &files, has_more_in_xtask: false, allow_dirty: false };
        assert_eq!(remove(&record, &here).findings.len(), 3);
    }

    #[test]
    fn an_xtask_that_calls_the_kit_by_hand_is_told() {
        let (record, mut facts, files) = vendored(&[]);
        let program = "tools/src/main.rs";
        facts.members.push(Member {
            name: "xtask".to_owned(),
            directory: "tools".to_owned(),
            program: Some(program.to_owned()),
            ..Member::default()
        });
        facts.files.insert(program.to_owned(), "fn main() {\n    crosskit::main(it);\n}\n".to_owned());
        let here = Here { facts: &facts, files: &files, has_more_in_xtask: false, allow_dirty: false };
        let removal = remove(&record, &here);
        assert_eq!(messages(&removal), ["`xtask` calls the kit in lines that did not come with it"]);
    }
}
