//! What Cargo reads and does not obey, or obeys elsewhere.

use crate::document::{Literal, list, text};

use super::draft::{Draft, path, target_path};
use super::programs::{cfg, in_file};

/// Tables and keys without any effect here.
pub fn harmless(draft: &mut Draft) {
    let triple = draft.triple();
    let host = draft.host.clone();
    let unused = format!("unused{}", draft.number());
    match draft.random.below(8) {
        // Accepted in a triple's table, and in no other.
        0 => in_file(draft, &target_path(&triple, "ar"), text(unused)),
        1 => {
            let path = path(&["target", cfg(draft), "ar"]);
            in_file(draft, &path, text(unused));
        }
        // Stable Cargo does not read them.
        2 => {
            in_file(draft, &path(&["host", "linker"]), text(&unused));
            in_file(draft, &path(&["host", "runner"]), list(&[unused]));
        }
        3 => {
            in_file(draft, &path(&["unstable", "host-config"]), Literal::Bare("true"));
            in_file(draft, &path(&["unstable", "target-applies-to-host"]), Literal::Bare("true"));
            in_file(draft, &path(&["target-applies-to-host"]), Literal::Bare("false"));
        }
        // A library's build script override.
        4 => in_file(draft, &target_path(&triple, "thing"), Literal::Table(vec![("other", text(unused))])),
        // A triple that is not in use: nobody reads the key.
        5 => in_file(draft, &path(&["target", "i686-unknown-linux-gnu", "linkr"]), text(unused)),
        6 => in_file(draft, &target_path(&host, "ar"), Literal::Bare("1")),
        _ => in_file(draft, &path(&["build", "jobs"]), Literal::Bare("2")),
    }
}
