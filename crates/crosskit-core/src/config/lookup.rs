//! Finds by its path what a text says about it.

use super::layout::Layout;
use std::collections::BTreeMap;
use std::ops::Range;

/// The paths of a text as a tree, so that a look-up costs the same in a file of any size.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup {
    children: BTreeMap<String, Lookup>,
    /// The index of the key/value pair with this very path.
    pub(super) entry: Option<usize>,
    /// The index of the section whose header has this path and names one thing.
    pub(super) section: Option<usize>,
    /// The index of the last line that names this table by a part of its dotted key.
    pub(super) dotted: Option<usize>,
    /// The first key/value pair or header that names this path, or a longer one.
    pub(super) first: Range<usize>,
}

impl Lookup {
    pub(super) fn new(layout: &Layout) -> Self {
        let mut root = Self::default();
        for (index, section) in layout.sections.iter().enumerate().filter(|(_, section)| section.is_addressable()) {
            let table = section.path.iter().fold(&mut root, |table, part| table.child(part, &section.header));
            table.section = Some(index);
            let entries = section.entries.clone().zip(layout.entries.get(section.entries.clone()).unwrap_or_default());
            for (index, entry) in entries {
                let pair = entry.key_start..entry.value.end;
                let Some((leaf, above)) = entry.path.get(section.path.len()..).and_then(<[_]>::split_last) else {
                    continue;
                };
                let mut table = &mut *table;
                for part in above {
                    table = table.child(part, &pair);
                    if !entry.inline {
                        table.dotted = Some(index);
                    }
                }
                table.child(leaf, &pair).entry = Some(index);
            }
        }
        root
    }

    /// The child with this name, which `place` is the first to name if there is none yet.
    fn child(&mut self, name: &str, place: &Range<usize>) -> &mut Self {
        self.children.entry(name.to_owned()).or_insert_with(|| Self { first: place.clone(), ..Self::default() })
    }

    /// What the text says about a path; `None` if nothing.
    pub(super) fn get<S: AsRef<str>>(&self, path: &[S]) -> Option<&Self> {
        path.iter().try_fold(self, |table, part| table.children.get(part.as_ref()))
    }
}
