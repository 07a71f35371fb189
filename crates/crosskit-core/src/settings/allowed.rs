//! Findings of `lint` that are known and stay.

use serde::Deserialize;
use toml::Spanned;

use crate::config::Position;
use crate::finding::{Code, Finding, Origin};

/// The codes that `lint` has.
const CODES: [Code; 6] = [
    Code::HostCfg,
    Code::HostConsts,
    Code::UnsuffixedRead,
    Code::HardcodedTool,
    Code::StartsTargetProgram,
    Code::WritesOutside,
];

/// An entry of `[[lint.allow]]`: findings of one code in the build script of one package, for a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The findings' code.
    pub code: Code,
    /// The package's name.
    pub package: String,
    /// Why they stay.
    pub reason: String,
    /// Where the entry stands.
    pub origin: Origin,
}

/// The table `[lint]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Lint {
    allow: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: Spanned<String>,
    package: String,
    reason: String,
}

impl Lint {
    /// The entries, and what is wrong with them.
    pub(super) fn settle(&self, text: &str) -> (Vec<Allowed>, Vec<Finding>) {
        let (mut allowed, mut findings) = (Vec::new(), Vec::new());
        for entry in &self.allow {
            let origin = super::origin(Position::of(text, entry.code.span().start));
            let name = entry.code.get_ref();
            if entry.package.trim().is_empty() || entry.reason.trim().is_empty() {
                let message = format!("an entry of `[[lint.allow]]` lacks its package or its reason: `{name}`");
                findings.push(Finding::error(Code::SettingsInvalid, message).at(origin.clone()));
            }
            let Some(code) = CODES.into_iter().find(|code| code.to_string().eq_ignore_ascii_case(name)) else {
                let known = CODES.map(|code| code.to_string()).join(", ");
                let finding = Finding::error(Code::SettingsInvalid, format!("`{name}` is no code of `lint`"));
                findings.push(finding.at(origin).hint(format!("known: {known}")));
                continue;
            };
            let (package, reason) = (entry.package.clone(), entry.reason.clone());
            allowed.push(Allowed { code, package, reason, origin });
        }
        (allowed, findings)
    }
}

/// The findings in the build script of a package that are to be told, and those that stay, with the reason.
pub fn sort(
    allowed: &[Allowed],
    package: &str,
    findings: impl IntoIterator<Item = Finding>,
) -> (Vec<Finding>, Vec<(Finding, String)>) {
    let (mut told, mut stay) = (Vec::new(), Vec::new());
    for finding in findings {
        match allowed.iter().find(|it| it.package == package && it.code == finding.code) {
            Some(entry) => stay.push((finding, entry.reason.clone())),
            None => told.push(finding),
        }
    }
    (told, stay)
}

/// What is said of entries that let nothing stay, by the packages that were read and what stayed in each; or if `whole`, as
/// all of the graph was read.
pub fn in_vain<'s>(
    allowed: &[Allowed],
    read: impl IntoIterator<Item = (&'s str, &'s [(Finding, String)])> + Clone,
    whole: bool,
) -> Vec<Finding> {
    let lets_nothing_stay = |entry: &&Allowed| {
        let mut of_package = read.clone().into_iter().filter(|(package, _)| *package == entry.package).peekable();
        let is_judged = whole || of_package.peek().is_some();
        is_judged && !of_package.any(|(_, stay)| stay.iter().any(|(finding, _)| finding.code == entry.code))
    };
    allowed.iter().filter(lets_nothing_stay).map(Allowed::in_vain).collect()
}

impl Allowed {
    /// What is said of an entry that let nothing stay: it would hide the next finding of its kind.
    fn in_vain(&self) -> Finding {
        let Allowed { code, package, .. } = self;
        Finding::warning(Code::AllowedInVain, format!("{code} is allowed in {package}, where `lint` does not find it"))
            .at(self.origin.clone())
            .note(format!("the reason was: {}", self.reason))
            .hint(format!("take the entry out of `[[lint.allow]]` in {}", super::FILE))
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;
    use crate::target::Catalogue;

    fn parse(text: &str) -> Result<Settings, Vec<String>> {
        let parsed = Settings::parse(text, &Catalogue::built_in().expect("targets.toml parses"));
        let told = |it: crate::finding::Finding| format!("{}: {}", it.origin.expect("it has a place"), it.message);
        parsed.map_err(|findings| findings.into_iter().map(told).collect())
    }

    #[test]
    fn an_entry_has_code_package_and_reason() {
        let settings = parse("[[lint.allow]]\ncode = 'x105'\npackage = 'a'\nreason = 'checked in'\n").expect("valid");
        let entry = &settings.allowed()[0];
        let told = (entry.code.to_string(), entry.package.as_str(), entry.origin.to_string());
        assert_eq!(told, ("X105".to_owned(), "a", "crosskit.toml:2:8".to_owned()));
    }

    #[test]
    fn every_mistake_is_told_where_it_stands() {
        let text = "[[lint.allow]]\ncode = 'X012'\npackage = 'a'\nreason = 'b'\n\n\
                    [[lint.allow]]\ncode = 'X100'\npackage = 'a'\nreason = ' '\n";
        let told = [
            "crosskit.toml:2:8: `X012` is no code of `lint`",
            "crosskit.toml:7:8: an entry of `[[lint.allow]]` lacks its package or its reason: `X100`",
        ];
        assert_eq!(parse(text).expect_err("two"), told);
        assert_eq!(
            parse("[lint]\nalow = []\n").expect_err("one"),
            ["crosskit.toml:2:1: `crosskit.toml`: unknown field `alow`, expected `allow`"]
        );
    }
}
