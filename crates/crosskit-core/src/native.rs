//! What the helper crates of build scripts (cc, pkg-config, bindgen, cmake) pick for a target, and because of which
//! variable.
//!
//! Read in cc 1.2.x to 1.11, pkg-config 0.3.34, bindgen 0.73 and cmake 0.1.58; a test holds what is said about cc against
//! the crate, for every target that rustc knows.

use crate::finding::Origin;
use crate::machine::Machine;
use crate::rules::{self, CompilerOrigin, PkgConfig, Setting};

/// A variable as a build script sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it is set.
    pub origin: Origin,
    /// Whether a colleague with the same workspace has it, too.
    pub shared: bool,
}

/// What is picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// The program, or what the crate does.
    pub value: String,
    /// The variable that decides, if one does.
    pub variable: Option<Variable>,
    /// What decides otherwise.
    pub because: String,
    /// Variables that are set and lose.
    pub losers: Vec<Variable>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// Looks variables up as a build script would.
pub type Lookup<'a> = dyn Fn(&str) -> Option<Variable> + 'a;

/// For what a build script runs: its TARGET, its HOST, and the linker that Cargo names to it.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// `TARGET`.
    pub target: &'a str,
    /// `HOST`.
    pub host: &'a str,
    /// `RUSTC_LINKER`.
    pub linker: Option<&'a str>,
}

/// The keys of `explain` that this module answers.
pub const KEYS: &[&str] = &["cc", "cxx", "ar", "pkg-config", "bindgen", "cmake"];

impl Script<'_> {
    /// What is picked for one of [`KEYS`]. `machine` tells which programs are there.
    pub fn pick(&self, key: &str, machine: &Machine, lookup: &Lookup) -> Pick {
        match key {
            "cc" => self.compiler("CC", machine, lookup),
            "cxx" => self.compiler("CXX", machine, lookup),
            "ar" => self.archiver(machine, lookup),
            "pkg-config" => self.pkg_config(lookup),
            "bindgen" => self.bindgen(lookup),
            _ => self.cmake(machine, lookup),
        }
    }

    /// Programs whose presence decides.
    pub fn programs(&self, lookup: &Lookup) -> Vec<String> {
        let mut programs = Vec::new();
        for (tool, suffixes) in [("CC", ["gcc", "cc"]), ("CXX", ["g++", "c++"])] {
            programs.extend(self.default_compiler(tool, lookup).map(|it| it.0).unwrap_or_default());
            programs.extend(suffixes.map(str::to_owned));
        }
        programs.extend(self.prefixes(lookup).iter().flat_map(|it| [format!("{it}-ar"), format!("{it}-gcc-ar")]));
        programs.extend(self.llvm_archiver().map(str::to_owned));
        if self.llvm_archiver().is_some() {
            let compilers = self.set("CC", lookup).into_iter().take(1);
            programs.extend(compilers.map(|it| rules::compiler_program(&it.value).to_owned()));
        }
        programs
    }

    fn cross(&self) -> bool {
        self.target != self.host
    }

    /// The variables of a setting that are set, the strongest first.
    fn set(&self, setting: &str, lookup: &Lookup) -> Vec<Variable> {
        rules::variable_names(setting, self.target, self.host).iter().filter_map(|name| lookup(name)).collect()
    }

    /// The default by the crate's own rules: candidates and the reason.
    fn default_compiler(&self, tool: &str, lookup: &Lookup) -> Option<(Vec<String>, CompilerOrigin)> {
        let cross_compile = lookup("CROSS_COMPILE").map(|it| it.value);
        let default = rules::default_compiler(self.target, self.host, self.linker, cross_compile.as_deref())?;
        let name = |c: &String| if tool == "CXX" { rules::cxx_compiler(c) } else { c.clone() };
        Some((default.candidates.iter().map(name).collect(), default.origin))
    }

    fn compiler(&self, tool: &str, machine: &Machine, lookup: &Lookup) -> Pick {
        let mut set = self.set(tool, lookup).into_iter();
        let mut pick = Pick::default();
        match set.next() {
            Some(variable) if !variable.value.trim().is_empty() => {
                pick.value = variable.value.trim().to_owned();
                pick.variable = Some(variable);
            }
            empty => {
                let (candidates, origin) = match self.default_compiler(tool, lookup) {
                    Some(default) => default,
                    None => (Vec::new(), CompilerOrigin::CcCrate),
                };
                let there = candidates.iter().find(|it| machine.program(it).is_some());
                pick.value = match there.or(candidates.first()) {
                    Some(name) => name.clone(),
                    None => "what the cc crate finds by asking the system".to_owned(),
                };
                pick.because = match origin {
                    CompilerOrigin::Variable(name) => name,
                    CompilerOrigin::CrossCompile => "the prefix in CROSS_COMPILE".to_owned(),
                    CompilerOrigin::RustcLinker => {
                        "the linker's name ends in `-gcc`, and cc takes its prefix".to_owned()
                    }
                    CompilerOrigin::CcCrate => "what the cc crate knows about the target".to_owned(),
                    CompilerOrigin::Host if self.cross() => {
                        "the cc crate knows nothing about the target, and takes the host's compiler".to_owned()
                    }
                    CompilerOrigin::Host => "the host's own".to_owned(),
                };
                if let Some(variable) = empty {
                    pick.notes.push(format!("{} is set and empty, which hides the weaker variables", variable.name));
                }
            }
        }
        pick.losers = set.collect();
        let flags = if tool == "CC" { "CFLAGS" } else { "CXXFLAGS" };
        let mut joined = self.set(flags, lookup);
        joined.reverse();
        for variable in joined {
            pick.notes.push(format!("{} is added", told(&variable)));
        }
        pick
    }

    /// The prefixes of the GNU tools that cc tries for the target.
    fn prefixes(&self, lookup: &Lookup) -> Vec<String> {
        let cross_compile = lookup("CROSS_COMPILE").map(|it| it.value);
        let prefixes = rules::gnu_prefixes(self.target, self.host, self.linker, cross_compile.as_deref());
        prefixes.map(|(prefixes, _)| prefixes).unwrap_or_default()
    }

    /// A part of the target's triple, by what it begins with.
    fn has(&self, start: &str) -> bool {
        self.target.split('-').any(|part| part.starts_with(start))
    }

    /// LLVM's archiver, for targets where cc may take it.
    fn llvm_archiver(&self) -> Option<&'static str> {
        let wasm = self.has("wasm") && !self.has("emscripten");
        match (self.has("msvc"), wasm || self.has("android")) {
            (true, _) => Some("llvm-lib"),
            (false, true) => Some("llvm-ar"),
            (false, false) => None,
        }
    }

    fn archiver(&self, machine: &Machine, lookup: &Lookup) -> Pick {
        let mut set = self.set("AR", lookup).into_iter();
        let first = set.next();
        let losers = set.collect();
        if let Some(variable) = first.as_ref().filter(|it| !it.value.trim().is_empty()) {
            return Pick { value: variable.value.trim().to_owned(), variable: first, losers, ..Pick::default() };
        }
        let (value, because) = self.default_archiver(machine, lookup);
        let mut pick = Pick { value, because, losers, ..Pick::default() };
        if let Some(variable) = first {
            pick.notes.push(format!("{} is set and empty, which hides the weaker variables", variable.name));
        }
        pick
    }

    /// The archiver that cc takes where no variable names one, and because of what.
    fn default_archiver(&self, machine: &Machine, lookup: &Lookup) -> (String, String) {
        if let Some(name) = self.special_archiver(machine, lookup) {
            return (name, "what the cc crate knows about the target".to_owned());
        }
        let prefixes = self.prefixes(lookup);
        let has_compiler = |prefix: &&String| machine.program(&format!("{prefix}-gcc")).is_some();
        let Some(prefix) = prefixes.iter().find(has_compiler).or(prefixes.first()) else {
            return ("ar".to_owned(), "the host's own".to_owned());
        };
        let candidates = [format!("{prefix}-ar"), format!("{prefix}-gcc-ar")];
        match candidates.iter().find(|it| machine.program(it).is_some()) {
            Some(program) => (program.clone(), "it has the compiler's prefix".to_owned()),
            None => {
                let names = candidates.join(" and ");
                ("ar".to_owned(), format!("{names} are not there, so cc takes the host's without a word"))
            }
        }
    }

    /// The archiver of a target for which cc goes by no prefix.
    fn special_archiver(&self, machine: &Machine, lookup: &Lookup) -> Option<String> {
        let of_llvm = self.llvm_archiver().filter(|it| machine.program(it).is_some()).map(str::to_owned);
        // It asks the compiler where its programs lie.
        let with_compiler = |cl: bool| {
            let compiler = self.compiler("CC", machine, lookup).value;
            let compiler = rules::compiler_program(&compiler);
            let fits = compiler.contains("clang") && compiler.contains("clang-cl") == cl;
            of_llvm.clone().filter(|_| fits && machine.program(compiler).is_some())
        };
        let name = if self.has("emscripten") {
            let end = if self.host.contains("-windows") { ".bat" } else { "" };
            format!("emar{end}")
        } else if self.has("wasm") {
            return with_compiler(false);
        } else if self.has("android") {
            of_llvm.unwrap_or_else(|| format!("{}-ar", self.target.replace("armv7", "arm")))
        } else if self.has("msvc") {
            with_compiler(true).unwrap_or_else(|| "lib.exe".to_owned())
        } else if self.has("illumos") {
            "gar".to_owned()
        } else if self.has("vxworks") {
            "wr-ar".to_owned()
        } else if self.has("nto") || self.has("qnx") {
            let arch = self.target.split('-').next().unwrap_or_default();
            format!("nto{}-ar", if matches!(arch, "i586" | "i686") { "x86" } else { arch })
        } else {
            return None;
        };
        Some(name)
    }

    fn pkg_config(&self, lookup: &Lookup) -> Pick {
        let set = PkgConfig::of(self.target, self.host, &|name| lookup(name).map(|it| it.value));
        let variable = |setting: &Option<Setting>| setting.as_ref().and_then(|it| lookup(&it.name));
        let name = set.program.as_ref().map_or("pkg-config".to_owned(), |it| it.value.clone());
        let mut pick = Pick { value: name, variable: variable(&set.program), ..Pick::default() };
        match set.allowed_by() {
            _ if !self.cross() => pick.because = "HOST and TARGET are the same".to_owned(),
            Some(by) => {
                pick.because = format!("{} is set, which allows it for another target", by.name);
                pick.variable = pick.variable.or_else(|| lookup(&by.name));
                if set.sysroot.is_none() && set.libdir.is_none() && set.program.is_none() {
                    pick.notes.push("no sysroot and no PKG_CONFIG_LIBDIR: it finds the host's .pc files".to_owned());
                }
            }
            None => {
                pick.value = "refused".to_owned();
                pick.because = "HOST and TARGET differ, and no variable allows it".to_owned();
            }
        }
        pick.notes.extend([&set.sysroot, &set.libdir, &set.path].into_iter().filter_map(variable).map(|it| told(&it)));
        pick
    }

    fn bindgen(&self, lookup: &Lookup) -> Pick {
        let mut set = rules::bindgen_names(self.target).into_iter().filter_map(|name| lookup(&name));
        let variable = set.next();
        let arguments = variable.as_ref().map(|it| it.value.clone()).unwrap_or_default();
        let mut pick = Pick { variable, losers: set.collect(), ..Pick::default() };
        let target = clang_target(self.target);
        let names_target = target != clang_target(self.host) && !names_target(&arguments);
        pick.value = match (names_target, arguments.is_empty()) {
            (true, true) => format!("libclang --target={target}"),
            (true, false) => format!("libclang --target={target} {arguments}"),
            (false, true) => "libclang".to_owned(),
            (false, false) => format!("libclang {arguments}"),
        };
        if pick.variable.is_none() {
            pick.because =
                if self.cross() { "bindgen names the target by itself" } else { "the host's own" }.to_owned();
        }
        if self.cross() && !arguments.contains("--sysroot") && !arguments.contains("-isysroot") {
            pick.notes.push("no `--sysroot`: libclang looks for headers where it looks on the host".to_owned());
        }
        pick
    }

    fn cmake(&self, machine: &Machine, lookup: &Lookup) -> Pick {
        let mut set = self.set("CMAKE_TOOLCHAIN_FILE", lookup).into_iter();
        let variable = set.next();
        let mut pick = Pick { losers: set.collect(), ..Pick::default() };
        match variable {
            Some(variable) => {
                pick.value = format!("toolchain file {}", variable.value);
                pick.variable = Some(variable);
            }
            None => {
                let compiler = self.compiler("CC", machine, lookup).value;
                pick.value = format!("CMAKE_C_COMPILER={compiler}");
                pick.because = if self.cross() {
                    "no toolchain file; the cmake crate sets CMAKE_SYSTEM_NAME and takes cc's compilers".to_owned()
                } else {
                    "no toolchain file; the cmake crate takes cc's compilers".to_owned()
                };
            }
        }
        for setting in ["CMAKE_GENERATOR", "CMAKE_PREFIX_PATH"] {
            for variable in self.set(setting, lookup).into_iter().take(1) {
                pick.notes.push(told(&variable));
            }
        }
        pick
    }
}

/// Where the pkg-config crate looks for libraries of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Nowhere: it does not start for another target than the host.
    Refused,
    /// In these directories alone, by the program `pkg-config`.
    In(Vec<String>),
    /// Where a program looks whose own directories are not known.
    Unknown,
}

/// Where the pkg-config crate looks for libraries of `target` on `host`.
///
/// Source: pkg-config 0.3.34, `Config::target_supported` and `Config::command`.
pub fn search(target: &str, host: &str, variable: &dyn Fn(&str) -> Option<String>) -> Search {
    if target == host {
        return Search::Unknown;
    }
    let set = PkgConfig::of(target, host, variable);
    if set.allowed_by().is_none() {
        return Search::Refused;
    }
    let Some(libraries) = set.libdir.filter(|_| set.program.is_none()) else { return Search::Unknown };
    let between = if host.contains("-windows-") { ';' } else { ':' };
    let path = set.path.map(|it| it.value).unwrap_or_default();
    let directories = path.split(between).chain(libraries.value.split(between)).filter(|it| !it.is_empty());
    Search::In(directories.map(|it| it.trim_end_matches('/').to_owned()).collect())
}

/// A variable in words.
fn told(variable: &Variable) -> String {
    let only_here = if variable.shared { "" } else { " [only here]" };
    format!("{}={} ({}){only_here}", variable.name, variable.value, variable.origin)
}

/// A target's name for clang, as bindgen makes it.
///
/// Source: bindgen 0.72.1, `lib.rs`, `rust_to_clang_target`.
fn clang_target(triple: &str) -> String {
    let mut parts: Vec<&str> = triple.split('-').collect();
    let apple = parts.get(1) == Some(&"apple");
    for (at, part) in parts.iter_mut().enumerate() {
        *part = match (at, *part) {
            (0, arch) if arch.starts_with("riscv32") => "riscv32",
            (0, arch) if arch.starts_with("riscv64") => "riscv64",
            (0, "aarch64") if apple => "arm64",
            (2, "espidf") => "elf",
            (3, "sim") if apple => "simulator",
            (_, other) => other,
        };
    }
    parts.join("-")
}

/// Whether arguments name the target in one of the two ways that bindgen knows: it then adds none.
fn names_target(arguments: &str) -> bool {
    let mut words = arguments.split_whitespace();
    words.any(|word| word.starts_with("--target=")) || {
        let mut words = arguments.split_whitespace();
        words.any(|word| word == "-target") && words.next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_the_names_that_bindgen_gives_clang() {
        for (triple, name) in [
            ("aarch64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"),
            ("armv7-unknown-linux-gnueabihf", "armv7-unknown-linux-gnueabihf"),
            ("riscv64gc-unknown-linux-gnu", "riscv64-unknown-linux-gnu"),
            ("riscv32imac-unknown-none-elf", "riscv32-unknown-none-elf"),
            ("riscv32imc-esp-espidf", "riscv32-esp-elf"),
            ("aarch64-apple-darwin", "arm64-apple-darwin"),
            ("aarch64-apple-ios-sim", "arm64-apple-ios-simulator"),
            ("thumbv7em-none-eabihf", "thumbv7em-none-eabihf"),
        ] {
            assert_eq!(clang_target(triple), name);
        }
    }

    #[test]
    fn a_target_is_named_in_one_word_or_in_two() {
        for (arguments, named) in [
            ("--target=arm-none-eabi -O2", true),
            ("-O2 -target arm-none-eabi", true),
            ("-O2 -target", false),
            ("--target arm-none-eabi", false),
            ("", false),
        ] {
            assert_eq!(names_target(arguments), named, "{arguments}");
        }
    }

    #[test]
    fn pkg_config_looks_where_variables_say() {
        let (target, host) = ("aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu");
        let of = |target: &str, set: &[(&str, &str)]| {
            let set: std::collections::BTreeMap<&str, &str> = set.iter().copied().collect();
            search(target, host, &|name| set.get(name).map(|&it| it.to_owned()))
        };
        let found = |directories: &[&str]| Search::In(directories.iter().map(|&it| it.to_owned()).collect());
        assert_eq!(of(host, &[]), Search::Unknown);
        assert_eq!(of(target, &[]), Search::Refused);
        assert_eq!(of(target, &[("HOST_PKG_CONFIG_ALLOW_CROSS", "1")]), Search::Refused);
        assert_eq!(of(target, &[("PKG_CONFIG_ALLOW_CROSS", "1")]), Search::Unknown);
        assert_eq!(of(target, &[("PKG_CONFIG_aarch64-unknown-linux-gnu", "x-pkg-config")]), Search::Unknown);
        let refused = [("PKG_CONFIG_ALLOW_CROSS_aarch64_unknown_linux_gnu", "0"), ("PKG_CONFIG_SYSROOT_DIR", "/s")];
        assert_eq!(of(target, &refused), Search::Refused);
        let policy = [
            ("PKG_CONFIG_ALLOW_CROSS_aarch64_unknown_linux_gnu", "1"),
            ("PKG_CONFIG_PATH_aarch64_unknown_linux_gnu", "/a"),
            ("TARGET_PKG_CONFIG_LIBDIR", "/b/:/c"),
            ("PKG_CONFIG_LIBDIR", "/d"),
        ];
        assert_eq!(of(target, &policy), found(&["/a", "/b", "/c"]));
        // Of a triple pkg-config replaces `-` alone, and the cc crate `.` as well.
        let dotted = "thumbv8m.main-none-eabi";
        assert_eq!(of(dotted, &[("PKG_CONFIG_ALLOW_CROSS_thumbv8m_main_none_eabi", "1")]), Search::Refused);
        assert_eq!(of(dotted, &[("PKG_CONFIG_ALLOW_CROSS_thumbv8m.main_none_eabi", "1")]), Search::Unknown);
    }
}
