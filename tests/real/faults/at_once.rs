//! Somebody else writes at the same time.

use std::fs;
use std::time::{Duration, Instant};

use crosskit_tests::process;
use crosskit_tests::scratch::CONFIG;

use super::ground::{Ground, OLD, SYNC, State, TEMPORARY};
use super::strace::Trace;
use crate::kit;

const ROUNDS: usize = 20;
const AARCH64: &str = "[target.aarch64-unknown-linux-gnu]";
const ARMV7: &str = "[target.armv7-unknown-linux-gnueabihf]";

/// What two syncs one after another make of a state, in both orders.
fn both_orders(ground: &Ground, from: &State) -> Vec<State> {
    let orders = [["sync aarch64", "sync armv7"], ["sync armv7", "sync aarch64"]];
    let mut states = Vec::new();
    for order in orders {
        ground.set(from);
        for line in order {
            ground.run(line).exits(0);
        }
        states.push(ground.state());
    }
    states
}

/// With target directories of their own, so that nothing but the config brings them together.
#[test]
fn two_syncs_at_once_are_both_in_the_file() {
    let ground = Ground::new("two-syncs");
    let states = [State::old(), State::nothing()];
    let expected = states.each_ref().map(|from| both_orders(&ground, from));
    let mut seen = Vec::new();
    for round in 0..ROUNDS {
        let which = round % states.len();
        ground.set(&states[which]);
        let started = ["sync aarch64", "sync armv7"].map(|line| {
            let mut command = ground.command(&[] as &[&str], line);
            command.env("CARGO_TARGET_DIR", ground.path(format!("target/{}", line.replace(' ', "-"))));
            process::start(command)
        });
        let [first, second] = started.map(|running| running.wait(kit::SHORT).exits(0));
        let state = ground.state();
        assert!(expected[which].contains(&state), "round {round}: {state:#?}\n{first}\n{second}");
        ground.has_no_leftover();
        if !seen.contains(&state) {
            seen.push(state);
        }
    }
    println!("{ROUNDS} rounds of two syncs at once, {} different ends", seen.len());
}

/// Two workspaces have no lock in common but that of the directory where the file really is.
#[test]
fn two_workspaces_that_share_a_config_lose_nothing() {
    let grounds = ["shares-a-config", "shares-it-too"].map(Ground::new);
    let shared = grounds[0].path("shared/config.toml");
    let mut refused = 0;
    for round in 0..ROUNDS {
        grounds[0].write("shared/config.toml", OLD);
        for ground in &grounds {
            ground.set(&State::nothing());
            fs::create_dir_all(ground.path(".cargo")).expect("a directory can be made");
            std::os::unix::fs::symlink(&shared, ground.path(CONFIG)).expect("a link can be made");
        }
        let lines = [("sync aarch64", AARCH64), ("sync armv7", ARMV7)];
        let started = [0, 1].map(|at| process::start(grounds[at].command(&[] as &[&str], lines[at].0)));
        let finished = started.map(|running| running.wait(kit::SHORT));
        let text = fs::read_to_string(&shared).expect("the shared config is there");
        assert!(text.starts_with(OLD), "round {round}: {text}");
        for (finished, (_, section)) in finished.iter().zip(lines) {
            if finished.code == Some(0) {
                assert!(text.contains(section), "round {round}: lost {section}\n{text}\n{finished}");
            } else {
                finished.clone().exits(4).tells(&[
                    "X024",
                    "by another program in the meantime",
                    "run the command again",
                ]);
                refused += 1;
            }
        }
        assert!(finished.iter().any(|finished| finished.code == Some(0)), "round {round}: nobody wrote");
        let left: Vec<_> = fs::read_dir(grounds[0].path("shared")).expect("it can be read").collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
    println!("{ROUNDS} rounds of two workspaces with one config, {refused} syncs refused");
}

#[test]
fn an_edit_of_somebody_else_in_the_meantime_stays() {
    let ground = Ground::new("edited-meanwhile");
    for (from, theirs) in
        [(State::old(), format!("{OLD}\n[net]\noffline = true\n")), (State::nothing(), OLD.to_owned())]
    {
        let trace = Trace::new(&ground, || ground.set(&from));
        let before = trace.calls.iter().find(|call| call.name == "fsync" && call.is_about(TEMPORARY));
        let before = before.unwrap_or_else(|| panic!("the new config is not brought to the disk: {trace:#?}"));
        ground.set(&from);
        let running = trace.start_with_pause(before, 1_500_000);
        let until = Instant::now() + kit::SHORT;
        while !ground.has(TEMPORARY) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        ground.write(CONFIG, &theirs);
        let finished = running.wait(kit::SHORT).exits(4);
        let name = format!("`{}`", ground.path(CONFIG).display());
        finished.tells(&["error[X024]", &name, "by another program in the meantime", "run the command again"]);
        assert_eq!(ground.read(CONFIG), theirs);
        ground.has_no_leftover();
        ground.run(SYNC).exits(0);
        let text = ground.read(CONFIG);
        assert!(text.starts_with(&theirs) && text.contains(AARCH64), "{text}");
    }
}

#[test]
fn who_waits_for_another_run_says_so_and_can_be_interrupted() {
    let ground = Ground::new("waits");
    let directory = fs::File::open(&ground.root).expect("the directory can be opened");
    directory.lock().expect("it can be locked");
    let before = ground.snapshot();
    let running = process::start(ground.command(&[] as &[&str], SYNC));
    // Longer than it takes to get there and to say so, on a machine that has other work.
    std::thread::sleep(Duration::from_secs(3));
    running.signal("INT");
    let finished = running.wait(kit::SHORT).exits(130);
    let name = ground.root.display().to_string();
    finished.tells(&["Blocking", "waiting for another run", &name]);
    ground.snapshot().equals(&before);
    drop(directory);
    ground.run(SYNC).exits(0);
}
