//! Variables that Cargo sets itself for what it starts, whatever `[env]` and the shell say.
//!
//! Tried with Cargo 1.95 on Linux, with build scripts, programs, tests and documentation tests that print them all.

use crate::resolve::KindView;

/// What Cargo does about a variable of this name; none where `[env]` is all there is.
pub(super) fn note(name: &str, host: &str, views: &[&KindView]) -> Option<String> {
    let told = match name {
        "TARGET"
        | "HOST"
        | "NUM_JOBS"
        | "OPT_LEVEL"
        | "DEBUG"
        | "PROFILE"
        | "RUSTC"
        | "RUSTDOC"
        | "CARGO_ENCODED_RUSTFLAGS" => "cargo sets its own value for build scripts",
        "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER" => {
            "build scripts get the wrapper that cargo itself goes by, or none"
        }
        "RUSTFLAGS" => "build scripts do not get it: cargo has CARGO_ENCODED_RUSTFLAGS for them",
        "CARGO_MAKEFLAGS" => "cargo sets its own value for build scripts and rustc",
        "OUT_DIR" => "cargo sets its own value for packages with a build script",
        "CARGO" | "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH" => EVERYTHING,
        "CARGO_CRATE_NAME" => "cargo sets its own value for rustc and rustdoc",
        "CARGO_BIN_NAME" => "cargo sets its own value for rustc when it compiles an executable",
        "CARGO_PRIMARY_PACKAGE" => "cargo sets its own value for rustc in the packages that were asked for",
        "CARGO_TARGET_TMPDIR" => "cargo sets its own value for rustc when it compiles integration tests",
        "RUSTC_LINKER" => return of_linker(views),
        _ if name == library_path(host) => {
            "cargo sets its own value for all that it starts: its directories, then the shell's; `[env]` has no part in \
             it, even with `force`"
        }
        _ => of_package(name)?,
    };
    Some(told.to_owned())
}

const EVERYTHING: &str = "cargo sets its own value for all that it compiles and starts";

/// The variables of which there are as many as the package has of something. Cargo leaves alone what the package has not.
fn of_package(name: &str) -> Option<&'static str> {
    const KEYS: [&str; 14] = [
        "NAME",
        "VERSION",
        "VERSION_MAJOR",
        "VERSION_MINOR",
        "VERSION_PATCH",
        "VERSION_PRE",
        "AUTHORS",
        "DESCRIPTION",
        "HOMEPAGE",
        "LICENSE",
        "LICENSE_FILE",
        "README",
        "REPOSITORY",
        "RUST_VERSION",
    ];
    if name.strip_prefix("CARGO_PKG_").is_some_and(|key| KEYS.contains(&key)) {
        return Some(EVERYTHING);
    }
    if name.starts_with("CARGO_BIN_EXE_") {
        return Some("cargo sets its own value for integration tests, where there is an executable of this name");
    }
    let for_scripts = ["CARGO_CFG_", "CARGO_FEATURE_", "DEP_"].iter().any(|start| name.starts_with(start));
    (for_scripts || name == "CARGO_MANIFEST_LINKS")
        .then_some("cargo sets its own value for build scripts, where it has one")
}

/// Cargo names a linker to build scripts where one is configured for what they build.
fn of_linker(views: &[&KindView]) -> Option<String> {
    let mut triples: Vec<&str> = Vec::new();
    for view in views.iter().filter(|view| view.linker.winner.is_some()) {
        if !triples.contains(&view.triple.as_str()) {
            triples.push(&view.triple);
        }
    }
    (!triples.is_empty()).then(|| {
        format!("cargo sets its own value for build scripts for {}, as a linker is configured", triples.join(" and "))
    })
}

/// Where the system looks for libraries. Only the one of Linux was tried.
///
/// Source: the crate cargo-util, `paths::dylib_path_envvar`.
fn library_path(host: &str) -> &'static str {
    if host.contains("-windows-") {
        "PATH"
    } else if host.contains("-apple-") {
        "DYLD_FALLBACK_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    }
}
