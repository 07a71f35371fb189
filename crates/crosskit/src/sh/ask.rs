//! Short questions to many programs, side by side.

use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use super::{Ended, OnInterrupt, Restart, Sh, Streams, supervise};

/// How long a program may think about a question.
const LIMIT: Duration = Duration::from_secs(10);

/// How many lines of an answer are kept; a program may print without end.
const LINES: usize = 4096;

/// Most that run at once: most of a question is waiting for the disk.
const AT_ONCE: usize = 8;

impl Sh {
    /// What programs print, standard error included, and whether they ended well, in the order of the commands; `None`
    /// for one that could not be started, was ended by a signal, or took too long.
    pub fn ask(&self, commands: Vec<Command>) -> Vec<Option<(String, bool)>> {
        let count = commands.len();
        let left = Mutex::new(commands.into_iter().enumerate());
        let answers = Mutex::new(vec![None; count]);
        let interrupted = &*self.interrupted;
        let work = || {
            // A lock that a panicking thread left is as good as any other.
            let next = || left.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
            while let Some((at, command)) = next() {
                let mut told = String::new();
                let mut lines = 0;
                let (streams, limit) = (Streams::Together, Some(LIMIT));
                let ended = supervise(interrupted, command, streams, OnInterrupt::Force, limit, |line| {
                    lines += 1;
                    if lines <= LINES {
                        told.push_str(&line.text);
                        told.push('\n');
                    }
                    Restart::Nothing
                });
                let Ok(Ended::Exited(status)) = ended else { continue };
                let mut answers = answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if let Some(place) = answers.get_mut(at).filter(|_| status.code().is_some()) {
                    *place = Some((told, status.success()));
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..count.min(AT_ONCE) {
                scope.spawn(work);
            }
            work();
        });
        answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
