//! Places in a config that is planned and will not be written.

use similar::{DiffOp, TextDiff};

use crate::finding::{Finding, Origin};

use super::{Before, FileEdit};

/// Moves findings about the new text of a file to where the same line stands on the disk. A line that is not there has
/// no place, but words on where it would come from.
pub(super) fn as_on_disk<'a>(edits: &[FileEdit], findings: impl Iterator<Item = &'a mut Finding>) {
    let diffs: Vec<(&FileEdit, Vec<DiffOp>)> = edits.iter().map(|edit| (edit, lines(edit))).collect();
    for finding in findings {
        let Some(Origin::File { path, line, .. }) = &mut finding.origin else { continue };
        let Some((edit, operations)) = diffs.iter().find(|(edit, _)| edit.path == *path) else { continue };
        match line_on_disk(operations, *line) {
            Some(old) => *line = old,
            None => {
                finding.notes.insert(0, format!("it is the policy's, which is not written to `{}` yet", edit.path));
                finding.origin = None;
            }
        }
    }
}

fn lines(edit: &FileEdit) -> Vec<DiffOp> {
    let old = match &edit.before {
        Before::Text(text) => text.as_str(),
        Before::NoFile | Before::Anything => "",
    };
    TextDiff::from_lines(old, &edit.text).ops().to_vec()
}

/// The number of an unchanged line in the old text.
fn line_on_disk(operations: &[DiffOp], line: usize) -> Option<usize> {
    let index = line.checked_sub(1)?;
    operations.iter().find_map(|operation| match *operation {
        DiffOp::Equal { old_index, new_index, len } if (new_index..new_index + len).contains(&index) => {
            Some(index - new_index + old_index + 1)
        }
        _ => None,
    })
}
