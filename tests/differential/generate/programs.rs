//! Linkers and runners.

use crate::document::{Literal, list, text};

use super::draft::{Draft, Source, target_path};

/// `cfg(…)` tables that hold somewhere, or nowhere, or are no expressions.
pub const CFGS: [&str; 24] = [
    "cfg(unix)",
    "cfg(not(unix))",
    "cfg(windows)",
    "cfg(target_os = \"linux\")",
    "cfg(target_os = \"none\")",
    "cfg(target_arch = \"aarch64\")",
    "cfg(all(unix, target_pointer_width = \"64\"))",
    "cfg(any(target_arch = \"arm\", target_arch = \"riscv64\"))",
    "cfg(not(target_arch = \"x86_64\"))",
    "cfg(target_env = \"gnu\")",
    "cfg(debug_assertions)",
    "cfg(not(debug_assertions))",
    "cfg(panic = \"abort\")",
    "cfg(panic = \"unwind\")",
    "cfg(any(target_feature = \"sse3\", target_feature = \"sve\"))",
    "cfg(chosen)",
    "cfg(not(chosen))",
    "cfg(true)",
    "cfg(false)",
    "cfg(feature = \"x\")",
    "cfg(test)",
    "cfg(unix",
    "cfg(foo(unix))",
    "cfg()",
];

/// Tables that hold by what rustc says of every target.
pub const PLAIN: std::ops::Range<usize> = 0..10;

/// A program in one of the forms that there are.
fn program(draft: &mut Draft, name: &str) -> String {
    let number = draft.number();
    match draft.random.below(10) {
        0 | 1 => format!("tools/{name}{number}"),
        2 => format!("./{name}{number}"),
        3 => format!("../x/{name}{number}"),
        4 => format!("/opt/{name}{number}"),
        _ => format!("{name}{number}"),
    }
}

/// A program with arguments.
fn command(draft: &mut Draft) -> Vec<String> {
    let mut words = vec![program(draft, "run")];
    for _ in 0..draft.random.below(3) {
        words.push(format!("-a{}", draft.number()));
    }
    words
}

fn linkers(draft: &mut Draft, path: &[String], with_variable: bool) {
    for source in draft.sources(with_variable) {
        let linker = program(draft, "ld");
        draft.put(&source, path, text(&linker), &linker);
    }
}

fn runners(draft: &mut Draft, path: &[String], with_variable: bool) {
    let is_array = draft.random.chance(30);
    for source in draft.sources(with_variable) {
        let mut words = command(draft);
        let line = words.join(if draft.random.chance(20) { "  " } else { " " });
        if is_array && draft.random.chance(20) {
            words.push("a blank".to_owned());
        }
        let value: Literal = if is_array { list(&words) } else { text(&line) };
        draft.put(&source, path, value, &line);
    }
}

/// The path of a key of a triple, and sometimes one that looks like it and is not.
fn path_of(draft: &mut Draft, triple: &str, key: &str) -> Vec<String> {
    if triple.contains('.') && draft.random.chance(15) {
        return ["target", triple, key].map(str::to_owned).to_vec();
    }
    target_path(triple, key)
}

/// `target.<triple>.linker` of what is built.
pub fn linker_of_target(draft: &mut Draft) {
    let triple = draft.triple();
    let path = path_of(draft, &triple, "linker");
    linkers(draft, &path, true);
}

/// `target.<triple>.runner` of what is built.
pub fn runner_of_target(draft: &mut Draft) {
    let triple = draft.triple();
    let path = path_of(draft, &triple, "runner");
    runners(draft, &path, true);
    if draft.random.chance(6) {
        // A variable of another spelling is none of Cargo's.
        let name = format!("cargo_target_{}_runner", triple.replace(['-', '.'], "_"));
        draft.situation.environment.insert(name, "lower-case".to_owned());
    }
}

/// `target.<host>.linker`.
pub fn linker_of_host(draft: &mut Draft) {
    let path = target_path(&draft.host.clone(), "linker");
    linkers(draft, &path, true);
}

/// `target.<host>.runner`.
pub fn runner_of_host(draft: &mut Draft) {
    let path = target_path(&draft.host.clone(), "runner");
    runners(draft, &path, true);
}

/// A `cfg(…)` table, the same one each time with some luck, so that two do not hold at once too often.
pub fn cfg(draft: &mut Draft) -> &'static str {
    if draft.random.chance(65) {
        CFGS[PLAIN.start + draft.random.below(PLAIN.len())]
    } else {
        CFGS[draft.random.below(CFGS.len())]
    }
}

/// `target.'cfg(…)'.linker`.
pub fn linker_of_cfg(draft: &mut Draft) {
    let path = ["target", cfg(draft), "linker"].map(str::to_owned);
    linkers(draft, &path, false);
}

/// `target.'cfg(…)'.runner`.
pub fn runner_of_cfg(draft: &mut Draft) {
    let path = ["target", cfg(draft), "runner"].map(str::to_owned);
    runners(draft, &path, false);
}

/// The same table sets a key in one place of the file, and a triple's in another.
pub fn in_file(draft: &mut Draft, path: &[String], value: Literal) {
    let file = Source::File(draft.file());
    draft.put(&file, path, value, "");
}
