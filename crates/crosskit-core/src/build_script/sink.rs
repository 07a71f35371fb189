//! Where an answer becomes a decision about the target: what a build script tells cargo, and what it tells the crates that
//! compile for the target.

use proc_macro2::Span;

use super::facts::Answer;
use super::value::{COMMAND, COMPILER, Value};
use super::walk::Walker;

/// A line that a build script prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// That it is printed decides something, and what it says.
    Decides(String),
    /// What it says decides something.
    Says(String),
    /// For the eyes of people, or of cargo alone.
    Other,
}

/// What the beginning of a line means.
pub(super) fn line(text: &str) -> Line {
    let Some(rest) = text.strip_prefix("cargo:") else { return Line::Other };
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let key = rest.split(['=', '{']).next().unwrap_or_default().trim();
    match key {
        "warning" | "error" | "rustc-check-cfg" | "metadata" => Line::Other,
        key if key.starts_with("rerun-if") => Line::Other,
        key if key.starts_with("rustc-") => Line::Decides(format!("`cargo:{key}`")),
        "" => Line::Says("what is printed for cargo".to_owned()),
        key => Line::Says(format!("`cargo:{key}`")),
    }
}

/// Functions and macros of helper crates that print such lines.
pub(super) fn is_output_of_cargo(name: &str) -> bool {
    name.starts_with("rustc_link_") || matches!(name, "rustc_cfg" | "rustc_env" | "rustc_flags")
}

/// Crates that compile, or that write bindings, for the target.
const BUILDERS: &[&str] = &[
    "autocxx_build",
    "autotools",
    "bindgen",
    "cc",
    "cmake",
    "cpp_build",
    "cxx_build",
    "embed_resource",
    "gcc",
    "meson",
    "nasm_rs",
    "winres",
    "winresource",
];

/// Their methods that say what is compiled, and how.
const METHODS: &[&str] = &[
    "asm_flag",
    "asmflag",
    "ar_flag",
    "cflag",
    "clang_arg",
    "clang_args",
    "compile",
    "configure_arg",
    "cpp_link_stdlib",
    "cpp_set_stdlib",
    "cxxflag",
    "define",
    "disable",
    "enable",
    "file",
    "files",
    "flag",
    "flag_if_supported",
    "flags",
    "header",
    "include",
    "includes",
    "ldflag",
    "object",
    "objects",
    "pic",
    "shared_flag",
    "static_crt",
    "static_flag",
    "std",
    "target",
    "try_compile",
    "with",
    "without",
];

impl Walker<'_, '_> {
    /// A line is printed.
    pub fn prints(&mut self, line: &Line, value: &Value, at: Span) {
        match line {
            Line::Decides(what) => self.reaches(value, true, what, at),
            Line::Says(what) => self.reaches(value, false, what, at),
            Line::Other => {}
        }
    }

    /// Whether the script uses a crate that compiles.
    pub fn builds(&self) -> bool {
        BUILDERS.iter().any(|name| self.program.heads.contains(*name))
    }

    /// A method is called on something, with the arguments in one.
    pub fn configures(&mut self, method: &str, receiver: &Value, arguments: &Value, at: Span) {
        let is_command = receiver.marks & COMMAND != 0 && receiver.marks & COMPILER == 0;
        if !is_command && METHODS.contains(&method) && self.builds() {
            self.reaches(arguments, true, &format!("`.{method}(…)`"), at);
        }
    }

    /// A library is looked for by pkg-config, which tells cargo to link it. Whether that happens is no finding: many hosts do
    /// not have the program.
    pub fn looks_for(&mut self, name: &Value, at: Span) {
        self.reaches(name, false, "which library is looked for", at);
    }

    /// A method of what looks for a library is called.
    pub fn configures_search(&mut self, method: &str, given: &Value, at: Span) {
        match method {
            "probe" | "find" => self.looks_for(given, at),
            "atleast_version" | "exactly_version" | "range_version" | "arg" | "cargo_metadata" | "statik" => {
                self.reaches(given, false, &format!("`.{method}(…)`"), at);
            }
            _ => {}
        }
    }

    /// Something that the target gets depends on a value; and, where `decides`, on whether this place is reached.
    pub fn reaches(&mut self, value: &Value, decides: bool, what: &str, at: Span) {
        if !self.facts.last {
            return;
        }
        let control = self.under.asked.iter().filter(|_| decides);
        let line = at.start().line;
        for number in value.asked.iter().chain(control) {
            if self.under.is_aware(self.program.questions[*number].arch) {
                continue;
            }
            let elsewhere = self.program.questions[*number].file != self.file;
            let answer = Answer { says: !decides, elsewhere, line, file: self.file, what: what.to_owned() };
            let known = self.facts.answers.entry(*number).or_insert_with(|| answer.clone());
            if answer < *known {
                *known = answer;
            }
        }
    }
}
