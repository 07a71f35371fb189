//! Tools of the host that are started by their name, and make something for the target.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin};

use crate::build_script::facts::Facts;

const COMPILERS: &[&str] = &["c++", "c99", "cc", "clang", "clang++", "cpp", "g++", "gcc"];
const OTHERS: &[&str] =
    &["ar", "as", "ld", "libtool", "objcopy", "pkg-config", "pkgconf", "ranlib", "strip", "windres"];

/// Whether a program of this name works for one machine alone, the host.
pub(in crate::build_script) fn is_for_target(name: &str) -> bool {
    COMPILERS.contains(&name) || OTHERS.contains(&name)
}

/// Lets a tool pass that is only asked who it is, or that is told another target.
pub(in crate::build_script) fn excuse(facts: &mut Facts, tools: &BTreeSet<usize>, words: &[String]) {
    let harmless = |word: &String| {
        matches!(word.as_str(), "--version" | "-version" | "-dumpversion" | "-dumpfullversion" | "-v" | "-V")
            || matches!(word.as_str(), "--help" | "-target" | "--target")
            || word.starts_with("--target=")
            || word.starts_with("--atleast-pkgconfig-version")
    };
    if words.iter().any(harmless) {
        facts.excused.extend(tools);
    }
}

pub(in crate::build_script) fn finding(name: &str, origin: Origin) -> Finding {
    let finding = Finding::warning(Code::HardcodedTool, format!("`{name}` is started, which works for the host"));
    let hint = match name {
        "pkg-config" | "pkgconf" => "use the pkg-config crate, which reads `PKG_CONFIG_<target>` and the like",
        "ar" | "ranlib" => "take the archiver from `cc::Build::new().get_archiver()`",
        name if COMPILERS.contains(&name) => "take the compiler from `cc::Build::new().get_compiler()`",
        _ => "take its name from a variable with the target in its name, and this one where HOST is TARGET",
    };
    finding
        .at(origin)
        .note("what it makes or finds is for the host, and a cross build needs it for the target")
        .hint(hint)
}
