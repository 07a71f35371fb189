//! Findings: coded diagnostics with an origin, notes and hints.
//!
//! A finding is plain data. Who prints it decides about colour and layout.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can go on until this is mended.
    Error,
    /// Work goes on, and the result may not be what was meant.
    Warning,
    /// Worth knowing, nothing to mend.
    Note,
}

impl Severity {
    /// The word that stands before the code, as rustc spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// The kind of a finding. Numbers are never reused and never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name = $number,)*
        }

        impl Code {
            /// Every code, in the order of the numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];
        }
    };
}

codes! {
    /// No target, alias or package has this name.
    UnknownName = 1,
    /// The name fits more than one target.
    AmbiguousTarget = 2,
    /// No package is left to build for the target.
    NothingSelected = 3,
    /// The xtask itself was built for another target than the host.
    XtaskNotForHost = 4,
    /// There is no workspace where the command was started, or Cargo cannot read it.
    NoWorkspace = 5,
    /// The axes of a matrix make more cells than anybody could build.
    TooManyCells = 6,
    /// No program is meant by `run`, or more than one.
    ProgramUnclear = 7,
    /// rustc or cargo is missing, or older than what the kit needs.
    Toolchain = 10,
    /// The standard library of the target is not installed.
    RustStdMissing = 11,
    /// The linker is not installed.
    LinkerMissing = 12,
    /// A package compiles C and there is no C compiler for the target.
    CCompilerMissing = 13,
    /// A package compiles C and there is no archiver for the target.
    ArchiverMissing = 14,
    /// The program that would run the target's executables is not installed.
    EmulatorMissing = 15,
    /// The target's C library is not installed.
    SysrootMissing = 16,
    /// An install command failed.
    InstallFailed = 17,
    /// Nothing is known that runs the target's executables on this machine.
    NoRunner = 18,
    /// The runner mixes two C libraries, and programs with threads will hang.
    MixedLibraries = 19,
    /// A configuration file is not valid TOML, or not what Cargo accepts.
    ConfigInvalid = 20,
    /// Cargo could not merge this file with another one.
    ConfigUnmergeable = 21,
    /// A key that the user owns takes the place of the policy's.
    ConfigUserKey = 22,
    /// A key that the kit owns has another value than the policy says.
    ConfigDrift = 23,
    /// A file could not be read or written.
    FileAccess = 24,
    /// `crosskit.toml` holds something that is not known.
    SettingsInvalid = 25,
    /// An environment variable takes the place of the policy's value.
    EnvironmentWins = 26,
    /// A variable in `[env]` that Cargo refuses, or that has no effect there.
    EnvTableName = 27,
    /// Two `cfg(…)` tables set the same program for one kind.
    SeveralMatching = 28,
    /// A key in a target's table that Cargo does not know.
    ConfigUnknownKey = 29,
    /// Cargo could not build the workspace for the target.
    BuildFailed = 30,
    /// An artefact is not for the target that it was built for.
    WrongArtefact = 31,
    /// A package is left out because the settings say so, or taken all the same because `-p` names it.
    PackageExcluded = 32,
    /// A library of the target that a package links with is not installed.
    LibraryMissing = 33,
    /// Packages look for libraries by pkg-config, and that is not installed.
    PkgConfigMissing = 34,
    /// What emulates the test binaries failed, and not they.
    EmulatorFault = 35,
    /// A test failed, and passed when it was run again.
    TestFlaky = 36,
    /// A test that the settings expect to fail passed.
    QuarantinePassed = 37,
    /// A test that the settings expect to fail failed.
    QuarantineFailed = 38,
    /// A test binary ran longer than its time limit.
    TestTimedOut = 40,
    /// A test binary failed.
    TestFailed = 41,
    /// A test binary ended by a signal, or without a result.
    TestCrashed = 42,
    /// Programs of the target cannot be started in the way that is demanded, or those that tests start are not emulated.
    Emulation = 43,
    /// What starts the test binaries failed, and not they.
    RunnerFault = 44,
    /// The test binaries do not take the arguments that follow `--`.
    TestArguments = 45,
    /// An artefact follows another calling convention than the target, or has instructions that its processor lacks.
    WrongAbi = 46,
    /// An artefact asks for a loader or a C library that the target does not have.
    WrongLoader = 47,
    /// An artefact asks for a newer glibc than the settings allow.
    GlibcTooNew = 48,
    /// An archive that is linked has a member for another machine than the target.
    ForeignMember = 49,
    /// A C compiler makes objects for another machine than the target.
    CompilerMismatch = 50,
    /// The linker says that it is for another machine than the target.
    LinkerOfAnotherMachine = 51,
    /// The emulator is older than what the target's programs need.
    EmulatorTooOld = 52,
    /// The emulator does not know the processor that the runner names.
    EmulatorProcessor = 53,
    /// The little program that `doctor --probe` builds and runs did not get to its end.
    TrialFailed = 54,
    /// An archiver is for another machine, or its archives have no index that the target's linker could use.
    ArchiverMismatch = 55,
    /// A variable without a target in its name gives the target's compiler to build scripts as well.
    ReachesBothKinds = 56,
    /// Flags for the C compiler name another processor than the target's.
    ProcessorFlags = 57,
    /// pkg-config answers for the target with libraries of the host.
    PkgConfigHost = 58,
    /// bindgen reads the headers of another machine than the target.
    BindgenTarget = 59,
    /// A `cfg(…)` table never holds, or always.
    DeadCfg = 60,
    /// A triple with a dot is quoted, and Cargo ignores its table.
    QuotedTriple = 61,
    /// A runner is an array in more than one file, which Cargo merges at random.
    RandomRunner = 62,
    /// One source of flags takes the place of another that is set as well.
    FlagsWiped = 63,
    /// Flags that matter to the linker do not reach documentation tests.
    DoctestFlags = 64,
    /// `build.target` cross-compiles the xtask, too.
    BuildTargetAndXtask = 65,
    /// Build scripts and proc-macros are linked with a linker for another machine.
    HostLinker = 66,
    /// A foreign target has no linker, so that rustc takes the host's.
    NoLinker = 67,
    /// The name of the linker decides which linker really links.
    LinkerName = 68,
    /// A key of Cargo's configuration that has no effect on stable.
    UnstableKey = 69,
    /// A config file that is not read where it is expected to be.
    ConfigNotRead = 70,
    /// The old file name `config` is used.
    OldConfigName = 71,
    /// The linker is not the name of one program.
    LinkerArguments = 72,
    /// A variable in `[env]` reaches the build scripts of the host as well.
    EnvReachesHost = 73,
    /// `RUSTC_LINKER` of the shell reaches build scripts.
    RustcLinkerLeak = 74,
    /// Flags and `cfg(…)` tables decide about one another without end.
    FlagsInACircle = 75,
    /// A runner that a variable cannot hold, as it is split at blanks.
    RunnerWithBlank = 76,
    /// A part of the config that the variables of a shell do not carry.
    NotInShell = 77,
    /// An emulator is set as the linker, or a compiler as the runner.
    ProgramsSwapped = 80,
    /// A foreign target has a linker and no runner.
    LinkerWithoutRunner = 81,
    /// A script holds what belongs into the config.
    ScriptHardcodes = 82,
    /// A target without an operating system is treated as if it had one.
    EmbeddedAsNative = 83,
    /// A value that comes from outside the workspace.
    OnlyHere = 84,
    /// A toolchain file of CMake is for another machine than the target.
    CmakeToolchain = 90,
    /// A variable names a file or directory that is not there.
    PathMissing = 91,
    /// A directory of libraries holds those of another machine than the target.
    ForeignLibraries = 92,
    /// The C library that a package is compiled against is newer than the one that was asked for.
    SysrootTooNew = 93,
    /// A build script ran with another linker than the present one.
    LinkerStale = 94,
    /// A build script asks by `cfg` about the host, and the answer decides about the target.
    HostCfg = 100,
    /// The same, by the constants of the standard library.
    HostConsts = 101,
    /// A build script reads a variable such as `CC`, and never the one with the target in its name.
    UnsuffixedRead = 102,
    /// A build script starts a tool of the host by its name, and the target gets what that makes.
    HardcodedTool = 103,
    /// A build script starts a program that was built for the target.
    StartsTargetProgram = 104,
    /// A build script writes to a place that is not below OUT_DIR.
    WritesOutside = 105,
    /// A finding in a build script is allowed by the settings, and is not there.
    AllowedInVain = 106,
    /// Files of the workspace into which the kit is to come are not committed.
    VendorDirty = 110,
    /// What is to be added to a workspace has the name of something that is there.
    VendorClash = 111,
    /// The toolchain of a workspace is too old for the kit.
    VendorToolchain = 112,
    /// A locked version would move, or a default member would build otherwise.
    VendorLocked = 113,
    /// Crates that the kit needs are not where the workspace takes its crates from.
    VendorSources = 114,
    /// A vendored file was changed in the workspace.
    VendorChanged = 115,
    /// Something must be edited by hand.
    VendorByHand = 116,
    /// Nothing was vendored, or it is not known what.
    VendorUnknown = 117,
    /// A report cannot be read.
    ReportUnreadable = 118,
    /// Reports are not the parts of one run.
    ReportParts = 119,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "X{:03}", *self as u16)
    }
}

/// Where the value that a finding speaks of came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A place in a file. Line and column count from 1; the path is shown as it is given.
    File {
        /// The file, relative to the workspace root where it is below it.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// An environment variable.
    Variable(String),
    /// The command line.
    CommandLine,
    /// The row of a target in the built-in catalogue.
    Catalogue(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Origin::Variable(name) => write!(f, "environment variable {name}"),
            Origin::CommandLine => f.write_str("command line"),
            Origin::Catalogue(triple) => write!(f, "built-in row {triple}"),
        }
    }
}

/// One diagnostic: what is wrong, where it came from, why it matters, what to paste.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The kind.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lowercase, one line, literals in backticks, no full stop.
    pub message: String,
    /// Where the offending value came from.
    pub origin: Option<Origin>,
    /// Why it matters and where was looked, one line each.
    pub notes: Vec<String>,
    /// What to do, one line each, the best first.
    pub hints: Vec<String>,
}

impl Finding {
    fn new(severity: Severity, code: Code, message: impl Into<String>) -> Finding {
        Finding { code, severity, message: message.into(), origin: None, notes: Vec::new(), hints: Vec::new() }
    }

    /// A finding that stops the work.
    pub fn error(code: Code, message: impl Into<String>) -> Finding {
        Finding::new(Severity::Error, code, message)
    }

    /// A finding that does not stop the work.
    pub fn warning(code: Code, message: impl Into<String>) -> Finding {
        Finding::new(Severity::Warning, code, message)
    }

    /// A finding with nothing to mend.
    pub fn note_only(code: Code, message: impl Into<String>) -> Finding {
        Finding::new(Severity::Note, code, message)
    }

    /// The same finding with its origin.
    pub fn at(mut self, origin: Origin) -> Finding {
        self.origin = Some(origin);
        self
    }

    /// The same finding with one more note.
    pub fn note(mut self, note: impl Into<String>) -> Finding {
        self.notes.push(note.into());
        self
    }

    /// The same finding with more hints.
    pub fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Finding {
        self.hints.extend(hints);
        self
    }

    /// The same finding with one more hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.hints.push(hint.into());
        self
    }

    /// Whether this finding stops the work.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
