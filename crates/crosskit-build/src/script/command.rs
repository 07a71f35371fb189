//! Starts programs that may be anything: one that hangs, prints without end or is no program costs a line and no more.
//!
//! What they print goes into a file, as a pipe would have to be read beside the wait for the end, and may be held open by
//! what the program leaves behind. This is compiled before every build script, and threads and channels take their time.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a compiler may take for one line.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How much a program may print before it is ended, and how much of it is read.
const MOST: u64 = 1 << 20;
const READ: u64 = 1 << 16;

/// How a program ended, and what it printed, to stdout and stderr in one.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) printed: String,
}

impl Ended {
    /// The first line of what it said about a failure, and its status where it said nothing.
    #[cfg(feature = "cc")]
    pub(super) fn said(&self) -> String {
        match super::first_line(&self.printed) {
            line if line.is_empty() => self.status.to_string(),
            line => line,
        }
    }
}

/// Runs a program to its end, or to the end of the time limit. What it prints is kept in a file of `directory` meanwhile.
///
/// # Errors
/// It cannot be started, or does not end in time: [`io::ErrorKind::TimedOut`].
pub(super) fn output(command: &mut Command, directory: &Path, limit: Duration) -> io::Result<Ended> {
    let path = directory.join("crosskit-build.out");
    let file = File::create(&path)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file.try_clone()?);
    let status = command_status(command, &file, limit);
    let mut printed = Vec::new();
    // What cannot be read was not said.
    let _ = File::open(&path).and_then(|file| file.take(READ).read_to_end(&mut printed));
    // A leftover would do no harm.
    let _ = fs::remove_file(&path);
    Ok(Ended { status: status?, printed: String::from_utf8_lossy(&printed).into_owned() })
}

fn command_status(command: &mut Command, file: &File, limit: Duration) -> io::Result<ExitStatus> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn()?;
    let began = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if began.elapsed() > limit {
            end(&mut child);
            let words = format!("it does not end in {} s", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, words));
        }
        if file.metadata().is_ok_and(|metadata| metadata.len() > MOST) {
            end(&mut child);
            return Err(io::Error::other("it prints without end"));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Ends a program, and where the system has groups of processes also what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        // The standard library sends signals to single processes alone.
        let group = format!("-{}", child.id());
        let mut kill = Command::new("kill");
        let _ = kill.args(["-KILL", "--", &group]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
    // It may have ended just now.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(name: &str, script: &str, limit: u64) -> io::Result<Ended> {
        let directory = std::env::temp_dir().join(format!("crosskit-build-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory can be made");
        let ended = output(Command::new("sh").args(["-c", script]), &directory, Duration::from_millis(limit));
        fs::remove_dir_all(&directory).expect("a directory can be removed");
        ended
    }

    #[test]
    fn what_does_not_end_is_ended_with_what_it_started() {
        let began = Instant::now();
        let error = sh("hangs", "sleep 60 & wait", 100).expect_err("it does not end");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn output_without_end_ends_the_program() {
        let error = sh("floods", "cat /dev/zero", 20_000).expect_err("it does not end");
        assert_eq!(error.to_string(), "it prints without end");
        let ended = sh("prints", "echo no >&2; head -c 100000 /dev/zero; exit 3", 10_000).expect("it ends");
        assert_eq!(ended.printed.len() as u64, READ);
        assert_eq!(ended.printed.lines().next(), Some("no"));
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn output_that_is_held_open_is_not_waited_for() {
        let began = Instant::now();
        let ended = sh("leaves", "sleep 5 & echo yes", 10_000).expect("it ends");
        assert!(ended.status.success() && ended.printed == "yes\n");
        assert!(began.elapsed() < Duration::from_secs(4));
    }
}
