//! Every call to the file system fails once.

use crosskit_tests::process::Finished;
use crosskit_tests::scratch::CONFIG;

use super::ground::{Ground, LAUNCHER, LAUNCHER_TEMPORARY, State, TEMPORARY};
use super::strace::{Call, Trace};

const OLD_CONFIG: &str = ".cargo/config";

/// What every failure is held against, whichever call it was.
#[track_caller]
fn holds(ground: &Ground, from: &State, new: &State, call: &Call, finished: &Finished) {
    let state = ground.state();
    let told = format!("failed at {}\n{finished}", call.line);
    if finished.code == Some(0) {
        assert_eq!(&state, new, "{told}");
    } else {
        // The old name of a config hides the new one, so cargo and the kit look for it first.
        let files = [CONFIG, OLD_CONFIG, LAUNCHER, "crosskit.toml"].map(|file| ground.path(file));
        let mut named = files.iter().chain([&ground.root]).map(|path| format!("`{}`", path.display()));
        // A mistake in the settings is one of usage.
        let code = if call.is_about("crosskit.toml") { 2 } else { 4 };
        assert_eq!(finished.code, Some(code), "{told}");
        assert!(finished.stderr.contains("error[X024]") && finished.stderr.contains("hint: "), "{told}");
        assert!(named.any(|name| finished.stderr.contains(&name)), "{told}");
        assert!([from, new].iter().any(|it| it.config == state.config), "{state:?}\n{told}");
        assert!([from, new].iter().any(|it| it.launcher == state.launcher), "{state:?}\n{told}");
    }
    ground.has_no_leftover();
}

#[test]
fn whatever_call_fails_the_files_are_whole_and_the_one_that_failed_is_named() {
    let ground = Ground::new("any-call-fails");
    let from = State::with_old_launcher();
    let new = ground.synced(&from);
    let trace = Trace::new(&ground, || ground.set(&from));
    let mut tried = 0;
    let mut refused = 0;
    for (index, call) in trace.calls.iter().enumerate() {
        // A file that cannot be closed is closed by the end of the process.
        if ["close", "fcntl"].contains(&call.name.as_str()) {
            continue;
        }
        ground.set(&from);
        let finished = trace.with_fault(index, "error=EIO");
        holds(&ground, &from, &new, call, &finished);
        tried += 1;
        refused += usize::from(finished.code != Some(0));
    }
    println!("{tried} calls failed, one at a time, and {refused} of them stopped the kit");
    assert!(tried >= 45 && refused >= 30, "{tried} tried, {refused} refused");
}

#[test]
fn what_cannot_be_written_is_named_and_stays() {
    let ground = Ground::new("writing-fails");
    let mut tried = 0;
    for from in [State::with_old_launcher(), State::nothing()] {
        let new = ground.synced(&from);
        let trace = Trace::new(&ground, || ground.set(&from));
        let calls = &trace.calls;
        let names = ["write", "fsync", "rename", "mkdir", "fchmod"];
        let writes = |call: &Call| call.creates() || names.contains(&call.name.as_str());
        for (index, call) in calls.iter().enumerate().filter(|(_, call)| writes(call)) {
            for (error, words) in [("ENOSPC", "df -h"), ("EIO", "dmesg"), ("EACCES", "ls -ld")] {
                ground.set(&from);
                let finished = trace.with_fault(index, &format!("error={error}")).exits(4);
                holds(&ground, &from, &new, call, &finished);
                // The launcher comes first; once it is whole it harms nobody.
                let renamed = |path: &str| calls[..index].iter().any(|it| it.name == "rename" && it.is_about(path));
                let (launcher, config) = (renamed(LAUNCHER), renamed(CONFIG));
                let file = if launcher && !call.is_about(".cargo/crosskit") { CONFIG } else { LAUNCHER };
                let name = format!("`{}`", ground.path(file).display());
                let finished = finished.tells(&["error[X024]", &name]);
                let state = ground.state();
                assert_eq!(state.launcher, if launcher { &new } else { &from }.launcher, "{}\n{finished}", call.line);
                assert_eq!(state.config, if config { &new } else { &from }.config, "{}\n{finished}", call.line);
                let after = call.name == "fsync" && !call.is_about(TEMPORARY) && !call.is_about(LAUNCHER_TEMPORARY);
                if after && (config || launcher && file == LAUNCHER) {
                    finished.tells(&["is written, but may be lost"]);
                } else {
                    finished.tells(&["the file is as it was", words]);
                    let kept = from.config.is_some() || launcher;
                    assert_eq!(
                        ground.has(".cargo"),
                        kept,
                        "a directory that was made in vain goes again: {}",
                        call.line
                    );
                }
                tried += 1;
            }
        }
    }
    println!("{tried} failures of writing");
    assert!(tried >= 75, "{tried} tried");
}
