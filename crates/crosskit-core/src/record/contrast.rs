//! What failed somewhere and not elsewhere, and what the cells have in common on which it failed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Cell, Record, Suite, Verdict};
use crate::emulation::Way;
use crate::libtest::{Outcome, Test};
use crate::object_file::{Endian, expected};

/// What cells may have in common that a program may trip over, in the order in which a reader would suspect it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Common {
    /// The order of bytes.
    Endian(Endian),
    /// The bits of a pointer.
    Width(u8),
    /// The C library or ABI, as the triple names it: `musl`, `msvc`.
    Env(String),
    /// The operating system, as the triple names it.
    System(String),
    /// An option that tells cells of a target apart: `--release`.
    With(String),
    /// The same of cells that do without it.
    Without(String),
    /// An emulator starts the programs.
    Emulated,
    /// The machine itself does.
    Native,
}

impl Common {
    /// What kind of word it is, in the order of suspicion.
    fn kind(&self) -> u8 {
        match self {
            Common::Endian(_) => 0,
            Common::Width(_) => 1,
            Common::Env(_) => 2,
            Common::System(_) => 3,
            Common::With(_) => 4,
            Common::Without(_) => 5,
            Common::Emulated | Common::Native => 6,
        }
    }
}

impl fmt::Display for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Common::Endian(Endian::Big) => f.write_str("on big endian"),
            Common::Endian(Endian::Little) => f.write_str("on little endian"),
            Common::Width(bits) => write!(f, "on {bits}-bit"),
            Common::Env(env) => write!(f, "with {env}"),
            Common::System(system) if system == "none" => f.write_str("on bare metal"),
            Common::System(system) => write!(f, "on {system}"),
            Common::With(option) => write!(f, "with `{option}`"),
            Common::Without(option) => write!(f, "without `{option}`"),
            Common::Emulated => f.write_str("under emulation"),
            Common::Native => f.write_str("without emulation"),
        }
    }
}

/// Where something failed, among the cells that tried it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// On all of them.
    Everywhere,
    /// On those that have this in common, and on no other. With more than one word the cells cannot tell which it is.
    Only(Vec<Common>),
    /// On all that have one of these, which are of a kind, and on no other.
    Any(Vec<Common>),
    /// On some of those that have this in common, and on no other.
    Within(Common),
    /// On some.
    Some,
}

/// What failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Nothing could be built, or something else than a test is wrong.
    Cell,
    /// A suite that did not tell of its tests how they ended.
    Suite(Name),
    /// A test of a suite.
    Test(Name, String),
}

/// Which suite it is, in every cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The package.
    pub package: String,
    /// The library's, binary's or test's name.
    pub name: String,
    /// `unit`, `integration` and so on.
    pub kind: String,
    /// Whether it is a host program.
    pub host: bool,
}

impl Name {
    /// The name of a suite.
    pub fn of(suite: &Suite) -> Name {
        let Suite { package, name, kind, host, .. } = suite;
        Name { package: package.clone(), name: name.clone(), kind: kind.clone(), host: *host }
    }

    /// As [`Suite::words`].
    pub fn words(&self) -> String {
        let on = if self.host { ", on the host" } else { "" };
        format!("{} {} ({}){on}", self.package, self.name, self.kind)
    }
}

/// What failed on the same cells, of the same that tried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// In words that mean something.
    pub place: Where,
    /// The places in [`Record::cells`] of those on which it failed.
    pub failed: Vec<usize>,
    /// How many tried it.
    pub tried: usize,
    /// What failed.
    pub subjects: Vec<Subject>,
}

/// What failed, in groups: first what failed everywhere, then what has a reason that can be named.
pub fn groups(record: &Record) -> Vec<Group> {
    let traits: Vec<BTreeSet<Common>> = commons(record);
    let mut places: BTreeMap<(Vec<usize>, Vec<usize>), Vec<Subject>> = BTreeMap::new();
    for (subject, Outcomes { failed, passed }) in outcomes(record) {
        if !failed.is_empty() {
            // A library and a program may have the same name, and a test in each.
            let passed = passed.difference(&failed).copied().collect();
            places.entry((failed.into_iter().collect(), passed)).or_default().push(subject);
        }
    }
    let group = |((failed, passed), subjects): ((Vec<usize>, Vec<usize>), Vec<Subject>)| Group {
        place: place(&failed, &passed, &traits),
        tried: failed.len() + passed.len(),
        failed,
        subjects,
    };
    let mut groups: Vec<Group> = places.into_iter().map(group).collect();
    groups.sort_by(|one, other| one.place.cmp(&other.place).then_with(|| one.failed.cmp(&other.failed)));
    groups
}

#[derive(Debug, Default)]
struct Outcomes {
    failed: BTreeSet<usize>,
    passed: BTreeSet<usize>,
}

/// On which cells each thing failed, and on which it went well.
fn outcomes(record: &Record) -> BTreeMap<Subject, Outcomes> {
    let mut outcomes: BTreeMap<Subject, Outcomes> = BTreeMap::new();
    let mut tell = |subject: Subject, at: usize, failed: bool| {
        let of = outcomes.entry(subject).or_default();
        if failed {
            of.failed.insert(at)
        } else {
            of.passed.insert(at)
        };
    };
    let is_tried = |cell: &&Cell| matches!(cell.verdict, Verdict::Passed | Verdict::Failed);
    // What never fails is not asked about: of a million tests these are all but a few.
    let mut failing: BTreeMap<Name, BTreeSet<&str>> = BTreeMap::new();
    for suite in record.cells.iter().flat_map(|cell| &cell.suites) {
        let mut failed = suite.tests.iter().filter(|test| test.outcome.is_failure()).peekable();
        if failed.peek().is_some() {
            failing.entry(Name::of(suite)).or_default().extend(failed.map(|test| test.name.as_str()));
        }
    }
    for (at, cell) in record.cells.iter().enumerate() {
        for suite in &cell.suites {
            let name = Name::of(suite);
            let knows_tests = suite.passed() || suite.tests.iter().any(|test| test.outcome.is_failure());
            tell(Subject::Suite(name.clone()), at, !knows_tests);
            let Some(failing) = failing.get(&name) else { continue };
            let ran = |test: &&Test| !matches!(test.outcome, Outcome::Ignored | Outcome::Quarantined);
            for test in suite.tests.iter().filter(ran).filter(|test| failing.contains(test.name.as_str())) {
                tell(Subject::Test(name.clone(), test.name.clone()), at, test.outcome.is_failure());
            }
        }
        if is_tried(&cell) {
            let by_suites = cell.suites.iter().any(|suite| !suite.passed());
            tell(Subject::Cell, at, cell.verdict == Verdict::Failed && !by_suites);
        }
    }
    outcomes
}

/// What each cell is.
fn commons(record: &Record) -> Vec<BTreeSet<Common>> {
    let options: Vec<BTreeSet<String>> = record.cells.iter().map(options).collect();
    let of_any: BTreeSet<&String> = options.iter().flatten().collect();
    let cells = record.cells.iter().zip(&options);
    cells
        .map(|(cell, own)| {
            let mut commons = of_target(&cell.target);
            for option in &of_any {
                let it = (*option).clone();
                commons.insert(if own.contains(*option) { Common::With(it) } else { Common::Without(it) });
            }
            let way = cell.emulation.as_deref().map(|way| Way::named(way) == Some(Way::Native));
            commons.extend(way.map(|native| if native { Common::Native } else { Common::Emulated }));
            commons
        })
        .collect()
}

/// What stands behind the triple in the name of a cell, by option.
fn options(cell: &Cell) -> BTreeSet<String> {
    let rest = cell.name.strip_prefix(&cell.target).unwrap_or_default();
    let words = rest.split(" --").map(str::trim).filter(|option| !option.is_empty());
    words.map(|option| format!("--{option}")).collect()
}

/// What the words of a triple say.
fn of_target(triple: &str) -> BTreeSet<Common> {
    let mut commons = BTreeSet::new();
    if let Some(machine) = expected(triple) {
        commons.insert(Common::Endian(machine.endian));
        commons.extend(machine.bits.map(Common::Width));
    }
    let words = || triple.split('-').skip(1);
    let systems = ["linux", "windows", "darwin", "android", "freebsd", "netbsd", "wasi", "none", "uefi"];
    let system = systems.into_iter().find(|system| words().any(|word| word.starts_with(system)));
    commons.extend(system.map(|it| Common::System(it.to_owned())));
    // The ABI stands behind it in the same word: `gnueabihf`, `muslabi64`.
    let environments = ["musl", "gnu", "msvc", "uclibc", "ohos"];
    let environment = environments.into_iter().find(|it| words().any(|word| word.starts_with(it)));
    commons.extend(environment.map(|it| Common::Env(it.to_owned())));
    commons
}

fn place(failed: &[usize], passed: &[usize], commons: &[BTreeSet<Common>]) -> Where {
    if passed.is_empty() {
        return Where::Everywhere;
    }
    let has = |at: &usize, common: &Common| commons.get(*at).is_some_and(|own| own.contains(common));
    let shared = failed.iter().filter_map(|at| commons.get(*at)).cloned().reduce(|one, other| &one & &other);
    let told_apart: Vec<Common> = shared
        .into_iter()
        .flatten()
        // What all that tried it have in common explains nothing.
        .filter(|common| !passed.iter().all(|at| has(at, common)))
        .collect();
    let exact: Vec<Common> =
        told_apart.iter().filter(|common| !passed.iter().any(|at| has(at, common))).cloned().collect();
    if !exact.is_empty() {
        return Where::Only(exact);
    }
    // Each of these explains some, and failed wherever it was tried: `--release` beside a profile that is like it.
    let mut of_a_kind: BTreeMap<_, Vec<Common>> = BTreeMap::new();
    let all: BTreeSet<&Common> = failed.iter().filter_map(|at| commons.get(*at)).flatten().collect();
    for common in all.into_iter().filter(|common| !passed.iter().any(|at| has(at, common))) {
        of_a_kind.entry(common.kind()).or_default().push(common.clone());
    }
    let covers = |any: &&Vec<Common>| failed.iter().all(|at| any.iter().any(|common| has(at, common)));
    if let Some(any) = of_a_kind.values().find(covers) {
        return Where::Any(any.clone());
    }
    // A single cell needs no such word: it has its own name.
    let fewest = |common: &Common| passed.iter().filter(|at| has(at, common)).count();
    match told_apart.into_iter().min_by_key(fewest) {
        Some(common) if failed.len() > 1 => Where::Within(common),
        _ => Where::Some,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells by name, and for each how its one test ended: `.` passed, `F` failed, ` ` not there.
    fn place_of(cells: &[(&str, char)]) -> Vec<(Where, usize)> {
        let cell = |(name, outcome): &(&str, char)| {
            let outcome = match outcome {
                '.' => Some(Outcome::Passed),
                'F' => Some(Outcome::Failed),
                'i' => Some(Outcome::Ignored),
                _ => None,
            };
            let failed = outcome == Some(Outcome::Failed);
            let verdict = if failed { "failed" } else { "passed" };
            let tests = outcome.map(|outcome| Test { name: "it".to_owned(), outcome });
            let suite = Suite {
                package: "codec".to_owned(),
                verdict: verdict.to_owned(),
                tests: tests.into_iter().collect(),
                ..Suite::default()
            };
            Cell {
                name: (*name).to_owned(),
                target: name.split(' ').next().unwrap_or_default().to_owned(),
                verdict: if failed { Verdict::Failed } else { Verdict::Passed },
                emulation: Some(if name.starts_with("x86_64") { "native" } else { "namespace" }.to_owned()),
                suites: vec![suite],
                ..Cell::default()
            }
        };
        let record = Record::new(None, Vec::new(), cells.iter().map(cell).collect());
        groups(&record).into_iter().map(|group| (group.place, group.tried)).collect()
    }

    const X86: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "aarch64-unknown-linux-gnu";
    const MUSL: &str = "aarch64-unknown-linux-musl";
    const ARMV7: &str = "armv7-unknown-linux-gnueabihf";
    const I686: &str = "i686-unknown-linux-gnu";
    const S390X: &str = "s390x-unknown-linux-gnu";
    const POWERPC: &str = "powerpc-unknown-linux-gnu";

    #[test]
    fn what_cells_have_in_common_is_named() {
        let big = Common::Endian(Endian::Big);
        let cases: &[(&[(&str, char)], Where)] = &[
            (&[(X86, '.'), (S390X, 'F'), (ARM, '.')], Where::Only(vec![big.clone()])),
            (&[(X86, '.'), (S390X, 'F'), (POWERPC, 'F'), (ARMV7, '.')], Where::Only(vec![big.clone()])),
            (&[(X86, '.'), (S390X, '.'), (POWERPC, 'F'), (ARMV7, '.')], Where::Some),
            (&[(X86, '.'), (I686, 'F'), (ARMV7, 'F'), (ARM, '.')], Where::Only(vec![Common::Width(32)])),
            (&[(X86, '.'), (I686, '.'), (POWERPC, 'F'), (ARMV7, 'F')], Where::Within(Common::Width(32))),
            (&[(X86, '.'), (ARM, '.'), (MUSL, 'F')], Where::Only(vec![Common::Env("musl".to_owned())])),
            (&[(X86, '.'), (ARM, 'F'), (MUSL, 'F')], Where::Only(vec![Common::Emulated])),
            (&[(X86, 'F'), (ARM, 'F')], Where::Everywhere),
            (&[(X86, 'F'), (ARM, ' '), (MUSL, 'i')], Where::Everywhere),
            (&[(X86, 'F'), (ARM, '.'), (MUSL, 'F')], Where::Some),
        ];
        for (cells, expected) in cases {
            let tried = cells.iter().filter(|(_, outcome)| matches!(outcome, '.' | 'F')).count();
            assert_eq!(place_of(cells), [(expected.clone(), tried)], "{cells:?}");
        }
    }

    #[test]
    fn what_cannot_be_told_apart_is_all_named() {
        let only = place_of(&[(X86, '.'), (ARMV7, 'F')]);
        assert_eq!(only, [(Where::Only(vec![Common::Width(32), Common::Emulated]), 2)]);
    }

    #[test]
    fn words_of_a_kind_may_explain_it_together() {
        let [release, small, checked] =
            ["--release", "--profile small", "--profile checked"].map(|it| format!("{X86} {it}"));
        let cells = [(X86, '.'), (release.as_str(), 'F'), (small.as_str(), 'F'), (checked.as_str(), '.')];
        let options = ["--profile small", "--release"].map(|it| Common::With(it.to_owned()));
        assert_eq!(place_of(&cells), [(Where::Any(options.to_vec()), 4)]);
    }

    #[test]
    fn options_tell_cells_apart() {
        let release = format!("{X86} --release");
        let with = [(Where::Only(vec![Common::With("--release".to_owned())]), 2)];
        assert_eq!(place_of(&[(X86, '.'), (&release, 'F')]), with);
        let without = [(Where::Only(vec![Common::Without("--release".to_owned())]), 2)];
        assert_eq!(place_of(&[(X86, 'F'), (&release, '.')]), without);
    }

    /// What does not build has no tests, and a suite that was lost none that ended.
    #[test]
    fn what_is_no_test_is_told_as_well() {
        let suite = |verdict: &str| Suite { verdict: verdict.to_owned(), ..Suite::default() };
        let cell = |target: &str, verdict, suites| {
            let target = target.to_owned();
            Cell { name: target.clone(), target, verdict, suites, ..Cell::default() }
        };
        let cells = vec![
            cell(S390X, Verdict::Failed, Vec::new()),
            cell(X86, Verdict::Passed, vec![suite("passed")]),
            cell(MUSL, Verdict::Failed, vec![suite("timed out")]),
            cell(ARM, Verdict::Missing, Vec::new()),
        ];
        let groups = groups(&Record::new(None, Vec::new(), cells));
        let told: Vec<_> = groups.iter().map(|group| (&group.place, &group.failed[..], group.tried)).collect();
        let musl = Where::Only(vec![Common::Env("musl".to_owned())]);
        assert_eq!(told, [(&Where::Only(vec![Common::Endian(Endian::Big)]), &[0][..], 3), (&musl, &[2][..], 2)]);
        assert_eq!(groups[0].subjects, [Subject::Cell]);
        assert!(matches!(groups[1].subjects[..], [Subject::Suite(_)]));
    }
}
