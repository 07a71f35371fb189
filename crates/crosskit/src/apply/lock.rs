//! Two runs at once take turns.
//!
//! What is locked is a directory: it is there before the first run, two runs with different target directories meet at
//! it, and nothing has to be written. The system takes the lock away with the process that held it.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};

use crosskit_core::finding::Finding;

use super::words;

/// How often it is looked whether it is our turn.
const TICK: Duration = Duration::from_millis(10);

/// How long one write of another run may take before something else must be wrong.
#[cfg(unix)]
const A_WRITE: Duration = Duration::from_secs(30);

/// A lock, held for as long as the value lives.
#[derive(Debug)]
pub struct Lock(#[cfg_attr(not(unix), expect(dead_code, reason = "only the lock that comes with it counts"))] File);

/// Locks a workspace, from before its config is read until after it is written. `goes_on` is asked again and again, with
/// how long it has taken, while another run has the lock; a no gives up, and `None` is given back.
///
/// # Errors
/// There is nothing that can be locked.
pub fn lock(root: &Path, out: &Path, goes_on: impl FnMut(Duration) -> bool) -> Result<Option<Lock>, Box<Finding>> {
    let (path, opened) = open(root, out);
    let locked = opened.and_then(|file| Ok(wait(&file, goes_on)?.then_some(Lock(file))));
    locked.map_err(|error| words::cannot_lock(&path, &error))
}

#[cfg(unix)]
fn open(root: &Path, _: &Path) -> (std::path::PathBuf, io::Result<File>) {
    (root.to_path_buf(), File::open(root))
}

/// Where a directory cannot be locked, a file below the target directory has to do.
#[cfg(not(unix))]
fn open(_: &Path, out: &Path) -> (std::path::PathBuf, io::Result<File>) {
    let path = out.join("crosskit.lock");
    let made = std::fs::create_dir_all(out);
    let opened = made.and_then(|()| File::options().create(true).append(true).open(&path));
    (path, opened)
}

/// Locks the directory of one file for one write: two workspaces may share a config by links, and then only this one
/// keeps them apart. `None` if `held` is the lock on this very directory.
///
/// # Errors
/// The directory cannot be opened, or somebody else does not let go of it.
#[cfg(unix)]
pub fn beside(held: Option<&Lock>, directory: &Path) -> io::Result<Option<Lock>> {
    use std::os::unix::fs::MetadataExt;
    let file = File::open(directory)?;
    let identity = |file: &File| file.metadata().map(|metadata| (metadata.dev(), metadata.ino()));
    if let Some(Lock(held)) = held
        && identity(held)? == identity(&file)?
    {
        return Ok(None);
    }
    if wait(&file, |waited| waited < A_WRITE)? {
        return Ok(Some(Lock(file)));
    }
    Err(io::Error::new(ErrorKind::TimedOut, format!("another process keeps `{}` locked", directory.display())))
}

#[cfg(not(unix))]
pub fn beside(_: Option<&Lock>, _: &Path) -> io::Result<Option<Lock>> {
    Ok(None)
}

/// Takes the lock, and says whether that worked before `goes_on` said no.
fn wait(file: &File, mut goes_on: impl FnMut(Duration) -> bool) -> io::Result<bool> {
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            // Some network file systems know no locks. There the last look before a file is replaced has to do.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if goes_on(began.elapsed()) => std::thread::sleep(TICK),
            Err(TryLockError::WouldBlock) => return Ok(false),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_waited_for_until_the_caller_has_enough() {
        let directory = std::env::temp_dir().join(format!("crosskit-lock-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        let first = lock(&directory, &directory, |_| false).expect("a directory can be locked");
        assert!(first.is_some(), "nobody else has it");
        let mut asked = 0;
        let second = lock(&directory, &directory, |_| {
            asked += 1;
            asked < 3
        });
        assert!(second.is_ok_and(|lock| lock.is_none()), "the first one still has it");
        assert_eq!(asked, 3);
        // The same directory by another name, as a link may lead there.
        let own = beside(first.as_ref(), &directory.join(".")).expect("the directory can be opened");
        assert!(own.is_none(), "who has it does not wait for itself");
        drop(first);
        let third = lock(&directory, &directory, |_| false).expect("a directory can be locked");
        assert!(third.is_some(), "it went with the value");
        std::fs::remove_dir(&directory).expect("the directory is empty");
    }
}
