//! crosskit-build.
pub mod finding;
pub mod triple;
pub fn check() {}
