//! The kit's own sources: what this program was compiled from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosskit_core::vendor::copy::{self, CRATES};
use crosskit_core::vendor::lock::Lock;
use crosskit_core::vendor::{LOCK, MANIFEST};

use super::hash;

/// Where the sources are, with the lock file that they were tested with.
#[derive(Debug)]
pub struct Own {
    /// The directory of the three crates.
    pub crates: PathBuf,
    /// The lock file.
    pub lock: Lock,
    /// The lowest versions with which they work.
    pub lowest: Lock,
    kept: Vec<(String, String)>,
}

/// The lock file of the lowest versions.
const LOWEST: &str = "lowest.lock";

impl Own {
    /// The directory of the three crates, as it was when this was compiled.
    pub fn directory() -> Option<&'static Path> {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent()
    }

    /// Finds them.
    ///
    /// # Errors
    /// They are not where they were when this was compiled, or come from a registry, which leaves out what is needed.
    pub fn find() -> Result<Own, String> {
        let crates = Own::directory().unwrap_or(Path::new(".")).to_path_buf();
        for name in CRATES {
            let manifest = crates.join(name).join(MANIFEST);
            if !manifest.is_file() {
                return Err(format!("the kit's own sources are not there: {}", manifest.display()));
            }
        }
        // A copy has a lock file and licences of its own, and a checkout has them one higher.
        let around = [crates.as_path(), crates.parent().unwrap_or(&crates)];
        let holder = around.into_iter().find(|it| it.join(LOCK).is_file()).unwrap_or(&crates);
        let lock = |name: &str| {
            let path = holder.join(name);
            Lock::parse(&read(&path)?).map_err(|why| format!("{}: {why}", path.display()))
        };
        let (own, lowest) = (lock(LOCK)?, lock(LOWEST)?);
        let kept = ["LICENSE-APACHE", "LICENSE-MIT", LOWEST].into_iter();
        let kept = kept.map(|name| Ok((name.to_owned(), read(&holder.join(name))?))).collect::<Result<_, String>>()?;
        Ok(Own { crates, lock: own, lowest, kept })
    }

    /// The copy, as texts by their path below the root of the workspace. `isolated` says that the xtask is a part of it.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn copy(&self, isolated: bool) -> Result<BTreeMap<String, String>, String> {
        let mut files = BTreeMap::new();
        for name in CRATES {
            let mut found = Vec::new();
            walk(&self.crates.join(name), "", &mut found)?;
            for path in found.iter().filter(|path| copy::belongs(path)) {
                let text = read(&self.crates.join(name).join(path))?;
                files.insert(format!("{}/{name}/{path}", copy::DIRECTORY), copy::text(path, text));
            }
        }
        let around = copy::around(self.kept.clone(), &copy::lock(&self.lock, isolated), isolated);
        files.extend(around.into_iter().map(|(path, text)| (format!("{}/{path}", copy::DIRECTORY), text)));
        Ok(files)
    }
}

/// The hash of each text.
pub fn hashes<'a>(files: impl IntoIterator<Item = (&'a String, &'a String)>) -> BTreeMap<String, String> {
    files.into_iter().map(|(path, text)| (path.clone(), hash(text.as_bytes()))).collect()
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn walk(directory: &Path, below: &str, found: &mut Vec<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| format!("{}: its name is no text", entry.path().display()))?;
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&entry.path(), &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
