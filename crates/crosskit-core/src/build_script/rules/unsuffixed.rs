//! Variables of tools that are read without the target in their name.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin};

const NAMES: &[&str] = &[
    "AR", "ARFLAGS", "CC", "CFLAGS", "CPPFLAGS", "CXX", "CXXFLAGS", "LD", "LDFLAGS", "NM", "OBJCOPY", "RANLIB", "STRIP",
];

/// Whether a variable is one that exists for each target, and the script knows none of those.
pub(in crate::build_script) fn is_left_alone(name: &str, texts: &BTreeSet<String>) -> bool {
    let suffixed = |text: &String| {
        // A name that is put together of parts may be this one.
        let parts = text.starts_with('{') && text.contains("}_{");
        parts || text.starts_with(&format!("{name}_")) || text.ends_with(&format!("TARGET_{name}"))
    };
    NAMES.contains(&name) && !texts.iter().any(suffixed)
}

pub(in crate::build_script) fn finding(name: &str, origin: Origin) -> Finding {
    Finding::warning(Code::UnsuffixedRead, format!("`{name}` is read, and never `{name}_<target>`"))
        .at(origin)
        .note(format!("where both are set, `{name}` is the host's; a cross build sets `{name}_<target>`"))
        .hint(format!("read `{name}_<target>` and `TARGET_{name}` first, as the cc crate does"))
}
