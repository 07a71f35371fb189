//! Rules about HOST, TARGET and the tools between them, on plain data: the kit and build scripts decide alike.

mod archiver;
mod both_kinds;
mod compiler;
mod facts;
mod foreign;
mod linker;
mod mismatch;
mod pkg_config;
mod places;
mod prefixes;
mod processor;
mod settings;
mod words;

pub use compiler::{
    compiler_program, compiler_variable, compiler_without, default_compiler, gnu_prefixes, variable_names,
    CompilerOrigin, DefaultCompiler,
};
pub use facts::{
    ArchiveProbe, ArchiverFacts, ConfiguredFlags, GlibcFacts, LibraryFacts, Linker, Moved, ScriptFacts, ToolchainFile,
};
pub use linker::takes_hosts_linker;
pub use mismatch::{compiler_mismatch, CompilerFacts, Probe};
pub use settings::{
    bindgen_arguments, bindgen_names, clang_target, flags, pkg_config_names, settings, Lookup, PkgConfig, Setting,
};

use crate::finding::Finding;

/// What is wrong, or worth to know, about the environment of a build script.
pub fn check(facts: &ScriptFacts) -> Vec<Finding> {
    let rules: [fn(&ScriptFacts) -> Vec<Finding>; 12] = [
        compilers,
        archiver::check,
        both_kinds::check,
        processor::check,
        linker::unset,
        linker::name_decides,
        linker::wiped,
        pkg_config::check,
        foreign::bindgen,
        foreign::cmake,
        foreign::libraries,
        |facts| places::missing(facts).into_iter().chain(places::glibc(facts)).collect(),
    ];
    rules.iter().flat_map(|rule| rule(facts)).collect()
}

fn compilers(facts: &ScriptFacts) -> Vec<Finding> {
    facts.compilers.iter().filter_map(compiler_mismatch).collect()
}

#[cfg(test)]
mod tests;
