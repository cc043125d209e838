//! Programs as text, in the languages that the box has.

use serde_json::{Value, json};

use crate::support::{Client, Server};

fn code(client: &Client, id: &str, body: &Value) -> Value {
    client.post(&format!("/v2/box/{id}/code"), body).ok()
}

#[test]
fn text_runs_in_its_language_and_its_folder() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir app; echo 'module.exports = 42' > app/m.js; echo 'N = 43' > app/m.py",
    );
    for (language, text, output) in [
        (
            "js",
            "console.log(require('./m') + 1, process.env.A)",
            "43 b\n",
        ),
        (
            "js",
            "import fs from 'node:fs'; console.log(await Promise.resolve(fs.existsSync('m.js')))",
            "true\n",
        ),
        (
            "python",
            "import m, os\nprint(m.N + 1, os.environ['A'])",
            "44 b\n",
        ),
    ] {
        let body =
            json!({ "code": text, "language": language, "folder": "app", "env": { "A": "b" } });
        let answer = code(&client, &id, &body);
        assert_eq!(
            (&answer["exit_code"], &answer["output"]),
            (&json!(0), &json!(output)),
            "{answer}"
        );
    }
    let failed = code(
        &client,
        &id,
        &json!({ "code": "import sys\nprint('x')\nsys.exit(3)", "language": "python" }),
    );
    assert_eq!(
        (&failed["exit_code"], &failed["output"]),
        (&json!(3), &json!("x\n"))
    );
    let thrown = code(
        &client,
        &id,
        &json!({ "code": "throw new Error('on purpose')", "language": "js" }),
    );
    assert_eq!(thrown["exit_code"], 1);
    assert!(thrown["error"].as_str().unwrap().contains("on purpose"));
    let late = code(
        &client,
        &id,
        &json!({ "code": "while True: pass", "language": "python", "timeout": 300 }),
    );
    assert_eq!(late["exit_code"], 124);

    // Longer than any argument of a program may be.
    let long = format!("x = '{}'\nprint(len(x))", "y".repeat(300_000));
    assert_eq!(
        code(&client, &id, &json!({ "code": long, "language": "python" }))["output"],
        "300000\n"
    );
    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    assert_eq!(runs["runs"][0]["prompt"].as_str().unwrap().len(), 1000);
}

#[test]
fn typescript_needs_a_node_that_reads_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "code": "const a: number = 1", "language": "ts" });
    let node = |version: &str| {
        let script = format!(
            "printf '#!/bin/sh\n[ \"$1\" = --version ] && echo {version} && exit\necho \"$@\"; cat' > /usr/local/bin/node; \
             chmod +x /usr/local/bin/node"
        );
        client.output(&id, &script);
        code(&client, &id, &body)
    };
    for version in ["v20.20.2", "v22.5.9"] {
        let answer = node(version);
        assert_eq!(answer["exit_code"], 126);
        assert!(
            answer["error"].as_str().unwrap().contains("22.6"),
            "{answer}"
        );
    }
    for version in ["v22.6.0", "v24.0.1"] {
        let answer = node(version);
        assert_eq!(
            answer["output"],
            "--no-warnings --experimental-strip-types -\nconst a: number = 1"
        );
    }
}

#[test]
fn a_program_is_streamed_like_a_command() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "code": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(4)", "language": "python" });
    let answer = client.post(&format!("/v2/box/{id}/code-stream"), &body);
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .text()
            .starts_with("out\nerr\nevent: exit\ndata: {\"exit_code\":4,"),
        "{}",
        answer.text()
    );
    for body in [
        json!({}),
        json!({ "code": "1" }),
        json!({ "code": "1", "language": "cobol" }),
        json!({ "code": null, "language": "js" }),
        json!({ "code": "1", "language": "js", "env": { "PATH": "/x" } }),
    ] {
        for route in ["code", "code-stream"] {
            client
                .post(&format!("/v2/box/{id}/{route}"), &body)
                .is_error(400, "invalid_argument");
        }
    }
}
