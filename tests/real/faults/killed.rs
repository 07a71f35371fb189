//! The process is killed before its n-th call to the file system, for every n.

use super::ground::{Ground, LAUNCHER, LAUNCHER_TEMPORARY, State, TEMPORARY};
use super::strace::Trace;
use crosskit_tests::scratch::CONFIG;

/// Far fewer calls than these would mean that the wrong ones are looked at.
const AT_LEAST: usize = 60;

/// Kills the kit before every call, and tells how often that was.
#[track_caller]
fn everywhere(name: &str, from: &State) {
    let ground = Ground::new(name);
    let new = ground.synced(from);
    let trace = Trace::new(&ground, || ground.set(from));
    let calls = &trace.calls;
    assert_eq!(ground.state(), new, "strace changes nothing");
    assert!(calls.len() >= AT_LEAST, "{} calls: {calls:#?}", calls.len());
    let mut seen = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        ground.set(from);
        let finished = trace.with_fault(index, "signal=SIGKILL");
        assert_eq!(finished.code, None, "killed at {}\n{finished}", call.line);
        let state = ground.state();
        for (file, is, old, new) in [
            (CONFIG, &state.config, &from.config, &new.config),
            (LAUNCHER, &state.launcher, &from.launcher, &new.launcher),
        ] {
            assert!(is == old || is == new, "killed at {}: {file} is neither old nor new: {is:?}", call.line);
        }
        if state.config == new.config {
            // A runner that is not there breaks what it is named for.
            assert_eq!(state.launcher, new.launcher, "killed at {}: the config is new", call.line);
        }
        let leftover = [TEMPORARY, LAUNCHER_TEMPORARY].iter().any(|path| ground.has(path));
        ground.run(super::ground::SYNC).exits(0);
        assert_eq!(ground.state(), new, "killed at {}: the next sync mends it", call.line);
        assert_eq!(ground.mode(LAUNCHER) & 0o111, 0o111, "killed at {}: the launcher can be started", call.line);
        ground.has_no_leftover();
        if !seen.contains(&(state.clone(), leftover)) {
            seen.push((state, leftover));
        }
    }
    println!("{name}: killed before each of {} calls, {} different states", calls.len(), seen.len());
    // Nothing yet, the launcher alone and both, and a half-written file beside the old one of each.
    assert!(seen.len() >= 5, "the calls do not reach all that can be: {seen:#?}");
}

#[test]
fn killed_at_any_call_it_leaves_the_old_files_or_the_new_ones() {
    everywhere("killed-over-old-files", &State::with_old_launcher());
}

#[test]
fn killed_at_any_call_it_leaves_no_file_or_the_whole_one() {
    everywhere("killed-over-nothing", &State::nothing());
}

/// The kill says nothing of a power cut, which takes what is not on the disk. What then counts is the order.
#[test]
fn every_name_is_on_the_disk_before_the_next_thing_relies_on_it() {
    let ground = Ground::new("order-of-calls");
    let trace = Trace::new(&ground, || ground.set(&State::nothing()));
    let steps = [
        ("mkdir", ".cargo"),
        ("fsync", "."),
        ("mkdir", ".cargo/crosskit"),
        ("fsync", ".cargo"),
        ("write", LAUNCHER_TEMPORARY),
        ("fsync", LAUNCHER_TEMPORARY),
        ("rename", LAUNCHER),
        ("fsync", ".cargo/crosskit"),
        ("write", TEMPORARY),
        ("fsync", TEMPORARY),
        ("rename", CONFIG),
        ("fsync", ".cargo"),
    ];
    let mut rest = trace.calls.as_slice();
    for (name, path) in steps {
        let at = rest.iter().position(|call| call.name == name && call.is_about(path));
        let at = at.unwrap_or_else(|| panic!("no {name} of {path} in its turn\n{:#?}", trace.calls));
        rest = &rest[at + 1..];
    }
}
