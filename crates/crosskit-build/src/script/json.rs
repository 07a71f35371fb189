//! Writes what a build script found for whoever reads along: `crosskit-build.json` in `OUT_DIR`.

use crate::finding::{Finding, Origin};

/// An object that is being written.
pub(super) struct Json {
    text: String,
}

impl Json {
    pub(super) fn new() -> Json {
        Json { text: "{".to_string() }
    }

    fn key(&mut self, key: &str) {
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        quoted(key, &mut self.text);
        self.text.push(':');
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        quoted(value, &mut self.text);
    }

    pub(super) fn maybe(&mut self, key: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(key, value),
            None => {
                self.key(key);
                self.text.push_str("null");
            }
        }
    }

    pub(super) fn number(&mut self, key: &str, value: usize) {
        self.key(key);
        self.text.push_str(&value.to_string());
    }

    pub(super) fn texts(&mut self, key: &str, values: &[String]) {
        self.key(key);
        self.text.push('[');
        for value in values {
            if !self.text.ends_with('[') {
                self.text.push(',');
            }
            quoted(value, &mut self.text);
        }
        self.text.push(']');
    }

    pub(super) fn findings(&mut self, key: &str, findings: &[Finding]) {
        self.key(key);
        self.text.push('[');
        for finding in findings {
            if !self.text.ends_with('[') {
                self.text.push(',');
            }
            self.text.push('{');
            self.text("code", &finding.code.to_string());
            self.text("severity", finding.severity.as_str());
            self.text("message", &finding.message);
            self.origin(finding.origin.as_ref());
            self.texts("notes", &finding.notes);
            self.texts("hints", &finding.hints);
            self.text.push('}');
        }
        self.text.push(']');
    }

    fn origin(&mut self, origin: Option<&Origin>) {
        self.key("origin");
        match origin {
            Some(Origin::File { path, line, column }) => {
                self.text.push('{');
                self.text("file", path);
                self.number("line", *line);
                self.number("column", *column);
                self.text.push('}');
            }
            Some(Origin::Variable(name)) => {
                self.text.push('{');
                self.text("variable", name);
                self.text.push('}');
            }
            Some(Origin::CommandLine | Origin::Catalogue(_)) | None => self.text.push_str("null"),
        }
    }

    pub(super) fn end(mut self) -> String {
        self.text.push_str("}\n");
        self.text
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
            c if (c as u32) < 0x20 => to.push_str(&format!("\\u{:04x}", c as u32)),
            c => to.push(c),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn text_is_quoted_and_lists_have_commas() {
        let mut json = Json::new();
        json.text("a", "\"\\\n\u{1b}é{");
        json.maybe("b", None);
        json.texts("c", &["[".to_string(), "x".to_string()]);
        let finding = Finding::warning(Code::NoLinker, "m").at(Origin::Variable("V".to_string()));
        json.findings("d", &[finding]);
        assert_eq!(
            json.end(),
            concat!(
                r#"{"a":"\"\\\u000a\u001bé{","b":null,"c":["[","x"],"#,
                r#""d":[{"code":"X067","severity":"warning","message":"m","origin":{"variable":"V"},"notes":[],"hints":[]}]}"#,
                "\n"
            )
        );
    }
}
