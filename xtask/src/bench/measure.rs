//! Runs programs and times them as whole processes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Variables that a measured program gets, and no other: `RUSTFLAGS`, `CC`, `CARGO_TARGET_DIR`, and whatever else of a
/// shell changes what is built, would be in one measurement and not in the next.
const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "TMPDIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    // As `cargo +nightly xtask bench` chose it.
    "RUSTUP_TOOLCHAIN",
    // Cargo gives it to what it starts, so that the kit has it in use.
    "CARGO",
];

/// How many times a second Linux counts the CPU time that `/proc` tells: it is the same on every machine that we know.
const TICKS_PER_SECOND: f64 = 100.0;

/// A program with its arguments.
#[derive(Clone, Debug)]
pub struct Call {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Call {
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<String>>) -> Call {
        Call { program: program.into(), arguments: arguments.into_iter().map(Into::into).collect() }
    }

    /// A call of the cargo that started this, which is the one that the kit calls: rustup's proxy takes longer.
    pub fn cargo(arguments: impl IntoIterator<Item = impl Into<String>>) -> Call {
        Call::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments)
    }

    /// Runs it to its end with an environment of its own.
    ///
    /// # Errors
    /// It cannot be started, or says that it failed.
    pub fn run(&self, directory: &Path, variables: &[(String, String)], log: &File) -> Result<(), String> {
        let failed = |what: String| format!("`{self}` in {}: {what}", directory.display());
        let output = || log.try_clone().map(Stdio::from).map_err(|error| failed(error.to_string()));
        let kept = PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(directory).env_clear().envs(kept);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(output()?).stderr(output()?);
        let status = command.status().map_err(|error| failed(error.to_string()))?;
        if status.success() { Ok(()) } else { Err(failed(status.to_string())) }
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.program.file_name().unwrap_or_default().to_string_lossy())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

/// What state a run begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is compiled: the target directory is taken away before each run.
    Cold,
    /// All was compiled, and run, by one run before that is not counted.
    Warm,
}

/// What is timed: programs one after the other, in a workspace that none uses with which it is compared.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What stands in the table.
    pub name: String,
    pub directory: PathBuf,
    pub calls: Vec<Call>,
    /// What a run says and how it ended, of the last run.
    pub log: PathBuf,
    /// Whether it runs tests, which are counted then.
    pub tests: bool,
}

/// One run of a subject.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Seconds from its start to its end.
    pub wall: f64,
    /// Seconds of CPU, user and system, of its processes and all that they waited for; `None` where the system does not tell.
    pub cpu: Option<f64>,
    /// How many tests passed.
    pub passed: Option<u64>,
}

impl Subject {
    /// Runs it once.
    ///
    /// # Errors
    /// One of its calls failed: that it ended sooner because of that is no measurement.
    pub fn run(&self, state: State, variables: &[(String, String)]) -> Result<Sample, String> {
        let target = self.directory.join("target");
        let report = target.join("crosskit/report.json");
        if state == State::Cold && target.exists() {
            std::fs::remove_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
        } else if report.exists() {
            // One that an earlier run left would be counted for this one.
            std::fs::remove_file(&report).map_err(|error| format!("{}: {error}", report.display()))?;
        }
        let log = File::create(&self.log).map_err(|error| format!("{}: {error}", self.log.display()))?;
        // What the run before left to be written to the disk is no part of this one. Without the program it is, and all
        // subjects have that in common.
        let _ = Command::new("sync").status();
        let cpu_before = children_cpu();
        let began = Instant::now();
        for call in &self.calls {
            call.run(&self.directory, variables, &log)
                .map_err(|error| format!("{error}; its output is in {}", self.log.display()))?;
        }
        let wall = began.elapsed().as_secs_f64();
        let cpu = children_cpu().zip(cpu_before).map(|(after, before)| after - before);
        let said = std::fs::read(&self.log).unwrap_or_default();
        let reported = std::fs::read_to_string(&report).ok().as_deref().and_then(passed_in_report);
        let passed = self.tests.then(|| reported.unwrap_or_else(|| passed_in_log(&String::from_utf8_lossy(&said))));
        Ok(Sample { wall, cpu, passed })
    }
}

/// Runs all subjects in turn, every second time the other way round, and gives back their runs in the order of the subjects.
///
/// # Errors
/// A run failed.
pub fn interleaved(
    subjects: &[Subject],
    state: State,
    pairs: usize,
    variables: &[(String, String)],
) -> Result<Vec<Vec<Sample>>, String> {
    let mut samples = vec![Vec::new(); subjects.len()];
    if state == State::Warm {
        for subject in subjects {
            let sample = subject.run(state, variables)?;
            eprintln!("    before: {} {:.2} s", subject.name, sample.wall);
        }
    }
    for round in 0..pairs {
        for place in turns(subjects.len(), round) {
            let sample = subjects[place].run(state, variables)?;
            let cpu = sample.cpu.map_or(String::new(), |cpu| format!(", {cpu:.2} s of CPU"));
            eprintln!("    {} of {pairs}: {} {:.2} s{cpu}", round + 1, subjects[place].name, sample.wall);
            samples[place].push(sample);
        }
    }
    Ok(samples)
}

/// In which order a round goes: what gets slower, or warmer, from run to run is not always against the same one.
fn turns(subjects: usize, round: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..subjects).collect();
    if round % 2 == 1 {
        places.reverse();
    }
    places
}

/// Seconds of CPU of all children that have ended so far, with theirs.
fn children_cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    children_ticks(&stat).map(|ticks| ticks as f64 / TICKS_PER_SECOND)
}

/// `cutime` and `cstime` of `/proc/PID/stat`: the 16th and 17th field. The second one is a name in brackets, in which
/// there may be blanks and brackets.
/// Source: proc_pid_stat(5).
fn children_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(13).map_while(|field| field.parse::<u64>().ok());
    Some(fields.next()? + fields.next()?)
}

/// How many tests passed by what libtest or nextest printed.
fn passed_in_log(log: &str) -> u64 {
    let of_line = |line: &str| -> Option<u64> {
        let line = line.trim_start();
        let counts = match line.strip_prefix("test result: ok. ") {
            Some(counts) => counts,
            // Summary [   0.123s] 12 tests run: 12 passed, 3 skipped
            None if line.starts_with("Summary [") => line.split_once(" run: ")?.1,
            None => return None,
        };
        counts.split_once(" passed")?.0.parse().ok()
    };
    log.lines().filter_map(of_line).sum()
}

/// How many tests passed by the kit's report.
fn passed_in_report(report: &str) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(report).ok()?["summary"]["tests"]["passed"].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_round_goes_the_other_way() {
        assert_eq!(turns(3, 0), [0, 1, 2]);
        assert_eq!(turns(3, 1), [2, 1, 0]);
        assert_eq!(turns(3, 2), [0, 1, 2]);
    }

    #[test]
    fn ticks_of_children_are_read_behind_a_name_with_brackets() {
        let stat = "42 (x) task (1)) S 1 2 3 4 5 6 7 8 9 10 110 120 1300 1400 20 0 1 0 5000 1000 200";
        assert_eq!(children_ticks(stat), Some(2700));
        assert_eq!(children_ticks("42 (xtask) S 1 2"), None);
        assert_eq!(children_ticks(""), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_cpu_of_a_child_is_counted() {
        let before = children_cpu().expect("there is /proc");
        // Some tenths of a second.
        let script = "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done";
        assert!(Command::new("sh").args(["-c", script]).status().expect("there is a shell").success());
        assert!(children_cpu().expect("there is /proc") > before);
    }

    #[test]
    fn passed_tests_are_added_up_from_what_was_printed() {
        let log = "\
running 3 tests
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
     Summary [   0.012s] 12 tests run: 11 passed, 1 skipped
     Summary [   0.012s] 1 test run: 1 passed (1 slow), 0 skipped
";
        assert_eq!(passed_in_log(log), 15);
        assert_eq!(passed_in_log(""), 0);
    }

    #[test]
    fn passed_tests_are_those_of_the_reports_summary() {
        assert_eq!(passed_in_report(r#"{"summary": {"tests": {"passed": 7, "failed": 0}}}"#), Some(7));
        assert_eq!(passed_in_report("{}"), None);
        assert_eq!(passed_in_report("torn"), None);
    }

    #[test]
    fn a_call_has_none_of_what_the_shell_sets_and_fails_with_its_program() {
        let directory = std::env::temp_dir().join(format!("crosskit-bench-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory");
        let log = File::create(directory.join("log")).expect("a log");
        // Cargo sets these for every test.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let script = "test -z \"$CARGO_MANIFEST_DIR\" && test -n \"$PATH\" && test \"$MORE\" = 1";
        let more = [("MORE".to_owned(), "1".to_owned())];
        assert_eq!(Call::new("sh", ["-c", script]).run(&directory, &more, &log), Ok(()));
        let error = Call::new("sh", ["-c", "exit 3"]).run(&directory, &[], &log).expect_err("it fails");
        assert!(error.contains("sh -c exit 3") && error.contains("exit status: 3"), "{error}");
        std::fs::remove_dir_all(&directory).expect("it goes");
    }
}
