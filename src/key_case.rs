//! Turns the wire's `snake_case` names into JavaScript's `camelCase` and back, all the way down.
//!
//! Some subtrees carry names that belong to the user (environment variables, HTTP headers, options of
//! an agent). Those are passed on as they are; the wire's word for each stands in [`OPAQUE`].

use crate::json::{Json, Type};
use crate::timestamp;

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
    let mut result = String::new();
    let mut raise = false;
    for letter in name.chars() {
        if letter == '_' && !result.is_empty() {
            raise = true;
        } else {
            result.push(if raise {
                letter.to_ascii_uppercase()
            } else {
                letter
            });
            raise = false;
        }
    }
    result
}

/// `boxId` becomes `box_id`.
pub fn snake(name: &str) -> String {
    let mut result = String::new();
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
pub fn to_camel<J: Json>(value: &J) -> J {
    renamed(value, true)
}

/// What JavaScript gave, as it travels.
pub fn to_snake<J: Json>(value: &J) -> J {
    renamed(value, false)
}

fn renamed<J: Json>(value: &J, to_camel: bool) -> J {
    let is_list = match value.kind() {
        Type::List => true,
        Type::Object => false,
        _ => return value.clone(),
    };
    let mut result = if is_list { J::list() } else { J::object() };
    value.each(&mut |name, member| {
        if is_list {
            return result.push(&renamed(&member, to_camel));
        }
        let new_name = if to_camel { camel(name) } else { snake(name) };
        let wire_name = if to_camel { name } else { &new_name };
        let time = member
            .number()
            .filter(|_| to_camel && wire_name.ends_with("_at"));
        let member = if let Some(text) = time.and_then(timestamp::iso) {
            J::from_text(&text)
        } else if OPAQUE.contains(&wire_name) {
            member
        } else {
            renamed(&member, to_camel)
        };
        result.set(&new_name, &member);
    });
    result
}

#[cfg(test)]
mod tests {
    use super::{camel, snake, to_camel, to_snake};
    use crate::json::Json;
    use crate::json::value::Value;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

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
        let wire = json(
            r#"{"webhook_headers":{"X_Custom":"a_b"},"webhook_url":"u","list_of":[{"a_b":1}]}"#,
        );
        let js =
            json(r#"{"webhookHeaders":{"X_Custom":"a_b"},"webhookUrl":"u","listOf":[{"aB":1}]}"#);
        assert_eq!(to_camel(&wire), js);
        assert_eq!(to_snake(&js), wire);
    }

    #[test]
    fn times_become_text_and_other_numbers_stay() {
        let js = to_camel(&json(
            r#"{"created_at":0,"size_bytes":7,"started_at":"then"}"#,
        ));
        assert_eq!(
            js,
            json(r#"{"createdAt":"1970-01-01T00:00:00.000Z","sizeBytes":7,"startedAt":"then"}"#)
        );
        assert_eq!(js.get("sizeBytes").number(), Some(7.0));
    }
}
