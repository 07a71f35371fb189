//! Reads files, and writes them whole or not at all.
//!
//! A new text goes to a file beside the old one, to the disk, and then takes the old one's place in one step, so that
//! whatever ends the process, and whenever, the old file is there or the new one. What is left beside it by a process
//! that was killed has a name that is always the same: nobody reads it, and the next write takes it away.

mod lock;
mod place;
mod words;

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crosskit_core::finding::Finding;
use crosskit_core::plan::{Before, FileEdit};
use crosskit_core::settings;

pub use lock::{Lock, lock};

/// Reads a text file; `None` if it does not exist.
///
/// # Errors
/// It exists and cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<Option<String>, Box<Finding>> {
    let bytes = if waits_for_a_writer(path) {
        // To open it would wait for ever.
        Err(io::Error::other("it is a named pipe, and no file"))
    } else {
        std::fs::read(path)
    };
    match bytes {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|error| words::not_text(path, &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(words::cannot_read(path, &error)),
    }
}

#[cfg(unix)]
fn waits_for_a_writer(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| std::os::unix::fs::FileTypeExt::is_fifo(&it.file_type()))
}

#[cfg(not(unix))]
fn waits_for_a_writer(_: &Path) -> bool {
    false
}

/// Reads `crosskit.toml`; an empty text if there is none.
///
/// # Errors
/// It cannot be read, or is a link to no file: what it was to say would be left out in silence.
pub fn read_settings(root: &Path) -> Result<String, Box<Finding>> {
    let path = root.join(settings::FILE);
    match read(&path)? {
        None if path.is_symlink() => Err(words::leads_nowhere(&path)),
        text => Ok(text.unwrap_or_default()),
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

/// Why a file was not written.
#[derive(Debug)]
enum Failure {
    /// The system refused something: what, and of which file.
    Refused(&'static str, PathBuf, io::Error),
    /// The file is not what the edit was made from.
    Changed,
    /// The new file is in its place, and may not stay there if the power goes.
    Unsafe(io::Error),
}

/// Gives an error what was being done, and to which file.
fn at<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Failure + 'a {
    move |error| Failure::Refused(doing, path.to_path_buf(), error)
}

/// Writes a planned file below the workspace root.
///
/// Symbolic links to a file of the user are followed and stay; one in the place of a file that is wholly ours makes way for
/// it, as what it leads to is not ours. The permissions are kept, and so are the owner and the group where the system
/// lets us; another hard link to the old file goes on naming the old text. Our own runs take turns, by a lock on the
/// directory unless `held` is one. Another program's edit is seen up to the last moment before the new file takes its
/// place, and then nothing is written.
///
/// # Errors
/// The directory or the file cannot be written, or is not what the edit was made from; then the old file is as it was.
pub fn write(held: Option<&Lock>, root: &Path, edit: &FileEdit) -> Result<(), Box<Finding>> {
    let path = root.join(&edit.path);
    let mut made = Vec::new();
    let follow = edit.before != Before::Anything;
    let written = place::make(&path, follow, &mut made)
        .map_err(at("finding", &path))
        .and_then(|place| replace(held, &place, edit));
    written.map_err(|failure| {
        if !matches!(failure, Failure::Unsafe(_)) {
            // A directory that holds something by now is not ours alone any more, and stays.
            made.iter().rev().for_each(|directory| drop(std::fs::remove_dir(directory)));
        }
        words::cannot_write(&path, &failure)
    })
}

/// Takes away a file below the workspace root, and the directories above it that are empty then.
///
/// # Errors
/// The file cannot be removed. One that is gone is what is wanted.
pub fn remove(root: &Path, path: &str) -> Result<(), Box<Finding>> {
    let file = root.join(path);
    match writable(&file).and_then(|_| std::fs::remove_file(&file)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(words::cannot_write(&file, &Failure::Refused("removing", file.clone(), error)));
        }
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

/// Writes a file at a place that is no link, in a directory that exists.
fn replace(held: Option<&Lock>, place: &Path, edit: &FileEdit) -> Result<(), Failure> {
    let directory = place.parent().unwrap_or(Path::new("."));
    let _turn = lock::beside(held, directory).map_err(at("locking", directory))?;
    let old = writable(place).map_err(at("opening", place))?;
    let temporary = beside(place);
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Failure::Refused("removing a leftover,", temporary, error));
        }
        _ => {}
    }
    let replaced = fill(&temporary, old.as_ref(), edit)
        .map_err(at("writing", &temporary))
        .and_then(|()| if fits(place, &edit.before)? { Ok(()) } else { Err(Failure::Changed) })
        .and_then(|()| std::fs::rename(&temporary, place).map_err(at("replacing", place)));
    if replaced.is_err() {
        // The old file is untouched; what is left of the new one is not worth a second message.
        let _ = std::fs::remove_file(&temporary);
    }
    replaced?;
    place::to_disk(directory).map_err(Failure::Unsafe)
}

/// Looks at the file that is to be replaced; `None` if there is none.
///
/// Replacing a file asks the directory alone for permission. Whoever made the file read-only, or a device, did not mean
/// it to be replaced, so the file is asked as well.
fn writable(place: &Path) -> io::Result<Option<Metadata>> {
    let old = match std::fs::symlink_metadata(place) {
        // It is not followed, so what it leads to is not asked.
        Ok(link) if link.is_symlink() => return Ok(None),
        Ok(old) => old,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if old.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"));
    }
    if !old.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    // Root may open it all the same.
    if old.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "the file is read-only"));
    }
    match OpenOptions::new().append(true).open(place) {
        // A launcher that is just being started says nothing about permissions.
        Err(error) if error.kind() != ErrorKind::ExecutableFileBusy => Err(error),
        _ => Ok(Some(old)),
    }
}

/// Where the new text is while it is not yet whole.
fn beside(place: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(".crosskit-new");
    place.with_file_name(name)
}

/// Writes the new file, to the disk, with what is kept of the old one.
fn fill(temporary: &Path, old: Option<&Metadata>, edit: &FileEdit) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if old.is_some() {
        // What nobody else could read before is at no moment readable now.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(temporary)?;
    file.write_all(edit.text.as_bytes())?;
    if let Some(old) = old {
        keep_owner(&file, old)?;
        file.set_permissions(old.permissions())?;
    }
    #[cfg(unix)]
    if edit.executable {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata()?.permissions().mode();
        // Whoever may read it may run it.
        file.set_permissions(std::fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2)))?;
    }
    file.sync_all()
}

/// Gives the new file to the owner and the group of the old one: root edits the file of a user, a member the file of a
/// team. Others may not, and a file that they may write and not give away becomes theirs.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        let _ = fchown(file, None, Some(old.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Whether the file is still what the edit was made from.
fn fits(place: &Path, before: &Before) -> Result<bool, Failure> {
    let expected = match before {
        Before::Anything => return Ok(true),
        Before::NoFile => None,
        Before::Text(text) => Some(text.as_bytes()),
    };
    match std::fs::read(place) {
        Ok(bytes) => Ok(expected == Some(bytes.as_slice())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(expected.is_none()),
        Err(error) => Err(at("reading", place)(error)),
    }
}
