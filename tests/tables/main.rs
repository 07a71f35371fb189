//! What the kit knows by heart about rustc and about the cc crate, held against both.
//!
//! Only every so-and-so-many-th question is asked, as `CROSSKIT_TABLES_SHARE` says: 1 for all of them, 8 without it.

mod abi;
mod linkers;
mod native;
mod rustc;
mod styles;

/// Of how many questions one is asked.
fn share() -> usize {
    match std::env::var("CROSSKIT_TABLES_SHARE") {
        Ok(value) => value.parse().unwrap_or_else(|error| panic!("CROSSKIT_TABLES_SHARE={value}: {error}")),
        Err(_) => 8,
    }
}
