use super::*;
use crate::object_file::{expected, ObjectFile};

const X86: &str = "x86_64-unknown-linux-gnu";
const ARM: &str = "aarch64-unknown-linux-gnu";

fn object(triple: &str) -> Probe {
    Probe::Object(ObjectFile { machines: vec![expected(triple).expect("a known triple")], linked: Some(false) })
}

fn facts(target: &str, compiler: &str, origin: CompilerOrigin, probe: Probe) -> Facts {
    let compiler = CompilerFacts {
        package: Some("demo".to_string()),
        host: X86.to_string(),
        target: target.to_string(),
        kind: "C compiler".to_string(),
        variable: "CC".to_string(),
        compiler: compiler.to_string(),
        origin,
        probe,
        without: None,
    };
    Facts { compiler, linker: None, mode: Mode::Default, unknown_mode: None }
}

fn cc() -> CompilerOrigin {
    CompilerOrigin::Variable("CC".to_string())
}

#[test]
fn native_builds_are_silent_unless_asked() {
    for probe in [object(X86), Probe::NotFound, Probe::Unknown, Probe::NotTried] {
        let mut facts = facts(X86, "cc", CompilerOrigin::Host, probe);
        assert_eq!(decide(&facts), Verdict { warnings: vec![], fail: false });
        facts.mode = Mode::Verbose;
        assert_eq!(decide(&facts).warnings.len(), 1);
    }
    let mut verbose = facts(X86, "cc", CompilerOrigin::Host, object(X86));
    verbose.mode = Mode::Verbose;
    assert_eq!(decide(&verbose).warnings, [format!("TARGET {X86}, HOST {X86}, C compiler cc, linker default")]);
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
            "C compiler aarch64-linux-gnu-gcc not found (from the cc crate), linker default",
        ),
        (
            facts(ARM, gcc, cc(), Probe::Failed("unrecognized option\nmore".to_string())),
            None,
            "C compiler aarch64-linux-gnu-gcc (from CC), linker default; \
             trying the C compiler failed: unrecognized option more",
        ),
        (
            facts(ARM, "cc", CompilerOrigin::Host, object(X86)),
            None,
            "C compiler cc (from the host), linker default; \
             this compiler makes objects for x86-64 (ELF 64-bit little-endian): \
             set CC_aarch64_unknown_linux_gnu if the package compiles C",
        ),
    ];
    for (mut facts, linker, line) in cases {
        facts.linker = linker.map(String::from);
        let verdict = decide(&facts);
        assert_eq!(verdict.warnings, [format!("TARGET {ARM}, HOST {X86}, {line}")]);
        assert!(!verdict.fail);
    }
}

#[test]
fn a_compiler_that_was_set_wrong_ends_the_build() {
    for (target, makes) in [(ARM, X86), (X86, ARM)] {
        let mut facts = facts(target, "some-gcc", cc(), object(makes));
        let verdict = decide(&facts);
        assert!(verdict.fail);
        assert!(verdict.warnings[0].starts_with("error[X050]: C compiler `some-gcc` makes objects for "));
        assert!(verdict.warnings[0].ends_with(&format!("(TARGET {target})")));
        assert!(verdict.warnings.iter().any(|line| line.starts_with("hint: set CC_")));
        facts.mode = Mode::Warn;
        assert_eq!(decide(&facts), Verdict { warnings: verdict.warnings, fail: false });
    }
}

#[test]
fn modes_are_words() {
    assert_eq!(Mode::parse(None), (Mode::Default, None));
    assert_eq!(Mode::parse(Some("off")), (Mode::Off, None));
    assert_eq!(Mode::parse(Some("loud")), (Mode::Default, Some("loud".to_string())));
    let mut facts = facts(X86, "cc", CompilerOrigin::Host, object(X86));
    facts.unknown_mode = Some("loud".to_string());
    assert_eq!(decide(&facts).warnings, ["CROSSKIT_BUILD=loud is not known; there are off, verbose and warn"]);
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
        assert_eq!(linker(configured, flags).as_deref(), expected, "{flags:?}");
    }
}
