//! Which scope a call needs of a token. Whatever is not listed here takes the account's key, so a
//! route that is added is closed to tokens until someone decides.
//!
//! Segments are compared as they travel: one that is encoded in another way is not recognised.

use axum::http::Method;
use upstash_box_wasm::api_types::{TokenInfo, TokenScope};

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Need<'a> {
    scope: TokenScope,
    /// The one box that the call is about; `None` when it may reach others.
    only_box: Option<&'a str>,
}

/// Says what is missing when this token may not make this call.
pub(super) fn refusal(token: &TokenInfo, method: &Method, path: &str) -> Option<String> {
    let segments: Vec<&str> = path.strip_prefix("/v2/")?.split('/').collect();
    if segments == ["capabilities"] {
        return None;
    }
    let Some(need) = need(method, &segments) else {
        return Some("a token can't make this call: use the API key".to_owned());
    };
    if !token.scopes.contains(&need.scope) {
        let scope = serde_json::to_string(&need.scope).unwrap_or_default();
        return Some(format!("the token lacks the scope {scope}"));
    }
    match (&token.box_id, need.only_box) {
        (Some(own), Some(asked)) if own != asked => {
            Some(format!("the token is for the box {own} only, by its id"))
        }
        (Some(own), None) => Some(format!(
            "the token is for the box {own} only, and this call reaches others"
        )),
        _ => None,
    }
}

fn need<'a>(method: &Method, segments: &[&'a str]) -> Option<Need<'a>> {
    use TokenScope::{Create, Delete, Exec, Read, Snapshot, Write};
    let method = method.as_str();
    let of_all = |scope| Need {
        scope,
        only_box: None,
    };
    let (first, rest) = segments.split_first()?;
    if *first != "box" {
        return None;
    }
    let need = match (method, rest) {
        ("GET", [] | ["logs"] | ["snapshots", ..]) | ("POST", ["snapshots", _, "verify"]) => {
            of_all(Read)
        }
        ("POST", [] | ["from-snapshot"]) => of_all(Create),
        // Names of routes, not of boxes.
        (_, ["snapshots" | "settings" | "logs" | "from-snapshot", ..]) => return None,
        // They take the disk of another snapshot, or make another box.
        ("POST", [_, "rollback"]) => of_all(Snapshot),
        ("POST", [_, "fork"]) => of_all(Create),
        (method, [id, rest @ ..]) => {
            let scope = match (method, rest) {
                (
                    "GET",
                    [] | ["status" | "snapshots" | "logs" | "runs"] | ["runs" | "files", _],
                ) => Read,
                ("POST", ["files", _]) => Write,
                ("POST", ["exec" | "exec-stream" | "code" | "code-stream" | "run"])
                | ("POST", ["run", "stream"] | ["git", _] | ["runs", _, "cancel"])
                | ("POST", ["pause" | "resume"])
                | ("GET", ["exec-session"]) => Exec,
                ("POST", ["snapshots"]) | ("DELETE", ["snapshots", _]) => Snapshot,
                ("DELETE", []) => Delete,
                _ => return None,
            };
            Need {
                scope,
                only_box: Some(id),
            }
        }
        _ => return None,
    };
    Some(need)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(scopes: &[TokenScope], box_id: Option<&str>) -> TokenInfo {
        TokenInfo {
            id: "t".to_owned(),
            scopes: scopes.to_vec(),
            box_id: box_id.map(str::to_owned),
            created_at: 0,
            expires_at: 1,
        }
    }

    fn allows(token: &TokenInfo, call: &str) -> bool {
        let (method, path) = call.split_once(' ').unwrap();
        refusal(token, &method.parse().unwrap(), path).is_none()
    }

    /// Every call that a scope opens, with `a` as the box.
    const OPENED: &[(TokenScope, &[&str])] = &[
        (
            TokenScope::Read,
            &[
                "GET /v2/box/a",
                "GET /v2/box/a/status",
                "GET /v2/box/a/runs/r",
                "GET /v2/box/a/files/read",
            ],
        ),
        (TokenScope::Write, &["POST /v2/box/a/files/write"]),
        (
            TokenScope::Exec,
            &["POST /v2/box/a/exec", "POST /v2/box/a/run/stream"],
        ),
        (
            TokenScope::Snapshot,
            &["POST /v2/box/a/snapshots", "DELETE /v2/box/a/snapshots/s"],
        ),
        (TokenScope::Delete, &["DELETE /v2/box/a"]),
    ];

    #[test]
    fn each_scope_opens_its_calls_on_its_box_and_no_others() {
        for (scope, _) in OPENED {
            let own = token(&[*scope], Some("a"));
            for (opened, calls) in OPENED {
                for call in *calls {
                    assert_eq!(allows(&own, call), scope == opened, "{scope:?}: {call}");
                    let other = call.replace("/box/a", "/box/b");
                    assert!(!allows(&own, &other), "{scope:?}: {other}");
                    assert_eq!(allows(&token(&[*scope], None), call), scope == opened);
                }
            }
        }
    }

    #[test]
    fn calls_that_reach_other_boxes_are_closed_to_a_token_of_one_box() {
        let all: Vec<TokenScope> = OPENED.iter().map(|(scope, _)| *scope).collect();
        for call in [
            "GET /v2/box",
            "GET /v2/box/logs",
            "GET /v2/box/snapshots/s/files/read",
            "POST /v2/box/a/rollback",
        ] {
            assert!(!allows(&token(&all, Some("a")), call), "{call}");
            assert!(allows(&token(&all, None), call), "{call}");
        }
        assert!(!allows(&token(&all, None), "POST /v2/box"));
        assert!(allows(&token(&[TokenScope::Create], None), "POST /v2/box"));
    }

    #[test]
    fn what_belongs_to_the_account_is_closed_to_every_token() {
        let all: Vec<TokenScope> = OPENED.iter().map(|(scope, _)| *scope).collect();
        for call in [
            "POST /v2/tokens",
            "GET /v2/tokens",
            "DELETE /v2/tokens/t",
            "GET /v2/box/settings/env",
            "DELETE /v2/box",
            "DELETE /v2/box/snapshots",
            "PATCH /v2/box/snapshots/s",
            "PUT /v2/box/a/config/model",
            // They would let in who has no token at all.
            "POST /v2/box/a/preview",
            "DELETE /v2/box/a/preview/80",
            "GET /v2/box/a/",
            "GET /v2/box/a/%66iles/read",
            "GET /v2//box/a",
        ] {
            assert!(!allows(&token(&all, None), call), "{call}");
        }
    }
}
