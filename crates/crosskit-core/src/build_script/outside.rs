//! What reaches out of the script: programs that are started, variables that are read, files that are written.

use proc_macro2::Span;
use syn::{Expr, ExprMethodCall};

use super::condition;
use super::macros;
use super::rules::{started, tool, unsuffixed, written};
use super::value::{BUILT, COMMAND, COMPILER, HOST, Marks, ON_REQUEST, OUT_DIR, PACKAGE, TARGET, Value};
use super::walk::Walker;

impl Walker<'_, '_> {
    /// A method of a command: what it is given does not come out of it.
    pub fn of_command(&mut self, method: &str, receiver: Value, call: &ExprMethodCall) -> Value {
        if matches!(method, "arg" | "args") {
            let words: Vec<String> = call.args.iter().flat_map(condition::texts).collect();
            tool::excuse(self.facts, &receiver.tools, &words);
            if receiver.marks & COMPILER != 0 || !receiver.tools.is_empty() {
                let marks = if receiver.marks & COMPILER != 0 { BUILT } else { 0 };
                let made = Value { marks, tools: receiver.tools.clone(), ..Value::default() };
                // Of what stands among the arguments, one is the program that comes out of it.
                if let Some(name) = call.args.first().and_then(output) {
                    self.join_variable(&name, &made);
                }
            }
        }
        if let Some(name) = condition::variable(&call.receiver) {
            let known = Value { asked: Default::default(), ..receiver.clone() };
            self.join_variable(&name, &known);
        }
        // What it tells is no command any more.
        let ends = matches!(method, "output" | "spawn" | "status");
        let marks = if ends { 0 } else { receiver.marks & (COMMAND | COMPILER) };
        Value { marks, tools: receiver.tools, ..Value::default() }
    }

    pub fn command(&mut self, program: Option<&Value>, at: Span) -> Value {
        let program = program.cloned().unwrap_or_default();
        // What a tool of the host made, and what is started then, is a program of the host.
        self.facts.excused.extend(&program.tools);
        let place = (self.file, at.start().line, at.start().column + 1);
        let compiler = program.marks & COMPILER;
        if program.marks & BUILT != 0 && !self.under.is_aware(false) {
            self.found(place, started::finding);
        }
        let mut value = Value::marked(COMMAND | compiler);
        if let Some(name) = program.text.as_deref().filter(|it| tool::is_for_target(it))
            && !self.under.chooses_tools()
        {
            let next = self.facts.tools.len();
            let number = *self.facts.tools.entry(place).or_insert(next);
            value.tools.insert(number);
            if self.facts.last {
                self.facts.started.push((number, tool::finding(name, "started", self.origin(place))));
            }
        }
        value
    }

    /// A method of a crate that compiles is told which tool to take.
    pub fn names_tool(&mut self, method: &str, arguments: &[Value], at: Span) {
        if let Some(name) = tool::told(method, arguments)
            && !self.under.chooses_tools()
            && !self.under.on_request()
        {
            let place = (self.file, at.start().line, at.start().column + 1);
            self.found(place, |origin| tool::finding(name, "named", origin));
        }
    }

    pub fn reads_variable(&mut self, name: &str, checked: bool, at: Span) -> Value {
        let place = (self.file, at.start().line, at.start().column + 1);
        if checked && unsuffixed::is_left_alone(name, &self.program.texts) && !self.under.is_aware(false) {
            self.found(place, |origin| unsuffixed::finding(name, origin));
        }
        let of_others = name.is_empty() || name.starts_with("CARGO") || name.starts_with("RUST");
        let own = !of_others && !OF_OTHERS.contains(&name) && marks_of_variable(Some(name)) == 0;
        Value::marked(marks_of_variable(Some(name)) | if own { ON_REQUEST } else { 0 })
    }

    pub fn writes(&mut self, path: &Value, at: Span) {
        let place = (self.file, at.start().line, at.start().column + 1);
        if let Some(where_to) = written::outside(path, self.facts.changes_directory)
            && !self.under.on_request()
        {
            self.found(place, |origin| written::finding(&where_to, origin));
        }
    }
}

/// The variable with the path of what a compiler makes: an argument by itself, or that behind `-o` of a list.
fn output(argument: &Expr) -> Option<String> {
    match argument {
        Expr::Array(list) => behind_output(list.elems.iter()),
        Expr::Macro(call) if call.mac.path.is_ident("vec") => {
            behind_output(macros::arguments(call.mac.tokens.clone()).iter())
        }
        Expr::Reference(it) => output(&it.expr),
        Expr::Paren(it) => output(&it.expr),
        _ => condition::named(argument),
    }
}

fn behind_output<'e>(arguments: impl Iterator<Item = &'e Expr>) -> Option<String> {
    arguments.skip_while(|it| condition::texts(it) != ["-o"]).nth(1).and_then(condition::named)
}

/// Variables that are set for others than the script.
const OF_OTHERS: &[&str] =
    &["DEBUG", "HOME", "NUM_JOBS", "OPT_LEVEL", "PATH", "PROFILE", "PWD", "TMP", "TMPDIR", "USER"];

/// What a variable of the environment tells.
pub(super) fn marks_of_variable(name: Option<&str>) -> Marks {
    match name {
        Some("TARGET") => TARGET,
        Some("HOST") => TARGET | HOST,
        Some("OUT_DIR") => OUT_DIR,
        Some("CARGO_MANIFEST_DIR") => PACKAGE,
        Some(name) if name.starts_with("CARGO_CFG_") => TARGET,
        Some(name) if name.starts_with("CARGO_FEATURE_") => ON_REQUEST,
        _ => 0,
    }
}
