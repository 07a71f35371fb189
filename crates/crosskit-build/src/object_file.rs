//! For which machine a file is: what its header says, and what a target's files must say.
//!
//! Works on objects (what a C compiler makes) and on executables and shared libraries (what a linker makes) alike, and
//! looks at nothing but bytes and names.

mod expected;
mod read;

use std::fmt;

pub use expected::expected;
pub use read::machine;

/// How many bytes from the start of a file [`machine`] needs at most, for every file that a usual toolchain makes.
///
/// Only the stub in front of a PE header may be longer, and is not in practice.
pub const HEADER_LEN: usize = 4096;

/// An instruction set, without its width where a family has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Arch {
    /// 64-bit Arm.
    AArch64,
    /// 32-bit Arm, Thumb included.
    Arm,
    /// 64-bit Arm code that follows the x86-64 calling conventions of Windows.
    Arm64Ec,
    /// AVR microcontrollers.
    Avr,
    /// Linux kernel BPF.
    Bpf,
    /// C-SKY.
    Csky,
    /// Qualcomm Hexagon.
    Hexagon,
    /// LoongArch.
    LoongArch,
    /// Motorola 68000.
    M68k,
    /// MIPS.
    Mips,
    /// MSP430 microcontrollers.
    Msp430,
    /// PowerPC.
    PowerPc,
    /// RISC-V.
    RiscV,
    /// IBM Z.
    S390,
    /// SPARC.
    Sparc,
    /// WebAssembly.
    Wasm,
    /// 32-bit x86.
    X86,
    /// x86-64; with 32-bit pointers this is the x32 ABI.
    X86_64,
    /// Xtensa.
    Xtensa,
}

/// A container format for machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// ELF: Linux, the BSDs, Android, bare metal and most others.
    Elf,
    /// COFF objects and PE images: Windows, UEFI, Cygwin.
    Coff,
    /// Mach-O: Apple's systems.
    MachO,
    /// A WebAssembly module or component.
    Wasm,
}

/// The order of bytes in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// How 32-bit Arm code passes floating-point arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FloatAbi {
    /// In floating-point registers: the targets that end in `hf`.
    Hard,
    /// In integer registers.
    Soft,
}

impl FloatAbi {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            FloatAbi::Hard => "hard",
            FloatAbi::Soft => "soft",
        }
    }
}

/// A machine, as precisely as a file's header or a target's name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Machine {
    /// The instruction set.
    pub arch: Arch,
    /// The container format.
    pub format: Format,
    /// 32 or 64: the class of the file. `None` for WebAssembly files, whose header does not say.
    pub bits: Option<u8>,
    /// The order of bytes.
    pub endian: Endian,
    /// Only for 32-bit Arm in ELF, and only where it is known: objects do not say it in their header, linked files do.
    pub float_abi: Option<FloatAbi>,
}

impl Machine {
    /// The machine in a word or two, such as `AArch64`, `x86-64` or `RISC-V 64`.
    ///
    /// Two machines can share this name: [`Display`](fmt::Display) tells them apart.
    pub fn name(&self) -> &'static str {
        let wide = self.bits == Some(64);
        match self.arch {
            Arch::AArch64 => "AArch64",
            Arch::Arm => "Arm",
            Arch::Arm64Ec => "Arm64EC",
            Arch::Avr => "AVR",
            Arch::Bpf => "BPF",
            Arch::Csky => "C-SKY",
            Arch::Hexagon => "Hexagon",
            Arch::LoongArch if wide => "LoongArch64",
            Arch::LoongArch => "LoongArch32",
            Arch::M68k => "m68k",
            Arch::Mips if wide => "MIPS64",
            Arch::Mips => "MIPS",
            Arch::Msp430 => "MSP430",
            Arch::PowerPc if wide => "PowerPC64",
            Arch::PowerPc => "PowerPC",
            Arch::RiscV if wide => "RISC-V 64",
            Arch::RiscV => "RISC-V 32",
            Arch::S390 => "s390x",
            Arch::Sparc if wide => "SPARC64",
            Arch::Sparc => "SPARC",
            Arch::Wasm => "WebAssembly",
            Arch::X86 => "x86",
            Arch::X86_64 => "x86-64",
            Arch::Xtensa => "Xtensa",
        }
    }

    /// Whether code for the two can be one program. What only one of the two knows, does not part them.
    pub fn agrees(&self, other: &Machine) -> bool {
        fn same<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            }
        }
        self.arch == other.arch
            && self.format == other.format
            && self.endian == other.endian
            && same(self.bits, other.bits)
            && same(self.float_abi, other.float_abi)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match self.format {
            Format::Elf => "ELF",
            Format::Coff => "COFF",
            Format::MachO => "Mach-O",
            Format::Wasm => return f.write_str(self.name()),
        };
        write!(f, "{} ({format}", self.name())?;
        if let Some(bits) = self.bits {
            write!(f, " {bits}-bit")?;
        }
        f.write_str(match self.endian {
            Endian::Little => " little-endian",
            Endian::Big => " big-endian",
        })?;
        f.write_str(match self.float_abi {
            Some(FloatAbi::Hard) => ", hard-float)",
            Some(FloatAbi::Soft) => ", soft-float)",
            None => ")",
        })
    }
}

/// What the header of a file says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectFile {
    /// The machines the file has code for: one, and several in a universal Mach-O file.
    pub machines: Vec<Machine>,
    /// `Some(true)` for an executable or a shared library, `Some(false)` for an object, `None` where the header does
    /// not say (WebAssembly, universal Mach-O).
    pub linked: Option<bool>,
}

impl ObjectFile {
    /// The machines in a word or two each.
    pub fn name(&self) -> String {
        self.machines.iter().map(Machine::name).collect::<Vec<_>>().join(" and ")
    }
}

impl fmt::Display for ObjectFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machines: Vec<String> = self.machines.iter().map(Machine::to_string).collect();
        f.write_str(&machines.join(" and "))
    }
}

/// Whether the file is one for this target; `None` where the name or the header does not tell.
///
/// A universal file is one for each of its machines.
pub fn matches(triple: &str, file: &ObjectFile) -> Option<bool> {
    let wanted = expected(triple)?;
    if wanted.arch == Arch::Arm64Ec && file.linked == Some(true) {
        // A linked Arm64EC image carries the x86-64 machine number in its header, so that x86-64 programs load it.
        // Source: https://learn.microsoft.com/windows/arm/arm64ec
        return None;
    }
    Some(file.machines.iter().any(|machine| machine.agrees(&wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(machine: Machine, linked: bool) -> ObjectFile {
        ObjectFile { machines: vec![machine], linked: Some(linked) }
    }

    #[test]
    fn machines_are_told_in_words() {
        let cases = [
            ("aarch64-unknown-linux-gnu", "AArch64", "AArch64 (ELF 64-bit little-endian)"),
            ("armv7-unknown-linux-gnueabihf", "Arm", "Arm (ELF 32-bit little-endian, hard-float)"),
            ("x86_64-unknown-linux-gnux32", "x86-64", "x86-64 (ELF 32-bit little-endian)"),
            ("riscv32imac-unknown-none-elf", "RISC-V 32", "RISC-V 32 (ELF 32-bit little-endian)"),
            ("s390x-unknown-linux-gnu", "s390x", "s390x (ELF 64-bit big-endian)"),
            ("x86_64-pc-windows-gnu", "x86-64", "x86-64 (COFF 64-bit little-endian)"),
            ("aarch64-apple-darwin", "AArch64", "AArch64 (Mach-O 64-bit little-endian)"),
            ("wasm32-wasip1", "WebAssembly", "WebAssembly"),
        ];
        for (triple, name, long) in cases {
            let machine = expected(triple).expect(triple);
            assert_eq!((machine.name(), machine.to_string().as_str()), (name, long), "{triple}");
        }
    }

    #[test]
    fn float_abi_parts_only_where_both_know_it() {
        let hard = expected("armv7-unknown-linux-gnueabihf").expect("a known triple");
        let soft = expected("armv7-unknown-linux-gnueabi").expect("a known triple");
        assert_eq!(matches("armv7-unknown-linux-gnueabihf", &file(hard, true)), Some(true));
        assert_eq!(matches("armv7-unknown-linux-gnueabihf", &file(soft, true)), Some(false));
        let unsaid = Machine { float_abi: None, ..soft };
        assert_eq!(matches("armv7-unknown-linux-gnueabihf", &file(unsaid, false)), Some(true));
    }

    #[test]
    fn a_universal_file_is_one_for_each_machine() {
        let machines = ["aarch64-apple-darwin", "x86_64-apple-darwin"].map(|triple| expected(triple).expect(triple));
        let universal = ObjectFile { machines: machines.to_vec(), linked: None };
        assert_eq!(matches("x86_64-apple-darwin", &universal), Some(true));
        assert_eq!(matches("x86_64-unknown-linux-gnu", &universal), Some(false));
        assert_eq!(universal.name(), "AArch64 and x86-64");
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let x86 = expected("x86_64-pc-windows-msvc").expect("a known triple");
        assert_eq!(matches("arm64ec-pc-windows-msvc", &file(x86, true)), None);
        assert_eq!(matches("arm64ec-pc-windows-msvc", &file(x86, false)), Some(false));
        assert_eq!(matches("nvptx64-nvidia-cuda", &file(x86, false)), None);
    }
}
