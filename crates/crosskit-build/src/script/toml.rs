//! Reads what a build script must know of configuration files: strings, and arrays of strings.
//!
//! A build script that costs nothing can have no parser of TOML among its dependencies. This one passes over whatever
//! it does not know, and who asks gets nothing: a rule is then silent, and never wrong because of it.

/// A key with a value that is a string or an array of strings.
#[derive(Debug)]
pub(super) struct Entry {
    /// The table's name and the key, with dots between the parts.
    pub(super) key: String,
    /// The string, or the strings of the array.
    pub(super) values: Vec<String>,
    /// Whether it is an array.
    pub(super) array: bool,
    /// The line, from 1.
    pub(super) line: usize,
}

/// The entries of a file, in their order.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut table = String::new();
    let mut entries = Vec::new();
    while !reader.rest.is_empty() {
        reader.blank(true);
        let line = reader.line;
        if reader.eat("[[") {
            // An array of tables holds nothing that is asked for.
            table = "?.".to_string();
        } else if reader.eat("[") {
            table = match reader.key() {
                Some(key) if reader.eat("]") => format!("{key}."),
                _ => "?.".to_string(),
            };
        } else if let Some(key) = reader.key() {
            if reader.eat("=") {
                reader.blank(false);
                let array = reader.rest.starts_with('[');
                if let Some(values) = reader.value() {
                    let key = format!("{table}{key}");
                    entries.push(Entry { key, values, array, line });
                }
            }
        }
        reader.skip_line();
    }
    entries
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }

    fn eat(&mut self, token: &str) -> bool {
        let there = self.rest.starts_with(token);
        if there {
            self.advance(token.len());
        }
        there
    }

    /// Passes over blanks, and over line breaks and comments where these may stand.
    fn blank(&mut self, lines: bool) {
        loop {
            let kept = self.rest.trim_start_matches(|c| c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r')));
            self.advance(self.rest.len() - kept.len());
            if !lines || !self.rest.starts_with('#') {
                return;
            }
            self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.advance(end);
    }

    /// A dotted key.
    fn key(&mut self) -> Option<String> {
        let mut parts = String::new();
        loop {
            self.blank(false);
            if self.rest.starts_with(['"', '\'']) {
                parts.push_str(&self.string()?);
            } else {
                let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                let end = self.rest.find(|c| !bare(c)).unwrap_or(self.rest.len());
                if end == 0 {
                    return None;
                }
                parts.push_str(&self.rest[..end]);
                self.advance(end);
            }
            self.blank(false);
            if !self.eat(".") {
                return Some(parts);
            }
            parts.push('.');
        }
    }

    fn value(&mut self) -> Option<Vec<String>> {
        if !self.eat("[") {
            return Some(vec![self.string()?]);
        }
        let mut values = Vec::new();
        loop {
            self.blank(true);
            if self.eat("]") {
                return Some(values);
            }
            values.push(self.string()?);
            self.blank(true);
            if !self.eat(",") && !self.rest.starts_with(']') {
                return None;
            }
        }
    }

    /// A string on one line.
    fn string(&mut self) -> Option<String> {
        if self.rest.starts_with("\"\"\"") || self.rest.starts_with("'''") {
            return self.skip_long_string();
        }
        let literal = self.rest.starts_with('\'');
        if !literal && !self.rest.starts_with('"') {
            return None;
        }
        let mut value = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\n' => return None,
                '\'' if literal => {
                    self.advance(at + 1);
                    return Some(value);
                }
                '"' if !literal => {
                    self.advance(at + 1);
                    return Some(value);
                }
                '\\' if !literal => match chars.next()?.1 {
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    c @ ('"' | '\\') => value.push(c),
                    // The rest is rare enough to be passed over.
                    _ => return None,
                },
                c => value.push(c),
            }
        }
        None
    }

    /// Passes over a string of several lines, so that nothing in it is taken for a key.
    fn skip_long_string(&mut self) -> Option<String> {
        let (mark, rest) = self.rest.split_at(3);
        let end = rest.find(mark).map_or(self.rest.len(), |at| at + 6);
        self.advance(end);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<String>, usize)> {
        entries(text).into_iter().map(|it| (it.key, it.values, it.line)).collect()
    }

    fn one(key: &str, values: &[&str], line: usize) -> (String, Vec<String>, usize) {
        (key.to_string(), values.iter().map(|it| it.to_string()).collect(), line)
    }

    #[test]
    fn strings_and_arrays_are_read_with_their_tables() {
        let text =
            "# [no]\ntarget.a.linker = 'x' # c\r\n[target.'cfg(unix)']\nrustflags = [\n  \"-C\", # two\n  'b',\n]\n\
                    [target.thumbv8m.main-none-eabi]\nn = 3\nlinker = \"a\\\"b\"\n";
        assert_eq!(
            read(text),
            [
                one("target.a.linker", &["x"], 2),
                one("target.cfg(unix).rustflags", &["-C", "b"], 4),
                one("target.thumbv8m.main-none-eabi.linker", &["a\"b"], 10),
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let text = "a = \"\"\"\nb = 'no'\n\"\"\"\nc = { d = 'no' }\ne = ['x', 3]\n[[f]]\ng = 'x'\n[h\ni = 'x'\nj = \"\\u00e9\"\nk = 'x";
        assert_eq!(read(text), [one("?.g", &["x"], 7), one("?.i", &["x"], 9)]);
        assert_eq!(read("\u{feff}a = 'x'"), [one("a", &["x"], 1)]);
        assert_eq!(read("ä = 'x'\n= 'y'\n[]\n]"), []);
    }
}
