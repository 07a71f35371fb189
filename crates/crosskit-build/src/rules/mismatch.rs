//! Whether a compiler makes objects for the target.

use super::compiler::{variable_names, CompilerOrigin};
use crate::finding::{Code, Finding, Origin};
use crate::object_file::{self, Machine, ObjectFile};
use crate::triple;

use super::words::one_compiler;

/// What came of compiling a next to empty file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// An object with this header.
    Object(ObjectFile),
    /// A file whose header tells nothing, such as LLVM bitcode.
    Unknown,
    /// There is no such program.
    NotFound,
    /// The compiler could not be started, or did not compile the file; the first line of what it said.
    Failed(String),
    /// Nobody tried.
    NotTried,
}

/// A compiler that was picked for a target, and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CompilerFacts {
    /// The package that it was picked for.
    pub package: Option<String>,
    /// HOST of the build script.
    pub host: String,
    /// TARGET of the build script.
    pub target: String,
    /// What kind of tool it is, in words: `C compiler`.
    pub kind: String,
    /// The plain name of its environment variable: `CC`.
    pub variable: String,
    /// The compiler as it was picked, a name or a path.
    pub compiler: String,
    /// Because of what it was picked.
    pub origin: CompilerOrigin,
    /// What it makes.
    pub probe: Probe,
    /// Whether the package is known to compile with it: otherwise one that does not fit may do no harm.
    pub needed: bool,
    /// What would be picked otherwise, see [`compiler_without`](super::compiler_without).
    pub without: Option<String>,
}

/// Reports a compiler that makes objects for another machine than the target.
///
/// It is an error where somebody set the compiler, or the flags that turn the host's away from the host, and the package
/// is known to compile with it. It is a warning otherwise, and where a default does not fit a foreign target: a package
/// that compiles no C builds well without a compiler that does.
///
/// The cc crate does not check this: <https://github.com/rust-lang/cc-rs/issues/382>,
/// <https://github.com/rust-lang/cc-rs/issues/953>.
pub fn compiler_mismatch(facts: &CompilerFacts) -> Option<Finding> {
    let Probe::Object(file) = &facts.probe else { return None };
    if object_file::matches(&facts.target, file) != Some(false) {
        return None;
    }
    let wanted = object_file::expected(&facts.target)?;
    let CompilerFacts { kind, compiler, host, target, .. } = facts;
    let (made, needed) = names(file, &wanted);
    let message = format!("{kind} `{compiler}` makes objects for {made}, not for {needed}");
    let finding = if facts.needed && (facts.origin.is_configured() || host == target) {
        Finding::error(Code::CompilerMismatch, message)
    } else {
        Finding::warning(Code::CompilerMismatch, message)
    };

    let mut finding = finding.note(format!("TARGET {target}, HOST {host}"));
    if let Some(package) = &facts.package {
        finding = finding.note(format!("compiling for package `{package}`"));
    }
    finding = match &facts.origin {
        CompilerOrigin::Variable(name) => finding
            .at(Origin::Variable(name.clone()))
            .note(format!("`{compiler}` comes from environment variable {name}")),
        CompilerOrigin::CrossCompile => finding
            .at(Origin::Variable("CROSS_COMPILE".to_string()))
            .note(format!("`{compiler}` comes from the prefix in environment variable CROSS_COMPILE")),
        CompilerOrigin::RustcLinker => {
            finding.note(format!("`{compiler}` comes from the linker configured for {target} (RUSTC_LINKER)"))
        }
        CompilerOrigin::CcCrate => finding.note(format!("`{compiler}` is what the cc crate takes for {target}")),
        CompilerOrigin::Host if host == target => finding.note(format!("`{compiler}` is the host's own")),
        CompilerOrigin::Host => {
            finding.note(format!("`{compiler}` is the host's own: no variable names one and the cc crate knows none"))
        }
    };
    if host == target {
        finding = finding.note("HOST and TARGET are the same in native builds and for what build scripts depend on");
    }
    finding = finding.note("with it linking fails much later, or a library for the wrong machine is shipped");
    Some(hints(facts, file, &wanted).into_iter().fold(finding, Finding::hint))
}

/// The two machines in a word each if that tells them apart, otherwise in full.
fn names(file: &ObjectFile, wanted: &Machine) -> (String, String) {
    if file.name() == wanted.name() {
        (file.to_string(), wanted.to_string())
    } else {
        (file.name(), wanted.name().to_string())
    }
}

fn hints(facts: &CompilerFacts, file: &ObjectFile, wanted: &Machine) -> Vec<String> {
    let CompilerFacts { kind, variable, compiler, host, target, .. } = facts;
    let own = format!("{variable}_{}", triple::env_lower(target));
    let without = facts.without.as_deref().filter(|name| *name != compiler);
    let set = match without {
        Some(name) => format!("set {own}={name}"),
        None => format!("set {own} to a {kind} that makes objects for {}", wanted.name()),
    };

    let mut hints = Vec::new();
    if file.machines.iter().any(|made| one_compiler(made, wanted)) {
        let flags = if variable == "CC" { "CFLAGS".to_string() } else { format!("{variable}FLAGS") };
        let lower = triple::env_lower(target);
        hints.push(format!("look for -m32, -m64 or --target in {flags} and {flags}_{lower}"));
    }
    let unset = |name: &str| match without {
        Some(_) if name == own => set.clone(),
        Some(_) => format!("unset {name}, or {set}"),
        None => set.clone(),
    };
    match &facts.origin {
        CompilerOrigin::Variable(name) => {
            let [exact, underscores, ..] = variable_names(variable, target, host);
            hints.push(unset(name));
            if host == target && *name != exact && *name != underscores {
                hints.push(format!("a compiler for one target alone goes into {variable}_<target>, not into {name}"));
            }
        }
        CompilerOrigin::CrossCompile => hints.push(unset("CROSS_COMPILE")),
        CompilerOrigin::RustcLinker => {
            hints.push(format!(
                "correct `linker` under [target.{target}] in .cargo/config.toml or CARGO_TARGET_{}_LINKER",
                triple::env_upper(target)
            ));
            hints.push(set);
        }
        // The host's compiler fits the host by itself: the flags are to blame.
        CompilerOrigin::Host if host == target => {}
        CompilerOrigin::CcCrate | CompilerOrigin::Host => hints.push(set),
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    const X86: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "aarch64-unknown-linux-gnu";

    fn facts(target: &str, compiler: &str, origin: CompilerOrigin, makes: &str) -> CompilerFacts {
        let machine = object_file::expected(makes).expect("a known triple");
        CompilerFacts {
            package: None,
            host: X86.to_string(),
            target: target.to_string(),
            kind: "C compiler".to_string(),
            variable: "CC".to_string(),
            compiler: compiler.to_string(),
            probe: Probe::Object(ObjectFile { machines: vec![machine], linked: Some(false) }),
            needed: true,
            without: super::super::compiler_without(&origin, target, X86, None, None),
            origin,
        }
    }

    fn variable(name: &str) -> CompilerOrigin {
        CompilerOrigin::Variable(name.to_string())
    }

    #[test]
    fn what_fits_or_is_not_known_is_no_finding() {
        let fits = facts(ARM, "aarch64-linux-gnu-gcc", variable("CC"), ARM);
        assert_eq!(compiler_mismatch(&fits), None);
        for probe in [Probe::Unknown, Probe::NotFound, Probe::NotTried, Probe::Failed("no".to_string())] {
            assert_eq!(compiler_mismatch(&CompilerFacts { probe, ..fits.clone() }), None);
        }
        assert_eq!(compiler_mismatch(&facts("nvptx64-nvidia-cuda", "cc", variable("CC"), X86)), None);
    }

    #[test]
    fn a_host_compiler_for_a_foreign_target() {
        let finding = compiler_mismatch(&facts(ARM, "cc", variable("CC"), X86)).expect("a finding");
        assert!(finding.is_error());
        assert_eq!(finding.message, "C compiler `cc` makes objects for x86-64, not for AArch64");
        assert_eq!(finding.origin, Some(Origin::Variable("CC".to_string())));
        assert_eq!(finding.notes[0], format!("TARGET {ARM}, HOST {X86}"));
        assert_eq!(finding.hints, ["unset CC, or set CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc"]);
    }

    #[test]
    fn hints_name_what_to_change() {
        const RISCV: &str = "riscv64gc-unknown-linux-gnu";
        let foreign = CompilerOrigin::CrossCompile;
        let linker = CompilerOrigin::RustcLinker;
        let cases = [
            (
                facts(X86, "aarch64-linux-gnu-gcc", variable("CC"), ARM),
                "unset CC, or set CC_x86_64_unknown_linux_gnu=cc",
            ),
            (
                facts("x86_64-unknown-freebsd", "arm-gcc", variable("TARGET_CC"), ARM),
                "set CC_x86_64_unknown_freebsd to a C compiler that makes objects for x86-64",
            ),
            (
                facts(ARM, "riscv64-gcc", foreign, RISCV),
                "unset CROSS_COMPILE, or set CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc",
            ),
            (
                facts(ARM, "riscv64-gcc", linker, RISCV),
                "correct `linker` under [target.aarch64-unknown-linux-gnu] in .cargo/config.toml \
                 or CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER",
            ),
            (
                facts(X86, "cc", variable("CC"), "i686-unknown-linux-gnu"),
                "look for -m32, -m64 or --target in CFLAGS and CFLAGS_x86_64_unknown_linux_gnu",
            ),
        ];
        for (facts, hint) in cases {
            let finding = compiler_mismatch(&facts).expect(hint);
            assert_eq!(finding.hints[0], hint);
        }
    }

    #[test]
    fn flags_that_turn_the_hosts_compiler_away_are_an_error() {
        let finding =
            compiler_mismatch(&facts(X86, "cc", CompilerOrigin::Host, "i686-unknown-linux-gnu")).expect("one");
        assert!(finding.is_error());
        assert_eq!(finding.hints.len(), 1, "{:?}", finding.hints);
    }

    #[test]
    fn machines_of_one_name_are_told_in_full() {
        let finding = compiler_mismatch(&facts("aarch64-apple-darwin", "cc", CompilerOrigin::Host, ARM)).expect("one");
        assert_eq!(
            finding.message,
            "C compiler `cc` makes objects for AArch64 (ELF 64-bit little-endian), \
             not for AArch64 (Mach-O 64-bit little-endian)"
        );
        assert!(!finding.is_error(), "nobody set it");
    }
}
