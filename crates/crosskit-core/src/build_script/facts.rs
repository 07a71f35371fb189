//! What is found out about a build script while it is walked through, again and again until nothing is new.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;

use super::program::Program;
use super::value::{Marks, Under, Value};
use super::walk::Walker;

/// After so many rounds what is known goes no further: no real script has a longer chain of calls.
const ROUNDS: usize = 12;

/// What is known of functions and constants, and what came of it.
#[derive(Default)]
pub(super) struct Facts {
    pub functions: Vec<Fact>,
    pub constants: BTreeMap<String, Value>,
    /// What the answer of a question reaches.
    pub answers: BTreeMap<usize, Answer>,
    /// What the other rules found, by its place.
    pub findings: BTreeMap<Place, Finding>,
    /// Tools of the host that are started, by the place; a finding unless they are excused.
    pub tools: BTreeMap<Place, usize>,
    pub excused: BTreeSet<usize>,
    pub started: Vec<(usize, Finding)>,
    /// Whether the script goes to another directory: then a relative path says nothing.
    pub changes_directory: bool,
    /// The last round, in which all is known.
    pub last: bool,
}

/// What an answer decides, and where. The least of several is the one that is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Answer {
    /// Whether it only decides what is said, and not whether.
    pub says: bool,
    /// Whether it lies in another file than the question.
    pub elsewhere: bool,
    pub line: usize,
    pub file: usize,
    pub what: String,
}

/// File, line and column.
pub(super) type Place = (usize, usize, usize);

/// A function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fact {
    pub parameters: Vec<Value>,
    /// The questions under which it is called.
    pub asked: BTreeSet<usize>,
    /// What every one of its callers has looked at.
    pub marks: Marks,
    next: Option<Marks>,
    /// What it has looked at to refuse cross builds: whoever calls it goes on only where HOST is TARGET.
    pub refuses: Marks,
    pub result: Value,
}

impl Fact {
    pub fn called(&mut self, arguments: Vec<Value>, asked: impl IntoIterator<Item = usize>, marks: Marks) {
        self.parameters.resize_with(self.parameters.len().max(arguments.len()), Value::default);
        let first = self.next.is_none() && self.asked.is_empty();
        for (known, argument) in self.parameters.iter_mut().zip(arguments) {
            if first && *known == Value::default() { *known = argument } else { known.join(&argument) }
        }
        self.asked.extend(asked);
        self.next = Some(self.next.map_or(marks, |next| next & marks));
    }
}

/// Walks through everything until nothing is new, and once more.
pub(super) fn find(program: &mut Program) -> Facts {
    let mut facts = Facts { functions: vec![Fact::default(); program.functions.len()], ..Facts::default() };
    for _ in 0..ROUNDS {
        let before = (facts.functions.clone(), facts.constants.clone(), program.questions.len());
        round(program, &mut facts);
        if (&facts.functions, &facts.constants, program.questions.len()) == (&before.0, &before.1, before.2) {
            break;
        }
    }
    facts.last = true;
    round(program, &mut facts);
    facts
}

fn round(program: &mut Program, facts: &mut Facts) {
    for at in 0..program.constants.len() {
        let constant = &program.constants[at];
        let (file, name, expression) = (constant.file, constant.name.clone(), constant.value);
        let asked = constant.asked.clone();
        let under = Under { asked: asked.clone(), marks: 0 };
        let mut walker = Walker::new(program, facts, file, under);
        walker.in_constant = true;
        let value = walker.expression(expression).decided_by(&asked);
        match facts.constants.get_mut(&name) {
            Some(known) => known.join(&value),
            None => {
                facts.constants.insert(name, value);
            }
        }
    }
    for at in 0..program.functions.len() {
        let result = Walker::function(program, facts, at);
        let first = facts.functions[at].result == Value::default();
        if first { facts.functions[at].result = result } else { facts.functions[at].result.join(&result) }
    }
    for fact in &mut facts.functions {
        fact.marks = fact.next.take().unwrap_or_default();
    }
}
