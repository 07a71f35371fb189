//! Exit codes.

/// How a command ended, in the order in which one of several is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Ctrl-C, or the process was asked to end.
    Interrupted,
    /// The command line, the settings or the workspace.
    Usage,
    /// A mistake of the kit, or of the machine under it.
    Internal,
    /// A config file is broken, differs from the policy, or could not be written.
    Config,
    /// cargo could not build.
    BuildFailed,
    /// An artefact is for another machine.
    WrongArtefact,
    /// A test failed, hung or crashed.
    TestsFailed,
    /// What starts tests failed, and not they: another computer that cannot be reached.
    RunnerFault,
    /// A tool is missing, so the rung asked for was not reached.
    ToolMissing,
    /// Everything asked for was done.
    Done,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Internal => 1,
            Exit::Usage => 2,
            Exit::ToolMissing => 3,
            Exit::Config => 4,
            Exit::BuildFailed => 5,
            Exit::WrongArtefact => 6,
            Exit::RunnerFault => 7,
            Exit::TestsFailed => 100,
            Exit::Interrupted => 130,
        }
    }
}

/// The one of several that decides.
pub fn first(exits: impl IntoIterator<Item = Exit>) -> Exit {
    exits.into_iter().min().unwrap_or(Exit::Done)
}
