//! File systems that one process of a test sees and nobody else.

use std::path::Path;
use std::process::Command;

use crosskit_tests::process;

use crate::kit;

/// Whether permissions bind this process at all.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id starts");
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

/// The words that start a script in the directory `below`, which may mount there: its text follows, then the words that are
/// `"$@"` in it.
///
/// # Panics
/// This machine does not let it; the message says what would.
#[track_caller]
pub fn of_ones_own(below: &Path) -> [&'static str; 4] {
    let how = if is_root() { "-m" } else { "-rm" };
    let mut probe = process::command("unshare", below);
    probe.args([how, "mount", "-t", "tmpfs", "tmpfs", "src"]);
    let probe = process::run(probe, kit::SHORT);
    assert_eq!(
        probe.code,
        Some(0),
        "this test mounts file systems that nobody else sees. It needs root, or a kernel that lets users have namespaces \
         (`sysctl kernel.unprivileged_userns_clone=1`, `sysctl kernel.apparmor_restrict_unprivileged_userns=0`)\n{probe}"
    );
    ["unshare", how, "sh", "-euc"]
}
