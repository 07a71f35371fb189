//! Writes files whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::FileEdit;

/// Reads a text file; `None` if it does not exist.
///
/// # Errors
/// It exists and cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<Option<String>, Box<Finding>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, &error)),
    }
}

/// Whether a file is there and may be started.
pub fn is_executable(path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else { return false };
    #[cfg(unix)]
    let may_run = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = true;
    metadata.is_file() && may_run
}

/// Writes a planned file below the workspace root.
///
/// The text goes to a new file beside the old one, to the disk, and then takes the old one's place in one step; a
/// symbolic link is followed and stays, and the permissions are kept.
///
/// # Errors
/// The directory or the file cannot be written; then the old file is as it was.
pub fn write(root: &Path, edit: &FileEdit) -> Result<(), Box<Finding>> {
    let path = root.join(&edit.path);
    let failed = |error: std::io::Error| cannot("write", &path, &error);
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    let place = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let old = std::fs::metadata(&place).ok();
    if old.as_ref().is_some_and(|old| old.permissions().readonly()) {
        let error = std::io::Error::new(std::io::ErrorKind::PermissionDenied, "the file is read-only");
        return Err(cannot("write", &path, &error));
    }
    let temporary = beside(&place);
    let written = (|| {
        let mut file = std::fs::File::create_new(&temporary)?;
        file.write_all(edit.text.as_bytes())?;
        if let Some(old) = &old {
            file.set_permissions(old.permissions())?;
        }
        #[cfg(unix)]
        if edit.executable {
            use std::os::unix::fs::PermissionsExt;
            let mode = file.metadata()?.permissions().mode();
            // Whoever may read it may run it.
            file.set_permissions(std::fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2)))?;
        }
        file.sync_all()?;
        std::fs::rename(&temporary, &place)
    })();
    written.map_err(|error| {
        // The old file is untouched; what is left of the new one is not worth a second message.
        let _ = std::fs::remove_file(&temporary);
        failed(error)
    })
}

/// Takes away a file below the workspace root, and the directories above it that are empty then.
///
/// # Errors
/// The file cannot be removed. One that is gone is what is wanted.
pub fn remove(root: &Path, path: &str) -> Result<(), Box<Finding>> {
    let file = root.join(path);
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot("remove", &file, &error)),
        _ => {}
    }
    for directory in file.ancestors().skip(1).take_while(|directory| *directory != root && directory.starts_with(root))
    {
        // A directory that holds something else stays, and so do those above it.
        if std::fs::remove_dir(directory).is_err() {
            break;
        }
    }
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.crosskit-{}", std::process::id()))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Box<Finding> {
    Box::new(
        Finding::error(Code::FileAccess, format!("cannot {what} `{}`: {error}", path.display()))
            .note("the file was not touched"),
    )
}

/// Holds a lock on the workspace's config for as long as the value lives, so that two runs at once take turns.
///
/// # Errors
/// The lock file cannot be made.
pub fn lock(directory: &Path) -> Result<std::fs::File, Box<Finding>> {
    let path = directory.join("crosskit.lock");
    let failed = |error: std::io::Error| cannot("lock", &path, &error);
    std::fs::create_dir_all(directory).map_err(failed)?;
    let file = std::fs::File::options().create(true).append(true).open(&path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}
