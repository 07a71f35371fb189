//! The workspace as it would be: a directory with the files that change, and links to the rest. Cargo says what would come
//! of it, and nothing of the workspace itself is touched.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crosskit_core::vendor::copy::DIRECTORY;
use crosskit_core::vendor::lock::{Id, Lock};
use crosskit_core::vendor::outcome::Answer;
use crosskit_core::vendor::{LOCK, MANIFEST};

use crate::sh::{Sh, Started};

use super::look::{self, Place};

/// Files that change or are added, by their path below the root.
pub type Changed = BTreeMap<String, String>;

/// Whether cargo may use the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// No: of versions that are not locked it then takes those that were downloaded.
    Never,
    /// Where it does not do without.
    IfNeeded,
    /// For the lock file at once, as for every other call of cargo.
    Asked,
}

/// The workspace as it would be.
#[derive(Debug)]
pub struct Rehearsed {
    /// What cargo says of it.
    pub answer: Answer,
    /// The text of the lock file.
    pub lock: Option<String>,
    /// That of the copy, where it is the lock file of the xtask.
    pub lock_of_copy: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The directory cannot be made, or cargo cannot be started or understood.
    Here(String),
    /// Cargo refuses, in its own words.
    Cargo(String),
}

#[derive(Deserialize)]
struct Raw {
    packages: Vec<RawPackage>,
    resolve: RawResolve,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    version: String,
    source: Option<String>,
}

#[derive(Deserialize)]
struct RawResolve {
    nodes: Vec<RawNode>,
}

#[derive(Deserialize)]
struct RawNode {
    id: String,
    #[serde(default)]
    features: Vec<String>,
}

/// The directory; it goes with the value.
struct Stage {
    root: PathBuf,
    /// The directory that is nobody else's.
    base: PathBuf,
    /// The outermost directory that was made for it.
    made: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What is left is below the target directory, and the next call takes it away.
        let _ = std::fs::remove_dir_all(&self.base);
        // Somebody else may build there by now: what is not empty stays.
        let above = self.base.ancestors().skip(1).take_while(|above| above.starts_with(&self.made));
        let _ = above.map(std::fs::remove_dir).find(Result::is_err);
    }
}

/// Asks cargo about the workspace with these files. A copy that is a workspace of its own gets its lock file.
///
/// # Errors
/// The directory cannot be made, or cargo refuses.
pub fn rehearse(
    sh: &Sh,
    place: &Place,
    changed: &Changed,
    network: Network,
    isolated: bool,
) -> Result<Rehearsed, Failure> {
    let cannot = |error| Failure::Here(format!("the rehearsal cannot be set up: {error}"));
    let stage = stage(place, changed).map_err(cannot)?;
    let mut there = sh.inside(&stage.root);
    // What is linked is not there to be compiled.
    there.variables.remove(std::ffi::OsStr::new("CARGO_TARGET_DIR"));
    // Nobody knows that directory but us.
    let as_there = |words: String| words.replace(&stage.root.display().to_string(), &place.root.display().to_string());
    let ask = |arguments: &[&str]| {
        let started = there.start(there.command(&place.cargo, arguments)).and_then(Started::output);
        let (stdout, stderr, status) = started.map_err(Failure::Here)?;
        if status.success() { Ok(stdout) } else { Err(Failure::Cargo(as_there(stderr))) }
    };
    let cargo = |arguments: &[&str], network: Network| -> Result<String, Failure> {
        let offline = || ask(&[arguments, &["--offline"]].concat());
        match network {
            Network::Never => offline(),
            Network::IfNeeded => offline().or_else(|_| ask(arguments)),
            Network::Asked => ask(arguments),
        }
    };
    if place.lock.is_some() {
        // It looks at the index alone, where `metadata` looks at the sources of every package.
        cargo(&["update", "--quiet", "--workspace"], network)?;
    }
    let lock = std::fs::read_to_string(stage.root.join(LOCK)).ok();
    let of_copy = stage.root.join(DIRECTORY);
    let lock_of_copy = if isolated {
        let manifest = of_copy.join(MANIFEST).display().to_string();
        cargo(&["update", "--quiet", "--workspace", "--manifest-path", &manifest], network)?;
        std::fs::read_to_string(of_copy.join(LOCK)).ok()
    } else {
        None
    };
    let sources = if network == Network::Never { network } else { Network::IfNeeded };
    let told = cargo(&["metadata", "--format-version", "1", "--filter-platform", &place.host], sources)?;
    let not_understood = |error| Failure::Here(format!("`cargo metadata`: {error}"));
    let raw: Raw = serde_json::from_str(&told).map_err(not_understood)?;
    let ids: BTreeMap<&str, Id> = raw
        .packages
        .iter()
        .map(|it| {
            (it.id.as_str(), Id { name: it.name.clone(), version: it.version.clone(), source: it.source.clone() })
        })
        .collect();
    let features = raw.resolve.nodes.into_iter();
    let features =
        features.filter_map(|node| Some((ids.get(node.id.as_str())?.clone(), node.features.into_iter().collect())));
    let features = features.collect();
    let parsed = lock.as_deref().map(Lock::parse).transpose();
    let parsed = parsed.map_err(|why| Failure::Here(format!("`{LOCK}`, as cargo writes it: {why}")))?;
    let names = look::names_at(&there, &place.cargo).map_err(Failure::Cargo)?;
    Ok(Rehearsed { answer: Answer { lock: parsed, features, names }, lock, lock_of_copy })
}

/// Makes the directory. It lies below the root, so that the config files there and above hold for it as well.
fn stage(place: &Place, changed: &Changed) -> io::Result<Stage> {
    let target = Some(&place.target_directory).filter(|it| it.starts_with(&place.root));
    let target = target.cloned().unwrap_or_else(|| place.root.join("target"));
    let base = target.join("crosskit").join("rehearsal");
    let above = base.ancestors().take_while(|directory| *directory != place.root && !directory.exists());
    let made = above.last().unwrap_or(&base).to_path_buf();
    match std::fs::remove_dir_all(&base) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // With the whole path below it, a relative path that leads out of the workspace leads out of this one.
    let stage = Stage { root: base.join(without_root(&place.root)), base: base.clone(), made };
    std::fs::create_dir_all(&stage.root)?;
    let adds = changed.keys().any(|path| path != LOCK);
    let changed: Vec<(&Path, &str)> =
        changed.iter().map(|(path, text)| (Path::new(path.as_str()), text.as_str())).collect();
    let left_out = |path: &Path| path == target || [".git", ".cargo"].iter().any(|name| path == place.root.join(name));
    fill(Some(&place.root), &stage.root, &changed, &left_out)?;
    // A pattern may take the directory in, which holds a config then.
    let config = stage.root.join(".cargo");
    if place.root.join(".cargo").is_dir() || adds {
        std::fs::create_dir_all(config)?;
    }
    for directory in &place.outside {
        // What lies beside the workspace may be a workspace of its own: all of it is linked.
        let common = place.root.ancestors().find(|above| directory.starts_with(above));
        let Some(common) = common else { continue };
        let Some(Component::Normal(next)) = directory.strip_prefix(common).ok().and_then(|it| it.components().next())
        else {
            continue;
        };
        let beside = common.join(next);
        let at = base.join(without_root(&beside));
        if at.symlink_metadata().is_err() {
            std::fs::create_dir_all(at.parent().unwrap_or(&base))?;
            link(&beside, &at)?;
        }
    }
    Ok(stage)
}

fn without_root(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

/// Fills a directory with what changes, and with links to everything else.
fn fill(real: Option<&Path>, to: &Path, changed: &[(&Path, &str)], left_out: &dyn Fn(&Path) -> bool) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    let mut below: BTreeMap<&std::ffi::OsStr, Vec<(&Path, &str)>> = BTreeMap::new();
    for (path, text) in changed {
        let mut parts = path.components();
        let Some(Component::Normal(first)) = parts.next() else { continue };
        below.entry(first).or_default().push((parts.as_path(), *text));
    }
    for (name, inner) in &below {
        match inner.as_slice() {
            [(path, text)] if path.as_os_str().is_empty() => std::fs::write(to.join(name), text)?,
            inner => {
                let real = real.map(|real| real.join(name)).filter(|it| it.is_dir());
                fill(real.as_deref(), &to.join(name), inner, left_out)?;
            }
        }
    }
    for entry in real.map(std::fs::read_dir).transpose()?.into_iter().flatten() {
        let entry = entry?;
        if !below.contains_key(entry.file_name().as_os_str()) && !left_out(&entry.path()) {
            link(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(real: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(real, to)
}

/// There, a link asks for a privilege, so that what cargo reads is copied.
#[cfg(not(unix))]
fn link(real: &Path, to: &Path) -> io::Result<()> {
    if !real.is_dir() {
        return std::fs::copy(real, to).map(drop);
    }
    let is_hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(real)? {
        let entry = entry?;
        if !is_hidden(&entry.file_name()) && entry.file_name() != "target" {
            link(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
