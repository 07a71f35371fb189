//! git, where there is one.

use std::path::{Path, PathBuf};

use crate::sh::{Sh, Started};

/// What git prints; `None` if there is no git, or it is asked about what it does not know.
fn ask(sh: &Sh, root: &Path, arguments: &[&str]) -> Option<String> {
    let root = root.as_os_str();
    let arguments = ["-C".as_ref(), root].into_iter().chain(arguments.iter().map(AsRef::as_ref));
    let (stdout, _, status) = sh.start(sh.command("git", arguments)).and_then(Started::output).ok()?;
    status.success().then_some(stdout)
}

/// What is not committed below the root, as git tells it; `None` if nothing there is under its control.
pub fn changes(sh: &Sh, root: &Path) -> Option<Vec<String>> {
    let told = ask(sh, root, &["status", "--porcelain", "--", "."])?;
    Some(told.lines().map(|line| line.trim().to_owned()).collect())
}

/// Which of the paths below the root git would not take into a commit.
pub fn ignored(sh: &Sh, root: &Path, paths: &[String]) -> Vec<String> {
    let paths = paths.iter().map(String::as_str);
    let arguments: Vec<&str> = ["check-ignore", "--no-index", "--"].into_iter().chain(paths).collect();
    ask(sh, root, &arguments).map(|told| told.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// The commit that a directory is at.
pub fn commit(sh: &Sh, root: &Path) -> Option<String> {
    let told = ask(sh, root, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    Some(told.trim().to_owned()).filter(|it| !it.is_empty())
}

/// The branch that others take for the main one: that of `origin`, or the present one.
pub fn branch(sh: &Sh, root: &Path) -> Option<String> {
    let head = |name: &str| ask(sh, root, &["symbolic-ref", "--quiet", "--short", name]);
    let of_origin = head("refs/remotes/origin/HEAD").map(|told| told.trim().trim_start_matches("origin/").to_owned());
    of_origin.or_else(|| head("HEAD").map(|told| told.trim().to_owned())).filter(|it| !it.is_empty())
}

/// The root of the repository, and the directory below it.
pub fn place(sh: &Sh, directory: &Path) -> Option<(PathBuf, String)> {
    let root = ask(sh, directory, &["rev-parse", "--show-toplevel"])?;
    let below = ask(sh, directory, &["rev-parse", "--show-prefix"])?;
    Some((PathBuf::from(root.trim_end_matches(['\r', '\n'])), below.trim().trim_end_matches('/').to_owned()))
}

/// Whether the file is in that commit.
pub fn committed(sh: &Sh, root: &Path, path: &str) -> bool {
    ask(sh, root, &["cat-file", "-e", &format!("HEAD:./{path}")]).is_some()
}
