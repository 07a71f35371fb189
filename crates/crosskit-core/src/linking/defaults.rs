//! What rustc takes for a target where nothing names a linker.

use super::flavor::{Family, Flavor};

/// A target's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Default {
    pub program: String,
    pub flavor: Flavor,
    /// Whether rustc shows a driver the toolchain's LLD, if it may take LLD at all.
    pub shows_lld: bool,
    /// Whether a driver is told to take LLD, whatever its name.
    pub insists_on_lld: bool,
}

/// The linker that rustc takes for a target where nothing names one; none for a target that is not known here.
///
/// A test compares with rustc, for every target that it knows.
pub fn default_linker(triple: &str) -> Option<String> {
    // The version of rustc decides about LLD alone.
    Some(of(triple, 0)?.program)
}

/// The default under rustc of this minor version.
pub(super) fn of(triple: &str, rustc_minor: u32) -> Option<Default> {
    let parts: Vec<&str> = triple.split('-').collect();
    let has = |word: &str| match word.strip_suffix('*') {
        Some(start) => parts.iter().any(|part| part.starts_with(start)),
        None => parts.contains(&word),
    };
    let (_, program, flavor) = ROWS.iter().find(|(words, ..)| words.split(' ').all(has))?;
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let program = program.replace("{arch}", part(0)).replace("{vendor}", part(1));
    let lld = *flavor == GNU_DRIVER && has("linux") && has("gnu*") && takes_lld(triple, rustc_minor);
    let by_family = matches!(flavor.family, Family::Wasm | Family::Emscripten);
    Some(Default {
        program,
        flavor: Flavor { lld: flavor.lld || lld, ..*flavor },
        // LLD cannot link for m68k, and rustc asks the driver for one all the same.
        shows_lld: by_family || lld && part(0) != "m68k",
        insists_on_lld: triple == "i686-unknown-openbsd",
    })
}

/// Whether rustc tells the driver of a target with glibc to take LLD.
fn takes_lld(triple: &str, rustc_minor: u32) -> bool {
    rustc_minor >= 95 || (rustc_minor >= 90 && triple == "x86_64-unknown-linux-gnu")
}

pub(super) const GNU_DRIVER: Flavor = Flavor::driver(Family::Gnu);
const GNU_LLD: Flavor = Flavor::lld(Family::Gnu);
const WASM: Flavor = Flavor::lld(Family::Wasm);

/// Parts that a triple must have, with `*` for the rest of one; the program; how it is spoken to. The first row counts.
const ROWS: &[(&str, &str, Flavor)] = &[
    ("windows msvc", "link.exe", Flavor::linker(Family::Msvc)),
    ("windows gnullvm", "{arch}-w64-mingw32-clang", GNU_DRIVER),
    ("uwp windows gnu", "gcc", GNU_DRIVER),
    ("windows gnu", "{arch}-w64-mingw32-gcc", GNU_DRIVER),
    ("uefi", "rust-lld", Flavor::lld(Family::Msvc)),
    ("emscripten", "emcc", Flavor { lld: true, ..Flavor::driver(Family::Emscripten) }),
    ("wasip2", "wasm-component-ld", WASM),
    ("wasip3", "wasm-component-ld", WASM),
    ("wasm*", "rust-lld", WASM),
    ("apple", "cc", Flavor::driver(Family::Darwin)),
    ("solaris", "cc", Flavor::driver(Family::Unix)),
    ("illumos", "cc", Flavor::driver(Family::Unix)),
    ("aix", "ld", Flavor::linker(Family::Unix)),
    ("l4re", "l4-bender", Flavor::linker(Family::Unix)),
    ("msp430", "msp430-elf-gcc", Flavor::driver(Family::Unix)),
    ("bpf*", "bpf-linker", Flavor::linker(Family::Bitcode("bpf-linker"))),
    ("nvptx64", "llvm-bitcode-linker", Flavor::linker(Family::Bitcode("llvm-bitcode-linker"))),
    // GNU toolchains with names of their own.
    ("x86_64 helenos", "amd64-helenos-gcc", GNU_DRIVER),
    ("powerpc helenos", "ppc-helenos-gcc", GNU_DRIVER),
    ("helenos", "{arch}-helenos-gcc", GNU_DRIVER),
    ("aarch64 kmc", "aarch64-kmc-elf-gcc", GNU_DRIVER),
    ("kmc", "arm-kmc-eabi-gcc", GNU_DRIVER),
    ("3ds", "arm-none-eabi-gcc", GNU_DRIVER),
    ("vita", "arm-vita-eabi-gcc", GNU_DRIVER),
    ("avr", "avr-gcc", GNU_DRIVER),
    ("xtensa", "{arch}-{vendor}-elf-gcc", GNU_DRIVER),
    ("espidf", "riscv32-esp-elf-gcc", GNU_DRIVER),
    ("qurt", "hexagon-clang", GNU_DRIVER),
    ("hexagon linux", "hexagon-unknown-linux-musl-clang", GNU_DRIVER),
    ("unikraft", "kraftld", GNU_DRIVER),
    ("m68k none", "m68k-linux-gnu-ld", GNU_DRIVER),
    ("sparc none", "sparc-elf-gcc", GNU_DRIVER),
    ("nto", "qcc", GNU_DRIVER),
    ("wrs", "wr-c++", GNU_DRIVER),
    ("lynxos178", "{arch}-lynx-lynxos178-gcc", GNU_DRIVER),
    ("cygwin", "{arch}-pc-cygwin-gcc", GNU_DRIVER),
    // Bare metal, and systems without a toolchain of their own.
    ("none", "rust-lld", GNU_LLD),
    ("amdhsa", "rust-lld", GNU_LLD),
    ("fuchsia", "rust-lld", GNU_LLD),
    ("hermit", "rust-lld", GNU_LLD),
    ("nuttx", "rust-lld", GNU_LLD),
    ("psp", "rust-lld", GNU_LLD),
    ("psx", "rust-lld", GNU_LLD),
    ("risc0", "rust-lld", GNU_LLD),
    ("sgx", "rust-lld", GNU_LLD),
    ("switch", "rust-lld", GNU_LLD),
    ("vex", "rust-lld", GNU_LLD),
    ("xous", "rust-lld", GNU_LLD),
    // Systems whose compiler is asked for by its general name.
    ("linux", "cc", GNU_DRIVER),
    ("dragonfly", "cc", GNU_DRIVER),
    ("freebsd", "cc", GNU_DRIVER),
    ("haiku", "cc", GNU_DRIVER),
    ("hurd", "cc", GNU_DRIVER),
    ("managarm", "cc", GNU_DRIVER),
    ("motor", "cc", GNU_DRIVER),
    ("netbsd", "cc", GNU_DRIVER),
    ("openbsd", "cc", GNU_DRIVER),
    ("redox", "cc", GNU_DRIVER),
    ("rtems", "cc", GNU_DRIVER),
    ("teeos", "cc", GNU_DRIVER),
    ("trusty", "cc", GNU_DRIVER),
];
