//! What a file of machine code is, as plain data: what its headers and its dynamic section say.

mod abi;
mod glibc;
mod sheet;

use crate::object_file::{Machine, ObjectFile};

pub use abi::Abi;
pub use glibc::{Demand, Version};
pub use sheet::{Contents, MemberSheet, Sheet, contents};

/// A file of machine code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Which machines it is for.
    pub file: ObjectFile,
    /// What its format tells besides.
    pub detail: Detail,
}

/// What a format tells besides the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// ELF.
    Elf(Elf),
    /// PE: a linked image, and no COFF object.
    Pe(Pe),
    /// A WebAssembly module or component.
    Wasm(Wasm),
    /// The header alone: Mach-O, COFF objects, and members of archives that are in neither format.
    Header,
}

/// What an ELF file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elf {
    /// Which of the four kinds it is.
    pub kind: ElfKind,
    /// `e_flags`: what they mean, [`Abi`] says for each machine.
    pub flags: u32,
    /// The program that the kernel starts in the file's place: `/lib64/ld-linux-x86-64.so.2`.
    pub interpreter: Option<String>,
    /// Whether there is a dynamic section. A static executable at any address has one as well.
    pub dynamic: bool,
    /// The shared libraries that it asks for, in their order.
    pub needed: Vec<String>,
    /// The versions of glibc that it asks for, the lowest first; `None` where it has no section headers, so that nothing
    /// can be said.
    pub glibc: Option<Vec<Demand>>,
    /// What is written for ARM processors alone.
    pub arm: Arm,
}

/// The kind of an ELF file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ElfKind {
    /// What a compiler makes.
    #[default]
    Object,
    /// A program at a fixed address.
    Executable,
    /// A program that may be loaded anywhere.
    PositionIndependent,
    /// A shared library.
    Shared,
    /// The image of a process that crashed, and kinds of one system alone.
    Other,
}

impl ElfKind {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            ElfKind::Object => "object",
            ElfKind::Executable => "executable",
            ElfKind::PositionIndependent => "position-independent executable",
            ElfKind::Shared => "shared library",
            ElfKind::Other => "ELF file of another kind",
        }
    }
}

/// What is written in an ELF file for ARM processors alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arm {
    /// For which kind of processor it was compiled: the letters `A`, `R` and `M`, or `S` where A and R are both meant.
    /// Source: Arm, "Addenda to, and Errata in, the ABI for the Arm Architecture", `Tag_CPU_arch_profile`.
    pub profile: Option<char>,
    /// In which instruction set it begins: an odd address is Thumb; an even one is Arm where a function begins there, and
    /// tells nothing where data does, such as a table of vectors.
    pub entry: Option<InstructionSet>,
}

/// One of the two instruction sets of 32-bit ARM processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// All instructions have 32 bits.
    Arm,
    /// Instructions have 16 or 32 bits. Processors with the profile M have no other.
    Thumb,
}

/// What a PE image says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pe {
    /// What starts it, in Microsoft's numbers.
    /// Source: Microsoft, "PE Format", "Windows Subsystem".
    pub subsystem: u16,
    /// Whether it is a library.
    pub library: bool,
    /// The libraries that it asks for, those that are loaded late included.
    pub imports: Vec<String>,
}

impl Pe {
    /// Whether firmware starts it: an application or a driver of UEFI.
    pub fn is_efi(&self) -> bool {
        matches!(self.subsystem, 10..=13)
    }

    /// The subsystem in words.
    pub fn subsystem_name(&self) -> &'static str {
        match self.subsystem {
            1 => "native",
            2 => "Windows GUI",
            3 => "Windows console",
            7 => "POSIX",
            9 => "Windows CE",
            10 => "EFI application",
            11 => "EFI boot service driver",
            12 => "EFI runtime driver",
            13 => "EFI ROM",
            14 => "Xbox",
            16 => "Windows boot application",
            _ => "unknown",
        }
    }
}

/// What a WebAssembly file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wasm {
    /// Whether it is a component, and no module.
    pub component: bool,
    /// The modules that a module imports from, each once; components say it in another way, which is not read.
    pub imports: Vec<String>,
}

/// What is in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive.
    pub name: String,
    /// What it is; `None` where it is of no known format: metadata, bitcode.
    pub artefact: Option<Artefact>,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Machine code.
    Artefact(Artefact),
    /// An archive, such as `libz.a` or an rlib, without its index.
    Archive(Vec<Member>),
    /// Something else.
    Unknown,
}

impl Artefact {
    /// The calling convention that the flags of its header name.
    pub fn abi(&self) -> Option<Abi> {
        let Detail::Elf(elf) = &self.detail else { return None };
        Abi::of_flags(self.machine()?, elf.flags, elf.kind)
    }

    /// The machine, where there is one alone.
    pub fn machine(&self) -> Option<&Machine> {
        match self.file.machines.as_slice() {
            [machine] => Some(machine),
            _ => None,
        }
    }

    /// What it is in its format: `object`, `shared library`, `component`.
    pub fn kind(&self) -> &'static str {
        match &self.detail {
            Detail::Elf(elf) => elf.kind.as_str(),
            Detail::Pe(pe) if pe.library => "library",
            Detail::Pe(_) => "executable",
            Detail::Wasm(wasm) if wasm.component => "component",
            Detail::Wasm(_) => "module",
            Detail::Header => match self.file.linked {
                Some(true) => "linked file",
                Some(false) => "object",
                None => "universal file",
            },
        }
    }

    /// Whether everything that the program runs is in the file itself; `None` where the question makes no sense.
    pub fn is_static(&self) -> Option<bool> {
        match &self.detail {
            Detail::Elf(elf) => match elf.kind {
                ElfKind::Executable | ElfKind::PositionIndependent => {
                    Some(elf.interpreter.is_none() && elf.needed.is_empty())
                }
                ElfKind::Shared => Some(false),
                ElfKind::Object | ElfKind::Other => None,
            },
            Detail::Pe(_) | Detail::Wasm(_) | Detail::Header => None,
        }
    }

    /// The shared libraries that it asks for.
    pub fn needed(&self) -> &[String] {
        match &self.detail {
            Detail::Elf(elf) => &elf.needed,
            Detail::Pe(pe) => &pe.imports,
            Detail::Wasm(wasm) => &wasm.imports,
            Detail::Header => &[],
        }
    }
}
