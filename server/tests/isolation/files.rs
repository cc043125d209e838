//! Files of the host, of the server and of other boxes.

use serde_json::json;

use crate::host_thing::{HostSockets, SecretFile};
use crate::program::{Program, Tally};
use crate::support::{KEY, Server};

const READ_BY_PATH: Program = Program {
    name: "reads and lists the host's files, the server's and other boxes' under every name",
    text: include_str!("programs/read_by_path.py"),
};
const SEARCH_EVERYTHING: Program = Program {
    name: "walks through the whole tree for files and sockets of the host",
    text: include_str!("programs/search_everything.py"),
};
const CHROOT_BREAKOUT: Program = Program {
    name: "leaves a changed root by a folder that it kept open",
    text: include_str!("programs/chroot_breakout.py"),
};
const PROC_TELLS: Program = Program {
    name: "looks for paths and keys of the host in what /proc says",
    text: include_str!("programs/proc_tells.py"),
};
const DESCRIPTORS: Program = Program {
    name: "uses descriptors that it was not given, and those of init",
    text: include_str!("programs/descriptors.py"),
};
const FILE_HANDLES: Program = Program {
    name: "opens files by handles that it makes up",
    text: include_str!("programs/file_handles.py"),
};
const HOST_SOCKETS: Program = Program {
    name: "connects to Unix sockets of the host, by path and by abstract name",
    text: include_str!("programs/host_sockets.py"),
};
const LINKS: Program = Program {
    name: "makes symbolic, hard and magic links to what lies outside",
    text: include_str!("programs/links.py"),
};
const DEVICES: Program = Program {
    name: "makes device nodes and opens the host's devices",
    text: include_str!("programs/devices.py"),
};
const SET_USER_ID: Program = Program {
    name: "raises itself by set-user-id programs, file capabilities and marks of overlayfs",
    text: include_str!("programs/set_user_id.py"),
};

pub(crate) const ALL: [&Program; 10] = [
    &READ_BY_PATH,
    &SEARCH_EVERYTHING,
    &CHROOT_BREAKOUT,
    &PROC_TELLS,
    &DESCRIPTORS,
    &FILE_HANDLES,
    &HOST_SOCKETS,
    &LINKS,
    &DEVICES,
    &SET_USER_ID,
];

#[test]
fn files_of_the_host_the_server_and_other_boxes_are_out_of_reach() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (id, other) = (client.create(json!({})), client.create(json!({})));
    let (secret, sockets) = (SecretFile::make(), HostSockets::open());
    client.output(&other, &format!("echo {} > note", secret.mark));
    let (path, folder) = (secret.path(), secret.folder());
    let data = server.data().to_str().unwrap().to_owned();
    let all_arguments: [&[&str]; 10] = [
        &[&path, &data, &other, &secret.mark],
        &[&path, &secret.mark],
        &[&path],
        &[&data, &folder, KEY, &server.address],
        &[],
        &[],
        &[&sockets.path, &sockets.name],
        &[&path],
        &[],
        &[],
    ];
    let all_there = "ls -R /etc /usr/bin | md5sum; ls -ld /tmp/..";
    let before = client.output(&id, all_there);
    let mut tally = Tally::default();
    for (program, arguments) in ALL.iter().zip(all_arguments) {
        program.fails_to_escape(&client, &id, arguments, &mut tally);
        secret.is_untouched();
    }
    // The marks of overlayfs that it set mean nothing, on this mount and on the next.
    assert_eq!(client.output(&id, all_there), before);
    let again = client.restore(&client.snapshot(&id, "marked"));
    assert_eq!(client.output(&again, all_there), before);
    assert!(client.output(&other, "cat note").contains(&secret.mark));
    tally.tell("files");
}
