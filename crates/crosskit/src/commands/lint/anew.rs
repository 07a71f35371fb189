//! Starts the command anew, in a program that has the parser.

use std::ffi::{OsStr, OsString};

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding};

use crate::cli::Options;
use crate::commands::{Ends, ends, internal};
use crate::environment::Start;
use crate::event::Event;
use crate::metadata;
use crate::report::Terminal;
use crate::rustc::{self, Rustc};
use crate::sh::Sh;

/// Says to the program that it was started anew, so that it does not do the same.
const STARTED: &str = "CROSSKIT_LINT_STARTED";

/// Becomes `cargo run` with the feature that has the parser.
pub fn run(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Exit, Ends> {
    if sh.variables.contains_key(OsStr::new(STARTED)) {
        return Err(internal("`cross lint` was started anew, and has no parser of Rust all the same".to_owned()));
    }
    let asked = metadata::ask_outline(sh, &start.cargo);
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    let outline = metadata::outline(sh, asked).map_err(ends(Exit::Usage))?;
    let package = start.package.as_deref();
    let named = package.and_then(|package| Some((package, outline.dependency(package, "crosskit")?)));
    let (package, dependency) = named.ok_or_else(|| (Exit::Usage, vec![not_by_cargo(package)]))?;
    let words = ["run", "--quiet", "--target", &rustc.host, "--package", package];
    let mut arguments: Vec<OsString> = words.map(OsString::from).to_vec();
    arguments.extend(["--features".into(), format!("{dependency}/lint").into()]);
    // A program that runs cannot be written anew there.
    if cfg!(windows) {
        let directory = outline.target_directory.join("crosskit").join("lint");
        arguments.extend(["--target-dir".into(), directory.into_os_string()]);
    }
    let locks = ["--locked", "--offline", "--frozen"];
    let locks = locks.into_iter().filter(|lock| options.request.cargo_options.iter().any(|it| it == lock));
    arguments.extend(locks.map(OsString::from));
    arguments.push("--".into());
    arguments.extend(std::env::args_os().skip(1));
    sh.variables.insert(STARTED.into(), "1".into());
    terminal.event(Event::Status("Starting", "the same with a parser of Rust, which cargo compiles the first time"));
    Err(internal(sh.hand_over(sh.command(&start.cargo, arguments))))
}

fn not_by_cargo(package: Option<&str>) -> Finding {
    let finding = Finding::error(Code::ProgramUnclear, "the parser that `lint` needs cannot be compiled from here");
    match package {
        Some(package) => finding
            .note(format!("`{package}` has no dependency on `crosskit` of its own"))
            .hint(format!("add one to `{package}`: crosskit = {{ version = \"0.1.0\", features = [\"lint\"] }}")),
        None => finding
            .note("it is not known which package this program is of, as cargo did not start it")
            .hint("start it by cargo: cargo xtask cross lint"),
    }
}
