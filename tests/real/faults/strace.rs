//! The kit under strace: what it asks of the file system, and the same with a fault at one of the calls.
//!
//! Only the kit's own main thread is traced, as that is what writes: not cargo and rustc, which it asks questions. Only
//! calls about files of the workspace are counted, as how often the kit reads from a pipe is a matter of luck.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crosskit_tests::installed;
use crosskit_tests::process::{self, Finished, Running};

use super::ground::{Ground, SYNC};
use crate::kit;

/// Where strace writes, in the workspace but beside everything that is looked at.
const LOG: &str = "target/strace.log";

/// The calls of a sync in the state of a workspace, from the first one that touches `.cargo` to the end.
#[derive(Debug)]
pub struct Trace<'a> {
    ground: &'a Ground,
    /// The files that the calls are about: strace counts these calls alone.
    files: Vec<String>,
    /// The calls, in their order.
    pub calls: Vec<Call>,
}

/// A call of the kit about a file of the workspace.
#[derive(Clone, Debug)]
pub struct Call {
    /// The system call.
    pub name: String,
    /// Its line, with the paths behind the file descriptors; the workspace's own path is a dot.
    pub line: String,
    /// How many calls of this name there were up to this one.
    nth: usize,
}

impl Call {
    /// Whether the call has to do with this file, and not with one beside it. The workspace itself is `.`.
    pub fn is_about(&self, path: &str) -> bool {
        let path = if path == "." { path.to_owned() } else { format!("./{path}") };
        self.line.contains(&format!("<{path}>")) || self.line.contains(&format!("\"{path}\""))
    }

    /// Whether it makes a file.
    pub fn creates(&self) -> bool {
        self.name == "openat" && self.line.contains("O_CREAT")
    }
}

impl<'a> Trace<'a> {
    /// Runs a sync twice, each time from the state that `again` makes: to see which files it is about, and to see what it
    /// does with them.
    ///
    /// # Panics
    /// strace is missing; the message has the line to paste.
    #[track_caller]
    pub fn new(ground: &'a Ground, again: impl Fn()) -> Trace<'a> {
        assert!(installed::in_path("strace"), "strace is missing; install it with\n  sudo apt-get install strace");
        let mut trace = Trace { ground, files: Vec::new(), calls: Vec::new() };
        again();
        process::run(trace.command(None), kit::SHORT).exits(0);
        trace.files = trace.files_of_log();
        again();
        process::run(trace.command(None), kit::SHORT).exits(0);
        trace.calls = trace.calls_of_log();
        trace
    }

    /// Runs a sync with a fault at the call of this index.
    ///
    /// # Panics
    /// The fault met another call.
    #[track_caller]
    pub fn with_fault(&self, index: usize, fault: &str) -> Finished {
        let call = &self.calls[index];
        let finished = process::run(self.command(Some((call, fault))), kit::SHORT);
        let calls = self.calls_of_log();
        let hit = match fault.starts_with("signal=") {
            true => calls.len() == index + 1,
            false => calls.get(index).is_some_and(|call| call.line.contains("(INJECTED)")),
        };
        assert!(hit && calls[index].name == call.name, "the fault was not at {}\n{calls:#?}\n{finished}", call.line);
        finished
    }

    /// Starts a sync that stops for a while before a call.
    #[track_caller]
    pub fn start_with_pause(&self, call: &Call, microseconds: u32) -> Running {
        process::start(self.command(Some((call, &format!("delay_enter={microseconds}")))))
    }

    fn command(&self, fault: Option<(&Call, &str)>) -> Command {
        std::fs::create_dir_all(self.ground.path("target")).expect("a directory can be made");
        let mut words =
            ["strace", "--decode-fds=path", "--string-limit=16", "--output", LOG].map(str::to_owned).to_vec();
        for file in &self.files {
            words.extend(["--trace-path".to_owned(), file.clone()]);
        }
        if let Some((Call { name, nth, .. }, fault)) = fault {
            words.extend(["--inject".to_owned(), format!("{name}:{fault}:when={nth}")]);
        }
        self.ground.command(&words, SYNC)
    }

    /// Every path of the workspace that stands in the log, in quotes or behind a file descriptor.
    #[track_caller]
    fn files_of_log(&self) -> Vec<String> {
        let root = self.ground.root.display().to_string();
        let mut files = BTreeSet::new();
        for line in self.ground.read(LOG).lines() {
            for word in line.split(['"', '<', '>']) {
                // What cargo tells about the workspace, through a pipe, is cut short by strace and has no name of a file.
                if word == root || word.strip_prefix(&root).is_some_and(|rest| rest.starts_with('/')) {
                    files.insert(word.to_owned());
                }
            }
        }
        files.into_iter().collect()
    }

    #[track_caller]
    fn calls_of_log(&self) -> Vec<Call> {
        let root = self.ground.root.display().to_string();
        let mut counts = BTreeMap::new();
        let mut calls = Vec::new();
        for line in self.ground.read(LOG).lines() {
            let Some((name, rest)) = line.split_once('(') else { continue };
            // Signals have lines, too.
            if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                let nth = counts.entry(name.to_owned()).or_insert(0);
                *nth += 1;
                // That a path is told from the present directory on says nothing about that directory.
                let rest = rest.replace(&format!("AT_FDCWD<{root}>"), "AT_FDCWD").replace(&root, ".");
                calls.push(Call { name: name.to_owned(), line: format!("{name}({rest}"), nth: *nth });
            }
        }
        let first = calls.iter().position(|call| call.line.contains("./.cargo")).unwrap_or(calls.len());
        calls.split_off(first)
    }
}
