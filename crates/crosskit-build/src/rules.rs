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
    compiler_program, compiler_variable, compiler_without, cxx_compiler, default_compiler, gnu_prefixes,
    variable_names, CompilerOrigin, DefaultCompiler,
};
pub use facts::{
    ArchiveProbe, ArchiverFacts, ConfiguredFlags, GlibcFacts, LibraryFacts, Linker, Moved, ScriptFacts, ToolchainFile,
};
pub use linker::takes_hosts_linker;
pub use mismatch::{compiler_mismatch, CompilerFacts, Probe};
pub use settings::{
    bindgen_arguments, bindgen_names, clang_target, deciding, flags, pkg_config_names, settings, Lookup, PkgConfig,
    Setting,
};

pub(crate) use words::one_word_each;

use crate::finding::{Finding, Severity};

/// What is wrong, or worth to know, about the environment of a build script.
///
/// Loops stand here and in the rules where iterators would read as well: this is compiled before every build script, and
/// each chain of adapters is compiled for itself.
pub fn check(facts: &ScriptFacts) -> Vec<Finding> {
    let rules: [Rule; 14] = [
        compilers,
        archiver::check,
        both_kinds::check,
        processor::check,
        linker::unset,
        linker::named,
        linker::name_decides,
        linker::wiped,
        pkg_config::check,
        foreign::bindgen,
        foreign::cmake,
        foreign::libraries,
        places::missing,
        places::glibc,
    ];
    let mut found = Vec::new();
    for rule in rules {
        rule(facts, &mut found);
    }
    found
}

/// Adds what it finds.
type Rule = fn(&ScriptFacts, &mut Vec<Finding>);

fn compilers(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    for compiler in &facts.compilers {
        if let Some(mut finding) = compiler_mismatch(compiler) {
            // Most packages that compile C compile no C++.
            if compiler.variable == "CXX" && !compiler.needed {
                finding.severity = Severity::Note;
            }
            found.push(finding);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
