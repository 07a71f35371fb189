//! What a copy of the kit in a workspace is made of.

use crate::config::{self, quoted};

/// The directory of the copy, below the root of the workspace.
pub const DIRECTORY: &str = "crosskit";

/// The crates that are copied.
pub const CRATES: [&str; 3] = ["crosskit", "crosskit-build", "crosskit-core"];

/// Stands at the head of each crate of the copy. Cargo shows the warnings of what is no registry's, and `-Dwarnings` in
/// `RUSTFLAGS` wins over the lints of a manifest, but not over this.
const QUIET: &str = "#![allow(warnings)] // Written by `cargo xtask cross vendor`.\n";

/// Whether a file of a crate belongs to its copy: sources, and what they include. Tests of the whole crate and what only
/// clippy reads are left behind.
pub fn belongs(path: &str) -> bool {
    let mut parts = path.split('/');
    let (first, more) = (parts.next().unwrap_or_default(), parts.next().is_some());
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    !hidden && if more { matches!(first, "src" | "pages") } else { first.ends_with(".toml") && first != "clippy.toml" }
}

/// The text of a file of a crate as it stands in the copy, also where the crate is that of a copy.
pub fn text(path: &str, text: String) -> String {
    if path == "src/lib.rs" && !text.starts_with(QUIET) { format!("{QUIET}{text}") } else { text }
}

/// The files of the copy that no crate has, by their path below its directory. `kept` are files of the kit that stay as they
/// are, and `isolated` says that the xtask is a member of the copy.
pub fn around(kept: impl IntoIterator<Item = (String, String)>, lock: &str, isolated: bool) -> Vec<(String, String)> {
    let members = CRATES.into_iter().chain(isolated.then_some(super::XTASK));
    let members: Vec<String> = members.map(quoted).collect();
    let manifest = format!("{MANIFEST}[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    let own = [
        (".gitattributes", ATTRIBUTES.to_owned()),
        (".gitignore", IGNORED.to_owned()),
        ("Cargo.lock", lock.to_owned()),
        ("Cargo.toml", manifest),
        ("README.md", README.replace("VERSION", env!("CARGO_PKG_VERSION"))),
        ("rustfmt.toml", FORMAT.to_owned()),
    ];
    let xtask = isolated.then(|| xtask(&by_path("../crosskit"), false)).into_iter().flatten();
    let xtask = xtask.map(|(path, text)| (format!("{}/{path}", super::XTASK), text));
    kept.into_iter().chain(own.into_iter().map(|(path, text)| (path.to_owned(), text))).chain(xtask).collect()
}

/// The lock file of the copy: that of the kit, without what only its tests need.
pub fn lock(own: &super::lock::Lock, isolated: bool) -> String {
    let xtask = "\n[[package]]\nname = \"xtask\"\nversion = \"0.0.0\"\ndependencies = [\"crosskit\"]\n";
    let xtask = if isolated { xtask } else { "" };
    format!("version = 4\n{}{xtask}", own.reached_from(&CRATES).text())
}

/// What a workspace ignores, such as `Cargo.lock` or directories of some name, nobody else would get.
const IGNORED: &str = "# Whatever is ignored around it: all of this belongs into the repository.\n!*\n/target\n";

/// A checkout must not change line ends: the files are compared by what is in them.
const ATTRIBUTES: &str = "* -text linguist-vendored\n";

/// `cargo fmt --all` formats what members depend on by a path as well.
const FORMAT: &str = "# What is here is somebody else's, and stays as it came.\ndisable_all_formatting = true\n";

const MANIFEST: &str = "\
# A workspace of its own, which the one around it excludes: its lints, tests and checks are not about these crates.
";

const README: &str = include_str!("templates/README.txt");

/// The xtask that a workspace without one gets, by the path below its directory.
pub fn xtask(dependency: &str, inherits_lints: bool) -> [(&'static str, String); 2] {
    let lints = if inherits_lints { "\n[lints]\nworkspace = true\n" } else { "" };
    let manifest = format!("{XTASK}\n[dependencies]\ncrosskit = {dependency}\n{lints}");
    [("Cargo.toml", manifest), ("src/main.rs", MAIN.to_owned())]
}

const XTASK: &str = include_str!("templates/xtask.toml.txt");

const MAIN: &str = include_str!("templates/xtask.rs.txt");

/// A path as the value of a dependency.
pub fn by_path(path: &str) -> String {
    format!("{{ path = {} }}", config::quoted(path))
}
