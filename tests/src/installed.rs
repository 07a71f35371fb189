//! What real runs need of this machine. What is missing fails the test with the line to paste; nothing is skipped.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A target and its tools. The table is the tests' own, so that a mistake in the kit's shows.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What is written on the command line.
    pub alias: &'static str,
    /// The triple.
    pub triple: &'static str,
    /// What the header of an executable of it says, in the words of the report.
    pub machine: &'static str,
    /// The linker, and the Debian package of it.
    linker: Option<(&'static str, &'static str)>,
    /// The file by which the C library is found, and the Debian package of it.
    library: Option<(&'static str, &'static str)>,
    /// The emulator, and the Debian package of it.
    emulator: Option<(&'static str, &'static str)>,
}

/// 64 bits, little endian: the main target.
pub const AARCH64: Target = Target {
    alias: "aarch64",
    triple: "aarch64-unknown-linux-gnu",
    machine: "AArch64",
    linker: Some(("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu")),
    library: Some(("/usr/aarch64-linux-gnu/lib/libc.so.6", "libc6-dev-arm64-cross")),
    emulator: Some(("qemu-aarch64", "qemu-user")),
};

/// 32 bits, little endian.
pub const ARMV7: Target = Target {
    alias: "armv7",
    triple: "armv7-unknown-linux-gnueabihf",
    machine: "Arm",
    linker: Some(("arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf")),
    library: Some(("/usr/arm-linux-gnueabihf/lib/libc.so.6", "libc6-dev-armhf-cross")),
    emulator: Some(("qemu-arm", "qemu-user")),
};

/// 64 bits, little endian, and no unaligned access of old.
pub const RISCV64: Target = Target {
    alias: "riscv64",
    triple: "riscv64gc-unknown-linux-gnu",
    machine: "RISC-V 64",
    linker: Some(("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu")),
    library: Some(("/usr/riscv64-linux-gnu/lib/libc.so.6", "libc6-dev-riscv64-cross")),
    emulator: Some(("qemu-riscv64", "qemu-user")),
};

/// 64 bits, big endian.
pub const S390X: Target = Target {
    alias: "s390x",
    triple: "s390x-unknown-linux-gnu",
    machine: "s390x",
    linker: Some(("s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu")),
    library: Some(("/usr/s390x-linux-gnu/lib/libc.so.6", "libc6-dev-s390x-cross")),
    emulator: Some(("qemu-s390x", "qemu-user")),
};

/// Static executables, linked without a C toolchain.
pub const AARCH64_MUSL: Target =
    Target { alias: "aarch64-musl", triple: "aarch64-unknown-linux-musl", linker: None, library: None, ..AARCH64 };

/// What a computer of this architecture runs as it is, whatever its C library.
pub const X86_64_MUSL: Target = Target {
    alias: "x86_64-musl",
    triple: "x86_64-unknown-linux-musl",
    machine: "x86-64",
    linker: None,
    library: None,
    emulator: None,
};

/// Bare metal.
pub const THUMBV7EM: Target = Target {
    alias: "thumbv7em-none-eabihf",
    triple: "thumbv7em-none-eabihf",
    machine: "Arm",
    linker: None,
    library: None,
    emulator: None,
};

/// Bare metal on an emulated board.
pub const THUMBV7EM_BOARD: Target = Target { emulator: Some(("qemu-system-arm", "qemu-system-arm")), ..THUMBV7EM };

/// Windows, which is linked here and not run.
pub const WINDOWS: Target = Target {
    alias: "x86_64-pc-windows-gnu",
    triple: "x86_64-pc-windows-gnu",
    machine: "x86-64",
    linker: Some(("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64")),
    library: None,
    emulator: None,
};

impl Target {
    /// Fails unless everything is there.
    ///
    /// # Panics
    /// A tool is missing; the message has the lines to paste.
    #[track_caller]
    pub fn require(&self) {
        let mut lines = Vec::new();
        let std = Command::new("rustc").args(["--print", "target-libdir", "--target", self.triple]).output();
        let std = std.expect("rustc starts");
        if !Path::new(String::from_utf8_lossy(&std.stdout).trim()).is_dir() {
            lines.push(format!("rustup target add {}", self.triple));
        }
        let mut packages = Vec::new();
        packages.extend(self.linker.filter(|(program, _)| !in_path(program)).map(|(_, package)| package));
        packages.extend(self.library.filter(|(file, _)| !Path::new(file).exists()).map(|(_, package)| package));
        packages.extend(self.emulator.filter(|(program, _)| !in_path(program)).map(|(_, package)| package));
        if !packages.is_empty() {
            lines.push(format!("sudo apt-get install {}", packages.join(" ")));
        }
        assert!(lines.is_empty(), "tools for {} are missing; install them with\n  {}", self.triple, lines.join("\n  "));
    }
}

/// Whether a program is in `PATH`.
pub fn in_path(program: &str) -> bool {
    find(program).is_some()
}

/// Where a program is that is in `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|directory| directory.join(program)).find(|path| path.is_file())
}

/// The toolchain's own rustc, without rustup's proxy before it, which takes as long as rustc does to answer.
pub fn rustc() -> &'static Path {
    static RUSTC: LazyLock<PathBuf> = LazyLock::new(|| {
        let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc starts");
        let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout).expect("the sysroot is UTF-8").trim());
        let rustc = sysroot.join("bin/rustc");
        if rustc.is_file() { rustc } else { PathBuf::from("rustc") }
    });
    &RUSTC
}

/// The triple of this machine.
///
/// # Panics
/// rustc does not tell it.
pub fn host() -> String {
    let told = Command::new("rustc").args(["--print", "host-tuple"]).output().expect("rustc starts");
    String::from_utf8(told.stdout).expect("a triple is UTF-8").trim().to_owned()
}
