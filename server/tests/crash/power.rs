//! A busy server whose machine loses power again and again.
//!
//! The data directory lies on a disk of the test's own. At a random moment the test takes what the disk
//! holds, which is without all that was still in memory, and starts a server on that. Snapshots that
//! were on the disk before must be there and whole; any other that is there and called ready must be
//! whole too.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::number_from;
use crate::support::FragileDisk;
use crate::victim::Victim;
use crate::worker::{self, DIGEST};
use crate::world::World;

const DISK_MEBIBYTES: u64 = 512;
const WORKERS: usize = 3;

/// Snapshots that are on the disk: every layer of theirs, and the record of it.
const DURABLE: &str = "SELECT id FROM snapshots WHERE NOT EXISTS (SELECT 1 FROM snapshot_layers \
    JOIN layers ON layers.id = layer_id WHERE snapshot_id = snapshots.id AND durable = 0)";

#[derive(Debug, Default)]
struct Counts {
    durable: usize,
    whole: usize,
    called_damaged: usize,
    boxes: usize,
}

#[test]
fn a_power_cut_takes_nothing_that_was_on_the_disk_and_leaves_nothing_half() {
    let Some(mut disk) = FragileDisk::make(DISK_MEBIBYTES) else {
        return;
    };
    let cuts = number_from("BOX_CRASH_CUTS").unwrap_or(4);
    let seed = number_from("BOX_CRASH_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("BOX_CRASH_SEED={seed} BOX_CRASH_CUTS={cuts}");
    let mut random = fastrand::Rng::with_seed(seed);
    let data = disk.place().join("data");
    let mut victim = Victim::start_at(&data);
    let world = Mutex::new(World::default());
    let mut counts = Counts::default();
    let mut done = 0;
    // A slow disk may keep nothing of the first few.
    while done < cuts || counts.whole == 0 {
        done += 1;
        assert!(done <= cuts + 30, "nothing ever survives: {counts:?}");
        let work_for = Duration::from_millis(random.u64(200..3000));
        let durable = on_disk(&data);
        // That they are on the disk is a record too, which follows a little later.
        disk.sync();
        let mut left = None;
        std::thread::scope(|scope| {
            for worker in 0..WORKERS {
                let (world, address) = (&world, victim.address());
                let random = random.fork();
                scope.spawn(move || worker::work(worker, address, world, random));
            }
            // The moment is what is random here; nothing is waited for.
            std::thread::park_timeout(work_for);
            if random.bool() {
                disk.commit_journal();
            }
            left = Some(disk.cut_power().join("data"));
            victim.kill();
        });
        check(&left.unwrap(), &durable, &world, &mut counts);
        disk.forget_cuts();
        victim.start_again();
    }
    println!("power cuts survived: {done}, snapshots: {counts:?}");
}

fn on_disk(data: &Path) -> BTreeSet<String> {
    column(&open(data), DURABLE)
}

fn check(data: &Path, durable: &BTreeSet<String>, world: &Mutex<World>, counts: &mut Counts) {
    let sql = "UPDATE layers SET boot_id = 'an earlier one'";
    Connection::open(data.join("boxes.sqlite"))
        .unwrap()
        .execute(sql, [])
        .unwrap();
    let server = Victim::start_at(data);
    let client = server.client();
    let world = world.lock().expect("no worker has failed");
    let listed = client.get("/v2/box/snapshots?limit=1000").ok();
    let listed = listed["snapshots"].as_array().unwrap();
    let mut found = BTreeSet::new();
    for snapshot in listed {
        let id = snapshot["id"].as_str().unwrap();
        found.insert(id.to_owned());
        if snapshot["status"] == "error" {
            assert!(!durable.contains(id), "{id} was on the disk and is damaged");
            counts.called_damaged += 1;
        } else if let Some(digest) = world.snapshots.get(id) {
            let restored = client.restore(id);
            assert_eq!(
                &client.output(&restored, DIGEST),
                digest,
                "restored from {id}"
            );
            client.delete(&format!("/v2/box/{restored}")).ok();
            counts.whole += 1;
        }
    }
    // What a worker deletes is out of the world before it asks for that.
    for id in durable
        .iter()
        .filter(|id| world.snapshots.contains_key(*id))
    {
        assert!(found.contains(id), "{id} was on the disk and is gone");
        counts.durable += 1;
    }
    for one in client.get("/v2/box").ok().as_array().unwrap() {
        client.output(one["id"].as_str().unwrap(), "true");
        counts.boxes += 1;
    }
}

fn open(data: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(data.join("boxes.sqlite"), flags).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

fn column(database: &Connection, sql: &str) -> BTreeSet<String> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
