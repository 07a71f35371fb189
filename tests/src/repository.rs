//! The files of this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> &'static Path {
    // The tests are a member directly below the root.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The files that git tracks or would track, relative to the root: what is ignored is nobody's source.
///
/// # Panics
/// git does not work here.
pub fn tracked_files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        // A checkout that belongs to another user, as in a container, is none of git's business here.
        .args(["-c", "safe.directory=*"])
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git starts");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    let files = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    // A file that was deleted and not committed is still listed.
    files.filter(|path| root().join(path).is_file()).collect()
}

/// The text of a file of the repository.
///
/// # Panics
/// It cannot be read.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
