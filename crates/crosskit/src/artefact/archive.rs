//! The members of an archive.

use std::path::Path;

use object::archive::{MAGIC, THIN_MAGIC};
use object::read::ReadRef;
use object::read::archive::ArchiveFile;

use crosskit_core::artefact::{Artefact, Detail, Member};
use crosskit_core::object_file::{self, Format};

use super::elf;

/// Whether a file is one, by how it begins.
pub(super) fn is_archive<'a>(data: impl ReadRef<'a>) -> bool {
    let begins = data.read_bytes_at(0, MAGIC.len() as u64).unwrap_or_default();
    begins == MAGIC || begins == THIN_MAGIC
}

/// Every member but the index. A thin archive has names alone: what they name is read beside it.
pub(super) fn members<'a, R: ReadRef<'a>>(data: R, path: &Path) -> object::Result<Vec<Member>> {
    let archive = ArchiveFile::parse(data)?;
    let mut members = Vec::new();
    for member in archive.members() {
        let member = member?;
        let name = String::from_utf8_lossy(member.name()).into_owned();
        let artefact = if member.is_thin() {
            let file = path.parent().unwrap_or(Path::new("")).join(&name);
            super::read(&file).ok().flatten().map(|file| Artefact { file, detail: Detail::Header })
        } else {
            let (at, size) = member.file_range();
            of_header(super::header(data, at, size))
        };
        members.push(Member { name, artefact });
    }
    Ok(members)
}

fn of_header(bytes: &[u8]) -> Option<Artefact> {
    let file = object_file::machine(bytes)?;
    let is_elf = file.machines.first().is_some_and(|machine| machine.format == Format::Elf);
    let detail = if is_elf { elf::header(bytes).map_or(Detail::Header, Detail::Elf) } else { Detail::Header };
    Some(Artefact { file, detail })
}
