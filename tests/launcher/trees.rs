//! How the launcher lets whole trees of processes be emulated, with fakes for the kernel, `unshare` and `mount`.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output, Stdio};

use crosskit_core::object_file;
use crosskit_core::target::Catalogue;

use super::{Bench, HARD_ARGUMENTS, shells, words};

/// A sysroot of whose name no machine has a C library besides, which would keep it from being named.
const SYSROOT: &str = "/usr/aarch64-made-up-gnu";

/// Drops its options and starts the rest, as the real one does after it has made a namespace.
const UNSHARE: &str = "while case $1 in --*) ;; *) false ;; esac; do shift; done; exec \"$@\"";

/// `mount -t binfmt_misc crosskit PLACE`: a place in which a format can be registered.
const MOUNT: &str = ": >\"$4/register\"";

/// Tells what the emulator would see, then its arguments.
const PROGRAM: &str =
    r#"printf '%s\000' "${0##*/}" "${QEMU_LD_PREFIX-unset}" "${QEMU_CPU-unset}" "${RUST_TEST_THREADS-unset}" "$@""#;

/// What the kernel shows of an entry for AArch64, as it was read off Linux 6.18.
const ENTRY: &str = "\
enabled
interpreter /bin/sh
flags: POF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
";

const NOT_REGISTERED: &str = "note: `system`: nothing is registered for its programs in ";

/// A machine of today, where namespaces can be had.
fn bench(name: &str) -> Bench {
    let bench = Bench::new(&format!("trees-{name}"), "Linux", "vax", &["qemu-aarch64"]);
    bench.script("bin/unshare", UNSHARE);
    bench.script("bin/mount", MOUNT);
    bench.script("with a blank/program", PROGRAM);
    bench.file("kernel/kernel/osrelease", "6.18.3-amd64\n");
    fs::create_dir_all(bench.path("kernel/fs/binfmt_misc")).expect("a directory can be made");
    bench
}

impl Bench {
    /// The system's own registry, with an entry.
    fn registers(&self, name: &str, entry: &str) {
        self.file("kernel/fs/binfmt_misc/status", "enabled\n");
        self.file(&format!("kernel/fs/binfmt_misc/{name}"), entry);
    }

    fn registry(&self) -> String {
        self.path("kernel/fs/binfmt_misc").display().to_string()
    }

    /// Runs the launcher with every shell, and with a way demanded; the shells must not differ.
    fn runs(&self, demanded: &str, arguments: &[&str]) -> Output {
        let run = |shell: &Vec<std::ffi::OsString>| {
            // What one shell registered the next one must not find.
            let _ = fs::remove_file(self.path("kernel/fs/binfmt_misc/register"));
            let mut command = Command::new(&shell[0]);
            command.args(&shell[1..]).arg(self.path("run")).args(arguments).env_clear().env("PATH", self.path("bin"));
            if !demanded.is_empty() {
                command.env("CROSSKIT_EMULATION", demanded);
            }
            command.stdin(Stdio::null()).output().expect("the shell starts")
        };
        let mut outputs = shells().into_iter().map(|shell| (run(&shell), shell));
        let (first, _) = outputs.next().expect("there is a shell");
        for (output, shell) in outputs {
            assert_eq!(output, first, "{shell:?}");
        }
        first
    }

    /// What the launcher answers to the question in which way it would start a program.
    fn answer(&self, demanded: &str, runner: &[&str]) -> String {
        let arguments = [&["--emulation"], runner, &["program"]].concat();
        let output = self.runs(demanded, &arguments);
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()), "{output:?}");
        String::from_utf8(output.stdout).expect("the answer is UTF-8")
    }

    /// What was started, and with which environment and arguments.
    #[track_caller]
    fn starts(&self, demanded: &str, runner: &[&str], rest: &[&str]) -> Vec<String> {
        let program = self.program();
        let arguments = [runner, &[program.as_str()], rest].concat();
        let output = self.runs(demanded, &arguments);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let text = String::from_utf8(output.stdout).expect("the arguments are UTF-8");
        text.strip_suffix('\0').expect("every word ends with NUL").split('\0').map(str::to_owned).collect()
    }

    /// The same in a way that starts the program itself.
    #[track_caller]
    fn starts_directly(&self, demanded: &str, runner: &[&str]) {
        let expected = [&[SYSROOT, "unset", "1"], &HARD_ARGUMENTS[..]].concat();
        assert_eq!(self.starts(demanded, runner, &HARD_ARGUMENTS), words("program", &expected));
    }
}

const RUNNER: [&str; 3] = ["qemu-aarch64", "-L", SYSROOT];

#[test]
fn a_namespace_is_made_where_nothing_is_registered() {
    let bench = bench("namespace");
    bench.starts_directly("", &RUNNER);
    bench.starts_directly("namespace", &RUNNER);
    assert_eq!(
        bench.answer("", &RUNNER),
        format!(
            "namespace\n{NOT_REGISTERED}{}\nhint: install the package of your distribution that registers QEMU with binfmt_misc\n",
            bench.registry()
        )
    );
    assert_eq!(bench.answer("namespace", &RUNNER), "namespace\n");
}

/// Whoever ends the process that it started ends the program itself, and nothing of ours is among its children.
#[test]
fn the_launcher_becomes_the_program_through_the_namespace() {
    let bench = bench("process");
    bench.script("with a blank/program", "read -r children </proc/$$/task/$$/children; echo \"$$ $children\"");
    let mut command = Command::new(bench.path("run"));
    command.args([&RUNNER[..], &[&bench.program()]].concat()).env_clear().env("PATH", bench.path("bin"));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the launcher starts by itself");
    let id = child.id().to_string();
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), id);
}

#[test]
fn what_the_system_has_registered_comes_first() {
    let bench = bench("system");
    for tool in ["unshare", "mount", "qemu-aarch64"] {
        bench.script(&format!("bin/{tool}"), "echo started >&2; exit 1");
    }
    bench.registers("qemu-aarch64", ENTRY);
    bench.starts_directly("", &RUNNER);
    bench.starts_directly("system", &RUNNER);
    assert_eq!(bench.answer("", &RUNNER), "system\n");
    // Somebody else's entry is found by what it says, and not by its name; and it needs no emulator in PATH.
    fs::rename(bench.path("kernel/fs/binfmt_misc/qemu-aarch64"), bench.path("kernel/fs/binfmt_misc/a64"))
        .expect("a file can be renamed");
    fs::remove_file(bench.path("bin/qemu-aarch64")).expect("a file can be removed");
    bench.starts_directly("", &RUNNER);
}

/// Entries that are none for the target, or cannot be used, are passed over.
#[test]
fn an_entry_must_be_enabled_and_fit_and_have_its_emulator() {
    let bench = bench("entries");
    let no_interpreter = ENTRY.replace("/bin/sh", "/no/such/emulator");
    let useless = [
        ENTRY.replacen("enabled", "disabled", 1),
        ENTRY.replace("0200b700", "02002800"),
        ENTRY.replace("magic 7f454c4602", "magic 7f454c4601"),
        ENTRY.replace("feffffff", "ffffffff"),
        ENTRY.replace("offset 0", "offset 4"),
        ENTRY.replace("flags: POF", "flags: PO").replace("/bin/sh", "/no/such/emulator"),
        "enabled\ninterpreter /usr/bin/x\nflags: \nextension .exe\n".to_owned(),
        "enabled\n".to_owned(),
        String::new(),
    ];
    for entry in &useless {
        bench.registers("it", entry);
        assert!(bench.answer("", &RUNNER).starts_with("namespace\n"), "{entry}");
    }
    let useful = [
        // The kernel opened it when it was registered.
        no_interpreter,
        // A looser mask, none at all for movable executables, and one that looks at flags that are not set.
        ENTRY.replace("mask ffffffffffffff00ffffffffffffffff", "mask ffffffffffffff00000000000000000f"),
        ENTRY.replace("b700\n", "b70000000000\n").replace("feffffff\n", "feffffff000000ff\n"),
    ];
    for entry in &useful {
        bench.registers("it", entry);
        assert_eq!(bench.answer("", &RUNNER), "system\n", "{entry}");
    }
    bench.file("kernel/fs/binfmt_misc/status", "disabled\n");
    assert!(bench.answer("", &RUNNER).starts_with("namespace\n"), "the whole of it can be disabled");
}

/// A child that calls the launcher, as assert_cmd's do, is in the namespace already.
#[test]
fn no_namespace_is_made_within_another() {
    let bench = bench("nested");
    bench.script("bin/unshare", "echo started >&2; exit 1");
    bench.registers("crosskit-aarch64", ENTRY);
    for demanded in ["", "system", "namespace"] {
        bench.starts_directly(demanded, &RUNNER);
    }
    let program = bench.program();
    let by_runner = bench.runs("runner", &[&RUNNER[..], &[&program]].concat());
    assert!(by_runner.stdout.starts_with(b"qemu-aarch64\0"), "{by_runner:?}");
}

#[test]
fn without_either_the_runner_runs_the_program_alone() {
    let bench = bench("runner");
    let program = bench.program();
    let expected = words("qemu-aarch64", &["-L", SYSROOT, &program, "x"]);
    assert_eq!(bench.starts("runner", &RUNNER, &["x"]), expected);
    bench.script("bin/unshare", "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1");
    assert_eq!(bench.starts("", &RUNNER, &["x"]), expected);
}

/// What is tried at each start is no more than what could not be taken back, so that the mount may still fail.
#[test]
fn where_nothing_can_be_registered_in_the_namespace_the_runner_runs_there() {
    let bench = bench("mount");
    bench.script("bin/mount", "echo 'mount: permission denied.' >&2; exit 32");
    let program = bench.program();
    let mut arguments = vec!["-L", SYSROOT, &program];
    arguments.extend(HARD_ARGUMENTS);
    assert_eq!(bench.starts("", &RUNNER, &HARD_ARGUMENTS), words("qemu-aarch64", &arguments));
    let answer = bench.answer("", &RUNNER);
    assert!(answer.starts_with("runner\n"), "{answer}");
    assert!(answer.contains("`namespace`: the system does not let it: mount: permission denied.\n"), "{answer}");
}

#[test]
fn a_way_that_is_demanded_and_does_not_work_is_an_error_that_says_why() {
    let bench = bench("demanded");
    bench.script("bin/unshare", "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1");
    bench.script("bin/apt-get", "");
    let refused = |demanded: &str| {
        let program = bench.program();
        let output = bench.runs(demanded, &[&RUNNER[..], &[&program]].concat());
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(127), b"".as_slice()));
        let told = String::from_utf8(output.stderr).expect("the message is UTF-8");
        let answer = bench.answer(demanded, &RUNNER);
        let (head, rest) = told.split_once('\n').expect("there are lines");
        assert_eq!(answer, format!("none\n{rest}"), "the answer is what a start says");
        let error = "error: programs of qemu-aarch64 cannot be emulated here by CROSSKIT_EMULATION=";
        assert_eq!(head, format!("{error}{demanded}"));
        rest.to_owned()
    };
    assert_eq!(
        refused("system"),
        format!("{NOT_REGISTERED}{}\nhint: sudo apt-get install qemu-user-binfmt\n", bench.registry())
    );
    let told = refused("namespace");
    assert!(told.contains("unshare: unshare failed: Operation not permitted\nhint: a container"), "{told}");
    assert_eq!(refused("wine"), "hint: set it to `system`, `namespace` or `runner`, or unset it\n");
}

/// The switch, the file or the version that is the reason is named, with what changes it.
#[test]
fn why_there_are_no_namespaces_is_told_as_precisely_as_it_is_known() {
    let refused = "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1";
    let told = |change: &dyn Fn(&Bench)| {
        let bench = bench("why");
        bench.script("bin/unshare", refused);
        change(&bench);
        let answer = bench.answer("namespace", &RUNNER);
        let lines = answer.strip_prefix("none\nnote: `namespace`: ").expect("it does not work").to_owned();
        lines.replace(&bench.registry(), "REGISTRY")
    };
    let switch = |name: &'static str, value: &'static str| {
        move |bench: &Bench| bench.file(&format!("kernel/kernel/{name}"), &format!("{value}\n"))
    };
    assert_eq!(
        told(&switch("unprivileged_userns_clone", "0")),
        "kernel.unprivileged_userns_clone is 0\nhint: sudo sysctl kernel.unprivileged_userns_clone=1\n"
    );
    assert_eq!(
        told(&switch("apparmor_restrict_unprivileged_userns", "1")),
        "kernel.apparmor_restrict_unprivileged_userns is 1\n\
         hint: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0\n"
    );
    let none = |bench: &Bench| bench.file("kernel/user/max_user_namespaces", "0\n");
    assert_eq!(told(&none), "user.max_user_namespaces is 0\nhint: sudo sysctl user.max_user_namespaces=65536\n");
    let harmless = told(&switch("unprivileged_userns_clone", "1"));
    assert!(harmless.starts_with("the system does not let it: unshare: unshare failed"), "{harmless}");
    for old in ["6.6.63-amd64", "5.15.0-130-generic", "6.1"] {
        let told = told(&switch("osrelease", old));
        assert_eq!(told, format!("a namespace has a binfmt_misc of its own since Linux 6.7, and this is {old}\n"));
    }
    for new in ["6.7.0", "6.12.57+deb13-amd64", "7.0-rc1", "10.2"] {
        assert!(told(&switch("osrelease", new)).starts_with("the system does not let it"), "{new}");
    }
    let gone = |name: &'static str| {
        move |bench: &Bench| fs::remove_file(bench.path("bin").join(name)).expect("a file can be removed")
    };
    for name in ["unshare", "mount"] {
        let expected = "`unshare` or `mount` not found\nhint: install the package util-linux\n";
        assert_eq!(told(&gone(name)), expected);
    }
    assert_eq!(told(&gone("qemu-aarch64")), "`qemu-aarch64` not found\n");
    let without = |bench: &Bench| fs::remove_dir(bench.path("kernel/fs/binfmt_misc")).expect("it is empty");
    assert_eq!(told(&without), "the kernel has no REGISTRY\nhint: sudo modprobe binfmt_misc\n");
}

#[test]
fn options_go_by_variables_where_the_kernel_starts_the_emulator() {
    let bench = bench("options");
    let with_cpu = ["qemu-aarch64", "-cpu", "cortex-a53"];
    assert_eq!(bench.starts("", &with_cpu, &["x"]), words("program", &["unset", "cortex-a53", "1", "x"]));
    // Others have no such variable, so that children would go without.
    let other = ["qemu-aarch64", "-E", "A=*", "-L", SYSROOT];
    let program = bench.program();
    let expected = words("qemu-aarch64", &["-E", "A=*", "-L", SYSROOT, &program]);
    assert_eq!(bench.starts("", &other, &[]), expected);
    let answer = bench.answer("", &other);
    assert!(answer.starts_with("runner\n"), "{answer}");
    assert!(answer.contains("`namespace`: the option `-E` of qemu-aarch64 reaches no children\n"), "{answer}");
}

/// A name without a slash is a file in the present directory, as it is for the emulator, and no name in `PATH`.
#[test]
fn a_program_in_the_present_directory_is_started_there() {
    let bench = bench("here");
    let mut command = Command::new("/bin/sh");
    command.arg(bench.path("run")).args([&RUNNER[..], &["program", "x"]].concat()).env_clear();
    command.env("PATH", bench.path("bin")).current_dir(bench.path("with a blank")).stdin(Stdio::null());
    let output = command.output().expect("the shell starts");
    assert!(output.stdout.starts_with(b"program\0"), "{output:?}");
}

#[test]
fn another_kernel_has_none_of_it() {
    let bench = Bench::new("trees-darwin", "Darwin", "arm64", &["qemu-aarch64"]);
    let answer = bench.answer("", &RUNNER);
    assert!(answer.starts_with("runner\nnote: `system`: not known for it on this system\n"), "{answer}");
}

/// Who does not run in QEMU's user mode is told so, too.
#[test]
fn every_emulator_has_an_answer() {
    let bench = bench("answers");
    for emulator in ["qemu-system-arm", "wine", "wasmtime"] {
        assert_eq!(bench.answer("", &[emulator]), "runner\n");
    }
    bench.script("bin/uname", "echo Linux aarch64");
    assert_eq!(bench.answer("", &RUNNER), "native\n");
}

/// What is registered takes the programs of every target that the emulator is for, and no others: this machine's own,
/// above all, must start as ever. What a header says is read by other code of this repository.
#[test]
fn what_is_registered_takes_the_targets_programs_and_no_others() {
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    let rows: Vec<_> = catalogue.rows().iter().filter(|row| row.is_user_mode()).collect();
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for row in &rows {
        let emulator = row.emulator.clone().expect("it has one");
        entries.entry(emulator).or_insert_with_key(|emulator| registered(emulator));
    }
    assert!(entries.len() >= 11, "{:?}", entries.keys());
    for row in &rows {
        for (emulator, entry) in &entries {
            let own = row.emulator.as_ref() == Some(emulator);
            // Fixed and movable executables, of Linux and of System V, and with a version of the ABI.
            for (kind, system, version) in [(2, 0, 0), (3, 0, 0), (2, 3, 0), (3, 3, 1)] {
                let program = &entries[row.emulator.as_ref().expect("it has one")].program(kind, system, version);
                let file = object_file::machine(program).expect("it is a header");
                assert_eq!(object_file::matches(&row.triple, &file), Some(true), "{} {file}", row.triple);
                assert_eq!(entry.takes(program), own, "{emulator} and a program of {}", row.triple);
            }
            let object = &entries[row.emulator.as_ref().expect("it has one")].program(1, 0, 0);
            assert!(!entry.takes(object), "{emulator} runs objects");
        }
    }
}

/// An entry as the kernel reads it.
struct Entry {
    magic: Vec<u8>,
    mask: Vec<u8>,
}

impl Entry {
    fn takes(&self, program: &[u8]) -> bool {
        let bytes = self.magic.iter().zip(&self.mask).zip(program);
        bytes.into_iter().all(|((magic, mask), byte)| (byte ^ magic) & mask == 0)
    }

    /// The begin of a program that the entry is for.
    fn program(&self, kind: u8, system: u8, version: u8) -> Vec<u8> {
        let mut bytes = self.magic.clone();
        let little = bytes[5] == 1;
        bytes[16..18].copy_from_slice(&if little { [kind, 0] } else { [0, kind] });
        (bytes[7], bytes[8]) = (system, version);
        bytes.resize(64, 0);
        bytes
    }
}

/// What the launcher registers for an emulator, in the form of the kernel's own documentation of binfmt_misc.
fn registered(emulator: &str) -> Entry {
    let bench = bench(&format!("register-{emulator}"));
    bench.script(&format!("bin/{emulator}"), "");
    let output = bench.runs("namespace", &[emulator, &bench.program()]);
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(bench.path("kernel/fs/binfmt_misc/register")).expect("something was registered");
    let fields: Vec<&str> = text.split(':').collect();
    let bytes = |text: &str| -> Vec<u8> {
        let words = text.split("\\x").skip(1);
        words.map(|word| u8::from_str_radix(word, 16).expect("a byte in hexadecimal")).collect()
    };
    let name = format!("crosskit-{}", emulator.strip_prefix("qemu-").expect("it is QEMU's"));
    let path = bench.path("bin").join(emulator).display().to_string();
    let [_, own_name, "M", "", magic, mask, interpreter, "FPC"] = fields[..] else { panic!("{text}") };
    assert_eq!((own_name, interpreter), (name.as_str(), path.as_str()));
    let entry = Entry { magic: bytes(magic), mask: bytes(mask) };
    assert_eq!((entry.magic.len(), entry.mask.len()), (20, 20), "{text}");
    entry
}
