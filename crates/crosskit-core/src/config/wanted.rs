//! What the policy wants in the file, and how it is written as TOML.

/// One key that the policy wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedKey {
    /// The key's path, one part per table. A target with a dot in its name is split there, as Cargo ignores the quoted
    /// form: `["target", "thumbv8m", "main-none-eabi", "linker"]`.
    pub path: Vec<String>,
    /// The value that the key is to have.
    pub value: WantedValue,
}

/// The value that a key of the policy is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedValue {
    /// A string.
    String(String),
    /// The form of an `[env]` value that Cargo resolves against the directory above `.cargo`:
    /// `{ value = "…", relative = true }`.
    EnvRelative(String),
}

impl WantedValue {
    /// The value as TOML text on one line.
    pub fn to_toml(&self) -> String {
        match self {
            Self::String(value) => quoted(value),
            Self::EnvRelative(value) => format!("{{ value = {}, relative = true }}", quoted(value)),
        }
    }

    /// The value as a parser would return it.
    pub fn to_value(&self) -> toml::Value {
        match self {
            Self::String(value) => toml::Value::String(value.clone()),
            Self::EnvRelative(value) => {
                let mut table = toml::Table::new();
                table.insert("value".to_owned(), toml::Value::String(value.clone()));
                table.insert("relative".to_owned(), toml::Value::Boolean(true));
                toml::Value::Table(table)
            }
        }
    }
}

/// A dotted key, each part quoted only where it cannot be bare.
pub(crate) fn dotted<S: AsRef<str>>(path: &[S]) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|part| {
            let part = part.as_ref();
            let bare = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if bare { part.to_owned() } else { quoted(part) }
        })
        .collect();
    parts.join(".")
}

/// A basic string. Only the escapes of TOML 1.0 are used, for the Cargo releases that know no others.
pub(crate) fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            c if c.is_control() => text.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}
