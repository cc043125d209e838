//! The kernel that boxes share with the host.

use serde_json::json;

use crate::program::{Program, Tally};
use crate::support::Server;

pub(crate) const ALL: [&Program; 6] = [
    &Program {
        name: "mounts, unmounts, changes roots, makes and enters namespaces",
        text: include_str!("programs/mounts.py"),
    },
    &Program {
        name: "makes system calls that have been ways out: keyctl, bpf, userfaultfd, io_uring, modules, …",
        text: include_str!("programs/kernel_calls.py"),
    },
    &Program {
        name: "makes refused calls under their x32 and 32-bit numbers",
        text: include_str!("programs/other_call_numbers.c"),
    },
    &Program {
        name: "opens sockets and pairs of every other family",
        text: include_str!("programs/socket_families.py"),
    },
    &Program {
        name: "takes capabilities back and its filter off",
        text: include_str!("programs/regain_powers.py"),
    },
    &Program {
        name: "writes to files by which the kernel is set",
        text: include_str!("programs/kernel_files.py"),
    },
];

#[test]
fn the_kernel_does_nothing_for_a_box_that_reaches_beyond_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let mut tally = Tally::default();
    for program in ALL {
        program.fails_to_escape(&client, &id, &[], &mut tally);
        assert_eq!(client.output(&id, "echo lives"), "lives\n");
    }
    tally.tell("kernel");
}
