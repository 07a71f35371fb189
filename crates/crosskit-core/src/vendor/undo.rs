//! Undoes an edit of a text to the byte.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Leads from the edited text back to the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undo {
    /// The places that differ, in the order of the text.
    pub hunks: Vec<Hunk>,
}

/// Lines that an edit put into the place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The first of these lines in the edited text, from 0.
    pub line: usize,
    /// How many there are.
    pub lines: usize,
    /// What stood in their place, with its line ends.
    pub text: String,
}

impl Undo {
    /// What leads from `after` back to `before`.
    pub fn between(before: &str, after: &str) -> Undo {
        let (old, new): (Vec<&str>, Vec<&str>) = (lines(before), lines(after));
        let different = capture_diff_slices(Algorithm::Myers, &old, &new).into_iter().filter_map(|op| {
            let (tag, old_range, new_range) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                return None;
            }
            let text = old.get(old_range).unwrap_or_default().concat();
            Some(Hunk { line: new_range.start, lines: new_range.len(), text })
        });
        Undo { hunks: different.collect() }
    }

    /// The text before the edit. `None` if `after` is shorter than the edited text was: then it is another one.
    pub fn apply(&self, after: &str) -> Option<String> {
        let new = lines(after);
        let mut text = String::with_capacity(after.len());
        let mut from = 0;
        for hunk in &self.hunks {
            let Range { start, end } = hunk.line..hunk.line.checked_add(hunk.lines)?;
            text.push_str(&new.get(from..start)?.concat());
            text.push_str(&hunk.text);
            new.get(start..end)?;
            from = end;
        }
        text.push_str(&new.get(from..)?.concat());
        Some(text)
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_is_undone_to_the_byte() {
        let texts = ["", "\n", "a", "a\n", "a\r\nb\r\n", "a\nb\nc\nd", "x\na\nb\n\nd\n", "b\n", "\u{feff}a\nc\n"];
        for before in texts {
            for after in texts {
                let undo = Undo::between(before, after);
                assert_eq!(undo.apply(after).as_deref(), Some(before), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn a_text_that_is_too_short_is_another_one() {
        let undo = Undo::between("a\nb\nc\n", "a\nb\nnew\nc\n");
        assert_eq!(undo.apply("a\n"), None);
        assert_eq!(Undo { hunks: vec![Hunk { line: usize::MAX, lines: 2, text: String::new() }] }.apply(""), None);
    }
}
