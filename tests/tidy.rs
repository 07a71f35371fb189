//! Rules about the repository's own files, which no compiler checks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crosskit_core::finding::Code;
use crosskit_tests::repository::{read, root, tracked_files};
use crosskit_tests::rust_source::{code_lines, names_after};
use crosskit_tests::{expect, recorded};

/// Modules in the order in which they may import: each from those before it alone. The layers are facts, decisions,
/// words, hands, voice and surface.
struct Crate {
    directory: &'static str,
    layers: &'static [(&'static str, &'static [&'static str])],
}

const CRATES: [Crate; 3] = [
    Crate {
        directory: "crates/crosskit-build",
        layers: &[
            ("facts", &["triple", "finding", "object_file", "source"]),
            ("decisions", &["rules"]),
            // The helper's own hands and voice: a build script has no other.
            ("hands", &["script"]),
        ],
    },
    Crate {
        directory: "crates/crosskit-core",
        layers: &[
            (
                "facts",
                &[
                    "triple",
                    "finding",
                    "object_file",
                    "artefact",
                    "cfgs",
                    "emulation",
                    "packages",
                    "target",
                    "unit_graph",
                    "machine",
                    "listing",
                ],
            ),
            (
                "decisions",
                &[
                    "rules",
                    "config",
                    "settings",
                    "python",
                    "wrapper",
                    "policy",
                    "linking",
                    "native",
                    "resolve",
                    "lints",
                    "build_script",
                    "workspace",
                    "program",
                    "matrix",
                    "libraries",
                    "install",
                    "tools",
                    "doctor",
                    "trial",
                    "inspect",
                    "libtest",
                    "script_report",
                    "verdict",
                    "exit",
                    "record",
                    "gate",
                    "plan",
                    "single_file",
                    "vendor",
                    "survey",
                ],
            ),
            ("words", &["pages", "render", "explain", "workflow", "views"]),
        ],
    },
    Crate {
        directory: "crates/crosskit",
        layers: &[
            (
                "hands",
                &[
                    "environment",
                    "sh",
                    "results",
                    "event",
                    "apply",
                    "path",
                    "git",
                    "configs",
                    "scripts",
                    "build_scripts",
                    "metadata",
                    "rustc",
                    "cache",
                    "probe",
                    "install",
                    "artefact",
                    "run",
                    "record",
                    "trial",
                    "vendor",
                ],
            ),
            ("voice", &["report"]),
            ("surface", &["cli", "commands"]),
        ],
    },
];

impl Crate {
    fn order(&self) -> Vec<(&str, &str)> {
        let named = |(layer, modules): &(&'static str, &'static [&'static str])| {
            modules.iter().map(|module| (*module, *layer)).collect::<Vec<_>>()
        };
        self.layers.iter().flat_map(named).collect()
    }

    /// The files of the crate with the words of their module path; `lib.rs` has none.
    fn modules(&self) -> Vec<(PathBuf, Vec<String>)> {
        let source = Path::new(self.directory).join("src");
        let mut found = Vec::new();
        for path in rust_files() {
            let Ok(below) = path.strip_prefix(&source) else { continue };
            let words = below.with_extension("");
            let words = words.iter().map(|word| word.to_string_lossy().into_owned());
            let words: Vec<String> = words.filter(|word| !matches!(word.as_str(), "lib" | "mod")).collect();
            // A file `tests.rs` and what is below it are unit tests, as an inline `mod tests` is.
            if !words.iter().any(|word| word == "tests") {
                found.push((path, words));
            }
        }
        found
    }
}

fn rust_files() -> Vec<PathBuf> {
    tracked_files().into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

fn manifest(directory: &str) -> toml::Table {
    read(Path::new(directory).join("Cargo.toml")).parse().expect("a manifest is TOML")
}

fn package(directory: &str, key: &str) -> String {
    let manifest = manifest(directory);
    let value = manifest.get("package").and_then(|package| package.get(key)).and_then(toml::Value::as_str);
    value.unwrap_or_else(|| panic!("{directory}/Cargo.toml: package.{key} is no string")).to_owned()
}

#[test]
fn every_module_imports_from_the_layers_before_it() {
    let mut complaints = Vec::new();
    for it in &CRATES {
        let order = it.order();
        let place = |name: &str| order.iter().position(|(module, _)| *module == name);
        for (path, words) in it.modules() {
            let Some(module) = words.first() else { continue };
            let Some(own) = place(module) else {
                complaints.push(format!("{}: module `{module}` stands in no layer", path.display()));
                continue;
            };
            let text = read(&path);
            let lines = code_lines(&text);
            let from_root = "super::".repeat(words.len());
            let mut names = names_after(&lines, "crate::");
            names.extend(names_after(&lines, &from_root));
            for (line, name) in names {
                if let Some(other) = place(&name)
                    && other > own
                {
                    let (own, other) = (order[own].1, order[other].1);
                    let path = path.display();
                    complaints.push(format!("{path}:{line}: `{module}` ({own}) imports `{name}` ({other})"));
                }
            }
        }
    }
    expect::nothing_wrong(&complaints);
}

/// The core and the leaf are below the kit, and the leaf is below the core.
#[test]
fn no_crate_imports_one_above_it() {
    let above =
        [("crates/crosskit-build", vec!["crosskit_core", "crosskit"]), ("crates/crosskit-core", vec!["crosskit"])];
    for (directory, above) in above {
        let manifest = manifest(directory);
        for dependency in manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten() {
            let name = dependency.0.replace('-', "_");
            assert!(!above.contains(&name.as_str()), "{directory} depends on {name}");
        }
    }
}

#[test]
fn modules_are_short() {
    let files: Vec<PathBuf> = CRATES.iter().flat_map(Crate::modules).map(|(path, _)| path).collect();
    let mut lengths: Vec<(usize, PathBuf)> =
        files.into_iter().map(|path| (read(&path).lines().count(), path)).collect();
    lengths.sort();
    let median = lengths[lengths.len() / 2].0;
    println!("{} modules, median {median} lines, longest {:?}", lengths.len(), lengths.last());
    assert!(median <= 200, "the median is {median} lines");
    let complaints: Vec<String> = lengths
        .iter()
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, path)| format!("{} has {lines} lines, 600 at most", path.display()))
        .collect();
    expect::nothing_wrong(&complaints);
}

#[test]
fn the_core_touches_nothing() {
    let banned: [(&str, &[&str]); 2] =
        [("std::", &["env", "fs", "net", "process"]), ("std::time::", &["Instant", "SystemTime"])];
    let printing = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];
    let mut complaints = Vec::new();
    for (path, _) in CRATES[1].modules() {
        let text = read(&path);
        let lines = code_lines(&text);
        for (prefix, names) in banned {
            for (line, name) in names_after(&lines, prefix) {
                if names.contains(&name.as_str()) {
                    complaints.push(format!("{}:{line}: {prefix}{name}", path.display()));
                }
            }
        }
        for (number, line) in &lines {
            if printing.iter().any(|print| line.contains(&format!("{print}("))) {
                complaints.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    expect::nothing_wrong(&complaints);
}

#[test]
fn the_changelog_has_a_heading_for_the_version() {
    let version = package("crates/crosskit", "version");
    let changelog = read("CHANGELOG.md");
    let found = changelog.lines().any(|line| line.starts_with('#') && line.contains(&version));
    assert!(found, "CHANGELOG.md has no heading for {version}");
}

#[test]
fn vendored_crates_stand_alone_and_have_one_version() {
    let mut directories: BTreeSet<String> = BTreeSet::new();
    for path in tracked_files() {
        let mut words = path.iter().map(|word| word.to_string_lossy().into_owned());
        if let (Some("crates"), Some(name)) = (words.next().as_deref(), words.next()) {
            directories.insert(name);
        }
    }
    let version = package("crates/crosskit", "version");
    let mut complaints = Vec::new();
    for name in &directories {
        let directory = format!("crates/{name}");
        if package(&directory, "name") != *name {
            complaints.push(format!("{directory}: the package has another name"));
        }
        if package(&directory, "version") != version {
            complaints.push(format!("{directory}: the version is not {version}"));
        }
        if read(format!("{directory}/Cargo.toml")).contains("workspace = true") {
            complaints.push(format!("{directory}/Cargo.toml: inherits from the workspace"));
        }
        for (dependency, value) in manifest(&directory)["dependencies"].as_table().into_iter().flatten() {
            let wanted = value.get("version").and_then(toml::Value::as_str);
            if directories.contains(dependency) && wanted != Some(version.as_str()) {
                complaints.push(format!("{directory}: wants {wanted:?} of {dependency}, which is {version}"));
            }
        }
    }
    expect::nothing_wrong(&complaints);
}

#[test]
fn every_code_is_told_somewhere() {
    let mut used = BTreeSet::new();
    for it in &CRATES {
        for (path, _) in it.modules().iter().filter(|(path, _)| !path.ends_with("finding.rs")) {
            let text = read(path);
            used.extend(names_after(&code_lines(&text), "Code::").into_iter().map(|(_, name)| name));
        }
    }
    let complaints: Vec<String> = Code::ALL
        .iter()
        .filter(|code| !used.contains(&format!("{code:?}")))
        .map(|code| format!("{code} ({code:?}) is told nowhere"))
        .collect();
    expect::nothing_wrong(&complaints);
}

/// What the code map names in backticks and ends in `.rs` or `/` exists.
#[test]
fn the_code_map_names_what_exists() {
    let text = read("ARCHITECTURE.md");
    let heading = |line: &str| line.starts_with('#');
    let mut map = text.lines().skip_while(|line| !(heading(line) && line.to_lowercase().contains("code map")));
    assert!(map.next().is_some(), "ARCHITECTURE.md has no heading with the words `code map`");
    let mut complaints = Vec::new();
    let mut named = 0;
    for line in map.take_while(|line| !heading(line)) {
        for path in line.split('`').skip(1).step_by(2).filter(|it| it.ends_with(".rs") || it.ends_with('/')) {
            named += 1;
            if !root().join(path).exists() {
                complaints.push(format!("ARCHITECTURE.md: `{path}` does not exist"));
            }
        }
    }
    expect::nothing_wrong(&complaints);
    assert!(named > 0, "the code map of ARCHITECTURE.md names no path");
}

#[test]
fn nothing_unfinished_and_no_path_of_this_computer() {
    // In two parts each, as this file is searched too.
    let mut banned: Vec<String> =
        [("todo", "!("), ("unimplemented", "!("), (IGNORE.0, IGNORE.1)].map(|(a, b)| format!("{a}{b}")).to_vec();
    // The directory for temporary files has the same name everywhere, and a clone may lie in it.
    let parent = root().parent().filter(|parent| *parent != std::env::temp_dir()).map(Path::to_path_buf);
    let own = [std::env::var_os("HOME").map(PathBuf::from), parent, Some(root().to_path_buf())];
    let own = own.into_iter().flatten().filter(|path| path.is_absolute() && path.parent().is_some());
    banned.extend(own.map(|path| path.display().to_string()));
    let mut complaints = Vec::new();
    for path in tracked_files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (at, line) in text.lines().enumerate() {
            for word in banned.iter().filter(|word| holds(line, word)) {
                complaints.push(format!("{}:{}: `{word}`", path.display(), at + 1));
            }
        }
    }
    expect::nothing_wrong(&complaints);
}

/// The attribute of a test that is never run, in two parts.
const IGNORE: (&str, &str) = ("#[", "ignore");

/// Whether a line holds the word; an attribute only as an attribute, so that documentation may speak of it, and a path
/// only as a path: not as the end of another, nor the start of a longer name.
fn holds(line: &str, word: &str) -> bool {
    if word.starts_with(IGNORE.0) {
        return line.trim_start().starts_with(word);
    }
    line.match_indices(word).any(|(at, _)| {
        let part_of_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !word.starts_with('/')
            || !(before.is_some_and(|c| part_of_name(c) || c == '}') || after.is_some_and(part_of_name))
    })
}

/// The workspace of the cases has the members of the example workspace, in their order.
#[test]
fn the_recorded_workspace_mirrors_the_example() {
    let names = |key: &str| -> Vec<String> {
        let manifest = manifest("example-workspace");
        let names = manifest["workspace"][key].as_array().expect("an array");
        names.iter().filter_map(|it| it.as_str()).map(str::to_owned).collect()
    };
    let workspace = recorded::example_workspace().expect("it can be read");
    let members: Vec<&str> = workspace.members().map(|member| member.name.as_str()).collect();
    assert_eq!(members, names("members"));
    let defaults = workspace.members().filter(|member| member.default_member);
    assert_eq!(defaults.map(|member| member.name.as_str()).collect::<Vec<_>>(), names("default-members"));
}
