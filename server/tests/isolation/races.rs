//! Paths that change while a route is at them. Counted by calls, not by time.

use serde_json::json;

use crate::file_routes::{holds, reading, writing};
use crate::host_thing::SecretFile;
use crate::program::{Tally, others_are_well};
use crate::support::{Client, Server};

/// How often every route meets every race.
const ROUNDS: usize = 3;

/// Exchanges two names as fast as the kernel can until it is ended.
const SWAP: &str = r#"
import ctypes, os, sys
libc = ctypes.CDLL(None)
number = 316 if os.uname().machine == "x86_64" else 276
one, other = (name.encode() for name in sys.argv[1:3])
open("/tmp/pid", "w").write(str(os.getpid()))
open("swapping", "w").close()
while True:
    libc.syscall(number, -100, one, -100, other, 2)
"#;

/// What lies at the other name: `SECRET` and `FOLDER` are the host's.
pub(crate) const RACES: [(&str, &str); 6] = [
    (
        "a folder and a link to the host's folder",
        "ln -s FOLDER other",
    ),
    (
        "a folder and a link through the root of init",
        "ln -s /proc/1/root/FOLDER other",
    ),
    ("a folder and a link to the root", "ln -s / other"),
    (
        "a folder and a link to descriptors of init",
        "ln -s /proc/1/fd other",
    ),
    ("a folder and a pipe", "mkfifo other"),
    (
        "a folder and one at another depth",
        "mkdir -p a/b/c && ln -s a/b/c other",
    ),
];

#[test]
fn a_path_that_changes_under_a_route_leads_nowhere_else() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (id, other) = (client.create(json!({})), client.create(json!({})));
    let secret = SecretFile::make();
    client
        .post(
            &format!("/v2/box/{id}/files/write"),
            &json!({ "path": "/tmp/swap.py", "content": SWAP }),
        )
        .ok();
    let mut tally = Tally::default();
    for (what, prepare) in RACES {
        let prepare = prepare
            .replace("SECRET", &secret.path())
            .replace("FOLDER", &secret.folder());
        let mut attempts = 0;
        for _ in 0..ROUNDS {
            begin_swapping(&client, &id, &prepare);
            let path = "/workspace/home/race/x/secret";
            let mut answers = reading(&client, &id, path);
            answers.extend(writing(&client, &id, path));
            answers.extend(reading(&client, &id, "/workspace/home/race/x"));
            for answer in &answers {
                assert!(!holds(answer, &secret.mark), "{what}: {}", answer.text());
                assert!(
                    answer.status < 500,
                    "{what}: {} {}",
                    answer.status,
                    answer.text()
                );
            }
            attempts += answers.len();
            secret.is_untouched();
        }
        tally.add(attempts);
    }
    others_are_well(&client, &other);
    client.output(&id, "kill $(cat /tmp/pid); rm -rf race; echo well");
    tally.tell("races");
}

/// Starts anew, for the calls before may have taken things away; returns once it swaps.
fn begin_swapping(client: &Client, id: &str, prepare: &str) {
    let begin = format!(
        "[ ! -e /tmp/pid ] || kill $(cat /tmp/pid); cd /workspace/home && rm -rf race taken && mkdir race && cd race && \
         mkdir x && echo own > x/secret && {prepare} && \
         (setsid python3 /tmp/swap.py x other >/dev/null 2>&1 </dev/null &) && \
         while [ ! -e swapping ]; do :; done"
    );
    client.output(id, &begin);
}
