//! The environment that nested cargo gets: the user's own, without what cargo gave the xtask.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crosskit_core::resolve::EnvEntry;

/// Variables and their values.
pub type Variables = BTreeMap<OsString, OsString>;

/// Variables that cargo sets for a program that it runs.
///
/// `RUSTUP_TOOLCHAIN` stays, as it holds what the user chose by `cargo +nightly xtask`.
/// Source: Cargo reference, "Environment variables".
const SET_BY_CARGO: &[&str] =
    &["CARGO", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR", "RUST_RECURSION_COUNT"];
const PREFIXES_SET_BY_CARGO: &[&str] = &["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_EXE_"];

/// What was found out about the process that started us.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The package that the kit runs from: `CARGO_PKG_NAME`, which cargo sets at run time.
    pub package: Option<String>,
    /// The cargo that started us, or the one in `PATH`.
    pub cargo: PathBuf,
}

/// Takes out of `variables` what cargo added when it started this program.
///
/// `executable_directory` is where this program lies: cargo puts it in front of the library path.
pub fn strip_cargo(variables: &mut Variables, executable_directory: Option<&Path>) -> Start {
    let text = |name: &str| variables.get(OsStr::new(name)).cloned();
    let cargo = text("CARGO").map(PathBuf::from);
    let start = Start {
        package: text("CARGO_PKG_NAME").and_then(|name| name.into_string().ok()),
        cargo: cargo.clone().unwrap_or_else(|| PathBuf::from("cargo")),
    };
    let by_cargo = start.package.is_some() && variables.contains_key(OsStr::new("CARGO_MANIFEST_DIR"));
    if !by_cargo {
        return start;
    }
    variables.retain(|name, _| {
        let name = name.to_string_lossy();
        !SET_BY_CARGO.contains(&name.as_ref()) && !PREFIXES_SET_BY_CARGO.iter().any(|it| name.starts_with(it))
    });
    // What lies beside the toolchain's own libraries was added by rustup, for every cargo that it starts: it stays.
    let toolchain = cargo.as_deref().and_then(Path::parent).and_then(Path::parent);
    let standard = toolchain.map(|toolchain| toolchain.join("lib/rustlib"));
    let added: Vec<&Path> = executable_directory.into_iter().chain(standard.as_deref()).collect();
    for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        let Some(value) = variables.remove(OsStr::new(name)) else { continue };
        let kept = std::env::split_paths(&value).filter(|entry| !added.iter().any(|added| entry.starts_with(added)));
        if let Ok(kept) = std::env::join_paths(kept)
            && !kept.is_empty()
        {
            variables.insert(name.into(), kept);
        }
    }
    start
}

/// Takes out what the `[env]` table of the config put there: nested cargo sets it again, with the value that the table
/// has then. A value that differs is the user's own.
///
/// Without `PATH` nothing would be found, so that stays, and with it what cargo needs: the directory of its own tools.
pub fn strip_env_table(variables: &mut Variables, table: &BTreeMap<String, EnvEntry>, cargo: &Path) {
    for (name, entry) in table {
        let Some(value) = variables.get(OsStr::new(name)).filter(|value| *value == OsStr::new(&entry.value)) else {
            continue;
        };
        if name == "PATH" {
            let directories =
                std::env::split_paths(value).chain(cargo.parent().filter(|it| it.is_absolute()).map(PathBuf::from));
            if let Ok(path) = std::env::join_paths(directories) {
                variables.insert(name.into(), path);
            }
        } else {
            variables.remove(OsStr::new(name));
        }
    }
}

/// Variables with a path that cargo takes as relative to the directory in which it is started.
/// Source: Cargo reference, "Environment variables Cargo reads" and "Config-relative paths".
const PATHS: &[&str] = &["CARGO_BUILD_BUILD_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_HOME", "CARGO_TARGET_DIR"];

/// Makes whole paths of those that the user gave relative to `directory`: nested cargo starts somewhere else.
pub fn make_absolute(variables: &mut Variables, directory: &Path) {
    for name in PATHS {
        if let Some(value) = variables.get_mut(OsStr::new(name))
            // `{workspace-root}` and the like begin a whole path.
            && !value.is_empty()
            && !value.to_string_lossy().starts_with('{')
        {
            *value = directory.join(&value).into_os_string();
        }
    }
}

/// What cargo's own children get: the variables, and what `[env]` adds to them.
pub fn with_env_table(variables: &Variables, table: &BTreeMap<String, EnvEntry>) -> Variables {
    let mut with = variables.clone();
    for (name, entry) in table {
        if entry.applies(with.contains_key(OsStr::new(name))) {
            with.insert(name.into(), OsString::from(&entry.value));
        }
    }
    with
}

/// The variables for the decisions. A value that is no text is mended, so that what is set counts as set.
pub fn as_text(variables: &Variables) -> BTreeMap<String, String> {
    let text =
        |(name, value): (&OsString, &OsString)| Some((name.to_str()?.to_owned(), value.to_string_lossy().into_owned()));
    variables.iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use crosskit_core::finding::Origin;

    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn what_cargo_added_is_taken_out_and_the_rest_stays() {
        let mut before = variables(&[
            ("CARGO", "/toolchain/bin/cargo"),
            ("CARGO_HOME", "/home/u/.cargo"),
            ("CARGO_MANIFEST_DIR", "/ws/xtask"),
            ("CARGO_PKG_NAME", "xtask"),
            ("LD_LIBRARY_PATH", "/ws/target/debug/deps:/toolchain/lib/rustlib/x/lib:/toolchain/lib:/opt/lib"),
            ("RUSTFLAGS", "-g"),
        ]);
        let start = strip_cargo(&mut before, Some(Path::new("/ws/target/debug")));
        assert_eq!(start.package.as_deref(), Some("xtask"));
        assert_eq!(start.cargo, Path::new("/toolchain/bin/cargo"));
        let after =
            [("CARGO_HOME", "/home/u/.cargo"), ("LD_LIBRARY_PATH", "/toolchain/lib:/opt/lib"), ("RUSTFLAGS", "-g")];
        assert_eq!(before, variables(&after));
    }

    #[test]
    fn relative_paths_are_those_of_the_users_directory() {
        let mut before = variables(&[
            ("CARGO_TARGET_DIR", "out"),
            ("CARGO_BUILD_TARGET_DIR", ""),
            ("CARGO_BUILD_BUILD_DIR", "{workspace-root}/build"),
            ("CARGO_HOME", "/home/u/.cargo"),
            ("OTHER", "out"),
        ]);
        make_absolute(&mut before, Path::new("/ws/app"));
        let after = [
            ("CARGO_TARGET_DIR", "/ws/app/out"),
            ("CARGO_BUILD_TARGET_DIR", ""),
            ("CARGO_BUILD_BUILD_DIR", "{workspace-root}/build"),
            ("CARGO_HOME", "/home/u/.cargo"),
            ("OTHER", "out"),
        ];
        assert_eq!(before, variables(&after));
    }

    #[test]
    fn without_cargo_nothing_changes() {
        let mut before = variables(&[("OUT_DIR", "/mine"), ("LD_LIBRARY_PATH", "/ws/target/debug")]);
        let same = before.clone();
        strip_cargo(&mut before, Some(Path::new("/ws/target/debug")));
        assert_eq!(before, same);
    }

    #[test]
    fn values_of_the_env_table_go_and_the_users_own_stay() {
        let entry =
            |value: &str| EnvEntry { value: value.to_owned(), force: false, origin: Origin::CommandLine, shared: true };
        let table = ["A", "B", "C", "PATH"].map(|name| (name.to_owned(), entry("table"))).into();
        let mut before = variables(&[("A", "table"), ("B", "mine"), ("PATH", "table")]);
        strip_env_table(&mut before, &table, Path::new("/toolchain/bin/cargo"));
        assert_eq!(before, variables(&[("B", "mine"), ("PATH", "table:/toolchain/bin")]));
        let children = [("A", "table"), ("B", "mine"), ("C", "table"), ("PATH", "table:/toolchain/bin")];
        assert_eq!(with_env_table(&before, &table), variables(&children));
    }
}
