//! Configs that are no plain files: followed where they lead to one, refused by name where they do not, never lost.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use crosskit_tests::process::Finished;
use crosskit_tests::scratch::CONFIG;

use crate::faults::ground::{Ground, LAUNCHER, LAUNCHER_TEMPORARY, OLD, SYNC, State, TEMPORARY};

/// Runs a sync that must be refused, with these words, and must change nothing.
#[track_caller]
fn refused(ground: &Ground, words: &[&str]) -> Finished {
    let before = ground.snapshot();
    let finished = ground.run(SYNC).exits(4).tells(&["error[X024]", "hint: "]).tells(words);
    ground.snapshot().equals(&before);
    finished
}

/// A workspace whose config is a link.
fn linked(name: &str, target: &str) -> Ground {
    let ground = Ground::new(name);
    fs::remove_file(ground.path(CONFIG)).expect("the config can be removed");
    symlink(target, ground.path(CONFIG)).expect("a link can be made");
    ground
}

#[test]
fn a_link_stays_and_the_file_that_it_leads_to_is_edited() {
    let ground = linked("link", "../team/link.toml");
    let new = ground.synced(&State::old()).config.expect("the sync wrote a config");
    ground.set(&State { config: None, launcher: None });
    // Two links, the second one relative to another directory than the first.
    ground.write("team/real/config.toml", OLD);
    ground.set_mode("team/real/config.toml", 0o600);
    symlink("real/config.toml", ground.path("team/link.toml")).expect("a link can be made");
    fs::create_dir(ground.path(".cargo")).expect("a directory can be made");
    symlink("../team/link.toml", ground.path(CONFIG)).expect("a link can be made");
    ground.run(SYNC).exits(0);
    assert_eq!(fs::read_link(ground.path(CONFIG)).expect("it is a link still").to_str(), Some("../team/link.toml"));
    assert_eq!(fs::read_link(ground.path("team/link.toml")).expect("so is it").to_str(), Some("real/config.toml"));
    assert_eq!(ground.read("team/real/config.toml"), new);
    assert_eq!(ground.mode("team/real/config.toml"), 0o600);
    assert_eq!(fs::read_dir(ground.path("team/real")).expect("it can be read").count(), 1, "nothing is left there");
    ground.has_no_leftover();
}

#[test]
fn a_link_to_no_file_yet_stays_and_the_file_is_made() {
    let ground = linked("dangling-link", "../team.toml");
    ground.run(SYNC).exits(0);
    assert_eq!(fs::read_link(ground.path(CONFIG)).expect("it is a link still").to_str(), Some("../team.toml"));
    assert!(ground.read("team.toml").contains("aarch64-unknown-linux-gnu"));
    ground.has_no_leftover();
}

/// The launcher is the kit's own file; what somebody linked in its place is not.
#[test]
fn a_link_in_the_place_of_the_launcher_makes_way_and_what_it_led_to_stays() {
    let ground = Ground::new("linked-launcher");
    fs::create_dir_all(ground.path(LAUNCHER).parent().expect("it lies in a directory")).expect("it can be made");
    fs::write(ground.path("mine"), "keep\n").expect("a file can be written");
    symlink("../../mine", ground.path(LAUNCHER)).expect("a link can be made");
    ground.run(SYNC).exits(0);
    assert_eq!(ground.read("mine"), "keep\n");
    assert!(!ground.path(LAUNCHER).is_symlink() && ground.read(LAUNCHER).starts_with("#!/bin/sh"));
    ground.has_no_leftover();
}

#[test]
fn a_link_into_no_directory_is_refused() {
    let ground = linked("link-to-nowhere", "../gone/team.toml");
    let finished = ground.run(SYNC).exits(4);
    finished.tells(&["error[X024]", CONFIG, "gone/team.toml`, whose directory does not exist", "hint: "]);
    assert!(ground.path(CONFIG).is_symlink() && !ground.has("gone"));
    ground.has_no_leftover();
}

#[test]
fn links_in_a_circle_are_refused() {
    let ground = linked("circle-of-links", "config.toml");
    refused(&ground, &[CONFIG, "symbolic links"]);
}

#[test]
fn text_that_is_not_utf_8_is_named_with_the_place() {
    let ground = Ground::new("not-utf-8");
    fs::write(ground.path(CONFIG), b"# Mine.\n# K\xc3\xb6ln, M\xfcnchen\n").expect("a file can be written");
    refused(&ground, &["byte 0xfc at offset 18", "config.toml:2:10"]);
}

/// Cargo's own config may be a link to a file yet to be made; nobody makes the settings.
#[test]
fn settings_that_cannot_be_read_are_no_settings_that_are_left_out() {
    let ground = Ground::new("settings-link-to-nowhere");
    let settings = ground.path("crosskit.toml");
    let _ = fs::remove_file(&settings);
    symlink("../team/crosskit.toml", &settings).expect("a link can be made");
    let before = ground.snapshot();
    for line in [SYNC, "targets", "doctor all"] {
        let finished = ground.run(line).exits(2);
        finished.tells(&[
            "error[X024]",
            "is a link to `../team/crosskit.toml`, which is not there",
            "hint: make the file",
        ]);
    }
    ground.snapshot().equals(&before);
    fs::remove_file(&settings).expect("the link can be removed");
    fs::write(&settings, b"# M\xfcnchen\n").expect("a file can be written");
    let finished = ground.run(SYNC).exits(2);
    finished.tells(&["error[X024]", "crosskit.toml:1:4", "it must be UTF-8"]);
    fs::remove_file(&settings).expect("the file can be removed");
    let made = std::process::Command::new("mkfifo").arg(&settings).status().expect("mkfifo starts");
    assert!(made.success());
    ground.run(SYNC).exits(2).tells(&["error[X024]", "crosskit.toml", "it is a named pipe, and no file"]);
}

#[test]
fn a_directory_in_the_place_of_the_config_is_refused() {
    let ground = Ground::new("config-is-a-directory");
    fs::remove_file(ground.path(CONFIG)).expect("the config can be removed");
    ground.write(".cargo/config.toml/mine", "kept");
    refused(&ground, &[CONFIG, "Is a directory", "mv "]);
}

#[test]
fn a_file_in_the_place_of_the_directory_is_refused() {
    let ground = Ground::new("cargo-is-a-file");
    fs::remove_dir_all(ground.path(".cargo")).expect("it can be removed");
    ground.write(".cargo", "kept");
    refused(&ground, &[CONFIG, "Not a directory", "ls -ld"]);
    let ground = Ground::new("launchers-directory-is-a-file");
    ground.write(".cargo/crosskit", "kept");
    refused(&ground, &[LAUNCHER, ".cargo/crosskit` is there and is no directory"]);
}

#[test]
fn a_read_only_config_is_named_with_what_to_paste() {
    let ground = Ground::new("config-is-read-only");
    let new = ground.synced(&State::old());
    ground.set(&State { launcher: new.launcher, ..State::old() });
    ground.set_mode(CONFIG, 0o444);
    let hint = format!("hint: allow it with `chmod u+w {}`", ground.path(CONFIG).display());
    refused(&ground, &[CONFIG, "read-only", &hint]);
}

/// The new file is another one. Who linked the old one keeps its text under the other name, and loses nothing.
#[test]
fn another_hard_link_keeps_the_old_text() {
    let ground = Ground::new("hard-link");
    fs::hard_link(ground.path(CONFIG), ground.path("other.toml")).expect("a link can be made");
    ground.run(SYNC).exits(0);
    assert_eq!(ground.read("other.toml"), OLD);
    assert_ne!(ground.read(CONFIG), OLD);
    assert_eq!(ground.path(CONFIG).metadata().expect("the config is there").nlink(), 1);
}

#[test]
fn what_a_killed_run_left_is_taken_away() {
    let ground = Ground::new("leftover");
    let new = ground.synced(&State::old());
    ground.set(&State::with_old_launcher());
    ground.write(TEMPORARY, "half of a te");
    ground.write("mine", "kept");
    // A link could lead the write to where it must not go.
    symlink("../../mine", ground.path(LAUNCHER_TEMPORARY)).expect("a link can be made");
    ground.run(SYNC).exits(0);
    assert_eq!(ground.state(), new);
    assert_eq!(ground.read("mine"), "kept");
    ground.has_no_leftover();

    ground.set(&State { launcher: new.launcher, ..State::old() });
    ground.write(&format!("{TEMPORARY}/mine"), "kept");
    refused(&ground, &[CONFIG, "removing a leftover", TEMPORARY]);
}
