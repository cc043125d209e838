//! What a box, or somebody else, may try in order to get at an attached header.

use std::path::Path;

use serde_json::json;

use crate::attach_headers::{SECRET, curl, for_localhost, holds_secret, start};
use crate::support::{Host, Server, TestAuthority};

#[test]
fn a_header_is_given_to_its_host_and_no_other_whatever_the_box_calls_it() {
    let Some((server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    let port = host.port;
    let (named, numbered) = (
        format!("https://localhost:{port}"),
        format!("https://127.0.0.1:{port}"),
    );
    for (request, what) in [
        (format!("-k {numbered}/"), "another host"),
        (format!("-k -L {named}/redirect?{numbered}/"), "a redirect"),
        (format!("-k -H 'Host: 127.0.0.1' {named}/"), "another Host"),
        (
            format!("-k -H 'Host: localhost@evil.org' {named}/"),
            "a user in Host",
        ),
        (format!("-k -H 'Host;' {named}/"), "no Host"),
        (
            format!("-k --request-target https://evil.org/ {named}/"),
            "another host in the request's line",
        ),
        (
            format!("-k --connect-to localhost:{port}:127.0.0.1:{port} {named}/"),
            "the name of the one inside a tunnel to another",
        ),
        (
            format!("-k --connect-to 127.0.0.1:{port}:localhost:{port} {numbered}/"),
            "the name of another inside a tunnel to the one",
        ),
        (
            format!("-k -X TRACE {named}/"),
            "a request that is told in its answer",
        ),
    ] {
        let answer = client.output(&id, &curl(&request));
        let mut asked = host.asked();
        if what == "a redirect" {
            assert!(holds_secret(&asked[..1]), "{asked:?}");
            asked.remove(0);
        }
        assert!(!asked.is_empty(), "{what}: {answer}");
        assert!(!holds_secret(&asked), "{what}: {asked:?}");
    }
    // The same without tricks.
    client.output(&id, &curl(&format!("{named}/")));
    assert!(holds_secret(&host.asked()));
}

#[test]
fn a_host_that_can_not_prove_its_name_gets_nothing() {
    let Some((server, _host, _authority)) = start() else {
        return;
    };
    let impostor = Host::start(Some(&TestAuthority::make()));
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    let command = curl(&format!(
        "-k -w ' %{{http_code}}' https://localhost:{}/",
        impostor.port
    ));
    let answer = client.output(&id, &command);
    assert!(
        answer.contains("certificate") && answer.ends_with(" 502"),
        "{answer}"
    );
    assert_eq!(impostor.asked(), Vec::<String>::new());
}

#[test]
fn a_policy_that_denies_the_host_beats_its_headers() {
    let Some((server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({
        "attach_headers": for_localhost(),
        "network_policy": { "mode": "custom", "denied_cidrs": ["127.0.0.0/8", "::1/128"] },
    }));
    let tunnel = client.sh(&id, &curl(&format!("https://localhost:{}/", host.port)));
    assert!(
        tunnel["output"].as_str().unwrap().contains("403"),
        "{tunnel}"
    );
    let plain = client.sh(&id, &curl(&format!("http://localhost:{}/", host.port)));
    assert!(
        plain["output"].as_str().unwrap().contains("network policy"),
        "{plain}"
    );
    assert_eq!(host.asked(), Vec::<String>::new());
    // And what is under way is cut with it.
    let path = format!("/v2/box/{id}/config/network-policy");
    client
        .request("PUT", &path, &json!({ "mode": "allow-all" }))
        .ok();
    let body =
        json!({ "command": ["sh", "-c", curl(&format!("https://localhost:{}/hold", host.port))] });
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            server
                .client()
                .post(&format!("/v2/box/{id}/exec"), &body)
                .ok()
        });
        host.held.recv().unwrap();
        client
            .request("PUT", &path, &json!({ "mode": "deny-all" }))
            .ok();
        assert_ne!(run.join().unwrap()["exit_code"], 0);
    });
}

#[test]
fn neither_values_nor_the_authority_s_key_are_shown_or_stored_where_they_can_be_read() {
    let Some((mut server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    client.output(&id, &curl(&format!("https://localhost:{}/", host.port)));
    assert!(holds_secret(&host.asked()));
    // In the box: the certificate, and nothing else.
    let seen = "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null; cat /etc/box-server/*";
    let seen = client.output(&id, seen);
    assert!(seen.contains("BEGIN CERTIFICATE") && seen.contains("NODE_EXTRA_CA_CERTS"));
    assert!(
        !seen.contains(SECRET) && !seen.contains("PRIVATE KEY"),
        "{seen}"
    );
    // Where the user of the box has no headers, nothing of the environment is changed.
    let other = client.create(json!({}));
    assert!(!client.output(&other, "env").contains("NODE_EXTRA_CA_CERTS"));
    // In answers.
    for path in ["", "/logs", "/runs"] {
        let answer = client.get(&format!("/v2/box/{id}{path}")).text();
        assert!(!answer.contains(SECRET), "{answer}");
    }
    // On the disk; and nothing of the certificate is part of a layer.
    client.output(&id, "echo mine > ~/file");
    let snapshot = client.snapshot(&id, "s");
    let archive = client
        .get(&format!("/v2/box/snapshots/{snapshot}/archive"))
        .body;
    assert!(!contains(&archive, SECRET));
    server.terminate();
    let mut looked_at = 0;
    walk(server.data(), &mut |path, content| {
        looked_at += 1;
        assert!(!contains(content, SECRET), "{}", path.display());
        let is_layer = path.components().any(|part| part.as_os_str() == "layers");
        let is_trust = path
            .components()
            .any(|part| part.as_os_str() == "box-server");
        assert!(!(is_layer && is_trust), "{}", path.display());
        if contains(content, "PRIVATE KEY") {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
            assert_eq!(path.parent().unwrap(), server.data());
        }
    });
    assert!(looked_at > 3);
}

fn contains(content: &[u8], text: &str) -> bool {
    content
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn walk(directory: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    // The kernel's own scratch space is closed to an ordinary user's server itself.
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            walk(&path, look);
        } else if kind.is_file() {
            look(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_server_without_headers_leaves_tls_unread() {
    let Some(server) = Server::start_with(&["--allow-private-egress"]) else {
        return;
    };
    let authority = TestAuthority::make();
    let host = Host::start(Some(&authority));
    let client = server.client();
    let id = client.create(json!({}));
    let certificate = std::fs::read_to_string(&authority.file).unwrap();
    let path = format!("/v2/box/{id}/files/write");
    let file = json!({ "path": "/tmp/authority.pem", "content": certificate });
    client.post(&path, &file).ok();
    let ask = curl(&format!(
        "--cacert /tmp/authority.pem https://localhost:{}/",
        host.port
    ));
    assert_eq!(client.output(&id, &ask), "got 0 bytes\n");
}
