//! A parsed expression: what it asks for, and whether that holds.

use super::node::{Node, Predicate};
use super::{Cfgs, ParseError, parser};

/// A `cfg(…)` of a manifest or of a Cargo config.
///
/// It says what Cargo says: the tests hold it against cargo-platform, and against cargo itself.
/// Source: Cargo reference, "Platform specific dependencies" and "Configuration", `target.<cfg>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    root: Node,
}

impl Expression {
    /// Reads a whole `cfg(…)`, as it stands for a key of a config or a manifest.
    ///
    /// # Errors
    /// The text is no expression for Cargo, which refuses a manifest with it and ignores it in a config; or its
    /// operators stand deeper in each other than [`NESTING_LIMIT`](super::NESTING_LIMIT).
    pub fn parse(text: &str) -> Result<Expression, ParseError> {
        parser::platform(text).map(|root| Expression { root })
    }

    /// Whether the expression holds for a compilation with these cfgs.
    ///
    /// There is no word of its own for what Cargo never sets, such as `test` and `feature = "…"`: it does not stand in
    /// what rustc prints, so it does not hold. `debug_assertions` does stand there, whatever the profile.
    pub fn matches(&self, cfgs: &Cfgs) -> bool {
        self.root.matches(cfgs)
    }

    /// Every name and every key with a value that the expression asks for, as often and in the order as it does. The
    /// literals `true` and `false` ask for nothing.
    pub fn predicates(&self) -> Vec<Predicate<'_>> {
        let mut found = Vec::new();
        self.root.collect(false, &mut found);
        found
    }
}
