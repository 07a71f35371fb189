//! A short command whose output is read later, so that several run at once.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::{GRACE, Running, Sh, TICK};

/// How often it is looked whether a process has ended that has closed its output: the one follows the other.
const CLOSED: Duration = Duration::from_millis(1);

/// How much of what it prints may wait to be read, in parts of [`PART`] bytes.
const PARTS: usize = 64;

/// How much is read at once.
const PART: usize = 64 << 10;

/// How many bytes an answer may have: the graph of the largest workspaces has some ten million.
const MOST: usize = 1 << 30;

/// Standard output, standard error and status of a command. Output that is not text is mended.
type Output = (String, String, ExitStatus);

/// A command that runs. One whose answer nobody wants any more is ended, with all that it started.
pub struct Started {
    program: String,
    running: Running,
    /// What it prints, and whether that is standard error.
    printed: Receiver<(bool, Vec<u8>)>,
    interrupted: Arc<AtomicBool>,
}

impl Sh {
    /// Starts a short command. What it prints is read from now on, so that it never waits for us.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(&self, mut command: Command) -> Result<Started, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // What it starts goes with it: cargo asks rustc, which may be anybody's wrapper.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| format!("`{program}`: {error}"))?;
        let (sender, printed) = mpsc::sync_channel(PARTS);
        read(child.stdout.take(), false, sender.clone());
        read(child.stderr.take(), true, sender);
        let running = Running { child, reaped: false };
        Ok(Started { program, running, printed, interrupted: Arc::clone(&self.interrupted) })
    }
}

fn read(pipe: Option<impl Read + Send + 'static>, error: bool, sender: SyncSender<(bool, Vec<u8>)>) {
    let Some(mut pipe) = pipe else { return };
    std::thread::spawn(move || {
        let mut bytes = vec![0; PART];
        while let Ok(count @ 1..) = pipe.read(&mut bytes) {
            if sender.send((error, bytes[..count].to_vec())).is_err() {
                return;
            }
        }
    });
}

impl Started {
    /// Waits for its end. Where we are asked to end, we ask it, and whatever it started.
    ///
    /// # Errors
    /// It cannot be waited for, or does not end on Ctrl-C.
    pub fn output(mut self) -> Result<Output, String> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut exited: Option<(ExitStatus, Instant)> = None;
        let mut asked: Option<Instant> = None;
        loop {
            let closed = match self.printed.recv_timeout(TICK) {
                Ok((error, bytes)) => {
                    let to = if error { &mut stderr } else { &mut stdout };
                    to.extend(bytes);
                    if to.len() > MOST {
                        return Err(format!("`{}`: it prints without end", self.program));
                    }
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            if exited.is_none() {
                let status = self.running.child.try_wait().map_err(|error| format!("`{}`: {error}", self.program))?;
                self.running.reaped = status.is_some();
                exited = status.map(|status| (status, Instant::now()));
            }
            // Something that it left behind may hold its output open, and is waited for no longer.
            if let Some((status, at)) = exited
                && (closed || at.elapsed() > GRACE)
            {
                if closed && asked.is_none() {
                    // Whoever is left has closed all that it had of us, or waits for nothing but to be buried.
                    self.running.kill_group();
                } else {
                    self.running.end_group();
                }
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                return Ok((text(&stdout), text(&stderr), status));
            }
            if self.interrupted.load(Ordering::Relaxed) {
                match asked {
                    // It does not listen, or something that it started does not.
                    Some(at) if at.elapsed() > GRACE => {
                        self.running.end_group();
                        return Err(format!("`{}`: it does not end", self.program));
                    }
                    Some(_) => {}
                    None => {
                        asked = Some(Instant::now());
                        #[cfg(unix)]
                        super::signal_group(self.running.child.id(), rustix::process::Signal::TERM);
                    }
                }
            }
            if closed {
                std::thread::sleep(CLOSED);
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn output(script: &str) -> (Output, Duration) {
        let sh = Sh::new(std::env::vars_os().collect()).expect("there is a present directory");
        let began = Instant::now();
        let output = sh.start(sh.command("sh", ["-c", script])).and_then(Started::output);
        (output.expect("it ends"), began.elapsed())
    }

    #[test]
    fn all_that_is_printed_is_told_whichever_stream_it_takes() {
        let ((stdout, stderr, status), _) = output("head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3");
        assert_eq!((stdout.len(), stderr.len(), status.code()), (300_000, 200_000, Some(3)));
    }

    #[test]
    fn what_it_leaves_behind_is_not_waited_for() {
        let ((stdout, _, status), took) = output("sleep 15 & echo told");
        assert_eq!((stdout.as_str(), status.code()), ("told\n", Some(0)));
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}
