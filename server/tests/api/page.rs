//! The page's files.

use crate::support::Server;

#[test]
fn files_are_served_with_headers_that_allow_only_the_page_itself() {
    let www = tempfile::tempdir().unwrap();
    std::fs::write(www.path().join("index.html"), "<title>page</title>").unwrap();
    std::fs::write(www.path().join("box.wasm"), b"\0asm").unwrap();
    let Some(server) = Server::start_with(&["--www", www.path().to_str().unwrap()]) else {
        return;
    };
    let client = server.client();
    let get = |path: &str| client.send("GET", path, &[("Host", "localhost")], b"");
    let index = get("/");
    assert_eq!(
        (index.status, index.text().as_str()),
        (200, "<title>page</title>")
    );
    let policy = index.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("'wasm-unsafe-eval'"));
    assert!(!policy.contains("unsafe-inline"));
    assert_eq!(index.header("x-content-type-options"), Some("nosniff"));
    let wasm = get("/box.wasm");
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    for path in [
        "/none.js",
        "/../Cargo.toml",
        "/%2e%2e/secret-key",
        "/..%2fsecret-key",
    ] {
        get(path).is_error(404, "not_found");
    }
    get("/v2/nothing").is_error(401, "unauthorized");
    client.get("/v2/nothing").is_error(404, "not_found");
}
