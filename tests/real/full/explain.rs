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

/// A compiler that knows one cfg more. Cargo asks several things at once, and for the cfgs last.
const COMPILER: &str = "\
#!/bin/sh
rustc \"$@\" || exit
for argument; do
    case $argument in cfg | --print=cfg) echo of_the_config ;; esac
done
";

#[test]
fn the_compiler_of_the_config_is_the_one_that_is_asked() {
    let scratch = Scratch::empty(&kit::directory(), "own-compiler");
    scratch.write("Cargo.toml", "[package]\nname = \"small\"\nedition = \"2024\"\n\n[workspace]\n");
    scratch.write("src/main.rs", "fn main() {}\n");
    scratch.write("tools/compiler", COMPILER);
    let compiler: &Path = &scratch.root.join("tools/compiler");
    std::fs::set_permissions(compiler, std::fs::Permissions::from_mode(0o755)).expect("permissions can be set");
    let config = "build.rustc = \"tools/compiler\"\n[target.'cfg(of_the_config)']\nrunner = \"echo ran\"\n";
    scratch.write(CONFIG, config);
    let host = crosskit_tests::installed::host();
    let ran = kit::run_cargo(&scratch.root, "run --quiet --offline").exits(0);
    assert_eq!(ran.stdout, "ran target/debug/small\n");
    let explained = kit::run(&scratch, &format!("explain {host} runner")).exits(0);
    assert!(explained.stdout.contains("from .cargo/config.toml:3:10"), "{explained}");
    // A variable comes before the config, for cargo as for the kit.
    let mut command = kit::direct(&scratch.root, &format!("explain {host} runner"));
    command.env("RUSTC", "rustc");
    let explained = process::run(command, kit::SHORT).exits(0);
    assert!(explained.stdout.contains("(not set) executables are started as they are"), "{explained}");
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
