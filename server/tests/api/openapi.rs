//! The description that the server gives of itself: open to all, and true of each route.

use serde_json::json;

use crate::support::Server;

/// A word that no route takes as a method.
const NO_METHOD: &str = "PROPFIND";

#[test]
fn each_path_takes_the_methods_that_the_description_says() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let document = client
        .send(
            "GET",
            "/openapi.json",
            &[("Host", server.address.as_str())],
            b"",
        )
        .ok();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 60, "{} paths", paths.len());
    for (path, operations) in paths {
        let address = path.replace(['{', '}'], "");
        let answer = client.request(NO_METHOD, &address, &json!({}));
        let mut described: Vec<String> = operations
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        if answer.status == 501 {
            // What this server hasn't is refused whatever the method.
            continue;
        }
        assert_eq!(answer.status, 405, "{path}");
        let allowed = answer.header("allow").unwrap_or_default();
        let mut allowed: Vec<&str> = allowed
            .split(',')
            .filter(|method| *method != "HEAD")
            .collect();
        described.sort();
        allowed.sort_unstable();
        assert_eq!(described, allowed, "{path}");
    }
}
