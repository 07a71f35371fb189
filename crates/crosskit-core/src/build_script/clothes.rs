//! The same value in other clothes: what is no choice, whatever decides it.

use syn::{Block, Expr, ExprIf, Lit, Stmt};

use super::condition::last_name;

/// Methods and functions that give back the same value in other clothes.
pub(super) const SAME: &[&str] = &[
    "as_os_str",
    "as_path",
    "as_ref",
    "as_str",
    "borrow",
    "canonicalize",
    "clone",
    "cloned",
    "collect",
    "display",
    "expect",
    "from",
    "into",
    "into_boxed_path",
    "into_iter",
    "into_os_string",
    "into_string",
    "iter",
    "new",
    "ok",
    "ok_or",
    "to_owned",
    "to_path_buf",
    "to_str",
    "to_string",
    "to_string_lossy",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "Box",
    "Ok",
    "Some",
];

/// Whether every side of an `if` is the same variable, if with other separators of paths.
pub(super) fn is_one_variable(branch: &ExprIf) -> bool {
    of_branch(branch).is_some()
}

fn of_branch(branch: &ExprIf) -> Option<String> {
    let (_, otherwise) = branch.else_branch.as_ref()?;
    let then = of_block(&branch.then_branch)?;
    of(otherwise).filter(|name| *name == then)
}

fn of_block(block: &Block) -> Option<String> {
    match block.stmts.as_slice() {
        [Stmt::Expr(expression, None)] => of(expression),
        _ => None,
    }
}

/// The variable that an expression is, apart from its clothes.
fn of(expression: &Expr) -> Option<String> {
    let is_same = |name: &str| SAME.contains(&name);
    match expression {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Reference(it) => of(&it.expr),
        Expr::Paren(it) => of(&it.expr),
        Expr::Block(it) => of_block(&it.block),
        Expr::If(branch) => of_branch(branch),
        Expr::Call(call) if call.args.len() == 1 && last_name(&call.func).is_some_and(|it| is_same(&it)) => {
            call.args.first().and_then(of)
        }
        Expr::MethodCall(call) if call.method == "replace" => {
            call.args.iter().all(is_separator).then(|| of(&call.receiver)).flatten()
        }
        Expr::MethodCall(call) if call.args.is_empty() && is_same(&call.method.to_string()) => of(&call.receiver),
        _ => None,
    }
}

/// Separators of paths and of lists of paths, and what is left in their place.
fn is_separator(argument: &Expr) -> bool {
    let is_one = |letter: char| r"/\?:;".contains(letter);
    match argument {
        Expr::Lit(it) => match &it.lit {
            Lit::Char(letter) => is_one(letter.value()),
            Lit::Str(text) => text.value().chars().all(is_one),
            _ => false,
        },
        Expr::Reference(it) => is_separator(&it.expr),
        Expr::Path(_) => last_name(argument).is_some_and(|name| name.starts_with("MAIN_SEPARATOR")),
        _ => false,
    }
}
