//! The command line, as scripts use it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use crate::support::{Server, binary};

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(binary()).args(arguments).output().unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn without_a_key_the_server_makes_one_and_keeps_it() {
    if Server::start().is_none() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .env_remove("BOX_SERVER_API_KEY")
            .env_remove("BOX_SERVER_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.strip_prefix("listening on http://").unwrap();
        TcpStream::connect(address).unwrap().flush().unwrap();
        let second = lines.next().unwrap().unwrap();
        keys.push(second.strip_prefix("api key: ").unwrap().to_owned());
        let place = format!("data in {}", data.path().display());
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().ends_with(&place)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(
        keys[0].starts_with("box_") && keys[0].len() == 36,
        "{keys:?}"
    );
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn what_can_not_work_is_refused_with_a_reason() {
    if Server::start().is_none() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (arguments, word) in [
        (&["--www", "/no/such/directory"][..], "--www"),
        (&["--api-key", "with space"], "API key"),
        (&["--image", "floppy"], "--image"),
        (&["--image", "dir:/no/such/directory"], "--image"),
        (&["--storage", "tape"], "--storage"),
        (&["--listen", "nowhere"], "it must be like 127.0.0.1:8787"),
        (&["--listen", &taken], "choose another with --listen"),
        (&["--allow-origin", "app.example.com"], "app.example.com"),
        (&["--data", "/etc/passwd"], "choose another with --data"),
        (&["--data", "/proc/x"], "choose another with --data"),
    ] {
        let place = ["--data", data];
        let place = if arguments[0] == "--data" {
            &[][..]
        } else {
            &place
        };
        let (code, error) = run(&[&["serve"], place, arguments].concat());
        assert!(code.is_some_and(|code| code != 0), "{arguments:?}");
        assert!(error.contains(word), "{arguments:?}: {error}");
    }
}
