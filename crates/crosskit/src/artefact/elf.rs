//! What an ELF file says of itself.

use object::Endianness;
use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym};
use object::read::{ReadRef, StringTable, SymbolIndex};

use crosskit_core::artefact::{Arm, Demand, Elf, ElfKind, InstructionSet, Version};

/// Everything that is read of a file.
pub(super) fn read<'a, R: ReadRef<'a>>(data: R) -> object::Result<Elf> {
    if is_64_bit(data) {
        whole::<FileHeader64<Endianness>, R>(data)
    } else {
        whole::<FileHeader32<Endianness>, R>(data)
    }
}

/// What the header says: enough for an object.
pub(super) fn header<'a, R: ReadRef<'a>>(data: R) -> object::Result<Elf> {
    fn of<'a, H: FileHeader<Endian = Endianness>, R: ReadRef<'a>>(data: R) -> object::Result<Elf> {
        let header = H::parse(data)?;
        let endian = header.endian()?;
        Ok(Elf { kind: kind(header.e_type(endian)), flags: header.e_flags(endian).0, ..Elf::default() })
    }
    if is_64_bit(data) { of::<FileHeader64<Endianness>, R>(data) } else { of::<FileHeader32<Endianness>, R>(data) }
}

fn is_64_bit<'a>(data: impl ReadRef<'a>) -> bool {
    data.read_bytes_at(4, 1) == Ok(&[2])
}

fn kind(kind: elf::FileType) -> ElfKind {
    match kind {
        elf::ET_REL => ElfKind::Object,
        elf::ET_EXEC => ElfKind::Executable,
        elf::ET_DYN => ElfKind::Shared,
        _ => ElfKind::Other,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn whole<'a, H: FileHeader<Endian = Endianness>, R: ReadRef<'a>>(data: R) -> object::Result<Elf> {
    let header = H::parse(data)?;
    let endian = header.endian()?;
    let mut file = Elf { kind: kind(header.e_type(endian)), flags: header.e_flags(endian).0, ..Elf::default() };
    let segments = header.program_headers(endian, data)?;
    // A loader looks at one of each, and a broken file may have thousands that are as large as itself.
    let first = |kind| segments.iter().find(|segment| segment.p_type(endian) == kind);
    if let Some(segment) = first(elf::PT_INTERP) {
        file.interpreter = segment.interpreter(endian, data)?.map(text);
    }
    if let Some(entries) = first(elf::PT_DYNAMIC).map(|it| it.dynamic(endian, data)).transpose()?.flatten() {
        file.dynamic = true;
        dynamic::<H, R>(endian, data, segments, entries, &mut file);
    }
    if file.kind == ElfKind::Shared && file.interpreter.is_some() {
        // Linkers did not always mark such a program as one.
        file.kind = ElfKind::PositionIndependent;
    }
    // A loader needs no section headers, and some tools take them away or leave them broken.
    // Their names are of no interest, so that it does not matter whether those are there.
    let sections = header.section_headers(endian, data).unwrap_or_default();
    let sections = SectionTable::<H, R>::new(sections, StringTable::default());
    if !sections.is_empty() {
        file.glibc = glibc::<H, R>(endian, data, &sections).ok().flatten();
        if header.e_machine(endian) == elf::EM_ARM {
            file.arm.profile = profile::<H, R>(endian, data, &sections);
            if file.kind == ElfKind::Executable {
                file.arm.entry = entry::<H, R>(endian, data, &sections, header.e_entry(endian).into());
            }
        }
    } else if header.e_machine(endian) == elf::EM_ARM && header.e_entry(endian).into() & 1 == 1 {
        file.arm = Arm { entry: Some(InstructionSet::Thumb), ..Arm::default() };
    }
    Ok(file)
}

/// What the dynamic section names. It is found as a loader finds it, so that it is there without section headers.
fn dynamic<'a, H: FileHeader<Endian = Endianness>, R: ReadRef<'a>>(
    endian: Endianness,
    data: R,
    segments: &[H::ProgramHeader],
    entries: &[H::Dyn],
    file: &mut Elf,
) {
    let entries = || entries.iter().take_while(|entry| entry.tag(endian) != elf::DT_NULL);
    let value = |tag| entries().find(|entry| entry.tag(endian) == tag).map(|entry| entry.val(endian));
    let at = |address: u64| {
        segments.iter().find_map(|segment| {
            let start: u64 = segment.p_vaddr(endian).into();
            let inside = address.checked_sub(start).filter(|it| *it < segment.p_filesz(endian).into())?;
            let loaded = segment.p_type(endian) == elf::PT_LOAD;
            loaded.then(|| segment.p_offset(endian).into().checked_add(inside)).flatten()
        })
    };
    if value(elf::DT_FLAGS_1).is_some_and(|flags| flags & elf::DF_1_PIE.0 != 0) {
        file.kind = ElfKind::PositionIndependent;
    }
    let Some(start) = value(elf::DT_STRTAB).and_then(at) else { return };
    let end = start.saturating_add(value(elf::DT_STRSZ).unwrap_or(0));
    let strings = StringTable::new(data, start, end);
    let needed = entries().filter(|entry| entry.tag(endian) == elf::DT_NEEDED);
    file.needed = needed.filter_map(|entry| entry.string(endian, strings).ok()).map(text).collect();
}

/// More versions than any program asks for: glibc itself has some fifty.
const MOST_DEMANDS: usize = 4096;

/// The versions of glibc that are asked for, and which symbols do; `None` where the table is none.
fn glibc<'a, H: FileHeader<Endian = Endianness>, R: ReadRef<'a>>(
    endian: Endianness,
    data: R,
    sections: &SectionTable<'a, H, R>,
) -> object::Result<Option<Vec<Demand>>> {
    let Some((mut libraries, strings)) = sections.gnu_verneed(endian, data)? else { return Ok(Some(Vec::new())) };
    let strings = sections.strings(endian, data, strings)?;
    let mut demands: Vec<(u16, Demand)> = Vec::new();
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            if demands.len() >= MOST_DEMANDS {
                // What goes in circles is no table.
                return Ok(None);
            }
            let name = text(version.name(endian, strings)?);
            let Some(number) = Version::of_symbols(&name) else { continue };
            // A loader goes on without a version that has this flag.
            let weak = version.vna_flags.get(endian).contains(elf::VER_FLG_WEAK);
            let demand = Demand { version: number, symbols: Vec::new(), weak };
            demands.push((version.vna_other.get(endian).0 & 0x7fff, demand));
        }
    }
    if let Some((numbers, table)) = sections.gnu_versym(endian, data)? {
        let symbols = sections.symbol_table_by_index(endian, data, table)?;
        for (symbol, number) in symbols.symbols().iter().zip(numbers) {
            let index = number.0.get(endian).index().0;
            if let Some((_, demand)) = demands.iter_mut().find(|(own, _)| *own == index)
                && symbol.is_undefined(endian)
            {
                demand.symbols.push(text(symbol.name(endian, symbols.strings())?));
            }
        }
    }
    let mut demands: Vec<Demand> = demands.into_iter().map(|(_, demand)| demand).collect();
    demands.iter_mut().for_each(|demand| demand.symbols.sort());
    demands.sort_by(|a, b| a.version.cmp(&b.version));
    Ok(Some(demands))
}

/// The kind of processor in the build attributes.
///
/// Source: Arm, "Addenda to, and Errata in, the ABI for the Arm Architecture", "Build Attributes".
fn profile<'a, H: FileHeader<Endian = Endianness>, R: ReadRef<'a>>(
    endian: Endianness,
    data: R,
    sections: &SectionTable<'a, H, R>,
) -> Option<char> {
    const CPU_ARCH_PROFILE: u64 = 7;
    const COMPATIBILITY: u64 = 32;
    let section = sections.iter().find(|section| section.sh_type(endian) == elf::SHT_ARM_ATTRIBUTES)?;
    let section = section.attributes(endian, data).ok()?;
    let mut vendors = section.subsections().ok()?;
    while let Some(vendor) = vendors.next().ok()? {
        if vendor.vendor() != b"aeabi" {
            continue;
        }
        let mut scopes = vendor.subsubsections();
        while let Some(scope) = scopes.next().ok()? {
            if scope.tag() != elf::Tag_File {
                continue;
            }
            let mut attributes = scope.attributes();
            while let Some(tag) = attributes.read_tag().ok()? {
                // The names of processors are text, and beyond 32 every odd one is.
                match tag {
                    CPU_ARCH_PROFILE => {
                        let letter = u8::try_from(attributes.read_integer().ok()?).ok().map(char::from);
                        return letter.filter(|it| matches!(it, 'A' | 'R' | 'M' | 'S'));
                    }
                    COMPATIBILITY => {
                        attributes.read_integer().ok()?;
                        attributes.read_string().ok()?;
                    }
                    4 | 5 => drop(attributes.read_string().ok()?),
                    _ if tag > COMPATIBILITY && tag % 2 == 1 => drop(attributes.read_string().ok()?),
                    _ => drop(attributes.read_integer().ok()?),
                }
            }
        }
    }
    None
}

/// In which instruction set the program begins.
fn entry<'a, H: FileHeader<Endian = Endianness>, R: ReadRef<'a>>(
    endian: Endianness,
    data: R,
    sections: &SectionTable<'a, H, R>,
    entry: u64,
) -> Option<InstructionSet> {
    if entry & 1 == 1 {
        return Some(InstructionSet::Thumb);
    }
    let symbols = sections.symbols(endian, data, elf::SHT_SYMTAB).ok()?;
    let begins = |symbol: &H::Sym| symbol.st_type() == elf::STT_FUNC && symbol.st_value(endian).into() == entry;
    let found =
        symbols.symbols().iter().skip(SymbolIndex(1).0).any(|symbol| begins(symbol) && !symbol.is_undefined(endian));
    (found && entry != 0).then_some(InstructionSet::Arm)
}
