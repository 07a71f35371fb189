//! Which config files Cargo can read and merge, and where it says that it cannot: the loader against the real Cargo.
//!
//! The situations of the other tests are nearly all such as Cargo takes. These sets of files hold everything that TOML
//! can say, and some things that it cannot.

mod generate;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crosskit_core::resolve::{Problem, Site, load};
use crosskit_tests::{process, repository};

use crate::random::Random;
use crate::run;
use crate::toolbox::{directory_outside, exactly, toolchain};
use crate::trouble::{self, Trouble};

/// The fewest sets that say something.
const FEWEST: usize = 200;

/// What Cargo says to a set that it takes.
const FINE: &str = "can be read and merged";

/// The share of the sets, in percent, to which Cargo must say each, so that there is something to compare.
const LEAST: [(&str, usize); 4] =
    [(FINE, 30), (trouble::MISMATCH, 10), (trouble::UNSUPPORTED, 3), (trouble::NOT_TOML, 3)];

/// The pairs of files of a unit test, with the key that Cargo refuses to merge.
const PAIRS: &str = "crates/crosskit-core/src/resolve/tests/merging.txt";

/// The workspace, and the files that Cargo finds from it.
const WORKSPACE: &str = "outer/workspace";
const ROOT: &str = "outer/workspace/.cargo/config.toml";
const INCLUDED: &str = "outer/workspace/.cargo/more.toml";
const PARENT: &str = "outer/.cargo/config.toml";
const HOME: &str = "home/config.toml";

/// Config files by their path below the directory of the case.
type Files = BTreeMap<&'static str, String>;

/// A directory for one case after another.
struct Place {
    cargo: PathBuf,
    directory: PathBuf,
}

impl Place {
    fn new(purpose: &str) -> Place {
        let place = Place { cargo: toolchain().0, directory: directory_outside(purpose) };
        let manifest = "[package]\nname = 'x'\nedition = '2021'\n[workspace]\n";
        place.write(&format!("{WORKSPACE}/Cargo.toml"), manifest);
        place.write(&format!("{WORKSPACE}/src/lib.rs"), "");
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.directory.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        made.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    fn lay_out(&self, files: &Files) {
        for path in [ROOT, INCLUDED, PARENT, HOME] {
            match files.get(path) {
                Some(text) => self.write(path, text),
                None => drop(fs::remove_file(self.directory.join(path))),
            }
        }
    }

    /// What Cargo says of the files; `None` if it can read and merge them, whatever it thinks of single keys.
    fn of_cargo(&self) -> Option<String> {
        let home = self.directory.join("home").display().to_string();
        let environment = BTreeMap::from([("CARGO_HOME".to_owned(), home)]);
        let mut command = exactly(&self.cargo, &environment, &self.directory.join(WORKSPACE));
        // The cheapest command that reads the configuration: it starts no rustc and looks at no dependency.
        command.arg("read-manifest");
        let finished = process::run(command, Duration::from_secs(60));
        assert!(!finished.timed_out, "{finished}");
        finished.stderr.contains("could not load Cargo configuration").then_some(finished.stderr)
    }

    /// What stops Cargo, by what the kit says.
    fn of_kit(&self) -> Vec<Problem> {
        let root = self.directory.join(WORKSPACE);
        let cargo_home = Some(self.directory.join("home"));
        let (directory, shared_root) = (root.clone(), root.clone());
        let site = Site { root, shared_root, directory, cargo_home, command_line: Vec::new(), shared_only: false };
        load(&site, &mut |path: &Path| fs::read_to_string(path).ok()).problems
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Cargo tells one trouble where the kit tells all: it must be among them, and of the same file.
fn agree(cargo: Option<&str>, kit: &[Problem]) -> bool {
    let Some(stderr) = cargo else { return kit.is_empty() };
    let told = trouble::of_words(stderr);
    kit.iter().any(|problem| of_problem(problem) == told && file(problem).is_none_or(|file| stderr.contains(file)))
}

/// Cargo does not parse a number beyond 64 bits, which to the kit is a value of an unknown kind.
fn of_problem(problem: &Problem) -> Trouble {
    match problem {
        Problem::Unsupported { unsupported, .. } if unsupported.kind.starts_with("integer") => {
            Trouble { kind: trouble::NOT_TOML, key: String::new() }
        }
        other => trouble::of_problem(other),
    }
}

/// The file that is wrong by itself.
fn file(problem: &Problem) -> Option<&str> {
    match problem {
        Problem::NotToml { file, .. } | Problem::Unsupported { file, .. } => Some(file),
        _ => None,
    }
}

#[test]
fn the_loader_takes_the_files_that_cargo_takes() {
    let (count, seed) = run::settings();
    let count = count.max(FEWEST);
    let place = Place::new("files");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut different = Vec::new();
    for number in 0..count {
        let files = generate::files(&mut Random::of_case(seed, number));
        place.lay_out(&files);
        let (cargo, kit) = (place.of_cargo(), place.of_kit());
        let kind = cargo.as_deref().map_or(FINE, |stderr| trouble::of_words(stderr).kind);
        *counts.entry(kind).or_default() += 1;
        if !agree(cargo.as_deref(), &kit) {
            let cargo = cargo.unwrap_or_default();
            different.push(format!("case {number}: {files:#?}\ncargo: {cargo}\nkit: {kit:#?}"));
        }
    }
    println!("{count} sets of config files, seed {seed}");
    for (kind, count) in &counts {
        println!("{count:6}  {kind}");
    }
    let shown = different.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(different.is_empty(), "{} of {count} sets differ; the first ones:\n\n{shown}", different.len());
    for (kind, percent) in LEAST {
        let share = counts.get(kind).map_or(0, |sets| sets * 100 / count);
        assert!(share >= percent, "{share} % of the sets: {kind}");
    }
}

#[test]
fn cargo_refuses_the_pairs_that_the_loader_refuses() {
    let place = Place::new("pairs");
    for line in repository::read(PAIRS).lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<String> = line.split('|').map(|part| part.trim().replace("\\n", "\n")).collect();
        let [near, far, key] = parts.as_slice() else { panic!("{line}") };
        place.lay_out(&Files::from([(ROOT, near.clone()), (PARENT, far.clone())]));
        let (cargo, kit) = (place.of_cargo(), place.of_kit());
        assert!(agree(cargo.as_deref(), &kit), "{line}\ncargo: {cargo:?}\nkit: {kit:?}");
        assert_eq!(cargo.is_some(), !key.is_empty(), "{line}: {cargo:?}");
    }
}
