//! What programs answered in earlier runs, kept for as long as each is the same file.
//!
//! Nothing depends on it: a file that is missing, broken or somebody else's counts as empty, and one that cannot be
//! written is not written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crosskit_core::plan::FileEdit;

use crate::apply;

/// The file's name in the directory of the reports.
const FILE: &str = "tools.json";

/// With more answers than this, those that nobody asked for in this run are forgotten.
const MOST: usize = 1000;

/// A file that was written in the last moments may be written again without any sign of it: clocks of file systems tick.
const SETTLED: Duration = Duration::from_secs(2);

/// Programs that start another one by the name under which they were started: their own file says nothing.
const SEVERAL_IN_ONE: &[&str] = &[
    "aqua-proxy",
    "busybox",
    "ccache",
    "distcc",
    "icecc",
    "mise",
    "proto-shim",
    "rustup",
    "sccache",
    "toybox",
    "volta-shim",
];

#[derive(Debug, Default, Serialize, Deserialize)]
struct Text {
    schema: u32,
    /// Another version may read the answers in another way.
    crosskit: String,
    answers: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    answer: String,
}

/// What tells a file from the one that was there before.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    path: PathBuf,
    size: u64,
    /// Nanoseconds since 1970.
    modified: u128,
    /// The inode, and when it was changed last in nanoseconds; nothing where the system has no such thing.
    inode: Option<(u64, i128)>,
}

impl Stamp {
    /// Looks at a program; `None` for one whose answers are not kept: a script, whose answer is that of what it starts;
    /// a program that starts others; and a file that was changed just now.
    pub fn of(program: &Path) -> Option<Stamp> {
        let path = program.canonicalize().ok()?;
        let metadata = path.metadata().ok()?;
        let name = path.file_stem()?.to_string_lossy().into_owned();
        if SEVERAL_IN_ONE.iter().any(|other| name.starts_with(other)) || is_script(&path)? {
            return None;
        }
        let modified = metadata.modified().ok()?;
        if SystemTime::now().duration_since(modified).ok()? < SETTLED {
            return None;
        }
        let modified = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos();
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.ino(), i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec())))
        };
        #[cfg(not(unix))]
        let inode = None;
        Some(Stamp { size: metadata.len(), modified, inode, path })
    }

    /// Looks at the compiler that a program starts which tells this sysroot: the program may be rustup's proxy, and whether
    /// it starts the same compiler as before shows there. `None` as for [`Stamp::of`].
    pub fn of_rustc(program: &Path, sysroot: &Path) -> Option<Stamp> {
        let compiler = sysroot.join("bin/rustc").with_extension(std::env::consts::EXE_EXTENSION);
        if is_script(program)? { None } else { Stamp::of(&compiler) }
    }
}

fn is_script(path: &Path) -> Option<bool> {
    let mut start = [0; 2];
    std::io::Read::read_exact(&mut std::fs::File::open(path).ok()?, &mut start).ok()?;
    Some(&start == b"#!")
}

/// The answers of this run and of earlier ones.
#[derive(Debug, Default)]
pub struct Cache {
    directory: Option<PathBuf>,
    known: BTreeMap<String, Entry>,
    /// What was asked for in this run.
    used: BTreeMap<String, Entry>,
    changed: bool,
}

impl Cache {
    /// The answers that are kept in a directory.
    pub fn in_directory(directory: &Path) -> Cache {
        Cache { known: read(directory), directory: Some(directory.to_path_buf()), ..Cache::default() }
    }

    /// The answer to a question, if the program is still the same file.
    pub fn answer(&mut self, question: &str, stamp: &Stamp) -> Option<String> {
        let entry = self.used.get(question).or_else(|| self.known.get(question))?;
        let entry = (entry.stamp == *stamp).then(|| entry.clone())?;
        self.used.insert(question.to_owned(), entry.clone());
        Some(entry.answer)
    }

    /// Keeps an answer; the stamp is from before the program was asked.
    pub fn keep(&mut self, question: String, stamp: Stamp, answer: String) {
        self.changed = true;
        self.used.insert(question, Entry { stamp, answer });
    }

    /// Writes what is new, whole or not at all.
    pub fn save(&mut self) {
        let Some(directory) = self.directory.as_ref().filter(|_| std::mem::take(&mut self.changed)) else { return };
        // Another run may have written its own in the meantime.
        let mut answers = read(directory);
        if answers.len() > MOST {
            answers.clear();
        }
        answers.extend(self.used.clone());
        let text = Text { schema: 1, crosskit: env!("CARGO_PKG_VERSION").to_owned(), answers };
        let Ok(text) = serde_json::to_string_pretty(&text) else { return };
        // It is asked again next time.
        let _ = apply::write(None, directory, &FileEdit::own(FILE, text + "\n"));
    }
}

fn read(directory: &Path) -> BTreeMap<String, Entry> {
    let text = std::fs::read(directory.join(FILE)).unwrap_or_default();
    match serde_json::from_slice::<Text>(&text) {
        Ok(Text { schema: 1, crosskit, answers }) if crosskit == env!("CARGO_PKG_VERSION") => answers,
        _ => BTreeMap::new(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A directory of a test's own, with a program that was not changed just now.
    fn ground(name: &str) -> (PathBuf, PathBuf) {
        let directory = std::env::temp_dir().join(format!("crosskit-cache-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        let program = directory.join("program");
        write(&program, b"\x7fELF 1");
        (directory, program)
    }

    fn write(program: &Path, bytes: &[u8]) {
        std::fs::write(program, bytes).expect("a file can be written");
        let old = SystemTime::now() - Duration::from_secs(60);
        let file = std::fs::File::options().write(true).open(program).expect("it is there");
        file.set_modified(old).expect("the time can be set");
    }

    #[test]
    fn an_answer_is_kept_until_the_file_is_another_one() {
        let (directory, program) = ground("kept");
        let stamp = Stamp::of(&program).expect("it is a program");
        let mut cache = Cache::in_directory(&directory);
        cache.keep("version".to_owned(), stamp.clone(), "1.0".to_owned());
        cache.save();
        let mut cache = Cache::in_directory(&directory);
        assert_eq!(cache.answer("version", &stamp).as_deref(), Some("1.0"));
        assert_eq!(cache.answer("other", &stamp), None);
        // The same size and the same time, written in place.
        std::fs::write(&program, b"\x7fELF 2").expect("a file can be written");
        let file = std::fs::File::options().write(true).open(&program).expect("it is there");
        let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(stamp.modified as u64);
        file.set_modified(modified).expect("the time can be set");
        let replaced = Stamp::of(&program).expect("it is a program");
        assert_eq!((replaced.size, replaced.modified), (stamp.size, stamp.modified));
        assert_eq!(cache.answer("version", &replaced), None);
        std::fs::remove_dir_all(&directory).expect("it can be removed");
    }

    #[test]
    fn a_broken_or_foreign_file_counts_as_empty_and_is_replaced() {
        let (directory, program) = ground("broken");
        let stamp = Stamp::of(&program).expect("it is a program");
        let whole = r#"{"schema":1,"crosskit":"0.0.0","answers":{}}"#;
        for text in ["", "{", "[]", "null", "\u{0}\u{1}", "{\"schema\":1}", &whole[..20], whole, r#"{"schema":2}"#] {
            std::fs::write(directory.join(FILE), text).expect("a file can be written");
            let mut cache = Cache::in_directory(&directory);
            assert_eq!(cache.answer("version", &stamp), None, "{text}");
            cache.keep("version".to_owned(), stamp.clone(), "1.0".to_owned());
            cache.save();
            assert_eq!(Cache::in_directory(&directory).answer("version", &stamp).as_deref(), Some("1.0"), "{text}");
        }
        std::fs::write(directory.join(FILE), b"\xff\xfe").expect("a file can be written");
        assert_eq!(Cache::in_directory(&directory).answer("version", &stamp), None);
        std::fs::remove_dir_all(&directory).expect("it can be removed");
    }

    #[test]
    fn what_two_runs_learn_at_once_is_all_kept() {
        let (directory, program) = ground("two");
        let stamp = Stamp::of(&program).expect("it is a program");
        let [mut one, mut two] = [(); 2].map(|()| Cache::in_directory(&directory));
        one.keep("one".to_owned(), stamp.clone(), "1".to_owned());
        two.keep("two".to_owned(), stamp.clone(), "2".to_owned());
        one.save();
        two.save();
        let mut both = Cache::in_directory(&directory);
        assert_eq!(both.answer("one", &stamp).as_deref(), Some("1"));
        assert_eq!(both.answer("two", &stamp).as_deref(), Some("2"));
        std::fs::remove_dir_all(&directory).expect("it can be removed");
    }

    #[test]
    fn scripts_and_files_of_just_now_are_asked_each_time() {
        let (directory, program) = ground("script");
        write(&program, b"#!/bin/sh\n");
        assert_eq!(Stamp::of(&program), None);
        std::fs::write(&program, b"\x7fELF").expect("a file can be written");
        assert_eq!(Stamp::of(&program), None);
        let ccache = directory.join("ccache");
        write(&ccache, b"\x7fELF");
        let link = directory.join("x-gcc");
        std::os::unix::fs::symlink(&ccache, &link).expect("a link can be made");
        assert_eq!(Stamp::of(&link), None);
        std::fs::remove_dir_all(&directory).expect("it can be removed");
    }
}
