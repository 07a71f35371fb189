//! The helper for build scripts as one file, for packages that want no dependency: the same code, module in module.

use std::fmt::Write;

use crosskit_build::source::FILES;

/// How a build script takes the file in.
const HEADER: &str = "\
// crosskit-build VERSION in one file, without its feature `cc`. Written by `cargo xtask cross helper`; do not edit.
//
// In build.rs:
//
//     #[rustfmt::skip]
//     #[path = \"build/crosskit.rs\"]
//     mod crosskit;
//
//     fn main() {
//         crosskit::check();
//     }
#![allow(dead_code, unused_imports, unreachable_pub, missing_docs, clippy::all)]
";

/// The module that the file is in a build script.
const MODULE: &str = "crosskit";

/// The text of the file.
pub fn text() -> String {
    let mut text = HEADER.replace("VERSION", env!("CARGO_PKG_VERSION"));
    add(&mut text, "lib.rs", "");
    text
}

/// Adds the text of a file, in which each module stands in the place where it is named. `directory` is that of its modules.
fn add(to: &mut String, path: &str, directory: &str) {
    let Some((_, text)) = FILES.iter().find(|(known, _)| *known == path) else { return };
    // Only features that are off here name a module that is not there.
    let without_tests = text.split("\n#[cfg(test)]\n").next().unwrap_or(text);
    let without_tests = without_tests.split("\n#[cfg(all(test").next().unwrap_or(without_tests);
    let mut attribute = "";
    for line in without_tests.lines() {
        if path == "lib.rs" && line.starts_with("//!") {
            continue;
        }
        let module = line.strip_suffix(';').and_then(|line| line.rsplit_once("mod "));
        let Some((before, name)) = module.filter(|(before, _)| before.is_empty() || before.starts_with("pub")) else {
            flush(to, &mut attribute);
            match line.starts_with("#[cfg(feature") {
                true => attribute = line,
                false => push(to, line),
            }
            continue;
        };
        let file = format!("{directory}{name}.rs");
        if FILES.iter().any(|(known, _)| *known == file) {
            flush(to, &mut attribute);
            push(to, &format!("{before}mod {name} {{"));
            add(to, &file, &format!("{directory}{name}/"));
            push(to, "}");
        }
        attribute = "";
    }
    flush(to, &mut attribute);
}

/// What waited for the next line, which was no module.
fn flush(to: &mut String, attribute: &mut &str) {
    if !attribute.is_empty() {
        push(to, attribute);
        *attribute = "";
    }
}

/// Adds a line, with paths from the new place and without features.
fn push(to: &mut String, line: &str) {
    let line = line
        .replace("crate::", &format!("crate::{MODULE}::"))
        .replace("not(feature = \"cc\")", "all()")
        .replace("feature = \"cc\"", "any()");
    // A String takes whatever is written.
    let _ = writeln!(to, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_it_and_no_feature() {
        let text = text();
        for (path, _) in FILES.iter().filter(|(path, _)| *path != "lib.rs") {
            let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).expect("it is a Rust file");
            assert!(text.contains(&format!("mod {name} {{")), "{path}");
        }
        for left in ["feature =", "#[cfg(test)]", "mod tests", "include_str"] {
            assert!(!text.contains(left), "{left}");
        }
    }
}
