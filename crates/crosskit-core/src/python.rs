//! Tools that are packages of Python, and the directory of the user's own into which they are installed.

use crate::machine::Machine;

/// The program that installs packages of Python.
pub const PIP: &str = "pip3";

/// The program that uses them.
pub const INTERPRETER: &str = "python3";

/// Where `--install` puts packages: in the user's own directory for data, as the XDG Base Directory Specification names it.
/// The scripts look at the same place. None where the user has no such directory.
pub fn installed_in(machine: &Machine) -> Option<String> {
    let set = |name: &str| machine.variable(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let data = set("XDG_DATA_HOME").or_else(|| Some(format!("{}/.local/share", set("HOME")?)))?;
    Some(format!("{data}/crosskit/python"))
}

/// The file by which a package is found there; its version, `==…`, is no part of the name.
pub fn installed_file(package: &str, machine: &Machine) -> Option<String> {
    let name = package.split("==").next().unwrap_or(package);
    Some(format!("{}/{name}/__init__.py", installed_in(machine)?))
}
