//! Everything that takes effect for one kind: what is built for a target, or the host kind beside it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::config::{Choice, Config, Loser, Setting};
use super::flags::{Flag, Kind, Tool};
use super::problem::Problem;
use crate::cfgs::{CfgAnswer, CfgQuery, Cfgs};
use crate::linking;

/// rustc's answers as far as they are known, and the questions that were not answered.
#[derive(Debug)]
pub struct Rustc<'a> {
    known: &'a BTreeMap<CfgQuery, CfgAnswer>,
    asked: RefCell<BTreeSet<CfgQuery>>,
}

/// What takes effect for one kind.
#[derive(Clone, Debug, Default)]
pub struct KindView {
    /// The triple that the kind is compiled for.
    pub triple: String,
    /// The linker that Cargo passes to rustc.
    pub linker: Setting<String>,
    /// What Cargo starts executables with.
    pub runner: Setting<Vec<String>>,
    /// Flags of rustc.
    pub rustflags: Setting<Vec<Flag>>,
    /// Flags of rustdoc.
    pub rustdocflags: Setting<Vec<Flag>>,
    /// The cfgs by which tables were chosen; none where rustc was not asked yet.
    pub cfgs: Option<Cfgs>,
    /// Whether flags and cfgs depend on one another without end; Cargo warns and goes on.
    pub paradox: bool,
    /// What stops Cargo.
    pub problems: Vec<Problem>,
}

impl KindView {
    /// rustc's flags as they are written.
    pub fn rustflag_texts(&self) -> Vec<&str> {
        texts(&self.rustflags)
    }

    /// The program that the last `-Clinker` among the flags names. rustc takes the last one, and Cargo's own comes first.
    pub fn linker_of_flags(&self) -> Option<Choice<String>> {
        let flags = &self.rustflags.winner.as_ref()?.value;
        let words = linking::in_one_word(&self.rustflag_texts());
        let (at, named) = words.iter().rev().find_map(|(at, word)| Some((*at, word.strip_prefix("-Clinker=")?)))?;
        // The option and its value may be two words, and the value is what somebody looks for.
        let flag = flags.iter().skip(at).find(|flag| flag.text.ends_with(named))?;
        Some(Choice { value: named.to_owned(), key: flag.key.clone(), definition: flag.definition.clone() })
    }

    /// The linker that is named, by flags or by the config.
    pub fn named_linker(&self) -> Option<Choice<String>> {
        self.linker_of_flags().or_else(|| self.linker.winner.clone())
    }
}

impl<'a> Rustc<'a> {
    /// Answers that are known.
    pub fn new(known: &'a BTreeMap<CfgQuery, CfgAnswer>) -> Rustc<'a> {
        Rustc { known, asked: RefCell::default() }
    }

    /// Every question so far, answered or not.
    pub fn asked(&self) -> BTreeSet<CfgQuery> {
        self.asked.borrow().clone()
    }

    /// Asks for the cfgs of a triple without flags.
    pub fn ask(&self, triple: &str) -> Option<&'a CfgAnswer> {
        self.cfgs(triple, &[])
    }

    fn cfgs(&self, triple: &str, flags: &[Flag]) -> Option<&'a CfgAnswer> {
        let flags = flags.iter().map(|flag| flag.text.clone()).collect();
        let query = CfgQuery { triple: triple.to_owned(), flags };
        let answer = self.known.get(&query);
        self.asked.borrow_mut().insert(query);
        answer
    }
}

impl Config<'_> {
    /// Resolves one kind as Cargo does: the flags decide about the cfgs, and the cfgs about the flags, twice at most.
    ///
    /// All problems are told, while Cargo stops at the first. A pair that is not settled then makes it warn and go on.
    pub fn view(&self, triple: &str, kind: Kind, rustc: &Rustc) -> KindView {
        let mut view = KindView { triple: triple.to_owned(), ..KindView::default() };
        let mut problems = self.target_table_problems();
        // Cargo reads `[build]` as a whole, also where `--target` takes the place of its target.
        problems.extend(self.build_table_problems());
        problems.extend(self.triple_table_problems(triple));
        let mut without = take(self.flags(Tool::Rustc, triple, kind, None), &mut problems);
        // rustc is asked only where its answer can decide something: between tables, or whether it takes the flags.
        let has_flags = without.winner.as_ref().is_some_and(|flags| !flags.value.is_empty());
        let turns = if self.has_cfg_tables() || has_flags { 2 } else { 0 };
        for turn in 0..turns {
            let flags = without.winner.as_ref().map(|it| it.value.clone()).unwrap_or_default();
            match rustc.cfgs(triple, &flags) {
                None => break,
                Some(Err(why)) => {
                    let flags = flags.into_iter().map(|flag| flag.text).collect();
                    problems.push(Problem::RustcRefuses { triple: triple.to_owned(), flags, why: why.clone() });
                    break;
                }
                Some(Ok(cfgs)) => {
                    view.cfgs = Some(cfgs.clone());
                    let with = take(self.flags(Tool::Rustc, triple, kind, Some(cfgs)), &mut problems);
                    let settled = texts(&with) == texts(&without);
                    view.paradox = turn == 1 && !settled;
                    // Where it never settles, Cargo builds with the flags of its last question.
                    if !view.paradox {
                        without = with;
                    }
                    if settled {
                        break;
                    }
                }
            }
        }
        view.rustflags = without;
        let cfgs = view.cfgs.clone();
        view.linker = self.undecided(self.linker(triple, cfgs.as_ref()), &mut problems);
        view.runner = self.undecided(self.runner(triple, cfgs.as_ref()), &mut problems);
        view.rustdocflags = take(self.flags(Tool::Rustdoc, triple, kind, cfgs.as_ref()), &mut problems);
        for problem in problems {
            if !view.problems.contains(&problem) {
                view.problems.push(problem);
            }
        }
        view
    }
}

impl Config<'_> {
    /// A setting; where Cargo refuses to choose between two tables, both are told as losers.
    fn undecided<T>(&self, result: Result<Setting<T>, Box<Problem>>, problems: &mut Vec<Problem>) -> Setting<T> {
        let mut setting = take(result, problems);
        if let Some(Problem::SeveralMatching { key, first, second, .. }) = problems.last()
            && setting.refused
        {
            for (name, definition) in [first, second] {
                let path = ["target", name, key];
                let Ok(Some(value)) = self.value(&path) else { continue };
                let why = "two `cfg(…)` tables hold, and cargo takes neither";
                setting.losers.push(Loser::new(&path, value, definition, why));
            }
        }
        setting
    }
}

fn texts(flags: &Setting<Vec<Flag>>) -> Vec<&str> {
    flags.winner.iter().flat_map(|it| &it.value).map(|flag| flag.text.as_str()).collect()
}

fn take<T>(result: Result<Setting<T>, Box<Problem>>, problems: &mut Vec<Problem>) -> Setting<T> {
    result.unwrap_or_else(|problem| {
        problems.push(*problem);
        Setting { refused: true, ..Setting::default() }
    })
}
