//! Reads the scripts of a workspace in which commands for a target may be written down.

use std::path::Path;

/// Directories that are looked into, besides the root.
const DIRECTORIES: &[&str] = &["", ".ci", ".github/workflows", ".gitlab", "ci", "hack", "scripts", "tools"];

/// Files by their whole name.
const NAMES: &[&str] = &[
    ".envrc",
    ".gitlab-ci.yml",
    "Containerfile",
    "Dockerfile",
    "GNUmakefile",
    "Justfile",
    "Makefile",
    "justfile",
    "makefile",
];

/// Files by the end of their name; YAML in directories of CI systems alone.
const EXTENSIONS: &[&str] = &["bash", "fish", "just", "mk", "ps1", "sh", "zsh"];

/// A script has no more bytes than this, and a directory no more of them: what is larger was made by a program.
const MOST_BYTES: u64 = 256 * 1024;
const MOST_FILES: usize = 200;

/// The scripts, by their path below the root, in the order of their names.
pub fn read(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for directory in DIRECTORIES {
        let entries = std::fs::read_dir(root.join(directory)).into_iter().flatten().flatten();
        for entry in entries.take(MOST_FILES * 10) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let extension = Path::new(&name).extension().and_then(|it| it.to_str()).unwrap_or_default();
            let yaml = directory.starts_with(".git") && ["yml", "yaml"].contains(&extension);
            // A file `run` in a directory of CI has no extension, and is a script all the same.
            let plain = directory.ends_with("ci") && extension.is_empty();
            let wanted = NAMES.contains(&name.as_str()) || EXTENSIONS.contains(&extension) || yaml || plain;
            let is_small_file = || entry.metadata().is_ok_and(|it| it.is_file() && it.len() <= MOST_BYTES);
            if wanted
                && found.len() < MOST_FILES
                && is_small_file()
                && let Ok(text) = std::fs::read_to_string(entry.path())
            {
                let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
