//! Another machine, with a fake `ssh` that starts the login shell of that machine here: any of those that somebody may
//! have there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use super::*;

/// What the launcher and the other machine need besides their shells.
const TOOLS: [&str; 17] = [
    "awk", "cat", "env", "find", "ln", "mkdir", "mkfifo", "mktemp", "rm", "sed", "setsid", "sh", "sleep", "sort",
    "tar", "tr", "chmod",
];

/// Shells that a command may meet there, and how each is started.
const LOGIN_SHELLS: [(&str, &str); 7] = [
    ("sh", "sh"),
    ("dash", "dash"),
    ("bash", "bash"),
    ("busybox", "busybox sh"),
    ("fish", "fish"),
    ("tcsh", "tcsh -f"),
    ("zsh", "zsh -f"),
];

/// A bench with another machine, whose temporary directory is `remote`.
fn bench(name: &str) -> Bench {
    let bench = Bench::new(&format!("ssh-{name}"), "Linux", "x86_64", &[]);
    bench.tools(&TOOLS);
    fs::create_dir_all(bench.path("remote")).expect("a directory can be made");
    login(&bench, "sh");
    bench
}

/// Takes another login shell there. A session begins without what is set here, in a process group of its own; a signal
/// that ends it there is no signal here, but 255.
fn login(bench: &Bench, shell: &str) {
    let body = format!(
        "while :; do case $1 in -T) shift ;; -o | -p) shift 2 ;; *) break ;; esac; done\n\
         shift\n\
         exec 7>&2 2>/dev/null\n\
         (exec env -i --default-signal=INT,QUIT PATH=\"$PATH\" TMPDIR=\"{}\" HOME=/ setsid -w {shell} -c \"$*\" 2>&7 7>&-)\n\
         code=$?\n\
         if [ $code -gt 128 ] && [ $code -lt 160 ]; then exit 255; fi\n\
         exit $code",
        bench.path("remote").display()
    );
    bench.script("bin/ssh", &body);
}

fn find(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|it| it.join(name).is_file())
}

/// Nothing stays there.
#[track_caller]
fn nothing_left(bench: &Bench) {
    let until = Instant::now() + Duration::from_secs(10);
    let left = || fs::read_dir(bench.path("remote")).expect("it can be read").count();
    while left() > 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(left(), 0, "a directory stays in {}", bench.path("remote").display());
}

fn sh() -> Vec<OsString> {
    vec![OsString::from("/bin/sh")]
}

#[test]
fn every_argument_arrives_through_any_shell() {
    let bench = bench("arguments");
    let program = bench.program();
    let arguments = [&["ssh", "-p", "2222", "pi@host", &program], &HARD_ARGUMENTS[..], &["!", "!!", "a\\"]].concat();
    let expected = words("program", &arguments[5..]);
    assert_eq!(bench.started(&arguments), expected);
    for (program, shell) in LOGIN_SHELLS.into_iter().filter(|(program, _)| find(program)) {
        if program != "sh" {
            bench.tools(&[program]);
        }
        login(&bench, shell);
        let output = bench.run_with(&sh(), &arguments);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(told.split_terminator('\0').collect::<Vec<_>>(), expected, "{shell}: {stderr}");
    }
    nothing_left(&bench);
}

#[test]
fn bytes_that_are_no_text_arrive() {
    let bench = bench("bytes");
    let bytes: Vec<u8> = (1..=255).chain(*b"\n\n").collect();
    for shell in shells() {
        let mut command = Command::new(&shell[0]);
        command.args(&shell[1..]).arg(bench.path("run")).args(["ssh", "host", &bench.program()]);
        command.arg(OsStr::from_bytes(&bytes)).env_clear().env("PATH", bench.path("bin"));
        let output = command.current_dir(bench.path("bin")).output().expect("the shell starts");
        let expected = [b"program\0", &bytes[..], b"\0"].concat();
        assert!(output.stdout == expected, "{shell:?}: {:?}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn input_output_and_status_are_those_of_the_program() {
    let bench = bench("status");
    let program = bench.program();
    let run = |shell: &[OsString], body: &str| {
        bench.script("with a blank/program", body);
        let mut command = Command::new(&shell[0]);
        command.args(&shell[1..]).arg(bench.path("run")).args(["ssh", "host", &program]);
        command.env_clear().env("PATH", bench.path("bin")).current_dir(bench.path("bin"));
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the shell starts");
        let mut stdin = child.stdin.take().expect("it is a pipe");
        std::io::Write::write_all(&mut stdin, b"input\n").expect("it is read");
        drop(stdin);
        child.wait_with_output().expect("it ends")
    };
    for shell in shells() {
        let output = run(&shell, "cat; echo error >&2");
        assert_eq!((output.stdout, output.stderr), (b"input\n".to_vec(), b"error\n".to_vec()), "{shell:?}");
    }
    for code in [0, 1, 101, 127, 129, 255] {
        assert_eq!(run(&sh(), &format!("exit {code}")).status.code(), Some(code));
    }
    for signal in [6, 9, 11, 15] {
        assert_eq!(run(&sh(), &format!("kill -{signal} $$")).status.code(), Some(128 + signal));
    }
    // A child that goes on and holds the output open would keep a session for ever.
    let began = Instant::now();
    assert_eq!(run(&sh(), "sleep 100 & exit 3").status.code(), Some(3));
    assert!(began.elapsed() < Duration::from_secs(50));
    nothing_left(&bench);
}

/// The package is there, less what cargo built and the repository, and so is what cargo sets for a test; no more than that.
#[test]
fn package_binaries_and_variables_of_a_test_go_along() {
    let bench = bench("package");
    for file in ["Cargo.toml", "sub/data", ".git/HEAD", "target/CACHEDIR.TAG", "target/deps/x", "src/target/kept"] {
        bench.file(&format!("w/p/{file}"), "");
    }
    bench.file("w/.cargo/crosskit/run", LAUNCHER);
    bench.file(
        "w/.cargo/config.toml",
        "env.DOTTED = 'x'\n[env] # ours\nTABLE = \"x\"\n'QUOTED' = { value = \"x\", relative = true }\n[build]\njobs = 1\n[env.OWN]\nvalue = \"x\"\n",
    );
    bench.file("out/output", "cargo:rustc-env=OLD=x\ncargo::rustc-env=NEW=x\ncargo:rustc-cfg=a\n");
    fs::create_dir_all(bench.path("out/out")).expect("a directory can be made");
    bench.script("bin/my-app", "");
    bench.script(
        "with a blank/program",
        "pwd; find . ..; find \"${0%/*}/..\" -type f; tr '\\000' '\\n' </proc/$$/environ",
    );
    let package = bench.path("w/p").canonicalize().expect("it exists");
    for shell in shells() {
        let mut command = Command::new(&shell[0]);
        command.args(&shell[1..]).arg(bench.path("w/.cargo/crosskit/run")).args(["ssh", "host", &bench.program()]);
        command.env_clear().env("PATH", bench.path("bin")).current_dir(package.join("sub")).stdin(Stdio::null());
        command.env("CARGO_MANIFEST_DIR", &package).env("OUT_DIR", bench.path("out/out"));
        command.env("CARGO_BIN_EXE_my-app", bench.path("bin/my-app"));
        let sent = ["CARGO_PKG_NAME", "RUST_BACKTRACE", "DOTTED", "TABLE", "OWN", "OLD", "NEW"];
        command.envs(sent.map(|name| (name, "it's\nset"))).env("QUOTED", package.join("sub/data"));
        let kept = ["CARGO_REGISTRY_TOKEN", "SECRET", "jobs", "LD_LIBRARY_PATH", "CARGO_TARGET_X_RUNNER"];
        command.envs(kept.map(|name| (name, "stays here")));
        let output = command.output().expect("the shell starts");
        let (told, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let lines: Vec<&str> = told.lines().collect();
        assert!(output.status.success(), "{shell:?} {stderr}");
        let root = lines[0].strip_suffix("/package/sub").unwrap_or_else(|| panic!("{shell:?} starts in {}", lines[0]));
        let has = |line: &str| lines.contains(&line);
        for line in ["./data", "../Cargo.toml", "../src/target/kept"] {
            assert!(has(line), "{shell:?}: {line} is not there\n{told}");
        }
        for line in ["../.git", "../target"] {
            assert!(!has(line), "{shell:?}: {line} is there\n{told}");
        }
        assert!(told.contains("/deps/../my-app\n"), "{shell:?}: the binary is not there\n{told}");
        for line in [
            format!("CARGO_MANIFEST_DIR={root}/package"),
            format!("CARGO_MANIFEST_PATH={root}/package/Cargo.toml"),
            format!("CARGO_BIN_EXE_my-app={root}/target/my-app"),
            format!("QUOTED={root}/package/sub/data"),
        ] {
            assert!(has(&line), "{shell:?}: {line} is not set\n{told}");
        }
        for name in sent {
            assert!(told.contains(&format!("{name}=it's\nset\n")), "{shell:?}: {name} is not set\n{told}");
        }
        assert!(!told.contains("stays here"), "{shell:?}\n{told}");
    }
    nothing_left(&bench);
}

#[test]
fn a_connection_that_fails_is_no_result_of_the_program() {
    let bench = bench("fails");
    let program = bench.program();
    let told = |body: &str| {
        bench.script("bin/ssh", body);
        let output = bench.run_with(&sh(), &["ssh", "-p", "22", "pi@host", &program]);
        assert_eq!((output.status.code(), output.stdout), (Some(127), Vec::new()), "{body}");
        String::from_utf8(output.stderr).expect("the message is UTF-8")
    };
    let refused = told("echo 'ssh: connect to host host port 22: Connection refused' >&2; exit 255");
    let lines: Vec<&str> = refused.lines().collect();
    assert_eq!(lines[0], "ssh: connect to host host port 22: Connection refused");
    assert_eq!(lines[1], "error: `ssh -p 22 pi@host` made no connection, or no directory there");
    assert_eq!(lines[2], format!("note: this is no result of `{program}`"));
    assert!(lines[3].contains("ssh -p 22 -o BatchMode=yes pi@host true"), "{refused}");
    // A name that would have to be quoted for a shell that is not known.
    assert!(told("echo 'crosskit directory /tmp/a b'; cat").contains("no shell may see"));
    fs::remove_file(bench.path("bin/ssh")).expect("it is there");
    let output = bench.run_with(&sh(), &["ssh", "pi@host", &program]);
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: `ssh` not found"));
}

/// However the launcher ends, what it started there ends, with its children, and the directory is gone.
#[test]
fn the_program_ends_with_the_launcher() {
    let bench = bench("ends");
    let program = bench.program();
    let ids = bench.path("ids");
    bench.script(
        "with a blank/program",
        &format!("sleep 1000 & echo $$ $! >'{0}.new'; mv '{0}.new' '{0}'; wait", ids.display()),
    );
    bench.tools(&["mv"]);
    for (name, number) in [("TERM", 15), ("HUP", 1), ("INT", 2), ("KILL", 9)] {
        // A shell cannot trap what was ignored before it started, as INT is in whatever runs in the background.
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", "/bin/sh"]).arg(bench.path("run")).args(["ssh", "host", &program]);
        let command = command
            .env_clear()
            .env("PATH", bench.path("bin"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("sh starts");
        let until = Instant::now() + Duration::from_secs(20);
        while !ids.exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        let text = fs::read_to_string(&ids).expect("the program started");
        fs::remove_file(&ids).expect("it is there");
        let kill = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        assert_eq!(child.wait().expect("it ends").signal(), Some(number), "{name}");
        nothing_left(&bench);
        for id in text.split_whitespace() {
            // Where nobody reaps it, a process that was ended is still told of; and the end takes a moment.
            let state = || fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let is_gone = |state: String| state.is_empty() || state.contains(") Z ");
            let until = Instant::now() + Duration::from_secs(5);
            while !is_gone(state()) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(10));
            }
            assert!(is_gone(state()), "{name}: {}", state());
        }
    }
}
