//! Directories that are nested deeper than a path is long.

use serde_json::json;

use crate::support::{Server, wait_until};

/// A path would take 4,096 bytes at most, and a call for each of these any stack.
const NEST: &str =
    "python3 -c 'import os\nfor _ in range(10000): os.mkdir(\"d\"); os.chdir(\"d\")'";

#[test]
fn a_box_with_endless_directories_is_deleted_and_the_server_lives() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, NEST);
    let kept = client.snapshot(&id, "endless");
    client.output(&id, &format!("mkdir more; cd more; {NEST}"));
    client.delete(&format!("/v2/box/{id}")).ok();
    client
        .request("DELETE", "/v2/box/snapshots", &json!({ "ids": [kept] }))
        .ok();
    let is_removed = |server: &Server| {
        ["boxes", "layers", "trash"]
            .map(|folder| server.names_in(folder))
            .concat()
            .is_empty()
    };
    wait_until("both trees to be gone", || is_removed(&server));
    server.kill_and_restart();
    let id = server.client().create(json!({}));
    assert_eq!(server.client().output(&id, "echo lives"), "lives\n");
}

#[test]
fn a_busy_box_with_endless_directories_says_why_it_can_not_be_copied() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, &format!("{NEST}; setsid sleep 1000 >/dev/null 2>&1 &"));
    client
        .post(&format!("/v2/box/{id}/snapshots"), &json!({}))
        .is_error(409, "conflict");
    assert_eq!(client.output(&id, "echo lives"), "lives\n");
    // The test's folder is removed by a call for each directory.
    client.delete(&format!("/v2/box/{id}")).ok();
    wait_until("the tree to be gone", || {
        server.names_in("boxes").is_empty() && server.names_in("trash").is_empty()
    });
}
