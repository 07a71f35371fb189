//! Workspaces that nobody would write, and in each whether what the plan lets share a call is built as cargo builds it for
//! each target alone.

use std::collections::{BTreeMap, BTreeSet};

use crosskit_tests::process;
use crosskit_tests::scratch::Scratch;

use crate::kit;

/// How many workspaces are tried; another number, and another beginning, by variables.
const COUNT: u64 = 5;

/// The targets: those that differ in the architecture alone, and one of another system.
const TARGETS: [(&str, &str); 4] = [
    ("aarch64", "aarch64-unknown-linux-gnu"),
    ("riscv64", "riscv64gc-unknown-linux-gnu"),
    ("s390x", "s390x-unknown-linux-gnu"),
    ("windows", "x86_64-pc-windows-gnu"),
];

/// Platforms of dependencies; nothing is none.
const PLATFORMS: [&str; 10] = [
    "",
    "",
    "",
    "cfg(windows)",
    "cfg(unix)",
    "cfg(target_arch = \"aarch64\")",
    "cfg(not(target_arch = \"aarch64\"))",
    "cfg(target_endian = \"big\")",
    "cfg(target_feature = \"neon\")",
    "s390x-unknown-linux-gnu",
];

/// Packages besides the one that is built.
const PACKAGES: usize = 6;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    /// One below a bound. Source: Marsaglia, "Xorshift RNGs", 2003.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }

    fn once_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }
}

/// Writes a workspace of which `p0` is the only member.
fn write(scratch: &Scratch, random: &mut Random) {
    let others: Vec<String> = (1..PACKAGES).map(|at| format!("\"p{at}\"")).collect();
    let root = format!("[workspace]\nmembers = [\"p0\"]\nexclude = [{}]\nresolver = \"2\"\n", others.join(", "));
    scratch.write("Cargo.toml", &root);
    for at in 0..PACKAGES {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut optional = BTreeSet::new();
        for to in at + 1..PACKAGES {
            for _ in 0..random.below(3) {
                let kind = if random.once_in(5) { "build-dependencies" } else { "dependencies" };
                let platform = PLATFORMS[random.below(PLATFORMS.len())];
                let table = if platform.is_empty() { kind.to_owned() } else { format!("target.'{platform}'.{kind}") };
                let features = ["", "\"a\"", "\"b\"", "\"a\", \"b\""][random.below(4)];
                let is_optional = random.once_in(6);
                let rest = if is_optional { ", optional = true" } else { "" };
                let line = format!("p{to} = {{ path = \"../p{to}\", features = [{features}]{rest} }}");
                let lines = tables.entry(table).or_default();
                // A table has a name once.
                if !lines.iter().any(|it| it.starts_with(&format!("p{to} "))) {
                    lines.push(line);
                    optional.extend(is_optional.then_some(to));
                }
            }
        }
        let turned_on: Vec<String> = optional.iter().map(|to| format!("\"dep:p{to}\"")).collect();
        let mut text = format!("[package]\nname = \"p{at}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        let is_macro = at > 0 && random.once_in(5);
        text += if is_macro { "[lib]\nproc-macro = true\n" } else { "" };
        text += &format!("[features]\na = []\nb = [{}]\n", turned_on.join(", "));
        for (table, lines) in &tables {
            text += &format!("[{table}]\n{}\n", lines.join("\n"));
        }
        scratch.write(&format!("p{at}/Cargo.toml"), &text);
        let source = if at > 0 && random.once_in(8) && !is_macro { "main.rs" } else { "lib.rs" };
        scratch.write(&format!("p{at}/src/{source}"), if source == "main.rs" { "fn main() {}\n" } else { "" });
        if tables.keys().any(|table| table.contains("build-")) || random.once_in(4) {
            scratch.write(&format!("p{at}/build.rs"), "fn main() {}\n");
        }
    }
}

/// What cargo would build for each of some triples and for the host in one call: packages, what they are built as, features.
fn built(scratch: &Scratch, triples: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = kit::cargo(&scratch.root);
    command.args(["build", "--unit-graph", "-Zunstable-options", "-p", "p0"]).env("RUSTC_BOOTSTRAP", "1");
    command.args(triples.iter().flat_map(|triple| ["--target", triple]));
    let finished = process::run(command, kit::SHORT).exits(0);
    let graph: serde_json::Value = serde_json::from_str(&finished.stdout).expect("cargo prints JSON");
    let mut built: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for unit in graph["units"].as_array().expect("a graph has units") {
        let what = format!("{} {} {} {}", unit["pkg_id"], unit["target"]["kind"], unit["mode"], unit["features"]);
        built.entry(unit["platform"].as_str().unwrap_or("host").to_owned()).or_default().insert(what);
    }
    built
}

#[test]
fn what_shares_a_call_is_built_as_alone() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (count, first) =
        (number("CROSSKIT_SHARED_COUNT").unwrap_or(COUNT), number("CROSSKIT_SHARED_SEED").unwrap_or(1u64));
    let (mut shared, mut apart, mut by_graphs, mut in_vain) = (0, 0, 0, 0);
    for seed in first..first + count {
        let scratch = Scratch::empty(&kit::directory(), "shared-calls-generated");
        write(&scratch, &mut Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
        let alone: BTreeMap<&str, _> = TARGETS.iter().map(|(_, it)| (*it, built(&scratch, &[it]))).collect();
        let (finished, asked) = super::plan(&scratch, "build aarch64 riscv64 s390x windows --dry-run");
        by_graphs += u32::from(!asked.is_empty());
        let mut seen = BTreeSet::new();
        for call in super::calls_of_cargo(&finished) {
            let triples: Vec<&str> = TARGETS
                .iter()
                .map(|(_, triple)| *triple)
                .filter(|triple| call.contains(&format!("{triple} ")))
                .collect();
            seen.extend(triples.iter().copied());
            let together = built(&scratch, &triples);
            let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (side, units) in triples.iter().flat_map(|triple| &alone[triple]) {
                expected.entry(side.clone()).or_default().extend(units.iter().cloned());
            }
            assert_eq!(together, expected, "seed {seed}, {triples:?}\n{finished}");
            if triples.len() > 1 { shared += 1 } else { apart += 1 }
        }
        assert_eq!(seen.len(), TARGETS.len(), "seed {seed}\n{finished}");
        // The plan is on the safe side: what is kept apart for nothing is told, and is no mistake.
        let calls = super::calls_of_cargo(&finished);
        in_vain += u32::from(calls.len() > 1 && built_together_as_alone(&scratch, &alone));
    }
    println!(
        "{count} workspaces: {shared} shared calls, {apart} for one target, {by_graphs} by cargo's graphs, {in_vain} in vain"
    );
    assert!(shared > 0 && apart > 0, "the workspaces are of both kinds");
}

/// Whether one call for all targets would have been right.
fn built_together_as_alone(scratch: &Scratch, alone: &BTreeMap<&str, BTreeMap<String, BTreeSet<String>>>) -> bool {
    let triples: Vec<&str> = alone.keys().copied().collect();
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (side, units) in alone.values().flatten() {
        expected.entry(side.clone()).or_default().extend(units.iter().cloned());
    }
    built(scratch, &triples) == expected
}
