#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "one test asks the real cargo, in a directory of its own"
)]
use super::*;

/// Pairs of a nearer and a farther file, and the key that cargo 1.95 names when it refuses to merge them.
const PAIRS: &[(&str, &str, Option<&str>)] = &[
    ("target.x.linker = 'a'", "target.x.linker = 'b'", None),
    ("target.x.linker = 'a'", "target.x.linker = ['b']", Some("target.x.linker")),
    ("target.x.runner = ['a']", "target.x.runner = 'b'", Some("target.x.runner")),
    ("target.x = 'a'", "target.x.runner = 'b'", Some("target.x")),
    ("target.x.runner = 'b'", "target.x = 'a'", Some("target.x")),
    ("target.x.linker = { path = 'a' }", "target.x.linker = { path = 'b' }", None),
    ("target.'cfg(unix)'.runner = 'a'", "target.'cfg(unix)'.runner = ['a']", Some("target.\"cfg(unix)\".runner")),
    ("env.A = '1'", "env.A = { value = '1' }", Some("env.A")),
    ("env.A = { value = '1' }", "env.A = '1'", Some("env.A")),
    ("foo.a = 1", "foo.a = '1'", None),
    ("foo.a = true", "foo.a = '1'", None),
    ("foo.a = 1", "foo.a = true", None),
    ("foo.a = 1", "foo.a = [1]", Some("foo.a")),
    ("foo.a = 1", "foo.a.b = 1", Some("foo.a")),
    ("foo.a = []", "foo.a = {}", Some("foo.a")),
    ("foo.a = ['x']", "foo.a = [1]", None),
    ("foo.a = ['x']", "[[foo.a]]\nb = 1", None),
    ("[[foo.a]]\nb = 1", "[[foo.a]]\nb = 'x'", None),
    ("foo = [[1], ['x']]", "foo = [['x']]", None),
    ("foo.a = ['x']", "foo = { a = 'y', b = 1 }", Some("foo.a")),
    ("alias.b = 'build'", "alias.b = ['build']", Some("alias.b")),
    ("build.target = 'x86_64-unknown-linux-gnu'", "build.target = ['x86_64-unknown-linux-gnu']", Some("build.target")),
    ("build.rustflags = '-g'", "build.rustflags = ['-g']", Some("build.rustflags")),
    ("build.jobs = 2", "build.jobs = 'default'", None),
    ("unstable.build-std = true", "unstable.build-std = ['std']", Some("unstable.build-std")),
    ("term.progress.when = 'auto'", "term.progress = 'auto'", Some("term.progress")),
    ("profile.dev.debug = 1", "profile.dev.debug = 'full'", None),
    ("paths = ['x']", "paths = 'x'", Some("paths")),
    ("future-incompat-report.frequency = 'never'", "future-incompat-report = false", Some("future-incompat-report")),
    ("include = []", "x = 1", None),
];

fn named(files: &[&'static str]) -> Vec<(String, &'static str)> {
    files.iter().enumerate().map(|(index, text)| (format!("file{index}"), *text)).collect()
}

#[test]
fn finds_what_cargo_refuses() {
    for (near, far, expected) in PAIRS {
        let clashes = merge_clashes(&named(&[near, far])).unwrap();
        let found: Vec<String> = clashes.iter().map(|clash| wanted::dotted(&clash.path)).collect();
        assert_eq!(found, expected.iter().map(ToString::to_string).collect::<Vec<_>>(), "{near} | {far}");
    }
}

/// The same pairs, given to the cargo that runs the tests.
#[test]
fn cargo_agrees() {
    let outer = std::env::temp_dir().join(format!("crosskit-clashes-{}", std::process::id()));
    let inner = outer.join("inner");
    for directory in [&outer, &inner] {
        std::fs::create_dir_all(directory.join(".cargo")).unwrap();
    }
    std::fs::create_dir_all(inner.join("src")).unwrap();
    std::fs::write(inner.join("src/lib.rs"), "").unwrap();
    std::fs::write(inner.join("Cargo.toml"), "[package]\nname = 'x'\nedition = '2021'\n[workspace]\n").unwrap();
    let mut wrong = Vec::new();
    for (near, far, expected) in PAIRS {
        std::fs::write(inner.join(".cargo/config.toml"), near).unwrap();
        std::fs::write(outer.join(".cargo/config.toml"), far).unwrap();
        let output = std::process::Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(&inner)
            .env("CARGO_HOME", outer.join("home"))
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        if output.status.success() != expected.is_none() || error.contains("failed to merge") != expected.is_some() {
            wrong.push(format!("{near} | {far}: {error}"));
        }
    }
    std::fs::remove_dir_all(&outer).unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn names_both_places_of_all_clashes() {
    let files = named(&[
        "[target.x]\nlinker = 'a'\n",
        "[target.x]\nrunner = ['a']\n[env]\nA = 'x'\n",
        "env.A.value = 'x'\n[target.x]\nlinker = ['a']\nrunner = 'r'\n",
    ]);
    let mut found: Vec<String> = merge_clashes(&files).unwrap().iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "cargo cannot merge `env.A`: string at file1:4:5, table at file2:1:1",
            "cargo cannot merge `target.x.linker`: string at file0:2:10, array at file2:3:10",
            "cargo cannot merge `target.x.runner`: array at file1:2:10, string at file2:4:10",
        ]
    );
}

#[test]
fn a_file_that_is_not_toml_is_named() {
    let error = merge_clashes(&named(&["a = 1", "a ="])).unwrap_err();
    assert_eq!((error.file.as_str(), error.error.position), ("file1", Position { line: 1, column: 4 }));
}
