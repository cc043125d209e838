//! Changing a box's model, harness, git identity, skills; forking it; what this server can't do.

use serde_json::json;

use crate::bad_input::check;
use crate::support::{Server, wait_until};

const HARNESS: &str = "#!/bin/sh\n\
    printf 'event: done\\ndata: {\"output\":\"%s %s\"}\\n\\n' \"$NAME\" \"$*\"\n";

#[test]
fn the_next_run_has_the_new_model_and_the_new_harness() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let runner = json!({ "command": "/workspace/home/one" });
    let id = client.create(json!({ "agent": "custom", "custom_runner": runner }));
    for name in ["one", "two"] {
        let content = HARNESS.replace("$NAME", name);
        let body = json!({ "path": name, "content": content });
        client
            .post(&format!("/v2/box/{id}/files/write"), &body)
            .ok();
    }
    client.output(&id, "chmod +x one two");
    let run = || {
        let answer = client
            .post(&format!("/v2/box/{id}/run"), &json!({ "prompt": "p" }))
            .ok();
        answer["output"].as_str().unwrap().to_owned()
    };
    assert_eq!(run(), "one -p p --model custom --stream");
    let put =
        |what: &str, body| client.request("PUT", &format!("/v2/box/{id}/config/{what}"), &body);
    assert_eq!(
        put("model", json!({ "model": "m2" })).ok(),
        json!({ "model": "m2" })
    );
    let runner = json!({ "command": "/workspace/home/two", "args": ["--fast"] });
    put("custom-runner", json!({ "custom_runner": runner })).ok();
    assert_eq!(run(), "two --fast -p p --model m2 --stream");
    let shown = client.get(&format!("/v2/box/{id}")).ok();
    assert_eq!(
        (&shown["model"], &shown["custom_runner"]),
        (&json!("m2"), &runner)
    );

    let plain = client.create(json!({}));
    let invalid = "invalid_argument";
    let path = |id: &str, what: &str| format!("/v2/box/{id}/config/{what}");
    check(
        &client,
        &[
            (
                "PUT",
                &path(&plain, "model"),
                r#"{"model":"m"}"#,
                409,
                "conflict",
                "no agent",
            ),
            (
                "PUT",
                &path(&plain, "custom-runner"),
                r#"{"custom_runner":{"command":"x"}}"#,
                409,
                "conflict",
                "custom",
            ),
            (
                "PUT",
                &path(&id, "model"),
                r#"{"model":""}"#,
                400,
                invalid,
                "model",
            ),
            ("PUT", &path(&id, "model"), "{}", 400, invalid, "model"),
            (
                "PUT",
                &path(&id, "custom-runner"),
                r#"{"custom_runner":{"command":"/bin/sh"}}"#,
                400,
                invalid,
                "custom_runner",
            ),
        ],
    );
    assert_eq!(run(), "two --fast -p p --model m2 --stream");
}

#[test]
fn the_git_identity_is_changed_member_by_member() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let put = |path: &str, body| client.request("PUT", &format!("/v2/box/{id}/{path}"), &body);
    let both = |name: &str, email: &str| json!({ "git_user_name": name, "git_user_email": email });
    let answer = put(
        "config/git",
        json!({ "git_user_name": "Ada", "git_user_email": null }),
    )
    .ok();
    assert_eq!(answer, both("Ada", "box@upstash.com"));
    let answer = put("git-config", json!({ "git_user_email": "ada@example.com" })).ok();
    assert_eq!(answer, both("Ada", "ada@example.com"));
    let author =
        "git init -q r && cd r && git commit -q --allow-empty -m x && git log --format='%an %ae'";
    assert_eq!(client.output(&id, author), "Ada ada@example.com\n");
    let shown = client.get(&format!("/v2/box/{id}")).ok();
    assert_eq!(shown["git_user_name"], "Ada");
    put("config/git", json!({})).is_error(400, "invalid_argument");
    put("config/git", json!({ "git_user_name": "a\nb" })).is_error(400, "invalid_argument");
}

/// A repository in the box, which git takes for GitHub's.
const HUB: &str = "mkdir -p hub/own/repo/skills/one hub/own/repo/skills/two && cd hub/own/repo && \
    echo first > skills/one/SKILL.md && echo second > skills/two/SKILL.md && \
    git init -q -b main && git add . && git commit -qm x && \
    git config --global url.file:///workspace/home/hub/.insteadOf https://github.com/";

#[test]
fn skills_are_put_where_agents_find_them() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, HUB);
    let path = format!("/v2/box/{id}/config/skills");
    let add = |skill: &str| client.post(&path, &json!({ "skill_id": skill }));
    assert_eq!(
        add("own/repo/one").ok(),
        json!({ "enabled_skills": ["own/repo/one"] })
    );
    assert_eq!(
        add("own/repo/one").ok(),
        json!({ "enabled_skills": ["own/repo/one"] })
    );
    let list = "cd ~ && cat .claude/skills/*/SKILL.md && ls .agents/skills";
    assert_eq!(client.output(&id, list), "first\none\n");
    add("own/repo").ok();
    assert_eq!(client.output(&id, list), "first\nsecond\none\ntwo\n");
    add("own/repo/three").is_error(409, "conflict");
    add("own/nothing/one").is_error(409, "conflict");
    add("../x").is_error(400, "invalid_argument");

    // They are on the disk, so they come along.
    let restored = client.restore(&client.snapshot(&id, "with skills"));
    let shown = client.get(&format!("/v2/box/{restored}")).ok();
    assert_eq!(shown["enabled_skills"], json!(["own/repo/one", "own/repo"]));
    assert_eq!(
        client.output(&restored, "cat ~/.claude/skills/two/SKILL.md"),
        "second\n"
    );
    let left = client.delete(&format!("{path}/own/repo")).ok();
    assert_eq!(left, json!({ "enabled_skills": ["own/repo/one"] }));
    assert_eq!(
        client.output(
            &id,
            "ls ~/.agents/skills ~/.claude/skills | sort -u | grep -c two || true"
        ),
        "0\n"
    );
    assert_eq!(client.delete(&format!("{path}/own/repo/none")).ok(), left);

    // A box is made with skills that can't be had: it says so and goes on without.
    let made = client
        .post(
            "/v2/box",
            &json!({ "skills": ["own/repo/one"], "network_policy": { "mode": "deny-all" } }),
        )
        .ok();
    assert_eq!(made["enabled_skills"], json!(["own/repo/one"]));
    let path = format!("/v2/box/{}", made["id"].as_str().unwrap());
    wait_until("the failure", || {
        client.get(&path).ok().get("enabled_skills").is_none()
    });
    let log = client.get(&format!("{path}/logs")).text();
    assert!(log.contains("own/repo/one can't be installed"), "{log}");
}

#[test]
fn a_harness_is_told_of_its_mcp_servers_and_nobody_else_of_their_headers() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let servers = json!([
        { "name": "files", "source": "npm", "package_or_url": "some-server", "args": ["/workspace"], "headers": null },
        { "name": "docs", "source": "url", "package_or_url": "https://example.com/mcp", "headers": { "Authorization": "Bearer mcp-secret" } },
    ]);
    let runner = json!({ "command": "/workspace/home/harness" });
    let body = json!({ "agent": "custom", "custom_runner": runner, "mcp_servers": servers });
    let made = client.post("/v2/box", &body).ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        made["mcp_servers"][1]["headers"],
        json!({ "Authorization": "********" })
    );
    assert_eq!(made["mcp_servers"][0]["enabled"], true);
    let harness =
        "#!/bin/sh\nprintf %s \"$BOX_MCP_SERVERS\" > told\nprintf 'event: done\\ndata: {}\\n\\n'\n";
    let file = json!({ "path": "harness", "content": harness });
    client
        .post(&format!("/v2/box/{id}/files/write"), &file)
        .ok();
    client.output(id, "chmod +x harness");
    client
        .post(&format!("/v2/box/{id}/run"), &json!({ "prompt": "p" }))
        .ok();
    let told: serde_json::Value = serde_json::from_str(&client.output(id, "cat told")).unwrap();
    assert_eq!(
        told["mcpServers"]["files"],
        json!({ "command": "npx", "args": ["-y", "some-server", "/workspace"] })
    );
    assert_eq!(
        told["mcpServers"]["docs"]["headers"]["Authorization"],
        "Bearer mcp-secret"
    );
    assert_eq!(client.output(id, "echo $BOX_MCP_SERVERS"), "\n");
    for path in [
        format!("/v2/box/{id}"),
        "/v2/box".to_owned(),
        format!("/v2/box/{id}/logs"),
    ] {
        assert!(!client.get(&path).text().contains("mcp-secret"), "{path}");
    }
    let invalid = "invalid_argument";
    check(
        &client,
        &[
            (
                "POST",
                "/v2/box",
                r#"{"mcp_servers":[{"name":"a","source":"git","package_or_url":"x"}]}"#,
                400,
                invalid,
                "source",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"mcp_servers":[{"name":"a","source":"url","package_or_url":"x"}]}"#,
                400,
                invalid,
                "package_or_url",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"mcp_servers":[{"name":"a","source":"npm","package_or_url":"-x"}]}"#,
                400,
                invalid,
                "package_or_url",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"mcp_servers":[{"name":"a","source":"npm","package_or_url":"x","headers":{"a":"b"}}]}"#,
                400,
                invalid,
                "headers",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"skills":["x"]}"#,
                400,
                invalid,
                "owner/repo",
            ),
        ],
    );
}

#[test]
fn a_fork_has_the_disk_and_settings_but_no_name() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let body = json!({
        "name": "origin", "labels": ["a"], "size": "large", "env_vars": { "WORD": "w" },
        "network_policy": { "mode": "deny-all" }, "init_command": "true",
    });
    let id = client.create(body);
    client.output(&id, "echo kept > file");
    let headers = client.usual_headers();
    let fork = client
        .send("POST", "/v2/box/origin/fork", &headers, b"")
        .ok();
    let twin = fork["id"].as_str().unwrap();
    assert_eq!(
        (&fork["size"], &fork["labels"]),
        (&json!("large"), &json!([]))
    );
    assert_eq!(fork["network_policy"], json!({ "mode": "deny-all" }));
    assert!(fork.get("name").is_none());
    assert_eq!(
        client.output(twin, "cat file; echo $WORD; echo mine > file"),
        "kept\nw\n"
    );
    assert_eq!(client.output(&id, "cat file"), "kept\n");
    assert_eq!(client.get("/v2/box/snapshots").ok()["snapshots"], json!([]));
    let startup = client.get(&format!("/v2/box/{twin}/startup")).ok();
    assert_eq!(startup, json!({ "init_command": "" }));
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    client.post(&format!("/v2/box/{id}/fork"), &json!({})).ok();
    let short = client.create(json!({ "ephemeral": true }));
    client
        .post(&format!("/v2/box/{short}/fork"), &json!({}))
        .is_error(409, "conflict");
    client
        .post("/v2/box/nobody/fork", &json!({}))
        .is_error(404, "box_not_found");
}

#[test]
fn what_one_machine_can_not_do_is_refused_by_name() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let no = "unsupported";
    let of_box = |rest: &str| format!("/v2/box/{id}/{rest}");
    check(
        &client,
        &[
            ("POST", "/v2/box", r#"{"browser":true}"#, 501, no, "browser"),
            (
                "POST",
                "/v2/box",
                r#"{"agent":"codex","model":"m","agent_api_key":"UPSTASH_KEY"}"#,
                501,
                no,
                "agent_api_key",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"agent":"codex","model":"m","agent_api_key":"STORED_KEY"}"#,
                501,
                no,
                "agent_api_key",
            ),
            (
                "GET",
                "/v2/box/agent-credentials",
                "",
                501,
                no,
                "agent_api_key",
            ),
            (
                "DELETE",
                "/v2/box/agent-credentials/x",
                "",
                501,
                no,
                "agent_api_key",
            ),
            ("POST", "/v2/box/apikey", "", 501, no, "--api-key"),
            ("GET", "/v2/box/apikeys", "", 501, no, "--api-key"),
            (
                "GET",
                "/v2/box/github/repos/a/b/branches",
                "",
                501,
                no,
                "github_token",
            ),
            ("POST", &of_box("browser/tabs"), "{}", 501, no, "browser"),
            (
                "GET",
                &of_box("browser/recordings/1/download"),
                "",
                501,
                no,
                "browser",
            ),
            ("GET", &of_box("steps"), "", 501, no, "snapshots"),
        ],
    );
    // What asks for nothing is no demand.
    client
        .post(
            "/v2/box",
            &json!({ "browser": false, "attach_headers": {}, "mcp_servers": null }),
        )
        .ok();
}
