//! The scripts by which rustc and build scripts call zig. One program of zig's compiles C and links for every target, and
//! wants to be told for which; Cargo's `linker` and the cc crate's variables name a program.

use crate::machine::Machine;
use crate::python;
use crate::settings::Settings;
use crate::target::{Provider, Row};
use crate::triple;

/// The directory of the scripts, relative to the workspace root.
pub const DIRECTORY: &str = ".cargo/crosskit/zig";

/// The version of zig that `--install` brings, as a package of Python. Any zig that is there already is taken.
pub const PYTHON_PACKAGE: &str = "ziglang==0.17.1";

/// The programs that are zig, in the order in which the scripts take them; the last is what comes with the package of
/// Python. After them comes [`installed_program`].
pub const PROGRAMS: [&str; 2] = ["zig", "python-zig"];

const TEXT: &str = include_str!("wrapper.sh");

/// zig for one target. Its files have one text, and do what their name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    triple: String,
    told: String,
}

impl Wrapper {
    /// The wrapper of a row that is linked by zig.
    pub fn of(row: &Row, settings: &Settings) -> Option<Wrapper> {
        let told = row.zig.clone().filter(|_| settings.provider(row) == Provider::Zig)?;
        Some(Wrapper { triple: row.triple.clone(), told })
    }

    fn file(&self, tool: &str) -> String {
        format!("{DIRECTORY}/{}-{tool}", self.triple)
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

    /// The files, relative to the workspace root.
    pub fn files(&self) -> [String; 3] {
        self.variables().map(|(_, file)| file)
    }

    /// What the files hold.
    pub fn text(&self) -> String {
        TEXT.replace("@TRIPLE@", &self.triple).replace("@TOLD@", &self.told)
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
