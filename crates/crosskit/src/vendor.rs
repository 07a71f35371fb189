//! What `vendor` asks and does: the workspace as it is, the kit's own sources, and what cargo
//! says of the workspace as it would be.

pub mod look;
pub mod own;
pub mod rehearsal;
pub mod sources;

use std::path::{Component, Path};

/// A SHA-256 hash, as `sha256sum` prints it.
pub fn hash(bytes: &[u8]) -> String {
    hmac_sha256::Hash::hash(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a file; `None` if it is not there.
pub fn hash_of(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| hash(&bytes))
}

/// The way from one directory to another, with slashes; a whole path where they have little in common.
pub fn relative(from: &Path, to: &Path) -> String {
    let (from_parts, to_parts): (Vec<Component>, Vec<Component>) =
        (from.components().collect(), to.components().collect());
    let common = from_parts.iter().zip(&to_parts).take_while(|(one, other)| one == other).count();
    // Nothing but the root.
    if common < 2 {
        return to.to_string_lossy().replace('\\', "/");
    }
    let up = from_parts.iter().skip(common).map(|_| "..".into());
    let parts: Vec<_> = up.chain(to_parts.iter().skip(common).map(|it| it.as_os_str().to_string_lossy())).collect();
    parts.join("/")
}

/// What a write that was ended by force leaves beside the file.
pub fn remove_leftovers(root: &Path, path: &str) {
    let path = root.join(path);
    if let Some(name) = path.file_name() {
        let _ = std::fs::remove_file(path.with_file_name(format!(".{}.crosskit-new", name.to_string_lossy())));
    }
}
