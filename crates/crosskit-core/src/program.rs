//! Which program of the workspace `run` starts.
//!
//! The rules are Cargo's, so that nobody has to learn others. Source: Cargo reference, "cargo run", and "The manifest
//! format", `default-run`; cargo 1.95, `commands/run.rs` and `ops/cargo_run.rs`.

use crate::finding::{Code, Finding, Origin};
use crate::triple;
use crate::workspace::Package;

/// What the command line says of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing: the only one, or the one that a manifest names.
    #[default]
    Only,
    /// `--bin`.
    Binary(String),
    /// `--example`.
    Example(String),
}

/// A program of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Whether it is an example.
    pub example: bool,
    /// The name of the Cargo target.
    pub name: String,
}

impl Program {
    /// How cargo is told to build it and nothing else.
    pub fn option(&self) -> [&str; 2] {
        [if self.example { "--example" } else { "--bin" }, &self.name]
    }

    /// Whether a package has one of this name.
    pub fn is_of(&self, package: &Package) -> bool {
        let names = if self.example { &package.examples } else { &package.programs };
        names.contains(&self.name)
    }

    /// The kind of the Cargo target, as in `cargo metadata`.
    pub fn kind(&self) -> &'static str {
        if self.example { "example" } else { "bin" }
    }
}

impl Wanted {
    /// The package and its program, among the packages that are built for a target.
    ///
    /// # Errors
    /// None is meant, or more than one, in words.
    pub fn choose<'a>(&self, packages: &[&'a Package]) -> Result<(&'a Package, Program), Box<Finding>> {
        let all = || packages.iter().flat_map(|package| self.of(package).iter().map(move |name| (*package, name)));
        let mut meant: Vec<(&Package, &String)> = match self {
            Wanted::Only => all().collect(),
            Wanted::Binary(wanted) | Wanted::Example(wanted) => all().filter(|(_, name)| *name == wanted).collect(),
        };
        if *self == Wanted::Only && meant.len() > 1 {
            let by_default: Vec<(&Package, &String)> =
                packages.iter().filter_map(|package| Some((*package, package.default_run.as_ref()?))).collect();
            if by_default.len() == 1 {
                meant = by_default;
            }
        }
        match meant.as_slice() {
            [(package, name)] => {
                let example = matches!(self, Wanted::Example(_));
                Ok((package, Program { example, name: (*name).clone() }))
            }
            [] => Err(Box::new(self.none(&all().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), packages))),
            several => Err(Box::new(self.several(several))),
        }
    }

    /// The names among which one is meant.
    fn of<'a>(&self, package: &'a Package) -> &'a [String] {
        if matches!(self, Wanted::Example(_)) { &package.examples } else { &package.programs }
    }

    fn none(&self, known: &[&str], packages: &[&Package]) -> Finding {
        let built: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        let (what, wanted) = match self {
            Wanted::Only => ("program", None),
            Wanted::Binary(name) => ("program", Some(name)),
            Wanted::Example(name) => ("example", Some(name)),
        };
        let message = match wanted {
            Some(name) => format!("no {what} `{name}` is in what is built"),
            None => "there is no program to run in what is built".to_owned(),
        };
        let finding = Finding::error(Code::ProgramUnclear, message)
            .at(Origin::CommandLine)
            .note(format!("what is built: {}", built.join(", ")));
        let near = wanted.and_then(|name| triple::nearest(name, known.iter().copied(), 1).into_iter().next());
        match near {
            Some(near) => finding.hint(format!("a similar name exists: `{near}`")),
            None if known.is_empty() => finding.hint("name another package with `-p PACKAGE`, or `--example NAME`"),
            None => finding.hint(format!("there is {}", known.join(", "))),
        }
    }

    fn several(&self, several: &[(&Package, &String)]) -> Finding {
        let message = match self {
            Wanted::Only => "more than one program could be run".to_owned(),
            Wanted::Binary(name) | Wanted::Example(name) => format!("more than one package has `{name}`"),
        };
        let finding = Finding::error(Code::ProgramUnclear, message).at(Origin::CommandLine);
        let finding = several
            .iter()
            .fold(finding, |finding, (package, name)| finding.note(format!("`{name}` of `{}`", package.name)));
        match (self, several.first()) {
            (Wanted::Only, Some((_, name))) => {
                finding.hint(format!("name one, `--bin {name}`, or in its manifest: default-run = \"{name}\""))
            }
            (_, Some((package, _))) => finding.hint(format!("name the package as well: `-p {}`", package.name)),
            (_, None) => finding,
        }
    }
}
