//! What is called, and what comes of it.

use proc_macro2::Span;
use syn::{Expr, ExprCall, ExprMethodCall};

use super::clothes::SAME;
use super::condition;
use super::expression::speaks_of_target;
use super::outside::marks_of_variable;
use super::replacement::Position;
use super::rules::written;
use super::sink;
use super::value::{BUILT, COMMAND, COMPILER, CONFIGURES, HOST, LOOKS, PACKAGE, TARGET, Under, Value, WRITES};
use super::walk::Walker;

/// Methods that put something into what they are called on.
const ADDING: &[&str] = &["append", "extend", "insert", "push", "push_str"];

/// Functions and methods that give back what they are given, and not a copy of it.
const KEEPING: &[&str] = &["new", "map_or", "ok_or", "or", "unwrap_or", "Err", "Ok", "Some"];

impl Walker<'_, '_> {
    pub fn call(&mut self, call: &ExprCall) -> Value {
        let position = match condition::last_name(&call.func).is_some_and(|name| KEEPING.contains(&name.as_str())) {
            true => Position::Kept,
            false => Position::Alone,
        };
        let arguments: Vec<Value> = call.args.iter().map(|it| self.at(position, it)).collect();
        let Expr::Path(function) = call.func.as_ref() else {
            self.expression(&call.func);
            return all(&arguments);
        };
        let names: Vec<String> = function.path.segments.iter().map(|it| it.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let at = function.path.segments[0].ident.span();
        if let Some(value) = self.known_call(&names, &arguments, at) {
            return value;
        }
        if let Some(path) = written::written_by(&names, &arguments) {
            self.writes(path, at);
        }
        let last = names.last().copied().unwrap_or_default();
        if matches!(names.as_slice(), [.., "fs", "write"]) {
            self.reaches(arguments.get(1).unwrap_or(&Value::default()), false, "what is written into a file", at);
        } else if matches!(names.as_slice(), [.., "fs", "copy"]) {
            self.reaches(arguments.first().unwrap_or(&Value::default()), false, "which file is copied", at);
        } else if sink::is_output_of_cargo(last) {
            self.reaches(&all(&arguments), true, &format!("`{last}(…)`"), at);
        }
        let mut value = match self.own(&names) {
            Some(functions) => self.calls(&functions, &arguments),
            None => {
                let mut value = all(&arguments);
                value.choice &= SAME.contains(&last);
                if !SAME.contains(&last) || arguments.len() != 1 {
                    value.text = None;
                }
                value
            }
        };
        value.marks |= arguments.iter().map(|it| marks_of_variable(it.text.as_deref())).fold(0, |a, b| a | b);
        if speaks_of_target(last) || matches!(names.first(), Some(&"build_target" | &"build_rs" | &"target_lexicon")) {
            value.marks |= TARGET;
        }
        value
    }

    /// Functions of which it is known where their value comes from.
    fn known_call(&mut self, names: &[&str], arguments: &[Value], at: Span) -> Option<Value> {
        let text = arguments.first().and_then(|it| it.text.clone()).unwrap_or_default();
        Some(match names {
            [.., "Command", "new"] => self.command(arguments.first(), at),
            [.., "env", "var" | "var_os"] => self.reads_variable(&text, true, at),
            [.., "env", "current_dir"] => Value::marked(PACKAGE),
            ["pkg_config", "Config", "new"] => Value::marked(LOOKS),
            ["pkg_config", "find_library" | "probe_library"] => {
                self.looks_for(&all(arguments), at);
                Value::marked(all(arguments).marks)
            }
            // What is there on this computer, whatever it was asked with, is no word of the script's.
            ["pkg_config" | "vcpkg", ..]
            | [.., "Library", "new"]
            | [.., "fs", "read" | "read_to_string" | "read_dir" | "canonicalize"] => {
                Value::marked(all(arguments).marks)
            }
            [.., "set_current_dir"] => {
                self.facts.changes_directory = true;
                Value::default()
            }
            [.., "cmake" | "autotools", "build"] => Value::marked(BUILT),
            // What it is given is the sources' place.
            [.., "Config", "new"] | [.., "autotools", "Config", _] => Value::marked(CONFIGURES),
            [.., "OpenOptions", "new"] => Value::default(),
            _ => return None,
        })
    }

    /// The functions of the script that a path names.
    fn own(&self, names: &[&str]) -> Option<Vec<usize>> {
        let (last, before) = names.split_last()?;
        if let Some(owner) = before.last().filter(|it| it.starts_with(char::is_uppercase)) {
            let methods = self.program.methods.get(*last)?.iter().copied();
            let is_its = |at: &usize| *owner == "Self" || self.program.functions[*at].owner.as_deref() == Some(owner);
            return Some(methods.filter(is_its).collect::<Vec<usize>>()).filter(|it| !it.is_empty());
        }
        let is_own = before
            .first()
            .is_none_or(|first| ["crate", "self", "super"].contains(first) || self.program.modules.contains(*first));
        let all = self.program.by_name.get(*last).filter(|_| is_own)?;
        // A name alone is that of this file's function, if there is one.
        let here = all.iter().copied().filter(|it| before.is_empty() && self.program.functions[*it].file == self.file);
        Some(here.collect::<Vec<usize>>()).filter(|it| !it.is_empty()).or_else(|| Some(all.clone()))
    }

    fn calls(&mut self, functions: &[usize], arguments: &[Value]) -> Value {
        let aware = |arch| self.under.is_aware(arch);
        let asked = self.under.asked.iter().copied().filter(|it| !aware(self.program.questions[*it].arch));
        let asked: Vec<usize> = asked.collect();
        let mut value = Value::default();
        for (at, function) in functions.iter().enumerate() {
            let fact = &mut self.facts.functions[*function];
            fact.called(arguments.to_vec(), asked.iter().copied(), self.under.marks);
            if at == 0 { value = fact.result.clone() } else { value.join(&fact.result.clone()) }
        }
        let refuses = functions.iter().map(|it| self.facts.functions[*it].refuses).reduce(|all, one| all & one);
        self.under.marks |= refuses.unwrap_or_default();
        // Whoever calls it with words of their own chooses by them.
        value.choice |= arguments.iter().any(|it| it.choice && !it.text.as_deref().is_some_and(is_variable));
        value
    }

    pub fn method_call(&mut self, call: &ExprMethodCall) -> Value {
        let receiver = self.at(Position::Receiver, &call.receiver);
        let method = call.method.to_string();
        let keeps = [ADDING, KEEPING].iter().any(|names| names.contains(&method.as_str()));
        let position = if keeps { Position::Kept } else { Position::Alone };
        let condition = match method.as_str() {
            "then" | "then_some" => self.looked_at(receiver.clone(), &condition::texts(&call.receiver)),
            _ => Under::default(),
        };
        let arguments: Vec<Value> = self.within(&condition.asked, condition.marks, |walker| {
            call.args.iter().map(|it| walker.argument(it, &receiver, position)).collect()
        });
        let given = all(&arguments);
        let at = call.method.span();
        self.configures(&method, &receiver, &given, at);
        if receiver.marks & LOOKS != 0 {
            self.configures_search(&method, &given, at);
        }
        if receiver.marks & COMMAND == 0 && self.builds() {
            self.names_tool(&method, &arguments, at);
        }
        if ADDING.contains(&method.as_str())
            && let Some(name) = condition::variable(&call.receiver)
        {
            let value = given.clone().decided_by(&self.own_questions());
            self.join_variable(&name, &value);
        }
        if let ("open", true) | ("write_to_file", false) = (method.as_str(), receiver.marks & WRITES != 0)
            && let Some(path) = arguments.first()
        {
            self.writes(&path.clone(), at);
        }
        if receiver.marks & COMMAND != 0 {
            return self.of_command(&method, receiver, call);
        }
        match method.as_str() {
            "get_compiler" | "try_get_compiler" if receiver.marks & HOST != 0 => return Value::default(),
            "get_compiler" | "try_get_compiler" => return Value::marked(COMPILER),
            "to_command" if receiver.marks & COMPILER != 0 => return Value::marked(COMPILER | COMMAND),
            "probe" | "find_package" => return Value::default(),
            "is_like_msvc" | "is_like_gnu" | "is_like_clang" => return Value::marked(TARGET),
            "build" | "build_target" if receiver.marks & CONFIGURES != 0 => return Value::marked(BUILT),
            "write" | "append" | "create" | "create_new" if receiver == Value::default() => {
                return Value::marked(WRITES);
            }
            _ => {}
        }
        let methods = self.program.methods.get(&method).cloned();
        if let Some(methods) = methods.filter(|_| !SAME.contains(&method.as_str())) {
            let mut value = self.calls(&methods, &arguments);
            value.marks |= receiver.marks;
            value.asked.extend(&receiver.asked);
            return value;
        }
        let mut value = joined(&method, &receiver, &arguments);
        if speaks_of_target(&method) {
            value.marks |= TARGET;
        }
        value
    }

    /// An argument; a closure gets what the method is called on.
    fn argument(&mut self, argument: &Expr, receiver: &Value, position: Position) -> Value {
        match argument {
            Expr::Closure(closure) => self.closure(closure, receiver),
            _ => self.at(position, argument),
        }
    }
}

/// Whether a text is the name of a variable of the environment.
fn is_variable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

pub(super) fn all(values: &[Value]) -> Value {
    let mut values = values.iter();
    let mut all = values.next().cloned().unwrap_or_default();
    values.for_each(|value| all.join(value));
    all
}

/// Methods whose value is that of the closure that they are given.
const MAPPING: &[&str] = &["and_then", "filter_map", "find_map", "flat_map", "map", "then"];

/// A method's value, of one that is not known: it may be made of all that went into it.
fn joined(method: &str, receiver: &Value, arguments: &[Value]) -> Value {
    if let (true, [value]) = (MAPPING.contains(&method), arguments) {
        let marks = value.marks | receiver.marks;
        // A switch decides whether there is one.
        let asked = if method == "then" { &receiver.asked } else { &value.asked };
        return Value { marks, ..value.clone().decided_by(asked) };
    }
    let mut value = receiver.clone();
    arguments.iter().for_each(|argument| value.join(argument));
    let same = SAME.contains(&method);
    value.choice = match method {
        "join" | "with_extension" | "with_file_name" | "chain" => value.choice,
        _ => same && value.choice,
    };
    value.text = match (method, arguments) {
        ("join", [argument]) => receiver.text.iter().zip(&argument.text).map(|(a, b)| format!("{a}/{b}")).next(),
        (_, []) if same => receiver.text.clone(),
        ("expect" | "unwrap_or" | "unwrap_or_else", _) => None,
        _ => None,
    };
    value
}
