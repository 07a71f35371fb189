//! What `vendor` asks and does: the workspace as it is, the kit's own sources, and what cargo
//! says of the workspace as it would be.

pub mod git;
pub mod look;
pub mod own;
pub mod rehearsal;
pub mod sources;

use std::path::Path;

/// A SHA-256 hash, as `sha256sum` prints it.
pub fn hash(bytes: &[u8]) -> String {
    hmac_sha256::Hash::hash(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a file; `None` if it is not there.
pub fn hash_of(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| hash(&bytes))
}
