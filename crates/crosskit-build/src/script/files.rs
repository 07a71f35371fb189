//! What a build script reads of files: Cargo's configuration, the kit's settings, toolchain files, `.pc` files.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::Origin;
use crate::rules::{ConfiguredFlags, LibraryFacts, Setting};

use super::{archive, toml};

/// How large a file may be that is read whole.
const MOST: u64 = 1 << 20;

/// How many entries of a directory are looked at, and how many libraries.
const ENTRIES: usize = 1000;
const LIBRARIES: usize = 16;

/// The text of a small file.
pub(super) fn text(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MOST {
        return None;
    }
    fs::read_to_string(path).ok()
}

/// Cargo's configuration files that are there, the nearest first, with what can be read of each.
pub(super) struct Configs {
    files: Vec<(PathBuf, Vec<toml::Entry>)>,
}

impl Configs {
    pub(super) fn read(files: &[PathBuf]) -> Configs {
        let read = |path: &PathBuf| Some((path.clone(), toml::entries(&text(path)?)));
        Configs { files: files.iter().filter_map(read).collect() }
    }

    fn find<'a>(&'a self, key: &'a [&str]) -> impl Iterator<Item = (Origin, &'a toml::Entry)> + 'a {
        self.files.iter().flat_map(move |(path, entries)| {
            let entries = entries.iter().filter(move |entry| entry.key == key);
            entries.map(move |entry| (origin(path, entry.line), entry))
        })
    }

    /// Where the linker of a target is set to this program.
    pub(super) fn linker(&self, target: &str, program: &str) -> Option<Origin> {
        let key = ["target", target, "linker"];
        let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_string();
        // Cargo makes a path with a slash absolute.
        let is_it = |entry: &toml::Entry| entry.values.iter().any(|it| it == program || name(it) == name(program));
        let found = self.find(&key).find(|(_, entry)| is_it(entry)).map(|(origin, _)| origin);
        found
    }

    /// The flags of rustc for a target. Arrays of several files are joined, and each is told by itself.
    pub(super) fn flags(&self, target: &str) -> Vec<ConfiguredFlags> {
        let key = ["target", target, "rustflags"];
        let mut strings = 0;
        let found = self.find(&key).filter_map(|(origin, entry)| {
            let flags = if entry.array {
                entry.values.clone()
            } else {
                strings += 1;
                entry.values.iter().flat_map(|it| it.split_whitespace()).map(String::from).collect()
            };
            // Of strings the nearest counts.
            (entry.array || strings == 1).then_some(ConfiguredFlags { flags, origin })
        });
        found.collect()
    }
}

fn origin(path: &Path, line: usize) -> Origin {
    Origin::File { path: path.display().to_string(), line, column: 1 }
}

/// The newest glibc that the kit's settings allow for a target: `[target.<triple>] glibc = "2.28"`.
pub(super) fn glibc_limit(settings: &Path, target: &str) -> Option<((u32, u32), Origin)> {
    let entries = toml::entries(&text(settings)?);
    let key = ["target", target, "glibc"];
    let entry = entries.iter().find(|entry| entry.key == key)?;
    Some((version(entry.values.first()?)?, origin(settings, entry.line)))
}

/// `2.28` as two numbers.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether a manifest names a package as a dependency, in any of TOML's ways.
pub(super) fn names(manifest: &str, package: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    manifest.lines().map(|line| line.split('#').next().unwrap_or("")).any(|line| {
        line.match_indices(package).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + package.len()..]);
            !before.ends_with(is_name) && !after.starts_with(is_name)
        })
    })
}

/// `CMAKE_SYSTEM_PROCESSOR` in a toolchain file, where it is set to a plain word.
pub(super) fn processor(toolchain_file: &str) -> Option<String> {
    let mut found = None;
    for line in toolchain_file.lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        let Some((command, arguments)) = line.split_once('(') else { continue };
        if !command.trim().eq_ignore_ascii_case("set") {
            continue;
        }
        let arguments = arguments.split(')').next().unwrap_or("");
        let mut words = arguments.split_whitespace();
        if words.next() == Some("CMAKE_SYSTEM_PROCESSOR") {
            let word = words.next().unwrap_or("").trim_matches('"');
            found = Some(word.to_string()).filter(|word| !word.is_empty() && !word.contains('$'));
        }
    }
    found
}

/// The first `.pc` file in directories of a sysroot whose prefix leads out of it: the file, the prefix, the sysroot.
pub(super) fn moved(directories: &str) -> Option<(String, String, String)> {
    env::split_paths(directories).find_map(|directory| {
        let shown = directory.to_str()?;
        let sysroot = &shown[..shown.find("/usr/").filter(|&at| at > 0)?];
        let mut files: Vec<PathBuf> = entries(&directory).filter(|it| it.extension() == Some("pc".as_ref())).collect();
        files.sort();
        let text = text(files.first()?)?;
        let prefix = text.lines().find_map(|line| line.trim().strip_prefix("prefix="))?.trim();
        let leads_out = prefix.starts_with('/') && !prefix.starts_with(sysroot);
        leads_out.then(|| (files[0].display().to_string(), prefix.to_string(), sysroot.to_string()))
    })
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(directory).ok().into_iter().flatten();
    entries.take(ENTRIES).filter_map(|entry| Some(entry.ok()?.path()))
}

/// The libraries in a directory, and in `lib` below it.
pub(super) fn libraries(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let places =
        if directory.is_absolute() { vec![directory.to_path_buf(), directory.join("lib")] } else { Vec::new() };
    places.into_iter().flat_map(|place| entries(&place)).filter(|it| is_library(it))
}

/// A library in a directory, if all in it that tell are for other machines than the target.
pub(super) fn foreign_library(setting: &Setting, target: &str) -> Option<LibraryFacts> {
    let mut libraries: Vec<PathBuf> = libraries(Path::new(&setting.value)).collect();
    libraries.sort();
    let mut foreign = None;
    for library in libraries.iter().take(LIBRARIES) {
        let Some(object) = archive::machine(library) else { continue };
        match crate::object_file::matches(target, &object) {
            Some(false) => {
                foreign.get_or_insert(LibraryFacts {
                    setting: setting.clone(),
                    file: library.display().to_string(),
                    object,
                });
            }
            // It may be a directory for several machines.
            _ => return None,
        }
    }
    foreign
}

fn is_library(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str()).unwrap_or("");
    ["a", "so", "dylib", "lib"].contains(&extension) && path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_named_by_whole_words() {
        for line in ["bindgen = \"0.72\"", "[build-dependencies.bindgen]", "x = { package = \"bindgen\" }"] {
            assert!(names(line, "bindgen"), "{line}");
        }
        for line in ["wasm-bindgen = \"0.2\"", "cbindgen = \"1\"", "bindgen-cli = \"1\"", "# bindgen = \"1\""] {
            assert!(!names(line, "bindgen"), "{line}");
        }
    }

    #[test]
    fn a_processor_is_a_plain_word() {
        let of = |text: &str| processor(text);
        assert_eq!(of("set(CMAKE_SYSTEM_PROCESSOR arm)").as_deref(), Some("arm"));
        assert_eq!(of("SET ( CMAKE_SYSTEM_PROCESSOR \"aarch64\" CACHE STRING x)").as_deref(), Some("aarch64"));
        assert_eq!(of("# set(CMAKE_SYSTEM_PROCESSOR arm)"), None);
        assert_eq!(of("set(CMAKE_SYSTEM_PROCESSOR ${ARCH})"), None);
        assert_eq!(of("set(CMAKE_SYSTEM_PROCESSOR"), None);
    }
}
