//! Looks at this computer, and answers the questions that the decisions ask.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_core::cfgs::{self, CfgAnswer, CfgQuery, Cfgs};
use crosskit_core::machine::{Distribution, Machine};
use crosskit_core::object_file::{self, ObjectFile};
use crosskit_core::tools::Questions;

use crate::environment;
use crate::path::{find_program, path_directories};
use crate::rustc::Toolchain;
use crate::sh::{Sh, Started};

/// Answers questions about this computer; what was asked once is remembered.
#[derive(Debug)]
pub struct Probe<'a> {
    sh: &'a Sh,
    toolchain: Toolchain,
    objects: RefCell<BTreeMap<String, Option<ObjectFile>>>,
    cfgs: RefCell<BTreeMap<CfgQuery, CfgAnswer>>,
}

impl<'a> Probe<'a> {
    /// A probe that starts its processes through `sh`, as cargo would start them.
    pub fn new(sh: &'a Sh, toolchain: Toolchain) -> Probe<'a> {
        Probe { sh, toolchain, objects: RefCell::default(), cfgs: RefCell::default() }
    }

    /// rustc's sysroot.
    pub fn sysroot(&self) -> &Path {
        &self.toolchain.rustc.sysroot
    }

    /// Everything that the decisions look at.
    pub fn machine(&self, questions: &Questions) -> Machine {
        let rustc = &self.toolchain.rustc;
        let own_tools = rustc.sysroot.join("lib/rustlib").join(&rustc.host).join("bin");
        let mut directories = path_directories(&self.toolchain.variables);
        let path_directories = directories.len();
        // rustc looks for its own linker beside its own libraries before it looks in PATH.
        directories.push(own_tools);
        let here = self.sh.directory();
        let find = |program: &String| {
            let path = find_program(program, &here, &directories)?;
            Some((program.clone(), path.to_string_lossy().into_owned()))
        };
        self.ask_cfgs(&questions.cfgs);
        Machine {
            host: rustc.host.clone(),
            rustc: rustc.release.clone(),
            cargo: self.toolchain.cargo.clone(),
            distribution: distribution(),
            rustup: find_program("rustup", &here, &directories).is_some(),
            rust_src: rustc.sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").exists(),
            std: installed_std(&rustc.sysroot),
            programs: questions.programs.iter().filter_map(find).collect(),
            paths: questions.paths.iter().filter(|path| Path::new(path).exists()).cloned().collect(),
            path_directories,
            root: is_root(),
            environment: environment::as_text(&self.sh.variables),
            objects: questions.compilers.iter().filter_map(|it| Some((it.clone(), self.object(it)?))).collect(),
            cfgs: self.cfgs.borrow().clone(),
        }
    }

    /// A command with the environment of cargo's children.
    fn command<A: AsRef<OsStr>>(&self, program: impl AsRef<Path>, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.sh.command(program, arguments);
        command.env_clear().envs(&self.toolchain.variables);
        command
    }

    /// Which cfgs hold, in rustc's own words, all at once. It answers without the target's rust-std, too.
    fn ask_cfgs(&self, queries: &BTreeSet<CfgQuery>) {
        let start = |query: &CfgQuery| {
            let wrappers = self.toolchain.wrappers.iter().map(OsStr::new);
            let mut words = wrappers.chain([self.toolchain.rustc.program.as_os_str()]);
            let program = words.next().unwrap_or_default();
            let question = cfgs::QUESTION.into_iter().chain(["--target", &query.triple]);
            let question = question.chain(query.flags.iter().map(String::as_str)).map(OsStr::new);
            self.sh.start(self.command(program, words.chain(question)))
        };
        let mut known = self.cfgs.borrow_mut();
        let unknown = queries.iter().filter(|query| !known.contains_key(*query));
        let started: Vec<_> = unknown.map(|query| (query.clone(), start(query))).collect();
        for (query, started) in started {
            let answer = match started.and_then(Started::output) {
                Ok((stdout, _, status)) if status.success() => Ok(Cfgs::parse(&stdout)),
                Ok((_, stderr, _)) => Err(stderr),
                Err(error) => Err(error),
            };
            known.insert(query, answer);
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
        let whole = find_program(compiler, &self.sh.directory(), &path_directories(&self.toolchain.variables))
            .map(|_| compiler);
        let mut words = whole.into_iter().chain(compiler.split_ascii_whitespace().filter(|_| whole.is_none()));
        let program = words.next()?;
        let directory = tempfile_directory().ok()?;
        let (source, object) = (directory.join("empty.c"), directory.join("empty.o"));
        let made = std::fs::write(&source, "").ok().and_then(|()| {
            let mut command = self.command(program, words);
            command.arg("-c").arg(&source).arg("-o").arg(&object);
            self.sh.output(command).ok()?;
            std::fs::read(&object).ok()
        });
        // Left-overs in the system's temporary directory are no reason to fail.
        let _ = std::fs::remove_dir_all(&directory);
        object_file::machine(&made?)
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
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
