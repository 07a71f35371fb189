//! Reads what an artefact is: its header, and what its format tells besides.

mod archive;
mod elf;
mod pe;
mod wasm;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use object::read::{ReadCache, ReadRef};

use crosskit_core::artefact::{Artefact, Content, Detail};
use crosskit_core::finding::Finding;
use crosskit_core::gate::{self, Expected};
use crosskit_core::object_file::{self, Format, HEADER_LEN, ObjectFile};

/// The header of a file; `None` if the file is of no known format.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> std::io::Result<Option<ObjectFile>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(HEADER_LEN as u64).read_to_end(&mut bytes)?;
    Ok(object_file::machine(&bytes))
}

/// What a file holds. Only the parts that are needed are read.
///
/// # Errors
/// The file cannot be read, or does not hold what its header says.
pub fn content(path: &Path) -> std::io::Result<Content> {
    // Before it is opened: a pipe that nobody writes to would be waited for, and one cannot be read twice.
    let kind = path.metadata()?.file_type();
    if kind.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let file = File::open(path)?;
    let data = &ReadCache::new(file);
    let broken = |error: object::Error| std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string());
    if archive::is_archive(data) {
        return archive::members(data, path).map(Content::Archive).map_err(broken);
    }
    let Some(file) = object_file::machine(header(data, 0, u64::MAX)) else { return Ok(Content::Unknown) };
    artefact(data, file).map(Content::Artefact).map_err(broken)
}

/// The first bytes of a part of a file, as many as a header may need.
fn header<'a>(data: impl ReadRef<'a>, at: u64, size: u64) -> &'a [u8] {
    let left = data.len().unwrap_or(0).saturating_sub(at);
    data.read_bytes_at(at, left.min(size).min(HEADER_LEN as u64)).unwrap_or_default()
}

fn artefact<'a, R: ReadRef<'a>>(data: R, file: ObjectFile) -> object::Result<Artefact> {
    let format = file.machines.first().map(|machine| machine.format);
    let detail = match format {
        Some(Format::Elf) => Detail::Elf(elf::read(data)?),
        // An object has no more to say, nor has an image whose header points elsewhere.
        Some(Format::Coff) if file.linked == Some(true) => Detail::Pe(pe::read(data)?),
        Some(Format::Wasm) => Detail::Wasm(wasm::read(data)?),
        Some(Format::Coff | Format::MachO) | None => Detail::Header,
    };
    Ok(Artefact { file, detail })
}

/// What runs the tests of an executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harness {
    /// Not libtest.
    Own,
    /// libtest.
    Libtest,
    /// A libtest that tells in a file how each test ended, if it is asked to.
    LibtestWithLog,
}

/// What runs the tests of an executable: cargo does not tell which have a harness of their own, and what libtest always
/// prints is in the file. Others take its options and do something else, so that for its log the place of its source must
/// be there as well, which is where its panics point to.
pub fn harness(path: &Path) -> Harness {
    const WORDS: [&[u8]; 3] = [b"test result: ", b"logfile", b"library/test/src/"];
    let longest = WORDS.iter().map(|words| words.len()).max().unwrap_or_default();
    let mut found = [false; 3];
    let Ok(mut file) = File::open(path) else { return Harness::Own };
    let mut bytes = Vec::new();
    loop {
        // The words may lie on a border between two parts.
        bytes.drain(..bytes.len().saturating_sub(longest));
        let read = file.by_ref().take(1 << 20).read_to_end(&mut bytes);
        for (words, found) in WORDS.iter().zip(&mut found) {
            *found = *found || memchr::memmem::find(&bytes, words).is_some();
        }
        match (found, read) {
            ([true, true, true], _) => return Harness::LibtestWithLog,
            (_, Ok(1..)) => {}
            ([true, ..], _) => return Harness::Libtest,
            _ => return Harness::Own,
        }
    }
}

/// What a script of emscripten starts, which Cargo names as the executable: the module of its name.
fn beside_script(path: &Path, triple: &str) -> Option<PathBuf> {
    let is_script = triple.ends_with("-emscripten") && path.extension().is_some_and(|it| it == "js");
    is_script.then(|| path.with_extension("wasm"))
}

/// What is wrong with a file that was built for a target, all of it; a file that cannot be read is wrong.
pub fn check(path: &Path, expected: Expected) -> Vec<Finding> {
    let beside = beside_script(path, expected.triple);
    let path = beside.as_deref().unwrap_or(path);
    let name = path.display().to_string();
    match content(path) {
        Ok(content) => gate::check(&name, &content, expected),
        Err(error) => vec![gate::not_for(&name, expected.triple, &format!("not readable: {error}"))],
    }
}

#[cfg(test)]
mod tests;
