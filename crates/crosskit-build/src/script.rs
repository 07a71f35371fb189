//! The build script's side: asks the environment, decides, prints.

mod picked;
mod probe;
mod rerun;
mod words;

use std::env;
use std::path::{Path, PathBuf};

use words::{decide, Facts, Mode, Verdict};

/// The name of the variable that turns [`check`] off, or makes it say more or less.
const MODE: &str = "CROSSKIT_BUILD";

/// Says in a build script what HOST and TARGET are, and ends it where the C compiler is one for another machine.
///
/// What it prints, for Cargo to show:
///
/// - HOST and TARGET are equal and nothing is wrong: nothing.
/// - HOST and TARGET differ: one `cargo:warning=` line with TARGET, HOST, the C compiler that the `cc` crate would
///   pick, because of what it would, and the linker. A C compiler that is missing is said there and is no failure, as
///   is one of the wrong machine that nobody chose: the package may well compile no C.
/// - A C compiler that makes objects for another machine than TARGET because somebody set it (`CC` and its longer
///   forms, `CROSS_COMPILE`, the linker in Cargo's configuration) or turned the host's away from the host
///   (`CFLAGS=-m32` in a native build): the finding X050, line by line, and **the process ends with
///   [exit code](std::process::exit) 1**, so that nothing after `check()` runs. This holds for native builds as well,
///   and for what build scripts depend on, where `CC=aarch64-linux-gnu-gcc` without a target in its name does the harm.
/// - A C compiler that fails on a file with one declaration: one line, in native builds as well, with the first line
///   of what it said.
///
/// Cargo shows warnings of workspace members and path dependencies only; those of other packages when the build script
/// fails or with `-vv` (<https://doc.rust-lang.org/cargo/reference/build-scripts.html#cargo-warning>,
/// <https://github.com/rust-lang/cargo/issues/3777>). As a warning carries no target, each first line names it.
///
/// # `CROSSKIT_BUILD`
///
/// `off` does nothing, `verbose` prints the line in native builds, too, and `warn` prints findings without failing.
///
/// # When Cargo runs the build script again
///
/// A build script that prints no `rerun-if` line is run again when any file of its package changes; one that prints a
/// single such line gives that up (<https://doc.rust-lang.org/cargo/reference/build-scripts.html#change-detection>).
/// `check()` prints several, as every build script that uses `cc` does. So **name the files that your build script
/// reads**: `println!("cargo:rerun-if-changed=src/thing.c")`. Its own source needs no such line.
///
/// Declared are `build.rs`, the variables that decide about C compilers, archivers, their flags and the linker,
/// `CROSSKIT_BUILD`, and the Cargo configuration files that exist above the package and in `$CARGO_HOME`: Cargo does
/// not rerun a build script when `target.<triple>.linker` changes, although it sets `RUSTC_LINKER` from it
/// (<https://github.com/rust-lang/cargo/issues/9647>). What stays unseen: a configuration file that is new, a
/// `--config` option, a changed `PATH`.
///
/// Outside of a build script it says so on stderr and does nothing.
pub fn check() {
    let (Some(host), Some(target)) = (variable("HOST"), variable("TARGET")) else {
        eprintln!("crosskit_build::check() did nothing: HOST and TARGET are not set, as they are in a build script");
        return;
    };
    let (mode, unknown_mode) = Mode::parse(variable(MODE).as_deref());
    let manifest_dir = variable("CARGO_MANIFEST_DIR").map(PathBuf::from);
    for line in rerun_lines(mode, manifest_dir.as_deref(), &target, &host) {
        println!("{line}");
    }
    if mode == Mode::Off {
        return;
    }

    let rustc_linker = variable("RUSTC_LINKER");
    let linker = words::linker(rustc_linker.as_deref(), variable("CARGO_ENCODED_RUSTFLAGS").as_deref());
    let compiler = picked::compiler(&target, &host, rustc_linker.as_deref(), variable("CARGO_PKG_NAME"));
    let Verdict { warnings, fail } = decide(&Facts { compiler, linker, mode, unknown_mode });
    for line in &warnings {
        println!("cargo:warning={line}");
    }
    if fail {
        for line in &warnings {
            eprintln!("{line}");
        }
        std::process::exit(1);
    }
}

/// A variable that is set. Bytes that are no Unicode are replaced, as the cc crate does.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn rerun_lines(mode: Mode, manifest_dir: Option<&Path>, target: &str, host: &str) -> Vec<String> {
    let mut files = Vec::new();
    // A path that does not exist makes Cargo rerun the script every time.
    let mut add = |path: PathBuf| {
        if path.is_file() && !files.contains(&path) {
            files.push(path);
        }
    };
    if let Some(dir) = manifest_dir {
        add(dir.join("build.rs"));
        if mode != Mode::Off {
            let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
            let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
            rerun::config_files(dir, cargo_home.or_else(|| Some(home?.join(".cargo"))).as_deref())
                .into_iter()
                .for_each(&mut add);
        }
    }
    let variables = if mode == Mode::Off { vec![MODE.to_string()] } else { rerun::variables(target, host) };
    rerun::lines(&files, &variables)
}
