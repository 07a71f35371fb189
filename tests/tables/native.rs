//! Which C compiler, C++ compiler and archiver the cc crate picks: what the kit says, held against the crate.
//!
//! The crate is asked in a process of its own, with an environment of its own, in which shell scripts stand in for the
//! programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crosskit_core::finding::Origin;
use crosskit_core::machine::Machine;
use crosskit_core::native::{Script, Variable};
use crosskit_core::rules;

use crate::rustc::{about_all, triples};
use crate::share;

const HOST: &str = "x86_64-unknown-linux-gnu";

/// What is asked for, in the order in which the answers come.
const KEYS: [&str; 3] = ["cc", "cxx", "ar"];

/// What the kit says where it cannot know: for Android the crate starts compilers to see which ones work.
const UNKNOWN: &str = "what the cc crate finds by asking the system";

/// Environments. The variables of one target reach no other one.
const ENVIRONMENTS: &[&[(&str, &str)]] = &[
    &[],
    &[("CROSS_COMPILE", "x-elf-")],
    &[("CROSS_COMPILE", "")],
    &[("RUSTC_LINKER", "/opt/bin/y-gcc")],
    &[("RUSTC_LINKER", "y-gcc"), ("CROSS_COMPILE", "x-elf")],
    &[("RUSTC_LINKER", "y-clang")],
    &[("CC", "one"), ("CXX", "two"), ("AR", "three")],
    &[("CC", "ccache one -m32"), ("CXX", " sccache two"), ("AR", "three -x")],
    &[("CC", ""), ("CXX", " "), ("AR", "")],
    &[("TARGET_CC", "one"), ("CC", "two"), ("HOST_CXX", "one"), ("CXX", "two"), ("TARGET_AR", ""), ("AR", "two")],
    &[("HOST_CC", "one"), ("HOST_CXX", "two"), ("HOST_AR", "three")],
    &[("CC", "clang-cl")],
    &[
        ("CC_aarch64_unknown_linux_gnu", "one"),
        ("CXX_aarch64-unknown-linux-gnu", "two"),
        ("CXX_aarch64_unknown_linux_gnu", "three"),
        ("AR_aarch64_unknown_linux_gnu", "four"),
        ("CC_thumbv8m.main-none-eabi", "one"),
        ("CXX_thumbv8m_main_none_eabi", "two"),
        ("AR_thumbv8m_main-none-eabi", "three"),
        ("TARGET_AR", "five"),
    ],
];

/// Which of the programs are there.
#[derive(Clone, Copy, Debug)]
enum There {
    None,
    Half,
    OtherHalf,
    All,
}

impl There {
    const EVERY: [There; 4] = [There::None, There::Half, There::OtherHalf, There::All];

    fn has(self, program: &str) -> bool {
        // By no rule that the names have to do with.
        let odd = program.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) / 8 % 2 == 1;
        match self {
            There::None => false,
            There::Half => odd,
            There::OtherHalf => !odd,
            There::All => true,
        }
    }
}

/// A variable as the kit looks it up.
fn lookup(environment: &[(&str, &str)], name: &str) -> Option<Variable> {
    let (name, value) = environment.iter().find(|(it, _)| *it == name)?;
    let origin = Origin::Variable((*name).to_owned());
    Some(Variable { name: (*name).to_owned(), value: (*value).to_owned(), origin, shared: false })
}

fn script<'a>(triple: &'a str, environment: &[(&'a str, &'a str)]) -> Script<'a> {
    let linker = environment.iter().find(|(name, _)| *name == "RUSTC_LINKER").map(|(_, value)| *value);
    Script { target: triple, host: HOST, linker }
}

/// Stands in for every program. As a compiler it tells what it is when it is asked for it, and all of them tell of the
/// directory in which they lie.
const PROGRAM: &str = "#!/bin/sh
case \"$1\" in
-E) echo '#pragma message \"KIND\"' ;;
-[?]) exit STATUS ;;
--print-search-dirs) echo \"programs: =${0%/*}\" ;;
--show-sdk-path) echo \"${0%/*}\" ;;
esac
";

/// What a program is by its name.
fn kind(name: &str) -> &'static str {
    ["clang-cl", "clang"].into_iter().find(|kind| name.contains(kind)).unwrap_or("gcc")
}

/// Writes the programs that all directories have links to.
fn write_programs(root: &Path) {
    fs::create_dir_all(root).expect("a directory can be made");
    for name in ["gcc", "clang", "clang-cl"] {
        // Only Microsoft's compilers, and those that behave as they do, know this option.
        let status = if name == "clang-cl" { "0" } else { "1" };
        let text = PROGRAM.replace("KIND", name.trim_end_matches("-cl")).replace("STATUS", status);
        fs::write(root.join(name), text).expect("a file can be written");
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(0o755)).expect("a file can be made a program");
    }
}

/// A directory of programs.
fn link_programs(root: &Path, directory: &Path, names: &BTreeSet<String>) {
    fs::create_dir_all(directory).expect("a directory can be made");
    // Without what tells of Apple's kits the crate refuses their targets.
    for name in names.iter().map(String::as_str).chain(["xcrun"]) {
        fs::hard_link(root.join(kind(name)), directory.join(name)).expect("a link can be made");
    }
}

/// What the cc crate picks for each of the triples.
fn picked(triples: &[&String], path: &Path, environment: &[(&str, &str)], work: &Path) -> Vec<Vec<String>> {
    let questions = work.join("questions");
    let text: String = triples.iter().map(|triple| format!("{triple}\n")).collect();
    fs::write(&questions, text).expect("a file can be written");
    let mut asks = Command::new(env!("CARGO_BIN_EXE_crosskit-asks-cc"));
    asks.arg(HOST).arg(work).env_clear().env("PATH", path).envs(environment.iter().copied());
    asks.stdin(fs::File::open(questions).expect("a file can be read")).stderr(Stdio::inherit());
    let output = asks.output().expect("what asks starts");
    assert!(output.status.success(), "{asks:?}");
    let text = String::from_utf8(output.stdout).expect("names of programs are UTF-8");
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The name of the program alone: what the crate found as a path the kit may know by its name.
fn same(ours: &str, picked: &str) -> bool {
    let ours = rules::compiler_program(ours);
    ours == picked || (!ours.contains('/') && picked.ends_with(&format!("/{ours}")))
}

/// What came of a comparison.
#[derive(Default)]
struct Outcome {
    differences: Vec<String>,
    compared: usize,
    unknown: usize,
    refused: BTreeSet<String>,
    /// The programs that were picked, by key.
    picked: BTreeMap<&'static str, BTreeSet<String>>,
}

fn compare(root: &Path, triples: &[&String], environment: &[(&str, &str)], there: There) -> Outcome {
    let find = |name: &str| lookup(environment, name);
    let named = triples.iter().flat_map(|triple| script(triple, environment).programs(&find));
    let is_name = |name: &String| !name.is_empty() && !name.contains('/');
    let names: BTreeSet<String> = named.filter(|name| is_name(name) && there.has(name)).collect();
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let directory = root.join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
    let path = directory.join("bin");
    link_programs(root, &path, &names);
    let places = names.iter().map(|name| (name.clone(), path.join(name).display().to_string()));
    let machine = Machine { host: HOST.to_owned(), programs: places.collect(), ..Machine::default() };
    let mut outcome = Outcome::default();
    for (triple, answers) in triples.iter().zip(picked(triples, &path, environment, &directory)) {
        for (key, picked) in KEYS.into_iter().zip(answers) {
            let ours = script(triple, environment).pick(key, &machine, &find).value;
            if picked == "-" {
                outcome.refused.insert((*triple).clone());
            } else if ours == UNKNOWN {
                assert!(triple.contains("android"), "{key} for {triple} is not known");
                outcome.unknown += 1;
            } else {
                outcome.compared += 1;
                if !same(&ours, &picked) {
                    outcome.differences.push(format!(
                        "{key} for {triple} with {environment:?} and {there:?} there\n  cc: {picked}\n  kit: {ours}"
                    ));
                }
                let name = picked.rsplit('/').next().unwrap_or_default();
                outcome.picked.entry(key).or_default().insert(name.to_owned());
            }
        }
    }
    outcome
}

#[test]
fn the_kit_says_what_the_cc_crate_picks() {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("native-{}", std::process::id()));
    write_programs(&root);
    let triples = triples();
    let numbers = 0..ENVIRONMENTS.len();
    let questions: Vec<(usize, There)> = numbers.flat_map(|number| There::EVERY.map(|there| (number, there))).collect();
    let outcomes = about_all(&questions, |(number, there)| {
        // Each environment meets other targets, as the share allows.
        let asked: Vec<&String> = triples.iter().skip(number % share()).step_by(share()).collect();
        compare(&root, &asked, ENVIRONMENTS[*number], *there)
    });
    let mut all = Outcome::default();
    for outcome in outcomes {
        all.differences.extend(outcome.differences);
        all.compared += outcome.compared;
        all.unknown += outcome.unknown;
        all.refused.extend(outcome.refused);
        for (key, names) in outcome.picked {
            all.picked.entry(key).or_default().extend(names);
        }
    }
    let kinds: Vec<String> = all.picked.iter().map(|(key, names)| format!("{key} is one of {}", names.len())).collect();
    println!("{} comparisons, {} unknown; {}", all.compared, all.unknown, kinds.join(", "));
    println!("the crate refuses {:?}", all.refused);
    let _ = fs::remove_dir_all(root);
    assert!(all.differences.is_empty(), "{} differences\n{}", all.differences.len(), all.differences.join("\n"));
    assert!(all.compared * share() > 45_000, "only {} comparisons", all.compared);
    assert!(all.refused.len() < 10, "the crate refuses {:?}", all.refused);
    assert!(all.picked.values().all(|names| names.len() > 30), "{:?}", all.picked);
}
