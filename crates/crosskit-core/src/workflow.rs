//! A workflow for GitHub Actions that builds and tests a matrix: in shards on Linux, natively where GitHub has a machine of the
//! target, and with one report of all of it in the end.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", "GitHub-hosted runners reference".

use std::fmt::Write;

/// Where the file lies, below the root of the repository.
pub const PATH: &str = ".github/workflows/cross.yml";

/// As many cells are one shard's, unless somebody says otherwise.
const CELLS_OF_A_SHARD: usize = 10;

/// More jobs would wait for each other: as many run at once for a free account.
const MOST_SHARDS: usize = 20;

/// Targets of which GitHub has machines, beside that of the shards.
const NATIVE: &[(&str, &str)] = &[
    ("aarch64-unknown-linux-gnu", "ubuntu-24.04-arm"),
    ("x86_64-pc-windows-msvc", "windows-2025"),
    ("aarch64-pc-windows-msvc", "windows-11-arm"),
    ("aarch64-apple-darwin", "macos-15"),
    ("x86_64-apple-darwin", "macos-15-intel"),
];

/// The machine of the shards, and of the report.
const RUNNER: &str = "ubuntu-24.04";

/// Actions, each by the commit of a release: a tag may be moved.
const CHECKOUT: &str = "actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1";
const CACHE: &str = "actions/cache@9255dc7a253b0ccc959486e2bca901246202afeb # v5.0.1";
const RESTORE: &str = "actions/cache/restore@9255dc7a253b0ccc959486e2bca901246202afeb # v5.0.1";
const SAVE: &str = "actions/cache/save@9255dc7a253b0ccc959486e2bca901246202afeb # v5.0.1";
const UPLOAD: &str = "actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0";
const DOWNLOAD: &str = "actions/download-artifact@37930b1c2abaa49bbe596cd826c3c89aef350131 # v7.0.0";

/// The report of an earlier run, which came with the cache, must not be taken for this one's where this one has none.
const FORGET: &str = "rm -f target/crosskit/report.json";

/// What the workflow is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The matrices that are built; none stands for all.
    pub matrices: Vec<String>,
    /// Each target, and how many cells it has.
    pub targets: Vec<(String, usize)>,
    /// How many shards; none leaves it to the number of cells.
    pub shards: Option<usize>,
    /// The branch whose pushes are built.
    pub branch: String,
    /// The directory of the workspace below the root of the repository; empty for the root.
    pub directory: String,
}

/// The text of the workflow.
pub fn github(wanted: &Wanted) -> String {
    let runner = |triple: &str| NATIVE.iter().find(|(native, _)| *native == triple).map(|(_, runner)| *runner);
    let natively: Vec<(&str, &str)> =
        wanted.targets.iter().filter_map(|(triple, _)| Some((triple.as_str(), runner(triple)?))).collect();
    let rest: Vec<&(String, usize)> = wanted.targets.iter().filter(|(triple, _)| runner(triple).is_none()).collect();
    let cells: usize = rest.iter().map(|(_, cells)| cells).sum();
    let shards = wanted.shards.unwrap_or(cells.div_ceil(CELLS_OF_A_SHARD).min(MOST_SHARDS)).max(1);
    let mut text = head(wanted);
    let mut needs = Vec::new();
    if !rest.is_empty() {
        needs.push("shards");
        // Without native jobs the shards have all of it.
        let targets = if natively.is_empty() { Vec::new() } else { rest.iter().map(|(it, _)| it.as_str()).collect() };
        text.push_str(&sharded(wanted, shards, &targets));
    }
    if !natively.is_empty() {
        needs.push("native");
        text.push_str(&native(wanted, &natively));
    }
    text.push_str(&report(wanted, &needs));
    text
}

fn head(wanted: &Wanted) -> String {
    let directory = if wanted.directory.is_empty() {
        String::new()
    } else {
        format!("    working-directory: {}\n", scalar(&wanted.directory))
    };
    format!(
        "\
# Made by `cargo xtask cross ci github --write`; with `--check` it says whether it is up to date.
name: cross

on:
  push:
    branches: [{branch}]
  pull_request:

permissions:
  contents: read

concurrency:
  group: ${{{{ github.workflow }}}}-${{{{ github.ref }}}}
  cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}

defaults:
  run:
    shell: bash
{directory}
jobs:
",
        branch = scalar(&wanted.branch)
    )
}

/// The steps with which every job begins. `job` tells its cache from those of the others.
fn begin(wanted: &Wanted, job: &str) -> String {
    let below = below(wanted);
    format!(
        "      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - id: rust
        run: |
          rustup show active-toolchain || rustup toolchain install
          echo \"version=$(rustc --version | cut -d ' ' -f 2)\" >> \"$GITHUB_OUTPUT\"
      - uses: {CACHE}
        with:
          path: |
            ~/.cargo/registry/cache
            ~/.cargo/registry/index
            ~/.cargo/git/db
            {below}target
          key: cross-{job}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-${{{{ steps.rust.outputs.version }}}}-${{{{ hashFiles('{below}Cargo.lock') }}}}
          restore-keys: cross-{job}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-${{{{ steps.rust.outputs.version }}}}-
"
    )
}

/// The step that keeps the report of a job for the last one.
fn keep(wanted: &Wanted, name: &str) -> String {
    let below = below(wanted);
    format!(
        "      - uses: {UPLOAD}
        if: ${{{{ !cancelled() }}}}
        with:
          name: cross-report-{name}
          path: {below}target/crosskit/report.json
"
    )
}

fn sharded(wanted: &Wanted, shards: usize, targets: &[&str]) -> String {
    let list: Vec<String> = (1..=shards).map(|shard| shard.to_string()).collect();
    let targets: String = targets.iter().map(|it| format!(" --target {it}")).collect();
    format!(
        "  shards:
    name: shard ${{{{ matrix.shard }}}} of {shards}
    runs-on: {RUNNER}
    timeout-minutes: 60
    strategy:
      fail-fast: false
      matrix:
        shard: [{list}]
    steps:
{begin}      - uses: {RESTORE}
        with:
          path: {below}durations.json
          key: cross-durations-none
          restore-keys: cross-durations-
      - run: {FORGET}
      - run: >-
          cargo xtask cross matrix{names}{targets}
          --shard ${{{{ matrix.shard }}}}/{shards} --durations durations.json --install --yes
{keep}\n",
        list = list.join(", "),
        begin = begin(wanted, "shard-${{ matrix.shard }}"),
        below = below(wanted),
        names = names(wanted),
        keep = keep(wanted, "shard-${{ matrix.shard }}"),
    )
}

fn native(wanted: &Wanted, targets: &[(&str, &str)]) -> String {
    let include: String = targets
        .iter()
        .map(|(triple, runner)| format!("          - {{ target: {triple}, runner: {runner} }}\n"))
        .collect();
    format!(
        "  native:
    name: ${{{{ matrix.target }}}}
    runs-on: ${{{{ matrix.runner }}}}
    timeout-minutes: 60
    strategy:
      fail-fast: false
      matrix:
        include:
{include}    steps:
{begin}      - run: {FORGET}
      - run: cargo xtask cross matrix{names} --target ${{{{ matrix.target }}}}
{keep}\n",
        begin = begin(wanted, "${{ matrix.target }}"),
        names = names(wanted),
        keep = keep(wanted, "${{ matrix.target }}"),
    )
}

fn report(wanted: &Wanted, needs: &[&str]) -> String {
    let below = below(wanted);
    format!(
        "  report:
    if: ${{{{ !cancelled() }}}}
    needs: [{needs}]
    runs-on: {RUNNER}
    timeout-minutes: 15
    steps:
{begin}      - uses: {DOWNLOAD}
        with:
          pattern: cross-report-*
          path: {below}reports
      - run: cargo xtask cross report merge reports/*/report.json --output durations.json
      - run: |
          cargo xtask cross report markdown durations.json >> \"$GITHUB_STEP_SUMMARY\"
          cargo xtask cross report junit durations.json --output junit.xml
          cargo xtask cross report html durations.json --output cross.html
      - uses: {UPLOAD}
        with:
          name: cross-whole
          path: |
            {below}durations.json
            {below}junit.xml
            {below}cross.html
      - uses: {SAVE}
        if: ${{{{ github.event_name == 'push' }}}}
        with:
          path: {below}durations.json
          key: cross-durations-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
",
        needs = needs.join(", "),
        begin = begin(wanted, "report"),
    )
}

fn names(wanted: &Wanted) -> String {
    let mut names = String::new();
    for name in &wanted.matrices {
        // A String takes whatever is written.
        let _ = write!(names, " {name}");
    }
    names
}

fn below(wanted: &Wanted) -> String {
    if wanted.directory.is_empty() { String::new() } else { format!("{}/", wanted.directory) }
}

/// A word as YAML takes it for a string.
fn scalar(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_word =
        ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&word.to_ascii_lowercase().as_str());
    if begins && !is_word && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(targets: &[(&str, usize)]) -> Wanted {
        Wanted {
            matrices: vec!["ci".to_owned()],
            targets: targets.iter().map(|(triple, cells)| ((*triple).to_owned(), *cells)).collect(),
            branch: "main".to_owned(),
            ..Wanted::default()
        }
    }

    #[test]
    fn what_has_a_machine_runs_there_and_the_rest_in_shards() {
        let text = github(&wanted(&[
            ("aarch64-apple-darwin", 2),
            ("riscv64gc-unknown-linux-gnu", 14),
            ("x86_64-unknown-linux-gnu", 7),
        ]));
        for expected in [
            "        shard: [1, 2, 3]\n",
            "          cargo xtask cross matrix ci --target riscv64gc-unknown-linux-gnu --target x86_64-unknown-linux-gnu\n",
            "          --shard ${{ matrix.shard }}/3 --durations durations.json --install --yes\n",
            "          - { target: aarch64-apple-darwin, runner: macos-15 }\n",
            "    needs: [shards, native]\n",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn a_job_that_would_have_nothing_to_do_is_not_there() {
        let emulated = github(&wanted(&[("s390x-unknown-linux-gnu", 1)]));
        assert!(emulated.contains("cross matrix ci\n") && emulated.contains("needs: [shards]"), "{emulated}");
        assert!(!emulated.contains("  native:"));
        let native = github(&wanted(&[("x86_64-pc-windows-msvc", 1)]));
        assert!(native.contains("needs: [native]") && !native.contains("  shards:"), "{native}");
        let many = github(&wanted(&[("s390x-unknown-linux-gnu", 5000)]));
        assert!(many.contains("shard ${{ matrix.shard }} of 20\n"), "{many}");
    }

    #[test]
    fn every_action_is_named_by_its_commit() {
        let text = github(&wanted(&[("aarch64-apple-darwin", 2), ("s390x-unknown-linux-gnu", 1)]));
        for line in text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, action)| action) {
            let (action, version) = line.split_once(" # v").expect("its release is said");
            let commit = action.split_once('@').map(|(_, commit)| commit).unwrap_or_default();
            assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{line}");
            assert!(version.split('.').count() == 3, "{line}");
        }
    }

    #[test]
    fn words_stay_strings() {
        for (word, expected) in [
            ("main", "main"),
            ("release/1.x", "release/1.x"),
            ("1.0", "'1.0'"),
            ("no", "'no'"),
            ("a'b", "'a''b'"),
            ("a b", "'a b'"),
        ] {
            assert_eq!(scalar(word), expected);
        }
    }
}
