//! Requests whose end can be read in two ways, and other forms in which one hides another.

use serde_json::json;

use crate::support::{KEY, Server, answer_to, answers_in};

/// Forms of a request with `DELETE` of a box inside of what may be its body. `KEY` and `HOST` are headers.
const FORMS: [(&str, &str); 26] = [
    (
        "a length and chunks",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: LEN\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "chunks and a length",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\nContent-Length: LEN\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "two lengths",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: 0\r\nContent-Length: LEN\r\n\r\nHIDDEN",
    ),
    (
        "a list of lengths",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: 0, LEN\r\n\r\nHIDDEN",
    ),
    (
        "a length with a sign",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: +0\r\n\r\nHIDDEN",
    ),
    (
        "a negative length",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: -1\r\n\r\nHIDDEN",
    ),
    (
        "a length in hexadecimal",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: 0x0\r\n\r\nHIDDEN",
    ),
    (
        "a length that overflows",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: 18446744073709551616\r\n\r\nHIDDEN",
    ),
    (
        "a length with a space inside",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length: 0 0\r\n\r\nHIDDEN",
    ),
    (
        "a space before the colon",
        "POST /v2/box HTTP/1.1\r\nHOSTContent-Length : 0\r\n\r\nHIDDEN",
    ),
    (
        "a folded header",
        "POST /v2/box HTTP/1.1\r\nHOSTX-Folded: a\r\n Content-Length: LEN\r\n\r\nHIDDEN",
    ),
    (
        "a folded encoding",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "an encoding that is none",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "an encoding after chunked",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "an encoding by tab",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding:\tchunked\x0b\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "chunks in HTTP/1.0",
        "POST /v2/box HTTP/1.0\r\nHOSTTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHIDDEN",
    ),
    (
        "a chunk size that overflows",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\nHIDDEN",
    ),
    (
        "a chunk size with a sign",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n-1\r\nHIDDEN",
    ),
    (
        "a chunk size with 0x",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\nHIDDEN",
    ),
    (
        "a chunk size that is none",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\nzz\r\nHIDDEN",
    ),
    (
        "a chunk longer than it says",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n2\r\n{}x0\r\n\r\nHIDDEN",
    ),
    (
        "a line end alone after a chunk size",
        "POST /v2/box HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n0\n\nHIDDEN",
    ),
    (
        "a carriage return inside a header",
        "POST /v2/box HTTP/1.1\r\nHOSTX-A: b\rContent-Length: LEN\r\n\r\nHIDDEN",
    ),
    (
        "a zero byte inside a header",
        "POST /v2/box HTTP/1.1\r\nHOSTX-A: b\0c\r\n\r\nHIDDEN",
    ),
    (
        "a header without a name",
        "POST /v2/box HTTP/1.1\r\nHOST: x\r\n\r\nHIDDEN",
    ),
    (
        "a space in the target",
        "POST /v2/box /x HTTP/1.1\r\nHOST\r\n\r\nHIDDEN",
    ),
];

/// As if a proxy in front had passed this on for somebody without the key: what is hidden has none.
#[test]
fn what_hides_in_a_body_is_never_a_call_with_somebody_elses_key() {
    let Some(server) = Server::start_with(&["--head-timeout", "300ms"]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "kept" }));
    let host = format!("Host: {}\r\nX-Box-Api-Key: {KEY}\r\n", server.address);
    let hidden = format!(
        "DELETE /v2/box/{id} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.address
    );
    for (what, form) in FORMS {
        let length = (hidden.len() + 5).to_string();
        let request = form
            .replace("HOST", &host)
            .replace("LEN", &length)
            .replace("HIDDEN", &hidden);
        let said = answer_to(&server.address, &request);
        assert!((1..=2).contains(&answers_in(&said)), "{what}: {said}");
        assert_eq!(
            client.get(&format!("/v2/box/{id}")).ok()["status"],
            "idle",
            "{what}"
        );
    }
    println!("{} forms of smuggling tried", FORMS.len());
}

/// What is refused outright, and after which the connection is of no more use.
#[test]
fn a_request_that_can_be_read_in_two_ways_is_refused_and_the_connection_closed() {
    let Some(server) = Server::start_with(&["--head-timeout", "300ms"]) else {
        return;
    };
    let host = format!("Host: {}\r\nX-Box-Api-Key: {KEY}\r\n", server.address);
    let second = format!("GET /v2/box HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    for (what, form) in &FORMS[2..] {
        // These leave only one reading, of which the rest is no body.
        if ["a folded encoding", "a line end alone after a chunk size"].contains(what) {
            continue;
        }
        let request = form.replace("HOST", &host).replace("LEN", "5");
        let said = answer_to(&server.address, request.replace("HIDDEN", &second));
        let listed = said.matches("HTTP/1.1 200").count();
        assert!(
            listed == 0 && said.starts_with("HTTP/1.1 400"),
            "{what}: {said}"
        );
    }
}

/// The same path and host in the forms that the protocol knows; nothing of it goes past the checks.
#[test]
fn every_form_of_target_and_host_meets_the_same_checks() {
    let Some(server) = Server::start_with(&["--head-timeout", "300ms"]) else {
        return;
    };
    let own = &server.address;
    let status = |request: &str| {
        let said = answer_to(own, request);
        said.get(9..12).unwrap_or_default().to_owned()
    };
    let end = "Connection: close\r\n\r\n";
    let with_key = format!("X-Box-Api-Key: {KEY}\r\n{end}");
    for (request, expected) in [
        // The absolute form names the host, whatever the header says.
        (
            format!("GET http://{own}/v2/box HTTP/1.1\r\nHost: {own}\r\n{with_key}"),
            "200",
        ),
        (
            format!("GET http://example.com/v2/box HTTP/1.1\r\nHost: {own}\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET http://{own}/v2/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "401",
        ),
        // The key does not come by the address.
        (
            format!("GET http://x:{KEY}@{own}/v2/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "401",
        ),
        (
            format!("GET /v2/box?x-box-api-key={KEY} HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "401",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nCookie: x-box-api-key={KEY}\r\n{end}"),
            "401",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nAuthorization: Basic {KEY}\r\n{end}"),
            "401",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nX-Api-Key: {KEY}\r\n{end}"),
            "401",
        ),
        (
            format!(
                "GET /v2/box HTTP/1.1\r\nHost: {own}\r\nX-Box-Api-Key: x\r\nAuthorization: Bearer {KEY}\r\n{end}"
            ),
            "401",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nX-Box-Api-Key: x\r\n{with_key}"),
            "401",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nX-Box-Api-Key: {KEY}, {KEY}\r\n{end}"),
            "401",
        ),
        // Names that were made to point here, and addresses that are others'.
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: rebound.example.com\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: 127.0.0.1.nip.io\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: localhost.example.com\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: 192.168.0.1\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: 2130706433\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: \r\n{with_key}"),
            "403",
        ),
        (format!("GET /v2/box HTTP/1.1\r\n{with_key}"), "403"),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nHost: example.com\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: example.com\r\nHost: {own}\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}@example.com\r\n{with_key}"),
            "403",
        ),
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: example.com#{own}\r\n{with_key}"),
            "403",
        ),
        (
            format!(
                "GET /v2/box HTTP/1.1\r\nHost: {own}\r\nX-Forwarded-Host: example.com\r\n{with_key}"
            ),
            "200",
        ),
        // Pages of others, however they say it.
        (
            format!("GET /v2/box HTTP/1.1\r\nHost: {own}\r\nOrigin: null\r\n{with_key}"),
            "403",
        ),
        (
            format!(
                "GET /v2/box HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}.example.com\r\n{with_key}"
            ),
            "403",
        ),
        (
            format!(
                "GET /v2/box HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\nOrigin: http://example.com\r\n{with_key}"
            ),
            "403",
        ),
        // Paths that other programs would clean up first.
        (
            format!("GET //v2/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "404",
        ),
        (
            format!("GET /./v2/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "404",
        ),
        (
            format!("GET /healthz/../v2/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "404",
        ),
        (
            format!("GET /%76%32/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "404",
        ),
        (
            format!("GET /V2/box HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "404",
        ),
        (
            format!("GET /v2/box;x HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "401",
        ),
        (format!("OPTIONS * HTTP/1.1\r\nHost: {own}\r\n{end}"), "200"),
        (
            format!("CONNECT {own} HTTP/1.1\r\nHost: {own}\r\n{end}"),
            "404",
        ),
    ] {
        assert_eq!(status(&request), expected, "{request}");
    }
}
