//! What cargo says would become of a workspace: whether all in it is built as before, but for what the kit brings.

use std::collections::{BTreeMap, BTreeSet};

use super::copy::CRATES;
use super::lock::{Id, Lock};
use super::{Facts, LOCK, Member, Record, XTASK, apart, existing};
use crate::finding::{Code, Finding};
use crate::listing::{counted, listed};

/// Names of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Of the members.
    pub members: BTreeSet<String>,
    /// Of those that cargo builds by itself.
    pub default_members: BTreeSet<String>,
}

/// What cargo says of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The lock file, if there is one.
    pub lock: Option<Lock>,
    /// What is on of each package where all members are built at once.
    pub features: BTreeMap<Id, BTreeSet<String>>,
    /// Members.
    pub names: Names,
}

/// The workspace before the kit.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// As it is.
    pub facts: &'a Facts,
    /// What was vendored into it, if anything.
    pub record: Option<&'a Record>,
    /// Its lock file, if it has one.
    pub lock: Option<&'a Lock>,
    /// What cargo says of it.
    pub answer: &'a Answer,
}

impl Before<'_> {
    /// The lock file that cargo would change by itself.
    pub fn out_of_date(&self) -> Option<Finding> {
        let (locked, now) = self.lock.zip(self.answer.lock.as_ref())?;
        let finding = Finding::error(Code::VendorLocked, format!("`{LOCK}` is not up to date with the manifests"));
        let finding = finding.note("cargo would change it at its next call, with or without the kit");
        (locked != now).then(|| finding.hint("bring it up to date, and commit it: cargo update --workspace"))
    }

    /// What would be otherwise in the workspace `after`, other than that the kit is there. `isolated` says that the kit is a
    /// workspace of its own.
    pub fn changed(&self, after: &Answer, isolated: bool) -> Vec<Finding> {
        let moved = self.lock.zip(after.lock.as_ref()).and_then(|(before, after)| self.moved(before, after));
        let built_otherwise = if isolated { None } else { self.built_otherwise(after) };
        [self.other_members(after, isolated), moved, built_otherwise].into_iter().flatten().collect()
    }

    /// What the kit brings into builds that are there.
    pub fn brought(&self, after: &Answer) -> Option<Brought> {
        let (before, now) = self.lock.zip(after.lock.as_ref())?;
        let added: Vec<Id> = now.added_since(before).into_iter().cloned().collect();
        if added.is_empty() {
            return None;
        }
        let gained = self.gained(after).into_iter();
        let gained =
            gained.map(|(id, words)| format!("{} gains {words} where all members are built at once", id.words()));
        let by_default = existing(self.facts).filter(|it| it.is_default).map(|xtask| {
            format!("`cargo build` compiles the kit with `{}`, unless default-members leaves it out", xtask.name)
        });
        Some(Brought { added, locked: before.ids().count(), notes: gained.chain(by_default).collect() })
    }

    fn came_with_kit(&self, member: &Member) -> bool {
        self.record.is_some_and(|record| record.brought(member))
    }

    /// The workspace has one member more, and cargo builds by itself what it did.
    fn other_members(&self, after: &Answer, isolated: bool) -> Option<Finding> {
        let now = &self.answer.names;
        let mut expected = now.clone();
        let has_xtask = self.facts.members.iter().any(|member| member.name == XTASK);
        let is_new = !isolated && after.names.members.len() > now.members.len() && !has_xtask;
        expected.members.extend(is_new.then(|| XTASK.to_owned()));
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        let words = |when: &str, names: &Names| {
            format!("{when}: {}; by themselves: {}", list(&names.members), list(&names.default_members))
        };
        (after.names != expected).then(|| {
            Finding::error(Code::VendorLocked, "other packages would be members of the workspace")
                .note(words("now", now))
                .note(words("then", &after.names))
                .hint(apart(self.facts))
        })
    }

    /// What would be another version for somebody else than the kit itself.
    fn moved(&self, before: &Lock, after: &Lock) -> Option<Finding> {
        let members = self.facts.members.iter().filter(|member| !self.came_with_kit(member));
        let names: Vec<&str> = members.map(|member| member.name.as_str()).collect();
        let others = before.reached_from(&names);
        let mut moved = after.moved_since(before);
        moved.retain(|(id, _)| others.ids().any(|it| it == id) && !CRATES.contains(&id.name.as_str()));
        if moved.is_empty() {
            return None;
        }
        let count = counted(moved.len(), "locked version", "locked versions");
        let words = moved.iter().map(|(id, instead)| {
            let instead: Vec<String> = instead.iter().map(Id::words).collect();
            let instead = if instead.is_empty() { "nothing".to_owned() } else { instead.join(" and ") };
            format!("{} would become {instead}", id.words())
        });
        let names: Vec<String> = moved.iter().map(|(id, _)| format!("--package {}", id.name)).collect();
        let by_hand = "move what the kit needs yourself first, as a change of its own: cargo update";
        let finding = Finding::error(Code::VendorLocked, format!("{count} would move"));
        let finding = listed(finding, words).hint(format!("{by_hand} {}", names.join(" ")));
        Some(finding.hint(format!("or {}", apart(self.facts))))
    }

    /// An xtask that cargo builds by itself brings what the kit turns on into the same build.
    fn built_otherwise(&self, after: &Answer) -> Option<Finding> {
        let xtask = existing(self.facts).filter(|it| it.is_default && !self.came_with_kit(it))?;
        let gained = self.gained(after);
        if gained.is_empty() {
            return None;
        }
        let message =
            format!("cargo builds `{}` by itself, and other packages with it would be built otherwise", xtask.name);
        let finding = gained.iter().map(|(id, features)| format!("{} gains {features}", id.words()));
        let finding = finding.fold(Finding::error(Code::VendorLocked, message), Finding::note);
        let rest = self.facts.members.iter().filter(|member| member.is_default && member.name != xtask.name);
        let rest: Vec<String> = rest.map(|member| format!("\"{}\"", member.directory)).collect();
        Some(finding.hint(format!("leave it out first, in Cargo.toml: default-members = [{}]", rest.join(", "))))
    }

    /// What is turned on of packages that are there now, where all members are built at once.
    fn gained(&self, after: &Answer) -> Vec<(&Id, String)> {
        let gained = self.answer.features.iter().filter_map(|(id, features)| {
            let then = after.features.get(id)?;
            let gained: Vec<&str> = then.difference(features).map(String::as_str).collect();
            (!gained.is_empty()).then(|| (id, gained.join(", ")))
        });
        gained.collect()
    }
}

/// What comes with the kit into the lock file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The packages.
    pub added: Vec<Id>,
    /// How many were locked before.
    pub locked: usize,
    /// What else is to be known of it.
    pub notes: Vec<String>,
}

/// What to move where cargo says which locked package leaves it no choice.
pub fn in_the_way(cargos_words: &str) -> Option<String> {
    let told = cargos_words.split_once("previously selected package `")?.1;
    let name = told.split([' ', '`']).next()?;
    Some(format!("move what the kit needs yourself first, as a change of its own: cargo update --package {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn id(words: &str) -> Id {
        let (name, version) = words.split_once(' ').unwrap_or((words, "0.0.0"));
        let source = words.contains(' ').then(|| REGISTRY.to_owned());
        Id { name: name.to_owned(), version: version.to_owned(), source }
    }

    /// `app > serde 1.0.0, log 0.4.0; serde 1.0.0`: packages and what they depend on; those without a version are members.
    fn lock(text: &str) -> Lock {
        let packages = text.split("; ").map(|package| {
            let (name, dependencies) = package.split_once(" > ").unwrap_or((package, ""));
            let Id { name, version, source } = id(name);
            let source = source.map(|it| format!("source = \"{it}\"\n")).unwrap_or_default();
            let dependencies: Vec<String> =
                dependencies.split(", ").filter(|it| !it.is_empty()).map(|it| format!("\"{it}\"")).collect();
            let dependencies = dependencies.join(", ");
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}dependencies = [{dependencies}]\n"
            )
        });
        Lock::parse(&packages.collect::<String>()).expect("the lock file is one")
    }

    fn names(members: &str, default_members: &str) -> Names {
        let set = |list: &str| list.split_whitespace().map(str::to_owned).collect();
        Names { members: set(members), default_members: set(default_members) }
    }

    fn answer(lock: Lock, members: &str, default_members: &str, features: &[(&str, &str)]) -> Answer {
        let set = |list: &str| list.split_whitespace().map(str::to_owned).collect();
        let features = features.iter().map(|(package, on)| (id(package), set(on))).collect();
        Answer { lock: Some(lock), features, names: names(members, default_members) }
    }

    fn facts(members: &[(&str, bool)]) -> Facts {
        let member = |(name, is_default): &(&str, bool)| Member {
            name: (*name).to_owned(),
            directory: (*name).to_owned(),
            is_default: *is_default,
            ..Member::default()
        };
        Facts { members: members.iter().map(member).collect(), ..Facts::default() }
    }

    fn told(findings: &[Finding]) -> Vec<String> {
        let lines = |it: &Finding| {
            [std::slice::from_ref(&it.message), it.notes.as_slice(), it.hints.as_slice()].concat().join("\n")
        };
        findings.iter().map(lines).collect()
    }

    #[test]
    fn what_the_kit_brings_is_no_change() {
        let facts = facts(&[("app", true)]);
        let before_lock = lock("app > serde 1.0.0; serde 1.0.0");
        let now = answer(before_lock.clone(), "app", "app", &[("serde 1.0.0", "std")]);
        let before = Before { facts: &facts, record: None, lock: Some(&before_lock), answer: &now };
        let after =
            lock("app > serde 1.0.0; serde 1.0.0; xtask > crosskit; crosskit > serde 1.0.0, toml 0.9.4; toml 0.9.4");
        let after = answer(after, "app xtask", "app", &[("serde 1.0.0", "derive std"), ("toml 0.9.4", "std")]);
        assert_eq!(before.out_of_date(), None);
        assert_eq!(before.changed(&after, false), []);
        let brought = before.brought(&after).expect("something came");
        assert_eq!(
            brought.added.iter().map(Id::words).collect::<Vec<_>>(),
            ["crosskit 0.0.0", "toml 0.9.4", "xtask 0.0.0"]
        );
        assert_eq!(brought.locked, 2);
        assert_eq!(brought.notes, ["serde 1.0.0 gains derive where all members are built at once"]);
    }

    #[test]
    fn what_moves_is_told_with_what_comes_instead() {
        let facts = facts(&[("app", true)]);
        let before_lock = lock("app > serde 1.0.0; serde 1.0.0; nobodys 1.0.0");
        let now = answer(before_lock.clone(), "app", "app", &[]);
        let before = Before { facts: &facts, record: None, lock: Some(&before_lock), answer: &now };
        let after = answer(lock("app > serde 1.0.9; serde 1.0.9; xtask"), "app xtask", "app", &[]);
        let told = told(&before.changed(&after, false));
        // A package that nobody reaches is no loss.
        let expected = "1 locked version would move\n\
            serde 1.0.0 would become serde 1.0.9\n\
            move what the kit needs yourself first, as a change of its own: cargo update --package serde\n\
            or keep the kit apart, in a workspace with a lock file of its own: --isolated";
        assert_eq!(told, [expected]);
    }

    #[test]
    fn a_lock_file_that_cargo_would_change_anyway_is_told() {
        let facts = facts(&[("app", true)]);
        let stale = lock("app");
        let now = answer(lock("app > serde 1.0.0; serde 1.0.0"), "app", "app", &[]);
        let before = Before { facts: &facts, record: None, lock: Some(&stale), answer: &now };
        assert!(before.out_of_date().is_some_and(|it| it.message.contains("not up to date")));
    }

    #[test]
    fn members_are_those_that_there_were() {
        let facts = facts(&[("app", true)]);
        let now = answer(lock("app"), "app", "app", &[]);
        let before = Before { facts: &facts, record: None, lock: None, answer: &now };
        for (members, default_members, isolated, expected) in [
            ("app xtask", "app", false, true),
            ("app xtask", "app xtask", false, false),
            ("app xtask", "app", true, false),
            ("app", "app", true, true),
            ("app other xtask", "app", false, false),
            ("", "", false, false),
        ] {
            let after = answer(lock("app"), members, default_members, &[]);
            assert_eq!(before.changed(&after, isolated).is_empty(), expected, "{members}; {default_members}");
        }
    }

    #[test]
    fn an_xtask_that_is_built_by_default_turns_nothing_on() {
        let facts = facts(&[("app", true), ("xtask", true)]);
        let now = answer(lock("app"), "app xtask", "app xtask", &[("serde 1.0.0", "std")]);
        let before = Before { facts: &facts, record: None, lock: None, answer: &now };
        let after = answer(lock("app"), "app xtask", "app xtask", &[("serde 1.0.0", "derive std")]);
        let told = told(&before.changed(&after, false));
        let expected = "cargo builds `xtask` by itself, and other packages with it would be built otherwise\n\
            serde 1.0.0 gains derive\n\
            leave it out first, in Cargo.toml: default-members = [\"app\"]";
        assert_eq!(told, [expected]);
        assert_eq!(before.changed(&after, true), [], "a workspace of its own turns nothing on");
        let narrowed = self::facts(&[("app", true), ("xtask", false)]);
        assert_eq!(Before { facts: &narrowed, ..before }.changed(&after, false), []);
    }

    #[test]
    fn cargo_names_what_is_in_the_way() {
        let words = "error: failed to select\n  previously selected package `serde v1.0.100`\n    ... which satisfies";
        assert!(in_the_way(words).is_some_and(|it| it.ends_with("cargo update --package serde")));
        assert_eq!(in_the_way("error: no"), None);
    }
}
