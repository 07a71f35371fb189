//! A bound on how deep keys may nest.
//!
//! The `toml` crate bounds the nesting of brackets and the length of each dotted key, but not their product. Tables are
//! built, compared and dropped by recursion, so long keys in nested inline tables could end the process by a stack
//! overflow.

use toml_parser::parser::{Event, EventKind};

/// How many parts the path of a key may have.
pub(super) const LIMIT: usize = 80;

/// The byte offset of the first key part whose path is longer than [`LIMIT`].
pub(super) fn first_too_deep(events: &[Event]) -> Option<usize> {
    let mut header = 0;
    let mut in_header = false;
    let mut open: Vec<usize> = Vec::new();
    let mut outer = 0;
    let mut parts = 0;
    for event in events {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                (in_header, header, outer, parts) = (true, 0, 0, 0);
                open.clear();
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => {
                (in_header, header, outer, parts) = (false, parts, parts, 0);
            }
            EventKind::SimpleKey => {
                parts += 1;
                if outer + parts > LIMIT {
                    return Some(event.span().start());
                }
            }
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                open.push(outer);
                outer += parts;
                parts = 0;
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                outer = open.pop().unwrap_or(header);
                parts = 0;
            }
            EventKind::ValueSep => parts = 0,
            EventKind::Newline if open.is_empty() && !in_header => (outer, parts) = (header, 0),
            _ => {}
        }
    }
    None
}
