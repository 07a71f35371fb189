//! crosskit.
