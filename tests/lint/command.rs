//! The command itself: whose scripts it reads, its exit codes, what it says as data, and what the settings let stay.

use std::path::Path;

use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

/// The answer of the host decides what the target links.
const ASKS_THE_HOST: &str = "\
fn main() {
    if cfg!(windows) {
        println!(\"cargo:rustc-link-lib=ws2_32\");
    }
}
";

/// Writes beside the sources.
const WRITES_OUTSIDE: &str = "\
fn main() {
    std::fs::write(\"src/made.rs\", \"\").unwrap();
}
";

fn manifest(name: &str, words: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2021\"\n{words}")
}

/// A member with a finding, and a package outside of the workspace with another one.
fn workspace(name: &str) -> Scratch {
    let scratch = Scratch::empty(Path::new(env!("CARGO_TARGET_TMPDIR")), name);
    let of_member = "\n[dependencies]\nother = { path = \"../../other\" }\n";
    scratch.write("root/Cargo.toml", "[workspace]\nmembers = [\"member\"]\nresolver = \"2\"\n");
    for (directory, name, words, script) in
        [("root/member", "member", of_member, ASKS_THE_HOST), ("other", "other", "\n[workspace]\n", WRITES_OUTSIDE)]
    {
        scratch.write(&format!("{directory}/Cargo.toml"), &manifest(name, words));
        scratch.write(&format!("{directory}/src/lib.rs"), "");
        scratch.write(&format!("{directory}/build.rs"), script);
    }
    scratch
}

#[track_caller]
fn lint(scratch: &Scratch, arguments: &str) -> Finished {
    let mut command = process::command(env!("CARGO_BIN_EXE_crosskit-with-lint"), &scratch.root.join("root"));
    command.arg("lint").args(arguments.split_whitespace()).arg("--offline");
    process::run(command, LIMIT)
}

#[test]
fn whose_findings_fail_is_said_by_deny() {
    let scratch = workspace("lint-deny");
    let all = ["warning[X100]", "member/build.rs:2:8", "warning[X105]", "in other 1.2.3, a dependency"];
    lint(&scratch, "").exits(0).tells(&all).tells(&["2 build scripts: 1 finding in members, 1 in dependencies"]);
    lint(&scratch, "--deny").exits(4).tells(&all);
    lint(&scratch, "--deny=all aarch64").exits(4).tells(&all);
    let own = lint(&scratch, "--no-deps").exits(0).tells(&["1 build script: 1 finding in members, 0 in dependencies"]);
    assert!(!own.stderr.contains("X105"), "{own}");
    lint(&scratch, "arch64").exits(2).tells(&["X001", "`aarch64`"]);

    scratch.write("root/member/build.rs", "fn main() {}\n");
    lint(&scratch, "--deny").exits(0).tells(&["0 findings in members, 1 in dependencies"]);
    lint(&scratch, "--deny=all").exits(4);
}

#[test]
fn the_settings_let_findings_stay_for_a_reason() {
    let scratch = workspace("lint-allow");
    let entry = |code, package| {
        format!("[[lint.allow]]\ncode = \"{code}\"\npackage = \"{package}\"\nreason = \"known since March\"\n\n")
    };
    scratch.write("root/crosskit.toml", &(entry("X100", "member") + &entry("X105", "other")));
    let quiet = lint(&scratch, "--deny=all").exits(0);
    let quiet = quiet.tells(&["2 build scripts: 0 findings in members, 0 in dependencies; 2 allowed"]);
    assert!(!quiet.stderr.contains("[X1"), "{quiet}");
    lint(&scratch, "-v").exits(0).tells(&["Allowed X100, member/build.rs:2:8: known since March"]);
    // What is not read says nothing about its entry.
    let own = lint(&scratch, "--no-deps").exits(0);
    assert!(!own.stderr.contains("X106"), "{own}");

    scratch.write("root/crosskit.toml", &(entry("X101", "member") + &entry("X105", "others")));
    let told =
        ["warning[X106]: X101 is allowed in member", "crosskit.toml:2:8", "warning[X106]: X105 is allowed in others"];
    lint(&scratch, "").exits(0).tells(&told).tells(&["warning[X100]", "warning[X105]", "known since March"]);

    scratch.write("root/crosskit.toml", &entry("X012", "member"));
    lint(&scratch, "").exits(2).tells(&["error[X025]", "`X012` is no code of `lint`", "crosskit.toml:2:8"]);
}

#[test]
fn the_same_is_there_as_data() {
    let scratch = workspace("lint-json");
    let settings = "[[lint.allow]]\ncode = \"X105\"\npackage = \"other\"\nreason = \"checked in\"\n";
    scratch.write("root/crosskit.toml", settings);
    let finished = lint(&scratch, "aarch64 --format json --deny").exits(4);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout).expect("stdout is JSON");
    let of = |package: &str| {
        let scripts = report["scripts"].as_array().expect("there are scripts");
        scripts.iter().find(|it| it["package"] == package).unwrap_or_else(|| panic!("{package}: {report:#}"))
    };
    assert_eq!(report["targets"], serde_json::json!(["aarch64-unknown-linux-gnu"]));
    assert_eq!((&report["exit_code"], &report["schema"]), (&4.into(), &1.into()));
    let finding = &of("member")["findings"][0];
    assert_eq!((&finding["code"], &finding["origin"]), (&"X100".into(), &"member/build.rs:2:8".into()), "{report:#}");
    assert_eq!((&of("member")["member"], &of("other")["member"]), (&true.into(), &false.into()));
    let stays = &of("other")["allowed"][0];
    assert_eq!((&stays["code"], &stays["reason"]), (&"X105".into(), &"checked in".into()));
    assert_eq!(of("other")["findings"], serde_json::json!([]));
}

/// What a script includes lies beside the file that does so.
#[test]
fn what_a_script_includes_is_a_part_of_it() {
    let scratch = workspace("lint-included");
    let includes = "include!(\"inc/link.rs\");\nmod a {\n    include!(\"inc/a.rs\");\n}\nfn main() {}\n";
    // What is no file of items, or is made by another script, is left alone.
    let others =
        "static TABLE: &[u8] = include!(\"inc/table.in\");\ninclude!(concat!(env!(\"OUT_DIR\"), \"/b.rs\"));\n";
    scratch.write("root/member/build.rs", &format!("{includes}{others}"));
    scratch.write("root/member/inc/table.in", "[1, 2");
    scratch.write("root/member/inc/link.rs", &ASKS_THE_HOST.replace("main", "link"));
    scratch.write("root/member/inc/a.rs", "include!(\"b.rs\");\n");
    scratch.write("root/member/inc/b.rs", &ASKS_THE_HOST.replace("main", "link"));
    let told = ["member/inc/link.rs:2:8", "member/inc/b.rs:2:8", "2 findings in members"];
    let finished = lint(&scratch, "--no-deps").exits(0).tells(&told);
    assert!(!finished.stderr.contains("is not read"), "{finished}");
}

/// What is not read is told, and a script is read wherever it lies.
#[test]
fn no_script_is_left_out_in_silence() {
    let scratch = workspace("lint-unread");
    scratch.write("root/member/Cargo.toml", &manifest("member", "build = \"../shared.rs\"\n"));
    scratch.write("root/shared.rs", &format!("mod more;\n{ASKS_THE_HOST}"));
    std::fs::write(scratch.root.join("root/more.rs"), b"// \xff\n").expect("a file can be written");
    let told = ["warning[X100]", "shared.rs:3:8", "warning[X024]", "more.rs` is not read: "];
    lint(&scratch, "--deny").exits(4).tells(&told);

    scratch.write("root/shared.rs", &format!("fn main() {{}}\n{}", "// A line.\n".repeat(100_000)));
    lint(&scratch, "--deny").exits(4).tells(&["warning[X024]", "it has more than 1024 KiB"]);
}
