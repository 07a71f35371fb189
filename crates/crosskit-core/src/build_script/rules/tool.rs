//! Tools of the host that are started by their name, and make something for the target.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin};

use crate::build_script::facts::Facts;
use crate::build_script::value::Value;

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

/// The tool that a method names to a crate that compiles: `compiler("gcc")`, `define("CMAKE_CXX_COMPILER", "c++")`. What clang
/// makes is said by its arguments.
pub(in crate::build_script) fn told<'t>(method: &str, arguments: &'t [Value]) -> Option<&'t str> {
    let text = |at: usize| arguments.get(at).and_then(|it| it.text.as_deref());
    let name = match method {
        "compiler" | "archiver" | "ranlib" => text(0),
        "define" => {
            let is_tool = |name: &&str| {
                name.starts_with("CMAKE_") && ["_COMPILER", "_AR", "_RANLIB"].iter().any(|end| name.ends_with(end))
            };
            text(0).filter(is_tool).and_then(|_| text(1))
        }
        _ => None,
    };
    name.filter(|name| is_for_target(name) && !name.starts_with("clang"))
}

/// The finding of a tool that is `how`, started or named.
pub(in crate::build_script) fn finding(name: &str, how: &str, origin: Origin) -> Finding {
    let finding = Finding::warning(Code::HardcodedTool, format!("`{name}` is {how}, which works for the host"));
    let hint = match name {
        "pkg-config" | "pkgconf" => "use the pkg-config crate, which reads `PKG_CONFIG_<target>` and the like",
        _ if how == "named" => "name none: the crate takes that of the target, as its variables say",
        "ar" | "ranlib" => "take the archiver from `cc::Build::new().get_archiver()`",
        name if COMPILERS.contains(&name) => "take the compiler from `cc::Build::new().get_compiler()`",
        _ => "take its name from a variable with the target in its name, and this one where HOST is TARGET",
    };
    finding
        .at(origin)
        .note("what it makes or finds is for the host, and a cross build needs it for the target")
        .hint(hint)
}
