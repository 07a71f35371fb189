//! Reads the config files that Cargo reads, as the core finds them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crosskit_core::finding::Finding;
use crosskit_core::resolve::{self, Config, ConfigFiles, Files, Layers, Site};

use crate::apply;
use crate::environment::Variables;

/// The config files of a workspace as they are on the disk.
#[derive(Debug)]
pub struct Configs {
    /// Every file that Cargo looks for at the root, and in the members' directories that have one of their own.
    pub files: Files,
    /// The directories below the root that have a config file.
    pub inner_directories: Vec<PathBuf>,
    /// Their config files, by the path below the root.
    pub inner_files: Vec<String>,
    /// `$CARGO_HOME`.
    pub cargo_home: Option<PathBuf>,
}

impl Configs {
    /// The files as the decisions take them.
    pub fn as_data<'a>(&'a self, root: &'a Path, command_line: &'a [String]) -> ConfigFiles<'a> {
        ConfigFiles { root, cargo_home: self.cargo_home.as_deref(), command_line, files: &self.files }
    }
}

/// Reads files as the core asks for them, and remembers them and what is in force with them.
#[derive(Default)]
pub struct Reader {
    files: RefCell<Files>,
    unreadable: RefCell<Vec<Finding>>,
    loaded: RefCell<Vec<(Site, Rc<Layers>)>>,
}

impl Reader {
    fn load(&self, site: Site) -> Rc<Layers> {
        if let Some((_, layers)) = self.loaded.borrow().iter().find(|(known, _)| *known == site) {
            return Rc::clone(layers);
        }
        let layers = Rc::new(resolve::load(&site, &mut |path| {
            if let Some(known) = self.files.borrow().known(path) {
                return known.map(str::to_owned);
            }
            let text = apply::read(path).unwrap_or_else(|finding| {
                self.unreadable.borrow_mut().push(*finding);
                None
            });
            self.files.borrow_mut().insert(path, text.clone());
            text
        }));
        self.loaded.borrow_mut().push((site, Rc::clone(&layers)));
        layers
    }

    /// What in the config files in force at a directory would make cargo refuse a command: it says less about the
    /// place.
    pub fn refused_by_cargo(&self, directory: &Path, command_line: &[String], variables: &Variables) -> Vec<Finding> {
        let layers = self.load(site(directory, directory, command_line, variables));
        let mut findings = self.unreadable.borrow().clone();
        let environment = crate::environment::as_text(variables);
        let config = Config { layers: &layers, environment: &environment, directory, cargo_minor: 0 };
        let problems = layers.problems.iter().cloned().chain(config.target_table_problems());
        let problems = problems.chain(config.env_table().1);
        findings.extend(problems.map(|problem| problem.finding(&layers)));
        findings
    }

    /// Reads the config files that are in force at a workspace root, and those of its members.
    ///
    /// # Errors
    /// Every file that cannot be read.
    pub fn read<'a>(
        self,
        root: &Path,
        members: impl Iterator<Item = &'a Path>,
        command_line: &[String],
        variables: &Variables,
    ) -> Result<Configs, Vec<Finding>> {
        let site = site(root, root, command_line, variables);
        self.load(site.clone());
        let mut inner_directories: Vec<PathBuf> = Vec::new();
        let mut inner_files = Vec::new();
        let mut looked_at: BTreeSet<&Path> = BTreeSet::new();
        for member in members {
            let above = member.ancestors().take_while(|directory| *directory != root && directory.starts_with(root));
            for directory in above {
                // What lies above it was looked at with it.
                if !looked_at.insert(directory) {
                    break;
                }
                let names = ["config", "config.toml"].map(|name| directory.join(".cargo").join(name));
                if let Some(path) = names.iter().find(|path| path.exists()) {
                    inner_files.push(path.strip_prefix(root).unwrap_or(path).display().to_string());
                    inner_directories.push(directory.to_path_buf());
                    self.load(Site { directory: directory.to_path_buf(), ..site.clone() });
                }
            }
        }
        let unreadable = self.unreadable.into_inner();
        if !unreadable.is_empty() {
            return Err(unreadable);
        }
        let mut files = self.files.into_inner();
        self.loaded.into_inner().into_iter().for_each(|(site, layers)| files.remember(site, layers));
        Ok(Configs { files, inner_directories, inner_files, cargo_home: site.cargo_home })
    }
}

fn site(root: &Path, directory: &Path, command_line: &[String], variables: &Variables) -> Site {
    // A home that is one of the directories above by another name is not read twice (cargo 1.94).
    let same = |a: &Path, b: &Path| a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    let is_above = |home: &PathBuf| directory.ancestors().any(|above| same(&above.join(".cargo"), home));
    Site {
        root: root.to_path_buf(),
        directory: directory.to_path_buf(),
        cargo_home: cargo_home(variables).filter(|home| !is_above(home)),
        command_line: command_line.to_vec(),
        shared_only: false,
    }
}

/// Cargo's home. Source: Cargo reference, "Cargo Home".
fn cargo_home(variables: &Variables) -> Option<PathBuf> {
    let home = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from);
    home("CARGO_HOME").or_else(|| Some(home("HOME").or_else(|| home("USERPROFILE"))?.join(".cargo")))
}

/// The layers in force at each directory in which cargo may have been started for the xtask: the root, then the members'
/// directories that have a config of their own.
pub fn layers_everywhere(root: &Path, configs: &Configs) -> Vec<(PathBuf, Rc<Layers>)> {
    let directories = std::iter::once(root).chain(configs.inner_directories.iter().map(PathBuf::as_path));
    let files = configs.as_data(root, &[]);
    directories.map(|directory| (directory.to_path_buf(), files.layers(directory))).collect()
}
