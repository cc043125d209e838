//! Boxes that start from a directory instead of the host's programs.

use std::process::Command;

use serde_json::json;

use crate::support::Server;

/// The shell and a few programs with their libraries, and nothing else.
const MAKE_ROOT: &str = "set -e; cd \"$1\"; mkdir -p bin etc; \
    for program in sh cat ls rm; do \
        file=$(readlink -f \"$(command -v $program)\"); cp \"$file\" bin/$program; \
        ldd \"$file\" | grep -o '/[^ ]*' | while read -r library; do \
            mkdir -p \".$(dirname \"$library\")\"; cp -L \"$library\" \".$library\"; \
        done; \
    done; \
    echo 'root:x:0:0:root:/root:/bin/sh' > etc/passwd; echo from the image > etc/motd";

#[test]
fn a_directory_can_be_what_boxes_start_from() {
    let root = tempfile::tempdir().unwrap();
    let mut sh = Command::new("sh");
    let made = sh.args(["-c", MAKE_ROOT, "sh"]).arg(root.path()).status();
    assert!(made.unwrap().success());
    let image = format!("dir:{}", root.path().display());
    let Some(server) = Server::start_with(&["--image", &image]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    assert_eq!(client.output(&id, "cat /etc/motd"), "from the image\n");
    assert_eq!(client.output(&id, "ls /bin"), "cat\nls\nrm\nsh\n");
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
