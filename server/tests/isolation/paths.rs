//! Paths that the box prepared, in every route that takes one.

use serde_json::json;

use crate::file_routes::{holds, reading, reading_snapshot, writing};
use crate::host_thing::SecretFile;
use crate::program::{Tally, others_are_well};
use crate::support::Server;

/// What the box prepares, with the host's file for `SECRET` and its folder for `FOLDER`.
pub(crate) const PREPARED: [(&str, &str); 16] = [
    ("a symbolic link to the file", "ln -sfn SECRET x"),
    ("a symbolic link to its folder", "ln -sfn FOLDER x"),
    (
        "a chain of links",
        "ln -sfn FOLDER one; ln -sfn one two; ln -sfn two x",
    ),
    (
        "a link up and away",
        "ln -sfn ../../../../../../../../SECRET x",
    ),
    (
        "a link through the root of init",
        "ln -sfn /proc/1/root/SECRET x",
    ),
    (
        "a link through its own root",
        "ln -sfn /proc/self/root/SECRET x",
    ),
    (
        "a link through its working directory",
        "ln -sfn /proc/self/cwd/../../../../SECRET x",
    ),
    ("a link to a descriptor of init", "ln -sfn /proc/1/fd/3 x"),
    (
        "a link to a descriptor of whoever looks",
        "ln -sfn /proc/self/fd/3 x",
    ),
    ("a link to the program of init", "ln -sfn /proc/1/exe x"),
    ("a link to a namespace", "ln -sfn /proc/1/ns/mnt x"),
    ("a link through map_files", "ln -sfn /proc/self/map_files x"),
    ("a link that leads to itself", "ln -sfn x x"),
    ("a pipe that nobody fills", "mkfifo x"),
    ("a device", "ln -sfn /dev/zero x"),
    (
        "a repository that runs commands of its own",
        "git init -q x && git -C x config core.fsmonitor 'cat SECRET; false' && \
      git -C x config core.sshCommand 'cat SECRET' && printf '*  diff=a\\n' > x/.gitattributes && \
      git -C x config diff.a.textconv 'cat SECRET' && echo a > x/a",
    ),
];

#[test]
fn no_route_follows_a_prepared_path_out_of_the_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (id, other) = (client.create(json!({})), client.create(json!({})));
    let secret = SecretFile::make();
    client.output(&other, &format!("echo {} > /workspace/home/x", secret.mark));
    let mut tally = Tally::default();
    for (what, prepare) in PREPARED {
        let prepare = prepare
            .replace("SECRET", &secret.path())
            .replace("FOLDER", &secret.folder());
        client.output(
            &id,
            &format!("rm -rf x one two mine; echo m > mine; {prepare}"),
        );
        let snapshot = client.snapshot(&id, "prepared");
        let x = "/workspace/home/x";
        let paths = [x.to_owned(), format!("{x}/secret")];
        let mut attempts = 0;
        for path in &paths {
            let mut answers = reading(&client, &id, path);
            answers.extend(reading_snapshot(&client, &snapshot, path));
            answers.extend(writing(&client, &id, path));
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
    // The same calls find what the box may have.
    client.output(&id, &format!("rm -rf x; echo {} > x", secret.mark));
    let found = reading(&client, &id, "/workspace/home/x");
    assert!(found[0].status == 200 && holds(&found[0], &secret.mark));
    assert!(holds(&found[6], &secret.mark), "the archive");
    assert_eq!(writing(&client, &id, "/workspace/home/new")[0].status, 200);
    others_are_well(&client, &other);
    tally.tell("paths");
}
