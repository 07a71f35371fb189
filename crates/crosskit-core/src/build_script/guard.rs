//! What guards what follows: an `if` of which one side leaves, and assertions.

use syn::{Block, Expr, ExprIf, Macro, Stmt};

use super::condition::{self, last_name};
use super::value::{HOST, Marks, NATIVE, TARGET, Under, Value};
use super::walk::Walker;

/// Macros that end the function with a failure, if not the program.
pub(super) const FAILING: &[&str] = &["bail", "panic", "todo", "unimplemented", "unreachable"];

/// How a block ends, if it does not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// The function gives back a value, or the program ends well.
    Well,
    /// The build ends with it.
    Failing,
}

impl Walker<'_, '_> {
    /// What follows an `if` with such a condition runs where it does not hold, if one side leaves. A failure says nothing of
    /// the targets for which the script goes on, unless it is one of all cross builds.
    pub fn after_branch(&mut self, branch: &ExprIf, condition: &Under) {
        let sides: Vec<Leaving> = sides(branch).collect();
        if condition.marks & NATIVE != 0 && sides.contains(&Leaving::Failing) {
            self.refuses(condition.marks);
        }
        if sides.contains(&Leaving::Well) {
            self.under.asked.extend(&condition.asked);
            self.under.marks |= condition.marks;
        }
    }

    /// An assertion that HOST is TARGET guards what follows like a failure; any other one does not.
    pub fn after_assertion(&mut self, name: &str, arguments: &[Expr]) {
        let condition = match (name, arguments) {
            ("assert" | "ensure", [condition, ..]) => self.condition(condition),
            ("assert_eq", [left, right, ..]) => {
                let words: Vec<String> = [left, right].into_iter().flat_map(condition::texts).collect();
                let (left, right) = (self.expression(left), self.expression(right));
                self.looked_at(compared(left, &right), &words)
            }
            _ => return,
        };
        if condition.marks & NATIVE != 0 {
            self.refuses(condition.marks);
        }
    }

    /// From here on HOST is TARGET; and behind the function as well, if all of it runs.
    fn refuses(&mut self, marks: Marks) {
        self.under.marks |= marks;
        if self.is_in_body() {
            self.refused |= marks;
        }
    }
}

/// The value of a comparison.
pub(super) fn compared(left: Value, right: &Value) -> Value {
    let is_host = |it: &Value| it.marks & HOST != 0;
    let is_target = |it: &Value| it.marks & (HOST | TARGET) == TARGET;
    let native: Marks = match is_host(&left) && is_target(right) || is_target(&left) && is_host(right) {
        true => NATIVE,
        false => 0,
    };
    let mut value = left;
    value.join(right);
    Value { marks: value.marks | native, text: None, ..value }
}

/// How the sides of an `if` leave, of those that do.
fn sides(branch: &ExprIf) -> impl Iterator<Item = Leaving> {
    let other = match branch.else_branch.as_ref().map(|(_, other)| other.as_ref()) {
        Some(Expr::Block(block)) => leaving(&block.block),
        _ => None,
    };
    leaving(&branch.then_branch).into_iter().chain(other)
}

fn leaving(block: &Block) -> Option<Leaving> {
    let last = match block.stmts.last()? {
        Stmt::Expr(last, _) => last,
        Stmt::Macro(last) => return fails(&last.mac),
        _ => return None,
    };
    match last {
        Expr::Return(end) if end.expr.as_deref().is_some_and(is_failure) => Some(Leaving::Failing),
        Expr::Return(_) => Some(Leaving::Well),
        Expr::Try(failing) if is_failure(&failing.expr) => Some(Leaving::Failing),
        Expr::Call(call) => ends(call),
        Expr::Macro(last) => fails(&last.mac),
        _ => None,
    }
}

fn fails(call: &Macro) -> Option<Leaving> {
    let name = call.path.segments.last()?.ident.to_string();
    FAILING.contains(&name.as_str()).then_some(Leaving::Failing)
}

fn is_failure(expression: &Expr) -> bool {
    matches!(expression, Expr::Call(call) if last_name(&call.func).is_some_and(|name| name == "Err"))
}

/// `exit(0)`, and other ends of the program.
fn ends(call: &syn::ExprCall) -> Option<Leaving> {
    let zero =
        |it: &Expr| matches!(it, Expr::Lit(it) if matches!(&it.lit, syn::Lit::Int(it) if it.base10_digits() == "0"));
    match last_name(&call.func)?.as_str() {
        "exit" if call.args.iter().all(zero) => Some(Leaving::Well),
        "exit" | "abort" => Some(Leaving::Failing),
        _ => None,
    }
}
