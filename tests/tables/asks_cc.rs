//! Tells which C compiler, C++ compiler and archiver the cc crate picks in the environment of this process: a line with
//! all three for each triple that is read. The arguments are the host and a directory for the crate to work in.

use std::io::{self, BufRead};
use std::process::ExitCode;

/// What is told where the crate refuses.
const NONE: &str = "-";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, directory] = &arguments[..] else { return ExitCode::FAILURE };
    let mut build = cc::Build::new();
    build.host(host).out_dir(directory).opt_level(0).debug(false).inherit_rustflags(false);
    build.cargo_metadata(false).cargo_warnings(false).cargo_output(false);
    for triple in io::stdin().lock().lines() {
        let Ok(triple) = triple else { return ExitCode::FAILURE };
        let compiler = |cpp: bool| {
            // A clone knows what was found out about the compilers before it.
            let picked = build.clone().target(&triple).cpp(cpp).try_get_compiler();
            picked.map_or(NONE.to_owned(), |tool| tool.path().display().to_string())
        };
        let archiver = build.clone().target(&triple).try_get_archiver();
        let archiver = archiver.map_or(NONE.to_owned(), |command| command.get_program().display().to_string());
        println!("{}\t{}\t{archiver}", compiler(false), compiler(true));
    }
    ExitCode::SUCCESS
}
