//! What failed, in few words, by what the cells have in common on which it did.

use super::{place, visible};
use crate::record::Record;
use crate::record::contrast::{Subject, groups};

/// So many names are listed of what failed on the same cells.
const NAMES: usize = 8;

/// A place in words, and what failed there. There is nothing to say of a single cell.
pub fn groups_in_words(record: &Record) -> Vec<(String, Vec<String>)> {
    if record.cells.len() < 2 {
        return Vec::new();
    }
    let words = |subject: &Subject| match subject {
        Subject::Cell => "no test was reached".to_owned(),
        Subject::Suite(name) => format!("all of {}", name.words()),
        Subject::Test(name, test) => format!("`{test}` of {}", name.words()),
    };
    let of_group = |group: &crate::record::contrast::Group| {
        let mut names: Vec<String> = group.subjects.iter().take(NAMES).map(words).collect();
        let more = group.subjects.len().saturating_sub(NAMES);
        names.extend((more > 0).then(|| format!("and {more} more")));
        // These lines go to a terminal, too.
        (visible(&place(group, record)), names.iter().map(|it| visible(it).replace('\n', " ")).collect())
    };
    groups(record).iter().map(of_group).collect()
}
