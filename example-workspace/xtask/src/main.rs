//! Development tasks, run as `cargo xtask`.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    match args.next() {
        Some(task) if task == "cross" => crosskit::main(args),
        _ => {
            eprintln!("usage: cargo xtask cross <ARGS>...");
            ExitCode::from(2)
        }
    }
}
