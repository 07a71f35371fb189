//! `cross bench`: the benches that cargo would run, with the same words, and never two at once.

use crosskit_tests::installed::AARCH64;
use crosskit_tests::process;

use crate::kit;
use crate::little::Little;

/// Notes down its words, and finds out whether another one runs at the same time.
const BENCH: &str = r#"
fn main() {
    let marks = std::env::var_os("CROSSKIT_TESTS_MARKS").expect("it is set");
    let marks = std::path::Path::new(&marks);
    let own = std::env::current_exe().expect("it is known");
    let own = own.file_stem().expect("it has one").to_string_lossy().into_owned();
    let running = marks.join("running");
    if std::fs::create_dir(&running).is_err() {
        std::fs::write(marks.join("overlap"), "").expect("a mark can be left");
        return;
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    std::fs::remove_dir(&running).expect("it is there");
    let words: Vec<String> = std::env::args().skip(1).collect();
    std::fs::write(marks.join(own), words.join(" ")).expect("a mark can be left");
    println!("took 17 parsecs");
}
"#;

/// What each bench got, by its name without the hash.
fn words(little: &Little) -> Vec<(String, String)> {
    let marks = std::fs::read_dir(little.marks()).expect("there are marks");
    let mut words: Vec<_> = marks
        .map(|mark| mark.expect("it can be read").path())
        .map(|path| {
            let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
            let name = name.rsplit_once('-').map_or(name.clone(), |(name, _)| name.to_owned());
            (name, std::fs::read_to_string(path).expect("it can be read"))
        })
        .filter(|(name, _)| name != ".keep")
        .collect();
    words.sort();
    words
}

#[test]
fn benches_run_alone_with_the_words_of_cargo() {
    AARCH64.require();
    let little = Little::new("benches", &[]);
    let manifest = little.read("Cargo.toml");
    let benches = ["one", "two", "three"].map(|name| format!("\n[[bench]]\nname = \"{name}\"\nharness = false\n"));
    little.write("Cargo.toml", &format!("{manifest}{}", benches.concat()));
    for name in ["one", "two", "three"] {
        little.write(&format!("benches/{name}.rs"), BENCH);
    }
    let outcome = little.run("bench aarch64 -- parsecs").exits(0);
    outcome.finished.clone().tells(&["took 17 parsecs", "Emulated by", "which is measured as well"]);
    assert!(!little.has_mark("overlap"), "{}", outcome.finished);
    let by_kit = words(&little);
    let names: Vec<&str> = outcome.report.only().suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["little", "one", "three", "two"], "{}", outcome.finished);
    // The same by cargo, with the config that is written now.
    little.forget_marks();
    let mut bare = kit::cargo(&little.root);
    bare.args(["bench", "--target", AARCH64.triple, "--", "parsecs"]).env(crate::little::MARKS, little.marks());
    process::run(bare, kit::COMPILING).exits(0);
    assert_eq!(by_kit, words(&little));
    assert_eq!(by_kit.len(), 3, "{by_kit:?}");
}
