//! The lines by which a program that there is hands `cross` to the kit, or a build script begins with the check.
//!
//! They stand at the start of `main`, before anything that reads the arguments, so that it does not matter what does:
//! clap, xflags or a `match`.

use super::rust::{Kind, Token, tokens};
use crate::config::{line_end, line_start};

/// What is put into `main`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// Hands over to the kit where the first argument is `cross`.
    Cross,
    /// Calls the helper for build scripts, by this path.
    Check(&'static str),
}

impl Arm {
    /// The lines, where `main` returns an exit code or anything else.
    pub fn lines(self, returns_exit_code: bool) -> Vec<String> {
        let text = match self {
            Arm::Check(path) => return vec![format!("{path}::check();")],
            Arm::Cross if returns_exit_code => include_str!("templates/hand_over_exit_code.rs.txt"),
            Arm::Cross => include_str!("templates/hand_over.rs.txt"),
        };
        text.lines().map(str::to_owned).collect()
    }

    /// What every form of the lines has in it.
    fn is_in(self, text: &str) -> bool {
        match self {
            Arm::Cross => text.contains("crosskit::main(") || text.contains("crosskit::run("),
            Arm::Check(path) => text.contains(&format!("{path}::check(")),
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// The text with the lines.
    Text(String),
    /// They are there.
    Already,
    /// Where they belong is not clear, and why.
    Unclear(&'static str),
}

/// Puts the lines at the start of `main`.
pub fn add(text: &str, arm: Arm) -> Added {
    if arm.is_in(text) {
        return Added::Already;
    }
    let Some(all) = tokens(text) else { return Added::Unclear("it cannot be read as Rust") };
    let names_cross = |it: &Token| matches!(text.get(it.span.clone()), Some("Cross" | "\"cross\""));
    if arm == Arm::Cross && all.iter().any(names_cross) {
        return Added::Unclear("it seems to have a command `cross` of its own");
    }
    let word = |at: usize| all.get(at).and_then(|token| text.get(token.span.clone())).unwrap_or_default();
    let shadows = |at: usize| word(at) == "mod" && matches!(word(at + 1), "crosskit" | "crosskit_build" | "std");
    if (0..all.len()).any(shadows) {
        return Added::Unclear("a module of its own has the name of a crate that the lines need");
    }
    match main(text, &all) {
        Err(why) => Added::Unclear(why),
        Ok(main) => match insert(text, &main, arm) {
            Some(text) => Added::Text(text),
            None => Added::Unclear("its `main` does not end"),
        },
    }
}

/// Takes the lines out again; `None` where they do not stand there as they were put.
pub fn take_out(text: &str, arm: Arm) -> Option<String> {
    [true, false].into_iter().find_map(|returns_exit_code| {
        let lines = arm.lines(returns_exit_code);
        let first = lines.first()?;
        let at = text.find(first.as_str())?;
        let mut from = line_start(text, at);
        let begin = from;
        for line in &lines {
            let end = line_end(text, from);
            if text.get(from..end)?.trim() != line.trim() {
                return None;
            }
            from = end;
        }
        // The blank line behind them came with them.
        let behind = line_end(text, from);
        let end = if text.get(from..behind)?.trim().is_empty() { behind } else { from };
        Some(format!("{}{}", text.get(..begin)?, text.get(end..)?))
    })
}

/// Takes the arm out of the xtask that came with the kit, and that has tasks of its own by now.
pub fn take_out_of_xtask(text: &str) -> Option<String> {
    let is_arm = |line: &&str| line.contains("== \"cross\" => crosskit::main(");
    let arm = text.split_inclusive('\n').find(is_arm)?;
    let without = text.replacen(arm, "", 1);
    (!without.contains("crosskit")).then_some(without)
}

/// Where `main` begins and ends, and what it returns.
struct Main {
    /// Behind the opening brace.
    open: usize,
    /// The closing one.
    close: usize,
    returns_exit_code: bool,
}

fn main(text: &str, all: &[Token]) -> Result<Main, &'static str> {
    let word = |at: usize| all.get(at).and_then(|token| text.get(token.span.clone())).unwrap_or_default();
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 && word(at) == "fn" && word(at + 1) == "main" => found.push(at),
            _ => {}
        }
    }
    let [at] = found.as_slice() else {
        return Err(if found.is_empty() { "it has no `fn main` of its own" } else { "it has more than one `fn main`" });
    };
    let before = at.checked_sub(1).map(&word);
    match before {
        None | Some("}" | ";") => {}
        Some(")") if is_visibility(at.saturating_sub(1), &word) => {}
        Some("pub") => {}
        Some("]") if has_harmless_attribute(at.saturating_sub(1), &word) => {}
        Some("async") => return Err("its `main` is async"),
        Some("]") => return Err("an attribute stands before its `main`, and may change it"),
        Some(_) => return Err("something stands before its `main`, and may change it"),
    }
    if (word(at + 2), word(at + 3)) != ("(", ")") {
        return Err("its `main` takes arguments");
    }
    let open = (at + 4..all.len()).find(|it| word(*it) == "{").ok_or("its `main` has no body")?;
    if (word(open + 1), word(open + 2)) == ("#", "!") {
        return Err("its `main` begins with an attribute, which must stay the first");
    }
    let mut depth = 0_usize;
    for token in all.get(open..).unwrap_or_default() {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            let open_end = all.get(open).map_or(0, |token| token.span.end);
            let returns_exit_code = returns_exit_code(at + 4..open, &word);
            return Ok(Main { open: open_end, close: token.span.start, returns_exit_code });
        }
    }
    Err("its `main` does not end")
}

/// Whether the tokens say `-> ExitCode`, with or without the path before it.
fn returns_exit_code<'a>(mut range: std::ops::Range<usize>, word: &impl Fn(usize) -> &'a str) -> bool {
    (word(range.start), word(range.start + 1)) == ("-", ">")
        && word(range.end.saturating_sub(1)) == "ExitCode"
        && range.all(|at| matches!(word(at), "-" | ">" | ":" | "std" | "process" | "ExitCode"))
}

/// Whether the bracket at a place closes `pub(…)`.
fn is_visibility<'a>(close: usize, word: &impl Fn(usize) -> &'a str) -> bool {
    close >= 3 && (word(close - 2), word(close - 3)) == ("(", "pub")
}

/// Whether the bracket at a place closes an attribute that leaves a function as it is. One above it is not looked at where
/// it is a comment; any other must be harmless as well.
fn has_harmless_attribute<'a>(mut close: usize, word: &impl Fn(usize) -> &'a str) -> bool {
    const HARMLESS: [&str; 6] = ["allow", "deny", "doc", "expect", "inline", "warn"];
    loop {
        let mut depth = 0_usize;
        let mut at = close;
        let open = loop {
            match word(at) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break at;
            }
            let Some(before) = at.checked_sub(1) else { return false };
            at = before;
        };
        let is_inner = open >= 2 && word(open - 1) == "!" && word(open - 2) == "#";
        if is_inner {
            return true;
        }
        if open == 0 || word(open - 1) != "#" || !HARMLESS.contains(&word(open + 1)) {
            return false;
        }
        let Some(before) = (open - 1).checked_sub(1) else { return true };
        match word(before) {
            "]" => close = before,
            "}" | ";" => return true,
            _ => return false,
        }
    }
}

fn insert(text: &str, main: &Main, arm: Arm) -> Option<String> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let body = text.get(main.open..main.close)?;
    let indent = match body.lines().skip(1).find(|line| !line.trim().is_empty()) {
        Some(line) => line.get(..line.len() - line.trim_start().len())?,
        None => "    ",
    };
    let lines = arm.lines(main.returns_exit_code).into_iter();
    // A tab or four blanks, as the rest of the body has it.
    let inner = if indent.starts_with('\t') { "\t" } else { "    " };
    let lines: String = lines.map(|line| format!("{end}{indent}{}", line.replacen("    ", inner, 1))).collect();
    let (before, rest) = (text.get(..main.open)?, text.get(main.open..)?);
    if body.trim().is_empty() {
        return Some(format!("{before}{lines}{end}{}", text.get(main.close..)?));
    }
    let first = rest.get(..line_end(rest, 0))?;
    if first.trim().is_empty() || first.trim_start().starts_with("//") {
        let first = first.trim_end_matches(['\r', '\n']);
        return Some(format!("{before}{first}{lines}{}", rest.get(first.len()..)?));
    }
    if body.contains('\n') {
        return None;
    }
    // The whole body stands on one line.
    Some(format!("{before}{lines}{end}{indent}{}{end}{}", body.trim(), text.get(main.close..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        match add(text, Arm::Cross) {
            Added::Text(text) => text,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_lines_stand_first_and_go_again() {
        let indented = |returns_exit_code| -> String {
            Arm::Cross.lines(returns_exit_code).iter().map(|line| format!("    {line}\n")).collect()
        };
        let (code, exit) = (indented(true), indented(false));
        for (head, lines) in [
            ("fn main() -> std::process::ExitCode {\n", &code),
            ("use std::process::ExitCode;\n\n/// Tasks.\npub fn main() -> ExitCode {\n", &code),
            ("fn main() -> anyhow::Result<()> {\n", &exit),
            ("#![allow(unused)]\nfn main() {\n", &exit),
            ("mod a;\n#[allow(clippy::all)]\n#[expect(x, reason = \"[\")]\nfn main() { // starts\n", &exit),
            ("fn other() { fn main() {} }\nfn main() -> Result<std::process::ExitCode, E> {\n", &exit),
        ] {
            let before = format!("{head}    work();\n}}\n");
            let after = format!("{head}{lines}    work();\n}}\n");
            assert_eq!(added(&before), after);
            assert_eq!(take_out(&after, Arm::Cross).as_deref(), Some(before.as_str()));
            assert_eq!(add(&after, Arm::Cross), Added::Already);
        }
        let windows = added("fn main() {\r\n\twork();\r\n}\r\n");
        assert_eq!(windows.matches('\n').count(), windows.matches("\r\n").count());
        assert!(windows.contains("\r\n\t\tstd::process::exit("), "{windows}");
        assert!(added("fn main() { work() }\n").ends_with("    }\n    work()\n}\n"));
        assert!(added("fn main() {}\n").ends_with("    }\n}\n"));
    }

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "#[tokio::main]\nasync fn main() {\n}\n",
            "#[paw::main]\nfn main() {\n}\n",
            "#[cfg(unix)]\nfn main() {\n}\n#[cfg(windows)]\nfn main() {\n}\n",
            "#[cfg(unix)]\nfn main() {\n}\n",
            "make_main!();\n",
            "async fn main() {\n}\n",
            "fn main(args: Args) {\n}\n",
            "const fn main() {\n}\n",
            "fn main() { a();\n b() }\n",
            "enum Command { Cross }\nfn main() {\n}\n",
            "fn main() {\n match word { \"cross\" => {} }\n}\n",
            "fn main() {\n    #![allow(unused)]\n    work();\n}\n",
            "mod crosskit;\nfn main() {\n}\n",
            "fn main() {\n \"\n",
            "fn main()",
            "",
        ] {
            assert!(matches!(add(text, Arm::Cross), Added::Unclear(_)), "{text}");
        }
    }

    #[test]
    fn lines_that_somebody_changed_stay() {
        let text = added("fn main() {\n    work();\n}\n").replace("skip(1)", "skip(2)");
        assert_eq!(take_out(&text, Arm::Cross), None);
        assert_eq!(take_out("fn main() {}\n", Arm::Cross), None);
    }
}
