//! What a machine that loses power may leave, made by hand: the real thing can't be had in a test.

use rusqlite::Connection;
use serde_json::json;

use crate::support::{Server, wait_until};

fn database(server: &Server) -> Connection {
    let connection = Connection::open(server.data().join("boxes.sqlite")).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    connection
}

#[test]
fn a_snapshot_becomes_durable_soon_after_it_is_ready() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo data > file");
    client.snapshot(&id, "soon on disk");
    let database = database(&server);
    wait_until("the layer to be on disk", || {
        database
            .query_row("SELECT min(durable) FROM layers", [], |row| row.get(0))
            .unwrap()
    });
}

#[test]
fn a_snapshot_that_was_not_on_disk_when_the_power_went_is_never_restored() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo data > file");
    let kept = client.snapshot(&id, "on disk");
    client.output(&id, "echo more > file");
    let lost = client.snapshot(&id, "not yet");

    server.terminate();
    let sql = "UPDATE layers SET durable = (id LIKE '%.1'), boot_id = 'an earlier one'";
    assert_eq!(database(&server).execute(sql, []).unwrap(), 2);
    server.start_again();

    let client = server.client();
    let snapshots = client.get(&format!("/v2/box/{id}/snapshots")).ok();
    assert_eq!(snapshots["snapshots"][0]["status"], "error");
    assert_eq!(snapshots["snapshots"][1]["status"], "ready");
    client
        .post("/v2/box/from-snapshot", &json!({ "snapshot_id": lost }))
        .is_error(409, "conflict");
    let restored = client.restore(&kept);
    assert_eq!(client.output(&restored, "cat file"), "data\n");
}
