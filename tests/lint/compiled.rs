//! What a hint says stands where the question stood, and compiles there.

use std::path::Path;

use crosskit_core::build_script::{self, Source};
use crosskit_core::finding::{Finding, Origin};
use crosskit_tests::expect;
use crosskit_tests::process;
use crosskit_tests::scratch::Scratch;

const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

/// Scripts with questions wherever one may stand, and how many those are.
const SCRIPTS: &[(&str, usize, &str)] = &[
    (
        "conditions",
        11,
        r#"
fn main() {
    if !cfg!(any(unix, target_os = "wasi")) { println!("cargo:rustc-link-lib=a"); }
    if cfg!(any(unix, target_os = "wasi")) && asked() { println!("cargo:rustc-link-lib=a"); }
    if asked() || !cfg!(all(unix, not(target_arch = "x86"))) { println!("cargo:rustc-link-lib=a"); }
    if cfg!(target_os = "wasi") == asked() { println!("cargo:rustc-link-lib=a"); }
    let name = cfg!(not(target_env = "msvc")).then(|| "a").unwrap_or("b");
    println!("cargo:rustc-link-lib={name}");
    let number = cfg!(any(windows, target_family = "wasm")) as usize;
    if number > 0 { println!("cargo:rustc-link-lib=a"); }
    let other = match cfg!(target_pointer_width = "64") { true => "c", false => "d" };
    println!("cargo:rustc-link-lib={other}");
    let mut any = false;
    any |= cfg!(any(windows, target_vendor = "apple")) & !cfg!(target_feature = "sse2");
    if any { println!("cargo:rustc-link-lib=a"); }
    let (one, two) = (&cfg!(all(unix, target_endian = "big")), cfg!(not(all(unix, windows))));
    if *one || two { println!("cargo:rustc-link-lib=a"); }
}
fn asked() -> bool { true }
"#,
    ),
    (
        "constants",
        21,
        r#"
use std::env::consts::{self, ARCH, OS as HOST_OS};
fn main() {
    match std::env::consts::ARCH { "x86_64" => println!("cargo:rustc-cfg=wide"), _ => {} }
    let os = consts::OS;
    println!("cargo:rustc-link-lib={os}");
    match os { "linux" => println!("cargo:rustc-cfg=linux"), _ => {} }
    println!("cargo:rustc-link-search={}/{arch}", std::env::consts::OS, arch = ARCH);
    if HOST_OS == "windows" || "macos" != consts::OS { println!("cargo:rustc-link-lib=a"); }
    if consts::FAMILY.contains("unix") && matches!(ARCH, "x86" | "arm") { println!("cargo:rustc-link-lib=a"); }
    let mut all = vec!["a", ARCH];
    all.push(consts::OS);
    all.iter().for_each(|it| println!("cargo:rustc-link-lib={it}"));
    let name = String::from("lib/") + consts::ARCH;
    println!("cargo:rustc-link-search={}", std::path::PathBuf::from(name).join(std::env::consts::OS).display());
    println!("cargo:rustc-link-lib={}", named());
    let path = std::path::Path::new(consts::OS);
    println!("cargo:rustc-link-search={}", path.display());
    let first = all.first().copied().unwrap_or(ARCH);
    println!("cargo:rustc-link-lib={first}");
    let (one, two) = both();
    println!("cargo:rustc-link-lib={one}{}", two.unwrap_or_default());
    let (three, four) = (consts::OS, [ARCH, "c"]);
    println!("cargo:rustc-link-lib={three}{}", four.len());
    let owned: String = consts::OS.into();
    println!("cargo:rustc-link-lib={owned}");
    println!("cargo:rustc-link-lib={}", if all.is_empty() { ARCH } else { "b" });
}
fn named() -> &'static str { consts::OS }
fn both() -> (&'static str, Option<&'static str>) { (consts::OS, Some(ARCH)) }
"#,
    ),
    (
        "imported",
        3,
        r#"
use std::{env, path::Path};
fn main() {
    if cfg!(windows) { println!("cargo:rustc-link-lib=a"); }
    println!("cargo:rustc-link-search={}", Path::new("lib").join(env::consts::ARCH).display());
    if ["linux", "macos"].contains(&env::consts::OS) { println!("cargo:rustc-link-lib=a"); }
}
"#,
    ),
];

/// Where the question begins and ends, and what is to stand there.
fn change(text: &str, finding: &Finding) -> Option<(usize, usize, String)> {
    let Some(Origin::File { line, column, .. }) = &finding.origin else { return None };
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let start = before + column - 1;
    let rest = &text[start..];
    let length = if rest.starts_with("cfg!") {
        let mut depth = 0;
        rest.find(|letter| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            letter == ')' && depth == 0
        })? + 1
    } else {
        rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':')?
    };
    let hint = finding.hints.first()?.strip_prefix("ask for the target: `")?;
    Some((start, start + length, hint.strip_suffix('`')?.to_owned()))
}

#[test]
fn what_a_hint_says_compiles_in_place() {
    let scratch = Scratch::empty(Path::new(env!("CARGO_TARGET_TMPDIR")), "lint-compiled");
    let complaints: Vec<String> = SCRIPTS.iter().filter_map(|script| compile(&scratch, script)).collect();
    expect::nothing_wrong(&complaints);
}

fn compile(scratch: &Scratch, (name, count, text): &(&str, usize, &str)) -> Option<String> {
    let source = Source { path: "build.rs".to_owned(), text: (*text).to_owned() };
    let findings = build_script::check(&[source], &Default::default());
    let mut changes: Vec<_> = findings.iter().filter_map(|finding| change(text, finding)).collect();
    if changes.len() != *count {
        return Some(format!("{name}: {} questions have an answer in place: {findings:#?}", changes.len()));
    }
    changes.sort();
    let mut changed = (*text).to_owned();
    for (start, end, hint) in changes.into_iter().rev() {
        changed.replace_range(start..end, &hint);
    }
    scratch.write(&format!("{name}.rs"), &changed);
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = process::command(rustc, &scratch.root);
    command.args(["--edition", "2021", "--crate-type", "bin", "--emit=metadata", "-Aunused"]);
    command.arg(format!("{name}.rs"));
    let finished = process::run(command, LIMIT);
    (finished.code != Some(0)).then(|| format!("{name} does not compile:\n{changed}\n{finished}"))
}
