//! Says in a `build.rs` what HOST and TARGET are, and stops the build where the C compiler is one for another machine.
//!
//! The one line, first in `main` of a `build.rs`:
//!
//! ```no_run
//! crosskit_build::check();
//! ```
//!
//! and what it needs in `Cargo.toml`:
//!
//! ```toml
//! [build-dependencies]
//! crosskit-build = "0.1"
//! ```
//!
//! See [`check`] for what it prints, when it fails, and when Cargo runs the build script again. The other modules are
//! plain data and decisions without input or output, which the crosskit commands share.
//!
//! The feature `cc`, which is on by default, asks the `cc` crate for the compiler that it would pick and compiles a
//! file of one line with it. Without the feature the compiler is picked by the rules of this crate, which know neither
//! the arguments that `cc` adds nor every target, and nothing is compiled.

pub mod finding;
pub mod object_file;
pub mod rules;
mod script;
pub mod triple;

pub use script::check;
