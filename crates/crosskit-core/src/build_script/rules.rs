//! The rules, one each.

pub(super) mod host;
pub(super) mod started;
pub(super) mod tool;
pub(super) mod unsuffixed;
pub(super) mod written;
