//! What makes Cargo run the build script again.

use std::path::{Path, PathBuf};

use crate::rules;
use crate::triple;

/// The variables that the compiler, what it makes, or the words about them depend on.
///
/// Cargo compares what the user exports and what `[env]` sets, not what it sets itself; `RUSTC_LINKER` is here because
/// one that the user exports goes through where no linker is configured.
pub(super) fn variables(target: &str, host: &str) -> Vec<String> {
    const TOOLS: [&str; 6] = ["CC", "CXX", "AR", "RANLIB", "CFLAGS", "CXXFLAGS"];
    const OTHERS: [&str; 8] = [
        "CROSS_COMPILE",
        "CRATE_CC_NO_DEFAULTS",
        "CC_KNOWN_WRAPPER_CUSTOM",
        "CC_SHELL_ESCAPED_FLAGS",
        "RUSTC_LINKER",
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
    ];
    let upper = triple::env_upper(target);
    let mut names: Vec<String> = TOOLS.iter().flat_map(|tool| rules::variable_names(tool, target, host)).collect();
    names.extend(OTHERS.map(String::from));
    names.push(format!("CARGO_TARGET_{upper}_LINKER"));
    names.push(format!("CARGO_TARGET_{upper}_RUSTFLAGS"));
    names.push(super::MODE.to_string());
    names
}

/// Where Cargo may have read configuration from, the nearest first.
///
/// Cargo looks above the directory that it is started in
/// (<https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>), which a build script cannot know:
/// its own is the package's. The directories above the package are the best guess, and right for a workspace that is
/// built from its root or from a member.
pub(super) fn config_files(manifest_dir: &Path, cargo_home: Option<&Path>) -> Vec<PathBuf> {
    let above = manifest_dir.ancestors().map(|dir| dir.join(".cargo"));
    above
        .chain(cargo_home.map(Path::to_path_buf))
        .flat_map(|dir| [dir.join("config.toml"), dir.join("config")])
        .collect()
}

/// The lines to print. The form with one colon is understood by every Cargo and in packages of every `rust-version`.
pub(super) fn lines(files: &[PathBuf], variables: &[String]) -> Vec<String> {
    let files = files.iter().filter_map(|path| {
        // What a line cannot hold would name another file, and one that does not exist.
        let path = path.to_str().filter(|path| !path.contains('\n'))?;
        Some(format!("cargo:rerun-if-changed={path}"))
    });
    files.chain(variables.iter().map(|name| format!("cargo:rerun-if-env-changed={name}"))).collect()
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
        ] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
        assert!(!names.iter().any(|name| name == "PATH"));
    }

    #[test]
    fn configuration_is_looked_for_above_the_package_and_at_home() {
        let files = config_files(Path::new("/w/a"), Some(Path::new("/home/u/.cargo")));
        let files: Vec<&str> = files.iter().filter_map(|path| path.to_str()).collect();
        assert_eq!(
            files,
            [
                "/w/a/.cargo/config.toml",
                "/w/a/.cargo/config",
                "/w/.cargo/config.toml",
                "/w/.cargo/config",
                "/.cargo/config.toml",
                "/.cargo/config",
                "/home/u/.cargo/config.toml",
                "/home/u/.cargo/config",
            ]
        );
    }

    #[test]
    fn lines_have_the_form_that_every_cargo_knows() {
        let lines = lines(&[PathBuf::from("build.rs"), PathBuf::from("a\nb")], &["CC".to_string()]);
        assert_eq!(lines, ["cargo:rerun-if-changed=build.rs", "cargo:rerun-if-env-changed=CC"]);
    }
}
