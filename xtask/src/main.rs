//! `cargo xtask`: the kit on its own workspace, and the development tasks of this repository.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(word) if word == "cross" => crosskit::main(arguments),
        _ => ExitCode::from(2),
    }
}
