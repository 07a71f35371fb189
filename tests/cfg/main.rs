//! Platform expressions, held against Cargo: its evaluator as a crate, on every target that rustc knows, and cargo
//! itself on some; and the recorded cfgs, held against rustc.
//!
//! `CROSSKIT_CFG_EXPRESSIONS` says how many expressions there are (300 at least), `CROSSKIT_CFG_SEED` which.

mod cargo;
mod expressions;
mod oracle;
mod planted;
mod random;
mod records;
mod rustc;
