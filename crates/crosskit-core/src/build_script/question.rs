//! Questions about the host: what is asked, and how the same is asked about the target.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Meta, Token, parenthesized};

/// A question about the host.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub how: How,
    /// What stands in the script, in one line.
    pub words: String,
    /// The same question about the target, as an expression.
    pub instead: String,
    /// Whether the architecture is all that it asks for.
    pub arch: bool,
    pub file: usize,
    pub line: usize,
    pub column: usize,
}

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// `cfg!`, `#[cfg]`
    Cfg,
    /// `env::consts`
    Constant,
}

/// A condition as it stands in `cfg(…)`.
pub(super) enum Predicate {
    Name(String),
    Pair(String, String),
    List(String, Vec<Predicate>),
}

impl Parse for Predicate {
    fn parse(input: ParseStream) -> syn::Result<Predicate> {
        if input.peek(syn::LitBool) {
            return Ok(Predicate::Name(input.parse::<syn::LitBool>()?.value.to_string()));
        }
        let name = input.call(<Ident as syn::ext::IdentExt>::parse_any)?.to_string();
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(Predicate::Pair(name, input.parse::<LitStr>()?.value()));
        }
        if input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            let list = Punctuated::<Predicate, Token![,]>::parse_terminated(&inner)?;
            return Ok(Predicate::List(name, list.into_iter().collect()));
        }
        Ok(Predicate::Name(name))
    }
}

impl Predicate {
    /// Whether the answer is another one for another platform.
    pub fn asks_for_platform(&self) -> bool {
        match self {
            Predicate::Name(name) => matches!(name.as_str(), "unix" | "windows"),
            Predicate::Pair(name, _) => name.starts_with("target_"),
            Predicate::List(_, list) => list.iter().any(Predicate::asks_for_platform),
        }
    }

    /// Whether a feature has a say.
    pub fn asks_for_feature(&self) -> bool {
        match self {
            Predicate::Name(_) => false,
            Predicate::Pair(name, _) => name == "feature",
            Predicate::List(_, list) => list.iter().any(Predicate::asks_for_feature),
        }
    }

    fn asks_for_arch_alone(&self) -> bool {
        match self {
            Predicate::Name(name) => !matches!(name.as_str(), "unix" | "windows"),
            Predicate::Pair(name, _) => {
                matches!(name.as_str(), "target_arch" | "target_feature" | "target_pointer_width" | "target_endian")
                    || !name.starts_with("target_")
            }
            Predicate::List(_, list) => list.iter().all(Predicate::asks_for_arch_alone),
        }
    }

    /// Whether it holds in tests alone.
    pub fn is_test(&self) -> bool {
        match self {
            Predicate::Name(name) => name == "test",
            Predicate::List(name, list) => name == "all" && list.iter().any(Predicate::is_test),
            Predicate::Pair(..) => false,
        }
    }

    /// The same condition about the target, in Rust.
    pub fn about_target(&self) -> String {
        self.rust(false)
    }

    fn rust(&self, inner: bool) -> String {
        match self {
            Predicate::Name(name) if matches!(name.as_str(), "unix" | "windows") => {
                format!("env::var_os(\"CARGO_CFG_{}\").is_some()", name.to_uppercase())
            }
            Predicate::Pair(name, value) if name.starts_with("target_") => {
                let variable = format!("env::var(\"CARGO_CFG_{}\")", name.to_uppercase());
                // Of these a target may have several.
                if matches!(name.as_str(), "target_family" | "target_feature" | "target_has_atomic") {
                    format!("{variable}.is_ok_and(|it| it.split(',').any(|it| it == \"{value}\"))")
                } else {
                    format!("{variable}.as_deref() == Ok(\"{value}\")")
                }
            }
            Predicate::Name(name) => format!("cfg!({name})"),
            Predicate::Pair(name, value) => format!("cfg!({name} = \"{value}\")"),
            Predicate::List(name, list) => match (name.as_str(), list.as_slice()) {
                ("not", [Predicate::Pair(..)]) | ("not", [Predicate::Name(_)]) => negated(&list[0].rust(true)),
                ("not", [one]) => format!("!({})", one.rust(false)),
                (_, [one]) => one.rust(inner),
                (name, list) => {
                    let sign = if name == "any" { " || " } else { " && " };
                    let all: Vec<String> = list.iter().map(|it| it.rust(true)).collect();
                    if inner { format!("({})", all.join(sign)) } else { all.join(sign) }
                }
            },
        }
    }
}

fn negated(expression: &str) -> String {
    if let Some((left, right)) = expression.split_once(" == ").filter(|_| !expression.contains('|')) {
        return format!("{left} != {right}");
    }
    match expression.strip_suffix(".is_some()") {
        Some(start) => format!("{start}.is_none()"),
        None => format!("!{expression}"),
    }
}

/// The condition of `#[cfg(…)]`, or that of `#[cfg_attr(…, …)]`.
pub(super) fn condition(attribute: &Attribute) -> Option<Predicate> {
    let Meta::List(list) = &attribute.meta else { return None };
    if list.path.is_ident("cfg") || list.path.is_ident("cfg_attr") {
        return first(list.tokens.clone());
    }
    None
}

/// The first condition of a list: what follows it in `cfg_attr` is none.
pub(super) fn first(tokens: TokenStream) -> Option<Predicate> {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ',');
    let tokens: TokenStream = tokens.into_iter().take_while(|token| !is_comma(token)).collect();
    syn::parse2(tokens).ok()
}

/// The condition that the tokens are.
pub(super) fn whole(tokens: TokenStream) -> Option<Predicate> {
    syn::parse2(tokens).ok()
}

/// A question by `cfg`, if it is one about the platform.
pub(super) fn of_cfg(predicate: &Predicate, words: &str, span: Span, file: usize) -> Option<Question> {
    predicate.asks_for_platform().then(|| {
        let start = span.start();
        Question {
            how: How::Cfg,
            words: words.split_whitespace().collect::<Vec<_>>().join(" "),
            instead: format!("`{}`", predicate.about_target()),
            arch: predicate.asks_for_arch_alone(),
            file,
            line: start.line,
            column: start.column + 1,
        }
    })
}

/// A question by a constant of `std::env::consts`. What programs are called on the host (`EXE_SUFFIX`) is none.
pub(super) fn of_constant(name: &str, span: Span, file: usize) -> Option<Question> {
    let instead = match name {
        "OS" => "`env::var(\"CARGO_CFG_TARGET_OS\")`",
        "ARCH" => "`env::var(\"CARGO_CFG_TARGET_ARCH\")`",
        "FAMILY" => "`env::var(\"CARGO_CFG_TARGET_FAMILY\")`",
        "DLL_PREFIX" | "DLL_SUFFIX" | "DLL_EXTENSION" => "what fits `env::var(\"CARGO_CFG_TARGET_OS\")`",
        _ => return None,
    };
    let start = span.start();
    Some(Question {
        how: How::Constant,
        words: format!("consts::{name}"),
        instead: instead.to_owned(),
        arch: name == "ARCH",
        file,
        line: start.line,
        column: start.column + 1,
    })
}
