//! A matrix is built in parts, as on several computers, and its reports are put together for those who read them.

use crosskit_tests::installed::{self, AARCH64};

use crate::kit;
use crate::little::Little;
use crate::report;

const SETTINGS: &str = "\
[matrix.ci]
targets = [\"aarch64\", \"host\"]
profiles = [\"dev\", \"release\"]
";

const TESTS: &str = "\
#[test]
fn passes() {}

#[test]
fn fails_where_memory_is_foreign() {
    println!(\"what it prints <here>\");
    assert!(cfg!(target_arch = \"x86_64\"), \"only there\");
}
";

#[test]
fn a_matrix_in_two_parts_is_one_run_in_the_end() {
    AARCH64.require();
    let little = Little::new("parts", &[("parts", TESTS)]);
    little.write("crosskit.toml", SETTINGS);
    let mut cells = Vec::new();
    for index in [1, 2] {
        // As GitHub's machines say of themselves.
        let mut command = little.command(&format!("matrix --shard {index}/2"));
        command.env("GITHUB_ACTIONS", "true");
        let finished = crosskit_tests::process::run(command, kit::COMPILING);
        let told =
            finished.tells(&[&format!("Dividing shard {index}/2: 2 of 4 cells, by their number"), "1.00 × the mean"]);
        let part = little.read("target/crosskit/report.json");
        let seen = report::read(&little);
        let failed = seen.cells.iter().filter(|cell| !cell.failed().is_empty()).count();
        let code = if failed == 0 { 0 } else { 100 };
        let told = told.exits(code);
        let annotation = "::error file=tests/parts.rs,line=7,col=5,title=fails_where_memory_is_foreign on";
        assert_eq!(told.stderr.matches(annotation).count(), failed, "{told}");
        cells.extend(seen.cells.iter().map(|cell| cell.target.clone()));
        little.write(&format!("part-{index}.json"), &part);
    }
    cells.sort();
    let host = installed::host();
    assert_eq!(cells, [AARCH64.triple, AARCH64.triple, &host, &host]);

    kit::run(&little, "report merge part-1.json").exits(2).tells(&["error[X119]: shard 2/2 is missing"]);
    kit::run(&little, "report merge part-2.json part-1.json --output whole.json").exits(0);
    let whole = report::read_at(&little, "whole.json");
    assert_eq!((whole.parts.len(), whole.cells.len()), (2, 4));
    let junit = kit::run(&little, "report junit whole.json").exits(0).stdout;
    let failure = "<failure message=\"only there\" type=\"failed\">what it prints &lt;here&gt;";
    assert_eq!(junit.matches(failure).count(), 2, "{junit}");
    // The last run is that of the second part.
    kit::run(&little, "report").exits(0);
    let markdown = kit::run(&little, "report markdown whole.json").exits(0).stdout;
    let head = markdown.lines().next().unwrap_or_default();
    assert!(head.starts_with("### 4 cells") && head.ends_with(": 2 failed, 2 passed"), "{markdown}");

    // Where it failed has a word; and on each computer was seen what linkers took, as this is Linux.
    let place = "Only on AArch64, which here is the same as under emulation: 2 of 4 cells";
    let shown = kit::run(&little, "report show whole.json").exits(0).stdout;
    assert!(
        shown.contains(&format!("\n{place}\n  `fails_where_memory_is_foreign` of little parts (integration)\n")),
        "{shown}"
    );
    kit::run(&little, "report html whole.json").exits(0).tells(&["Wrote", "whole.html"]);
    let page = little.read("whole.html");
    assert!(page.contains(place) && page.matches("class=\"key link\"").count() == 2, "{page}");

    // What took long is known now, and every cell is in one part as before.
    for index in [1, 2] {
        let told = kit::run(&little, &format!("matrix --shard {index}/2 --durations whole.json --dry-run")).exits(0);
        told.tells(&["of 4 cells, by how long they took"]);
    }
    kit::run(&little, "matrix --shard 1/2 --durations gone.json --dry-run").exits(0).tells(&["gone.json is not there"]);
    kit::run(&little, "matrix --shard 1/2 --durations crosskit.toml --dry-run").exits(2).tells(&["error[X118]"]);
}
