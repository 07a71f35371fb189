//! `cargo xtask bench`: how long the kit takes, against cargo and nextest doing the same, and what of its budgets holds.
//!
//! Whole processes are timed, the kit's executable among them: a run by `cargo xtask cross` takes what `cargo run` takes more.
//! Subjects take turns, so that what is slow on a computer for a while is so for all of them, and only ratios of runs side
//! by side are held against a budget.

mod benches;
mod measure;
mod programs;
mod statistics;
mod table;

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use programs::Site;
use statistics::FEWEST_PAIRS;

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The benches' names.
    benches: Vec<String>,
    pairs: usize,
    /// What is passed on to `cross doctor`: nothing, or `--install` and perhaps `--yes`.
    install: Vec<String>,
    targets: Vec<String>,
    /// For how many jobs at once cargo, and so the kit, is told to go.
    jobs: Option<usize>,
}

/// Runs the command.
///
/// # Errors
/// A mistake on the command line.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode, String> {
    let options = Options::parse(arguments)?;
    match bench(&options) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        // What was measured is in the table all the same.
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

impl Options {
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
        let owned = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        let targets = owned(benches::TARGETS);
        let mut options =
            Options { benches: Vec::new(), pairs: FEWEST_PAIRS, install: Vec::new(), targets, jobs: None };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = |name: &str| {
                let value = arguments.next().and_then(|value| value.into_string().ok());
                value.ok_or_else(|| format!("`{name}` of `bench` needs a value"))
            };
            let count = |name: &str, value: String| match value.parse() {
                Ok(0) | Err(_) => Err(format!("`{name}` of `bench` needs a number above 0, not `{value}`")),
                Ok(number) => Ok(number),
            };
            match argument.to_str() {
                Some("--install" | "--yes" | "-y") => options.install.push(argument.to_string_lossy().into_owned()),
                Some("--pairs") => options.pairs = count("--pairs", value("--pairs")?)?,
                Some("--jobs") => options.jobs = Some(count("--jobs", value("--jobs")?)?),
                Some("--targets") => {
                    options.targets = value("--targets")?.split(',').map(str::to_owned).collect();
                }
                Some(name) if benches::NAMES.contains(&name) => options.benches.push(name.to_owned()),
                _ => return Err(format!("unknown argument of `bench`: `{}`", argument.display())),
            }
        }
        if options.benches.is_empty() {
            options.benches = owned(benches::NAMES);
        }
        Ok(options)
    }

    /// Whether it only shows that all works: the budgets are for six targets, and for all cores.
    fn is_trial(&self) -> bool {
        self.targets != benches::TARGETS || self.jobs.is_some()
    }

    fn variables(&self) -> Vec<(String, String)> {
        // Crates were fetched before: how long a server takes is nobody's time.
        let mut variables = vec![("CARGO_NET_OFFLINE".to_owned(), "true".to_owned())];
        variables.extend(self.jobs.map(|jobs| ("CARGO_BUILD_JOBS".to_owned(), jobs.to_string())));
        variables
    }
}

/// Whether every bench was measured.
fn bench(options: &Options) -> Result<bool, String> {
    let site = Site::make()?;
    let cores = std::thread::available_parallelism().map_err(|error| error.to_string())?.get();
    let about = about(options, cores);
    eprintln!("{about}");
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    let mut failed = Vec::new();
    for name in &options.benches {
        eprintln!("{name}: preparing");
        let measured = benches::prepare(name, &site, options).and_then(|bench| {
            let samples = measure::interleaved(&bench.subjects, bench.state, options.pairs, &options.variables())?;
            Ok((bench, samples))
        });
        match measured {
            Ok((bench, samples)) => {
                for comparison in &bench.comparisons {
                    match table::row(name, comparison, &bench.subjects, &samples, cores, options.is_trial()) {
                        Some(row) => rows.push(row),
                        None => notes.push(format!("{name}: this system does not tell the CPU time of a process")),
                    }
                }
                notes.extend(table::tests(name, &bench.subjects, &samples));
                notes.extend(bench.notes);
            }
            Err(error) => {
                eprintln!("error: bench {name}: {error}");
                failed.push(format!("{name}: not measured, see above"));
            }
        }
    }
    println!("{about}\n\n{}", table::HEAD);
    rows.iter().for_each(|row| println!("{row}"));
    println!();
    notes.iter().chain(&failed).for_each(|note| println!("- {note}"));
    Ok(failed.is_empty())
}

/// On what, and how, is measured.
fn about(options: &Options, cores: usize) -> String {
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map_or("rustc: ?".to_owned(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut lines = vec![
        format!("{cores} cores, load {} before; {compiler}", load.split(' ').next().unwrap_or("?")),
        format!("pairs: {}; targets: {}", options.pairs, options.targets.join(", ")),
    ];
    if options.pairs < FEWEST_PAIRS {
        lines.push(format!("fewer than {FEWEST_PAIRS} pairs: nothing is claimed"));
    }
    if options.is_trial() {
        let jobs = options.jobs.map_or(String::new(), |jobs| format!(", jobs: {jobs}"));
        lines.push(format!("a trial{jobs}: nothing is claimed"));
    }
    // It is read by all subjects, as the registry lies beside it.
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).unwrap_or_default();
    for config in ["config.toml", "config"].map(|name| home.join(name)).into_iter().filter(|path| path.is_file()) {
        lines.push(format!("all read {}", config.display()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn without_words_all_is_measured_often_enough() {
        let options = parse("").expect("nothing is wrong");
        assert_eq!((options.benches.len(), options.pairs), (benches::NAMES.len(), FEWEST_PAIRS));
        assert!(!options.is_trial());
        assert_eq!(options.variables(), [("CARGO_NET_OFFLINE".to_owned(), "true".to_owned())]);
    }

    #[test]
    fn words_choose() {
        let options = parse("c a --pairs 9 --install --yes --targets x,y --jobs 1").expect("nothing is wrong");
        assert_eq!(options.benches, ["c", "a"]);
        assert_eq!((options.pairs, options.jobs), (9, Some(1)));
        assert_eq!(options.targets, ["x", "y"]);
        assert_eq!(options.install, ["--install", "--yes"]);
        assert!(options.is_trial());
        assert!(options.variables().contains(&("CARGO_BUILD_JOBS".to_owned(), "1".to_owned())));
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for line in ["f", "--pairs", "--pairs 0", "--pairs many", "--quick"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
