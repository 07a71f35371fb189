//! How the target is asked what a script asks the host: an expression that fits where the question stands.

use super::question::Predicate;

/// Where in an expression a question stands: it says how tightly what replaces it must bind, and of which type it must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Position {
    /// A whole condition, what a variable begins with, or an argument.
    #[default]
    Alone,
    /// What outlives the statement: the value of a block, an element of a list that grows, or what something else is made of.
    Kept,
    /// A side of `||`.
    Or,
    /// A side of `&&`.
    And,
    /// What `match` looks at.
    Matched,
    /// A side of a comparison.
    Compared,
    /// Behind `!` or `&`, or a side of any other operator.
    Operand,
    /// Before a method, a field, an index or `?`.
    Receiver,
    /// An argument of a format.
    Formatted,
    /// A name within a format's text.
    Captured,
}

/// How tightly an expression binds, the loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Any,
    Or,
    And,
    Comparison,
    Prefix,
    Postfix,
}

impl Position {
    /// Where a part of a list, or of what is in parentheses, stands.
    pub fn of_part(self) -> Position {
        if self == Position::Kept { self } else { Position::Alone }
    }

    /// How tightly at least an expression must bind here.
    fn least(self) -> Binding {
        match self {
            Position::Alone | Position::Kept | Position::Formatted | Position::Captured => Binding::Any,
            Position::Or => Binding::Or,
            Position::And => Binding::And,
            Position::Matched => Binding::Comparison,
            Position::Compared | Position::Operand => Binding::Prefix,
            Position::Receiver => Binding::Postfix,
        }
    }
}

/// The condition of a `cfg`, about the target.
pub(super) fn of_cfg(predicate: &Predicate, position: Position, before_env: &str) -> String {
    format!("`{}`", fitting(&rust(predicate, before_env), position.least()))
}

/// A constant of `std::env::consts`. As those are of type `&'static str`, what replaces them is borrowed wherever that matters.
pub(super) fn of_constant(name: &str, position: Position, before_env: &str) -> Option<String> {
    let variable = match name {
        // A target may be of no family.
        "FAMILY" => format!("{before_env}env::var(\"CARGO_CFG_TARGET_FAMILY\").unwrap_or_default()"),
        "OS" | "ARCH" => format!("{before_env}env::var(\"CARGO_CFG_TARGET_{name}\").unwrap()"),
        "DLL_PREFIX" | "DLL_SUFFIX" | "DLL_EXTENSION" => {
            return Some(format!("what fits `{before_env}env::var(\"CARGO_CFG_TARGET_OS\")`"));
        }
        _ => return None,
    };
    Some(match position {
        Position::Captured => format!("`{variable}`, as an argument of its own"),
        Position::Compared | Position::Receiver | Position::Formatted => format!("`{variable}`"),
        Position::Matched => format!("`{variable}.as_str()`"),
        Position::Kept => format!("`&*{variable}.leak()`"),
        Position::Alone | Position::Or | Position::And | Position::Operand => format!("`&*{variable}`"),
    })
}

/// An expression, and how tightly it binds.
type Bound = (String, Binding);

fn fitting((expression, binding): &Bound, least: Binding) -> String {
    if *binding < least { format!("({expression})") } else { expression.clone() }
}

fn rust(predicate: &Predicate, before_env: &str) -> Bound {
    match predicate {
        Predicate::Name(name) if matches!(name.as_str(), "unix" | "windows") => {
            (format!("{before_env}env::var_os(\"CARGO_CFG_{}\").is_some()", name.to_uppercase()), Binding::Postfix)
        }
        Predicate::Pair(name, value) if name.starts_with("target_") => {
            let variable = format!("{before_env}env::var(\"CARGO_CFG_{}\")", name.to_uppercase());
            // Of these a target may have several.
            if matches!(name.as_str(), "target_family" | "target_feature" | "target_has_atomic") {
                let among = format!("{variable}.is_ok_and(|it| it.split(',').any(|it| it == \"{value}\"))");
                (among, Binding::Postfix)
            } else {
                (format!("{variable}.as_deref() == Ok(\"{value}\")"), Binding::Comparison)
            }
        }
        Predicate::Name(name) => (format!("cfg!({name})"), Binding::Postfix),
        Predicate::Pair(name, value) => (format!("cfg!({name} = \"{value}\")"), Binding::Postfix),
        Predicate::List(name, list) => match (name.as_str(), list.as_slice()) {
            ("not", [Predicate::List(name, list)]) if name == "not" && list.len() == 1 => rust(&list[0], before_env),
            ("not", [one]) => negated(rust(one, before_env)),
            (_, [one]) => rust(one, before_env),
            (name, []) => ((name != "any").to_string(), Binding::Postfix),
            ("any", list) => chain(list, before_env, " || ", Binding::Or),
            (_, list) => chain(list, before_env, " && ", Binding::And),
        },
    }
}

fn chain(list: &[Predicate], before_env: &str, sign: &str, binding: Binding) -> Bound {
    // A chain within another one is easier to read in parentheses, whatever binds tighter.
    let all: Vec<String> = list.iter().map(|it| fitting(&rust(it, before_env), Binding::Comparison)).collect();
    (all.join(sign), binding)
}

fn negated((expression, binding): Bound) -> Bound {
    if let (Binding::Comparison, Some((left, right))) = (binding, expression.split_once(" == ")) {
        return (format!("{left} != {right}"), binding);
    }
    match expression.strip_suffix(".is_some()") {
        Some(start) if binding == Binding::Postfix => (format!("{start}.is_none()"), binding),
        _ => (format!("!{}", fitting(&(expression, binding), Binding::Prefix)), Binding::Prefix),
    }
}
