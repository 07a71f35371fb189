//! Which programs of 32 bits a machine of x86_64 starts as they are, with fakes for its kernel and its libraries.

use std::fs;
use std::process::{Command, Stdio};

use crosskit_core::object_file;
use crosskit_core::policy::{LAUNCHER, LAUNCHER_PATH};

use super::{Bench, HARD_ARGUMENTS, shells, words};

const LOADER: &str = "root/lib/ld-linux.so.2";
const UNWINDING: &str = "root/usr/lib32/libgcc_s.so.1";
const TRIED: &str = "w/target/crosskit/ends-with-77";
const SYSROOT: &str = "/usr/i686-linux-gnu";

/// A machine whose system is a directory, with an answer of its kernel.
fn bench(name: &str, architecture: &str, kernel_runs_them: bool) -> Bench {
    let bench = Bench::new(&format!("native-{name}"), "Linux", architecture, &["qemu-i386"]);
    bench.tools(&["chmod", "mkdir", "mktemp", "mv", "od", "rm"]);
    bench.file("w/.cargo/crosskit/run", &bench.launcher_of_another_system());
    bench.script(TRIED, if kernel_runs_them { "exit 77" } else { "exit 1" });
    bench
}

impl Bench {
    /// The libraries of the system: the loader says what it finds, and the library's fifth byte its class.
    fn has_libraries(&self, finds: &str, class: u8) {
        self.script(LOADER, &format!("[ \"$1\" = --list ] && echo '{finds}'"));
        fs::create_dir_all(self.path("root/usr/lib32")).expect("a directory can be made");
        fs::write(self.path(UNWINDING), [0x7f, b'E', b'L', b'F', class]).expect("a file can be written");
    }

    /// What the launcher starts, and what it says that it would start.
    #[track_caller]
    fn decides(&self, demanded: &str, runner: &[&str]) -> (Vec<String>, String) {
        let program = self.program();
        let run = |shell: &[std::ffi::OsString], arguments: &[&str]| {
            let mut command = Command::new(&shell[0]);
            command.args(&shell[1..]).arg(self.path("w/.cargo/crosskit/run")).args(arguments);
            command.env_clear().env("PATH", self.path("bin")).stdin(Stdio::null());
            if !demanded.is_empty() {
                command.env("CROSSKIT_EMULATION", demanded);
            }
            let output = command.output().expect("the shell starts");
            assert!(output.status.success(), "{shell:?} {output:?}");
            String::from_utf8(output.stdout).expect("it is UTF-8")
        };
        let runs = shells().into_iter().map(|shell| {
            let started = run(&shell, &[runner, &[program.as_str()], &HARD_ARGUMENTS].concat());
            let answer = run(&shell, &[&["--emulation"], runner, &["program"]].concat());
            let started = started.split_terminator('\0').map(str::to_owned).collect::<Vec<_>>();
            (started, answer.lines().next().unwrap_or_default().to_owned())
        });
        let mut runs: Vec<_> = runs.collect();
        runs.dedup();
        assert_eq!(runs.len(), 1, "the shells differ: {runs:?}");
        runs.remove(0)
    }

    #[track_caller]
    fn starts_as_it_is(&self, runner: &[&str]) {
        assert_eq!(self.decides("", runner), (words("program", &HARD_ARGUMENTS), "native".to_owned()));
    }

    #[track_caller]
    fn emulates(&self, demanded: &str, runner: &[&str]) {
        let program = self.program();
        let (started, answer) = self.decides(demanded, runner);
        assert_eq!(started, words("qemu-i386", &[&runner[1..], &[program.as_str()], &HARD_ARGUMENTS].concat()));
        assert_eq!(answer, "runner");
    }
}

#[test]
fn static_programs_need_nothing_but_the_kernel() {
    bench("static", "x86_64", true).starts_as_it_is(&["qemu-i386"]);
    bench("static", "x86_64", false).emulates("", &["qemu-i386"]);
    bench("static", "aarch64", true).emulates("", &["qemu-i386"]);
}

#[test]
fn others_need_the_systems_libraries() {
    let runner = ["qemu-i386", "-L", SYSROOT];
    let bench = bench("dynamic", "x86_64", true);
    bench.emulates("", &runner);
    bench.has_libraries("libc.so.6 => /lib32/libc.so.6", 2);
    bench.emulates("", &runner);
    bench.has_libraries("libc.so.6 => /lib32/libc.so.6", 1);
    bench.starts_as_it_is(&runner);
    fs::remove_file(bench.path(UNWINDING)).expect("a file can be removed");
    bench.emulates("", &runner);
    bench.has_libraries("libc.so.6 => /lib32/libc.so.6", 1);
    bench.script(TRIED, "exit 126");
    bench.emulates("", &runner);
}

/// The answer is about programs that need no more than std does.
#[test]
fn a_program_that_needs_more_than_the_system_has_is_emulated() {
    let bench = bench("more", "x86_64", true);
    bench.has_libraries("libstdc++.so.6 => not found", 1);
    let (started, answer) = bench.decides("", &["qemu-i386", "-L", SYSROOT]);
    assert_eq!((started[0].as_str(), answer.as_str()), ("qemu-i386", "native"));
}

#[test]
fn who_asks_for_the_emulator_gets_it() {
    let bench = bench("asked", "x86_64", true);
    bench.has_libraries("libc.so.6 => /lib32/libc.so.6", 1);
    bench.emulates("runner", &["qemu-i386"]);
    bench.emulates("runner", &["qemu-i386", "-L", SYSROOT]);
    bench.emulates("", &["qemu-i386", "-cpu", "486"]);
    bench.emulates("", &["qemu-i386", "-L", "/opt/own"]);
}

/// What the kernel is given is made by `printf`, whose escapes the shells must agree on; where that fails, QEMU does it.
#[test]
fn what_the_kernel_is_given_is_a_program_of_32_bits() {
    let bench = bench("made", "x86_64", true);
    let mut made = Vec::new();
    for shell in shells() {
        fs::remove_file(bench.path(TRIED)).expect("a file can be removed");
        let mut command = Command::new(&shell[0]);
        command.args(&shell[1..]).arg(bench.path("w/.cargo/crosskit/run"));
        command.args(["qemu-i386", &bench.program()]).env_clear().env("PATH", bench.path("bin"));
        let output = command.output().expect("the shell starts");
        assert!(output.status.success() && output.stderr.is_empty(), "{shell:?} {output:?}");
        made.push(fs::read(bench.path(TRIED)).expect("the launcher made it"));
    }
    made.dedup();
    assert_eq!(made.len(), 1, "the shells differ");
    assert_eq!(made[0].len(), 96);
    let file = object_file::machine(&made[0]).expect("it has a header");
    assert_eq!(object_file::matches("i686-unknown-linux-musl", &file), Some(true), "{file}");
    // The kit asks before anything of the launcher is on the disk, and keeps nothing where it only asks.
    for directory in ["new", "temporary"] {
        fs::create_dir(bench.path(directory)).expect("a directory can be made");
    }
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LAUNCHER, LAUNCHER_PATH, "--emulation", "qemu-i386", "program"]);
    command.env_clear().env("PATH", bench.path("bin")).env("TMPDIR", bench.path("temporary"));
    assert!(command.current_dir(bench.path("new")).output().expect("the shell starts").status.success());
    for directory in ["new", "temporary"] {
        assert_eq!(fs::read_dir(bench.path(directory)).expect("it is there").count(), 0, "{directory}");
    }
    fs::remove_dir_all(bench.path("w/target")).expect("a directory can be removed");
    bench.file("w/target", "nothing can be made in a file");
    let (started, _) = bench.decides("", &["qemu-i386"]);
    assert_eq!(started[0], "qemu-i386");
}
