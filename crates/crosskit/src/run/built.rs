//! What cargo says that it made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;

use crosskit_core::finding::{Code, Finding};
use crosskit_core::gate::Expected;
use crosskit_core::plan::Cell;
use crosskit_core::program::Program;

use super::{Context, archives, left_over};
use crate::artefact;
use crate::results::SuiteKind;

/// What cargo made for a cell.
#[derive(Debug, Default)]
pub struct Built {
    artefacts: Vec<Artefact>,
    scripts: Vec<Script>,
    /// When the call began that makes them.
    since: Option<SystemTime>,
    /// Files that are older than the call that is said to have made them.
    left_over: BTreeSet<PathBuf>,
}

/// An executable.
#[derive(Clone, Debug)]
pub struct Artefact {
    /// The package's id.
    pub package: String,
    /// The name of the Cargo target.
    pub name: String,
    /// The kinds of the Cargo target, as in `cargo metadata`.
    pub kinds: Vec<String>,
    /// Whether it is a test executable.
    pub test: bool,
    /// The file.
    pub executable: PathBuf,
    /// Whether it is a host program.
    pub host: bool,
    /// Whether it was made in an earlier call, and is still what it ought to be.
    pub fresh: bool,
}

impl Artefact {
    /// What it is as a suite.
    pub fn suite_kind(&self) -> SuiteKind {
        match self.kinds.iter().map(String::as_str).next() {
            Some("test") => SuiteKind::Integration,
            Some("bench") => SuiteKind::Bench,
            Some("example") => SuiteKind::Example,
            _ => SuiteKind::Unit,
        }
    }
}

/// What a build script gave to its package.
#[derive(Clone, Debug)]
pub struct Script {
    /// The package's id.
    pub package: String,
    /// `OUT_DIR`.
    pub out_dir: PathBuf,
    /// `cargo:rustc-env`.
    pub variables: Vec<(String, String)>,
    /// `cargo:rustc-link-search`, without the kind.
    pub search_paths: Vec<PathBuf>,
    /// `cargo:rustc-link-lib`.
    pub libraries: Vec<String>,
    /// Whether it ran for the host kind.
    pub host: bool,
}

/// One thing that cargo tells of.
#[derive(Debug)]
pub enum Made {
    /// An executable, and the triple that it is for; none for the host kind.
    Artefact(Artefact, Option<String>),
    /// A build script ran, for a triple or for the host kind.
    Script(Script, Option<String>),
    /// rustc's words for the user.
    Diagnostic(String),
}

/// The messages that are read; others are passed over.
/// Source: Cargo reference, "External tools", "JSON messages".
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Said {
    CompilerArtifact {
        package_id: String,
        target: MessageTarget,
        profile: MessageProfile,
        executable: Option<PathBuf>,
        fresh: bool,
    },
    BuildScriptExecuted {
        package_id: String,
        out_dir: PathBuf,
        env: Vec<(String, String)>,
        linked_paths: Vec<String>,
        linked_libs: Vec<String>,
    },
    CompilerMessage {
        message: Diagnostic,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct MessageTarget {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct MessageProfile {
    test: bool,
}

#[derive(Deserialize)]
struct Diagnostic {
    rendered: Option<String>,
}

impl Made {
    /// Reads a line of cargo's, whose call was for these triples. A build script's or rustc's own line among the messages
    /// is none.
    pub fn read(line: &str, context: &Context, triples: &[&str]) -> Option<Made> {
        match serde_json::from_str(line).ok()? {
            Said::CompilerArtifact { package_id, target, profile, executable: Some(executable), fresh } => {
                // Build scripts are host programs that cargo runs by itself.
                if target.kind.iter().any(|kind| kind == "custom-build") {
                    return None;
                }
                let triple = triple(context, &executable, triples);
                let artefact = Artefact {
                    package: package_id,
                    name: target.name,
                    kinds: target.kind,
                    test: profile.test,
                    executable,
                    host: triple.is_none(),
                    fresh,
                };
                Some(Made::Artefact(artefact, triple))
            }
            Said::BuildScriptExecuted { package_id, out_dir, env, linked_paths, linked_libs } => {
                let triple = triple(context, &out_dir, triples);
                let script = Script {
                    host: triple.is_none(),
                    package: package_id,
                    out_dir,
                    variables: env,
                    libraries: linked_libs,
                    search_paths: linked_paths
                        .iter()
                        .map(|path| PathBuf::from(path.split_once('=').map_or(path.as_str(), |(_, path)| path)))
                        .collect(),
                };
                Some(Made::Script(script, triple))
            }
            Said::CompilerMessage { message } => message.rendered.map(Made::Diagnostic),
            Said::CompilerArtifact { .. } | Said::Other => None,
        }
    }
}

impl Built {
    /// Is about to hear of a call that begins now.
    pub fn begin(&mut self, now: Option<SystemTime>) {
        self.since = now;
    }

    /// What is wrong with an executable of a cell, by what is in it and by its age.
    pub fn check(&self, artefact: &Artefact, context: &Context, cell: &Cell) -> Vec<Finding> {
        if self.left_over.contains(&artefact.executable) {
            let path = artefact.executable.display();
            return vec![
                Finding::error(Code::WrongArtefact, format!("`{path}` was not made by this build"))
                    .note("cargo says that it was, and it was older: the linker ended well and made nothing")
                    .note("the file has been removed, as the next build would take it for its own")
                    .hint("look at the linker, which may be a script that loses an exit code"),
            ];
        }
        let expected = if artefact.host {
            Expected { triple: context.host, glibc: None }
        } else {
            Expected { triple: &cell.triple, glibc: cell.glibc.as_ref() }
        };
        artefact::check(&artefact.executable, expected)
    }

    /// Takes in an executable; whether it is a new one. A second call of cargo names the same ones again.
    pub fn add(&mut self, artefact: Artefact) -> bool {
        let is_known = |it: &Artefact| it.executable == artefact.executable && it.test == artefact.test;
        let new = !self.artefacts.iter().any(is_known);
        // A linker that ends well and makes nothing leaves the program of an earlier build where it is, and cargo does not look.
        if !artefact.fresh && self.since.is_some_and(|since| left_over::is_older(&artefact.executable, since)) {
            self.left_over.insert(artefact.executable.clone());
        }
        if new {
            self.artefacts.push(artefact);
        }
        new
    }

    /// Takes in what a build script gave; the last one of its package counts.
    pub fn add_script(&mut self, script: Script) {
        self.scripts.retain(|it| it.package != script.package || it.host != script.host);
        self.scripts.push(script);
    }

    /// Whether the build scripts of these packages, by id, have run for the target: then nothing of a test's environment
    /// is open.
    pub fn has_scripts(&self, packages: &BTreeSet<String>) -> bool {
        packages.iter().all(|package| self.script(package, false).is_some())
    }

    /// Checks every executable against the target that its place says it is for, and the archives that build scripts had
    /// linked. Says how many executables are right, and what is wrong.
    pub fn verify(&self, context: &Context, cell: &Cell) -> (usize, Vec<Finding>) {
        let mut seen = BTreeSet::new();
        let mut wrong = self.archives(context, cell);
        let mut for_target = 0;
        for artefact in &self.artefacts {
            if !seen.insert(&artefact.executable) {
                continue;
            }
            let findings = self.check(artefact, context, cell);
            if self.left_over.contains(&artefact.executable) {
                left_over::remove(&artefact.executable);
            }
            for_target += usize::from(findings.is_empty() && !artefact.host);
            wrong.extend(findings);
        }
        (for_target, wrong)
    }

    /// What is wrong with the archives that build scripts had linked.
    pub fn archives(&self, context: &Context, cell: &Cell) -> Vec<Finding> {
        archives::check(context, &self.scripts, &cell.triple)
    }

    /// The test executables: by package in Cargo's order, then units before integration tests.
    pub fn tests(&self, context: &Context) -> Vec<&Artefact> {
        let order: BTreeMap<&str, usize> =
            context.metadata.workspace.members().enumerate().map(|(at, member)| (member.id.as_str(), at)).collect();
        let mut tests: Vec<&Artefact> = self.artefacts.iter().filter(|artefact| artefact.test).collect();
        tests.sort_by_key(|test| (order.get(test.package.as_str()), rank(&test.kinds), &test.name));
        tests.dedup_by_key(|test| &test.executable);
        tests
    }

    /// The binaries of a package: what its integration tests start.
    pub fn binaries(&self, package: &str) -> impl Iterator<Item = &Artefact> {
        self.artefacts.iter().filter(move |artefact| {
            artefact.package == package && !artefact.test && artefact.kinds.iter().any(|kind| kind == "bin")
        })
    }

    /// The executable of a program.
    pub fn program(&self, program: &Program) -> Option<&Artefact> {
        let is_kind = |artefact: &Artefact| artefact.kinds.iter().any(|kind| kind == program.kind());
        self.artefacts.iter().find(|artefact| !artefact.test && artefact.name == program.name && is_kind(artefact))
    }

    /// The build script's gifts to a package.
    pub fn script(&self, package: &str, host: bool) -> Option<&Script> {
        self.scripts.iter().find(|script| script.package == package && script.host == host)
    }

    /// Directories below an `OUT_DIR` in which a program may find shared libraries, in cargo's order.
    pub fn library_paths(&self, context: &Context, host: bool) -> BTreeSet<&Path> {
        let scripts = self.scripts.iter().filter(move |script| script.host == host);
        let paths = scripts.flat_map(|script| &script.search_paths).map(PathBuf::as_path);
        paths.filter(|path| path.starts_with(&context.metadata.build_directory)).collect()
    }
}

/// Whether an executable starts others of its package: those must be there before it is run.
pub fn starts_binaries(kinds: &[String]) -> bool {
    kinds.iter().any(|kind| kind == "test" || kind == "bench")
}

fn rank(kinds: &[String]) -> usize {
    let order = ["bin", "test", "bench", "example"];
    kinds.iter().find_map(|kind| order.iter().position(|known| known == kind)).map_or(0, |at| at + 1)
}

/// Messages carry no triple: it is the first component below the directories of the build, and nothing deeper in a path is
/// looked at (the layout changes in Cargo 1.100; cargo #12869). None is the host kind.
fn triple(context: &Context, path: &Path, triples: &[&str]) -> Option<String> {
    let metadata = context.metadata;
    let below = [&metadata.build_directory, &metadata.target_directory];
    // One may lie in the other; the nearer one tells.
    let below =
        below.iter().filter_map(|directory| path.strip_prefix(directory).ok()).min_by_key(|it| it.as_os_str().len());
    let first = below.and_then(|path| path.components().next())?;
    triples.iter().find(|triple| first.as_os_str() == **triple).map(|&triple| triple.to_owned())
}
