//! `cross lint`: build scripts as data, and those of published crates.

mod cases;
mod published;
