//! What is known about the environment of a build script: plain data, that the rules decide on.

use crate::finding::Origin;
use crate::object_file::ObjectFile;

use super::{CompilerFacts, CompilerOrigin, PkgConfig, Setting};

/// All that the rules look at.
#[derive(Clone, Debug, Default)]
pub struct ScriptFacts {
    /// HOST of the build script.
    pub host: String,
    /// TARGET of the build script.
    pub target: String,
    /// The C compiler, and the C++ compiler where it was looked at.
    pub compilers: Vec<CompilerFacts>,
    /// Whether the C compiler takes its target as an argument, as clang does: then one fits every target.
    pub any_target: bool,
    /// The archiver.
    pub archiver: Option<ArchiverFacts>,
    /// `RANLIB`, where a variable sets it.
    pub ranlib: Option<Setting>,
    /// The variables that decide about `CC` and `CXX` for what build scripts depend on.
    pub of_host_kind: Vec<Setting>,
    /// The variables with flags for the C and C++ compiler.
    pub compiler_flags: Vec<Setting>,
    /// The linker that Cargo's configuration or a flag of rustc names.
    pub linker: Option<Linker>,
    /// The flags of rustc, as Cargo passes them on.
    pub rustflags: Vec<String>,
    /// The flags for TARGET that variables and configuration files hold, as far as they can be read.
    pub configured_flags: Vec<ConfiguredFlags>,
    /// What the pkg-config crate takes from the environment.
    pub pkg_config: PkgConfig,
    /// The directories in which the host's `pkg-config` looks by itself, if it was asked.
    pub pkg_config_directories: Vec<String>,
    /// A directory of `.pc` files in a sysroot that name their libraries by another place.
    pub moved: Option<Moved>,
    /// Arguments for bindgen's libclang.
    pub bindgen: Option<Setting>,
    /// The crates that compile or read C and that the package names as dependencies, of those that the rules ask about.
    pub uses: Vec<String>,
    /// The sysroot that the C compiler has built in, if it was asked and has one.
    pub sysroot: Option<String>,
    /// The toolchain file of CMake.
    pub toolchain_file: Option<ToolchainFile>,
    /// Paths that variables name and that are not there.
    pub missing: Vec<(Setting, String)>,
    /// Libraries in directories that variables name.
    pub libraries: Vec<LibraryFacts>,
    /// The glibc of the target's sysroot, where a limit is set for it.
    pub glibc: Option<GlibcFacts>,
}

/// The archiver, and what it makes of an object of the target.
#[derive(Clone, Debug)]
pub struct ArchiverFacts {
    /// The program.
    pub program: String,
    /// Because of what it was picked.
    pub origin: CompilerOrigin,
    /// What came of it.
    pub probe: ArchiveProbe,
}

/// What came of putting one object of the target into an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveProbe {
    /// The archive has an index.
    Index,
    /// The archive has none, or one without the object's symbol.
    NoIndex,
    /// There is no such program.
    NotFound,
    /// The first line of what it said.
    Failed(String),
    /// Nobody tried.
    NotTried,
}

/// A linker that somebody named.
#[derive(Clone, Debug)]
pub struct Linker {
    /// The program, a name or a path.
    pub program: String,
    /// Whether it can be there: a name is looked for on PATH, and a path is that of a file.
    pub is_there: bool,
    /// Where it is named, as far as it can be seen: Cargo passes on the value alone.
    pub origin: Option<Origin>,
}

/// Flags of rustc in one place.
#[derive(Clone, Debug)]
pub struct ConfiguredFlags {
    /// The flags.
    pub flags: Vec<String>,
    /// Where they stand.
    pub origin: Origin,
}

/// A `.pc` file that speaks of another place than its own.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The variable that names the directory.
    pub setting: Setting,
    /// The file.
    pub file: String,
    /// The prefix in it.
    pub prefix: String,
    /// The sysroot that it lies in.
    pub sysroot: String,
}

/// A toolchain file of CMake.
#[derive(Clone, Debug)]
pub struct ToolchainFile {
    /// The variable that names it.
    pub setting: Setting,
    /// `CMAKE_SYSTEM_PROCESSOR` in it, where it is set to a plain word.
    pub processor: Option<String>,
}

/// A library in a directory that a variable names.
#[derive(Clone, Debug)]
pub struct LibraryFacts {
    /// The variable that names the directory.
    pub setting: Setting,
    /// The library.
    pub file: String,
    /// What it is, or its first member.
    pub object: ObjectFile,
}

/// The glibc to compile against, and the newest one that is allowed.
#[derive(Clone, Debug)]
pub struct GlibcFacts {
    /// Major and minor version of the sysroot.
    pub sysroot: (u32, u32),
    /// The limit.
    pub limit: (u32, u32),
    /// Where the limit is set.
    pub origin: Origin,
}

impl ScriptFacts {
    /// Whether HOST and TARGET differ.
    pub fn is_cross(&self) -> bool {
        self.host != self.target
    }

    /// Whether the package depends on a crate.
    pub fn uses(&self, package: &str) -> bool {
        self.uses.iter().any(|it| it == package)
    }

    /// The C compiler.
    pub fn c(&self) -> Option<&CompilerFacts> {
        self.compilers.first()
    }
}
