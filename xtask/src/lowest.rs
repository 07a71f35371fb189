//! `lowest`: writes `lowest.lock`, a lock file with the lowest versions that the manifests of the three crates allow.
//!
//! It is the lock file that the kit comes with into a workspace whose own one would have to move otherwise.

use std::path::PathBuf;
use std::process::ExitCode;

use xshell::{Shell, cmd};

use crate::files;

/// The file, in the root of the repository.
const FILE: &str = "lowest.lock";

const MANIFEST: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n";

/// Makes a workspace of the three crates alone, with that lock file.
pub fn workspace() -> Result<PathBuf, String> {
    let root = files::repository();
    let copy = root.join("target/lowest");
    let _ = std::fs::remove_dir_all(copy.join("crates"));
    files::copy(&root.join("crates"), &copy.join("crates"))?;
    let written = std::fs::write(copy.join("Cargo.toml"), MANIFEST)
        .and_then(|()| std::fs::copy(root.join(FILE), copy.join("Cargo.lock")));
    written.map_err(|error| format!("{FILE}: {error}"))?;
    Ok(copy)
}

/// Writes the file.
pub fn run(shell: &Shell) -> Result<ExitCode, String> {
    let root = files::repository();
    if !root.join(FILE).is_file() {
        std::fs::write(root.join(FILE), "").map_err(|error| error.to_string())?;
    }
    let copy = workspace()?;
    let _directory = shell.push_dir(&copy);
    std::fs::remove_file(copy.join("Cargo.lock")).map_err(|error| error.to_string())?;
    let lock = cmd!(shell, "cargo generate-lockfile --quiet -Z minimal-versions").env("RUSTC_BOOTSTRAP", "1");
    lock.run().map_err(|error| error.to_string())?;
    std::fs::copy(copy.join("Cargo.lock"), root.join(FILE)).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}
