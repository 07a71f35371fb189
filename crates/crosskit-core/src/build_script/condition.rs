//! What conditions and patterns are made of.

use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, ExprBinary, ExprIf, Pat, Stmt};

/// The texts that a condition holds.
pub(super) fn texts(expression: &Expr) -> Vec<String> {
    let mut reader = Texts::default();
    reader.visit_expr(expression);
    reader.0
}

/// The texts that a pattern holds.
pub(super) fn texts_of_pattern(pattern: &Pat) -> Vec<String> {
    let mut reader = Texts::default();
    reader.visit_pat(pattern);
    reader.0
}

#[derive(Default)]
struct Texts(Vec<String>);

impl<'a> Visit<'a> for Texts {
    fn visit_lit_str(&mut self, text: &'a syn::LitStr) {
        self.0.push(text.value());
    }

    fn visit_expr_macro(&mut self, item: &'a syn::ExprMacro) {
        // What `cfg!` holds is asked of the host.
        if !item.mac.path.is_ident("cfg") {
            visit::visit_expr_macro(self, item);
        }
    }
}

const ARCHITECTURES: &[&str] =
    &["32", "64", "86", "aarch", "amd", "arm", "loongarch", "mips", "powerpc", "riscv", "s390", "sparc", "thumb"];
const SYSTEMS: &[&str] = &[
    "android",
    "apple",
    "bsd",
    "darwin",
    "emscripten",
    "gnu",
    "ios",
    "linux",
    "mac",
    "msvc",
    "musl",
    "none",
    "unix",
    "wasi",
    "windows",
];

/// Whether words by which a target is known name its architecture, and nothing else of it.
pub(super) fn about_arch_alone(words: &[String]) -> bool {
    let holds = |word: &String, list: &[&str]| list.iter().any(|it| word.to_ascii_lowercase().contains(it));
    let (mut arch, mut other) = (false, false);
    for word in words {
        arch |= holds(word, ARCHITECTURES);
        other |= holds(word, SYSTEMS);
    }
    arch && !other
}

/// The names that a pattern binds.
pub(super) fn names(pattern: &Pat, found: &mut Vec<String>) {
    struct Names<'n>(&'n mut Vec<String>);
    impl<'a> Visit<'a> for Names<'_> {
        fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
            self.0.push(pattern.ident.to_string());
            visit::visit_pat_ident(self, pattern);
        }
    }
    Names(found).visit_pat(pattern);
}

/// The condition behind the `if` of an arm.
pub(super) fn guard(pattern: &Pat) -> Option<&Expr> {
    match pattern {
        Pat::Guard(guarded) => Some(&guarded.guard),
        _ => None,
    }
}

/// The `&&` or `||` that a condition is, or of which it is the contrary.
pub(super) fn both(expression: &Expr) -> Option<&ExprBinary> {
    match expression {
        Expr::Binary(it) if matches!(it.op, BinOp::And(_) | BinOp::Or(_)) => Some(it),
        Expr::Paren(it) => both(&it.expr),
        Expr::Group(it) => both(&it.expr),
        Expr::Unary(it) => both(&it.expr),
        _ => None,
    }
}

/// Whether a block is `true` or `false`, and nothing else.
pub(super) fn is_switch(block: &Block) -> bool {
    match block.stmts.as_slice() {
        [Stmt::Expr(Expr::Lit(it), None)] => matches!(it.lit, syn::Lit::Bool(_)),
        _ => false,
    }
}

/// Whether both sides of an `if` are such blocks.
pub(super) fn switches(branch: &ExprIf) -> bool {
    let other = branch.else_branch.as_ref().map(|(_, other)| other.as_ref());
    is_switch(&branch.then_branch) && matches!(other, Some(Expr::Block(it)) if is_switch(&it.block))
}

/// The last name of a path.
pub(super) fn last_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
        _ => None,
    }
}

/// The variable that a place is, or is a part of.
pub(super) fn variable(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Field(field) => variable(&field.base),
        Expr::Index(index) => variable(&index.expr),
        Expr::Reference(reference) => variable(&reference.expr),
        Expr::Paren(paren) => variable(&paren.expr),
        Expr::Unary(unary) => variable(&unary.expr),
        _ => None,
    }
}

/// The variable that an argument names: by itself, borrowed, or in other words.
pub(super) fn named(expression: &Expr) -> Option<String> {
    match expression {
        Expr::MethodCall(call) if call.args.is_empty() || call.method == "unwrap" => named(&call.receiver),
        Expr::Path(_) | Expr::Reference(_) | Expr::Paren(_) => variable(expression),
        _ => None,
    }
}
