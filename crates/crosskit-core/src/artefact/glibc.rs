//! Versions of glibc, and what a file asks of them.

use std::fmt;

/// A version of glibc: `2.28`, or `2.2.5`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(Vec<u32>);

impl Version {
    /// Reads `2.28`.
    ///
    /// `None` for everything but two or more numbers with dots between them.
    pub fn parse(text: &str) -> Option<Version> {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() < 2 || !parts.iter().all(|part| is_number(part)) {
            return None;
        }
        parts.iter().map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>().map(Version)
    }

    /// The version that the name of a set of symbols stands for: `GLIBC_2.34`.
    ///
    /// `None` for names that belong to other libraries, and for those of glibc that stand for no version.
    pub fn of_symbols(name: &str) -> Option<Version> {
        match name.strip_prefix("GLIBC_")? {
            // Relative relocations in a packed form, which loaders know since this version.
            // Source: release notes of glibc 2.36.
            "ABI_DT_RELR" => Version::parse("2.36"),
            version => Version::parse(version),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

/// What a file asks of one version of glibc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The version that a symbol came with, or got its present meaning.
    pub version: Version,
    /// The symbols. Empty where the version itself is asked for.
    pub symbols: Vec<String>,
    /// Whether the program starts without this version, too.
    pub weak: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect(text)
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("2.2.5") < version("2.28"));
        assert!(version("2.4") < version("2.28"));
        assert!(version("2.34") > version("2.28"));
        assert!(version("2.28") < version("2.28.1"));
        assert_eq!(version("2.34").to_string(), "2.34");
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "2", "2.", ".28", "2.x", "2.28 ", "+2.3", "2.-1", "2.99999999999", "PRIVATE"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_symbol_sets() {
        assert_eq!(Version::of_symbols("GLIBC_2.2.5"), Some(version("2.2.5")));
        assert_eq!(Version::of_symbols("GLIBC_ABI_DT_RELR"), Some(version("2.36")));
        for name in ["GLIBC_PRIVATE", "GCC_3.0", "GLIBCXX_3.4.29", "2.34"] {
            assert_eq!(Version::of_symbols(name), None, "{name}");
        }
    }
}
