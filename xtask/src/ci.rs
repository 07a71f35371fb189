//! `cargo xtask ci`: every check of this repository, in two tiers, with the seconds of each step.

mod process;
mod steps;
mod tools;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use xshell::Shell;

use crate::shell;

/// The command line of `ci`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    full: bool,
    install: bool,
    yes: bool,
}

impl Options {
    /// Reads the arguments after `ci`.
    ///
    /// # Errors
    /// The first argument that is not known.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
        let mut options = Options::default();
        for argument in arguments {
            match argument.to_str() {
                Some("--full") => options.full = true,
                Some("--install") => options.install = true,
                Some("--yes" | "-y") => options.yes = true,
                _ => return Err(format!("unknown argument of `ci`: `{}`", argument.display())),
            }
        }
        Ok(options)
    }
}

/// Runs every step of the tier, also after one has failed, and prints what each took.
pub fn run(options: Options) -> ExitCode {
    let shell = match shell() {
        Ok(shell) => shell,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut outcomes = Vec::new();
    let mut step = |name: &str, run: &dyn Fn(&Shell) -> Result<(), String>| {
        eprintln!("\n==== {name}");
        let began = Instant::now();
        let outcome = run(&shell);
        let seconds = began.elapsed().as_secs_f64();
        match &outcome {
            Ok(()) => eprintln!("==== {name}: ok, {seconds:.1} s"),
            Err(error) => eprintln!("==== {name}: FAILED, {seconds:.1} s\nerror: {error}"),
        }
        outcomes.push((name.to_owned(), seconds, outcome.is_ok()));
        outcome.is_ok()
    };
    // Without its tools no later step says anything worth reading.
    if step("tools", &|shell| tools::provide(shell, options.install, options.yes, options.full)) {
        for (name, run) in steps::of_tier(options.full) {
            step(name, &|shell| run(shell));
        }
    }
    println!();
    for (name, seconds, passed) in &outcomes {
        println!("{} {seconds:7.1} s  {name}", if *passed { "ok    " } else { "FAILED" });
    }
    let total: f64 = outcomes.iter().map(|(_, seconds, _)| seconds).sum();
    let failed = outcomes.iter().filter(|(.., passed)| !passed).count();
    println!("total  {total:6.1} s");
    println!("steps: {} passed, {failed} failed", outcomes.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
