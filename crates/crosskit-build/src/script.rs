//! The build script's side: asks the environment, decides, prints.

mod archive;
#[cfg(feature = "cc")]
mod cache;
mod cfg;
mod command;
mod files;
mod gather;
mod json;
mod picked;
#[cfg(feature = "cc")]
mod probe;
mod report;
mod rerun;
mod toml;
mod tools;
mod words;

use std::env;
use std::path::PathBuf;

pub use cfg::TargetCfg;
pub use report::{NotABuildScript, Report};

/// The name of the variable that turns the check off, or makes it say more or less.
const MODE: &str = "CROSSKIT_BUILD";

/// What to call a compiler of which nothing is known.
const UNKNOWN: &str = "unknown";

/// What Cargo gives to a build script, as far as it is needed everywhere.
#[derive(Clone, Debug)]
struct Inputs {
    host: String,
    target: String,
    out_dir: Option<PathBuf>,
    manifest_dir: Option<PathBuf>,
}

/// Says in a build script what HOST and TARGET are, and ends it where the tools for them got mixed up.
///
/// The same as [`Report::from_env`] and [`Report::emit`], which tell what is printed and when the build script ends.
/// Outside of a build script it says so on stderr and does nothing.
pub fn check() {
    match Report::from_env() {
        Ok(report) => report.emit(),
        Err(error) => eprintln!("crosskit_build::check() did nothing: {error}"),
    }
}

/// A variable that is set. Bytes that are no Unicode are replaced, as the cc crate does.
fn variable(name: &str) -> Option<String> {
    // A name with one of these, as an absurd TARGET makes it, is none that could be set.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(feature = "cc")]
fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("").to_string()
}
