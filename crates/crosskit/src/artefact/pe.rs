//! What a PE image says of itself.

use object::LittleEndian as LE;
use object::pe::{self, ImageDosHeader, ImageNtHeaders32, ImageNtHeaders64};
use object::read::ReadRef;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, optional_header_magic};

use crosskit_core::artefact::Pe;

/// What starts it, and which libraries it asks for.
pub(super) fn read<'a, R: ReadRef<'a>>(data: R) -> object::Result<Pe> {
    if optional_header_magic(data)? == pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC {
        image::<ImageNtHeaders64, R>(data)
    } else {
        image::<ImageNtHeaders32, R>(data)
    }
}

fn image<'a, H: ImageNtHeaders, R: ReadRef<'a>>(data: R) -> object::Result<Pe> {
    // The symbol table is passed by: of a debug build it is most of the file.
    let mut at = ImageDosHeader::parse(data)?.nt_headers_offset().into();
    let (headers, directories) = H::parse(data, &mut at)?;
    let sections = headers.sections(data, at)?;
    let mut imports = Vec::new();
    if let Some(table) = directories.import_table(data, &sections)? {
        let mut libraries = table.descriptors()?;
        while let Some(library) = libraries.next()? {
            imports.push(text(table.name(library.name.get(LE))?));
        }
    }
    if let Some(table) = directories.delay_load_import_table(data, &sections)? {
        let mut libraries = table.descriptors()?;
        while let Some(library) = libraries.next()? {
            imports.push(text(table.name(library.dll_name_rva.get(LE))?));
        }
    }
    Ok(Pe {
        subsystem: headers.optional_header().subsystem().0,
        library: headers.file_header().characteristics.get(LE).contains(pe::IMAGE_FILE_DLL),
        imports,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
