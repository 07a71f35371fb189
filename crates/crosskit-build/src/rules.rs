//! Rules about HOST, TARGET and the tools between them, on plain data: the kit and build scripts decide alike.

mod compiler;
mod mismatch;
mod prefixes;

pub use compiler::{
    compiler_program, compiler_variable, compiler_without, default_compiler, gnu_prefixes, variable_names,
    CompilerOrigin, DefaultCompiler,
};
pub use mismatch::{compiler_mismatch, CompilerFacts, Probe};
