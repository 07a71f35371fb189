mod merging;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::cfgs::{CfgAnswer, CfgQuery, Cfgs};
use crate::config;

const ARM: &str = "aarch64-unknown-linux-gnu";
const RUNNER: &str = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER";

/// Files by their path, the environment, and arguments of `--config`, for a cargo that is started in `/ws`.
#[derive(Default)]
struct Situation {
    files: Files,
    environment: BTreeMap<String, String>,
    command_line: Vec<String>,
}

impl Situation {
    fn file(mut self, path: &str, text: &str) -> Situation {
        self.files.insert(path, Some(text.to_owned()));
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Situation {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn argument(mut self, argument: &str) -> Situation {
        self.command_line.push(argument.to_owned());
        self
    }

    fn layers(&self) -> Layers {
        let site = Site {
            root: PathBuf::from("/ws"),
            shared_root: PathBuf::from("/ws"),
            directory: PathBuf::from("/ws"),
            cargo_home: Some(PathBuf::from("/home/.cargo")),
            command_line: self.command_line.clone(),
            shared_only: false,
        };
        load(&site, &mut |path| self.files.text(path).map(str::to_owned))
    }

    fn look<T>(&self, look: impl FnOnce(&Config) -> T) -> T {
        let layers = self.layers();
        let directory = Path::new("/ws");
        look(&Config { layers: &layers, environment: &self.environment, directory, cargo_minor: 95 })
    }

    fn view(&self, kind: Kind) -> KindView {
        let arm = ["unix", "target_os=\"linux\"", "target_arch=\"aarch64\""].join("\n");
        let cfgs: CfgAnswer = Ok(Cfgs::parse(&arm));
        let mut known: BTreeMap<CfgQuery, CfgAnswer> = BTreeMap::new();
        self.look(|config| {
            loop {
                let rustc = Rustc::new(&known);
                let view = config.view(ARM, kind, &rustc);
                let asked = rustc.asked();
                if asked.iter().all(|query| known.contains_key(query)) {
                    return view;
                }
                known.extend(asked.into_iter().map(|query| (query, cfgs.clone())));
            }
        })
    }

    fn runner(&self) -> (String, String) {
        let layers = self.layers();
        let view = self.view(Kind::Target);
        let winner = view.runner.winner.unwrap_or_else(|| panic!("no runner: {:?}", view.problems));
        (winner.value.join(" "), origin(&layers, &winner.definition).to_string())
    }

    fn flags(&self, kind: Kind) -> String {
        let winner = self.view(kind).rustflags.winner;
        let texts = winner.into_iter().flat_map(|it| it.value).map(|flag| flag.text);
        texts.collect::<Vec<_>>().join(" ")
    }
}

fn root(text: &str) -> Situation {
    Situation::default().file("/ws/.cargo/config.toml", text)
}

fn told(runner: (String, String)) -> [String; 2] {
    [runner.0, runner.1]
}

#[test]
fn the_command_line_wins_then_the_environment_then_the_nearest_triple_then_cfg() {
    let by_cfg = root("[target.'cfg(unix)']\nrunner = 'by-cfg'\n");
    assert_eq!(told(by_cfg.runner()), ["by-cfg", ".cargo/config.toml:2:10"]);
    let above = by_cfg.file("/.cargo/config.toml", &format!("[target.{ARM}]\nrunner = 'a/b -c'\n"));
    assert_eq!(told(above.runner()), ["/a/b -c", "/.cargo/config.toml:2:10"]);
    let variable = above.variable(RUNNER, "x y");
    assert_eq!(told(variable.runner()), ["x y", &format!("environment variable {RUNNER}")]);
    let argument = variable.argument(&format!("target.{ARM}.runner = 'tools/z'"));
    assert_eq!(told(argument.runner()), ["/ws/tools/z", "command line"]);
}

#[test]
fn everything_that_lost_says_why() {
    let situation = root(&format!("[target.'cfg(unix)']\nrunner = 'c'\n[target.{ARM}]\nrunner = 'n'\n"))
        .file("/.cargo/config.toml", &format!("[target.{ARM}]\nrunner = 'f'\n"))
        .variable(RUNNER, "v");
    let losers = situation.view(Kind::Target).runner.losers;
    let lines: Vec<String> = losers.iter().map(|it| format!("{} {}", it.shown, it.why)).collect();
    let by_variable = format!("the variable {RUNNER} wins over");
    assert_eq!(
        lines,
        [format!("n {by_variable} files"), format!("f {by_variable} files"), format!("c {by_variable} every table")]
    );
}

#[test]
fn included_files_lose_to_the_file_and_to_later_ones() {
    let situation = root("include = ['a.toml', { path = 'b.toml' }, { path = 'none.toml', optional = true }]\n")
        .file("/ws/.cargo/a.toml", &format!("[target.{ARM}]\nrunner = 'a'\n[env]\nA = 'a'\nB = 'a'\n"))
        .file("/ws/.cargo/b.toml", &format!("[target.{ARM}]\nrunner = 'b'\n[env]\nB = 'b'\n"));
    assert_eq!(told(situation.runner()), ["b", ".cargo/b.toml:2:10"]);
    let env: Vec<String> = situation.look(|it| it.env_table().0).into_values().map(|entry| entry.value).collect();
    assert_eq!(env, ["a", "b"]);
}

#[test]
fn what_cannot_be_included_is_a_problem_each() {
    let situation = root("include = ['none.toml', 'a.txt', 1, '*.toml', { optional = true }]\n");
    let faults: Vec<IncludeFault> = situation
        .layers()
        .problems
        .into_iter()
        .map(|it| match it {
            Problem::Include { fault, .. } => fault,
            other => panic!("{other:?}"),
        })
        .collect();
    use IncludeFault::{Missing, NotAPath, NotToml, Pattern};
    assert_eq!(faults, [NotToml, NotAPath, Pattern, NotAPath, Missing]);
}

#[test]
fn flags_come_from_one_source_only() {
    let text = format!(
        "[build]\nrustflags = 'b'\n[target.{ARM}]\nrustflags = ['t']\n[target.'cfg(unix)']\nrustflags = 'c1 c2'\n"
    );
    let situation = root(&text);
    assert_eq!(situation.flags(Kind::Target), "t c1 c2");
    assert_eq!(situation.flags(Kind::Host), "");
    let wiped = root(&text).variable("RUSTFLAGS", "");
    let flags = wiped.view(Kind::Target).rustflags;
    assert_eq!(flags.winner.expect("set").key, "RUSTFLAGS");
    let lost: Vec<String> = flags.losers.into_iter().map(|it| it.shown).collect();
    assert_eq!(lost, ["t", "c1 c2", "b"]);
    let appended = root("[build]\nrustflags = 'b'\n").variable("CARGO_BUILD_RUSTFLAGS", "v");
    assert_eq!(appended.flags(Kind::Target), "b v");
    let empty = root(&format!("[build]\nrustflags = 'b'\n[target.{ARM}]\nrustflags = []\n"));
    assert_eq!(empty.flags(Kind::Target), "b");
}

#[test]
fn two_cfg_tables_that_hold_are_a_problem_unless_the_triple_decides() {
    let both = "[target.'cfg(unix)']\nlinker = 'a'\n[target.'cfg(target_os = \"linux\")']\nlinker = 'b'\n";
    let problems = root(both).view(Kind::Target).problems;
    assert!(matches!(problems.as_slice(), [Problem::SeveralMatching { key: "linker", .. }]), "{problems:?}");
    let decided = root(&format!("{both}[target.{ARM}]\nlinker = 'c'\n")).view(Kind::Target);
    assert_eq!(decided.problems, []);
    assert_eq!(decided.linker.winner.expect("set").value, "c");
}

#[test]
fn a_wrong_type_is_told_with_its_place() {
    let situation = root(&format!("[target.{ARM}]\nrunner = 1\n"));
    let problems = situation.view(Kind::Target).problems;
    let findings: Vec<_> = problems.iter().map(|it| it.finding(&situation.layers())).collect();
    let messages: Vec<&str> = findings.iter().map(|it| it.message.as_str()).collect();
    let message =
        format!("`target.{ARM}.runner` must be a string, or an array of strings that is not empty, not an integer");
    assert_eq!(messages, [message]);
    assert_eq!(findings[0].origin.as_ref().map(ToString::to_string).as_deref(), Some(".cargo/config.toml:2:10"));
}

#[test]
fn two_runner_arrays_are_merged_at_random_once_the_files_share_another_key() {
    let near = format!("[target.{ARM}]\nrunner = ['n']\n");
    let far = format!("[target.{ARM}]\nrunner = ['f']\n");
    let alone = root(&near).file("/.cargo/config.toml", &far);
    assert_eq!(alone.layers().random, Vec::<Vec<String>>::new());
    assert_eq!(alone.runner().0, "n");
    let more = "[build]\nrustflags = 'x'\n";
    let shared = root(&format!("{near}{more}")).file("/.cargo/config.toml", &format!("{far}{more}"));
    assert_eq!(shared.layers().random, [["target", ARM, "runner"].map(String::from).to_vec()]);
}

#[test]
fn a_quoted_dotted_triple_is_not_the_triple() {
    let triple = "thumbv8m.main-none-eabi";
    let known = BTreeMap::new();
    let linker = |text: &str| {
        root(text).look(|config| config.view(triple, Kind::Target, &Rustc::new(&known)).linker.winner.is_some())
    };
    assert!(linker(&format!("[target.{triple}]\nlinker = 'ld'\n")));
    assert!(!linker(&format!("[target.\"{triple}\"]\nlinker = 'ld'\n")));
}

#[test]
fn env_entries_are_relative_to_their_own_file() {
    let situation = root("[env]\nA = { value = 'x', relative = true }\nB = 'near'\n")
        .file("/.cargo/config.toml", "[env]\nB = 'far'\nC = { value = 'far', force = true }\nCARGO_HOME = '/x'\n");
    let (table, problems) = situation.look(|config| config.env_table());
    let told: Vec<String> = table.iter().map(|(name, it)| format!("{name}={} {}", it.value, it.force)).collect();
    assert_eq!(told, ["A=/ws/x false", "B=near false", "C=far true", "CARGO_HOME=/x false"]);
    assert!(matches!(problems.as_slice(), [Problem::RefusedVariable { .. }]), "{problems:?}");
}

#[test]
fn command_line_arguments_are_files_or_one_dotted_key() {
    let refused = |argument: &str| {
        let problems = Situation::default().argument(argument).layers().problems;
        matches!(problems.as_slice(), [Problem::CommandLine { .. }])
    };
    assert!(!refused("build.jobs=2"));
    for argument in ["build.jobs", "build = { jobs = 2 }", "a = 1\nb = 2", "[build]", "a.b = 1 # why", ""] {
        assert!(refused(argument), "{argument:?}");
    }
    let file = Situation::default().file("/ws/more.toml", &format!("[target.{ARM}]\nrunner = 'm/x'\n"));
    assert_eq!(told(file.argument("more.toml").runner()), ["/m/x", "more.toml:2:10"]);
}

#[test]
fn values_of_kinds_that_cargo_does_not_have_are_refused() {
    let problems = root("a.b = [1, { c = 1.5 }]\nZ = 07:32:00\ny = 0xFFFFFFFFFFFFFFFF\n").layers().problems;
    let told = problems.iter().map(|problem| match problem {
        Problem::Unsupported { unsupported, position, .. } => {
            format!("{} at {position}: {}", dotted(&unsupported.path), unsupported.kind)
        }
        other => panic!("{other:?}"),
    });
    let told: Vec<String> = told.collect();
    assert_eq!(told, ["a.b.c at 1:17: float", "Z at 2:5: datetime", "y at 3:5: integer beyond 64 bits"]);
}

#[test]
fn the_variable_takes_the_place_of_a_target_and_is_added_to_an_array() {
    let targets = |situation: &Situation| {
        let found = situation.look(|config| config.build_targets());
        found.map(|found| found.into_iter().map(|it| it.value).collect::<Vec<_>>().join(" "))
    };
    let variable = |situation: Situation, value: &str| situation.variable("CARGO_BUILD_TARGET", value);
    let (one, two) = ("[build]\ntarget = 'a b'\n", "[build]\ntarget = ['a', 'b.json']\n");
    assert_eq!(targets(&root("")), Ok(String::new()));
    assert_eq!(targets(&root(one)), Ok("a b".to_owned()));
    assert_eq!(targets(&variable(root(one), "c d")), Ok("c d".to_owned()));
    assert_eq!(targets(&root(two)), Ok("a /ws/b.json".to_owned()));
    assert_eq!(targets(&variable(root(two), "c d")), Ok("a /ws/b.json c d".to_owned()));
    let argument = variable(root(two), "c").argument("build.target = ['z']");
    assert_eq!(targets(&argument), Ok("a /ws/b.json c z".to_owned()));
    for situation in [variable(root(two), "1"), variable(root(one), "true"), root("[build]\ntarget = 1\n")] {
        assert!(matches!(targets(&situation).map_err(|it| *it), Err(Problem::WrongType { .. })));
    }
}

#[test]
fn flags_that_take_their_own_table_away_stay_as_they_were_when_cargo_gave_up() {
    let chosen = || CfgQuery { triple: ARM.to_owned(), flags: vec!["--cfg=chosen".to_owned()] };
    let known =
        BTreeMap::from([(CfgQuery::plain(ARM), Ok(Cfgs::parse("unix"))), (chosen(), Ok(Cfgs::parse("unix\nchosen")))]);
    let situation = root("[target.'cfg(not(chosen))']\nrustflags = '--cfg=chosen'\n");
    let view = situation.look(|config| config.view(ARM, Kind::Target, &Rustc::new(&known)));
    assert!(view.paradox);
    let flags: Vec<String> = view.rustflags.winner.expect("set").value.into_iter().map(|flag| flag.text).collect();
    assert_eq!(flags, ["--cfg=chosen"]);
}

#[test]
fn a_home_below_the_root_is_the_shells_choice_and_not_the_workspaces() {
    let outside = |home: &str| {
        let mut files = Files::default();
        files.insert("/ws/.cargo/config.toml", Some(String::new()));
        files.insert("/ws/target/home/config.toml", Some(String::new()));
        let (root, cargo_home) = (PathBuf::from("/ws"), Some(PathBuf::from(home)));
        let (directory, shared_root) = (root.clone(), root.clone());
        let site = Site { root, shared_root, directory, cargo_home, command_line: Vec::new(), shared_only: false };
        let layers = load(&site, &mut |path| files.text(path).map(str::to_owned));
        layers.all.into_iter().map(|layer| (layer.path, layer.outside)).collect::<Vec<_>>()
    };
    let own = (".cargo/config.toml".to_owned(), false);
    assert_eq!(outside("/ws/target/home"), [own.clone(), ("target/home/config.toml".to_owned(), true)]);
    assert_eq!(outside("/ws/.cargo"), [own]);
}

#[test]
fn a_compiler_of_the_config_is_joined_to_where_it_is_named() {
    let rustc = |situation: Situation| situation.look(|config| config.rustc().unwrap().map(|it| it.value));
    let config = |value: &str| Situation::default().file("/.cargo/config.toml", &format!("build.rustc = '{value}'"));
    assert_eq!(rustc(Situation::default()), None);
    assert_eq!(rustc(config("rustc-mine")).as_deref(), Some("rustc-mine"));
    assert_eq!(rustc(config("bin/rustc")).as_deref(), Some("/bin/rustc"));
    assert_eq!(rustc(config("a").variable("CARGO_BUILD_RUSTC", "b")).as_deref(), Some("b"));
    assert_eq!(
        rustc(config("a").variable("CARGO_BUILD_RUSTC", "b").variable("RUSTC", "./c")).as_deref(),
        Some("/ws/./c")
    );
}
