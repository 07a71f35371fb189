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
    /// The architecture.
    Arch(&'static str),
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
            Common::Arch(_) => 4,
            Common::With(_) => 5,
            Common::Without(_) => 6,
            Common::Emulated | Common::Native => 7,
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
            Common::Arch(arch) => write!(f, "on {arch}"),
            Common::With(option) => write!(f, "with `{option}`"),
            Common::Without(option) => write!(f, "without `{option}`"),
            Common::Emulated => f.write_str("under emulation"),
            Common::Native => f.write_str("without emulation"),
        }
    }
}

/// More words than these beside one another explain nothing.
const FEW: usize = 3;

/// Where something failed, among the cells that tried it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// On all of them.
    Everywhere,
    /// On those that have this in common, and on no other. With more than one word the cells cannot tell which it is.
    Only(Vec<Common>),
    /// On all that have both of these in common, and on no other.
    Both(Common, Common),
    /// On all that have one of these, and on no other.
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
    let commons = commons(record);
    let mut places: BTreeMap<(Vec<usize>, Vec<usize>), Vec<Subject>> = BTreeMap::new();
    for (subject, Outcomes { failed, passed }) in outcomes(record) {
        if !failed.is_empty() {
            // A library and a program may have the same name, and a test in each.
            let passed = passed.difference(&failed).copied().collect();
            places.entry((failed.into_iter().collect(), passed)).or_default().push(subject);
        }
    }
    let group = |((failed, passed), subjects): ((Vec<usize>, Vec<usize>), Vec<Subject>)| Group {
        place: place(&failed, &passed, &commons),
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
        if matches!(cell.verdict, Verdict::Passed | Verdict::Failed) {
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
                // Each cell has one profile, so that to lack another says nothing more.
                match own.contains(*option) {
                    true => commons.insert(Common::With(it)),
                    false => !is_profile(option) && commons.insert(Common::Without(it)),
                };
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
    let mut options: BTreeSet<String> = words.map(|option| format!("--{option}")).collect();
    // Cargo's own, without a word; it has an option as well.
    if !options.iter().any(|it| is_profile(it)) {
        options.insert("--profile dev".to_owned());
    }
    options
}

fn is_profile(option: &str) -> bool {
    option == "--release" || option.starts_with("--profile ")
}

/// What the words of a triple say.
fn of_target(triple: &str) -> BTreeSet<Common> {
    let mut commons = BTreeSet::new();
    if let Some(machine) = expected(triple) {
        commons.insert(Common::Endian(machine.endian));
        commons.extend(machine.bits.map(Common::Width));
        commons.insert(Common::Arch(machine.name()));
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
    let pairs = |words: &[Common]| -> Vec<(Common, Common)> {
        let pair =
            |(at, one): (usize, &Common)| words.iter().skip(at + 1).map(|other| (one.clone(), other.clone())).collect();
        words.iter().enumerate().flat_map(|it| -> Vec<_> { pair(it) }).collect()
    };
    let both =
        pairs(&told_apart).into_iter().find(|(one, other)| !passed.iter().any(|at| has(at, one) && has(at, other)));
    if let Some((one, other)) = both {
        return Where::Both(one, other);
    }
    // Each of these explains some, and failed wherever it was tried: `--release` beside a profile that is like it.
    let mut of_a_kind: BTreeMap<_, Vec<Common>> = BTreeMap::new();
    let all: BTreeSet<&Common> = failed.iter().filter_map(|at| commons.get(*at)).flatten().collect();
    let pure: Vec<Common> =
        all.into_iter().filter(|common| !passed.iter().any(|at| has(at, common))).cloned().collect();
    for common in &pure {
        of_a_kind.entry(common.kind()).or_default().push(common.clone());
    }
    let covers = |any: &&Vec<Common>| failed.iter().all(|at| any.iter().any(|common| has(at, common)));
    // A word for a single cell would be no more than another name of it.
    let of_several: Vec<Common> =
        pure.iter().filter(|common| failed.iter().filter(|at| has(at, common)).count() > 1).cloned().collect();
    let of_two = pairs(&of_several).into_iter().map(|(one, other)| vec![one, other]).find(|any| covers(&any));
    if let Some(any) = of_two {
        return Where::Any(any);
    }
    if let Some(any) = of_a_kind.values().filter(|any| any.len() <= FEW).find(covers) {
        return Where::Any(any.clone());
    }
    // A single cell needs no such word, as it has its own name; and what most have who are well is no reason.
    let well = |common: &Common| passed.iter().filter(|at| has(at, common)).count();
    match told_apart.into_iter().min_by_key(well) {
        Some(common) if failed.len() > 1 && well(&common) <= failed.len() => Where::Within(common),
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
        let (gnu, arm) = (Common::Env("gnu".to_owned()), Common::Arch("AArch64"));
        let cases: &[(&[(&str, char)], Where)] = &[
            (&[(X86, '.'), (S390X, 'F'), (ARM, '.')], Where::Only(vec![big.clone(), Common::Arch("s390x")])),
            (&[(X86, '.'), (S390X, 'F'), (POWERPC, 'F'), (ARMV7, '.')], Where::Only(vec![big.clone()])),
            (&[(X86, '.'), (S390X, '.'), (POWERPC, 'F'), (ARMV7, '.')], Where::Only(vec![Common::Arch("PowerPC")])),
            (
                &[(ARM, '.'), (S390X, 'F'), (POWERPC, 'F'), (ARMV7, 'F'), (I686, 'F')],
                Where::Any(vec![big.clone(), Common::Width(32)]),
            ),
            (&[(X86, '.'), (ARM, 'F'), (MUSL, '.'), ("x86_64-unknown-linux-musl", '.')], Where::Both(gnu, arm.clone())),
            (&[(X86, '.'), (I686, 'F'), (ARMV7, 'F'), (ARM, '.')], Where::Only(vec![Common::Width(32)])),
            (
                &[(X86, '.'), (I686, '.'), (POWERPC, 'F'), (ARMV7, 'F')],
                Where::Any(vec![Common::Arch("Arm"), Common::Arch("PowerPC")]),
            ),
            (
                &[
                    (X86, '.'),
                    (ARMV7, 'F'),
                    ("arm-unknown-linux-gnueabihf", '.'),
                    (I686, 'F'),
                    ("i586-unknown-linux-gnu", '.'),
                ],
                Where::Within(Common::Width(32)),
            ),
            (&[(X86, '.'), (ARM, '.'), (MUSL, 'F')], Where::Only(vec![Common::Env("musl".to_owned())])),
            (&[(X86, '.'), (ARM, 'F'), (MUSL, 'F')], Where::Only(vec![arm.clone(), Common::Emulated])),
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
        assert_eq!(only, [(Where::Only(vec![Common::Width(32), Common::Arch("Arm"), Common::Emulated]), 2)]);
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
        let dev = [(Where::Only(vec![Common::With("--profile dev".to_owned())]), 2)];
        assert_eq!(place_of(&[(X86, 'F'), (&release, '.')]), dev);
        let features = format!("{X86} --all-features");
        let without = [(Where::Only(vec![Common::Without("--all-features".to_owned())]), 2)];
        assert_eq!(place_of(&[(X86, 'F'), (&features, '.')]), without);
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
        let musl = Where::Only(vec![Common::Env("musl".to_owned()), Common::Arch("AArch64")]);
        let big = Where::Only(vec![Common::Endian(Endian::Big), Common::Arch("s390x")]);
        assert_eq!(told, [(&big, &[0][..], 3), (&musl, &[2][..], 2)]);
        assert_eq!(groups[0].subjects, [Subject::Cell]);
        assert!(matches!(groups[1].subjects[..], [Subject::Suite(_)]));
    }
}
