//! From the first bytes of a file to the machine that it is for.

// The single file may be compiled in an edition before these were in the prelude.
use std::convert::{TryFrom, TryInto};

use super::{Arch, Endian, FloatAbi, Format, Machine, ObjectFile};

/// For which machine a file is, from its first [`HEADER_LEN`](super::HEADER_LEN) bytes or more.
///
/// `None` for everything that is not an ELF, COFF, PE, Mach-O or WebAssembly file, and for machines that no Rust target
/// has. Archives and LLVM bitcode are among the former.
pub fn machine(bytes: &[u8]) -> Option<ObjectFile> {
    match bytes.get(..4)? {
        [0x7f, b'E', b'L', b'F'] => elf(bytes),
        [b'M', b'Z', ..] => pe(bytes),
        // Version 1 is a module, version 13 on layer 1 a component.
        [0, b'a', b's', b'm'] => wasm(bytes),
        [0xca, 0xfe, 0xba, 0xbe] | [0xca, 0xfe, 0xba, 0xbf] => universal(bytes),
        [0xfe, 0xed, 0xfa, 0xce] | [0xfe, 0xed, 0xfa, 0xcf] => mach_o(bytes, Endian::Big),
        [0xce, 0xfa, 0xed, 0xfe] | [0xcf, 0xfa, 0xed, 0xfe] => mach_o(bytes, Endian::Little),
        _ => coff(bytes),
    }
}

fn read_u16(bytes: &[u8], at: usize, endian: Endian) -> Option<u16> {
    let raw: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(match endian {
        Endian::Little => u16::from_le_bytes(raw),
        Endian::Big => u16::from_be_bytes(raw),
    })
}

fn read_u32(bytes: &[u8], at: usize, endian: Endian) -> Option<u32> {
    let raw: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(match endian {
        Endian::Little => u32::from_le_bytes(raw),
        Endian::Big => u32::from_be_bytes(raw),
    })
}

fn one(machine: Machine, linked: Option<bool>) -> Option<ObjectFile> {
    Some(ObjectFile { machines: vec![machine], linked })
}

/// Source of the numbers: System V ABI, "ELF header", and its register of machines
/// (<https://www.sco.com/developers/gabi/latest/ch4.eheader.html>).
fn elf(bytes: &[u8]) -> Option<ObjectFile> {
    const ET_REL: u16 = 1;
    const EF_ARM_ABI_FLOAT_SOFT: u32 = 0x200;
    const EF_ARM_ABI_FLOAT_HARD: u32 = 0x400;

    let bits = match bytes.get(4)? {
        1 => 32,
        2 => 64,
        _ => return None,
    };
    let endian = match bytes.get(5)? {
        1 => Endian::Little,
        2 => Endian::Big,
        _ => return None,
    };
    let arch = match read_u16(bytes, 18, endian)? {
        2 | 18 | 43 => Arch::Sparc,
        3 => Arch::X86,
        4 => Arch::M68k,
        8 => Arch::Mips,
        20 | 21 => Arch::PowerPc,
        22 => Arch::S390,
        40 => Arch::Arm,
        62 => Arch::X86_64,
        83 => Arch::Avr,
        94 => Arch::Xtensa,
        105 => Arch::Msp430,
        164 => Arch::Hexagon,
        183 => Arch::AArch64,
        243 => Arch::RiscV,
        247 => Arch::Bpf,
        252 => Arch::Csky,
        258 => Arch::LoongArch,
        _ => return None,
    };
    let linked = read_u16(bytes, 16, endian)? != ET_REL;
    // Assemblers leave both bits of an object unset; linkers set one of them.
    let flags = read_u32(bytes, if bits == 64 { 48 } else { 36 }, endian)?;
    let float_abi = match (arch, linked) {
        (Arch::Arm, true) if flags & EF_ARM_ABI_FLOAT_HARD != 0 => Some(FloatAbi::Hard),
        (Arch::Arm, true) if flags & EF_ARM_ABI_FLOAT_SOFT != 0 => Some(FloatAbi::Soft),
        _ => None,
    };
    one(Machine { arch, format: Format::Elf, bits: Some(bits), endian, float_abi }, Some(linked))
}

/// Source of the numbers: Microsoft, "PE Format" (<https://learn.microsoft.com/windows/win32/debug/pe-format>).
fn coff_machine(number: u16) -> Option<Machine> {
    let (arch, bits) = match number {
        0x014c => (Arch::X86, 32),
        0x8664 => (Arch::X86_64, 64),
        0x01c0 | 0x01c2 | 0x01c4 => (Arch::Arm, 32),
        0xaa64 => (Arch::AArch64, 64),
        0xa641 => (Arch::Arm64Ec, 64),
        0x5032 => (Arch::RiscV, 32),
        0x5064 => (Arch::RiscV, 64),
        0x6232 => (Arch::LoongArch, 32),
        0x6264 => (Arch::LoongArch, 64),
        _ => return None,
    };
    Some(Machine { arch, format: Format::Coff, bits: Some(bits), endian: Endian::Little, float_abi: None })
}

fn pe(bytes: &[u8]) -> Option<ObjectFile> {
    let at = usize::try_from(read_u32(bytes, 0x3c, Endian::Little)?).ok()?;
    if bytes.get(at..at.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    one(coff_machine(read_u16(bytes, at.checked_add(4)?, Endian::Little)?)?, Some(true))
}

/// A COFF object has no magic number: its first two bytes are the machine. The rest of the header must look like one,
/// so that a text file that starts with the right two letters is not taken for an object.
fn coff(bytes: &[u8]) -> Option<ObjectFile> {
    const SYMBOLS_AFTER: u32 = 20;
    let u16_at = |at| read_u16(bytes, at, Endian::Little);
    if u16_at(0)? == 0 && u16_at(2)? == 0xffff {
        // The header of `/bigobj` and `/GL` objects, and of the members of import libraries.
        return one(coff_machine(u16_at(6)?)?, Some(false));
    }
    let machine = coff_machine(u16_at(0)?)?;
    let sections = u32::from(u16_at(2)?);
    let symbols = read_u32(bytes, 8, Endian::Little)?;
    let optional_header = u16_at(16)?;
    let after_sections = SYMBOLS_AFTER + 40 * sections;
    let plausible = optional_header == 0 && (symbols == 0 || symbols >= after_sections);
    if plausible {
        one(machine, Some(false))
    } else {
        None
    }
}

/// Source of the numbers: `mach/machine.h` of Apple's open-source kernel; the top byte says 64-bit.
fn mach_o_machine(cpu: u32, endian: Endian) -> Option<Machine> {
    let (arch, bits) = match cpu {
        7 => (Arch::X86, 32),
        0x0100_0007 => (Arch::X86_64, 64),
        12 => (Arch::Arm, 32),
        0x0100_000c => (Arch::AArch64, 64),
        0x0200_000c => (Arch::AArch64, 32),
        18 => (Arch::PowerPc, 32),
        0x0100_0012 => (Arch::PowerPc, 64),
        _ => return None,
    };
    Some(Machine { arch, format: Format::MachO, bits: Some(bits), endian, float_abi: None })
}

fn mach_o(bytes: &[u8], endian: Endian) -> Option<ObjectFile> {
    const MH_OBJECT: u32 = 1;
    let machine = mach_o_machine(read_u32(bytes, 4, endian)?, endian)?;
    one(machine, Some(read_u32(bytes, 12, endian)? != MH_OBJECT))
}

/// A universal file lists its machines up front, in big-endian words whatever the machines are.
fn universal(bytes: &[u8]) -> Option<ObjectFile> {
    // A Java class file starts with the same four bytes, and goes on with a version of 45 or more.
    const MOST_MACHINES: u32 = 44;
    let count = read_u32(bytes, 4, Endian::Big)?;
    if count == 0 || count > MOST_MACHINES {
        return None;
    }
    let entry = if bytes.get(3) == Some(&0xbf) { 32 } else { 20 };
    let mut machines = Vec::new();
    for index in 0..usize::try_from(count).ok()? {
        let cpu = read_u32(bytes, 8 + index * entry, Endian::Big)?;
        let endian = if matches!(cpu, 18 | 0x0100_0012) { Endian::Big } else { Endian::Little };
        machines.push(mach_o_machine(cpu, endian)?);
    }
    Some(ObjectFile { machines, linked: None })
}

fn wasm(bytes: &[u8]) -> Option<ObjectFile> {
    let version = read_u32(bytes, 4, Endian::Little)?;
    if !matches!(version, 1 | 0x0001_000d) {
        return None;
    }
    let machine =
        Machine { arch: Arch::Wasm, format: Format::Wasm, bits: None, endian: Endian::Little, float_abi: None };
    one(machine, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        machine(bytes).map_or_else(|| "nothing".to_string(), |file| format!("{file} {:?}", file.linked))
    }

    /// An ELF header of 64 bytes.
    fn elf(class: u8, data: u8, kind: u16, number: u16, flags: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, data]);
        let little = data == 1;
        bytes[16..18].copy_from_slice(&if little { kind.to_le_bytes() } else { kind.to_be_bytes() });
        bytes[18..20].copy_from_slice(&if little { number.to_le_bytes() } else { number.to_be_bytes() });
        let at = if class == 2 { 48 } else { 36 };
        bytes[at..at + 4].copy_from_slice(&if little { flags.to_le_bytes() } else { flags.to_be_bytes() });
        bytes
    }

    #[test]
    fn elf_headers() {
        let cases = [
            (elf(2, 1, 1, 183, 0), "AArch64 (ELF 64-bit little-endian) Some(false)"),
            (elf(2, 2, 3, 22, 0), "s390x (ELF 64-bit big-endian) Some(true)"),
            (elf(1, 1, 1, 62, 0), "x86-64 (ELF 32-bit little-endian) Some(false)"),
            (elf(1, 1, 1, 40, 0x0500_0000), "Arm (ELF 32-bit little-endian) Some(false)"),
            (elf(1, 1, 2, 40, 0x0500_0400), "Arm (ELF 32-bit little-endian, hard-float) Some(true)"),
            (elf(1, 1, 3, 40, 0x0500_0200), "Arm (ELF 32-bit little-endian, soft-float) Some(true)"),
            (elf(1, 1, 1, 243, 5), "RISC-V 32 (ELF 32-bit little-endian) Some(false)"),
            (elf(2, 1, 1, 999, 0), "nothing"),
            (elf(3, 1, 1, 62, 0), "nothing"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(told(&bytes), expected);
        }
    }

    #[test]
    fn coff_headers() {
        let mut object = vec![0; 20];
        object[..4].copy_from_slice(&[0x64, 0x86, 1, 0]);
        assert_eq!(told(&object), "x86-64 (COFF 64-bit little-endian) Some(false)");
        let mut big = vec![0; 56];
        big[..8].copy_from_slice(&[0, 0, 0xff, 0xff, 2, 0, 0x64, 0xaa]);
        assert_eq!(told(&big), "AArch64 (COFF 64-bit little-endian) Some(false)");
        let mut image = vec![0; 0x100];
        image[..2].copy_from_slice(b"MZ");
        image[0x3c] = 0x80;
        image[0x80..0x86].copy_from_slice(b"PE\0\0\x4c\x01");
        assert_eq!(told(&image), "x86 (COFF 32-bit little-endian) Some(true)");
        assert_eq!(told(b"d\x86 is how this sentence starts."), "nothing");
    }

    #[test]
    fn mach_o_and_wasm_headers() {
        let thin = [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0];
        assert_eq!(told(&thin), "AArch64 (Mach-O 64-bit little-endian) Some(false)");
        let mut universal = vec![0; 48];
        universal[..8].copy_from_slice(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2]);
        universal[8..12].copy_from_slice(&[1, 0, 0, 7]);
        universal[28..32].copy_from_slice(&[1, 0, 0, 0x0c]);
        assert_eq!(
            told(&universal),
            "x86-64 (Mach-O 64-bit little-endian) and AArch64 (Mach-O 64-bit little-endian) None"
        );
        assert_eq!(told(b"\xca\xfe\xba\xbe\0\0\0\x34 a Java class file"), "nothing");
        assert_eq!(told(b"\0asm\x01\0\0\0"), "WebAssembly None");
        assert_eq!(told(b"\0asm\x0d\0\x01\0"), "WebAssembly None");
    }

    #[test]
    fn short_and_hostile_files_tell_nothing() {
        let whole = elf(2, 1, 1, 183, 0);
        for end in 0..52 {
            assert_eq!(told(&whole[..end]), "nothing", "{end}");
        }
        let mut far = vec![0xff; 0x40];
        far[..2].copy_from_slice(b"MZ");
        for bytes in [far.as_slice(), b"!<arch>\n/ 0", b"BC\xc0\xde....", b"\xca\xfe\xba\xbe\0\0\0\x02", b""] {
            assert_eq!(told(bytes), "nothing", "{bytes:?}");
        }
    }
}
