//! A parsed expression: what it asks for, and whether that holds.

use super::{Cfgs, ParseError, parser};

/// A `cfg(…)` of a manifest or of a Cargo config.
///
/// It says what Cargo says: the tests hold it against cargo-platform, and against cargo itself.
/// Source: Cargo reference, "Platform specific dependencies" and "Configuration", `target.<cfg>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    root: Node,
}

/// What an expression is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// `true` or `false`.
    Literal(bool),
    /// A name, or a key with a value.
    Named {
        name: String,
        value: Option<String>,
    },
}

/// A name, or a key with a value, that an expression asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predicate<'a> {
    /// The name or the key, without `r#`.
    pub name: &'a str,
    /// The value of a key.
    pub value: Option<&'a str>,
    /// Whether it stands under an odd number of `not`, so that the expression wants it unset.
    pub negated: bool,
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

impl Node {
    fn matches(&self, cfgs: &Cfgs) -> bool {
        match self {
            Node::All(inner) => inner.iter().all(|node| node.matches(cfgs)),
            Node::Any(inner) => inner.iter().any(|node| node.matches(cfgs)),
            Node::Not(inner) => !inner.matches(cfgs),
            Node::Literal(holds) => *holds,
            Node::Named { name, value } => cfgs.contains(name, value.as_deref()),
        }
    }

    fn collect<'a>(&'a self, negated: bool, found: &mut Vec<Predicate<'a>>) {
        match self {
            Node::All(inner) | Node::Any(inner) => inner.iter().for_each(|node| node.collect(negated, found)),
            Node::Not(inner) => inner.collect(!negated, found),
            Node::Literal(_) => {}
            Node::Named { name, value } => found.push(Predicate { name, value: value.as_deref(), negated }),
        }
    }
}
