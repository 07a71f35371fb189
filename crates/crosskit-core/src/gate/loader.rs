//! Which program loads the executables of a target, and with which C library.

use crate::triple;

/// What is there beside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// Linux with glibc.
    Glibc,
    /// Linux with musl.
    Musl,
    /// Nothing: boards and firmware.
    Bare,
    /// Others, whose loaders are not known by heart.
    Other,
}

impl System {
    /// The system of a triple.
    pub(super) fn of(triple: &str) -> System {
        let words: Vec<&str> = triple.split('-').skip(1).collect();
        let last = words.last().copied().unwrap_or_default();
        let has = |wanted| words.contains(&wanted);
        match last {
            _ if has("linux") && last.starts_with("gnu") => System::Glibc,
            _ if has("linux") && last.starts_with("musl") => System::Musl,
            _ if has("none") && !has("linux") => System::Bare,
            _ => System::Other,
        }
    }
}

/// The file names of the loaders that start executables of the target. Where they lie is a matter of the distribution.
///
/// Sources: `sysdeps/*/shlib-versions` and `ldconfig.h` of glibc; `arch/*/reloc.h` and `ARCH` in the makefile of musl.
pub(super) fn interpreters(triple: &str) -> Option<Vec<String>> {
    let word = triple::arch(triple);
    let last = triple.rsplit('-').next().unwrap_or_default();
    let names = match System::of(triple) {
        System::Glibc => glibc(word, last)?,
        System::Musl => musl(word, last)?,
        System::Bare | System::Other => return None,
    };
    Some(names)
}

fn glibc(word: &str, last: &str) -> Option<Vec<String>> {
    let names: &[&str] = match word {
        "x86_64" if last.ends_with("x32") => &["ld-linux-x32.so.2"],
        "x86_64" => &["ld-linux-x86-64.so.2"],
        "i386" | "i486" | "i586" | "i686" => &["ld-linux.so.2"],
        "aarch64" if last.ends_with("ilp32") => &["ld-linux-aarch64_ilp32.so.1"],
        "aarch64" => &["ld-linux-aarch64.so.1"],
        "aarch64_be" if last.ends_with("ilp32") => &["ld-linux-aarch64_be_ilp32.so.1"],
        "aarch64_be" => &["ld-linux-aarch64_be.so.1"],
        _ if (word.starts_with("arm") || word.starts_with("thumb")) && last.ends_with("hf") => &["ld-linux-armhf.so.3"],
        _ if word.starts_with("arm") || word.starts_with("thumb") => &["ld-linux.so.3"],
        _ if word.starts_with("riscv") => {
            let abi = crate::artefact::Abi::of_triple(&format!("{word}-unknown-linux-{last}"))?;
            let bits = if word.starts_with("riscv32") { 32 } else { 64 };
            return Some(vec![format!("ld-linux-riscv{bits}-{}.so.1", abi.name())]);
        }
        "loongarch64" => &["ld-linux-loongarch-lp64d.so.1"],
        "powerpc" | "m68k" => &["ld.so.1"],
        "powerpc64" => &["ld64.so.1"],
        "powerpc64le" => &["ld64.so.2"],
        "s390x" => &["ld64.so.1"],
        "sparc" | "sparc64" => &["ld-linux.so.2"],
        _ if word.starts_with("mips") => &["ld.so.1", "ld-linux-mipsn8.so.1"],
        _ => return None,
    };
    Some(names.iter().map(|&name| name.to_owned()).collect())
}

fn musl(word: &str, last: &str) -> Option<Vec<String>> {
    let is_arm = word.starts_with("arm") || word.starts_with("thumb");
    // What stands behind the name says which floating-point registers there are; more than one is in use under a triple.
    let (name, endings): (&str, &[&str]) = match word {
        "i386" | "i486" | "i586" | "i686" => ("i386", &[""]),
        "x86_64" => ("x86_64", &[""]),
        "aarch64" | "aarch64_be" | "s390x" | "m68k" => (word, &[""]),
        _ if is_arm && word.contains("eb") => ("armeb", if last.ends_with("hf") { &["hf"] } else { &[""] }),
        _ if is_arm => ("arm", if last.ends_with("hf") { &["hf"] } else { &[""] }),
        _ if word.starts_with("riscv32") => ("riscv32", &["", "-sp", "-sf"]),
        _ if word.starts_with("riscv64") => ("riscv64", &["", "-sp", "-sf"]),
        "loongarch64" => (word, &["", "-sp", "-sf"]),
        "powerpc" | "powerpc64" | "powerpc64le" => (word, &["", "-sf"]),
        "mips" | "mipsel" | "mips64" | "mips64el" => (word, &["", "-sf"]),
        _ => return None,
    };
    Some(endings.iter().map(|ending| format!("ld-musl-{name}{ending}.so.1")).collect())
}

/// How a library is recognised that has no place in a program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Library {
    /// By its whole name.
    Named(&'static str),
    /// By how its name begins.
    Begins(&'static str),
}

impl Library {
    /// Whether it is this one.
    pub(super) fn is(self, name: &str) -> bool {
        match self {
            Library::Named(it) => it == name,
            Library::Begins(it) => name.starts_with(it),
        }
    }
}

/// C libraries that are not those of the system.
pub(super) fn c_libraries(system: System) -> &'static [Library] {
    use Library::{Begins, Named};
    match system {
        // musl calls itself `libc.so`, which glibc never does, and distributions `libc.musl-x86_64.so.1`.
        System::Glibc => &[Begins("libc.musl-"), Named("libc.so")],
        System::Musl => &[Named("libc.so.6"), Begins("ld-linux"), Begins("ld64.so.")],
        System::Bare | System::Other => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_by_their_triples() {
        let cases = [
            ("x86_64-unknown-linux-gnu", System::Glibc),
            ("armv7-unknown-linux-gnueabihf", System::Glibc),
            ("arm-unknown-linux-musleabi", System::Musl),
            ("x86_64-unknown-none", System::Bare),
            ("thumbv7em-none-eabihf", System::Bare),
            ("riscv32imac-unknown-none-elf", System::Bare),
            ("x86_64-unknown-linux-none", System::Other),
            ("i686-unknown-hurd-gnu", System::Other),
            ("x86_64-pc-windows-gnu", System::Other),
            ("x86_64-unknown-uefi", System::Other),
            ("aarch64-linux-android", System::Other),
            ("armv7-unknown-linux-uclibceabihf", System::Other),
        ];
        for (triple, system) in cases {
            assert_eq!(System::of(triple), system, "{triple}");
        }
    }

    #[test]
    fn loaders_by_their_triples() {
        let cases = [
            ("x86_64-unknown-linux-gnu", Some("ld-linux-x86-64.so.2")),
            ("x86_64-unknown-linux-gnux32", Some("ld-linux-x32.so.2")),
            ("i586-unknown-linux-gnu", Some("ld-linux.so.2")),
            ("armv7-unknown-linux-gnueabihf", Some("ld-linux-armhf.so.3")),
            ("thumbv7neon-unknown-linux-gnueabihf", Some("ld-linux-armhf.so.3")),
            ("armv5te-unknown-linux-gnueabi", Some("ld-linux.so.3")),
            ("riscv64gc-unknown-linux-gnu", Some("ld-linux-riscv64-lp64d.so.1")),
            ("powerpc64le-unknown-linux-gnu", Some("ld64.so.2")),
            ("s390x-unknown-linux-gnu", Some("ld64.so.1")),
            ("i586-unknown-linux-musl", Some("ld-musl-i386.so.1")),
            ("armv7-unknown-linux-musleabihf", Some("ld-musl-armhf.so.1")),
            ("powerpc64-unknown-linux-musl", Some("ld-musl-powerpc64.so.1")),
            ("aarch64-linux-android", None),
            ("thumbv7em-none-eabihf", None),
        ];
        for (triple, name) in cases {
            let names = interpreters(triple);
            assert_eq!(names.as_ref().map(|names| names[0].as_str()), name, "{triple}");
        }
    }
}
