//! `cargo xtask`: the development tasks of this repository, and the kit on its own workspace.

mod bench;
mod ci;
mod codegen;
mod files;
mod lowest;
mod prove;

use std::process::ExitCode;

use xshell::Shell;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  bench [a|b|c|d|e...] [--pairs N] [--install [--yes]] [--targets T,T...] [--jobs N]
                                    Time the kit against cargo and nextest, and hold its budgets against that
  ci [--full] [--install [--yes]]   Run the checks: the quick tier (6 minutes at most), or all of them
  codegen [--check]                 Hold the catalogue of targets against rustc and rustup
  lowest                            Write lowest.lock: the lowest versions that the manifests allow
  prove [all|TARGET...] [--check] [--install [--yes]]
                                    Run real test programs for targets, and write docs/PROVEN.md;
                                    or fail, with --check, where one does not run
  cross ...                         The kit itself: see `cargo xtask cross --help`
";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next().as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("cross") => crosskit::main(arguments),
        Some("bench") => bench::run(arguments).unwrap_or_else(|mistake| usage(&mistake)),
        Some("ci") => match ci::Options::parse(arguments) {
            Ok(options) => ci::run(options),
            Err(mistake) => usage(&mistake),
        },
        Some("codegen") => codegen::run(arguments).unwrap_or_else(|mistake| usage(&mistake)),
        Some("lowest") => shell()
            .map_err(|error| error.to_string())
            .and_then(|shell| lowest::run(&shell))
            .unwrap_or_else(|mistake| usage(&mistake)),
        Some("prove") => prove::run(arguments).unwrap_or_else(|mistake| usage(&mistake)),
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

/// A shell at the root of this repository.
fn shell() -> xshell::Result<Shell> {
    let shell = Shell::new()?;
    shell.change_dir(files::repository());
    Ok(shell)
}
