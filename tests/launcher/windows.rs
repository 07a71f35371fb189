//! How programs of Windows are started, with fakes for Wine.

use std::fs;
use std::process::Command;

use crosskit_core::policy::LAUNCHER;

use super::{Bench, shells};

/// Wine's prefix is kept in the workspace, and a Wine that lacks a library of std's gets one.
#[test]
fn programs_of_windows_run_in_whatever_wine_there_is() {
    let bench = Bench::new("wine", "Linux", "x86_64", &[]);
    bench.tools(&["cat", "mkdir", "mv", "od", "rm"]);
    bench.file("w/.cargo/crosskit/run", &with_wine_elsewhere(&bench));
    bench.script("bin/x86_64-w64-mingw32-gcc", "while [ $# -gt 0 ]; do case $1 in -o) : >\"$2\" ;; esac; shift; done");
    let program = bench.program();
    let kept = bench.path("w/target/crosskit").display().to_string();
    for wine in ["wine64", "wine"] {
        bench.script(
            &format!("bin/{wine}"),
            "printf '%s\\n' \"${0##*/}\" \"$WINEPREFIX\" \"$WINEPATH\" \"$WINEDEBUG\" \"$@\"",
        );
        for shell in shells() {
            let mut command = Command::new(&shell[0]);
            command.args(&shell[1..]).arg(bench.path("w/.cargo/crosskit/run")).args(["wine", &program, "a b"]);
            let output = command.env_clear().env("PATH", bench.path("bin")).output().expect("the shell starts");
            let expected = format!("{wine}\n{kept}/wine\n{kept}/wine-shim\n-all\n{program}\na b\n");
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{shell:?} {output:?}");
        }
    }
    assert!(bench.path("w/target/crosskit/wine-shim/bcryptprimitives.dll").exists());
}

/// The launcher, to which what is in the system is in the bench: the machine that runs the tests may have a Wine.
fn with_wine_elsewhere(bench: &Bench) -> String {
    let elsewhere = |text: String, place: &str| text.replace(place, &format!("{}{place}", bench.directory.display()));
    ["/usr/lib", "/usr/local/lib", "/opt/wine"].into_iter().fold(LAUNCHER.to_owned(), elsewhere)
}

/// A header that says so, as far as it is read.
fn program_of_windows(machine: [u8; 2]) -> Vec<u8> {
    let mut bytes = vec![0; 72];
    bytes[60] = 64;
    bytes[68..70].copy_from_slice(&machine);
    bytes
}

/// Half a Wine starts no program of 32 bits and ends as if all were well, and each kind has a prefix of its own.
#[test]
fn programs_of_32_bits_run_in_a_wine_that_has_that_half() {
    let bench = Bench::new("wine32", "Linux", "x86_64", &["apt-get"]);
    bench.tools(&["cat", "mkdir", "mv", "od", "rm"]);
    bench.file("w/.cargo/crosskit/run", &with_wine_elsewhere(&bench));
    bench.script("bin/i686-w64-mingw32-gcc", "while [ $# -gt 0 ]; do case $1 in -o) : >\"$2\" ;; esac; shift; done");
    let tells = "printf '%s\\n' \"${0##*/}\" \"${WINEPREFIX##*/}\" \"${WINEARCH-unset}\" \"${WINEPATH-unset}\" \"$@\"";
    bench.script("bin/wine", tells);
    let program = bench.path("program.exe");
    fs::write(&program, program_of_windows([0x4c, 1])).expect("a file can be written");
    let program = program.display().to_string();
    let shim = bench.path("w/target/crosskit/wine-shim-32").display().to_string();
    let run = |variables: &[(&str, &str)]| {
        let runs = shells().into_iter().map(|shell| {
            let mut command = Command::new(&shell[0]);
            command.args(&shell[1..]).arg(bench.path("w/.cargo/crosskit/run")).args(["wine32", &program, "a b"]);
            command.env_clear().env("PATH", bench.path("bin")).envs(variables.iter().copied());
            let output = command.output().expect("the shell starts");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (output.status.code(), text(&output.stdout), text(&output.stderr))
        });
        let mut runs: Vec<_> = runs.collect();
        runs.dedup();
        assert_eq!(runs.len(), 1, "the shells differ: {runs:?}");
        runs.remove(0)
    };
    let half = run(&[]);
    let hint = "hint: install it with `sudo dpkg --add-architecture i386 && sudo apt-get update && sudo apt-get install wine32:i386`\n";
    assert_eq!(half.0, Some(127));
    assert!(half.2.starts_with("error: `wine32` not found") && half.2.ends_with(hint), "{half:?}");
    let told = |wine: &str, prefix: &str, kind: &str, path: &str| {
        (Some(0), format!("{wine}\n{prefix}\n{kind}\n{path}\n{program}\na b\n"), String::new())
    };
    bench.file("usr/lib64/wine/i386-windows/ntdll.dll", "");
    assert_eq!(run(&[]), told("wine", "wine-win64", "unset", &shim));
    bench.script("usr/lib/wine/wine", tells);
    assert_eq!(run(&[]), told("wine", "wine-win32", "win32", &shim));
    assert!(bench.path("w/target/crosskit/wine-shim-32/bcryptprimitives.dll").exists());
    bench.script("bin/wine32", tells);
    assert_eq!(run(&[]), told("wine32", "wine-win32", "win32", &shim));
    assert_eq!(run(&[("WINEARCH", "win64")]), told("wine32", "wine-win64", "win64", &shim));
    bench.file("usr/lib64/wine/i386-windows/bcryptprimitives.dll", "");
    assert_eq!(run(&[("WINEPREFIX", "/p/own")]), told("wine32", "own", "unset", "unset"));
}
