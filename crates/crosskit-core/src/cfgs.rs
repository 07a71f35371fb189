//! Whether a `cfg(…)` of a manifest or of a Cargo config holds for a target.
//!
//! The parser and the evaluator are our own, because they have to say what Cargo says in every corner: what a crate
//! takes for a mistake, Cargo may take for a cfg that is not set, and the other way round.

use cfg_expr::Predicate as Asked;
use cfg_expr::targets::get_builtin_target_by_triple;

mod expression;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

pub use expression::{Expression, Predicate};
pub use parser::{NESTING_LIMIT, ParseError};

/// What to ask rustc to learn the cfgs that Cargo knows; `--target` and the flags that are in force come after it.
///
/// The crate type is there because Cargo asks with every one, and with `proc-macro` among them rustc leaves out the
/// `target_feature="crt-static"` that many targets have by default, musl's first of all. So
/// `cfg(target_feature = "crt-static")` holds for the code of such a target, and does not for Cargo, unless a flag turns
/// the feature on. In everything else the answer is that of Cargo's longer question.
pub const QUESTION: [&str; 4] = ["--print", "cfg", "--crate-type", "proc-macro"];

/// The cfgs of one compilation: what rustc sets for a target with certain flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cfgs {
    /// Sorted and without doubles, so that a look-up is a binary search and two orders of lines are equal.
    sorted: Vec<(String, Option<String>)>,
}

impl Cfgs {
    /// Reads the answer of rustc to [`QUESTION`], a cfg in each line.
    ///
    /// A line that is no cfg is skipped: rustc prints values without escapes, so that a `--cfg` with a quote or a line
    /// break in its value makes one, at which Cargo stops with words of its own. `r#name` is `name`, and the name
    /// `proc_macro` is left out, for Cargo drops it from every answer of rustc.
    /// Source: cargo 1.95, `core/compiler/build_context/target_info.rs`; cargo itself, in the tests.
    pub fn parse(text: &str) -> Cfgs {
        let lines = text.lines().filter_map(|line| parser::cfg(line).ok());
        let lines = lines.filter(|cfg| *cfg != ("proc_macro", None));
        let mut sorted: Vec<_> = lines.map(|(name, value)| (name.to_owned(), value.map(str::to_owned))).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Cfgs { sorted }
    }

    /// Whether a name is set, or a key has the value. A key with values is not set as a name.
    pub fn contains(&self, name: &str, value: Option<&str>) -> bool {
        self.sorted.binary_search_by(|(n, v)| (n.as_str(), v.as_deref()).cmp(&(name, value))).is_ok()
    }
}

/// Whether `platform`, a triple or a `cfg(…)` expression, selects the target `triple`, whose cfgs are `cfgs`.
///
/// A triple is compared by name. A malformed expression selects nothing: Cargo ignores it in a config without a word,
/// and does not get past it in a manifest.
/// Source: Cargo reference, "Platform specific dependencies" and "Configuration", `target.<cfg>`.
pub fn selects(platform: &str, triple: &str, cfgs: &Cfgs) -> bool {
    platform == triple || Expression::parse(platform).is_ok_and(|expression| expression.matches(cfgs))
}

/// Whether `platform`, a triple or a `cfg(…)` expression, selects the target `triple`.
///
/// Features, `test` and cfgs set by flags never hold, as in Cargo; a malformed expression never holds either, also as
/// in Cargo. For a triple that cfg-expr does not know, every well-formed expression holds: it is safer to check one
/// tool too many than to miss one.
/// Source: Cargo reference, "Platform specific dependencies" and "Configuration", `target.<cfg>`.
pub fn platform_matches(platform: &str, triple: &str) -> bool {
    let platform = platform.trim();
    if !(platform.starts_with("cfg(") && platform.ends_with(')')) {
        return platform == triple;
    }
    let Ok(expression) = cfg_expr::Expression::parse(platform) else { return false };
    let Some(target) = get_builtin_target_by_triple(triple) else { return true };
    expression.eval(|predicate| match predicate {
        Asked::Target(target_predicate) => target_predicate.matches(target),
        // cfg-expr reads the words `true` and `false` as flags; they are literals since Rust 1.88.
        Asked::Flag(name) => *name == "true",
        // Always on for Cargo, whatever the profile (cargo book, `target.<cfg>`).
        Asked::DebugAssertions => true,
        _ => false,
    })
}
