//! The grammar of platform expressions, as Cargo reads it.

use std::fmt;

use super::lexer::{Lexer, Token};
use super::node::Node;

/// How deep `all`, `any` and `not` may stand in each other.
///
/// Cargo has no limit and overflows its stack in the end. Here everything that walks an expression may recurse, because
/// nothing deeper ever comes out of the parser. No manifest that a person wrote comes near.
pub const NESTING_LIMIT: usize = 128;

/// Why a text is no platform expression, or a line no cfg; the first mistake only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// The byte of the text where it is wrong; the text's length where something is missing at its end.
    pub offset: usize,
}

impl ParseError {
    pub(super) fn new(message: impl Into<String>, offset: usize) -> ParseError {
        ParseError { message: message.into(), offset }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for ParseError {}

/// A name, or a key with its value, as Cargo compares them: without `r#`.
pub(super) type Named<'a> = (&'a str, Option<&'a str>);

/// Reads a whole `cfg(…)`. Cargo knows one by its first four bytes and its last, so no blank may stand around it or
/// before its parenthesis.
pub(super) fn platform(text: &str) -> Result<Node, ParseError> {
    const START: &str = "cfg(";
    let inside = text.strip_prefix(START).ok_or_else(|| ParseError::new("expected `cfg(` at the start", 0))?;
    let inside = inside.strip_suffix(')').ok_or_else(|| ParseError::new("expected `)` at the end", text.len()))?;
    let mut parser = Parser::new(inside, START.len())?;
    let node = parser.expression(0)?;
    parser.end()?;
    Ok(node)
}

/// Reads a line of `rustc --print cfg`. Operators and literals are plain names there: `--cfg r#all` prints `all`.
pub(super) fn cfg(line: &str) -> Result<Named<'_>, ParseError> {
    let mut parser = Parser::new(line, 0)?;
    let named = parser.named()?;
    parser.end()?;
    Ok(named)
}

/// Tokens with one of them looked at.
struct Parser<'a> {
    lexer: Lexer<'a>,
    next: Option<Token<'a>>,
    /// Where `next` begins.
    offset: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, offset: usize) -> Result<Parser<'a>, ParseError> {
        let mut parser = Parser { lexer: Lexer::new(text, offset), next: None, offset };
        parser.advance()?;
        Ok(parser)
    }

    fn advance(&mut self) -> Result<(), ParseError> {
        (self.next, self.offset) = self.lexer.next()?;
        Ok(())
    }

    /// Takes the token if it comes next.
    fn take(&mut self, token: Token<'a>) -> Result<bool, ParseError> {
        let there = self.next == Some(token);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn expect(&mut self, token: Token<'a>) -> Result<(), ParseError> {
        if self.take(token)? { Ok(()) } else { Err(self.unexpected(&token.called())) }
    }

    fn end(&self) -> Result<(), ParseError> {
        if self.next.is_none() { Ok(()) } else { Err(self.unexpected("nothing more")) }
    }

    fn unexpected(&self, expected: &str) -> ParseError {
        let found = self.next.map_or("the end".to_owned(), |token| token.called());
        ParseError::new(format!("expected {expected}, found {found}"), self.offset)
    }

    /// Reads an expression inside `depth` operators.
    fn expression(&mut self, depth: usize) -> Result<Node, ParseError> {
        let Some(Token::Name(operator @ ("all" | "any" | "not"))) = self.next else {
            return self.leaf();
        };
        if depth == NESTING_LIMIT {
            let message = format!("more than {NESTING_LIMIT} operators stand in each other");
            return Err(ParseError::new(message, self.offset));
        }
        self.advance()?;
        self.expect(Token::Open)?;
        if operator == "not" {
            let inner = self.expression(depth + 1)?;
            self.expect(Token::Close)?;
            return Ok(Node::Not(Box::new(inner)));
        }
        let mut inner = Vec::new();
        while !self.take(Token::Close)? {
            inner.push(self.expression(depth + 1)?);
            if !self.take(Token::Comma)? && self.next != Some(Token::Close) {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        Ok(if operator == "all" { Node::All(inner) } else { Node::Any(inner) })
    }

    fn leaf(&mut self) -> Result<Node, ParseError> {
        Ok(match self.named()? {
            // Cargo compares without `r#` here as well, so that `r#true` is no way to ask for a cfg of that name.
            ("true", None) => Node::Literal(true),
            ("false", None) => Node::Literal(false),
            (name, value) => Node::Named { name: name.to_owned(), value: value.map(str::to_owned) },
        })
    }

    fn named(&mut self) -> Result<Named<'a>, ParseError> {
        let Some(Token::Name(name) | Token::RawName(name)) = self.next else {
            return Err(self.unexpected("a name"));
        };
        self.advance()?;
        if !self.take(Token::Equals)? {
            return Ok((name, None));
        }
        let Some(Token::Value(value)) = self.next else {
            return Err(self.unexpected("a string in double quotes"));
        };
        self.advance()?;
        Ok((name, Some(value)))
    }
}
