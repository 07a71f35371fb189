//! The policy: what belongs in the committed `.cargo/config.toml` for a target.
//!
//! It is a function of the row and of `crosskit.toml` alone, never of the machine, so that `sync --check` says the
//! same on every computer.

use std::collections::BTreeMap;

use crate::config::{WantedKey, WantedValue};
use crate::finding::{Code, Finding};
use crate::settings::{self, Destination, Settings};
use crate::target::{Provider, Row};
use crate::triple;
use crate::wrapper::{self, Wrapper};

/// The launcher, relative to the workspace root.
pub const LAUNCHER_PATH: &str = ".cargo/crosskit/run";

/// The launcher's text: a POSIX script that stands before the emulator in `runner` and fits it to the machine.
///
/// Its parts are one file each: what is common, what needs no emulator, a kind of emulator each, and the choice between them.
pub const LAUNCHER: &str = concat!(
    include_str!("launcher/begin.sh"),
    include_str!("launcher/native.sh"),
    include_str!("launcher/status.sh"),
    include_str!("launcher/bare_metal.sh"),
    include_str!("launcher/board.sh"),
    include_str!("launcher/firmware.sh"),
    include_str!("launcher/windows.sh"),
    include_str!("launcher/webassembly.sh"),
    include_str!("launcher/threads.sh"),
    include_str!("launcher/binfmt.sh"),
    include_str!("launcher/ssh.sh"),
    include_str!("launcher/user_mode.sh"),
    include_str!("launcher/dispatch.sh"),
);

/// What the kit has on the disk for itself: the launcher and the [`Wrapper`]s, by their path below the workspace root. One
/// that cannot be started is as good as none.
pub type OwnFiles = BTreeMap<String, String>;

/// What is wrong with the launcher on the disk, on which a runner relies already; `on_disk` is its text, if it can be
/// started.
pub fn launcher_drift(on_disk: Option<&str>, triple: &str) -> Option<Finding> {
    let (what, why) = match on_disk {
        Some(LAUNCHER) => return None,
        None => ("is not there, or is no executable file", "cargo cannot start it"),
        Some(text) if text.starts_with("#!/bin/sh\r") => {
            ("has lines that end in CRLF", "the system looks for a shell by the name `sh\\r`")
        }
        Some(_) => ("is not the one of this version", "what it does is not known"),
    };
    Some(
        Finding::warning(Code::ConfigDrift, format!("the launcher `{LAUNCHER_PATH}` {what}"))
            .note(format!("the runner of {triple} starts with it, and {why}"))
            .hint(format!("write it with `cargo xtask cross sync {triple}`")),
    )
}

/// The alias that starts the kit, without what [`alias`] adds.
///
/// `--target host-tuple` (Cargo 1.91) keeps a `build.target` of the config from cross-compiling the xtask itself.
const ALIAS: &str = "run --quiet --target host-tuple";

/// The policy of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The triple.
    pub triple: String,
    /// `target.<triple>.linker`: a bare name. `None` leaves rustc's default.
    pub linker: Option<String>,
    /// `target.<triple>.runner`: always a string, as Cargo merges runner arrays of two files at random.
    pub runner: Option<String>,
    /// Whether `runner` starts with the launcher.
    pub launcher: bool,
    /// The scripts by which rustc and build scripts call what links.
    pub wrapper: Option<Wrapper>,
    /// Debian's name of the directories in which the target's libraries are looked for, where the distribution's own
    /// compiler links with them.
    pub multiarch: Option<String>,
    /// Whether programs that tests start need the runner as well: Wine starts them itself, so does another computer, and
    /// nothing is started in WebAssembly or on a board.
    pub children_need_runner: bool,
    /// Whether `runner` sends programs to another computer, even from one that could run them itself.
    pub over_ssh: bool,
}

impl Policy {
    /// The policy of a row under the workspace's settings.
    pub fn of(row: &Row, settings: &Settings) -> Policy {
        let overlay = settings.target(&row.triple);
        let provider = settings.provider(row);
        let wrapper = Wrapper::of(row, provider, wrapper::DIRECTORY).filter(|_| overlay.linker.is_none());
        let linker = overlay.linker.clone().or_else(|| linker(row, provider, wrapper.as_ref()));
        let ssh = overlay.ssh.as_deref().and_then(|ssh| Destination::parse(ssh).ok()).map(|it| it.command());
        let own = overlay.runner.clone().or(overlay.chip.as_deref().map(settings::probe));
        let over_ssh = own.is_none() && ssh.is_some();
        let behind_launcher = ssh.or_else(|| row.emulator_command());
        let launcher = settings.launcher && own.is_none() && behind_launcher.is_some();
        let runner = match (own, behind_launcher) {
            (Some(runner), _) => Some(runner),
            (None, Some(command)) if settings.launcher => Some(format!("{LAUNCHER_PATH} {command}")),
            (None, command) => command,
        };
        let children_need_runner = overlay.runner.is_some() || row.is_user_mode() && !over_ssh;
        let by_distribution = overlay.linker.is_none() && links_with_distribution(provider);
        let multiarch = row.multiarch().filter(|_| by_distribution).map(str::to_owned);
        let triple = row.triple.clone();
        Policy { triple, linker, runner, launcher, wrapper, multiarch, children_need_runner, over_ssh }
    }

    /// The same policy with another way to link, whose scripts, if it has some, are below a directory; `None` where it
    /// does not link for the row.
    pub fn linked_by(&self, row: &Row, provider: Provider, directory: &str) -> Option<Policy> {
        let wrapper = Wrapper::of(row, provider, directory);
        let linker = Some(linker(row, provider, wrapper.as_ref()).filter(|_| row.provides(provider))?);
        let multiarch = row.multiarch().filter(|_| links_with_distribution(provider)).map(str::to_owned);
        Some(Policy { linker, wrapper, multiarch, ..self.clone() })
    }

    /// The keys of the policy, in the order in which they are written.
    ///
    /// `CARGO_TARGET_<T>_RUNNER` stands in `[env]` because assert_cmd reads it for the children of tests, which
    /// Cargo's runner does not reach (assert_cmd #193).
    pub fn keys(&self) -> Vec<WantedKey> {
        let table = |key: &str| target_path(&self.triple, key);
        let mut keys = Vec::new();
        if let Some(linker) = &self.linker {
            keys.push(WantedKey { path: table("linker"), value: WantedValue::String(linker.clone()) });
        }
        if let Some(runner) = &self.runner {
            keys.push(WantedKey { path: table("runner"), value: WantedValue::String(runner.clone()) });
        }
        if let Some(runner) = self.runner.as_ref().filter(|_| self.children_need_runner) {
            let name = runner_variable(&self.triple);
            // Cargo joins a relative runner to the directory above `.cargo`; the variable must mean the same file.
            let program = runner.split_ascii_whitespace().next().unwrap_or_default();
            let value = if program.contains('/') && !program.starts_with('/') {
                WantedValue::EnvRelative(runner.clone())
            } else {
                WantedValue::String(runner.clone())
            };
            keys.push(WantedKey { path: vec!["env".to_owned(), name], value });
        }
        for (name, file) in self.wrapper.iter().flat_map(Wrapper::variables) {
            keys.push(WantedKey { path: vec!["env".to_owned(), name], value: WantedValue::EnvRelative(file) });
        }
        keys
    }

    /// The keys by which the pkg-config crate finds the target's libraries, where there are packages that ask it.
    ///
    /// What they say is right on any machine: the directory is one that a computer of the target's own architecture looks
    /// into by itself, or it is not there.
    pub fn pkg_config_keys(&self) -> Vec<WantedKey> {
        let Some(multiarch) = &self.multiarch else { return Vec::new() };
        let values = ["1".to_owned(), format!("/usr/lib/{multiarch}/pkgconfig")];
        let key = |(name, value)| WantedKey { path: vec!["env".to_owned(), name], value: WantedValue::String(value) };
        pkg_config_variables(&self.triple).into_iter().zip(values).map(key).collect()
    }
}

/// What Cargo's `linker` names; `None` leaves rustc's default.
fn linker(row: &Row, provider: Provider, wrapper: Option<&Wrapper>) -> Option<String> {
    match provider {
        Provider::Gcc => row.c_compiler(),
        Provider::Lld => Some("rust-lld".to_owned()),
        Provider::Clang | Provider::Zig => wrapper.map(Wrapper::linker),
        Provider::Mingw | Provider::None => None,
    }
}

/// Whether a provider finds the libraries that the distribution's packages bring.
fn links_with_distribution(provider: Provider) -> bool {
    matches!(provider, Provider::Gcc | Provider::Clang)
}

/// The variables of [`Policy::pkg_config_keys`].
pub fn pkg_config_variables(triple: &str) -> [String; 2] {
    ["ALLOW_CROSS", "PATH"].map(|it| format!("PKG_CONFIG_{it}_{}", triple::env_lower(triple)))
}

/// The path of the key that keeps pkg-config from taking the computer's own libraries for those of a target. Every target
/// with [`Policy::pkg_config_keys`] shares it.
///
/// The pkg-config crate reads the variable only where HOST and TARGET differ, so that a computer which is the target keeps
/// its own directories: `PKG_CONFIG_LIBDIR_<triple>` would take them away from it.
pub const PKG_CONFIG_LIBDIR: [&str; 2] = ["env", "TARGET_PKG_CONFIG_LIBDIR"];

/// The key at [`PKG_CONFIG_LIBDIR`]: the directory of what is the same for every architecture.
pub fn pkg_config_shared_key() -> WantedKey {
    WantedKey {
        path: PKG_CONFIG_LIBDIR.map(str::to_owned).to_vec(),
        value: WantedValue::String("/usr/share/pkgconfig".to_owned()),
    }
}

/// Whether a word of a command stays whole in a variable that cargo, or a program like it, splits at blanks.
pub fn is_one_word(word: &str) -> bool {
    !word.is_empty() && !word.contains(char::is_whitespace)
}

/// Whether POSIX shells and fish have variables of this name: they would run the rest of any other one, or refuse it.
pub fn is_shell_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The path of `target.<triple>.<key>`; Cargo splits a dotted triple at its dots (cargo #15901).
pub fn target_path(triple: &str, key: &str) -> Vec<String> {
    let mut path = vec!["target".to_owned()];
    path.extend(triple.split('.').map(str::to_owned));
    path.push(key.to_owned());
    path
}

/// The variable that overrides a target's runner.
pub fn runner_variable(triple: &str) -> String {
    format!("CARGO_TARGET_{}_RUNNER", triple::env_upper(triple))
}

/// The variable that overrides a target's linker.
pub fn linker_variable(triple: &str) -> String {
    format!("CARGO_TARGET_{}_LINKER", triple::env_upper(triple))
}

/// The alias that starts the kit from a workspace whose policy names these linkers.
///
/// On a machine whose own triple is among them Cargo would link the xtask with the cross linker, which need not exist
/// there; so the alias puts `cc`, rustc's own default, in its place for the host build of the xtask alone. Where a policy
/// sends programs to another computer, `env` starts the xtask here: it starts what it is given, and is one word.
///
/// An xtask in a workspace of its own has a `manifest`, a path that leads there from one directory alone.
pub fn alias<'a>(package: &str, manifest: Option<&str>, policies: impl IntoIterator<Item = &'a Policy>) -> String {
    let mut alias = ALIAS.to_owned();
    for policy in policies {
        if policy.linker.is_some() && policy.triple.contains("-linux-") {
            alias.push_str(&format!(" --config target.{}.linker='cc'", policy.triple));
        }
        if policy.over_ssh {
            alias.push_str(&format!(" --config target.{}.runner='env'", policy.triple));
        }
    }
    if let Some(manifest) = manifest {
        alias.push_str(&format!(" {MANIFEST_PATH} {manifest}"));
    }
    format!("{alias} --package {package} --")
}

/// Cargo's option that leads to another workspace.
const MANIFEST_PATH: &str = "--manifest-path";

/// The manifest that an alias names.
pub fn manifest_of_alias(alias: &str) -> Option<&str> {
    let mut words = alias.split_ascii_whitespace().skip_while(|word| *word != MANIFEST_PATH);
    words.nth(1)
}
