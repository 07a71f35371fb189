//! The kit behind `cargo xtask cross`: the IO around the decisions of `crosskit-core`.
//!
//! A workspace with an xtask of its own hands it one word:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     let mut arguments = std::env::args_os().skip(1);
//!     match arguments.next() {
//!         Some(word) if word == "cross" => crosskit::main(arguments),
//!         _ => std::process::ExitCode::from(2),
//!     }
//! }
//! ```
//!
//! Hands: `sh` (the only spawner), `environment`, `path`, `configs`, `scripts`, `build_scripts` (with the feature `lint`), `metadata`, `rustc`, `cache`, `probe`, `git`, `record`,
//! `apply`, `install`, `artefact`, `run`, `trial`. They tell what they do through `event`; `report` alone prints. `cli` and `commands`
//! are the surface.

mod apply;
mod artefact;
#[cfg(feature = "lint")]
pub mod build_scripts;
mod cache;
pub mod cli;
mod commands;
mod configs;
mod environment;
pub mod event;
mod git;
mod install;
mod metadata;
mod path;
mod probe;
mod record;
mod report;
mod results;
mod run;
mod rustc;
mod scripts;
mod sh;
mod trial;
mod vendor;

use std::ffi::OsString;
use std::process::ExitCode;

pub use crosskit_core as core;
pub use report::{DoctorReport, doctor_json, inspection_json, standings_json};

/// Runs `cargo xtask cross` with the arguments that follow the word `cross`.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(run(arguments))
}

/// The same, for a program whose `main` returns something else: the number that `std::process::exit` takes.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let began = record::Began::now(arguments.iter().map(|it| it.to_string_lossy().into_owned()).collect());
    let options = match cli::parse(arguments) {
        Ok(options) => options,
        Err(error) => {
            // Help goes to stdout and mistakes to stderr; clap knows which.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let mut variables: environment::Variables = std::env::vars_os().collect();
    let start = environment::strip_cargo(&mut variables, commands::executable_directory().as_deref());
    let variable = |name: &str| variables.get(std::ffi::OsStr::new(name))?.to_str().map(str::to_owned);
    let terminal = report::Terminal::new(options.colour.as_deref(), variable, options.verbosity)
        .for_test_arguments(&options.request.test_arguments);
    commands::run(&options, &terminal, variables, &start, &began).code()
}
