//! The texts of config files, and what is in force at a place among them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::load::{Layers, Site, load};

/// Files as they are on the disk: those that were looked for, with their text if they are there.
#[derive(Clone, Debug, Default)]
pub struct Files {
    texts: BTreeMap<PathBuf, Option<String>>,
    /// What was worked out of the texts: every decision looks at the same few places again, and at large files.
    known: RefCell<Vec<(Site, Rc<Layers>)>>,
}

/// A workspace's config files, and how Cargo is told to read them.
#[derive(Clone, Copy, Debug)]
pub struct ConfigFiles<'a> {
    /// The workspace root: names of files are shown from here.
    pub root: &'a Path,
    /// What lies below it is everybody's: the repository that the root is in, or the root where there is none.
    pub shared_root: &'a Path,
    /// `$CARGO_HOME`.
    pub cargo_home: Option<&'a Path>,
    /// The arguments of `--config`.
    pub command_line: &'a [String],
    /// The files that there are, as far as Cargo looks for them from the root and from members' directories.
    pub files: &'a Files,
}

impl ConfigFiles<'_> {
    /// What is in force for a cargo that is started in a directory.
    pub fn layers(&self, directory: &Path) -> Rc<Layers> {
        self.files.layers(Site {
            root: self.root.to_path_buf(),
            shared_root: self.shared_root.to_path_buf(),
            directory: directory.to_path_buf(),
            cargo_home: self.cargo_home.map(Path::to_path_buf),
            command_line: self.command_line.to_vec(),
            shared_only: false,
        })
    }

    /// What is in force at the root for a colleague, who has the files of the repository and no others.
    pub fn shared_layers(&self) -> Rc<Layers> {
        self.files.layers(Site {
            root: self.root.to_path_buf(),
            shared_root: self.shared_root.to_path_buf(),
            directory: self.root.to_path_buf(),
            cargo_home: None,
            command_line: Vec::new(),
            shared_only: true,
        })
    }

    /// The root config below the workspace root: the old name, where that is there, hides the new one.
    pub fn root_config(&self) -> &'static str {
        const OLD: &str = ".cargo/config";
        if self.files.text(&self.root.join(OLD)).is_some() { OLD } else { ".cargo/config.toml" }
    }
}

impl Files {
    /// Adds what a file holds; `None` if it does not exist.
    pub fn insert(&mut self, path: impl Into<PathBuf>, text: Option<String>) {
        self.known.get_mut().clear();
        self.texts.insert(path.into(), text);
    }

    /// What is known about a file: nothing, that it does not exist, or its text.
    pub fn known(&self, path: &Path) -> Option<Option<&str>> {
        self.texts.get(path).map(Option::as_deref)
    }

    /// The text of a file, if it exists and was looked for.
    pub fn text(&self, path: &Path) -> Option<&str> {
        self.texts.get(path)?.as_deref()
    }

    /// What is in force at a site, where all that was not inserted does not exist.
    pub fn layers(&self, site: Site) -> Rc<Layers> {
        let known = self.known.borrow().iter().find(|(of, _)| *of == site).map(|(_, layers)| Rc::clone(layers));
        known.unwrap_or_else(|| {
            let layers = Rc::new(load(&site, &mut |path| self.text(path).map(str::to_owned)));
            self.known.borrow_mut().push((site, Rc::clone(&layers)));
            layers
        })
    }

    /// Adds what was already worked out while the files were read.
    pub fn remember(&mut self, site: Site, layers: Rc<Layers>) {
        self.known.get_mut().push((site, layers));
    }
}
