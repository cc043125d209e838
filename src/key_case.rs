//! Turns the wire's `snake_case` names into JavaScript's `camelCase` and back, all the way down.
//!
//! Some subtrees carry names that belong to the user (environment variables, HTTP headers, options of
//! an agent). Those are passed on as they are; the wire's word for each stands in [`OPAQUE`].

use crate::value::Value;

/// Members whose content is the user's own, in the wire's spelling.
const OPAQUE: &[&str] = &[
    "agent_options",
    "attach_headers",
    "env_vars",
    "headers",
    "input",
    "webhook_headers",
];

/// `box_id` becomes `boxId`.
pub fn camel(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.chars() {
        if letter == '_' && !result.is_empty() {
            raise = true;
        } else if raise {
            result.push(letter.to_ascii_uppercase());
            raise = false;
        } else {
            result.push(letter);
        }
    }
    result
}

/// `boxId` becomes `box_id`.
pub fn snake(name: &str) -> String {
    let mut result = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            result.push('_');
        }
        result.push(letter.to_ascii_lowercase());
    }
    result
}

/// An answer as JavaScript sees it.
///
/// A member whose name ends in `_at` and whose value is a number is a time in Unix seconds, and
/// becomes an ISO 8601 text.
pub fn to_camel(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let value = match value {
                        Value::Number(seconds) if name.ends_with("_at") => {
                            crate::timestamp::iso(seconds)
                                .map_or(Value::Number(seconds), Value::Text)
                        }
                        value if OPAQUE.contains(&name.as_str()) => value,
                        value => to_camel(value),
                    };
                    (camel(&name), value)
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.into_iter().map(to_camel).collect()),
        value => value,
    }
}

/// What JavaScript gave, as it travels.
pub fn to_snake(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| {
                    let name = snake(name);
                    let value = if OPAQUE.contains(&name.as_str()) {
                        value.clone()
                    } else {
                        to_snake(value)
                    };
                    (name, value)
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(to_snake).collect()),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, snake, to_camel, to_snake};
    use crate::value::Value;

    #[test]
    fn names_change_case_both_ways() {
        for (wire, js) in [
            ("id", "id"),
            ("box_id", "boxId"),
            ("total_cpu_ns", "totalCpuNs"),
            ("_id", "_id"),
        ] {
            assert_eq!(camel(wire), js);
        }
        for (js, wire) in [
            ("id", "id"),
            ("boxId", "box_id"),
            ("totalCpuNs", "total_cpu_ns"),
        ] {
            assert_eq!(snake(js), wire);
        }
    }

    #[test]
    fn names_that_belong_to_the_user_stay() {
        let headers = Value::object([("X_Custom", "a_b".into())]);
        let wire = Value::object([
            ("webhook_headers", headers.clone()),
            ("webhook_url", "u".into()),
        ]);
        let js = to_camel(wire.clone());
        assert_eq!(js.get("webhookHeaders"), Some(&headers));
        assert_eq!(to_snake(&js), wire);
    }

    #[test]
    fn times_become_text_and_other_numbers_stay() {
        let js = to_camel(Value::object([
            ("created_at", 0.0.into()),
            ("size_bytes", 7.0.into()),
        ]));
        assert_eq!(js.text("createdAt"), Some("1970-01-01T00:00:00.000Z"));
        assert_eq!(js.number("sizeBytes"), Some(7.0));
    }
}
