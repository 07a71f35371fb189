//! The config blocks and the commands of the guide, as data.

/// Linker and runner of one target.
pub const MINIMAL: &str = r#"[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
runner = "qemu-aarch64"
"#;

/// A linker alone.
pub const LINKER: &str = r#"[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
"#;

/// A runner alone.
pub const RUNNER: &str = r#"[target.aarch64-unknown-linux-gnu]
runner = "qemu-aarch64"
"#;

/// The linkers of two targets.
pub const LINKERS: &str = r#"[target.x86_64-pc-windows-gnu]
linker = "x86_64-w64-mingw32-gcc"

[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
"#;

/// The runners of two targets.
pub const RUNNERS: &str = r#"[target.aarch64-unknown-linux-gnu]
runner = "qemu-aarch64"

[target.thumbv7em-none-eabihf]
runner = "probe-rs run --chip STM32F407VGTx"
"#;

/// Flags for a class of targets.
pub const CFG_RUSTFLAGS: &str = r#"[target.'cfg(unix)']
rustflags = ["-Dwarnings"]
"#;

/// A target that needs no `--target`.
pub const DEFAULT_TARGET: &str = r#"[build]
target = "aarch64-unknown-linux-gnu"

[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
runner = "qemu-aarch64"
"#;

/// Linker, runner and flags.
pub const STATIC: &str = r#"[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
runner = "qemu-aarch64"
rustflags = ["-C", "target-feature=+crt-static"]
"#;

/// A probe as the runner.
pub const PROBE: &str = r#"[target.thumbv7em-none-eabihf]
runner = "probe-rs run --chip STM32F407VGTx"
"#;

/// A probe, and a linker script.
pub const LINKER_SCRIPT: &str = r#"[target.thumbv7em-none-eabihf]
rustflags = ["-C", "link-arg=-Tlink.x"]
runner = "probe-rs run --chip STM32F407VGTx"
"#;

/// A variable beside a target's tools.
pub const SDK: &str = r#"[env]
SDK_ROOT = "/opt/sdk"

[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
runner = "qemu-aarch64"
"#;

/// A variable that the shell's goes before, and one that goes before the shell's.
pub const FORCED: &str = r#"[env]
OPENSSL_DIR = "/opt/openssl"
TMPDIR = { value = "/tmp/cargo-tmp", force = true }
"#;

/// All of it together.
pub const FULL: &str = r#"[build]
target = "aarch64-unknown-linux-gnu"

[env]
SDK_ROOT = "/opt/sdk"

[target.aarch64-unknown-linux-gnu]
linker = "aarch64-linux-gnu-gcc"
runner = "qemu-aarch64"
rustflags = ["-C", "target-feature=+crt-static"]

[target.thumbv7em-none-eabihf]
runner = "probe-rs run --chip STM32F407VGTx"
rustflags = ["-C", "link-arg=-Tlink.x"]
"#;

/// Builds for what the config and the machine make the default.
pub const BUILD: &str = "cargo build";

/// Runs, in the same sense.
pub const RUN: &str = "cargo run";

/// Tests, in the same sense.
pub const TEST: &str = "cargo test";

/// Measures, in the same sense.
pub const BENCH: &str = "cargo bench";

/// Builds for AArch64.
pub const BUILD_AARCH64: &str = "cargo build --target aarch64-unknown-linux-gnu";

/// Runs an AArch64 program.
pub const RUN_AARCH64: &str = "cargo run --target aarch64-unknown-linux-gnu";

/// Tests on AArch64.
pub const TEST_AARCH64: &str = "cargo test --target aarch64-unknown-linux-gnu";

/// Starts a program for bare metal.
pub const RUN_THUMB: &str = "cargo run --target thumbv7em-none-eabihf";

/// The start of the demonstration.
pub const NEW_DEMO: &str = "\
cargo new runner_demo
cd runner_demo
mkdir -p .cargo
";

/// The start of the exercise.
pub const NEW_LAB: &str = "\
cargo new runner_lab
cd runner_lab
mkdir -p .cargo
";

/// A section of the guide: its heading and what it holds.
pub type Section = (&'static str, &'static [&'static str]);

/// What the guide shows or claims, in its order: the name of the constant above where it is a config or a command, and
/// a few words in small letters where it is a program or a claim.
pub const GUIDE: &[Section] = &[
    ("Why Runner and Linker Customization Matters", &["RUN", "TEST", "BENCH"]),
    ("The Main Place to Configure Runners and Linkers", &["MINIMAL"]),
    ("What a Linker Does", &["LINKER"]),
    ("What a Runner Does", &["RUNNER"]),
    ("Why Cargo Treats Runner Configuration as Target-Specific", &["one target has a runner, another none"]),
    ("A Simple Host-Native Example", &["RUN"]),
    ("A Simple Cross-Compilation Example", &["MINIMAL", "BUILD_AARCH64", "RUN_AARCH64"]),
    ("Linker Configuration by Exact Target Triple", &["LINKERS"]),
    ("Runner Configuration by Exact Target Triple", &["RUNNERS"]),
    ("Using cfg-Based Target Sections", &["CFG_RUSTFLAGS", "a runner for a class of targets"]),
    ("Default Build Target in Config", &["DEFAULT_TARGET", "BUILD", "the default is overridden"]),
    ("Target-Specific Toolchain Configuration", &["STATIC"]),
    ("Embedded Workflow Basics", &["PROBE", "RUN_THUMB"]),
    ("Embedded Linker Thinking", &["LINKER_SCRIPT"]),
    ("Invoking Under Emulators", &["RUNNER"]),
    ("Cross Testing and Runner Configuration", &["TEST", "TEST_AARCH64", "without a runner", "with a suitable one"]),
    ("Per-Target Environment Setup Through Config", &["SDK"]),
    ("The [env] Section as a Build-Time Helper", &["FORCED", "RUN"]),
    ("A Small Cross-Aware Project", &["NEW_DEMO", "MINIMAL", "BUILD_AARCH64", "RUN_AARCH64"]),
    ("Workspace-Level Runner and Linker Policy", &["MINIMAL"]),
    ("Why Current Directory Still Matters", &["the directory selects the packages"]),
    ("Host vs Target Confusion in Practice", &["a build script is a program of the host"]),
    ("A Small Debugging Build Script", &["a build script that tells of both"]),
    ("A Full Example Config", &["FULL"]),
    ("Practical Commands to Try", &["BUILD", "BUILD_AARCH64", "RUN_AARCH64", "TEST_AARCH64", "RUN_THUMB"]),
    ("Common Beginner Mistakes", &["mistake 1", "mistake 2", "mistake 3", "mistake 4", "mistake 5", "mistake 6"]),
    ("Hands-On Exercise", &["NEW_LAB", "MINIMAL", "BUILD_AARCH64", "RUN_AARCH64", "a build script, and once more"]),
];
