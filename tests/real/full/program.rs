//! `cross run`: a program of the target takes the place of the kit, and with it the terminal, signals and the exit code.

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process;
use crosskit_tests::scratch::CONFIG;

use crate::kit;
use crate::little::{Little, MARKS};

const MAIN: &str = "\
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == [\"wait\"] {
        let marks = std::env::var_os(\"CROSSKIT_TESTS_MARKS\").unwrap();
        std::fs::write(std::path::Path::new(&marks).join(\"waits\"), \"\").unwrap();
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
    let mut told = String::new();
    std::io::stdin().read_line(&mut told).unwrap();
    let directory = std::env::current_dir().unwrap();
    let directory = directory.file_name().unwrap().to_string_lossy();
    println!(\"{arguments:?} on {} in {directory}, told {told:?}\", std::env::consts::ARCH);
    std::process::exit(7);
}
";

fn little(name: &str) -> Little {
    AARCH64.require();
    let little = Little::new(name, &[]);
    little.write("src/main.rs", MAIN);
    little.write("examples/tour.rs", MAIN);
    little
}

#[test]
fn what_is_read_and_printed_and_the_exit_code_are_its_own() {
    let little = little("program");
    let kit = little.command("");
    for program in ["", "--example tour"] {
        let mut command = process::command("sh", &little.root.join("src"));
        command.args(["-c", "echo hello | \"$@\"", "sh"]).arg(kit.get_program()).args(["cross", "run", "aarch64"]);
        command.args(program.split_whitespace()).args(["--", "a", "b c"]);
        // Before the first build the report of another run is of no interest, and neither is it after one.
        let outcome = little.outcome(process::run(command, kit::COMPILING));
        assert_eq!(outcome.finished.code, Some(7), "{}", outcome.finished);
        let told = "[\"a\", \"b c\"] on aarch64 in src, told \"hello\\n\"\n";
        assert_eq!(outcome.finished.stdout, told, "{}", outcome.finished);
        assert!(outcome.finished.stderr.contains(" Running "), "{}", outcome.finished);
        let cell = outcome.cell(AARCH64.triple);
        // How a program ends is not told by a report that was written before it began.
        assert_eq!((cell.verdict.as_str(), cell.rung.as_deref()), ("passed", Some("verify")), "{cell:#?}");
    }
}

#[test]
fn a_signal_reaches_the_program() {
    let little = little("program-and-signals");
    little.forget_marks();
    let mut command = little.command("run aarch64 -- wait");
    command.env(MARKS, little.marks());
    let running = process::start(command);
    little.await_mark("waits");
    running.signal("TERM");
    let outcome = little.outcome(running.wait(kit::SHORT));
    assert_eq!(outcome.finished.code, None, "it ended by the signal\n{}", outcome.finished);
    assert_eq!(outcome.left, [], "{}", outcome.finished);
}

/// Links a program of this computer, and says that all went well.
const LIES: &str = "\
#!/bin/sh
for word in \"$@\"; do
    [ \"$previous\" != -o ] || cp /bin/echo \"$word\"
    previous=$word
done
";

#[test]
fn what_is_for_another_machine_is_not_run() {
    let little = little("program-of-another-machine");
    little.program("lies", LIES);
    little.write(CONFIG, "[target.aarch64-unknown-linux-gnu]\nlinker = \"target/programs/lies\"\n");
    let outcome = little.run("run aarch64 -- wrong").exits(6);
    assert_eq!(outcome.finished.stdout, "", "{}", outcome.finished);
    assert!(!outcome.finished.stderr.contains(" Running "), "{}", outcome.finished);
}
