//! The rules by name.

/// What a file can break. The names stay as they are, as reports hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Format, processor, width and byte order.
    Machine,
    /// How 32-bit Arm code passes floating-point arguments.
    FloatAbi,
    /// How other code does, and what else its flags say.
    CallingConvention,
    /// Thumb and Arm.
    InstructionSet,
    /// The program that the kernel starts in the file's place.
    Interpreter,
    /// The C library among the libraries that it asks for.
    CLibrary,
    /// The version of glibc.
    Glibc,
    /// What a PE image is started by.
    Subsystem,
    /// No libraries where there is no system.
    Freestanding,
    /// Modules and components.
    Wasm,
    /// Members of archives.
    Archive,
}

impl Rule {
    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Machine => "machine",
            Rule::FloatAbi => "float-abi",
            Rule::CallingConvention => "calling-convention",
            Rule::InstructionSet => "instruction-set",
            Rule::Interpreter => "interpreter",
            Rule::CLibrary => "c-library",
            Rule::Glibc => "glibc",
            Rule::Subsystem => "subsystem",
            Rule::Freestanding => "freestanding",
            Rule::Wasm => "wasm",
            Rule::Archive => "archive",
        }
    }

    /// What it says, in one line.
    pub fn why(self) -> &'static str {
        match self {
            Rule::Machine => "format, processor, width and byte order are the target's",
            Rule::FloatAbi => "all code of a program passes floating-point arguments in the same registers",
            Rule::CallingConvention => "all code of a program follows the calling convention of the target",
            Rule::InstructionSet => "a Cortex-M knows Thumb instructions alone, and has some that no other has",
            Rule::Interpreter => {
                "the kernel starts a program by its interpreter, which belongs to the target's C library"
            }
            Rule::CLibrary => "a program has one C library, that of its target",
            Rule::Glibc => "no symbol is asked of a newer glibc than crosskit.toml allows",
            Rule::Subsystem => "firmware starts images for EFI alone, and Windows starts none of them",
            Rule::Freestanding => "where there is no operating system, nothing loads libraries",
            Rule::Wasm => "WASI 0.2 starts components, and everything before it modules",
            Rule::Archive => "every member of an archive that is linked is for the target",
        }
    }
}
