//! The kit comes into workspaces of some shapes, and goes out again, without being compiled there.

use crosskit_tests::{expect, process};

use crate::kit;
use crate::shapes::{self, Shape};

/// What is edited in another way each, and what is refused after cargo was asked.
const SHAPES: [&str; 8] =
    ["alias-above", "build-helper", "crlf", "globs-all", "path", "locked-below", "nested", "xtask-plain"];

#[test]
fn a_workspace_is_what_it_was_when_the_kit_has_gone() {
    let shapes: Vec<Shape> = Shape::all().into_iter().filter(|shape| SHAPES.contains(&shape.name.as_str())).collect();
    assert_eq!(shapes.len(), SHAPES.len(), "each is there");
    let check = |shape: &Shape| shape.goes_in_and_out(&shapes::directory().join(&shape.name), |_| Vec::new());
    expect::nothing_wrong(&shapes.iter().flat_map(check).collect::<Vec<_>>());
}

/// As if an older version had been vendored: one file was another, one there is no more, one is new; then somebody changes
/// files in the workspace.
#[test]
fn an_update_brings_what_is_new_and_overwrites_nobodys_work() {
    let shape = Shape::all().into_iter().find(|shape| shape.name == "single-package").expect("it is there");
    let laid = shape.lay(&shapes::directory().join("update"));
    let vendor = |options: &str| shapes::vendor(&laid, options);
    let path = |name: &str| laid.root.join(name);
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("it is there");
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("it can be written");
    vendor("").exits(0);
    let (record, other, gone) = (".cargo/crosskit/vendored.toml", "crosskit/crosskit/src/path.rs", "crosskit/old.txt");
    let (new, licence) = ("crosskit/crosskit/src/cache.rs", "crosskit/LICENSE-MIT");
    let (now, of_other, of_new) = (read(record), read(other), read(new));
    let older = |text: &str, of: &str, hash: Option<&str>| -> String {
        let line = |line: &&str| !line.starts_with(&format!("\"{of}\""));
        let kept: String = text.lines().filter(line).map(|line| format!("{line}\n")).collect();
        hash.map_or(kept.clone(), |hash| format!("{kept}\"{of}\" = \"{hash}\"\n"))
    };
    let hash = |name: &str| {
        // The record's hashes are those of this program.
        let mut sum = process::command("sha256sum", &laid.root);
        sum.arg(name);
        let told = process::run(sum, kit::SHORT).exits(0).stdout;
        told.split(' ').next().unwrap_or_default().to_owned()
    };
    write(other, "// an older text\n");
    write(gone, "no more\n");
    std::fs::remove_file(path(new)).expect("it was there");
    let text = older(&now, other, Some(&hash(other)));
    let text = older(&text, gone, Some(&hash(gone)));
    write(record, &older(&text, new, None).replace("version = \"0.1.0\"", "version = \"0.0.9\""));
    // Changed here alone.
    write(licence, "changed here\n");

    let checked = vendor("--check").exits(4).tells(&["an update from 0.0.9 to 0.1.0 changes 3 files"]);
    assert!(checked.stdout.contains("+changed here"), "what was changed here is shown: {checked}");
    assert_eq!(read(other), "// an older text\n");
    vendor("--update")
        .exits(0)
        .tells(&["warning[X115]: 1 file was changed here, and stays so", "from 0.0.9 to 0.1.0 (3 files)"]);
    assert_eq!((read(other), read(new), path(gone).exists()), (of_other.clone(), of_new, false));
    assert_eq!(read(licence), "changed here\n");
    vendor("--update").exits(0).tells(&["warning[X115]", "crosskit 0.1.0 is up to date"]);

    // Changed here, and in what comes.
    let text = older(&read(record), other, Some(&hash(licence)));
    write(record, &text);
    write(other, "// mine\n");
    // What is lost comes back with an update that is made, and not with one that is refused.
    std::fs::remove_file(path(".cargo/config.toml")).expect("it was there");
    let before = shapes::files(&laid.root);
    let refused =
        vendor("--update").exits(4).tells(&["error[X115]: 1 file was changed here, and in crosskit 0.1.0", other]);
    assert!(refused.stdout.contains("-// mine"), "the difference is shown: {refused}");
    assert_eq!(shapes::files(&laid.root), before, "nothing was written");

    // What was changed is not deleted either, unless that is said.
    vendor("--remove").exits(4).tells(&["error[X115]: 2 files were changed here, and would be lost"]);
    assert_eq!(shapes::files(&laid.root), before, "nothing was written");
    vendor("--remove --allow-dirty").exits(0);
    vendor("--remove").exits(2).tells(&["error[X117]: nothing was vendored into"]);
    std::fs::create_dir_all(path(".cargo/crosskit")).expect("it can be made");
    write(record, "format = 2\n");
    vendor("--update").exits(2).tells(&["error[X117]: the record of what was vendored cannot be read"]);
}

/// A team works with what came: it has a task of its own in the xtask, one more member, and keys in the config.
#[test]
fn what_others_have_edited_since_stays() {
    let shape = Shape::all().into_iter().find(|shape| shape.name == "virtual").expect("it is there");
    let laid = shape.lay(&shapes::directory().join("edited"));
    let path = |name: &str| laid.root.join(name);
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("it is there");
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(path(name).parent().expect("it lies in a directory")).expect("it can be made");
        std::fs::write(path(name), text).expect("it can be written");
    };
    shapes::vendor(&laid, "--path").exits(0);
    shapes::vendor(&laid, "--remove").exits(0);
    shapes::vendor(&laid, "").exits(0);
    let manifest = read("Cargo.toml");
    write("Cargo.toml", &manifest.replace("    \"xtask\",\n", "    \"xtask\",\n    \"more\",\n"));
    write("more/Cargo.toml", "[package]\nname = \"more\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    write("more/src/lib.rs", "");
    let task = "        Some(task) if task == \"dist\" => ExitCode::SUCCESS,\n        _ =>";
    let program = read("xtask/src/main.rs").replace("        _ =>", task);
    write("xtask/src/main.rs", &program);
    let config = read(".cargo/config.toml");
    write(".cargo/config.toml", &format!("{config}\n[net]\nretry = 1\n"));
    let checked = shapes::vendor(&laid, "--remove").exits(0).tells(&["Left xtask/"]);
    assert!(!path("crosskit").exists() && !path(".cargo/crosskit").exists(), "the kit has gone: {checked}");
    let arm = "        Some(task) if task == \"cross\" => crosskit::main(arguments),\n";
    assert_eq!(read("xtask/src/main.rs"), program.replace(arm, ""));
    assert!(!read("xtask/Cargo.toml").contains("crosskit"), "the dependency has gone");
    let expected = manifest.replace("    \"xtask\",\n", "    \"xtask\",\n    \"more\",\n");
    assert_eq!(read("Cargo.toml"), expected.replace("exclude = [\"crosskit\"]\n", ""));
    // The alias still starts the xtask.
    assert_eq!(read(".cargo/config.toml"), format!("{config}\n[net]\nretry = 1\n"));
    kit::run_cargo(&laid.root, "metadata --format-version 1 --locked --offline").exits(0);
}

/// A package that became a workspace by the kit goes on: another version, another dependency, a lock file that moved on.
#[test]
fn a_package_that_grew_loses_the_lines_of_the_kit_alone() {
    let laid = lay("single-package", "grown");
    shapes::vendor(&laid, "").exits(0);
    shapes::commit(&laid.root);
    let manifest = laid.root.join("Cargo.toml");
    let grown = |text: &str| text.replacen("version = \"0.", "version = \"7.", 1);
    let before = String::from_utf8_lossy(laid.before(&manifest)).into_owned();
    std::fs::write(&manifest, grown(&std::fs::read_to_string(&manifest).expect("it is there"))).expect("it is written");
    kit::run_cargo(&laid.root, "update --workspace --offline").exits(0);
    let previewed = shapes::vendor(&laid, "--remove --check").exits(4);
    assert!(previewed.stdout.contains("-members = [\"xtask\"]") && laid.root.join("crosskit").exists(), "{previewed}");
    shapes::vendor(&laid, "--remove").exits(0);
    let left = std::fs::read_to_string(&manifest).expect("it is there");
    assert!(left != before && left == grown(&before), "{left}");
    kit::run_cargo(&laid.root, "metadata --format-version 1 --locked --offline").exits(0);
    let lock = std::fs::read_to_string(laid.root.join("Cargo.lock")).expect("it is there");
    assert!(!lock.contains("crosskit"), "{lock}");
}

/// Somebody else, such as an editor, begins to build in a workspace that had no target directory.
#[test]
fn what_others_build_meanwhile_stays() {
    let laid = lay("single-package", "meanwhile");
    let target = laid.root.join("target");
    std::fs::remove_dir_all(&target).unwrap_or_default();
    let done = std::sync::atomic::AtomicBool::new(false);
    let mine = target.join("debug/mine");
    std::thread::scope(|scope| {
        let wrote = scope.spawn(|| {
            // As soon as the kit has made the directory.
            while !target.exists() && !done.load(std::sync::atomic::Ordering::Relaxed) {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            std::fs::create_dir_all(target.join("debug")).and_then(|()| std::fs::write(&mine, "mine"))
        });
        shapes::vendor(&laid, "--check").exits(4);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        wrote.join().expect("it ends").expect("it can be written");
    });
    assert!(mine.is_file(), "what somebody else has built is there");
    assert!(!target.join("crosskit/rehearsal").exists(), "and nothing of the kit");
}

/// A call that was ended by force: what is left can be taken out, and nothing is said that would cost anybody's work.
#[test]
fn half_of_a_kit_is_told_and_goes() {
    let laid = lay("single-package", "half");
    let write = |name: &str, text: &[u8]| std::fs::write(laid.root.join(name), text).expect("it can be written");
    shapes::vendor(&laid, "").exits(0);
    // The manifest was not written yet, and the alias not either.
    write("Cargo.toml", laid.before(&laid.root.join("Cargo.toml")));
    write("Cargo.lock", laid.before(&laid.root.join("Cargo.lock")));
    std::fs::remove_file(laid.root.join(".cargo/config.toml")).expect("it was there");
    for options in ["--check", "--update"] {
        let told = shapes::vendor(&laid, options).exits(4);
        let told = told.tells(&["error[X115]: 2 files are without the lines of the kit", "ended before it was done"]);
        assert!(!told.stderr.contains("git checkout"), "nothing was committed: {told}");
    }
    shapes::vendor(&laid, "--remove").exits(0);
    assert!(laid.is_as_before(), "all of it has gone");

    // The alias alone comes back.
    shapes::vendor(&laid, "").exits(0);
    shapes::commit(&laid.root);
    let whole = shapes::files(&laid.root);
    std::fs::remove_file(laid.root.join(".cargo/config.toml")).expect("it was there");
    shapes::vendor(&laid, "--check").exits(4).tells(&["the alias `xtask` is not in .cargo/config.toml"]);
    shapes::vendor(&laid, "--update").exits(0).tells(&["Edited .cargo/config.toml", "up to date"]);
    assert_eq!(shapes::files(&laid.root), whole);

    // The files came, and the record did not.
    let record = laid.root.join(".cargo/crosskit/vendored.toml");
    let text = std::fs::read_to_string(&record).expect("it is there");
    let older: String = text
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some((path, _)) if path.ends_with("lib.rs\"") => format!("{path} = \"{}\"\n", "0".repeat(64)),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&record, older).expect("it can be written");
    shapes::vendor(&laid, "--update").exits(0).tells(&["Updated crosskit/"]);
    assert_eq!(shapes::files(&laid.root), whole);
}

/// A kit that is a workspace of its own gets a helper later, and goes with what cargo has made in it.
#[test]
fn a_kit_apart_gets_a_helper_later_and_goes_with_what_was_built_in_it() {
    let laid = lay("single-package", "apart");
    shapes::vendor(&laid, "--isolated").exits(0);
    shapes::commit(&laid.root);
    let package = laid.package();
    shapes::vendor(&laid, &format!("--build-helper {package}")).exits(0);
    shapes::commit(&laid.root);
    shapes::vendor(&laid, &format!("--build-helper {package}")).exits(0).tells(&["has the helper already"]);
    shapes::vendor(&laid, "--check").exits(0).tells(&["is up to date"]);
    let target = laid.root.join("crosskit/target");
    std::fs::create_dir_all(target.join("debug")).expect("it can be made");
    std::fs::write(target.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55").expect("it is written");
    shapes::vendor(&laid, "--remove").exits(0);
    assert!(laid.is_as_before(), "all of it has gone");
}

fn lay(shape: &str, name: &str) -> shapes::Laid {
    let shape = Shape::all().into_iter().find(|it| it.name == shape).expect("it is there");
    shape.lay(&shapes::directory().join(name))
}
