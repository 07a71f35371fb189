//! Looks into archives: their index, and the machine of what is in them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::object_file::{self, ObjectFile, HEADER_LEN};

const MAGIC: &[u8] = b"!<arch>\n";

/// How many members are looked at before an archive is given up.
const MEMBERS: usize = 16;

/// The head of a member.
struct Head {
    name: String,
    size: u64,
}

/// Whether an archive has an index that names `symbol`; `None` for what is no archive.
#[cfg(feature = "cc")]
pub(super) fn has_index(path: &Path, symbol: &str) -> Option<bool> {
    let mut file = File::open(path).ok()?;
    begin(&mut file)?;
    let Some(head) = head(&mut file) else { return Some(false) };
    // GNU's, the 64-bit form of it, COFF's for Arm64EC, and BSD's with the name in the head or after it.
    let may_be = ["/", "/SYM64/", "/<ECSYMBOLS>/", "__.SYMDEF", "__.SYMDEF_64", "__.SYMDEF SORTED"];
    if !may_be.contains(&head.name.as_str()) && !head.name.starts_with("#1/") {
        return Some(false);
    }
    let mut bytes = Vec::new();
    file.take(head.size.min(1 << 20)).read_to_end(&mut bytes).ok()?;
    Some(bytes.windows(symbol.len()).any(|window| window == symbol.as_bytes()))
}

/// The machine of a file: an object or a library as such, an archive by its first member that tells.
pub(super) fn machine(path: &Path) -> Option<ObjectFile> {
    let mut file = File::open(path).ok()?;
    if begin(&mut file).is_none() {
        file.seek(SeekFrom::Start(0)).ok()?;
        return object(&mut file, HEADER_LEN as u64);
    }
    for _ in 0..MEMBERS {
        let head = head(&mut file)?;
        let start = file.stream_position().ok()?;
        // BSD's long names stand before the member.
        let long = head.name.strip_prefix("#1/").and_then(|length| length.parse::<u64>().ok()).unwrap_or(0);
        file.seek(SeekFrom::Start(start.checked_add(long)?)).ok()?;
        if let Some(object) = object(&mut file, head.size.saturating_sub(long)) {
            return Some(object);
        }
        // Members begin at even places.
        let end = start.checked_add(head.size)?;
        file.seek(SeekFrom::Start(end.checked_add(end % 2)?)).ok()?;
    }
    None
}

fn object(file: &mut File, size: u64) -> Option<ObjectFile> {
    let mut bytes = Vec::new();
    file.take(size.min(HEADER_LEN as u64)).read_to_end(&mut bytes).ok()?;
    object_file::machine(&bytes)
}

fn begin(file: &mut File) -> Option<()> {
    let mut magic = [0; 8];
    file.read_exact(&mut magic).ok()?;
    (magic == *MAGIC).then_some(())
}

fn head(file: &mut File) -> Option<Head> {
    let mut bytes = [0; 60];
    file.read_exact(&mut bytes).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let name = text.get(..16)?.trim_end();
    let size = text.get(48..58)?.trim().parse().ok()?;
    Some(Head { name: name.to_string(), size })
}
