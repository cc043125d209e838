//! Says what is wrong with a member of a body in words of callers rather than of the parser.

/// A sentence about `member`, or about the whole body, made of what serde said.
pub(super) fn sentence(member: &str, said: &str) -> String {
    let member = if member == "." { "" } else { member };
    let said = without_place(said);
    if let Some(missing) = quoted_after(said, "missing field ") {
        let dot = if member.is_empty() { "" } else { "." };
        return format!("{member}{dot}{missing}: it is required");
    }
    let fault = fault(said);
    if member.is_empty() {
        format!("the body: {fault}")
    } else {
        format!("{member}: {fault}")
    }
}

fn fault(said: &str) -> String {
    if let Some(given) = quoted_after(said, "unknown variant ")
        && let Some((_, expected)) = said.rsplit_once(", expected ")
    {
        // Every other piece stands between backticks.
        let allowed: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let one_of = if allowed.len() > 1 { "one of " } else { "" };
        return format!("it must be {one_of}{}, not {given:?}", allowed.join(", "));
    }
    for beginning in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some(rest) = said.strip_prefix(beginning)
            && let Some((given, expected)) = rest.rsplit_once(", expected ")
        {
            return format!("it must be {}, not {}", kind(expected), kind(given));
        }
    }
    if said.starts_with("data did not match any variant") {
        return "it has none of the forms that it may have".to_owned();
    }
    said.to_owned()
}

/// What JSON calls it.
fn kind(rust: &str) -> &str {
    match rust {
        "map" | "a map" => "an object",
        "sequence" | "a sequence" => "a list",
        "unit" | "unit value" => "null",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on",
        "f32" | "f64" => "a number",
        _ if rust.starts_with("struct ") || rust.starts_with("internally tagged") => "an object",
        _ => rust
            .split_once('`')
            .map_or(rust, |(_, given)| given.trim_end_matches('`')),
    }
}

fn quoted_after<'a>(said: &'a str, beginning: &str) -> Option<&'a str> {
    let rest = said.strip_prefix(beginning)?.strip_prefix('`')?;
    rest.split_once('`').map(|(quoted, _)| quoted)
}

/// The place in the text helps nobody who did not write it.
fn without_place(said: &str) -> &str {
    match said.rsplit_once(" at line ") {
        Some((fault, place)) if place.contains(" column ") => fault,
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_says_becomes_a_sentence_that_says_what_to_give() {
        for (member, said, expected) in [
            (
                "size",
                "unknown variant `huge`, expected one of `small`, `medium`, `large` at line 1 column 14",
                "size: it must be one of small, medium, large, not \"huge\"",
            ),
            (
                "mode",
                "unknown variant `x`, expected `shell` or `agent`",
                "mode: it must be one of shell, agent, not \"x\"",
            ),
            (
                "env_vars.A",
                "invalid type: integer `1`, expected a string at line 1 column 18",
                "env_vars.A: it must be a string, not 1",
            ),
            (
                "ttl",
                "invalid type: string \"a, expected b\", expected u64 at line 1 column 9",
                "ttl: it must be a whole number from 0 on, not string \"a, expected b\"",
            ),
            (
                "agent",
                "invalid type: sequence, expected struct AgentSettings",
                "agent: it must be an object, not a list",
            ),
            (
                ".",
                "missing field `command` at line 1 column 2",
                "command: it is required",
            ),
            (
                "webhook",
                "missing field `url`",
                "webhook.url: it is required",
            ),
            (
                "command",
                "data did not match any variant of untagged enum Command",
                "command: it has none of the forms that it may have",
            ),
            (
                "labels",
                "there are more than 20",
                "labels: there are more than 20",
            ),
            (".", "duplicate field `a`", "the body: duplicate field `a`"),
        ] {
            assert_eq!(sentence(member, said), expected);
        }
    }
}
