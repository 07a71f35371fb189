//! The engine that edits a `.cargo/config.toml` without touching what is not crosskit's.
//!
//! crosskit owns single keys in the user's file, each marked by a comment that trails the value and is the word
//! `crosskit` alone. [`sync`] brings these keys up to date, [`remove`] takes them out again, and both are byte splices
//! at the places of a parse: every other byte survives, with its comments, order, blank lines, line ends and byte
//! order mark. The functions are pure, text in and text or findings out, and accept any text without a panic.
//!
//! What sync adds can be told from the text alone, so that removing it gives back the bytes that were there before:
//!
//! - A key stands on a line of its own that ends in `# crosskit`.
//! - A header that was added carries the same mark. The blank line before it was added too, unless the mark says
//!   `# crosskit: keep the blank line above`.
//! - A file that was made begins with a line that says so, see [`new_file`].
//! - A file whose last line has no line end keeps it that way: the added lines then take the line end in front of them.
//!
//! ```
//! use crosskit_core::config::{self, WantedKey, WantedValue};
//!
//! let before = "[alias]\nxtask = \"run --quiet --package xtask --\"\n";
//! let wanted = [WantedKey {
//!     path: ["target", "aarch64-unknown-linux-gnu", "linker"].map(String::from).to_vec(),
//!     value: WantedValue::String("aarch64-linux-gnu-gcc".to_owned()),
//! }];
//!
//! let synced = config::sync(before, &wanted)?;
//! assert_eq!(
//!     synced.text,
//!     "[alias]\nxtask = \"run --quiet --package xtask --\"\n\n\
//!      [target.aarch64-unknown-linux-gnu] # crosskit\nlinker = \"aarch64-linux-gnu-gcc\" # crosskit\n"
//! );
//! assert_eq!(config::remove(&synced.text)?.text, before);
//! # Ok::<(), config::SyncError>(())
//! ```

mod depth;
mod document;
mod edit;
mod layout;
mod lookup;
mod made;
mod mark;
mod outcome;
mod remove;
mod text;
mod verify;
mod wanted;

pub(crate) use document::spanned;
pub use document::{Document, Entry, parse};
pub(crate) use edit::end_of_section;
pub use edit::sync;
pub use made::{is_only_ours, new_file, without_new_file};
pub use outcome::{Change, ChangeKind, ParseError, SyncError, SyncOutcome, UserKey, UserKeyReason};
pub use remove::{remove, remove_where};
pub use text::{Position, Text};
pub(crate) use text::{Splices, line_end, line_start};
pub use wanted::{WantedKey, WantedValue};
pub(crate) use wanted::{dotted, quoted};

#[cfg(test)]
mod tests;
