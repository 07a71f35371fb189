//! What was found on this computer, as plain data. The kit's probe fills it; tests write it down.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::cfgs::{CfgAnswer, CfgQuery, Cfgs};
use crate::emulation::{Emulation, EmulationQuery};
use crate::object_file::ObjectFile;
use crate::unit_graph::{GraphAnswer, GraphQuery};

/// This computer, as far as the plan needs to know it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Machine {
    /// The host triple of rustc.
    pub host: String,
    /// The version of rustc, such as `1.95.0`.
    pub rustc: String,
    /// The version of cargo, where it is another one than rustc's.
    pub cargo: Option<String>,
    /// The distribution, as `/etc/os-release` names it; on other systems the name of the system.
    pub distribution: Distribution,
    /// Whether rustup manages the toolchain in use.
    pub rustup: bool,
    /// Whether the toolchain has the source of the standard library.
    pub rust_src: bool,
    /// The targets whose standard library is installed.
    pub std: BTreeSet<String>,
    /// Programs that were found, by the name asked for, with their path.
    pub programs: BTreeMap<String, String>,
    /// Paths that were asked for and exist.
    pub paths: BTreeSet<String>,
    /// Where rustc's libraries are; a distribution's own rustc has `/usr`.
    pub sysroot: String,
    /// The rustc that cargo starts.
    pub rustc_path: String,
    /// The cargo that started the kit, or that it starts.
    pub cargo_path: String,
    /// What programs say of their version, by the name asked for: `7.2.22`.
    pub versions: BTreeMap<String, String>,
    /// For which machine a compiler says that it works: its answer to `-dumpmachine`, by the name asked for.
    pub works_for: BTreeMap<String, String>,
    /// The processors that an emulator of QEMU knows: its answer to `-cpu help`, by the name asked for.
    pub processors: BTreeMap<String, BTreeSet<String>>,
    /// How many directories `PATH` has.
    pub path_directories: usize,
    /// Whether the user is root and installs without sudo.
    pub root: bool,
    /// The environment, without what cargo gave the xtask.
    pub environment: BTreeMap<String, String>,
    /// What a C compiler makes: the header of the object that it made from an empty file.
    #[serde(skip)]
    pub objects: BTreeMap<String, ObjectFile>,
    /// What rustc answers when it is asked for cfgs.
    #[serde(skip)]
    pub cfgs: BTreeMap<CfgQuery, CfgAnswer>,
    /// What the launcher answers when it is asked how it would start programs.
    #[serde(skip)]
    pub emulation: BTreeMap<EmulationQuery, Emulation>,
    /// What cargo answers when it is asked what a call would build.
    #[serde(skip)]
    pub graphs: BTreeMap<GraphQuery, GraphAnswer>,
}

/// The distribution of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Distribution {
    /// `ID` of `/etc/os-release`.
    pub id: String,
    /// `ID_LIKE` of `/etc/os-release`, split at blanks.
    pub like: Vec<String>,
    /// `PRETTY_NAME` of `/etc/os-release`.
    pub name: String,
}

impl Distribution {
    /// The package manager that installs here, as the catalogue's `packages` names it.
    pub fn package_manager(&self) -> Option<&'static str> {
        std::iter::once(self.id.as_str()).chain(self.like.iter().map(String::as_str)).find_map(|id| match id {
            "debian" | "ubuntu" => Some("apt"),
            "fedora" | "rhel" | "centos" => Some("dnf"),
            "arch" => Some("pacman"),
            "alpine" => Some("apk"),
            "suse" | "opensuse" => Some("zypper"),
            "macos" => Some("brew"),
            _ => None,
        })
    }
}

impl Machine {
    /// Where a program was looked for.
    pub fn looked_in(&self) -> String {
        match self.path_directories {
            1 => "looked in PATH (1 directory)".to_owned(),
            count => format!("looked in PATH ({count} directories)"),
        }
    }

    /// Whether rustc is the distribution's own: it lies in the system, and not in a directory of rustup.
    pub fn rustc_is_the_distributions(&self) -> bool {
        !self.rustup && self.sysroot == "/usr"
    }

    /// Where a program is, if it was found.
    pub fn program(&self, name: &str) -> Option<&str> {
        self.programs.get(name).map(String::as_str)
    }

    /// The cfgs of a triple without any flags, once rustc was asked.
    pub fn plain_cfgs(&self, triple: &str) -> Option<&Cfgs> {
        self.cfgs.get(&CfgQuery::plain(triple))?.as_ref().ok()
    }

    /// The minor version of rustc: 95 for 1.95.0.
    pub fn rustc_minor(&self) -> u32 {
        minor(&self.rustc)
    }

    /// The minor version of cargo.
    pub fn cargo_minor(&self) -> u32 {
        minor(self.cargo.as_ref().unwrap_or(&self.rustc))
    }

    /// Whether Cargo takes unstable settings, which another variable forces it to.
    pub fn takes_unstable(&self) -> bool {
        let forced = self.variable("RUSTC_BOOTSTRAP") == Some("1");
        forced || ["nightly", "dev"].iter().any(|channel| self.rustc.contains(channel))
    }

    /// A variable of the environment, if it is set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }
}

fn minor(version: &str) -> u32 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}
