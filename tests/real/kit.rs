//! Starts the kit: through the alias, as its users do, or the built xtask itself, which is fast.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

/// For what compiles: many times what it takes on two cores.
pub const COMPILING: Duration = Duration::from_secs(300);

/// For what compiles nothing.
pub const SHORT: Duration = Duration::from_secs(30);

/// Where the scratches lie.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("real")
}

/// A scratch of a test's own.
pub fn scratch(name: &str) -> Scratch {
    Scratch::new(&directory(), name)
}

/// The scratch of all tests that compile the whole workspace: what one of them compiled the next one finds.
static SHARED: Mutex<Option<Scratch>> = Mutex::new(None);

/// The built xtask.
static XTASK: OnceLock<PathBuf> = OnceLock::new();

/// Holds the shared scratch for one test.
pub struct Shared(MutexGuard<'static, Option<Scratch>>);

impl std::ops::Deref for Shared {
    type Target = Scratch;

    fn deref(&self) -> &Scratch {
        self.0.as_ref().expect("the scratch was made when the lock was taken")
    }
}

fn lock() -> Shared {
    // A test that failed leaves nothing in there that the next one relies on.
    let mut guard = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    guard.get_or_insert_with(|| scratch("shared"));
    Shared(guard)
}

/// Takes the shared scratch, with the config as before the first sync.
pub fn shared() -> Shared {
    // Building the xtask takes the same lock.
    xtask();
    let shared = lock();
    shared.forget_sync();
    shared
}

/// The built xtask, outside of every target directory that a test may look at.
pub fn xtask() -> &'static Path {
    XTASK.get_or_init(|| {
        let shared = lock();
        // The words of the alias, so that the alias finds it built.
        let mut build = cargo(&shared.root);
        build.args(["build", "--target", "host-tuple", "--package", "xtask"]);
        process::run(build, COMPILING).exits(0);
        let host = crosskit_tests::installed::host();
        let to = directory().join("xtask");
        std::fs::copy(shared.root.join("target").join(host).join("debug/xtask"), &to).expect("cargo built an xtask");
        to
    })
}

/// cargo, in a directory.
pub fn cargo(directory: &Path) -> Command {
    process::command("cargo", directory)
}

/// `cargo xtask cross`, in a directory.
pub fn alias(directory: &Path, arguments: &str) -> Command {
    let mut command = cargo(directory);
    command.args(["xtask", "cross"]).args(arguments.split_whitespace());
    command
}

/// The built xtask with the word `cross`, in a directory.
pub fn direct(directory: &Path, arguments: &str) -> Command {
    let mut command = process::command(xtask(), directory);
    command.arg("cross").args(arguments.split_whitespace());
    command
}

/// Runs the built xtask in the root of a scratch.
#[track_caller]
pub fn run(scratch: &Scratch, arguments: &str) -> Finished {
    process::run(direct(&scratch.root, arguments), COMPILING)
}

/// Runs plain cargo in a directory.
#[track_caller]
pub fn run_cargo(directory: &Path, arguments: &str) -> Finished {
    let mut command = cargo(directory);
    command.args(arguments.split_whitespace());
    process::run(command, COMPILING)
}
