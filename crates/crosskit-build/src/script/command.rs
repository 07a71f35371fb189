//! Starts programs that may be anything: one that hangs, prints without end or is no program costs a line and no more.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long a compiler may take for one line.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How much of what a program prints is kept.
const KEPT: u64 = 64 * 1024;

/// How long is waited for output that something holds open after the program's end.
const AFTER: Duration = Duration::from_millis(200);

/// How a program ended, and what it printed.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    // Without the cc crate nobody asks why something failed.
    #[cfg_attr(not(feature = "cc"), allow(dead_code))]
    pub(super) stderr: String,
}

impl Ended {
    /// The first line of what it said about a failure, and its status where it said nothing.
    #[cfg(feature = "cc")]
    pub(super) fn said(&self) -> String {
        // MSVC reports errors on stdout.
        let lines = self.stderr.lines().chain(self.stdout.lines());
        let first = lines.map(str::trim).find(|line| !line.is_empty());
        first.map_or_else(|| self.status.to_string(), str::to_string)
    }
}

/// Runs a program to its end, or to the end of the time limit.
///
/// # Errors
/// It cannot be started, or does not end in time: [`io::ErrorKind::TimedOut`].
pub(super) fn output(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().map(read);
    let stderr = child.stderr.take().map(read);
    let began = Instant::now();
    let mut pause = Duration::from_micros(500);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if began.elapsed() > limit {
            end(&mut child);
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("it does not end in {} s", limit.as_secs())));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let text = |from: Option<Receiver<Vec<u8>>>| {
        let bytes = from.and_then(|from| from.recv_timeout(AFTER).ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ok(Ended { status, stdout: text(stdout), stderr: text(stderr) })
}

/// Reads the beginning, and the rest into nothing, as a full pipe would stop the program.
fn read(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        // What was read before an error counts.
        let _ = from.by_ref().take(KEPT).read_to_end(&mut kept);
        let _ = io::copy(&mut from, &mut io::sink());
        let _ = sender.send(kept);
    });
    receiver
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

    fn sh(script: &str, limit: u64) -> io::Result<Ended> {
        output(Command::new("sh").args(["-c", script]), Duration::from_millis(limit))
    }

    #[test]
    fn what_does_not_end_is_ended_with_what_it_started() {
        let began = Instant::now();
        let error = sh("sleep 60 & wait", 100).expect_err("it does not end");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn output_without_end_is_cut() {
        let ended = sh("head -c 1000000 /dev/zero; echo no >&2; exit 3", 10_000).expect("it ends");
        assert_eq!(ended.stdout.len() as u64, KEPT);
        assert_eq!(ended.stderr, "no\n");
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn output_that_is_held_open_is_not_waited_for() {
        let began = Instant::now();
        let ended = sh("sleep 5 & echo yes", 10_000).expect("it ends");
        assert!(ended.status.success());
        assert!(began.elapsed() < Duration::from_secs(4));
    }
}
