//! `cargo xtask`: the development tasks of this repository, and the kit on its own workspace.

mod ci;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  ci [--full] [--install [--yes]]   Run the checks: the quick tier (6 minutes at most), or all of them
  cross ...                         The kit itself: see `cargo xtask cross --help`
";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next().as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("cross") => crosskit::main(arguments),
        Some("ci") => match ci::Options::parse(arguments) {
            Ok(options) => ci::run(options),
            Err(mistake) => usage(&mistake),
        },
        Some("-h" | "--help" | "help") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some(other) => usage(&format!("no such command: `{other}`")),
        None => usage("no command given"),
    }
}

fn usage(mistake: &str) -> ExitCode {
    eprint!("error: {mistake}\n\n{HELP}");
    ExitCode::from(2)
}
