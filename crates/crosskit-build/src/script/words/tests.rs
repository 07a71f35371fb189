use super::*;
use crate::object_file::{expected, ObjectFile};
use crate::rules::{self, CompilerFacts, Linker};

const X86: &str = "x86_64-unknown-linux-gnu";
const ARM: &str = "aarch64-unknown-linux-gnu";

fn object(triple: &str) -> Probe {
    Probe::Object(ObjectFile { machines: vec![expected(triple).expect("a known triple")], linked: Some(false) })
}

/// A build with this compiler. A linker is there, so that only the compiler is in question.
fn facts(target: &str, compiler: &str, origin: CompilerOrigin, probe: Probe) -> ScriptFacts {
    let mut facts = rules::tests::facts(target);
    for known in &mut facts.compilers {
        *known = CompilerFacts {
            compiler: compiler.to_string(),
            origin: origin.clone(),
            probe: probe.clone(),
            ..known.clone()
        };
    }
    facts.linker = Some(Linker { program: "ld.lld".to_string(), is_there: true, origin: None });
    facts
}

fn decided(facts: &ScriptFacts, mode: Mode) -> Verdict {
    decide(facts, &rules::check(facts), mode, &[])
}

fn cc() -> CompilerOrigin {
    CompilerOrigin::Variable("CC".to_string())
}

#[test]
fn native_builds_are_silent_unless_asked() {
    for probe in [object(X86), Probe::NotFound, Probe::Unknown, Probe::NotTried] {
        let facts = facts(X86, "cc", CompilerOrigin::Host, probe);
        assert_eq!(decided(&facts, Mode::Default), Verdict { warnings: vec![], fail: false });
        assert_eq!(decided(&facts, Mode::Verbose).warnings.len(), 1);
    }
    let mut native = facts(X86, "cc", CompilerOrigin::Host, object(X86));
    native.linker = None;
    let line = format!("TARGET {X86}, HOST {X86}, C compiler cc, linker default");
    assert_eq!(decided(&native, Mode::Verbose).warnings, [line]);
}

#[test]
fn cross_builds_get_one_line() {
    let gcc = "aarch64-linux-gnu-gcc";
    let cases = [
        (
            facts(ARM, gcc, CompilerOrigin::RustcLinker, object(ARM)),
            Some(gcc),
            "C compiler aarch64-linux-gnu-gcc (from RUSTC_LINKER), linker aarch64-linux-gnu-gcc",
        ),
        (
            facts(ARM, gcc, CompilerOrigin::CcCrate, Probe::NotFound),
            None,
            "C compiler aarch64-linux-gnu-gcc not found (from the cc crate), linker ld.lld",
        ),
        (
            facts(ARM, gcc, cc(), Probe::Failed("unrecognized option\nmore".to_string())),
            None,
            "C compiler aarch64-linux-gnu-gcc (from CC), linker ld.lld; \
             trying the C compiler failed: unrecognized option more",
        ),
        (
            facts(ARM, "cc", CompilerOrigin::Host, object(X86)),
            None,
            "C compiler cc (from the host), linker ld.lld; \
             this compiler makes objects for x86-64 (ELF 64-bit little-endian): \
             set CC_aarch64_unknown_linux_gnu if the package compiles C",
        ),
    ];
    for (mut facts, linker, line) in cases {
        facts.linker =
            linker.map(|it| Linker { program: it.to_string(), is_there: true, origin: None }).or(facts.linker);
        let verdict = decided(&facts, Mode::Default);
        assert_eq!(verdict.warnings, [format!("TARGET {ARM}, HOST {X86}, {line}")]);
        assert!(!verdict.fail);
    }
}

#[test]
fn a_compiler_that_was_set_wrong_ends_the_build() {
    for (target, makes) in [(ARM, X86), (X86, ARM)] {
        let facts = facts(target, "some-gcc", cc(), object(makes));
        let verdict = decided(&facts, Mode::Default);
        assert!(verdict.fail);
        let start = format!("TARGET {target}: error[X050]: C compiler `some-gcc` makes objects for ");
        assert!(verdict.warnings[0].starts_with(&start), "{verdict:?}");
        assert!(verdict.warnings.iter().all(|line| line.starts_with(&format!("TARGET {target}: "))), "{verdict:?}");
        assert!(verdict.warnings.iter().any(|line| line.contains(": hint: set CC_")), "{verdict:?}");
    }
}

#[test]
fn notes_of_warnings_are_told_where_all_is() {
    let mut facts = facts(ARM, "gcc", CompilerOrigin::CcCrate, object(ARM));
    facts.linker = None;
    let told = decided(&facts, Mode::Default);
    assert!(!told.fail);
    assert!(told.warnings[1].contains(": warning[X067]: "), "{told:?}");
    assert!(!told.warnings.iter().any(|line| line.contains(": note: ")), "{told:?}");
    let all = decided(&facts, Mode::Verbose);
    assert!(!all.fail && all.warnings.iter().any(|line| line.contains(": note: ")), "{all:?}");
}

#[test]
fn modes_are_words() {
    assert_eq!(Mode::parse(None), (Mode::Default, None));
    assert_eq!(Mode::parse(Some("off")), (Mode::Off, None));
    assert_eq!(Mode::parse(Some("loud")), (Mode::Default, Some("loud".to_string())));
    assert_eq!(Mode::parse(Some(" deny ")), (Mode::Deny, None));
    let facts = facts(X86, "cc", CompilerOrigin::Host, object(X86));
    let verdict = decide(&facts, &[], Mode::Default, &["a\nb".to_string()]);
    assert_eq!(verdict.warnings, [format!("TARGET {X86}: a b")]);
}

#[test]
fn a_flag_names_the_linker_over_the_configuration() {
    let cases = [
        (None, None, None),
        (Some("a"), None, Some("a")),
        (Some("a"), Some("-Clinker=b"), Some("b")),
        (Some("a"), Some("-C\x1flinker=b\x1f-Copt-level=3"), Some("b")),
        (None, Some("--codegen=linker=/x y/b"), Some("/x y/b")),
        (Some("a"), Some("-Clinker-flavor=gcc\x1f-Clink-arg=-Clinker"), Some("a")),
    ];
    for (configured, flags, expected) in cases {
        assert_eq!(linker(configured, &encoded(flags)).as_deref(), expected, "{flags:?}");
    }
}
