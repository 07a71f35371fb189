//! How rustc speaks to a linker, and what corrects that: the linker's file name, or a flag.

use super::Style;

/// Whose options a linker takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// GNU's.
    Gnu,
    /// Apple's.
    Darwin,
    /// Those that all Unix linkers have in common.
    Unix,
    /// LLD's for WebAssembly.
    Wasm,
    /// Microsoft's.
    Msvc,
    /// emcc's.
    Emscripten,
    /// Those of a program that takes LLVM bitcode.
    Bitcode(&'static str),
}

/// How rustc speaks to a linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flavor {
    pub family: Family,
    /// Whether a compiler driver stands before the linker.
    pub driver: bool,
    /// Whether it is LLD.
    pub lld: bool,
}

/// What a name or a flag tells; what it leaves open the target decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    driver: Option<bool>,
    lld: Option<bool>,
}

impl Flavor {
    pub(super) const fn linker(family: Family) -> Flavor {
        Flavor { family, driver: false, lld: false }
    }

    pub(super) const fn driver(family: Family) -> Flavor {
        Flavor { family, driver: true, lld: false }
    }

    pub(super) const fn lld(family: Family) -> Flavor {
        Flavor { family, driver: false, lld: true }
    }

    /// The flavor after a correction. Not every family has all variants.
    pub(super) fn corrected(self, hints: Hints) -> Flavor {
        let driver = hints.driver.unwrap_or(self.driver);
        let lld = hints.lld.unwrap_or(self.lld);
        match self.family {
            Family::Gnu | Family::Darwin => Flavor { driver, lld, ..self },
            Family::Unix | Family::Wasm => Flavor { driver, ..self },
            Family::Msvc => Flavor { lld, ..self },
            Family::Emscripten | Family::Bitcode(_) => self,
        }
    }

    /// Whether a driver is told to take LLD.
    pub(super) fn tells_driver_of_lld(self) -> bool {
        self.driver && self.lld && matches!(self.family, Family::Gnu | Family::Darwin)
    }

    /// The style, given whether rustc shows a driver the toolchain's LLD.
    pub(super) fn style(self, shows_lld: bool) -> Style {
        match self.family {
            _ if self.tells_driver_of_lld() && shows_lld => Style::DriverWithLld,
            _ if self.tells_driver_of_lld() => Style::DriverWithOtherLld,
            _ if self.driver => Style::Driver,
            Family::Wasm => Style::Lld,
            _ if self.lld => Style::Lld,
            _ => Style::Direct,
        }
    }

    /// What is started where a flag names the flavor, and nothing the program.
    pub(super) fn program(self) -> &'static str {
        match self.family {
            Family::Emscripten => "emcc",
            Family::Bitcode(program) => program,
            Family::Msvc if !self.lld => "link.exe",
            Family::Msvc => "lld",
            _ if self.driver => "cc",
            Family::Wasm => "lld",
            Family::Gnu | Family::Darwin if self.lld => "lld",
            Family::Gnu | Family::Darwin | Family::Unix => "ld",
        }
    }
}

impl Hints {
    /// What rustc reads out of a file name. The name is without extension and version.
    pub(super) fn of_name(name: &str) -> Hints {
        let is = |names: &[&str]| names.iter().any(|it| name == *it || name.ends_with(&format!("-{it}")));
        let (driver, lld) = if name == "emcc" || is(&["gcc", "g++", "clang", "clang++"]) {
            (true, false)
        } else if is(&["wasm-ld"]) || matches!(name, "ld.lld" | "lld" | "rust-lld" | "lld-link") {
            (false, true)
        } else if name == "link" || is(&["ld"]) {
            (false, false)
        } else {
            return Hints::default();
        };
        Hints { driver: Some(driver), lld: Some(lld) }
    }

    /// What `-Clinker-flavor` says.
    pub(super) fn of_flag(flavor: &str) -> Hints {
        match flavor {
            "gcc" => Hints { driver: Some(true), lld: None },
            "ld.lld" | "ld64.lld" | "lld-link" | "wasm-ld" => Hints { driver: Some(false), lld: Some(true) },
            // `ld` and `msvc`, and the unstable ones, whose names are made of parts.
            _ => Hints { driver: Some(flavor.ends_with("-cc")), lld: Some(flavor.contains("-lld")) },
        }
    }
}
