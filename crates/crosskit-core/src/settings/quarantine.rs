//! Tests that are known to fail.

use serde::Deserialize;

use crate::finding::{Code, Finding};
use crate::target::Catalogue;

/// An entry of `[[quarantine]]`: a test whose failures do not count, for a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// The test's name as libtest prints it, or that of an executable without libtest.
    pub test: String,
    /// The package alone in which it is meant; every one where nothing is said.
    pub package: Option<String>,
    /// The target alone for which it is meant, as triple or alias; every one where nothing is said.
    pub target: Option<String>,
    /// Why.
    pub reason: String,
}

impl Quarantine {
    /// Whether a test of a package is meant.
    pub fn names(&self, package: &str, test: &str) -> bool {
        self.test == test && self.package.as_ref().is_none_or(|it| it == package)
    }

    /// Makes a triple of an alias; what is wrong with the entry.
    pub(super) fn settle(&mut self, catalogue: &Catalogue) -> Option<Finding> {
        let wrong = |message: String| Some(Finding::error(Code::SettingsInvalid, message));
        if self.test.trim().is_empty() || self.reason.trim().is_empty() {
            return wrong(format!("an entry of `[[quarantine]]` lacks its test or its reason: `{}`", self.test));
        }
        let target = self.target.as_mut()?;
        match catalogue.resolve(target, "") {
            Ok(row) => {
                *target = row.triple;
                None
            }
            Err(finding) => Some(Finding { code: Code::SettingsInvalid, ..*finding }),
        }
    }
}
