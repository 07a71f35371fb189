//! Real builds of packages whose build script is one call of `check()`.
//!
//! They need a cross compiler and the standard library for one foreign target; what is missing is named.

mod scratch;

use std::env;
use std::process::Command;

use scratch::{foreign, native, Scratch};

#[test]
fn a_native_build_is_silent_unless_asked() {
    let scratch = Scratch::new("native");
    let native = native().target;
    assert_eq!(scratch.build(&[], &[]).warnings_of_success(), [""; 0]);
    assert_eq!(
        scratch.build(&[], &[("CROSSKIT_BUILD", "verbose")]).warnings_of_success(),
        [format!("TARGET {native}, HOST {native}, C compiler cc, linker default")]
    );
}

#[test]
fn a_cross_build_says_one_line() {
    let (scratch, foreign, native) = (Scratch::new("cross"), foreign(), native().target);
    let args = ["--target", foreign.target];
    let (target, gcc) = (foreign.target, foreign.gcc);
    scratch.write(".cargo/config.toml", "# no linker yet\n");
    assert_eq!(
        scratch.build(&args, &[]).warnings_of_success()[..2],
        [
            format!("TARGET {target}, HOST {native}, C compiler {gcc} (from the cc crate), linker default"),
            format!(
                "TARGET {target}: warning[X067]: no linker is set for {target}, so that rustc takes the host's `cc`"
            ),
        ]
    );
    scratch.configure_linker(target, gcc);
    assert_eq!(
        scratch.build(&args, &[]).warnings_of_success(),
        [format!("TARGET {target}, HOST {native}, C compiler {gcc} (from RUSTC_LINKER), linker {gcc}")],
        "a change of the configuration runs the build script again"
    );
    assert_eq!(scratch.build(&args, &[("CROSSKIT_BUILD", "off")]).warnings_of_success(), [""; 0]);
}

#[test]
fn the_hosts_compiler_for_a_foreign_target_ends_the_build() {
    let (scratch, foreign, native) = (Scratch::new("host-compiler"), foreign(), native());
    let args = ["--target", foreign.target];
    scratch.configure_linker(foreign.target, foreign.gcc);
    let built = scratch.build(&args, &[("CC", "cc")]);
    assert!(!built.succeeded());
    let own = format!("CC_{}", foreign.target.replace('-', "_"));
    let expected = [
        format!("error[X050]: C compiler `cc` makes objects for {}, not for {}", native.machine, foreign.machine),
        "  --> environment variable CC".to_string(),
        format!("note: HOST {}", native.target),
        "note: compiling for package `scratch-host-compiler`".to_string(),
        "note: `cc` comes from environment variable CC".to_string(),
        "note: with it linking fails much later, or a library for the wrong machine is shipped".to_string(),
        format!("hint: unset CC, or set {own}={}", foreign.gcc),
    ];
    let expected = expected.map(|line| format!("TARGET {}: {line}", foreign.target));
    assert_eq!(built.warnings(), expected);
    assert!(built.stderr().contains("exit status: 1"), "{}", built.stderr());

    let warned = scratch.build(&args, &[("CC", "cc"), ("CROSSKIT_BUILD", "warn")]).warnings_of_success();
    assert!(warned[1].contains(": warning[X050]: "), "{warned:?}");
    let hinted = scratch.build(&args, &[("CC", "cc"), (own.as_str(), foreign.gcc)]);
    assert_eq!(hinted.warnings_of_success().len(), 1, "what the hint says helps");
}

#[test]
fn a_cross_compiler_in_a_native_build_ends_it() {
    let (scratch, foreign, native) = (Scratch::new("native-cross-compiler"), foreign(), native());
    let built = scratch.build(&[], &[("CC", foreign.gcc)]);
    assert!(!built.succeeded());
    let warnings = built.warnings();
    assert_eq!(
        warnings[0],
        format!(
            "TARGET {}: error[X050]: C compiler `{}` makes objects for {}, not for {}",
            native.target, foreign.gcc, foreign.machine, native.machine
        )
    );
    let own = format!("CC_{}", native.target.replace('-', "_"));
    assert!(warnings.iter().any(|line| line.ends_with(&format!("hint: unset CC, or set {own}=cc"))), "{warnings:?}");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn flags_for_another_width_end_a_native_build() {
    let built = Scratch::new("width").build(&[], &[("CFLAGS", "-m32")]);
    assert!(!built.succeeded());
    let warnings = built.warnings();
    assert!(warnings[0].contains("C compiler `cc` makes objects for x86, not for x86-64"), "{warnings:?}");
    assert!(warnings.iter().any(|line| line.contains(": hint: look for -m32")), "{warnings:?}");
}

#[test]
fn a_compiler_that_is_missing_or_fails_is_said_and_no_failure() {
    let (scratch, foreign) = (Scratch::new("no-compiler"), foreign());
    let args = ["--target", foreign.target];
    scratch.configure_linker(foreign.target, foreign.gcc);
    let missing = scratch.build(&args, &[("TARGET_CC", "no-such-gcc")]).warnings_of_success();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].contains("C compiler no-such-gcc not found (from TARGET_CC), linker "), "{missing:?}");
    let failing = scratch.build(&args, &[("CFLAGS", "-fno-such-option")]).warnings_of_success();
    assert_eq!(failing.len(), 1);
    assert!(failing[0].contains("; trying the C compiler failed: "), "{failing:?}");
    assert!(failing[0].contains("no-such-option"), "{failing:?}");
    assert_eq!(scratch.build(&[], &[("CC", "no-such-gcc")]).warnings_of_success(), [""; 0]);
}

#[test]
fn an_unchanged_build_runs_nothing_again() {
    let scratch = Scratch::new("unchanged");
    scratch.write("build.rs", "fn main() { crosskit_build::check(); println!(\"cargo:warning=ran\"); }\n");
    let ran = |args: &[&str], variables: &[(&str, &str)]| {
        let built = scratch.build(args, variables);
        assert!(built.succeeded(), "{}", built.stderr());
        built.stderr().contains("Compiling scratch-unchanged")
    };
    assert!(ran(&[], &[]));
    assert!(!ran(&[], &[]));
    assert!(ran(&[], &[("CFLAGS", "-O1")]));
    assert!(!ran(&[], &[("CFLAGS", "-O1")]));
    scratch.write("notes.txt", "not named by the build script");
    assert!(!ran(&[], &[("CFLAGS", "-O1")]));
    scratch.write("build.rs", "fn main() { crosskit_build::check(); }\n// changed\n");
    assert!(ran(&[], &[("CFLAGS", "-O1")]));
}

#[test]
fn a_package_that_links_a_library_asks_for_its_directory_again() {
    let ran_again = |name: &str, links: Option<&str>| {
        let scratch = Scratch::with_features(name, false);
        links.into_iter().for_each(|library| scratch.links(library));
        assert!(scratch.build(&[], &[]).succeeded());
        let built = scratch.build(&[], &[("MY_DEMO_LIB_DIR", "/nowhere")]);
        assert!(built.succeeded(), "{}", built.stderr());
        built.stderr().contains("Compiling scratch-")
    };
    assert!(!ran_again("links-nothing", None), "nobody has said that it matters");
    assert!(ran_again("links", Some("my-demo")));
}

#[test]
fn without_the_cc_crate_the_rules_pick() {
    let (scratch, foreign) = (Scratch::with_features("without-cc", false), foreign());
    scratch.configure_linker(foreign.target, foreign.gcc);
    let built = scratch.build(&["--target", foreign.target], &[]).warnings_of_success();
    assert_eq!(built.len(), 1, "{built:?}");
    assert!(built[0].contains(&format!("C compiler {} (from RUSTC_LINKER), linker ", foreign.gcc)), "{built:?}");
    let missing = scratch.build(&["--target", foreign.target], &[("CC", "no-such-gcc -m32")]).warnings_of_success();
    assert!(missing[0].contains("C compiler no-such-gcc not found (from CC)"), "{missing:?}");
}

#[test]
fn outside_of_a_build_script_it_says_so() {
    const INSIDE: &str = "CROSSKIT_BUILD_TEST_INSIDE";
    if env::var_os(INSIDE).is_some() {
        crosskit_build::check();
        return;
    }
    let program = env::current_exe().expect("the test knows its path");
    let mut child = Command::new(program);
    child.args(["--exact", "outside_of_a_build_script_it_says_so", "--nocapture"]);
    let output =
        child.env(INSIDE, "1").env_remove("HOST").env_remove("TARGET").output().expect("the test starts itself");
    assert!(output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("crosskit_build::check() did nothing: HOST and TARGET are not set"), "{stderr}");
}
