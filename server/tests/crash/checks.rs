//! What must hold on a server that was started after a crash.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::support::{Client, wait_until};
use crate::victim::{Victim, sandboxes};
use crate::worker::DIGEST;
use crate::world::World;

/// Of the snapshots that were checked before, this many are checked again each time.
const AGAIN: usize = 2;

/// How much was checked.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) snapshots: usize,
    pub(crate) boxes: usize,
}

/// `thoroughly`: every snapshot, not only the new ones.
pub(crate) fn all(
    victim: &Victim,
    world: &Mutex<World>,
    random: &mut fastrand::Rng,
    counts: &mut Counts,
    thoroughly: bool,
) {
    let mut world = world.lock().expect("no worker has failed");
    let client = victim.client();
    // Nothing was asked of it yet, so every sandbox is one that the killed server left. One that has
    // let go of its box may still be on its way out.
    wait_until("sandboxes of the killed server to end", || sandboxes() == 0);
    lists(&client, &world);
    let checked = boxes(&client, &world);
    assert!(
        checked == 0 || sandboxes() > 0,
        "this test does not see sandboxes"
    );
    counts.boxes += checked;
    counts.snapshots += snapshots(&client, &mut world, random, thoroughly);
    directories(victim.data());
}

fn lists(client: &Client, world: &World) {
    let snapshots = client.get("/v2/box/snapshots").ok();
    let snapshots = snapshots["snapshots"].as_array().unwrap();
    let ids = |list: &[Value]| -> BTreeSet<String> {
        let ids = list.iter().map(|entry| entry["id"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    };
    let listed = ids(snapshots);
    for id in world.snapshots.keys() {
        assert!(listed.contains(id), "{id} was acknowledged and is gone");
    }
    for id in &world.deleted_snapshots {
        assert!(!listed.contains(id), "{id} was deleted and is back");
    }
    for snapshot in snapshots {
        assert_eq!(snapshot["status"], "ready", "{snapshot}");
    }
    let boxes = ids(client.get("/v2/box").ok().as_array().unwrap());
    for id in world.boxes.keys() {
        assert!(boxes.contains(id), "box {id} was acknowledged and is gone");
    }
    for id in &world.deleted_boxes {
        assert!(!boxes.contains(id), "box {id} was deleted and is back");
    }
}

/// Boxes whose last change was acknowledged hold just that.
fn boxes(client: &Client, world: &World) -> usize {
    let known = world.boxes.iter();
    let known = known.filter_map(|(id, known)| Some((id, known.digest.as_ref()?)));
    let mut checked = 0;
    for (id, digest) in known {
        assert_eq!(&client.output(id, DIGEST), digest, "box {id}");
        checked += 1;
    }
    checked
}

fn snapshots(
    client: &Client,
    world: &mut World,
    random: &mut fastrand::Rng,
    thoroughly: bool,
) -> usize {
    let mut chosen = std::mem::take(&mut world.unchecked);
    let all: Vec<&String> = world.snapshots.keys().collect();
    let again = if thoroughly { all.len() } else { AGAIN };
    chosen.extend(random.choose_multiple(all, again).into_iter().cloned());
    for id in &chosen {
        let restored = client.restore(id);
        assert_eq!(
            client.output(&restored, DIGEST),
            world.snapshots[id],
            "restored from {id}"
        );
        client.delete(&format!("/v2/box/{restored}")).ok();
    }
    chosen.len()
}

/// What lies in the data directory is what the database knows, and no more.
fn directories(data: &Path) {
    let database = data.join("boxes.sqlite");
    let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    wait_until("the layers to be those of the database", || {
        names(&data.join("layers")) == column(&database, "SELECT id FROM layers")
    });
    let unused = "SELECT id FROM layers WHERE id NOT IN (SELECT layer_id FROM box_layers) \
        AND id NOT IN (SELECT layer_id FROM snapshot_layers)";
    assert_eq!(column(&database, unused), BTreeSet::new());
    let live = column(&database, "SELECT id FROM boxes WHERE status <> 'deleted'");
    wait_until("the boxes to be those of the database", || {
        names(&data.join("boxes")).is_subset(&live)
    });
    wait_until("the trash to be emptied", || {
        names(&data.join("trash")).is_empty()
    });
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).unwrap().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

fn column(database: &Connection, sql: &str) -> BTreeSet<String> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
