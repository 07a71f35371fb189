//! What an expression is made of.

use syn::{Attribute, BinOp, Expr, ExprClosure, Lit, Member};

use super::condition;
use super::guard;
use super::replacement::Position;
use super::sink::{self, Line};
use super::value::{CONFIGURES, TARGET, Value};
use super::walk::Walker;

impl Walker<'_, '_> {
    pub fn expression(&mut self, expression: &Expr) -> Value {
        let position = std::mem::take(&mut self.position);
        self.attributed(attributes(expression), |walker| walker.inner(expression, position))
    }

    /// An expression that stands within another one.
    pub fn at(&mut self, position: Position, expression: &Expr) -> Value {
        self.position = position;
        self.expression(expression)
    }

    fn inner(&mut self, expression: &Expr, position: Position) -> Value {
        match expression {
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.path(&path.path, position),
            Expr::Macro(call) => self.macro_call(&call.mac, position),
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Assign(assign) => {
                let mut value = self.expression(&assign.right);
                // A switch that is thrown is a decision.
                value.choice |= is_switch(&assign.right);
                self.assign(&assign.left, value)
            }
            Expr::Binary(it) if matches!(it.op, BinOp::And(_) | BinOp::Or(_)) => self.judged(expression).0,
            Expr::Binary(it) if matches!(it.op, BinOp::Eq(_) | BinOp::Ne(_)) => {
                let left = self.at(Position::Compared, &it.left);
                guard::compared(left, &self.at(Position::Compared, &it.right))
            }
            Expr::Binary(binary) => {
                let mut value = self.at(Position::Operand, &binary.left);
                let assigns = is_assignment(&binary.op);
                value.join(&self.at(if assigns { Position::Alone } else { Position::Operand }, &binary.right));
                value.text = None;
                if assigns { self.assign(&binary.left, value) } else { value }
            }
            Expr::Paren(it) => self.at(position.of_part(), &it.expr),
            Expr::Group(it) => self.at(position.of_part(), &it.expr),
            Expr::Reference(it) => self.at(Position::Operand, &it.expr),
            Expr::Try(it) => self.at(Position::Receiver, &it.expr),
            Expr::Cast(it) => self.at(Position::Operand, &it.expr),
            Expr::Unary(it) => self.at(Position::Operand, &it.expr),
            Expr::Await(it) => self.at(Position::Receiver, &it.base),
            Expr::Field(it) => {
                let mut value = self.at(Position::Receiver, &it.base);
                if matches!(&it.member, Member::Named(name) if speaks_of_target(&name.to_string())) {
                    value.marks |= TARGET;
                }
                value
            }
            Expr::Let(it) => {
                let value = self.at(Position::Matched, &it.expr);
                self.bind(&it.pat, &value, false);
                value
            }
            Expr::Return(it) => {
                if let Some(value) = it.expr.as_deref().map(|it| self.at(Position::Kept, it)) {
                    self.give_back(value);
                }
                Value::default()
            }
            other => self.larger(other, position.of_part()),
        }
    }

    /// Expressions with blocks, or with several others.
    fn larger(&mut self, expression: &Expr, position: Position) -> Value {
        match expression {
            Expr::If(branch) => self.branch(branch).0,
            Expr::Match(selection) => self.selection(selection),
            Expr::Block(it) => self.block(&it.block),
            Expr::Unsafe(it) => self.block(&it.block),
            Expr::Async(it) => self.block(&it.block),
            Expr::Const(it) => self.block(&it.block),
            Expr::Closure(it) => self.closure(it, &Value::default()),
            Expr::ForLoop(it) => {
                let value = self.expression(&it.expr);
                self.turns(|walker| {
                    walker.scoped(|walker| {
                        walker.bind(&it.pat, &value, false);
                        walker.block(&it.body)
                    })
                });
                Value::default()
            }
            Expr::While(it) => {
                self.scoped(|walker| {
                    let condition = walker.condition(&it.cond);
                    walker.within(&condition.asked, condition.marks, |walker| walker.block(&it.body))
                });
                Value::default()
            }
            Expr::Loop(it) => self.turns(|walker| walker.block(&it.body)),
            Expr::Array(it) => self.several(it.elems.iter(), position),
            Expr::Tuple(it) => self.several(it.elems.iter(), position),
            Expr::Repeat(it) => self.expression(&it.expr),
            Expr::Struct(it) => self.several(it.fields.iter().map(|field| &field.expr), position),
            Expr::Index(it) => self.several([it.expr.as_ref(), it.index.as_ref()], Position::Receiver),
            Expr::Range(it) => self.several(it.start.iter().chain(&it.end).map(AsRef::as_ref), Position::Operand),
            Expr::Break(it) => it.expr.as_deref().map(|it| self.expression(it)).unwrap_or_default(),
            _ => Value::default(),
        }
    }

    /// A closure that is given a value.
    pub fn closure(&mut self, closure: &ExprClosure, given: &Value) -> Value {
        let constant = std::mem::take(&mut self.in_constant);
        let value = self.scoped(|walker| {
            closure.inputs.iter().for_each(|pattern| walker.bind(pattern, given, false));
            walker.at(Position::Kept, &closure.body)
        });
        self.in_constant = constant;
        value
    }

    /// A loop: what one turn leaves, the next one finds. Loops in a loop have their turns with it.
    fn turns(&mut self, turn: impl Fn(&mut Self) -> Value) -> Value {
        let outer = std::mem::replace(&mut self.in_loop, true);
        if !outer {
            turn(self);
        }
        let value = turn(self);
        self.in_loop = outer;
        value
    }

    fn several<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>, position: Position) -> Value {
        let mut value = Value::default();
        for expression in all {
            let asked = self.program.asked_by(attributes(expression), self.file);
            let one = self.at(position, expression).decided_by(&asked);
            value.join(&one);
        }
        value.text = None;
        value
    }

    fn literal(&mut self, literal: &Lit) -> Value {
        match literal {
            Lit::Str(text) => {
                if let line @ Line::Decides(_) = sink::line(&text.value()) {
                    self.prints(&line, &Value::default(), text.span());
                }
                Value::literal(text.value())
            }
            Lit::Int(_) => Value { choice: true, ..Value::default() },
            _ => Value::default(),
        }
    }

    fn path(&mut self, path: &syn::Path, position: Position) -> Value {
        let Some(last) = path.segments.last() else { return Value::default() };
        let name = last.ident.to_string();
        let before = path.segments.iter().rev().nth(1).map(|it| it.ident.to_string());
        let constant = match before.as_deref() {
            None => self.program.constants_of_host.get(&name).cloned(),
            Some("consts") if !self.program.modules.contains("consts") => Some(name.clone()),
            Some(_) => None,
        };
        if let Some(constant) = constant
            && let Some(value) = self.constant_of_host(&constant, path.segments[0].ident.span(), position)
        {
            return value;
        }
        let known = self.variable(&name).or_else(|| self.facts.constants.get(&name));
        let mut value = known.cloned().unwrap_or_default();
        if speaks_of_target(&name) {
            value.marks |= TARGET;
        }
        value
    }

    fn assign(&mut self, place: &Expr, value: Value) -> Value {
        let value = value.decided_by(&self.own_questions());
        match condition::variable(place) {
            Some(name) => self.join_variable(&name, &Value { marks: value.marks & !CONFIGURES, ..value }),
            None => {
                self.expression(place);
            }
        }
        Value::default()
    }
}

/// Whether a name says that it is about the target.
pub(super) fn speaks_of_target(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let path = ["dir", "directory", "path", "root", "file"].iter().any(|end| name.ends_with(end));
    let of_target = name.split('_').any(|word| word == "target") || name == "host" || name.contains("cross_compil");
    of_target && !path
}

fn is_switch(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(it) if matches!(it.lit, Lit::Bool(_)))
}

fn is_assignment(operator: &BinOp) -> bool {
    use BinOp::{AddAssign, BitAndAssign, BitOrAssign};
    matches!(operator, AddAssign(_) | BitAndAssign(_) | BitOrAssign(_))
}

fn attributes(expression: &Expr) -> &[Attribute] {
    match expression {
        Expr::Array(it) => &it.attrs,
        Expr::Assign(it) => &it.attrs,
        Expr::Block(it) => &it.attrs,
        Expr::Call(it) => &it.attrs,
        Expr::ForLoop(it) => &it.attrs,
        Expr::If(it) => &it.attrs,
        Expr::Lit(it) => &it.attrs,
        Expr::Macro(it) => &it.attrs,
        Expr::Match(it) => &it.attrs,
        Expr::MethodCall(it) => &it.attrs,
        Expr::Path(it) => &it.attrs,
        Expr::Return(it) => &it.attrs,
        Expr::Tuple(it) => &it.attrs,
        Expr::Unsafe(it) => &it.attrs,
        _ => &[],
    }
}
