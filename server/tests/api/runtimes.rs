//! Boxes whose runtime is mapped to an image of its own, beside boxes on the server's.

use serde_json::json;

use crate::archive::{export, import};
use crate::support::{Client, Layout, Server, wait_until};

const MOTD: &str = "from the second layer\n";

/// A server whose `node` is the layout's image.
fn start(layout: &Layout) -> Option<Server> {
    Server::start_with(&["--runtime", &format!("node={}", layout.argument())])
}

fn has_motd(client: &Client, id: &str) -> bool {
    client.sh(id, "cat /etc/motd")["output"] == MOTD
}

#[test]
fn a_box_starts_from_the_image_of_its_runtime_and_others_from_the_server_s() {
    let layout = Layout::make();
    let Some(server) = start(&layout) else {
        return;
    };
    let client = server.client();
    for (runtime, on_image) in [("node", true), ("node-alpine", true), ("python", false)] {
        let id = client.create(json!({ "runtime": runtime }));
        assert_eq!(has_motd(&client, &id), on_image, "{runtime}");
        let greeting = client.output(&id, "echo $GREETING");
        assert_eq!(greeting == "hello there\n", on_image, "{runtime}");
    }
    assert!(!has_motd(&client, &client.create(json!({}))));
}

#[test]
fn snapshots_keep_the_image_below_them_when_the_runtime_is_mapped_no_more() {
    let layout = Layout::make();
    let data = tempfile::tempdir().unwrap();
    let mapped = ["--runtime", &format!("node={}", layout.argument())];
    let Some(mut server) = Server::start_at(data.path(), &mapped) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "runtime": "node" }));
    client.output(&id, "echo mine > file; : > /kept/file");
    let snapshot = client.snapshot(&id, "of an idle box");
    client.output(
        &id,
        "echo other > file; sh -c 'while :; do cat /bin/cat > /dev/null; done' > /dev/null 2>&1 &",
    );
    let path = format!("/v2/box/{id}/snapshots");
    let taken = client.post(&path, &json!({ "name": "of a busy box" })).ok();
    assert!(taken["pause_us"].is_u64(), "{taken}");
    let busy = taken["id"].as_str().unwrap().to_owned();
    server.terminate();
    let Some(server) = Server::start_at(data.path(), &[]) else {
        return;
    };
    let client = server.client();
    let see = "cat file /kept/file /etc/motd";
    for (snapshot, content) in [(&snapshot, "mine"), (&busy, "other")] {
        let restored = client.restore(snapshot);
        assert_eq!(client.output(&restored, see), format!("{content}\n{MOTD}"));
    }
    let read = format!("/v2/box/snapshots/{snapshot}/files/read?path=/etc/motd");
    assert!(client.get(&read).text().contains(MOTD.trim()));
    let body = json!({ "snapshot_id": snapshot, "runtime": "python" });
    let refused = client.post("/v2/box/from-snapshot", &body);
    refused.is_error(400, "invalid_argument");
    assert!(refused.text().contains("leave runtime out"));
    let diff = |from: &str| client.get(&format!("/v2/box/snapshots/{busy}/diff?from={from}"));
    let changed = diff(&snapshot).text();
    assert!(changed.contains("/workspace/home/file"), "{changed}");
    // The box itself, and one from elsewhere that goes there.
    let own = client.create(json!({}));
    assert!(!has_motd(&client, &own));
    diff(&client.snapshot(&own, "on the server's image")).is_error(409, "conflict");
    for id in [id, own] {
        let path = format!("/v2/box/{id}/rollback");
        client.post(&path, &json!({ "snapshot_id": snapshot })).ok();
        assert_eq!(client.output(&id, see), format!("mine\n{MOTD}"));
    }
}

#[test]
fn many_snapshots_of_a_box_on_an_image_are_merged_and_nothing_changes() {
    let layout = Layout::make();
    let Some(server) = start(&layout) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "runtime": "node" }));
    client.output(
        &id,
        ": > /kept/file; echo 1 > /hidden/mine; echo mine > /etc/motd",
    );
    let describe = |client: &Client, id: &str| {
        client.output(id, "ls /hidden /etc; cat /kept/file /etc/motd n")
    };
    for number in 0..16 {
        client.output(&id, &format!("echo {number} > n"));
        client.snapshot(&id, "one of many");
    }
    client.output(&id, "echo last > n");
    let last = client.snapshot(&id, "last");
    let before = describe(&client, &id);
    wait_until("layers to be merged", || {
        client.output(&id, "echo > /var/tmp/more");
        client.snapshot(&id, "one more");
        let names = server.names_in("layers");
        names.iter().any(|name| name.starts_with("merged"))
    });
    assert_eq!(describe(&client, &id), before);
    assert_eq!(describe(&client, &client.restore(&last)), before);
}

#[test]
fn an_archive_goes_to_a_server_that_has_the_image_for_a_runtime_or_for_all() {
    let layout = Layout::make();
    let (Some(here), Some(there), Some(other)) = (
        start(&layout),
        Server::start_with(&["--image", &layout.argument()]),
        Server::start(),
    ) else {
        return;
    };
    let client = here.client();
    let id = client.create(json!({ "runtime": "node" }));
    client.output(
        &id,
        "echo mine > file; echo >> /usr/of-mine; echo new > /etc/motd",
    );
    let archive = export(&client, &client.snapshot(&id, "s"), "");
    for server in [&here, &there] {
        let client = server.client();
        let taken = import(&client, "", &archive).ok();
        let restored = client.restore(taken["id"].as_str().unwrap());
        let seen = client.output(&restored, "cat file /etc/motd; ls /usr /kept");
        assert_eq!(
            seen.replace("local\n", ""),
            "mine\nnew\n/kept:\nfile\n\n/usr:\nof-mine\n"
        );
    }
    import(&other.client(), "", &archive).is_error(409, "conflict");
}

#[test]
fn a_mapping_that_can_t_be_kept_is_refused() {
    for wrong in [
        "node",
        "perl=docker://perl",
        "node=host",
        "node=dir:/",
        "node=hosts",
    ] {
        let output = std::process::Command::new(crate::support::binary())
            .args(["serve", "--runtime", wrong])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("--runtime"),
            "{said}"
        );
    }
}
