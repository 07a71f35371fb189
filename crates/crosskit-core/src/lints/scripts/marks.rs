//! Where a script starts a program or sets a variable, and does not only speak of one.
//!
//! Shell, make, just, PowerShell and the YAML of CI systems are read with one set of rules, as much as tells a command
//! from its arguments. In doubt a word is an argument: a finding that is missing costs less than one that is wrong.

/// A place in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark<'a> {
    pub(super) what: What,
    pub(super) word: &'a str,
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A program that is started with arguments, or that a variable holds to be started.
    Program,
    /// A variable that is set.
    Variable,
}

/// Words of a shell, and of a Dockerfile, after which a command begins.
const KEYWORDS: &[&str] = &["!", "do", "elif", "else", "if", "then", "until", "while", "{", "RUN"];

/// Programs that start the program among their arguments.
const STARTERS: &[&str] = &[
    "command", "env", "exec", "ionice", "nice", "nohup", "setsid", "stdbuf", "sudo", "time", "timeout", "xargs",
    "-exec",
];

/// Keys of YAML whose value is a command.
const COMMAND_KEYS: &[&str] = &["after_script", "before_script", "command", "entrypoint", "run", "script"];

/// Arguments with which a program only tells of itself.
const ABOUT_ITSELF: &[&str] = &["--help", "--version", "-V", "-h", "-help", "-version"];

/// Every mark, in the order of the text.
pub(super) fn of(text: &str) -> Vec<Mark<'_>> {
    let mut marks = Vec::new();
    let mut continued = None;
    for (at, line) in text.lines().enumerate() {
        let code = line.split_once(" #").map_or(line, |(code, _)| code);
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut scan = Scan { code, at: 0, line: at + 1, place: Place::Start, command: "", marks: &mut marks };
        match continued {
            Some((place, command)) => (scan.place, scan.command) = (place, command),
            None => scan.begin(),
        }
        let ended = scan.line();
        continued = code.trim_end().ends_with('\\').then_some(ended);
    }
    marks
}

/// What a word would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The program, or an assignment before it.
    Start,
    /// The program that another one starts, or an option or an assignment before it.
    Started,
    /// An argument.
    Argument,
    /// Prose, up to the end of the line.
    Prose,
}

struct Scan<'a, 'm> {
    code: &'a str,
    /// Where the rest of the line begins.
    at: usize,
    line: usize,
    place: Place,
    /// The program whose arguments are read.
    command: &'a str,
    marks: &'m mut Vec<Mark<'a>>,
}

impl<'a> Scan<'a, '_> {
    fn rest(&self) -> &'a str {
        self.code.get(self.at..).unwrap_or_default()
    }

    /// What may stand before the first command of a line: the dash of a YAML list with a key, the prefixes of a recipe,
    /// an assignment with blanks.
    fn begin(&mut self) {
        let indent = |text: &str| text.len() - text.trim_start().len();
        self.at += indent(self.rest());
        while let Some(item) = self.rest().strip_prefix("- ") {
            self.at += 2 + indent(item);
        }
        self.at += self.rest().len() - self.rest().trim_start_matches(['@', '-', '+']).len();
        let (name, more) = split_word(self.rest());
        if let Some(value) = more.strip_prefix(':').filter(|it| it.is_empty() || it.starts_with(' ')) {
            if is_constant(name) {
                self.mark(What::Variable, name, self.at);
                self.at += self.rest().len() - value.len();
                self.held_program();
            } else if COMMAND_KEYS.contains(&name) {
                self.at += self.rest().len() - value.len();
                return;
            }
            self.place = Place::Prose;
            return;
        }
        // make and just allow blanks around the sign, and shells do not.
        let exported = self.rest().strip_prefix("export ").unwrap_or(self.rest());
        let (name, more) = split_word(exported);
        let after = more.trim_start();
        let value = [":=", "::=", "?=", "+=", "="].iter().find_map(|sign| after.strip_prefix(sign));
        if let Some(value) = value.filter(|it| it.is_empty() || it.starts_with(' '))
            && more.starts_with(' ')
            && is_name(name)
        {
            self.mark(What::Variable, name, self.code.len() - exported.len());
            self.at = self.code.len() - value.len();
            self.held_program();
            self.place = Place::Argument;
        }
    }

    /// Reads a line to its end, and tells how the next one goes on if this one is continued.
    fn line(mut self) -> (Place, &'a str) {
        while self.place != Place::Prose
            && let Some(next) = self.rest().chars().next()
        {
            match next {
                ';' | '|' | '&' | '`' => self.open(1),
                '(' => self.open(1),
                // The end of a pattern of `case`.
                ')' if !self.code[..self.at].contains('(') => self.open(1),
                '"' | '\'' => self.quote(next),
                '$' if self.rest().starts_with("$env:") => self.at += "$env:".len(),
                '$' if self.rest().starts_with("$(") => self.open(2),
                '$' => self.expansion(),
                '!' | '{' if self.place == Place::Start => self.at += 1,
                _ if is_part_of_word(next) => self.word(),
                _ => self.at += next.len_utf8(),
            }
        }
        (self.place, self.command)
    }

    fn open(&mut self, length: usize) {
        self.at += length;
        self.place = Place::Start;
        self.command = "";
    }

    /// `$NAME` or `${NAME…}`, which may be a program like any other word.
    fn expansion(&mut self) {
        let rest = self.rest();
        let inner = rest.strip_prefix("${").map(|it| it.find('}').map_or(rest.len(), |end| end + 3));
        self.at += inner.unwrap_or_else(|| rest.len() - split_word(&rest[1..]).1.len()).max(1);
        self.place = Place::Argument;
    }

    /// A text in quotes is code where a command stands, or after `-c`; elsewhere the commands in `$(…)` alone are.
    fn quote(&mut self, quote: char) {
        self.at += 1;
        if matches!(self.place, Place::Start | Place::Started) || self.command == "-c" {
            self.place = Place::Start;
            return;
        }
        let end = self.rest().find(quote).unwrap_or(self.rest().len());
        let inner = self.rest().get(..end).unwrap_or_default();
        match inner.find("$(").filter(|_| quote == '"') {
            Some(start) => {
                self.at += start;
                self.open(2);
            }
            None => self.assignments_in(inner, end + 1),
        }
    }

    /// What a quoted argument sets: `echo "NAME=value" >> "$GITHUB_ENV"`, and nothing without the arrows.
    fn assignments_in(&mut self, inner: &'a str, length: usize) {
        let (name, more) = split_word(inner);
        let only_printed = ["echo", "printf"].contains(&self.command) && !self.rest().contains(">>");
        if is_name(name) && more.starts_with('=') && !only_printed {
            self.mark(What::Variable, name, self.at);
        }
        self.at = (self.at + length).min(self.code.len());
    }

    fn word(&mut self) {
        let start = self.at;
        let (word, more) = split_word(self.rest());
        self.at += word.len();
        let sets = more.starts_with('=') && !more.starts_with("==");
        let only_printed = ["echo", "printf"].contains(&self.command) && !more.contains(">>");
        if sets && is_name(word) && !only_printed {
            self.mark(What::Variable, word, start);
            self.at += 1;
            self.held_program();
            self.skip_value();
            return;
        }
        // `$env:NAME = value` of PowerShell, and `set -x NAME value` of fish, `ENV NAME value` of a Dockerfile.
        let shell = self.code[..start].ends_with("$env:") && more.trim_start().starts_with('=');
        let erases = self.code[..start].contains(" -e") || self.code[..start].contains(" --erase");
        if shell || (["set", "ENV"].contains(&self.command) && is_constant(word) && !erases) {
            self.mark(What::Variable, word, start);
            self.at = self.code.len() - more.trim_start().trim_start_matches('=').len();
            self.held_program();
            self.place = Place::Argument;
            return;
        }
        match self.place {
            Place::Start if KEYWORDS.contains(&word) => {}
            Place::Start | Place::Started if STARTERS.contains(&word) => {
                self.command = word;
                self.place = Place::Started;
            }
            // `command -v` looks for a program and does not start it.
            Place::Started if self.command == "command" && word.starts_with('-') => self.place = Place::Argument,
            Place::Started if word.starts_with('-') || word.starts_with(|c: char| c.is_ascii_digit()) => {}
            Place::Start | Place::Started => {
                if has_arguments(more) {
                    self.mark(What::Program, word, start);
                }
                self.command = word;
                self.place = Place::Argument;
            }
            Place::Argument | Place::Prose => {
                if STARTERS.contains(&word) && word.starts_with('-') {
                    self.place = Place::Started;
                } else if word == "-c" {
                    self.command = word;
                }
            }
        }
    }

    /// A program at the beginning of a variable's value.
    fn held_program(&mut self) {
        let value = self.rest();
        let start = self.at + (value.len() - value.trim_start_matches([' ', '"', '\'']).len());
        let (word, _) = split_word(self.code.get(start..).unwrap_or_default());
        if !word.is_empty() {
            self.mark(What::Program, word, start);
        }
    }

    /// Goes past a value, up to a command in it.
    fn skip_value(&mut self) {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|it| ['"', '\''].contains(it));
        let end = match quote {
            Some(quote) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
            None => rest.find([' ', ';', '&', '|', ')']).unwrap_or(rest.len()),
        };
        match rest[..end].find("$(").or_else(|| rest[..end].find('`')) {
            Some(command) if quote != Some('\'') => self.at += command,
            _ => self.at += end,
        }
    }

    fn mark(&mut self, what: What, word: &'a str, start: usize) {
        let column = self.code.get(..start).unwrap_or_default().chars().count() + 1;
        self.marks.push(Mark { what, word, line: self.line, column });
    }
}

/// Whether a program is started to do something: an emulator without an argument, or with `--version`, does nothing.
fn has_arguments(more: &str) -> bool {
    let more = more.trim_start_matches(['"', '\'']).trim_start();
    let first = more.split([' ', '"', '\'']).next().unwrap_or_default();
    !more.is_empty() && !more.starts_with([';', '|', '&', ')', '`', '>', '<']) && !ABOUT_ITSELF.contains(&first)
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !is_part_of_word(c)).unwrap_or(text.len()))
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-./+".contains(c)
}

fn is_name(word: &str) -> bool {
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name as environment variables have it, which keys of YAML do not.
fn is_constant(word: &str) -> bool {
    is_name(word) && !word.contains(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The programs and the variables of a script that have to do with an emulator.
    fn told(text: &str) -> Vec<String> {
        let marks = of(text).into_iter().filter(|mark| mark.word.contains("qemu-arm") || mark.word == "R");
        marks.map(|mark| format!("{}:{} {}", mark.line, mark.column, mark.word)).collect()
    }

    #[test]
    fn programs_are_found_where_they_are_started() {
        for script in [
            "qemu-arm x",
            "\tqemu-arm -L /usr x",
            "\t@qemu-arm x",
            "/usr/bin/qemu-arm-static x",
            "make && qemu-arm x",
            "a; qemu-arm x",
            "a | qemu-arm x",
            "for t in *; do qemu-arm \"$t\"; done",
            "if qemu-arm x; then y; fi",
            "if ! qemu-arm x; then y; fi",
            "A=1 B='2 3' qemu-arm x",
            "env -i A=1 qemu-arm x",
            "timeout 60 qemu-arm x",
            "sudo qemu-arm x",
            "exec qemu-arm \"$@\"",
            "find . -name t -exec qemu-arm {} ;",
            "sh -c 'qemu-arm x'",
            "out=\"$(qemu-arm x)\"",
            "out=$(qemu-arm x)",
            "echo \"$(qemu-arm x)\"",
            "out=`qemu-arm x`",
            "- qemu-arm x",
            "- run: qemu-arm x",
            "  run: \"qemu-arm x\"",
            "arm) qemu-arm x ;;",
            "{ qemu-arm x; }",
            "echo a \\\n  && qemu-arm x",
            "QEMU=qemu-arm",
            "export QEMU=\"qemu-arm -L /usr\"",
            "QEMU := qemu-arm",
            "  QEMU: qemu-arm",
        ] {
            assert_eq!(told(script).len(), 1, "{script}: {:?}", told(script));
        }
        assert_eq!(told("a\n b && qemu-arm x"), ["2:7 qemu-arm"]);
    }

    #[test]
    fn what_only_speaks_of_a_program_is_not_told() {
        for script in [
            "which qemu-arm || exit 1",
            "command -v qemu-arm >/dev/null || exit 1",
            "if ! command -v qemu-arm x; then exit 1; fi",
            "type qemu-arm x",
            "ls /usr/bin/qemu-arm x",
            "[ -x /usr/bin/qemu-arm ] || exit 1",
            "test -x /usr/bin/qemu-arm && echo there",
            "qemu-arm --version",
            "qemu-arm -version | head -1",
            "echo \"needs qemu-arm x; qemu-arm y\"",
            "echo needs qemu-arm x",
            "name: test under qemu-arm x",
            "- name: qemu-arm x",
            "      - qemu-arm",
            "arm: qemu-arm x",
            "sudo apt-get install qemu-arm x",
            "sudo apt-get install -y \\\n  qemu-arm \\\n  x",
            "cp a qemu-arm x",
            "# qemu-arm x",
            "make # qemu-arm x",
            "QEMU=$(which qemu-arm)",
            "PACKAGES=\"gcc qemu-arm x\"",
            "./configure --with-emulator=qemu-arm",
            "echo 'it''s qemu-arm x",
        ] {
            assert_eq!(told(script), Vec::<String>::new(), "{script}");
        }
    }

    #[test]
    fn variables_are_found_where_they_are_set() {
        for script in [
            "R=x",
            "export R=x",
            "R= cargo test",
            "A=1 R=x cargo test",
            "env R=x cargo test",
            "docker run -e R=x image",
            "  R: x",
            "R ?= x",
            "export R := x",
            "set -gx R x",
            "set R=x",
            "$env:R = \"x\"",
            "echo \"R=x\" >> \"$GITHUB_ENV\"",
            "echo R=x >> $GITHUB_ENV",
            "a && export R=\"x y\"",
        ] {
            assert_eq!(told(script).len(), 1, "{script}: {:?}", told(script));
        }
        for script in [
            "unset R",
            "echo $R",
            "echo \"${R:-x}\"",
            "if [ \"$R\" = x ]; then y; fi",
            "if [ $R = x ]; then y; fi",
            "if [ -n \"${R}\" ]; then y; fi",
            "printenv R",
            "set -e R",
            "echo \"R=x\"",
            "echo set R=x",
            "run: echo ${{ env.R }}",
        ] {
            assert_eq!(told(script), Vec::<String>::new(), "{script}");
        }
    }

    /// Nothing in a text is sure to be there.
    #[test]
    fn broken_texts_are_read_to_their_end() {
        let parts =
            ["", " ", "\"", "'", "$", "${", "$(", "$env:", "`", "=", ":", ")", "é", "a", "- ", "\\", "\n", "-c"];
        for (a, b) in parts.iter().flat_map(|a| parts.map(|b| (a, b))) {
            for (c, d) in parts.iter().flat_map(|c| parts.map(|d| (c, d))) {
                let _ = of(&format!("{a}{b}{c}{d}"));
            }
        }
    }
}
