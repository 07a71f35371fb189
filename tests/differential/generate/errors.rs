//! What stops Cargo.

use crate::document::{Literal, list, text};

use super::draft::{Draft, Source, path, target_path};
use super::programs::{cfg, in_file};

/// What can be wrong, each as likely as the others.
const ERRORS: [fn(&mut Draft); 12] = [
    not_toml,
    unsupported,
    mismatch,
    mismatch,
    include_fault,
    include_fault,
    command_line,
    wrong_type,
    wrong_type,
    empty_runner,
    refused,
    unknown_key,
];

/// Puts one thing into the situation that stops Cargo, if it is where Cargo looks.
pub fn one(draft: &mut Draft) {
    match draft.random.below(10) {
        0 => several_matching(draft),
        1 => rustc_refuses(draft),
        _ => {
            let error = *draft.random.pick(&ERRORS);
            error(draft);
        }
    }
}

fn not_toml(draft: &mut Draft) {
    let file = draft.file();
    let broken = *draft.random.pick(&["= 1\n", "[target\n", "a = 1\na = 2\n", "a = 'b\n", "nothing\n"]);
    draft.documents.entry(file).or_default().broken = Some(broken);
}

fn unsupported(draft: &mut Draft) {
    let value = Literal::Bare(draft.random.word(&["1.5", "2026-01-01", "[{ a = 1.5 }]", "[[1, 2.5]]", "nan"]));
    let path = match draft.random.below(3) {
        0 => path(&["target", cfg(draft), "odd"]),
        1 => path(&["env", "V_ODD"]),
        _ => path(&["odd"]),
    };
    in_file(draft, &path, value);
}

/// Text in one place, and an array or a table in another.
fn mismatch(draft: &mut Draft) {
    let triple = draft.triple();
    let flags = list(&["-Cmetadata=f".to_owned()]);
    let (path, one, other) = match draft.random.below(5) {
        0 => (target_path(&triple, "runner"), text("run0"), list(&["run0".to_owned()])),
        1 => (target_path(&triple, "rustflags"), text("-Cmetadata=f"), flags),
        2 => (path(&["build", "rustflags"]), text("-Cmetadata=f"), flags),
        3 => (path(&["env", "V_A"]), text("a"), Literal::Table(vec![("value", text("b"))])),
        _ => (path(&["env", "V_F"]), Literal::Bare("1"), Literal::Table(vec![("value", text("b"))])),
    };
    let mut places: Vec<Source> = draft.documents.keys().cloned().map(Source::File).collect();
    places.push(Source::Argument);
    let two = draft.random.some(2, &places);
    let values = if draft.random.chance(50) { [one, other] } else { [other, one] };
    for (source, value) in two.iter().zip(values) {
        draft.put(source, &path, value, "");
    }
}

fn include_fault(draft: &mut Draft) {
    let from = draft.file();
    let own = from.rsplit('/').next().unwrap_or_default().to_owned();
    let document = draft.documents.entry(from).or_default();
    match draft.random.below(9) {
        0 => document.includes.push("'none.toml'".to_owned()),
        1 => document.includes.push("{ path = 'none.toml', optional = false }".to_owned()),
        2 => document.includes.push(format!("'{own}'")),
        3 => document.odd_include = Some("'none.toml'"),
        4 => document.includes.push("1".to_owned()),
        5 => document.includes.push("{ optional = true }".to_owned()),
        6 => document.includes.push("{ path = 'a.toml', optional = 1 }".to_owned()),
        7 => document.includes.push("'none.txt'".to_owned()),
        _ => document.includes.push((*draft.random.pick(&["'*.toml'", "'{a}.toml'", "'a?.toml'"])).to_owned()),
    }
}

fn command_line(draft: &mut Draft) {
    let argument = *draft.random.pick(&[
        "",
        "build",
        "build.jobs",
        "build = { jobs = 2 }",
        "build.jobs = 2 # why",
        "[build]\njobs = 2",
        "build.jobs = 2\nbuild.target = 'x'",
        "none.toml",
        "[[a]]",
        "build.jobs = ",
    ]);
    draft.situation.arguments.push(argument.to_owned());
}

fn wrong_type(draft: &mut Draft) {
    let triple = draft.triple();
    let number = Literal::Bare(draft.random.word(&["1", "true", "[1]", "{ a = 1 }"]));
    let path = match draft.random.below(12) {
        0 => target_path(&triple, "linker"),
        1 => target_path(&triple, "runner"),
        2 => target_path(&triple, "rustflags"),
        3 => target_path(&triple, "rustdocflags"),
        4 => path(&["build", "rustflags"]),
        5 => path(&["build", "target"]),
        6 => path(&["env", "V_A"]),
        7 => path(&["target", cfg(draft), "linker"]),
        8 => path(&["target", cfg(draft), "runner"]),
        9 => path(&["target", "i686-unknown-linux-gnu", "rustflags"]),
        10 => path(&["target", "i686-unknown-linux-gnu"]),
        _ => path(&["build", "rustdocflags"]),
    };
    in_file(draft, &path, number);
}

fn empty_runner(draft: &mut Draft) {
    let triple = draft.triple();
    let runner = target_path(&triple, "runner");
    match draft.random.below(4) {
        0 | 1 => draft.put(&Source::Variable, &runner, text(""), " "),
        2 => in_file(draft, &runner, text("")),
        _ => {
            let path = path(&["target", cfg(draft), "runner"]);
            in_file(draft, &path, Literal::List(Vec::new()));
        }
    }
}

fn refused(draft: &mut Draft) {
    let name = *draft.random.pick(&["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"]);
    in_file(draft, &path(&["env", name]), text("x"));
}

fn unknown_key(draft: &mut Draft) {
    let triple = if draft.random.chance(25) { draft.host.clone() } else { draft.triple() };
    in_file(draft, &target_path(&triple, "linkr"), text("x"));
}

fn several_matching(draft: &mut Draft) {
    let key = *draft.random.pick(&["linker", "runner"]);
    let two = match draft.random.below(3) {
        0 => ["cfg(unix)", "cfg(target_os = \"linux\")"],
        1 => ["cfg(true)", "cfg(debug_assertions)"],
        _ => ["cfg(not(windows))", "cfg(not(target_arch = \"aarch64\"))"],
    };
    for table in two {
        let value = text(format!("run{}", draft.number()));
        in_file(draft, &path(&["target", table, key]), value);
    }
}

/// Flags or a triple that rustc does not know, where it must be asked for the cfgs.
fn rustc_refuses(draft: &mut Draft) {
    in_file(draft, &path(&["target", "cfg(unix)", "rustflags"]), text("-Cmetadata=f"));
    if draft.random.chance(50) {
        draft.situation.environment.insert("RUSTFLAGS".to_owned(), "--none-of-these".to_owned());
    } else {
        draft.situation.targets = vec!["none-of-these".to_owned()];
    }
}
