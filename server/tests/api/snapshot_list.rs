//! Finding snapshots, and changing what can be changed about one.

use serde_json::{Value, json};

use crate::support::{Client, Server, wait_until};

fn ids(list: &Value) -> Vec<String> {
    let snapshots = list["snapshots"].as_array().unwrap();
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    snapshots.iter().map(id).collect()
}

fn take(client: &Client, id: &str, body: &Value) -> String {
    let taken = client.post(&format!("/v2/box/{id}/snapshots"), body).ok();
    taken["id"].as_str().unwrap().to_owned()
}

#[test]
fn pages_hold_each_snapshot_once_while_others_come_and_go() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let mut taken: Vec<String> = (0..7)
        .map(|number| client.snapshot(&id, &format!("number {number}")))
        .collect();
    taken.reverse();
    assert_eq!(ids(&client.get("/v2/box/snapshots").ok()), taken);

    let first = client.get("/v2/box/snapshots?limit=3").ok();
    assert_eq!(ids(&first), taken[..3]);
    client.snapshot(&id, "later");
    // Even the one that the cursor stands on may go.
    for gone in [2, 4] {
        let path = format!("/v2/box/{id}/snapshots/{}", taken[gone]);
        client.delete(&path).ok();
    }
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = client
        .get(&format!("/v2/box/snapshots?limit=2&cursor={cursor}"))
        .ok();
    assert_eq!(ids(&second), [taken[3].as_str(), &taken[5]]);
    let cursor = second["next_cursor"].as_str().unwrap();
    let third = client
        .get(&format!("/v2/box/snapshots?cursor={cursor}"))
        .ok();
    assert_eq!(ids(&third), taken[6..]);
    assert!(third.get("next_cursor").is_none(), "{third}");
    // As many as fit exactly: no page follows.
    let whole = client.get("/v2/box/snapshots?limit=6").ok();
    assert_eq!(ids(&whole).len(), 6);
    assert!(whole.get("next_cursor").is_none(), "{whole}");
}

#[test]
fn filters_take_box_label_and_status() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (one, other) = (client.create(json!({})), client.create(json!({})));
    let plain = take(&client, &one, &json!({}));
    let labelled = take(&client, &one, &json!({ "labels": ["ci", "x:1"] }));
    let others = take(&client, &other, &json!({ "labels": ["ci"] }));
    client.delete(&format!("/v2/box/{one}")).ok();
    for (query, expected) in [
        (format!("box_id={one}"), vec![&labelled, &plain]),
        ("label=ci".to_owned(), vec![&others, &labelled]),
        (format!("label=ci&box_id={one}"), vec![&labelled]),
        ("label=c".to_owned(), vec![]),
        ("status=ready".to_owned(), vec![&others, &labelled, &plain]),
        ("status=error".to_owned(), vec![]),
        ("status=creating".to_owned(), vec![]),
        ("box_id=nobody".to_owned(), vec![]),
    ] {
        let found = client.get(&format!("/v2/box/snapshots?{query}")).ok();
        assert_eq!(
            ids(&found),
            Vec::from_iter(expected.into_iter().cloned()),
            "{query}"
        );
    }
}

#[test]
fn what_no_page_can_be_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "cursor=",
        "cursor=abc",
        "cursor=%00",
        "status=gone",
    ] {
        client
            .get(&format!("/v2/box/snapshots?{query}"))
            .is_error(400, "invalid_argument");
    }
}

#[test]
fn one_snapshot_answers_at_once_whether_waited_for_or_not() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = take(&client, &id, &json!({ "name": "one", "labels": ["a"] }));
    client.delete(&format!("/v2/box/{id}")).ok();
    let path = format!("/v2/box/snapshots/{snapshot}");
    let found = client.get(&path).ok();
    assert_eq!(
        (&found["id"], &found["name"]),
        (&json!(snapshot), &json!("one"))
    );
    assert_eq!(
        (&found["labels"], &found["pinned"]),
        (&json!(["a"]), &json!(null))
    );
    assert_eq!(
        client
            .get(&format!("{path}?wait=ready&timeout_ms=5000"))
            .ok(),
        found
    );
    client
        .get(&format!("{path}?wait=gone"))
        .is_error(400, "invalid_argument");
    client
        .get(&format!("{path}?wait=ready&timeout_ms=600001"))
        .is_error(400, "invalid_argument");
    client
        .get("/v2/box/snapshots/snap_none")
        .is_error(404, "snapshot_not_found");
}

#[test]
fn a_snapshot_changes_only_in_what_is_given() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = take(
        &client,
        &id,
        &json!({ "name": "old", "labels": ["a"], "expires_in": 3600, "pinned": true }),
    );
    let path = format!("/v2/box/snapshots/{snapshot}");
    let before = client.get(&path).ok();
    assert_eq!(before["pinned"], true);
    assert_eq!(
        before["expires_at"].as_i64().unwrap() - before["created_at"].as_i64().unwrap(),
        3600
    );
    let patch = |body: Value| client.request("PATCH", &path, &body);

    let renamed = patch(json!({ "name": "new" })).ok();
    let mut expected = before.clone();
    expected["name"] = json!("new");
    assert_eq!(renamed, expected);
    let kept = patch(json!({ "expires_in": null, "labels": [], "pinned": false })).ok();
    assert!(kept.get("expires_at").is_none(), "{kept}");
    assert_eq!(
        (&kept["labels"], &kept["pinned"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(kept["name"], "new");
    assert_eq!(client.get(&path).ok(), kept);

    for bad in [
        json!({}),
        json!({ "name": "" }),
        json!({ "labels": ["a b"] }),
        json!({ "labels": ["1", "2", "3", "4", "5", "6"] }),
        json!({ "expires_in": 0 }),
        json!({ "expires_in": -1 }),
        json!({ "expires_in": 99_999_999_999_u64 }),
        json!({ "pinned": "yes" }),
    ] {
        patch(bad).is_error(400, "invalid_argument");
    }
    client
        .request(
            "PATCH",
            "/v2/box/snapshots/snap_none",
            &json!({ "name": "x" }),
        )
        .is_error(404, "snapshot_not_found");
    assert_eq!(client.get(&path).ok(), kept);
}

#[test]
fn a_snapshot_with_bad_labels_or_expiry_is_not_taken() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let path = format!("/v2/box/{id}/snapshots");
    for bad in [
        json!({ "labels": ["a b"] }),
        json!({ "labels": "a" }),
        json!({ "expires_in": 0 }),
        json!({ "expires_in": 1.5 }),
        json!({ "pinned": 1 }),
    ] {
        client.post(&path, &bad).is_error(400, "invalid_argument");
    }
    assert!(ids(&client.get(&path).ok()).is_empty());
}

#[test]
fn an_expired_snapshot_is_gone_with_its_layer_and_a_pinned_one_is_not() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo x > file");
    let brief = take(&client, &id, &json!({ "expires_in": 1 }));
    let pinned = take(&client, &id, &json!({ "expires_in": 1, "pinned": true }));
    let lasting = take(&client, &id, &json!({ "expires_in": 3600 }));
    wait_until("the first to expire", || {
        client.get(&format!("/v2/box/snapshots/{brief}")).status == 404
    });
    let restore = json!({ "snapshot_id": brief });
    client
        .post("/v2/box/from-snapshot", &restore)
        .is_error(404, "snapshot_not_found");
    let all = client.get("/v2/box/snapshots").ok();
    assert_eq!(ids(&all), [lasting.as_str(), &pinned]);
    assert_eq!(client.output(&client.restore(&pinned), "cat file"), "x\n");

    // A new expiry is noticed, also when it is sooner than what is waited for.
    client.delete("/v2/box?all=true").ok();
    assert_eq!(server.names_in("layers").len(), 1);
    let path = |id: &str| format!("/v2/box/snapshots/{id}");
    let patch = |id: &str, body: Value| client.request("PATCH", &path(id), &body).ok();
    patch(&pinned, json!({ "pinned": false }));
    patch(&lasting, json!({ "expires_in": 1 }));
    wait_until("the last layer to go", || {
        server.names_in("layers").is_empty()
    });
    assert!(ids(&client.get("/v2/box/snapshots").ok()).is_empty());
}
