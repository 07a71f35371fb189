//! `explain` in a workspace of a thousand members, and with a compiler of one's own.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::{CONFIG, Scratch};

use crate::kit;

/// How much longer than `cargo metadata` an answer may take in a large workspace.
const BEYOND_METADATA: Duration = Duration::from_millis(300);

const RUNS: usize = 5;

/// A thousand members in chains of ten, and a config of five thousand lines.
fn large() -> Scratch {
    let scratch = Scratch::empty(&kit::directory(), "large");
    scratch.write("Cargo.toml", "[workspace]\nmembers = [\"members/*\"]\nresolver = \"3\"\n");
    for member in 0..1000 {
        let mut manifest = format!("[package]\nname = \"m{member}\"\nedition = \"2024\"\n\n[dependencies]\n");
        if member % 10 != 0 {
            let other = member - 1;
            manifest.push_str(&format!("m{other} = {{ path = \"../m{other}\" }}\n"));
        }
        scratch.write(&format!("members/m{member}/Cargo.toml"), &manifest);
        scratch.write(&format!("members/m{member}/src/lib.rs"), "");
    }
    let mut config = String::from("[env]\n");
    for number in 0..2000 {
        config.push_str(&format!("VARIABLE_{number} = \"value {number}\" # as the vendor wants it\n"));
    }
    for board in 0..750 {
        config
            .push_str(&format!("\n[target.board{board}-none]\nlinker = 'board-gcc'\nrunner = ['flash', '{board}']\n"));
    }
    scratch.write(CONFIG, &config);
    assert_eq!(config.lines().count(), 5001);
    scratch
}

/// The shortest of several runs, as other programs only make one longer.
#[track_caller]
fn shortest(mut run: impl FnMut() -> Finished) -> Duration {
    (0..RUNS).map(|_| run().exits(0).took).min().unwrap_or_default()
}

#[test]
fn a_thousand_members_and_five_thousand_lines_are_looked_at_in_no_time() {
    let scratch = large();
    // The first run writes the lock file.
    kit::run_cargo(&scratch.root, "metadata --format-version 1 --offline").exits(0);
    let metadata = shortest(|| kit::run_cargo(&scratch.root, "metadata --format-version 1 --offline"));
    let explain = shortest(|| kit::run(&scratch, "explain x86_64 env"));
    println!("explain {explain:.0?}, cargo metadata {metadata:.0?}");
    assert!(explain < metadata + BEYOND_METADATA, "explain {explain:?}, cargo metadata {metadata:?}");
    let shown = kit::run(&scratch, "explain x86_64 env").exits(0).stdout;
    assert!(shown.contains("env.VARIABLE_1999\n") && shown.contains("from .cargo/config.toml:2001:17"), "{shown}");
}

/// A compiler that knows one cfg more, or what stands in front of one. Cargo asks several things at once, and for the
/// cfgs last.
const COMPILER: &str = "\
#!/bin/sh
COMMAND \"$@\" || exit
for argument; do
    case $argument in cfg | --print=cfg) echo of_the_config ;; esac
done
";

const UNSET: &str = "(not set) executables are started as they are";

/// A package whose executable cargo starts with `echo ran` where a cfg holds that its compiler alone knows.
fn small(name: &str, compiler: &str, config: &str) -> Scratch {
    let scratch = Scratch::empty(&kit::directory(), name);
    scratch.write("Cargo.toml", "[package]\nname = \"small\"\nedition = \"2024\"\n\n[workspace]\n");
    scratch.write("src/main.rs", "fn main() {}\n");
    scratch.write("tools/compiler", compiler);
    let path = scratch.root.join("tools/compiler");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions can be set");
    scratch.write(CONFIG, config);
    scratch
}

/// Fails unless plain cargo starts the executable with the runner, and the kit says that it stands on this line; or
/// neither does.
#[track_caller]
fn is_the_runner(scratch: &Scratch, line: Option<usize>, variables: &[(&str, &str)]) {
    let host = crosskit_tests::installed::host();
    let mut run = kit::cargo(&scratch.root);
    run.args(["run", "--quiet", "--offline"]).envs(variables.iter().copied());
    let ran = process::run(run, kit::COMPILING).exits(0);
    assert_eq!(ran.stdout, if line.is_some() { "ran target/debug/small\n" } else { "" });
    let mut explain = kit::direct(&scratch.root, &format!("explain {host} runner"));
    explain.envs(variables.iter().copied());
    let explained = process::run(explain, kit::SHORT).exits(0);
    let expected = line.map_or(UNSET.to_owned(), |line| format!("from .cargo/config.toml:{line}:10"));
    assert!(explained.stdout.contains(&expected), "{explained}");
}

#[test]
fn the_compiler_of_the_config_is_the_one_that_is_asked() {
    let config = "build.rustc = \"tools/compiler\"\n[target.'cfg(of_the_config)']\nrunner = \"echo ran\"\n";
    let scratch = small("own-compiler", &COMPILER.replace("COMMAND", "rustc"), config);
    is_the_runner(&scratch, Some(3), &[]);
    // A variable comes before the config, for cargo as for the kit.
    is_the_runner(&scratch, None, &[("RUSTC", "rustc")]);
}

#[test]
fn a_wrapper_is_asked_and_an_empty_variable_takes_it_away() {
    let config = "build.rustc-wrapper = \"tools/compiler\"\n[target.'cfg(of_the_config)']\nrunner = \"echo ran\"\n";
    let scratch = small("own-wrapper", &COMPILER.replace("COMMAND ", ""), config);
    is_the_runner(&scratch, Some(3), &[]);
    is_the_runner(&scratch, None, &[("RUSTC_WRAPPER", "")]);
}

/// A flag of nightly on stable, which a variable of the config allows.
#[test]
fn the_compiler_is_asked_with_the_variables_of_the_config() {
    let config = "env.RUSTC_BOOTSTRAP = \"1\"\nbuild.rustflags = [\"-Zshare-generics=y\"]\n\
                  [target.'cfg(unix)']\nrunner = \"echo ran\"\n";
    let scratch = small("bootstrap", "", config);
    is_the_runner(&scratch, Some(4), &[]);
}

/// The xtask is started by a cargo that has put the config's `PATH` before it; nothing else is in it.
#[test]
fn a_path_of_the_config_hides_no_tool() {
    let scratch = small("own-path", "#!/bin/sh\necho ran \"$@\"\n", "");
    let tools = scratch.root.join("tools");
    let config = format!(
        "env.PATH = {{ value = \"{}:/bin:/usr/bin\", force = true }}\n[target.'cfg(unix)']\nrunner = \"compiler\"\n",
        tools.display()
    );
    scratch.write(CONFIG, &config);
    is_the_runner(&scratch, Some(3), &[]);
    let host = crosskit_tests::installed::host();
    let mut explain = kit::direct(&scratch.root, &format!("explain {host} runner"));
    let mut rustc = process::command("rustc", &scratch.root);
    rustc.args(["--print", "sysroot"]);
    let rustc = process::run(rustc, kit::SHORT).exits(0);
    let cargo = Path::new(rustc.stdout.trim()).join("bin/cargo");
    explain.env("PATH", format!("{}:/bin:/usr/bin", tools.display())).env("CARGO", cargo);
    explain.env("CARGO_PKG_NAME", "xtask").env("CARGO_MANIFEST_DIR", &scratch.root);
    let explained = process::run(explain, kit::SHORT).exits(0);
    let there = format!("`compiler` is {}", tools.join("compiler").display());
    assert!(explained.stdout.contains(&there), "{explained}");
}

/// Cargo does not get past its question to rustc.
#[test]
fn flags_that_rustc_refuses_are_told() {
    let scratch = small("refused-flags", "", "build.rustflags = [\"-Cnonsense\"]\n");
    let refused = kit::run_cargo(&scratch.root, "build --offline").exits(101);
    refused.tells(&["failed to run `rustc` to learn about target-specific information"]);
    let host = crosskit_tests::installed::host();
    let explained = kit::run(&scratch, &format!("explain {host}")).exits(4);
    explained.tells(&["error[X010]: rustc does not tell the cfgs of", "`-Cnonsense`", "unknown codegen option"]);
}

#[test]
fn a_file_on_the_command_line_is_the_same_one_from_a_members_directory() {
    let scratch = kit::scratch("config-file");
    scratch.write("app/extra.toml", "[target.aarch64-unknown-linux-gnu]\nrunner = \"from-extra\"\n");
    let run = |arguments: &str| process::run(kit::direct(&scratch.root.join("app"), arguments), kit::SHORT).exits(0);
    let explained = run("explain aarch64 runner --config extra.toml").stdout;
    assert!(explained.contains("  target      from-extra\n                from app/extra.toml:2:10 "), "{explained}");
    let planned = run("build aarch64 --dry-run --config extra.toml").stdout;
    let absolute = format!("--config {}", scratch.root.join("app/extra.toml").display());
    assert!(planned.contains(&absolute), "{planned} has no {absolute}");
}
