//! Writes what a build script found for whoever reads along: `crosskit-build.json` in `OUT_DIR`.

use std::fmt::Write;

use crate::finding::{Finding, Origin};

/// A value, as far as the report needs them.
pub(super) enum Value<'a> {
    Null,
    Number(usize),
    Text(&'a str),
    List(Vec<Value<'a>>),
    Object(Vec<(&'static str, Value<'a>)>),
}

impl<'a> Value<'a> {
    pub(super) fn texts(texts: &'a [String]) -> Value<'a> {
        Value::List(texts.iter().map(|text| Value::Text(text)).collect())
    }

    pub(super) fn maybe(text: Option<&'a str>) -> Value<'a> {
        text.map_or(Value::Null, Value::Text)
    }

    pub(super) fn finding(finding: &'a Finding, code: &'a str) -> Value<'a> {
        let origin = match &finding.origin {
            None => Value::Null,
            Some(Origin::File { path, line, column }) => Value::Object(vec![
                ("file", Value::Text(path)),
                ("line", Value::Number(*line)),
                ("column", Value::Number(*column)),
            ]),
            Some(Origin::Variable(name)) => Value::Object(vec![("variable", Value::Text(name))]),
            Some(Origin::CommandLine | Origin::Catalogue(_)) => Value::Null,
        };
        Value::Object(vec![
            ("code", Value::Text(code)),
            ("severity", Value::Text(finding.severity.as_str())),
            ("message", Value::Text(&finding.message)),
            ("origin", origin),
            ("notes", Value::texts(&finding.notes)),
            ("hints", Value::texts(&finding.hints)),
        ])
    }

    pub(super) fn write(&self, to: &mut String) {
        match self {
            Value::Null => to.push_str("null"),
            Value::Number(number) => to.push_str(&number.to_string()),
            Value::Text(text) => quoted(text, to),
            Value::List(values) => {
                to.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        to.push(',');
                    }
                    value.write(to);
                }
                to.push(']');
            }
            Value::Object(entries) => {
                to.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        to.push(',');
                    }
                    quoted(key, to);
                    to.push(':');
                    value.write(to);
                }
                to.push('}');
            }
        }
    }
}

fn quoted(text: &str, to: &mut String) {
    to.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                to.push('\\');
                to.push(c);
            }
            c if (c as u32) < 0x20 => {
                // A String takes whatever is written.
                let _ = write!(to, "\\u{:04x}", c as u32);
            }
            c => to.push(c),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted() {
        let mut text = String::new();
        Value::Object(vec![
            ("a", Value::List(vec![Value::Text("\"\\\n\u{1b}é"), Value::Null])),
            ("n", Value::Number(3)),
        ])
        .write(&mut text);
        assert_eq!(text, r#"{"a":["\"\\\u000a\u001bé",null],"n":3}"#);
    }
}
