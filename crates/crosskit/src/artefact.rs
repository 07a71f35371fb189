//! Reads what an artefact is from its header.

use std::io::Read;
use std::path::Path;

use crosskit_core::finding::{Code, Finding};
use crosskit_core::object_file::{self, ObjectFile};

/// More than any header that is read: a PE file's lies behind its DOS stub.
const HEADER: u64 = 4096;

/// The header of a file; `None` if the file is of no known format.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> std::io::Result<Option<ObjectFile>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(HEADER).read_to_end(&mut bytes)?;
    Ok(object_file::machine(&bytes))
}

/// Whether libtest is in an executable: cargo does not tell which tests have a harness of their own, and what libtest
/// always prints is in the file.
pub fn has_libtest(path: &Path) -> bool {
    const WORDS: &[u8] = b"test result: ";
    let Ok(mut file) = std::fs::File::open(path) else { return false };
    let mut bytes = Vec::new();
    loop {
        // The words may lie on a border between two parts.
        bytes.drain(..bytes.len().saturating_sub(WORDS.len()));
        match file.by_ref().take(1 << 20).read_to_end(&mut bytes) {
            Ok(1..) if bytes.windows(WORDS.len()).any(|part| part == WORDS) => return true,
            Ok(1..) => {}
            _ => return false,
        }
    }
}

/// Checks that an executable is for a target; gives back what it is, in words.
///
/// # Errors
/// It is for another machine, or cannot be read.
pub fn check(path: &Path, triple: &str) -> Result<String, Box<Finding>> {
    let wrong = |what: String| {
        let wanted = object_file::expected(triple).map_or(triple.to_owned(), |machine| machine.to_string());
        Box::new(
            Finding::error(Code::WrongArtefact, format!("`{}` is not for {triple}", path.display()))
                .note(format!("it is {what}"))
                .note(format!("expected {wanted}")),
        )
    };
    let file = read(path).map_err(|error| wrong(format!("not readable: {error}")))?;
    let Some(file) = file else { return Err(wrong("of no known format".to_owned())) };
    match object_file::matches(triple, &file) {
        Some(false) => Err(wrong(file.to_string())),
        // Where the triple's machine is not known there is nothing to hold the file against.
        Some(true) | None => Ok(file.to_string()),
    }
}
