//! Asks the environment for all that the rules look at.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::finding::Origin;
use crate::object_file;
use crate::rules::{
    self, ArchiveProbe, ArchiverFacts, CompilerFacts, CompilerOrigin, ConfiguredFlags, GlibcFacts, Linker, Moved,
    PkgConfig, Probe, ScriptFacts, Setting, ToolchainFile,
};
use crate::triple;

use super::command::{output, LIMIT};
use super::{files, picked, variable, words, Inputs};

/// What is known, and what could not be kept for the next time.
pub(super) struct Gathered {
    pub(super) facts: ScriptFacts,
    pub(super) trouble: Option<String>,
}

pub(super) fn gather(inputs: &Inputs, config_files: &[PathBuf], settings: Option<&Path>) -> Gathered {
    let Inputs { host, target, .. } = inputs;
    let first = |setting| rules::deciding(setting, target, host, &variable);
    let rustflags = words::encoded(variable("CARGO_ENCODED_RUSTFLAGS").as_deref());
    let rustc_linker = variable("RUSTC_LINKER");
    let configs = files::Configs::read(config_files);
    let uses = uses(inputs);
    let picked = picked::compilers(inputs, rustc_linker.as_deref(), &uses);
    let linker = words::linker(rustc_linker.as_deref(), &rustflags).map(|program| {
        let name = format!("CARGO_TARGET_{}_LINKER", triple::env_upper(target));
        let by_variable = variable(&name).is_some_and(|value| value == program).then_some(Origin::Variable(name));
        let origin = by_variable.or_else(|| configs.linker(target, &program));
        let is_path = program.contains(['/', '\\']);
        Linker { is_there: !is_path || Path::new(&program).is_file(), program, origin }
    });
    let pkg_config = PkgConfig::of(target, host, &variable);
    let toolchain_file = first("CMAKE_TOOLCHAIN_FILE").map(|setting| {
        let processor = files::text(Path::new(&setting.value)).and_then(|text| files::processor(&text));
        ToolchainFile { setting, processor }
    });
    let uses_bindgen = uses.iter().any(|it| it == "bindgen");
    let mut compiler_flags = rules::flags("CFLAGS", target, host, &variable);
    compiler_flags.append(&mut rules::flags("CXXFLAGS", target, host, &variable));
    let mut of_host_kind = Vec::new();
    for tool in ["CC", "CXX"] {
        if let Some(setting) = rules::deciding(tool, host, host, &variable) {
            of_host_kind.push(setting);
        }
    }
    let compiler = picked.compilers.first();
    let fits = compiler.and_then(|it| fitting(it, target));
    let cross = host != target;
    let mut facts = ScriptFacts {
        host: host.clone(),
        target: target.clone(),
        any_target: picked.any_target,
        archiver: picked.archiver,
        ranlib: first("RANLIB"),
        of_host_kind,
        compiler_flags: compiler_flags.clone(),
        linker,
        rustflags,
        configured_flags: configured_flags(target, &configs),
        pkg_config_directories: Vec::new(),
        moved: None,
        pkg_config,
        bindgen: rules::bindgen_arguments(target, &variable),
        uses,
        sysroot: fits.filter(|_| uses_bindgen && cross).and_then(|compiler| sysroot(compiler, inputs)),
        toolchain_file,
        missing: Vec::new(),
        libraries: foreign_libraries(target, host),
        glibc: settings.and_then(|path| {
            let (limit, origin) = files::glibc_limit(path, target).filter(|_| target.contains("-linux-gnu"))?;
            Some(GlibcFacts { sysroot: glibc(fits?, &compiler_flags, inputs)?, limit, origin })
        }),
        compilers: picked.compilers,
    };
    if cross && facts.pkg_config.allowed_by().is_some() {
        ask_pkg_config(&mut facts, inputs);
    }
    facts.missing = missing(&facts, target, host);
    Gathered { facts, trouble: picked.trouble }
}

/// The crates that the manifest names, of those that matter.
fn uses(inputs: &Inputs) -> Vec<String> {
    let manifest = inputs.manifest_dir.as_ref().and_then(|directory| files::text(&directory.join("Cargo.toml")));
    let mut found = Vec::new();
    if let Some(manifest) = manifest {
        for package in picked::COMPILING.iter().chain(&["bindgen"]) {
            if files::names(&manifest, package) {
                found.push((*package).to_string());
            }
        }
    }
    found
}

/// The compiler, if it makes objects for the target.
fn fitting<'a>(compiler: &'a CompilerFacts, target: &str) -> Option<&'a str> {
    match &compiler.probe {
        Probe::Object(file) if object_file::matches(target, file) == Some(true) => Some(&compiler.compiler),
        _ => None,
    }
}

fn configured_flags(target: &str, configs: &files::Configs) -> Vec<ConfiguredFlags> {
    let name = format!("CARGO_TARGET_{}_RUSTFLAGS", triple::env_upper(target));
    let mut configured = configs.flags(target);
    if let Some(value) = variable(&name) {
        let flags = files::words(&value);
        configured.push(ConfiguredFlags { flags, origin: Origin::Variable(name) });
    }
    configured
}

/// The sysroot that a GNU compiler has built in.
fn sysroot(compiler: &str, inputs: &Inputs) -> Option<String> {
    let ended = output(Command::new(compiler).arg("-print-sysroot"), inputs.out_dir.as_ref()?, LIMIT).ok()?;
    let path = ended.printed.trim();
    (ended.status.success() && path.len() > 1 && Path::new(path).is_dir()).then(|| path.to_string())
}

/// The glibc whose headers a compiler reads.
fn glibc(compiler: &str, flags: &[Setting], inputs: &Inputs) -> Option<(u32, u32)> {
    let directory = inputs.out_dir.as_ref()?;
    let source = directory.join("crosskit-build-glibc.c");
    std::fs::write(&source, "#include <features.h>\ncrosskit __GLIBC__ __GLIBC_MINOR__\n").ok()?;
    // A sysroot may be named there.
    let flags = flags.iter().filter(|it| !it.name.contains("CXX")).flat_map(|it| it.value.split_whitespace());
    let ended = output(Command::new(compiler).args(flags).args(["-E", "-P"]).arg(&source), directory, LIMIT);
    // A leftover would do no harm.
    let _ = std::fs::remove_file(&source);
    let ended = ended.ok()?;
    let words = ended.printed.lines().find_map(|line| line.trim().strip_prefix("crosskit "))?;
    let (major, minor) = words.split_once(' ')?;
    Some((major.parse().ok()?, minor.trim().parse().ok()?))
}

fn ask_pkg_config(facts: &mut ScriptFacts, inputs: &Inputs) {
    let settings = &facts.pkg_config;
    if settings.sysroot.as_ref().is_some_and(|it| it.value != "/") {
        return;
    }
    let directories = [&settings.libdir, &settings.path];
    if directories.iter().all(|it| it.is_none()) {
        let program = settings.program.as_ref().map_or("pkg-config", |it| it.value.as_str());
        let mut command = Command::new(program);
        command.args(["--variable", "pc_path", "pkg-config"]);
        let ended = inputs.out_dir.as_ref().and_then(|directory| output(&mut command, directory, LIMIT).ok());
        if let Some(ended) = ended.filter(|it| it.status.success()) {
            for directory in env::split_paths(ended.printed.trim()) {
                facts.pkg_config_directories.push(directory.display().to_string());
            }
        }
    }
    for setting in directories.iter().copied().flatten() {
        if let Some((file, prefix, sysroot)) = files::moved(&setting.value) {
            facts.moved = Some(Moved { setting: setting.clone(), file, prefix, sysroot });
            break;
        }
    }
}

/// Variables that lead to directories of libraries, as `OPENSSL_DIR` and `SQLITE3_LIB_DIR` do.
fn directories(target: &str, host: &str) -> Vec<Setting> {
    let own = format!("{}_", triple::env_upper(target));
    // Packages like openssl-sys ask for a name with the triple before it.
    let systems = ["_LINUX_", "_WINDOWS_", "_APPLE_", "_NONE_", "_FREEBSD_", "_ANDROID"];
    let mut found = Vec::new();
    for (name, value) in env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        if !name.ends_with("_DIR") || value.is_empty() || is_of_others(name) {
            continue;
        }
        let is_own = name.starts_with(&own);
        // Of the host kind only what is meant for it: a plain name may be the target's.
        let is_foreign = host == target || systems.iter().any(|word| name.contains(word));
        if is_own || !is_foreign && variable(&format!("{own}{name}")).is_none() {
            found.push(Setting { name: name.to_string(), value: value.to_string() });
        }
    }
    found
}

/// Whether a variable leads to what is Cargo's, the user's, or a tool's that runs on the host.
fn is_of_others(name: &str) -> bool {
    const OTHERS: [&str; 11] =
        ["CARGO", "OUT_DIR", "DEP_", "RUST", "XDG_", "TMP", "PKG_CONFIG", "HOST_", "LLVM", "CLANG", "LIBCLANG"];
    OTHERS.iter().any(|start| name.starts_with(start))
}

fn foreign_libraries(target: &str, host: &str) -> Vec<rules::LibraryFacts> {
    let mut foreign = Vec::new();
    for setting in directories(target, host) {
        if let Some(library) = files::foreign_library(&setting, target) {
            foreign.push(library);
        }
    }
    foreign
}

/// The variables that lead to libraries, and have no fixed names.
pub(super) fn names_of_directories(target: &str, host: &str) -> Vec<String> {
    let mut names = Vec::new();
    // A package asks for those that begin with its own library's name, set or not.
    if let Some(links) = variable("CARGO_MANIFEST_LINKS") {
        let links = links.to_uppercase().replace('-', "_");
        for end in ["DIR", "LIB_DIR"] {
            names.push(format!("{links}_{end}"));
            names.push(format!("{}_{links}_{end}", triple::env_upper(target)));
        }
    }
    for setting in directories(target, host) {
        if !files::libraries(Path::new(&setting.value)).is_empty() && !names.contains(&setting.name) {
            names.push(setting.name);
        }
    }
    names
}

/// Paths that are not there.
fn missing(facts: &ScriptFacts, target: &str, host: &str) -> Vec<(Setting, String)> {
    let mut missing = Vec::new();
    let mut look = |setting: &Setting, path: &str| {
        if !path.is_empty() && !Path::new(path).exists() {
            missing.push((setting.clone(), path.to_string()));
        }
    };
    for tool in ["CC", "CXX", "AR", "RANLIB"] {
        let Some(setting) = rules::deciding(tool, target, host, &variable) else { continue };
        let program = setting.value.split_whitespace().next().unwrap_or("");
        // A name without a slash is looked for on PATH; a path may have blanks.
        if program.contains('/') && !Path::new(&setting.value).exists() {
            look(&setting, program);
        }
    }
    let pkg_config = &facts.pkg_config;
    for (setting, extends) in
        pkg_config.libdir.iter().map(|it| (it, false)).chain(pkg_config.path.iter().map(|it| (it, true)))
    {
        // Lists often name directories that only some systems have, and one of the system's own comes with the first library
        // that is installed.
        let may_come = |path: &Path| extends && path.starts_with("/usr");
        if !env::split_paths(&setting.value).any(|it| it.exists() || may_come(&it)) {
            look(setting, &setting.value);
        }
    }
    if let Some(setting) = &pkg_config.sysroot {
        look(setting, &setting.value);
    }
    if let Some(file) = &facts.toolchain_file {
        look(&file.setting, &file.setting.value);
    }
    if facts.uses("bindgen") {
        if let Some(value) = variable("LIBCLANG_PATH") {
            look(&Setting { name: "LIBCLANG_PATH".to_string(), value: value.clone() }, &value);
        }
    }
    for setting in facts.compiler_flags.iter().chain(&facts.bindgen) {
        for word in setting.value.split_whitespace() {
            if let Some(sysroot) = word.strip_prefix("--sysroot=") {
                look(setting, sysroot);
            }
        }
    }
    missing
}

/// The archiver that a variable names, where none was tried.
pub(super) fn named_archiver(target: &str, host: &str) -> Option<ArchiverFacts> {
    let (name, value) = rules::compiler_variable("AR", target, host, &variable)?;
    let program = rules::compiler_program(&value).to_string();
    Some(ArchiverFacts { program, origin: CompilerOrigin::Variable(name), probe: ArchiveProbe::NotTried })
}
