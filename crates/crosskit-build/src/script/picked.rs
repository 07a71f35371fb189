//! The compilers and the archiver that would be picked here and now, and what they make.

use std::path::Path;

use crate::rules::{self, ArchiverFacts, CompilerFacts, CompilerOrigin, DefaultCompiler, Probe};

use super::{files, gather, tools, variable, Inputs};

/// What is picked.
pub(super) struct Picked {
    /// The C compiler, and the C++ compiler where a variable says something about it.
    pub(super) compilers: Vec<CompilerFacts>,
    /// Whether the C compiler takes its target as an argument.
    pub(super) any_target: bool,
    pub(super) archiver: Option<ArchiverFacts>,
    /// What could not be kept for the next time.
    pub(super) trouble: Option<String>,
}

/// A language, and what is known about its compiler from names alone.
struct Named {
    kind: &'static str,
    tool: &'static str,
    ruled: Option<String>,
    origin: CompilerOrigin,
}

/// Crates by which a package compiles C, or what may be C++.
pub(super) const COMPILING: [&str; 7] =
    ["cc", "cmake", "autotools", "meson", "cxx-build", "cpp_build", "autocxx-build"];
/// Those of them that compile C++.
const COMPILING_CXX: [&str; 3] = ["cxx-build", "cpp_build", "autocxx-build"];

pub(super) fn compilers(inputs: &Inputs, rustc_linker: Option<&str>, uses: &[String]) -> Picked {
    let Inputs { host, target, .. } = inputs;
    let is_set = |setting| !rules::settings(setting, target, host, &variable).is_empty();
    let mut named = vec![named(inputs, "C compiler", "CC", rustc_linker)];
    // Without a variable it is of the same toolchain as the C compiler.
    if is_set("CXX") || is_set("CXXFLAGS") {
        named.push(self::named(inputs, "C++ compiler", "CXX", rustc_linker));
    }
    let (results, archiver, trouble) = tries(inputs, &named);
    let cross_compile = variable("CROSS_COMPILE");
    let mut any_target = None;
    let mut compilers = Vec::new();
    for (named, tried) in named.iter().zip(results) {
        let without = rules::compiler_without(&named.origin, target, host, rustc_linker, cross_compile.as_deref());
        let cxx = named.tool == "CXX";
        let wanted: &[&str] = if cxx { &COMPILING_CXX } else { &COMPILING };
        any_target = any_target.or(Some(tried.any_target));
        compilers.push(CompilerFacts {
            package: variable("CARGO_PKG_NAME"),
            host: host.clone(),
            target: target.clone(),
            kind: named.kind.to_string(),
            variable: named.tool.to_string(),
            compiler: tried.compiler,
            needed: uses.iter().any(|it| wanted.contains(&it.as_str())) || cxx && says_cxx(inputs),
            without: if cxx { without.as_deref().map(rules::cxx_compiler) } else { without },
            origin: named.origin.clone(),
            probe: tried.probe,
        });
    }
    Picked { compilers, any_target: any_target.unwrap_or(false), archiver, trouble }
}

/// Whether the build script tells the cc crate that it compiles C++.
fn says_cxx(inputs: &Inputs) -> bool {
    let script = inputs.manifest_dir.as_ref().and_then(|directory| files::text(&directory.join("build.rs")));
    script.is_some_and(|text| text.contains("cpp(true)"))
}

fn named(inputs: &Inputs, kind: &'static str, tool: &'static str, rustc_linker: Option<&str>) -> Named {
    let Inputs { host, target, .. } = inputs;
    let (ruled, origin) = match rules::compiler_variable(tool, target, host, &variable) {
        Some((name, value)) => (Some(program(&value)), CompilerOrigin::Variable(name)),
        None => match rules::default_compiler(target, host, rustc_linker, variable("CROSS_COMPILE").as_deref()) {
            Some(default) if tool == "CC" => (Some(first_on_path(&default)), default.origin),
            Some(default) => (None, default.origin),
            None => (None, CompilerOrigin::CcCrate),
        },
    };
    Named { kind, tool, ruled, origin }
}

/// The program that the value of a variable names.
fn program(value: &str) -> String {
    if Path::new(value).is_file() {
        value.to_string()
    } else {
        rules::compiler_program(value).to_string()
    }
}

/// The first candidate that is on `PATH`, directory by directory, otherwise the first of all.
fn first_on_path(default: &DefaultCompiler) -> String {
    let found = default.candidates.iter().find(|name| tools::find(name).is_some());
    found.map_or_else(|| default.name().to_string(), String::clone)
}

/// A compiler, what it makes, and whether it takes its target as an argument.
struct Tried {
    compiler: String,
    probe: Probe,
    any_target: bool,
}

#[cfg(feature = "cc")]
fn tries(inputs: &Inputs, named: &[Named]) -> (Vec<Tried>, Option<ArchiverFacts>, Option<String>) {
    use super::{cache, probe};

    let circumstances = probe::circumstances(inputs, named.len());
    let kept = inputs.out_dir.as_ref().and_then(|directory| cache::load(directory, &circumstances));
    let mut trouble = None;
    let trials = match kept {
        Some(trials) => trials,
        None => {
            let mut trials = Vec::new();
            for it in named {
                trials.push(probe::compiler(inputs, it.tool == "CXX", it.ruled.as_deref()));
            }
            if let Some(directory) = &inputs.out_dir {
                trouble = cache::save(directory, &circumstances, &trials).err();
            }
            trials
        }
    };
    let archiver = trials.first().and_then(|it| it.archiver.clone()).map(|(program, probe)| {
        let origin = match rules::compiler_variable("AR", &inputs.target, &inputs.host, &variable) {
            Some((name, _)) => CompilerOrigin::Variable(name),
            None => CompilerOrigin::CcCrate,
        };
        ArchiverFacts { program, origin, probe }
    });
    let archiver = archiver.or_else(|| gather::named_archiver(&inputs.target, &inputs.host));
    let mut tried = Vec::new();
    for trial in trials {
        tried.push(Tried { probe: trial.probe(), compiler: trial.compiler, any_target: trial.any_target });
    }
    (tried, archiver, trouble)
}

/// The compilers by the rules of this crate. Nothing is compiled: which machine a compiler makes objects for depends on
/// the arguments that the cc crate adds (`-m32`, `--target=`).
#[cfg(not(feature = "cc"))]
fn tries(inputs: &Inputs, named: &[Named]) -> (Vec<Tried>, Option<ArchiverFacts>, Option<String>) {
    let mut tried = Vec::new();
    for it in named {
        let (compiler, probe) = match &it.ruled {
            None => (super::UNKNOWN, Probe::NotTried),
            Some(name) if tools::find(name).is_some() => (name.as_str(), Probe::NotTried),
            Some(name) => (name.as_str(), Probe::NotFound),
        };
        tried.push(Tried { compiler: compiler.to_string(), probe, any_target: compiler.contains("clang") });
    }
    let archiver = gather::named_archiver(&inputs.target, &inputs.host).map(|it| {
        let probe = if tools::find(&it.program).is_some() { it.probe } else { rules::ArchiveProbe::NotFound };
        ArchiverFacts { probe, ..it }
    });
    (tried, archiver, None)
}
