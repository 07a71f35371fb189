//! The C compiler that would be picked here and now.

use std::env;
use std::path::Path;

use super::{probe, variable};
use crate::rules::{self, CompilerFacts, CompilerOrigin, DefaultCompiler};

/// What the environment and the rules say about the C compiler, and what the compiler makes.
pub(super) fn compiler(target: &str, host: &str, rustc_linker: Option<&str>, package: Option<String>) -> CompilerFacts {
    let cross_compile = variable("CROSS_COMPILE");
    let (ruled, origin) = match rules::compiler_variable("CC", target, host, &variable) {
        Some((name, value)) => (Some(program(&value)), CompilerOrigin::Variable(name)),
        None => match rules::default_compiler(target, host, rustc_linker, cross_compile.as_deref()) {
            Some(default) => (Some(first_on_path(&default)), default.origin),
            None => (None, CompilerOrigin::CcCrate),
        },
    };
    let (compiler, probe) = probe::compiler(target, host, ruled.as_deref());
    let without = rules::compiler_without(&origin, target, host, rustc_linker, cross_compile.as_deref());
    CompilerFacts {
        package,
        host: host.to_string(),
        target: target.to_string(),
        kind: "C compiler".to_string(),
        variable: "CC".to_string(),
        compiler,
        origin,
        probe,
        without,
    }
}

/// The program that the value of a variable names.
fn program(value: &str) -> String {
    if Path::new(value).is_file() {
        value.to_string()
    } else {
        rules::compiler_program(value).to_string()
    }
}

/// The first candidate that is on `PATH`, directory by directory, otherwise the first of all.
fn first_on_path(default: &DefaultCompiler) -> String {
    let found = env::var_os("PATH").and_then(|path| {
        env::split_paths(&path).find_map(|dir| {
            let there = |name: &&String| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX)).exists();
            default.candidates.iter().find(there).cloned()
        })
    });
    found.unwrap_or_else(|| default.name().to_string())
}
