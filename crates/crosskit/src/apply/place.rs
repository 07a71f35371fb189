//! Where a file really is, and the directories above it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// As many symbolic links as Linux follows before it says that they go round in a circle.
/// Source: `path_resolution(7)`.
const LINKS: usize = 40;

/// The place that a path leads to, with the directories above it: once every link is followed, or the path itself where
/// `follow` says that a link is no better than a file. Each directory that had to be made is added to `made`, the
/// outermost first.
///
/// # Errors
/// The links lead nowhere, or a directory cannot be made.
pub fn make(path: &Path, follow: bool, made: &mut Vec<PathBuf>) -> io::Result<PathBuf> {
    if !follow {
        make_directory(path.parent().unwrap_or(Path::new(".")), made)?;
        return Ok(path.to_path_buf());
    }
    let mut place = path.to_path_buf();
    for _ in 0..LINKS {
        let is_link = match place.symlink_metadata() {
            Ok(metadata) => metadata.is_symlink(),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => false,
            // What may be a link must not be taken for none: the new file would take the link's place.
            Err(error) => return Err(error),
        };
        let directory = place.parent().unwrap_or(Path::new("."));
        if is_link {
            let target = std::fs::read_link(&place)?;
            place = directory.join(target);
            continue;
        }
        if place == path {
            make_directory(directory, made)?;
        } else if !directory.is_dir() {
            // Where the link leads is not ours, so nothing is made there but the file.
            let missing = format!("it is a link to `{}`, whose directory does not exist", place.display());
            return Err(io::Error::new(ErrorKind::NotFound, missing));
        }
        return Ok(place);
    }
    Err(io::Error::other("its symbolic links go round in a circle"))
}

fn make_directory(directory: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if directory.symlink_metadata().is_ok() {
        let other = format!("`{}` is there and is no directory", directory.display());
        return Err(io::Error::new(ErrorKind::NotADirectory, other));
    }
    let above = directory.parent().unwrap_or(Path::new("."));
    make_directory(above, made)?;
    match std::fs::create_dir(directory) {
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => return Ok(()),
        made => made?,
    }
    made.push(directory.to_path_buf());
    to_disk(above)
}

/// Brings the names in a directory to the disk. A file whose text is on the disk may still lose its name to a power cut.
/// Source: `fsync(2)`.
///
/// # Errors
/// The disk fails. A file system that cannot do it for a directory does not count.
#[cfg(unix)]
pub fn to_disk(directory: &Path) -> io::Result<()> {
    match std::fs::File::open(directory)?.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

/// There, a directory cannot be opened as a file, and the file system keeps a log of names.
#[cfg(not(unix))]
pub fn to_disk(_: &Path) -> io::Result<()> {
    Ok(())
}
