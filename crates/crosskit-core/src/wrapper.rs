//! The scripts by which rustc and build scripts call clang or zig. One program compiles C and links for every target, and
//! wants to be told for which; Cargo's `linker` and the cc crate's variables name a program.
//!
//! Flags in the config could tell it rustc's part alone, and not while `RUSTFLAGS` is set, which takes their place.

use crate::machine::Machine;
use crate::python;
use crate::target::{Provider, Row};
use crate::triple;

/// Where the directories of the policies' scripts are, relative to the workspace root.
pub const DIRECTORY: &str = ".cargo/crosskit";

/// The version of zig that `--install` brings, as a package of Python. Any zig that is there already is taken.
pub const PYTHON_PACKAGE: &str = "ziglang==0.17.1";

/// The programs that are zig, in the order in which the scripts take them; the last is what comes with the package of
/// Python. After them comes [`installed_program`].
pub const PROGRAMS: [&str; 2] = ["zig", "python-zig"];

/// The program that is clang.
pub const CLANG: &str = "clang";

/// What the scripts call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// clang, with the C library of the distribution's cross packages.
    Clang,
    /// zig, which has C libraries in it.
    Zig,
}

impl Driver {
    /// Every one.
    pub const ALL: [Driver; 2] = [Driver::Clang, Driver::Zig];

    /// The word in `crosskit.toml`, which is the name of the scripts' directory as well.
    pub fn as_str(self) -> &'static str {
        match self {
            Driver::Clang => "clang",
            Driver::Zig => "zig",
        }
    }

    /// The directory of the policies' scripts, relative to the workspace root.
    pub fn directory(self) -> String {
        format!("{DIRECTORY}/{}", self.as_str())
    }

    /// What the script at this path starts, if it is one of a policy's.
    pub fn of_script(path: &str) -> Option<Driver> {
        Driver::ALL.into_iter().find(|driver| path.contains(&driver.directory()))
    }

    fn text(self) -> &'static str {
        match self {
            Driver::Clang => include_str!("wrapper/clang.sh"),
            Driver::Zig => include_str!("wrapper/zig.sh"),
        }
    }
}

/// clang or zig for one target. Its files have one text, and do what their name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    driver: Driver,
    triple: String,
    told: String,
    prefix: String,
    directory: String,
}

impl Wrapper {
    /// The wrapper of a row that this provider links for, below a directory: [`DIRECTORY`] for the policy's own.
    pub fn of(row: &Row, provider: Provider, directory: &str) -> Option<Wrapper> {
        let (driver, told) = match provider {
            Provider::Clang => (Driver::Clang, row.clang.clone()?),
            Provider::Zig => (Driver::Zig, row.zig.clone()?),
            Provider::Gcc | Provider::Lld | Provider::Mingw | Provider::None => return None,
        };
        let prefix = row.gnu_prefix.clone().unwrap_or_default();
        let directory = format!("{directory}/{}", driver.as_str());
        Some(Wrapper { driver, triple: row.triple.clone(), told, prefix, directory })
    }

    /// What it calls.
    pub fn driver(&self) -> Driver {
        self.driver
    }

    fn file(&self, tool: &str) -> String {
        format!("{}/{}-{tool}", self.directory, self.triple)
    }

    /// The C compiler, which links as well. Its name tells rustc that it is a clang.
    pub fn linker(&self) -> String {
        self.file("clang")
    }

    /// The variables by which the cc crate finds the scripts, with their files.
    ///
    /// Source: the cc crate's page, "Compile-time Requirements" and "External configuration via environment variables".
    pub fn variables(&self) -> [(String, String); 3] {
        let [ar, cc, cxx] = variables(&self.triple);
        [(ar, self.file("ar")), (cc, self.linker()), (cxx, self.file("clang++"))]
    }

    /// The files, with the directory that the wrapper was made for.
    pub fn files(&self) -> [String; 3] {
        self.variables().map(|(_, file)| file)
    }

    /// What the files hold.
    pub fn text(&self) -> String {
        let text = self.driver.text().replace("@TRIPLE@", &self.triple).replace("@TOLD@", &self.told);
        text.replace("@PREFIX@", &self.prefix)
    }
}

/// The variables by which the cc crate finds archiver, C compiler and C++ compiler of a target.
pub fn variables(triple: &str) -> [String; 3] {
    ["AR", "CC", "CXX"].map(|tool| format!("{tool}_{}", triple::env_lower(triple)))
}

/// The program of zig where `--install` puts it.
pub fn installed_program(machine: &Machine) -> Option<String> {
    Some(format!("{}/ziglang/zig", python::installed_in(machine)?))
}
