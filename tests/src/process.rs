//! Processes of real runs: a clean environment, a time limit, and nothing left behind.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// What survives of the environment: where cargo and rustup live, and how they reach the network. Everything else
/// (`CARGO_*`, `RUSTFLAGS`, `CC*`) would make a run say something about this shell and not about the kit.
const KEPT: &[&str] = &[
    "HOME",
    "PATH",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "TERM",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "CARGO_HTTP_CAINFO",
    "CARGO_HTTP_PROXY",
];

/// How long what a process leaves behind may hold on to its output.
const GRACE: Duration = Duration::from_secs(3);

/// The variable by which every process of a scratch workspace is known, wherever it moved.
const OWNER: &str = "CROSSKIT_TESTS_SCRATCH";

/// A command with the clean environment, on behalf of a scratch workspace.
pub fn command(program: impl AsRef<OsStr>, scratch: &Path) -> Command {
    let mut command = Command::new(program);
    let kept = std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| KEPT.contains(&name.to_ascii_uppercase().as_str())));
    command.current_dir(scratch).env_clear().envs(kept).env(OWNER, scratch);
    command
}

/// A process that runs, in a group of its own.
#[derive(Debug)]
pub struct Running {
    child: Child,
    line: String,
    began: Instant,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

/// A process that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The command, for messages.
    pub line: String,
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it told.
    pub stderr: String,
    /// How long it ran.
    pub took: Duration,
    /// Whether it ran into its limit and was ended.
    pub timed_out: bool,
}

/// Starts a process.
///
/// # Panics
/// It does not start.
#[track_caller]
pub fn start(mut command: Command) -> Running {
    let line = format!("{command:?} in {:?}", command.get_current_dir().unwrap_or(Path::new(".")));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    Running { child, line, began: Instant::now(), stdout, stderr }
}

/// Runs a process to its end, or to its limit.
#[track_caller]
pub fn run(command: Command, limit: Duration) -> Finished {
    start(command).wait(limit)
}

fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Everything up to the end of a pipe; a process that stays behind may keep it open, and is not waited for.
fn collect(pipe: &Receiver<Vec<u8>>) -> String {
    let until = Instant::now() + GRACE;
    let mut bytes = Vec::new();
    while let Ok(more) = pipe.recv_timeout(until.saturating_duration_since(Instant::now())) {
        bytes.extend(more);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Running {
    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the process alone, as `kill` does.
    pub fn signal(&self, name: &str) {
        signal(name, i64::from(self.id()));
    }

    /// Sends a signal to the process and to all that it started and that have not left its group, as a terminal does.
    pub fn signal_group(&self, name: &str) {
        signal(name, -i64::from(self.id()));
    }

    /// Looks on in the background until the process ends: the most memory that it had, in bytes.
    pub fn memory(&self) -> std::thread::JoinHandle<u64> {
        let status = format!("/proc/{}/status", self.id());
        std::thread::spawn(move || {
            let mut most = 0;
            // A process that has ended and was not waited for has no such line any more.
            while let Some(now) = peak(&std::fs::read_to_string(&status).unwrap_or_default()) {
                most = now;
                std::thread::sleep(Duration::from_millis(10));
            }
            most
        })
    }

    /// Waits for the end, and brings it about at the limit.
    ///
    /// # Panics
    /// The system does not tell of its child.
    pub fn wait(mut self, limit: Duration) -> Finished {
        let mut timed_out = false;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if self.began.elapsed() > limit {
                timed_out = true;
                // First the kit is asked, as it knows the groups of the emulators that it started.
                signal("TERM", -i64::from(self.id()));
                std::thread::sleep(GRACE);
                signal("KILL", -i64::from(self.id()));
                break self.child.wait().expect("a child can be waited for");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Finished {
            line: self.line,
            code: status.code(),
            took: self.began.elapsed(),
            stdout: collect(&self.stdout),
            stderr: collect(&self.stderr),
            timed_out,
        }
    }
}

impl Finished {
    /// Fails unless the process ended with this exit code, and says everything that it said.
    ///
    /// # Panics
    /// It ended otherwise.
    #[track_caller]
    pub fn exits(self, code: i32) -> Finished {
        assert!(!self.timed_out && self.code == Some(code), "expected exit code {code}\n{self}");
        self
    }

    /// Fails unless standard error contains every one of these.
    ///
    /// # Panics
    /// It lacks one.
    #[track_caller]
    pub fn tells(self, words: &[&str]) -> Finished {
        for word in words {
            assert!(self.stderr.contains(word), "standard error does not say {word:?}\n{self}");
        }
        self
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match (self.timed_out, self.code) {
            (true, _) => "ran into its time limit".to_owned(),
            (false, Some(code)) => format!("exit code {code}"),
            (false, None) => "ended by a signal".to_owned(),
        };
        let Finished { line, stdout, stderr, .. } = self;
        write!(f, "{line}\n{end} after {:.1?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}", self.took)
    }
}

/// The most memory that a process had, in bytes. Source: proc(5), `/proc/pid/status`, `VmHWM`.
fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok().map(|count: u64| count << 10)
}

/// Sends a signal to a process, or to a group if the number is negative. One that is gone is what is wanted.
fn signal(name: &str, process: i64) {
    let script = "kill -s \"$1\" -- \"$2\" 2>/dev/null || :";
    let sent = Command::new("sh").args(["-c", script, "sh", name, &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the shell sends no signal");
}

/// A process of somebody, as `/proc` tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The process id.
    pub id: u32,
    /// The command line.
    pub line: String,
}

/// Every process that lives below a directory, or names it in its arguments or in its environment.
///
/// # Panics
/// There is no `/proc`.
pub fn naming(directory: &Path) -> Vec<Found> {
    let processes = std::fs::read_dir("/proc").expect("/proc tells of processes");
    let mut found = Vec::new();
    for process in processes.filter_map(Result::ok) {
        let path = process.path();
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while it is looked at: what cannot be read is gone.
        let part =
            |name: &str| String::from_utf8_lossy(&std::fs::read(path.join(name)).unwrap_or_default()).into_owned();
        let working = std::fs::read_link(path.join("cwd")).unwrap_or_default();
        let line = part("cmdline");
        let inside = working.starts_with(directory);
        if id != std::process::id() && (inside || mentions(&line, directory) || mentions(&part("environ"), directory)) {
            found.push(Found { id, line: line.replace('\0', " ") });
        }
    }
    found
}

/// Whether a text names a directory, and not one beside it whose name only begins in the same way.
fn mentions(text: &str, directory: &Path) -> bool {
    let directory = directory.to_string_lossy();
    text.match_indices(directory.as_ref()).any(|(at, name)| {
        let next = text[at + name.len()..].chars().next();
        next.is_none_or(|next| !(next.is_alphanumeric() || "-_.".contains(next)))
    })
}

/// Ends every process that was started on behalf of a scratch workspace: not the shell of somebody who looks at it.
pub fn end_all_of(scratch: &Path) {
    let owned = format!("{OWNER}={}", scratch.display());
    for process in naming(scratch) {
        let environment = std::fs::read(format!("/proc/{}/environ", process.id)).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|variable| variable == owned.as_bytes()) {
            signal("KILL", i64::from(process.id));
        }
    }
}

/// Waits until a process that names the directory has a word in its command line.
///
/// # Panics
/// It does not come.
#[track_caller]
pub fn await_naming(directory: &Path, word: &str, limit: Duration) -> Found {
    let until = Instant::now() + limit;
    while Instant::now() < until {
        if let Some(found) = naming(directory).into_iter().find(|process| process.line.contains(word)) {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no process with {word:?} within {limit:?}: {:?}", naming(directory));
}
