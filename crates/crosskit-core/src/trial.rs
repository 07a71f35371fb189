//! The trial of `doctor --probe`: a little program that is compiled, linked and run for a target, and what its end
//! means.

use serde::Serialize;

use crate::finding::{Code, Finding};

/// The name of the scratch package, and of its program.
pub const NAME: &str = "crosskit-trial";

/// Seconds that compiling and linking may take; with `build-std` that is the standard library as well.
pub const BUILD_LIMIT: u64 = 300;

/// Seconds that the program may take, where the target's own limit is not shorter. Wine makes its prefix at first.
pub const RUN_LIMIT: u64 = 60;

/// How many of the last lines of a tool are told.
const TAIL: usize = 6;

/// The manifest of the scratch package. The empty table keeps it out of the workspace around it.
pub const MANIFEST: &str = "\
[package]
name = \"crosskit-trial\"
version = \"0.0.0\"
edition = \"2021\"
publish = false

[workspace]
";

/// The program: it says that it began, has four threads do something, and says that it ended. Where a target has no
/// threads, as in WASI, none is started.
pub const PROGRAM: &str = include_str!("trial/program.txt");

/// What stands in the program's place where the target has no standard library, and so nothing that starts it.
pub const LIBRARY: &str = include_str!("trial/library.txt");

/// What can go wrong, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// rustc.
    Compile,
    /// The linker.
    Link,
    /// The runner and the program's loader, until the program says something.
    Start,
    /// The program.
    Run,
}

impl Stage {
    /// The word in what is told.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Compile => "compile",
            Stage::Link => "link",
            Stage::Start => "start",
            Stage::Run => "run",
        }
    }
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With exit code 0.
    Good,
    /// Otherwise, in words: `exit status: 1`.
    Bad(String),
    /// It was ended at its limit, in seconds.
    TimedOut(u64),
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The triple.
    pub target: String,
    /// The stage at which it broke; none where all went well.
    pub broke: Option<Stage>,
    /// What happened there, in words.
    pub why: Option<String>,
    /// How many threads the program had; none where it did not run to its end.
    pub threads: Option<u32>,
    /// Why nothing was run although nothing broke.
    pub not_run: Option<String>,
    /// What started the program, in words.
    pub runner: String,
    /// Seconds that compiling and linking took.
    pub build_seconds: f64,
    /// Seconds that the program took.
    pub run_seconds: Option<f64>,
    /// The last lines of the tool that broke.
    pub output: Vec<String>,
    /// Whether it was ended at its limit.
    #[serde(skip)]
    stood_still: bool,
}

impl Trial {
    /// A trial that has come as far as the end of the build.
    pub fn built(target: &str, runner: &str, seconds: f64, ending: &Ending, output: &[String]) -> Trial {
        let mut trial = Trial {
            target: target.to_owned(),
            broke: None,
            why: None,
            threads: None,
            not_run: None,
            runner: runner.to_owned(),
            build_seconds: seconds,
            run_seconds: None,
            output: Vec::new(),
            stood_still: false,
        };
        trial.end(build_stage(output), ending, output);
        trial
    }

    /// Adds what came of the program.
    pub fn ran(&mut self, seconds: f64, ending: &Ending, output: &[String]) {
        self.run_seconds = Some(seconds);
        let ended = format!("{NAME} ended with ");
        let threads = output.iter().find_map(|line| line.trim().strip_prefix(&ended)?.strip_suffix(" threads"));
        let began = output.iter().any(|line| line.trim() == format!("{NAME} began"));
        let stage = if began { Stage::Run } else { Stage::Start };
        match (threads.and_then(|count| count.parse().ok()), ending) {
            (Some(count), Ending::Good) => self.threads = Some(count),
            // Some emulators start nothing, say nothing, and end as if all were well.
            (None, Ending::Good) => self.end(stage, &Ending::Bad("ended before its last line".to_owned()), output),
            (_, ending) => self.end(stage, ending, output),
        }
    }

    fn end(&mut self, stage: Stage, ending: &Ending, output: &[String]) {
        self.why = match ending {
            Ending::Good => return,
            Ending::Bad(status) => Some(status.clone()),
            Ending::TimedOut(limit) => Some(format!("stood still, and was ended at its limit of {limit} s")),
        };
        self.broke = Some(stage);
        self.stood_still = matches!(ending, Ending::TimedOut(_));
        let said: Vec<&String> = output.iter().filter(|line| !line.trim().is_empty()).collect();
        self.output = tail(&said, stage).into_iter().map(|line| line.trim_end().to_owned()).collect();
    }

    /// What is said of a trial that broke; `mixed` is the library that the runner mixes with another one, if it does.
    pub fn finding(&self, mixed: Option<&str>) -> Option<Finding> {
        let stage = self.broke?;
        let seconds = self.run_seconds.unwrap_or(self.build_seconds);
        let message = format!("the trial for `{}` broke at `{}`, after {seconds:.1} s", self.target, stage.as_str());
        let mut finding = Finding::error(Code::TrialFailed, message);
        let who = match stage {
            Stage::Compile | Stage::Link => "cargo".to_owned(),
            Stage::Start | Stage::Run if self.runner == "native" => "the program".to_owned(),
            Stage::Start => format!("`{}`", self.runner),
            Stage::Run => format!("the program under `{}`", self.runner),
        };
        finding = self.why.iter().fold(finding, |it, why| it.note(format!("{who}: {why}")));
        finding = self.output.iter().fold(finding, |it, line| it.note(line.clone()));
        if stage >= Stage::Start && self.stood_still {
            finding = match mixed {
                Some(library) => finding
                    .note(format!("the runner takes the loader of its sysroot and libc.so.6 from {library}"))
                    .hint("see `cargo xtask cross explain X019`: leave `-L` out, or let crosskit write the runner"),
                None if stage == Stage::Run => finding.note("it had begun, and came no further with its threads"),
                None => finding.note("nothing had come from the program"),
            };
        }
        Some(finding)
    }
}

/// Which of the two stages of a build failed, in rustc's words.
fn build_stage(output: &[String]) -> Stage {
    let words = ["error: linking with `", "error: linker `", "error: could not exec the linker"];
    let linking = output.iter().any(|line| words.iter().any(|words| line.trim_start().starts_with(words)));
    if linking { Stage::Link } else { Stage::Compile }
}

/// The lines that say most: the last ones, or for a linker what it said itself, which rustc puts behind its command.
fn tail<'a>(said: &[&'a String], stage: Stage) -> Vec<&'a str> {
    let of_linker = || {
        let at = said.iter().position(|line| line.trim_start().starts_with("= note:") && is_linkers(line))?;
        Some(said.iter().skip(at).take(TAIL).map(|line| line.trim().trim_start_matches("= note: ")).collect())
    };
    let last = || said.iter().skip(said.len().saturating_sub(TAIL)).map(|line| line.as_str()).collect();
    match stage {
        Stage::Link => of_linker().unwrap_or_else(last),
        Stage::Compile => {
            let errors = said.iter().position(|line| line.starts_with("error")).unwrap_or_default();
            said.iter().skip(errors).take(TAIL).map(|line| line.as_str()).collect()
        }
        Stage::Start | Stage::Run => last(),
    }
}

/// rustc's first note is the command, quoted or shortened; its second is what the linker said.
fn is_linkers(line: &str) -> bool {
    let text = line.trim_start().trim_start_matches("= note:").trim_start();
    !text.starts_with(['"', '\'']) && !text.starts_with("some arguments are omitted") && !text.starts_with("LC_ALL=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn built() -> Trial {
        Trial::built("t", "qemu-t", 1.0, &Ending::Good, &[])
    }

    #[test]
    fn the_stage_of_a_build_is_in_rustcs_words() {
        let failed = Ending::Bad("exit status: 101".to_owned());
        let linking = lines(
            "error: linking with `x-gcc` failed: exit status: 1\n  |\n  = note:  \"x-gcc\" \"-Wl\" \"<1 object files omitted>\"\n  = note: some arguments are omitted. use `--verbose` to show all linker arguments\n  = note: /usr/bin/ld: cannot find Scrt1.o\n          collect2: error: ld returned 1 exit status\n          \n\nerror: could not compile `crosskit-trial`",
        );
        let trial = Trial::built("t", "native", 0.4, &failed, &linking);
        assert_eq!(trial.broke, Some(Stage::Link));
        assert_eq!(trial.output[0], "/usr/bin/ld: cannot find Scrt1.o");
        let compiling = lines("warning: x\nerror[E0463]: can't find crate for `std`\n  |\n");
        let trial = Trial::built("t", "native", 0.4, &failed, &compiling);
        assert_eq!(trial.broke, Some(Stage::Compile));
        assert_eq!(trial.output[0], "error[E0463]: can't find crate for `std`");
        let missing = lines("error: linker `x-gcc` not found\n  |\n  = note: No such file or directory (os error 2)\n");
        assert_eq!(Trial::built("t", "native", 0.4, &failed, &missing).broke, Some(Stage::Link));
    }

    #[test]
    fn a_program_that_ends_well_has_its_threads() {
        let mut trial = built();
        trial.ran(0.1, &Ending::Good, &lines("crosskit-trial began\ncrosskit-trial ended with 4 threads\n"));
        assert_eq!((trial.broke, trial.threads), (None, Some(4)));
        assert_eq!(trial.finding(None), None);
    }

    #[test]
    fn silence_is_no_success() {
        let mut trial = built();
        trial.ran(0.1, &Ending::Good, &[]);
        assert_eq!(trial.broke, Some(Stage::Start));
    }

    #[test]
    fn a_failure_before_the_first_line_is_a_failure_to_start() {
        let mut trial = built();
        let told = lines("qemu-t: Could not open '/lib/ld.so.1': No such file or directory");
        trial.ran(0.1, &Ending::Bad("exit status: 255".to_owned()), &told);
        assert_eq!(trial.broke, Some(Stage::Start));
        let notes = trial.finding(None).map(|finding| finding.notes).unwrap_or_default();
        assert_eq!(notes, ["`qemu-t`: exit status: 255", told[0].as_str()]);
    }

    #[test]
    fn a_program_that_stands_still_is_told_with_what_is_mixed() {
        let mut trial = built();
        trial.ran(60.0, &Ending::TimedOut(60), &lines("crosskit-trial began"));
        assert_eq!(trial.broke, Some(Stage::Run));
        let finding = trial.finding(Some("/lib/t/libc.so.6")).expect("it broke");
        assert!(finding.notes.iter().any(|note| note.contains("/lib/t/libc.so.6")), "{finding:?}");
        assert!(finding.hints[0].contains("X019"), "{finding:?}");
        let finding = trial.finding(None).expect("it broke");
        assert!(finding.notes.iter().any(|note| note.contains("came no further")), "{finding:?}");
    }
}
