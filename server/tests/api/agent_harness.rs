//! Agents other than `custom`, files, schemas, and webhooks. The programs are played by scripts that
//! print what the real ones have been seen to print.

use serde_json::{Value, json};

use crate::support::{Client, KEY, Server, Stub, wait_until};

const CLAUDE: &str = include_str!("../../src/boxes/harness/recorded/claude_code.jsonl");
const CODEX: &str = include_str!("../../src/boxes/harness/recorded/codex.jsonl");
const OPENCODE: &str = include_str!("../../src/boxes/harness/recorded/opencode.jsonl");

/// Puts a program into the box that notes how it was asked and prints `output`.
fn install(client: &Client, id: &str, program: &str, output: &str) {
    let write = |path: &str, content: &str| {
        let body = json!({ "path": path, "content": content });
        client
            .post(&format!("/v2/box/{id}/files/write"), &body)
            .ok();
    };
    let script = "#!/bin/sh\necho \"$0 $*\" > /tmp/asked\nenv | grep _API_KEY >> /tmp/asked\ncat > /tmp/prompt\ncat /tmp/output\n";
    write(&format!("/usr/local/bin/{program}"), script);
    write("/tmp/output", output);
    client.output(id, &format!("chmod +x /usr/local/bin/{program}"));
}

fn run(client: &Client, id: &str, body: &Value) -> Value {
    client.post(&format!("/v2/box/{id}/run"), body).ok()
}

#[test]
fn each_harness_is_asked_and_understood() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    for (agent, program, output, model, arguments, key) in [
        (
            "claude-code",
            "claude",
            CLAUDE,
            "anthropic/m",
            "-p --output-format stream-json --verbose --dangerously-skip-permissions --model=m --resume=s1",
            "ANTHROPIC_API_KEY=k-secret\n",
        ),
        (
            "codex",
            "codex",
            CODEX,
            "m",
            "exec --json --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox --model=m resume s1 -",
            "CODEX_API_KEY=k-secret\nOPENAI_API_KEY=k-secret\n",
        ),
        (
            "opencode",
            "opencode",
            OPENCODE,
            "openrouter/m",
            "run --format json --model=openrouter/m --session=s1",
            "OPENROUTER_API_KEY=k-secret\n",
        ),
    ] {
        let id =
            client.create(json!({ "agent": agent, "model": model, "agent_api_key": "k-secret" }));
        let missing = run(&client, &id, &json!({ "prompt": "hi" }));
        assert_eq!(missing["status"], "failed");
        assert!(
            missing["error"]
                .as_str()
                .unwrap()
                .contains("npm install -g"),
            "{missing}"
        );
        install(&client, &id, program, output);
        let answer = run(
            &client,
            &id,
            &json!({ "prompt": "count 'the' files", "session_id": "s1" }),
        );
        assert_eq!(
            (&answer["status"], &answer["output"]),
            (&json!("completed"), &json!("There are two files.")),
            "{answer}"
        );
        assert!(answer["metadata"]["input_tokens"].as_u64().unwrap() > 0);
        assert!(answer["session_id"].as_str().unwrap().len() > 3);
        assert_eq!(client.output(&id, "cat /tmp/prompt"), "count 'the' files");
        let asked = client.output(&id, "head -1 /tmp/asked; tail -n +2 /tmp/asked | sort");
        assert_eq!(
            asked,
            format!("/usr/local/bin/{program} {arguments}\n{key}")
        );
        // The key is in no file of the box and no answer.
        assert_eq!(
            client.output(
                &id,
                "rm /tmp/asked; grep -rs k-secre[t] /workspace /home /tmp /root /etc || true"
            ),
            ""
        );
        assert!(
            !client
                .get(&format!("/v2/box/{id}/runs"))
                .text()
                .contains("k-secret")
        );
        let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
        let of_agent: Vec<_> = runs["runs"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|run| run["type"] == "agent")
            .collect();
        assert_eq!(
            of_agent[0]["output_tokens"],
            answer["metadata"]["output_tokens"]
        );
        assert_eq!(of_agent[0]["prompt"], "count 'the' files");
        assert_eq!(of_agent[0]["session_id"], answer["session_id"]);
    }
}

#[test]
fn an_answer_can_be_asked_for_as_json() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "codex", "model": "m", "agent_api_key": "k" }));
    let said = |text: &str| {
        let message =
            json!({ "type": "item.completed", "item": { "type": "agent_message", "text": text } });
        let output = format!(
            "{message}\n{}\n",
            json!({ "type": "turn.completed", "usage": {} })
        );
        install(&client, &id, "codex", &output);
        run(
            &client,
            &id,
            &json!({ "prompt": "count", "json_schema": { "type": "integer" } }),
        )
    };
    let answer = said("Here:\n```json\n2\n```");
    assert_eq!(
        (&answer["status"], &answer["output"]),
        (&json!("completed"), &json!("2"))
    );
    assert!(
        client
            .output(&id, "cat /tmp/prompt")
            .ends_with("{\"type\":\"integer\"}")
    );
    let answer = said("There are two.");
    assert_eq!(answer["status"], "failed");
    assert!(answer["error"].as_str().unwrap().contains("JSON"));
}

#[test]
fn an_answer_that_does_not_fit_its_schema_says_so_with_a_code_of_its_own() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "codex", "model": "m", "agent_api_key": "k" }));
    let message = json!({ "type": "agent_message", "text": "{\"names\":[\"a\",2]}" });
    let item = json!({ "type": "item.completed", "item": message });
    let end = json!({ "type": "turn.completed", "usage": {} });
    install(&client, &id, "codex", &format!("{item}\n{end}\n"));
    let ask = |of_names: Value| {
        let names = json!({ "type": "array", "items": of_names });
        json!({ "prompt": "list", "json_schema": { "properties": { "names": names } } })
    };
    let fits = run(&client, &id, &ask(json!({ "type": ["string", "integer"] })));
    assert_eq!(
        (&fits["status"], &fits["output"]),
        (&json!("completed"), &json!("{\"names\":[\"a\",2]}")),
        "{fits}"
    );
    let wrong = run(&client, &id, &ask(json!({ "type": "string" })));
    assert_eq!(wrong["status"], "failed");
    assert_eq!(
        wrong["error"],
        "the agent's answer does not fit json_schema: at /names/1: value is not of type \"string\""
    );
    let stream = client.post(
        &format!("/v2/box/{id}/run/stream"),
        &ask(json!({ "type": "string" })),
    );
    assert!(
        stream.text().contains(r#""code":"invalid_response""#),
        "{}",
        stream.text()
    );
}

#[test]
fn what_is_no_schema_is_refused_before_anything_runs_and_none_is_fetched() {
    let elsewhere = Stub::start(|_| (200, json!({ "type": "string" })));
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "codex", "model": "m", "agent_api_key": "k" }));
    install(&client, &id, "codex", CODEX);
    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    // So deep that reading it would take more stack than there is.
    let deep: serde_json::Map<_, _> = (0..20_000)
        .map(|level| {
            let next = json!({ "$ref": format!("#/$defs/d{}", level + 1) });
            (format!("d{level}"), json!({ "properties": { "a": next } }))
        })
        .chain([("d20000".to_owned(), json!({}))])
        .collect();
    for schema in [
        json!({ "type": "number of cats" }),
        json!({ "pattern": "(" }),
        json!({ "$ref": format!("{}/schema.json", elsewhere.url) }),
        json!({ "$ref": "file:///etc/passwd" }),
        json!({ "$schema": format!("{}/dialect", elsewhere.url) }),
    ] {
        for route in ["run", "run/stream"] {
            let body = json!({ "prompt": "count", "json_schema": schema });
            client
                .post(&format!("/v2/box/{id}/{route}"), &body)
                .is_error(400, "invalid_argument");
        }
    }
    assert_eq!(client.get(&format!("/v2/box/{id}/runs")).ok(), runs);
    assert!(elsewhere.got().is_empty());
    // The server is still there, whatever becomes of it.
    let body = json!({ "prompt": "count", "json_schema": { "$ref": "#/$defs/d0", "$defs": deep } });
    client.post(&format!("/v2/box/{id}/run"), &body);
    assert_eq!(client.output(&id, "echo there"), "there\n");
}

#[test]
fn a_schema_that_takes_for_ever_ends_the_run_and_not_the_server() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "codex", "model": "m", "agent_api_key": "k" }));
    let item =
        json!({ "type": "item.completed", "item": { "type": "agent_message", "text": "1" } });
    let end = json!({ "type": "turn.completed", "usage": {} });
    install(&client, &id, "codex", &format!("{item}\n{end}\n"));
    // Each word of it stands for two of the next.
    let doubling: serde_json::Map<_, _> = (0..60)
        .map(|level| {
            let next = json!({ "$ref": format!("#/$defs/d{}", level + 1) });
            (format!("d{level}"), json!({ "allOf": [next, next] }))
        })
        .chain([("d60".to_owned(), json!({ "type": "integer" }))])
        .collect();
    let schema = json!({ "$ref": "#/$defs/d0", "$defs": doubling });
    let answer = run(
        &client,
        &id,
        &json!({ "prompt": "count", "json_schema": schema }),
    );
    assert_eq!(answer["status"], "failed");
    let error = answer["error"].as_str().unwrap();
    assert!(error.contains("takes too long"), "{error}");
}

#[test]
fn files_of_a_prompt_are_found_in_the_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "codex", "model": "m", "agent_api_key": "k" }));
    install(&client, &id, "codex", CODEX);
    let files = json!([
        { "data": "b25l", "media_type": "text/plain", "filename": "../../etc/one.txt" },
        { "data": "/w==", "media_type": "image/png" },
    ]);
    run(&client, &id, &json!({ "prompt": "look", "files": files }));
    let read = "grep -o '/tmp/prompt-files/[^ ]*' /tmp/prompt | while read f; do basename $f; od -An -tx1 $f; done";
    assert_eq!(client.output(&id, read), "0-one.txt\n 6f 6e 65\n1\n ff\n");
    let many = vec![json!({ "data": "", "media_type": "a/b" }); 11];
    client
        .post(
            &format!("/v2/box/{id}/run"),
            &json!({ "prompt": "x", "files": many }),
        )
        .is_error(400, "invalid_argument");

    let form = "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nfrom a form\r\n\
        --B\r\nContent-Disposition: form-data; name=\"agent_options\"\r\n\r\n{\"model_reasoning_effort\":\"low\"}\r\n\
        --B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.bin\"\r\nContent-Type: image/png\r\n\r\n\u{0}1\r\n--B--\r\n";
    let headers = [
        ("Host", server.address.as_str()),
        ("X-Box-Api-Key", KEY),
        ("Content-Type", "multipart/form-data; boundary=B"),
    ];
    client
        .send(
            "POST",
            &format!("/v2/box/{id}/run"),
            &headers,
            form.as_bytes(),
        )
        .ok();
    assert!(
        client
            .output(&id, "cat /tmp/prompt")
            .starts_with("from a form\n\nThese files")
    );
    assert!(
        client
            .output(&id, "cat /tmp/asked")
            .contains("--config=model_reasoning_effort=\"low\"")
    );
    assert_eq!(client.output(&id, read), "0-a.bin\n 00 31\n");
}

#[test]
fn a_webhook_is_told_until_it_listens() {
    let attempts = std::sync::atomic::AtomicUsize::new(0);
    let stub =
        Stub::start(
            move |_| match attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => (503, Value::Null),
                _ => (200, json!({})),
            },
        );
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "codex", "model": "m", "agent_api_key": "k" }));
    install(&client, &id, "codex", CODEX);
    let webhook = json!({ "url": format!("{}/hook", stub.url), "headers": { "X-Mine": "1" } });
    let begun = run(&client, &id, &json!({ "prompt": "x", "webhook": webhook }));
    assert_eq!(begun["status"], "running");
    wait_until("a second attempt", || stub.got().len() == 2);
    let told = stub.got().pop().unwrap();
    assert_eq!(
        (told.line.as_str(), told.header("x-mine")),
        ("POST /hook", Some("1"))
    );
    assert_eq!(told.body["box_id"], id.as_str());
    assert_eq!(told.body["run_id"], begun["run_id"]);
    assert_eq!(
        (&told.body["status"], &told.body["output"]),
        (&json!("completed"), &json!("There are two files."))
    );
    assert_eq!(told.body["metadata"]["output_tokens"], 11);
    for webhook in [
        json!({ "url": "file:///etc/passwd" }),
        json!({ "url": "" }),
        json!({}),
        json!({ "url": "http://x", "headers": { "a b": "c" } }),
    ] {
        client
            .post(
                &format!("/v2/box/{id}/run"),
                &json!({ "prompt": "x", "webhook": webhook }),
            )
            .is_error(400, "invalid_argument");
    }
}
