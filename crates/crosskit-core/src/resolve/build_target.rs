//! `build.target`: what Cargo builds for where no `--target` is given.
//!
//! Source: Cargo reference, "Configuration", `build.target`; what the variable does beside an array was tried with
//! Cargo 1.95.

use super::config::{Choice, Config, STRING, STRINGS, value_of_variable, variable_of, wrong_type};
use super::problem::{Problem, dotted};
use super::value::{Class, Definition, Value};

impl Config<'_> {
    /// The targets that the config names, as they are written; none means the host without `--target`.
    ///
    /// The word `host-tuple` stands for the host. `CARGO_BUILD_TARGET` takes the place of a string, and adds its words to
    /// an array.
    ///
    /// # Errors
    /// The value is neither a string nor an array of strings.
    pub fn build_targets(&self) -> Result<Vec<Choice<String>>, Box<Problem>> {
        let path = ["build", "target"];
        let name = variable_of(&path);
        let variable = self.environment.get(&name);
        let value = self.value(&path)?;
        let choice = |text: &str, definition: &Definition| Choice {
            value: self.target_name(text, definition),
            key: match definition {
                Definition::Variable(name) => name.clone(),
                Definition::Layer { .. } => dotted(&path),
            },
            definition: definition.clone(),
        };
        let by_variable = |variable: &String| value_of_variable(name.clone(), variable);
        match (value, variable) {
            (None, None) => Ok(Vec::new()),
            (Some(Value::List(items, _)), variable) => {
                let mut words = Vec::new();
                for item in items {
                    let Value::String(text, definition) = item else {
                        return Err(wrong_type(&path, item, STRINGS).into());
                    };
                    words.push(choice(text, definition));
                }
                if let Some(variable) = variable {
                    let Value::String(..) = by_variable(variable) else {
                        return Err(wrong_type(&path, &by_variable(variable), STRINGS).into());
                    };
                    let definition = Definition::Variable(name.clone());
                    words.extend(variable.split_whitespace().map(|word| choice(word, &definition)));
                    words.sort_by_key(|word| word.definition.class());
                }
                Ok(words)
            }
            (Some(value), None) => one(value, choice),
            (Some(value), Some(_)) if value.definition().class() > Class::Environment => one(value, choice),
            (_, Some(variable)) => one(&by_variable(variable), choice),
        }
    }

    /// A file that describes a target is relative to the directory above the config's.
    fn target_name(&self, name: &str, definition: &Definition) -> String {
        if name.ends_with(".json") { self.joined(name, definition) } else { name.to_owned() }
    }
}

fn one(
    value: &Value,
    choice: impl Fn(&str, &Definition) -> Choice<String>,
) -> Result<Vec<Choice<String>>, Box<Problem>> {
    match value {
        Value::String(text, definition) => Ok(vec![choice(text, definition)]),
        other => Err(wrong_type(&["build", "target"], other, STRING).into()),
    }
}
