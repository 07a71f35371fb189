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
    /// Every one, in that order.
    const ALL: [Exit; 10] = [
        Exit::Interrupted,
        Exit::Usage,
        Exit::Internal,
        Exit::Config,
        Exit::BuildFailed,
        Exit::WrongArtefact,
        Exit::TestsFailed,
        Exit::RunnerFault,
        Exit::ToolMissing,
        Exit::Done,
    ];

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

/// The same of numbers. One that is none of ours counts as a mistake of the kit.
pub fn first_code(codes: impl IntoIterator<Item = u8>) -> u8 {
    let exit = |code: u8| Exit::ALL.into_iter().find(|exit| exit.code() == code).unwrap_or(Exit::Internal);
    first(codes.into_iter().map(exit)).code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_chosen_as_what_they_stand_for() {
        assert!(Exit::ALL.is_sorted());
        assert_eq!(first_code([0, 100, 3]), 100);
        assert_eq!(first_code([0, 77]), 1);
        assert_eq!(first_code([]), 0);
    }
}
