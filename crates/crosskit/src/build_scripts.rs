//! Reads build scripts, with the modules and included files that they are made of.

use std::collections::BTreeSet;
use std::path::Path;

use crosskit_core::build_script::{Source, modules};
use crosskit_core::finding::{Code, Finding};

/// A script has no more files than this, and a file no more bytes: what is larger was made by a program.
const MOST_FILES: usize = 100;
const MOST_BYTES: u64 = 1 << 20;

/// A build script, as far as it could be read.
#[derive(Debug, Default)]
pub struct Script {
    /// The script first, then its modules and what it includes.
    pub sources: Vec<Source>,
    /// What could not be read.
    pub findings: Vec<Finding>,
}

/// Reads the build script of the package in `directory`; `script` is relative to the directory, and `prefix` stands before
/// each path where it is shown. A module without a file is left out: cargo will tell of it.
pub fn read(directory: &Path, script: &str, prefix: &str) -> Script {
    let mut read = Script::default();
    let mut known = BTreeSet::new();
    let mut waiting = vec![script.to_owned()];
    while let Some(path) = waiting.pop() {
        if !known.insert(path.clone()) {
            continue;
        }
        if read.sources.len() == MOST_FILES {
            read.findings
                .push(not_read(&format!("{prefix}{path}"), &format!("the script has over {MOST_FILES} files")));
            break;
        }
        match text(&directory.join(&path)) {
            Ok(text) => {
                let named = modules(&path, path == script, &text).into_iter();
                waiting.extend(named.filter_map(|places| places.into_iter().find(|it| directory.join(it).is_file())));
                read.sources.push(Source { path: format!("{prefix}{path}"), text });
            }
            Err(why) => read.findings.push(not_read(&format!("{prefix}{path}"), &why)),
        }
    }
    read
}

fn not_read(path: &str, why: &str) -> Finding {
    Finding::warning(Code::FileAccess, format!("`{path}` is not read: {why}"))
}

fn text(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > MOST_BYTES {
        return Err(format!("it has more than {} KiB", MOST_BYTES >> 10));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}
