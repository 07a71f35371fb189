//! The rules about C compilers, compared with what the cc crate does.
#![cfg(feature = "cc")]

use std::env;
use std::path::Path;
use std::process::Command;

use crosskit_build::rules::{compiler_program, compiler_variable, default_compiler, CompilerOrigin};

const HOST: &str = "x86_64-unknown-linux-gnu";

/// What the cc crate picks, or `None` where it refuses.
fn picked(target: &str) -> Option<String> {
    let tool = cc::Build::new()
        .target(target)
        .host(HOST)
        .out_dir(env!("CARGO_TARGET_TMPDIR"))
        .opt_level(0)
        .debug(false)
        .inherit_rustflags(false)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .cargo_output(false)
        .try_get_compiler()
        .ok()?;
    Some(tool.path().display().to_string())
}

fn lookup(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// What the rules say that it picks.
fn ruled(target: &str) -> Option<String> {
    if let Some((_, value)) = compiler_variable("CC", target, HOST, &lookup) {
        return Some(compiler_program(&value).to_string());
    }
    let cross_compile = lookup("CROSS_COMPILE");
    let default = default_compiler(target, HOST, lookup("RUSTC_LINKER").as_deref(), cross_compile.as_deref())?;
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .find_map(|dir| default.candidates.iter().find(|name| Path::new(&dir).join(name).exists()).cloned());
    Some(found.unwrap_or_else(|| default.name().to_string()))
}

fn compare(target: &str, set: &[(&str, &str)]) -> bool {
    for (name, value) in set {
        env::set_var(name, value);
    }
    let (picked, ruled) = (picked(target), ruled(target));
    for (name, _) in set {
        env::remove_var(name);
    }
    match (picked, ruled) {
        (Some(picked), Some(ruled)) => {
            assert_eq!(picked, ruled, "{target} with {set:?}");
            true
        }
        _ => false,
    }
}

/// One test, as the variables are those of the whole process.
#[test]
fn the_rules_pick_what_the_cc_crate_picks() {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if ["CC", "HOST_CC", "TARGET_CC", "CROSS_COMPILE", "RUSTC_", "WASI_"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            env::remove_var(&*name);
        }
    }

    let output = Command::new("rustc").args(["--print", "target-list"]).output().expect("rustc starts");
    let triples = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    let mut compared = 0;
    for target in triples.lines() {
        // Where the rules expect the compiler of the host, running it 150 times tells nothing more than a few do.
        let host =
            default_compiler(target, HOST, None, None).is_some_and(|default| default.origin == CompilerOrigin::Host);
        let sample = ["freebsd", "powerpc64le-unknown-linux-musl", "none", "fuchsia", "i586"];
        if !host || sample.iter().any(|word| target.contains(word)) {
            compared += usize::from(compare(target, &[]));
        }
    }
    assert!(compared > 130, "only {compared} targets were compared");

    const ARM: &str = "aarch64-unknown-linux-gnu";
    const CORTEX: &str = "thumbv8m.main-none-eabi";
    let cases: &[(&str, &[(&str, &str)])] = &[
        (HOST, &[]),
        (HOST, &[("RUSTC_LINKER", "x-gcc"), ("CROSS_COMPILE", "y-")]),
        (HOST, &[("HOST_CC", "one"), ("TARGET_CC", "two"), ("CC", "three")]),
        (ARM, &[("RUSTC_LINKER", "/opt/bin/x-gcc")]),
        (ARM, &[("RUSTC_LINKER", "x-gcc-12")]),
        (ARM, &[("RUSTC_LINKER", "x-clang")]),
        (ARM, &[("RUSTC_LINKER", "x-gcc"), ("CROSS_COMPILE", "y-")]),
        (ARM, &[("CROSS_COMPILE", "")]),
        (ARM, &[("CC", "one")]),
        (ARM, &[("CC", "ccache one -m32")]),
        (ARM, &[("CC", "one"), ("TARGET_CC", "two")]),
        (ARM, &[("CC", "one"), ("TARGET_CC", "")]),
        (ARM, &[("CC", "one"), ("CC_aarch64_unknown_linux_gnu", " ")]),
        (ARM, &[("HOST_CC", "one")]),
        (CORTEX, &[("CC_thumbv8m_main_none_eabi", "one"), ("TARGET_CC", "two")]),
        (CORTEX, &[("CC_thumbv8m.main-none-eabi", "one"), ("CC_thumbv8m_main_none_eabi", "two")]),
        ("x86_64-pc-windows-gnullvm", &[("RUSTC_LINKER", "x-gcc")]),
        ("wasm32-wasip1", &[("CROSS_COMPILE", "y-")]),
        ("powerpc-wrs-vxworks", &[("CROSS_COMPILE", "y-")]),
    ];
    for (target, set) in cases {
        assert!(compare(target, set), "{target} with {set:?} was not compared");
    }
}
