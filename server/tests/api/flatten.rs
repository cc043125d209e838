//! Boxes with many snapshots behind them.

use serde_json::json;

use crate::support::{Server, wait_until};

/// Everything about a tree that must stay the same when its layers are merged. Not the number of
/// links: older snapshots share the files.
const DESCRIBE: &str = "cd /workspace && find . /tmp /opt | sort | while read -r path; do \
    stat -c '%n %F %a %u %g %s %Y' \"$path\"; \
    test -f \"$path\" && cksum < \"$path\"; test -L \"$path\" && readlink \"$path\"; done; \
    ls /usr/bin/env /usr/bin/perl /usr/games 2>/dev/null; true";

#[test]
fn merging_the_layers_of_a_box_changes_nothing_that_it_sees() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p kept/deep gone opaque/old; echo 1 > kept/deep/a; echo 2 > gone/b; \
         echo 3 > opaque/old/c; ln -s deep kept/link; mkfifo kept/pipe; echo x > kept/one; \
         ln kept/one kept/two; chmod 751 kept/deep; touch -d 2020-02-02 kept/deep; \
         truncate -s 1M kept/sparse; echo 6 > kept/deep/ghost",
    );
    let first = client.snapshot(&id, "first");
    client.output(
        &id,
        "rm -r gone kept/deep/ghost; rm -r opaque; mkdir opaque; echo 4 > opaque/new; rm kept/deep/a; \
         mkdir kept/deep/a; echo 5 > kept/deep/a/e; mv kept/one /opt/one; rm /etc/hosts",
    );
    client.snapshot(&id, "second");
    for number in 0..14 {
        client.output(
            &id,
            &format!("echo {number} > file{number}; echo {number} > again"),
        );
        client.snapshot(&id, &format!("snapshot {number}"));
    }
    let before = client.output(&id, DESCRIBE);

    let layers = |id: &str| {
        let count = "head -1 /proc/mounts | grep -o 'lowerdir=[^,]*' | tr ':' '\\n' | wc -l";
        client.output(id, count).trim().parse::<u32>().unwrap()
    };
    assert!(layers(&id) > 14);

    let last = client.snapshot(&id, "last");
    wait_until("the box to stand on few layers", || {
        client.output(&id, "date +%N > /var/tmp/now");
        client.snapshot(&id, "one more");
        layers(&id) < 8
    });

    assert_eq!(client.output(&id, DESCRIBE), before);
    let restored = client.restore(&last);
    assert_eq!(client.output(&restored, DESCRIBE), before);
    assert_eq!(client.sh(&restored, "cat /etc/hosts")["exit_code"], 1);
    let early = client.restore(&first);
    assert_eq!(
        client.output(&early, "cat gone/b opaque/old/c kept/deep/a"),
        "2\n3\n1\n"
    );
}
