//! As much of Rust as it takes to find a function at the top of a file: its tokens, without what they mean.

use std::ops::Range;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// What kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or a keyword.
    Word,
    /// A number, a character, a string.
    Literal,
    /// `'a`
    Lifetime,
    /// `(`, `[` or `{`
    Open,
    /// `)`, `]` or `}`
    Close,
    /// Anything else, one character each.
    Sign,
}

/// The tokens of a file, without blanks and comments. `None` where a string or a comment does not end.
///
/// Source: The Rust Reference, "Lexical structure".
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    // A line with the interpreter is no token, unless it is an attribute.
    let mut at = match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => text.find('\n').unwrap_or(text.len()),
        _ => 0,
    };
    while let Some(c) = text.get(at..)?.chars().next() {
        let rest = text.get(at..)?;
        let start = at;
        if c.is_whitespace() || c == '\u{feff}' {
            at += c.len_utf8();
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            at += comment(rest)?;
            continue;
        }
        let (kind, length) = match c {
            '"' => (Kind::Literal, string(rest)?),
            '\'' => quote(rest)?,
            '(' | '[' | '{' => (Kind::Open, 1),
            ')' | ']' | '}' => (Kind::Close, 1),
            c if c.is_ascii_digit() => (Kind::Literal, word(rest)),
            c if is_word(c) => prefixed(rest)?,
            c => (Kind::Sign, c.len_utf8()),
        };
        at += length;
        tokens.push(Token { kind, span: start..at });
    }
    Some(tokens)
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

/// A comment, in which there may be others.
fn comment(rest: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        let here = rest.get(at..)?;
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += here.chars().next()?.len_utf8();
        }
    }
}

fn string(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()?),
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A character, or a lifetime, which no quote ends.
fn quote(rest: &str) -> Option<(Kind, usize)> {
    let inside = rest.get(1..)?;
    let mut characters = inside.chars();
    let first = characters.next()?;
    if first == '\\' {
        // What is escaped may be a quote.
        let skipped = 1 + inside.chars().nth(1)?.len_utf8();
        let end = inside.get(skipped..)?.find('\'')?;
        return Some((Kind::Literal, 1 + skipped + end + 1));
    }
    if characters.next() == Some('\'') {
        return Some((Kind::Literal, 1 + first.len_utf8() + 1));
    }
    Some((Kind::Lifetime, 1 + word(inside)))
}

/// A word, or a literal that begins with one: `r"…"`, `r#"…"#`, `b'…'`, `c"…"`.
fn prefixed(rest: &str) -> Option<(Kind, usize)> {
    let length = word(rest);
    let (prefix, behind) = rest.split_at_checked(length)?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let is_raw = matches!(prefix, "r" | "br" | "cr");
    if is_raw && behind.get(hashes..)?.starts_with('"') {
        let close = format!("\"{}", "#".repeat(hashes));
        let begin = length + hashes + 1;
        let end = rest.get(begin..)?.find(&close)?;
        return Some((Kind::Literal, begin + end + close.len()));
    }
    if prefix == "r" && hashes == 1 {
        // `r#fn` is the name `fn`, and no keyword.
        return Some((Kind::Literal, length + 1 + word(behind.get(1..)?)));
    }
    match behind.chars().next() {
        Some('"') if matches!(prefix, "b" | "c") => Some((Kind::Literal, length + string(behind)?)),
        Some('\'') if prefix == "b" => {
            let (_, quoted) = quote(behind)?;
            Some((Kind::Literal, length + quoted))
        }
        _ => Some((Kind::Word, length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_code_in_comments_and_strings_is_none() {
        let text = "#!/usr/bin/env run\n/* fn /* { */ } */ // fn main() {\nlet x = \"{ \\\" fn\"; r#\"\"{\"#; b'{'; '\\''; '}'; &'a str; r#fn; 1.5e3; c\"(\"; 'ü'";
        let told = tokens(text).expect("it ends");
        assert!(!told.iter().any(|it| matches!(it.kind, Kind::Open | Kind::Close)), "{told:?}");
        assert!(!told.iter().any(|it| text.get(it.span.clone()) == Some("fn")));
        assert_eq!(told.iter().filter(|it| it.kind == Kind::Lifetime).count(), 1);
    }

    #[test]
    fn what_does_not_end_is_none() {
        for text in ["\"", "/* /* */", "r#\"\"", "'\\", "b\"\\\"", "'"] {
            assert_eq!(tokens(text), None, "{text}");
        }
    }
}
