//! Cloning into a box.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

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

/// Serves the files under `root` on the host's loopback, as plain files; its port.
fn serve_files(root: &Path) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let root = root.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let path = line
                .split(['?', ' '])
                .nth(1)
                .unwrap_or("/")
                .trim_start_matches('/');
            let head = match std::fs::read(root.join(path)) {
                Ok(content) => (
                    format!("200 OK\r\nContent-Length: {}", content.len()),
                    content,
                ),
                Err(_) => ("404 Not Found\r\nContent-Length: 0".to_owned(), Vec::new()),
            };
            let (status, content) = head;
            // git may have seen enough.
            let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(&content);
        }
    });
    port
}

#[test]
fn what_the_host_serves_to_itself_is_cloned_only_when_that_is_allowed() {
    let root = tempfile::tempdir().unwrap();
    let script = "git init -q -b main work && cd work && echo served > file && git add . && \
        git -c user.name=a -c user.email=a@b commit -qm first && cd .. && \
        git clone -q --bare work repo.git && git -C repo.git update-server-info";
    let mut sh = Command::new("sh");
    assert!(
        sh.args(["-c", script])
            .current_dir(root.path())
            .status()
            .unwrap()
            .success()
    );
    let repo = format!("http://127.0.0.1:{}/repo.git", serve_files(root.path()));

    for (arguments, is_allowed) in [(&["--allow-private-egress"][..], true), (&[], false)] {
        let Some(server) = Server::start_with(arguments) else {
            return;
        };
        let client = server.client();
        let id = client.create(json!({}));
        let answer = client.post(&format!("/v2/box/{id}/git/clone"), &json!({ "repo": repo }));
        if is_allowed {
            assert_eq!(answer.ok()["path"], "/workspace/home/repo");
            assert_eq!(client.output(&id, "cat repo/file"), "served\n");
        } else {
            answer.is_error(400, "invalid_argument");
        }
    }
}
