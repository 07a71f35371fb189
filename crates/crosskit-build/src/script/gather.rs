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
    let first = |setting| rules::settings(setting, target, host, &variable).into_iter().next();
    let rustflags = words::encoded(variable("CARGO_ENCODED_RUSTFLAGS").as_deref());
    let rustc_linker = variable("RUSTC_LINKER");
    let configs = files::Configs::read(config_files);
    let picked = picked::compilers(inputs, rustc_linker.as_deref());
    let linker = words::linker(rustc_linker.as_deref(), &rustflags).map(|program| {
        let name = format!("CARGO_TARGET_{}_LINKER", triple::env_upper(target));
        let by_variable = variable(&name).is_some_and(|value| value == program).then_some(Origin::Variable(name));
        let origin = by_variable.or_else(|| configs.linker(target, &program));
        Linker { program, origin }
    });
    let pkg_config = PkgConfig::of(target, host, &variable);
    let toolchain_file = first("CMAKE_TOOLCHAIN_FILE").map(|setting| {
        let processor = files::text(Path::new(&setting.value)).and_then(|text| files::processor(&text));
        ToolchainFile { setting, processor }
    });
    let uses_bindgen = inputs.manifest_dir.as_ref().is_some_and(|directory| {
        files::text(&directory.join("Cargo.toml")).is_some_and(|manifest| files::names(&manifest, "bindgen"))
    });
    let compiler_flags: Vec<Setting> =
        ["CFLAGS", "CXXFLAGS"].iter().flat_map(|name| rules::flags(name, target, host, &variable)).collect();
    let compiler = picked.compilers.first();
    let fits = compiler.and_then(|it| fitting(it, target));
    let cross = host != target;
    let mut facts = ScriptFacts {
        host: host.clone(),
        target: target.clone(),
        any_target: picked.any_target,
        archiver: picked.archiver,
        ranlib: first("RANLIB"),
        of_host_kind: ["CC", "CXX"]
            .iter()
            .filter_map(|tool| rules::settings(tool, host, host, &variable).into_iter().next())
            .collect(),
        compiler_flags: compiler_flags.clone(),
        linker,
        rustflags,
        configured_flags: configured_flags(target, &configs),
        pkg_config_directories: Vec::new(),
        moved: None,
        pkg_config,
        bindgen: rules::bindgen_arguments(target, &variable),
        uses_bindgen,
        sysroot: fits.filter(|_| uses_bindgen && cross).and_then(sysroot),
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
        ask_pkg_config(&mut facts);
    }
    facts.missing = missing(&facts, target, host);
    Gathered { facts, trouble: picked.trouble }
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
        let flags = value.split_whitespace().map(String::from).collect();
        configured.push(ConfiguredFlags { flags, origin: Origin::Variable(name) });
    }
    configured
}

/// The sysroot that a GNU compiler has built in.
fn sysroot(compiler: &str) -> Option<String> {
    let ended = output(Command::new(compiler).arg("-print-sysroot"), LIMIT).ok()?;
    let path = ended.stdout.trim();
    (ended.status.success() && path.len() > 1 && Path::new(path).is_dir()).then(|| path.to_string())
}

/// The glibc whose headers a compiler reads.
fn glibc(compiler: &str, flags: &[Setting], inputs: &Inputs) -> Option<(u32, u32)> {
    let source = inputs.out_dir.as_ref()?.join("crosskit-build-glibc.c");
    std::fs::write(&source, "#include <features.h>\ncrosskit __GLIBC__ __GLIBC_MINOR__\n").ok()?;
    // A sysroot may be named there.
    let flags = flags.iter().filter(|it| !it.name.contains("CXX")).flat_map(|it| it.value.split_whitespace());
    let ended = output(Command::new(compiler).args(flags).args(["-E", "-P"]).arg(&source), LIMIT);
    // A leftover would do no harm.
    let _ = std::fs::remove_file(&source);
    let ended = ended.ok()?;
    let words = ended.stdout.lines().find_map(|line| line.trim().strip_prefix("crosskit "))?;
    let (major, minor) = words.split_once(' ')?;
    Some((major.parse().ok()?, minor.trim().parse().ok()?))
}

fn ask_pkg_config(facts: &mut ScriptFacts) {
    let settings = &facts.pkg_config;
    if settings.sysroot.is_some() {
        return;
    }
    let directories = [&settings.libdir, &settings.path];
    if directories.iter().all(|it| it.is_none()) {
        let program = settings.program.as_ref().map_or("pkg-config", |it| it.value.as_str());
        let ended = output(Command::new(program).args(["--variable", "pc_path", "pkg-config"]), LIMIT);
        if let Ok(ended) = ended {
            let directories = env::split_paths(ended.stdout.trim()).map(|it| it.display().to_string());
            facts.pkg_config_directories = directories.filter(|it| !it.is_empty()).collect();
        }
    }
    facts.moved = directories.iter().copied().flatten().find_map(|setting| {
        let (file, prefix, sysroot) = files::moved(&setting.value)?;
        Some(Moved { setting: setting.clone(), file, prefix, sysroot })
    });
}

/// Variables that lead to directories of libraries, as `OPENSSL_DIR` and `SQLITE3_LIB_DIR` do.
fn directories(target: &str, host: &str) -> Vec<Setting> {
    let own = format!("{}_", triple::env_upper(target));
    let set: Vec<Setting> = env::vars_os()
        .filter_map(|(name, value)| Some(Setting { name: name.into_string().ok()?, value: value.into_string().ok()? }))
        .filter(|it| it.name.ends_with("_DIR") && !is_cargos(&it.name) && !it.value.is_empty())
        .collect();
    let is_foreign = |name: &str| {
        // Packages like openssl-sys ask for a name with the triple before it.
        let systems = ["_LINUX_", "_WINDOWS_", "_APPLE_", "_NONE_", "_FREEBSD_", "_ANDROID"];
        !name.starts_with(&own) && systems.iter().any(|word| name.contains(word))
    };
    let is_hidden = |name: &str| set.iter().any(|it| it.name == format!("{own}{name}"));
    let mut kept: Vec<Setting> =
        set.iter().filter(|it| !is_foreign(&it.name) && !is_hidden(&it.name)).cloned().collect();
    // Of the host kind only what is meant for it: a plain name may be the target's.
    if host == target {
        kept.retain(|it| it.name.starts_with(&own));
    }
    kept
}

fn is_cargos(name: &str) -> bool {
    ["CARGO", "OUT_DIR", "DEP_", "RUST", "XDG_", "TMP", "PKG_CONFIG"].iter().any(|start| name.starts_with(start))
}

fn foreign_libraries(target: &str, host: &str) -> Vec<rules::LibraryFacts> {
    directories(target, host).iter().filter_map(|it| files::foreign_library(it, target)).collect()
}

/// The variables that lead to libraries, and have no fixed names.
pub(super) fn names_of_directories(target: &str, host: &str) -> Vec<String> {
    let with_libraries = |it: &Setting| files::libraries(Path::new(&it.value)).next().is_some();
    let mut names: Vec<String> =
        directories(target, host).into_iter().filter(with_libraries).map(|it| it.name).collect();
    names.sort();
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
    let first = |name| rules::settings(name, target, host, &variable).into_iter().next();
    for setting in ["CC", "CXX", "AR", "RANLIB"].into_iter().filter_map(first) {
        let program = setting.value.split_whitespace().next().unwrap_or("");
        // A name without a slash is looked for on PATH; a path may have blanks.
        if program.contains('/') && !Path::new(&setting.value).exists() {
            look(&setting, program);
        }
    }
    let pkg_config = &facts.pkg_config;
    for setting in [&pkg_config.libdir, &pkg_config.path].into_iter().flatten() {
        // Lists often name directories that only some systems have.
        let mut directories = env::split_paths(&setting.value).filter(|it| !it.as_os_str().is_empty()).peekable();
        if directories.peek().is_some() && directories.all(|it| !it.exists()) {
            look(setting, &setting.value);
        }
    }
    let toolchain = facts.toolchain_file.as_ref().map(|it| &it.setting);
    for setting in pkg_config.sysroot.iter().chain(toolchain) {
        look(setting, &setting.value);
    }
    if facts.uses_bindgen {
        if let Some(value) = variable("LIBCLANG_PATH") {
            look(&Setting { name: "LIBCLANG_PATH".to_string(), value: value.clone() }, &value);
        }
    }
    for setting in facts.compiler_flags.iter().chain(&facts.bindgen) {
        for sysroot in setting.value.split_whitespace().filter_map(|word| word.strip_prefix("--sysroot=")) {
            look(setting, sysroot);
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
