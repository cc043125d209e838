//! Snapshots leave one server as archives and come into another, whole.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::support::{Client, Response, Server, wait_until};

/// Everything that a file tree can hold; a second layer changes a part of it.
const FIRST: &str = r#"set -e; umask 022
mkdir -p d/e deep/er sticky closed; echo a > d/a; echo b > d/e/b
chmod 1777 sticky; chmod 750 closed
printf 'set' > tool; chmod 4755 tool; ln tool tool-again; ln tool sticky/tool
ln -s d/a relative; ln -s /etc/../../etc/passwd absolute; ln -s nowhere dangling
mkfifo -m 640 pipe
name=$(printf 'bad-\377-name'); echo bytes > "$name"; ln -s "$name" "$name-link"
mkdir "$(printf '%0100d' 0)"; echo long > "$(printf '%0100d' 0)/$(printf '%0150d' 1)"
touch -d '2001-02-03 04:05:06.123456789' d/a; touch -d '1960-01-01 00:00:00.5' deep/er
touch -hd '1999-09-09 09:09:09.000000001' relative
truncate -s 6M holes; printf data | dd of=holes bs=1 seek=3000000 conv=notrunc 2>/dev/null
head -c 3000000 /dev/zero > zeros; head -c 300000 /dev/urandom > noise
python3 -c 'import os; os.setxattr("tool", "user.note", b"a\n\0b"); os.setxattr("d", "user.dir", b"1")'
mkdir -p /usr/local/lib/mine; echo lib > /usr/local/lib/mine/lib; echo opt > /opt/opt
rm /etc/hosts; chmod 711 /workspace/home; touch -d 2002-02-02 d"#;

const SECOND: &str = r#"set -e; umask 022
rm -r d; mkdir d; echo c > d/c; rm noise dangling; echo more >> tool
rm -r /usr/local/lib/mine; mkdir /usr/local/lib/mine; echo two > /usr/local/lib/mine/two"#;

/// Tells all of a tree: kinds, modes, owners, times, links, contents, attributes.
pub(crate) const TELL: &str = r#"
import hashlib, os, stat, sys
root = (sys.argv + [""])[1]
links = {}
for top in ["/workspace", "/usr/local/lib/mine", "/opt"]:
    for folder, folders, files in os.walk(os.fsencode(root + top)):
        folders.sort()
        for path in [folder] + [os.path.join(folder, name) for name in sorted(files)] + [
                os.path.join(folder, name) for name in folders
                if os.path.islink(os.path.join(folder, name))]:
            s = os.lstat(path)
            told = [path[len(root):], oct(s.st_mode), s.st_uid - os.getuid(), s.st_gid - os.getgid(), s.st_mtime_ns, s.st_size * (not stat.S_ISDIR(s.st_mode))]
            links.setdefault(s.st_ino, []).append(path[len(root):])
            if stat.S_ISLNK(s.st_mode):
                told.append(os.readlink(path))
            elif stat.S_ISREG(s.st_mode):
                told.append(hashlib.sha256(open(path, "rb").read()).hexdigest())
            if not stat.S_ISLNK(s.st_mode):
                told += [(name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))]
            print(*told)
print(sorted(sorted(paths) for paths in links.values() if len(paths) > 1))
print(os.path.exists(root + "/etc/hosts"), os.listdir(root + "/usr/local/lib/mine"))
"#;

pub(crate) fn tell(client: &Client, id: &str) -> String {
    let body = json!({ "command": ["python3", "-c", TELL] });
    let answer = client.post(&format!("/v2/box/{id}/exec"), &body).ok();
    assert_eq!(answer["exit_code"], 0, "{answer}");
    answer["output"].as_str().unwrap().to_owned()
}

pub(crate) fn export(client: &Client, snapshot: &str, query: &str) -> Vec<u8> {
    let answer = client.get(&format!("/v2/box/snapshots/{snapshot}/archive{query}"));
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    let length: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert_eq!(answer.body.len(), length);
    answer.body
}

pub(crate) fn import(client: &Client, query: &str, archive: &[u8]) -> Response {
    let path = format!("/v2/box/snapshots/import{query}");
    client.send("POST", &path, &client.usual_headers(), archive)
}

pub(crate) fn imported(client: &Client, query: &str, archive: &[u8]) -> Value {
    import(client, query, archive).ok()
}

/// The files of an archive.
pub(crate) fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut tar = tar::Archive::new(archive);
    let entries = tar.entries().unwrap().map(Result::unwrap);
    let entries = entries.filter(|entry| entry.header().entry_type().is_file());
    let entries = entries.map(|mut entry| {
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (path, content)
    });
    entries.collect()
}

pub(crate) fn blob<'files>(
    files: &'files BTreeMap<String, Vec<u8>>,
    descriptor: &Value,
) -> &'files [u8] {
    let digest = descriptor["digest"].as_str().unwrap();
    &files[&format!("blobs/{}", digest.replace(':', "/"))]
}

fn index_of(archive: &[u8]) -> Value {
    serde_json::from_slice(&files(archive)["index.json"]).unwrap()
}

/// The layers that the archive's manifest lists.
fn layers_of(archive: &[u8]) -> Value {
    let files = files(archive);
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    let manifest: Value = serde_json::from_slice(blob(&files, &index["manifests"][0])).unwrap();
    manifest["layers"].clone()
}

/// A box with two snapshots that hold everything.
pub(crate) fn two_snapshots(client: &Client) -> [String; 2] {
    let id = client.create(json!({}));
    client.output(&id, FIRST);
    let first = client.snapshot(&id, "first");
    client.output(&id, SECOND);
    [first, client.snapshot(&id, "second")]
}

#[test]
fn what_leaves_one_server_comes_into_another_with_everything_in_it() {
    let (Some(here), Some(there)) = (Server::start(), Server::start()) else {
        return;
    };
    let (from, to) = (here.client(), there.client());
    let [first, second] = two_snapshots(&from);
    let body = json!({ "labels": ["a", "b"] });
    from.request("PATCH", &format!("/v2/box/snapshots/{second}"), &body)
        .ok();
    for snapshot in [&first, &second] {
        let original = from.get(&format!("/v2/box/snapshots/{snapshot}")).ok();
        let archive = export(&from, snapshot, "");
        let copy = imported(&to, "", &archive);
        for member in ["name", "labels", "box_id", "created_at", "status"] {
            assert_eq!(copy[member], original[member], "{member}");
        }
        assert_ne!(copy["id"], original["id"]);
        let copy = copy["id"].as_str().unwrap();
        let (one, other) = (from.restore(snapshot), to.restore(copy));
        assert_eq!(tell(&from, &one), tell(&to, &other));
        assert!(tell(&to, &other).contains("bad-"));
        // The same layers, whichever server writes them and whenever.
        assert_eq!(layers_of(&export(&to, copy, "")), layers_of(&archive));
        assert!(export(&from, snapshot, "") == archive);
    }
    assert!(there.names_in("imports").is_empty());
}

#[test]
fn a_later_snapshot_travels_without_what_the_receiver_has() {
    let (Some(here), Some(there)) = (Server::start(), Server::start()) else {
        return;
    };
    let (from, to) = (here.client(), there.client());
    let [first, second] = two_snapshots(&from);
    let whole = export(&from, &second, "");
    let rest = export(&from, &second, &format!("?since={first}"));
    assert!(
        rest.len() * 4 < whole.len(),
        "{} {}",
        rest.len(),
        whole.len()
    );
    assert_eq!(layers_of(&rest), layers_of(&whole));
    let annotations = index_of(&rest)["manifests"][0]["annotations"].clone();
    assert_eq!(
        annotations,
        json!({ "com.upstash.box.since": first, "com.upstash.box.layers-left-out": "1" })
    );

    import(&to, "", &rest).is_error(409, "conflict");
    assert!(there.names_in("layers").is_empty());
    let base = imported(&to, "", &export(&from, &first, ""));
    let copy = imported(&to, "?name=mine&labels=x,y", &rest);
    assert_eq!(copy["name"], "mine");
    assert_eq!(copy["labels"], json!(["x", "y"]));
    assert_eq!(copy["parent_id"], base["id"]);
    assert_eq!(there.names_in("layers").len(), 2);
    let copy = copy["id"].as_str().unwrap();
    let (one, other) = (from.restore(&second), to.restore(copy));
    assert_eq!(tell(&from, &one), tell(&to, &other));

    // And back again, with what was added there.
    to.output(&other, "echo from-there > new");
    let added = to.snapshot(&other, "added");
    let back = export(&to, &added, &format!("?since={copy}"));
    let back = imported(&from, "", &back);
    assert_eq!(back["parent_id"], json!(second));
    let back = from.restore(back["id"].as_str().unwrap());
    assert_eq!(from.output(&back, "cat new d/c"), "from-there\nc\n");
}

#[test]
fn since_must_be_what_the_snapshot_stands_on() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let [first, second] = two_snapshots(&client);
    let other = client.create(json!({}));
    client.output(&other, "echo 1 > a");
    let other = client.snapshot(&other, "other");
    let archive = |snapshot: &str, since: &str| {
        client.get(&format!(
            "/v2/box/snapshots/{snapshot}/archive?since={since}"
        ))
    };
    archive(&first, &second).is_error(409, "conflict");
    archive(&second, &other).is_error(409, "conflict");
    archive(&second, "snap_none").is_error(404, "snapshot_not_found");
    archive("snap_none", &first).is_error(404, "snapshot_not_found");
    let nothing = export(&client, &second, &format!("?since={second}"));
    imported(&client, "", &nothing);
}

#[test]
fn a_snapshot_that_holds_nothing_travels_too() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let empty = client.snapshot(&id, "empty");
    let copy = imported(&client, "", &export(&client, &empty, ""));
    assert_eq!(copy["size_bytes"], 0);
    let restored = client.restore(copy["id"].as_str().unwrap());
    assert_eq!(client.output(&restored, "ls"), "");
}

#[test]
fn no_secret_leaves_with_a_snapshot_and_the_agent_does() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({
        "agent": "claude-code", "model": "anthropic/claude-opus-4-6", "runtime": "node",
        "agent_api_key": "sk-very-secret", "github_token": "ghp_secret",
        "env_vars": { "TOKEN": "env-secret" },
    }));
    client.output(&id, "echo 1 > a");
    let archive = export(&client, &client.snapshot(&id, "s"), "");
    for (path, content) in files(&archive) {
        let plain = zstd::decode_all(content.as_slice()).unwrap_or(content);
        let text = String::from_utf8_lossy(&plain);
        assert!(!text.contains("secret"), "{path}");
    }
    let copy = imported(&client, "", &archive);
    let body = json!({ "snapshot_id": copy["id"] });
    let restored = client.post("/v2/box/from-snapshot", &body).ok();
    assert_eq!(restored["model"], "anthropic/claude-opus-4-6");
    assert_eq!(restored["agent"], "claude-code");
}

#[test]
fn a_name_that_would_be_a_deletion_is_not_exported() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo 1 > .wh.a");
    let snapshot = client.snapshot(&id, "s");
    let path = format!("/v2/box/snapshots/{snapshot}/archive");
    let refused = client.get(&path);
    refused.is_error(409, "conflict");
    assert!(refused.text().contains(".wh.a"), "{}", refused.text());
}

#[test]
fn deleting_a_snapshot_does_not_disturb_its_export() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "head -c 30000000 /dev/urandom > noise");
    let snapshot = client.snapshot(&id, "s");
    let path = format!("/v2/box/snapshots/{snapshot}/archive");
    // So that the digests are known, and the next answer begins before all is read.
    let whole = client.get(&path).body;
    let mut stream = client.open("GET", &path, &client.usual_headers(), b"");
    let mut first = vec![0; 100_000];
    stream.read_exact(&mut first).unwrap();
    client
        .delete(&format!("/v2/box/{id}/snapshots/{snapshot}"))
        .ok();
    client.delete(&format!("/v2/box/{id}")).ok();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!([first, rest].concat().ends_with(&whole));
    wait_until("the layer to be removed", || {
        server.names_in("layers").is_empty()
    });
}

#[test]
fn a_reader_that_goes_away_ends_an_export() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "head -c 30000000 /dev/urandom > noise");
    let snapshot = client.snapshot(&id, "s");
    let path = format!("/v2/box/snapshots/{snapshot}/archive");
    client.get(&path);
    let mut stream = client.open("GET", &path, &client.usual_headers(), b"");
    stream.read_exact(&mut [0; 1000]).unwrap();
    drop(stream);
    client
        .delete(&format!("/v2/box/{id}/snapshots/{snapshot}"))
        .ok();
    client.delete(&format!("/v2/box/{id}")).ok();
    wait_until("the layer to be let go", || {
        server.names_in("layers").is_empty()
    });
}

#[test]
fn a_server_killed_in_the_middle_of_an_import_keeps_nothing_of_it() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let [_, second] = two_snapshots(&client);
    let archive = export(&client, &second, "");
    let (layers, snapshots) = (
        server.names_in("layers"),
        client.get("/v2/box/snapshots").ok(),
    );
    let length = archive.len().to_string();
    let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /v2/box/snapshots/import HTTP/1.1\r\nHost: {}\r\nX-Box-Api-Key: {}\r\n\
         Content-Length: {length}\r\n\r\n",
        server.address,
        crate::support::KEY,
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&archive[..archive.len() / 2]).unwrap();
    wait_until("the import to begin", || {
        !server.names_in("imports").is_empty()
    });
    server.kill_and_restart();
    assert!(server.names_in("imports").is_empty());
    assert_eq!(server.names_in("layers").len(), layers.len());
    let client = server.client();
    assert_eq!(client.get("/v2/box/snapshots").ok(), snapshots);
    // A caller that goes away is the same to the archive.
    let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
    let head = head.replace(
        &head[head.find("Host").unwrap()..head.find("\r\nX-Box").unwrap()],
        &format!("Host: {}", server.address),
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&archive[..archive.len() / 2]).unwrap();
    wait_until("the import to begin", || {
        !server.names_in("imports").is_empty()
    });
    drop(stream);
    wait_until("the import to be given up", || {
        server.names_in("imports").is_empty()
    });
    assert_eq!(server.names_in("layers").len(), layers.len());
}

#[test]
fn an_import_tells_how_far_it_is_when_asked() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let [_, second] = two_snapshots(&client);
    let archive = export(&client, &second, "");
    let mut headers = client.usual_headers().to_vec();
    headers.push(("Accept", "application/x-ndjson"));
    let told = client.send("POST", "/v2/box/snapshots/import", &headers, &archive);
    assert_eq!(told.header("content-type"), Some("application/x-ndjson"));
    let text = told.text();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (last, before) = lines.split_last().unwrap();
    assert_eq!(last["snapshot"]["name"], "second", "{text}");
    for line in before {
        assert_eq!(line["progress"]["total_bytes"], archive.len(), "{text}");
    }
    let refused = client.send("POST", "/v2/box/snapshots/import", &headers, b"nothing");
    // What is refused early has a status of its own; on a machine that is busy, the lines have begun.
    if refused.status == 200 {
        let text = refused.text();
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["error"]["code"], "invalid_archive", "{text}");
    } else {
        refused.is_error(400, "invalid_archive");
    }
}
