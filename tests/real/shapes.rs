//! Workspaces of every shape, as text, into which the kit comes and out of which it goes again.
//!
//! A shape is a file `shapes/<name>.txt`: some words on why, then `options`, and `file PATH` for each file, where `../` leads above the root. What must come
//! of vendoring follows: `exit`, `stderr`, `diff` of what was there without the lock file, and `new`, the files that came
//! without those of the copy. `UPDATE_EXPECT=1` rewrites it.
//!
//! | option | means |
//! |---|---|
//! | `crlf` | every line of every file ends as on Windows |
//! | `directory = NAME` | the name of the root |
//! | `no lock` | there is no lock file |
//! | `locked NAME VERSION` | the lock file has this version |
//! | `dirty` | a file is there that git does not know |
//! | `with OPTIONS` | what vendoring is given beside the workspace |

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;
use crosskit_tests::sections::Sections;
use crosskit_tests::{expect, repository};

use crate::kit;

/// A shape as it is written.
pub struct Shape {
    pub name: String,
    path: PathBuf,
    sections: Sections,
}

/// A shape as it lies on the disk, committed.
pub struct Laid {
    pub root: PathBuf,
    before: Files,
    /// What cargo tells of it without the kit.
    outline: Outline,
    pub options: String,
    _scratch: Scratch,
}

/// Every file below the root, but for git's own and those that cargo makes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What is wrong with a shape, in words.
struct Complaints<'a> {
    name: &'a str,
    told: Vec<String>,
}

impl Complaints<'_> {
    fn of(shape: &Shape) -> Complaints<'_> {
        Complaints { name: &shape.name, told: Vec::new() }
    }

    fn wrong(&mut self, what: &str, is_wrong: bool) {
        if is_wrong {
            self.told.push(format!("{}: {what}", self.name));
        }
    }
}

/// What must not change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outline {
    /// Names of members, and of those that cargo builds by itself.
    members: Vec<String>,
    default_members: Vec<String>,
    /// Whether `cargo fmt --all --check` is content.
    formatted: bool,
    /// The features of what is built by itself, and of all members but the xtask.
    features: [String; 2],
}

/// Where the shapes lie: a workspace must not be below another one, and so not below this repository.
pub fn directory() -> PathBuf {
    std::env::temp_dir().join("crosskit-shapes")
}

impl Shape {
    /// All of them, in the order of their names.
    pub fn all() -> Vec<Shape> {
        let directory = repository::root().join("tests/real/shapes");
        let entries = fs::read_dir(&directory).expect("the shapes are there").flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        let shapes = paths.into_iter().map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let sections = Sections::parse(&fs::read_to_string(&path).expect("a shape can be read"));
            Shape { name, path, sections }
        });
        shapes.collect()
    }

    fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.sections.get("options").unwrap_or_default().lines();
        options.find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim_start_matches([' ', '=']))
    }

    /// Writes and commits it.
    pub fn lay(&self, directory: &Path) -> Laid {
        let name = self.option("directory").unwrap_or("workspace");
        // A shape may have something in the directory above it.
        let _ = fs::remove_dir_all(directory.join(".cargo"));
        let scratch = Scratch::empty(directory, name);
        let root = scratch.root.clone();
        let crlf = self.option("crlf").is_some();
        let ends = |text: &str| if crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        for (section, text) in &self.sections.sections {
            if let Some(path) = section.strip_prefix("file ") {
                // A config may end without a line end.
                let text =
                    if path.ends_with("config.toml") && text.contains("[term]") { text.trim_end() } else { text };
                scratch.write(path, &ends(text));
            }
        }
        if self.option("no lock").is_none() {
            // With the versions that were downloaded for this repository, where they do.
            if kit::run_cargo(&root, "generate-lockfile --quiet --offline").code != Some(0) {
                kit::run_cargo(&root, "generate-lockfile --quiet");
            }
            if let Some((name, version)) = self.option("locked").and_then(|it| it.split_once(' ')) {
                kit::run_cargo(&root, &format!("update --quiet --package {name} --precise {version}")).exits(0);
            }
            if crlf {
                scratch.write("Cargo.lock", &ends(&scratch.read("Cargo.lock")));
            }
        }
        git(&root, "init --quiet");
        commit(&root);
        if self.option("dirty").is_some() {
            scratch.write("notes.txt", "not committed\n");
        }
        let options = self.option("with").unwrap_or_default();
        let before = files(&root);
        let outline = outline(&root);
        if self.option("no lock").is_some() {
            // What was asked has made one.
            let _ = fs::remove_file(root.join("Cargo.lock"));
        }
        Laid { before, outline, options: options.to_owned(), root, _scratch: scratch }
    }

    /// Brings the kit in, lets `with_kit` look at the workspace, and takes the kit out again; what is wrong, in words.
    pub fn goes_in_and_out(&self, directory: &Path, with_kit: impl FnOnce(&Laid) -> Vec<String>) -> Vec<String> {
        let laid = self.lay(directory);
        let mut complaints = Complaints::of(self);
        let checked = vendor(&laid, &format!("--check {}", laid.options));
        complaints.wrong("--check writes", files(&laid.root) != laid.before);
        let came = vendor(&laid, &laid.options);
        let told = self.compare(&laid, &came);
        if !laid.root.join(".cargo/crosskit/vendored.toml").is_file() {
            complaints.wrong("what is refused leaves something behind", files(&laid.root) != laid.before);
            complaints.wrong("--check does not tell what stands in the way", checked.code == Some(0));
            return complaints.told.into_iter().chain(told).collect();
        }
        complaints.wrong("--check does not say that something would change", checked.code != Some(4));
        let now = files(&laid.root);
        complaints.told.extend(told);
        complaints.told.extend(self.as_before(&laid, &now));
        complaints.told.extend(with_kit(&laid));
        let worked_with = files(&laid.root);
        let updated = vendor(&laid, "--update");
        complaints.wrong("--update finds something to do", updated.code != Some(0) || files(&laid.root) != worked_with);
        let again = vendor(&laid, "");
        complaints.wrong("it comes in twice", again.code != Some(2) || files(&laid.root) != worked_with);
        let gone = vendor(&laid, "--remove");
        complaints.wrong(&format!("--remove fails: {gone}"), gone.code != Some(0));
        let mut left = files(&laid.root);
        let lock = laid.root.join("Cargo.lock");
        if !laid.before.contains_key(&lock) {
            // Cargo makes it by itself, and somebody may have decided about versions in it.
            let text = left.remove(&lock).map(|text| String::from_utf8_lossy(&text).into_owned());
            complaints.wrong("the kit is locked", text.is_some_and(|text| text.contains("crosskit")));
        }
        let all: BTreeSet<&PathBuf> = left.keys().chain(laid.before.keys()).collect();
        let differ: Vec<_> = all.into_iter().filter(|path| left.get(*path) != laid.before.get(*path)).collect();
        complaints.wrong(&format!("not what it was: {differ:?}"), !differ.is_empty());
        complaints.told
    }

    /// What must be as it was, though the kit is there.
    fn as_before(&self, laid: &Laid, now: &Files) -> Vec<String> {
        let mut complaints = Complaints::of(self);
        let (before, after) = (&laid.outline, outline(&laid.root));
        let new = after.members.iter().filter(|it| !before.members.contains(it)).count();
        let had_xtask = before.members.iter().any(|it| it == "xtask" || it == "tasks");
        complaints.wrong("not one member more", new != usize::from(!laid.options.contains("isolated") && !had_xtask));
        complaints.wrong("members were lost", !before.members.iter().all(|it| after.members.contains(it)));
        complaints.wrong("cargo builds other packages by itself", after.default_members != before.default_members);
        complaints.wrong("the format is judged otherwise", after.formatted != before.formatted);
        // With an xtask among them that cargo builds by itself, what that is made of is new.
        let xtask_by_itself = after.default_members.iter().any(|it| it == "xtask" || it == "tasks");
        complaints.wrong(
            "what cargo builds by itself has other features",
            !xtask_by_itself && !laid.options.contains("helper") && after.features[0] != before.features[0],
        );
        let has_helper = laid.options.contains("helper");
        complaints.wrong("members have other features", !has_helper && after.features[1] != before.features[1]);
        let lock =
            |files: &Files| files.get(&laid.root.join("Cargo.lock")).map(|it| String::from_utf8_lossy(it).into_owned());
        if let Some((before, after)) = lock(&laid.before).zip(lock(now)) {
            let after = locked(&after);
            complaints.wrong("a locked version moved", locked(&before).iter().any(|it| !after.contains(it)));
            let strict = "metadata --format-version 1 --locked --offline --filter-platform host-tuple";
            complaints.wrong("the lock file is not up to date", kit::run_cargo(&laid.root, strict).code != Some(0));
        }
        complaints.told
    }

    /// What vendoring told and did against what it must; says in words what is wrong.
    fn compare(&self, laid: &Laid, finished: &Finished) -> Option<String> {
        let mut sections = self.sections.clone();
        sections.sections.retain(|(name, _)| !matches!(name.as_str(), "exit" | "stderr" | "diff" | "new"));
        let known = sections.sections.len() < self.sections.sections.len();
        sections.push("exit", finished.code.map_or("none".to_owned(), |code| code.to_string()));
        sections.push("stderr", scrubbed(&finished.stderr, &laid.root));
        let diff = git(&laid.root, "diff -- . :!Cargo.lock");
        if !diff.is_empty() {
            let lines = diff.lines().filter(|line| !line.starts_with("index "));
            sections.push("diff", lines.map(|line| format!("{line}\n")).collect::<String>());
        }
        let new = git(&laid.root, "ls-files --others --exclude-standard");
        let new: String =
            new.lines().filter(|line| !line.starts_with("crosskit/crosskit")).map(|line| format!("{line}\n")).collect();
        if !new.is_empty() {
            sections.push("new", new);
        }
        let text = fs::read_to_string(&self.path).expect("a shape can be read");
        let expected = known.then_some(text.as_str());
        expect::file(&self.path, &format!("shapes/{}.txt", self.name), expected, &sections.render())
    }
}

impl Laid {
    /// What a file was.
    pub fn before(&self, path: &Path) -> &[u8] {
        self.before.get(path).expect("it was there")
    }

    /// Whether every file is what it was.
    pub fn is_as_before(&self) -> bool {
        files(&self.root) == self.before
    }

    /// The first of its packages.
    pub fn package(&self) -> &str {
        self.outline.members.first().expect("it has a package")
    }
}

/// Calls the kit of this repository from elsewhere.
pub fn vendor(laid: &Laid, options: &str) -> Finished {
    let mut command = process::command(kit::xtask(), &std::env::temp_dir());
    command.args(["cross", "vendor"]).arg(&laid.root).args(options.split_whitespace());
    process::run(command, kit::COMPILING)
}

/// Without what differs from run to run: where it lies, and versions and counts that change with every release.
fn scrubbed(text: &str, root: &Path) -> String {
    let mut text = text.replace(&root.display().to_string(), "[ROOT]");
    if let Some(above) = root.parent() {
        text = text.replace(&above.display().to_string(), "[ABOVE]");
    }
    let word = |word: &str| {
        let bare = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        let is_version = bare.split('.').filter(|it| it.starts_with(|c: char| c.is_ascii_digit())).count() >= 3;
        if is_version { word.replace(bare, "N.N.N") } else { word.to_owned() }
    };
    let line = |line: &str| {
        let counts = ["Locking", "Copied", "Removed"].iter().any(|verb| line.trim_start().starts_with(verb));
        // Which features a crate has changes with its releases.
        let line = match line.split_once(" gains ") {
            Some((before, features)) => {
                let rest = features.find(" where ").and_then(|at| features.get(at..)).unwrap_or_default();
                format!("{before} gains FEATURES{rest}")
            }
            None => line.to_owned(),
        };
        let words = line.split(' ').map(|it| {
            let digits = it.trim_start_matches('(');
            let is_count = counts && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
            if is_count { it.replace(digits, "N") } else { word(it) }
        });
        words.collect::<Vec<_>>().join(" ") + "\n"
    };
    text.lines().map(line).collect()
}

/// Commits everything that is there.
pub fn commit(root: &Path) {
    git(root, "add --all");
    git(root, "-c user.name=a -c user.email=a@example.org commit --quiet --message shape");
}

/// git in a directory, whoever it belongs to.
fn git(root: &Path, arguments: &str) -> String {
    let mut command = process::command("git", root);
    command.args(["-c", "safe.directory=*", "-c", "core.autocrlf=false", "-c", "init.defaultBranch=main"]);
    command.args(arguments.split_whitespace());
    process::run(command, kit::SHORT).exits(0).stdout
}

/// Every file below a directory.
pub fn files(root: &Path) -> Files {
    fn look(directory: &Path, files: &mut Files) {
        for entry in fs::read_dir(directory).expect("a directory can be read").flatten() {
            let path = entry.path();
            if entry.file_name() == "target" || entry.file_name() == ".git" {
                continue;
            }
            if path.is_dir() {
                look(&path, files);
            } else {
                let bytes = fs::read(&path).expect("a file can be read");
                files.insert(path, bytes);
            }
        }
    }
    let mut found = Files::new();
    look(root, &mut found);
    found
}

/// What cargo tells of a workspace.
fn outline(root: &Path) -> Outline {
    let told = kit::run_cargo(root, "metadata --format-version 1 --no-deps --offline");
    let value: serde_json::Value = serde_json::from_str(&told.stdout).unwrap_or_default();
    let packages = || value["packages"].as_array().into_iter().flatten();
    let name = |package: &serde_json::Value| package["name"].as_str().unwrap_or_default().to_owned();
    let default = value["workspace_default_members"].as_array().cloned().unwrap_or_default();
    let mut members: Vec<String> = packages().map(name).collect();
    let mut default_members: Vec<String> = packages().filter(|it| default.contains(&it["id"])).map(name).collect();
    members.sort();
    default_members.sort();
    let tree = |selection: &str| {
        let arguments = format!("tree --offline -e features,normal,build,dev --prefix none --no-dedupe {selection}");
        kit::run_cargo(root, &arguments).stdout.replace(&root.display().to_string(), "[ROOT]")
    };
    let features = [tree(""), tree("--workspace --exclude xtask --exclude tasks")];
    let formatted = kit::run_cargo(root, "fmt --all --check").code == Some(0);
    Outline { members, default_members, formatted, features }
}

/// The packages of a lock file: name, version, source and checksum.
fn locked(text: &str) -> Vec<String> {
    let packages = text.split("[[package]]").skip(1);
    let key =
        |line: &&str| ["name", "version", "source", "checksum"].iter().any(|key| line.starts_with(&format!("{key} =")));
    packages.map(|it| it.lines().filter(key).collect::<Vec<_>>().join(" ")).collect()
}
