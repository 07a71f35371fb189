//! From a target triple to the machine that its files are for.

use super::{Arch, Endian, FloatAbi, Format, Machine};

/// The machine that objects and executables of this target are for, read off the words of the triple.
///
/// `None` where the words do not tell: GPU targets, AIX, names of custom targets. A custom target whose first word is a
/// known architecture is taken at its word.
///
/// Source of the words: `rustc --print target-list`; a test compares with the target specifications of rustc.
pub fn expected(triple: &str) -> Option<Machine> {
    let mut words = triple.split('-');
    let word = words.next()?;
    let words: Vec<&str> = words.collect();
    // The environment or ABI stands last: `gnueabihf`, `gnux32`, `gnu_ilp32`.
    let last = *words.last()?;
    let has = |wanted| words.contains(&wanted);
    if has("aix") {
        return None;
    }

    let (arch, bits, endian) = architecture(word, last)?;
    let format = if arch == Arch::Wasm {
        Format::Wasm
    } else if has("apple") {
        Format::MachO
    } else if has("windows") || has("uefi") || has("cygwin") {
        Format::Coff
    } else {
        Format::Elf
    };
    let float_abi = match (arch, format) {
        (Arch::Arm, Format::Elf) if last.ends_with("eabihf") => Some(FloatAbi::Hard),
        (Arch::Arm, Format::Elf) if last.ends_with("eabi") => Some(FloatAbi::Soft),
        _ => None,
    };
    Some(Machine { arch, format, bits: Some(bits), endian, float_abi })
}

fn architecture(word: &str, abi: &str) -> Option<(Arch, u8, Endian)> {
    use Endian::{Big, Little};
    Some(match word {
        "aarch64" | "aarch64v8r" | "arm64e" if abi.ends_with("ilp32") => (Arch::AArch64, 32, Little),
        "aarch64" | "aarch64v8r" | "arm64e" => (Arch::AArch64, 64, Little),
        "aarch64_be" if abi.ends_with("ilp32") => (Arch::AArch64, 32, Big),
        "aarch64_be" => (Arch::AArch64, 64, Big),
        "arm64_32" => (Arch::AArch64, 32, Little),
        "arm64ec" => (Arch::Arm64Ec, 64, Little),
        // A newer spelling of 64-bit Arm must not fall through to 32-bit Arm.
        _ if word.starts_with("arm64") => return None,
        _ if word.starts_with("armeb") || word.starts_with("thumbeb") => (Arch::Arm, 32, Big),
        _ if word.starts_with("arm") || word.starts_with("thumb") => (Arch::Arm, 32, Little),
        "i386" | "i486" | "i586" | "i686" => (Arch::X86, 32, Little),
        "x86_64" if abi.ends_with("x32") => (Arch::X86_64, 32, Little),
        "x86_64" | "x86_64h" => (Arch::X86_64, 64, Little),
        _ if word.starts_with("riscv32") => (Arch::RiscV, 32, Little),
        _ if word.starts_with("riscv64") => (Arch::RiscV, 64, Little),
        "loongarch32" => (Arch::LoongArch, 32, Little),
        "loongarch64" => (Arch::LoongArch, 64, Little),
        "mips" | "mipsisa32r6" => (Arch::Mips, 32, Big),
        "mipsel" | "mipsisa32r6el" => (Arch::Mips, 32, Little),
        // The n32 ABI of 64-bit MIPS has files of the 32-bit class.
        "mips64" | "mipsisa64r6" if abi.ends_with("n32") => (Arch::Mips, 32, Big),
        "mips64el" | "mipsisa64r6el" if abi.ends_with("n32") => (Arch::Mips, 32, Little),
        "mips64" | "mipsisa64r6" => (Arch::Mips, 64, Big),
        "mips64el" | "mipsisa64r6el" => (Arch::Mips, 64, Little),
        "powerpc" => (Arch::PowerPc, 32, Big),
        "powerpc64" => (Arch::PowerPc, 64, Big),
        "powerpc64le" => (Arch::PowerPc, 64, Little),
        "sparc" => (Arch::Sparc, 32, Big),
        "sparc64" | "sparcv9" => (Arch::Sparc, 64, Big),
        "s390x" => (Arch::S390, 64, Big),
        // The file class stays 32-bit although pointers have 16 bits.
        "avr" => (Arch::Avr, 32, Little),
        "msp430" => (Arch::Msp430, 32, Little),
        "m68k" => (Arch::M68k, 32, Big),
        "hexagon" => (Arch::Hexagon, 32, Little),
        "csky" => (Arch::Csky, 32, Little),
        "bpfel" => (Arch::Bpf, 64, Little),
        "bpfeb" => (Arch::Bpf, 64, Big),
        "xtensa" => (Arch::Xtensa, 32, Little),
        "wasm32" | "wasm32v1" => (Arch::Wasm, 32, Little),
        "wasm64" => (Arch::Wasm, 64, Little),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tell_nothing_stay_unknown() {
        for triple in ["", "aarch64", "host", "my-board", "arm64x-pc-windows-msvc", "powerpc64-ibm-aix", "linux-gnu"] {
            assert_eq!(expected(triple), None, "{triple}");
        }
    }

    #[test]
    fn formats_follow_the_system() {
        let cases = [
            ("aarch64-unknown-uefi", Format::Coff),
            ("x86_64-pc-cygwin", Format::Coff),
            ("thumbv7a-pc-windows-msvc", Format::Coff),
            ("aarch64-apple-ios-sim", Format::MachO),
            ("wasm32-wali-linux-musl", Format::Wasm),
            ("aarch64-unknown-none", Format::Elf),
            ("avr-none", Format::Elf),
        ];
        for (triple, format) in cases {
            assert_eq!(expected(triple).map(|machine| machine.format), Some(format), "{triple}");
        }
    }
}
