//! Says in a `build.rs` what HOST and TARGET are, and stops the build where the tools for them got mixed up.
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
//! It prints nothing in a native build in which nothing is wrong, one line in a cross build, and more where a compiler,
//! an archiver, a linker, pkg-config, bindgen or CMake is set for another machine: each with a code (`X050`), where it
//! was set, and what to do. What cannot work ends the build script: a compiler for another machine in a package whose
//! manifest names `cc`, `cmake` or another crate that compiles C. To others that is told. [`Report`] gives the same as
//! values, and takes exceptions.
//!
//! Cargo shows warnings of workspace members and path dependencies only; those of other packages when the build script
//! fails or with `-vv` (<https://doc.rust-lang.org/cargo/reference/build-scripts.html#cargo-warning>,
//! <https://github.com/rust-lang/cargo/issues/3777>). `cargo xtask cross` shows the findings of all.
//!
//! # `CROSSKIT_BUILD`
//!
//! | value | |
//! |---|---|
//! | `off` | does nothing |
//! | `warn` | never fails |
//! | `deny` | fails on warnings as well |
//! | `verbose` | speaks up in native builds as well, and tells all that it knows of a finding |
//!
//! # When Cargo runs the build script again
//!
//! A build script that prints no `rerun-if` line is run again when any file of its package changes; one that prints a
//! single such line gives that up (<https://doc.rust-lang.org/cargo/reference/build-scripts.html#change-detection>).
//! [`check`] prints several, as every build script that uses `cc` does. So **name the files that your build script
//! reads**: `println!("cargo:rerun-if-changed=src/thing.c")`. Its own source needs no such line.
//!
//! Declared are `build.rs`, the variables that decide about C compilers, archivers, their flags, the linker, pkg-config,
//! bindgen and CMake, `CROSSKIT_BUILD`, and the Cargo configuration files that exist above the package, above `OUT_DIR`
//! and in `$CARGO_HOME`: Cargo does not rerun a build script when `target.<triple>.linker` changes, although it sets
//! `RUSTC_LINKER` from it (<https://github.com/rust-lang/cargo/issues/9647>). What stays unseen: a configuration file
//! that is new, a `--config` option, a changed `PATH` unless [`Report::rerun_on_path`] asks for it, and a variable such as
//! `OPENSSL_LIB_DIR` that was not set before, unless the package has `links = "openssl"`.
//!
//! # What it costs
//!
//! The compiler is tried once, on a file of one line; what came of it is kept in `OUT_DIR` until the compiler or a
//! variable changes. The feature `cc`, which is on by default, asks the `cc` crate for the compiler that it would pick.
//! Without the feature there is no dependency: the compiler is picked by the rules of this crate, which know neither the
//! arguments that `cc` adds nor every target, and nothing is compiled. Cargo unifies features: it is on for all packages
//! of a build as soon as it is for one.
//!
//! The modules are plain data and decisions without input or output, which the crosskit commands share.

pub mod finding;
pub mod object_file;
pub mod rules;
mod script;
#[cfg(feature = "source")]
pub mod source;
pub mod triple;

pub use finding::Code;
pub use script::{check, NotABuildScript, Report, TargetCfg};
