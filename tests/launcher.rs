//! The launcher, run by real shells, with fakes in the place of `uname` and the emulators.
//!
//! `PATH` holds nothing but the fakes, so that the machine that runs the tests does not show through.

#![cfg(unix)]

#[path = "launcher/native.rs"]
mod native;
#[path = "launcher/ssh.rs"]
mod ssh;
#[path = "launcher/trees.rs"]
mod trees;
#[path = "launcher/windows.rs"]
mod windows;
#[path = "launcher/wrappers.rs"]
mod wrappers;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crosskit_core::policy::LAUNCHER;

/// A script that is still open for writing in one thread while another one forks cannot be started ("text file busy").
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Prints its own name and every argument, each ended by NUL, as arguments may hold anything else.
const PRINTS_ITS_ARGUMENTS: &str = r#"printf '%s\000' "${0##*/}" "$@""#;

const SYSROOT: &str = "/usr/aarch64-linux-gnu";

/// A directory with a launcher, a program to start, and a `PATH` of its own.
struct Bench {
    directory: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Bench {
    /// A machine that calls itself so, with these emulators.
    fn new(name: &str, system: &str, architecture: &str, emulators: &[&str]) -> Bench {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("launcher-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(directory.join("bin")).expect("a directory can be made");
        fs::create_dir_all(directory.join("with a blank")).expect("a directory can be made");
        let bench = Bench { directory, _turn: turn };
        bench.script("bin/uname", &format!("[ \"$1\" = -sm ] && echo {system} {architecture}"));
        for emulator in emulators {
            bench.script(&format!("bin/{emulator}"), PRINTS_ITS_ARGUMENTS);
        }
        bench.script("with a blank/program", PRINTS_ITS_ARGUMENTS);
        bench.file("run", &bench.launcher());
        bench
    }

    /// The launcher, to which `kernel` in the directory is what `/proc/sys` is: nothing, unless a test puts something there.
    fn launcher(&self) -> String {
        assert_eq!(LAUNCHER.matches("kernel=/proc/sys\n").count(), 1, "the launcher names the place once");
        LAUNCHER.replace("kernel=/proc/sys\n", &format!("kernel='{}'\n", self.path("kernel").display()))
    }

    /// The launcher, with the directory `root` in the place of the system's own.
    fn launcher_of_another_system(&self) -> String {
        assert_eq!(LAUNCHER.matches("\nsystem=\n").count(), 1, "the launcher names the place once");
        self.launcher().replace("\nsystem=\n", &format!("\nsystem='{}'\n", self.path("root").display()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn program(&self) -> String {
        self.path("with a blank/program").display().to_string()
    }

    fn script(&self, name: &str, body: &str) {
        self.file(name, &format!("#!/bin/sh\n{body}\n"));
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.directory)).expect("a directory can be made");
        fs::write(&path, text).expect("a file can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the owner may do so");
    }

    /// Programs of this machine that the launcher needs besides the shell.
    fn tools(&self, names: &[&str]) {
        for name in names {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let found = std::env::split_paths(&path).map(|it| it.join(name)).find(|it| it.is_file());
            let found = found.unwrap_or_else(|| panic!("{name} is not in PATH"));
            std::os::unix::fs::symlink(found, self.path("bin").join(name)).expect("a link can be made");
        }
    }

    /// Runs the launcher with this shell, in a directory where a glob would find something.
    fn run_with(&self, shell: &[OsString], arguments: &[&str]) -> Output {
        self.run_script(shell, "run", arguments)
    }

    fn run_script(&self, shell: &[OsString], script: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(&shell[0]);
        command.args(&shell[1..]).arg(self.path(script)).args(arguments);
        command.env_clear().env("PATH", self.path("bin")).current_dir(self.path("bin")).stdin(Stdio::null());
        command.output().expect("the shell starts")
    }

    /// What was started, and with which arguments; the same with every shell.
    fn started(&self, arguments: &[&str]) -> Vec<String> {
        self.started_by("run", arguments)
    }

    /// The same for another script than the launcher.
    fn started_by(&self, script: &str, arguments: &[&str]) -> Vec<String> {
        let mut results = shells().into_iter().map(|shell| {
            let output = self.run_script(&shell, script, arguments);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{shell:?} {arguments:?}: {} {stderr}", output.status);
            let stdout = String::from_utf8(output.stdout).expect("the arguments are UTF-8");
            let mut words: Vec<String> = stdout.split('\0').map(str::to_owned).collect();
            assert_eq!(words.pop().as_deref(), Some(""), "every word ends with NUL");
            (shell, words)
        });
        let (_, first) = results.next().expect("there is a shell");
        for (shell, words) in results {
            assert_eq!(words, first, "{shell:?}");
        }
        first
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// Some busyboxes have a `uname` of their own, which no `PATH` overrides, but a function does. `PATH` is one directory.
const WITH_THE_FAKE_UNAME: &str = r#"uname() { "$PATH/uname" "$@"; }; . "$0""#;

/// `/bin/sh`, which is what runs the launcher, and every other shell that somebody's `/bin/sh` may be.
fn shells() -> Vec<Vec<OsString>> {
    let mut shells = vec![vec![OsString::from("/bin/sh")]];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let find = |name: &str| std::env::split_paths(&path).map(|it| it.join(name)).find(|it| it.is_file());
    let others: [&[&str]; 6] = [
        &["dash"],
        &["bash"],
        &["bash", "--posix"],
        &["busybox", "sh", "-c", WITH_THE_FAKE_UNAME],
        &["ksh"],
        &["zsh", "--emulate", "sh"],
    ];
    for words in others {
        if let Some(program) = find(words[0]) {
            let rest = words[1..].iter().map(OsString::from);
            shells.push(std::iter::once(program.into_os_string()).chain(rest).collect());
        }
    }
    shells
}

fn words(name: &str, rest: &[&str]) -> Vec<String> {
    std::iter::once(&name).chain(rest).map(|&word| word.to_owned()).collect()
}

/// What cargo, test names and file names may bring.
const HARD_ARGUMENTS: [&str; 11] =
    ["a b", "", "*", "two\nlines", "$HOME", "`id`", "\\n", "'quoted\"", "-L", "--", "\ttab  and blanks "];

#[test]
fn a_program_of_this_architecture_starts_as_it_is() {
    let machines = [
        ("qemu-aarch64", "aarch64"),
        ("qemu-aarch64", "arm64"),
        ("qemu-arm", "armv7l"),
        ("qemu-arm", "armv8l"),
        ("qemu-i386", "i686"),
        ("qemu-riscv64", "riscv64"),
        ("qemu-s390x", "s390x"),
        ("qemu-ppc64le", "ppc64le"),
        ("qemu-x86_64", "x86_64"),
    ];
    for (emulator, architecture) in machines {
        let bench = Bench::new("native", "Linux", architecture, &[emulator]);
        let program = bench.program();
        let mut arguments = vec![emulator, "-cpu", "max", "-L", SYSROOT, &program];
        arguments.extend(HARD_ARGUMENTS);
        assert_eq!(bench.started(&arguments), words("program", &HARD_ARGUMENTS), "{emulator} on {architecture}");
    }
}

#[test]
fn the_same_architecture_under_another_kernel_is_another_machine() {
    let bench = Bench::new("kernel", "Darwin", "arm64", &["qemu-aarch64"]);
    let program = bench.program();
    assert_eq!(bench.started(&["qemu-aarch64", &program]), words("qemu-aarch64", &[&program]));
}

#[test]
fn another_architecture_runs_under_the_emulator_with_its_sysroot() {
    let bench = Bench::new("emulated", "Linux", "mips", &["qemu-aarch64", "qemu-aarch64-static"]);
    let program = bench.program();
    let sysroot = "/opt/no such/sysroot";
    let mut arguments = vec!["qemu-aarch64", "-L", sysroot, &program];
    arguments.extend(HARD_ARGUMENTS);
    assert_eq!(bench.started(&arguments), words("qemu-aarch64", &arguments[1..]));
    assert_eq!(bench.started(&["qemu-aarch64", &program]), words("qemu-aarch64", &[&program]));
}

/// Children that tests of several threads start can hang under QEMU, so one thread is the default, and only there.
#[test]
fn tests_get_one_thread_under_an_emulator_unless_the_user_says_more() {
    let bench = Bench::new("threads", "Linux", "x86_64", &[]);
    let tells = "echo \"${RUST_TEST_THREADS-unset}\"";
    for name in ["bin/qemu-aarch64", "with a blank/program"] {
        bench.script(name, tells);
    }
    let program = bench.program();
    let threads = |emulator: &str, set: Option<&str>| {
        let mut command = Command::new("/bin/sh");
        command.arg(bench.path("run")).args([emulator, &program]);
        command.env_clear().env("PATH", bench.path("bin")).stdin(Stdio::null());
        command.envs(set.map(|set| ("RUST_TEST_THREADS", set)));
        String::from_utf8(command.output().expect("sh starts").stdout).expect("a number")
    };
    assert_eq!(threads("qemu-aarch64", None), "1\n");
    assert_eq!(threads("qemu-aarch64", Some("4")), "4\n");
    assert_eq!(threads("qemu-x86_64", None), "unset\n", "the machine's own programs run as they are");
}

#[test]
fn the_static_twin_takes_the_place_of_a_missing_emulator() {
    let bench = Bench::new("static", "Linux", "x86_64", &["qemu-aarch64-static"]);
    let program = bench.program();
    let arguments = ["qemu-aarch64", "-L", "/opt/sysroot", &program, "x"];
    assert_eq!(bench.started(&arguments), words("qemu-aarch64-static", &arguments[1..]));
}

#[test]
fn other_options_come_before_the_program_in_their_order() {
    let bench = Bench::new("options", "Linux", "x86_64", &["qemu-aarch64"]);
    let program = bench.program();
    // The names of the fakes in the present directory fit `*`.
    let options =
        ["-cpu", "max", "-E", "A=b", "-strace", "-E", "B=*", "-U", "*", "-trace", "x", "-tb-size", "64", "-seed", "1"];
    let after = [&options[..], &["-L", "/opt/sysroot", &program, "-cpu", "x"]].concat();
    assert_eq!(bench.started(&[&["qemu-aarch64"], &after[..]].concat()), words("qemu-aarch64", &after));
    // The sysroot may stand anywhere among the options.
    let before = [&["qemu-aarch64", "-L", "/opt/sysroot"], &options[..], &[&program, "-cpu", "x"]].concat();
    assert_eq!(bench.started(&before), words("qemu-aarch64", &after));
    // The values of options are no programs, on a machine that needs no emulator either.
    bench.script("bin/uname", "echo Linux aarch64");
    assert_eq!(bench.started(&before), words("program", &["-cpu", "x"]));
}

/// The places where multiarch puts C libraries are the system's, so the test moves the system below its own directory, and
/// the rest of the script stays as it is.
#[test]
fn the_sysroot_is_dropped_where_the_system_has_the_c_library() {
    for place in ["lib", "usr/lib"] {
        let bench = Bench::new("multiarch", "Linux", "x86_64", &["qemu-aarch64"]);
        bench.file("run", &bench.launcher_of_another_system());
        let program = bench.program();
        let with = |sysroot: &'static str| ["qemu-aarch64", "-cpu", "max", "-L", sysroot, &program].map(str::to_owned);
        let started = |sysroot| bench.started(&with(sysroot).each_ref().map(String::as_str));
        assert_eq!(started(SYSROOT), with(SYSROOT), "nothing of multiarch is there yet");
        bench.file(&format!("root/{place}/aarch64-linux-gnu/libc.so.6"), "");
        for sysroot in [SYSROOT, "/usr/aarch64-linux-gnu/"] {
            assert_eq!(started(sysroot), words("qemu-aarch64", &["-cpu", "max", &program]), "{sysroot} in {place}");
        }
        // Debian names these directories after i386.
        let of_i686 = "/usr/i686-linux-gnu";
        assert_eq!(started(of_i686), with(of_i686), "nothing of i386 is there yet");
        // It has those libraries in a place of their own as well, for programs of 32 bits on x86_64.
        for place in [format!("root/{place}/i386-linux-gnu/libc.so.6"), format!("root/{place}32/libc.so.6")] {
            bench.file(&place, "");
            assert_eq!(started(of_i686), words("qemu-aarch64", &["-cpu", "max", &program]), "{place}");
            fs::remove_file(bench.path(&place)).expect("it was made");
        }
        // The C library of the machine itself, as distributions without multiarch have it, is none of the target's.
        bench.file(&format!("root/{place}/libc.so.6"), "");
        for sysroot in ["/", "/opt/sysroot/"] {
            assert_eq!(started(sysroot), with(sysroot), "{sysroot} in {place}");
        }
    }
}

/// The same with the script as it is and this machine's own directories: one that has a C library, if there is any, and
/// one that has none.
#[test]
fn the_places_of_multiarch_are_those_of_this_machine() {
    let has_libc =
        |name: &String| ["/lib", "/usr/lib"].iter().any(|place| Path::new(place).join(name).join("libc.so.6").exists());
    let entries = ["/lib", "/usr/lib"].iter().filter_map(|place| fs::read_dir(place).ok()).flatten().flatten();
    let name = entries.filter_map(|entry| entry.file_name().into_string().ok()).find(has_libc);
    let bench = Bench::new("real", "Linux", "vax", &["qemu-other"]);
    let program = bench.program();
    if let Some(name) = name {
        let sysroot = format!("/usr/{name}");
        assert_eq!(bench.started(&["qemu-other", "-L", &sysroot, &program]), words("qemu-other", &[&program]));
    }
    let kept = ["qemu-other", "-L", "/usr/no-such-linux-gnu", &program];
    assert_eq!(bench.started(&kept), words("qemu-other", &kept[1..]));
}

#[test]
fn without_anything_that_fits_it_says_what_to_install() {
    let bench = Bench::new("missing", "Linux", "x86_64", &[]);
    let program = bench.program();
    let told = |program: &str| {
        let output = bench.run_with(&[OsString::from("/bin/sh")], &["qemu-aarch64", "-L", SYSROOT, program, "x"]);
        assert_eq!(output.status.code(), Some(127));
        assert_eq!(output.stdout, b"");
        String::from_utf8(output.stderr).expect("the message is UTF-8")
    };
    let error = format!(
        "error: `qemu-aarch64` not found, and this machine (Linux/x86_64) cannot start `{program}` without it\n"
    );
    let hint = "hint: install the package of your distribution that holds `qemu-aarch64` or `qemu-aarch64-static`\n";
    assert_eq!(told(&program), format!("{error}{hint}"));
    bench.script("bin/apt-get", "");
    assert_eq!(told(&program), format!("{error}hint: install it with `sudo apt-get install qemu-user`\n"));
    assert!(told("a\\nb").contains("`a\\nb`"), "a name is told as it is");
}

#[test]
fn status_and_signals_are_those_of_the_program() {
    for (architecture, what) in [("aarch64", "with a blank/program"), ("x86_64", "bin/qemu-aarch64")] {
        let bench = Bench::new("status", "Linux", architecture, &["qemu-aarch64"]);
        let program = bench.program();
        let status = |body: &str| {
            bench.script(what, body);
            let runs = shells().into_iter().map(|shell| bench.run_with(&shell, &["qemu-aarch64", &program]).status);
            let mut runs: Vec<_> = runs.collect();
            runs.dedup();
            assert_eq!(runs.len(), 1, "the shells differ: {runs:?}");
            runs[0]
        };
        for code in [0, 1, 101, 127, 255] {
            assert_eq!(status(&format!("exit {code}")).code(), Some(code), "{what}");
        }
        for signal in [6, 9, 11, 15] {
            assert_eq!(status(&format!("kill -{signal} $$")).signal(), Some(signal), "{what}");
        }
    }
}

/// Whoever ends the process that it started ends the program itself, and no shell stays behind.
#[test]
fn the_launcher_becomes_the_program() {
    for architecture in ["aarch64", "x86_64"] {
        let bench = Bench::new("process", "Linux", architecture, &["qemu-aarch64"]);
        for name in ["with a blank/program", "bin/qemu-aarch64"] {
            bench.script(name, "echo $$");
        }
        let mut command = Command::new(bench.path("run"));
        command.args(["qemu-aarch64", &bench.program()]).env_clear().env("PATH", bench.path("bin"));
        let child = command.stdout(Stdio::piped()).spawn().expect("the launcher starts by itself");
        let id = child.id().to_string();
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), id);
    }
}

/// A board has no files and no exit code of its own: both go by semihosting, and so do the arguments.
#[test]
fn a_machine_without_an_operating_system_gets_program_and_arguments_by_semihosting() {
    let bench = Bench::new("bare", "Linux", "x86_64", &["qemu-system-arm"]);
    bench.tools(&["sed"]);
    let program = bench.program();
    let options = ["-cpu", "cortex-m4", "-machine", "mps2-an386"];
    let console = "-display none -monitor none -no-reboot -chardev stdio,id=console,signal=on -serial chardev:console";
    let semihosting = format!("enable=on,target=native,arg={program},arg=a b,arg=c,,d,arg=");
    let expected: Vec<&str> = options
        .into_iter()
        .chain(console.split(' '))
        .chain(["-semihosting-config", &semihosting, "-kernel", &program])
        .collect();
    let arguments = [&["qemu-system-arm"], &options[..], &[&program, "a b", "c,d", ""]].concat();
    assert_eq!(bench.started(&arguments), words("qemu-system-arm", &expected));
    let started = bench.started(&["qemu-system-arm", "-machine", "virt", &program]);
    assert_eq!(started[1..5], ["-machine", "virt", "-nic", "none"]);
}

/// A board without semihosting has no files either: program and arguments go by a device of QEMU, and the exit code comes
/// back by QEMU's own, which is 1 where QEMU could not start at all.
#[test]
fn a_pc_gets_its_arguments_by_a_device_and_ends_with_a_code() {
    let bench = Bench::new("pc", "Linux", "x86_64", &["qemu-system-x86_64"]);
    bench.tools(&["cat"]);
    let program = bench.program();
    let arguments = [&["qemu-system-x86_64", "-machine", "q35", &program], &HARD_ARGUMENTS[..]].concat();
    let run = |body: &str| {
        bench.script("bin/qemu-system-x86_64", body);
        let runs = shells().into_iter().map(|shell| bench.run_with(&shell, &arguments));
        let mut runs: Vec<_> = runs.map(|it| (it.status.code(), it.stdout, it.stderr)).collect();
        runs.dedup();
        assert_eq!(runs.len(), 1, "the shells differ: {runs:?}");
        runs.remove(0)
    };
    let told = |text: Vec<u8>| -> Vec<String> {
        let text = String::from_utf8(text).expect("it is UTF-8");
        text.split_terminator('\0').map(str::to_owned).collect()
    };
    let (status, stdout, _) = run(&format!("cat; {PRINTS_ITS_ARGUMENTS}; exit 33"));
    assert_eq!(status, Some(0));
    let options = "-machine q35 -display none -monitor none -no-reboot -nic none -serial stdio \
        -device isa-debug-exit,iobase=0xf4,iosize=4 -fw_cfg name=opt/crosskit/arguments,file=/dev/stdin -kernel";
    let options: Vec<&str> = options.split(' ').chain([program.as_str()]).collect();
    let expected = [words(&program, &HARD_ARGUMENTS), words("qemu-system-x86_64", &options)].concat();
    assert_eq!(told(stdout), expected);
    for code in [0, 1, 15, 42, 101, 127] {
        let (status, _, stderr) = run(&format!("cat >/dev/null; exit {}", ((code ^ 16) << 1) | 1));
        assert_eq!((status, stderr.as_slice()), (Some(code), &b""[..]));
    }
    for code in [0, 1, 2, 100] {
        let (status, _, stderr) = run(&format!("cat >/dev/null; exit {code}"));
        assert_eq!(status, Some(125));
        assert_eq!(stderr, b"error: the machine ended without a status of the program\n");
    }
}

/// Where QEMU has no way to end with a code, the last line that the program prints is one.
#[test]
fn a_status_on_the_serial_port_is_taken_from_the_output() {
    let bench = Bench::new("serial", "Linux", "x86_64", &["qemu-system-loongarch64"]);
    bench.tools(&["awk", "cat"]);
    let program = bench.program();
    let run = |printed: &str| {
        bench.script("bin/qemu-system-loongarch64", &format!("cat >/dev/null; printf '{printed}'"));
        let runs = shells().into_iter().map(|shell| {
            let output = bench.run_with(&shell, &["qemu-system-loongarch64", "-machine", "virt", &program, "a b"]);
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
            (output.status.code(), text(output.stdout), text(output.stderr))
        });
        let mut runs: Vec<_> = runs.collect();
        runs.dedup();
        assert_eq!(runs.len(), 1, "the shells differ: {runs:?}");
        runs.remove(0)
    };
    let ended = |code: i32, stdout: &str| (Some(code), stdout.to_owned(), String::new());
    for code in [0, 1, 16, 101, 255] {
        assert_eq!(run(&format!("one\\ncrosskit-status {code:#x}\\n")), ended(code, "one\n"));
    }
    assert_eq!(run("ends no line crosskit-status 0x0\\r\\nmore\\n"), ended(0, "ends no line "));
    assert_eq!(run("one\\r\\n\\ncrosskit-status 0x65\\r\\n"), ended(101, "one\n\n"));
    // Nothing but 0 is success, however long the number is.
    assert_eq!(run("crosskit-status 0x100\\n"), ended(1, ""));
    let lost = "error: the machine ended without a status of the program\n";
    assert_eq!(run("half\\nof it\\n"), (Some(125), "half\nof it\n".to_owned(), lost.to_owned()));
}

/// The firmware's own words come before the program's, and its shell tells the status.
#[test]
fn a_program_of_uefi_ends_with_the_status_that_the_firmwares_shell_tells() {
    let bench = Bench::new("uefi", "Linux", "x86_64", &[]);
    bench.tools(&["awk", "cat", "chmod", "cp", "ls", "mktemp", "rm", "sed"]);
    let image = bench.path("OVMF_CODE_4M.fd").display().to_string();
    bench.file("run", &LAUNCHER.replacen("/usr/share/OVMF/OVMF_CODE_4M.fd", &image, 1));
    bench.file("OVMF_CODE_4M.fd", "");
    bench.script("program.efi", "");
    let program = bench.path("program.efi").display().to_string();
    let run = |status: &str| {
        let words = format!("a banner\\r\\ncrosskit-begins\\r\\nrunning 1 test\\r\\ncrosskit-status {status}\\r\\n");
        // The last option names the disk, on which the script for the firmware's shell lies.
        let script = "for disk; do :; done; disk=${disk##*:}; cat \"$disk/startup.nsh\" >\"$0.startup\"; ls \"$disk\" >\"$0.disk\"";
        bench.script("bin/qemu-system-x86_64", &format!("{script}; printf '{words}'"));
        let runs = shells().into_iter().map(|shell| {
            let output = bench.run_with(&shell, &["qemu-system-x86_64", "-machine", "q35", &program, "a b", "50%^\""]);
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        });
        let mut runs: Vec<_> = runs.collect();
        runs.dedup();
        assert_eq!(runs.len(), 1, "the shells differ: {runs:?}");
        runs.remove(0)
    };
    let printed = "running 1 test\n".to_owned();
    assert_eq!(run("0x0"), (Some(0), printed.clone()));
    assert_eq!(run("0x8000000000000065"), (Some(101), printed.clone()));
    assert_eq!(run("0x8000000000000000"), (Some(1), printed.clone()));
    assert_eq!(run("0x5"), (Some(5), printed));
    let read = |name: &str| fs::read_to_string(bench.path("bin").join(name)).expect("the fake wrote it");
    assert_eq!(read("qemu-system-x86_64.disk"), "program.efi\nstartup.nsh\n");
    let startup = read("qemu-system-x86_64.startup");
    assert!(startup.contains("program.efi \"a b\" \"50^%^^^\"\"\r\n"), "{startup}");
}

/// Paths that begin with `/` lie in one of the directories that are told by their whole names.
#[test]
fn webassembly_runs_in_wasmtime_and_else_in_node_or_python() {
    let bench = Bench::new("wasm", "Linux", "x86_64", &["node", "python3"]);
    bench.tools(&["od"]);
    bench.file("w/.cargo/crosskit/run", LAUNCHER);
    let text = |path: PathBuf| path.display().to_string();
    let (workspace, built) = (text(bench.path("w")), text(bench.path("built")));
    let program = format!("{built}/wasm32-wasip1/debug/deps/program.wasm");
    let run = |arguments: &[&str]| {
        let mut runs = shells().into_iter().map(|shell| {
            let mut command = Command::new(&shell[0]);
            command.args(&shell[1..]).arg(bench.path("w/.cargo/crosskit/run")).args(arguments);
            command.env_clear().env("PATH", bench.path("bin")).env("XDG_DATA_HOME", bench.path("data"));
            let output = command.current_dir(bench.path("bin")).output().expect("the shell starts");
            let text = String::from_utf8(output.stdout).expect("the arguments are UTF-8");
            text.split_terminator('\0').map(str::to_owned).collect::<Vec<_>>()
        });
        let first = runs.next().expect("there is a shell");
        runs.for_each(|other| assert_eq!(other, first));
        first
    };
    let after = |words: &[String], count: usize| words[words.len() - count..].to_vec();
    bench.file("built/wasm32-wasip1/debug/deps/program.wasm", "\0asm\u{1}\0\0\0");
    for emulator in ["wasmtime", "node"] {
        let by_node = run(&[emulator, &program, "a b", "--list"]);
        assert_eq!(by_node.first().map(String::as_str), Some("node"));
        assert_eq!(by_node.iter().any(|it| it.contains("thread-spawn")), emulator == "node", "{emulator}");
        assert_eq!(after(&by_node, 6), words("--", &[&workspace, &built, &program, "a b", "--list"]));
    }
    bench.file("built/wasm32-wasip1/debug/deps/program.wasm", "\0asm\r\0\u{1}\0");
    assert!(run(&["wasmtime", &program]).is_empty(), "there is no wasmtime of Python yet");
    bench.file("data/crosskit/python/wasmtime/__init__.py", "");
    let by_python = run(&["wasmtime", &program, "a b", "--list"]);
    assert_eq!(by_python.first().map(String::as_str), Some("python3"));
    assert_eq!(after(&by_python, 6)[0], text(bench.path("data/crosskit/python")));
    assert_eq!(after(&by_python, 5), words(&workspace, &[&built, &program, "a b", "--list"]));
    bench.script("bin/wasmtime", PRINTS_ITS_ARGUMENTS);
    let by_wasmtime = run(&["wasmtime", "--dir", "/data", &program, "a b", "--list"]);
    let here = text(bench.path("bin"));
    let options = ["run", "--dir", "/", "--dir", ".", "--dir", &here, "--dir", &workspace, "--dir", &built];
    let more = ["-S", "inherit-env=y", "--dir", "/data", &program, "a b", "--list"];
    assert_eq!(by_wasmtime, words("wasmtime", &[&options[..], &more[..]].concat()));
}
