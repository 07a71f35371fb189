//! What stands in for rustc, rustdoc, runners, build scripts and test executables while Cargo is observed.
//!
//! It writes down how it was started. As rustc it passes Cargo's questions on to the real one, and makes the files that
//! Cargo expects of a compilation, so that nothing is compiled and no standard library of a target is needed.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// Flags that change nothing in rustc's answers; by them the tests tell one source of flags from another.
const MARKER: &str = "-Cmetadata=";

fn main() {
    let mut arguments = env::args_os();
    let program = PathBuf::from(arguments.next().unwrap_or_default());
    let arguments: Vec<OsString> = arguments.collect();
    let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let done = match name.as_str() {
        "rustc" if words.iter().any(|word| word == "-vV" || word.starts_with("--print")) => answer(&arguments, &words),
        "rustc" => record(&program, &words).and_then(|()| compile(&words)),
        _ => record(&program, &words),
    };
    if let Err(error) = done {
        eprintln!("the fake {name} failed: {error}");
        exit(1);
    }
}

fn variable(name: &str) -> io::Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("{name} is not set")))
}

/// Appends to the log: the words, a line break, the environment; parts end in NUL and a record in two.
fn record(program: &Path, words: &[String]) -> io::Result<()> {
    let mut text = Vec::new();
    text.extend_from_slice(program.as_os_str().as_bytes());
    text.push(0);
    for word in words {
        text.extend_from_slice(word.as_bytes());
        text.push(0);
    }
    text.extend_from_slice(b"\n\0");
    for (name, value) in env::vars_os() {
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        text.extend_from_slice(value.as_bytes());
        text.push(0);
    }
    text.extend_from_slice(b"\x04\0");
    let mut log = OpenOptions::new().append(true).create(true).open(variable("CROSSKIT_FAKE_LOG")?)?;
    log.write_all(&text)
}

/// Answers a question as the real rustc does, which is asked once for each.
fn answer(arguments: &[OsString], words: &[String]) -> io::Result<()> {
    let mut key = DefaultHasher::new();
    words.iter().filter(|word| !word.starts_with(MARKER)).for_each(|word| word.hash(&mut key));
    let directory = variable("CROSSKIT_FAKE_CACHE")?;
    let known = directory.join(format!("{:016x}", key.finish()));
    let text = match fs::read(&known) {
        Ok(text) => text,
        Err(_) => {
            let output = Command::new(variable("CROSSKIT_FAKE_RUSTC")?).args(arguments).output()?;
            let code = output.status.code().unwrap_or(1);
            let mut text = format!("{code} {} ", output.stdout.len()).into_bytes();
            text.extend(output.stdout);
            text.extend(output.stderr);
            let fresh = directory.join(format!("{:016x}.{}", key.finish(), std::process::id()));
            fs::write(&fresh, &text)?;
            fs::rename(&fresh, &known)?;
            text
        }
    };
    let broken = || io::Error::other("a kept answer is broken");
    let mut parts = text.splitn(3, |byte| *byte == b' ');
    let mut number = || {
        let part = parts.next().and_then(|part| std::str::from_utf8(part).ok()).unwrap_or_default();
        part.parse::<usize>().map_err(|_| broken())
    };
    let (code, length) = (number()?, number()?);
    let (stdout, stderr) = parts.next().and_then(|rest| rest.split_at_checked(length)).ok_or_else(broken)?;
    io::stdout().write_all(stdout)?;
    io::stderr().write_all(stderr)?;
    if code != 0 {
        exit(i32::try_from(code).unwrap_or(1));
    }
    Ok(())
}

/// Makes what Cargo looks for after a compilation: the list of sources, and the product.
fn compile(words: &[String]) -> io::Result<()> {
    let after = |flag: &str| words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1));
    let missing = |what: &str| io::Error::other(format!("rustc was called without {what}"));
    let crate_name = after("--crate-name").ok_or_else(|| missing("--crate-name"))?;
    let directory = PathBuf::from(after("--out-dir").ok_or_else(|| missing("--out-dir"))?);
    let extra = words.iter().find_map(|word| word.strip_prefix("extra-filename=")).unwrap_or_default();
    let stem = format!("{crate_name}{extra}");
    let source = words.iter().find(|word| word.ends_with(".rs")).ok_or_else(|| missing("a source"))?;
    fs::write(directory.join(format!("{stem}.d")), format!("{stem}: {source}\n\n{source}:\n"))?;
    let crate_type = after("--crate-type").map(String::as_str);
    let is_program = words.iter().any(|word| word == "--test") || crate_type == Some("bin");
    if is_program {
        let windows = after("--target").is_some_and(|target| target.contains("windows"));
        let product = directory.join(if windows { format!("{stem}.exe") } else { stem });
        return fs::hard_link(env::current_exe()?, product);
    }
    if crate_type == Some("proc-macro") {
        return fs::write(directory.join(format!("lib{stem}.so")), []);
    }
    fs::write(directory.join(format!("lib{stem}.rmeta")), [])?;
    fs::write(directory.join(format!("lib{stem}.rlib")), [])
}
