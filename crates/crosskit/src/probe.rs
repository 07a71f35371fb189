//! Looks at this computer, and answers the questions that the decisions ask.

mod graphs;
mod tools;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use crosskit_core::cfgs::{self, CfgAnswer, CfgQuery, Cfgs};
use crosskit_core::emulation::{self, Emulation, EmulationQuery};
use crosskit_core::machine::{Distribution, Machine};
use crosskit_core::policy::{LAUNCHER, LAUNCHER_PATH};
use crosskit_core::tools::Questions;

use crate::cache::{Cache, Stamp};
use crate::environment;
use crate::path::{find_program, path_directories};
use crate::rustc::Toolchain;
use crate::sh::{Sh, Started};

/// Answers questions about this computer; what was asked once is remembered.
#[derive(Debug)]
pub struct Probe<'a> {
    sh: &'a Sh,
    toolchain: Toolchain,
    /// Whether programs are asked what they are: who writes a config alone need not wait for that.
    asks_tools: bool,
    cache: RefCell<Cache>,
    answers: RefCell<BTreeMap<tools::Question, Option<String>>>,
    cfgs: RefCell<BTreeMap<CfgQuery, CfgAnswer>>,
    /// Where programs are, if they are here.
    found: RefCell<BTreeMap<String, Option<String>>>,
    std: OnceCell<BTreeSet<String>>,
    emulation: RefCell<BTreeMap<EmulationQuery, Emulation>>,
    graphs: RefCell<graphs::Graphs>,
}

impl<'a> Probe<'a> {
    /// A probe that starts its processes through `sh`, as cargo would start them.
    pub fn new(sh: &'a Sh, toolchain: Toolchain) -> Probe<'a> {
        let (cache, answers, cfgs, found, std, emulation, graphs) = Default::default();
        Probe { sh, toolchain, asks_tools: true, cache, answers, cfgs, found, std, emulation, graphs }
    }

    /// The same with what programs answered in earlier runs, as it is kept in a directory.
    pub fn with_cache(self, directory: &Path) -> Probe<'a> {
        Probe { cache: RefCell::new(Cache::in_directory(directory)), ..self }
    }

    /// The same without asking programs what they are, except for C compilers what they make.
    pub fn without_tools(self) -> Probe<'a> {
        Probe { asks_tools: false, ..self }
    }

    /// Keeps what programs answered for later runs.
    pub fn save(&self) {
        self.cache.borrow_mut().save();
        self.graphs.borrow_mut().save();
    }

    /// Forgets what programs answered in this run: something was installed. What is kept on the disk goes by the file.
    pub fn look_again(&mut self) {
        self.found.borrow_mut().clear();
        self.std.take();
        self.answers.borrow_mut().clear();
        self.emulation.borrow_mut().clear();
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
        let find = |program: &str| find_program(program, &here, &directories);
        let mut found = self.found.borrow_mut();
        for program in &questions.programs {
            let look = || find(program).map(|path| path.to_string_lossy().into_owned());
            found.entry(program.clone()).or_insert_with(look);
        }
        self.ask_cfgs(&questions.cfgs);
        let answers = self.ask_tools(questions, &find);
        if self.asks_tools {
            self.ask_launcher(&questions.emulation);
        }
        self.ask_graphs(&questions.graphs);
        Machine {
            host: rustc.host.clone(),
            rustc: rustc.release.clone(),
            cargo: self.toolchain.cargo.clone(),
            distribution: distribution(),
            rustup: find_program("rustup", &here, &directories).is_some(),
            rust_src: rustc.sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").exists(),
            std: self.std.get_or_init(|| installed_std(&rustc.sysroot)).clone(),
            programs: found.iter().filter_map(|(program, path)| Some((program.clone(), path.clone()?))).collect(),
            paths: questions.paths.iter().filter(|path| Path::new(path).exists()).cloned().collect(),
            sysroot: rustc.sysroot.to_string_lossy().into_owned(),
            rustc_path: rustc.program.to_string_lossy().into_owned(),
            cargo_path: self.toolchain.cargo_path.to_string_lossy().into_owned(),
            versions: answers.versions,
            works_for: answers.works_for,
            processors: answers.processors,
            path_directories,
            root: is_root(),
            environment: environment::as_text(&self.sh.variables),
            objects: answers.objects,
            cfgs: self.cfgs.borrow().clone(),
            emulation: self.emulation.borrow().clone(),
            graphs: self.graphs.borrow().answers(),
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
        let rustc = &self.toolchain.rustc;
        let start = |query: &CfgQuery| {
            let wrappers = self.toolchain.wrappers.iter().map(OsStr::new);
            let mut words = wrappers.chain([rustc.program.as_os_str()]);
            let program = words.next().unwrap_or_default();
            let question = cfgs::QUESTION.into_iter().chain(["--target", &query.triple]);
            let question = question.chain(query.flags.iter().map(String::as_str)).map(OsStr::new);
            self.sh.start(self.command(program, words.chain(question)))
        };
        let mut known = self.cfgs.borrow_mut();
        let unknown: Vec<&CfgQuery> = queries.iter().filter(|query| !known.contains_key(*query)).collect();
        let stamp = if unknown.is_empty() { None } else { Stamp::of_rustc(&rustc.program, &rustc.sysroot) };
        let mut cache = self.cache.borrow_mut();
        let mut started = Vec::new();
        for query in unknown {
            let kept = stamp.clone().zip(self.cfg_question(query));
            match kept.as_ref().and_then(|(stamp, question)| cache.answer(question, stamp)) {
                Some(answer) => drop(known.insert(query.clone(), Ok(Cfgs::parse(&answer)))),
                None => started.push((query.clone(), kept, start(query))),
            }
        }
        for (query, kept, started) in started {
            let answer = match started.and_then(Started::output) {
                Ok((stdout, _, status)) if status.success() => {
                    if let Some((stamp, question)) = kept {
                        cache.keep(question, stamp, stdout.clone());
                    }
                    Ok(Cfgs::parse(&stdout))
                }
                Ok((_, stderr, _)) => Err(stderr),
                Err(error) => Err(error),
            };
            known.insert(query, answer);
        }
    }

    /// Under which name rustc's answer is kept: it stands for what the answer depends on beside the compiler. `None` where that
    /// is a file or a program.
    fn cfg_question(&self, query: &CfgQuery) -> Option<String> {
        let variable = |name: &str| self.toolchain.variables.get(OsStr::new(name));
        let reads_files = query.triple.ends_with(".json")
            || query.flags.iter().any(|flag| flag.starts_with('@'))
            || variable("RUST_TARGET_PATH").is_some();
        let bootstrap = variable("RUSTC_BOOTSTRAP");
        let question = || format!("cfgs of {:?} with {:?}, RUSTC_BOOTSTRAP {bootstrap:?}", query.triple, query.flags);
        (!reads_files && self.toolchain.wrappers.is_empty()).then(question)
    }

    /// How the launcher would start programs, all at once. It is the text of this version that answers, which need not
    /// be on the disk yet, and it looks at this computer as it does at each start.
    fn ask_launcher(&self, queries: &BTreeSet<EmulationQuery>) {
        let start = |query: &EmulationQuery| {
            let question = ["-c", LAUNCHER, LAUNCHER_PATH, emulation::QUESTION].into_iter();
            let words = question.chain(query.emulator.iter().map(String::as_str)).chain(["program"]);
            let mut command = self.command("/bin/sh", words);
            match &query.demanded {
                Some(way) => command.env(emulation::VARIABLE, way),
                None => command.env_remove(emulation::VARIABLE),
            };
            self.sh.start(command)
        };
        let mut known = self.emulation.borrow_mut();
        let unknown = queries.iter().filter(|query| !known.contains_key(*query));
        let started: Vec<_> = unknown.map(|query| (query.clone(), start(query))).collect();
        for (query, started) in started {
            let answer = match started.and_then(Started::output) {
                Ok((stdout, _, status)) if status.success() => Emulation::parse(&stdout),
                Ok((_, stderr, _)) => Emulation { notes: vec![stderr], ..Emulation::default() },
                Err(error) => Emulation { notes: vec![error], ..Emulation::default() },
            };
            known.insert(query, answer);
        }
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
