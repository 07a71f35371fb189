//! What a file is, field by field: what `verify` prints, and its JSON.

use serde::Serialize;

use crate::object_file::{Endian, Format};

use super::{Artefact, Content, Detail, InstructionSet, Member};

/// What a file holds. Fields are added, never renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "holds", rename_all = "kebab-case")]
pub enum Contents {
    /// Machine code.
    Artefact(Box<Sheet>),
    /// An archive.
    Archive {
        /// Its members, without the index.
        members: Vec<MemberSheet>,
    },
    /// Something else.
    Unknown,
}

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberSheet {
    /// Its name.
    pub name: String,
    /// What it is; `None` where it is of no known format.
    pub artefact: Option<Sheet>,
}

/// A file of machine code, field by field; what its format does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// `ELF`, `PE`, `COFF`, `Mach-O` or `wasm`.
    pub format: &'static str,
    /// The machine: `AArch64`; a universal file has several.
    pub machines: Vec<&'static str>,
    /// The class: 32 or 64.
    pub bits: Option<u8>,
    /// `little` or `big`.
    pub byte_order: Option<&'static str>,
    /// `executable`, `shared library`, `object`.
    pub kind: &'static str,
    /// Whether everything that it runs is in the file itself.
    pub is_static: Option<bool>,
    /// `hard` or `soft`, for 32-bit Arm.
    pub float_abi: Option<&'static str>,
    /// The calling convention, where there are several.
    pub abi: Option<String>,
    /// The kind of ARM processor: `A`, `R`, `M` or `S`.
    pub profile: Option<char>,
    /// `thumb` or `arm`: how a program for ARM begins.
    pub entry: Option<&'static str>,
    /// The program that starts it.
    pub interpreter: Option<String>,
    /// The libraries that it asks for; for WebAssembly the modules that it imports from.
    pub needed: Vec<String>,
    /// The highest version of glibc that it cannot do without.
    pub glibc: Option<String>,
    /// The symbols that ask for that version.
    pub glibc_symbols: Vec<String>,
    /// What starts a PE image.
    pub subsystem: Option<&'static str>,
}

/// What a file holds, field by field.
pub fn contents(content: &Content) -> Contents {
    match content {
        Content::Artefact(artefact) => Contents::Artefact(Box::new(sheet(artefact))),
        Content::Archive(members) => Contents::Archive { members: members.iter().map(member).collect() },
        Content::Unknown => Contents::Unknown,
    }
}

fn member(member: &Member) -> MemberSheet {
    MemberSheet { name: member.name.clone(), artefact: member.artefact.as_ref().map(sheet) }
}

fn sheet(artefact: &Artefact) -> Sheet {
    let first = artefact.file.machines.first();
    let mut sheet = Sheet {
        format: first.map_or("unknown", |machine| match (machine.format, &artefact.detail) {
            (Format::Coff, Detail::Pe(_)) => "PE",
            (Format::Coff, _) => "COFF",
            (Format::Elf, _) => "ELF",
            (Format::MachO, _) => "Mach-O",
            (Format::Wasm, _) => "wasm",
        }),
        machines: artefact.file.machines.iter().map(|machine| machine.name()).collect(),
        bits: artefact.machine().and_then(|machine| machine.bits),
        byte_order: artefact.machine().map(|machine| match machine.endian {
            Endian::Little => "little",
            Endian::Big => "big",
        }),
        kind: artefact.kind(),
        is_static: artefact.is_static(),
        float_abi: artefact.machine().and_then(|machine| machine.float_abi).map(|it| it.as_str()),
        abi: artefact.abi().map(|abi| abi.name()),
        needed: artefact.needed().to_vec(),
        ..Sheet::default()
    };
    match &artefact.detail {
        Detail::Elf(elf) => {
            sheet.profile = elf.arm.profile;
            sheet.entry = elf.arm.entry.map(|it| match it {
                InstructionSet::Arm => "arm",
                InstructionSet::Thumb => "thumb",
            });
            sheet.interpreter = elf.interpreter.clone();
            let highest = elf.glibc.iter().flatten().rev().find(|demand| !demand.weak);
            sheet.glibc = highest.map(|demand| demand.version.to_string());
            sheet.glibc_symbols = highest.map(|demand| demand.symbols.clone()).unwrap_or_default();
        }
        Detail::Pe(pe) => sheet.subsystem = Some(pe.subsystem_name()),
        Detail::Wasm(_) | Detail::Header => {}
    }
    sheet
}
