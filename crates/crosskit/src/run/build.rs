//! The cargo call that builds, and what it says that it made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::Cell;

use super::{Context, Stop};
use crate::artefact;
use crate::event::Event;
use crate::sh::{Ended, OnInterrupt, Restart};

/// What cargo made for a cell.
#[derive(Debug, Default)]
pub struct Built {
    artefacts: Vec<Artefact>,
    scripts: Vec<Script>,
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
    /// Whether it ran for the host kind.
    pub host: bool,
}

/// The messages that are read; others are passed over.
/// Source: Cargo reference, "External tools", "JSON messages".
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        package_id: String,
        target: MessageTarget,
        profile: MessageProfile,
        executable: Option<PathBuf>,
    },
    BuildScriptExecuted {
        package_id: String,
        out_dir: PathBuf,
        env: Vec<(String, String)>,
        linked_paths: Vec<String>,
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

/// Calls cargo; its diagnostics go where ours go.
///
/// # Errors
/// Why the cell stops here, and a finding if there is something to say that cargo did not.
pub fn build(context: &Context, cell: &Cell) -> Result<Built, (Stop, Option<Box<Finding>>)> {
    let mut arguments = cell.build.clone();
    arguments.push("--message-format=json-render-diagnostics".to_owned());
    // Documentation tests are told apart by what cargo says, so this call alone can be quiet.
    arguments.extend(context.quiet.then(|| "--quiet".to_owned()));
    (context.progress)(Event::Status("Building", &format!("{} ({})", cell.triple, cell.packages.join(", "))));
    (context.progress)(Event::Detail("Running", &format!("cargo {}", crosskit_core::explain::command(&arguments))));
    let mut command = context.cargo_command(cell, &arguments);
    command.env("CARGO_TERM_COLOR", context.colour);
    let mut built = Built::default();
    let ended = context
        .sh
        .supervise(command, false, OnInterrupt::Ask, None, |line| {
            // A build script's or rustc's own line among the messages is none of ours.
            if let Ok(message) = serde_json::from_str::<Message>(line) {
                built.add(message, context, &cell.triple);
            }
            Restart::Nothing
        })
        .map_err(|error| (Stop::Internal, Some(Box::new(Finding::error(Code::Toolchain, error)))))?;
    match ended {
        Ended::Exited(status) if status.success() => Ok(built),
        Ended::Interrupted => Err((Stop::Interrupted, None)),
        Ended::Exited(_) | Ended::TimedOut => {
            let line = format!("cargo {}", crosskit_core::explain::command(&cell.build));
            let finding = Finding::error(Code::BuildFailed, format!("cargo could not build for {}", cell.triple))
                .note("its own messages stand above")
                .hint(format!("to see it alone: {line}"));
            Err((Stop::BuildFailed, Some(Box::new(finding))))
        }
    }
}

impl Built {
    fn add(&mut self, message: Message, context: &Context, triple: &str) {
        match message {
            Message::CompilerArtifact { package_id, target, profile, executable: Some(executable) } => {
                let host = is_host(context, &executable, triple);
                // Build scripts are host programs that cargo runs by itself.
                if !target.kind.iter().any(|kind| kind == "custom-build") {
                    self.artefacts.push(Artefact {
                        package: package_id,
                        name: target.name,
                        kinds: target.kind,
                        test: profile.test,
                        executable,
                        host,
                    });
                }
            }
            Message::BuildScriptExecuted { package_id, out_dir, env, linked_paths } => self.scripts.push(Script {
                host: is_host(context, &out_dir, triple),
                package: package_id,
                out_dir,
                variables: env,
                search_paths: linked_paths
                    .iter()
                    .map(|path| PathBuf::from(path.split_once('=').map_or(path.as_str(), |(_, path)| path)))
                    .collect(),
            }),
            Message::CompilerArtifact { .. } | Message::Other => {}
        }
    }

    /// Checks the header of every executable against the target that its place says it is for.
    pub fn verify(&self, context: &Context, triple: &str) -> (usize, Vec<Finding>) {
        let mut seen = BTreeSet::new();
        let mut wrong = Vec::new();
        let mut for_target = 0;
        for artefact in &self.artefacts {
            if !seen.insert(&artefact.executable) {
                continue;
            }
            let wanted = if artefact.host { context.host } else { triple };
            match artefact::check(&artefact.executable, wanted) {
                Ok(_) => for_target += usize::from(!artefact.host),
                Err(finding) => wrong.push(*finding),
            }
        }
        (for_target, wrong)
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

    /// The build script's gifts to a package.
    pub fn script(&self, package: &str, host: bool) -> Option<&Script> {
        self.scripts.iter().find(|script| script.package == package && script.host == host)
    }

    /// Directories below an `OUT_DIR` in which a program may find shared libraries.
    pub fn library_paths<'a>(&'a self, context: &'a Context, host: bool) -> impl Iterator<Item = &'a PathBuf> {
        let scripts = self.scripts.iter().filter(move |script| script.host == host);
        scripts
            .flat_map(|script| &script.search_paths)
            .filter(|path| path.starts_with(&context.metadata.build_directory))
    }
}

fn rank(kinds: &[String]) -> usize {
    let order = ["bin", "test", "bench", "example"];
    kinds.iter().find_map(|kind| order.iter().position(|known| known == kind)).map_or(0, |at| at + 1)
}

/// Artefact messages carry no triple: it is the first component below the directories of the build, and nothing
/// deeper in a path is looked at (the layout changes in Cargo 1.100; cargo #12869).
fn is_host(context: &Context, path: &Path, triple: &str) -> bool {
    let metadata = context.metadata;
    let below = [&metadata.build_directory, &metadata.target_directory];
    // One may lie in the other; the nearer one tells.
    let below =
        below.iter().filter_map(|directory| path.strip_prefix(directory).ok()).min_by_key(|it| it.as_os_str().len());
    below.and_then(|path| path.components().next()).is_none_or(|first| first.as_os_str() != triple)
}
