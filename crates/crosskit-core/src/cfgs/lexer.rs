//! The tokens of a platform expression.
//!
//! Cargo's tokens are fewer than Rust's: a blank is the only white space, a name is ASCII, and a string has no escapes,
//! so it ends at the next `"` whatever stands before it.

use super::ParseError;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    Comma,
    Equals,
    /// A name that stands as it is, and so may be an operator.
    Name(&'a str),
    /// A name written `r#name`, without its prefix. It is never an operator.
    RawName(&'a str),
    /// What stands between two `"`.
    Value(&'a str),
}

impl Token<'_> {
    /// What a message calls the token.
    pub(super) fn called(&self) -> String {
        match self {
            Token::Open => "`(`".to_owned(),
            Token::Close => "`)`".to_owned(),
            Token::Comma => "`,`".to_owned(),
            Token::Equals => "`=`".to_owned(),
            Token::Name(name) => format!("`{name}`"),
            Token::RawName(name) => format!("`r#{name}`"),
            Token::Value(value) => format!("the string \"{value}\""),
        }
    }
}

/// Cuts tokens from the front of a text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    rest: &'a str,
    /// Where `rest` ends in the text that offsets count in.
    end: usize,
}

impl<'a> Lexer<'a> {
    /// A lexer for a text that begins at the byte `offset` of the one that errors speak of.
    pub(super) fn new(text: &'a str, offset: usize) -> Lexer<'a> {
        Lexer { rest: text, end: offset + text.len() }
    }

    /// The next token and the byte where it begins; at the end of the text there is none.
    pub(super) fn next(&mut self) -> Result<(Option<Token<'a>>, usize), ParseError> {
        self.rest = self.rest.trim_start_matches(' ');
        let offset = self.end - self.rest.len();
        let mut chars = self.rest.chars();
        let punctuation = match chars.next() {
            None => return Ok((None, offset)),
            Some('(') => Some(Token::Open),
            Some(')') => Some(Token::Close),
            Some(',') => Some(Token::Comma),
            Some('=') => Some(Token::Equals),
            Some(_) => None,
        };
        let (token, rest) = match punctuation {
            Some(token) => (token, chars.as_str()),
            None => word(self.rest, offset)?,
        };
        self.rest = rest;
        Ok((Some(token), offset))
    }
}

/// The name or the string that a text begins with, and what follows it.
fn word(text: &str, offset: usize) -> Result<(Token<'_>, &str), ParseError> {
    if let Some(inside) = text.strip_prefix('"') {
        let unterminated = || ParseError::new("the string does not end", offset);
        return inside.split_once('"').map(|(value, rest)| (Token::Value(value), rest)).ok_or_else(unterminated);
    }
    let (name, raw, offset) = match text.strip_prefix("r#") {
        Some(name) => (name, true, offset + "r#".len()),
        None => (text, false, offset),
    };
    match name.chars().next() {
        Some(first) if first == '_' || first.is_ascii_alphabetic() => {}
        Some(other) => return Err(ParseError::new(format!("no token begins with {other:?}"), offset)),
        None => return Err(ParseError::new("expected a name after `r#`", offset)),
    }
    let length = name.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let (name, rest) = name.split_at(length);
    Ok((if raw { Token::RawName(name) } else { Token::Name(name) }, rest))
}
