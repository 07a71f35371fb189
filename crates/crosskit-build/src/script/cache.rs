//! Keeps what the trials of a compiler gave: a build script runs again and again, and its compilers rarely change.
//!
//! What is kept holds as long as every variable is the same that the answer depends on, and every program that was
//! asked is the same file: path, size and time of its last change.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::rules::ArchiveProbe;

use super::probe::Trial;
use super::tools::find;

/// The file in `OUT_DIR`.
const FILE: &str = "crosskit-build.cache";

/// The first line. A version that keeps other things has another number.
const FORMAT: &str = "crosskit-build 1";

/// The trials of the C and, where it was tried, the C++ compiler, if they are kept and hold.
pub(super) fn load(directory: &Path, inputs: &str) -> Option<Vec<Trial>> {
    let text = fs::read_to_string(directory.join(FILE)).ok()?;
    let rest = text.strip_prefix(FORMAT)?.strip_prefix('\n')?.strip_prefix(inputs)?.strip_prefix('\n')?;
    let mut trials = Vec::new();
    for line in rest.lines() {
        let mut fields = line.split('\t');
        let mut field = || fields.next();
        let (compiler, stamp) = (field()?, field()?);
        let (any_target, header) = (field()? == "1", unhex(field()?)?);
        let archiver = match (field()?, field()?) {
            ("", _) => None,
            (program, stamp) if stamp == self::stamp(program) => {
                // Only good news are kept.
                Some((program.to_string(), ArchiveProbe::Index))
            }
            _ => return None,
        };
        if stamp != self::stamp(compiler) {
            return None;
        }
        trials.push(Trial { compiler: compiler.to_string(), made: Ok(header), any_target, archiver });
    }
    (!trials.is_empty()).then_some(trials)
}

/// Keeps trials in which everything went well; anything else is tried again each time.
///
/// # Errors
/// The file cannot be written.
pub(super) fn save(directory: &Path, inputs: &str, trials: &[Trial]) -> Result<(), String> {
    let mut text = format!("{FORMAT}\n{inputs}\n");
    for trial in trials {
        let Ok(header) = &trial.made else { return Ok(()) };
        let archiver = match &trial.archiver {
            None => "",
            Some((program, ArchiveProbe::Index)) => program,
            Some(_) => return Ok(()),
        };
        if [trial.compiler.as_str(), archiver].iter().any(|name| name.contains(['\t', '\n'])) {
            return Ok(());
        }
        let (stamp, of_archiver) = (stamp(&trial.compiler), stamp(archiver));
        let any_target = u8::from(trial.any_target);
        let (compiler, header) = (&trial.compiler, hex(header));
        text.push_str(&format!("{compiler}\t{stamp}\t{any_target}\t{header}\t{archiver}\t{of_archiver}\n"));
    }
    fs::write(directory.join(FILE), text).map_err(|error| format!("cannot write {FILE} into OUT_DIR: {error}"))
}

/// Which file a program is, by its path, size and the time of its last change. Empty for what is not there.
fn stamp(program: &str) -> String {
    let Some(path) = find(program) else { return String::new() };
    let Ok(metadata) = fs::metadata(&path) else { return String::new() };
    let changed = metadata.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    format!("{} {} {}", path.display(), metadata.len(), changed.map_or(0, |it| it.as_nanos()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for pair in text.as_bytes().chunks(2) {
        bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive() {
        assert_eq!(unhex(&hex(&[0, 127, 255])), Some(vec![0, 127, 255]));
        assert_eq!(unhex("0g"), None);
        assert_eq!(unhex("é"), None);
    }

    #[test]
    fn what_is_not_there_has_no_stamp() {
        assert!(stamp("no-such-program").is_empty());
    }
}
