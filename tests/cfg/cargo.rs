//! Our evaluator against cargo itself: a config with a table for every expression, and what reaches a build script.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use crosskit_core::cfgs::selects;
use crosskit_tests::{installed, process};

use crate::expressions;
use crate::rustc::KNOWN;

/// As different as targets are; the host comes as well.
const TARGETS: &[&str] = &[
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-musl",
    "s390x-unknown-linux-gnu",
    "thumbv7em-none-eabihf",
    "wasm32-unknown-unknown",
    "x86_64-pc-windows-msvc",
];

/// The flags of all tables have to fit into one variable of the environment.
const MOST: usize = 2000;

/// Writes the flags that cargo gave it, and fails, so that nothing is built for a target without a standard library.
const BUILD_SCRIPT: &str = r#"
fn main() {
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap();
    std::fs::write("flags.txt", flags).unwrap();
    std::process::exit(1);
}
"#;

#[test]
fn cargo_applies_the_same_tables_of_a_config() {
    let mut texts = expressions::all();
    texts.truncate(MOST);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cfg");
    // Two runs of the tests at once take turns.
    let turn = File::create(root.with_extension("lock")).expect("a lock file can be made");
    turn.lock().expect("a lock file can be locked");
    write_workspace(&root, &texts);
    let (mut differences, mut applied) = (Vec::new(), 0);
    let host = installed::host();
    for triple in TARGETS.iter().copied().chain([host.as_str()]) {
        let target = KNOWN.targets.iter().find(|target| target.triple == triple && target.flags.is_empty());
        let target = target.unwrap_or_else(|| panic!("rustc prints no cfgs for {triple}"));
        let flags = flags(&root, triple);
        for (place, text) in texts.iter().enumerate() {
            let cargos = flags.contains(&flag(place));
            applied += usize::from(cargos);
            if cargos != selects(text, triple, &target.ours) {
                differences.push(format!("{text:?} on {triple}: cargo says {cargos}"));
            }
        }
    }
    println!("seed {} (CROSSKIT_CFG_SEED)", expressions::settings().0);
    println!("{} tables on {} targets, {applied} applied", texts.len(), TARGETS.len() + 1);
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    assert!(applied > texts.len(), "cargo applied {applied} tables only");
}

fn flag(place: usize) -> String {
    format!("crosskit_table_{place}")
}

/// Writes a package with a build script, and a config with a table for each of the keys.
fn write_workspace(root: &Path, keys: &[String]) {
    let tables = keys
        .iter()
        .enumerate()
        .map(|(place, key)| format!("[target.{}]\nrustflags = [\"--cfg\", \"{}\"]\n", quoted(key), flag(place)));
    let manifest = "[package]\nname = \"asked\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    for (path, text) in [
        ("Cargo.toml", manifest),
        ("build.rs", BUILD_SCRIPT),
        ("src/lib.rs", ""),
        (".cargo/config.toml", &tables.collect::<String>()),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it has a directory")).expect("a directory can be made");
        fs::write(path, text).expect("a file can be written");
    }
}

/// A string of TOML in which everything but plain ASCII is escaped.
fn quoted(text: &str) -> String {
    let plain = |c: &char| (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '"' | '\\');
    let escaped = text.chars().map(|c| if plain(&c) { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) });
    format!("\"{}\"", escaped.collect::<String>())
}

/// The flags that cargo has for a target.
fn flags(root: &Path, triple: &str) -> Vec<String> {
    let told = root.join("flags.txt");
    let _ = fs::remove_file(&told);
    let mut cargo = process::command("cargo", root);
    cargo.args(["check", "--offline", "--target", triple]);
    let finished = process::run(cargo, Duration::from_secs(120)).exits(101);
    let text = fs::read_to_string(told).unwrap_or_else(|error| panic!("{error}\n{finished}"));
    text.split('\x1f').map(str::to_owned).collect()
}
