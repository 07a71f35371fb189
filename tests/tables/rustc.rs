//! What rustc starts to link. For a crate without `core` it needs no standard library, so it can be asked for any target,
//! and it prints the command before it starts it: nothing has to be there that links.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crosskit_core::linking::Style;
use crosskit_tests::{installed, process};

/// How many copies of rustc run at once.
const AT_ONCE: usize = 4;

const SOURCE: &str = "#![feature(no_core)]\n#![no_core]\n#![no_main]\n";

/// What rustc needs beside the target to make something of it that is linked.
const NEEDED: &[(&str, &[&str])] = &[
    ("avr-none", &["-Ctarget-cpu=atmega328p"]),
    ("amdgcn-amd-amdhsa", &["-Ctarget-cpu=gfx900", "--crate-type=cdylib"]),
];

/// A command by which rustc links.
#[derive(Clone, Debug)]
pub struct Started {
    pub program: String,
    pub arguments: Vec<String>,
}

/// Where the links are made: a directory with the source, and an empty one to be `PATH`.
struct Place {
    root: PathBuf,
    nothing: PathBuf,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tables");
    let nothing = root.join("nothing");
    fs::create_dir_all(&nothing).expect("a directory can be made");
    fs::write(root.join("empty.rs"), SOURCE).expect("a file can be written");
    Place { root, nothing }
});

/// The triples that rustc knows.
pub fn triples() -> Vec<String> {
    ask(&["--print", "target-list"]).lines().map(str::to_owned).collect()
}

/// What rustc prints about itself.
pub fn ask(arguments: &[&str]) -> String {
    let mut command = process::command(installed::rustc(), &PLACE.root);
    command.env("RUSTC_BOOTSTRAP", "1").args(arguments);
    process::run(command, Duration::from_secs(60)).exits(0).stdout
}

/// The minor version of rustc.
pub fn minor() -> u32 {
    let version = ask(&["--version"]);
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).expect("rustc tells its version")
}

/// By what rustc links for a target with these flags, or what it says where it does not come to link.
pub fn link(triple: &str, flags: &[String]) -> Result<Started, String> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let own = PLACE.root.join(format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&own).expect("a directory can be made");
    let mut command = process::command(installed::rustc(), &PLACE.root);
    command.env("RUSTC_BOOTSTRAP", "1").env("PATH", &PLACE.nothing).env("TMPDIR", &own);
    command.args(["empty.rs", "--crate-type=bin", "-Cpanic=abort", "--print=link-args", "--target", triple]);
    command.args(NEEDED.iter().filter(|(it, _)| *it == triple).flat_map(|(_, needed)| *needed));
    command.arg("-o").arg(own.join("linked")).args(flags);
    let finished = process::run(command, Duration::from_secs(60));
    assert!(!finished.timed_out, "{finished}");
    fs::remove_dir_all(&own).expect("a directory can be removed");
    let mut words = finished.stdout.lines().next().map(words).unwrap_or_default().into_iter();
    match words.next() {
        Some(program) => Ok(Started { program, arguments: words.collect() }),
        None => Err(finished.stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()),
    }
}

/// The program and the arguments in a command as rustc prints it; variables stand before it, their values quoted too.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        if letter == '"' {
            let mut word = String::new();
            while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                word.push(if letter == '\\' { letters.next().unwrap_or_default() } else { letter });
            }
            if before == ' ' {
                words.push(word);
            }
        }
        before = letter;
    }
    words
}

/// The same question about many things, with the answers in their order.
pub fn about_all<Q: Sync, A: Send>(questions: &[Q], ask: impl Fn(&Q) -> A + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut answers = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(question) = questions.get(place) else { return answers };
            answers.push((place, ask(question)));
        }
    };
    let mut answers: Vec<(usize, A)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no question panics")).collect()
    });
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

impl Started {
    /// How rustc treats the program, by the arguments that it gives.
    pub fn style(&self) -> Style {
        let has = |start: &str| self.arguments.iter().any(|argument| argument.starts_with(start));
        if self.arguments.first().is_some_and(|first| first == "-flavor") {
            return Style::Lld;
        }
        // emcc has no option for what rustc asks of other drivers, but for this one.
        if !has("-Wl,") && !has("-sEXPORTED") && !self.arguments.iter().any(|it| it == "-s") {
            return Style::Direct;
        }
        let chosen = self.arguments.iter().rev().find_map(|argument| argument.strip_prefix("-fuse-ld="));
        let shown = self.arguments.iter().any(|it| it.starts_with("-B") && it.ends_with("/gcc-ld"));
        match chosen {
            Some("lld") if shown => Style::DriverWithLld,
            Some("lld") => Style::DriverWithOtherLld,
            _ => Style::Driver,
        }
    }
}
