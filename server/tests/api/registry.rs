//! Snapshots go to a registry and come from it: Debian's `docker-registry`, one for each test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::archive::{tell, two_snapshots};
use crate::image_tools::has_program;
use crate::support::{Client, Server};

/// A user `me` with the password `s3cret`.
const PASSWORDS: &str = "me:$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG\n";

/// A registry on a port of its own, which ends with the test.
pub(crate) struct Registry {
    child: Child,
    address: String,
    _data: TempDir,
}

impl Registry {
    /// `None` where there is no program for it.
    pub(crate) fn start(is_closed: bool) -> Option<Self> {
        if !has_program("docker-registry") {
            return None;
        }
        let data = tempfile::tempdir().unwrap();
        let passwords = data.path().join("passwords");
        std::fs::write(&passwords, PASSWORDS).unwrap();
        let access = match is_closed {
            true => format!(
                "auth:\n  htpasswd:\n    realm: boxes\n    path: {}\n",
                passwords.display()
            ),
            false => String::new(),
        };
        let settings = data.path().join("settings.yml");
        let text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: 127.0.0.1:0\n{access}",
            data.path().join("store").display()
        );
        std::fs::write(&settings, text).unwrap();
        let mut child = Command::new("docker-registry")
            .arg("serve")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = log.find_map(|line| {
            let line = line.unwrap();
            let (_, address) = line.split_once("listening on ")?;
            Some(address.split(['"', ',', ' ']).next()?.to_owned())
        });
        // It must not stop for want of somebody who reads its log.
        std::thread::spawn(move || log.for_each(drop));
        Some(Self {
            child,
            address: address.expect("the registry to listen"),
            _data: data,
        })
    }

    pub(crate) fn reference(&self, name: &str) -> String {
        format!("{}/team/boxes:{name}", self.address)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn push(client: &Client, snapshot: &str, body: &Value) -> crate::support::Response {
    client.post(&format!("/v2/box/snapshots/{snapshot}/push"), body)
}

fn pull(client: &Client, body: &Value) -> crate::support::Response {
    client.post("/v2/box/snapshots/pull", body)
}

#[test]
fn a_snapshot_goes_to_a_registry_and_comes_from_it_elsewhere() {
    let (Some(here), Some(there)) = (Server::start(), Server::start()) else {
        return;
    };
    let Some(registry) = Registry::start(false) else {
        return;
    };
    let (from, to) = (here.client(), there.client());
    let [first, second] = two_snapshots(&from);
    let body = json!({ "reference": registry.reference("first") });
    let pushed = push(&from, &first, &body).ok();
    assert_eq!(pushed["uploaded_bytes"], pushed["size_bytes"]);
    let again = push(&from, &first, &body).ok();
    assert_eq!(again["uploaded_bytes"], 0);
    assert_eq!(again["digest"], pushed["digest"]);
    // The second shares a layer with the first.
    let more = push(
        &from,
        &second,
        &json!({ "reference": registry.reference("second") }),
    )
    .ok();
    let (sent, all) = (more["uploaded_bytes"].as_u64(), more["size_bytes"].as_u64());
    assert!(sent.unwrap() * 4 < all.unwrap(), "{more}");

    let digest = pushed["digest"].as_str().unwrap();
    let exact = format!("{}/team/boxes@{digest}", registry.address);
    let base = pull(&to, &json!({ "reference": exact, "name": "theirs" })).ok();
    assert_eq!(base["name"], "theirs");
    let copy = pull(&to, &json!({ "reference": registry.reference("second") })).ok();
    assert_eq!(
        (&copy["name"], &copy["parent_id"]),
        (&json!("second"), &base["id"])
    );
    assert_eq!(there.names_in("layers").len(), 2);
    let (one, other) = (
        from.restore(&second),
        to.restore(copy["id"].as_str().unwrap()),
    );
    assert_eq!(tell(&from, &one), tell(&to, &other));
    assert!(there.names_in("imports").is_empty());
}

#[test]
fn transfers_tell_how_far_they_are_when_asked() {
    let Some(server) = Server::start() else {
        return;
    };
    let Some(registry) = Registry::start(false) else {
        return;
    };
    let client = server.client();
    let [_, second] = two_snapshots(&client);
    let body = json!({ "reference": registry.reference("s") }).to_string();
    let mut headers = client.usual_headers().to_vec();
    headers.push(("Accept", "application/x-ndjson"));
    let path = format!("/v2/box/snapshots/{second}/push");
    let told = client.send("POST", &path, &headers, body.as_bytes()).text();
    let last: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert!(last["pushed"]["digest"].is_string(), "{told}");
    let told = client.send("POST", "/v2/box/snapshots/pull", &headers, body.as_bytes());
    let told = told.text();
    let last: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(last["snapshot"]["name"], "second", "{told}");
}

#[test]
fn a_registry_that_asks_for_a_password_gets_it_and_nobody_else_does() {
    let Some(server) = Server::start() else {
        return;
    };
    let Some(registry) = Registry::start(true) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo 1 > a");
    let snapshot = client.snapshot(&id, "s");
    let reference = registry.reference("s");
    for wrong in [
        json!({ "reference": reference }),
        json!({ "reference": reference, "username": "me", "password": "wr0ng-one" }),
    ] {
        let refused = push(&client, &snapshot, &wrong);
        refused.is_error(400, "invalid_argument");
        assert!(!refused.text().contains("wr0ng-one"));
    }
    let right = json!({ "reference": reference, "username": "me", "password": "s3cret" });
    push(&client, &snapshot, &right).ok();
    pull(&client, &json!({ "reference": reference })).is_error(400, "invalid_argument");
    pull(&client, &right).ok();
    for file in ["boxes.sqlite", "boxes.sqlite-wal"] {
        let bytes = std::fs::read(server.data().join(file)).unwrap_or_default();
        assert!(!bytes.windows(6).any(|six| six == b"s3cret"), "{file}");
    }
}

#[test]
fn what_can_t_be_pushed_or_pulled_is_said_clearly() {
    let Some(server) = Server::start() else {
        return;
    };
    let Some(registry) = Registry::start(false) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "s");
    push(
        &client,
        "snap_none",
        &json!({ "reference": registry.reference("s") }),
    )
    .is_error(404, "snapshot_not_found");
    push(&client, &snapshot, &json!({})).is_error(400, "invalid_argument");
    push(&client, &snapshot, &json!({ "reference": "UPPER CASE" }))
        .is_error(400, "invalid_argument");
    pull(&client, &json!({ "reference": registry.reference("none") }))
        .is_error(400, "invalid_argument");
    pull(&client, &json!({ "reference": "127.0.0.1:1/none" })).is_error(502, "registry_failed");
    let password = json!({ "reference": registry.reference("s"), "password": "x" });
    pull(&client, &password).is_error(400, "invalid_argument");
    assert!(server.names_in("imports").is_empty());
}
