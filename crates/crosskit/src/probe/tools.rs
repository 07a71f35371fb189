//! What programs say of themselves: versions, machines, processors; and what C compilers make.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_core::object_file::{self, ObjectFile};
use crosskit_core::tools::{self, Questions};

use super::Probe;
use crate::cache::Stamp;
use crate::path::{find_program, path_directories};

/// Longer objects are not kept between runs: that of an empty file has some hundred bytes.
const OBJECT_LIMIT: usize = 8192;

/// Variables that change what a GCC starts, and so what it makes.
const STEER_GCC: &[&str] = &["COMPILER_PATH", "GCC_EXEC_PREFIX"];

/// What is asked, by the program as the decisions name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    Version(String),
    WorksFor(String),
    Processors(String),
    /// A C compiler with its arguments, as the variable `CC` has it.
    Object(String),
}

/// The answers that there are.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub versions: BTreeMap<String, String>,
    pub works_for: BTreeMap<String, String>,
    pub processors: BTreeMap<String, BTreeSet<String>>,
    pub objects: BTreeMap<String, ObjectFile>,
}

/// A question that has to be put to a program.
struct Asked {
    question: Question,
    /// Under which name the answer is kept, and for which file; none where it is not kept.
    kept: Option<(String, Stamp)>,
    command: Command,
    /// Where a compiler writes.
    object: Option<PathBuf>,
}

impl Probe<'_> {
    /// Asks every program at once what was not asked before.
    pub(super) fn ask_tools(&self, questions: &Questions, find: &dyn Fn(&str) -> Option<PathBuf>) -> Answers {
        let mut all: Vec<Question> = questions.compilers.iter().cloned().map(Question::Object).collect();
        if self.asks_tools {
            all.extend(questions.versions.iter().cloned().map(Question::Version));
            all.extend(questions.works_for.iter().cloned().map(Question::WorksFor));
            all.extend(questions.processors.iter().cloned().map(Question::Processors));
        }
        let new: Vec<Question> = {
            let known = self.answers.borrow();
            all.iter().filter(|question| !known.contains_key(question)).cloned().collect()
        };
        let has_objects = new.iter().any(|question| matches!(question, Question::Object(_)));
        let scratch = if has_objects { temporary_directory().ok() } else { None };
        let mut asked = Vec::new();
        for question in new {
            match self.prepare(&question, find, scratch.as_deref(), asked.len()) {
                Some(Ok(answer)) => drop(self.answers.borrow_mut().insert(question, Some(answer))),
                Some(Err(it)) => asked.push(it),
                None => drop(self.answers.borrow_mut().insert(question, None)),
            }
        }
        self.put(asked);
        if let Some(scratch) = scratch {
            // Left-overs in the system's temporary directory are no reason to fail.
            let _ = std::fs::remove_dir_all(scratch);
        }
        self.sort(&all)
    }

    /// An answer that is kept, or how to ask; `None` if there is nobody to ask.
    fn prepare(
        &self,
        question: &Question,
        find: &dyn Fn(&str) -> Option<PathBuf>,
        scratch: Option<&Path>,
        number: usize,
    ) -> Option<Result<String, Asked>> {
        let mut object = None;
        let (program, command, what) = match question {
            Question::Version(name) => {
                let manner = tools::manner(name)?;
                // Cargo is the one that runs, whatever PATH has.
                let program = if name == "cargo" { self.toolchain.cargo_path.clone() } else { find(name)? };
                let command = self.command(&program, manner.arguments);
                (program, command, "version".to_owned())
            }
            Question::WorksFor(name) => {
                let program = find(name)?;
                let command = self.command(&program, ["-dumpmachine"]);
                (program, command, "machine".to_owned())
            }
            Question::Processors(name) => {
                let program = find(name)?;
                let command = self.command(&program, ["-cpu", "help"]);
                (program, command, "processors".to_owned())
            }
            Question::Object(value) => {
                let here = self.sh.directory();
                let directories = path_directories(&self.toolchain.variables);
                let whole = find_program(value, &here, &directories).map(|_| value.as_str());
                let mut words = whole.into_iter().chain(value.split_ascii_whitespace().filter(|_| whole.is_none()));
                let program = words.next()?;
                let path = find_program(program, &here, &directories)?;
                let (source, made) = (scratch?.join("empty.c"), scratch?.join(format!("{number}.o")));
                std::fs::write(&source, "").ok()?;
                let mut command = self.command(program, words);
                command.arg("-c").arg(&source).arg("-o").arg(&made);
                object = Some(made);
                (path, command, format!("object by {value}"))
            }
        };
        let steered = STEER_GCC.iter().any(|name| self.toolchain.variables.contains_key(std::ffi::OsStr::new(name)));
        let stamp = if steered { None } else { Stamp::of(&program) };
        let kept = stamp.map(|stamp| (format!("{what}: {}", program.display()), stamp));
        if let Some((name, stamp)) = &kept
            && let Some(answer) = self.cache.borrow_mut().answer(name, stamp)
        {
            return Some(Ok(answer));
        }
        Some(Err(Asked { question: question.clone(), kept, command, object }))
    }

    /// Asks, and keeps what was answered.
    fn put(&self, asked: Vec<Asked>) {
        let (mut commands, mut rest) = (Vec::new(), Vec::new());
        for Asked { question, kept, command, object } in asked {
            commands.push(command);
            rest.push((question, kept, object));
        }
        let told = self.sh.ask(commands);
        for ((question, kept, object), told) in rest.into_iter().zip(told) {
            let answer = match &object {
                // A compiler may complain and make something all the same, and what counts is what it made.
                Some(object) => std::fs::read(object).ok().map(|bytes| hexadecimal(&bytes)),
                None => told.and_then(|(told, good)| answer(&question, &told, good)),
            };
            if let (Some((name, stamp)), Some(answer)) = (kept, &answer)
                && answer.len() <= 2 * OBJECT_LIMIT
            {
                self.cache.borrow_mut().keep(name, stamp, answer.clone());
            }
            self.answers.borrow_mut().insert(question, answer);
        }
    }

    /// The answers as the decisions want them.
    fn sort(&self, all: &[Question]) -> Answers {
        let known = self.answers.borrow();
        let mut answers = Answers::default();
        for question in all {
            let Some(Some(answer)) = known.get(question) else { continue };
            match question {
                Question::Version(name) => drop(answers.versions.insert(name.clone(), answer.clone())),
                Question::WorksFor(name) => drop(answers.works_for.insert(name.clone(), answer.clone())),
                Question::Processors(name) => {
                    answers.processors.insert(name.clone(), answer.split_whitespace().map(str::to_owned).collect());
                }
                Question::Object(value) => {
                    let object = bytes(answer).and_then(|bytes| object_file::machine(&bytes));
                    answers.objects.extend(object.map(|object| (value.clone(), object)));
                }
            }
        }
        answers
    }
}

/// What a program's words come to.
fn answer(question: &Question, told: &str, good: bool) -> Option<String> {
    match question {
        Question::Version(_) if good => tools::version_in(told),
        Question::WorksFor(_) if good => {
            let machine = told.lines().last()?.trim();
            (!machine.is_empty() && !machine.contains(char::is_whitespace)).then(|| machine.to_owned())
        }
        // QEMU's user mode prints its list and ends with 1, up to 7.2 at least.
        Question::Processors(_) => {
            let names: Vec<String> = tools::processors_in(told).into_iter().collect();
            (!names.is_empty()).then(|| names.join(" "))
        }
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// A new directory of our own in the system's temporary directory.
fn temporary_directory() -> std::io::Result<PathBuf> {
    let base = std::env::temp_dir();
    let mut last = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    for attempt in 0..64 {
        let directory = base.join(format!("crosskit-{}-{attempt}", std::process::id()));
        match std::fs::create_dir(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) => last = error,
        }
    }
    Err(last)
}
