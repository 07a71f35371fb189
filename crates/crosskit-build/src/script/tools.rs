//! Finds programs.

use std::env;
use std::path::PathBuf;

/// A program on `PATH`, or by its path.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    if program.is_empty() {
        return None;
    }
    let suffixed = format!("{program}{}", env::consts::EXE_SUFFIX);
    let is_path = program.contains(['/', '\\']);
    let path = if is_path { Default::default() } else { env::var_os("PATH")? };
    let mut directories: Vec<PathBuf> = env::split_paths(&path).collect();
    if is_path {
        directories.push(PathBuf::new());
    }
    for directory in directories {
        for name in [program, &suffixed] {
            let file = directory.join(name);
            if file.is_file() {
                return Some(file);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn programs_are_files() {
        for program in ["", "/", ".", "no-such-program", "/no/such/program"] {
            assert_eq!(find(program), None, "{program:?}");
        }
    }
}
