//! Finds programs.

use std::env;
use std::path::PathBuf;

/// A program on `PATH`, or by its path.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    if program.is_empty() {
        return None;
    }
    let suffixed = format!("{program}{}", env::consts::EXE_SUFFIX);
    let names = [program, &suffixed];
    if program.contains(['/', '\\']) {
        return names.iter().map(PathBuf::from).find(|path| path.is_file());
    }
    let path = env::var_os("PATH")?;
    let directories = env::split_paths(&path).collect::<Vec<_>>();
    directories.iter().flat_map(|directory| names.map(|name| directory.join(name))).find(|path| path.is_file())
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
