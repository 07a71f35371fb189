//! Sorting cells, without any proof, and with the package graph's.

use std::path::Path;

use super::*;
use crate::cfgs::Cfgs;
use crate::exit::Exit;
use crate::libraries::Libraries;
use crate::machine::Machine;
use crate::plan::{Request, Rung};
use crate::policy::OwnFiles;
use crate::resolve::{ConfigFiles, Files, Layers};
use crate::settings::Settings;
use crate::target::Catalogue;
use crate::tools::Questions;
use crate::workspace::{Dependency, Package, Workspace};

fn cell(triple: &str, options: &str) -> Cell {
    let line = format!("build --target {triple} -p app {options}");
    Cell {
        triple: triple.to_owned(),
        linker: None,
        stand_in: None,
        packages: vec!["app".to_owned()],
        asked: Rung::Verify,
        reach: Some(Rung::Verify),
        stopped_by: Vec::new(),
        name: triple.to_owned(),
        variant: crate::matrix::Variant::default(),
        glibc: None,
        retries: 0,
        quarantine: Vec::new(),
        shares_files: true,
        linking_scripts: std::collections::BTreeSet::new(),
        environment: BTreeMap::new(),
        build: line.split_whitespace().map(str::to_owned).collect(),
        benches: false,
        program: None,
        doc: None,
        doc_packages: Vec::new(),
        runner: Vec::new(),
        host_runner: Vec::new(),
        runner_name: String::new(),
        emulation: None,
        profile_directory: "debug".to_owned(),
        test_arguments: Vec::new(),
        timeout: 1,
    }
}

fn with(cell: Cell, name: &str, value: &str) -> Cell {
    Cell { environment: BTreeMap::from([(name.to_owned(), value.to_owned())]), ..cell }
}

/// The cells of each group, and the splits, where everything is proven that is asked for.
fn sorted(cells: &[Cell]) -> (Vec<Group>, Vec<Split>) {
    arrange(cells, "x86_64-unknown-linux-gnu", |cells| Shared { groups: vec![cells.to_vec()], splits: Vec::new() })
}

const HOST: &str = "x86_64-unknown-linux-gnu";

#[test]
fn a_call_names_every_triple_and_keeps_what_stands_around_them() {
    let (groups, splits) = sorted(&[cell("a", "-r"), cell("b", "-r"), cell("c", "-r")]);
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].cells, [0, 1, 2]);
    assert_eq!(groups[0].build.join(" "), "build --target a --target b --target c -p app -r");
    assert!(splits.is_empty());
}

#[test]
fn other_options_packages_and_variables_are_kept_apart() {
    let mut other = cell("c", "");
    other.build[4] = "firmware".to_owned();
    let cells = [
        cell("a", ""),
        cell("a", "-r"),
        other,
        with(cell("d", ""), "RUSTC_BOOTSTRAP", "1"),
        cell("e", ""),
        with(cell("f", ""), "RUSTC_BOOTSTRAP", "2"),
    ];
    let (groups, splits) = sorted(&cells);
    assert_eq!(
        groups.iter().map(|it| it.cells.clone()).collect::<Vec<_>>(),
        [vec![0, 4], vec![1], vec![2], vec![3], vec![5]]
    );
    let variable = Apart::Variable("RUSTC_BOOTSTRAP".to_owned());
    let why: Vec<_> = splits.into_iter().map(|it| (it.group, it.from, it.why)).collect();
    assert_eq!(why, [(1, 0, Apart::Options), (2, 0, Apart::Packages), (3, 0, variable.clone()), (4, 0, variable)]);
}

#[test]
fn variables_of_a_target_alone_are_united_and_those_of_the_host_are_not() {
    let cells = [
        with(cell("riscv64gc-unknown-linux-gnu", ""), "CARGO_TARGET_RISCV64GC_UNKNOWN_LINUX_GNU_LINKER", "x"),
        with(cell("s390x-unknown-linux-gnu", ""), "CC_s390x_unknown_linux_gnu", "y"),
        with(cell(HOST, ""), "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "z"),
    ];
    let (groups, _) = sorted(&cells);
    assert_eq!(groups.iter().map(|it| it.cells.clone()).collect::<Vec<_>>(), [vec![0, 1], vec![2]]);
    assert_eq!(groups[0].environment.len(), 2);
    assert_eq!(sorted(&[cell(HOST, ""), cells[0].clone()]).0.len(), 1, "the triple itself is one like others");
}

#[test]
fn a_call_names_no_triple_twice() {
    let (groups, _) = sorted(&[cell("a", ""), cell("b", ""), cell("a", "")]);
    assert_eq!(groups.iter().map(|it| it.cells.clone()).collect::<Vec<_>>(), [vec![0, 1], vec![2]]);
}

#[test]
fn every_cell_is_in_one_group_whatever_is_proven() {
    let cells: Vec<Cell> = ["a", "b", "c", "d"].map(|it| cell(it, "")).into();
    let odd_and_even = |cells: &[usize]| {
        let (odd, even) = cells.iter().partition(|it| *it % 2 == 1);
        Shared { groups: vec![odd, even], splits: vec![(1, 0, Apart::Units(None))] }
    };
    let (groups, splits) = arrange(&cells, HOST, odd_and_even);
    assert_eq!(groups.iter().map(|it| it.cells.clone()).collect::<Vec<_>>(), [vec![0, 2], vec![1, 3]]);
    assert_eq!((splits[0].group, splits[0].from), (0, 1), "places are those of the plan");
}

/// A chain of packages, each with a dependency for one architecture of ten and one that all share.
fn large_workspace(count: usize) -> Workspace {
    let package = |at: usize| {
        let dependency = |id: String, platform: Option<String>| Dependency { id, platform, ..Dependency::default() };
        let own = format!("cfg(target_arch = \"arch{}\")", at % 10);
        let mut dependencies = vec![dependency(format!("own{at}"), Some(own)), dependency("log".to_owned(), None)];
        dependencies.extend((at + 1 < count).then(|| dependency(format!("p{}", at + 1), None)));
        let name = if at == 0 { "app".to_owned() } else { format!("p{at}") };
        [Package { id: name.clone(), name, dependencies, ..Package::default() }, leaf(format!("own{at}"))]
    };
    Workspace { packages: (0..count).flat_map(package).chain([leaf("log".to_owned())]).collect(), xtask: None }
}

fn leaf(name: String) -> Package {
    Package { id: name.clone(), name, ..Package::default() }
}

/// A hundred triples with a hundred sets of options, and as many options as cells.
#[test]
#[expect(clippy::disallowed_types, reason = "the test is about time")]
fn ten_thousand_cells_are_grouped_within_a_second() {
    let triples: Vec<String> = (0..100).map(|at| format!("arch{}-unknown-os{at}", at % 10)).collect();
    let wide = |set: usize| triples.iter().map(move |triple| cell(triple, &format!("--features f{set}")));
    let wide: Vec<Cell> = (0..100).flat_map(wide).collect();
    let all_other: Vec<Cell> = (0..10_000).map(|at| cell("a", &format!("--features f{at}"))).collect();
    let workspace = large_workspace(300);
    let view = |triple: &String| KindView {
        triple: triple.clone(),
        cfgs: Some(Cfgs::parse(&format!("target_arch=\"{}\"", triple.split('-').next().unwrap_or_default()))),
        ..KindView::default()
    };
    let views: Vec<KindView> = triples.iter().map(view).collect();
    for (cells, expected) in [(wide, 100), (all_other, 10_000)] {
        let took = (0..3).map(|_| {
            let begin = std::time::Instant::now();
            let prepared = grouped(&workspace, &views, cells.clone(), "--all-features");
            assert_eq!(prepared.plan.groups.len(), expected);
            assert_eq!(prepared.plan.splits.len(), expected - 1);
            assert!(prepared.questions.graphs.is_empty(), "the package graph is enough");
            begin.elapsed()
        });
        // Other processes may take the processor for a while.
        let best = took.min().expect("it ran");
        assert!(best < std::time::Duration::from_secs(1), "{best:?}");
    }
}

/// The plan of some cells after grouping.
fn grouped(workspace: &Workspace, views: &[KindView], cells: Vec<Cell>, option: &str) -> Prepared {
    let machine = Machine { host: HOST.to_owned(), rustc: "1.95.0".to_owned(), ..Machine::default() };
    let request = Request {
        rung: Rung::Verify,
        builds: true,
        builds_tests: false,
        benches: false,
        program: None,
        targets: Vec::new(),
        packages: Vec::new(),
        workspace: false,
        exclude: Vec::new(),
        axes: crate::settings::Axes::at(crate::finding::Origin::CommandLine),
        matrices: None,
        only: Vec::new(),
        shard: None,
        durations: BTreeMap::new(),
        best_effort: false,
        retries: 0,
        graph_options: vec![option.to_owned()],
        cargo_options: Vec::new(),
        test_arguments: Vec::new(),
        config: Vec::new(),
        timeout: None,
        emulation: None,
        writes_own_triple: false,
        writes: false,
        installs: false,
    };
    let (files, layers) = (Files::default(), Layers::default());
    let root = Path::new("/w");
    let input = Input {
        request: &request,
        catalogue: &Catalogue::built_in().expect("it parses"),
        settings: &Settings::default(),
        libraries: &Libraries::built_in().expect("it parses"),
        workspace,
        machine: &machine,
        asked: &Questions::default(),
        configs: ConfigFiles { root, shared_root: root, cargo_home: None, command_line: &[], files: &files },
        inner_directories: &[],
        inner_files: &[],
        scripts: &[],
        own_files: &OwnFiles::default(),
        own_directory: Path::new("/w/target/crosskit"),
    };
    let mut prepared = Prepared::default();
    prepared.plan.cells = cells;
    add_groups(&input, &input.config(&layers), views, &mut prepared);
    assert_eq!(prepared.exit(), Exit::Done);
    prepared
}

#[test]
fn other_features_than_cargo_was_asked_with_are_not_proven_by_the_package_graph() {
    let workspace = large_workspace(1);
    let views: Vec<KindView> = ["a", "b"]
        .iter()
        .map(|it| KindView { triple: (*it).to_owned(), cfgs: Some(Cfgs::NONE), ..KindView::default() })
        .collect();
    let cells = || vec![cell("a", "--features x"), cell("b", "--features x")];
    assert_eq!(grouped(&workspace, &views, cells(), "-q").questions.graphs.len(), 2);
    let prepared = grouped(&workspace, &views, cells(), "--all-features");
    assert_eq!((prepared.questions.graphs.len(), prepared.plan.groups.len()), (0, 1));
}

#[test]
fn cargo_is_asked_for_the_very_call_and_rustc_is_kept_as_it_is() {
    let views: Vec<KindView> = ["a", "b"]
        .iter()
        .map(|it| KindView { triple: (*it).to_owned(), cfgs: Some(Cfgs::NONE), ..KindView::default() })
        .collect();
    let prepared = grouped(&large_workspace(1), &views, vec![cell("a", "-F x"), cell("b", "-F x")], "-q");
    let asked: Vec<String> = prepared.questions.graphs.iter().map(|it| it.arguments.join(" ")).collect();
    let rest = "-p app -F x --unit-graph -Zunstable-options --target-dir /w/target/crosskit/graph \
                --config build.build-dir=\"/w/target/crosskit/graph\" --config env.RUSTC_BOOTSTRAP.value=\"0\" \
                --config env.RUSTC_BOOTSTRAP.force=true";
    assert_eq!(asked, [format!("build --target a {rest}"), format!("build --target b {rest}")]);
    let environment = prepared.questions.graphs.iter().map(|it| it.environment["RUSTC_BOOTSTRAP"].as_str());
    assert_eq!(environment.collect::<Vec<_>>(), ["1", "1"]);
}
