//! A situation: files, an environment and a command line, out of which Cargo and the kit take the same.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// The directories from which config files can come, the outermost first. The workspace root is the fourth.
pub const LEVELS: [&str; 5] = ["", "outer", "outer/mid", "outer/mid/ws", "outer/mid/ws/app"];

/// The workspace root.
pub const ROOT: &str = LEVELS[3];

/// What stands for the directory of the case in texts and arguments.
pub const HERE: &str = "{case}";

/// Everything that decides what Cargo does.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// Which case it is.
    pub number: usize,
    /// Config files by their path below the directory of the case.
    pub files: BTreeMap<String, String>,
    /// The variables that Cargo gets beside those that it always needs.
    pub environment: BTreeMap<String, String>,
    /// The arguments of `--config`.
    pub arguments: Vec<String>,
    /// The arguments of `--target`.
    pub targets: Vec<String>,
    /// Where Cargo is started, below the directory of the case.
    pub directory: String,
    /// `$CARGO_HOME`, below the directory of the case.
    pub cargo_home: String,
}

/// A situation on the disk.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory of the case.
    pub case: PathBuf,
    /// The environment, as a whole.
    pub environment: BTreeMap<String, String>,
    /// The arguments of `--config`.
    pub arguments: Vec<String>,
    /// Where Cargo is started.
    pub directory: PathBuf,
    /// `$CARGO_HOME`.
    pub cargo_home: PathBuf,
}

/// The files of the workspace that Cargo builds: a library with a build script, and a proc-macro that it uses.
const WORKSPACE: [(&str, &str); 8] = [
    ("Cargo.toml", "[workspace]\nresolver = '2'\nmembers = ['app', 'mac']\n"),
    (
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.0.0\"\ndependencies = [\n \"mac\",\n]\n\n\
         [[package]]\nname = \"mac\"\nversion = \"0.0.0\"\n",
    ),
    (
        "app/Cargo.toml",
        "[package]\nname = 'app'\nversion = '0.0.0'\nedition = '2021'\n[dependencies]\nmac = { path = '../mac' }\n",
    ),
    ("app/build.rs", ""),
    ("app/src/lib.rs", ""),
    (
        "mac/Cargo.toml",
        "[package]\nname = 'mac'\nversion = '0.0.0'\nedition = '2021'\n[lib]\nproc-macro = true\ndoctest = false\n",
    ),
    ("mac/src/lib.rs", ""),
    // A member's own config is read only where Cargo is started in the member.
    ("mac/.cargo/config.toml", "[env]\nNEVER = 'read'\n"),
];

impl Situation {
    /// Writes the files, and says where they are.
    ///
    /// # Panics
    /// The disk fails.
    pub fn write(&self, case: &Path, always: &BTreeMap<String, String>) -> Place {
        let write = |path: PathBuf, text: &str| {
            let parent = path.parent().unwrap_or(case);
            let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, text));
            written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        };
        for (path, text) in WORKSPACE {
            write(case.join(ROOT).join(path), text);
        }
        let here = |text: &str| text.replace(HERE, &case.display().to_string());
        for (path, text) in &self.files {
            write(case.join(path), &here(text));
        }
        let cargo_home = case.join(&self.cargo_home);
        fs::create_dir_all(&cargo_home).expect("a home for cargo can be made");
        let mut environment = always.clone();
        environment.insert("HOME".to_owned(), case.join("nobody").display().to_string());
        environment.insert("CARGO_HOME".to_owned(), cargo_home.display().to_string());
        environment.insert("CROSSKIT_FAKE_LOG".to_owned(), case.join("log").display().to_string());
        environment.extend(self.environment.iter().map(|(name, value)| (name.clone(), here(value))));
        Place {
            environment,
            arguments: self.arguments.iter().map(|argument| here(argument)).collect(),
            directory: case.join(&self.directory),
            cargo_home,
            case: case.to_path_buf(),
        }
    }
}

impl fmt::Display for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "case {}, in {}, CARGO_HOME = {}", self.number, self.directory, self.cargo_home)?;
        let targets = self.targets.iter().map(|target| format!(" --target {target}")).collect::<String>();
        let arguments = self.arguments.iter().map(|argument| format!(" --config {argument:?}")).collect::<String>();
        writeln!(f, "cargo test{targets}{arguments}")?;
        for (name, value) in &self.environment {
            writeln!(f, "{name}={value:?}")?;
        }
        for (path, text) in &self.files {
            writeln!(f, "--- {path}\n{text}")?;
        }
        Ok(())
    }
}
