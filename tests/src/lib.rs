//! What the test targets share.

pub mod browser;
pub mod cfgs;
pub mod diff;
pub mod expect;
pub mod installed;
pub mod kit;
pub mod process;
pub mod recorded;
pub mod repository;
pub mod rust_source;
pub mod schema;
pub mod scratch;
pub mod sections;

pub use cfgs::recorded_cfgs;
