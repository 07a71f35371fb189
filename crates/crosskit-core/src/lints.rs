//! What a config alone shows to be wrong, dead or surprising, though Cargo takes it. What Cargo refuses is a
//! [`Problem`](crate::resolve::Problem).

mod environment;
mod files;
mod flags;
mod linker;
mod programs;
mod scripts;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Code, Finding};
use crate::machine::Machine;
use crate::resolve::{Config, EnvEntry, KindView};
use crate::target::Row;

pub use environment::is_read_by_cargo;

/// What the lints look at.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The config at the workspace root.
    pub config: &'a Config<'a>,
    /// The host kind.
    pub host: &'a KindView,
    /// The targets in question.
    pub targets: &'a [(&'a Row, &'a KindView)],
    /// `[env]`.
    pub env: &'a BTreeMap<String, EnvEntry>,
    /// This computer.
    pub machine: &'a Machine,
    /// The config files of members' own directories, as they are shown.
    pub inner_files: &'a [String],
    /// The targets for which a build script names a linker script.
    pub linker_scripts: &'a BTreeSet<&'a str>,
    /// Scripts of the workspace: their path below the root and their text.
    pub scripts: &'a [(String, String)],
    /// Whether the config has what `sync` would write already, so that nothing is won by it.
    pub synced: bool,
}

/// All findings, each once.
pub fn check(situation: &Situation) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let rules: [fn(&Situation) -> Vec<Finding>; 7] =
        [files::check, tables::check, linker::check, programs::check, flags::check, environment::check, scripts::check];
    for finding in rules.iter().flat_map(|rule| rule(situation)) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

/// The keys of `explain` that a finding has to do with; none means every one.
pub fn keys_of(code: Code) -> &'static [&'static str] {
    const NATIVE: &[&str] = &["env", "cc", "cxx", "ar", "pkg-config", "bindgen", "cmake"];
    match code {
        Code::NoLinker | Code::LinkerName | Code::HostLinker | Code::LinkerArguments => &["linker"],
        Code::ProgramsSwapped | Code::LinkerWithoutRunner | Code::SeveralMatching => &["linker", "runner"],
        Code::RandomRunner | Code::ConfigDrift => &["runner"],
        Code::FlagsWiped | Code::DoctestFlags => &["rustflags", "rustdocflags"],
        Code::EmbeddedAsNative => &["linker", "runner", "rustflags"],
        Code::EnvTableName => &["env"],
        Code::EnvReachesHost => NATIVE,
        Code::FlagsInACircle => &["linker", "runner", "rustflags", "rustdocflags"],
        Code::RustcLinkerLeak => &["linker", "cc", "cxx", "ar"],
        _ => &[],
    }
}

impl Situation<'_> {
    /// The kinds in question: each target, then the host kind.
    fn views(&self) -> impl Iterator<Item = &KindView> {
        self.targets.iter().map(|(_, view)| *view).chain(std::iter::once(self.host))
    }

    /// The triple of this computer.
    fn host(&self) -> &str {
        &self.machine.host
    }
}
