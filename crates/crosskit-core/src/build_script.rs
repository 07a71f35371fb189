//! Reads build scripts and finds what works for the host where the target is meant.
//!
//! A build script is compiled for the host, so that `cfg!(windows)`, `#[cfg(target_os = "…")]` and `std::env::consts` ask
//! about the host. That is right for whatever only happens there: which program is started, what it is called, how its
//! `PATH` is separated, which API of the system is used. It is wrong where the answer decides about the target. So a
//! question is a finding only if its answer **reaches** something that the target gets:
//!
//! - a line for cargo: `cargo:rustc-link-lib`, `cargo:rustc-cfg` and the like, not `rerun-if-…` and `warning`;
//! - what a crate that compiles is told (cc, cmake, bindgen and others): files, flags, definitions, directories;
//! - what pkg-config is told: which library is looked for, and how it is linked;
//! - the text of a file that is written, and which file is copied.
//!
//! An answer reaches it by **control**, where it decides whether the line is reached: by `if`, `match`, `#[cfg]`, a function
//! that is called there, or what follows an early `return`. And by **data**, through variables, arguments and results, where
//! it chooses between words that the script itself holds: `if cfg!(windows) { "foo.lib" } else { "libfoo.a" }`. A value that
//! merely passes through an API of the host, such as a path that is made canonical, is no choice. Nothing goes through the
//! name of a program: what `Command::new` and its arguments are given does not come out of it.
//!
//! What is **not** a finding:
//!
//! - a question where the code has looked at the target as well, in the same condition or one around it: `TARGET`, `HOST`,
//!   `CARGO_CFG_…`, or a value of such a name. A look at the architecture does not excuse a question about the system;
//! - a question behind a guard that ends the build, or leaves it, where `HOST` is not `TARGET`;
//! - a function with `#[cfg]` that uses what is there on some hosts alone (`std::os::unix`, winreg, vcpkg, …), and its twins;
//! - names of programs (`.exe`, `sh`, `make`) and separators, also where a path gets others; `consts::EXE_SUFFIX`;
//! - whether pkg-config is asked at all, as many hosts do not have it;
//! - a tool that is only asked for its version, that is told its target, or whose program then runs on the host;
//! - what is written only if a feature or a variable demands it.
//!
//! A wrong finding is worse than one that is missed: where a value is not known, nothing is said.

mod calls;
mod clothes;
mod condition;
mod expression;
mod facts;
mod guard;
mod imports;
mod macros;
mod modules;
mod outside;
mod program;
mod question;
mod replacement;
mod rules;
mod sink;
mod value;
mod walk;

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin};

use facts::Place;
use program::Program;
use walk::Walker;

pub use modules::modules;

/// A file of a build script: the script first, then its modules and what it includes.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as it is shown.
    pub path: String,
    /// The text.
    pub text: String,
}

/// What is wrong in a build script. A file that is no Rust is told in one line, and left out. `anywhere` has the crates, as the
/// script calls them, on which it depends on every host: one that it depends on for some hosts alone can only be used with a
/// question about the host.
pub fn check(sources: &[Source], anywhere: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut paths = Vec::new();
    let mut files = Vec::new();
    for source in sources {
        match syn::parse_file(&source.text) {
            Ok(file) => {
                files.push(file);
                paths.push(source.path.as_str());
            }
            Err(error) => findings.push(unreadable(&source.path, &error)),
        }
    }
    let mut program = Program::read(&files, anywhere);
    let mut facts = facts::find(&mut program);
    let mut found: Vec<(Place, Code, Finding)> = Vec::new();
    for (number, answer) in &facts.answers {
        let question = &program.questions[*number];
        let place = (question.file, question.line, question.column);
        let elsewhere = answer.elsewhere.then(|| paths[answer.file]);
        let finding = rules::host::finding(question, answer, elsewhere, origin(paths[question.file], place));
        found.push((place, finding.code, finding));
    }
    let tools: Vec<Place> = facts.tools.keys().copied().collect();
    for place in tools {
        let number = facts.tools[&place];
        if let Some((_, finding)) = facts.started.iter().find(|(it, _)| *it == number && !facts.excused.contains(it)) {
            found.push((place, finding.code, named(finding.clone(), paths[place.0])));
        }
    }
    for (place, finding) in std::mem::take(&mut facts.findings) {
        found.push((place, finding.code, named(finding, paths[place.0])));
    }
    found.sort_by_key(|(place, code, _)| (*place, *code));
    found.dedup_by_key(|(place, code, _)| (*place, *code));
    findings.extend(found.into_iter().map(|(_, _, finding)| finding));
    findings
}

fn unreadable(path: &str, error: &syn::Error) -> Finding {
    let start = error.span().start();
    Finding::warning(Code::FileAccess, format!("`{path}` is not read: {error}")).at(Origin::File {
        path: path.to_owned(),
        line: start.line,
        column: start.column + 1,
    })
}

fn origin(path: &str, place: Place) -> Origin {
    Origin::File { path: path.to_owned(), line: place.1, column: place.2 }
}

/// The finding with the path of its file, which is not known while the code is walked through.
fn named(finding: Finding, path: &str) -> Finding {
    let origin = finding.origin.map(|it| match it {
        Origin::File { line, column, .. } => Origin::File { path: path.to_owned(), line, column },
        other => other,
    });
    Finding { origin, ..finding }
}

impl Walker<'_, '_> {
    fn origin(&self, place: Place) -> Origin {
        origin("", place)
    }

    /// Keeps a finding of a place, once all is known.
    fn found(&mut self, place: Place, finding: impl FnOnce(Origin) -> Finding) {
        if self.facts.last {
            let finding = finding(self.origin(place));
            self.facts.findings.insert(place, finding);
        }
    }
}
