//! Git after the clone: changes, branches, pull requests, issues.

use serde_json::{Value, json};

use crate::support::{Client, Got, Response, Server, Stub};

fn git(client: &Client, id: &str, what: &str, body: Value) -> Response {
    client.post(&format!("/v2/box/{id}/git/{what}"), &body)
}

/// A repository with one commit and a bare one behind it.
fn with_repository(client: &Client, settings: Value) -> String {
    let id = client.create(settings);
    client.output(
        &id,
        "git init -q --bare origin.git && git clone -q origin.git repo 2>/dev/null && cd repo && \
         git checkout -q -b main && echo one > file && git add . && git commit -qm first && git push -q origin main",
    );
    id
}

#[test]
fn changes_are_seen_committed_and_pushed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = with_repository(&client, json!({ "git_user_name": "Ada" }));
    let get = |what: &str| {
        client
            .get(&format!("/v2/box/{id}/git/{what}?folder=repo"))
            .ok()
    };
    assert_eq!(
        (get("status"), get("diff")),
        (json!({ "status": "" }), json!({ "diff": "" }))
    );
    client.output(
        &id,
        "cd repo; echo two >> file; git add file; echo three > new",
    );
    assert_eq!(get("status")["status"], "M  file\n?? new\n");
    assert!(
        get("diff")["diff"]
            .as_str()
            .unwrap()
            .ends_with("@@ -1 +1,2 @@\n one\n+two\n")
    );

    let body = json!({ "message": "say \"it\"\n\n$HOME", "folder": "repo", "author_name": null });
    let commit = git(&client, &id, "commit", body).ok();
    assert_eq!(
        client.output(&id, "git -C repo rev-parse HEAD").trim(),
        commit["sha"]
    );
    assert_eq!(
        client.output(&id, "git -C repo log -1 --format='%an %ae %B'"),
        "Ada box@upstash.com say \"it\"\n\n$HOME\n\n"
    );
    git(
        &client,
        &id,
        "commit",
        json!({ "message": "again", "folder": "repo" }),
    )
    .is_error(400, "invalid_argument");
    client.output(&id, "echo 4 > repo/four");
    let body = json!({ "message": "by another", "folder": "repo", "author_name": "Bob", "author_email": "b@example.com" });
    git(&client, &id, "commit", body).ok();
    assert_eq!(
        client.output(&id, "git -C repo log -1 --format='%an <%ae> %cn'"),
        "Bob <b@example.com> Bob\n"
    );

    git(
        &client,
        &id,
        "push",
        json!({ "branch": "main", "folder": "repo" }),
    )
    .ok();
    assert_eq!(
        client.output(&id, "git -C origin.git log --format=%s main | head -1"),
        "by another\n"
    );
    let pushed = git(
        &client,
        &id,
        "push",
        json!({ "branch": null, "folder": "repo" }),
    )
    .ok();
    assert_eq!(pushed["branch"], id.as_str());
    // The box's own branch is moved whatever it held.
    client.output(
        &id,
        "cd repo; git reset -q --hard HEAD~1; echo 5 > five; git add .; git commit -qm other",
    );
    git(&client, &id, "push", json!({ "folder": "repo" })).ok();
    assert_eq!(
        client.output(&id, &format!("git -C origin.git log -1 --format=%s {id}")),
        "other\n"
    );
    git(
        &client,
        &id,
        "push",
        json!({ "branch": "main", "folder": "repo" }),
    )
    .is_error(400, "invalid_argument");
}

#[test]
fn a_branch_is_switched_to_or_made() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = with_repository(&client, json!({}));
    let checkout = |branch: &str| {
        git(
            &client,
            &id,
            "checkout",
            json!({ "branch": branch, "folder": "repo" }),
        )
    };
    checkout("new/one").ok();
    assert_eq!(
        client.output(&id, "git -C repo branch --show-current"),
        "new/one\n"
    );
    checkout("main").ok();
    assert_eq!(
        client.output(&id, "git -C repo branch --show-current"),
        "main\n"
    );
    // A file of that name is not what is meant.
    checkout("file").ok();
    assert_eq!(
        client.output(&id, "git -C repo branch --show-current"),
        "file\n"
    );
    for bad in ["", "--orphan", "a b", "a..b", "a:b", "x\ny"] {
        checkout(bad).is_error(400, "invalid_argument");
    }
    for what in ["push", "checkout"] {
        git(&client, &id, what, json!({ "branch": "main" })).is_error(400, "invalid_argument");
    }
    git(
        &client,
        &id,
        "push",
        json!({ "branch": "+main:other", "folder": "repo" }),
    )
    .is_error(400, "invalid_argument");
}

#[test]
fn any_git_command_is_a_result() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = with_repository(&client, json!({}));
    let answer = git(
        &client,
        &id,
        "exec",
        json!({ "args": ["log", "--format=%s"], "folder": "repo" }),
    )
    .ok();
    assert_eq!(
        (&answer["output"], &answer["exit_code"]),
        (&json!("first\n"), &json!(0))
    );
    let answer = git(&client, &id, "exec", json!({ "args": ["log"] })).ok();
    assert_eq!(answer["exit_code"], 128);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .contains("not a git repository")
    );
    for what in ["status", "diff"] {
        let answer = client.get(&format!("/v2/box/{id}/git/{what}"));
        answer.is_error(400, "invalid_argument");
        let expected = "not a git repository: /workspace/home; give the `folder` of one";
        assert_eq!(answer.json()["error"], expected);
    }
    client
        .get(&format!("/v2/box/{id}/git/diff?folder=%2Ftmp%2Fnone"))
        .is_error(404, "path_not_found");
    git(&client, &id, "exec", json!({ "args": [] })).is_error(400, "invalid_argument");
    git(&client, &id, "commit", json!({ "message": " " })).is_error(400, "invalid_argument");
}

fn provider(request: &Got) -> (u16, Value) {
    let made = |number: u64, title: &Value, base: &Value| json!({ "html_url": format!("https://git.test/o/r/{number}"), "number": number, "title": title, "base": { "ref": base } });
    match request.line.as_str() {
        "GET /api/repos/o/r" => (200, json!({ "default_branch": "trunk" })),
        "POST /api/repos/o/r/pulls" if request.body["head"] == "twice" => (
            422,
            json!({ "message": "Validation Failed", "errors": [{ "message": "A pull request already exists for o:twice." }] }),
        ),
        "POST /api/repos/o/r/pulls" if request.body["head"] == "unpushed" => (
            422,
            json!({ "message": "Validation Failed", "errors": [{ "message": "head is invalid" }] }),
        ),
        "POST /api/repos/o/r/pulls" => {
            (201, made(7, &request.body["title"], &request.body["base"]))
        }
        "GET /api/repos/o/r/pulls?state=open&head=o:twice" => {
            (200, json!([made(6, &json!("Old"), &json!("trunk"))]))
        }
        "POST /api/repos/o/r/issues" => (
            201,
            json!({ "html_url": "https://git.test/o/r/issues/8", "number": 8, "title": request.body["title"] }),
        ),
        _ => (404, json!({ "message": "Not Found" })),
    }
}

#[test]
fn pull_requests_and_issues_are_made_at_the_provider() {
    let stub = Stub::start(provider);
    let Some(server) = Server::start_with(&["--git-api-url", &format!("{}/api/", stub.url)]) else {
        return;
    };
    let client = server.client();
    let token = "ghp_of-the-box";
    let id = with_repository(&client, json!({ "github_token": token }));
    let pr = |branch: &str, body: Value| {
        client.output(&id, &format!("cd repo; git checkout -q -B {branch}; git remote set-url origin https://git.test/o/r.git"));
        let mut all = json!({ "title": "Add it", "folder": "repo" });
        all.as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        git(&client, &id, "create-pr", all)
    };
    let made = pr(
        "side",
        json!({ "body": "Because.", "base": null, "attach": ["a.png"] }),
    )
    .ok();
    assert_eq!(made["url"], "https://git.test/o/r/7");
    assert_eq!(
        (&made["number"], &made["title"], &made["base"]),
        (&json!(7), &json!("Add it"), &json!("trunk"))
    );
    assert!(made["warning"].as_str().unwrap().contains("attach"));
    let request = stub.got().pop().unwrap();
    assert_eq!(
        request.body,
        json!({ "title": "Add it", "body": "Because.", "head": "side", "base": "trunk" })
    );
    assert_eq!(
        request.header("authorization"),
        Some(format!("Bearer {token}").as_str())
    );
    // Pushed without naming a branch, it is the box's own that is proposed.
    pr("trunk", json!({ "base": "trunk" })).ok();
    assert_eq!(stub.got().pop().unwrap().body["head"], id.as_str());
    let open = pr("twice", json!({})).ok();
    assert_eq!(
        (&open["number"], open["warning"].is_string()),
        (&json!(6), true)
    );
    let refused = pr("unpushed", json!({}));
    refused.is_error(400, "invalid_argument");
    assert!(refused.text().contains("head is invalid"));

    let issue = git(
        &client,
        &id,
        "create-issue",
        json!({ "title": "It hurts", "body": "Here.", "folder": "repo" }),
    )
    .ok();
    assert_eq!(
        issue,
        json!({ "url": "https://git.test/o/r/issues/8", "number": 8, "title": "It hurts" })
    );
    git(
        &client,
        &id,
        "create-issue",
        json!({ "title": "", "folder": "repo" }),
    )
    .is_error(400, "invalid_argument");
    git(&client, &id, "create-issue", json!({ "title": "x" })).is_error(400, "invalid_argument");
    let found = client.sh(&id, "grep -rs ghp_of /workspace /home /tmp /root /etc");
    assert_eq!(found["output"], "");
    assert!(
        !client
            .get(&format!("/v2/box/{id}/runs"))
            .text()
            .contains(token)
    );

    let other = with_repository(&client, json!({}));
    client.output(
        &other,
        "git -C repo remote set-url origin https://git.test/o/r.git",
    );
    let answer = git(
        &client,
        &other,
        "create-issue",
        json!({ "title": "x", "folder": "repo" }),
    );
    answer.is_error(400, "invalid_argument");
    assert!(answer.text().contains("github_token"));
}

#[test]
fn a_repository_of_another_host_is_not_taken_for_one_of_github() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = with_repository(&client, json!({ "github_token": "ghp_x" }));
    client.output(
        &id,
        "git -C repo remote set-url origin https://git.test/o/r.git",
    );
    let answer = git(
        &client,
        &id,
        "create-pr",
        json!({ "title": "x", "folder": "repo" }),
    );
    answer.is_error(501, "unsupported");
    assert!(answer.text().contains("--git-api-url"));
}
