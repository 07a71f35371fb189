//! A file that crosskit made says so in its first line, so that it can be taken away again with its last key.

use super::text::{body_start, line_end, without_line_end};

/// The first line of a config file that crosskit made.
const MADE: &str = "# crosskit: this file was made by `cargo xtask cross`";

/// What it began with in every version.
const MADE_BY: &str = "# crosskit: this file was made by `cargo xtask cross";

/// The text of a new config file before its first key.
pub fn new_file() -> String {
    format!("{MADE}\n")
}

/// The text without the line that [`new_file`] wrote, where somebody else goes on with the file.
pub fn without_new_file(text: &str) -> String {
    let start = body_start(text);
    let body = text.get(start..).unwrap_or_default();
    let first = body.get(..line_end(body, 0)).unwrap_or_default();
    if !without_line_end(first).starts_with(MADE_BY) {
        return text.to_owned();
    }
    let rest = body.get(first.len()..).unwrap_or_default();
    // The blank line came with what followed.
    format!("{}{}", text.get(..start).unwrap_or_default(), rest.trim_start_matches(['\r', '\n']))
}

/// Whether nothing is in the text but the line that [`new_file`] wrote.
pub fn is_only_ours(text: &str) -> bool {
    let body = text.get(body_start(text)..).unwrap_or_default();
    let first = body.get(..line_end(body, 0)).unwrap_or_default();
    without_line_end(first).starts_with(MADE_BY) && body.get(first.len()..).unwrap_or_default().trim().is_empty()
}
