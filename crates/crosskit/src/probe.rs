//! Looks at this computer, and answers the questions that the decisions ask.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use once_cell::unsync::OnceCell;

use crosskit_core::cfgs::{self, CfgAnswer, CfgQuery, Cfgs};
use crosskit_core::finding::{Code, Finding};
use crosskit_core::machine::{Distribution, Machine};
use crosskit_core::object_file::{self, ObjectFile};
use crosskit_core::tools::Questions;

use crate::sh::Sh;
use crate::{apply, environment};

/// What rustc says of itself.
#[derive(Clone, Debug)]
struct Rustc {
    host: String,
    release: String,
    sysroot: PathBuf,
}

/// Answers questions about this computer; what was asked once is remembered.
#[derive(Debug)]
pub struct Probe<'a> {
    sh: &'a Sh,
    rustc: OnceCell<Rustc>,
    objects: std::cell::RefCell<BTreeMap<String, Option<ObjectFile>>>,
    cfgs: std::cell::RefCell<BTreeMap<CfgQuery, CfgAnswer>>,
}

impl<'a> Probe<'a> {
    /// A probe that starts its processes through `sh`.
    pub fn new(sh: &'a Sh) -> Probe<'a> {
        Probe { sh, rustc: OnceCell::new(), objects: Default::default(), cfgs: Default::default() }
    }

    fn rustc(&self) -> Result<&Rustc, Box<Finding>> {
        self.rustc.get_or_try_init(|| {
            let program = self.program();
            let read = |arguments: &[&str]| {
                let (stdout, stderr, status) = self.sh.output(self.sh.command(&program, arguments))?;
                if status.success() { Ok(stdout) } else { Err(stderr) }
            };
            let broken = |why: String| {
                Box::new(
                    Finding::error(Code::Toolchain, format!("`{program}` does not work"))
                        .note(why.trim().replace('\n', " "))
                        .hint("install a toolchain with rustup, or correct `RUSTC`"),
                )
            };
            let version = read(&["-vV"]).map_err(broken)?;
            let sysroot = read(&["--print", "sysroot"]).map_err(broken)?;
            let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            let (Some(host), Some(release)) = (field("host: "), field("release: ")) else {
                return Err(broken("`rustc -vV` does not name host and release".to_owned()));
            };
            Ok(Rustc { host, release, sysroot: PathBuf::from(sysroot.trim()) })
        })
    }

    /// The host triple.
    ///
    /// # Errors
    /// rustc does not work.
    pub fn host(&self) -> Result<String, Box<Finding>> {
        self.rustc().map(|rustc| rustc.host.clone())
    }

    /// rustc's sysroot.
    ///
    /// # Errors
    /// rustc does not work.
    pub fn sysroot(&self) -> Result<PathBuf, Box<Finding>> {
        self.rustc().map(|rustc| rustc.sysroot.clone())
    }

    /// Everything that the decisions look at.
    ///
    /// # Errors
    /// rustc does not work.
    pub fn machine(&self, questions: &Questions) -> Result<Machine, Box<Finding>> {
        let rustc = self.rustc()?;
        let own_tools = rustc.sysroot.join("lib/rustlib").join(&rustc.host).join("bin");
        let mut directories = self.path_directories();
        let path_directories = directories.len();
        // rustc looks for its own linker beside its own libraries before it looks in PATH.
        directories.push(own_tools);
        let find = |program: &String| {
            let path = find_program(program, &directories)?;
            Some((program.clone(), path.to_string_lossy().into_owned()))
        };
        Ok(Machine {
            host: rustc.host.clone(),
            rustc: rustc.release.clone(),
            distribution: distribution(),
            rustup: find_program("rustup", &directories).is_some(),
            std: installed_std(&rustc.sysroot),
            programs: questions.programs.iter().filter_map(find).collect(),
            paths: questions.paths.iter().filter(|path| Path::new(path).exists()).cloned().collect(),
            path_directories,
            root: self.is_root(),
            environment: environment::as_text(&self.sh.variables),
            objects: questions.compilers.iter().filter_map(|it| Some((it.clone(), self.object(it)?))).collect(),
            cfgs: questions.cfgs.iter().map(|query| (query.clone(), self.cfgs(query))).collect(),
        })
    }

    /// Which cfgs hold, in rustc's own words. It answers without the target's rust-std, too.
    fn cfgs(&self, query: &CfgQuery) -> CfgAnswer {
        if let Some(known) = self.cfgs.borrow().get(query) {
            return known.clone();
        }
        let arguments = cfgs::QUESTION.into_iter().chain(["--target", &query.triple]);
        let command = self.sh.command(self.program(), arguments.chain(query.flags.iter().map(String::as_str)));
        let answer = match self.sh.output(command) {
            Ok((stdout, _, status)) if status.success() => Ok(Cfgs::parse(&stdout)),
            Ok((_, stderr, _)) => Err(stderr),
            Err(error) => Err(error),
        };
        self.cfgs.borrow_mut().insert(query.clone(), answer.clone());
        answer
    }

    fn program(&self) -> String {
        self.variable("RUSTC").unwrap_or_else(|| "rustc".to_owned())
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.sh.variables.get(std::ffi::OsStr::new(name))?.to_str().map(str::to_owned)
    }

    fn path_directories(&self) -> Vec<PathBuf> {
        let path = self.sh.variables.get(std::ffi::OsStr::new("PATH"));
        path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
    }

    fn is_root(&self) -> bool {
        cfg!(unix) && {
            let id = self.sh.output(self.sh.command("id", ["-u"]));
            id.is_ok_and(|(stdout, _, _)| stdout.trim() == "0")
        }
    }

    /// What a C compiler makes of an empty file; `None` if it makes nothing.
    fn object(&self, compiler: &str) -> Option<ObjectFile> {
        if let Some(known) = self.objects.borrow().get(compiler) {
            return known.clone();
        }
        let object = self.compile_empty(compiler);
        self.objects.borrow_mut().insert(compiler.to_owned(), object.clone());
        object
    }

    fn compile_empty(&self, compiler: &str) -> Option<ObjectFile> {
        let whole = find_program(compiler, &self.path_directories()).map(|_| compiler);
        let mut words = whole.into_iter().chain(compiler.split_ascii_whitespace().filter(|_| whole.is_none()));
        let program = words.next()?;
        let directory = tempfile_directory().ok()?;
        let (source, object) = (directory.join("empty.c"), directory.join("empty.o"));
        let made = std::fs::write(&source, "").ok().and_then(|()| {
            let mut command = self.sh.command(program, words);
            command.arg("-c").arg(&source).arg("-o").arg(&object);
            self.sh.output(command).ok()?;
            std::fs::read(&object).ok()
        });
        // Left-overs in the system's temporary directory are no reason to fail.
        let _ = std::fs::remove_dir_all(&directory);
        object_file::machine(&made?)
    }
}

/// A new directory of our own in the system's temporary directory.
fn tempfile_directory() -> std::io::Result<PathBuf> {
    let base = std::env::temp_dir();
    let mut last = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    for attempt in 0..64 {
        let directory = base.join(format!("crosskit-{}-{attempt}", std::process::id()));
        match std::fs::create_dir(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A program as a spawn would find it: a path as it is, a bare name in the directories.
fn find_program(program: &str, directories: &[PathBuf]) -> Option<PathBuf> {
    let with_suffix = |path: PathBuf| {
        let suffix = std::env::consts::EXE_SUFFIX;
        let suffixed = PathBuf::from(format!("{}{suffix}", path.display()));
        [path, suffixed].into_iter().find(|path| apply::is_executable(path))
    };
    if program.contains(std::path::is_separator) {
        return with_suffix(PathBuf::from(program));
    }
    directories.iter().find_map(|directory| with_suffix(directory.join(program)))
}

/// The targets for which a core library lies in the sysroot.
fn installed_std(sysroot: &Path) -> BTreeSet<String> {
    let has_core = |directory: &Path| {
        let entries = std::fs::read_dir(directory.join("lib")).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
    };
    let targets = std::fs::read_dir(sysroot.join("lib/rustlib")).into_iter().flatten().flatten();
    targets
        .filter(|target| has_core(&target.path()))
        .filter_map(|target| target.file_name().into_string().ok())
        .collect()
}

fn distribution() -> Distribution {
    if !cfg!(target_os = "linux") {
        let id = std::env::consts::OS.to_owned();
        return Distribution { name: id.clone(), id, like: Vec::new() };
    }
    // The two places that os-release(5) names, in its order.
    let text = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    let text = text.unwrap_or_default();
    let field = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.trim_matches(['"', '\'']).to_owned())
    };
    Distribution {
        id: field("ID").unwrap_or_default(),
        like: field("ID_LIKE").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        name: field("PRETTY_NAME").unwrap_or_default(),
    }
}
