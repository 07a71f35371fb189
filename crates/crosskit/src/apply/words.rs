//! What is said when a file cannot be read or written.

use std::io::{Error, ErrorKind};
use std::path::Path;
use std::string::FromUtf8Error;

use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::settings;

use super::Failure;

/// A file that is there and cannot be read.
pub fn cannot_read(path: &Path, error: &Error) -> Box<Finding> {
    let finding = Finding::error(Code::FileAccess, format!("cannot read `{}`: {error}", path.display()));
    Box::new(finding.hint(hint("r", path, error)))
}

/// A link to no file, where one must be.
pub fn leads_nowhere(path: &Path) -> Box<Finding> {
    let target = std::fs::read_link(path).unwrap_or_default();
    let message = format!("`{}` is a link to `{}`, which is not there", path.display(), target.display());
    let word = explain::command(&[path.display().to_string()]);
    Box::new(
        Finding::error(Code::FileAccess, message)
            .note("without it, nothing of what it says of packages and targets would hold")
            .hint(format!("make the file, or take the link away: `rm {word}`")),
    )
}

/// A file that is not text, with the place of the first byte that cannot be.
pub fn not_text(path: &Path, error: &FromUtf8Error) -> Box<Finding> {
    let at = error.utf8_error().valid_up_to();
    let (before, rest) = error.as_bytes().split_at_checked(at).unwrap_or_default();
    let byte = rest.first().copied().unwrap_or_default();
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let characters = String::from_utf8_lossy(before.get(line_start..).unwrap_or_default()).chars().count();
    let place = Origin::File {
        path: path.display().to_string(),
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: characters + 1,
    };
    let message = format!("`{}` is not UTF-8: byte 0x{byte:02x} at offset {at}", path.display());
    // Of all that is read, Cargo reads none of this but its own config.
    let is_cargos = !path.ends_with(settings::FILE) && path.extension().is_none_or(|it| it == "toml");
    let note = match is_cargos {
        true => "TOML is UTF-8 and nothing else, so Cargo cannot read the file either; it was not touched",
        false => "it must be UTF-8 to be read; it was not touched",
    };
    Box::new(Finding::error(Code::FileAccess, message).at(place).note(note).hint("save the file as UTF-8"))
}

/// What the runs of the kit take turns at cannot be locked.
pub fn cannot_lock(path: &Path, error: &Error) -> Box<Finding> {
    let finding = Finding::error(Code::FileAccess, format!("cannot lock `{}`: {error}", path.display()));
    Box::new(finding.note("nothing was written, as another run may be writing").hint(hint("r", path, error)))
}

/// A file that could not be written.
pub(super) fn cannot_write(path: &Path, failure: &Failure) -> Box<Finding> {
    let shown = path.display();
    let finding = |message: String| Finding::error(Code::FileAccess, message);
    Box::new(match failure {
        Failure::Refused(doing, at, error) => finding(format!("cannot write `{shown}`: {error}"))
            .note(format!("it failed at {doing} `{}`; the file is as it was", at.display()))
            .hint(hint("w", at, error)),
        Failure::Changed => finding(format!("`{shown}` was changed by another program in the meantime"))
            .note("the edit was made for the text that it had before; the file is as the other program left it")
            .hint("run the command again"),
        Failure::Unsafe(error) => finding(format!("`{shown}` is written, but may be lost in a power cut: {error}"))
            .note("the disk did not say that it has the file's new name; until it has, the old file may come back")
            .hint("see what the disk's driver says with `dmesg`, and run the command again"),
    })
}

/// What to paste, where it is known what helps. Only what is there is named: a file that could not be made is not.
fn hint(permission: &str, path: &Path, error: &Error) -> String {
    let is_there = |path: &&Path| path.symlink_metadata().is_ok();
    let word = |path: &Path| explain::command(&[path.display().to_string()]);
    let directory = path.ancestors().skip(1).find(is_there).unwrap_or(Path::new("."));
    let (above, file) = (word(directory), Some(path).filter(is_there).map(word));
    let both: Vec<&str> = [Some(above.as_str()), file.as_deref()].into_iter().flatten().collect();
    let both = both.join(" ");
    let read_only = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.permissions().readonly());
    match (error.kind(), file) {
        (ErrorKind::PermissionDenied, Some(file)) if permission == "r" => format!("allow it with `chmod u+r {file}`"),
        (ErrorKind::PermissionDenied, Some(file)) if read_only(path) => format!("allow it with `chmod u+w {file}`"),
        (ErrorKind::PermissionDenied, _) if read_only(directory) => format!("allow it with `chmod u+w {above}`"),
        (ErrorKind::PermissionDenied, _) => format!("see whose it is with `ls -ld {both}`"),
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => format!("make room; `df -h {above}` shows the disk"),
        (ErrorKind::ReadOnlyFilesystem, _) => {
            format!("mount the disk for writing; `findmnt --target {above}` shows it")
        }
        (ErrorKind::IsADirectory, Some(file)) => {
            format!("a file should be there; move the directory away: `mv {file} {file}.away`")
        }
        (ErrorKind::ResourceBusy, _) => {
            "where the file itself is a mount point, mount its directory instead".to_owned()
        }
        _ if is_of_the_disk(error) => "the disk fails; `dmesg` shows what its driver says".to_owned(),
        _ => format!("see what is there with `ls -ld {both}`"),
    }
}

#[cfg(unix)]
fn is_of_the_disk(error: &Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(not(unix))]
fn is_of_the_disk(_: &Error) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_no_text_is_named_with_its_place() {
        let bytes = b"[build]\r\nname = \"\xc3\xbc\xff\"\n\xfe".to_vec();
        let error = String::from_utf8(bytes).expect_err("two bytes are no text");
        let finding = not_text(Path::new("config.toml"), &error);
        assert_eq!(finding.message, "`config.toml` is not UTF-8: byte 0xff at offset 19");
        let place = Origin::File { path: "config.toml".to_owned(), line: 2, column: 10 };
        assert_eq!(finding.origin, Some(place));
    }

    #[test]
    fn cargo_is_named_for_its_own_files_alone() {
        let note = |path: &str| {
            let error = String::from_utf8(vec![0xff]).expect_err("a byte that is no text");
            not_text(Path::new(path), &error).notes.join(" ")
        };
        for path in ["/ws/.cargo/config.toml", "/ws/.cargo/config", "/ws/.cargo/more.toml"] {
            assert!(note(path).contains("Cargo cannot read"), "{path}");
        }
        for path in ["/ws/crosskit.toml", "/ws/ci/crosskit.toml/run.sh"] {
            assert!(!note(path).contains("Cargo"), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_to_be_pasted_names_what_is_there() {
        use std::os::unix::fs::PermissionsExt;
        let directory = std::env::temp_dir().join(format!("crosskit-words a b-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        let shown = directory.display();
        let missing = directory.join(".cargo/crosskit/run");
        let denied = Error::from(ErrorKind::PermissionDenied);
        assert_eq!(hint("w", &missing, &denied), format!("see whose it is with `ls -ld '{shown}'`"));
        let full = Error::from(ErrorKind::StorageFull);
        assert_eq!(hint("w", &missing, &full), format!("make room; `df -h '{shown}'` shows the disk"));
        let set = |mode| std::fs::set_permissions(&directory, PermissionsExt::from_mode(mode));
        set(0o555).expect("the mode can be set");
        assert_eq!(hint("w", &missing, &denied), format!("allow it with `chmod u+w '{shown}'`"));
        set(0o755).expect("the mode can be set");
        std::fs::remove_dir(&directory).expect("the directory is empty");
    }
}
