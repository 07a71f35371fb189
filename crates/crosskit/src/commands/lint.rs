//! `lint`: what build scripts ask of the host and mean of the target.
//!
//! It needs a parser of Rust, which plain `cross` does without. A program that was compiled so starts itself anew, with the
//! feature that has it.

#[cfg(not(feature = "lint"))]
mod anew;
#[cfg(feature = "lint")]
mod look;

#[cfg(not(feature = "lint"))]
pub(super) use anew::run;
#[cfg(feature = "lint")]
pub(super) use look::run;
