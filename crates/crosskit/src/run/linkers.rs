//! How many compilers wait for a linker now: cargo does not tell on stable, so the processes are looked at.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Nothing is looked at more often.
const PAUSE: Duration = Duration::from_millis(100);

/// A look may take one part in so many of the time.
const PART: u32 = 100;

/// Looks now and then.
#[derive(Debug)]
pub struct Linkers {
    due: Instant,
    last: Option<usize>,
}

impl Linkers {
    /// Nothing was seen yet.
    pub fn new() -> Linkers {
        Linkers { due: Instant::now(), last: None }
    }

    /// How many compilers below this process wait for a linker, as the last look saw; `None` where processes cannot be
    /// looked at.
    pub fn seen(&mut self) -> Option<usize> {
        let now = Instant::now();
        if now >= self.due {
            self.last = processes().map(|processes| waiting(&processes, std::process::id()));
            let took = now.elapsed();
            self.due = now + PAUSE.max(took.saturating_mul(PART));
        }
        self.last
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    name: String,
    parent: u32,
}

/// The compilers below a process that have started something: that is a linker, whatever its name is. Those of rustdoc are
/// left out, as it is a test that they work for.
fn waiting(processes: &BTreeMap<u32, Process>, root: u32) -> usize {
    let is_below = |compiler: &Process| {
        let above = std::iter::successors(Some(compiler.parent), |at| processes.get(at).map(|it| it.parent));
        // Numbers are given anew, so that what was read a moment ago may go in a circle.
        let mut above = above.take(processes.len());
        let end = above.find(|at| *at == root || processes.get(at).is_none_or(|it| it.name == "rustdoc"));
        end == Some(root)
    };
    let mut parents: Vec<u32> = processes.values().map(|it| it.parent).collect();
    parents.sort_unstable();
    parents.dedup();
    let compilers = parents.iter().filter_map(|parent| processes.get(parent)).filter(|it| it.name == "rustc");
    compilers.filter(|compiler| is_below(compiler)).count()
}

/// Every process that is at work. Source: proc(5), `/proc/pid/stat`.
#[cfg(target_os = "linux")]
fn processes() -> Option<BTreeMap<u32, Process>> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    // One that has ended since has no such file any more.
    let read = |number: u32| Some((number, parse(&std::fs::read(format!("/proc/{number}/stat")).ok()?)?));
    Some(numbers.filter_map(read).collect())
}

#[cfg(not(target_os = "linux"))]
fn processes() -> Option<BTreeMap<u32, Process>> {
    None
}

/// `None` for one that has ended, and that nobody asked yet how.
#[cfg(any(target_os = "linux", test))]
fn parse(stat: &[u8]) -> Option<Process> {
    let stat = String::from_utf8_lossy(stat);
    // A name may have whatever character it likes, but nothing behind it has this one.
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    (state != "Z").then_some(Process { name: name.to_owned(), parent: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_with_a_child_waits_for_a_linker() {
        let process = |(number, name, parent): (u32, &str, u32)| (number, Process { name: name.to_owned(), parent });
        let processes = BTreeMap::from(
            [
                (1, "init", 0),
                (10, "xtask", 1),
                (11, "cargo", 10),
                // By a wrapper, and linking.
                (12, "sccache", 11),
                (13, "rustc", 12),
                (14, "cc", 13),
                (15, "ld", 14),
                // It compiles.
                (16, "rustc", 11),
                // Somebody else's.
                (20, "rustc", 1),
                (21, "cc", 20),
                // For a documentation test.
                (30, "rustdoc", 11),
                (31, "rustc", 30),
                (32, "cc", 31),
            ]
            .map(process),
        );
        assert_eq!(waiting(&processes, 10), 1);
        let circle = BTreeMap::from([(5, "rustc", 6), (6, "rustc", 5)].map(process));
        assert_eq!(waiting(&circle, 10), 0);
    }

    #[test]
    fn a_name_may_be_anything() {
        let told = parse(b"12 (a) Z (b) S 7 12 12 0").expect("it is one");
        assert_eq!((told.name.as_str(), told.parent), ("a) Z (b", 7));
        assert_eq!(parse(b"12 (rustc) Z 7 12"), None);
        assert_eq!(parse(b"12 (rus"), None);
        assert_eq!(parse(b""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_seen() {
        assert!(processes().is_some_and(|all| all.contains_key(&std::process::id())));
    }
}
