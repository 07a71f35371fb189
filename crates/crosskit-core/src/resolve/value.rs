//! Values of config files with the place where each stands, and how Cargo merges them.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A layer: a file, or an argument of `--config`.
    Layer {
        /// The layer's number, see [`Layers`](super::Layers).
        layer: usize,
        /// The byte in its text.
        offset: usize,
        /// How strong it is beside other kinds of definitions.
        class: Class,
    },
    /// An environment variable.
    Variable(String),
}

/// The kinds of definitions, the weakest first.
///
/// Source: Cargo reference, "Configuration", "Hierarchical structure" and "Command-line overrides".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A config file that was found.
    File,
    /// An environment variable.
    Environment,
    /// `--config`.
    CommandLine,
}

impl Definition {
    /// Whether both stand in the same file, argument or variable.
    pub fn is_beside(&self, other: &Definition) -> bool {
        match (self, other) {
            (Definition::Layer { layer, .. }, Definition::Layer { layer: other, .. }) => layer == other,
            _ => self == other,
        }
    }

    /// How strong it is.
    pub fn class(&self) -> Class {
        match self {
            Definition::Layer { class, .. } => *class,
            Definition::Variable(_) => Class::Environment,
        }
    }
}

/// A value as Cargo keeps it: a float or a date is refused when the file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Integer(i64, Definition),
    /// `true` or `false`.
    Boolean(bool, Definition),
    /// Text.
    String(String, Definition),
    /// An array.
    List(Vec<Value>, Definition),
    /// A table. Where a table stands is where the first of its files mentions it.
    Table(BTreeMap<String, Value>, Definition),
}

/// A value of a kind that Cargo's configuration does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The key.
    pub path: Vec<String>,
    /// `float` or `datetime`.
    pub kind: &'static str,
    /// The byte where it begins.
    pub offset: usize,
}

impl Value {
    /// A parsed file as a table of values.
    ///
    /// # Errors
    /// All values of kinds that Cargo refuses, in the order of the text.
    pub fn of_table(
        table: &Spanned<DeTable<'_>>,
        layer: usize,
        class: Class,
    ) -> Result<BTreeMap<String, Value>, Vec<Unsupported>> {
        let mut reader = Reader { layer, class, path: Vec::new(), unsupported: Vec::new() };
        let values = reader.table(table.get_ref());
        reader.unsupported.sort_by_key(|it| it.offset);
        if reader.unsupported.is_empty() { Ok(values) } else { Err(reader.unsupported) }
    }

    /// Where the value comes from.
    pub fn definition(&self) -> &Definition {
        match self {
            Value::Integer(_, it)
            | Value::Boolean(_, it)
            | Value::String(_, it)
            | Value::List(_, it)
            | Value::Table(_, it) => it,
        }
    }

    /// The word that Cargo has for this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Integer(..) => "integer",
            Value::Boolean(..) => "boolean",
            Value::String(..) => "string",
            Value::List(..) => "array",
            Value::Table(..) => "table",
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text, _) = self { Some(text) } else { None }
    }

    /// The entries, if it is a table.
    pub fn as_table(&self) -> Option<&BTreeMap<String, Value>> {
        if let Value::Table(table, _) = self { Some(table) } else { None }
    }

    /// The items, if it is an array.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(items, _) = self { Some(items) } else { None }
    }

    /// The value as TOML on one line, for people.
    pub fn shown(&self) -> String {
        match self {
            Value::Integer(it, _) => it.to_string(),
            Value::Boolean(it, _) => it.to_string(),
            Value::String(it, _) => crate::config::quoted(it),
            Value::List(items, _) => {
                format!("[{}]", items.iter().map(Value::shown).collect::<Vec<_>>().join(", "))
            }
            Value::Table(table, _) => {
                let pairs: Vec<String> =
                    table.iter().map(|(key, value)| format!("{key} = {}", value.shown())).collect();
                format!("{{ {} }}", pairs.join(", "))
            }
        }
    }
}

struct Reader {
    layer: usize,
    class: Class,
    path: Vec<String>,
    unsupported: Vec<Unsupported>,
}

impl Reader {
    fn table(&mut self, table: &DeTable<'_>) -> BTreeMap<String, Value> {
        let mut read = BTreeMap::new();
        for (key, value) in table {
            self.path.push(key.get_ref().to_string());
            read.extend(self.value(value).map(|value| (key.get_ref().to_string(), value)));
            self.path.pop();
        }
        read
    }

    /// The value; `None` for one that is not supported, which is noted.
    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let offset = value.span().start;
        let definition = Definition::Layer { layer: self.layer, offset, class: self.class };
        let kind = match value.get_ref() {
            DeValue::String(text) => return Some(Value::String(text.to_string(), definition)),
            DeValue::Boolean(it) => return Some(Value::Boolean(*it, definition)),
            DeValue::Integer(it) => match i64::from_str_radix(&it.as_str().replace('_', ""), it.radix()) {
                Ok(it) => return Some(Value::Integer(it, definition)),
                Err(_) => "integer beyond 64 bits",
            },
            DeValue::Array(items) => {
                let items = items.iter().filter_map(|item| self.value(item)).collect();
                return Some(Value::List(items, definition));
            }
            DeValue::Table(table) => return Some(Value::Table(self.table(table), definition)),
            DeValue::Float(_) => "float",
            DeValue::Datetime(_) => "datetime",
        };
        self.unsupported.push(Unsupported { path: self.path.clone(), kind, offset });
        None
    }
}

/// Two definitions of a key that Cargo cannot merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The key.
    pub path: Vec<String>,
    /// One value.
    pub one: Value,
    /// The other value.
    pub other: Value,
}

/// What merging brought to light.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merging {
    /// Every key that stops Cargo.
    pub mismatches: Vec<Mismatch>,
    /// Arrays of program and arguments that Cargo joins in one run and replaces in the next, by their path.
    pub random: Vec<Vec<String>>,
}

impl Merging {
    /// Merges `from` into `into` as Cargo does: tables key by key, arrays by joining them, and everything else by
    /// taking one of the two.
    ///
    /// With `force`, `from` wins where both are equally strong, and its array items come last; without, `into` does.
    ///
    /// Source: Cargo reference, "Configuration", "Hierarchical structure"; how equals are treated was tried with Cargo
    /// 1.95.
    pub fn merge(&mut self, into: &mut BTreeMap<String, Value>, from: BTreeMap<String, Value>, force: bool) {
        let mut step = Step { merging: self, force, path: Vec::new(), shared: 0, programs: Vec::new() };
        step.tables(into, from);
        let Step { shared, programs, .. } = step;
        // Cargo forgets to leave a key behind when it goes on to the next one, and so does not recognise these arrays
        // once it has seen any other shared key; which it sees first is up to a hash map. Seen with 1.86 to 1.95.
        self.random.extend(programs.into_iter().filter(|path| shared > path.len()));
    }
}

struct Step<'a> {
    merging: &'a mut Merging,
    force: bool,
    path: Vec<String>,
    /// How many keys both sides have.
    shared: usize,
    /// Program arrays that both sides have.
    programs: Vec<Vec<String>>,
}

impl Step<'_> {
    fn tables(&mut self, into: &mut BTreeMap<String, Value>, from: BTreeMap<String, Value>) {
        for (key, value) in from {
            match into.get_mut(&key) {
                None => {
                    into.insert(key, value);
                }
                Some(old) => {
                    self.path.push(key);
                    self.shared += 1;
                    self.values(old, value);
                    self.path.pop();
                }
            }
        }
    }

    fn values(&mut self, into: &mut Value, from: Value) {
        let stronger = from.definition().class() > into.definition().class();
        match (into, from) {
            (Value::Table(old, _), Value::Table(new, _)) => self.tables(old, new),
            (Value::List(old, _), Value::List(new, _)) => {
                if is_program(&self.path) {
                    self.programs.push(self.path.clone());
                    if self.force || stronger {
                        *old = new;
                    }
                } else if self.force {
                    old.extend(new);
                } else {
                    let nearer = std::mem::replace(old, new);
                    old.extend(nearer);
                }
                old.sort_by_key(|item| item.definition().class());
            }
            (into @ (Value::List(..) | Value::Table(..)), from)
            | (into, from @ (Value::List(..) | Value::Table(..))) => {
                let mismatch = Mismatch { path: self.path.clone(), one: into.clone(), other: from };
                self.merging.mismatches.push(mismatch);
            }
            (into, from) => {
                if self.force || stronger {
                    *into = from;
                }
            }
        }
    }
}

/// Whether an array at this path is a program with its arguments, which the stronger definition replaces whole.
///
/// Source: Cargo changelog, 1.86.
fn is_program(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["credential-alias", _]
            | ["doc", "browser"]
            | ["host", "runner"]
            | ["registries", _, "credential-provider"]
            | ["registry", "credential-provider"]
            | ["target", _, "runner"]
    )
}
