//! The only module that starts processes. Every process is ended before the run ends.
#![expect(clippy::disallowed_methods, reason = "this is the one module that may start processes")]

mod ask;
mod started;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::environment::Variables;

pub use started::Started;

/// How often a running process is looked after.
const TICK: Duration = Duration::from_millis(50);

/// How many lines are read before the process is looked after again, and how many may wait to be read: a process that
/// prints without end waits for us, and not our memory for it.
const LINES_A_TURN: usize = 256;

/// How many bytes of a line are kept, for the same reason.
const LONGEST: usize = 64 << 10;

/// The same for a line of data: half of one would be none.
const LONGEST_DATA: usize = 64 << 20;

/// How long a process that was asked to end may take before it is ended by force.
const GRACE: Duration = Duration::from_secs(2);

/// How long processes that were ended by force may take to be gone.
#[cfg(unix)]
const KILLED: Duration = Duration::from_millis(200);

/// Starts processes in one directory with one environment, and ends them on Ctrl-C.
#[derive(Debug)]
pub struct Sh {
    directory: PathBuf,
    /// The environment of every process.
    pub variables: Variables,
    interrupted: Arc<AtomicBool>,
}

/// How a supervised process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// It ran longer than its limit and was ended, with everything that it had started.
    TimedOut,
    /// Ctrl-C.
    Interrupted,
}

/// How a process that stays in the background of a run is ended on Ctrl-C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnInterrupt {
    /// It is asked first: cargo then ends its own children.
    Ask,
    /// It is ended by force: an emulator may not listen.
    Force,
}

impl Sh {
    /// A shell for a directory.
    ///
    /// # Errors
    /// The present directory does not exist, or signals cannot be caught.
    pub fn new(variables: Variables) -> Result<Sh, String> {
        let directory = std::env::current_dir().map_err(|error| error.to_string())?;
        let interrupted = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
            // The first signal is noticed and everything is ended in order; then Ctrl-C ends at once. A terminal that is
            // closed says so more than once.
            let again = signal_hook::flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&interrupted));
            again.map_err(|error| error.to_string())?;
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                let noticed = signal_hook::flag::register(signal, Arc::clone(&interrupted));
                noticed.map_err(|error| error.to_string())?;
            }
        }
        Ok(Sh { directory, variables, interrupted })
    }

    /// The directory in which processes start.
    pub fn directory(&self) -> PathBuf {
        self.directory.clone()
    }

    /// Moves to another directory, which processes alone see: the present directory of a program is all of its threads'.
    pub fn change_directory(&mut self, directory: &Path) {
        self.directory = self.directory.join(directory);
    }

    /// The same for another directory and, by then, other variables.
    pub fn inside(&self, directory: &Path) -> Sh {
        let (variables, interrupted) = (self.variables.clone(), Arc::clone(&self.interrupted));
        Sh { directory: self.directory.join(directory), variables, interrupted }
    }

    /// Whether Ctrl-C was pressed, or the process was asked to end.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// A command with our directory and environment. Arguments go as arguments: no shell sees them.
    pub fn command<A: AsRef<std::ffi::OsStr>>(
        &self,
        program: impl AsRef<Path>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).current_dir(&self.directory).env_clear().envs(&self.variables);
        command
    }

    /// Runs a command that may ask the user something (sudo for a password), in our own process group; every line
    /// of its standard error goes to `on_line`, and its standard output to our standard error.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn run(&self, mut command: Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let describe = |error: std::io::Error| format!("`{program}`: {error}");
        let mut child = command.stdout(std::io::stderr()).stderr(Stdio::piped()).spawn().map_err(describe)?;
        if let Some(stderr) = child.stderr.take() {
            each_line(stderr, LONGEST, |line| {
                on_line(&line);
                true
            });
        }
        child.wait().map_err(describe)
    }

    /// Becomes another program, to which terminal, signals and exit code then belong. Comes back with what went wrong, and
    /// with nothing else.
    pub fn hand_over(&self, mut command: Command) -> String {
        let program = command.get_program().to_string_lossy().into_owned();
        #[cfg(unix)]
        let error = std::os::unix::process::CommandExt::exec(&mut command);
        #[cfg(not(unix))]
        let error = match command.status() {
            // Windows knows no such change, and Ctrl-C reaches all that share a console.
            Ok(status) => std::process::exit(status.code().unwrap_or(1)),
            Err(error) => error,
        };
        format!("`{program}`: {error}")
    }

    /// Runs a command whose output is read line by line, both streams in one, with a time limit that a line may start
    /// anew.
    ///
    /// The process gets a group of its own, so that a limit or Ctrl-C ends everything that it started.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn supervise(
        &self,
        command: Command,
        on_interrupt: OnInterrupt,
        limit: Option<Duration>,
        mut on_line: impl FnMut(&str) -> Restart,
    ) -> Result<Ended, String> {
        let streams = Streams::Together;
        supervise(&self.interrupted, command, streams, on_interrupt, limit, |Line { text, .. }| on_line(&text))
    }

    /// The same without a limit, for a command whose two streams say different things: data, and words for the user.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn supervise_apart(
        &self,
        command: Command,
        on_interrupt: OnInterrupt,
        mut on_line: impl FnMut(Line),
    ) -> Result<Ended, String> {
        supervise(&self.interrupted, command, Streams::Apart, on_interrupt, None, |line| {
            on_line(line);
            Restart::Nothing
        })
    }
}

/// How the two streams of a process are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Streams {
    /// By one pipe, so that their lines keep their order.
    Together,
    /// By a pipe each.
    Apart,
}

/// A line that a process printed. Output that is not text is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether it came by standard error, where that has a pipe of its own.
    pub error: bool,
    /// The line, without its end.
    pub text: String,
}

/// The same for whoever knows no more of a shell than whether it was interrupted.
fn supervise(
    interrupted: &AtomicBool,
    mut command: Command,
    streams: Streams,
    on_interrupt: OnInterrupt,
    limit: Option<Duration>,
    mut on_line: impl FnMut(Line) -> Restart,
) -> Result<Ended, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let describe = |error: std::io::Error| format!("`{program}`: {error}");
    let (reader, writer) = std::io::pipe().map_err(describe)?;
    let errors = match streams {
        Streams::Together => {
            command.stderr(writer.try_clone().map_err(describe)?);
            None
        }
        Streams::Apart => {
            let (reader, writer) = std::io::pipe().map_err(describe)?;
            command.stderr(writer);
            Some(reader)
        }
    };
    command.stdout(writer).stdin(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut running = Running { child: command.spawn().map_err(describe)?, reaped: false };
    // The command still holds the pipe's writing end, and the reader would never come to an end.
    drop(command);
    let lines = read_lines(reader, errors);
    let mut began = Instant::now();
    let mut told_everything = false;
    let mut exited: Option<(ExitStatus, Instant)> = None;
    loop {
        // However much a process prints, it is looked after between every few lines.
        for turn in 0..LINES_A_TURN {
            let wait = match (turn, told_everything) {
                (0, false) if exited.is_none() => TICK,
                (0, _) => Duration::from_millis(2),
                _ => Duration::ZERO,
            };
            match lines.recv_timeout(wait) {
                Ok(line) => {
                    if on_line(line) == Restart::Limit {
                        began = Instant::now();
                    }
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    told_everything = true;
                    std::thread::sleep(wait.min(Duration::from_millis(2)));
                    break;
                }
            }
        }
        if exited.is_none()
            && let Some(status) = running.child.try_wait().map_err(describe)?
        {
            running.reaped = true;
            exited = Some((status, Instant::now()));
        }
        if let Some((status, at)) = exited {
            // Something that the process left behind may hold the pipe open.
            if told_everything || at.elapsed() > GRACE {
                running.end_group();
                return Ok(Ended::Exited(status));
            }
            continue;
        }
        if interrupted.load(Ordering::Relaxed) {
            if on_interrupt == OnInterrupt::Ask {
                running.ask_group();
            }
            running.end();
            return Ok(Ended::Interrupted);
        }
        if limit.is_some_and(|limit| began.elapsed() > limit) {
            running.end();
            // What it had printed before its end is part of the report.
            for line in lines.try_iter().take(LINES_A_TURN) {
                on_line(line);
            }
            return Ok(Ended::TimedOut);
        }
    }
}

/// What a line means for the time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// The limit goes on.
    Nothing,
    /// The limit starts anew.
    Limit,
}

fn read_lines(reader: std::io::PipeReader, errors: Option<std::io::PipeReader>) -> Receiver<Line> {
    let (sender, lines) = mpsc::sync_channel(LINES_A_TURN);
    let longest = if errors.is_some() { LONGEST_DATA } else { LONGEST };
    for (reader, error) in errors.into_iter().map(|reader| (reader, true)).chain([(reader, false)]) {
        let sender = sender.clone();
        std::thread::spawn(move || each_line(reader, longest, |text| sender.send(Line { error, text }).is_ok()));
    }
    lines
}

/// Reads to the end, or until nobody wants another line. Bytes and not text: a program may print anything. What is longer
/// than `longest` bytes is cut off, and said to be.
fn each_line(reader: impl std::io::Read, longest: usize, mut wanted: impl FnMut(String) -> bool) {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    let room = u64::try_from(longest).unwrap_or(u64::MAX);
    while reader.by_ref().take(room).read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let cut = bytes.len() >= longest && bytes.last() != Some(&b'\n');
        let more = if cut { reader.skip_until(b'\n').unwrap_or_default() } else { 0 };
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if more > 1 {
            text.push_str(&format!(" ... and {more} more bytes"));
        }
        if !wanted(text) {
            return;
        }
        bytes.clear();
    }
}

/// A process that is ended when this value goes, whatever the reason.
struct Running {
    child: Child,
    reaped: bool,
}

impl Running {
    fn ask_group(&mut self) {
        #[cfg(unix)]
        signal_group(self.child.id(), rustix::process::Signal::INT);
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                self.reaped = true;
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends what the process started, and waits for it: a signal is delivered when the system comes to it.
    fn end_group(&self) {
        self.kill_group();
        #[cfg(unix)]
        {
            let asked = Instant::now();
            while !self.is_empty_group() && asked.elapsed() < KILLED {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Sends the end to whoever is left in the group, and does not wait for it.
    fn kill_group(&self) {
        #[cfg(unix)]
        signal_group(self.child.id(), rustix::process::Signal::KILL);
    }

    /// Whether nobody is in the group any more but the leader, if that was not waited for.
    #[cfg(unix)]
    fn is_empty_group(&self) -> bool {
        let group = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        // The leader itself keeps the group until it is waited for.
        !self.reaped || group.is_none_or(|group| rustix::process::test_kill_process_group(group).is_err())
    }

    fn end(&mut self) {
        self.end_group();
        if !self.reaped {
            // It may have ended just now: then there is nothing to end.
            let _ = self.child.kill();
            let _ = self.child.wait();
            self.reaped = true;
            self.end_group();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            self.end();
        }
    }
}

#[cfg(unix)]
fn signal_group(leader: u32, signal: rustix::process::Signal) {
    if let Some(group) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        // An empty group is what we want, so that it is gone is no failure.
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::each_line;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        each_line(bytes, 8, |line| {
            lines.push(line);
            true
        });
        lines
    }

    #[test]
    fn a_long_line_is_cut_off_and_the_next_one_is_whole() {
        assert_eq!(lines(b"1234567\n12345678\nab\r\n"), ["1234567", "12345678", "ab"]);
        assert_eq!(lines(b"123456789abc\nnext\n\nlast"), ["12345678 ... and 5 more bytes", "next", "", "last"]);
        assert_eq!(lines(b"12345678901"), ["12345678 ... and 3 more bytes"]);
        assert_eq!(lines(&[0xff, 0, b'\n']), ["\u{fffd}\0"]);
    }
}
