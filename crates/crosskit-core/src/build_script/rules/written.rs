//! Files that are written to places outside of `OUT_DIR`.

use crate::finding::{Code, Finding, Origin};

use crate::build_script::value::{OUT_DIR, PACKAGE, Value};

/// The path that a function writes to.
pub(in crate::build_script) fn written_by<'v>(names: &[&str], arguments: &'v [Value]) -> Option<&'v Value> {
    match names {
        [.., "fs", "write" | "create_dir" | "create_dir_all"] | [.., "File", "create" | "create_new"] => {
            arguments.first()
        }
        [.., "fs", "copy" | "rename" | "hard_link"] => arguments.get(1),
        _ => None,
    }
}

/// Where a path leads, if it is certainly none below `OUT_DIR`.
pub(in crate::build_script) fn outside(path: &Value, changes_directory: bool) -> Option<String> {
    if path.marks & OUT_DIR != 0 {
        return None;
    }
    match &path.text {
        Some(text) if !changes_directory || text.starts_with('/') => Some(format!("`{text}`")),
        _ if path.marks & PACKAGE != 0 => Some("a place in the package's directory".to_owned()),
        _ => None,
    }
}

pub(in crate::build_script) fn finding(where_to: &str, origin: Origin) -> Finding {
    Finding::warning(Code::WritesOutside, format!("{where_to} is written, which is not below OUT_DIR"))
        .at(origin)
        .note("builds for two targets write to the same place, and packages of a registry may be read-only")
        .hint("write below `env::var_os(\"OUT_DIR\")`, which each target has of its own")
}
