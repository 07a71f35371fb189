//! What the checks need besides cargo, and how it is brought.

use xshell::{Shell, cmd};

use super::process::run;

/// Hosts on which the kit is checked, if not run.
pub const OTHER_HOSTS: &[&str] = &["aarch64-apple-darwin", "x86_64-pc-windows-gnu"];

const QUICK_TARGETS: &[&str] = &["aarch64", "thumbv7em-none-eabihf"];
const FULL_TARGETS: &[&str] = &["aarch64", "aarch64-musl", "armv7", "riscv64", "s390x", "thumbv7em-none-eabihf"];

/// What the other computer of the tests by ssh, which is this one, starts without a C toolchain.
const TARGET_OVER_SSH: &str = "x86_64-unknown-linux-musl";

/// Programs of the full tier and the Debian packages that hold them: the linker for Windows that the guide names, what
/// brings about the faults of writing, what links in the place of gcc, both ends of a connection by ssh, what reads reports,
/// and a cache of compilers.
const FULL_PACKAGES: &[(&str, &str)] = &[
    ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
    ("strace", "strace"),
    ("clang", "clang"),
    ("ssh", "openssh-client"),
    ("xmllint", "libxml2-utils"),
    ("chromedriver", "chromium-driver"),
    ("sccache", "sccache"),
    ("/usr/sbin/sshd", "openssh-server"),
];

/// How apt installs: a new machine may be busy with its own updates, so it waits for its turn.
const INSTALL: &[&str] = &["apt-get", "install", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];

/// With which the helper for build scripts has to compile: its `rust-version`.
const OLDEST_TOOLCHAIN: &str = "1.77.0";

const CARGO_DENY: &str = "0.20.2";

/// Validates what others read by the schemas that they published.
const CHECK_JSONSCHEMA: &str = "0.39.0";

/// Where it lies: an environment of Python's own, which nobody else uses.
const VALIDATOR: &str = "target/tools/check-jsonschema";

/// Checks every tool; with `install` brings what is missing.
///
/// The targets' tools are the kit's own business, so the kit itself is asked.
pub fn provide(shell: &Shell, install: bool, yes: bool, full: bool) -> Result<(), String> {
    let mut missing = Vec::new();
    let installed = cmd!(shell, "rustup target list --installed").quiet().read().unwrap_or_default();
    let over_ssh = full.then_some(&TARGET_OVER_SSH);
    for target in OTHER_HOSTS.iter().chain(over_ssh).filter(|target| !installed.lines().any(|line| line == **target)) {
        if install {
            run(cmd!(shell, "rustup target add {target}"))?;
        } else {
            missing.push(format!("rust-std for {target}: `rustup target add {target}`"));
        }
    }
    let toolchains = cmd!(shell, "rustup toolchain list").quiet().read().unwrap_or_default();
    if full && !toolchains.lines().any(|line| line.starts_with(OLDEST_TOOLCHAIN)) {
        if install {
            run(cmd!(shell, "rustup toolchain install {OLDEST_TOOLCHAIN} --profile minimal --no-self-update"))?;
        } else {
            missing.push(format!(
                "Rust {OLDEST_TOOLCHAIN}: `rustup toolchain install {OLDEST_TOOLCHAIN} --profile minimal`"
            ));
        }
    }
    let deny = cmd!(shell, "cargo deny --version").quiet().ignore_stderr().ignore_stdout().run();
    if deny.is_err() {
        if install {
            // Without optimisation it is there in less than half of the time, and looks at our few crates as fast.
            run(cmd!(shell, "cargo install --debug --locked cargo-deny@{CARGO_DENY}"))?;
        } else {
            missing.push(format!("cargo-deny: `cargo install --locked cargo-deny@{CARGO_DENY}`"));
        }
    }
    let packages = if full { FULL_PACKAGES } else { &[] };
    for (program, package) in packages {
        if has(program) {
            continue;
        }
        if install {
            // Without `--yes` apt asks for itself.
            let yes: &[&str] = if yes { &["--yes"] } else { &[] };
            // One server that cannot be reached need not be the one that has the package.
            let updated = as_root(shell, &["apt-get", "update"]);
            as_root(shell, &[INSTALL, yes, &[package]].concat())
                .map_err(|error| updated.err().map_or_else(|| error.clone(), |first| format!("{first}; {error}")))?;
        } else {
            missing.push(format!("{program}: `sudo apt-get install {package}`"));
        }
    }
    if full && !is_validator_there(shell) {
        if install {
            provide_validator(shell, yes)?;
        } else {
            missing.push(format!(
                "check-jsonschema: `python3 -m venv {VALIDATOR} && {VALIDATOR}/bin/pip install check-jsonschema=={CHECK_JSONSCHEMA}`"
            ));
        }
    }
    let options: &[&str] = match (install, yes) {
        (true, true) => &["--install", "--yes"],
        (true, false) => &["--install"],
        (false, _) => &[],
    };
    let targets = if full { FULL_TARGETS } else { QUICK_TARGETS };
    let doctor = {
        let _directory = shell.push_dir("example-workspace");
        run(cmd!(shell, "cargo xtask cross doctor {targets...} {options...}"))
    };
    if let Err(error) = doctor {
        missing.push(format!("tools of a target, named above ({error})"));
    }
    if missing.is_empty() {
        Ok(())
    } else {
        let tier = if full { " --full" } else { "" };
        Err(format!("missing, and `cargo xtask ci{tier} --install --yes` gets them:\n  {}", missing.join("\n  ")))
    }
}

/// Whether a program is in `PATH`, or where its own path says.
fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

fn is_validator_there(shell: &Shell) -> bool {
    let told = cmd!(shell, "{VALIDATOR}/bin/check-jsonschema --version").quiet().ignore_stderr().read();
    told.is_ok_and(|told| told.contains(CHECK_JSONSCHEMA))
}

/// Debian has Python's environments in a package of their own.
fn provide_validator(shell: &Shell, yes: bool) -> Result<(), String> {
    let environment = || run(cmd!(shell, "python3 -m venv --clear {VALIDATOR}"));
    if environment().is_err() {
        let yes: &[&str] = if yes { &["--yes"] } else { &[] };
        as_root(shell, &["apt-get", "update"])?;
        as_root(shell, &[INSTALL, yes, &["python3-venv"]].concat())?;
        environment()?;
    }
    run(cmd!(shell, "{VALIDATOR}/bin/pip install --quiet check-jsonschema=={CHECK_JSONSCHEMA}"))
}

/// Brings the libraries of a workspace that needs some, by the kit itself; and with them the multiarch C library that makes
/// a fixed `qemu-aarch64 -L` hang.
pub fn provide_libraries(shell: &Shell) -> Result<(), String> {
    let xtask = std::env::current_exe().map_err(|error| error.to_string())?;
    let _directory = shell.push_dir("tests/workspaces/libraries");
    run(cmd!(shell, "{xtask} cross doctor aarch64 --locked --install --yes"))
}

fn as_root(shell: &Shell, line: &[&str]) -> Result<(), String> {
    let sudo: &[&str] = if cmd!(shell, "id -u").quiet().read().is_ok_and(|id| id == "0") { &[] } else { &["sudo"] };
    let words: Vec<&str> = sudo.iter().chain(line).copied().collect();
    let (program, arguments) = words.split_first().ok_or("no command")?;
    run(cmd!(shell, "{program} {arguments...}"))
}
