//! Which directories a workspace table takes in.

use std::collections::{BTreeMap, BTreeSet};

use super::array::Array;
use super::{Facts, XTASK};

/// What `default-members` must say so that cargo builds by itself what it did before. With a package at the root that is
/// this package, whatever else is a member.
pub(super) fn default_members(facts: &Facts, text: &str) -> Vec<String> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let workspace = table.get("workspace").and_then(toml::Value::as_table);
    if table.contains_key("package") || workspace.is_none_or(|it| it.contains_key("default-members")) {
        return Vec::new();
    }
    let listed = workspace.and_then(|it| it.get("members")).and_then(toml::Value::as_array);
    let listed: Vec<&str> = listed.into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let mut patterns: Vec<String> = listed.iter().map(|it| (*it).to_owned()).collect();
    // A pattern that takes in the xtask would take it in here as well.
    patterns.retain(|pattern| !matches(pattern, XTASK));
    for member in facts.members.iter().filter(|member| member.is_default) {
        if !patterns.iter().any(|pattern| matches(pattern, &member.directory)) {
            patterns.push(member.directory.clone());
        }
    }
    patterns
}

/// Whether the members of the workspace table take in a directory.
pub(super) fn takes_in(text: &str, directory: &str) -> bool {
    let members = Array::at(text, &["workspace", "members"]);
    members.is_some_and(|members| members.strings().any(|pattern| matches(pattern, directory)))
}

/// Whether the workspace table excludes a directory.
pub(super) fn excludes(text: &str, directory: &str) -> bool {
    let exclude = Array::at(text, &["workspace", "exclude"]);
    exclude.is_some_and(|exclude| exclude.strings().any(|path| path.trim_end_matches('/') == directory))
}

/// Elements that lead to the root itself. It is a member without being named, and below a path that is, Cargo excludes
/// nothing.
/// Source: Cargo reference, "Workspaces", "The members and exclude fields"; the second half was tried.
pub(super) fn members_that_are_the_root(text: &str) -> Vec<String> {
    let members = Array::at(text, &["workspace", "members"]);
    let root =
        |it: &&str| !it.is_empty() && it.split('/').all(|part| part == "." || part.is_empty()) && !it.starts_with('/');
    members.iter().flat_map(Array::strings).filter(root).map(str::to_owned).collect()
}

/// Whether the patterns of `package.include` take in a file: those of a `.gitignore`, of which the last that fits decides.
///
/// Source: Cargo reference, "The Manifest Format", "The exclude and include fields"; gitignore(5), "PATTERN FORMAT".
pub(super) fn includes(patterns: &[&str], file: &str) -> bool {
    let fits = |pattern: &str| {
        let whole = pattern.trim_end_matches('/');
        // Without a slash but at its end, it is looked for in every directory.
        let pattern = if whole.contains('/') { whole.to_owned() } else { format!("**/{whole}") };
        let above = file.match_indices('/').filter_map(|(at, _)| file.get(..at));
        let is_directory = above.into_iter().any(|directory| matches(&pattern, directory));
        is_directory || !whole.ends_with('/') && matches(&pattern, file)
    };
    patterns.iter().rev().find_map(|pattern| match pattern.strip_prefix('!') {
        Some(not) => fits(not).then_some(false),
        None => fits(pattern).then_some(true),
    }) == Some(true)
}

/// Whether a pattern of `members` takes in a directory.
///
/// Source: Cargo reference, "Workspaces", "The members and exclude fields", which names the crate `glob`: `*` and `?` within a
/// part of the path, `[…]` for one character, `**` for any number of parts.
fn matches(pattern: &str, directory: &str) -> bool {
    fn class(pattern: &[char]) -> Option<(bool, &[char], &[char])> {
        let negated = pattern.first() == Some(&'!');
        let inside = if negated { pattern.get(1..)? } else { pattern };
        // A bracket that comes first stands for itself.
        let end = inside.iter().skip(1).position(|c| *c == ']')? + 1;
        Some((negated, inside.get(..end)?, inside.get(end + 1..)?))
    }
    fn has(class: &[char], c: char) -> bool {
        match class {
            [from, '-', to, rest @ ..] => (*from..=*to).contains(&c) || has(rest, c),
            [one, rest @ ..] => *one == c || has(rest, c),
            [] => false,
        }
    }
    fn part(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) if part(rest, text) => true,
            (['*', ..], [_, text @ ..]) => part(pattern, text),
            (['?', pattern @ ..], [_, text @ ..]) => part(pattern, text),
            (['[', rest @ ..], [c, text @ ..]) => {
                class(rest).is_some_and(|(negated, class, rest)| has(class, *c) != negated && part(rest, text))
            }
            ([one, pattern @ ..], [other, text @ ..]) => one == other && part(pattern, text),
            _ => false,
        }
    }
    fn path(patterns: &[Vec<char>], parts: &[Vec<char>]) -> bool {
        match (patterns, parts) {
            ([], []) => true,
            ([first, rest @ ..], _) if first == &['*', '*'] => {
                path(rest, parts) || parts.split_first().is_some_and(|(_, parts)| path(patterns, parts))
            }
            ([first, patterns @ ..], [name, parts @ ..]) => part(first, name) && path(patterns, parts),
            _ => false,
        }
    }
    let parts = |path: &str| -> Vec<Vec<char>> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(|part| part.chars().collect()).collect()
    };
    path(&parts(pattern), &parts(directory))
}

/// The directories of which none is below another, and where many lie side by side, the one that has them all.
pub(super) fn topmost(directories: &[String]) -> Vec<String> {
    const MANY: usize = 3;
    let sorted: BTreeSet<&str> = directories.iter().map(String::as_str).collect();
    let is_below = |path: &str, other: &str| path.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
    let top: Vec<&str> = sorted.iter().filter(|it| !sorted.iter().any(|other| is_below(it, other))).copied().collect();
    let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned());
    let mut siblings: BTreeMap<String, usize> = BTreeMap::new();
    top.iter().filter_map(|path| above(path)).for_each(|above| *siblings.entry(above).or_default() += 1);
    let folded = top.iter().map(|path| match above(path) {
        Some(above) if siblings.get(&above).is_some_and(|count| *count > MANY) => above,
        _ => (*path).to_owned(),
    });
    let folded: BTreeSet<String> = folded.collect();
    let inner = |it: &&String| !folded.iter().any(|other| is_below(it, other));
    folded.iter().filter(inner).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_said_as_in_a_gitignore() {
        let file = "build/crosskit.rs";
        for (patterns, expected) in [
            (&["src/**/*"][..], false),
            (&["/build/crosskit.rs"], true),
            (&["build/**"], true),
            (&["build/"], true),
            (&["build"], true),
            (&["*.rs"], true),
            (&["/*.rs"], false),
            (&["**/*.rs"], true),
            (&["crosskit.rs"], true),
            (&["/crosskit.rs"], false),
            (&["build/**", "!build/crosskit.rs"], false),
            (&["!build/crosskit.rs", "build/**"], true),
            (&["*"], true),
            (&[], false),
        ] {
            assert_eq!(includes(patterns, file), expected, "{patterns:?}");
        }
        assert!(includes(&["build.rs"], "build.rs") && includes(&["/build.rs"], "build.rs"));
    }

    #[test]
    fn patterns_take_in_what_they_do_for_cargo() {
        for (pattern, directory, expected) in [
            ("crates/*", "crates/a", true),
            ("crates/*", "crates/a/b", false),
            ("./crates/a/", "crates/a", true),
            ("*", "xtask", true),
            ("x?ask", "xtask", true),
            ("[a-y]*", "xtask", true),
            ("[!a-w]task", "xtask", true),
            ("[a-c]*", "xtask", false),
            ("[]x]task", "xtask", true),
            ("**/xtask", "xtask", true),
            ("crates/**", "crates/a/b", true),
            ("crates/**", "xtask", false),
            ("[x", "xtask", false),
            ("", "xtask", false),
        ] {
            assert_eq!(matches(pattern, directory), expected, "{pattern} {directory}");
        }
    }

    #[test]
    fn many_side_by_side_are_excluded_by_what_they_lie_in() {
        let directories = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let many = directories(&["a", "a/b", "t/f/1", "t/f/2", "t/f/3", "t/f/4", "t/f/4/x"]);
        assert_eq!(topmost(&many), ["a", "t/f"]);
        assert_eq!(topmost(&directories(&["t/1", "t/2"])), ["t/1", "t/2"]);
    }
}
