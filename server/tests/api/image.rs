//! Boxes that start from a directory instead of the host's programs.

use serde_json::json;

use crate::support::{MAKE_ROOT, Server, sh};

#[test]
fn a_directory_can_be_what_boxes_start_from() {
    let root = tempfile::tempdir().unwrap();
    sh(MAKE_ROOT, root.path());
    let image = format!("dir:{}", root.path().display());
    let Some(server) = Server::start_with(&["--image", &image]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    assert_eq!(client.output(&id, "cat /etc/motd"), "from the image\n");
    assert_eq!(
        client.output(&id, "ls /bin"),
        "cat\nenv\nls\nrm\nsh\nstat\n"
    );
    let users = client.output(&id, "cat /etc/passwd");
    assert!(users.starts_with("boxuser:x:0:0:"), "{users}");

    client.output(&id, "rm /bin/ls; echo mine > /etc/motd; echo new > file");
    let restored = client.restore(&client.snapshot(&id, "changed"));
    assert_eq!(
        client.output(&restored, "cat /etc/motd file"),
        "mine\nnew\n"
    );
    assert_eq!(client.sh(&restored, "ls")["exit_code"], 127);
    let fresh = client.create(json!({}));
    assert_eq!(
        client.output(&fresh, "ls; cat /etc/motd"),
        "from the image\n"
    );
}
