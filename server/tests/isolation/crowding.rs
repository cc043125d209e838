//! Boxes that take what they share with others in the server: its descriptors and its proxy.

use serde_json::json;

use crate::program::{Program, Tally, others_are_well};
use crate::support::Server;

const PROXY_BOMB: Program = Program {
    name: "opens connections to its proxy until no more are taken, and leaves them half open",
    text: include_str!("programs/proxy_bomb.py"),
};

pub(crate) const ALL: [&Program; 1] = [&PROXY_BOMB];

#[test]
fn a_box_that_holds_its_proxy_takes_nothing_from_others() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (bomb, other) = (client.create(json!({})), client.create(json!({})));
    client.output(&other, "true");
    let descriptors = || {
        std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
            .unwrap()
            .count()
    };
    let before = descriptors();
    let mut tally = Tally::default();
    PROXY_BOMB.fails_to_escape(&client, &bomb, &[], &mut tally);
    let grown = descriptors().saturating_sub(before);
    assert!(grown < 700, "the server has {grown} descriptors more");
    let through = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:1/";
    let asked = client.sh(&other, &format!("NO_PROXY= no_proxy= {through}"));
    assert_eq!(asked["output"], "403", "{asked}");
    others_are_well(&client, &other);
    client.delete(&format!("/v2/box/{bomb}")).ok();
    others_are_well(&client, &other);
    tally.tell("proxy");
}
