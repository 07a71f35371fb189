//! Questions about the host: what is asked, and where.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Meta, Token, parenthesized};

use super::replacement::{self, Position};

/// A question about the host.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub how: How,
    /// What stands in the script, in one line.
    pub words: String,
    /// The same question about the target, as an expression that fits where this one stands.
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

/// Where a question stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub file: usize,
    pub span: Span,
    pub position: Position,
    /// What must stand before the module `env` there.
    pub before_env: &'static str,
    /// Whether it is asked when the script is compiled, so that no variable can be read there.
    pub in_constant: bool,
}

/// A question by `cfg`, if it is one about the platform.
pub(super) fn of_cfg(predicate: &Predicate, words: &str, place: Place) -> Option<Question> {
    predicate.asks_for_platform().then(|| {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let instead = replacement::of_cfg(predicate, place.position, place.before_env);
        question(How::Cfg, words, instead, predicate.asks_for_arch_alone(), place)
    })
}

/// A question by a constant of `std::env::consts`. What programs are called on the host (`EXE_SUFFIX`) is none.
pub(super) fn of_constant(name: &str, place: Place) -> Option<Question> {
    // A function that takes the place of a constant gives back a text of its own.
    let position = if place.in_constant { Position::Formatted } else { place.position };
    let instead = replacement::of_constant(name, position, place.before_env)?;
    Some(question(How::Constant, format!("consts::{name}"), instead, name == "ARCH", place))
}

fn question(how: How, words: String, mut instead: String, arch: bool, place: Place) -> Question {
    if place.in_constant {
        instead.push_str(", in a function instead of a constant");
    }
    let start = place.span.start();
    Question { how, words, instead, arch, file: place.file, line: start.line, column: start.column + 1 }
}
