//! Follows a function from statement to statement: which questions decide what runs, and what values are.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::{Attribute, BinOp, Block, Expr, Local, Pat, Stmt};

use super::clothes;
use super::condition;
use super::facts::Facts;
use super::program::{self, Program};
use super::question::{self, Place, Question};
use super::replacement::Position;
use super::value::{HOST, Marks, NATIVE, ON_REQUEST, TARGET, TARGET_ARCH, Under, Value, WITHIN};

pub(super) struct Walker<'w, 'a> {
    pub program: &'w mut Program<'a>,
    pub facts: &'w mut Facts,
    pub file: usize,
    /// What is known of variables, the innermost block last.
    scopes: Vec<BTreeMap<String, Value>>,
    pub under: Under,
    /// The questions under which the function itself was called: what it gives back does not depend on those.
    called_under: BTreeSet<usize>,
    result: Value,
    /// Whether this is within a loop.
    pub in_loop: bool,
    /// What the function has looked at to refuse cross builds.
    pub refused: Marks,
    /// Where the next expression stands.
    pub position: Position,
    /// Whether this is the value of a constant.
    pub in_constant: bool,
}

impl<'w, 'a> Walker<'w, 'a> {
    pub fn new(program: &'w mut Program<'a>, facts: &'w mut Facts, file: usize, under: Under) -> Walker<'w, 'a> {
        let called_under = BTreeSet::new();
        Walker {
            program,
            facts,
            file,
            scopes: vec![BTreeMap::new()],
            under,
            called_under,
            result: Value::default(),
            in_loop: false,
            refused: 0,
            position: Position::Alone,
            in_constant: false,
        }
    }

    /// Walks a function, with what is known by now of its arguments; the value is what it gives back.
    pub fn function(program: &'w mut Program<'a>, facts: &'w mut Facts, at: usize) -> Value {
        let function = &program.functions[at];
        let (file, block, own) = (function.file, function.block, function.asked.clone());
        let request = if function.on_request { ON_REQUEST } else { 0 };
        let parameters = function.parameters.clone();
        let called = facts.functions[at].clone();
        let asked = own.union(&called.asked).copied().collect();
        let mut walker = Walker::new(program, facts, file, Under { asked, marks: called.marks | request });
        walker.called_under = called.asked;
        for (pattern, value) in parameters.iter().zip(&called.parameters) {
            // What is done with an argument is no choice of this function's.
            walker.bind(pattern, &Value { choice: false, ..value.clone() }, false);
        }
        let value = walker.block(block).decided_by(&own);
        let (mut result, refused) = (walker.result, walker.refused);
        result.join(&value);
        facts.functions[at].refuses |= refused;
        result
    }

    /// The questions that decide whether this place is reached, once the function runs.
    pub fn own_questions(&self) -> BTreeSet<usize> {
        self.open(self.under.clone()).asked.difference(&self.called_under).copied().collect()
    }

    /// Without the questions that are excused, as the target was looked at beside them.
    fn open(&self, under: Under) -> Under {
        under.without_excused(|number| self.program.questions[number].arch)
    }

    /// Where a question stands.
    pub fn place(&self, span: Span, position: Position) -> Place {
        Place { in_constant: self.in_constant, ..self.program.place(self.file, span, position) }
    }

    /// Takes note of a question; whoever has looked at the target already knows what they ask.
    pub fn ask(&mut self, question: Question) -> Value {
        let aware = self.under.is_aware(question.arch);
        let number = self.program.number(question);
        Value { asked: if aware { BTreeSet::new() } else { [number].into() }, ..Value::default() }
    }

    /// What runs under a condition, or is left out.
    pub fn within<T>(&mut self, asked: &BTreeSet<usize>, marks: Marks, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.under.clone();
        self.under.asked.extend(asked);
        self.under.marks |= marks;
        if marks & TARGET != 0 {
            self.under.marks |= WITHIN;
        }
        let value = run(self);
        self.under = before;
        value
    }

    pub fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(BTreeMap::new());
        let value = run(self);
        self.scopes.pop();
        value
    }

    /// Whether this stands in the body of the function, and in no block within it.
    pub fn is_in_body(&self) -> bool {
        self.scopes.len() == 2
    }

    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// Gives a variable one more value that it may have.
    pub fn join_variable(&mut self, name: &str, value: &Value) {
        match self.scopes.iter_mut().rev().find_map(|scope| scope.get_mut(name)) {
            Some(known) => known.join(value),
            None => {
                self.scopes.first_mut().map(|scope| scope.insert(name.to_owned(), value.clone()));
            }
        }
    }

    /// Gives the names of a pattern a value; `joined` where another one stands beside it.
    pub fn bind(&mut self, pattern: &Pat, value: &Value, joined: bool) {
        let mut names = Vec::new();
        condition::names(pattern, &mut names);
        let Some(scope) = self.scopes.last_mut() else { return };
        for name in names {
            match scope.get_mut(&name) {
                Some(known) if joined => known.join(value),
                _ => {
                    scope.insert(name, value.clone());
                }
            }
        }
    }

    pub fn block(&mut self, block: &Block) -> Value {
        let before = self.under.clone();
        let value = self.scoped(|walker| {
            let mut value = Value::default();
            for statement in &block.stmts {
                let next = walker.statement(statement);
                // Of blocks with `#[cfg]`, each may be the last one.
                if next != Value::default() && value != Value::default() { value.join(&next) } else { value = next }
            }
            value
        });
        self.under = before;
        value
    }

    fn statement(&mut self, statement: &Stmt) -> Value {
        match statement {
            Stmt::Local(local) => self.local(local),
            // Functions and constants were found before; whoever calls them leads there.
            Stmt::Item(_) => Value::default(),
            Stmt::Macro(statement) => {
                self.attributed(&statement.attrs, |walker| walker.macro_call(&statement.mac, Position::Alone))
            }
            Stmt::Expr(Expr::If(branch), end) => {
                let (value, condition) = self.attributed(&branch.attrs, |walker| walker.branch(branch));
                self.after_branch(branch, &condition);
                if end.is_some() { Value::default() } else { value }
            }
            Stmt::Expr(Expr::Block(block), None) if !block.attrs.is_empty() => {
                if self.program.is_of_host(&block.block) {
                    return self.block(&block.block);
                }
                let asked = self.program.asked_by(&block.attrs, self.file);
                let mut value = self.attributed(&block.attrs, |walker| walker.block(&block.block));
                value.choice |= condition::is_switch(&block.block);
                value.decided_by(&asked)
            }
            Stmt::Expr(expression, end) => {
                if end.is_none() {
                    self.position = Position::Kept;
                }
                let value = self.expression(expression);
                if end.is_some() { Value::default() } else { value }
            }
        }
    }

    fn local(&mut self, local: &Local) -> Value {
        let asked = self.program.asked_by(&local.attrs, self.file);
        let asked = if self.under.is_aware(false) { BTreeSet::new() } else { asked };
        if let Some(init) = &local.init {
            let value = self.within(&asked, 0, |walker| walker.expression(&init.expr)).decided_by(&asked);
            if let Some((_, otherwise)) = &init.diverge {
                self.expression(otherwise);
            }
            self.bind(&local.pat, &value, !asked.is_empty());
        } else {
            self.bind(&local.pat, &Value::default(), !asked.is_empty());
        }
        Value::default()
    }

    /// Code with attributes of its own.
    pub fn attributed<T>(&mut self, attributes: &[Attribute], run: impl FnOnce(&mut Self) -> T) -> T {
        if attributes.is_empty() {
            return run(self);
        }
        let asked = self.program.asked_by(attributes, self.file);
        let marks = if program::on_request(attributes) { ON_REQUEST } else { 0 };
        self.within(&asked, marks, run)
    }

    /// An `if`: its value, and what it looks at.
    pub fn branch(&mut self, branch: &syn::ExprIf) -> (Value, Under) {
        self.scoped(|walker| {
            let condition = walker.condition(&branch.cond);
            let mut value =
                walker.within(&condition.asked, condition.marks, |walker| walker.block(&branch.then_branch));
            value.choice |= condition::switches(branch);
            let mut chooses = !value.is_program() && !clothes::is_one_variable(branch);
            if let Some((_, otherwise)) = &branch.else_branch {
                let other = walker.within(&condition.asked, condition.marks, |walker| walker.expression(otherwise));
                chooses &= !other.is_program();
                value.join(&other);
            }
            // What a program is called on one host says that the other names are programs, too.
            (if chooses { value.decided_by(&condition.asked) } else { value }, condition)
        })
    }

    /// What a condition looks at.
    pub fn condition(&mut self, expression: &Expr) -> Under {
        self.judged(expression).1
    }

    /// The value of a condition, and what it looks at: where one side of `&&` or `||` looks at the target, the question of the
    /// other one is meant for it.
    pub fn judged(&mut self, expression: &Expr) -> (Value, Under) {
        let Some(both) = condition::both(expression) else {
            let value = self.expression(expression);
            let under = self.looked_at(value.clone(), &condition::texts(expression));
            return (value, under);
        };
        let position = if matches!(both.op, BinOp::Or(_)) { Position::Or } else { Position::And };
        self.position = position;
        let (mut value, mut under) = self.judged(&both.left);
        self.position = position;
        let (other, beside) = self.judged(&both.right);
        value.join(&other);
        under.asked.extend(beside.asked);
        under.marks |= beside.marks;
        let under = self.open(under);
        (Value { asked: under.asked.clone(), text: None, ..value }, under)
    }

    /// What a condition on a value looks at, by the words that it compares it with.
    pub fn looked_at(&self, value: Value, words: &[String]) -> Under {
        let mut marks = value.marks & (ON_REQUEST | TARGET_ARCH | HOST | NATIVE);
        if value.marks & TARGET != 0 {
            marks |= if condition::about_arch_alone(words) { TARGET_ARCH } else { TARGET };
        }
        self.open(Under { asked: value.asked, marks })
    }

    pub fn selection(&mut self, selection: &syn::ExprMatch) -> Value {
        let scrutinee = self.at(Position::Matched, &selection.expr);
        let words: Vec<String> = selection.arms.iter().flat_map(|arm| condition::texts_of_pattern(&arm.pat)).collect();
        let condition = self.looked_at(scrutinee.clone(), &words);
        let mut value = Value::default();
        for (at, arm) in selection.arms.iter().enumerate() {
            let one = self.scoped(|walker| {
                let asked = walker.program.asked_by(&arm.attrs, walker.file);
                let asked: BTreeSet<usize> = condition.asked.union(&asked).copied().collect();
                walker.bind(&arm.pat, &Value { choice: false, ..scrutinee.clone() }, false);
                let mut under = Under { asked, marks: condition.marks };
                if let Some(guard) = condition::guard(&arm.pat) {
                    let guard = walker.condition(guard);
                    under.asked.extend(guard.asked);
                    under.marks |= guard.marks;
                }
                let under = walker.open(under);
                let body = |walker: &mut Self| walker.at(Position::Kept, &arm.body);
                walker.within(&under.asked, under.marks, body).decided_by(&under.asked)
            });
            if at == 0 { value = one } else { value.join(&one) }
        }
        value
    }

    /// What a function gives back before its end.
    pub fn give_back(&mut self, value: Value) {
        let value = value.decided_by(&self.own_questions());
        self.result.join(&value);
    }

    /// A constant of the standard library.
    pub fn constant_of_host(&mut self, name: &str, span: Span, position: Position) -> Option<Value> {
        let question = question::of_constant(name, self.place(span, position))?;
        let mut value = self.ask(question);
        value.choice = true;
        Some(value)
    }
}
