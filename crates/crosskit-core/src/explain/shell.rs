//! Variables as the commands of a shell.

use std::collections::BTreeMap;

use crate::policy::is_shell_name;

/// The shells whose words are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// sh, bash, zsh and the like.
    Sh,
    /// fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// No shell: an object whose values are strings, and null for what is to be unset.
    Json,
}

impl Shell {
    /// Every name that `--shell` takes.
    pub const NAMES: [&str; 4] = ["sh", "fish", "powershell", "json"];

    /// The shell of a name.
    pub fn of(name: &str) -> Option<Shell> {
        Some(match name {
            "sh" => Shell::Sh,
            "fish" => Shell::Fish,
            "powershell" => Shell::Powershell,
            "json" => Shell::Json,
            _ => return None,
        })
    }

    /// Whether a variable can have any name, and not only letters, digits and underscores.
    pub fn takes_every_name(self) -> bool {
        matches!(self, Shell::Powershell | Shell::Json)
    }
}

/// The commands that set these variables, or unset those without a value. They are made to be evaluated, so a name that
/// the shell cannot set is left out: the rest of it would be run.
pub fn variables(variables: &BTreeMap<String, Option<String>>, shell: Shell) -> String {
    if shell == Shell::Json {
        let pairs: Vec<String> = variables
            .iter()
            .map(|(name, value)| {
                let value = value.as_deref().map_or("null".to_owned(), json);
                format!("  {}: {value}", json(name))
            })
            .collect();
        return if pairs.is_empty() { "{}\n".to_owned() } else { format!("{{\n{}\n}}\n", pairs.join(",\n")) };
    }
    let line = |(name, value): (&String, &Option<String>)| match (shell, value) {
        (Shell::Fish, Some(value)) => {
            format!("set -gx {name} '{}'\n", value.replace('\\', r"\\").replace('\'', r"\'"))
        }
        (Shell::Fish, None) => format!("set -e {name}\n"),
        (Shell::Powershell, Some(value)) => format!("{} = {}\n", powershell_name(name), powershell_text(value)),
        (Shell::Powershell, None) if is_shell_name(name) => format!("Remove-Item -ErrorAction Ignore Env:{name}\n"),
        (Shell::Powershell, None) => {
            format!("Remove-Item -ErrorAction Ignore -LiteralPath {}\n", powershell_text(&format!("Env:{name}")))
        }
        (_, Some(value)) => format!("export {name}='{}'\n", value.replace('\'', r"'\''")),
        (_, None) => format!("unset {name}\n"),
    };
    variables.iter().filter(|(name, _)| shell.takes_every_name() || is_shell_name(name)).map(line).collect()
}

/// Braces hold any name; a brace or a backtick in it is escaped.
fn powershell_name(name: &str) -> String {
    if is_shell_name(name) {
        return format!("$env:{name}");
    }
    let mut escaped = String::new();
    for c in name.chars() {
        if matches!(c, '{' | '}' | '`') {
            escaped.push('`');
        }
        escaped.push(c);
    }
    format!("${{env:{escaped}}}")
}

/// PowerShell takes typographic quotes for plain ones, and two in a row for one that does not end the text.
fn powershell_text(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

fn json(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_quotes_its_own_way() {
        let it = BTreeMap::from([("A".to_owned(), Some("it's \\ \"so\"".to_owned())), ("B".to_owned(), None)]);
        assert_eq!(variables(&it, Shell::Sh), "export A='it'\\''s \\ \"so\"'\nunset B\n");
        assert_eq!(variables(&it, Shell::Fish), "set -gx A 'it\\'s \\\\ \"so\"'\nset -e B\n");
        assert_eq!(
            variables(&it, Shell::Powershell),
            "$env:A = 'it''s \\ \"so\"'\nRemove-Item -ErrorAction Ignore Env:B\n"
        );
        assert_eq!(variables(&it, Shell::Json), "{\n  \"A\": \"it's \\\\ \\\"so\\\"\",\n  \"B\": null\n}\n");
    }
}
