//! Turns JavaScript's `camelCase` names into the wire's `snake_case`, all the way down.
//!
//! Some subtrees carry names that belong to the user (environment variables, HTTP headers). Those are
//! passed on as they are; the wire's word for each stands in [`OPAQUE`]. The way back, for answers, is
//! `pkg/src/shape.js`: there it costs no crossings.

use crate::json::{Json, Type};

/// Members whose content is the user's own, in the wire's spelling.
const OPAQUE: &[&str] = &["headers", "input"];

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

/// What JavaScript gave, as it travels.
pub fn to_snake<J: Json>(value: &J) -> J {
    let is_list = match value.kind() {
        Type::List => true,
        Type::Object => false,
        _ => return value.clone(),
    };
    let mut result = if is_list { J::list() } else { J::object() };
    value.each(&mut |name, member| {
        if is_list {
            return result.push(&to_snake(&member));
        }
        let name = snake(name);
        let is_opaque = OPAQUE.contains(&name.as_str());
        result.set(&name, &if is_opaque { member } else { to_snake(&member) });
    });
    result
}

#[cfg(test)]
mod tests {
    use super::to_snake;
    use crate::json::value::Value;

    #[test]
    fn names_change_and_everything_else_stays() {
        for (js, wire) in [
            (
                r#"{"id":1,"boxId":"boxId","totalCpuNs":[{"aB":null},"aB",true]}"#,
                r#"{"id":1,"box_id":"boxId","total_cpu_ns":[{"a_b":null},"aB",true]}"#,
            ),
            (
                r#"{"headers":{"X-Ab":"c","aB":[1]},"lastOne":{}}"#,
                r#"{"headers":{"X-Ab":"c","aB":[1]},"last_one":{}}"#,
            ),
            ("[]", "[]"),
        ] {
            let js: Value = serde_json::from_str(js).unwrap();
            assert_eq!(to_snake(&js), serde_json::from_str::<Value>(wire).unwrap());
        }
    }
}
