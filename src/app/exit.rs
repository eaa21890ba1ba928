/// How a command ended. The codes are documented and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing blocks.
    Done,
    /// Bad arguments or configuration.
    Usage,
    /// Somebody has to approve a change.
    ApprovalNeeded,
    /// Tests failed.
    TestsFailed,
    /// The migration failed.
    MigrationFailed,
    /// Hand edits and the regeneration disagree.
    Conflicts,
    /// An outside system failed: git, Python, a database server.
    Outside,
    /// `generate --check` found files that are out of date.
    OutOfDate,
    /// `lint --fail-on` found hazards.
    HazardsFound,
    /// A bug in Fabwright.
    Bug,
}

impl Exit {
    /// The same in the words of GitHub's checks.
    pub fn conclusion(self) -> &'static str {
        match self {
            Self::Done => "success",
            Self::ApprovalNeeded => "action_required",
            _ => "failure",
        }
    }

    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 2,
            Self::ApprovalNeeded => 10,
            Self::TestsFailed => 11,
            Self::MigrationFailed => 12,
            Self::Conflicts => 13,
            Self::Outside => 14,
            Self::OutOfDate => 15,
            Self::HazardsFound => 16,
            Self::Bug => 70,
        }
    }
}
