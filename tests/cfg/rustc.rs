//! What the installed rustc says about the targets that it knows.

use std::process::Command;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex};

use cargo_platform::Cfg;
use crosskit_core::cfgs::{Cfgs, QUESTION};
use crosskit_tests::{cfgs, installed};

/// How many copies of rustc run at once.
const AT_ONCE: usize = 4;

/// Flags of which some cfgs come that no target has, so that expressions can ask for them.
const FLAGS: &[&[&str]] = &[
    &["--cfg", "mine", "--cfg", "level=\"3\"", "--cfg", "word=\"é → (,)\"", "--cfg", "path=\"a\\\\b\\\\\""],
    &["--cfg", "r#all", "--cfg", "r#true", "--cfg", "r#async", "--cfg", "test"],
    &["-Cpanic=abort", "-Cdebug-assertions=off", "-Ctarget-cpu=native", "--cfg", "feature=\"x\""],
];

/// The cfgs of one compilation, as each side reads them.
#[derive(Debug)]
pub struct Target {
    pub triple: String,
    /// The flags, where it is not the target alone.
    pub flags: &'static [&'static str],
    pub printed: String,
    pub ours: Cfgs,
    pub cargos: Vec<Cfg>,
}

/// Every target, and why some are missing.
#[derive(Debug)]
pub struct Known {
    pub targets: Vec<Target>,
    /// The triples for which rustc prints no cfgs, with its words.
    pub refused: Vec<(String, String)>,
}

/// Asked once for all tests of this binary.
pub static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let list = ask(&["--print", "target-list"]).expect("rustc lists its targets");
    let host = installed::host();
    let plain = list.lines().map(|triple| (triple.to_owned(), &[][..]));
    let questions: Vec<_> = plain.chain(FLAGS.iter().map(|flags| (host.clone(), *flags))).collect();
    let waiting = Mutex::new(questions.into_iter().enumerate());
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no thread panics with the lock").next();
                    let Some((place, (triple, flags))) = next else { return };
                    let answer = printed(&triple, flags);
                    answers.lock().expect("no thread panics with the lock").push((place, triple, flags, answer));
                }
            });
        }
    });
    let mut answers = answers.into_inner().expect("no thread panics with the lock");
    answers.sort_by_key(|(place, ..)| *place);
    let mut known = Known { targets: Vec::new(), refused: Vec::new() };
    for (_, triple, flags, answer) in answers {
        match answer {
            Ok(printed) => known.targets.push(Target::new(triple, flags, printed)),
            Err(words) => known.refused.push((triple, words)),
        }
    }
    known
});

impl Target {
    fn new(triple: String, flags: &'static [&'static str], printed: String) -> Target {
        let cfgs = printed.lines().map(|line| Cfg::from_str(line).unwrap_or_else(|error| panic!("{triple}: {error}")));
        // Cargo drops it as well, by name; the test against cargo itself shows that it does.
        let cargos = cfgs.filter(|cfg| !matches!(cfg, Cfg::Name(name) if name == "proc_macro")).collect();
        Target { ours: Cfgs::parse(&printed), cargos, triple, flags, printed }
    }

    /// What a message calls it.
    pub fn called(&self) -> String {
        if self.flags.is_empty() { self.triple.clone() } else { format!("{} with {:?}", self.triple, self.flags) }
    }
}

/// What rustc answers for a target and flags when it is asked as Cargo asks, or what it says instead.
pub fn printed(triple: &str, flags: &[&str]) -> Result<String, String> {
    ask(&[&QUESTION[..], &["--target", triple], flags].concat())
}

/// What rustc calls itself.
pub fn version() -> String {
    ask(&["--version"]).expect("rustc tells its version").trim().to_owned()
}

fn ask(arguments: &[&str]) -> Result<String, String> {
    // With the variable, a stable rustc prints what only a nightly should.
    let output = Command::new(installed::rustc()).args(arguments).env_remove("RUSTC_BOOTSTRAP").output();
    let output = output.map_err(|error| format!("rustc: {error}"))?;
    if output.status.success() {
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    } else {
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(words.lines().next().unwrap_or("it said nothing").to_owned())
    }
}

#[test]
fn the_question_makes_rustc_leave_out_nothing_but_static_linking_by_default() {
    let mut linked_statically = Vec::new();
    for triple in cfgs::triples().expect("the catalogue and the machines can be read") {
        // Alpine's own target is not known here.
        let Ok(shorter) = ask(&["--print", "cfg", "--target", &triple]) else { continue };
        let asked = printed(&triple, &[]).expect("it answers the shorter question");
        assert_eq!(missing(&asked, &shorter), ["proc_macro"], "{triple}");
        let gone = missing(&shorter, &asked);
        if !gone.is_empty() {
            assert_eq!(gone, ["target_feature=\"crt-static\""], "{triple}");
            linked_statically.push(triple);
        }
    }
    let statically = |triple: &String| ["musl", "wasi", "emscripten", "redox"].iter().any(|word| triple.contains(word));
    assert!(linked_statically.len() > 10 && linked_statically.iter().all(statically), "{linked_statically:?}");
}

/// The lines of a text that another one lacks.
fn missing<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    text.lines().filter(|line| other.lines().all(|it| it != *line)).collect()
}
