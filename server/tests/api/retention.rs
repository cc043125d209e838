//! Deleting many snapshots by a rule, and the tree that is left.

use serde_json::{Value, json};

use crate::support::{Client, Server};

fn outcomes(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let outcomes = answer["outcomes"].as_array().unwrap();
    outcomes
        .iter()
        .map(|one| (text(&one["id"]), text(&one["outcome"])))
        .collect()
}

fn pairs(expected: &[(&String, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(id, outcome)| ((*id).clone(), (*outcome).to_owned()))
        .collect()
}

fn pin(client: &Client, id: &str) {
    let path = format!("/v2/box/snapshots/{id}");
    client
        .request("PATCH", &path, &json!({ "pinned": true }))
        .ok();
}

/// `(kind, id, parent)` of each node, in order.
fn tree(client: &Client, id: &str) -> Vec<(String, String, String)> {
    let answer = client.get(&format!("/v2/box/snapshots/{id}/tree")).ok();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let nodes = answer["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| {
            (
                text(&node["kind"]),
                text(&node["id"]),
                text(&node["parent_id"]),
            )
        })
        .collect()
}

#[test]
fn the_newest_of_each_box_are_kept_and_a_dry_run_says_so_first() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (one, other) = (client.create(json!({})), client.create(json!({})));
    client.output(&one, "echo x > file");
    let ones: Vec<String> = (0..4).map(|_| client.snapshot(&one, "s")).collect();
    let others: Vec<String> = (0..2).map(|_| client.snapshot(&other, "s")).collect();
    pin(&client, &ones[1]);

    let filter = json!({ "keep_last": 1 });
    let dry = client
        .request(
            "DELETE",
            "/v2/box/snapshots",
            &json!({ "filter": filter, "dry_run": true }),
        )
        .ok();
    assert_eq!(dry["deleted"], 0);
    let expected = |gone: &'static str| {
        let mut expected = pairs(&[
            (&others[0], gone),
            (&ones[2], gone),
            (&ones[1], "kept_pinned"),
            (&ones[0], gone),
        ]);
        expected.sort();
        expected
    };
    let sorted = |answer: &Value| {
        let mut found = outcomes(answer);
        found.sort();
        found
    };
    assert_eq!(sorted(&dry), expected("would_delete"));
    let all = client.get("/v2/box/snapshots").ok();
    assert_eq!(all["snapshots"].as_array().unwrap().len(), 6);

    let done = client
        .request("DELETE", "/v2/box/snapshots", &json!({ "filter": filter }))
        .ok();
    assert_eq!(done["deleted"], 3);
    assert_eq!(sorted(&done), expected("deleted"));
    // What is left is still one chain, and whole.
    assert_eq!(
        tree(&client, &ones[1]),
        [
            ("snapshot".to_owned(), ones[1].clone(), String::new()),
            ("snapshot".to_owned(), ones[3].clone(), ones[1].clone()),
            ("box".to_owned(), one, ones[3].clone()),
        ]
    );
    assert_eq!(client.output(&client.restore(&ones[1]), "cat file"), "x\n");
}

#[test]
fn a_filter_spares_what_another_box_was_snapshotted_on() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let base_box = client.create(json!({}));
    client.output(&base_box, "echo base > file");
    let base = client.snapshot(&base_box, "base");
    let next = client.snapshot(&base_box, "next");
    let copy = client.restore(&base);
    let child = client.snapshot(&copy, "child");
    let delete = |body: Value| client.request("DELETE", "/v2/box/snapshots", &body).ok();

    let answer = delete(json!({ "filter": { "box_id": base_box } }));
    assert_eq!(answer["deleted"], 1);
    assert_eq!(
        outcomes(&answer),
        pairs(&[(&next, "deleted"), (&base, "kept_has_child")])
    );
    // By its id it goes, and its child stays, now with no parent.
    let none = "snap_none".to_owned();
    let answer = delete(json!({ "ids": [base, base, none] }));
    assert_eq!(answer["deleted"], 1);
    assert_eq!(
        outcomes(&answer),
        pairs(&[
            (&base, "deleted"),
            (&base, "not_found"),
            (&none, "not_found")
        ])
    );
    let path = format!("/v2/box/snapshots/{child}");
    assert!(client.get(&path).ok().get("parent_id").is_none());
    assert_eq!(client.output(&client.restore(&child), "cat file"), "base\n");

    // A parent goes together with its child.
    let grandchild = client.snapshot(&client.restore(&child), "grandchild");
    let answer = delete(json!({ "filter": { "keep_last": 1 } }));
    assert_eq!(answer["deleted"], 0, "{answer}");
    for id in [&child, &grandchild] {
        let path = format!("/v2/box/snapshots/{id}");
        client
            .request("PATCH", &path, &json!({ "labels": ["old"] }))
            .ok();
    }
    let answer = delete(json!({ "filter": { "label": "old" } }));
    assert_eq!(
        outcomes(&answer),
        pairs(&[(&grandchild, "deleted"), (&child, "deleted")])
    );
}

#[test]
fn a_pinned_snapshot_stays_until_it_is_unpinned() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "kept");
    pin(&client, &snapshot);
    let path = format!("/v2/box/{id}/snapshots/{snapshot}");
    client.delete(&path).is_error(409, "conflict");
    for (query, body) in [
        ("", json!({ "ids": [snapshot] })),
        ("?all=true", json!({})),
        ("", json!({ "filter": { "box_id": id } })),
    ] {
        let path = format!("/v2/box/snapshots{query}");
        let answer = client.request("DELETE", &path, &body).ok();
        assert_eq!(answer["deleted"], 0);
        assert_eq!(outcomes(&answer), pairs(&[(&snapshot, "kept_pinned")]));
    }
    let one = format!("/v2/box/snapshots/{snapshot}");
    client
        .request("PATCH", &one, &json!({ "pinned": false }))
        .ok();
    client.delete(&path).ok();
    client.get(&one).is_error(404, "snapshot_not_found");
}

#[test]
fn age_counts_from_when_a_snapshot_was_taken() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "s");
    let body = |age: u64| json!({ "filter": { "older_than_seconds": age }, "dry_run": true });
    let dry = |age| {
        client
            .request("DELETE", "/v2/box/snapshots", &body(age))
            .ok()
    };
    assert!(outcomes(&dry(3600)).is_empty());
    crate::support::wait_until("the snapshot to be a second old", || {
        outcomes(&dry(1)) == pairs(&[(&snapshot, "would_delete")])
    });
}

#[test]
fn leaving_something_out_deletes_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.snapshot(&id, "s");
    for (query, body) in [
        ("", json!({})),
        ("", json!({ "ids": [] })),
        ("", json!({ "filter": {} })),
        ("", json!({ "filter": { "keep_last": null } })),
        ("", json!({ "filter": { "keep_last": 0 } })),
        ("", json!({ "filter": { "older_than_seconds": -5 } })),
        ("", json!({ "filter": { "unknown": 1 } })),
        ("", json!({ "ids": ["a"], "filter": { "box_id": "a" } })),
        ("?all=true", json!({ "filter": { "box_id": "a" } })),
        ("?all=true", json!({ "ids": ["a"] })),
        ("", json!({ "dry_run": true })),
    ] {
        let path = format!("/v2/box/snapshots{query}");
        let answer = client.request("DELETE", &path, &body);
        answer.is_error(400, "invalid_argument");
    }
    let all = client.get("/v2/box/snapshots").ok();
    assert_eq!(all["snapshots"].as_array().unwrap().len(), 1);
}

#[test]
fn a_tree_shows_what_came_from_what() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let first_box = client.create(json!({ "name": "first" }));
    let root = client.snapshot(&first_box, "root");
    let second = client.snapshot(&first_box, "second");
    let branch_box = client.restore(&root);
    let branch = client.snapshot(&branch_box, "branch");
    let unrelated = client.snapshot(&client.create(json!({})), "unrelated");
    client.delete(&format!("/v2/box/{branch_box}")).ok();
    let back = json!({ "snapshot_id": root });
    client
        .post(&format!("/v2/box/{first_box}/rollback"), &back)
        .ok();

    let mut nodes = tree(&client, &branch);
    assert_eq!(nodes.first().map(|node| node.1.clone()), Some(root.clone()));
    nodes.sort();
    let node =
        |kind: &str, id: &str, parent: &str| (kind.to_owned(), id.to_owned(), parent.to_owned());
    let mut expected = [
        node("box", &first_box, &root),
        node("snapshot", &root, ""),
        node("snapshot", &second, &root),
        node("snapshot", &branch, &root),
    ];
    expected.sort();
    assert_eq!(nodes, expected);
    for id in [&root, &second] {
        let mut same = tree(&client, id);
        same.sort();
        assert_eq!(same, expected);
    }
    assert_eq!(tree(&client, &unrelated).len(), 2);
    let parent = client.get(&format!("/v2/box/snapshots/{second}")).ok();
    assert_eq!(parent["parent_id"], root.as_str());
    client
        .get("/v2/box/snapshots/snap_none/tree")
        .is_error(404, "snapshot_not_found");
}
