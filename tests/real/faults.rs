//! Whatever happens while the kit writes: the old file is there or the new one, and what stopped it is named.
//!
//! The kit is killed before every call to the file system, every call is made to fail, the disk is really full, somebody
//! else writes at the same time. Files of unusual kinds are in `quick::faults_of_files`.

mod at_once;
mod failing;
pub mod ground;
mod killed;
mod places;
mod strace;
