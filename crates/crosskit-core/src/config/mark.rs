//! The marks by which crosskit knows its own lines again.

/// The word with which the comment of an owned line begins.
const WORD: &str = "crosskit";

/// What stands behind an added key, and behind an added header with the blank line before it.
pub(super) const MARK: &str = "# crosskit";

/// What stands behind an added header when the blank line before it was there already.
pub(super) const MARK_KEEP_BLANK: &str = "# crosskit: keep the blank line above";

/// Whether a comment, with its `#`, is a mark.
///
/// The word must end at the end of the comment, before white space or before punctuation that closes a word: a comment
/// about `crosskit-build` or `crosskit.toml` gives no key away.
pub(super) fn is_mark(comment: &str) -> bool {
    let text = comment.trim_start_matches('#').trim_start();
    text.strip_prefix(WORD)
        .is_some_and(|rest| rest.chars().next().is_none_or(|next| next.is_whitespace() || ":,;".contains(next)))
}

/// Whether a marked header says that the blank line above it belongs to the user.
pub(super) fn keeps_blank(comment: &str) -> bool {
    comment.trim_end() == MARK_KEEP_BLANK
}
