//! The host's network, other boxes' and what lies behind them.

use std::process::Command;

use serde_json::json;

use crate::host_thing::HostService;
use crate::program::{Program, Tally};
use crate::support::Server;

const DIRECT: Program = Program {
    name: "connects past the proxy to loopback, metadata, private and public addresses",
    text: include_str!("programs/direct_connections.py"),
};
const CHANGE: Program = Program {
    name: "gives itself interfaces, addresses, routes, rules and tunnels",
    text: include_str!("programs/change_network.py"),
};
const PROXY: Program = Program {
    name: "asks the proxy for loopback, metadata and private addresses in every notation, and malformed",
    text: include_str!("programs/through_proxy.py"),
};
const FOLLOW: Program = Program {
    name: "is redirected, and uses names whose addresses change (DNS rebinding)",
    text: include_str!("programs/follow_names.py"),
};

pub(crate) const ALL: [&Program; 4] = [&DIRECT, &CHANGE, &PROXY, &FOLLOW];

#[test]
fn the_hosts_network_is_out_of_reach() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (id, other) = (client.create(json!({})), client.create(json!({})));
    client.output(
        &other,
        "(exec python3 -m http.server 5005 >/dev/null 2>&1 </dev/null &) ; true",
    );
    let service = HostService::saying("127.0.0.1:0", "of the host");
    let (_, api_port) = server.address.rsplit_once(':').unwrap();
    let (port, own) = (service.port(), own_name());
    let mut tally = Tally::default();
    DIRECT.fails_to_escape(&client, &id, &[&port, "5005"], &mut tally);
    DIRECT.fails_to_escape(&client, &id, &[&port, api_port], &mut Tally::default());
    CHANGE.fails_to_escape(&client, &id, &[], &mut tally);
    PROXY.fails_to_escape(&client, &id, &[&port, api_port, &own], &mut tally);
    assert_eq!(service.visits(), 0, "something came through");
    // The service is there: the host itself reaches it.
    std::net::TcpStream::connect(service.address).unwrap();
    tally.tell("network");
}

#[test]
fn an_allowed_answer_leads_to_no_forbidden_one() {
    let shim = changing_names();
    let Some(server) = Server::start_with_variables(
        &["--allow-private-egress"],
        &[("LD_PRELOAD", shim.path().join("names.so").to_str().unwrap())],
    ) else {
        return;
    };
    let client = server.client();
    let allowed = HostService::saying("127.0.0.2:0", "allowed");
    let forbidden = HostService::saying("127.0.0.1:0", "forbidden");
    let policy = json!({ "mode": "custom", "allowed_cidrs": ["127.0.0.2/32"] });
    let id = client.create(json!({ "network_policy": policy }));
    let moved: Vec<HostService> = ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"]
        .map(|status| {
            let to = format!("http://{}/", forbidden.address);
            let head = format!("{status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            HostService::start("127.0.0.2:0", head)
        })
        .into();
    let ports: Vec<String> = moved.iter().map(HostService::port).collect();
    let mut tally = Tally::default();
    let (at, no) = (allowed.address.to_string(), forbidden.address.to_string());
    FOLLOW.fails_to_escape(&client, &id, &[&at, &no, &ports.join(",")], &mut tally);
    assert_eq!(forbidden.visits(), 0, "something came through");
    assert!(moved.iter().all(|service| service.visits() > 0));
    tally.tell("names and redirects");
}

/// A name that this machine has for itself.
fn own_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    name.trim().to_owned()
}

/// A library that answers for the name server.
fn changing_names() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("names.c");
    std::fs::write(&source, include_str!("programs/changing_names.c")).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-w", "-o"])
        .arg(folder.path().join("names.so"))
        .arg(&source)
        .arg("-ldl");
    assert!(cc.status().unwrap().success(), "cc failed");
    folder
}
