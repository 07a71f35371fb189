//! `cargo xtask prove`: builds and runs real test programs for targets, and writes down how far each got.
//!
//! It knows nothing that the kit does not know: it calls `cross` as a user would, in a workspace made of the example's
//! packages and those in `prove/`, and reads the report.

mod page;
mod programs;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use crosskit_core::target::{Catalogue, Row};

use page::Line;
use workspace::Workspace;

/// What the command line asks for.
struct Options {
    rows: Vec<Row>,
    /// Options that are passed on to `cross`.
    passed_on: Vec<String>,
    /// Whether every target is tried, so that lines of targets that are gone go as well.
    all: bool,
    /// Whether every target must run, and no page is written.
    check: bool,
}

/// Runs the command.
///
/// # Errors
/// A mistake on the command line.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, String> {
    let catalogue = Catalogue::built_in()?;
    let options = parse(arguments, &catalogue)?;
    match prove(&options) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::from(100)),
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>, catalogue: &Catalogue) -> Result<Options, String> {
    let mut options = Options { rows: Vec::new(), passed_on: Vec::new(), all: false, check: false };
    for argument in arguments {
        match argument.to_str() {
            Some("--install" | "--yes" | "-y" | "--offline") => {
                options.passed_on.push(argument.to_string_lossy().into_owned());
            }
            Some("all") => options.all = true,
            Some("--check") => options.check = true,
            Some(name) if !name.starts_with('-') => {
                options.rows.push(catalogue.resolve(name, "").map_err(|finding| finding.message)?);
            }
            _ => return Err(format!("unknown argument of `prove`: `{}`", argument.display())),
        }
    }
    if options.all || options.rows.is_empty() {
        options.all = true;
        options.rows = catalogue.rows().to_vec();
    }
    Ok(options)
}

/// The kinds of targets that CI proves: 64 and 32 bits, both byte orders, four C libraries and none, Windows,
/// WebAssembly with and without threads, boards of five architectures, and firmware. armv7 and riscv64 are not among them, as
/// the real runs have them in any case.
pub const KINDS: &[&str] = &[
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "aarch64-unknown-none",
    "armv7a-none-eabi",
    "i686-unknown-linux-gnu",
    "powerpc-unknown-linux-gnu",
    "riscv32imac-unknown-none-elf",
    "riscv64gc-unknown-none-elf",
    "s390x-unknown-linux-gnu",
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabihf",
    "wasm32-wasip1",
    "wasm32-wasip1-threads",
    "x86_64-pc-windows-gnu",
    "x86_64-unknown-linux-musl",
    "x86_64-unknown-none",
    "x86_64-unknown-uefi",
];

/// Whether nothing was false: a target that does not get far is no failure, one whose tests fail is.
fn prove(options: &Options) -> Result<bool, String> {
    let workspace = Workspace::make()?;
    let mut lines = Vec::new();
    for row in &options.rows {
        let began = Instant::now();
        let line = programs::prove(&workspace, row, &options.passed_on)?;
        println!("{:36} {:7} {} [{:.0} s]", line.triple, line.rung, line.told(), began.elapsed().as_secs_f64());
        if !options.check {
            // All of them take an hour, and what was proven stays where that is broken off.
            page::write(std::slice::from_ref(&line), false)?;
        }
        lines.push(line);
    }
    let ran = lines.iter().filter(|line| line.rung == "run").count();
    println!("{ran} of {} targets ran", lines.len());
    if options.check {
        return Ok(lines.iter().all(Line::is_sound) && ran == lines.len());
    }
    page::write(&lines, options.all)?;
    Ok(lines.iter().all(Line::is_sound))
}
