//! What is said when a file cannot be read or written.

use std::io::{Error, ErrorKind};
use std::path::Path;
use std::string::FromUtf8Error;

use crosskit_core::explain;
use crosskit_core::finding::{Code, Finding, Origin};

use super::Failure;

/// A file that is there and cannot be read.
pub fn cannot_read(path: &Path, error: &Error) -> Box<Finding> {
    let finding = Finding::error(Code::FileAccess, format!("cannot read `{}`: {error}", path.display()));
    Box::new(finding.hint(hint("r", path, error)))
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
    Box::new(
        Finding::error(Code::FileAccess, message)
            .at(place)
            .note("TOML is UTF-8 and nothing else, so Cargo cannot read the file either; it was not touched")
            .hint("save the file as UTF-8"),
    )
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

/// What to paste, where it is known what helps.
fn hint(permission: &str, path: &Path, error: &Error) -> String {
    let directory = path.parent().unwrap_or(Path::new("."));
    let word = |path: &Path| explain::command(&[path.display().to_string()]);
    let (file, above) = (word(path), word(directory));
    let read_only = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.permissions().readonly());
    match error.kind() {
        ErrorKind::PermissionDenied if permission == "r" => format!("allow it with `chmod u+r {file}`"),
        ErrorKind::PermissionDenied if read_only(path) => format!("allow it with `chmod u+w {file}`"),
        ErrorKind::PermissionDenied if read_only(directory) => format!("allow it with `chmod u+w {above}`"),
        ErrorKind::PermissionDenied => format!("see whose it is with `ls -ld {above} {file}`"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!("make room; `df -h {above}` shows the disk"),
        ErrorKind::ReadOnlyFilesystem => format!("mount the disk for writing; `findmnt --target {above}` shows it"),
        ErrorKind::IsADirectory => format!("a file should be there; move the directory away: `mv {file} {file}.away`"),
        ErrorKind::ResourceBusy => "where the file itself is a mount point, mount its directory instead".to_owned(),
        _ if is_of_the_disk(error) => "the disk fails; `dmesg` shows what its driver says".to_owned(),
        _ => format!("see what is there with `ls -ld {above} {file}`"),
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
    fn a_path_with_a_blank_can_be_pasted() {
        let hint = hint("w", Path::new("/a b/c"), &Error::from(ErrorKind::StorageFull));
        assert!(hint.contains("`df -h '/a b'`"), "{hint}");
    }
}
