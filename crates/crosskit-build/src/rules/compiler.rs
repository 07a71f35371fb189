//! Which C compiler the cc crate picks, and because of what.

use std::fmt;

use super::prefixes;
use crate::triple;

/// Because of what a compiler was picked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CompilerOrigin {
    /// The environment variable of this name, `CC` or one of its longer forms.
    Variable(String),
    /// The prefix in the environment variable `CROSS_COMPILE`.
    CrossCompile,
    /// The linker that is configured for the target, whose name ends in `-gcc`.
    RustcLinker,
    /// What the cc crate knows about the target.
    CcCrate,
    /// Nothing: it is the compiler of the host.
    Host,
}

impl CompilerOrigin {
    /// Whether somebody set it, in the environment or in Cargo's configuration.
    pub fn is_configured(&self) -> bool {
        !matches!(self, CompilerOrigin::CcCrate | CompilerOrigin::Host)
    }
}

impl fmt::Display for CompilerOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CompilerOrigin::Variable(name) => name,
            CompilerOrigin::CrossCompile => "CROSS_COMPILE",
            CompilerOrigin::RustcLinker => "RUSTC_LINKER",
            CompilerOrigin::CcCrate => "the cc crate",
            CompilerOrigin::Host => "the host",
        })
    }
}

/// The names under which the cc crate looks for a tool (`CC`, `CXX`, `AR`, `RANLIB`), the strongest first.
pub fn variable_names(tool: &str, target: &str, host: &str) -> [String; 4] {
    let kind = if host == target { "HOST" } else { "TARGET" };
    [
        format!("{tool}_{target}"),
        format!("{tool}_{}", triple::env_lower(target)),
        format!("{kind}_{tool}"),
        tool.to_string(),
    ]
}

/// The environment variable that decides about `tool` (`CC`, `CXX`, `AR`, `RANLIB`), and its value without spaces
/// around it.
///
/// The first variable that is set wins, whether it fits the target or not. One that is set and empty also wins: the cc
/// crate then looks at no other variable and picks its default, so the answer is `None`.
///
/// Source: <https://docs.rs/cc/latest/cc/#external-configuration-via-environment-variables>; a test compares with what
/// the crate does.
pub fn compiler_variable(
    tool: &str,
    target: &str,
    host: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Option<(String, String)> {
    let names = variable_names(tool, target, host);
    let (name, value) = names.iter().find_map(|name| Some((name.clone(), lookup(name)?.trim().to_string())))?;
    if value.is_empty() {
        None
    } else {
        Some((name, value))
    }
}

/// The program in the value of such a variable: `gcc` in `ccache gcc -m32`.
///
/// The cc crate takes a value that is the path of a file whole, with its spaces; ask the file system first.
pub fn compiler_program(value: &str) -> &str {
    const WRAPPERS: [&str; 7] = ["ccache", "distcc", "sccache", "icecc", "cachepot", "buildcache", "kache"];
    let mut words = value.split_whitespace();
    let first = words.next().unwrap_or("");
    let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
    let stem = name.strip_suffix(".exe").unwrap_or(name);
    match words.next() {
        Some(second) if WRAPPERS.contains(&stem) => second,
        _ => first,
    }
}

/// The C compiler that the cc crate picks where no variable names one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DefaultCompiler {
    /// The names it tries: the first that is on `PATH`, and the first of all where none is. Never empty.
    pub candidates: Vec<String>,
    /// Because of what.
    pub origin: CompilerOrigin,
}

impl DefaultCompiler {
    fn one(name: impl Into<String>, origin: CompilerOrigin) -> Option<DefaultCompiler> {
        Some(DefaultCompiler { candidates: vec![name.into()], origin })
    }

    /// The candidate to name where nothing is known about `PATH`.
    pub fn name(&self) -> &str {
        self.candidates.first().map_or("cc", String::as_str)
    }
}

/// The C compiler that the cc crate picks where no variable names one, for the linker that Cargo's configuration names
/// (`RUSTC_LINKER`) and the prefix in `CROSS_COMPILE`.
///
/// `None` where the crate asks the system first, which cannot be told from names: Android, and MSVC on a Windows host.
/// The origin [`CompilerOrigin::Host`] for another target than the host means that the crate silently takes the
/// compiler of the host. With `-Clinker-plugin-lto` the crate prefers `clang` there; this is not told here.
pub fn default_compiler(
    target: &str,
    host: &str,
    rustc_linker: Option<&str>,
    cross_compile: Option<&str>,
) -> Option<DefaultCompiler> {
    use CompilerOrigin::{CcCrate, Host};
    let mut words = target.split('-');
    let arch = words.next().unwrap_or("");
    let words: Vec<&str> = words.collect();
    let has = |wanted| words.contains(&wanted);
    let on_windows = host.contains("-windows");
    let gcc = if has("gnullvm") { "clang" } else { "gcc" };

    if has("android") || has("androideabi") || (on_windows && has("msvc")) {
        return None;
    }
    if has("emscripten") {
        return DefaultCompiler::one(if on_windows { "cmd" } else { "emcc" }, CcCrate);
    }
    if on_windows && has("windows") {
        return DefaultCompiler::one(format!("{gcc}.exe"), CcCrate);
    }
    let phone = ["ios", "watchos", "tvos", "visionos"].iter().any(|os| has(os));
    if phone || arch.starts_with("wasm") {
        return DefaultCompiler::one("clang", CcCrate);
    }
    if has("vxworks") {
        return DefaultCompiler::one("wr-cc", CcCrate);
    }
    if has("kmc") {
        let prefix = if arch.starts_with("aarch64") { "aarch64-kmc-elf" } else { "arm-kmc-eabi" };
        return DefaultCompiler::one(format!("{prefix}-gcc"), CcCrate);
    }
    if has("nto") || has("qnx") {
        return DefaultCompiler::one("qcc", CcCrate);
    }
    if let Some((prefixes, origin)) = gnu_prefixes(target, host, rustc_linker, cross_compile) {
        let candidates = prefixes.iter().map(|prefix| format!("{prefix}-{gcc}")).collect();
        return Some(DefaultCompiler { candidates, origin });
    }
    // `cc` on Solaris and its kin may be a compiler that takes other options.
    let solaris = host.ends_with("-solaris") || host.ends_with("-illumos");
    DefaultCompiler::one(if solaris { "gcc" } else { "cc" }, Host)
}

/// The C++ compiler of the same toolchain as a C compiler, as the cc crate names it.
pub fn cxx_compiler(c_compiler: &str) -> String {
    match c_compiler {
        "cc" => "c++".to_string(),
        "emcc" => "em++".to_string(),
        "wr-cc" => "wr-c++".to_string(),
        "qcc" => "q++".to_string(),
        _ => match (c_compiler.strip_suffix("gcc"), c_compiler.strip_suffix("clang")) {
            (Some(prefix), _) => format!("{prefix}g++"),
            (None, Some(prefix)) => format!("{prefix}clang++"),
            (None, None) => c_compiler.to_string(),
        },
    }
}

/// The prefixes of the GNU tools for another target than the host, and because of what: the cc crate takes the first one
/// whose compiler is on `PATH`, and the first of all where none is. `None` where it knows none.
///
/// For some targets its compiler has a name of its own, and only other tools can have the prefix.
pub fn gnu_prefixes(
    target: &str,
    host: &str,
    rustc_linker: Option<&str>,
    cross_compile: Option<&str>,
) -> Option<(Vec<String>, CompilerOrigin)> {
    if host == target {
        return None;
    }
    if let Some(prefix) = cross_compile {
        return Some((vec![prefix.trim_end_matches('-').to_string()], CompilerOrigin::CrossCompile));
    }
    if let Some(prefix) = rustc_linker.and_then(|linker| linker.strip_suffix("-gcc")) {
        return Some((vec![prefix.to_string()], CompilerOrigin::RustcLinker));
    }
    let prefixes = prefixes::of(target)?;
    Some((prefixes.iter().map(|prefix| prefix.to_string()).collect(), CompilerOrigin::CcCrate))
}

/// The C compiler that the cc crate would pick if what led to the present one were not there.
///
/// `None` where this is not known, or would be the compiler of the host for another target.
pub fn compiler_without(
    origin: &CompilerOrigin,
    target: &str,
    host: &str,
    rustc_linker: Option<&str>,
    cross_compile: Option<&str>,
) -> Option<String> {
    let default = match origin {
        CompilerOrigin::Variable(_) => default_compiler(target, host, rustc_linker, cross_compile),
        CompilerOrigin::CrossCompile => default_compiler(target, host, rustc_linker, None),
        CompilerOrigin::RustcLinker => default_compiler(target, host, None, cross_compile),
        CompilerOrigin::CcCrate | CompilerOrigin::Host => None,
    }?;
    if default.origin == CompilerOrigin::Host && host != target {
        None
    } else {
        Some(default.name().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "thumbv8m.main-none-eabi";

    fn deciding(target: &str, set: &[(&str, &str)]) -> Option<(String, String)> {
        let lookup = |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.to_string());
        compiler_variable("CC", target, HOST, &lookup)
    }

    #[test]
    fn the_most_specific_variable_decides() {
        let steps = ["CC_thumbv8m.main-none-eabi", "CC_thumbv8m_main_none_eabi", "TARGET_CC", "CC"];
        for first in 0..steps.len() {
            let set: Vec<(&str, &str)> = steps[first..].iter().map(|name| (*name, *name)).collect();
            assert_eq!(deciding(ARM, &set).map(|(name, _)| name), Some(steps[first].to_string()));
        }
        assert_eq!(deciding(ARM, &[("HOST_CC", "cc")]), None);
        assert_eq!(deciding(HOST, &[("TARGET_CC", "a"), ("HOST_CC", " b ")]), Some(("HOST_CC".into(), "b".into())));
    }

    #[test]
    fn an_empty_variable_hides_the_weaker_ones() {
        assert_eq!(deciding(ARM, &[("TARGET_CC", ""), ("CC", "cc")]), None);
        assert_eq!(deciding(ARM, &[("TARGET_CC", " "), ("CC", "cc")]), None);
    }

    #[test]
    fn programs_are_found_behind_wrappers_and_before_arguments() {
        let cases = [
            ("gcc", "gcc"),
            ("ccache gcc -m32", "gcc"),
            ("/usr/bin/sccache clang", "clang"),
            ("gcc -m32", "gcc"),
            ("ccache", "ccache"),
            ("", ""),
        ];
        for (value, program) in cases {
            assert_eq!(compiler_program(value), program, "{value:?}");
        }
    }

    #[test]
    fn the_compiler_that_would_take_its_place() {
        let without = |origin: &CompilerOrigin, target: &str, linker| {
            compiler_without(origin, target, HOST, linker, Some("arm-none-eabi-"))
        };
        let variable = CompilerOrigin::Variable("CC".into());
        assert_eq!(without(&variable, HOST, None).as_deref(), Some("cc"));
        assert_eq!(without(&variable, ARM, None).as_deref(), Some("arm-none-eabi-gcc"));
        let cross = CompilerOrigin::CrossCompile;
        let linker = Some("/opt/bin/x-gcc");
        assert_eq!(without(&cross, "x86_64-unknown-freebsd", linker).as_deref(), Some("/opt/bin/x-gcc"));
        assert_eq!(without(&cross, "x86_64-unknown-freebsd", Some("x-gcc-12")), None);
        assert_eq!(without(&CompilerOrigin::Host, ARM, None), None);
    }
}
