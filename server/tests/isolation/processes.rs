//! Processes of the host and of other boxes, and the first process of the box.

use std::process::Command;

use serde_json::json;

use crate::host_thing::HostProcess;
use crate::program::{Program, Tally};
use crate::support::Server;

const SEE: Program = Program {
    name: "looks for processes of the host and of other boxes",
    text: include_str!("programs/see_processes.py"),
};
const SIGNAL: Program = Program {
    name: "signals processes of the host, and kills and stops its own first process",
    text: include_str!("programs/signal_processes.py"),
};
const TRACE: Program = Program {
    name: "traces, reads and writes its first process and the host's",
    text: include_str!("programs/trace_processes.py"),
};
const RAISE: Program = Program {
    name: "raises its limits and its priority",
    text: include_str!("programs/raise_limits.py"),
};
const SHARED_MEMORY: Program = Program {
    name: "attaches memory that the host shares by number",
    text: include_str!("programs/shared_memory.py"),
};
const TYPE: Program = Program {
    name: "types into terminals",
    text: include_str!("programs/type_into_terminal.py"),
};

pub(crate) const ALL: [&Program; 6] = [&SEE, &SIGNAL, &TRACE, &RAISE, &SHARED_MEMORY, &TYPE];

/// Memory of the host that others may attach by its number.
struct Segment(String);

impl Segment {
    fn make() -> Self {
        let mut ipcmk = Command::new("ipcmk");
        let made = ipcmk.args(["-M", "4096", "-p", "0666"]).output().unwrap();
        let said = String::from_utf8(made.stdout).unwrap();
        Self(said.split_whitespace().last().unwrap().to_owned())
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        let removed = Command::new("ipcrm").args(["-m", &self.0]).status();
        assert!(removed.unwrap().success());
    }
}

#[test]
fn processes_of_the_host_and_of_other_boxes_are_out_of_reach() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (id, other) = (client.create(json!({})), client.create(json!({})));
    let (mut process, segment) = (HostProcess::start(), Segment::make());
    let server_behind = "(exec python3 -m http.server 5005 >/dev/null 2>&1 </dev/null &) ; true";
    client.output(&other, server_behind);
    let pid = process.pid();
    let mut tally = Tally::default();
    for program in ALL {
        let arguments: &[&str] = match program.name == SHARED_MEMORY.name {
            true => &[&segment.0],
            false => &[&pid],
        };
        program.fails_to_escape(&client, &id, arguments, &mut tally);
        assert!(process.is_alive(), "{}", program.name);
    }
    assert_eq!(client.output(&id, "echo lives"), "lives\n");
    let others = client.output(&other, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    assert!(others.contains("http.server"), "{others}");
    tally.tell("processes");
}
