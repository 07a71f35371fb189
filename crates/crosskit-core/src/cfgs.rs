//! Whether a `cfg(…)` of a manifest or of a Cargo config holds for a target.
//!
//! The parser and the evaluator are our own, because they have to say what Cargo says in every corner: what a crate
//! takes for a mistake, Cargo may take for a cfg that is not set, and the other way round.

mod expression;
mod lexer;
mod node;
mod parser;
#[cfg(test)]
mod tests;

pub use expression::Expression;
pub use node::Predicate;
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
    /// No cfg at all.
    pub const NONE: Cfgs = Cfgs { sorted: Vec::new() };

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

/// A question to rustc: which cfgs hold for a triple under some flags. It is asked as [`QUESTION`] says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CfgQuery {
    /// The triple.
    pub triple: String,
    /// The flags, as rustc gets them.
    pub flags: Vec<String>,
}

impl CfgQuery {
    /// The question without flags.
    pub fn plain(triple: &str) -> CfgQuery {
        CfgQuery { triple: triple.to_owned(), flags: Vec::new() }
    }
}

/// What rustc answers: the cfgs, or why it refuses.
pub type CfgAnswer = Result<Cfgs, String>;

/// Whether `platform`, a triple or a `cfg(…)` expression, selects the target `triple`, whose cfgs are `cfgs`.
///
/// A triple is compared by name. A malformed expression selects nothing: Cargo ignores it in a config without a word,
/// and does not get past it in a manifest.
/// Source: Cargo reference, "Platform specific dependencies" and "Configuration", `target.<cfg>`.
pub fn selects(platform: &str, triple: &str, cfgs: &Cfgs) -> bool {
    platform == triple || Expression::parse(platform).is_ok_and(|expression| expression.matches(cfgs))
}
