//! Holds data against the published schema of the report, as far as that goes beyond what a reader of JSON Schema says:
//! every field that is written must be described there.

use serde_json::Value;

/// What of a value the schema does not describe, or describes otherwise; each with the way to it.
///
/// Known are the words that `docs/report.schema.json` uses, and any other is a complaint.
pub fn complaints(value: &Value, schema: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    look(value, schema, schema, "", &mut complaints);
    complaints
}

fn look(value: &Value, schema: &Value, root: &Value, at: &str, complaints: &mut Vec<String>) {
    let Some(words) = schema.as_object() else {
        complaints.push(format!("{at}: its schema is no object"));
        return;
    };
    for (word, said) in words {
        let holds = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let name = said.as_str().and_then(|it| it.strip_prefix("#/$defs/")).unwrap_or_default();
                look(value, &root["$defs"][name], root, at, complaints);
                true
            }
            "const" => value == said,
            "enum" => said.as_array().is_some_and(|all| all.contains(value)),
            "oneOf" => {
                let fits = |schema: &&Value| {
                    let mut inner = Vec::new();
                    look(value, schema, root, at, &mut inner);
                    inner.is_empty()
                };
                said.as_array().is_some_and(|all| all.iter().filter(fits).count() == 1)
            }
            "type" => match said {
                Value::Array(names) => names.iter().any(|name| is(value, name)),
                name => is(value, name),
            },
            "required" => {
                let names = said.as_array().into_iter().flatten().filter_map(Value::as_str);
                let missing: Vec<&str> = names.filter(|name| value.get(name).is_none()).collect();
                complaints.extend(missing.iter().map(|name| format!("{at}/{name} is not there")));
                true
            }
            "properties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    match said.get(name) {
                        Some(schema) => look(inner, schema, root, &format!("{at}/{name}"), complaints),
                        None => complaints.push(format!("{at}/{name} is not described")),
                    }
                }
                true
            }
            "items" => {
                let items = value.as_array().into_iter().flatten();
                items.enumerate().for_each(|(place, it)| look(it, said, root, &format!("{at}/{place}"), complaints));
                true
            }
            "minimum" => value.as_f64() >= said.as_f64(),
            "maximum" => value.as_f64() <= said.as_f64(),
            // A reader of JSON Schema is asked about these.
            "pattern" | "format" => value.is_string(),
            other => {
                complaints.push(format!("{at}: `{other}` is a word that is not known here"));
                true
            }
        };
        if !holds {
            complaints.push(format!("{at}: {value} is not `{word}` {said}"));
        }
    }
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap_or_default() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_found() {
        let schema = json!({
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": { "$ref": "#/$defs/count" },
                "b": { "type": ["string", "null"] },
                "c": { "type": "array", "items": { "enum": ["x", "y"] } },
                "d": { "oneOf": [{ "type": "null" }, { "$ref": "#/$defs/count" }] }
            },
            "$defs": { "count": { "type": "integer", "minimum": 0 } }
        });
        let told = |value: Value| complaints(&value, &schema).join("; ");
        assert_eq!(told(json!({ "a": 1, "b": null, "c": ["x"], "d": null })), "");
        assert_eq!(told(json!({ "e": 1 })), "/e is not described; /a is not there");
        assert_eq!(told(json!({ "a": -1 })), "/a: -1 is not `minimum` 0");
        assert_eq!(told(json!({ "a": 1, "c": ["z"] })), "/c/0: \"z\" is not `enum` [\"x\",\"y\"]");
        assert_eq!(told(json!({ "a": 1.5, "b": 1 })).matches(" is not `type` ").count(), 2);
        assert!(told(json!({ "a": 1, "d": "x" })).contains("oneOf"));
    }
}
