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
        let mut read = Vec::new();
        for path in files {
            if let Some(text) = text(path) {
                read.push((path.clone(), toml::entries(&text)));
            }
        }
        Configs { files: read }
    }

    /// Where the linker of a target is set to this program.
    pub(super) fn linker(&self, target: &str, program: &str) -> Option<Origin> {
        let key = format!("target.{target}.linker");
        let name = |path: &str| path.rsplit(['/', '\\']).next().map(str::to_string);
        for (path, entries) in &self.files {
            for entry in entries {
                // Cargo makes a path with a slash absolute.
                if entry.key == key && entry.values.first().is_some_and(|it| name(it) == name(program)) {
                    return Some(origin(path, entry.line));
                }
            }
        }
        None
    }

    /// The flags of rustc for a target. Arrays of several files are joined, and each is told by itself.
    pub(super) fn flags(&self, target: &str) -> Vec<ConfiguredFlags> {
        let key = format!("target.{target}.rustflags");
        let mut configured = Vec::new();
        let mut strings = 0;
        for (path, entries) in &self.files {
            for entry in entries {
                if entry.key != key {
                    continue;
                }
                let flags = if entry.array {
                    entry.values.clone()
                } else {
                    strings += 1;
                    words(entry.values.first().map_or("", String::as_str))
                };
                // Of strings the nearest counts.
                if entry.array || strings == 1 {
                    configured.push(ConfiguredFlags { flags, origin: origin(path, entry.line) });
                }
            }
        }
        configured
    }
}

/// Text split at blanks.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(String::from).collect()
}

fn origin(path: &Path, line: usize) -> Origin {
    Origin::File { path: path.display().to_string(), line, column: 1 }
}

/// The newest glibc that the kit's settings allow for a target: `[target.<triple>] glibc = "2.28"`.
pub(super) fn glibc_limit(settings: &Path, target: &str) -> Option<((u32, u32), Origin)> {
    let entries = toml::entries(&text(settings)?);
    let key = format!("target.{target}.glibc");
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
    for line in manifest.lines() {
        let line = line.split('#').next().unwrap_or("");
        let mut from = 0;
        while let Some(at) = line[from..].find(package) {
            let (start, end) = (from + at, from + at + package.len());
            let before = &line[..start];
            // In quotes it is a feature, unless it is what `package` renames.
            let quoted = before.ends_with(['"', '\'']) && !before.contains("package");
            if !before.ends_with(is_name) && !line[end..].starts_with(is_name) && !quoted {
                return true;
            }
            from = end;
        }
    }
    false
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
    for directory in env::split_paths(directories) {
        let Some(shown) = directory.to_str() else { continue };
        let Some(at) = shown.find("/usr/").filter(|&at| at > 0) else { continue };
        let sysroot = &shown[..at];
        let Some(file) = entries(&directory, &["pc"]).into_iter().min() else { continue };
        for line in text(&file).unwrap_or_default().lines() {
            let Some(prefix) = line.trim().strip_prefix("prefix=") else { continue };
            if prefix.starts_with('/') && !prefix.starts_with(sysroot) {
                return Some((file.display().to_string(), prefix.trim().to_string(), sysroot.to_string()));
            }
        }
    }
    None
}

/// The files of a directory with one of these extensions.
fn entries(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(directory) else { return found };
    for entry in entries.take(ENTRIES).flatten() {
        let path = entry.path();
        let extension = path.extension().and_then(|it| it.to_str()).unwrap_or("");
        if extensions.contains(&extension) && path.is_file() {
            found.push(path);
        }
    }
    found
}

/// The libraries in a directory, and in `lib` below it.
pub(super) fn libraries(directory: &Path) -> Vec<PathBuf> {
    let extensions = ["a", "so", "dylib", "lib"];
    if !directory.is_absolute() {
        return Vec::new();
    }
    let mut libraries = entries(directory, &extensions);
    libraries.append(&mut entries(&directory.join("lib"), &extensions));
    libraries
}

/// A library in a directory, if all in it that tell are for other machines than the target.
pub(super) fn foreign_library(setting: &Setting, target: &str) -> Option<LibraryFacts> {
    let mut foreign: Option<LibraryFacts> = None;
    for library in libraries(Path::new(&setting.value)).iter().take(LIBRARIES) {
        let Some(object) = archive::machine(library) else { continue };
        // It may be a directory for several machines.
        if crate::object_file::matches(target, &object) != Some(false) {
            return None;
        }
        let file = library.display().to_string();
        // The first by name is told, as directories have no order.
        if foreign.as_ref().map_or(true, |known| file < known.file) {
            foreign = Some(LibraryFacts { setting: setting.clone(), file, object });
        }
    }
    foreign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_named_by_whole_words() {
        for line in ["bindgen = \"0.72\"", "[build-dependencies.bindgen]", "x = { package = \"bindgen\" }"] {
            assert!(names(line, "bindgen"), "{line}");
        }
        for line in [
            "x = { features = [\"bindgen\"] }",
            "wasm-bindgen = \"0.2\"",
            "cbindgen = \"1\"",
            "bindgen-cli = \"1\"",
            "# bindgen = \"1\"",
        ] {
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
