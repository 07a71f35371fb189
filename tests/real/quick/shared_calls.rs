//! One cargo call for several targets, and where it would not build the same: held against cargo itself. No rust-std is
//! needed, as nothing is compiled to its end.

mod generated;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

use crate::kit;

const AARCH64: &str = "aarch64-unknown-linux-gnu";
const RISCV64: &str = "riscv64gc-unknown-linux-gnu";
const S390X: &str = "s390x-unknown-linux-gnu";

/// Answers what a compiler is asked, and compiles nothing: cargo tells with which features it would have.
const RUSTC: &str = "\
#!/bin/sh
for word do
    case $word in --print*|-vV) exec rustc \"$@\" ;; esac
done
exit 1
";

/// Writes down how cargo is called, and calls it.
const CARGO: &str = "\
#!/bin/sh
echo \"$*\" >> '@LOG@'
exec '@CARGO@' \"$@\"
";

/// `d` has the feature `w` for aarch64, and `h` is a build dependency of all.
fn workspace(name: &str, w: &str) -> Scratch {
    let scratch = Scratch::empty(&kit::directory(), name);
    scratch.write("Cargo.toml", "[workspace]\nmembers = [\"app\", \"d\", \"h\"]\nresolver = \"2\"\n");
    let package = |name: &str, rest: &str| {
        let head = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        scratch.write(&format!("{name}/Cargo.toml"), &format!("{head}{rest}"));
    };
    package("app", &dependencies(w));
    package("d", "[features]\nw = []\n");
    package("h", "");
    scratch.write("app/build.rs", "fn main() {}\n");
    for source in ["app/src/lib.rs", "d/src/lib.rs", "h/src/lib.rs"] {
        scratch.write(source, "");
    }
    scratch
}

fn dependencies(w: &str) -> String {
    format!(
        "[target.'cfg(target_arch = \"aarch64\")'.dependencies]\nd = {{ path = \"../d\", features = [{w}] }}\n\
         [target.'cfg(not(target_arch = \"aarch64\"))'.dependencies]\nd = {{ path = \"../d\" }}\n\
         [build-dependencies]\nh = {{ path = \"../h\" }}\n"
    )
}

pub fn script(scratch: &Scratch, path: &str, text: &str) {
    scratch.write(path, text);
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(scratch.root.join(path), mode).expect("the mode can be set");
}

/// The kit's plan, and how it called cargo for that.
pub fn plan(scratch: &Scratch, arguments: &str) -> (Finished, Vec<String>) {
    let log = scratch.root.join("cargo.log");
    // What is missing of an earlier look is no matter.
    let _ = std::fs::remove_file(&log);
    let mut which = process::command("sh", &scratch.root);
    which.args(["-c", "command -v cargo"]);
    let which = process::run(which, kit::SHORT);
    let text = CARGO.replace("@LOG@", &log.to_string_lossy()).replace("@CARGO@", which.stdout.trim());
    script(scratch, "bin/cargo", &text);
    let mut command = kit::direct(&scratch.root, arguments);
    command.env("CARGO", scratch.root.join("bin/cargo"));
    let finished = process::run(command, kit::COMPILING);
    let calls = std::fs::read_to_string(&log).unwrap_or_default();
    (finished, calls.lines().filter(|it| it.contains("--unit-graph")).map(str::to_owned).collect())
}

/// The triples for which cargo compiles `d` with the feature, in one call for some of them.
fn triples_with_w(scratch: &Scratch, triples: &[&str]) -> Vec<String> {
    script(scratch, "bin/rustc", RUSTC);
    let mut command = kit::cargo(&scratch.root);
    command
        .args(["build", "-v", "--keep-going", "--target-dir", "oracle"])
        .env("RUSTC", scratch.root.join("bin/rustc"));
    command.args(triples.iter().flat_map(|triple| ["--target", triple]));
    let finished = process::run(command, kit::COMPILING);
    let compiles = |triple: &&str| {
        let lines = finished.stderr.lines().filter(|line| line.contains("--crate-name d "));
        let mut own = lines.filter(|line| line.contains(&format!("--target {triple} ")));
        own.next().unwrap_or_else(|| panic!("`d` is not compiled for {triple}\n{finished}")).contains("feature=\"w\"")
    };
    triples.iter().filter(|triple| compiles(triple)).map(|it| (*it).to_owned()).collect()
}

pub fn calls_of_cargo(plan: &Finished) -> Vec<&str> {
    plan.stdout.lines().map(str::trim).filter_map(|line| line.split_once("cargo build ").map(|it| it.1)).collect()
}

#[test]
fn a_target_for_which_a_call_would_turn_a_feature_on_has_its_own() {
    let scratch = workspace("shared-calls", "\"w\"");
    // What cargo does: alone, `w` is on for aarch64; in one call for all, everywhere.
    assert_eq!(triples_with_w(&scratch, &[RISCV64, S390X]), Vec::<String>::new());
    assert_eq!(triples_with_w(&scratch, &[AARCH64]), [AARCH64]);
    assert_eq!(triples_with_w(&scratch, &[AARCH64, RISCV64, S390X]), [AARCH64, RISCV64, S390X]);

    let (finished, asked) = plan(&scratch, "build aarch64 riscv64 s390x --dry-run");
    let calls = calls_of_cargo(&finished);
    assert_eq!(calls.len(), 2, "{finished}");
    assert!(calls[0].starts_with(&format!("--target {AARCH64} -p ")), "{finished}");
    assert!(calls[1].starts_with(&format!("--target {RISCV64} --target {S390X} -p ")), "{finished}");
    let why = format!("{RISCV64}, {S390X} from {AARCH64}: `d` has the feature `w` for {AARCH64} and not for {RISCV64}");
    assert!(finished.stdout.contains(&why), "{finished}");
    // One of the two that the package graph finds alike stands for both.
    assert_eq!(asked.len(), 2, "{asked:#?}");
    assert!(!scratch.has("target"), "a dry run writes nothing, and neither does cargo when it is asked");
}

#[test]
fn targets_that_differ_in_no_feature_share_a_call_and_cargo_is_asked_once() {
    let scratch = workspace("shared-calls-alike", "");
    assert_eq!(triples_with_w(&scratch, &[AARCH64, RISCV64]), Vec::<String>::new());
    let (finished, asked) = plan(&scratch, "build aarch64 riscv64 --dry-run");
    let calls = calls_of_cargo(&finished);
    assert_eq!(calls.len(), 1, "{finished}");
    assert!(calls[0].starts_with(&format!("--target {AARCH64} --target {RISCV64} -p ")), "{finished}");
    assert_eq!(asked.len(), 3, "each alone, and both together: {asked:#?}");

    // What a run that is no dry run learns is kept; it may well end for want of a rust-std.
    let (first, asked) = plan(&scratch, "build aarch64 riscv64");
    assert_eq!(asked.len(), 3, "{first}");
    let (second, asked) = plan(&scratch, "build aarch64 riscv64 -v");
    assert!(asked.is_empty(), "nothing has changed: {asked:#?}\n{second}");
    let manifest = scratch.read("app/Cargo.toml");
    scratch.write("app/Cargo.toml", &manifest.replace("features = []", "features = [\"w\"]"));
    let (third, asked) = plan(&scratch, "build aarch64 riscv64 -v");
    assert_eq!(asked.len(), 2, "a feature has changed: {asked:#?}\n{third}");
    let why = format!("apart {RISCV64} from {AARCH64}: `d` has the feature `w` for {AARCH64}");
    assert!(third.stderr.contains(&why), "{third}");
    // rustc told more cfgs than the build would know if it had been kept where the build looks.
    let info = scratch.root.join("target/.rustc_info.json");
    assert!(!holds(&info, "target_thread_local"), "{}", info.display());
    assert!(!scratch.has("target/crosskit/graph"));
}

fn holds(file: &Path, word: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains(word))
}

/// Cargo leaves a dependency without a library out of the graph that it tells, and takes its features for all that.
#[test]
fn a_dependency_without_a_library_is_no_proof_that_nothing_changes() {
    let scratch = workspace("shared-calls-program", "");
    scratch.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\"]\nexclude = [\"d\", \"h\", \"prog\"]\nresolver = \"2\"\n",
    );
    let package = "[package]\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let prog = "[target.'cfg(target_arch = \"aarch64\")'.dependencies]\nprog = { path = \"../prog\" }\n";
    scratch.write(
        "app/Cargo.toml",
        &format!("{package}name = \"app\"\n[dependencies]\nd = {{ path = \"../d\" }}\n{prog}"),
    );
    let d = "[dependencies]\nd = { path = \"../d\", features = [\"w\"] }\n";
    scratch.write("prog/Cargo.toml", &format!("{package}name = \"prog\"\n{d}"));
    scratch.write("prog/src/main.rs", "fn main() {}\n");
    assert_eq!(triples_with_w(&scratch, &[RISCV64]), Vec::<String>::new());
    assert_eq!(triples_with_w(&scratch, &[AARCH64, RISCV64]), [AARCH64, RISCV64]);
    let (finished, _) = plan(&scratch, "build aarch64 riscv64 --dry-run");
    assert_eq!(calls_of_cargo(&finished).len(), 2, "{finished}");
}
