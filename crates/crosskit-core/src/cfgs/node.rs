//! What an expression is made of.

use super::Cfgs;

/// An operator with what it is applied to, or what is asked for.
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

impl Node {
    pub(super) fn matches(&self, cfgs: &Cfgs) -> bool {
        match self {
            Node::All(inner) => inner.iter().all(|node| node.matches(cfgs)),
            Node::Any(inner) => inner.iter().any(|node| node.matches(cfgs)),
            Node::Not(inner) => !inner.matches(cfgs),
            Node::Literal(holds) => *holds,
            Node::Named { name, value } => cfgs.contains(name, value.as_deref()),
        }
    }

    pub(super) fn collect<'a>(&'a self, negated: bool, found: &mut Vec<Predicate<'a>>) {
        match self {
            Node::All(inner) | Node::Any(inner) => inner.iter().for_each(|node| node.collect(negated, found)),
            Node::Not(inner) => inner.collect(!negated, found),
            Node::Literal(_) => {}
            Node::Named { name, value } => found.push(Predicate { name, value: value.as_deref(), negated }),
        }
    }
}
