//! Versions of programs, and how each kind of program is asked.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The numbers of a version, compared one by one; what is not there counts as 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(Vec<u64>);

impl Version {
    /// Reads the numbers of `7.2.22`. Whatever follows them does not count.
    pub fn parse(text: &str) -> Option<Version> {
        let numbers = text.split('.').map_while(|number| number.parse().ok());
        let numbers: Vec<u64> = numbers.collect();
        (!numbers.is_empty()).then_some(Version(numbers))
    }

    /// Whether this version is older than the other one.
    pub fn is_older_than(&self, other: &Version) -> bool {
        let length = self.0.len().max(other.0.len());
        let number = |version: &Version, at: usize| version.0.get(at).copied().unwrap_or(0);
        let orders = (0..length).map(|at| number(self, at).cmp(&number(other, at)));
        orders.into_iter().find(|order| *order != Ordering::Equal) == Some(Ordering::Less)
    }
}

/// How a program is asked for its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The arguments.
    pub arguments: &'static [&'static str],
}

/// The last component of a program's name, without the suffix of Windows.
fn file_name(program: &str) -> &str {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// How a program is asked; `None` for one that is not known: whatever else it may be, starting it might do something. What
/// writes to a chip is not started for less than that either.
pub fn manner(program: &str) -> Option<Manner> {
    let name = file_name(program);
    // A compiler may have its version in its name: `gcc-12`, `clang-19`.
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    let last = bare.rsplit('-').next().unwrap_or(bare);
    let arguments: &[&str] = match (name, last) {
        // Without a flavour it says no more than that it wants one.
        ("rust-lld", _) => &["-flavor", "gnu", "--version"],
        ("zig" | "python-zig", _) => &["version"],
        ("ssh", _) => &["-V"],
        (_, "gcc" | "cc" | "g++" | "c++" | "clang" | "clang++" | "ar" | "lld" | "ld") => &["--version"],
        ("wasmtime" | "node" | "cargo" | "rustc", _) => &["--version"],
        _ if name.starts_with("qemu-") || name.starts_with("wine") => &["--version"],
        _ => return None,
    };
    Some(Manner { arguments })
}

/// Whether a program is GCC by its name, and so knows `-dumpmachine`; clang knows it too, but works for what it is told.
pub(super) fn is_gcc(program: &str) -> bool {
    let name = file_name(program);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    matches!(bare.rsplit('-').next(), Some("gcc" | "g++"))
}

/// The version in what a program says: the first run of numbers and dots that is no part of another word, in its first
/// line that has one; else the number at the end of the first line.
pub fn version_in(told: &str) -> Option<String> {
    let dotted = told.lines().take(5).find_map(|line| {
        // `wine-8.0`, `v20.20.2` and `OpenSSH_9.2p1` have something before the numbers.
        let words = line.split(|c: char| c.is_whitespace() || "()[],:_-".contains(c));
        words.map(|word| word.strip_prefix('v').unwrap_or(word)).find_map(|word| {
            let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
            let version = word[..end].trim_end_matches('.');
            let dotted = version.contains('.') && version.starts_with(|c: char| c.is_ascii_digit());
            dotted.then(|| version.to_owned())
        })
    });
    // The GCC of mingw-w64 says `(GCC) 12-win32`.
    dotted.or_else(|| {
        let last = told.lines().next()?.split_whitespace().next_back()?;
        let end = last.find(|c: char| !c.is_ascii_digit()).unwrap_or(last.len());
        (end > 0).then(|| last[..end].to_owned())
    })
}

/// The names in what `qemu-… -cpu help` prints. The lists of QEMU's architectures look differently, but a name is always
/// the first or the second word of its line.
///
/// A complaint is no list: programs begin one with their name and a colon.
pub fn processors_in(told: &str) -> BTreeSet<String> {
    if told
        .lines()
        .any(|line| line.split_whitespace().next().is_some_and(|word| word.starts_with("qemu") && word.ends_with(':')))
    {
        return BTreeSet::new();
    }
    // What follows are features.
    let lines = told.lines().take_while(|line| !line.starts_with("Recognized"));
    let names = lines.filter(|line| !line.trim_end().ends_with(':')).flat_map(|line| {
        line.split_whitespace().take(2).map(|word| word.trim_matches(['\'', ',', '"', '(', ')']).to_owned())
    });
    names.filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        let cases = [
            ("qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) 2003-2022", "7.2.22"),
            ("aarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0\n", "12.2.0"),
            ("LLD 22.1.2 (compatible with GNU linkers)", "22.1.2"),
            ("wine-8.0 (Debian 8.0~repack-4)", "8.0"),
            ("v20.20.2\n", "20.20.2"),
            ("OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.1", "9.2"),
            ("GNU ar (GNU Binutils for Debian) 2.40", "2.40"),
            ("wasmtime 44.0.0 (abcdef012 2026-04-20)", "44.0.0"),
            ("warning: something\nwine-10.0-rc1", "10.0"),
            ("cargo 1.95.0 (f2d3ce0bd 2026-03-21)", "1.95.0"),
            ("0.15.1", "0.15.1"),
            ("x86_64-w64-mingw32-gcc (GCC) 12-win32\nCopyright (C) 2022", "12"),
        ];
        for (told, version) in cases {
            assert_eq!(version_in(told).as_deref(), Some(version), "{told}");
        }
        for told in ["", "no numbers", "lld is a generic driver.", "...", "\n\n\n\n\n\n1.2"] {
            assert_eq!(version_in(told), None, "{told}");
        }
    }

    #[test]
    fn versions_compare_number_by_number() {
        let older =
            |a: &str, b: &str| Version::parse(a).zip(Version::parse(b)).is_some_and(|(a, b)| a.is_older_than(&b));
        assert!(older("7.2.22", "9.1"));
        assert!(older("9.0.99", "9.1"));
        assert!(!older("9.1", "9.1"));
        assert!(!older("9.1.0", "9.1"));
        assert!(!older("10.0", "9.1"));
        assert!(older("8.0~repack", "9"));
        assert_eq!(Version::parse("x"), None);
    }

    #[test]
    fn only_programs_that_are_known_are_asked() {
        for known in
            ["cc", "gcc-12", "/usr/bin/x86_64-w64-mingw32-gcc", "qemu-arm-static", "rust-lld", "wine64", "x-ar"]
        {
            assert!(manner(known).is_some(), "{known}");
        }
        for unknown in ["./flash.sh", "deploy", "sudo", "", "gcc.sh"] {
            assert!(manner(unknown).is_none(), "{unknown}");
        }
        assert!(is_gcc("aarch64-linux-gnu-gcc-12") && !is_gcc("clang") && !is_gcc("cc"));
    }

    #[test]
    fn processors_are_read_from_the_lists_of_several_architectures() {
        let arm = processors_in("Available CPUs:\n  arm926\n  cortex-m4\n");
        assert_eq!(arm.into_iter().collect::<Vec<_>>(), ["arm926", "cortex-m4"]);
        let power =
            processors_in("PowerPC 601_v1           PVR 00010001\nPowerPC 601              (alias for 601_v2)\n");
        assert!(power.contains("601_v1") && power.contains("601"));
        let mips = processors_in("MIPS '4Kc'\nMIPS '24Kf'\n");
        assert!(mips.contains("24Kf"));
        assert!(processors_in("qemu-x: invalid option -cpu\n").is_empty());
        let x86 =
            processors_in("Available CPUs:\nx86 n270            Intel Atom\n\nRecognized CPUID flags:\n  sse sse2\n");
        assert!(x86.contains("n270") && !x86.contains("sse2"));
    }
}
