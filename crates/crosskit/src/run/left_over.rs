//! Files that cargo says it made, and that are older than its call.

use std::path::Path;
use std::time::SystemTime;

/// Whether nothing of a file was changed since then.
pub fn is_older(path: &Path, since: SystemTime) -> bool {
    std::fs::metadata(path).ok().and_then(|file| touched(&file)).is_some_and(|touched| touched < since)
}

/// The present time, as the file system of a directory tells it: that of another computer has a clock of its own, and some
/// count whole seconds. None where nothing was ever built.
pub fn now(directory: &Path) -> Option<SystemTime> {
    let path = directory.join(format!(".crosskit-now-{}", std::process::id()));
    let made = std::fs::write(&path, "").and_then(|()| std::fs::metadata(&path)).ok().and_then(|file| touched(&file));
    // Where it was never written there is nothing to take away.
    let _ = std::fs::remove_file(&path);
    made
}

/// Takes a program away, with the file of which it is a link: cargo makes programs among `deps` and shows them above.
pub fn remove(path: &Path) {
    #[cfg(unix)]
    if let Ok(own) = std::fs::metadata(path) {
        use std::os::unix::fs::MetadataExt;
        let beside = std::fs::read_dir(path.with_file_name("deps")).into_iter().flatten().flatten();
        let is_same =
            |it: &std::fs::DirEntry| it.metadata().is_ok_and(|it| (it.dev(), it.ino()) == (own.dev(), own.ino()));
        for entry in beside.filter(is_same) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    // What cannot be removed is told of all the same.
    let _ = std::fs::remove_file(path);
}

/// When anything of a file was changed. A cache of compilers may link an old file to its place, which changes no more than
/// the inode.
fn touched(file: &std::fs::Metadata) -> Option<SystemTime> {
    let modified = file.modified().ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let since = std::time::Duration::new(file.ctime().try_into().ok()?, file.ctime_nsec().try_into().ok()?);
        SystemTime::UNIX_EPOCH.checked_add(since).map(|changed| changed.max(modified))
    }
    #[cfg(not(unix))]
    Some(modified)
}
