//! Real runs: copies of example-workspace, really cross-built and really emulated.
//!
//! `cargo test --test real quick::` is the tier before each commit; `full::` and `faults::` are the rest. `guide::` is the
//! guide that the kit answers to, block by block. `trap::` needs a C library that the others must be seen without, so it
//! is called by name once that is installed; `libraries::` needs libraries of the target, and comes after it.

mod faults;
mod full;
mod guide;
mod hostile;
mod kit;
mod libraries;
mod little;
mod mounts;
mod quick;
mod report;
mod shapes;
mod sshd;
mod trap;
