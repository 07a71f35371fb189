//! Workspaces for real runs: copies of example-workspace, and such as a test makes itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::{process, repository};

/// The example workspace, below the root of the repository.
const EXAMPLE: &str = "example-workspace";

/// Nobody debugs or edits a copy, and without what that takes it compiles in three quarters of the time.
const PROFILE: &str = "\n[profile.dev]\ndebug = \"line-tables-only\"\nincremental = false\n";

/// The config file of a workspace.
pub const CONFIG: &str = ".cargo/config.toml";

/// A workspace of a test's own, with a target directory of its own: mostly a fresh copy of example-workspace.
///
/// It goes with the value, unless its test failed: then it stays, to be looked at.
#[derive(Debug)]
pub struct Scratch {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Two runs of the tests at once take turns.
    _turn: File,
}

impl Scratch {
    /// A copy named `name` below `directory`.
    ///
    /// # Panics
    /// git or the disk fails.
    pub fn new(directory: &Path, name: &str) -> Scratch {
        let scratch = Scratch::empty(directory, name);
        scratch.copy();
        scratch
    }

    /// A directory of the same kind without any file, for a workspace that the test writes itself. The directory does not
    /// exist yet.
    ///
    /// # Panics
    /// The disk fails.
    pub fn empty(directory: &Path, name: &str) -> Scratch {
        fs::create_dir_all(directory).expect("the directory of the scratches can be made");
        // A path without links, as /proc and cargo tell it.
        let directory = directory.canonicalize().expect("the directory of the scratches exists");
        let turn = File::create(directory.join(format!("{name}.lock"))).expect("a lock file can be made");
        turn.lock().expect("a lock file can be locked");
        let scratch = Scratch { root: directory.join(name), _turn: turn };
        for left in [scratch.root.clone(), scratch.links()].iter().filter(|left| left.exists()) {
            fs::remove_dir_all(left).expect("what an earlier run left can be removed");
        }
        scratch
    }

    fn copy(&self) {
        let names = git(&["ls-files", "-z", "--cached", EXAMPLE]);
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            let Ok(below) = Path::new(name).strip_prefix(EXAMPLE) else { continue };
            let from = repository::root().join(name);
            // A file that was deleted and not committed is still listed.
            if from.is_file() {
                let to = self.root.join(below);
                fs::create_dir_all(to.parent().unwrap_or(&self.root)).expect("a directory can be made");
                fs::copy(&from, &to).expect("a file can be copied");
            }
        }
        // Whoever tried the kit in example-workspace itself has its keys there; the tests begin without them.
        self.write(CONFIG, &git(&["show", &format!("HEAD:{EXAMPLE}/{CONFIG}")]));
        self.write("Cargo.toml", &(self.read("Cargo.toml") + PROFILE));
        let crates = repository::root().join("crates");
        for manifest in ["native/Cargo.toml", "xtask/Cargo.toml"] {
            let text = self.read(manifest);
            let absolute = text.replace("\"../../crates/", &format!("\"{}/", crates.display()));
            assert_ne!(text, absolute, "{manifest} depends on a crate of this repository");
            self.write(manifest, &absolute);
        }
    }

    /// The text of a file.
    ///
    /// # Panics
    /// It cannot be read.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a file, and the directories above it.
    ///
    /// # Panics
    /// It cannot be written.
    #[track_caller]
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        let written = fs::create_dir_all(path.parent().unwrap_or(&self.root)).and_then(|()| fs::write(&path, text));
        written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Whether a path exists.
    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The config as it was copied, and no launcher: as before the first sync.
    pub fn forget_sync(&self) {
        self.write(CONFIG, &git(&["show", &format!("HEAD:{EXAMPLE}/{CONFIG}")]));
        let _ = fs::remove_dir_all(self.root.join(".cargo/crosskit"));
    }

    /// A directory of links to every program of `PATH` but some, to be the `PATH` of a machine without these programs.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn path_without(&self, gone: impl Fn(&str) -> bool) -> PathBuf {
        let links = self.links();
        fs::create_dir(&links).expect("the directory of links can be made");
        let path = std::env::var_os("PATH").expect("there is a PATH");
        for entry in std::env::split_paths(&path).filter_map(|entry| fs::read_dir(entry).ok()).flatten().flatten() {
            let link = links.join(entry.file_name());
            // The first directory of PATH that has the name wins, as it does for the shell.
            if !gone(&entry.file_name().to_string_lossy()) && link.symlink_metadata().is_err() {
                std::os::unix::fs::symlink(entry.path(), &link).expect("a link can be made");
            }
        }
        links
    }

    /// Beside the root, as it is no part of the workspace.
    fn links(&self) -> PathBuf {
        self.root.with_extension("path")
    }

    /// Everything on the disk below the root.
    pub fn snapshot(&self) -> Snapshot {
        let mut files = BTreeMap::new();
        look(&self.root, &mut files);
        Snapshot(files)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        process::end_all_of(&self.root);
        if std::thread::panicking() {
            eprintln!("the workspace of this test stays in {}", self.root.display());
        } else {
            let _ = fs::remove_dir_all(&self.root);
            let _ = fs::remove_dir_all(self.links());
        }
    }
}

/// What a directory holds, byte for byte, with the times at which it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    modified: SystemTime,
    mode: u32,
    /// Empty for a directory.
    bytes: Vec<u8>,
}

impl Snapshot {
    /// Fails unless nothing changed since `before`, and names what did.
    ///
    /// # Panics
    /// Something changed.
    #[track_caller]
    pub fn equals(&self, before: &Snapshot) {
        let paths = self.0.keys().chain(before.0.keys());
        let changed: Vec<_> = paths.filter(|path| self.0.get(*path) != before.0.get(*path)).collect();
        assert!(changed.is_empty(), "changed, added or removed: {changed:?}");
    }
}

fn look(path: &Path, files: &mut BTreeMap<PathBuf, Entry>) {
    let metadata = path.symlink_metadata().expect("a file of the scratch can be looked at");
    let modified = metadata.modified().expect("the disk keeps times");
    let bytes = if metadata.is_file() { fs::read(path).expect("a file can be read") } else { Vec::new() };
    files.insert(path.to_path_buf(), Entry { modified, mode: metadata.mode(), bytes });
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a directory can be read") {
            look(&entry.expect("a directory can be read").path(), files);
        }
    }
}

fn git(arguments: &[&str]) -> String {
    // A checkout that belongs to another user, as in a container, is none of git's business here.
    let mut git = Command::new("git");
    let output = git.args(["-c", "safe.directory=*"]).args(arguments).current_dir(repository::root()).output();
    let output = output.expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("git prints UTF-8")
}
