//! The prefixes of the GNU toolchains that the cc crate tries for a target.

/// One row: the prefixes in the order of preference, and the targets they serve.
type Row = (&'static [&'static str], &'static [&'static str]);

/// The prefixes for a target, or `None` where the cc crate knows none and takes the compiler of the host.
///
/// Compared by a test with the cc crate that the lock file names; another version may know more targets.
pub(super) fn of(target: &str) -> Option<&'static [&'static str]> {
    ROWS.iter().find(|(_, targets)| targets.contains(&target)).map(|(prefixes, _)| *prefixes)
}

const ROWS: &[Row] = &[
    // Linux with glibc.
    (&["aarch64-linux-gnu"], &["aarch64-unknown-linux-gnu"]),
    (&["aarch64_be-linux-gnu"], &["aarch64_be-unknown-linux-gnu"]),
    (
        &["arm-linux-gnueabi"],
        &[
            "arm-unknown-linux-gnueabi",
            "armv4t-unknown-linux-gnueabi",
            "armv5te-unknown-linux-gnueabi",
            "armv5te-unknown-linux-musleabi",
            "armv7-unknown-linux-gnueabi",
        ],
    ),
    (
        &["arm-linux-gnueabihf"],
        &["arm-unknown-linux-gnueabihf", "armv7-unknown-linux-gnueabihf", "thumbv7neon-unknown-linux-gnueabihf"],
    ),
    (&["armeb-linux-gnueabi"], &["armeb-unknown-linux-gnueabi"]),
    // The 64-bit compiler makes 32-bit code where its multilib is installed.
    (&["i686-linux-gnu", "x86_64-linux-gnu"], &["i686-unknown-linux-gnu"]),
    (&["loongarch64-linux-gnu"], &["loongarch64-unknown-linux-gnu"]),
    (&["m68k-linux-gnu"], &["m68k-unknown-linux-gnu"]),
    (&["mips-linux-gnu"], &["mips-unknown-linux-gnu"]),
    (&["mipsel-linux-gnu"], &["mipsel-unknown-linux-gnu"]),
    (&["mips64-linux-gnuabi64"], &["mips64-unknown-linux-gnuabi64"]),
    (&["mips64el-linux-gnuabi64"], &["mips64el-unknown-linux-gnuabi64"]),
    (&["mipsisa32r6-linux-gnu"], &["mipsisa32r6-unknown-linux-gnu"]),
    (&["mipsisa32r6el-linux-gnu"], &["mipsisa32r6el-unknown-linux-gnu"]),
    (&["mipsisa64r6-linux-gnuabi64"], &["mipsisa64r6-unknown-linux-gnuabi64"]),
    (&["mipsisa64r6el-linux-gnuabi64"], &["mipsisa64r6el-unknown-linux-gnuabi64"]),
    (&["powerpc-linux-gnu"], &["powerpc-unknown-linux-gnu"]),
    (&["powerpc-linux-gnuspe"], &["powerpc-unknown-linux-gnuspe"]),
    (&["powerpc64-linux-gnu"], &["powerpc64-unknown-linux-gnu"]),
    (&["powerpc64le-linux-gnu"], &["powerpc64le-unknown-linux-gnu"]),
    (&["riscv32-linux-gnu"], &["riscv32gc-unknown-linux-gnu"]),
    (&["riscv64-linux-gnu"], &["riscv64a23-unknown-linux-gnu", "riscv64gc-unknown-linux-gnu"]),
    (&["s390x-linux-gnu"], &["s390x-unknown-linux-gnu"]),
    (&["sparc-linux-gnu"], &["sparc-unknown-linux-gnu"]),
    (&["sparc64-linux-gnu"], &["sparc64-unknown-linux-gnu"]),
    (&["x86_64-linux-gnu"], &["x86_64-unknown-linux-gnu"]),
    // Linux with musl. `musl-gcc` wraps the compiler of the host.
    (&["aarch64-linux-musl"], &["aarch64-unknown-linux-musl"]),
    (&["arm-linux-musleabi"], &["arm-unknown-linux-musleabi"]),
    (
        &["arm-linux-musleabihf"],
        &["arm-unknown-linux-musleabihf", "armv7-unknown-linux-musleabihf", "thumbv7neon-unknown-linux-musleabihf"],
    ),
    (&["hexagon-linux-musl"], &["hexagon-unknown-linux-musl"]),
    (&["mips-linux-musl"], &["mips-unknown-linux-musl"]),
    (&["mipsel-linux-musl"], &["mipsel-unknown-linux-musl"]),
    (&["musl"], &["i586-unknown-linux-musl", "i686-unknown-linux-musl"]),
    (&["riscv32-linux-musl"], &["riscv32gc-unknown-linux-musl"]),
    (&["riscv64-linux-musl"], &["riscv64gc-unknown-linux-musl"]),
    (&["x86_64-linux-musl", "musl"], &["x86_64-unknown-linux-musl"]),
    // Windows.
    (&["aarch64-w64-mingw32"], &["aarch64-pc-windows-gnullvm"]),
    (&["i686-w64-mingw32"], &["i686-pc-windows-gnu", "i686-pc-windows-gnullvm", "i686-uwp-windows-gnu"]),
    (&["x86_64-w64-mingw32"], &["x86_64-pc-windows-gnu", "x86_64-pc-windows-gnullvm", "x86_64-uwp-windows-gnu"]),
    // Bare metal.
    (
        &["arm-none-eabi"],
        &[
            "armebv7r-none-eabi",
            "armebv7r-none-eabihf",
            "armv4t-none-eabi",
            "armv5te-none-eabi",
            "armv6-none-eabi",
            "armv6-none-eabihf",
            "armv7a-none-eabi",
            "armv7a-none-eabihf",
            "armv7r-none-eabi",
            "armv7r-none-eabihf",
            "armv8r-none-eabihf",
            "thumbv4t-none-eabi",
            "thumbv5te-none-eabi",
            "thumbv6-none-eabi",
            "thumbv6m-none-eabi",
            "thumbv7a-none-eabi",
            "thumbv7a-none-eabihf",
            "thumbv7em-none-eabi",
            "thumbv7em-none-eabihf",
            "thumbv7m-none-eabi",
            "thumbv7r-none-eabi",
            "thumbv7r-none-eabihf",
            "thumbv8m.base-none-eabi",
            "thumbv8m.main-none-eabi",
            "thumbv8m.main-none-eabihf",
            "thumbv8r-none-eabihf",
        ],
    ),
    (
        &["riscv32-unknown-elf", "riscv64-unknown-elf", "riscv-none-embed"],
        &[
            "riscv32i-unknown-none-elf",
            "riscv32im-unknown-none-elf",
            "riscv32imac-unknown-none-elf",
            "riscv32imac-unknown-xous-elf",
            "riscv32imafc-unknown-none-elf",
            "riscv32imc-unknown-none-elf",
        ],
    ),
    (
        &["riscv64-unknown-elf", "riscv32-unknown-elf", "riscv-none-embed"],
        &["riscv64gc-unknown-none-elf", "riscv64imac-unknown-none-elf"],
    ),
    (&["riscv32-esp-elf"], &["riscv32imac-esp-espidf", "riscv32imc-esp-espidf"]),
    (
        &["xtensa-esp-elf"],
        &[
            "xtensa-esp32-espidf",
            "xtensa-esp32-none-elf",
            "xtensa-esp32s2-espidf",
            "xtensa-esp32s2-none-elf",
            "xtensa-esp32s3-espidf",
            "xtensa-esp32s3-none-elf",
        ],
    ),
    // Other systems.
    (&["aarch64--netbsd"], &["aarch64-unknown-netbsd"]),
    (&["armv6--netbsdelf-eabihf"], &["armv6-unknown-netbsd-eabihf"]),
    (&["armv7--netbsdelf-eabihf"], &["armv7-unknown-netbsd-eabihf"]),
    (&["i486--netbsdelf"], &["i686-unknown-netbsd"]),
    (&["powerpc--netbsd"], &["powerpc-unknown-netbsd"]),
    (&["riscv64--netbsd"], &["riscv64gc-unknown-netbsd"]),
    (&["sparc64--netbsd"], &["sparc64-unknown-netbsd"]),
    (&["x86_64--netbsd"], &["x86_64-unknown-netbsd"]),
    (&["aarch64-helenos"], &["aarch64-unknown-helenos"]),
    (&["amd64-helenos"], &["x86_64-unknown-helenos"]),
    (&["i686-helenos"], &["i686-unknown-helenos"]),
    (&["ppc-helenos"], &["powerpc-unknown-helenos"]),
    (&["sparc64-helenos"], &["sparc64-unknown-helenos"]),
    (&["sparcv9-sun-solaris"], &["sparcv9-sun-solaris"]),
];
