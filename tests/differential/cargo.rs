//! What Cargo really does in a situation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crosskit_tests::process;

use crate::situation::{Place, Situation};
use crate::toolbox::{Toolbox, exactly};
use crate::trouble::{self, Trouble};

/// No case may take longer; one takes a tenth of a second.
const LIMIT: Duration = Duration::from_secs(60);

/// What separates flags, and words, in a fact.
pub const SEPARATOR: &str = " | ";

/// What a fact says where there is nothing.
pub const NOTHING: &str = "-";

/// The variables of `[env]` in the situations begin so.
pub const ENV_PREFIX: &str = "V_";

/// What was seen of a run.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What each unit got, by a name for it.
    pub facts: BTreeMap<String, String>,
    /// What stopped Cargo, if it did not come to build everything.
    pub trouble: Option<Trouble>,
    /// What it said.
    pub stderr: String,
}

/// Runs `cargo test` in a situation.
pub fn observe(toolbox: &Toolbox, situation: &Situation, place: &Place) -> Seen {
    let target_directory = place.case.join("target");
    let mut command = exactly(&toolbox.cargo, &place.environment, &place.directory);
    command.args(["test", "-v", "--workspace", "--no-fail-fast", "--offline", "--target-dir"]).arg(&target_directory);
    command.args(situation.targets.iter().flat_map(|target| ["--target", target]));
    command.args(place.arguments.iter().flat_map(|argument| ["--config", argument]));
    let finished = process::run(command, LIMIT);
    assert!(!finished.timed_out, "{situation}\n{finished}");
    let stderr = finished.stderr;
    if !stderr.contains("Finished `test` profile") {
        return Seen { facts: BTreeMap::new(), trouble: Some(trouble::of_words(&stderr)), stderr };
    }
    let mut facts = BTreeMap::new();
    let paradox = stderr.contains("non-trivial mutual dependency");
    facts.insert("flags and cfgs without end".to_owned(), paradox.to_string());
    for record in records(&place.case.join("log")) {
        record.facts(&mut facts);
    }
    runners(&stderr, &target_directory, &mut facts);
    Seen { facts, trouble: None, stderr }
}

/// How a fake was started.
struct Record {
    program: String,
    words: Vec<String>,
    environment: BTreeMap<String, String>,
}

fn records(log: &Path) -> Vec<Record> {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let records = text.split("\u{4}\0").filter(|record| !record.is_empty());
    let read = |record: &str| {
        let (words, environment) = record.split_once("\n\0").unwrap_or((record, ""));
        let mut words = words.split_terminator('\0').map(str::to_owned);
        let program = words.next().unwrap_or_default();
        let pairs = environment.split_terminator('\0').filter_map(|pair| pair.split_once('='));
        let environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Record { program, words: words.collect(), environment }
    };
    records.map(read).collect()
}

/// Whether a word of a compiler's command line is a flag of a situation, and not one of Cargo's own: it writes `-C` and
/// `--cfg` as words of their own.
fn is_flag(word: &str) -> bool {
    ["-Cmetadata=", "--cfg=", "-Ctarget-feature=", "-Cpanic=", "-Cdebug-assertions="]
        .iter()
        .any(|flag| word.starts_with(flag))
}

impl Record {
    fn after(&self, flag: &str) -> Option<&str> {
        self.words.iter().position(|word| word == flag).and_then(|at| self.words.get(at + 1)).map(String::as_str)
    }

    fn all_after(&self, flag: &str) -> Vec<String> {
        let pairs = self.words.windows(2).filter(|pair| pair[0] == flag);
        pairs.map(|pair| pair[1].clone()).collect()
    }

    fn facts(&self, facts: &mut BTreeMap<String, String>) {
        let name = self.program.rsplit('/').next().unwrap_or_default();
        let place = self.after("--target").unwrap_or("host");
        let is_test = self.words.iter().any(|word| word == "--test");
        let unit = match (name, self.after("--crate-name")) {
            ("rustc", Some("build_script_build")) => "build script".to_owned(),
            ("rustc", Some(name)) => format!("{name}{}", if is_test { " tests" } else { "" }),
            ("rustdoc", _) => "doc tests".to_owned(),
            ("build-script-build", _) => return self.facts_of_script(facts),
            _ => return self.facts_of_run(facts),
        };
        let mut tell = |what: &str, value: String| facts.insert(format!("{unit} for {place}: {what}"), value);
        let flags: Vec<String> = self.words.iter().filter(|word| is_flag(word)).cloned().collect();
        tell("flags", joined(&flags));
        let linker = self.words.iter().find_map(|word| word.strip_prefix("linker="));
        tell("linker", linker.unwrap_or(NOTHING).to_owned());
        if name == "rustdoc" {
            let mut words = self.all_after("--test-runtool");
            words.extend(self.all_after("--test-runtool-arg"));
            tell("runner", joined(&words));
        }
        self.facts_of_env(&format!("{unit} for {place}"), facts);
    }

    fn facts_of_script(&self, facts: &mut BTreeMap<String, String>) {
        let value = |name: &str| self.environment.get(name).cloned().unwrap_or_else(|| NOTHING.to_owned());
        let flags: Vec<String> = value("CARGO_ENCODED_RUSTFLAGS").split('\u{1f}').map(str::to_owned).collect();
        let unit = format!("build script run for {}", value("TARGET"));
        facts.insert(format!("{unit}: flags"), if flags == [""] { NOTHING.to_owned() } else { joined(&flags) });
        facts.insert(format!("{unit}: linker"), value("RUSTC_LINKER"));
        self.facts_of_env(&unit, facts);
    }

    /// A test executable, or its runner.
    fn facts_of_run(&self, facts: &mut BTreeMap<String, String>) {
        let is_test = |word: &str, name: &str| word.contains(&format!("/deps/{name}-"));
        let started = std::iter::once(&self.program).chain(&self.words);
        for name in ["app", "mac"] {
            if started.clone().any(|word| is_test(word, name)) {
                self.facts_of_env(&format!("{STARTED} {name}"), facts);
            }
        }
    }

    fn facts_of_env(&self, unit: &str, facts: &mut BTreeMap<String, String>) {
        let variables: Vec<String> = self
            .environment
            .iter()
            .filter(|(name, _)| name.starts_with(ENV_PREFIX))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        facts.insert(format!("{unit}: environment"), joined(&variables));
    }
}

/// A process that is seen only where its runner exists.
pub const STARTED: &str = "started tests of";

/// Words as a fact.
pub fn joined(words: &[String]) -> String {
    if words.is_empty() { NOTHING.to_owned() } else { words.join(SEPARATOR) }
}

/// What Cargo starts test executables with, by its own words: a runner need not exist for that.
fn runners(stderr: &str, target_directory: &Path, facts: &mut BTreeMap<String, String>) {
    let target_directory = format!("{}/", target_directory.display());
    for line in stderr.lines() {
        let command = line.trim_start().strip_prefix("Running `").and_then(|line| line.strip_suffix('`'));
        let mut words = split(command.unwrap_or_default());
        let Some(below) = words.last().and_then(|word| word.strip_prefix(&target_directory)) else { continue };
        let Some((place, name)) = below.split_once("/deps/") else { continue };
        let place = place.strip_suffix("/debug").unwrap_or("host");
        let name = name.split('-').next().unwrap_or_default();
        let fact = format!("{name} tests for {place}: runner");
        words.pop();
        facts.insert(fact, joined(&words));
    }
}

/// The words of a line as Cargo quotes them.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}
