//! Cloning into a box.

use serde_json::json;

use crate::support::Server;

const MAKE_REPOSITORY: &str = "git init -q -b main origin && cd origin && echo one > file \
    && git add . && git commit -qm first && git checkout -qb side && echo two > file \
    && git commit -qam second && git checkout -q main && git log --format='%an <%ae>' -1";

#[test]
fn a_repository_is_cloned_where_it_was_asked_for() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "git_user_name": "Ada" }));
    assert_eq!(
        client.output(&id, MAKE_REPOSITORY),
        "Ada <box@upstash.com>\n"
    );
    let clone = |body| client.post(&format!("/v2/box/{id}/git/clone"), &body);
    let repo = "file:///workspace/home/origin";
    let body = json!({ "repo": repo, "folder": "a/copy", "branch": null, "github_token": null });
    assert_eq!(clone(body).ok()["path"], "/workspace/home/a/copy");
    let body = json!({ "repo": repo, "folder": "/tmp/side", "branch": "side", "depth": 1 });
    clone(body).ok();
    assert_eq!(
        client.output(&id, "cat a/copy/file /tmp/side/file"),
        "one\ntwo\n"
    );
    assert_eq!(
        client.output(&id, "git -C /tmp/side rev-list --count HEAD"),
        "1\n"
    );

    client.output(&id, "mv origin elsewhere");
    let answer = clone(json!({ "repo": "file:///workspace/home/elsewhere/.git/../" }));
    assert_eq!(
        answer.status,
        400,
        "a name of .. is none: {}",
        answer.text()
    );
    let answer = clone(json!({ "repo": "file:///workspace/home/elsewhere" }));
    answer.is_error(400, "invalid_argument");
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("already exists")
    );
    clone(json!({ "repo": repo, "folder": "b" })).is_error(400, "invalid_argument");
}

#[test]
fn a_token_is_neither_told_nor_kept() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let token = "ghp_very-secret-token";
    let body = json!({ "repo": "https://127.0.0.1:1/owner/repo", "github_token": token });
    let answer = client.post(&format!("/v2/box/{id}/git/clone"), &body);
    answer.is_error(400, "invalid_argument");
    let runs = client.get(&format!("/v2/box/{id}/runs")).text();
    for text in [answer.text(), runs] {
        assert!(!text.contains(token), "{text}");
    }
    let found = client.sh(&id, "grep -rs ghp_very /workspace /home /tmp /root /etc");
    assert_eq!(found["output"], "");
    let body = json!({ "repo": "http://127.0.0.1:1/owner/repo", "github_token": token });
    let answer = client.post(&format!("/v2/box/{id}/git/clone"), &body);
    assert!(answer.json()["error"].as_str().unwrap().contains("https"));
}
