//! Places where nothing can be written: a full disk, a disk that is read-only, files and directories of somebody else.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::CONFIG;

use super::ground::{Ground, LAUNCHER, OLD, SYNC, State};
use crate::{kit, mounts};

/// The words that start a program for which permissions count: root keeps its name, and so its toolchain, but loses the
/// right to go over them.
fn bound() -> &'static [&'static str] {
    if mounts::is_root() { &["setpriv", "--bounding-set=-all", "--inh-caps=-all"] } else { &["env"] }
}

/// Runs the kit for which permissions count, and fails if they do not.
#[track_caller]
fn run_bound(ground: &Ground, closed: &str) -> Finished {
    let (first, rest) = bound().split_first().expect("there is a first word");
    let mut probe = process::command(first, &ground.root);
    probe.args(rest).args(["test", "-w", closed]);
    let probe = process::run(probe, kit::SHORT);
    assert_eq!(probe.code, Some(1), "{closed} must not be writable, or nothing is tested\n{probe}");
    process::run(ground.command(bound(), SYNC), kit::SHORT)
}

/// Runs a script with file systems of its own, in the root of a workspace. `"$@"` in it is the kit.
#[track_caller]
fn with_own_mounts(ground: &Ground, script: &str) -> Finished {
    let [program, how, shell, text] = mounts::of_ones_own(&ground.root);
    process::run(ground.command(&[program, how, shell, text, script, "sh"], SYNC), kit::SHORT)
}

/// A disk of a megabyte that is full; what is on it then, and after room was made, is copied to where it can be seen.
const FULL_DISK: &str = "
mount -t tmpfs -o size=1m tmpfs disk
cp -a .cargo/. disk/
mount --move disk .cargo
dd if=/dev/zero of=.cargo/filler bs=4096 2>/dev/null && exit 90
: >.cargo/no-room && echo 1 >.cargo/no-room 2>/dev/null && exit 91
rm .cargo/no-room
code=0
\"$@\" || code=$?
rm .cargo/filler
cp -a .cargo full
\"$@\" >/dev/null 2>&1 || exit 92
cp -a .cargo room
exit $code
";

#[test]
fn a_full_disk_is_named_and_takes_nothing() {
    let ground = Ground::new("full-disk");
    let new = ground.synced(&State::old());
    let launcher = State { launcher: new.launcher.clone(), ..State::old() };
    for (from, file) in [(State::old(), LAUNCHER), (launcher, CONFIG)] {
        ground.set(&from);
        fs::create_dir(ground.path("disk")).expect("a directory can be made");
        let finished = with_own_mounts(&ground, FULL_DISK).exits(4);
        let name = format!("`{}`", ground.path(file).display());
        finished.tells(&["error[X024]", &name, "No space left on device", "hint: make room; `df -h "]);
        for (copy, state) in [("full", &from), ("room", &new)] {
            assert_eq!(
                ground.read(&format!("{copy}/config.toml")),
                *state.config.as_ref().expect("a config"),
                "{copy}"
            );
            let path = format!("{copy}/crosskit/run");
            assert_eq!(ground.has(&path).then(|| ground.read(&path)), state.launcher, "{copy}");
            let expected: &[&str] =
                if state.launcher.is_some() { &["config.toml", "crosskit"] } else { &["config.toml"] };
            let names = fs::read_dir(ground.path(copy)).expect("it can be read");
            let mut names: Vec<_> = names.map(|entry| entry.expect("it can be read").file_name()).collect();
            names.sort();
            assert_eq!(names, expected, "{copy}");
        }
        assert_eq!(ground.state(), from, "what is below the mount is not touched");
        for directory in ["disk", "full", "room"] {
            fs::remove_dir_all(ground.path(directory)).expect("it can be removed");
        }
    }
}

#[test]
fn a_disk_that_is_read_only_is_named() {
    let ground = Ground::new("read-only-disk");
    let before = ground.snapshot();
    let script = "mount --bind .cargo .cargo\nmount -o remount,bind,ro .cargo\nexec \"$@\"";
    let finished = with_own_mounts(&ground, script).exits(4);
    let name = format!("`{}`", ground.path(LAUNCHER).display());
    finished.tells(&[
        "error[X024]",
        &name,
        "Read-only file system",
        "hint: mount the disk for writing; `findmnt --target ",
    ]);
    ground.snapshot().equals(&before);
}

/// As a container gets a single file of its host.
#[test]
fn a_config_that_is_a_mount_point_is_named() {
    let ground = Ground::new("mounted-config");
    ground.write("elsewhere/config.toml", OLD);
    let script = "mount --bind elsewhere/config.toml .cargo/config.toml\nexec \"$@\"";
    let finished = with_own_mounts(&ground, script).exits(4);
    let name = format!("`{}`", ground.path(CONFIG).display());
    finished.tells(&["error[X024]", &name, "busy", "hint: where the file itself is a mount point"]);
    assert_eq!(ground.read("elsewhere/config.toml"), OLD);
    assert_eq!(ground.read(CONFIG), OLD);
    ground.has_no_leftover();
}

#[test]
fn a_read_only_directory_is_named() {
    let ground = Ground::new("read-only-directory");
    let new = ground.synced(&State::old());
    // With the launcher there, it is the config that cannot be written.
    ground.set(&State { launcher: new.launcher, ..State::old() });
    ground.set_mode(".cargo", 0o555);
    let before = ground.snapshot();
    let finished = run_bound(&ground, ".cargo").exits(4);
    let name = format!("`{}`", ground.path(CONFIG).display());
    let hint = format!("hint: allow it with `chmod u+w {}`", ground.path(".cargo").display());
    finished.tells(&["error[X024]", &name, "Permission denied", &hint]);
    ground.snapshot().equals(&before);
    ground.set_mode(".cargo", 0o755);
    run_bound(&ground, "/proc/version").exits(0);
}

/// Before the first sync there is no `.cargo`, and the hint names no directory that is not there.
#[test]
fn a_read_only_root_is_named() {
    let ground = Ground::new("read-only-root");
    fs::remove_dir_all(ground.path(".cargo")).expect("it can be removed");
    ground.set_mode(".", 0o555);
    let finished = run_bound(&ground, ".").exits(4);
    ground.set_mode(".", 0o755);
    let hint = format!("hint: allow it with `chmod u+w {}`", ground.root.display());
    finished.tells(&["error[X024]", "Permission denied", &hint]);
    assert!(!ground.has(".cargo"));
}

#[test]
fn the_directory_is_named_in_which_the_file_really_is() {
    let ground = Ground::new("link-into-read-only-directory");
    let new = ground.synced(&State::old());
    ground.set(&State { config: None, ..new });
    ground.write("team/config.toml", OLD);
    std::os::unix::fs::symlink("../team/config.toml", ground.path(CONFIG)).expect("a link can be made");
    ground.set_mode("team", 0o555);
    let before = ground.snapshot();
    let finished = run_bound(&ground, "team").exits(4);
    let name = format!("`{}`", ground.path(CONFIG).display());
    finished.tells(&["error[X024]", &name, "team/.config.toml.crosskit-new`", "/team`"]);
    ground.snapshot().equals(&before);
    ground.set_mode("team", 0o755);
}

#[test]
fn a_config_that_may_not_be_read_is_named() {
    let ground = Ground::new("unreadable-config");
    ground.set_mode(CONFIG, 0o200);
    let before = ground.snapshot();
    let finished = process::run(ground.command(bound(), SYNC), kit::SHORT).exits(4);
    let name = format!("`{}`", ground.path(CONFIG).display());
    let hint = format!("hint: allow it with `chmod u+r {}`", ground.path(CONFIG).display());
    finished.tells(&["error[X024]", &name, "Permission denied", &hint]);
    ground.snapshot().equals(&before);
}

/// What is compiled goes there, and the config does not.
#[test]
fn a_target_directory_that_cannot_be_written_is_no_matter_for_sync() {
    let ground = Ground::new("read-only-target");
    ground.write("target/CACHEDIR.TAG", "");
    ground.set_mode("target", 0o555);
    run_bound(&ground, "target").exits(0);
    assert!(ground.read(CONFIG).contains("aarch64-unknown-linux-gnu"));
    ground.set_mode("target", 0o755);
}

/// Somebody else's id that no account needs to have.
const SOMEBODY: u32 = 65_534;

/// Root may give files away, and others may give them to a group that they are in.
#[test]
fn owner_group_and_permissions_stay() {
    let ground = Ground::new("owner");
    let own = ground.path(CONFIG).metadata().expect("the config is there");
    let (owner, group) = if mounts::is_root() {
        (SOMEBODY, SOMEBODY)
    } else {
        let groups = Command::new("id").arg("-G").output().expect("id starts");
        let groups = String::from_utf8_lossy(&groups.stdout).into_owned();
        let group = groups.split_whitespace().filter_map(|id| id.parse().ok()).find(|id| *id != own.gid());
        (own.uid(), group.expect("this test needs root, or a user who is in a second group"))
    };
    chown(ground.path(CONFIG), Some(owner), Some(group)).expect("the owner can be changed");
    ground.set_mode(CONFIG, 0o640);
    ground.run(SYNC).exits(0);
    let now = ground.path(CONFIG).metadata().expect("the config is there");
    assert_ne!(ground.read(CONFIG), OLD);
    assert_eq!((now.uid(), now.gid(), now.mode() & 0o7777), (owner, group, 0o640));
}

/// Who replaces a device with a file breaks more than a workspace. As root, the test makes one to be broken.
#[test]
fn a_config_that_leads_to_a_device_is_refused() {
    let ground = Ground::new("device");
    let device = if mounts::is_root() {
        let mut make = process::command("mknod", &ground.root);
        make.args(["null", "c", "1", "3"]);
        process::run(make, kit::SHORT).exits(0);
        ground.path("null")
    } else {
        "/dev/null".into()
    };
    fs::remove_file(ground.path(CONFIG)).expect("the config can be removed");
    std::os::unix::fs::symlink(&device, ground.path(CONFIG)).expect("a link can be made");
    let finished = ground.run(SYNC).exits(4);
    let name = format!("`{}`", ground.path(CONFIG).display());
    finished.tells(&["error[X024]", &name, "it is not a regular file", "hint: "]);
    let kind = device.metadata().expect("the device is there").file_type();
    assert!(!kind.is_file() && ground.path(CONFIG).is_symlink());
    assert!(!device.with_file_name(".null.crosskit-new").exists());
}
