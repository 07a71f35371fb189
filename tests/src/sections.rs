//! Text files of sections, each under a line of the form `-- name --`: what a person writes and a test reads.

/// A file: what stands before the first section is words for the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Everything before the first section.
    pub preface: String,
    /// Name and text of every section, in the order of the file.
    pub sections: Vec<(String, String)>,
}

impl Sections {
    /// Reads a file; every text is a preface at least.
    pub fn parse(text: &str) -> Sections {
        let mut file = Sections::default();
        for line in text.split_inclusive('\n') {
            let name = line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
            match (name, file.sections.last_mut()) {
                (Some(name), _) => file.sections.push((name.trim().to_owned(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                (None, None) => file.preface.push_str(line),
            }
        }
        file
    }

    /// The text of a section.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|(own, _)| own == name).map(|(_, text)| text.as_str())
    }

    /// Adds a section; a text without a line end gets one, as the next name needs a line of its own.
    pub fn push(&mut self, name: impl Into<String>, text: impl Into<String>) {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        self.sections.push((name.into(), text));
    }

    /// The file as text.
    pub fn render(&self) -> String {
        let mut text = self.preface.clone();
        for (name, section) in &self.sections {
            text.push_str(&format!("-- {name} --\n{section}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_survives_reading_and_writing() {
        let text = "why\n-- args --\naarch64\n-- file a b --\n\nx = '-- y --'\n-- empty --\n";
        let file = Sections::parse(text);
        assert_eq!(file.preface, "why\n");
        assert_eq!(file.get("file a b"), Some("\nx = '-- y --'\n"));
        assert_eq!(file.get("empty"), Some(""));
        assert_eq!(file.render(), text);
    }
}
