//! Valid configs with the keys that are wanted in them.
//!
//! A config is put together from statements around the few tables that crosskit writes to, so that its keys meet every
//! form of neighbour. A statement that would make the text invalid is left out.

use super::near::{Near, near};
use super::wanted::wanted;
use super::words::{COMMENTS, HEADERS, KEYS, LOADABLE, MARKS, VALUES};
use crosskit_core::config::WantedKey;
use proptest::prelude::*;
use proptest::sample::select;
use toml::de::DeTable;

/// How many statements are drawn at most; fewer where some do not go together. Few are as likely as many, so that a
/// failure shrinks to what it needs.
const LONGEST: usize = 88;

/// A config, and what is wanted in it.
#[derive(Clone, Debug)]
pub struct Sample {
    pub text: String,
    pub wanted: Vec<WantedKey>,
    /// Whether the keys are those of a real policy.
    pub of_a_policy: bool,
    /// How many headers and key/value pairs the text has outside of values.
    pub statements: usize,
}

/// A config without marks.
pub fn plain() -> impl Strategy<Value = Sample> {
    sample(COMMENTS, VALUES)
}

/// A config in which some keys and headers carry the mark.
pub fn marked() -> impl Strategy<Value = Sample> {
    sample(MARKS, VALUES)
}

/// A config that Cargo can read.
pub fn loadable() -> impl Strategy<Value = Sample> {
    sample(COMMENTS, LOADABLE)
}

/// A statement before it is known what is wanted.
#[derive(Clone, Debug)]
enum Statement {
    /// Nothing but a comment.
    Blank,
    Header(&'static str),
    Pair(String),
    Near(Near),
}

fn statement(values: &'static [&'static str]) -> impl Strategy<Value = Statement> {
    let pair = (select(KEYS), select(&["=", " = ", "\t= ", "  =  "][..]), select(values));
    prop_oneof![
        2 => Just(Statement::Blank),
        2 => select(HEADERS).prop_map(Statement::Header),
        4 => pair.prop_map(|(key, equals, value)| Statement::Pair(format!("{key}{equals}{value}"))),
        4 => near(values).prop_map(Statement::Near),
    ]
}

/// A piece of the text that stays or goes as a whole.
struct Piece {
    text: String,
    is_statement: bool,
}

/// A header with what stands below it, or what stands above all headers.
#[derive(Default)]
struct Section {
    path: Option<Vec<String>>,
    pieces: Vec<Piece>,
}

fn pieces(statements: &[(&'static str, Statement, &'static str)], wanted: &[WantedKey]) -> Vec<Piece> {
    let mut sections = vec![Section { path: Some(Vec::new()), ..Section::default() }];
    for (number, (indent, statement, comment)) in statements.iter().enumerate() {
        let piece = |text: &str, is_statement| {
            let text = text.replace('~', &number.to_string());
            Piece { text: format!("{indent}{text}{comment}"), is_statement }
        };
        let (path, header, body) = match statement {
            Statement::Blank => (None, None, Some(piece("", false))),
            Statement::Header(header) => (None, Some(piece(header, true)), None),
            Statement::Pair(pair) => (None, None, Some(piece(pair, true))),
            Statement::Near(near) => match near.line(wanted) {
                Some(line) => (Some(line.header), Some(piece(&line.header_text, true)), Some(piece(&line.text, true))),
                None => continue,
            },
        };
        // What stands near the same table stands together, as a second header of a table is invalid.
        let known = path.as_ref().and_then(|path| sections.iter().position(|it| it.path.as_ref() == Some(path)));
        let at = match (known, header) {
            (Some(known), _) => known,
            (None, Some(header)) => {
                sections.push(Section { path, pieces: vec![header] });
                sections.len() - 1
            }
            (None, None) => sections.len() - 1,
        };
        sections[at].pieces.extend(body);
    }
    sections.into_iter().flat_map(|section| section.pieces).collect()
}

/// The pieces as a text, and where each begins.
fn joined(pieces: &[Piece], line_ends: &[&str], bom: bool) -> (String, Vec<usize>) {
    let mut line_ends = line_ends.iter().cycle();
    let mut text = String::from(if bom { "\u{feff}" } else { "" });
    let mut starts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        starts.push(text.len());
        for line in piece.text.split('@') {
            text.push_str(line);
            text.extend(line_ends.next().copied());
        }
    }
    (text, starts)
}

/// The valid text that is left of the pieces, and how many statements are in it.
fn valid(mut pieces: Vec<Piece>, line_ends: &[&str], bom: bool) -> (String, usize) {
    loop {
        let (text, starts) = joined(&pieces, line_ends, bom);
        let (_, errors) = DeTable::parse_recoverable(&text);
        if errors.is_empty() {
            return (text, pieces.iter().filter(|piece| piece.is_statement).count());
        }
        let at_fault: Vec<usize> = errors
            .iter()
            .map(|error| error.span().map_or(text.len(), |span| span.start))
            .map(|offset| starts.partition_point(|start| *start <= offset).saturating_sub(1))
            .collect();
        let mut number = 0..;
        pieces.retain(|_| number.next().is_none_or(|number| !at_fault.contains(&number)));
    }
}

/// A valid config: most line ends of one kind or mixed, with or without a byte order mark and a last line end.
fn sample(comments: &'static [&'static str], values: &'static [&'static str]) -> impl Strategy<Value = Sample> {
    let indent = prop_oneof![4 => Just(""), 1 => Just("  "), 1 => Just("\t")];
    let statements = prop::collection::vec((indent, statement(values), select(comments)), 0..=LONGEST);
    let line_ends =
        prop_oneof![Just(vec!["\n"]), Just(vec!["\r\n"]), Just(vec!["\n", "\r\n"]), Just(vec!["\r\n", "\r\n", "\n"])];
    (wanted(), statements, line_ends, any::<bool>(), any::<bool>()).prop_map(
        |(wanted, statements, line_ends, bom, last_line_end)| {
            let (mut text, statements) = valid(pieces(&statements, &wanted.keys), &line_ends, bom);
            if !last_line_end {
                let open = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).map(str::len);
                text.truncate(open.unwrap_or(text.len()));
            }
            Sample { text, wanted: wanted.keys, of_a_policy: wanted.of_a_policy, statements }
        },
    )
}
