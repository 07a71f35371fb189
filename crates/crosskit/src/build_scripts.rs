//! Reads build scripts, with the modules that they are made of.

use std::collections::BTreeSet;
use std::path::Path;

use crosskit_core::build_script::{Source, modules};

/// A script has no more files than this, and a file no more bytes: what is larger was made by a program.
const MOST_FILES: usize = 100;
const MOST_BYTES: u64 = 1 << 20;

/// The files of the build script of the package in `directory`, the script first; `script` is relative to the directory,
/// and `prefix` stands before each path where it is shown. What cannot be read is left out: cargo will tell of it.
pub fn read(directory: &Path, script: &str, prefix: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut known = BTreeSet::new();
    let mut waiting = vec![script.to_owned()];
    while let Some(path) = waiting.pop() {
        if sources.len() == MOST_FILES || !known.insert(path.clone()) {
            continue;
        }
        let Some(text) = text(&directory.join(&path)) else { continue };
        let named = modules(&path, path == script, &text).into_iter();
        waiting.extend(named.filter_map(|places| places.into_iter().find(|it| directory.join(it).is_file())));
        sources.push(Source { path: format!("{prefix}{path}"), text });
    }
    sources
}

fn text(path: &Path) -> Option<String> {
    let small = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= MOST_BYTES);
    if small { std::fs::read_to_string(path).ok() } else { None }
}
