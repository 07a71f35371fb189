//! The marks by which crosskit knows its own lines again.

/// What stands behind an added key, and behind an added header with the blank line before it.
pub(super) const MARK: &str = "# crosskit";

/// What stands behind an added header when the blank line before it was there already.
pub(super) const MARK_KEEP_BLANK: &str = "# crosskit: keep the blank line above";

/// Whether a comment, with its `#`, is a mark.
///
/// It says nothing else, as a comment in which somebody writes about crosskit gives no key away. White space may differ,
/// for formatters change it.
pub(super) fn is_mark(comment: &str) -> bool {
    let plain = |comment: &str| comment.split_whitespace().collect::<Vec<_>>().join(" ");
    let comment = plain(&comment.replacen('#', "# ", 1));
    comment == MARK || comment == MARK_KEEP_BLANK
}

/// Whether a marked header says that the blank line above it belongs to the user.
pub(super) fn keeps_blank(comment: &str) -> bool {
    comment.trim_end() == MARK_KEEP_BLANK
}
