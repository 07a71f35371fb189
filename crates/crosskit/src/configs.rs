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
    /// The repository that the root is in, or the root.
    pub shared_root: PathBuf,
}

impl Configs {
    /// The files as the decisions take them.
    pub fn as_data<'a>(&'a self, root: &'a Path, command_line: &'a [String]) -> ConfigFiles<'a> {
        let (shared_root, cargo_home) = (&self.shared_root, self.cargo_home.as_deref());
        ConfigFiles { root, shared_root, cargo_home, command_line, files: &self.files }
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
            let read = if is_second_name(path) { Ok(None) } else { apply::read(path) };
            let text = read.unwrap_or_else(|finding| {
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
        let problems = problems.chain(config.build_table_problems()).chain(config.env_table().1);
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
                if let Some(path) = names.iter().find(|path| path.exists() && !is_second_name(path)) {
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
        let Site { cargo_home, shared_root, .. } = site;
        Ok(Configs { files, inner_directories, inner_files, cargo_home, shared_root })
    }
}

fn site(root: &Path, directory: &Path, command_line: &[String], variables: &Variables) -> Site {
    // A home that is one of the directories above by another name is not read twice (cargo 1.94).
    let is_above = |home: &PathBuf| directory.ancestors().any(|above| is_same(&above.join(".cargo"), home));
    Site {
        root: root.to_path_buf(),
        shared_root: shared_root(root, variables).to_path_buf(),
        directory: directory.to_path_buf(),
        cargo_home: cargo_home(variables).filter(|home| !is_above(home)),
        command_line: command_line.to_vec(),
        shared_only: false,
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Whether a file is a `config` that links to the `config.toml` beside it, or the other way round: for releases of both
/// kinds, and without a word from Cargo. Source: Cargo reference, "Hierarchical structure".
fn is_second_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "config") && is_same(path, &path.with_extension("toml"))
}

/// Cargo's home. Source: Cargo reference, "Cargo Home".
fn cargo_home(variables: &Variables) -> Option<PathBuf> {
    directory_in("CARGO_HOME", variables).or_else(|| Some(home(variables)?.join(".cargo")))
}

fn home(variables: &Variables) -> Option<PathBuf> {
    directory_in("HOME", variables).or_else(|| directory_in("USERPROFILE", variables))
}

fn directory_in(name: &str, variables: &Variables) -> Option<PathBuf> {
    variables.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The nearest directory with `.git`, which is a file in worktrees and submodules. A home directory in a repository of
/// its own is one person's all the same.
fn shared_root<'a>(root: &'a Path, variables: &Variables) -> &'a Path {
    let home = home(variables);
    let mut candidates = root.ancestors().take_while(|directory| home.as_deref() != Some(directory));
    candidates.find(|directory| directory.join(".git").exists()).unwrap_or(root)
}

/// The layers in force at each directory in which cargo may have been started for the xtask: the root, then the members'
/// directories that have a config of their own.
pub fn layers_everywhere(root: &Path, configs: &Configs) -> Vec<(PathBuf, Rc<Layers>)> {
    let directories = std::iter::once(root).chain(configs.inner_directories.iter().map(PathBuf::as_path));
    let files = configs.as_data(root, &[]);
    directories.map(|directory| (directory.to_path_buf(), files.layers(directory))).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    use std::fs;
    use std::os::unix::fs::symlink;

    /// A fresh directory that goes with the value.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Directory {
            let path = std::env::temp_dir().join(format!("crosskit-configs-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("ws/.cargo")).expect("a directory can be made");
            Directory(path)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_link_between_the_two_names_of_a_config_hides_nothing() {
        let directory = Directory::new("names");
        let root = directory.0.join("ws");
        let read = || {
            let configs = Reader::default().read(&root, std::iter::empty(), &[], &Variables::new());
            configs.expect("the files can be read").as_data(&root, &[]).layers(&root).old_names.clone()
        };
        let [old, new] = ["config", "config.toml"].map(|name| root.join(".cargo").join(name));
        fs::write(&new, "").expect("a file can be written");
        symlink("config.toml", &old).expect("a link can be made");
        assert_eq!(read(), []);
        fs::remove_file(&old).expect("a link can be removed");
        fs::rename(&new, &old).expect("a file can be renamed");
        symlink("config", &new).expect("a link can be made");
        assert_eq!(read(), []);
        fs::remove_file(&new).expect("a link can be removed");
        assert_eq!(read(), [(".cargo/config".to_owned(), false)]);
        fs::write(&new, "").expect("a file can be written");
        assert_eq!(read(), [(".cargo/config".to_owned(), true)], "a copy is another file");
    }

    #[test]
    fn what_lies_in_the_repository_is_shared_and_a_home_is_not() {
        let directory = Directory::new("repository");
        let root = directory.0.join("ws");
        let home = |path: &Path| Variables::from([("HOME".into(), path.into())]);
        let elsewhere = home(Path::new("/nowhere"));
        assert_eq!(shared_root(&root, &elsewhere), root);
        fs::write(directory.0.join(".git"), "gitdir: elsewhere").expect("a file can be written");
        assert_eq!(shared_root(&root, &elsewhere), directory.0);
        assert_eq!(shared_root(&root, &home(&directory.0)), root);
        fs::create_dir(root.join(".git")).expect("a directory can be made");
        assert_eq!(shared_root(&root, &elsewhere), root);
    }
}
