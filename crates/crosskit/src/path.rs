//! `PATH`: where a spawn finds a program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::apply;
use crate::environment::Variables;

/// The directories of `PATH`.
pub fn path_directories(variables: &Variables) -> Vec<PathBuf> {
    let path = variables.get(OsStr::new("PATH"));
    path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
}

/// A program as a spawn in the directory `here` would find it: a path as it is, a bare name in the directories.
pub fn find_program(program: &str, here: &Path, directories: &[PathBuf]) -> Option<PathBuf> {
    let with_suffix = |path: PathBuf| {
        let suffix = std::env::consts::EXE_SUFFIX;
        let suffixed = PathBuf::from(format!("{}{suffix}", path.display()));
        [path, suffixed].into_iter().find(|path| apply::is_executable(&here.join(path)))
    };
    if program.contains(std::path::is_separator) {
        return with_suffix(PathBuf::from(program));
    }
    directories.iter().find_map(|directory| with_suffix(directory.join(program)))
}
