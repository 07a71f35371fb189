//! What an edit did, what it left alone, and why it was refused.

use super::text::Position;
use super::wanted::dotted;
use std::fmt;

/// Why a text is not TOML; the first mistake only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// Where it is wrong.
    pub position: Position,
}

/// The result of [`sync`](super::sync), [`remove`](super::remove) and [`remove_where`](super::remove_where).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncOutcome {
    /// The whole text after the edit.
    pub text: String,
    /// The keys that were added, restored or removed. A header on its own is no change of a key, so a text can differ
    /// while this is empty: compare the texts to know whether there is something to write.
    pub changes: Vec<Change>,
    /// The wanted keys that were left alone, because the user's own words in the file win.
    pub user_keys: Vec<UserKey>,
}

/// One key that an edit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path of the key.
    pub path: Vec<String>,
    /// What happened to the key.
    pub kind: ChangeKind,
    /// Where the key's value begins: in the new text for an added key, otherwise in the old one.
    pub position: Position,
}

/// What happened to a key. All values are TOML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// The key was absent.
    Added {
        /// The value that it has now.
        now: String,
    },
    /// The key was marked as crosskit's and had another value.
    Restored {
        /// The value that it had.
        was: String,
        /// The value that it has now.
        now: String,
    },
    /// The key was marked as crosskit's and has been taken out.
    Removed {
        /// The value that it had.
        was: String,
    },
}

/// A wanted key that was left alone, because what the user wrote wins or leaves no room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserKey {
    /// The path of the wanted key.
    pub path: Vec<String>,
    /// Why it was left alone.
    pub reason: UserKeyReason,
    /// Where the user's value begins; for a table with a header of its own, where that header begins.
    pub position: Position,
    /// The user's value as it stands in the file; for a table without a value of its own, its header or first key.
    pub theirs: String,
    /// The value that was wanted, as TOML text.
    pub ours: String,
}

/// Why a wanted key was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKeyReason {
    /// The key is there with another value and without the mark.
    OtherValue,
    /// A table above the key is written inline, where a line of its own, and so a mark, is impossible. It helps to turn
    /// the inline table into a section.
    InlineTable,
    /// Something above the key is not a table at all.
    NotATable,
}

/// Why there is no edited text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncError {
    /// The text is not TOML.
    Parse(ParseError),
    /// The wanted keys contradict each other, or one has no path.
    Wanted {
        /// The path of the key at fault.
        path: Vec<String>,
        /// What is wrong with it.
        message: String,
    },
    /// The check after the edit failed, so the edited text was thrown away. This is a mistake of crosskit.
    Refused {
        /// What the check found.
        message: String,
    },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.position)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = dotted(&self.path);
        match &self.kind {
            ChangeKind::Added { now } => write!(f, "add {key} = {now}"),
            ChangeKind::Restored { was, now } => write!(f, "set {key} = {now} (was {was})"),
            ChangeKind::Removed { was } => write!(f, "remove {key} (was {was})"),
        }
    }
}

impl fmt::Display for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, position, theirs, ours, .. } = self;
        let key = dotted(path);
        match self.reason {
            UserKeyReason::OtherValue => write!(f, "`{key}` at {position} is yours and wins over `{ours}`"),
            UserKeyReason::InlineTable => write!(
                f,
                "cannot add `{key} = {ours}` to the inline table at {position}; turn the inline table into a [section]"
            ),
            UserKeyReason::NotATable => {
                write!(f, "cannot add `{key} = {ours}`: `{theirs}` at {position} is not a table")
            }
        }
    }
}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(error) => error.fmt(f),
            Self::Wanted { path, message } => write!(f, "wanted key `{}`: {message}", dotted(path)),
            Self::Refused { message } => write!(f, "the edit was refused: {message}"),
        }
    }
}

impl std::error::Error for ParseError {}

impl std::error::Error for SyncError {}

impl From<ParseError> for SyncError {
    fn from(error: ParseError) -> Self {
        Self::Parse(error)
    }
}
