//! The rest: every target that can be emulated, planted bugs, and cargo itself as the oracle.

mod artefact;
mod benches;
mod builds;
mod environment;
mod explain;
mod forgiven;
mod gate;
mod hostile;
mod interrupted;
mod lint;
mod plants;
mod program;
mod providers;
mod scripts;
mod ssh;
mod start;
mod targets;
mod trees;
mod vendored;
mod wrappers;
