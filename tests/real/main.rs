//! Real runs: copies of example-workspace, really cross-built and really emulated.
//!
//! `cargo test --test real quick::` is the tier before each commit; `full::` and `faults::` are the rest. `guide::` is the
//! guide that the kit answers to, block by block. `trap::` needs a C library that the others must be seen without, so it
//! is called by name once that is installed.

mod faults;
mod full;
mod guide;
mod kit;
mod quick;
mod report;
mod sshd;
mod trap;
