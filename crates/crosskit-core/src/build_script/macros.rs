//! What macros are called with, and what they print.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Macro, Token};

use super::guard;
use super::program;
use super::question;
use super::replacement::Position;
use super::sink::{self, Line};
use super::value::{ON_REQUEST, Value, is_choice};
use super::walk::Walker;

impl Walker<'_, '_> {
    pub fn macro_call(&mut self, call: &Macro, position: Position) -> Value {
        let Some(name) = call.path.segments.last().map(|it| &it.ident) else { return Value::default() };
        let start = call.path.segments[0].ident.span();
        match name.to_string().as_str() {
            "cfg" => self.cfg(call, start, position),
            "print" | "println" => {
                let arguments = arguments(call.tokens.clone());
                let value = self.formatted(&arguments);
                let line = arguments.first().and_then(text).map_or(Line::Other, |text| sink::line(&text));
                self.prints(&line, &value, start);
                Value::default()
            }
            "write" | "writeln" => {
                let arguments = arguments(call.tokens.clone());
                let value = self.formatted(arguments.get(1..).unwrap_or_default());
                self.reaches(&value, false, "what is written into a file", start);
                Value::default()
            }
            "format" | "format_args" | "concat" => {
                let arguments = arguments(call.tokens.clone());
                let value = self.formatted(&arguments);
                // Such a line is made to be printed, wherever that happens.
                if let Some(line @ Line::Decides(_)) = arguments.first().and_then(text).map(|text| sink::line(&text)) {
                    self.prints(&line, &value, start);
                }
                value
            }
            "env" | "option_env" => {
                let name = arguments(call.tokens.clone()).first().and_then(text).unwrap_or_default();
                self.reads_variable(&name, name_of_option(call), start)
            }
            "vec" => self.each(&arguments(call.tokens.clone()), Position::Kept),
            "matches" => {
                let first: TokenStream = call.tokens.clone().into_iter().take_while(|it| !is_comma(it)).collect();
                syn::parse2::<Expr>(first).map(|it| self.at(Position::Matched, &it)).unwrap_or_default()
            }
            name @ ("assert" | "assert_eq" | "ensure") => {
                self.after_assertion(name, &arguments(call.tokens.clone()));
                Value::default()
            }
            // Nothing comes out of what does not come back.
            name if guard::FAILING.contains(&name) => {
                self.each(&arguments(call.tokens.clone()), Position::Formatted);
                Value::default()
            }
            name if sink::is_output_of_cargo(name) => {
                let value = self.each(&arguments(call.tokens.clone()), Position::Formatted);
                self.reaches(&value, true, &format!("`{name}!`"), start);
                Value::default()
            }
            _ => {
                let mut value = self.each(&arguments(call.tokens.clone()), Position::Formatted);
                value.choice = false;
                value
            }
        }
    }

    fn cfg(&mut self, call: &Macro, start: proc_macro2::Span, position: Position) -> Value {
        let Some(predicate) = question::first(call.tokens.clone()).or_else(|| question::whole(call.tokens.clone()))
        else {
            return Value::default();
        };
        let words = program::words(start, call.delimiter.span().close());
        let place = self.place(start, position);
        let mut value = match question::of_cfg(&predicate, &words, place) {
            Some(question) => self.ask(question),
            None => Value::default(),
        };
        if predicate.asks_for_feature() {
            value.marks |= ON_REQUEST;
        }
        value
    }

    /// The text that a format and its arguments make.
    fn formatted(&mut self, arguments: &[Expr]) -> Value {
        let Some((first, rest)) = arguments.split_first() else { return Value::default() };
        let mut value = self.each(rest, Position::Formatted);
        let Some(format) = text(first) else {
            value.join(&self.expression(first));
            return value;
        };
        let (plain, names) = parts(&format);
        for name in &names {
            if let Some(variable) = self.variable(name).or_else(|| self.facts.constants.get(name)) {
                value.join(&variable.clone());
            } else if let Expr::Lit(literal) = first
                && let Some(constant) = self.program.constants_of_host.get(name).cloned()
                && let Some(constant) = self.constant_of_host(&constant, literal.lit.span(), Position::Captured)
            {
                value.join(&constant);
            }
        }
        value.choice |= is_choice(&plain);
        value.text = (rest.is_empty() && !format.contains('{')).then_some(format);
        value
    }

    fn each(&mut self, all: &[Expr], position: Position) -> Value {
        let mut value = Value::default();
        for expression in all {
            // A named argument of a format.
            let one = match expression {
                Expr::Assign(named) => self.at(position, &named.right),
                other => self.at(position, other),
            };
            value.join(&one);
        }
        value.text = None;
        value
    }
}

/// `option_env!` reads what is there when the script is compiled.
fn name_of_option(call: &Macro) -> bool {
    call.path.is_ident("option_env")
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(it) if it.as_char() == ',')
}

pub(super) fn arguments(tokens: TokenStream) -> Vec<Expr> {
    Punctuated::<Expr, Token![,]>::parse_terminated
        .parse2(tokens)
        .map(|it| it.into_iter().collect())
        .unwrap_or_default()
}

/// The text in quotes that an expression is.
pub(super) fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Macro(call) if call.mac.path.is_ident("concat") => {
            let all = arguments(call.mac.tokens.clone());
            all.iter().map(text).collect::<Option<Vec<String>>>().map(|it| it.concat())
        }
        Expr::Group(group) => text(&group.expr),
        _ => None,
    }
}

/// A format's own words, and the names of variables in it.
fn parts(format: &str) -> (String, Vec<String>) {
    let (mut plain, mut names) = (String::new(), Vec::new());
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let (inner, after) = after.split_once('}').unwrap_or((after, ""));
        names.extend(inner.split(':').next().filter(|name| !name.is_empty()).map(str::to_owned));
        rest = after;
    }
    plain.push_str(rest);
    (plain, names)
}
