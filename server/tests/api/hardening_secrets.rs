//! Secrets that were given to the server, looked for in all that leaves it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Client, KEY, Server, binary};

/// A server whose log is kept.
struct Logged {
    child: Child,
    address: String,
    data: tempfile::TempDir,
}

impl Logged {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let log = File::create(data.path().join("log")).unwrap();
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path().join("data"))
            .env("BOX_SERVER_API_KEY", KEY)
            .env("BOX_SERVER_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self {
            address: address.to_owned(),
            child,
            data,
        }
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for entry in fs::read_dir(self.data.path().join("data/boxes"))
            .into_iter()
            .flatten()
        {
            if let Ok(lock) = File::open(entry.unwrap().path().join("lock")) {
                let _ = lock.lock();
            }
        }
    }
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

/// Every file below a folder.
fn files_below(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files_below(&entry.path(), files);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
}

/// All that an archive holds, unpacked as far as it is packed.
fn unpacked(archive: &[u8]) -> Vec<u8> {
    let mut all = archive.to_vec();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut bytes = Vec::new();
        entry.unwrap().read_to_end(&mut bytes).unwrap();
        if let Ok(plain) = zstd::decode_all(bytes.as_slice()) {
            all.extend(plain);
        }
        all.extend(bytes);
    }
    all
}

#[test]
fn secrets_are_in_no_answer_log_database_snapshot_archive_or_command_line() {
    if Server::start().is_none() {
        return;
    }
    let server = Logged::start();
    let client = Client::new(&server.address);
    let secret = |what: &str| format!("{what}-secret-{:016x}", fastrand::u64(..));
    let names = [
        "agent", "github", "clone", "variable", "header", "account", "hook", "password", "call",
    ];
    let all: Vec<String> = names.into_iter().map(secret).collect();
    let [
        agent,
        github,
        clone,
        variable,
        header,
        account,
        hook,
        password,
        of_call,
    ] = all.as_slice()
    else {
        unreachable!()
    };
    let mut answers: Vec<Vec<u8>> = Vec::new();
    let mut told = |answer: crate::support::Response| -> Value {
        answers.push(answer.body.clone());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    };
    told(client.request(
        "PUT",
        "/v2/box/settings/env",
        &json!({ "env_vars": { "ACCOUNT": account } }),
    ));
    let made = told(client.post(
        "/v2/box",
        &json!({
            "name": "secretive", "agent": "claude-code", "model": "claude-opus-4-5", "agent_api_key": agent,
            "github_token": github, "clone_repo": "https://127.0.0.1:1/x/y", "clone_token": clone,
            "env_vars": { "MINE": variable },
            "mcp_servers": [{ "name": "m", "source": "url", "package_or_url": "https://example.com/mcp",
                              "headers": { "Authorization": header } }],
        }),
    ));
    let id = made["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{made}"))
        .to_owned();
    let token = client
        .post("/v2/tokens", &json!({ "scopes": ["read"] }))
        .ok();
    let token = token["token"]
        .as_str()
        .unwrap()
        .rsplit_once('_')
        .unwrap()
        .1
        .to_owned();
    told(client.post(
        &format!("/v2/box/{id}/schedules"),
        &json!({
            "type": "exec", "cron": "0 0 1 1 *", "command": ["true"],
            "webhook_url": "http://127.0.0.1:1/", "webhook_headers": { "X-Secret": hook },
        }),
    ));
    // The variable reaches the box, which is what it is for.
    let seen = client.output(
        &id,
        "test -n \"$MINE\" && echo \"$MINE\" | cut -d- -f1; echo written > file",
    );
    assert_eq!(seen, "variable\n");
    told(client.post(&format!("/v2/box/{id}/run"), &json!({ "prompt": "x" })));
    told(client.post(&format!("/v2/box/{id}/git/push"), &json!({})));
    told(client.post(
        &format!("/v2/box/{id}/git/create-issue"),
        &json!({ "title": "x" }),
    ));
    let sleep = json!({ "command": ["sleep", "68911"], "env": { "CALL": of_call } }).to_string();
    let _running = client.open(
        "POST",
        &format!("/v2/box/{id}/exec"),
        &client.usual_headers(),
        sleep.as_bytes(),
    );
    crate::support::wait_until("the command", || Server::is_process_alive("sleep 68911"));
    let snapshot = client.snapshot(&id, "secretive");
    told(client.post("/v2/box/snapshots/pull", &json!({
        "reference": "127.0.0.1:1/x/y:z", "insecure": true, "username": "u", "password": password,
    })));
    let copy = client.restore(&snapshot);
    for path in [
        "/v2/box",
        "/v2/box/logs",
        "/v2/box/snapshots",
        "/v2/box/settings/env",
        "/v2/tokens",
        "/v2/capabilities",
    ] {
        told(client.get(path));
    }
    for of in [&id, &copy] {
        for part in [
            "",
            "/runs",
            "/logs",
            "/schedules",
            "/startup",
            "/snapshots",
            "/git/status",
            "/preview",
        ] {
            told(client.get(&format!("/v2/box/{of}{part}")));
        }
    }
    for part in ["", "/tree", "/files/list?folder=/workspace"] {
        told(client.get(&format!("/v2/box/snapshots/{snapshot}{part}")));
    }
    // Wrong keys and broken bodies are not told back.
    let body = format!("{{\"agent_api_key\": \"{agent}\", \"name\": 1}}");
    told(client.send("POST", "/v2/box", &client.usual_headers(), body.as_bytes()));
    let wrong = [
        ("Host", server.address.as_str()),
        ("X-Box-Api-Key", agent.as_str()),
    ];
    told(client.send("GET", "/v2/box", &wrong, b""));

    let mut secrets = all.clone();
    secrets.extend([KEY.to_owned(), token]);
    let archive = client
        .get(&format!("/v2/box/snapshots/{snapshot}/archive"))
        .body;
    let archive = unpacked(&archive);
    assert!(holds(&archive, "written"), "the archive has the box's file");
    let (lines, environments) = processes_besides(server.child.id());
    let mut files = Vec::new();
    files_below(server.data.path(), &mut files);
    assert!(files.iter().any(|file| file.ends_with("boxes.sqlite")));
    for secret in &secrets {
        for answer in &answers {
            assert!(
                !holds(answer, secret),
                "{secret} in {}",
                String::from_utf8_lossy(answer)
            );
        }
        assert!(!holds(&archive, secret), "{secret} in the archive");
        assert!(!holds(&lines, secret), "{secret} in a command line");
        for file in &files {
            let bytes = fs::read(file).unwrap_or_default();
            assert!(!holds(&bytes, secret), "{secret} in {}", file.display());
        }
    }
    // A command has its own variables; nothing else has any of them, and none has the server's.
    for secret in [KEY, agent, github, clone, header, hook, password] {
        assert!(!holds(&environments, secret), "{secret} in an environment");
    }
    let log = fs::read(server.data.path().join("log")).unwrap();
    assert!(holds(&log, "request_id"), "the log says much");
    println!(
        "{} secrets looked for in {} answers and {} files",
        secrets.len(),
        answers.len(),
        files.len()
    );
}

/// Command lines and environments of all that the server started.
fn processes_besides(server: u32) -> (Vec<u8>, Vec<u8>) {
    let (mut lines, mut environments) = (Vec::new(), Vec::new());
    let own = std::process::id();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let number: Option<u32> = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(number) = number.filter(|number| *number != own) else {
            continue;
        };
        lines.extend(fs::read(entry.path().join("cmdline")).unwrap_or_default());
        if number != server && !is_another_server(&entry.path()) {
            environments.extend(fs::read(entry.path().join("environ")).unwrap_or_default());
        }
    }
    (lines, environments)
}

/// Servers of tests that run at the same time have the same key, from their user.
fn is_another_server(process: &Path) -> bool {
    let line = fs::read(process.join("cmdline")).unwrap_or_default();
    holds(&line, "box-server\0serve") || holds(&line, "deps/")
}
