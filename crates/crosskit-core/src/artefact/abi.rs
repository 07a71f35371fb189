//! Calling conventions: what the flags of an ELF header name, and what a triple stands for.

use crate::object_file::{Arch, Machine};
use crate::triple;

use super::ElfKind;

/// A calling convention, where several are in use on one machine.
///
/// How 32-bit Arm code passes floating-point arguments is part of [`Machine`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// RISC-V or LoongArch: where floating-point arguments go, whether there are 16 registers alone, and the width.
    Float {
        /// The machine, which decides how the convention is spelled.
        arch: Arch,
        /// 32 or 64.
        bits: u8,
        /// Which floating-point arguments are passed in registers for them.
        width: FloatWidth,
        /// RV32E and RV64E, which have half the registers.
        embedded: bool,
    },
    /// 64-bit PowerPC: 1 has function descriptors, 2 has none.
    PowerPc64(u8),
    /// MIPS.
    Mips {
        /// `o32`, `n32` or `n64`.
        name: &'static str,
        /// Whether it is for release 6 of the architecture, which dropped instructions of those before it.
        release_6: bool,
    },
}

/// The widest floating-point arguments that are passed in registers for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatWidth {
    /// None: they go where integers go.
    None,
    /// 32 bits.
    Single,
    /// 64 bits.
    Double,
    /// 128 bits.
    Quad,
}

impl Abi {
    /// What the flags of an ELF header say.
    ///
    /// Sources of the bits: "RISC-V ABIs Specification", "ELF Object Files"; "LoongArch ELF ABI Specification", "e_flags";
    /// "Power Architecture 64-Bit ELF V2 ABI Specification", "ELF Header"; "MIPS ABI Project", `EF_MIPS_ABI`.
    pub fn of_flags(machine: &Machine, flags: u32, kind: ElfKind) -> Option<Abi> {
        let bits = machine.bits?;
        match machine.arch {
            Arch::RiscV => {
                let width = match flags >> 1 & 3 {
                    0 => FloatWidth::None,
                    1 => FloatWidth::Single,
                    2 => FloatWidth::Double,
                    _ => FloatWidth::Quad,
                };
                Some(Abi::Float { arch: Arch::RiscV, bits, width, embedded: flags & 8 != 0 })
            }
            Arch::LoongArch => {
                let width = match flags & 7 {
                    1 => FloatWidth::None,
                    2 => FloatWidth::Single,
                    3 => FloatWidth::Double,
                    _ => return None,
                };
                Some(Abi::Float { arch: Arch::LoongArch, bits, width, embedded: false })
            }
            // Objects without a function, and those of assemblers that do not care, leave it open.
            Arch::PowerPc if bits == 64 => match flags & 3 {
                version @ 1..=2 => Some(Abi::PowerPc64(if version == 1 { 1 } else { 2 })),
                _ => None,
            },
            Arch::Mips if kind != ElfKind::Other => {
                let name = match (bits, flags & 0x20 != 0) {
                    (64, _) => "n64",
                    (_, true) => "n32",
                    _ => "o32",
                };
                Some(Abi::Mips { name, release_6: matches!(flags >> 28, 9 | 10) })
            }
            _ => None,
        }
    }

    /// What the files of a target have; `None` where the name does not tell, or the machine knows one alone.
    ///
    /// Source: `llvm_abiname` in rustc's target specifications, with which a test compares.
    pub fn of_triple(triple: &str) -> Option<Abi> {
        let word = triple::arch(triple);
        let has = |wanted: &str| triple.split('-').any(|it| it == wanted);
        let last = triple.rsplit('-').next().unwrap_or_default();
        if let Some(extensions) = word.strip_prefix("riscv32").or(word.strip_prefix("riscv64")) {
            let bits = if word.starts_with("riscv32") { 32 } else { 64 };
            let embedded = extensions.starts_with('e');
            let width = riscv_float(extensions)?;
            return Some(Abi::Float { arch: Arch::RiscV, bits, width, embedded });
        }
        match word {
            "loongarch32" | "loongarch64" => {
                let bits = if word == "loongarch32" { 32 } else { 64 };
                let width = if last == "softfloat" { FloatWidth::None } else { FloatWidth::Double };
                Some(Abi::Float { arch: Arch::LoongArch, bits, width, embedded: false })
            }
            "powerpc64le" => Some(Abi::PowerPc64(2)),
            "powerpc64" if has("linux") && last == "gnu" => Some(Abi::PowerPc64(1)),
            "powerpc64" if last == "musl" || has("freebsd") || has("openbsd") => Some(Abi::PowerPc64(2)),
            _ if word.starts_with("mips") && has("linux") => {
                let name = match (word.starts_with("mips64") || word.starts_with("mipsisa64"), last.ends_with("n32")) {
                    (true, true) => "n32",
                    (true, false) => "n64",
                    (false, _) => "o32",
                };
                Some(Abi::Mips { name, release_6: word.contains("r6") })
            }
            _ => None,
        }
    }

    /// The convention's own name: `lp64d`, `ELFv2`, `n64`.
    pub fn name(self) -> String {
        match self {
            Abi::Float { arch: Arch::LoongArch, bits, width, .. } => {
                let letter = match width {
                    FloatWidth::None => 's',
                    FloatWidth::Single => 'f',
                    FloatWidth::Double | FloatWidth::Quad => 'd',
                };
                format!("{}{letter}", data_model(bits))
            }
            Abi::Float { bits, width, embedded, .. } => {
                let letter = match width {
                    FloatWidth::None => "",
                    FloatWidth::Single => "f",
                    FloatWidth::Double => "d",
                    FloatWidth::Quad => "q",
                };
                format!("{}{}{letter}", data_model(bits), if embedded { "e" } else { "" })
            }
            Abi::PowerPc64(version) => format!("ELFv{version}"),
            Abi::Mips { name, release_6 } => format!("{name}{}", if release_6 { " of release 6" } else { "" }),
        }
    }
}

fn data_model(bits: u8) -> &'static str {
    if bits == 64 { "lp64" } else { "ilp32" }
}

/// The floating-point registers that a triple of RISC-V names: `gc`, `imac`, `imafc`, or a profile such as `a23`.
fn riscv_float(extensions: &str) -> Option<FloatWidth> {
    // Profiles for applications have both widths.
    if extensions.starts_with('a') && extensions[1..].starts_with(|it: char| it.is_ascii_digit()) {
        return Some(FloatWidth::Double);
    }
    // The names of extensions with several letters follow after the first `z`, `s` or `x`.
    let single = extensions.split(['z', 's', 'x', '_']).next().unwrap_or_default();
    if !single.starts_with(['i', 'e', 'g']) {
        return None;
    }
    Some(match single {
        _ if single.contains(['g', 'd']) => FloatWidth::Double,
        _ if single.contains('f') => FloatWidth::Single,
        _ => FloatWidth::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_file::expected;

    fn of_flags(triple: &str, flags: u32) -> Option<String> {
        Abi::of_flags(&expected(triple).expect(triple), flags, ElfKind::Executable).map(Abi::name)
    }

    #[test]
    fn triples_stand_for_a_convention() {
        let cases = [
            ("riscv64gc-unknown-linux-gnu", "lp64d"),
            ("riscv64a23-unknown-linux-gnu", "lp64d"),
            ("riscv64imac-unknown-none-elf", "lp64"),
            ("riscv32imac-unknown-none-elf", "ilp32"),
            ("riscv32imafc-unknown-none-elf", "ilp32f"),
            ("riscv32gc-unknown-linux-gnu", "ilp32d"),
            ("riscv32e-unknown-none-elf", "ilp32e"),
            ("loongarch64-unknown-linux-musl", "lp64d"),
            ("loongarch64-unknown-none-softfloat", "lp64s"),
            ("powerpc64-unknown-linux-gnu", "ELFv1"),
            ("powerpc64-unknown-linux-musl", "ELFv2"),
            ("powerpc64le-unknown-linux-gnu", "ELFv2"),
            ("mips64el-unknown-linux-gnuabi64", "n64"),
            ("mipsisa32r6-unknown-linux-gnu", "o32 of release 6"),
        ];
        for (triple, name) in cases {
            assert_eq!(Abi::of_triple(triple).map(Abi::name).as_deref(), Some(name), "{triple}");
        }
        for triple in ["x86_64-unknown-linux-gnu", "powerpc-unknown-linux-gnu", "powerpc64-ibm-aix", "riscv64q-x", ""] {
            assert_eq!(Abi::of_triple(triple), None, "{triple}");
        }
    }

    #[test]
    fn flags_name_a_convention() {
        let cases = [
            ("riscv64gc-unknown-linux-gnu", 0x5, Some("lp64d")),
            ("riscv64gc-unknown-linux-gnu", 0x1, Some("lp64")),
            ("riscv32imafc-unknown-none-elf", 0x3, Some("ilp32f")),
            ("riscv32e-unknown-none-elf", 0x8, Some("ilp32e")),
            ("loongarch64-unknown-linux-gnu", 0x43, Some("lp64d")),
            ("loongarch64-unknown-linux-gnu", 0x41, Some("lp64s")),
            ("loongarch64-unknown-linux-gnu", 0x40, None),
            ("powerpc64le-unknown-linux-gnu", 2, Some("ELFv2")),
            ("powerpc64-unknown-linux-gnu", 1, Some("ELFv1")),
            ("powerpc64-unknown-linux-gnu", 0, None),
            ("mips-unknown-linux-gnu", 0x7000_1007, Some("o32")),
            ("mipsisa32r6-unknown-linux-gnu", 0x9000_1407, Some("o32 of release 6")),
            ("s390x-unknown-linux-gnu", 0, None),
        ];
        for (triple, flags, name) in cases {
            assert_eq!(of_flags(triple, flags).as_deref(), name, "{triple} {flags:#x}");
        }
    }
}
