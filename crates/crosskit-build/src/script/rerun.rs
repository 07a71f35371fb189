//! What makes Cargo run the build script again.

use std::env;
use std::path::{Path, PathBuf};

use crate::rules;
use crate::triple;

/// The variables that the compiler, what it makes, or the words about them depend on.
///
/// Cargo compares what the user exports and what `[env]` sets, not what it sets itself; `RUSTC_LINKER` is here because
/// one that the user exports goes through where no linker is configured.
pub(super) fn variables(target: &str, host: &str) -> Vec<String> {
    const TOOLS: [&str; 7] = ["CC", "CXX", "AR", "RANLIB", "CFLAGS", "CXXFLAGS", "CMAKE_TOOLCHAIN_FILE"];
    const PKG_CONFIG: [&str; 5] =
        ["PKG_CONFIG", "PKG_CONFIG_ALLOW_CROSS", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_PATH", "PKG_CONFIG_SYSROOT_DIR"];
    const OTHERS: [&str; 9] = [
        "CROSS_COMPILE",
        "CRATE_CC_NO_DEFAULTS",
        "CC_KNOWN_WRAPPER_CUSTOM",
        "CC_SHELL_ESCAPED_FLAGS",
        "RUSTC_LINKER",
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "LIBCLANG_PATH",
    ];
    let upper = triple::env_upper(target);
    let mut names = Vec::new();
    for tool in TOOLS {
        names.extend_from_slice(&rules::variable_names(tool, target, host));
    }
    for setting in PKG_CONFIG {
        names.extend_from_slice(&rules::pkg_config_names(setting, target, host));
    }
    names.extend_from_slice(&rules::bindgen_names(target));
    for name in OTHERS {
        names.push(name.to_string());
    }
    names.push(format!("CARGO_TARGET_{upper}_LINKER"));
    names.push(format!("CARGO_TARGET_{upper}_RUSTFLAGS"));
    names.push(super::MODE.to_string());
    // What is set for the host kind decides about one rule.
    for tool in ["CC", "CXX"] {
        for name in rules::variable_names(tool, host, host) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Where Cargo may have read configuration from, the nearest first: the files that are there.
///
/// Cargo looks above the directory that it is started in
/// (<https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>), which a build script cannot know:
/// its own is the package's. The directories above the package are the best guess, and right for a workspace that is
/// built from its root or from a member; a package from a registry lies elsewhere, and its `OUT_DIR` mostly below the
/// workspace.
pub(super) fn config_files(places: &[Option<&Path>], cargo_home: Option<&Path>) -> Vec<PathBuf> {
    let mut directories = above(places, ".cargo");
    if let Some(home) = cargo_home {
        directories.push(home.to_path_buf());
    }
    let mut files = Vec::new();
    for directory in directories {
        // Where both are there, Cargo takes the old name.
        for name in ["config", "config.toml"] {
            let file = directory.join(name);
            if file.is_file() {
                if !files.contains(&file) {
                    files.push(file);
                }
                break;
            }
        }
    }
    files
}

/// The kit's settings, at the nearest place above.
pub(super) fn settings_file(places: &[Option<&Path>]) -> Option<PathBuf> {
    above(places, "crosskit.toml").into_iter().find(|path| path.is_file())
}

/// This name in every directory above.
fn above(places: &[Option<&Path>], name: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for place in places.iter().flatten() {
        for directory in place.ancestors() {
            paths.push(directory.join(name));
        }
    }
    paths
}

/// `$CARGO_HOME`, or its default.
pub(super) fn cargo_home() -> Option<PathBuf> {
    let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home?.join(".cargo")))
}

/// The lines to print. The form with one colon is understood by every Cargo and in packages of every `rust-version`.
pub(super) fn lines(files: &[PathBuf], variables: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for path in files {
        // What a line cannot hold would name another file, and one that does not exist.
        if let Some(path) = path.to_str().filter(|path| !path.contains('\n')) {
            lines.push(format!("cargo:rerun-if-changed={path}"));
        }
    }
    for name in variables {
        lines.push(format!("cargo:rerun-if-env-changed={name}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_variables_is_named() {
        let names = variables("thumbv8m.main-none-eabi", "x86_64-unknown-linux-gnu");
        for name in [
            "CC_thumbv8m.main-none-eabi",
            "CC_thumbv8m_main_none_eabi",
            "TARGET_CFLAGS",
            "RANLIB",
            "CARGO_TARGET_THUMBV8M_MAIN_NONE_EABI_LINKER",
            "RUSTFLAGS",
            "CROSSKIT_BUILD",
            "PKG_CONFIG_PATH_thumbv8m.main_none_eabi",
            "BINDGEN_EXTRA_CLANG_ARGS",
            "TARGET_CMAKE_TOOLCHAIN_FILE",
            "HOST_CC",
        ] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
        assert!(!names.iter().any(|name| name == "PATH"));
    }

    #[test]
    fn lines_have_the_form_that_every_cargo_knows() {
        let lines = lines(&[PathBuf::from("build.rs"), PathBuf::from("a\nb")], &["CC".to_string()]);
        assert_eq!(lines, ["cargo:rerun-if-changed=build.rs", "cargo:rerun-if-env-changed=CC"]);
    }
}
