//! What is built and tested: copies of the example's packages and of ripgrep, each for one subject alone.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::files;

use super::measure::Call;

/// ripgrep, and those of its dependencies that are packages of the same workspace: what is published of each has its tests.
/// `grep-pcre2` is not among them, as ripgrep is built without.
const RIPGREP: &[(&str, &str)] = &[
    ("ripgrep", "14.1.1"),
    ("globset", "0.4.15"),
    ("grep", "0.3.2"),
    ("grep-cli", "0.1.11"),
    ("grep-matcher", "0.1.7"),
    ("grep-printer", "0.2.2"),
    ("grep-regex", "0.1.13"),
    ("grep-searcher", "0.1.14"),
    ("ignore", "0.4.23"),
];

/// A program that is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Example,
    Ripgrep,
    /// A package whose features make many cells.
    Features,
}

/// How many features that package has.
const FEATURES: u32 = 10;

/// How many sets they make.
pub const FEATURE_SETS: usize = 2_usize.pow(FEATURES);

/// The profiles in which each of them is to be built.
pub const PROFILES: &[&str] = &["dev", "release"];

/// `target/bench`, and the kit.
pub struct Site {
    repository: PathBuf,
    root: PathBuf,
    kit: PathBuf,
}

impl Site {
    /// Makes the directories. The kit is copied: what is measured stays the same if somebody compiles it in the meantime.
    pub fn make() -> Result<Site, String> {
        let repository = files::repository();
        let root = repository.join("target/bench");
        let site = Site { kit: root.join("kit"), repository, root };
        make_directory(&site.root.join("log"))?;
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        // Written anew and not over the old one, which may be running.
        let _ = std::fs::remove_file(&site.kit);
        std::fs::copy(&this, &site.kit).map_err(|error| format!("{}: {error}", site.kit.display()))?;
        Ok(site)
    }

    /// A call of the kit.
    pub fn kit(&self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Call {
        let arguments = arguments.into_iter().map(Into::into);
        Call::new(&self.kit, std::iter::once("cross".to_owned()).chain(arguments))
    }

    /// Where the output of something is kept.
    pub fn log(&self, name: &str) -> PathBuf {
        self.root.join("log").join(format!("{name}.log"))
    }

    /// A copy of a program, with the policy of the targets in its config: the kit and bare cargo link and run by the same.
    pub fn copy(&self, program: Program, name: &str, targets: &[String]) -> Result<PathBuf, String> {
        let to = self.root.join(name);
        if to.exists() {
            std::fs::remove_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
        }
        match program {
            Program::Example => {
                files::copy(&self.repository.join("example-workspace"), &to)?;
                // The copy lies deeper than what it was copied from.
                let crates = self.repository.join("crates").display().to_string();
                for manifest in ["native/Cargo.toml", "xtask/Cargo.toml"] {
                    files::edit(&to.join(manifest), |text| text.replace("../../crates", &crates))?;
                }
            }
            Program::Ripgrep => self.ripgrep(&to)?,
            Program::Features => features(&to, targets)?,
        }
        self.prepare(&to, &Call::cargo(["fetch"]))?;
        self.prepare(&to, &self.kit(["sync".to_owned()].into_iter().chain(targets.iter().cloned())))?;
        Ok(to)
    }

    /// Asks the kit whether all tools of the targets are here; with `install` it brings them.
    pub fn tools(&self, directory: &Path, targets: &[String], install: &[String]) -> Result<(), String> {
        let words = std::iter::once("doctor".to_owned()).chain(targets.iter().cloned()).chain(install.iter().cloned());
        let checked = self.prepare(directory, &self.kit(words));
        checked.map_err(|error| match install {
            [] => format!("tools are missing, and `--install` brings them: {error}"),
            _ => error,
        })
    }

    /// Runs something that is not measured.
    pub fn prepare(&self, directory: &Path, call: &Call) -> Result<(), String> {
        let path = self.log("prepare");
        let log = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        call.run(directory, &[], &log).map_err(|error| {
            let said = std::fs::read(&path).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            let lines: Vec<&str> = said.lines().collect();
            format!("{error}\n    {}", lines[lines.len().saturating_sub(12)..].join("\n    "))
        })
    }

    /// The workspace of ripgrep, put together from what was published of its packages.
    fn ripgrep(&self, to: &Path) -> Result<(), String> {
        let published = self.published()?;
        files::copy(&published.join("ripgrep"), to)?;
        let members = RIPGREP.iter().map(|(name, _)| *name).filter(|name| *name != "ripgrep");
        for name in members.clone() {
            files::copy(&published.join(name), &to.join("members").join(name))?;
        }
        let patches: Vec<String> = members.map(|name| format!("{name} = {{ path = \"members/{name}\" }}\n")).collect();
        files::edit(&to.join("Cargo.toml"), |text| {
            format!("{text}\n[workspace]\nmembers = [\"members/*\"]\n\n[patch.crates-io]\n{}", patches.concat())
        })?;
        // Nothing else is compiled next year.
        let lock = self.repository.join("bench/ripgrep.lock");
        std::fs::copy(&lock, to.join("Cargo.lock")).map_err(|error| format!("{}: {error}", lock.display()))?;
        self.prepare(to, &Call::cargo(["metadata", "--format-version", "1", "--locked"]))
    }

    /// The directory with the sources of ripgrep's packages, which cargo takes from crates.io the first time.
    fn published(&self) -> Result<PathBuf, String> {
        let manifest = fetching_manifest(RIPGREP);
        let fetch = self.root.join("fetch");
        let vendor = fetch.join("vendor");
        let is_there = std::fs::read_to_string(fetch.join("Cargo.toml")).is_ok_and(|text| text == manifest);
        if is_there && vendor.is_dir() {
            return Ok(vendor);
        }
        make_directory(&fetch.join("src"))?;
        let _ = std::fs::remove_dir_all(&vendor);
        // The manifest is the sign that all is there, so it is taken away again where that is not so.
        for (name, text) in [("src/lib.rs", ""), ("Cargo.toml", manifest.as_str())] {
            std::fs::write(fetch.join(name), text).map_err(|error| format!("{}: {error}", fetch.display()))?;
        }
        let fetched = self.prepare(&fetch, &Call::cargo(["vendor", "--quiet", "vendor"]));
        if let Err(error) = fetched {
            let _ = std::fs::remove_file(fetch.join("Cargo.toml"));
            return Err(format!("the sources of ripgrep come from crates.io: {error}"));
        }
        Ok(vendor)
    }
}

/// A workspace with one package, and a matrix of all that its features make.
fn features(to: &Path, targets: &[String]) -> Result<(), String> {
    let package = "[package]\nname = \"many\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[features]\n";
    let features: String = (0..FEATURES).map(|number| format!("f{number} = []\n")).collect();
    let settings = format!("[matrix.all]\ntargets = {targets:?}\nfeature-powerset = true\nprofiles = {PROFILES:?}\n");
    make_directory(&to.join("src"))?;
    for (name, text) in
        [("src/lib.rs", ""), ("Cargo.toml", &format!("{package}{features}")), ("crosskit.toml", &settings)]
    {
        std::fs::write(to.join(name), text).map_err(|error| format!("{}: {error}", to.join(name).display()))?;
    }
    Ok(())
}

/// The manifest of a package that needs these and nothing else. That some have no library is no error to cargo.
fn fetching_manifest(packages: &[(&str, &str)]) -> String {
    let dependencies: String = packages.iter().map(|(name, version)| format!("{name} = \"={version}\"\n")).collect();
    let package = "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    format!("{package}\n[dependencies]\n{dependencies}")
}

fn make_directory(path: &Path) -> Result<(), String> {
    std::fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_has_the_packages_of_ripgrep_as_members() {
        let path = files::repository().join("bench/ripgrep.lock");
        let lock = std::fs::read_to_string(path).expect("it is committed");
        for (name, version) in RIPGREP {
            let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            let (_, rest) = lock.split_once(&package).expect("it is locked");
            // A member has no source.
            assert!(!rest.starts_with("source"), "{name}");
        }
    }

    #[test]
    fn a_version_is_asked_for_exactly() {
        assert!(fetching_manifest(&[("a", "1.2.3")]).ends_with("[dependencies]\na = \"=1.2.3\"\n"));
    }
}
