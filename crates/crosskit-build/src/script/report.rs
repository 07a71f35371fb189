//! What a build script may ask, and what it prints.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::{Code, Finding, Severity};
use crate::rules::{self, ArchiverFacts, CompilerFacts, Linker, PkgConfig, ScriptFacts, Setting, ToolchainFile};

use super::json::Json;
use super::words::{decide, Mode, Verdict};
use super::{gather, rerun, variable, Inputs, TargetCfg, MODE};

/// The report in `OUT_DIR`, for the crosskit commands.
const FILE: &str = "crosskit-build.json";

/// Tells the crosskit commands, by Cargo's message about the build script, that the report is one of its last run.
const MARK: &str = "CROSSKIT_BUILD_REPORT=1";

/// There are no HOST and TARGET, as Cargo sets them for a build script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotABuildScript {
    missing: Vec<&'static str>,
}

impl fmt::Display for NotABuildScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let are = if self.missing.len() > 1 { "are" } else { "is" };
        write!(f, "{} {are} not set, as in a build script", self.missing.join(" and "))
    }
}

impl std::error::Error for NotABuildScript {}

/// What is known in a build script about HOST, TARGET and the tools between them.
///
/// ```no_run
/// use crosskit_build::{Code, Report};
///
/// let report = Report::from_env().expect("this is a build script");
/// if report.is_cross() && report.cfg().os() == "linux" {
///     println!("cargo:rustc-cfg=emulated");
/// }
/// report.allow(Code::NoLinker).deny(Code::PkgConfigHost).emit();
/// ```
#[derive(Clone, Debug)]
pub struct Report {
    facts: ScriptFacts,
    findings: Vec<Finding>,
    cfg: TargetCfg,
    cmake: Vec<Setting>,
    mode: Mode,
    remarks: Vec<String>,
    inputs: Inputs,
    rerun_files: Vec<PathBuf>,
    rerun_variables: Vec<String>,
}

impl Report {
    /// Asks the environment of a build script, and the compilers in it, unless `CROSSKIT_BUILD` is `off`.
    ///
    /// Nothing is printed before [`emit`](Report::emit).
    ///
    /// # Errors
    /// HOST or TARGET is not set: this is no build script.
    pub fn from_env() -> Result<Report, NotABuildScript> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let (host, target) = match (set("HOST"), set("TARGET")) {
            (Some(host), Some(target)) => (host, target),
            (host, target) => {
                let mut missing = Vec::new();
                if host.is_none() {
                    missing.push("HOST");
                }
                if target.is_none() {
                    missing.push("TARGET");
                }
                return Err(NotABuildScript { missing });
            }
        };
        let (mode, unknown_mode) = Mode::parse(variable(MODE).as_deref());
        let mut remarks = Vec::new();
        if let Some(value) = unknown_mode {
            remarks.push(format!("{MODE}={value} is not known; there are off, verbose, warn and deny"));
        }
        let inputs = Inputs {
            out_dir: variable("OUT_DIR").map(PathBuf::from),
            manifest_dir: variable("CARGO_MANIFEST_DIR").map(PathBuf::from),
            host,
            target,
        };
        let cfg = TargetCfg::from_env();
        let mut report = Report {
            facts: ScriptFacts { host: inputs.host.clone(), target: inputs.target.clone(), ..ScriptFacts::default() },
            findings: Vec::new(),
            cfg,
            cmake: Vec::new(),
            mode,
            remarks,
            rerun_files: Vec::new(),
            rerun_variables: vec![MODE.to_string()],
            inputs,
        };
        if let Some(directory) = &report.inputs.manifest_dir {
            let script = directory.join("build.rs");
            report.rerun_on(script);
        }
        if mode != Mode::Off {
            report.ask();
        }
        Ok(report)
    }

    fn ask(&mut self) {
        let Inputs { host, target, out_dir, manifest_dir, .. } = &self.inputs;
        let places = [manifest_dir.as_deref(), out_dir.as_deref()];
        let config_files = rerun::config_files(&places, rerun::cargo_home().as_deref());
        let settings = rerun::settings_file(&places);
        let gathered = gather::gather(&self.inputs, &config_files, settings.as_deref());
        self.facts = gathered.facts;
        self.findings = rules::check(&self.facts);
        self.remarks.extend(gathered.trouble);
        for name in ["CMAKE_GENERATOR", "CMAKE_PREFIX_PATH"] {
            if let Some(setting) = rules::deciding(name, target, host, &variable) {
                self.cmake.push(setting);
            }
        }
        self.rerun_variables = rerun::variables(target, host);
        self.rerun_variables.append(&mut gather::names_of_directories(target, host));
        for file in config_files {
            self.rerun_on(file);
        }
        if let Some(settings) = settings {
            self.rerun_on(settings);
        }
        if let Some(file) = &self.facts.toolchain_file {
            let file = PathBuf::from(&file.setting.value);
            self.rerun_on(file);
        }
    }

    /// A path that does not exist would make Cargo run the build script every time.
    fn rerun_on(&mut self, file: PathBuf) {
        if file.is_file() {
            self.rerun_files.push(file);
        }
    }

    /// HOST.
    pub fn host(&self) -> &str {
        &self.facts.host
    }

    /// TARGET.
    pub fn target(&self) -> &str {
        &self.facts.target
    }

    /// Whether HOST and TARGET differ. They are the same in native builds, and for what build scripts and proc-macros
    /// depend on, whatever the rest is built for.
    pub fn is_cross(&self) -> bool {
        self.facts.is_cross()
    }

    /// The `cfg` of the target.
    pub fn cfg(&self) -> &TargetCfg {
        &self.cfg
    }

    /// The linker that is configured for the target, and where. `None` means rustc's default.
    pub fn linker(&self) -> Option<&Linker> {
        self.facts.linker.as_ref()
    }

    /// The C compiler that the cc crate picks, because of what, and what it makes.
    pub fn c_compiler(&self) -> Option<&CompilerFacts> {
        self.facts.c()
    }

    /// The C++ compiler, where `CXX` or `CXXFLAGS` says something about it: otherwise it is of the toolchain of the C
    /// compiler.
    pub fn cxx_compiler(&self) -> Option<&CompilerFacts> {
        self.facts.compilers.get(1)
    }

    /// The archiver, where one is set, or one was tried because HOST and TARGET differ.
    pub fn archiver(&self) -> Option<&ArchiverFacts> {
        self.facts.archiver.as_ref()
    }

    /// The variable that sets `ranlib`.
    pub fn ranlib(&self) -> Option<&Setting> {
        self.facts.ranlib.as_ref()
    }

    /// The variables with flags for C, in the order in which they are joined.
    pub fn c_flags(&self) -> Vec<&Setting> {
        self.flags("CFLAGS")
    }

    /// The variables with flags for C++, in the order in which they are joined.
    pub fn cxx_flags(&self) -> Vec<&Setting> {
        self.flags("CXXFLAGS")
    }

    fn flags(&self, of: &str) -> Vec<&Setting> {
        let is_it = |name: &str| name.split('_').any(|word| word == of);
        self.facts.compiler_flags.iter().filter(|it| is_it(&it.name)).collect()
    }

    /// The flags of rustc, as Cargo passes them on in `CARGO_ENCODED_RUSTFLAGS`.
    pub fn rustflags(&self) -> &[String] {
        &self.facts.rustflags
    }

    /// What the pkg-config crate takes from the environment.
    pub fn pkg_config(&self) -> &PkgConfig {
        &self.facts.pkg_config
    }

    /// The variable with arguments for bindgen's libclang.
    pub fn bindgen(&self) -> Option<&Setting> {
        self.facts.bindgen.as_ref()
    }

    /// The toolchain file of CMake.
    pub fn cmake_toolchain(&self) -> Option<&ToolchainFile> {
        self.facts.toolchain_file.as_ref()
    }

    /// The other variables that the cmake crate takes: the generator and the prefix path, where they are set.
    pub fn cmake(&self) -> &[Setting] {
        &self.cmake
    }

    /// What is wrong, or worth to know.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Without the findings of this code.
    pub fn allow(mut self, code: Code) -> Report {
        self.findings.retain(|it| it.code != code);
        self
    }

    /// Findings of this code stop the build, whatever they weigh otherwise.
    pub fn deny(mut self, code: Code) -> Report {
        for finding in self.findings.iter_mut().filter(|it| it.code == code) {
            finding.severity = Severity::Error;
        }
        self
    }

    /// Has Cargo run the build script again when `PATH` changes, too: it often does, from one terminal to the next.
    pub fn rerun_on_path(mut self) -> Report {
        self.rerun_variables.push("PATH".to_string());
        self
    }

    /// Prints what Cargo is to know and to show, and **ends the process** with [exit code](std::process::exit) 1 where
    /// a finding is an error.
    ///
    /// - When to run the build script again, see the [crate](crate#when-cargo-runs-the-build-script-again).
    /// - HOST and TARGET are equal and nothing is wrong: nothing else.
    /// - HOST and TARGET differ: one `cargo:warning=` line with TARGET, HOST, the C compiler and the linker.
    /// - Each finding, line by line. A line names TARGET, as a warning of Cargo's does not. Where one ends the build
    ///   script, they go to stderr, which Cargo then shows.
    ///
    /// What is found is also written to `crosskit-build.json` in `OUT_DIR`, where the crosskit commands read it.
    pub fn emit(mut self) {
        for finding in &mut self.findings {
            finding.severity = match (self.mode, finding.severity) {
                (Mode::Warn, Severity::Error) => Severity::Warning,
                (Mode::Deny, Severity::Warning) => Severity::Error,
                (_, severity) => severity,
            };
        }
        let rerun = rerun::lines(&self.rerun_files, &self.rerun_variables);
        if self.mode == Mode::Off {
            print(&rerun, "");
            return;
        }
        let mut remarks = self.remarks.clone();
        let written = self.write(&self.decide(&remarks));
        let is_written = written.is_ok();
        if let Err(error) = written {
            remarks.push(error);
        }
        let Verdict { warnings, fail } = self.decide(&remarks);
        if fail {
            // Of a build script that failed Cargo shows all that it printed, and runs it again in any case.
            for line in &warnings {
                eprintln!("{line}");
            }
            std::process::exit(1);
        }
        print(&rerun, "");
        if is_written {
            println!("cargo:rustc-env={MARK}");
        }
        print(&warnings, "cargo:warning=");
    }

    fn decide(&self, remarks: &[String]) -> Verdict {
        decide(&self.facts, &self.findings, self.mode, remarks)
    }

    /// Writes the report, unless it stands there already.
    fn write(&self, verdict: &Verdict) -> Result<(), String> {
        let Some(directory) = &self.inputs.out_dir else {
            return Err("OUT_DIR is not set, and the report is not written".to_string());
        };
        let path = directory.join(FILE);
        let text = self.to_json(verdict);
        if fs::read_to_string(&path).is_ok_and(|known| known == text) {
            return Ok(());
        }
        replace(&path, &text).map_err(|error| format!("cannot write {FILE} into OUT_DIR: {error}"))
    }

    fn to_json(&self, verdict: &Verdict) -> String {
        let name = |name| variable(name).unwrap_or_default();
        let compiler = self.facts.c();
        let mut json = Json::new();
        json.number("schema", 1);
        json.text("package", &name("CARGO_PKG_NAME"));
        json.text("version", &name("CARGO_PKG_VERSION"));
        json.text("host", self.host());
        json.text("target", self.target());
        json.maybe("c_compiler", compiler.map(|it| it.compiler.as_str()));
        json.maybe("linker", self.linker().map(|it| it.program.as_str()));
        json.maybe("rustc_linker", variable("RUSTC_LINKER").as_deref());
        json.findings("findings", &self.findings);
        json.texts("lines", &verdict.warnings);
        json.end()
    }
}

fn print(lines: &[String], before: &str) {
    for line in lines {
        println!("{before}{line}");
    }
}

/// Writes a file in one step, so that nobody reads half of it.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("json.new");
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}
