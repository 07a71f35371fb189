//! Starts a command as the user would have.

use xshell::Cmd;

/// Runs a command without what cargo put into the environment of this program.
pub fn run(command: Cmd) -> Result<(), String> {
    let by_cargo = |name: &str| {
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || ["CARGO", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "LD_LIBRARY_PATH"]
                .contains(&name)
    };
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| by_cargo(name));
    let command = names.fold(command, |command, name| command.env_remove(name));
    command.run().map_err(|error| error.to_string())
}
