//! `cross lint`: build scripts as data, the command, and the scripts of published crates.

mod cases;
mod command;
mod compiled;
mod published;
